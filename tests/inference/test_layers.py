"""An image on its way through networks: every layer and every sum, against PyTorch."""

import threading
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn

from primer_core.inference import load_checkpoint, predict_digit, render_strokes
from primer_core.inference.held_out import held_out
from primer_core.inference.layers import Layer, Passage, add_up, count_right, pass_through, strongest
from primer_core.models import MODELS, build_model
from primer_core.models.normalise import Normalised
from tests.e2e.digit_strokes import DIGITS

IMAGE_MODELS = [name for name, entry in MODELS.items() if entry.takes == "images"]


def image_of(digit: int) -> np.ndarray:
    strokes = [{"width": 18, "points": [list(point) for point in stroke]} for stroke in DIGITS[digit]]
    return predict_digit(render_strokes(strokes)).image.copy()


def network(name: str) -> nn.Module:
    """A network with weights, biases and statistics that are all different from their first values."""
    model = Normalised(build_model(name, 3), mean=0.13, std=0.31)
    generator = torch.Generator().manual_seed(5)
    for tensor in [*model.parameters(), *(b for b in model.buffers() if b.ndim)]:
        tensor.data += 0.1 * torch.rand(tensor.shape, generator=generator)
    return model.eval()


@pytest.fixture(scope="module", params=["shipped", *IMAGE_MODELS])
def model(request: pytest.FixtureRequest) -> nn.Module:
    return load_checkpoint() if request.param == "shipped" else network(request.param)


@pytest.fixture(scope="module")
def passage(model: nn.Module) -> Passage:
    return pass_through(image_of(7), model)


def outputs(model: nn.Module, image: np.ndarray) -> dict[nn.Module, torch.Tensor]:
    """What every leaf module gives, by hooks in a copy made for this."""
    import copy

    own = copy.deepcopy(model)
    found: dict[nn.Module, torch.Tensor] = {}
    names = dict(own.named_modules())
    for name, module in model.named_modules():
        if not list(module.children()):
            names[name].register_forward_hook(lambda _, __, out, at=module: found.__setitem__(at, out))
    with torch.inference_mode():
        own(torch.from_numpy(image)[None, None])
    return found


def test_the_logits_are_those_of_the_network(model: nn.Module, passage: Passage) -> None:
    with torch.inference_mode():
        logits = model(torch.from_numpy(image_of(7))[None, None])
    assert np.allclose(passage.logits, logits[0].numpy(), atol=1e-5)
    assert np.allclose(passage.probabilities, torch.softmax(logits, dim=1)[0].numpy(), atol=1e-6)
    assert passage.layers[-1].name == "logits"
    assert np.array_equal(passage.layers[-1].values[0], passage.logits)
    assert all(np.array_equal(layer.given, before.values) for before, layer in pairwise(passage.layers))


def test_the_layers_give_what_the_modules_give(model: nn.Module, passage: Passage) -> None:
    def is_told(out: torch.Tensor) -> bool:
        same = [layer.values for layer in passage.layers if layer.values.shape == tuple(out.shape)]
        return any(np.allclose(values, out.numpy(), atol=1e-6) for values in same)

    for module, out in outputs(model, image_of(7)).items():
        # What batch normalisation or ReLU makes of it later is told instead of the sums themselves.
        assert is_told(out) or is_told(out.relu()) or isinstance(module, nn.Conv2d | nn.BatchNorm2d)


def test_shapes_and_kinds_are_told_in_order() -> None:
    found = [(layer.kind, layer.values.shape) for layer in pass_through(image_of(3), network("cnn")).layers]
    assert found == [
        ("normalise", (1, 1, 28, 28)),
        ("convolution", (1, 16, 28, 28)),
        ("pool", (1, 16, 14, 14)),
        ("convolution", (1, 32, 14, 14)),
        ("pool", (1, 32, 7, 7)),
        ("flatten", (1, 1568)),
        ("affine", (1, 64)),
        ("affine", (1, 10)),
    ]
    raw = [(layer.name, layer.code) for layer in pass_through(image_of(3), network("raw-128")).layers]
    assert raw == [
        ("normalised", "sub → div"),
        ("flatten", "flatten"),
        ("dense 1", "matmul → + bias → relu"),
        ("logits", "matmul → + bias"),
    ]


def test_a_sum_comes_to_what_the_layer_gives(passage: Passage) -> None:
    random = np.random.default_rng(0)
    for number, layer in enumerate(passage.layers):
        if layer.learnt is None:
            continue
        before = passage.layers[number - 1]
        for unit in random.choice(layer.units, 4):
            places: list[tuple[int, int] | None] = [None]
            if layer.values.ndim == 4:
                height, width = layer.values.shape[2:]
                places += [(0, 0), (height - 1, width - 1), (int(random.integers(height)), int(random.integers(width)))]
            for at in places:
                found = add_up(layer, int(unit), at, before)
                where = strongest(layer, int(unit)) if at is None and layer.values.ndim == 4 else at
                given = layer.values[0, int(unit)] if where is None else layer.values[0, int(unit), where[0], where[1]]
                assert found.at == where
                assert found.value == pytest.approx(float(given), abs=2e-4, rel=1e-4)
                products = sum(term.product for term in found.terms) + found.rest
                assert products + found.bias == pytest.approx(found.total, abs=1e-6)
                assert found.total == pytest.approx(
                    float((found.weight.astype(np.float64) * found.inputs).sum()) + found.bias, abs=1e-9
                )


