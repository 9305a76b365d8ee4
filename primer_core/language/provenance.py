"""Where a number came from: the cells of the operands that a cell of a result depends on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.language.evaluator import Call
from primer_core.language.table import sources as rules
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


def _columns(rows: Sequence[Any]) -> NDArray[np.int64]:
    """Return rows of unequal length as an array, filled up with -1."""
    found = np.full((len(rows), max(map(len, rows), default=0)), -1, np.int64)
    for place, row in enumerate(rows):
        found[place, : len(row)] = row
    return found
