"""Knows which cells of arrays were never written: ``np.empty`` and its like hand out memory as they find it.

What stands in such a cell is no result of anything, so that it is drawn as ``?``; it may be written, but what reads it
is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.language.execution import is_array
from primer_core.language.limits import Refused
from primer_core.language.table.costs import arrays_in
from primer_core.language.table.entry import Bound, Entry


@dataclass(slots=True, eq=False)
class Uninitialised:
    """Cells that were never written, by the memory that they lie in."""

    _masks: list[tuple[Any, NDArray[np.bool_]]] = field(default_factory=list)

    def cells(self, array: Any) -> NDArray[np.bool_] | None:
        """Return which cells of an array were never written, of its shape; None if all were."""
        for holder, mask in self._masks:
            part = _part(array, holder, mask)
            if part is not None and part.any():
                return part
        return None

    def check_read(self, entry: Entry, bound: Bound) -> None:
        """Refuse an entry that reads a cell which was never written.

        Raises
        ------
        Refused
            If it does.
        """
        if not self._masks or entry.rule.kind in ("asked", "made"):
            return
        views = entry.shares != "never" and entry.rule.kind == "moved"
        for name, value in bound.values.items():
            overwritten = name == entry.writes and entry.name.endswith((".[]=", ".fill", ".fill_", ".zero_", ".copy_"))
            for array in arrays_in(value):
                if not views and not overwritten and self.cells(array) is not None:
                    raise Refused(
                        f"{entry.name} reads cells that were never written: np.empty and its like hand out memory as "
                        "they find it. Write the cells first, or make the array with zeros."
                    )

    def note(self, entry: Entry, bound: Bound, result: Any) -> None:
        """Take note of what a call made or wrote."""
        if entry.uninitialised and is_array(result):
            self._masks.append((result, np.ones(tuple(result.shape), np.bool_)))
        elif entry.writes and self._masks:
            target = bound.values.get(entry.writes)
            for holder, mask in self._masks:
                part = _part(target, holder, mask) if is_array(target) else None
                if part is None:
                    continue
                index = bound.values.get("index") if entry.name.endswith(".[]=") else ...
                part[_plain(index)] = False


def _part(array: Any, holder: Any, mask: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """Return a view of the mask with the strides by which an array lies in the holder's memory; None if it does not."""
    start, strides, itemsize = _layout(holder)
    own, steps, size = _layout(array)
    if size != itemsize or not mask.size:
        return None
    offset, rest = divmod(own - start, itemsize)
    reach = sum((length - 1) * step for length, step in zip(array.shape, steps, strict=True))
    lowest = offset * itemsize + sum(
        min((length - 1) * step, 0) for length, step in zip(array.shape, steps, strict=True)
    )
    highest = offset * itemsize + max(reach, 0)
    if rest or 0 in tuple(array.shape) or lowest < 0 or highest >= mask.size * itemsize:
        return None
    del strides
    return np.lib.stride_tricks.as_strided(
        mask.reshape(-1)[offset:], tuple(array.shape), tuple(step // itemsize for step in steps)
    )


def _layout(array: Any) -> tuple[int, tuple[int, ...], int]:
    """Return where an array's first cell lies, its strides in bytes, and the bytes of a cell."""
    if isinstance(array, np.ndarray | np.generic):
        pointer = array.__array_interface__["data"][0]
        return pointer, array.strides, array.itemsize
    size = array.element_size()
    return array.data_ptr(), tuple(step * size for step in array.stride()), size


def _plain(index: Any) -> Any:
    """Return an index as NumPy takes it."""
    if isinstance(index, tuple):
        return tuple(map(_plain, index))
    return index.numpy() if hasattr(index, "numpy") else index
