"""Views and copies as grids: arrays above the memory that they lie in, and names above their arrays."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend.memory import address_text
from primer_core.language.spelling import counted, shape_text
from primer_core.lessons.views.program import Program, changed_cells
from primer_core.lessons.views.refused_view import Viewing
from primer_core.lessons.views.state import Buffer, Made, Snapshot
from primer_core.picture.grid import (
    Badge,
    Formula,
    Grid,
    Link,
    PerCell,
    Picture,
    Ref,
    Row,
    Strong,
    Val,
    address,
    cell_text,
    full_text,
    visible_cells,
)
from primer_core.picture.number import with_minus
from primer_core.picture.text import Role

_ROLES: tuple[Role, ...] = ("a", "b", "c", "result")
"""A buffer's colour, which all arrays in it wear: in this lesson colour says in which memory a value lies."""

_TYPED = "biuf"
"""Kinds of dtypes whose cells take a typed number."""

_WIDEST = 12
"""Most characters of an entry of an array of objects."""

_NAMED = 3
"""Most cells of one array that the formula of an element of memory names."""


def memory(program: Program, *, editable: bool = True, names: tuple[str, ...] | None = None) -> Picture:
    """Lay out arrays above the memory strips that they lie in.

    Parameters
    ----------
    program
        What ran.
    editable
        Whether cells take new numbers.
    names
        The arrays to draw; all that have a name if None.
    """
    state = program.after
    drawn = [made for made in _by_name(state) if names is None or made.name in names]
    buffers = [state.buffers[number] for number in sorted({made.buffer for made in drawn})]
    colours = _colours(state)
    grids = [_array(made, program, colours[made.buffer], editable) for made in drawn]
    strips = [_strip(buffer, [made for made in drawn if made.buffer == buffer.number], colours[buffer.number], editable)
              for buffer in buffers]  # fmt: skip
    links = [Link(_memory_id(made.buffer), _array_id(made), made.elements, same=True) for made in drawn]
    formulas = [_array_formula(made, state, grid) for made, grid in zip(drawn, grids, strict=True)]
    formulas += [_strip_formula(buffer, drawn, grid) for buffer, grid in zip(buffers, strips, strict=True)]
    rows = [Row(tuple(grid.id for grid in grids), compact=sum(grid.values.size for grid in grids) > 60)]
    rows += [Row((grid.id,), _strip_label(buffer, drawn, faded=grid.faded is not None))
             for buffer, grid in zip(buffers, strips, strict=True)]  # fmt: skip
    focus = (_array_id(drawn[-1]), drawn[-1].values.size - 1) if drawn and drawn[-1].values.size else None
    return Picture((*grids, *strips), tuple(rows), tuple(links), tuple(formulas), focus)


def names(program: Program) -> Picture:
    """Lay out the array objects before and after the statements, each with the names that are bound to it."""
    after = program.after
    colours = _colours(after)
    old = [_object("before", made, program, colours) for made in program.before.arrays if made.names]
    grids, rows, links = list(old), [Row(tuple(grid.id for grid in old), "before")], []
    formulas = [_named_formula("before", made, program) for made in program.before.arrays if made.names]
    shown = {"before": [made for made in program.before.arrays if made.names]}
    if program.statements or program.failing:
        shown["after"] = [made for made in after.arrays if made.names or made.number < len(program.before.arrays)]
        new = [_object("after", made, program, colours) for made in shown["after"]]
        new += [
            Grid(f"unnamed {i}", one.code, one.values, "plain", badges=(Badge("no name: let go", "warn"),))
            for i, one in enumerate(program.unnamed)
        ]
        rows.append(Row(tuple(grid.id for grid in new), f"after: {'; '.join(program.statements) or 'nothing ran'}"))
        formulas += [_named_formula("after", made, program) for made in shown["after"]]
        grids += new
    for moment, arrays in shown.items():
        state = program.before if moment == "before" else after
        for number in sorted({made.buffer for made in arrays}):
            # Not drawn: what lies in one memory lights up together through it.
            grids.append(Grid(f"{moment} memory {number}", "memory", state.buffers[number].values))
        links += [
            Link(f"{moment} memory {made.buffer}", f"{moment} {made.number}", made.elements, same=True)
            for made in arrays
        ]
    last = (shown.get("after") or shown["before"])[-1]
    moment = "after" if "after" in shown else "before"
    focus = (f"{moment} {last.number}", 0) if last.values.size else None
    return Picture(tuple(grids), tuple(rows), tuple(links), tuple(formulas), focus)


