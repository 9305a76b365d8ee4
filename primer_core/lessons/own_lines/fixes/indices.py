"""What helps where an index, a mask or a key is not there."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from primer_core.language.table.costs import shape_of
from primer_core.lessons.own_lines.across import down_of
from primer_core.lessons.own_lines.failing import wrapped
from primer_core.lessons.own_lines.fixes.candidate import Candidate, Failure, ended


def _beyond(failure: Failure) -> Iterator[Candidate]:
    node = failure.node
    yield from _other_way_round(failure)
    if not isinstance(node, ast.Subscript) or isinstance(node.ctx, ast.Store):
        yield from _one_more(failure)
        return  # what is written elsewhere takes the place of something else
    for part in node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]:
        if isinstance(part, ast.Constant | ast.UnaryOp) and failure.text(part) != "-1":
            yield failure.instead(part, "-1")


def _other_way_round(failure: Failure) -> Iterator[Candidate]:
    """Go down first and then across, where a place across stands in front of one down."""
    match failure.node:
        case ast.Subscript(held, ast.Tuple([ast.Name(across), ast.Name(down), *rest])) if down_of(across) == down:
            yield failure.whole(f"{failure.text(held)}[{', '.join((down, across, *map(failure.text, rest)))}]")


def _one_more(failure: Failure) -> Iterator[Candidate]:
    """Bind the name to an array with one cell more, where the cell behind the last was to be written."""
    failed = failure.trace.failed
    match failure.failing.statement:
        case ast.Assign([ast.Subscript(ast.Name(name))], value) as statement if failed is not None:
            array, place, *_ = failed.operands
            if isinstance(array, np.ndarray) and array.ndim == 1 and type(place) is int and place == array.size:
                yield failure.instead(statement, f"{name} = np.append({name}, {failure.text(value)})")


def _too_many(failure: Failure) -> Iterator[Candidate]:
    """Index the array itself, where a row of it was indexed; then leave out one part of an index."""
    node = failure.node
    yield from _the_number(failure)
    if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Tuple):
        return
    if isinstance(node.value, ast.Subscript):
        yield failure.whole(f"{failure.text(node.value.value)}[{failure.text(node.slice)}]")
    parts = [failure.text(part) for part in node.slice.elts]
    for place in reversed(range(len(parts))):
        yield failure.whole(f"{failure.text(node.value)}[{', '.join(parts[:place] + parts[place + 1 :])}]")


def _the_number(failure: Failure) -> Iterator[Candidate]:
    """Take the one number of an array without axes."""
    node = failure.node
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and failure.operands[-1:]:
        holder = failure.operands[-1]
        if holder.shape == () and ast.unparse(node.slice) in ("0", "-1"):
            yield failure.whole(f"{holder.asked}.item()")


def _lists(failure: Failure) -> Iterator[Candidate]:
    """Take every row with every column, in place of pairs."""
    node = failure.node
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
        holder = failure.text(node.value)
        if not any(each.is_tensor for each in failure.operands):
            yield failure.whole(f"{holder}[np.ix_({failure.text(node.slice)})]")
        rows, *others = map(failure.text, node.slice.elts)
        yield failure.whole(f"{holder}[{rows}][:, {', '.join(others)}]")


def _mask(failure: Failure) -> Iterator[Candidate]:
    node = failure.node
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
        yield from _mask_elsewhere(failure, node.slice.elts)
    if not isinstance(node, ast.Subscript) or len(failure.operands) != 2:
        return
    mask, holder = failure.operands
    if mask.shape is None or holder.shape is None:
        return
    if len(mask.shape) == 2 and mask.shape[1] == 1:
        yield ended(mask, "[:, 0]")
    if len(mask.shape) == 1 and mask.shape[0] in holder.shape:
        axis = holder.shape.index(mask.shape[0])
        yield failure.whole(f"{holder.asked}[{':, ' * axis}{mask.text}]")
    if len(mask.shape) == 1 and holder.shape and mask.shape[0] < holder.shape[0]:
        yield failure.whole(f"{holder.asked}[:{mask.shape[0]}][{mask.text}]")
    if len(mask.shape) == 1 and holder.shape and mask.shape[0] > holder.shape[0]:
        yield failure.whole(f"{holder.asked}[{mask.asked}[:{holder.shape[0]}]]")


def _of_the_same_cells(failure: Failure) -> Iterator[Candidate]:
    """Take the values of the cells that a mask picks, where those of all cells are given."""
    failed = failure.trace.failed
    match failure.failing.statement:
        case ast.Assign([ast.Subscript(_, mask)], value) if failed is not None and len(failed.operands) == 3:
            array, _, given = map(shape_of, failed.operands)
            if array == given:
                text = wrapped(value, failure.text(value))
                yield failure.instead(value, f"{text}[{failure.text(mask)}]")


def _mask_elsewhere(failure: Failure, parts: list[ast.expr]) -> Iterator[Candidate]:
    """Put a mask at the axis that has its size, where every cell along that one is asked for."""
    holder = failure.operands[-1]
    masks = [each for each in failure.operands[:-1] if each.shape is not None and each.dtype.endswith("bool")]
    if len(masks) != 1 or holder.shape is None or len(masks[0].shape or ()) != 1:
        return
    (mask,) = masks
    rest = [part for part in parts if failure.place(part) != mask.place]
    if len(rest) == len(parts) or not all(ast.unparse(part) == ":" for part in rest):
        return
    for axis, size in enumerate(holder.shape):
        if mask.shape == (size,):
            yield failure.whole(f"{holder.asked}[{':, ' * axis}{mask.text}]")


def _turned(failure: Failure) -> Iterator[Candidate]:
    """Turn an axis of a tensor round, which no slice does."""
    match failure.node:
        case ast.Subscript(value, ast.Slice(None, None, ast.UnaryOp(ast.USub(), ast.Constant(1)))):
            yield failure.whole(f"{wrapped(value, failure.text(value))}.flip(0)")


def _whole_slice(failure: Failure) -> Iterator[Candidate]:
    """Divide so that a whole number stays, or make one of a float, where a slice starts or ends there."""
    if not isinstance(failure.node, ast.Subscript):
        return
    for part in ast.walk(failure.node.slice):
        match part:
            case ast.Slice():
                for end in (part.lower, part.upper, part.step):
                    if isinstance(end, ast.Name) and failure.failing.scope.get(end.id) in ("float", "numpy.float64"):
                        yield failure.instead(end, f"int({end.id})")
                        yield failure.before(failure.failing.statement, f"{end.id} = int({end.id})")
            case ast.BinOp(left, ast.Div(), right):
                yield failure.instead(part, f"{failure.text(left)} // {failure.text(right)}")
            case ast.BinOp(_, ast.Mult(), _):
                yield failure.instead(part, f"int({failure.text(part)})")


def _gather(failure: Failure) -> Iterator[Candidate]:
    for operand in failure.operands[:1]:
        yield ended(operand, "[:, None]")
        yield ended(operand, "[None]")


def _where(failure: Failure) -> Iterator[Candidate]:
    """Give the cells for which a condition is True alone, or another number for the others."""
    match failure.node:
        case ast.Call(called, [condition, value], []):
            held, asked = failure.text(value), failure.text(condition)
            yield failure.whole(f"{wrapped(value, held)}[{asked}]")
            yield failure.whole(f"{failure.text(called)}({asked}, {held}, 0)")


def _more_classes(failure: Failure) -> Iterator[Candidate]:
    """Count classes from 0, or make room for as many as there are."""
    match failure.node:
        case ast.Call(_, [classes, number], []) if failure.operands:
            values = failure.operands[-1].value
            if isinstance(values, np.ndarray) and values.size:
                if values.min() > 0:
                    yield failure.instead(classes, f"{wrapped(classes, failure.text(classes))} - 1")
                yield failure.instead(number, str(int(values.max()) + 1))


def _read_only(failure: Failure) -> Iterator[Candidate]:
    """Write the diagonal of a matrix by the function for it, or into a copy of what is only to be read."""
    match failure.failing.statement:
        case ast.Assign(
            [ast.Subscript(ast.Call(ast.Attribute(ast.Name("np"), "diag" | "diagonal"), [ast.Name(of)], []), index)],
            value,
        ) as statement if ast.unparse(index) == ":":
            yield failure.instead(statement, f"np.fill_diagonal({of}, {failure.text(value)})")
        case ast.Assign(
            [ast.Subscript(ast.Call(ast.Attribute(ast.Name(of), "diagonal"), [], []), index)], value
        ) as statement if ast.unparse(index) == ":" and of != "np":
            yield failure.instead(statement, f"np.fill_diagonal({of}, {failure.text(value)})")
        case ast.Assign([ast.Subscript(ast.Name(name))]) | ast.AugAssign(
            ast.Name(name) | ast.Subscript(ast.Name(name))
        ):
            yield failure.before(failure.failing.statement, f"{name} = {name}.copy()")


KINDS: Mapping[str, Callable[[Failure], Iterator[Candidate]]] = {
    "index": _beyond,
    "index_torch": _beyond,
    "too_many_indices": _too_many,
    "too_many_indices_torch": _too_many,
    "number_index_torch": _the_number,
    "index_lists": _lists,
    "index_lists_torch": _lists,
    "mask": _mask,
    "read_only": _read_only,
    "mask_torch": _mask,
    "mask_values": _of_the_same_cells,
    "mask_values_axes": _of_the_same_cells,
    "gather_axes_torch": _gather,
    "slice_step_torch": _turned,
    "slice_index": _whole_slice,
    "where_one": _where,
    "one_hot_torch": _more_classes,
}
"""By the kind of the message."""
