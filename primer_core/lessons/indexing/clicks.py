"""From clicked cells to the index that picks them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from primer_core.language.limits import Refused
from primer_core.language.tensors import read_array, speaks_of_tensors
from primer_core.lessons.event import Click, Event, EventError, Put
from primer_core.lessons.indexing.explain import NotWritten, Outcome, Read, Written, explain
from primer_core.lessons.indexing.expression import in_words_of, settled
from primer_core.lessons.indexing.question import IndexingQuestion
from primer_core.lessons.lesson import put_fields

CLICKABLE = ("a", "after")
"""Ids of the grids whose cells are those of a: before a statement, and after it."""


@dataclass(frozen=True, slots=True)
class Clicked:
    """The index that picks a set of cells.

    Parameters
    ----------
    expression
        As it would be typed.
    reason
        Plain text: why it is of this kind, in one sentence.
    """

    expression: str
    reason: str


def react(question: IndexingQuestion, event: Event) -> IndexingQuestion:
    """Answer an event: a click on a cell of a writes an index, the first one anew, further ones change its cells.

    Raises
    ------
    EventError
        If there is no such cell, or if the event cannot be followed.
    """
    match event:
        case Click(grid, cell):
            clicked = _clicked(question, grid, cell).expression
            return replace(question, index=clicked, clicked=clicked, expression="")
        case Put(texts):
            return _put(question, event, texts)
    return put_fields(question, event)


def _put(question: IndexingQuestion, event: Event, texts: Mapping[str, str]) -> IndexingQuestion:
    """Put fields; the library follows a tensor that is typed, and an expression follows the library."""
    after = put_fields(question, event)
    if "expression" in texts:
        return settled(after)
    if after.expression.strip() and after.library != question.library:
        try:
            return replace(after, expression=in_words_of(question, after.library))
        except Refused as refused:
            raise EventError(str(refused)) from refused
    if "array" in texts and "library" not in texts and speaks_of_tensors(after.array):
        return replace(after, library="PyTorch")
    return after


def why(question: IndexingQuestion, outcome: Outcome) -> str:
    """Return why clicks wrote the index as it stands; empty where they did not write it, or not for this array."""
    match outcome:
        case Read() | Written() | NotWritten() if question.by_clicks:
            found = index_of(np.asarray(outcome.picked.times > 0))
            return found.reason if found.expression == question.index else ""
    return ""


def _clicked(question: IndexingQuestion, grid: str, cell: Sequence[int]) -> Clicked:
    if grid not in CLICKABLE:
        raise EventError(f"Expected a cell of a, whose cells can be clicked, not of {grid!r}.")
    try:
        selected = np.zeros(read_array(question.array).shape, np.bool_)
    except Refused as refused:
        raise EventError(str(refused)) from refused
    if question.by_clicks:
        # Which cells an index picks that clicks wrote is the same in both libraries.
        outcome = explain(replace(question, then="Read", library="NumPy"))
        if isinstance(outcome, Read):
            # A comparison of an array without axes gives a number, to which no cell can be assigned.
            selected = np.asarray(outcome.picked.times > 0)
    if len(cell) != selected.ndim or not all(0 <= i < size for i, size in zip(cell, selected.shape, strict=True)):
        raise EventError(f"Expected a cell of an array of shape {selected.shape}, not {list(cell)}.")
    return index_of(toggled(selected, cell))


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
