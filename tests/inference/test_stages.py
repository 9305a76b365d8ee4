"""The stages from a drawing to the answer, against NumPy, Pillow and the network itself."""

from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from torch import nn

from primer_core.data import load_images
from primer_core.inference import load_checkpoint, predict_digit, preprocess, render_strokes
from primer_core.inference.preprocess import Pipeline, Scaling, Stage, measure_ink
from primer_core.inference.stages import Switches, SwitchName, follow, normalisation_of, read_images
from primer_core.models import build_model
from tests.e2e.digit_strokes import DIGITS
from tests.profiles import examples

NAMES: tuple[SwitchName, ...] = ("cut", "scaled", "nearest", "brightened", "centred", "polarity", "normalised")
SCALINGS: tuple[Scaling, ...] = ("area", "nearest", "as drawn")
PIPELINES = st.builds(
    Pipeline,
    cut=st.booleans(),
    scaling=st.sampled_from(SCALINGS),
    brighten=st.booleans(),
    centre=st.booleans(),
    invert=st.booleans(),
)
POINT = st.tuples(st.floats(0, 280), st.floats(0, 280))
STROKES = st.lists(
    st.builds(
        lambda points, width: {"points": points, "width": width},
        st.lists(POINT, min_size=1, max_size=4),
        st.floats(1, 80),
    ),
    min_size=1,
    max_size=3,
)


def drawn(digit: int, width: float = 18, shift: tuple[float, float] = (0, 0), scale: float = 1) -> np.ndarray:
    strokes = [
        {
            "width": width,
            "points": [(140 + (x - 140) * scale + shift[0], 140 + (y - 140) * scale + shift[1]) for x, y in s],
        }
        for s in DIGITS[digit]
    ]
    return render_strokes(strokes)


def stages(canvas: np.ndarray, pipeline: Pipeline) -> dict[str, np.ndarray]:
    ink = measure_ink(canvas)
    assert ink is not None
    return {stage.name: stage.pixels for stage in pipeline.run(ink)}


def in_one_piece(canvas: np.ndarray) -> np.ndarray:
    """What `preprocess` did for drawings without noise before it had stages, line by line."""
    ink = canvas.astype(np.float32) / np.float32(255)
    background, contrast = float(ink.min()), float(ink.max()) - float(ink.min())
    inked = ink > background + 51.5 / 255 * contrast
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    digit = np.clip((ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] - background) / contrast, 0.0, 1.0)
    height, width = digit.shape
    longest = max(height, width)
    size = (max(1, round(width * 20 / longest)), max(1, round(height * 20 / longest)))
    method = Image.Resampling.BOX if longest >= 20 else Image.Resampling.BILINEAR
    small = np.array(Image.fromarray(np.ascontiguousarray(digit)).resize(size, method))
    small = np.minimum(small / np.float32(np.quantile(small[small > 51.5 / 255 * small.max()], 0.9)), np.float32(1))
    field = np.zeros((28, 28), dtype=np.float32)
    corner = []
    for axis in (0, 1):
        length = small.shape[axis]
        mass = float((small.sum(axis=1 - axis) * np.arange(length)).sum() / small.sum())
        corner.append(min(max(round(14 - mass), 0), 28 - length))
    field[corner[0] : corner[0] + small.shape[0], corner[1] : corner[1] + small.shape[1]] = small
    return field


@given(STROKES)
@examples(300)
def test_the_stages_of_today_give_the_image_of_before_bit_by_bit(strokes: list[dict[str, object]]) -> None:
    canvas = render_strokes(strokes)
    image = preprocess(canvas)
    assert image is not None
    assert image.tobytes() == in_one_piece(canvas).tobytes()


def test_the_images_of_mnist_are_made_as_before_bit_by_bit() -> None:
    for canvas in np.asarray(load_images("mnist-sample").test_images)[:200]:
        image = preprocess(canvas)
        assert image is not None
        assert image.tobytes() == in_one_piece(canvas).tobytes()


@given(STROKES, PIPELINES)
@examples(300)
def test_any_drawing_passes_any_choice_of_stages(strokes: list[dict[str, object]], pipeline: Pipeline) -> None:
    found = stages(render_strokes(strokes), pipeline)
    assert list(found) == ["pad", "cut", "scaled", "brightened", "centred", "polarity"]
    for pixels in found.values():
        assert pixels.dtype == np.float32
        assert pixels.min() >= 0
        assert pixels.max() <= 1
    assert found["polarity"].shape == (28, 28)
    assert max(found["scaled"].shape) == 20 or pipeline.scaling == "as drawn"


def test_what_each_stage_does() -> None:
    canvas = drawn(7, width=4)
    on = stages(canvas, Pipeline())
    assert np.array_equal(on["pad"], canvas / np.float32(255))
    inked = np.argwhere(canvas > 51.5)
    (top, left), (bottom, right) = inked.min(axis=0), inked.max(axis=0)
    assert np.array_equal(on["cut"], on["pad"][top : bottom + 1, left : right + 1])
    assert on["scaled"].max() < 1, "averaging leaves a thin pen grey"
    assert on["brightened"].max() == 1
    assert on["centred"].sum() == pytest.approx(on["brightened"].sum())
    places = np.arange(28)
    for axis in (0, 1):
        assert abs((on["centred"].sum(axis=1 - axis) * places).sum() / on["centred"].sum() - 14) <= 0.5
    assert np.array_equal(stages(canvas, Pipeline(invert=True))["polarity"], 1 - on["centred"])
    assert np.array_equal(stages(canvas, Pipeline(brighten=False))["brightened"], on["scaled"])