def refused(viewing: Viewing) -> Picture:
    """Lay out the array, what reshape made of it where it worked, and their memory."""
    return memory(viewing.program, editable=False, names=("a", "b", "c"))


def _by_name(state: Snapshot) -> list[Made]:
    return sorted((made for made in state.arrays if made.names), key=lambda made: made.names[0])


def _colours(state: Snapshot) -> dict[int, Role]:
    return {
        buffer.number: _ROLES[buffer.number] if buffer.number < len(_ROLES) else "plain" for buffer in state.buffers
    }


def _array_id(made: Made) -> str:
    return f"array {made.names[0]}"


def _memory_id(number: int) -> str:
    return f"memory {number}"


def _memory_name(number: int) -> str:
    return f"memory{number + 1 if number else ''}"


def _badges(made: Made) -> tuple[Badge, ...]:
    kinds: dict[str, Badge] = {
        "view": Badge("VIEW", "info"),
        "apart": Badge("OTHER CELLS", "info"),
        "copy": Badge("COPY", "warn"),
        "new": Badge("NEW", "warn"),
        "number": Badge("NUMBER"),
        "base": Badge("BASE"),
        "empty": Badge("NO CELLS"),
    }
    return (kinds[made.kind], *(() if made.writeable else (Badge("read-only"),)))


def _array(made: Made, program: Program, role: Role, editable: bool) -> Grid:
    name = made.names[0]
    caption = shape_text(made.values.shape)
    if len(made.names) > 1:
        caption += f", also called {' and '.join(made.names[1:])}"
    return Grid(
        _array_id(made),
        name,
        made.values,
        role,
        caption=caption,
        axes=tuple(with_minus(f"axis {axis} (stride {stride})") for axis, stride in enumerate(made.layout.strides)),
        badges=_badges(made),
        marked=_changed(program, made),
        texts=_texts(made.values, made.unwritten),
        editable=editable and made.writeable and made.values.dtype.kind in _TYPED,
    )


def _texts(values: NDArray[Any], unwritten: NDArray[np.bool_] | None) -> tuple[str, ...] | None:
    """Write what stands in cells that are no numbers, or were never written; None where all are numbers."""
    if unwritten is None and values.dtype != object:
        return None
    never = np.zeros(values.shape, np.bool_) if unwritten is None else unwritten
    told = (_entry(value) if values.dtype == object else cell_text(value) for value in values.ravel())
    return tuple("?" if blank else entry for entry, blank in zip(told, never.ravel(), strict=True))


def _entry(value: Any) -> str:
    """Write an entry of an array of objects, cut where it is long."""
    shown = " ".join(str(value).split())
    return shown if len(shown) <= _WIDEST else f"{shown[: _WIDEST - 1]}…"


def _changed(program: Program, made: Made) -> NDArray[np.bool_] | None:
    return changed_cells(program, made.number) if program.statements else None


def _strip(buffer: Buffer, arrays: list[Made], role: Role, editable: bool) -> Grid:
    read = np.zeros(buffer.values.size, np.bool_)
    for made in arrays:
        if made.kind == "view":
            read[made.elements.ravel()] = True
    size = buffer.values.itemsize
    return Grid(
        _memory_id(buffer.number),
        _memory_name(buffer.number),
        buffer.values,
        role,
        caption=counted(buffer.nbytes, "byte"),
        axes=("",),
        faded=~read if read.any() and not read.all() else None,
        labels=tuple(f"+{size * place}" for place in range(buffer.values.size)),
        texts=_texts(buffer.values, buffer.unwritten),
        editable=editable and buffer.values.dtype.kind in _TYPED and _all_can_be_written(buffer, arrays),
    )


def _all_can_be_written(buffer: Buffer, arrays: list[Made]) -> bool:
    """Whether every element is written to through some array; where not, the arrays' own cells take numbers alone."""
    written = np.zeros(buffer.values.size, np.bool_)
    for made in arrays:
        if made.writeable and made.elements.shape[1] == 1 and made.layout.itemsize == buffer.values.itemsize:
            written[made.elements.ravel()] = True
    return bool(written.all())


