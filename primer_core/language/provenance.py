"""Where a number came from: the cells of the operands that a cell of a result depends on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.language.evaluator import Call
from primer_core.language.table import sources as rules
from primer_core.language.table.costs import arrays_in
from primer_core.language.table.entry import Bound
from primer_core.language.table.indexing import INDEXED
from primer_core.language.table.sources import Sources, operands

__all__ = ["Sources", "all_sources", "asked_at_once", "operands", "sources"]


def sources(call: Call, cell: int, part: int = 0) -> Sources:
    """Return the cells that a cell of a call's result came from.

    Parameters
    ----------
    call
        What was done.
    cell
        int, flat number of a cell of the result.
    part
        int, which result, where there are several.

    Returns
    -------
    Sources
        For each array among the arguments, in order (`operands`), the flat numbers of its cells.

    Raises
    ------
    LookupError
        If the entry's rule has no sources.
    """
    rule = call.entry.rule
    if rule.sources is None:
        raise LookupError(f"{call.entry.name} has no sources")
    joined = _joined(call)
    if joined is not None:
        return joined.apart(rule.sources(joined.call, cell, part))
    found: Sources = rule.sources(call, cell, part)
    return found


def asked_at_once(call: Call) -> bool:
    """Return whether `all_sources` asks once for all cells of a result, and not once for each."""
    rule = call.entry.rule
    is_plain_index = rule is INDEXED and len(operands(call)) == 1
    return is_plain_index or rule.sources in (rules.moved, rules.same_place, rules.by_address, rules.viewed, rules.none)


def all_sources(call: Call, part: int = 0) -> tuple[NDArray[np.int64], ...]:
    """Return the cells that all cells of a call's result came from.

    Parameters
    ----------
    call, part
        As of `sources`.

    Returns
    -------
    tuple of (size, k) arrays
        For each operand, what `sources` gives for each cell of the result, filled up with -1.

    Raises
    ------
    LookupError
        If the entry's rule has no sources.
    """
    rule, arrays = call.entry.rule, operands(call)
    result = rules.result_of(call, part)
    shape = tuple(result.shape)
    joined = _joined(call)
    if joined is not None:
        found = [joined.apart(each) for each in zip(*map(_rows, all_sources(joined.call, part)), strict=True)]
        return tuple(_columns([cells[place] for cells in found]) for place in range(len(arrays)))
    if rule is INDEXED and len(arrays) == 1:
        chosen = np.asarray(rules.numbered(arrays[0], 0)[call.bound.values["index"]])
        return (chosen.reshape(-1, 1),)
    if rule.sources is rules.moved:
        return _moved(call, arrays, part)
    if rule.sources is rules.same_place:
        numbers = [np.arange(prod(array.shape)).reshape(tuple(array.shape)) for array in arrays]
        return tuple(np.broadcast_to(each, shape).reshape(-1, 1) for each in numbers)
    if rule.sources is rules.viewed and rules.keeps_cells(call, part):
        return (np.arange(prod(shape)).reshape(-1, 1), *(_columns([[]] * prod(shape)) for _ in arrays[1:]))
    if rule.sources in (rules.by_address, rules.viewed):
        return (_by_address(result, arrays[0]), *(_columns([[]] * prod(shape)) for _ in arrays[1:]))
    if rule.sources is rules.none:
        return tuple(_columns([[]] * prod(shape)) for _ in arrays)
    found = [sources(call, cell, part) for cell in range(prod(shape))]
    return tuple(_columns([cells[place] for cells in found]) for place in range(len(arrays)))


@dataclass(frozen=True, slots=True)
class _Joined:
    """A call whose lists of arrays are arrays, as NumPy makes them before it begins.

    Parameters
    ----------
    call
        It, with the arrays that are made.
    numbers
        For each of its operands, of each cell the number that it has among all cells of what stands in the lists; -1
        for a number of Python's.
    sizes
        How many cells each operand has that stands in the call as it was written.
    """

    call: Call
    numbers: tuple[NDArray[np.int64], ...]
    sizes: tuple[int, ...]

    def apart(self, found: Sources) -> Sources:
        """Return cells of the operands as they were written, by those of the arrays that were made of them."""
        read = np.unique(np.concatenate([own[cells] for own, cells in zip(self.numbers, found, strict=True)]))
        ends = np.cumsum(self.sizes)
        return tuple(
            read[(read >= end - size) & (read < end)] - (end - size) for end, size in zip(ends, self.sizes, strict=True)
        )


_OF_ONE_ARRAY = ("elementwise", "chosen", "reduction", "scan", "product", "window")
"""Kinds of calls that make one array of a list of arrays, before they begin."""

_OF_SEVERAL = ("np.select", "np.choose", "np.lexsort", "np.einsum", "np.linalg.multi_dot")
"""Those of these kinds that take the arrays of a list one by one."""


def _joined(call: Call) -> _Joined | None:
    """Return a call with arrays in the place of lists of arrays; None where there are none, or they stay lists."""
    entry, bound = call.entry, call.bound
    written = (*bound.positional, *bound.keywords.values())
    if not any(map(_lists_arrays, written)):
        return None
    by_sign = entry.name.startswith("operator.") and any(isinstance(value, np.ndarray) for value in written)
    if not (entry.name.startswith("np.") or by_sign) or entry.name in _OF_SEVERAL:
        return None
    arrays = operands(call)
    if entry.rule.kind not in _OF_ONE_ARRAY or not all(isinstance(each, np.ndarray | np.generic) for each in arrays):
        return None
    sizes = tuple(prod(array.shape) for array in arrays)
    starts = np.cumsum([0, *sizes])
    numbered = iter([rules.numbered(array, int(start)) for array, start in zip(arrays, starts, strict=False)])
    made: dict[int, Any] = {}
    numbers = []
    for value in written:
        own = rules.replaced(value, numbered)
        if _lists_arrays(value):
            try:
                made[id(value)], numbers_of_cells = np.asarray(value), np.asarray(_without_numbers(own))
            except ValueError:  # of different shapes
                return None
            if made[id(value)].dtype == object:
                return None
            numbers.append(numbers_of_cells.reshape(-1))
        else:
            numbers.extend(each.reshape(-1) for each in arrays_in((own,)))
    positional = tuple(made.get(id(value), value) for value in bound.positional)
    keywords = {name: made.get(id(value), value) for name, value in bound.keywords.items()}
    values = {name: _with(value, made) for name, value in bound.values.items()}
    return _Joined(replace(call, bound=Bound(positional, keywords, values)), tuple(numbers), sizes)


def _lists_arrays(value: Any) -> bool:
    return isinstance(value, list | tuple) and any(True for _ in arrays_in(value))


def _without_numbers(value: Any) -> Any:
    """Return nested lists with -1 for each number of Python's in them."""
    if isinstance(value, list | tuple):
        return [_without_numbers(each) for each in value]
    return value if isinstance(value, np.ndarray | np.generic) else -1


