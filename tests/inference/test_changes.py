"""The smallest change and the blend: what is said of them, recomputed."""

import copy
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn

from primer_core.data import load_images
from primer_core.inference import load_checkpoint
from primer_core.inference.changes import PARTS_OF_WAY, blend, label_of, smallest_change
from primer_core.models import build_model
from tests.profiles import is_long

SPLIT = load_images("mnist-sample")
IMAGES = SPLIT.test_images.numpy().astype(np.float32) / np.float32(255)
DRAWN = range(8 if is_long() else 2)


def read(model: nn.Module, image: np.ndarray) -> int:
    with torch.no_grad():
        return int(model(torch.from_numpy(image)[None, None]).argmax())


@pytest.mark.parametrize("place", DRAWN)
def test_the_change_reads_as_it_says_and_is_as_large_as_it_says(place: int) -> None:
    model, image = load_checkpoint(), IMAGES[place]
    target = (int(SPLIT.test_labels[place]) + 3) % 10
    found = smallest_change(model, image, target, steps=40)
    assert found is not None
    assert read(model, found.image) == target == found.logits.argmax()
    assert found.image.min() >= 0
    assert found.image.max() <= 1
    difference = found.image.astype(np.float64) - image
    assert found.length == pytest.approx(np.sqrt((difference**2).sum()), rel=1e-6)
    assert found.largest == pytest.approx(np.abs(difference).max(), rel=1e-6)
    assert found.length < 0.5 * np.linalg.norm(image)
    shorter = (image + 0.99 * difference).astype(np.float32)
    assert read(model, shorter) != target, "the change is no longer than it has to be on its line"


def test_the_smallest_change_of_an_affine_network_is_the_distance_of_a_plane() -> None:
    """Where no pixel meets its limits, the nearest point that reads the other of two classes is known."""
    torch.manual_seed(1)
    linear = nn.Linear(784, 2).double()
    affine = nn.Sequential(nn.Flatten(), linear).eval()
    image = np.full((28, 28), 0.5)
    label = read(affine, image)
    found = smallest_change(affine, image, 1 - label)
    weights, bias = (part.detach().numpy() for part in linear.parameters())
    across, offset = weights[label] - weights[1 - label], bias[label] - bias[1 - label]
    distance = (across @ image.ravel() + offset) / np.linalg.norm(across)
    assert found is not None
    assert found.length == pytest.approx(distance, rel=0.01)


def test_where_nothing_reads_as_the_class_no_change_is_found() -> None:
    linear = nn.Linear(784, 10)
    affine = nn.Sequential(nn.Flatten(), linear).eval()
    with torch.no_grad():
        linear.weight.zero_()
        linear.bias.copy_(torch.arange(10.0))
    assert smallest_change(affine, IMAGES[0], 3, steps=5) is None


@pytest.mark.parametrize("place", DRAWN)
def test_the_label_turns_where_the_blend_says(place: int) -> None:
    model, start = load_checkpoint(), IMAGES[place]
    other = next(row for row in range(100, 500) if SPLIT.test_labels[row] != SPLIT.test_labels[place])
    end = IMAGES[other]
    found = blend(model, start, end)
    assert np.array_equal(found.at(0), start)
    assert np.array_equal(found.at(1), end)
    assert len(found.shares) == PARTS_OF_WAY + 1
    assert found.turns
    labels = [label_of(found.at(share), model) for share in found.shares]
    assert labels == found.logits.argmax(axis=1).tolist()
    assert len(found.turns) == sum(one != following for one, following in pairwise(labels))
    for turn in found.turns:
        assert 0 < turn.after - turn.before < 1e-5
        assert read(model, found.at(turn.before)) == turn.label_before != turn.label_after
        assert read(model, found.at(turn.after)) == turn.label_after
        middle = ((1 - turn.after) * start.astype(np.float64) + turn.after * end).astype(np.float32)
        assert np.allclose(found.at(turn.after), middle, atol=1e-6)


def test_two_images_of_one_label_may_have_no_turn_between_them() -> None:
    found = blend(load_checkpoint(), IMAGES[0], IMAGES[0])
    assert found.turns == ()


def test_a_network_is_left_as_it_was() -> None:
    model = build_model("cnn", 3)
    before = copy.deepcopy(model.state_dict())
    smallest_change(model, IMAGES[0], 4, steps=10)
    blend(model, IMAGES[0], IMAGES[1])
    assert model.training
    assert all(weights.grad is None for weights in model.parameters())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