def test_area_averages_and_nearest_picks() -> None:
    canvas = np.zeros((280, 280), dtype=np.uint8)
    canvas[40:240, 40:240] = np.random.default_rng(0).integers(60, 256, (200, 200))
    canvas[40, 40] = canvas[239, 239] = 255
    cut = stages(canvas, Pipeline())["cut"]
    assert cut.shape == (200, 200)
    area = stages(canvas, Pipeline())["scaled"]
    assert np.allclose(area, cut.reshape(20, 10, 20, 10).mean(axis=(1, 3)), atol=1e-5)
    nearest = stages(canvas, Pipeline(scaling="nearest"))["scaled"]
    assert np.array_equal(nearest, cut[5::10, 5::10])


def test_the_pad_as_it_is_is_the_pad_made_small() -> None:
    canvas = drawn(3, shift=(-40, 30), scale=0.6)
    as_it_is = stages(canvas, Pipeline(cut=False, scaling="as drawn", brighten=False, centre=False))["polarity"]
    assert np.allclose(as_it_is, (canvas / 255).reshape(28, 10, 28, 10).mean(axis=(1, 3)), atol=1e-5)


def test_without_centring_a_digit_stays_where_it_was_drawn() -> None:
    off = Pipeline(centre=False)
    here = stages(drawn(3, scale=0.4), off)["centred"]
    there = stages(drawn(3, shift=(30, -20), scale=0.4), off)["centred"]
    assert np.array_equal(np.roll(here, (-2, 3), axis=(0, 1)), there)


def test_nothing_may_be_left_of_a_thin_line() -> None:
    canvas = np.zeros((280, 280), dtype=np.uint8)
    canvas[np.arange(280), np.arange(280)] = 255
    canvas[5::14, 5::14] = canvas[7::14, 7::14] = 0
    small = stages(canvas, Pipeline(scaling="nearest"))["polarity"]
    assert small.shape == (28, 28)


def test_with_all_stages_on_it_is_read_as_ever() -> None:
    model = load_checkpoint()
    for digit in DIGITS:
        journey = follow(drawn(digit), model, Switches())
        prediction = predict_digit(drawn(digit))
        assert journey is not None
        assert journey.answer == journey.usual
        assert journey.answer.label == prediction.label == digit
        assert journey.answer.probability == pytest.approx(float(prediction.probabilities.max()), abs=1e-5)
        assert np.array_equal(journey.stages[-1].pixels, prediction.image)
    assert follow(np.zeros((280, 280), dtype=np.uint8), model, Switches()) is None


@pytest.mark.parametrize(
    "switches", [Switches(), Switches(Pipeline(cut=False, scaling="as drawn", invert=True), normalise=False)]
)
def test_a_switch_says_what_would_be_read_if_it_were_the_other_way_round(switches: Switches) -> None:
    model = load_checkpoint()
    canvas = drawn(4, width=6, shift=(20, 10), scale=0.7)
    journey = follow(canvas, model, switches)
    assert journey is not None
    assert tuple(journey.flipped) == NAMES
    for name in NAMES:
        other = follow(canvas, model, switches.flipped(name))
        assert other is not None
        assert other.answer.label == journey.flipped[name].label
        assert other.answer.probability == pytest.approx(journey.flipped[name].probability, abs=1e-5)


def test_every_flip_changes_its_own_switch_alone() -> None:
    for cut, scaling, normalise in product((True, False), SCALINGS, (True, False)):
        switches = Switches(Pipeline(cut=cut, scaling=scaling), normalise)
        flips = {name: switches.flipped(name) for name in NAMES}
        assert all(flipped != switches for flipped in flips.values())
        for name in ("cut", "brightened", "centred", "polarity", "normalised"):
            assert flips[name].flipped(name) == switches


def test_the_last_stage_is_what_the_first_layer_is_given() -> None:
    given: list[torch.Tensor] = []

    class Listening(nn.Module):
        def __init__(self, model: nn.Module) -> None:
            super().__init__()
            self.model = model

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            given.append(x)
            logits: torch.Tensor = self.model(x)
            return logits

    from primer_core.models.normalise import Normalised

    model = Normalised(Listening(build_model("mlp-128-64", 0)), mean=0.13, std=0.31).eval()
    for normalise in (True, False):
        given.clear()
        journey = follow(drawn(5), model, Switches(normalise=normalise))
        assert journey is not None
        assert np.allclose(given[0][0, 0], journey.normalised, atol=1e-5)
        assert journey.normalised.max() == (1 if not normalise else pytest.approx((1 - 0.13) / 0.31))


def test_a_network_that_does_not_normalise_has_no_such_switch() -> None:
    model = build_model("mlp-128-64", 0).eval()
    journey = follow(drawn(5), model, Switches())
    assert journey is not None
    assert normalisation_of(model) is None
    assert tuple(journey.flipped) == NAMES[:-1]
    assert np.array_equal(journey.normalised, journey.stages[-1].pixels)


def test_images_are_read_as_the_network_reads_each() -> None:
    model = load_checkpoint()
    images = [stage.pixels for digit in (1, 8) for stage in [Stage("polarity", predict_digit(drawn(digit)).image)]]
    assert [answer.label for answer in read_images(model, images)] == [1, 8]
    with pytest.raises(ValueError, match="at least one image"):
        read_images(model, [])
