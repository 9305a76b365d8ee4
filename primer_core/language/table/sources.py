"""Where the cells of a result came from: one function a kind, over the operands of a call.

Each takes a call and the flat number of a cell of its result (of its ``part``-th result, where a call has several),
and returns for each operand the flat numbers of the cells that it came from. Operands are all arrays among the
arguments, in order (`operands`). What moves cells is asked by moving their numbers instead of their values, which the
library itself does; nothing is guessed from names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from primer_core.backend.loading import load_torch
from primer_core.language.table.costs import arrays_in
from primer_core.language.table.entry import Bound, Entry
from primer_core.language.table.functions import function_of

Cells = NDArray[np.int64]
Sources = tuple[Cells, ...]
"""For each operand, flat numbers of its cells, ascending."""

NO_CELLS: Cells = np.empty(0, np.int64)


class Done(Protocol):
    """A call that was made: what `primer_core.language.evaluator.Call` is."""

    @property
    def entry(self) -> Entry:
        """The line of the table."""

    @property
    def bound(self) -> Bound:
        """The arguments."""

    @property
    def result(self) -> Any:
        """What came of it."""


SourceRule = Callable[[Done, int, int], Sources]


def operands(call: Done) -> list[Any]:
    """Return the arrays among a call's arguments, in the order in which they are written."""
    return list(arrays_in((*call.bound.positional, *call.bound.keywords.values())))


def done_with(call: Done, arrays: Sequence[Any], part: int) -> Any:
    """Return the part-th result of the same call with other arrays in the places of its operands.

    Parameters
    ----------
    call
        What was done.
    arrays
        One for each of `operands`.
    part
        Which result, where there are several.
    """
    rest = iter(arrays)
    positional = tuple(replaced(value, rest) for value in call.bound.positional)
    keywords = {name: replaced(value, rest) for name, value in call.bound.keywords.items()}
    result = function_of(call.entry)(*positional, **keywords)
    return result[part] if isinstance(result, tuple | list) else result


def result_of(call: Done, part: int) -> Any:
    """Return the part-th result of a call, or its only one."""
    return call.result[part] if isinstance(call.result, tuple | list) else call.result


def none(call: Done, cell: int, part: int) -> Sources:
    """Return no cells: it was made from no array."""
    del cell, part
    return tuple(NO_CELLS for _ in operands(call))


def given(*names: str) -> SourceRule:
    """Return the rule of what is made of the numbers in some arguments: all cells of the arrays among these."""

    def sources(call: Done, cell: int, part: int) -> Sources:
        del cell, part
        read = [array for name in names for array in arrays_in((call.bound.get(name),))]
        return tuple(
            np.arange(prod(array.shape), dtype=np.int64) if any(array is each for each in read) else NO_CELLS
            for array in operands(call)
        )

    return sources


def whole(call: Done, cell: int, part: int) -> Sources:
    """Return all cells of all operands."""
    del cell, part
    return tuple(np.arange(prod(array.shape), dtype=np.int64) for array in operands(call))


def drawn_from(*names: str) -> SourceRule:
    """Return the rule of what is drawn from the array in one of some arguments: its cells that hold what was drawn.

    Where several cells hold it, which of them was drawn is not known, and all are named. Other arrays say how to draw,
    with all of their cells.
    """

    def sources(call: Done, cell: int, part: int) -> Sources:
        source = call.bound.get(*names)

        def holding(array: Any) -> Cells:
            if array is not source:
                return np.arange(prod(array.shape), dtype=np.int64)
            cells, value = np.asarray(array).reshape(-1), np.asarray(result_of(call, part)).reshape(-1)[cell]
            are = cells == value if value == value else cells != cells  # nan alone is not equal to itself
            return np.flatnonzero(are).astype(np.int64)

        return tuple(map(holding, operands(call)))

    return sources


def each_among(*names: str) -> SourceRule:
    """Return the rule of what looks for each number of one argument among all numbers of the others: ``searchsorted``.

    It gives one cell for each of these numbers, at the same place.
    """

    def sources(call: Done, cell: int, part: int) -> Sources:
        del part
        looked_for, read = call.bound.get(*names), operands(call)
        once = sum(array is looked_for for array in read) == 1
        return tuple(
            np.array([cell], np.int64) if once and array is looked_for else np.arange(prod(array.shape), dtype=np.int64)
            for array in read
        )

    return sources


