"""What would make a network read another digit: the smallest change of pixels found, and a blend towards a real digit.

The smallest change is sought as Rony, Hafemann, Oliveira, Ben Ayed, Sabourin and Granger do it ("Decoupling Direction
and Norm for Efficient Gradient-Based L2 Adversarial Attacks and Defenses", 2019): steps along the gradient, put back
onto a ball around the image that shrinks while the change succeeds and grows while it does not. What is found last lies
on a line from the image; the point on it where the label turns is found by halving.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from primer_core.inference.asking import Score, at_rest, gradients_of, logits_of

if TYPE_CHECKING:
    import torch
    from torch import nn

STEPS = 60
"""Gradients that the smallest change is sought with."""

PARTS_OF_WAY = 64
"""Parts into which the way of a blend is cut to see which labels it passes."""

HALVINGS = 12
"""How often a part of the way is halved to find where the label turns: a blend's turn is known to 1/262 144."""

_GROWTH = 0.05  # of the ball, at each step; the paper's gamma
_FIRST_RADIUS = 1.0  # of the ball: a tenth of the length of a usual digit


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """A change of an image that makes a network read a certain class.

    Attributes
    ----------
    image
        (28, 28) in 0..1: the changed image.
    logits
        (classes,): what the network gives for it.
    length
        Of the change: the square root of the sum of the squared differences of the pixels.
    largest
        Difference of a pixel.
    """

    image: NDArray[np.floating]
    logits: NDArray[np.floating]
    length: float
    largest: float


@dataclass(frozen=True, slots=True)
class Turn:
    """A place on the way of a blend where the label turns.

    Attributes
    ----------
    before, after
        Shares of the way, 0 to 1, less than 1e-5 apart: what is read before and after it.
    label_before, label_after
        The classes that are read there.
    """

    before: float
    after: float
    label_before: int
    label_after: int


@dataclass(frozen=True, slots=True, eq=False)
class Blend:
    """Images on the straight way from one image to another: ``(1 - share) * start + share * end``.

    Attributes
    ----------
    start, end
        (28, 28) in 0..1.
    shares
        (n,): the shares at which the network was asked, from 0 to 1, evenly spaced.
    logits
        (n, classes): what it gave.
    turns
        Where its label turns between two of them. A label that is read between two shares alone is not seen.
    """

    start: NDArray[np.floating]
    end: NDArray[np.floating]
    shares: NDArray[np.float64]
    logits: NDArray[np.floating]
    turns: tuple[Turn, ...]

    def at(self, share: float) -> NDArray[np.floating]:
        """The image at a share of the way, (28, 28)."""
        return blended(self.start, self.end, share)


def blended(start: NDArray[np.floating], end: NDArray[np.floating], share: float) -> NDArray[np.floating]:
    """Mix two images pixel by pixel, in their own dtype."""
    mixed: NDArray[np.floating] = (1 - share) * start.astype(np.float64) + share * end.astype(np.float64)
    return mixed.astype(start.dtype)


def label_of(image: NDArray[np.floating], model: nn.Module) -> int:
    """The class that a network in evaluation mode reads in one image (28, 28)."""
    return int(logits_of(image[None], model)[0].argmax())


def smallest_change(model: nn.Module, image: NDArray[np.floating], target: int, steps: int = STEPS) -> Change | None:
    """Seek the smallest change of an image, its pixels kept in 0..1, that a network reads as a class.

    It is the smallest that was found: there may be a smaller one.

    Parameters
    ----------
    model
        Takes (n, 1, 28, 28) in 0..1 and gives logits (n, classes). It is left as it is, and may be asked by several
        threads at once.
    image
        (28, 28) in 0..1, not read as `target`.
    target
        The class.
    steps
        Gradients to take.

    Returns
    -------
    The change, or None where no step came to be read as `target`.
    """
    model = at_rest(model)
    delta = np.zeros(image.shape)
    best: NDArray[np.float64] | None = None
    radius = _FIRST_RADIUS
    for step in range(steps):
        changed = (image + delta).astype(image.dtype)
        margins, gradients = gradients_of(changed[None], model, _margin(target))
        length = float(np.linalg.norm(delta))
        if margins[0] > 0:
            if best is None or length < np.linalg.norm(best):
                best = delta
            radius = (1 - _GROWTH) * length
        elif step:
            radius *= 1 + _GROWTH
        slope = gradients[0].astype(np.float64)
        reach = float(np.linalg.norm(slope))
        if reach == 0:
            break  # nothing says where to go
        stride = 0.01 + 0.99 * (1 + math.cos(math.pi * step / steps)) / 2
        delta = delta + stride * slope / reach
        delta = delta * (radius / np.linalg.norm(delta))
        delta = np.clip(image + delta, 0, 1) - image
    if best is None:
        return None
    end = (image + best).astype(image.dtype)
    _, share = _halved(image, end, (0.0, 1.0), model, target)
    found = blended(image, end, share)
    difference = found.astype(np.float64) - image
    return Change(
        found,
        logits_of(found[None], model)[0],
        float(np.linalg.norm(difference)),
        float(np.abs(difference).max()),
    )


def blend(model: nn.Module, start: NDArray[np.floating], end: NDArray[np.floating]) -> Blend:
    """See what a network reads on the straight way from one image to another, and where its label turns.

    Parameters
    ----------
    model
        As for `smallest_change`.
    start, end
        (28, 28) in 0..1.
    """
    model = at_rest(model)
    shares = np.linspace(0, 1, PARTS_OF_WAY + 1)
    # One by one: what is read in a batch may differ, by rounding, from what is read in an image alone.
    logits = np.stack([logits_of(blended(start, end, share)[None], model)[0] for share in shares])
    labels = logits.argmax(axis=1).tolist()
    turns = []
    for place, (label, following) in enumerate(pairwise(labels)):
        if label != following:
            before, after = _halved(start, end, (shares[place], shares[place + 1]), model, following)
            turns.append(Turn(before, after, label_of(blended(start, end, before), model), following))
    return Blend(start, end, shares, logits, tuple(turns))


def _margin(target: int) -> Score:
    """The logit of a class, less the largest of the others."""

    def score(logits: torch.Tensor) -> torch.Tensor:
        others = logits.clone()
        others[:, target] = -math.inf
        return logits[:, target] - others.amax(dim=1)

    return score


def _halved(
    start: NDArray[np.floating], end: NDArray[np.floating], between: tuple[float, float], model: nn.Module, target: int
) -> tuple[float, float]:
    """Halve a part of the way, read as `target` at its end and not at its beginning, until it is short."""
    low, high = map(float, between)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if label_of(blended(start, end, middle), model) == target:
            high = middle
        else:
            low = middle
    return low, high
