"""What helps where arrays are grown from nothing, looked for in a list, or unpacked into names."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping

from primer_core.error_messages.kinds.joining import JoinSizesDiffer
from primer_core.lessons.own_lines.fixes.candidate import Candidate, Failure
from primer_core.lessons.own_lines.surprises.line import with_argument


def from_no_rows(failure: Failure) -> Iterator[Candidate]:
    """Begin with no rows of the right length, where rows are put below an array without any cells."""
    cause = failure.cause
    if not isinstance(cause, JoinSizesDiffer) or cause.axis != 1 or cause.first:
        return
    for operand in failure.operands:
        for entry in operand.value if isinstance(operand.value, tuple | list) else ():
            if getattr(entry, "shape", None) != (0,):
                continue
            for name in (each.id for each in ast.walk(failure.node) if isinstance(each, ast.Name)):
                bound = failure.binding(name)
                match None if bound is None else bound.value:
                    case ast.Call(ast.Attribute(ast.Name("np"), "array" | "empty" | "zeros")) as made:
                        yield Candidate(failure.place(made), f"np.empty((0, {cause.second}))", "making")


def among_arrays(failure: Failure, one: ast.expr, among: ast.expr) -> Candidate | None:
    """Compare an array with each of a list of arrays as a whole, where it was asked whether it is in there."""
    name = among.id if isinstance(among, ast.Name) else ""
    kept = failure.seen.get(name)
    if kept is None or kept.kind != "list" or "array(" not in kept.text:
        return None
    return failure.whole(f"any(np.array_equal({failure.text(one)}, each) for each in {name})")


def sizes_of_fewer(failure: Failure) -> Iterator[Candidate]:
    """Take the first sizes of a shape, where there are fewer names than axes."""
    match failure.failing.statement:
        case ast.Assign([ast.Tuple(names)], ast.Attribute(_, "shape") as shape):
            yield failure.instead(shape, f"{failure.text(shape)}[:{len(names)}]")


def row_and_column(failure: Failure) -> Iterator[Candidate]:
    """Make a place for each axis of the one place that the largest or the smallest of all has."""
    match failure.failing.statement:
        case ast.Assign([ast.Tuple(names)], ast.Call(function, arguments, []) as call):
            pass
        case _:
            return
    match function, arguments:
        case ast.Attribute(ast.Name("np"), "argmax" | "argmin"), [array]:
            pass
        case ast.Attribute(array, "argmax" | "argmin"), []:
            pass
        case _:
            return
    if isinstance(array, ast.Name) and len(failure.seen[array.id].shape or ()) == len(names):
        yield failure.instead(call, f"np.unravel_index({failure.text(call)}, {array.id}.shape)")


def text_for_the_rest(failure: Failure) -> Iterator[Candidate]:
    """Give a text for what no condition holds of, as it is 0 otherwise."""
    if isinstance(failure.node, ast.Call) and not any(word.arg == "default" for word in failure.node.keywords):
        yield failure.whole(with_argument(failure.failing.place.text, 'default=""'))


def first_result(failure: Failure) -> Iterator[Candidate]:
    """Take the first of several results, where a name is bound to all that a function gives."""
    for operand in failure.operands:
        if isinstance(operand.value, tuple) and isinstance(failure.node, ast.BinOp):
            yield Candidate(operand.place, f"{operand.asked}[0]")


KINDS: Mapping[str, Callable[[Failure], Iterator[Candidate]]] = {"select_default": text_for_the_rest}
"""By the kind of the message."""
