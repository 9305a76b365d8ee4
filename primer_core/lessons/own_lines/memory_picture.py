"""The memory after a step as strips of cells, with the names that look into each."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from primer_core.claims.claim import plain
from primer_core.lessons.own_lines import claims
from primer_core.lessons.own_lines.explain import Shown
from primer_core.lessons.own_lines.rows import colours
from primer_core.lessons.own_lines.sharing import Buffer, remembered
from primer_core.picture.memory_strips import MemoryStrips, Pointer, Strip
from primer_core.picture.parts import Note, Part
from primer_core.picture.text import Code, Role, joined, text

_MOST_CELLS = 48
"""Cells of a strip that are drawn."""

_MOST_STRIPS = 8
"""Strips that are drawn."""

_ENDS, _AROUND = 6, 4
"""Cells at the ends of a longer strip, and around those at which an array begins and ends, that are drawn first."""


def memory_parts(shown: Shown) -> Iterator[Part]:
    """Draw the buffers that arrays in sight lie in: those that are shared or changed first; nothing where none is."""
    buffers = remembered(shown.steps)
    if not buffers:
        return
    wear = colours(shown.steps[-1])
    order = sorted(buffers, key=lambda buffer: not (len(buffer.arrays) > 1 or buffer.changed.size))
    drawn = sorted(order[:_MOST_STRIPS], key=lambda buffer: buffer.number)
    yield MemoryStrips(tuple(_strip(buffer, shown, wear.get(buffer.number, "plain")) for buffer in drawn))
    if left := order[_MOST_STRIPS:]:
        names = joined([text(Code(array.names[0])) for buffer in left for array in buffer.arrays])
        yield Note(text("Not drawn: ", *names, "."))


def _strip(buffer: Buffer, shown: Shown, role: Role) -> Strip:
    drawn = _drawn(buffer)
    told = [plain(claim.sentence()) for claim in claims.of_buffer(buffer, shown)]
    if len(drawn) < buffer.count:
        told.insert(1, f"{len(drawn)} cells are drawn")
    pointers = (
        Pointer(
            array.names,
            _among(array.cells, drawn),
            plain(claims.of_array(array, buffer, shown).sentence()),
            array.cells.size == buffer.count,
        )
        for array in buffer.arrays
    )
    return Strip(buffer.count, drawn, tuple(pointers), tuple(told), _among(buffer.changed, drawn), role)


def _among(cells: NDArray[np.intp], drawn: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(np.intersect1d(cells, np.array(drawn, np.intp), assume_unique=True).tolist())


def _drawn(buffer: Buffer) -> tuple[int, ...]:
    """Choose the cells that are drawn: of a long strip its ends, where arrays begin and end, and what was changed."""
    count = buffer.count
    if count <= _MOST_CELLS:
        return tuple(range(count))
    chosen: dict[int, None] = dict.fromkeys([*range(_ENDS), *range(count - _ENDS, count)])
    edges = [int(edge) for array in buffer.arrays for edge in (array.cells[0], array.cells[-1])]
    edges += [int(edge) for edge in buffer.changed[[0, -1]]] if buffer.changed.size else []
    for edge in edges:
        least = min(max(edge - _AROUND // 2, 0), count - _AROUND)
        chosen.update(dict.fromkeys(range(least, least + _AROUND)))
    chosen.update(dict.fromkeys(range(_MOST_CELLS)))
    return tuple(sorted(list(chosen)[:_MOST_CELLS]))
