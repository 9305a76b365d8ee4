"""What a program has made of memory at one moment: its arrays, the buffers they lie in, and who is called what."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import Library, backend_of
from primer_core.backend.memory import Layout, layout_of, share_cells
from primer_core.language.limits import Refused
from primer_core.lessons.views.workspace import Thing, Workspace

Kind = Literal["base", "view", "apart", "copy", "new", "number", "empty"]
"""How an array came to its memory: "view" where it shares cells with an array before it, "apart" where it lies in the
memory of one before it and shares no cell; with memory of its own, "copy" where its cells were read from another,
"new" where they were not, and "number" where it is one of NumPy's. Where it has no cells there is nothing to share."""


@dataclass(frozen=True, slots=True, eq=False)
class Buffer:
    """One allocation of memory.

    Parameters
    ----------
    number
        Counted from 0 in the order of allocation.
    owner
        The name of the first array that lay in it.
    values
        ``(n,)``: its elements from the first byte to the last; 0 where one was never written.
    unwritten
        ``(n,)``: which elements were never written; None if all were.
    """

    number: int
    owner: str
    values: NDArray[Any]
    unwritten: NDArray[np.bool_] | None

    @property
    def nbytes(self) -> int:
        """Its length in bytes."""
        return int(self.values.nbytes)


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """One array.

    Parameters
    ----------
    number
        Counted from 0 in the order in which arrays were bound to a name.
    names
        What it is called now; empty where no name is left.
    first
        What it was first called.
    code
        The line that made it.
    values
        Its cells at this moment; 0 where one was never written.
    unwritten
        Of the shape of `values`: which cells were never written; None if all were.
    layout
        How it lies in its buffer; the offset counts from the buffer's first byte, in elements of its own.
    buffer
        The number of its buffer.
    elements
        ``(size, k)``: for each cell, in C order, the elements of the buffer that it lies in. Where both have one
        dtype k is 1.
    kind
        Asked of the library: "view" if it shares memory with an array made before it.
    of
        The number of the first such array, or None.
    origins
        ``(size, 2)``: for each cell, in C order, the number of the array and the flat index of the cell it was made
        from; None where that is not followed.
    writeable
        Whether its cells can be written to.
    library
        Which library made it.
    dtype
        As the library writes it.
    is_number
        Whether it is a single number of NumPy's, which is no array.
    """

    number: int
    names: tuple[str, ...]
    first: str
    code: str
    values: NDArray[Any]
    unwritten: NDArray[np.bool_] | None
    layout: Layout
    buffer: int
    elements: NDArray[np.intp]
    kind: Kind
    of: int | None
    origins: NDArray[np.int64] | None
    writeable: bool
    library: Library
    dtype: str
    is_number: bool

    @property
    def name(self) -> str:
        """What to call it: its names, or what it was called before they went to others."""
        return self.names[0] if self.names else f"old {self.first}"


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """All arrays and buffers at one moment."""

    arrays: tuple[Made, ...]
    buffers: tuple[Buffer, ...]

    def called(self, name: str) -> Made:
        """The array of that name.

        Raises
        ------
        KeyError
            If none has it.
        """
        for made in self.arrays:
            if name in made.names:
                return made
        raise KeyError(f"no array is called {name!r} here")

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in alphabetical order."""
        return tuple(sorted(name for made in self.arrays for name in made.names))

    def lying_in(self, buffer: int) -> tuple[Made, ...]:
        """The arrays that have a name and lie in a buffer."""
        return tuple(made for made in self.arrays if made.names and made.buffer == buffer)


def look(work: Workspace) -> Snapshot:
    """Read every array and every buffer as they are now.

    Raises
    ------
    Refused
        If an array lies across the elements of its memory.
    """
    groups: list[list[int]] = []
    for place, thing in enumerate(work.things):
        for group in groups:
            if any(_overlap(_allocation(thing), _allocation(work.things[other])) for other in group):
                group.append(place)
                break
        else:
            groups.append([place])
    memories = [_memory([work.things[place] for place in group]) for group in groups]
    within = {place: number for number, group in enumerate(groups) for place in group}
    names: dict[int, list[str]] = {}
    for name, array in work.arrays.items():
        number = work.place_of(array)
        if number is not None:
            names.setdefault(number, []).append(name)
    arrays: list[Made] = []
    for place in range(len(work.things)):
        called = tuple(sorted(names.get(place, ())))
        arrays.append(_made(work, place, called, within[place], memories[within[place]], arrays))
    buffers = []
    for number, (group, memory) in enumerate(zip(groups, memories, strict=True)):
        unwritten = work.evaluator.uninitialised.cells(memory)
        values = backend_of(memory).to_numpy(memory)
        buffers.append(Buffer(number, work.things[group[0]].first, _blank(values, unwritten), unwritten))
    return Snapshot(tuple(arrays), tuple(buffers))


def differing(new: NDArray[Any], old: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where two arrays of one shape differ; what is nan in both does not."""
    if new.dtype == object or old.dtype == object:
        pairs = zip(new.ravel(), old.ravel(), strict=True)
        return np.array([one is not other for one, other in pairs], np.bool_).reshape(new.shape)
    unequal = np.asarray(new != old)
    return np.asarray(unequal & ~((new != new) & (old != old)))