def distributed(call: Done, cell: int, part: int) -> Sources:
    """Return the cell of each operand that broadcasting lines up with this one, or all that cannot be lined up."""
    shape = tuple(result_of(call, part).shape)

    def beside(array: Any) -> Cells:
        own = tuple(array.shape)
        try:
            return lined_up(own, shape, cell)
        except ValueError:
            return np.arange(prod(own), dtype=np.int64)

    return tuple(map(beside, operands(call)))


def same_place(call: Done, cell: int, part: int) -> Sources:
    """Return the cell of each operand that broadcasting lines up with this one."""
    shape = tuple(result_of(call, part).shape)
    return tuple(lined_up(tuple(array.shape), shape, cell) for array in operands(call))


def moved(call: Done, cell: int, part: int) -> Sources:
    """Return the cell that stands here now, found by doing the same to numbers of cells.

    It is done twice with different numbers: a cell that is the same both times was filled in, not moved.
    """
    arrays = operands(call)
    sizes = [prod(array.shape) for array in arrays]
    starts = np.cumsum([0, *sizes])
    found = []
    for offset in (1, 1 + int(starts[-1])):
        each_start = [int(start) + offset for start in starts[: len(arrays)]]
        numbers = [places_or_numbers(call, array, start) for array, start in zip(arrays, each_start, strict=True)]
        found.append(int(np.asarray(done_with(call, numbers, part)).reshape(-1)[cell]) - offset)
    came = found[0] if found[0] == found[1] else -1
    return tuple(
        np.array([came - start], np.int64) if start <= came < start + size else NO_CELLS
        for start, size in zip(starts, sizes, strict=False)
    )


def places_or_numbers(call: Done, array: Any, start: int) -> Any:
    """Return numbers of the cells of an operand, or the operand itself where it says which places are meant."""
    says = any(array is call.bound.values.get(name) for name in ("obj", "shift"))
    return array if says else numbered(array, start)


def moved_alone(call: Done, place: int, cell: int) -> Cells:
    """Return the cell of one operand that stands here now, where the others say which: ``take``."""
    arrays = operands(call)
    arrays[place] = numbered(arrays[place], 0)
    return np.array([int(np.asarray(done_with(call, arrays, 0)).reshape(-1)[cell])], np.int64)


def by_address(call: Done, cell: int, part: int) -> Sources:
    """Return the cells in whose memory this one lies, of a result that is another view of the first operand."""
    result, (array, *rest) = result_of(call, part), operands(call)
    first, strides, itemsize = layout(result)
    place = np.unravel_index(cell, tuple(result.shape))
    start = first + sum(int(at) * step for at, step in zip(place, strides, strict=True))
    own, steps, size = layout(array)
    addresses = np.full(tuple(array.shape), own, np.int64)
    for axis, (length, step) in enumerate(zip(tuple(array.shape), steps, strict=True)):
        addresses += (np.arange(length) * step).reshape([-1 if at == axis else 1 for at in range(len(steps))])
    found = np.flatnonzero((addresses < start + itemsize) & (addresses + size > start))
    return (found.astype(np.int64), *(NO_CELLS for _ in rest))


def viewed(call: Done, cell: int, part: int) -> Sources:
    """Return the cell with this number in C order, or those whose bytes it shares if it has another size.

    Where a row is repeated without a copy, several cells share an address, and only one of them is this one.
    """
    if keeps_cells(call, part):
        return (np.array([cell], np.int64), *(NO_CELLS for _ in operands(call)[1:]))
    return by_address(call, cell, part)


def keeps_cells(call: Done, part: int) -> bool:
    """Whether a result has as many cells as the first operand, and as large ones."""
    result, array = result_of(call, part), operands(call)[0]
    return prod(result.shape) == prod(array.shape) and layout(result)[2] == layout(array)[2]


def layout(array: Any) -> tuple[int, tuple[int, ...], int]:
    """Return the address of an array's first cell, its strides in bytes, and the bytes of a cell."""
    if isinstance(array, np.ndarray | np.generic):
        return array.__array_interface__["data"][0], array.strides, array.itemsize
    size = array.element_size()
    return array.data_ptr(), tuple(step * size for step in array.stride()), size


def along_axes(*names: str, default: Any = None) -> SourceRule:
    """Return the rule of what is reduced along the axis, or axes, in one of these parameters; None means all."""

    def rule(call: Done, cell: int, part: int) -> Sources:
        del part
        axis = call.bound.get(*names, default=default)
        return tuple(reduced_cells(tuple(array.shape), axis, cell) for array in operands(call))

    return rule


