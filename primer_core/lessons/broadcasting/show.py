"""Broadcasting as grids: operands as written, as NumPy reads them, and the gradients on their way back."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.language.spelling import shape_text
from primer_core.lessons.broadcasting.explain import NAMES, OPERATIONS, Broadcast, Stretched
from primer_core.picture.grid import Each, Formula, Grid, Link, Op, Picture, Piece, Ref, Role, Row, Strong, Val

_ROLES: tuple[Role, ...] = ("a", "b", "c")


OVERFLOW = (
    "**A result went beyond 64 bits.** Whole numbers of NumPy wrap around without a word, so what stands in a cell is "
    "not what its formula comes to. Write one of the numbers with a point, 2.0, to compute in float64."
)


def forward(explained: Broadcast) -> Picture:
    """Lay out ``y = a + b``: the operands at their own size, then stretched, and the result.

    `explained` must have a result.
    """
    result, names = _result(explained), NAMES[: len(explained.operands)]
    sign = OPERATIONS[explained.operation].sign
    own = [_operand(explained, i) for i in range(len(names))]
    read = [_as_read(grid, stretched, explained) for grid, stretched in zip(own, explained.stretched, strict=True)]
    y = Grid("y", "y", result, "result")
    links = [Link(f"{grid.id} read", "y", np.arange(result.size)) for grid in own]
    for grid, stretched in zip(own, explained.stretched, strict=True):
        links.append(Link(grid.id, grid.id + " read", stretched.sources))
        links.append(Link(grid.id, "y", stretched.sources))
    short = tuple(grid.id for grid in own if grid.values.shape != result.shape)
    as_written = Row(short, "as written", compact=True)
    as_read = Row((*_between([grid.id for grid in read], sign), Op("="), "y"), "as NumPy reads it" if short else None)
    formula = Formula(
        "y",
        (
            *(Ref("y"), " = ", *_signed([Ref(name) for name in names], sign)),
            *(" = ", *_signed([Val(name) for name in names], sign), " = ", Strong((Val("y"),))),
        ),
    )
    return Picture(
        grids=(*own, *read, y),
        rows=(as_written, as_read) if short else (as_read,),
        links=tuple(links),
        formulas=(formula,),
        focus=("y", max(result.size // 2 - 1, 0)),
    )


def backward(explained: Broadcast) -> Picture:
    """Lay out how the gradient of the result's shape is summed back to each operand's shape.

    `explained` must have a result.
    """
    result, names = _result(explained), NAMES[: len(explained.operands)]
    own = [_operand(explained, i) for i in range(len(names))]
    assert explained.upstream is not None
    grids = [*own, Grid("y", "y", result, "result"), Grid("g", "y.grad", explained.upstream, "result")]
    rows = [Row(("g",), "the gradient that reaches y")]
    links: list[Link] = []
    formulas: list[Formula] = []
    every = np.arange(result.size)
    for name, role, stretched in zip(names, _ROLES, explained.stretched, strict=False):
        part, grad = f"{name} part", f"{name} grad"
        own_shape = stretched.gradient.shape
        summed = own_shape != result.shape
        # What arrives at each reading is the gradient itself where every element was read once, in its own place.
        here = part if summed else grad
        sources = [("g", every), ("y", every)]
        sources += [(other, read.sources) for other, read in zip(names, explained.stretched, strict=True)]
        links += [Link(source, here, cells) for source, cells in sources]
        spelled = (Ref(here), " = ", *_slope(explained.operation, name, names), " = ", Strong((Val(here),)))
        formulas.append(Formula(here, spelled))
        grids.append(Grid(grad, f"{name}.grad", stretched.gradient, role))
        title = f"back to {name} {shape_text(own_shape)}"
        if not summed:
            rows.append(Row((grad,), f"{title}: nothing to sum"))
            continue
        grids.append(Grid(part, f"{name}_part", stretched.arriving, role, marked_axes=stretched.axes))
        links.append(Link(part, grad, _gathered(stretched)))
        parts = (Each((Ref(part),)), "\n= ", Each((Val(part),)))
        formulas.append(Formula(grad, (Ref(grad), " = ", *parts, " = ", Strong((Val(grad),)))))
        rows.append(Row((part, Op("→"), grad), f"{title}: sum over axis {', '.join(map(str, stretched.axes))}"))
    largest = max(range(len(names)), key=lambda i: len(explained.stretched[i].axes))
    focus = (f"{names[largest]} grad", explained.stretched[largest].gradient.size // 2)
    return Picture(tuple(grids), tuple(rows), tuple(links), tuple(formulas), focus)


def apart(explained: Broadcast) -> Picture:
    """Lay out operands that do not meet, with the axes that clash marked; nothing where one of them is too large."""
    if not explained.operands or not all(operand.filled for operand in explained.operands):
        return Picture((), ())
    clashing = [axis.axis for axis in explained.rule if axis.verdict == "clash"]
    own = []
    for place, operand in enumerate(explained.operands):
        rank = operand.values.ndim
        marked = tuple(rank + axis for axis in clashing if -axis <= rank and operand.shape[axis] != 1)
        own.append(Grid(NAMES[place], NAMES[place], operand.values, _ROLES[place], marked_axes=marked))
    sign = OPERATIONS[explained.operation].sign
    return Picture(tuple(own), rows=(Row(_between([grid.id for grid in own], sign)),))


def story(explained: Broadcast) -> tuple[str, ...]:
    """Tell what happened to each operand, in Markdown."""
    if explained.shape is None:
        return ("Where two sizes differ and neither is 1, NumPy cannot tell which cells belong together: it refuses.",)
    lines: list[str] = []
    shape = explained.shape
    for name, operand in zip(NAMES, explained.operands, strict=False):
        missing = [axis - len(shape) for axis in range(len(shape) - len(operand.shape))]
        padded = (1,) * len(missing) + operand.shape
        repeats = {axis - len(shape): shape[axis] for axis in range(len(shape)) if shape[axis] != padded[axis]}
        if not missing and not repeats:
            continue
        line = f"`{name}` "
        if missing:
            taken = f"NumPy takes {shape_text(operand.shape)} for {shape_text(padded)}"
            line += f"has no {_axes(missing)}: {taken}. It "
        if repeats:
            counted = " and ".join(f"{times} times along axis −{-axis}" for axis, times in repeats.items())
            line += f"is read {counted}, with a stride of 0: the dashed cells are never allocated."
        else:
            line += "is read as it stands."
        lines.append(line)
    return tuple(lines) or ("The shapes are equal: each cell meets the one in its own place, nothing is stretched.",)


def memory_note(explained: Broadcast) -> str:
    """Say what stretching saved, and with which strides; empty where nothing is stretched."""
    saved = sum(stretched.saved for stretched in explained.stretched)
    read = [
        f"{name} {stretched.view.strides}"
        for name, stretched in zip(NAMES, explained.stretched, strict=False)
        if stretched.saved
    ]
    return f"{saved} bytes were not copied · strides as read: {', '.join(read)}" if saved else ""


def trap_warning(explained: Broadcast) -> str:
    """Warn, in Markdown, where shapes meet but hardly as was meant; empty where they do not."""
    trap = explained.trap
    if trap is None:
        return ""
    return (
        f"**No error, but {trap.n} × {trap.n} cells.** A vector of {trap.n} met a column of {trap.n}, so every value "
        f"met every other. As a regression loss, the mean square of this grid is {trap.grid_loss:.4g}; of the "
        f"{trap.n} pairs it is {trap.paired_loss:.4g}. Bring both to one shape first, with `.squeeze()` or `[:, None]`."
    )


def story_back(explained: Broadcast) -> tuple[str, ...]:
    """Tell how each operand's gradient comes about, in Markdown."""
    lines: list[str] = []
    for name, stretched in zip(NAMES, explained.stretched, strict=False):
        times = stretched.view.size // max(stretched.gradient.size, 1)
        if times > 1:
            where = ", ".join(str(axis) for axis in stretched.axes if stretched.view.shape[axis] != 1)
            lines.append(
                f"Each element of `{name}` was read {times} times, so {times} gradients arrive at it. They "
                f"are summed over axis {where} of y, back to {shape_text(stretched.gradient.shape)}."
            )
        else:
            lines.append(f"Each element of `{name}` was read once: its gradient is what arrives there.")
    return tuple(lines)


