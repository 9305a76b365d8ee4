"""What may be said of a drawing: which digit it is, which two it lies between, that it is none, or that it is several.

A prediction holds numbers. A verdict holds what follows from them, so that every page says the same of a drawing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from primer_core.inference.predict import Prediction, predict_digit
from primer_core.inference.preprocess import find_ink

if TYPE_CHECKING:
    from torch import nn

NEAR = 0.15
"""Two digits are nearly tied where their probabilities are at most this far apart, and the first of all ten."""

LEAST_SCORE = 0.5
"""A drawing whose `Prediction.digit_score` is below this is called no digit."""

MOST_DIGITS = 8
"""More groups of ink than this are not looked at one by one."""

_LEAST_GAP = 0.04  # of the drawing's height: empty columns between two digits
_LEAST_HEIGHT = 0.4  # of the drawing's height: a digit beside another one is no dot


@dataclass(frozen=True, slots=True)
class FoundDigit:
    """One of several digits on a canvas.

    Attributes
    ----------
    label
        The most probable digit.
    box
        Left, top, right, bottom of its ink, in pixels of the canvas; right and bottom lie just beyond the ink.
    """

    label: int
    box: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be said of a drawing.

    Attributes
    ----------
    label
        The most probable digit of the drawing as a whole, or None for a blank canvas.
    near_tie
        The two most probable digits, the more probable one first, where their probabilities differ by at most `NEAR`;
        else None.
    is_digit
        Whether the drawing as a whole looks like one digit: its `Prediction.digit_score` is at least `LEAST_SCORE`.
        None where the network gives no such score, as learners' own networks do not. False for a blank canvas.
    digits
        Where several digits stand side by side: each of them, from left to right. Else empty.
    """

    label: int | None
    near_tie: tuple[int, int] | None
    is_digit: bool | None
    digits: tuple[FoundDigit, ...]


def judge(prediction: Prediction, canvas: ArrayLike, model: nn.Module | None = None) -> Verdict:
    """Say what follows from a prediction.

    Parameters
    ----------
    prediction
        What `predict_digit(canvas, model)` gave.
    canvas
        As `predict_digit` was given it: the ink is looked at once more, to see whether it falls apart into digits.
    model
        The network that gave the prediction, which is asked about each group of ink; None is the shipped one.

    Raises
    ------
    ValueError
        As `predict_digit` does.
    """
    if prediction.label is None:
        return Verdict(label=None, near_tie=None, is_digit=False, digits=())
    second, first = (int(digit) for digit in np.argsort(prediction.probabilities, kind="stable")[-2:])
    near = float(prediction.probabilities[first] - prediction.probabilities[second]) <= NEAR
    score = prediction.digit_score
    return Verdict(
        label=prediction.label,
        near_tie=(first, second) if near else None,
        is_digit=None if score is None else score >= LEAST_SCORE,
        digits=() if score is None else _side_by_side(score, np.asarray(canvas), model),
    )


def _side_by_side(score: float, canvas: NDArray[np.generic], model: nn.Module | None) -> tuple[FoundDigit, ...]:
    """Several digits, if each group of ink looks like a digit and more so than all of them together."""
    boxes = _groups(find_ink(canvas))
    if not 2 <= len(boxes) <= MOST_DIGITS:
        return ()
    found = []
    for left, top, right, bottom in boxes:
        part = predict_digit(_alone(canvas, left, right), model)
        if part.label is None or part.digit_score is None or part.digit_score < max(score, LEAST_SCORE):
            return ()
        found.append(FoundDigit(part.label, (left, top, right, bottom)))
    return tuple(found)


def _alone(canvas: NDArray[np.generic], left: int, right: int) -> NDArray[np.generic]:
    """The canvas with nothing on it but what lies between two columns."""
    alone = np.full_like(canvas, canvas.min())
    alone[:, left:right] = canvas[:, left:right]
    return alone


def _groups(inked: NDArray[np.bool_]) -> list[tuple[int, int, int, int]]:
    """Boxes of ink between empty columns, from left to right; none where one of them is too small to be a digit."""
    rows = np.flatnonzero(inked.any(axis=1))
    height = int(rows[-1] + 1 - rows[0])
    columns = np.flatnonzero(inked.any(axis=0))
    apart = np.flatnonzero(np.diff(columns) - 1 > _LEAST_GAP * height)
    lefts = [int(columns[0]), *(int(columns[i + 1]) for i in apart)]
    rights = [*(int(columns[i]) + 1 for i in apart), int(columns[-1]) + 1]
    boxes = []
    for left, right in zip(lefts, rights, strict=True):
        own = np.flatnonzero(inked[:, left:right].any(axis=1))
        boxes.append((left, int(own[0]), right, int(own[-1]) + 1))
    return boxes if all(bottom - top >= _LEAST_HEIGHT * height for _, top, _, bottom in boxes) else []
