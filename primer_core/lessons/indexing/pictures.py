"""Indexing as grids: the array, the index arrays if there are any, what they pick, and what a change leaves behind."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.language.operand import Operand
from primer_core.language.spelling import shape_text
from primer_core.lessons.indexing.explain import Changed, Picked, Written
from primer_core.lessons.indexing.question import Then
from primer_core.picture.grid import Formula, Grid, Link, Op, PerCell, Picture, Piece, Ref, Row, Strong, Val, full_text
from primer_core.picture.text import Role

_ROLES: tuple[Role, ...] = ("b", "c", "plain", "plain")


def whole(operand: Operand) -> Picture:
    """Lay out the array alone, where no index picks anything: its cells can still be clicked."""
    return Picture((_array(operand),), (Row(("a",)),), focus=None)


def read(picked: Picked) -> Picture:
    """Lay out ``b = a[index]``: the array, the index arrays, and the result."""
    result = picked.result
    a, b = _array(picked.operand, picked.times), Grid("b", "b", result, "result", caption=_caption(picked))
    grids: list[Grid] = [a, b]
    links = [Link("a", "b", picked.cells, same=picked.memory is not None)]
    for i, (name, reading) in enumerate(zip(_names(picked), picked.readings, strict=True)):
        grids.append(Grid(name, name, reading.values, _ROLES[i], faded=~reading.values if reading.mask else None))
        links.append(Link(name, "b", reading.elements))
        if reading.mask and reading.values.shape == a.values.shape:
            links.append(Link("a", name, np.arange(a.values.size)))
    wide = any(reading.mask for reading in picked.readings)  # True and False need a whole cell
    rows = [Row(tuple(grid.id for grid in grids[2:]), _joint(picked), compact=not wide)] if len(grids) > 2 else []
    formula = Formula("b", (Ref("b"), *_address(picked), " = ", Ref("a"), " = ", Strong((Val("b"),))))
    return Picture(
        grids=tuple(grids),
        rows=(*rows, Row(("a", Op("→"), "b"))),
        links=tuple(links),
        formulas=(formula,),
        focus=("b", max(result.size // 2 - (result.ndim > 1), 0)) if result.size else None,
    )


def written(outcome: Written, then: Then) -> Picture:
    """Lay out what a statement did: the array before and after, and `b` where there is one."""
    changed, picked, statements = outcome.changed, outcome.picked, outcome.statements
    result, cells, memory = picked.result, picked.cells, picked.memory
    before = _array(picked.operand, picked.times)
    # It is a too: a click on a cell means that cell, before or after.
    marked = changed.a != before.values
    after = Grid("after", "a", changed.a, "a", marked=marked, caption=_after(before), selectable=True)
    here = np.arange(before.values.size)
    links = [Link("a", "after", here)]
    grids = [before, after]
    value = Grid("v", "v", changed.value.values, "c")
    fates = Formula("after", (Ref("after"), PerCell(_fates(picked, changed, then))))
    if changed.b is None:
        if not value.values.ndim:
            row = Row(("a", Op("→"), "after"), statements[-1])
            return Picture(tuple(grids), (row,), tuple(links), (fates,), _focus("after", cells))
        links.append(Link("v", "after", _given(picked, changed)))
        rows = (Row(("a",)), Row(("v", Op("→"), "after"), statements[-1]))
        return Picture((*grids, value), rows, tuple(links), (fates,), _focus("after", cells))
    b = Grid("b", "b", result, "result", caption=_caption(picked))
    bumped = Grid("b after", "b", changed.b, "result", marked=changed.b != result, caption=_after(b))
    grids += [b, bumped]
    links += [Link("a", "b", cells, same=memory is not None), Link("b", "b after", _kept(result, changed.b))]
    if memory is not None:
        links.append(Link("after", "b after", cells, same=True))
    added: Piece = _number(changed)
    middle: tuple[Row, ...] = ()
    if value.values.ndim:
        added, middle = Val("v"), (Row(("v",), "v", compact=True),)
        grids.append(value)
        links.append(Link("v", "b after", changed.elements))
    summed = Formula("b after", (Ref("b after"), " = ", Val("b"), " + ", added, " = ", Strong((Val("b after"),))))
    return Picture(
        grids=tuple(grids),
        rows=(
            Row(("a", Op("→"), "b"), statements[0]),
            *middle,
            Row(("after", "b after"), f"after {statements[1]}"),
        ),
        links=tuple(links),
        formulas=(summed, fates),
        focus=("b after", 0) if result.size else None,
    )


def _array(operand: Operand, times: NDArray[np.intp] | None = None) -> Grid:
    marked = None if times is None else times > 0
    return Grid("a", "a", operand.values, "a", marked=marked, selectable=True)


def _caption(picked: Picked) -> str | None:
    return "a number" if picked.number else None


def _kept(before: NDArray[Any], after: NDArray[Any]) -> NDArray[np.intp]:
    """For each cell of `after`, the cell of `before` that it was: its own, or the number that became an array."""
    return np.broadcast_to(np.arange(before.size).reshape(before.shape), after.shape).ravel()


def _focus(grid: str, cells: NDArray[np.intp]) -> tuple[str, int] | None:
    return (grid, int(cells[len(cells) // 2])) if len(cells) else None


def _after(grid: Grid) -> str:
    return f"{grid.caption or shape_text(grid.values.shape)} after"


def _names(picked: Picked) -> tuple[str, ...]:
    """Call index arrays i, j, k, and a mask mask, as one would write them."""
    letters = iter("ijkl")
    masks = iter(("mask", "mask2", "mask3", "mask4"))
    return tuple(next(masks) if reading.mask else next(letters) for reading in picked.readings)


def _joint(picked: Picked) -> str:
    if len(picked.readings) == 1:
        return "the mask" if picked.readings[0].mask else "the index array"
    return "index arrays, read together"


def _address(picked: Picked) -> tuple[Piece, ...]:
    """Spell how a cell of `b` finds its element, ``= a[i[2], 1 + 0·2]``, unless that is plainly ``a[2, 1]``."""
    result, shape = picked.result, picked.operand.shape
    if picked.plan is None:
        return ()
    cells = np.indices(result.shape).reshape(result.ndim, result.size)
    names: dict[int | None, str] = {
        reading.place: name for reading, name in zip(picked.readings, _names(picked), strict=True)
    }
    parts: list[Piece] = []
    telling = False
    for step in picked.plan.steps:
        if isinstance(step.item, np.ndarray):
            if step.item.dtype == np.bool_:
                return (" = a where ", Ref(names[step.place]), " is True")
            parts.append(Ref(names[step.place]))
            telling = True
        elif isinstance(step.item, slice) and step.kept is not None:
            start, _, stride = step.item.indices(shape[step.axes[0]])
            parts.append(PerCell(tuple(_stepped(start, stride, int(k)) for k in cells[step.kept])))
            telling = telling or start != 0 or stride != 1
        elif isinstance(step.item, int):
            parts.append(full_text(step.item))
            telling = telling or step.item < 0
    if not telling:
        return ()
    spelled: list[Piece] = []
    for i, part in enumerate(parts):
        spelled += [", ", part] if i else [part]
    return (" = a[", *spelled, "]")


def _stepped(start: int, stride: int, k: int) -> str:
    """The place that the k-th element of a slice is read from."""
    if stride == 1:
        return f"{start} + {k}" if start else str(k)
    times = f"{k}·{stride}" if stride > 0 else f"{k}·(−{-stride})"
    return f"{start} + {times}" if start else times


def _given(picked: Picked, changed: Changed) -> NDArray[np.intp]:
    """For each cell of `a`, the element of the value that it ended with; -1 where it was not written."""
    given = np.full(changed.a.size, -1, dtype=np.intp)
    given[picked.cells] = changed.elements
    return given


def _number(changed: Changed) -> str:
    return full_text(changed.value.values.ravel()[0])


def _fates(picked: Picked, changed: Changed, then: Then) -> tuple[str, ...]:
    """Say of each cell of `a` what became of it."""
    before, after, times = picked.operand.values.ravel(), changed.a.ravel(), picked.times.ravel()
    values, computed = changed.value.values.ravel(), changed.computed.ravel()
    fates = [f" stays {full_text(value)}" for value in before]
    for place, flat in enumerate(picked.cells):
        if changed.b is not None:
            if picked.memory is not None:
                fates[flat] = f" is the element that b changed: {full_text(before[flat])} → {full_text(after[flat])}"
            continue
        value = full_text(values[changed.elements[place]])
        text = f" = {value}" if then == "Assign" else f" = {full_text(before[flat])} + {value}"
        if then == "Add in place":
            text += f" = {full_text(computed[place])}"
        if computed[place] != after[flat] and times[flat] == 1:
            text += f", stored as {after.dtype}: {full_text(after[flat])}"
        fates[flat] = text + (f" (picked {times[flat]} times, written once)" if times[flat] > 1 else "")
    return tuple(fates)
