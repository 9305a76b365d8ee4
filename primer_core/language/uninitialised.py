"""Knows which cells of arrays were never written: ``np.empty`` and its like hand out memory as they find it.

What stands in such a cell is no result of anything, so that it is drawn as ``?``; it may be written and seen through
other views, but what reads it is refused. Memory is told byte by byte, so that views of another dtype are known, too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.language.execution import is_array, is_wrapped
from primer_core.language.limits import Refused
from primer_core.language.table.costs import arrays_in
from primer_core.language.table.entry import Bound, Entry
from primer_core.language.table.numpy_rules import LIKE
from primer_core.language.table.rules import ASKED
from primer_core.language.table.sources import layout, let_through

_OVERWRITING = frozenset(
    {
        "ndarray.fill", "Tensor.fill_", "Tensor.zero_", "Tensor.copy_", "Tensor.normal_", "Tensor.uniform_",
        "Tensor.random_",
    }
)  # fmt: skip
"""What writes all cells of an array and reads none."""

_OF_THE_HEAD = frozenset({"ndarray.shape=", "Tensor.squeeze_", "Tensor.unsqueeze_", "Tensor.t_", "Tensor.transpose_"})
"""What changes an array's shape in place, and none of its cells."""


@dataclass(frozen=True, slots=True, eq=False)
class _Memory:
    """Memory that was handed out as it was found.

    Parameters
    ----------
    holder
        The array that it was handed out for; it is kept, so that the memory stays its own.
    start
        int, its address.
    unwritten
        One boolean a byte.
    """

    holder: Any
    start: int
    unwritten: NDArray[np.bool_]

    def bytes_of(self, array: Any) -> NDArray[np.bool_] | None:
        """Return a view of the bytes of an array's cells, with an axis for them; None if it lies elsewhere."""
        if is_wrapped(array):
            return None
        first, strides, itemsize = layout(array)
        shape = tuple(array.shape)
        reaches = [(length - 1) * step for length, step in zip(shape, strides, strict=True)]
        lowest = first - self.start + sum(min(reach, 0) for reach in reaches)
        highest = first - self.start + sum(max(reach, 0) for reach in reaches) + itemsize
        if 0 in shape or lowest < 0 or highest > self.unwritten.size:
            return None
        return np.lib.stride_tricks.as_strided(
            self.unwritten[first - self.start :], (*shape, itemsize), (*strides, 1), writeable=True
        )


@dataclass(slots=True, eq=False)
class Uninitialised:
    """Cells that were never written, by the memory that they lie in."""

    _memories: list[_Memory] = field(default_factory=list)

    def cells(self, array: Any) -> NDArray[np.bool_] | None:
        """Return which cells of an array were never written, of its shape; None if all were."""
        for memory in self._memories:
            part = memory.bytes_of(array)
            if part is not None and part.any():
                return np.asarray(part.any(axis=-1))
        return None

    def check_read(self, entry: Entry, bound: Bound) -> None:
        """Refuse an entry that reads a cell which was never written. What may be a view is `note`'s affair.

        Raises
        ------
        Refused
            If it does.
        """
        if not self._memories or entry.rule in (ASKED, LIKE) or entry.name in _OF_THE_HEAD:
            return
        for name, value in bound.values.items():
            is_target = name == entry.writes and _overwrites(entry)
            is_seen = entry.shares != "never" and (entry.rule.kind == "moved" or (name == "x" and _is_index(entry)))
            is_model = name == "x" and entry.name.startswith("Tensor.new_")
            if is_target or is_seen or is_model:
                continue
            if any(self.cells(each) is not None for each in arrays_in(value)):
                raise _reads(entry)

    def note(self, entry: Entry, bound: Bound, result: Any) -> None:
        """Take note of what a call made or wrote.

        Raises
        ------
        Refused
            If it copied cells that were never written, where it might have made a view.
        """
        found = entry.uninitialised is not None and is_array(result) and not _is_filled(result)
        if found and entry.uninitialised is not None and entry.uninitialised(bound):
            if is_wrapped(result):
                raise Refused(f"{entry.name} is not run here in a function of torch.func. Make the array with zeros.")
            start, _, itemsize = layout(result)
            size = int(np.prod(tuple(result.shape))) * itemsize
            memory = _Memory(result, start, np.ones(size, np.bool_))
            self._memories.append(memory)
            cells = memory.bytes_of(result)
            if cells is not None and "where" in bound.values:
                cells[let_through(bound, result)] = False
        elif self._memories and entry.writes:
            self._write(entry, bound)
        elif self._memories and entry.rule not in (ASKED, LIKE):
            self._check_copied(entry, bound, result)

    def _write(self, entry: Entry, bound: Bound) -> None:
        target = bound.values.get(entry.writes)
        if not is_array(target) or not _overwrites(entry):
            return
        index = bound.values.get("index") if entry.name.endswith(".[]=") else ...
        for memory in self._memories:
            part = memory.bytes_of(target)
            if part is not None:
                part[_plain(index) if "where" not in bound.values else let_through(bound, target)] = False

    def _check_copied(self, entry: Entry, bound: Bound, result: Any) -> None:
        results = [array for array in arrays_in(result) if 0 not in tuple(array.shape)]
        for array in (array for value in bound.values.values() for array in arrays_in(value)):
            unwritten = self.cells(array)
            if unwritten is None or all(_share(array, each) for each in results):
                continue
            if not _is_index(entry) or np.any(unwritten[_plain(bound.values["index"])]):
                raise _reads(entry)


def _is_filled(array: Any) -> bool:
    """Return whether NumPy fills an array that it hands out: one of objects holds None."""
    return isinstance(array, np.ndarray) and array.dtype == object


def _overwrites(entry: Entry) -> bool:
    """Return whether an entry writes cells of an array and reads none."""
    return entry.name in _OVERWRITING or entry.name.endswith((".[]=", "(out=)"))


def _reads(entry: Entry) -> Refused:
    what = "This index" if _is_index(entry) else entry.name
    return Refused(
        f"{what} reads cells that were never written: np.empty and its like hand out memory as they find it. Write the "
        "cells first, or make the array with zeros."
    )


def _is_index(entry: Entry) -> bool:
    return entry.name in ("ndarray.[]", "Tensor.[]")


def _share(one: Any, other: Any) -> bool:
    """Return whether two arrays lie in the same memory, whichever library's they are."""
    spans = []
    for array in (one, other):
        first, strides, _ = layout(array)
        reaches = [(length - 1) * step for length, step in zip(tuple(array.shape), strides, strict=True)]
        spans.append((first + sum(min(reach, 0) for reach in reaches), first + sum(max(reach, 0) for reach in reaches)))
    (start, end), (other_start, other_end) = spans
    return bool(start <= other_end and other_start <= end)


def _plain(index: Any) -> Any:
    """Return an index as NumPy takes it."""
    if isinstance(index, tuple):
        return tuple(map(_plain, index))
    return index.numpy() if hasattr(index, "numpy") else index
