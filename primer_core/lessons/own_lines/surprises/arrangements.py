"""When it surprises how an array lies: whose memory it has, and which axis comes where."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import numpy as np

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.arrangements import AxesWithin, OwnedByNoName
from primer_core.language.execution import is_array
from primer_core.language.table.costs import shape_of
from primer_core.lessons.own_lines.surprises.arrays import bound_once
from primer_core.lessons.own_lines.surprises.line import Line, numbers
from primer_core.lessons.own_lines.trace import Part

_MADE = ("arange", "array", "zeros", "ones", "full", "linspace", "empty")
_ORDERS = ("ndarray.transpose", "np.transpose", "Tensor.permute", "torch.permute")
_MOST_AXES = 6


def _owned(line: Line) -> Iterator[Claim]:
    for node in line.nodes():
        match node:
            case ast.Attribute(ast.Attribute(ast.Name(name), "flags"), "owndata") as asks:
                pass
            case ast.Subscript(
                ast.Attribute(ast.Name(name), "flags"), ast.Constant("OWNDATA" | "O"), ast.Load()
            ) as asks:
                pass
            case _:
                continue
        made = bound_once(line, name)
        other = _made_of(line, made)
        flags = [
            part for part in line.step.parts if part.entry == "ndarray.flags" and part.place.text == f"{name}.flags"
        ]
        if made is None or other is None or not flags or flags[0].result is None or flags[0].result.owndata:
            continue
        if _is_alone(line, name):
            yield OwnedByNoName(line.run, line.text(asks), name, line.text(made), other)


def _made_of(line: Line, made: ast.expr | None) -> str | None:
    """Return the name of the array that another was picked of, empty for one without a name; None for all else."""
    match made:
        case ast.Subscript(ast.Name(other), _, ast.Load()) if line.shape_of(other) is not None:
            return other if bound_once(line, other) is not None and not line.is_tensor(other) else None
        case ast.Call(
            ast.Attribute(ast.Call(ast.Attribute(ast.Name("np" | "numpy"), function)), "reshape" | "transpose")
        ) if function in _MADE:
            return ""
    return None


def _is_alone(line: Line, name: str) -> bool:
    """Return whether no other name was ever bound to an array with memory of the one of a name, so far as is kept."""
    steps = line.trace.steps
    mine = line.step.names.get(name)
    if mine is None or mine.memory is None or len(steps) != line.trace.taken:
        return False
    number = mine.memory.number
    seen = ((known, each) for step in steps for known, each in step.names.items() if known != name)
    return all(each.memory is None or each.memory.number != number for _, each in seen)


def _ordered(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        axes = _axes(part) if part.entry in _ORDERS and is_array(part.result) else None
        if axes is None or axes == tuple(range(len(axes))) or not 3 <= len(axes) <= _MOST_AXES:
            continue
        shape = shape_of(part.operands[0])
        match line.at(part.place):
            case ast.Call(_, [given, *_]) if part.entry.startswith(("np.", "torch.")):
                pass
            case ast.Call(ast.Attribute(given)):
                pass
            case _:
                continue
        if not isinstance(given, ast.Name | ast.Attribute) or shape_of(part.result) != shape:
            continue
        if not np.array_equal(numbers(part.result), numbers(part.operands[0])):
            yield AxesWithin(line.run, part.place.text, line.text(given), axes, shape)


def _axes(part: Part) -> tuple[int, ...] | None:
    """Return for each new axis the old one that comes there, counted from the first; None where no order is given."""
    given = [*part.operands[1:], *part.keywords.values()]
    order = given[0] if len(given) == 1 and isinstance(given[0], tuple | list) else given
    rank = len(shape_of(part.operands[0])) if part.operands and is_array(part.operands[0]) else 0
    if len(order) != rank or any(type(each) is not int for each in order):
        return None
    axes = tuple(each % rank for each in order)
    return axes if sorted(axes) == [*range(rank)] else None


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (_owned, _ordered)
