"""Reductions as grids: the array with its collapsing axes, and what is made of it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.language.spelling import shape_text
from primer_core.lessons.reductions.explain import Reduction
from primer_core.picture.grid import (
    Each,
    Formula,
    Grid,
    Link,
    Op,
    PerCell,
    Picture,
    Piece,
    Ref,
    Row,
    Strong,
    Val,
    full_text,
)


def whole(explained: Reduction) -> Picture:
    """Lay out the array alone, where its reduction was refused; nothing where the array was."""
    if explained.operand is None:
        return Picture((), ())
    return Picture((Grid("a", "a", explained.operand.values, "a"),), (Row(("a",)),))


def reduced(explained: Reduction) -> Picture:
    """Lay out ``s = a.sum(axis)``: the array, its axes that collapse, and the result.

    `explained` must have a result.
    """
    result, members = _result(explained)
    a, s = _array(explained), Grid("s", "s", result, "result", caption="a number" if explained.number else None)
    focus = ("s", max(result.size // 2 - 1, 0)) if result.size else None
    if explained.operation == "softmax":
        return _softmax(explained, a, s, focus)
    grids, links = [a, s], [Link("a", "s", members)]
    rows = [Row(("a", Op("→"), "s"))]
    if explained.centre is not None:
        # One mean for each term, so that a term finds the mean that it is measured from.
        grids.append(Grid("m", "m", explained.centre, "c"))
        links.append(Link("m", "s", np.repeat(np.arange(result.size)[:, None], members.shape[1], axis=1)))
    if explained.other is not None:
        grids[1] = Grid("s", "s", result, "result", caption=_default(explained.ddof))
        grids.append(Grid("t", "t", explained.other, "b", caption=_default(1 - explained.ddof)))
        links += [Link("a", "t", members), Link("m", "t", links[-1].cells)]
        rows = [Row(("a", Op("→"), "s", Op("or"), "t"))]
    formulas = [Formula("s", (Ref("s"), " = ", *_spelled(explained, explained.ddof), " = ", Strong((Val("s"),))))]
    if explained.other is not None:
        spelled = _spelled(explained, 1 - explained.ddof)
        formulas.append(Formula("t", (Ref("t"), " = ", *spelled, " = ", Strong((Val("t"),)))))
    if explained.operation == "argmax":
        formulas = [Formula("s", (Ref("s"), *_argmax(explained)))]
    return Picture(tuple(grids), tuple(rows), tuple(links), tuple(formulas), focus)


def brought_back(explained: Reduction) -> Picture:
    """Lay out the array with its own reduction: ``d = a - s``.

    `explained` must have a result, and one that is brought back.
    """
    result, members = _result(explained)
    back = explained.back
    if back is None:
        raise ValueError("this reduction is not brought back; look at `back` first")
    a, s = _array(explained), Grid("s", "s", result, "b", caption="a number" if explained.number else None)
    made = Row(("a", Op("→"), "s"), "reduced")
    links = [Link("a", "s", members)]
    sums = Formula("s", (Ref("s"), " = ", *_spelled(explained, explained.ddof), " = ", Strong((Val("s"),))))
    if explained.operation == "std":
        sums = Formula("s", (Ref("s"), " = ", Strong((Val("s"),))))
    if back.result is None or back.sources is None:
        return Picture((a, s), (made,), tuple(links), (sums,), ("s", 0) if result.size else None)
    d = Grid("d", "d", back.result, "result")
    cells = np.broadcast_to(np.arange(a.values.size).reshape(a.values.shape), back.result.shape).ravel()
    # The array drawn again beside what is subtracted, so that both operands stand in one line.
    again = Grid("again", "a", explained.operand.values if explained.operand else a.values, "a")
    links += [Link("again", "d", cells), Link("s", "d", back.sources)]
    links.append(Link("a", "again", np.arange(a.values.size), same=True))
    read = Grid("read", "s", np.broadcast_to(result, back.result.shape), "b", caption=_stretched(result, back.result))
    ghost = np.ones(back.result.size, dtype=np.bool_)
    ghost[np.unique(back.sources, return_index=True)[1]] = False
    read = Grid(
        "read", "s", read.values, "b", caption=read.caption, ndim=result.ndim, ghost=ghost.reshape(back.result.shape)
    )
    links += [Link("read", "d", np.arange(back.result.size)), Link("s", "read", back.sources)]
    sign = {"-": "−", "/": "÷"}[back.sign]
    formula = Formula(
        "d",
        (
            *(Ref("d"), " = ", Ref("again"), f" {sign} ", Ref("s")),
            *(" = ", Val("again"), f" {sign} ", Val("s"), " = ", Strong((Val("d"),))),
        ),
    )
    rows = (made, Row(("again", Op(sign), "read", Op("="), "d"), "brought back"))
    focus = ("d", max(back.result.size // 2 - 1, 0)) if back.result.size else None
    return Picture((a, s, again, read, d), rows, tuple(links), (sums, formula), focus)


def story(explained: Reduction) -> tuple[str, ...]:
    """Tell what was reduced and what the result looks like, in Markdown."""
    result, members = _result(explained)
    assert explained.operand is not None
    shape, count = explained.operand.shape, members.shape[1]
    lines: list[str] = []
    sizes = " and ".join(f"axis {axis} (size {shape[axis]})" for axis in explained.axes)
    if explained.operation == "softmax":
        lines.append(f"Softmax keeps the shape {shape_text(shape)}: along {sizes or 'no axis'} the cells sum to 1.")
        lines.append("The maximum is subtracted first: it cancels, and no exponential can overflow.")
    elif not explained.axes:
        lines.append("No axis is reduced: each cell is a group of its own.")
    else:
        gone = "keep size 1" if explained.keepdims else "disappear"
        gone = gone if len(explained.axes) > 1 else "keeps size 1" if explained.keepdims else "disappears"
        became = "a number" if explained.number else f"{shape_text(result.shape)}, {result.ndim}-D"
        lines.append(
            f"{sizes[0].upper()}{sizes[1:]} {gone}: {shape_text(shape)} becomes {became}. "
            f"Each result is made of {count} {'cell' if count == 1 else 'cells'}."
        )
    lines += _counted_from_the_end(explained)
    lines += _particular(explained, count)
    return tuple(lines)


def story_back(explained: Reduction) -> tuple[str, ...]:
    """Tell whether the reduction fits back onto the array, in Markdown."""
    result, _ = _result(explained)
    back, operand = explained.back, explained.operand
    assert back is not None
    assert operand is not None
    own, small = shape_text(operand.shape), shape_text(result.shape)
    if back.error is not None:
        return (
            f"Without keepdims the reduced axis is gone: {small} is lined up with {own} from the right, and the sizes "
            "differ. With `keepdims=True` it stays as size 1, which broadcasts.",
        )
    if back.crossed:
        return (
            f"**No error, but the wrong cells meet.** {small} lines up with the last axis of {own}, not with the one "
            "that was kept. `keepdims=True` puts each number back where it came from.",
        )
    if explained.keepdims and explained.axes:
        return (f"{small} is stretched back to {own}: each cell meets the number that it went into.",)
    return (f"{small} broadcasts to {own} from the right, here without the help of keepdims.",)


def _counted_from_the_end(explained: Reduction) -> list[str]:
    assert explained.operand is not None
    given = explained.axis if isinstance(explained.axis, tuple) else (explained.axis,)
    rank = explained.operand.values.ndim
    return [
        f"Axis −{-axis} is counted from the end: here it is axis {axis + rank}."
        for axis in given
        if axis is not None and axis < 0
    ]


def _particular(explained: Reduction, count: int) -> list[str]:
    """What is worth saying of this operation."""
    lines: list[str] = []
    if explained.operation == "std":
        lines.append(
            f"NumPy divides the sum of squares by n = {count} (`ddof=0`), PyTorch by n − 1 = {count - 1} "
            "(`correction=1`), unless told otherwise. The first is the spread of these numbers, the second estimates "
            "that of what they were drawn from."
        )
    if explained.operation == "argmax":
        tied = explained.ties is not None and bool((explained.ties > 1).any())
        lines.append(
            "argmax answers with a place, not a value." + (" Where cells tie, the **first** wins." if tied else "")
        )
        if explained.axis is None and explained.operand is not None and explained.operand.values.ndim > 1:
            lines.append("Without an axis the place is counted through the whole array, row by row.")
    if explained.operation in ("any", "all"):
        lines.append("Every number but 0 counts as True.")
    if explained.operation == "max" and explained.library == "PyTorch":
        lines.append("`a.max(dim)` returns values and places; `a.amax(dim)` only the values, and takes several dims.")
    if explained.library == "PyTorch":
        lines.append("PyTorch says dim and keepdim where NumPy says axis and keepdims, and understands both.")
    return lines


def _result(explained: Reduction) -> tuple[NDArray[Any], NDArray[np.intp]]:
    if explained.result is None or explained.members is None:
        raise ValueError("only a reduction that was taken can be drawn; look at `result` first")
    return explained.result, explained.members


def _array(explained: Reduction) -> Grid:
    assert explained.operand is not None
    return Grid("a", "a", explained.operand.values, "a", marked_axes=explained.axes, marked=explained.winners)


def _spelled(explained: Reduction, ddof: int) -> tuple[Piece, ...]:
    """Spell a result in numbers."""
    _, members = _result(explained)
    count = members.shape[1]
    match explained.operation:
        case "mean":
            return ("(", Each((Val("a"),)), f") / {count}")
        case "std":
            divisor = f"({count} − 1)" if ddof else str(count)
            return ("√((", Each(("(", Val("a"), " − ", Val("m"), ")²")), f") / {divisor})")
        case "max" | "any" | "all":
            return (f"{explained.operation}(", Each((Val("a"),), ", "), ")")
        case "norm":
            return ("√(", Each((Val("a"), "²")), ")")
        case _:
            return (Each((Val("a"),)),) if count else ("0",)


def _argmax(explained: Reduction) -> tuple[Piece, ...]:
    _, members = _result(explained)
    assert explained.operand is not None
    if explained.ties is None:  # there are no results
        return ()
    largest = explained.operand.values.ravel()[members].max(axis=1)
    told = tuple(
        f" is {full_text(value)}, "
        + (f"first of {ties} at " if ties > 1 else "at ")
        + ("flat place " if explained.axis is None and explained.operand.values.ndim > 1 else "place ")
        for value, ties in zip(largest, explained.ties, strict=True)
    )
    return (": the largest of ", Each((Val("a"),), ", "), PerCell(told), Strong((Val("s"),)))


def _default(ddof: int) -> str:
    return "ddof=1, PyTorch's default" if ddof else "ddof=0, NumPy's default"


def _softmax(explained: Reduction, a: Grid, s: Grid, focus: tuple[str, int] | None) -> Picture:
    result, members = _result(explained)
    if explained.raised is None or explained.centre is None:
        return Picture((a, s), (Row(("a", Op("→"), "s")),))
    every = np.arange(result.size)
    e = Grid("e", "e", explained.raised, "b", marked_axes=explained.axes)
    own = Grid("own", "e", explained.raised, "b")
    m = Grid("m", "max", explained.centre, "c")
    centres = np.broadcast_to(np.arange(m.values.size).reshape(m.values.shape), result.shape).ravel()
    links = (
        *(Link("a", "e", every), Link("m", "e", centres)),
        *(Link("e", "s", members), Link("own", "s", every)),
    )
    formulas = (
        Formula("e", (Ref("e"), " = exp(", Val("a"), " − ", Val("m"), ") = ", Strong((Val("e"),)))),
        Formula("s", (Ref("s"), " = ", Val("own"), " / (", Each((Val("e"),)), ") = ", Strong((Val("s"),)))),
    )
    row = Row(("a", Op("exp"), "e", Op("→"), "s"), "a, e = exp(a − max), s = e / e.sum()")
    return Picture((a, e, own, m, s), (row,), links, formulas, focus)


def _stretched(result: NDArray[Any], whole_result: NDArray[Any]) -> str:
    return shape_text(result.shape) + (" stretched" if result.shape != whole_result.shape else "")
