"""Indexing as grids: the array, the index arrays if there are any, what they pick, and what a change leaves behind."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.language.spelling import shape_text
from primer_core.lessons.indexing.explain import Changed, Indexing
from primer_core.lessons.indexing.plan import index_shape
from primer_core.picture.grid import (
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
    full_text,
)

_ROLES: tuple[Role, ...] = ("b", "c", "plain", "plain")


def whole(explained: Indexing) -> Picture:
    """Lay out the array alone, where the index was refused: its cells can still be clicked."""
    grid = _array(explained)
    return Picture((grid,), (Row(("a",)),), focus=None)


def read(explained: Indexing) -> Picture:
    """Lay out ``b = a[index]``: the array, the index arrays, and the result.

    `explained` must have a result.
    """
    result, picked = _result(explained)
    a, b = _array(explained), Grid("b", "b", result, "result", caption=_caption(explained))
    grids: list[Grid] = [a, b]
    links = [Link("a", "b", picked, same=explained.memory is not None)]
    for i, (name, reading) in enumerate(zip(_names(explained), explained.readings, strict=True)):
        grids.append(Grid(name, name, reading.values, _ROLES[i], faded=~reading.values if reading.mask else None))
        links.append(Link(name, "b", reading.elements))
        if reading.mask and reading.values.shape == a.values.shape:
            links.append(Link("a", name, np.arange(a.values.size)))
    wide = any(reading.mask for reading in explained.readings)  # True and False need a whole cell
    rows = [Row(tuple(grid.id for grid in grids[2:]), _joint(explained), compact=not wide)] if len(grids) > 2 else []
    formula = Formula("b", (Ref("b"), *_address(explained), " = ", Ref("a"), " = ", Strong((Val("b"),))))
    return Picture(
        grids=tuple(grids),
        rows=(*rows, Row(("a", Op("→"), "b"))),
        links=tuple(links),
        formulas=(formula,),
        focus=("b", max(result.size // 2 - (result.ndim > 1), 0)) if result.size else None,
    )


def written(explained: Indexing) -> Picture:
    """Lay out what a statement did: the array before and after, and `b` where there is one.

    `explained` must have a change.
    """
    changed, (result, picked) = _changed(explained), _result(explained)
    before = _array(explained)
    # It is a too: a click on a cell means that cell, before or after.
    marked = changed.a != before.values
    after = Grid("after", "a", changed.a, "a", marked=marked, caption=_after(before), selectable=True)
    here = np.arange(before.values.size)
    links = [Link("a", "after", here)]
    grids = [before, after]
    value = Grid("v", "v", changed.value.values, "c")
    fates = Formula("after", (Ref("after"), PerCell(_fates(explained))))
    if changed.b is None:
        if not value.values.ndim:
            row = Row(("a", Op("→"), "after"), explained.statements[-1])
            return Picture(tuple(grids), (row,), tuple(links), (fates,), _focus("after", picked))
        links.append(Link("v", "after", _given(explained)))
        rows = (Row(("a",)), Row(("v", Op("→"), "after"), explained.statements[-1]))
        return Picture((*grids, value), rows, tuple(links), (fates,), _focus("after", picked))
    b = Grid("b", "b", result, "result", caption=_caption(explained))
    bumped = Grid("b after", "b", changed.b, "result", marked=changed.b != result, caption=_after(b))
    grids += [b, bumped]
    links += [Link("a", "b", picked, same=explained.memory is not None), Link("b", "b after", _kept(result, changed.b))]
    if explained.memory is not None:
        links.append(Link("after", "b after", picked, same=True))
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
            Row(("a", Op("→"), "b"), explained.statements[0]),
            *middle,
            Row(("after", "b after"), f"after {explained.statements[1]}"),
        ),
        links=tuple(links),
        formulas=(summed, fates),
        focus=("b after", 0) if result.size else None,
    )


def story(explained: Indexing) -> tuple[str, ...]:
    """Tell what the index did, in Markdown."""
    lines = [_verdict(explained)] if explained.then in ("Read", "Add to b") else []
    plan, items = explained.plan, explained.index.items if explained.index else ()
    arrays = [item for item in items if isinstance(item, np.ndarray)]
    if plan is not None and plan.joint is not None:
        shapes = " and ".join(shape_text(index_shape(item)) for item in arrays)
        joint = shape_text(plan.joint)
        if len(arrays) > 1:
            same = len({index_shape(item) for item in arrays}) == 1
            how = f"have one shape, {joint}," if same else f"{shapes} are broadcast to {joint}"
            lines.append(f"The index arrays {how} and are read together, element by element.")
        if plan.apart and plan.joint:
            lines.append(
                f"A slice, None or `...` stands between them, so nobody could say where {joint} should go: "
                "it goes to the **front** of the result's shape."
            )
        elif len(plan.joint) != 1 or len(arrays) > 1:
            lines.append(f"They are neighbours: {joint} takes the place of their axes.")
    if explained.times.max(initial=0) > 1:
        lines.append(_repeated(explained))
    if explained.changed is not None:
        lines.insert(0 if not lines or explained.then != "Add to b" else 1, _effect(explained))
    return tuple(filter(None, (explained.tuple_note, *lines)))


def memory_note(explained: Indexing) -> str:
    """Say where the result lies in memory, or what its copy cost."""
    result, _ = _result(explained)
    if explained.number or explained.then == "Assign":
        return ""
    if explained.memory is None:
        return f"{result.size} elements gathered, {result.nbytes} bytes copied"
    return (
        f"0 bytes copied · b starts {explained.memory.offset} bytes into the memory of a · "
        f"strides {explained.memory.strides}"
    )


def _verdict(explained: Indexing) -> str:
    assert explained.index is not None
    if explained.number:
        return (
            "A number for every axis: NumPy hands out the element itself, a number that is no array and shares no "
            "memory. `a[1:2, 2:3]` keeps the axes and is a view; in PyTorch even `a[1, 2]` is one."
        )
    if explained.memory is not None:
        return (
            "Numbers, slices, `...` and None only change where reading starts and how it strides: `b` is a **view**, "
            "no element was copied."
        )
    if explained.index.kind == "advanced":
        return "A list or a mask may name any elements, in any order. No stride can do that: they were **copied**."
    return "The library copied these elements."


def _repeated(explained: Indexing) -> str:
    times = explained.times
    flat = int(times.argmax())
    where = ", ".join(str(int(i)) for i in np.unravel_index(flat, times.shape))
    text = f"`a[{where}]` is picked {int(times.max())} times"
    if explained.then == "Add in place":
        return (
            f"{text}, but added to **once**: `a[i] += v` means `a[i] = a[i] + v`, all sums are taken first and the "
            "last one is kept. `np.add.at(a, i, v)` adds every time."
        )
    return (
        f"{text} and given {int(times.max())} values: the last one stays." if explained.then == "Assign" else text + "."
    )


def _effect(explained: Indexing) -> str:
    count = int(np.count_nonzero(explained.times))
    if explained.then != "Add to b":
        cells = "1 cell" if count == 1 else f"{count} cells"
        wrote = f"{cells} of `a` itself {'was' if count == 1 else 'were'} written"
        if explained.memory is None:
            return f"{wrote}. Reading `a[…]` would copy here, but `a[…] = …` never does: Python calls `a.__setitem__`."
        return f"{wrote}: an index on the left of = says where to write."
    if explained.number:
        return "`b += v` makes a new number and calls it `b`. `a` is as it was."
    if explained.memory is not None:
        return "`b += v` writes to the memory that `b` shares with `a`: both changed."
    return "`b += v` writes to the copy: `a` is as it was."


def _result(explained: Indexing) -> tuple[NDArray[Any], NDArray[np.intp]]:
    if explained.result is None or explained.picked is None:
        raise ValueError("only an index that was taken can be drawn; look at `result` first")
    return explained.result, explained.picked


def _changed(explained: Indexing) -> Changed:
    if explained.changed is None:
        raise ValueError("nothing was changed; look at `changed` first")
    return explained.changed


def _array(explained: Indexing) -> Grid:
    assert explained.operand is not None
    return Grid("a", "a", explained.operand.values, "a", marked=explained.times > 0, selectable=True)


def _caption(explained: Indexing) -> str | None:
    return "a number" if explained.number else None


def _kept(before: NDArray[Any], after: NDArray[Any]) -> NDArray[np.intp]:
    """For each cell of `after`, the cell of `before` that it was: its own, or the number that became an array."""
    return np.broadcast_to(np.arange(before.size).reshape(before.shape), after.shape).ravel()


def _focus(grid: str, picked: NDArray[np.intp]) -> tuple[str, int] | None:
    return (grid, int(picked[len(picked) // 2])) if len(picked) else None


def _after(grid: Grid) -> str:
    return f"{grid.caption or shape_text(grid.values.shape)} after"


def _names(explained: Indexing) -> tuple[str, ...]:
    """Call index arrays i, j, k, and a mask mask, as one would write them."""
    letters = iter("ijkl")
    masks = iter(("mask", "mask2", "mask3", "mask4"))
    return tuple(next(masks) if reading.mask else next(letters) for reading in explained.readings)


def _joint(explained: Indexing) -> str:
    plan = explained.plan
    assert plan is not None
    if len(explained.readings) == 1:
        return "the mask" if explained.readings[0].mask else "the index array"
    return "index arrays, read together"


def _address(explained: Indexing) -> tuple[Piece, ...]:
    """Spell how a cell of `b` finds its element, ``= a[i[2], 1 + 0·2]``, unless that is plainly ``a[2, 1]``."""
    plan, result = explained.plan, explained.result
    assert result is not None
    assert explained.operand is not None
    if plan is None:
        return ()
    cells = np.indices(result.shape).reshape(result.ndim, result.size)
    names = dict(zip((reading.place for reading in explained.readings), _names(explained), strict=True))
    parts: list[Piece] = []
    telling = False
    for step in plan.steps:
        if isinstance(step.item, np.ndarray):
            assert step.place is not None
            if step.item.dtype == np.bool_:
                return (" = a where ", Ref(names[step.place]), " is True")
            parts.append(Ref(names[step.place]))
            telling = True
        elif isinstance(step.item, slice):
            assert step.kept is not None
            start, _, stride = step.item.indices(explained.operand.shape[step.axes[0]])
            parts.append(PerCell(tuple(_stepped(start, stride, int(k)) for k in cells[step.kept])))
            telling = telling or start != 0 or stride != 1
        elif isinstance(step.item, int):
            parts.append(str(step.item))
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


def _given(explained: Indexing) -> NDArray[np.intp]:
    """For each cell of `a`, the element of the value that it ended with; -1 where it was not written."""
    changed, (_, picked) = _changed(explained), _result(explained)
    given = np.full(changed.a.size, -1, dtype=np.intp)
    given[picked] = changed.elements
    return given


def _number(changed: Changed) -> str:
    return full_text(changed.value.values.ravel()[0])


def _fates(explained: Indexing) -> tuple[str, ...]:
    """Say of each cell of `a` what became of it."""
    assert explained.operand is not None
    changed, (_, picked) = _changed(explained), _result(explained)
    before, after, times = explained.operand.values.ravel(), changed.a.ravel(), explained.times.ravel()
    values, computed = changed.value.values.ravel(), changed.computed.ravel()
    fates = [f" stays {full_text(value)}" for value in before]
    for place, flat in enumerate(picked):
        if changed.b is not None:
            if explained.memory is not None:
                fates[flat] = f" is the element that b changed: {full_text(before[flat])} → {full_text(after[flat])}"
            continue
        value = full_text(values[changed.elements[place]])
        text = f" = {value}" if explained.then == "Assign" else f" = {full_text(before[flat])} + {value}"
        if explained.then == "Add in place":
            text += f" = {full_text(computed[place])}"
        if computed[place] != after[flat] and times[flat] == 1:
            text += f", stored as {after.dtype}: {full_text(after[flat])}"
        fates[flat] = text + (f" (picked {times[flat]} times, written once)" if times[flat] > 1 else "")
    return tuple(fates)
