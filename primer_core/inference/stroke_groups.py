"""Which strokes of a drawing stand side by side, also where their ink touches.

The ink of two digits that touch hangs together, but a pen was lifted between them. Strokes of one digit mostly stand
above each other, as the bar of a 4 or the roof of a 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from primer_core.inference.strokes import Stroke

MOST_SHARED = 0.5
"""Of the columns of the narrower one: groups that share more stand above each other."""

LEAST_HEIGHT = 0.5
"""Of the height of the drawing: a group that is less high is a part of a digit."""

Group = tuple[Stroke, ...]


def stroke_groups(strokes: Sequence[Stroke]) -> tuple[Group, ...]:
    """Part strokes where those to the left and those to the right hardly share columns.

    Parameters
    ----------
    strokes
        As `primer_core.inference.strokes.parse_strokes` gives them.

    Returns
    -------
    tuple
        The groups from left to right, each stroke in one of them; empty where there are fewer than two, or one of them
        is no higher than a part of a digit.
    """
    boxes = np.array([_box(stroke) for stroke in strokes]).reshape(-1, 4)
    order = boxes[:, ::2].sum(axis=1).argsort(kind="stable")
    left, right = (
        _united(boxes[order])[:-1],
        _united(boxes[order[::-1]])[-2::-1],
    )  # of all strokes before a cut, and after
    if not len(left):
        return ()
    shared = np.minimum(left[:, 2], right[:, 2]) - np.maximum(left[:, 0], right[:, 0])
    narrower = np.minimum(left[:, 2] - left[:, 0], right[:, 2] - right[:, 0])
    cuts = 1 + np.flatnonzero(shared <= MOST_SHARED * narrower)
    groups = [order[start:stop] for start, stop in pairwise((0, *cuts.tolist(), len(order)))]
    heights = [float(np.ptp(_united(boxes[group])[-1, 1::2])) for group in groups]
    if len(groups) < 2 or min(heights) < LEAST_HEIGHT * float(np.ptp(_united(boxes)[-1, 1::2])):
        return ()
    return tuple(tuple(strokes[place] for place in group) for group in groups)


def _box(stroke: Stroke) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a stroke's ink, in pad units."""
    (left, right), (top, bottom) = ((min(places), max(places)) for places in zip(*stroke.points, strict=True))
    half = stroke.width / 2
    return left - half, top - half, right + half, bottom + half


def _united(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of boxes (n, 4), in row k the smallest box around the first k + 1."""
    corners = np.minimum.accumulate(boxes[:, :2]), np.maximum.accumulate(boxes[:, 2:])
    return np.concatenate(corners, axis=1)
