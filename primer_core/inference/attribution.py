"""Which pixels speak for one class and against another, in three ways that each have a definition.

The score that is shared out is the lead of a class over another: the difference of their logits (see `lead` in
`primer_core.inference.asking`). Sources:

- gradient: Simonyan, Vedaldi, Zisserman, "Deep Inside Convolutional Networks", 2013;
- integrated gradients: Sundararajan, Taly, Yan, "Axiomatic Attribution for Deep Networks", 2017;
- occlusion: Zeiler, Fergus, "Visualizing and Understanding Convolutional Networks", 2013.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from primer_core.inference.asking import BATCH, at_rest, gradients_of, lead, logits_of

if TYPE_CHECKING:
    from torch import nn

TOLERANCE = 0.01
"""How far the values of integrated gradients may be from completeness: this share of what they have to add up to."""

LEAST_GAP = 0.01
"""A gap below this, in units of the logits, is no reason to take more steps, however little there is to share out."""

MOST_STEPS = 512
"""Steps of the path that integrated gradients take at most."""

SIDE = 5
"""Side of the square that occlusion paints black, in pixels: what a pen of usual width draws is three wide."""


@dataclass(frozen=True, slots=True, eq=False)
class Gradient:
    """How the lead changes by each pixel.

    Attributes
    ----------
    values
        (28, 28): the derivative of the lead by each pixel, in logits for 1 of ink.
    lead
        Of the image.
    """

    values: NDArray[np.floating]
    lead: float


@dataclass(frozen=True, slots=True, eq=False)
class IntegratedGradients:
    """The lead's difference from that of a black image, shared out among the pixels.

    Attributes
    ----------
    values
        (28, 28): each pixel's brightness times the mean gradient on the straight way from black to the image.
    lead, lead_of_black
        Of the image and of a black one. The values sum to their difference, but for the `gap`.
    steps
        Points on the way at which the gradient was taken.
    """

    values: NDArray[np.floating]
    lead: float
    lead_of_black: float
    steps: int

    @property
    def gap(self) -> float:
        """What the sum of the values is more than the difference of the leads, which comes of a finite sum."""
        return float(self.values.sum(dtype=np.float64)) - (self.lead - self.lead_of_black)

    @property
    def is_complete(self) -> bool:
        """Whether the gap is within `TOLERANCE`, or below `LEAST_GAP`."""
        return abs(self.gap) <= max(TOLERANCE * abs(self.lead - self.lead_of_black), LEAST_GAP)


@dataclass(frozen=True, slots=True, eq=False)
class Occlusion:
    """What the lead loses where a square of the image is painted black.

    Attributes
    ----------
    values
        (28, 28): the mean loss over all squares that cover a pixel; squares without ink lose nothing.
    lead
        Of the whole image.
    corners
        (n, 2): row and column of the upper left pixel of each square that covers ink.
    logits
        (n, classes): what the network gives with each of these squares painted black.
    losses
        (n,): what the lead loses by each of them.
    """

    values: NDArray[np.floating]
    lead: float
    corners: NDArray[np.int64]
    logits: NDArray[np.floating]
    losses: NDArray[np.floating]


def input_gradient(model: nn.Module, image: NDArray[np.floating], first: int, other: int | None) -> Gradient:
    """Differentiate the lead of a class by the pixels of an image.

    Parameters
    ----------
    model
        Takes (n, 1, 28, 28) in 0..1 and gives logits (n, classes). It is left as it is, and may be asked by several
        threads at once.
    image
        (28, 28) in 0..1.
    first, other
        As in `primer_core.inference.asking.lead`.
    """
    scores, gradients = gradients_of(image[None], at_rest(model), lead(first, other))
    return Gradient(gradients[0], float(scores[0]))


def integrated_gradients(
    model: nn.Module, image: NDArray[np.floating], first: int, other: int | None
) -> IntegratedGradients:
    """Share the lead of a class, as far as it differs from that of a black image, out among the pixels.

    The integral is a midpoint sum. The number of steps is doubled until the sum is as complete as `TOLERANCE` asks, or
    is `MOST_STEPS`.

    Parameters
    ----------
    model, image, first, other
        As for `input_gradient`.
    """
    model, score = at_rest(model), lead(first, other)
    ends = logits_of(np.stack([np.zeros_like(image), image]), model)
    black, whole = (float(value) for value in score_of(ends, first, other))
    steps = BATCH // 2
    while True:
        shares = ((np.arange(steps) + 0.5) / steps).astype(image.dtype)
        _, gradients = gradients_of(shares[:, None, None] * image, model, score)
        found = IntegratedGradients(image * gradients.mean(axis=0), whole, black, steps)
        if found.is_complete or steps >= MOST_STEPS:
            return found
        steps *= 2


def occlusion(
    model: nn.Module, image: NDArray[np.floating], first: int, other: int | None, side: int = SIDE
) -> Occlusion:
    """Paint each square of an image black in turn, and see what the lead of a class loses.

    Parameters
    ----------
    model, image, first, other
        As for `input_gradient`.
    side
        Of the square in pixels, 1 to the image's own.
    """
    model = at_rest(model)
    height, width = image.shape
    rows, columns = height - side + 1, width - side + 1
    windows = np.lib.stride_tricks.sliding_window_view(image, (side, side))
    corners = np.argwhere(windows.any(axis=(2, 3)))
    covered = np.repeat(image[None], len(corners), axis=0)
    for picture, (row, column) in zip(covered, corners, strict=True):
        picture[row : row + side, column : column + side] = 0
    logits = logits_of(np.concatenate([image[None], covered]), model)
    scores = score_of(logits, first, other)
    losses = scores[0] - scores[1:]
    total = np.zeros_like(image)
    for loss, (row, column) in zip(losses, corners, strict=True):
        total[row : row + side, column : column + side] += loss
    covering = np.outer(_covering(height, side, rows), _covering(width, side, columns))
    return Occlusion((total / covering).astype(image.dtype), float(scores[0]), corners, logits[1:], losses)


def score_of(logits: NDArray[np.floating], first: int, other: int | None) -> NDArray[np.floating]:
    """The lead, (n,), in logits (n, classes) that were computed already."""
    found: NDArray[np.floating] = logits[:, first] - (0 if other is None else logits[:, other])
    return found


def _covering(length: int, side: int, places: int) -> NDArray[np.int64]:
    """How many of the squares' places on an axis cover each pixel of it."""
    pixel = np.arange(length)
    return np.minimum(pixel, places - 1) - np.maximum(pixel - side + 1, 0) + 1
