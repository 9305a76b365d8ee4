"""The order in which ``order="F"`` reads the cells of one array and writes those of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.lessons.shapes.asked import Asked
from primer_core.lessons.shapes.steps import Shape

_WALKING = ("reshape", "ravel", "flatten")


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """How cells are walked, first axis fastest.

    Parameters
    ----------
    before, after
        The array that is read, and the one that is written.
    numbers
        ``(before.size,)``: the numbers in the order in which they are read, and written.
    reads, writes
        ``(before.size,)``: flat C-order index, among the cells of `before` and of `after`, of each of these.
    """

    before: NDArray[Any]
    after: NDArray[Any]
    numbers: NDArray[Any]
    reads: NDArray[np.intp]
    writes: NDArray[np.intp]


def walk_of(asked: Asked | None, before: NDArray[Any], after: NDArray[Any]) -> Walk | None:
    """Return how a step walks the cells; None where it does not say ``order="F"``."""
    if asked is None or asked.name not in _WALKING:
        return None
    order = dict(asked.options).get("order", asked.args[-1] if asked.args else None)
    if order != "F" or after.size != before.size:
        return None
    reads = _first_axis_fastest(before.shape)
    return Walk(before, after, before.ravel()[reads], reads, _first_axis_fastest(after.shape))


def _first_axis_fastest(shape: Shape) -> NDArray[np.intp]:
    size = int(np.prod(shape))
    return np.arange(size).reshape(shape).ravel(order="F")
