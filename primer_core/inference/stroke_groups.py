"""Which strokes of a drawing stand side by side, also where their ink touches.

The ink of two digits that touch hangs together, but a pen was lifted between them. Strokes of one digit mostly stand
above each other, as the bar of a 4 or the roof of a 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from primer_core.inference.strokes import Stroke

MOST_SHARED = 0.4
"""Of the columns of the narrower one: groups that share more stand above each other."""

LEAST_HEIGHT = 0.5
"""Of the height of the drawing: a group that is less high is a part of a digit."""

Group = tuple[Stroke, ...]


def stroke_groups(strokes: Sequence[Stroke]) -> tuple[Group, ...]:
    """Part strokes where those to the left and those to the right hardly share columns and are high enough.

    Parameters
    ----------
    strokes
        As `primer_core.inference.strokes.parse_strokes` gives them.

    Returns
    -------
    tuple
        The groups from left to right, each stroke in one of them; empty where there are fewer than two.
    """
    ordered = sorted(strokes, key=lambda stroke: sum(_extent([stroke], 0)))
    least = LEAST_HEIGHT * _length(_extent(ordered, 1)) if ordered else 0.0
    cuts = [cut for cut in range(1, len(ordered)) if _side_by_side(ordered[:cut], ordered[cut:], least)]
    groups = tuple(tuple(ordered[start:stop]) for start, stop in pairwise((0, *cuts, len(ordered))))
    if not cuts or any(_length(_extent(group, 1)) < least for group in groups):
        return ()
    return groups


def _side_by_side(left: Sequence[Stroke], right: Sequence[Stroke], least: float) -> bool:
    one, other = _extent(left, 0), _extent(right, 0)
    shared = min(one[1], other[1]) - max(one[0], other[0])
    if shared > MOST_SHARED * min(_length(one), _length(other)):
        return False
    return min(_length(_extent(part, 1)) for part in (left, right)) >= least


def _extent(strokes: Sequence[Stroke], axis: int) -> tuple[float, float]:
    """From where to where the ink of strokes reaches, in pad units: along x for axis 0, along y for axis 1."""
    reach = [(stroke.width / 2, [point[axis] for point in stroke.points]) for stroke in strokes]
    return min(min(places) - half for half, places in reach), max(max(places) + half for half, places in reach)


def _length(extent: tuple[float, float]) -> float:
    return extent[1] - extent[0]
