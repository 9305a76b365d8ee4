import dataclasses
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from primer_core.data import ImageSplit, load_images
from primer_core.inference import load_checkpoint, predict_digit, preprocess, render_strokes
from primer_core.inference.predict import CHECKPOINT
from primer_core.models import build_model
from primer_core.models.normalise import Normalised


@pytest.fixture(scope="module")
def split() -> ImageSplit:
    return load_images("mnist-sample")


@pytest.fixture
def canvas() -> np.ndarray:
    """A two, drawn with the pad's pen."""
    points = [[88, 94], [96, 66], [120, 50], [150, 50], [174, 66], [178, 96], [132, 164], [80, 228], [194, 226]]
    return render_strokes([{"width": 18, "points": points}])


class Constant(nn.Module):
    """Answers the same logits to every image."""

    def __init__(self, *logits: float) -> None:
        super().__init__()
        self.logits = torch.tensor([logits])

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.logits.expand(len(images), -1)


def test_the_shipped_network_reads_images_that_it_never_saw(split: ImageSplit) -> None:
    labels = [predict_digit(image.numpy()).label for image in split.test_images]
    assert np.mean(np.array(labels) == split.test_labels.numpy()) >= 0.98


@pytest.mark.parametrize("width", [6, 18, 34])
def test_the_shipped_network_reads_all_ten_digits_drawn_on_the_pad(width: int) -> None:
    drawn = {
        0: [[[140, 50], [95, 80], [85, 140], [100, 205], [140, 230], [180, 205], [195, 140], [182, 80], [142, 52]]],
        1: [[[115, 90], [150, 50], [150, 230]]],
        2: [[[88, 94], [96, 66], [120, 50], [150, 50], [174, 66], [178, 96], [132, 164], [80, 228], [194, 226]]],
        3: [[[92, 66], [120, 48], [156, 50], [174, 76], [160, 112], [120, 130], [165, 142], [188, 185], [165, 222],
             [125, 232], [90, 218]]],
        4: [[[126, 48], [88, 154], [202, 154]], [[168, 90], [164, 236]]],
        5: [[[186, 52], [112, 52], [104, 124], [150, 116], [186, 150], [180, 205], [130, 230], [88, 216]]],
        6: [[[170, 48], [125, 95], [98, 160], [104, 212], [140, 232], [176, 208], [170, 164], [135, 152], [102, 180]]],
        7: [[[86, 56], [194, 54], [150, 140], [126, 236]], [[105, 145], [185, 140]]],
        8: [[[178, 72], [140, 48], [104, 72], [125, 118], [175, 165], [180, 212], [140, 234], [100, 212], [105, 165],
             [155, 118], [178, 72]]],
        9: [[[180, 80], [140, 50], [100, 80], [112, 125], [150, 132], [182, 90], [178, 160], [160, 234]]],
    }  # fmt: skip
    read = {
        digit: predict_digit(render_strokes([{"width": width, "points": points} for points in strokes])).label
        for digit, strokes in drawn.items()
    }
    assert read == {digit: digit for digit in range(10)}


def test_a_prediction_is_the_softmax_of_the_logits_of_what_the_network_saw(canvas: np.ndarray) -> None:
    prediction = predict_digit(canvas)
    assert prediction.label == 2
    assert not prediction.is_blank
    np.testing.assert_array_equal(prediction.image, preprocess(canvas))
    powers = np.exp(prediction.logits.astype(np.float64))
    np.testing.assert_allclose(prediction.probabilities, powers / powers.sum(), rtol=1e-5)
    assert prediction.probabilities.dtype == prediction.logits.dtype == np.float32
    assert prediction.probabilities.argmax() == prediction.label


def test_the_steps_run_as_written_and_give_what_they_show(canvas: np.ndarray) -> None:
    prediction = predict_digit(canvas)
    names: dict[str, Any] = {
        "torch": torch,
        "model": load_checkpoint(),
        "image": torch.from_numpy(prediction.image.copy()),
    }
    for step in prediction.steps[1:]:
        exec(step.code, names)
    shown = {step.code.split(" ")[0]: step for step in prediction.steps}
    assert {name: step.shape for name, step in shown.items()} == {
        "image": (28, 28),
        "batch": (1, 1, 28, 28),
        "logits": (1, 10),
        "label": (1,),
        "probabilities": (1, 10),
    }
    for name, step in shown.items():
        assert step.values.shape == step.shape
        np.testing.assert_allclose(names[name].numpy(), np.asarray(step.values, dtype=np.float64), rtol=1e-5)


