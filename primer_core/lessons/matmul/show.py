"""Matrix products as grids: the row of a and the column of b that meet in each cell of c."""

from math import prod

from primer_core.language.limits import MAX_ELEMENTS, thousands
from primer_core.language.spelling import shape_text
from primer_core.lessons.matmul.explain import NAMES, Product, ProductAxis
from primer_core.picture.grid import Each, Formula, Grid, Link, Op, Picture, Piece, Ref, Role, Row, Strong, Val

OVERFLOW = (
    "**A sum went beyond 64 bits.** Whole numbers of NumPy wrap around without a word, so what stands in a cell is not "
    "the sum that its formula spells out. Write one of the numbers with a point, 2.0, to compute in float64."
)


def picture(explained: Product) -> Picture:
    """Lay out ``a @ b = c``; `explained` must have a result."""
    if explained.result is None or explained.rows is None or explained.columns is None:
        raise ValueError("only operands that fit can be drawn; look at `result` first")
    a, b = _operands(explained)
    c = Grid("c", "c", explained.result, "result", axes=_result_names(explained))
    return Picture(
        (a, b, c),
        rows=(Row(("a", Op("@"), "b", Op("="), "c"), compact=max(grid.values.ndim for grid in (a, b)) > 3),),
        links=(Link("a", "c", explained.rows), Link("b", "c", explained.columns)),
        formulas=(Formula("c", _spelled(explained)),),
        focus=("c", 0),
    )


def apart(explained: Product) -> Picture:
    """Lay out two operands that have no product, with the axes that clash marked; nothing where one is too large."""
    if not explained.axes or any(operand.values.size > MAX_ELEMENTS for operand in explained.operands):
        return Picture((), ())
    return Picture(_operands(explained), rows=(Row(("a", Op("@"), "b")),))


def _operands(explained: Product) -> tuple[Grid, Grid]:
    """Draw both with the axis marked that is summed over, or the axes that clash."""
    roles: tuple[Role, Role] = ("a", "b")
    marked = [axis for axis in explained.axes if axis.size is None] or [
        axis for axis in explained.axes if axis.role == "inner"
    ]
    grids = [
        Grid(
            name,
            name,
            operand.values,
            role,
            axes=_axis_names(explained, place),
            marked_axes=tuple(operand.values.ndim + where for axis in marked if (where := axis.places[place])),
        )
        for place, (name, role, operand) in enumerate(zip(NAMES, roles, explained.operands, strict=True))
    ]
    return grids[0], grids[1]


def story(explained: Product) -> tuple[str, ...]:
    """Tell what happened, in Markdown."""
    if explained.error is not None:
        return (_why_not(explained),)
    sizes = explained.sizes
    if sizes is None:
        return ()
    by_role = {axis.role: axis for axis in explained.axes}
    summed = f"the {by_role['inner'].name} axis" if sizes.batch else "k"
    lines = [
        f"Each cell of `c` is one sum of {sizes.k} product{'' if sizes.k == 1 else 's'}, over {summed}: "
        "a row of `a` times a column of `b`."
    ]
    for place, lent in enumerate(("rows", "columns")):
        shape = explained.operands[place].shape
        if len(shape) == 1:
            taken = (1, *shape) if lent == "rows" else (*shape, 1)
            lines.append(
                f"`{NAMES[place]}` is a vector: `@` takes {shape_text(shape)} for {shape_text(taken)}, one "
                f"{lent[:-1]}, and takes the axis of size 1 away from the result again."
            )
    if sizes.batch:
        lines.append(_batch_story(explained, sizes.batch))
    if explained.dot_shape is not None:
        lines.append(
            "`np.dot(a, b)` would not pair the batch axes up. It keeps those of both: "
            f"{shape_text(explained.dot_shape)}."
        )
    return tuple(lines)


def flops_line(explained: Product) -> str:
    """Count the floating-point operations with the numbers on screen; empty where there is no product."""
    sizes = explained.sizes
    if sizes is None:
        return ""
    batch = "" if not sizes.batch else f"({' · '.join(map(str, sizes.batch))}) · "
    named = "batch · 2·m·n·k" if sizes.batch else "2·m·n·k"
    return f"FLOPs: {named} = {batch}2 · {sizes.m} · {sizes.n} · {sizes.k} = {thousands(sizes.flops)}"


def _axis_names(explained: Product, place: int) -> tuple[str, ...]:
    return tuple(axis.name for axis in explained.axes if axis.places[place] is not None)


def _result_names(explained: Product) -> tuple[str, ...]:
    return tuple(axis.name for axis in explained.axes if axis.role != "inner" and axis.lent is None)


def _spelled(explained: Product) -> tuple[Piece, ...]:
    if explained.sizes is None or not explained.sizes.k:
        return (Ref("c"), " = ", Strong((Val("c"),)), ", a sum without terms")
    pairs = (Each((Ref("a"), "·", Ref("b"))), "\n= ", Each((Val("a"), "·", Val("b"))))
    return (Ref("c"), " = ", *pairs, " = ", Strong((Val("c"),)))


def _batch_story(explained: Product, batch: tuple[int, ...]) -> str:
    named = [axis for axis in explained.axes if axis.role == "batch"]
    names = " and ".join(axis.name for axis in named)
    line = f"The {names} {'axes' if len(named) > 1 else 'axis'} only repeat{'' if len(named) > 1 else 's'}: "
    line += f"{' × '.join(map(str, batch))}{f' = {prod(batch)}' if len(batch) > 1 else ''} products of matrices, "
    line += "none of which knows of the others."
    for place in (0, 1):
        again = [axis.name for axis in named if place in axis.stretched]
        if again:
            line += (
                f" Along {' and '.join(again)} the same matrix of `{NAMES[place]}` is used again and again, uncopied."
            )
    return line


def _why_not(explained: Product) -> str:
    if not explained.axes:
        return "A number has no axis to sum over. To multiply every cell by it, write `a * b`."
    clashing = [axis for axis in explained.axes if axis.size is None]
    inner = next((axis for axis in clashing if axis.role == "inner"), None)
    if inner is not None:
        return _inner_story(explained, inner)
    sizes = " and ".join(f"{axis.sizes[0]} against {axis.sizes[1]} along {axis.name}" for axis in clashing)
    return f"The matrices would fit, but the batches do not: {sizes}. Batch axes must be equal, or one of them 1."


def _inner_story(explained: Product, inner: ProductAxis) -> str:
    a, b = explained.operands
    row = "a row of `a`" if a.values.ndim > 1 else "`a`"
    column = "a column of `b`" if b.values.ndim > 1 else "`b`"
    return (
        f"{row[0].upper() if row[0] != '`' else row[0]}{row[1:]} has {inner.sizes[0]} cells (axis −1), {column} has "
        f"{inner.sizes[1]} (axis −{-(inner.places[1] or -1)}): they cannot be paired off. "
        "NumPy calls a's last axis and b's second last the core dimension k."
    )
