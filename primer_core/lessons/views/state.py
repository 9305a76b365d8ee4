"""What a program has made of memory at one moment: its arrays, the buffers they lie in, and who is called what."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import Library, backend_of
from primer_core.backend.memory import Layout, layout_of, shares_memory
from primer_core.language.statements import Thing, Workspace, overlap

Kind = Literal["base", "view", "copy", "empty"]
"""How an array came to its memory. Where it has no cells there is nothing to share."""


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
        ``(n,)``: its elements from the first byte to the last.
    """

    number: int
    owner: str
    values: NDArray[Any]

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
        The expression that made it.
    values
        Its cells at this moment.
    layout
        How it lies in its buffer; the offset counts from the buffer's first element.
    buffer
        The number of its buffer.
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
    """

    number: int
    names: tuple[str, ...]
    first: str
    code: str
    values: NDArray[Any]
    layout: Layout
    buffer: int
    kind: Kind
    of: int | None
    origins: NDArray[np.int64] | None
    writeable: bool
    library: Library
    dtype: str

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
    """Read every array and every buffer as they are now."""
    groups: list[list[int]] = []
    for place, thing in enumerate(work.things):
        for group in groups:
            if any(overlap(_allocation(thing), _allocation(work.things[other])) for other in group):
                group.append(place)
                break
        else:
            groups.append([place])
    memories = [_memory([work.things[place] for place in group]) for group in groups]
    owners = [work.things[group[0]].first for group in groups]
    within = {place: number for number, group in enumerate(groups) for place in group}
    return Snapshot(
        tuple(_made(work, place, within[place], memories[within[place]]) for place in range(len(work.things))),
        tuple(
            Buffer(i, owner, backend_of(memory).to_numpy(memory))
            for i, (owner, memory) in enumerate(zip(owners, memories, strict=True))
        ),
    )


def _memory(things: list[Thing]) -> Any:
    """One axis over all bytes of the largest allocation among arrays that lie in one."""
    largest = max(things, key=lambda thing: np.diff(_allocation(thing))[0]).it
    return backend_of(largest).whole_memory(largest)


def _allocation(thing: Thing) -> tuple[int, int]:
    return backend_of(thing.it).allocation(thing.it)


def _made(work: Workspace, place: int, buffer: int, memory: Any) -> Made:
    thing = work.things[place]
    it, engine = thing.it, backend_of(thing.it)
    values = engine.on_its_memory(it)
    scalar = engine.is_number(it)
    of = next((other for other in range(place) if _share(it, work.things[other].it)), None)
    kind: Kind = "base" if place == 0 else "empty" if not values.size else "copy" if of is None else "view"
    origins = None
    if thing.where is not None and kind == "copy":
        origins = work.origins(thing.where)
    return Made(
        number=place,
        names=tuple(sorted(name for name, bound in work.names.items() if bound is it)),
        first=thing.first,
        code=thing.code,
        values=values.copy(),
        layout=layout_of(values if scalar else it, values if scalar else memory),
        buffer=buffer,
        kind=kind,
        of=of,
        origins=origins,
        writeable=engine.writeable(it),
        library=engine.library,
        dtype=engine.dtype_name(it),
    )


def _share(it: Any, other: Any) -> bool:
    return not any(backend_of(one).is_number(one) for one in (it, other)) and shares_memory(it, other)