def test_terms_name_the_place_of_their_input(passage: Passage) -> None:
    for number, layer in enumerate(passage.layers):
        if layer.learnt is None:
            continue
        before = passage.layers[number - 1]
        source = before.given[0] if before.kind == "flatten" and before.given.ndim == 4 else layer.given[0]
        for term in add_up(layer, 0, None, before).terms:
            assert float(source[term.place]) == pytest.approx(term.value)


def test_a_unit_that_is_off_gives_nothing_and_the_rest_follows(model: nn.Module, passage: Passage) -> None:
    number = next(place for place in range(len(passage.layers)) if passage.can_switch(place))
    last = max(place for place in range(len(passage.layers)) if passage.can_switch(place))
    off = pass_through(image_of(7), model, {number: frozenset({0, 2})})
    assert not off.layers[number].values[0, [0, 2]].any()
    kept = [unit for unit in range(off.layers[number].units) if unit not in (0, 2)]
    assert np.allclose(off.layers[number].values[0, kept], passage.layers[number].values[0, kept], atol=1e-5)
    nothing = pass_through(image_of(7), model, {last: frozenset(range(passage.layers[last].units))})
    bias = passage.layers[-1].learnt
    assert bias is not None
    assert bias.bias is not None
    assert np.allclose(nothing.logits, bias.bias, atol=1e-5)
    again = pass_through(image_of(7), model)
    assert np.array_equal(again.logits, passage.logits), "the network is as it was"
    assert not any(module._forward_hooks for module in model.modules())


def test_the_answer_and_what_lies_before_the_weights_cannot_be_switched(passage: Passage) -> None:
    assert not passage.can_switch(len(passage.layers) - 1)
    assert not passage.can_switch(0)
    assert not passage.can_switch(-1)
    model = network("mlp-128-64")
    whole, off = pass_through(image_of(7), model), pass_through(image_of(7), model, {4: frozenset({7}), 2: frozenset()})
    assert np.array_equal(off.logits, whole.logits)
    with pytest.raises(ValueError, match="no weights"):
        add_up(passage.layers[0], 0)
    with pytest.raises(ValueError, match="units 0 to"):
        add_up(passage.layers[-1], 10)


def test_threads_do_not_see_each_other() -> None:
    model = network("mlp-128-64")
    images = [image_of(digit) for digit in range(10)]
    with torch.inference_mode():
        expected = model(torch.from_numpy(np.stack(images))[:, None]).numpy()
    problems = []

    def ask(digit: int) -> None:
        for _ in range(20):
            off = {2: frozenset({digit})} if digit % 2 else None
            found = pass_through(images[digit], model, off)
            if not digit % 2 and not np.allclose(found.logits, expected[digit], atol=1e-4):
                problems.append(digit)
            if len(found.layers) != 5:
                problems.append(digit)

    threads = [threading.Thread(target=ask, args=(digit,)) for digit in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems


def test_test_images_are_counted_as_the_network_reads_them() -> None:
    images, labels = held_out()
    assert images.shape == (500, 28, 28)
    assert images.max() == 1
    model = network("mlp-128-64")
    with torch.inference_mode():
        right = int((model(torch.from_numpy(images)[:, None]).argmax(dim=1).numpy() == labels).sum())
    assert count_right(model, images, labels) == right
    everything = {2: frozenset(range(128))}
    constant = pass_through(images[0], model, everything).logits.argmax()
    assert count_right(model, images, labels, everything) == int((labels == constant).sum())
    assert count_right(model, images, labels, {}) == right


def test_a_network_of_another_make_is_told_too() -> None:
    class Residual(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Conv2d(1, 4, 3, padding=1, stride=2)
            self.last = nn.Linear(4 * 14 * 14, 10)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            inner = self.first(x)
            inner = inner + torch.tanh(inner)
            logits: torch.Tensor = self.last(inner.reshape(len(x), -1))
            return logits

    model = Residual().eval()
    passage = pass_through(image_of(2), model)
    assert [layer.kind for layer in passage.layers] == ["convolution", "other", "flatten", "affine"]
    convolution: Layer = passage.layers[0]
    found = add_up(convolution, 1, (3, 4))
    with torch.inference_mode():
        expected = model.first(torch.from_numpy(image_of(2))[None, None])[0, 1, 3, 4]
    assert found.total == pytest.approx(float(expected), abs=1e-5)
