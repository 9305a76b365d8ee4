"""Attributions against their definitions: differences of the score, completeness, and images that are covered."""

import copy
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import nn

from primer_core.data import load_images
from primer_core.inference import load_checkpoint
from primer_core.inference.asking import logits_of, probabilities_of
from primer_core.inference.attribution import (
    LEAST_GAP,
    MOST_STEPS,
    TOLERANCE,
    input_gradient,
    integrated_gradients,
    occlusion,
)
from primer_core.models import build_model
from primer_core.models.normalise import Normalised
from tests.profiles import examples, is_long

CLASSES = st.integers(0, 9)
OTHERS = st.none() | CLASSES
IMAGES = load_images("mnist-sample").test_images.numpy().astype(np.float64) / 255
NOISE = np.random.default_rng(0).uniform(0, 0.02, (28, 28))
PLACES = st.integers(0, len(IMAGES) - 1)


def network(name: str, seed: int) -> nn.Module:
    """A network in float64, whose random weights are large enough to tell classes apart."""
    model = Normalised(build_model(name, seed), 0.13, 0.31).double().eval()
    with torch.no_grad():
        for weights in model.parameters():
            weights.mul_(2)
    return model


NETWORKS = [network(name, seed) for seed, name in enumerate(("mlp-128-64", "cnn", "raw-128"))]
ANY_NETWORK = st.sampled_from(NETWORKS)


def lead(model: nn.Module, image: np.ndarray, first: int, other: int | None) -> float:
    """The score, asked of the network itself."""
    with torch.no_grad():
        logits = model(torch.from_numpy(image)[None, None])[0]
    return float(logits[first] - (0 if other is None else logits[other]))


@examples(100)
@given(ANY_NETWORK, PLACES, CLASSES, OTHERS, st.integers(0, 27), st.integers(0, 27))
def test_the_gradient_is_the_slope_of_the_lead(
    model: nn.Module, place: int, first: int, other: int | None, row: int, column: int
) -> None:
    """On even black, max pooling has ties, and no one slope; a little noise leaves few of them, which are passed by."""
    image, step = IMAGES[place] + NOISE, 1e-6
    found = input_gradient(model, image, first, other)
    at = lead(model, image, first, other)
    assert found.lead == pytest.approx(at, abs=1e-12)
    below, above = image.copy(), image.copy()
    below[row, column] -= step
    above[row, column] += step
    left, right = (at - lead(model, below, first, other)) / step, (lead(model, above, first, other) - at) / step
    assume(left == pytest.approx(right, rel=1e-5, abs=1e-7))  # else there is a bend within a step of it
    assert found.values[row, column] == pytest.approx((left + right) / 2, rel=1e-5, abs=1e-7)


@examples(50)
@given(ANY_NETWORK, PLACES, CLASSES, OTHERS)
def test_integrated_gradients_are_complete(model: nn.Module, place: int, first: int, other: int | None) -> None:
    image = IMAGES[place]
    found = integrated_gradients(model, image, first, other)
    black = lead(model, np.zeros_like(image), first, other)
    total = lead(model, image, first, other) - black
    assert found.lead_of_black == pytest.approx(black, abs=1e-9)
    assert abs(found.values.sum() - total) <= max(TOLERANCE * abs(total), LEAST_GAP)
    assert found.is_complete
    assert found.gap == pytest.approx(found.values.sum() - total, abs=1e-9)
    assert not found.values[image == 0].any(), "a pixel that is black already has nothing to share"


@pytest.mark.parametrize("place", range(20 if is_long() else 3))
def test_integrated_gradients_of_the_shipped_network_are_complete(place: int) -> None:
    model, image = load_checkpoint(), IMAGES[place].astype(np.float32)
    first, other = (int(label) for label in np.argsort(logits_of(image[None], model)[0])[:-3:-1])
    found = integrated_gradients(model, image, first, other)
    assert found.values.dtype == np.float32
    total = found.lead - found.lead_of_black
    assert abs(float(found.values.sum(dtype=np.float64)) - total) <= max(TOLERANCE * abs(total), LEAST_GAP)
    assert found.steps <= MOST_STEPS


def test_integrated_gradients_of_an_affine_network_are_its_weights_times_the_image() -> None:
    torch.manual_seed(0)
    linear = nn.Linear(784, 10).double()
    affine = nn.Sequential(nn.Flatten(), linear).eval()
    weights = linear.weight.detach().numpy().reshape(10, 28, 28)
    found = integrated_gradients(affine, IMAGES[0], 3, 8)
    assert np.allclose(found.values, (weights[3] - weights[8]) * IMAGES[0], atol=1e-12)
    assert np.allclose(input_gradient(affine, IMAGES[0], 3, 8).values, weights[3] - weights[8], atol=1e-12)


@pytest.mark.parametrize(("model", "other", "side"), list(zip(NETWORKS, (3, None, 0), (5, 9, 2), strict=True)))
def test_occlusion_is_what_covering_does(model: nn.Module, other: int | None, side: int) -> None:
    image, first = IMAGES[side], 8
    found = occlusion(model, image, first, other, side)
    total, covering = np.zeros((28, 28)), np.zeros((28, 28))
    whole, inked = lead(model, image, first, other), {tuple(corner) for corner in found.corners.tolist()}
    losses = {tuple(corner): loss for corner, loss in zip(found.corners.tolist(), found.losses, strict=True)}
    for row, column in product(range(28 - side + 1), repeat=2):
        covered = image.copy()
        covered[row : row + side, column : column + side] = 0
        loss = whole - lead(model, covered, first, other) if (covered != image).any() else 0
        assert ((row, column) in inked) == bool((covered != image).any())
        assert losses.get((row, column), 0) == pytest.approx(loss, abs=1e-9)
        total[row : row + side, column : column + side] += loss
        covering[row : row + side, column : column + side] += 1
    assert np.allclose(found.values, total / covering, atol=1e-9)


def test_a_black_image_has_nothing_to_share_out() -> None:
    black = np.zeros((28, 28), np.float32)
    assert not integrated_gradients(load_checkpoint(), black, 1, 2).values.any()
    covered = occlusion(load_checkpoint(), black, 1, 2)
    assert not covered.values.any()
    assert covered.corners.shape == (0, 2)


def test_a_network_is_left_as_it_was_by_many_threads_at_once() -> None:
    model = build_model("cnn", 3)  # in training mode, with gradients wanted
    before = copy.deepcopy(model.state_dict())
    image = IMAGES[1].astype(np.float32)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: integrated_gradients(model, image, 1, 7).values, range(8)))
    assert all(np.array_equal(values, found[0]) for values in found)
    assert model.training
    assert all(weights.grad is None and weights.requires_grad for weights in model.parameters())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_probabilities_are_torchs_softmax() -> None:
    logits = np.array([[1000.0, 999.0, -1000.0], [0.1, 0.2, 0.3]], np.float32)
    assert np.allclose(probabilities_of(logits), torch.softmax(torch.from_numpy(logits), 1).numpy(), atol=1e-6)
