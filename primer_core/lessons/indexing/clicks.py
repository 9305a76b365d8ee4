"""From clicked cells to the index that picks them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from primer_core.lessons.indexing.explain import explain_index


@dataclass(frozen=True, slots=True)
class Clicked:
    """The index that picks a set of cells.

    Parameters
    ----------
    expression
        As it would be typed.
    reason
        Why it is of this kind, in one sentence.
    """

    expression: str
    reason: str


def index_of(selected: NDArray[np.bool_]) -> Clicked:
    """Find the plainest index that picks exactly these cells: numbers, else slices, else lists.

    Parameters
    ----------
    selected
        Mask of the shape of the array.
    """
    if not selected.ndim:
        if selected:
            return Clicked("...", "The only cell, and no axis to count along: ... stands for all axes, here for none.")
        return Clicked("False", "The only cell is not selected: there is no axis to slice, so one False says no to it.")
    places = np.nonzero(selected)
    along = [np.unique(one) for one in places]
    count = len(places[0])
    if count == 0:
        return Clicked(":0", "No cell is selected: a slice that ends where it starts.")
    if count == selected.size:
        return Clicked(":", "All cells are selected: one slice without ends takes them all.")
    if count == 1:
        numbers = ", ".join(str(one[0]) for one in along)
        return Clicked(numbers, "One cell: a number for every axis.")
    if np.prod([len(one) for one in along]) != count:
        pairs = ", ".join(str(one.tolist()) for one in places)
        return Clicked(
            pairs, "These cells form no rectangle: one list for each axis, read together, names them cell by cell."
        )
    slices = [_slice(one, size) for one, size in zip(along, selected.shape, strict=True)]
    listed = sum(one is None for one in slices)
    if listed > 1:
        lists = ", ".join(str(one.tolist()) for one in along)
        return Clicked(
            f"np.ix_({lists})", "Rows and columns without a common step: np.ix_ meets every one with every other."
        )
    texts = [str(one.tolist()) if text is None else text for one, text in zip(along, slices, strict=True)]
    while len(texts) > 1 and texts[-1] == ":":
        texts.pop()
    if listed:
        return Clicked(", ".join(texts), "Along one axis the places have no common step: a list names them.")
    return Clicked(", ".join(texts), "The cells form a rectangle: a slice or a number for each axis.")


def toggled(selected: NDArray[np.bool_], index: Sequence[int]) -> NDArray[np.bool_]:
    """Return the selection with one cell added, or taken away if it was there."""
    changed = selected.copy()
    changed[tuple(index)] ^= True
    return changed


def _slice(places: NDArray[np.intp], size: int) -> str | None:
    """Write places along one axis as a number or a slice, or return None if their steps differ."""
    first, last = int(places[0]), int(places[-1])
    steps = set(np.diff(places).tolist())
    if not steps:
        return str(first)
    if len(steps) > 1:
        return None
    step = steps.pop()
    start = "" if first == 0 else str(first)
    stop = "" if last + step >= size else str(last + 1)
    return f"{start}:{stop}" + (f":{step}" if step > 1 else "")


def clicked_index(array: str, expression: str, cell: Sequence[int], *, further: bool) -> Clicked | None:
    """Answer a click on a cell of the array; None where there is no such cell.

    Parameters
    ----------
    array, expression
        As typed; the expression says what is selected so far.
    cell
        Index of the clicked cell, one number an axis; empty for the only cell of an array without axes.
    further
        Whether the click adds to that selection or takes away from it; otherwise it starts anew.
    """
    explained = explain_index(array, expression)
    if explained.operand is None:
        return None
    shape = explained.operand.shape
    if len(cell) != len(shape) or not all(0 <= i < size for i, size in zip(cell, shape, strict=True)):
        return None
    # A comparison of an array without axes gives a number, to which no cell can be assigned.
    selected = np.asarray(explained.times > 0) if further else np.zeros(shape, np.bool_)
    return index_of(toggled(selected, cell))
