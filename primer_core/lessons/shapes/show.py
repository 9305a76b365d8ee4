"""A shapes pipeline as grids: the tensor after each step, every cell linked to where it came from."""

from math import prod

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import Library, backend
from primer_core.backend.memory import Layout
from primer_core.language.spelling import shape_text
from primer_core.language.text import code_span
from primer_core.lessons.shapes.code import state_name
from primer_core.lessons.shapes.explain import Pipeline, Snapshot, Taken
from primer_core.picture.grid import (
    Badge,
    Formula,
    Grid,
    Link,
    Op,
    PerCell,
    Picture,
    Piece,
    Ref,
    Role,
    Row,
    Strong,
    Val,
    visible_cells,
)

MAX_CELLS = 1000
"""Cells drawn of one pipeline, so that pointing at them stays fluid."""

MAX_PIECES_DRAWN = 8

_MEMORIES: tuple[Role, ...] = ("a", "result", "c")
"""Colours of allocations: that of x is the first; each copy takes the next."""


def pipeline(explained: Pipeline) -> Picture:
    """Lay out x and the tensor after each step that was taken.

    `explained` must have an x. One colour is one memory. Where all of them would be too many cells, tensors in the
    middle are left out.
    """
    if explained.start is None:
        raise ValueError("only a tensor that could be read can be drawn; look at `refusal` first")
    first = _grid("x", explained.start, ())
    grids, links = [first], []
    formulas = [Formula("x", (Ref("x"), " = ", Strong((Val("x"),)), "\n", _address(first, explained.start.layout)))]
    rows: list[list[str | Op]] = [["x"]]
    for place, one in enumerate(explained.taken, start=1):
        if one.after is None:
            break
        before, name = state_name(place - 1), state_name(place)
        grid = _grid(name, one.after, _badges(one))
        grids.append(grid)
        shared = one.verdict == "view"
        # Behind the pieces of a split, the one that goes on is named again.
        split = place > 1 and explained.taken[place - 2].pieces
        items: list[str | Op] = [Op(f"{before} →" if split else "→")]
        if one.step is not None and one.step.itself:
            items = [Op(f"{before} twice →")]
        links.append(Link(before, name, one.sources[:, None], same=shared))
        spelled: list[Piece] = [Ref(name), " = ", Ref(before)]
        if one.other is not None:
            joined = Grid(f"b{place}", f"b{place}", one.other.values, "b")
            grids.append(joined)
            links.append(Link(joined.id, name, one.other_sources[:, None]))
            spelled.append(Ref(joined.id))
            items = [Op(f"{before} and" if split else "and"), joined.id, Op("→")]
        for number, piece in enumerate(one.pieces):
            if number != one.chosen and number < MAX_PIECES_DRAWN:
                part = _piece(f"p{place}[{number}]", piece)
                grids.append(part)
                links.append(Link(before, part.id, one.piece_sources[number][:, None], same=shared))
                items.append(part.id)
            elif number == one.chosen:
                items.append(name)
        formulas.append(Formula(name, (*spelled, " = ", Strong((Val(name),)), "\n", _address(grid, one.after.layout))))
        rows.append(items if one.pieces else [*items, name])
    return Picture(tuple(grids), _rows(grids, rows), tuple(links), tuple(formulas), _focus(explained))


def two_ways(right: Pipeline, wrong: Pipeline) -> Picture:
    """Lay out one tensor and what two pipelines make of it, cell by cell from where it was in x.

    Both must have a result, and begin with the same x.
    """
    if right.start is None:
        raise ValueError("only a tensor that could be read can be drawn; look at `refusal` first")
    x = Grid("x", "x", right.start.values, "a")
    grids, links, formulas = [x], [], []
    roles: tuple[Role, ...] = ("result", "b")
    for name, role, way in zip(("moved", "cut"), roles, (right, wrong), strict=True):
        cells = np.arange(way.states[0].values.size)
        for one in way.taken:
            cells = cells[one.sources]
        after = way.states[-1].values
        spelled = "".join(f".{one.text}" for one in way.taken)
        grids.append(Grid(name, name, after, role, caption=f"= x{spelled}  {shape_text(after.shape)}"))
        links.append(Link("x", name, cells))
        formulas.append(Formula(name, (Ref(name), " = ", Ref("x"), " = ", Strong((Val(name),)))))
    return Picture(tuple(grids), (Row(("x", Op("→"), "moved", "cut")),), tuple(links), tuple(formulas), ("x", 1))


def legend(explained: Pipeline, picture: Picture) -> str:
    """Say how to read the picture of a pipeline, and what it had no room for."""
    drawn = {item for row in picture.rows for item in row.items if isinstance(item, str)}
    missing = [name for name in map(state_name, range(len(explained.states))) if name not in drawn]
    said = ["One colour is one memory."]
    if any(state.memory for state in explained.states):
        said.append("Where a step copies, the colour changes.")
    if any(state.ghost.any() for state in explained.states):
        said.append("Dashed cells have no memory of their own.")
    if missing:
        said.append(f"There is no room for {', '.join(missing)}.")
    return " ".join(said)


