"""What disturbs a drawing, against NumPy and PyTorch."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from primer_core.inference import load_checkpoint
from primer_core.inference.asking import read_probabilities
from primer_core.inference.disturbances import FACTORS, Disturbance, count_right, disturb, look
from primer_core.inference.held_out import held_out
from primer_core.models import build_model
from primer_core.models.normalise import Normalised
from tests.profiles import examples

IMAGES = held_out()[0][::100]


@pytest.fixture(scope="module")
def model() -> Normalised:
    return Normalised(build_model("mlp-128-64", 1), mean=0.13, std=0.31).eval()


def test_nothing_is_done_by_default(model: Normalised) -> None:
    assert np.array_equal(disturb(IMAGES, model, Disturbance()), IMAGES)


@pytest.mark.parametrize("turns", [1, 2, 3, -1])
def test_quarter_turns_are_those_of_numpy(model: Normalised, turns: int) -> None:
    turned = disturb(IMAGES, model, Disturbance(rotation=90.0 * turns))
    assert np.allclose(turned, np.rot90(IMAGES, turns, axes=(1, 2)), atol=1e-4)


def test_whole_shifts_move_and_leave_paper_behind(model: Normalised) -> None:
    shifted = disturb(IMAGES, model, Disturbance(right=3, down=-2))
    expected = np.zeros_like(IMAGES)
    expected[:, :-2, 3:] = IMAGES[:, 2:, :-3]
    assert np.allclose(shifted, expected, atol=1e-4)
    assert not disturb(IMAGES, model, Disturbance(right=28)).any()


def test_half_the_size_has_a_quarter_of_the_ink(model: Normalised) -> None:
    blob = np.zeros((1, 28, 28), dtype=np.float32)
    blob[:, 6:22, 6:22] = 1
    small = disturb(blob, model, Disturbance(zoom=0.5))
    assert small.sum() == pytest.approx(64, rel=0.05)
    assert small[0, 10:18, 10:18].min() == pytest.approx(1, abs=1e-4)


def test_inverted_and_multiplied(model: Normalised) -> None:
    assert np.array_equal(disturb(IMAGES, model, Disturbance(invert=True)), 1 - IMAGES)
    assert np.allclose(disturb(IMAGES, model, Disturbance(factor=8)), 8 * IMAGES)


def test_noise_has_its_deviation_before_it_is_cut_off_and_comes_again_with_its_seed(model: Normalised) -> None:
    grey = np.full((40, 28, 28), 0.5, dtype=np.float32)
    noisy = disturb(grey, model, Disturbance(noise=0.1, seed=4))
    assert (noisy - grey).std() == pytest.approx(0.1, rel=0.02)
    assert np.array_equal(noisy, disturb(grey, model, Disturbance(noise=0.1, seed=4)))
    assert not np.array_equal(noisy, disturb(grey, model, Disturbance(noise=0.1, seed=5)))
    wild = disturb(grey, model, Disturbance(noise=1.0))
    assert wild.min() == 0
    assert wild.max() == 1


def test_fgsm_is_the_sign_of_the_gradient_and_raises_the_loss(model: Normalised) -> None:
    attacked = disturb(IMAGES, model, Disturbance(fgsm=0.05))
    pixels = torch.from_numpy(IMAGES.copy())[:, None].requires_grad_(True)
    labels = model(pixels).argmax(dim=1)
    (gradient,) = torch.autograd.grad(functional.cross_entropy(model(pixels), labels, reduction="sum"), pixels)
    expected = (pixels + 0.05 * gradient.sign()).clamp(0, 1).detach()[:, 0].numpy()
    assert np.allclose(attacked, expected, atol=1e-6)
    with torch.inference_mode():
        before = functional.cross_entropy(model(torch.from_numpy(IMAGES.copy())[:, None]), labels)
        after = functional.cross_entropy(model(torch.from_numpy(attacked)[:, None]), labels)
    assert after > before
    assert all(parameter.grad is None for parameter in model.parameters()), "a shared network gets no gradients"


def test_what_is_read_is_what_the_network_says(model: Normalised) -> None:
    disturbance = Disturbance(rotation=20, noise=0.2, fgsm=0.1, factor=2)
    found = look(IMAGES[3], model, disturbance)
    again = disturb(IMAGES[3:4], model, disturbance)
    assert np.array_equal(found.image, again[0])
    assert np.allclose(found.probabilities, read_probabilities(again, model)[0], atol=1e-6)
    assert np.allclose(found.before, read_probabilities(IMAGES[3:4], model)[0], atol=1e-6)
    assert found.random_signs is not None
    assert found.by_factor.shape == (len(FACTORS), 10)
    assert np.allclose(found.by_factor[FACTORS.index(2.0)], found.probabilities, atol=1e-6)
    assert look(IMAGES[3], model, Disturbance()).random_signs is None


def test_confidence_grows_with_the_size_of_the_values_alone(model: Normalised) -> None:
    for image in IMAGES:
        by_factor = look(image, model, Disturbance()).by_factor
        assert by_factor[-1].max() > by_factor[FACTORS.index(1.0)].max()


def test_counts_are_those_of_the_network(model: Normalised) -> None:
    images, labels = held_out()
    shipped = load_checkpoint()
    assert count_right(model, images, labels, "noise", 0.0) == count_right(model, images, labels, "rotation", 0.0)
    turned = read_probabilities(np.ascontiguousarray(np.rot90(images, 1, axes=(1, 2))), model).argmax(axis=1)
    assert count_right(model, images, labels, "rotation", 90.0) == pytest.approx(int((turned == labels).sum()), abs=1)
    assert count_right(shipped, images, labels, "noise", 0.0) >= 490


@examples(60)
@given(
    st.floats(-180, 180),
    st.floats(0.3, 2),
    st.floats(-14, 14),
    st.floats(0, 1),
    st.booleans(),
    st.sampled_from([0.0, 0.3]),
    st.floats(0.1, 20),
)
def test_any_disturbance_gives_numbers(
    rotation: float, zoom: float, shift: float, noise: float, invert: bool, fgsm: float, factor: float
) -> None:
    model = build_model("mlp-128-64", 1).eval()
    found = look(
        IMAGES[0],
        model,
        Disturbance(rotation, zoom, shift, -shift, invert=invert, noise=noise, fgsm=fgsm, factor=factor),
    )
    assert found.image.min() >= 0
    assert found.image.max() <= factor * 1.001
    assert np.isfinite(found.probabilities).all()
    assert found.probabilities.sum() == pytest.approx(1, abs=1e-4)
