"""What may be said of a drawing: which digit it is, which two it lies between, that it is none, or that it is several.

A prediction holds numbers. A verdict holds what follows from them, so that every page says the same of a drawing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from primer_core.inference.predict import Prediction, predict_digit
from primer_core.inference.preprocess import find_ink
from primer_core.inference.stroke_groups import Group, stroke_groups
from primer_core.inference.strokes import Stroke, render_strokes

if TYPE_CHECKING:
    from torch import nn

NEAR = 0.15
"""Two digits are nearly tied where their probabilities are at most this far apart, and the first of all ten."""

LEAST_SCORE = 0.5
"""A drawing whose `Prediction.digit_score` is below this is called no digit.

The model card says how many digits of people never seen reach it, and how many drawings of a kind never seen. It is low
because a digit that is called none hurts more than a letter that is called a digit.
"""

MOST_DIGITS = 8
"""More groups of ink than this are not looked at one by one."""

_MOST_PIECES = 64  # of ink that hang together: more are no writing
_SHARED = 0.3  # of the narrower one's columns: pieces that share more stand above each other, in one digit
_LEAST_HEIGHT = 0.4  # of the drawing's height: a digit beside another one is no dot
_CLEARLY = 0.1  # of the score: groups of strokes whose ink touches look like digits by as much more than the whole


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


def judge(
    prediction: Prediction, canvas: ArrayLike, model: nn.Module | None = None, strokes: Sequence[Stroke] = ()
) -> Verdict:
    """Say what follows from a prediction.

    Parameters
    ----------
    prediction
        What `predict_digit(canvas, model)` gave.
    canvas
        As `predict_digit` was given it: the ink is looked at once more, to see whether it falls apart into digits.
    model
        The network that gave the prediction, which is asked about each group of ink; None is the shipped one.
    strokes
        Those that are drawn on the canvas, where it is a square drawn by `render_strokes`: with them, digits whose ink
        touches are found, too.

    Raises
    ------
    ValueError
        As `predict_digit` does.
    """
    if prediction.label is None:
        return Verdict(label=None, near_tie=None, is_digit=False, digits=())
    first = prediction.label
    others = np.where(np.arange(len(prediction.probabilities)) == first, -1.0, prediction.probabilities)
    second = int(others.argmax())
    near = float(prediction.probabilities[first] - prediction.probabilities[second]) <= NEAR
    score = prediction.digit_score
    digits: tuple[FoundDigit, ...] = ()
    if score is not None:
        pixels = np.asarray(canvas)
        digits = _side_by_side(score, pixels, model) or _touching(score, strokes, len(pixels), model)
    return Verdict(
        label=prediction.label,
        near_tie=(first, second) if near else None,
        is_digit=None if score is None else score >= LEAST_SCORE,
        digits=digits,
    )


def _side_by_side(score: float, canvas: NDArray[np.generic], model: nn.Module | None) -> tuple[FoundDigit, ...]:
    """Several digits, if each group of ink looks like a digit and more so than all of them together."""
    groups = _groups(find_ink(canvas))
    if not 2 <= len(groups) <= MOST_DIGITS:
        return ()
    canvases = [np.where(_grown(inked), canvas, canvas.min()) for inked in groups]
    return _all_digits(canvases, groups, max(score, LEAST_SCORE), model)


def _touching(score: float, strokes: Sequence[Stroke], size: int, model: nn.Module | None) -> tuple[FoundDigit, ...]:
    """Several digits, if groups of strokes look like digits, and two that are neighbours clearly more so than as one.

    The strokes of a 4 may stand side by side: they are one digit where that looks more like one.
    """
    groups = list(stroke_groups(strokes)) if score + _CLEARLY <= 1 else []
    if not 2 <= len(groups) <= MOST_DIGITS:
        return ()

    def likeness(*parts: Group) -> float:
        whole = [stroke for part in parts for stroke in part]
        return (
            score if len(whole) == len(strokes) else predict_digit(render_strokes(whole, size), model).digit_score or 0
        )

    place = 1
    while place < len(groups):
        one, other = groups[place - 1 : place + 1]
        if min(likeness(one), likeness(other)) < likeness(one, other) + _CLEARLY:
            groups[place - 1 : place + 1] = [(*one, *other)]
            place = max(1, place - 1)
        else:
            place += 1
    canvases = [render_strokes(group, size) for group in groups]
    return (
        _all_digits(canvases, [find_ink(canvas) for canvas in canvases], LEAST_SCORE, model) if len(groups) > 1 else ()
    )


def _all_digits(
    canvases: Sequence[NDArray[np.generic]], inked: Sequence[NDArray[np.bool_]], least: float, model: nn.Module | None
) -> tuple[FoundDigit, ...]:
    """The digit on each canvas with where its ink is; none where one looks less like a digit than the least score."""
    found = []
    for canvas, ink in zip(canvases, inked, strict=True):
        part = predict_digit(canvas, model)
        if part.label is None or part.digit_score is None or part.digit_score < least:
            return ()
        rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
        box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
        found.append(FoundDigit(part.label, box))
    return tuple(found)


def _groups(inked: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Where the ink of each group of pieces is, from left to right; none where one is too small to be a digit.

    Pieces that stand above each other, as the roof of a 5 above its body, are one group.
    """
    from scipy import ndimage

    pieces, number = ndimage.label(inked, structure=np.ones((3, 3)))
    if not 2 <= number <= _MOST_PIECES:
        return []
    extents = [(columns.start, columns.stop) for _, columns in ndimage.find_objects(pieces)]
    groups: list[tuple[int, int, list[int]]] = []
    for left, right, piece in sorted((*extent, piece + 1) for piece, extent in enumerate(extents)):
        members = [piece]
        for group in [group for group in groups if _stand_above((left, right), group[:2])]:
            groups.remove(group)
            left, right = min(left, group[0]), max(right, group[1])
            members += group[2]
        groups.append((left, right, members))
    masks = [np.isin(pieces, members) for _, _, members in sorted(groups)]
    heights = [np.ptp(np.flatnonzero(mask.any(axis=1))) + 1 for mask in (inked, *masks)]
    return masks if min(heights) >= _LEAST_HEIGHT * heights[0] else []


def _stand_above(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two runs of columns share more than `_SHARED` of the shorter one."""
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return shared > _SHARED * min(one[1] - one[0], other[1] - other[0])


def _grown(inked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The ink with the grey pixels at its edge."""
    grown = inked.copy()
    grown[1:] |= inked[:-1]
    grown[:-1] |= inked[1:]
    across = grown.copy()
    grown[:, 1:] |= across[:, :-1]
    grown[:, :-1] |= across[:, 1:]
    return grown