def _result(explained: Broadcast) -> NDArray[Any]:
    if explained.result is None:
        raise ValueError("only operands that meet can be drawn; look at `result` first")
    return explained.result


def _operand(explained: Broadcast, place: int) -> Grid:
    return Grid(NAMES[place], NAMES[place], explained.operands[place].values, _ROLES[place])


def _as_read(own: Grid, stretched: Stretched, explained: Broadcast) -> Grid:
    zero = [axis for axis, stride in enumerate(stretched.view.strides) if stride == 0 and axis in stretched.axes]
    caption = shape_text(own.values.shape) + (" stretched" if stretched.ghost.any() else "")
    return Grid(
        own.id + " read",
        own.name,
        stretched.view,
        own.role,
        caption=caption,
        ndim=own.values.ndim,
        axes=tuple(
            f"axis {axis}" + (", stride 0" if axis in zero else "") for axis in range(len(explained.shape or ()))
        ),
        ghost=stretched.ghost,
    )


def _gathered(stretched: Stretched) -> NDArray[np.intp]:
    """For each element of the operand, the cells of the result that read it, in order: ``(size, times)``."""
    order = np.argsort(stretched.sources, kind="stable")
    return order.reshape(stretched.gradient.size, -1) if order.size else np.empty((stretched.gradient.size, 0), np.intp)


def _slope(operation: str, name: str, names: tuple[str, ...]) -> tuple[Piece, ...]:
    """Spell the gradient at one reading: what reaches y, times the derivative of y by that operand."""
    others = [other for other in names if other != name]
    first = name == names[0]
    match operation:
        case "multiply":
            return _signed([Ref("g"), *(Ref(other) for other in others)], "·")
        case "divide" if first:
            return _signed([Ref("g"), *(Ref(other) for other in others)], "÷")
        case "divide":
            return ("−", Ref("g"), " · ", Ref("y"), " ÷ ", Ref(name))
        case "subtract" if not first:
            return ("−", Ref("g"))
        case _:
            return (Ref("g"),)


def _between(ids: list[str] | tuple[str, ...], sign: str) -> tuple[str | Op, ...]:
    items: list[str | Op] = []
    for i, one in enumerate(ids):
        items += [Op(sign), one] if i else [one]
    return tuple(items)


def _signed(pieces: list[Any], sign: str) -> tuple[Piece, ...]:
    items: list[Piece] = []
    for i, piece in enumerate(pieces):
        items += [f" {sign} ", piece] if i else [piece]
    return tuple(items)


def _axes(axes: list[int]) -> str:
    named = [f"−{-axis}" for axis in axes]
    return f"axis {named[0]}" if len(named) == 1 else f"axes {', '.join(named)}"