def written_elements(before: Snapshot, after: Snapshot, buffer: int) -> NDArray[np.bool_]:
    """Return which elements of a buffer differ from what they were before; none where the buffer is another.

    Parameters
    ----------
    before, after
        Of one program; arrays keep their numbers.
    buffer
        The number that the buffer has afterwards.
    """
    new = after.buffers[buffer]
    number = next(made.number for made in after.arrays if made.buffer == buffer)
    if number >= len(before.arrays):
        return np.zeros(new.values.shape, np.bool_)
    old = before.buffers[before.arrays[number].buffer]
    if old.values.shape != new.values.shape or old.values.dtype != new.values.dtype:
        return np.zeros(new.values.shape, np.bool_)
    none = np.zeros(new.values.shape, np.bool_)
    was, still = (none if each.unwritten is None else each.unwritten for each in (old, new))
    return np.asarray((differing(new.values, old.values) | was) & ~still)


def cells_changed(before: Snapshot, after: Snapshot, number: int) -> NDArray[np.bool_]:
    """Of the shape of the array with that number: which of its cells differ between two moments; none if it is new."""
    new = after.arrays[number]
    if number >= len(before.arrays):
        return np.zeros(new.values.shape, np.bool_)
    old = before.arrays[number]
    if old.values.shape == new.values.shape and old.layout.strides == new.layout.strides:
        return _rewritten(new, old)
    written = written_elements(before, after, new.buffer)
    return np.asarray(written[new.elements].any(axis=1)).reshape(new.values.shape)


def _rewritten(new: Made, old: Made) -> NDArray[np.bool_]:
    never = np.zeros(new.values.shape, np.bool_)
    was, still = (never if made.unwritten is None else made.unwritten for made in (old, new))
    return np.asarray((differing(new.values, old.values) | was) & ~still)


def _memory(things: list[Thing]) -> Any:
    """One axis over all bytes of the largest allocation among arrays that lie in one."""
    largest = max(things, key=lambda thing: np.diff(_allocation(thing))[0]).array
    return backend_of(largest).whole_memory(largest)


def _allocation(thing: Thing) -> tuple[int, int]:
    return backend_of(thing.array).allocation(thing.array)


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two stretches of memory, each from its first byte to the one behind its last, have a byte in common."""
    return max(one[0], other[0]) < min(one[1], other[1])


def _made(work: Workspace, place: int, names: tuple[str, ...], buffer: int, memory: Any, before: list[Made]) -> Made:
    thing = work.things[place]
    array, engine = thing.array, backend_of(thing.array)
    values, unwritten = engine.on_its_memory(array), work.evaluator.uninitialised.cells(array)
    scalar = engine.is_number(array)
    of = next((other for other in range(place) if share_cells(array, work.things[other].array)), None)
    beside = next((made.number for made in before if made.buffer == buffer), None)
    kind: Kind = "base" if place == 0 else "empty" if not values.size else "view"
    if kind == "view" and of is None:
        own: Kind = "number" if scalar else "copy" if thing.moved else "new"
        kind = own if beside is None else "apart"
    _check_whole(thing, memory)
    layout = layout_of(values if scalar else array, values if scalar else memory)
    return Made(
        number=place,
        names=names,
        first=thing.first,
        code=thing.code,
        values=_blank(values.copy(), unwritten),
        unwritten=unwritten,
        layout=layout,
        buffer=buffer,
        elements=_elements(layout, 0 if scalar else backend_of(memory).itemsize(memory)),
        kind=kind,
        of=of if kind == "view" else beside if kind == "apart" else None,
        origins=thing.origins if kind in ("copy", "new", "number") else None,
        writeable=engine.writeable(array),
        library=engine.library,
        dtype=engine.dtype_name(array),
        is_number=scalar,
    )


def _check_whole(thing: Thing, memory: Any) -> None:
    """Refuse an array of which cells lie across the elements of its memory.

    Raises
    ------
    Refused
        If one does.
    """
    engine = backend_of(thing.array)
    if engine.is_number(thing.array) or not all(thing.array.shape):
        return
    size, strides = engine.itemsize(thing.array), engine.byte_strides(thing.array)
    offset = engine.data_pointer(thing.array) - backend_of(memory).data_pointer(memory)
    if any(number % size for number in (offset, *strides)):
        raise Refused(
            f"{thing.first} reads across the elements of its memory: it begins at byte {offset} and has strides of "
            f"{strides} bytes, and an element has {size}. That is not drawn here: take whole elements."
        )


def _elements(layout: Layout, size: int) -> NDArray[np.intp]:
    """Return the elements of so many bytes that each cell lies in; 0 bytes stand for those of a cell."""
    if size in (0, layout.itemsize):
        return layout.addresses.reshape(-1, 1)
    first = layout.addresses.reshape(-1, 1) * layout.itemsize // size
    found: NDArray[np.intp] = first + np.arange(max(1, layout.itemsize // size))
    return found


def _blank(values: NDArray[Any], unwritten: NDArray[np.bool_] | None) -> NDArray[Any]:
    """Write 0 where memory was handed out as it was found: what stands there is nothing that could be told again."""
    if unwritten is not None:
        values[unwritten] = 0
    return values
