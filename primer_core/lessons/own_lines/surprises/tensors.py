"""When it surprises how far an index goes, with what a tensor is compared, and what a stack times a matrix is."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from math import prod

import numpy as np

from primer_core.claims.claim import Claim
from primer_core.claims.surprises.tensors import ComparedBeyond, EachByTheSame, OnlyPlacesOfIndex
from primer_core.language.execution import is_array
from primer_core.language.table.costs import shape_of
from primer_core.lessons.own_lines.surprises.line import Line, last_name, numbers, whole_number

_SCATTERS = ("scatter", "scatter_", "scatter_add", "scatter_add_")
_WITH = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal}


def _index(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if last_name(part) not in _SCATTERS or part.keywords or part.result is None or len(part.operands) != 4:
            continue
        call, (_, _, places, source) = line.at(part.place), part.operands
        if not isinstance(call, ast.Call) or len(call.args) < 3 or not is_array(places) or not is_array(source):
            continue
        shape, wanted = shape_of(places), shape_of(source)
        if len(shape) != len(wanted) or shape == wanted or not prod(shape):
            continue
        if all(one in (1, other) for one, other in zip(shape, wanted, strict=True)):
            index, given = (line.text(each) for each in call.args[-2:])
            if index.isidentifier():
                yield OnlyPlacesOfIndex(
                    line.run, part.place.text, index, given, shape, wanted, prod(shape), prod(wanted)
                )


def _compared(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        sign = part.entry.removeprefix("operator.")
        match line.at(part.place):
            case ast.Compare(left, [_], [right]) if sign in _WITH and len(part.operands) == 2:
                number = whole_number(right)
            case _:
                continue
        tensor, result = part.operands[0], part.result
        if number is None or not is_array(tensor) or not hasattr(tensor, "requires_grad") or not is_array(result):
            continue
        values = numbers(tensor)
        if values.dtype.kind not in "iu" or np.array_equal(numbers(result), _WITH[sign](values.astype(object), number)):
            continue
        info = np.iinfo(values.dtype)
        taken = (number - int(info.min)) % 2**info.bits + int(info.min)
        if taken != number and np.array_equal(numbers(result), _WITH[sign](values, taken)):
            instead = f"{line.asked(left)}.long() {sign} {line.text(right)}"
            yield ComparedBeyond(line.run, part.place.text, number, taken, str(values.dtype), instead)


def _by_the_same(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if part.entry != "operator.@" or part.result is None or not all(map(is_array, part.operands)):
            continue
        shapes = [shape_of(each) for each in part.operands]
        sizes = {size for shape in shapes for size in shape}
        match line.at(part.place):
            case ast.BinOp(ast.Name(left), ast.MatMult(), ast.Name(right)) if len(sizes) == 1 and max(sizes) > 1:
                if sorted(map(len, shapes)) == [2, 3]:
                    is_left = len(shapes[0]) == 3
                    stack, matrix = (left, right) if is_left else (right, left)
                    yield EachByTheSame(line.run, part.place.text, stack, matrix, max(sizes), is_left)


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (_index, _compared, _by_the_same)