def _strip_label(buffer: Buffer, drawn: list[Made], *, faded: bool) -> str:
    kept = [made.names[0] for made in drawn if made.buffer == buffer.number]
    owner = buffer.owner if buffer.owner in kept else f"the old {buffer.owner}"
    unread = "; faded is what no view reads" if faded else ""
    return f"the memory of {owner}, in bytes from its start{unread}"


def _array_formula(made: Made, state: Snapshot, grid: Grid) -> Formula:
    """Say where a cell lies: the address sum in elements, then in bytes, then what is there."""
    size, strip = made.layout.itemsize, _memory_id(made.buffer)
    sums = [""] * made.values.size
    sources = [""] * made.values.size
    for flat in visible_cells(grid):
        index = np.unravel_index(int(flat), made.values.shape) if made.values.ndim else ()
        place = made.layout.offset + sum(int(i) * s for i, s in zip(index, made.layout.strides, strict=True))
        address = address_text(made.layout, [int(i) for i in index])
        noun = "element" if place == 1 else "elements"
        sums[flat] = f"{address} {noun} = +{counted(place * size, 'byte')}".replace("+-", "−")
        if made.origins is not None:
            number, cell = made.origins[flat]
            sources[flat] = f", made from {_cell_name(state.arrays[number], int(cell))}"
    pieces = (Ref(grid.id), " is at ", PerCell(tuple(sums)), "\n", Ref(strip), " = ", Strong((Val(strip),)))
    return Formula(grid.id, (*pieces, PerCell(tuple(sources))))


def _cell_name(made: Made, flat: int) -> str:
    index = np.unravel_index(flat, made.values.shape) if made.values.ndim else ()
    return address(made.name, [int(place) for place in index])


def _strip_formula(buffer: Buffer, drawn: list[Made], grid: Grid) -> Formula:
    """Say which cells of which arrays are one element of memory."""
    readers: list[list[str]] = [[] for _ in range(buffer.values.size)]
    shown = set(visible_cells(grid).tolist())
    for made in drawn:
        if made.buffer != buffer.number:
            continue
        named: dict[int, list[str]] = {}
        more: dict[int, int] = {}
        for flat, place in ((flat, place) for flat, row in enumerate(made.elements.tolist()) for place in row):
            if place not in shown:
                continue
            if len(named.setdefault(place, [])) < _NAMED:
                named[place].append(_cell_name(made, flat))
            else:
                more[place] = more.get(place, 0) + 1
        for place, cells in named.items():
            readers[place] += [*cells, *([f"{more[place]} more of {made.name}"] if place in more else [])]
    size = buffer.values.itemsize
    texts = tuple(
        f", at +{counted(place * size, 'byte')}, is {', '.join(cells) if cells else 'read by no array here'}"
        for place, cells in enumerate(readers)
    )
    return Formula(grid.id, (Ref(grid.id), " = ", Strong((Val(grid.id),)), PerCell(texts)))


def _object(moment: str, made: Made, program: Program, colours: dict[int, Role]) -> Grid:
    lost = not made.names
    kept = [other.names[0] for other in program.after.lying_in(made.buffer)] if lost else []
    fate = Badge(f"no name left, memory kept by {' and '.join(kept)}" if kept else "no name left: freed", "warn")
    return Grid(
        f"{moment} {made.number}",
        made.name,
        made.values,
        colours[made.buffer],
        axes=("",) * made.values.ndim,
        badges=(Badge(f"object {made.number + 1}, memory {made.buffer + 1}", "info"), *((fate,) if lost else ())),
        tags=made.names,
        texts=_texts(made.values, made.unwritten),
        marked=_changed(program, made) if moment == "after" else None,
        faded=np.ones(made.values.shape, np.bool_) if lost else None,
    )


def _named_formula(moment: str, made: Made, program: Program) -> Formula:
    """Say what stood in a cell before."""
    own = f"{moment} {made.number}"
    texts = [""] * made.values.size
    if moment == "after" and made.number < len(program.before.arrays):
        old = program.before.arrays[made.number]
        if old.values.size == made.values.size:
            was = _texts(old.values, old.unwritten) or tuple(map(full_text, old.values.ravel()))
            texts = [f", before {value}" for value in was]
    elif moment == "after" and made.origins is not None:
        arrays = program.after.arrays
        texts = [f", made from {_cell_name(arrays[number], int(flat))}" for number, flat in made.origins]
    return Formula(own, (Ref(own), " = ", Strong((Val(own),)), PerCell(tuple(texts))))