def test_a_blank_canvas_gets_no_prediction() -> None:
    prediction = predict_digit(np.zeros((280, 280), dtype=np.uint8))
    assert prediction.is_blank
    assert prediction.label is None
    assert prediction.steps == ()
    assert not prediction.probabilities.any()
    assert prediction.probabilities.shape == (10,)
    assert prediction.image.shape == (28, 28)


def test_what_a_prediction_holds_cannot_be_changed(canvas: np.ndarray) -> None:
    for prediction in (predict_digit(canvas), predict_digit(np.zeros((3, 3)))):
        for array in (prediction.probabilities, prediction.logits, prediction.image):
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 1
        with pytest.raises(dataclasses.FrozenInstanceError):
            prediction.label = 3  # type: ignore[misc]  # that it cannot be set is the point


def test_another_model_is_asked_if_one_is_given(canvas: np.ndarray) -> None:
    logits = [0.0] * 10
    logits[7] = 2.0
    prediction = predict_digit(canvas, Constant(*logits))
    assert prediction.label == 7
    np.testing.assert_array_equal(prediction.logits, np.array(logits, dtype=np.float32))


def test_a_model_in_training_mode_is_asked_as_if_it_were_not_and_stays_so(canvas: np.ndarray) -> None:
    model = Normalised(build_model("cnn-wide", seed=1), mean=0.13, std=0.31).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    first, second = predict_digit(canvas, model), predict_digit(canvas, model)
    np.testing.assert_array_equal(first.logits, second.logits)
    assert model.training
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    np.testing.assert_allclose(predict_digit(canvas, model.eval()).logits, first.logits, rtol=1e-6)


@pytest.mark.parametrize(
    ("model", "complaint"),
    [
        (Constant(1.0, 2.0), r"10 finite logits.*Constant gave shape \(1, 2\)"),
        (Constant(*[float("nan")] * 10), r"10 finite logits.*not all finite"),
    ],
)
def test_a_model_that_is_no_digit_model_is_refused(canvas: np.ndarray, model: nn.Module, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        predict_digit(canvas, model)


def test_threads_may_predict_at_once_and_torchs_settings_stay(split: ImageSplit) -> None:
    images = [image.numpy() for image in split.test_images[:24]]
    settings = torch.get_num_threads(), torch.is_grad_enabled(), torch.is_inference_mode_enabled()
    alone = [predict_digit(image).logits for image in images]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda image: predict_digit(image).logits, images * 3))
    for number, logits in enumerate(together):
        np.testing.assert_allclose(logits, alone[number % len(images)], rtol=1e-4, atol=1e-4)
    assert settings == (torch.get_num_threads(), torch.is_grad_enabled(), torch.is_inference_mode_enabled())


def test_the_checkpoint_is_small_holds_nothing_but_numbers_and_is_loaded_once() -> None:
    assert CHECKPOINT.stat().st_size <= 2_000_000
    stored = torch.load(CHECKPOINT, weights_only=True)
    assert {value.dtype for value in stored["state_dict"].values()} <= {torch.float16, torch.int64}
    assert load_checkpoint() is load_checkpoint()
    assert not load_checkpoint().training
    assert not any(parameter.requires_grad for parameter in load_checkpoint().parameters())


def test_the_model_card_states_the_accuracy_that_the_checkpoint_has(split: ImageSplit) -> None:
    card = CHECKPOINT.with_suffix(".md").read_text(encoding="utf-8")
    stated = re.search(r"\| the 500 test images of `mnist-sample` \| ([\d.]+)% \|", card)
    assert stated is not None
    with torch.inference_mode():
        logits = load_checkpoint()(split.test_images.unsqueeze(1).float() / 255)
    right = (logits.argmax(dim=1) == split.test_labels).float().mean().item()
    assert float(stated[1]) == pytest.approx(100 * right, abs=0.11)  # one image of 500 is 0.2 %


def test_importing_the_package_does_not_load_torch() -> None:
    code = "import sys, primer_core.inference; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_normalising_is_part_of_the_model_and_saved_with_it() -> None:
    inner = build_model("mlp-128-64", seed=0)
    model = Normalised(inner, mean=0.25, std=0.5)
    pixels = torch.rand(3, 1, 28, 28)
    torch.testing.assert_close(model(pixels), inner((pixels - 0.25) / 0.5))
    other = Normalised(build_model("mlp-128-64", seed=1), mean=0.0, std=1.0)
    other.load_state_dict(model.state_dict())
    torch.testing.assert_close(other(pixels), model(pixels))
    assert {name for name, _ in model.named_buffers()} == {"mean", "std"}
    with pytest.raises(ValueError, match="std must be positive, got 0"):
        Normalised(inner, mean=0.0, std=0.0)
