"""What a drawing is disturbed by, and what a network then reads: noise, rotation, a shift, and changes made on purpose.

Sources:

- FGSM, the fast gradient sign method: Goodfellow, Shlens, Szegedy, "Explaining and Harnessing Adversarial Examples",
  2015;
- values that grow: Hein, Andriushchenko, Bitterwolf, "Why ReLU networks yield high-confidence predictions far away from
  the training data and how to mitigate the problem", 2019.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.inference.asking import gradients_of, logits_of, one_thread, read_probabilities
from primer_core.inference.held_out import Counts

if TYPE_CHECKING:
    import torch
    from torch import nn

Images = NDArray[np.float32]

Amount = Literal["noise", "rotation"]
"""A disturbance of which there is a curve."""

FACTORS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""What the values of an image are multiplied by, to see what size alone does."""


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What is done to images (28, 28) in 0..1, in this order; by default nothing.

    Parameters
    ----------
    rotation
        Degrees about the middle of the image, against the clock.
    zoom
        Factor of the size about the middle, greater than 0.
    right, down
        Pixels by which it is shifted.
    invert
        Whether every pixel becomes 1 - x.
    noise
        Standard deviation of the normal noise that is added to every pixel; the sum is cut off at 0 and 1.
    seed
        Of the noise and of the random signs.
    fgsm
        What is added to a pixel or taken from it, by the sign of the gradient of the loss for the label that is read
        without it; the sum is cut off at 0 and 1.
    factor
        What all values are multiplied by in the end; they are not cut off.
    """

    rotation: float = 0.0
    zoom: float = 1.0
    right: float = 0.0
    down: float = 0.0
    invert: bool = False
    noise: float = 0.0
    seed: int = 0
    fgsm: float = 0.0
    factor: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Disturbed:
    """An image that was disturbed, and what is read.

    Attributes
    ----------
    image
        float32 (28, 28): what the network is given.
    probabilities
        float64 (classes,): what it makes of that.
    before
        float64 (classes,): what it makes of the image without any disturbance.
    random_signs
        float64 (classes,): with random signs instead of the gradient's; None without FGSM.
    by_factor
        float64 (len(FACTORS), classes): with the values multiplied by each of `FACTORS` instead of the factor asked
        for.
    """

    image: Images
    probabilities: NDArray[np.float64]
    before: NDArray[np.float64]
    random_signs: NDArray[np.float64] | None
    by_factor: NDArray[np.float64]


def disturb(images: Images, model: nn.Module, disturbance: Disturbance) -> Images:
    """Disturb images.

    Parameters
    ----------
    images
        float32 (n, 28, 28) in 0..1.
    model
        In evaluation mode; takes (n, 1, 28, 28). It is left as it is: gradients are asked of `torch.autograd.grad`.
    disturbance
        What is done; the noise of an image depends on its place among them.

    Returns
    -------
    float32 (n, 28, 28)
    """
    return (_attacked(_worsened(images, disturbance), model, disturbance) * np.float32(disturbance.factor)).astype(
        np.float32
    )


def look(image: Images, model: nn.Module, disturbance: Disturbance) -> Disturbed:
    """Disturb one image (28, 28) in 0..1 and read it; `model` and `disturbance` are those of `disturb`."""
    worsened = _worsened(image[None], disturbance)
    attacked = _attacked(worsened, model, disturbance)
    given = [image[None], attacked * np.float32(disturbance.factor)]
    given += [(attacked * factor).astype(np.float32) for factor in FACTORS]
    if disturbance.fgsm:
        signs = np.random.default_rng([disturbance.seed, 1]).choice(np.array([-1, 1], np.float32), worsened.shape)
        random = np.clip(worsened + np.float32(disturbance.fgsm) * signs, 0, 1)
        given.append(random.astype(np.float32) * np.float32(disturbance.factor))
    found = read_probabilities(np.concatenate(given), model)
    many = len(FACTORS)
    return Disturbed(
        image=given[1][0],
        probabilities=found[1],
        before=found[0],
        random_signs=found[2 + many] if disturbance.fgsm else None,
        by_factor=found[2 : 2 + many],
    )


def count_right(model: nn.Module, images: Images, labels: NDArray[np.int64], kind: Amount, amount: float) -> int:
    """Count the images that a network reads right though they are disturbed by an amount.

    What was counted is kept: see `primer_core.inference.held_out.Counts`.

    Parameters
    ----------
    model, images
        As for `disturb`; the same images in every call for a network.
    labels
        (n,).
    kind, amount
        What they are disturbed by.
    """

    def count() -> int:
        disturbance = Disturbance(noise=amount) if kind == "noise" else Disturbance(rotation=amount)
        return int((logits_of(disturb(images, model, disturbance), model).argmax(axis=1) == labels).sum())

    return _COUNTS.of(model, (kind, amount), count)


_COUNTS = Counts()


def _worsened(images: Images, disturbance: Disturbance) -> Images:
    """Move, invert and add noise: all that asks no network."""
    changed = images
    if (disturbance.rotation, disturbance.zoom, disturbance.right, disturbance.down) != (0.0, 1.0, 0.0, 0.0):
        changed = _moved(changed, disturbance)
    if disturbance.invert:
        changed = np.float32(1) - changed
    if disturbance.noise:
        noise = np.random.default_rng(disturbance.seed).standard_normal(images.shape, dtype=np.float32)
        changed = np.clip(changed + np.float32(disturbance.noise) * noise, 0, 1)
    return changed.astype(np.float32)


def _moved(images: Images, disturbance: Disturbance) -> Images:
    """Rotate, zoom and shift in one go, by bilinear interpolation; what comes from outside is paper."""
    import torch
    from torch.nn import functional

    angle = np.deg2rad(disturbance.rotation)
    cosine, sine = np.cos(angle) / disturbance.zoom, np.sin(angle) / disturbance.zoom
    # Where each pixel comes from: the way back, in units of half an image.
    right, down = (2 * pixels / images.shape[-1] for pixels in (disturbance.right, disturbance.down))
    back = [
        [cosine, -sine, -cosine * right + sine * down],
        [sine, cosine, -sine * right - cosine * down],
    ]
    with torch.inference_mode(), one_thread():
        theta = torch.tensor(back, dtype=torch.float32).expand(len(images), 2, 3)
        grid = functional.affine_grid(theta, [len(images), 1, *images.shape[1:]], align_corners=False)
        moved = functional.grid_sample(torch.from_numpy(np.array(images)).unsqueeze(1), grid, align_corners=False)
    found: Images = moved.squeeze(1).clamp(0, 1).numpy()
    return found


def _attacked(images: Images, model: nn.Module, disturbance: Disturbance) -> Images:
    """Add FGSM's signs."""
    if not disturbance.fgsm:
        return images
    from torch.nn import functional

    def surprise(logits: torch.Tensor) -> torch.Tensor:
        return functional.cross_entropy(logits, logits.argmax(dim=1), reduction="none")

    _, gradients = gradients_of(images, model, surprise)
    found: Images = np.clip(images + np.float32(disturbance.fgsm) * np.sign(gradients), 0, 1).astype(np.float32)
    return found