def summary(explained: Pipeline) -> str:
    """Say in a line what x became, and how many bytes were copied on the way."""
    result = explained.states[-1]
    copied = sum(one.copied for one in explained.taken)
    moved = f"{copied} bytes copied" if copied else "no byte copied"
    return f"{shape_text(explained.states[0].shape)} → {shape_text(result.shape)}, {moved}"


def chips(one: Taken) -> tuple[str, str]:
    """Say in two short texts what became of a step: its shape, and its strides."""
    if one.after is None:
        return ("", "")
    return shape_text(one.after.shape), f"strides {shape_text(one.after.strides)}"


def story(explained: Pipeline) -> tuple[str, ...]:
    """Tell what each step did, in Markdown."""
    lines = []
    before = explained.start
    for place, one in enumerate(explained.taken, start=1):
        if before is None or one.outcome == "waiting":
            break
        told = f"**{place}.** {code_span(one.text)}: "
        if one.after is None:
            lines.append(told + _failure(one))
            break
        lines.append(told + " ".join(_told(one, before, one.after, explained.library)))
        before = one.after
    return tuple(lines)


def _failure(one: Taken) -> str:
    said = f" {one.solved.text}." if one.solved is not None else ""
    said += f" {one.rule}." if one.rule is not None else ""
    return ("the library refuses." if one.outcome == "error" else "not taken, for the reason given at the step.") + said


def _told(one: Taken, before: Snapshot, after: Snapshot, library: Library) -> list[str]:
    told = [f"{shape_text(before.shape)} → {shape_text(after.shape)}."]
    if one.solved is not None:
        told.append(f"{one.solved.text}.")
    if one.rule is not None:
        told.append(f"{one.rule}.")
    unit = backend(library).stride_unit
    if one.verdict == "view":
        told.append(f"A view: the same memory read with strides {shape_text(after.strides)} {unit}.")
    elif one.verdict == "copy":
        told.append(f"A copy: {one.copied} bytes in new memory.")
    saved = int(after.ghost.sum()) * after.layout.itemsize
    if one.verdict == "view" and saved and not before.ghost.any():
        told.append(f"A stride of 0 reads cells again: {saved} bytes are not allocated.")
    if one.note is not None:
        told.append(one.note)
    return told


def _grid(name: str, state: Snapshot, badges: tuple[Badge, ...]) -> Grid:
    ghost = state.ghost
    return Grid(
        name,
        name,
        state.values,
        _MEMORIES[state.memory % len(_MEMORIES)],
        axes=tuple(
            f"axis {axis}" + (", stride 0" if stride == 0 and ghost.any() and size > 1 else "")
            for axis, (stride, size) in enumerate(zip(state.strides, state.shape, strict=True))
        ),
        badges=badges,
        ghost=ghost,
    )


def _piece(name: str, state: Snapshot) -> Grid:
    return Grid(
        name,
        name,
        state.values,
        _MEMORIES[state.memory % len(_MEMORIES)],
        faded=np.ones(state.shape, np.bool_),
        axes=("",) * len(state.shape),
    )


def _badges(one: Taken) -> tuple[Badge, ...]:
    tones: dict[str | None, Badge] = {"view": Badge("VIEW", "info"), "copy": Badge("COPY", "warn")}
    verdict = (tones[one.verdict],) if one.verdict in tones else ()
    return (*verdict, Badge(f"piece {one.chosen}")) if one.pieces else verdict


def _address(grid: Grid, layout: Layout) -> PerCell:
    """The sum that finds each cell in memory; only spelled for cells that are drawn."""
    texts = [""] * layout.size
    addresses = layout.addresses.ravel()
    for flat in visible_cells(grid).tolist():
        index = np.unravel_index(flat, layout.shape) if layout.shape else ()
        terms = [f"{place}·{stride}" for place, stride in zip(index, layout.strides, strict=True)]
        total = " + ".join([str(layout.offset), *terms])
        texts[flat] = (
            f"element {total} = {addresses[flat]} of its memory" if terms else f"element {total} of its memory"
        )
    return PerCell(tuple(texts))


def _rows(grids: list[Grid], rows: list[list[str | Op]]) -> tuple[Row, ...]:
    """Set all in one line that breaks where it must; without the middle where that would be too many cells."""
    cells = {grid.id: prod(map(len, grid.shown())) for grid in grids}
    sizes = [sum(cells[item] for item in row if isinstance(item, str)) for row in rows]
    kept = [0]
    room = MAX_CELLS - sizes[0]
    for place in range(len(rows) - 1, 0, -1):
        room -= sizes[place]
        if room < 0 and place < len(rows) - 1:
            break
        kept.insert(1, place)
    items: list[str | Op] = []
    for last, place in zip([0, *kept], kept, strict=False):
        items += [Op("→"), Op("…")] if place > last + 1 else []
        items += rows[place]
    return (Row(tuple(items), compact=sum(sizes) > 40),)


def _focus(explained: Pipeline) -> tuple[str, int] | None:
    last = len(explained.states) - 1
    size = explained.states[-1].values.size
    return (state_name(last), _interesting(explained.states[-1].values)) if size else None


def _interesting(values: NDArray[np.generic]) -> int:
    """A cell off the edge, if there is one: second along each axis."""
    if not values.ndim:
        return 0
    return int(np.ravel_multi_index(tuple(min(1, size - 1) for size in values.shape), values.shape))