def in_lines(*names: str, default: Any = None, window: Callable[[int, int], slice] | None = None) -> SourceRule:
    """Return the rule of what stays within a line along the axis in one of these parameters; None means the flat array.

    Parameters
    ----------
    names
        The parameters that may hold the axis.
    default
        The axis, where none is given.
    window
        From the place of a cell in its line and the line's length to the places that it comes from; all if None.
    """

    def rule(call: Done, cell: int, part: int) -> Sources:
        axis = call.bound.get(*names, default=default)
        shape = tuple(result_of(call, part).shape)
        return tuple(line(tuple(array.shape), shape, axis, cell, window) for array in operands(call))

    return rule


def up_to(*names: str, default: Any = None) -> SourceRule:
    """Return the rule of what accumulates along the axis in one of these parameters; None means the flat array."""
    return in_lines(*names, default=default, window=lambda place, _: slice(0, place + 1))


def line(
    shape: tuple[int, ...], result: tuple[int, ...], axis: Any, cell: int, window: Callable[[int, int], slice] | None
) -> Cells:
    """Return the cells of an operand, or of a window of them, that lie in one line with a cell of the result.

    Parameters
    ----------
    shape, result
        Of the operand and of the result; they may differ along `axis` alone.
    axis
        int; None for the flat arrays.
    cell
        Flat number of a cell of the result.
    window
        As of `in_lines`.
    """
    numbers = np.arange(prod(shape), dtype=np.int64).reshape(shape)
    if axis is None or not shape:
        flat = numbers.reshape(-1)
        return flat[window(cell, flat.size)] if window else flat
    along = int(axis) % len(shape)
    index: list[Any] = [int(i) for i in np.unravel_index(cell, result)]
    index[along] = window(index[along], shape[along]) if window else slice(None)
    found: Cells = numbers[tuple(index)].reshape(-1)
    return found


def reduced_cells(shape: tuple[int, ...], axis: Any, cell: int) -> Cells:
    """Return the cells of an array of that shape that a reduction along ``axis`` brings together in a cell.

    Parameters
    ----------
    shape
        Of the array.
    axis
        int, tuple or list of int, or None for all axes; negative ones count from the end.
    cell
        Flat number of a cell of the result; sizes of 1 that were kept don't change it.
    """
    rank = len(shape)
    numbers = np.arange(prod(shape), dtype=np.int64).reshape(shape)
    if axis is None or rank == 0:
        return numbers.reshape(-1)
    gone = [int(axis)] if not isinstance(axis, tuple | list) else list(map(int, axis)) or list(range(rank))
    gone = [place % rank for place in gone]
    stay = [place for place in range(rank) if place not in gone]
    grouped = numbers.transpose([*stay, *gone]).reshape(prod(shape[place] for place in stay), -1)
    return np.sort(grouped[cell])


def lined_up(shape: tuple[int, ...], joint: tuple[int, ...], cell: int) -> Cells:
    """Return the cell of an operand that broadcasting to a joint shape lines up with this one."""
    numbers = np.arange(prod(shape), dtype=np.int64).reshape(shape)
    return np.array([np.broadcast_to(numbers, joint).reshape(-1)[cell]], np.int64)


def let_through(bound: Bound, array: Any) -> NDArray[np.bool_]:
    """Return which cells of an array ``where=`` lets be written."""
    return np.broadcast_to(np.asarray(bound.values["where"], np.bool_), tuple(array.shape))


def numbered(array: Any, start: int) -> Any:
    """Return numbers from start on in the array's place: of its shape, in its library."""
    numbers = np.arange(start, start + prod(array.shape), dtype=np.int64).reshape(tuple(array.shape))
    if isinstance(array, np.ndarray | np.generic):
        return numbers
    load_torch()
    import torch

    return torch.from_numpy(numbers)


def named_again(array: Any, index: Any) -> Iterator[tuple[int, int]]:
    """Go through the cells of an array that an index names several times.

    Yields
    ------
    cell, times
        int, the cell's place among all cells in C order, and how often it is named: 2 or more.
    """
    cells, times = np.unique(np.asarray(numbered(array, 0)[index]), return_counts=True)
    yield from ((cell, count) for cell, count in zip(cells.tolist(), times.tolist(), strict=True) if count > 1)


def replaced(value: Any, arrays: Iterator[Any]) -> Any:
    """Return an argument with each array in it replaced by the next of these."""
    if isinstance(value, tuple | list):
        inner = [replaced(each, arrays) for each in value]
        return tuple(inner) if isinstance(value, tuple) else inner
    return next(arrays) if any(True for _ in arrays_in(value)) else value