def _with(value: Any, made: Mapping[int, Any]) -> Any:
    """Return an argument, or all that a parameter for any number of them took, with what was made in their places."""
    if id(value) in made:
        return made[id(value)]
    return tuple(made.get(id(each), each) for each in value) if isinstance(value, tuple) else value


def _moved(call: Call, arrays: Sequence[Any], part: int) -> tuple[NDArray[np.int64], ...]:
    """Do the same to numbers of cells, twice: a cell that is the same both times was filled in."""
    call = _keeping_dtype(call)
    sizes = [prod(array.shape) for array in arrays]
    starts = np.cumsum([0, *sizes])
    found = []
    for offset in (1, 1 + int(starts[-1])):
        each_start = [int(start) + offset for start in starts[: len(arrays)]]
        numbers = [rules.places_or_numbers(call, array, start) for array, start in zip(arrays, each_start, strict=True)]
        found.append(np.asarray(rules.done_with(call, numbers, part)).reshape(-1).astype(np.int64) - offset)
    came = np.where(found[0] == found[1], found[0], -1)
    return tuple(
        np.where((came >= start) & (came < start + size), came - start, -1).reshape(-1, 1)
        for start, size in zip(starts, sizes, strict=False)
    )


def _keeping_dtype(call: Call) -> Call:
    """Return a call that asks for no dtype: in a small one, numbers of cells would be cut."""
    dtype = call.bound.values.get("dtype")
    if dtype is None:
        return call
    positional = tuple(None if value is dtype else value for value in call.bound.positional)
    keywords = {name: value for name, value in call.bound.keywords.items() if name != "dtype"}
    return replace(call, bound=Bound(positional, keywords, call.bound.values))


def _by_address(result: Any, array: Any) -> NDArray[np.int64]:
    """Return the cells of an array in whose memory each cell of another view of it lies."""
    (places, itemsize), (own, size) = _addresses(result), _addresses(array)
    order = np.argsort(own, kind="stable")
    first = np.searchsorted(own[order], places - size, "right")
    last = np.searchsorted(own[order], places + itemsize, "left")
    along = first[:, None] + np.arange(int(np.max(last - first, initial=0)))
    met = along < last[:, None]
    found = np.where(met, order[np.minimum(along, max(own.size - 1, 0))], own.size)
    found.sort(axis=1)
    return np.where(found < own.size, found, -1)


def _addresses(array: Any) -> tuple[NDArray[np.int64], int]:
    """Return the address of each cell of an array, in C order, and the bytes of a cell."""
    start, strides, itemsize = rules.layout(array)
    shape = tuple(array.shape)
    places = np.full(shape, start, np.int64)
    for axis, (length, step) in enumerate(zip(shape, strides, strict=True)):
        places += (np.arange(length) * step).reshape([-1 if at == axis else 1 for at in range(len(shape))])
    return places.reshape(-1), itemsize


def _rows(table: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Return what `_columns` filled up, as it was."""
    return [row[row >= 0] for row in table]


def _columns(rows: Sequence[Any]) -> NDArray[np.int64]:
    """Return rows of unequal length as an array, filled up with -1."""
    found = np.full((len(rows), max(map(len, rows), default=0)), -1, np.int64)
    for place, row in enumerate(rows):
        found[place, : len(row)] = row
    return found
