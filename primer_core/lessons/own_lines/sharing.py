"""Which cells of which memory the arrays in sight touch after a step, and which of them the step changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.lessons.own_lines.trace import Memory, Step
from primer_core.lessons.views.state import differing


@dataclass(frozen=True, slots=True, eq=False)
class Touching:
    """An array in a buffer.

    Parameters
    ----------
    names
        Those bound to it.
    cells
        ``(n,)``: numbers of the cells of the buffer that it touches, each once, ascending.
    start
        Bytes from the first byte of the buffer to the first that it touches.
    """

    names: tuple[str, ...]
    cells: NDArray[np.intp]
    start: int


@dataclass(frozen=True, slots=True, eq=False)
class Buffer:
    """A buffer that arrays in sight lie in.

    Parameters
    ----------
    number
        As `Memory.number`.
    itemsize
        Bytes of one of its cells: the largest with which each element of each array fills whole cells.
    nbytes
        Bytes of it all.
    arrays
        Those that lie in it: first those that touch it all, else in the order of their names.
    changed
        ``(n,)``: numbers of the cells whose values the step changed, ascending.
    changed_name
        The first array that shows it; empty for none.
    """

    number: int
    itemsize: int
    nbytes: int
    arrays: tuple[Touching, ...]
    changed: NDArray[np.intp]
    changed_name: str

    @property
    def changed_stretches(self) -> tuple[tuple[int, int], ...]:
        """Return the first and the last cell of each stretch that was changed."""
        if not self.changed.size:
            return ()
        breaks = np.flatnonzero(np.diff(self.changed) > 1)
        firsts, lasts = self.changed[[0, *(breaks + 1)]], self.changed[[*breaks, -1]]
        return tuple(zip(firsts.tolist(), lasts.tolist(), strict=True))

    @property
    def count(self) -> int:
        """How many cells it has."""
        return self.nbytes // self.itemsize


def remembered(steps: Sequence[Step]) -> tuple[Buffer, ...]:
    """Find the buffers that arrays in sight lie in after the last of several steps; empty where nothing has run.

    A test changes and binds nothing: after it, all is as after the step before in its function.
    """
    here = steps[-1].moment.functions if steps else ()
    done = [
        place for place, step in enumerate(steps) if step.moment.happening != "test" and step.moment.functions == here
    ]
    if not done:
        return ()
    step = steps[done[-1]]
    if step is not steps[-1]:
        return buffers_of(step, {})
    found = ((name, _changed_bytes(name, steps)) for name in step.changed)
    return buffers_of(step, {name: mask for name, mask in found if mask is not None})


def changed_cells(name: str, steps: Sequence[Step]) -> NDArray[np.bool_] | None:
    """Return which cells of a name's array differ from what they were before the last step.

    Returns
    -------
    array or None
        Of the shape of the array; None where nothing is known of before.
    """
    found = _before_and_after(name, steps)
    return None if found is None else differing(found[1], found[0])


def _changed_bytes(name: str, steps: Sequence[Step]) -> NDArray[np.bool_] | None:
    """Return which bytes of each element of a name's array differ, ``(elements, bytes)``; None as `changed_cells`."""
    found = _before_and_after(name, steps)
    if found is None or found[0].dtype != found[1].dtype:
        return None
    old, new = (np.frombuffer(values.tobytes(), np.uint8) for values in found)
    return np.not_equal(old, new, dtype=np.bool_).reshape(found[0].size, -1)


def _before_and_after(name: str, steps: Sequence[Step]) -> tuple[NDArray[Any], NDArray[Any]] | None:
    new = steps[-1].names[name]
    for before in reversed(steps[:-1]):
        old = before.names.get(name)
        if old is not None and old.number == new.number:
            if old.values is None or new.values is None or old.values.shape != new.values.shape:
                return None
            return old.values, new.values
    return None


def buffers_of(step: Step, changed: Mapping[str, NDArray[np.bool_]]) -> tuple[Buffer, ...]:
    """Find the buffers that arrays in sight lie in after a step.

    Parameters
    ----------
    step
        The step.
    changed
        For names of arrays that it changed in place, which bytes of their elements: ``(elements, bytes)``, in C order.

    Returns
    -------
    tuple of Buffer
        In the order in which they came up.
    """
    found: dict[int, dict[int, tuple[list[str], Memory]]] = {}
    for name, seen in step.names.items():
        if seen.memory is not None:
            objects = found.setdefault(seen.memory.number, {})
            objects.setdefault(seen.number, ([], seen.memory))[0].append(name)
    return tuple(_buffer(number, list(found[number].values()), changed) for number in sorted(found))


def _buffer(
    number: int, objects: Sequence[tuple[list[str], Memory]], changed: Mapping[str, NDArray[np.bool_]]
) -> Buffer:
    memories = [memory for _, memory in objects]
    nbytes = max(memory.nbytes for memory in memories)
    unit = gcd(nbytes, *(memory.itemsize for memory in memories), *(memory.layout.offset for memory in memories))
    unit = gcd(unit, *(stride for memory in memories for stride in _strides(memory)))
    arrays = tuple(
        Touching(tuple(names), _touched(_addresses(memory), memory, unit), memory.start) for names, memory in objects
    )
    shows = [(names[0], memory) for names, memory in objects if names[0] in changed]
    touched = [_changed(memory, changed[name], unit) for name, memory in shows]
    together = np.unique(np.concatenate([np.zeros(0, np.intp), *touched]))
    arrays = tuple(sorted(arrays, key=lambda array: array.cells.size * unit < nbytes))
    return Buffer(number, unit, nbytes, arrays, together, shows[0][0] if shows else "")


def _strides(memory: Memory) -> list[int]:
    """Return the strides along which there is more than one element."""
    layout = memory.layout
    return [stride for size, stride in zip(layout.shape, layout.strides, strict=True) if size > 1]


def _addresses(memory: Memory) -> NDArray[np.intp]:
    """Return the first byte of each element in memory; what is stretched is there once.

    They ascend, unless elements overlap.
    """
    layout = memory.layout
    steps = [(abs(stride), size) for size, stride in zip(layout.shape, layout.strides, strict=True) if stride]
    back = sum(
        (size - 1) * stride for size, stride in zip(layout.shape, layout.strides, strict=True) if stride < 0 < size
    )
    places = np.array([layout.offset + back], np.intp)
    for stride, size in sorted(steps, reverse=True):
        places = (places[:, None] + np.arange(size, dtype=np.intp) * stride).ravel()
    return places


def _changed(memory: Memory, differs: NDArray[np.bool_], unit: int) -> NDArray[np.intp]:
    """Return the cells in which an array's bytes differ."""
    parts = memory.itemsize // unit
    if differs.shape[1] == memory.itemsize:
        fresh = np.any(differs.reshape(-1, parts, unit), axis=2)
    else:  # NumPy has no such dtype: the values were kept in another
        fresh = np.repeat(np.any(differs, axis=1)[:, None], parts, axis=1)
    cells = memory.layout.addresses.ravel()[:, None] // unit + np.arange(parts, dtype=np.intp)
    return np.asarray(cells[fresh], np.intp)


def _touched(addresses: NDArray[np.intp], memory: Memory, unit: int) -> NDArray[np.intp]:
    """Return the cells that elements fill, each once, ascending."""
    cells = (addresses[:, None] // unit + np.arange(memory.itemsize // unit, dtype=np.intp)).ravel()
    if (np.diff(cells) > 0).all():
        return cells
    return np.unique(cells).astype(np.intp)
