"""When it surprises which digits are kept: of a half, of a total in few bits, and of what follows a whole number."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import takewhile
from typing import Any

import numpy as np

from primer_core.backend import backend_of
from primer_core.claims.claim import Claim
from primer_core.claims.surprises.equalities import DtypeOfFirst, HalfOfADigit, StopsGrowing
from primer_core.language.execution import is_array
from primer_core.lessons.own_lines.surprises.arrays import bound_once
from primer_core.lessons.own_lines.surprises.line import (
    Line,
    as_array,
    float_of,
    last_name,
    number_of,
    numbers,
    whole_number,
)
from primer_core.lessons.own_lines.trace import Step

_LARGE = 1e6
_SIGNS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: lambda one, other: one**other if abs(other) <= 2 else None,
}  # fmt: skip
_OF_PYTHON: Mapping[str, Callable[..., Any]] = {"abs": abs, "max": max, "min": min}
_COMPARES: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
}  # fmt: skip


def _stops(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        if last_name(part) != "cumsum" or not part.operands or not is_array(part.operands[0]):
            continue
        given, result = part.operands[0], part.result
        if not isinstance(given, np.ndarray) or given.ndim != 1 or not is_array(result) or part.keywords:
            continue
        dtype = backend_of(result).dtype_name(result)
        before, after = given, numbers(result)
        if dtype != "float16" or before.dtype != after.dtype or not np.isfinite(after).all() or len(after) < 2:
            continue
        still = (after[1:] == after[:-1]) & (before[1:] != 0)
        first = int(np.argmax(still))
        if still[first:].all():
            yield StopsGrowing(line.run, part.place.text, dtype, float(after[first]), float(before[first + 1]))


def _half_of_a_digit(line: Line) -> Iterator[Claim]:
    for part in line.step.parts:
        found = line.at(part.place)
        if part.entry not in ("np.round", "np.around", "ndarray.round", "torch.round", "Tensor.round"):
            continue
        if not isinstance(found, ast.Call) or not part.operands or not is_array(part.result):
            continue
        given, digits = part.operands[0], [*part.operands[1:], *part.keywords.values()]
        places = digits[0] if digits else 0
        if part.keywords.keys() - {"decimals"} or len(digits) > 1 or type(places) is not int or not 0 <= places < 9:
            continue
        if is_array(given) and not places:
            continue  # of which another rule tells
        before, after = as_array(given), numbers(part.result)
        if before.dtype.kind != "f" or before.shape != after.shape or not np.isfinite(before).all():
            continue
        for number, rounded in zip(before.reshape(-1).tolist(), after.reshape(-1).tolist(), strict=True):
            if _is_half(number, places) and abs(rounded) < abs(number):
                is_long = before.dtype.itemsize == np.float64().itemsize
                texts = (repr(each) if is_long else f"{each:.6g}" for each in (number, rounded))
                yield HalfOfADigit(line.run, part.place.text, *texts)
                break


def _python_rounds(line: Line) -> Iterator[Claim]:
    for call in line.calls():
        match call:
            case ast.Call(ast.Name("round"), [given]) | ast.Call(ast.Name("round"), [given, ast.Constant(int())]):
                number = float_of(line, given)
                places = whole_number(call.args[1]) if len(call.args) == 2 else 0
                if number is None or places is None or not line.is_pythons("round") or not 0 <= places < 9:
                    continue
                rounded = round(number, places) if len(call.args) == 2 else round(number)
                if _is_half(number, places) and abs(rounded) < abs(number):
                    yield HalfOfADigit(line.run, line.text(call), repr(number), repr(rounded))


def _is_half(number: float, places: int) -> bool:
    """Return whether a number lies exactly in the middle of two that have so many digits behind the point."""
    return bool(Fraction(number) * 10**places % 1 == Fraction(1, 2))


def _of_the_first(line: Line) -> Iterator[Claim]:
    for call in line.calls():
        made = bound_once(line, call.func.id) if isinstance(call.func, ast.Name) else call.func
        match made:
            case ast.Call(ast.Attribute(ast.Name("np"), "vectorize"), [ast.Name(function)], []):
                if not all(map(line.is_pythons, _OF_PYTHON)):
                    continue
                given = [_value(node, step) for step, node in _returned(line, function)]
            case _:
                continue
        if not given or type(given[0]) is not int:
            continue
        known = takewhile(lambda each: each is not None, given)
        cut = next((each for each in known if type(each) is float and math.isfinite(each) and int(each) != each), None)
        if cut is not None and sum(isinstance(each, ast.Call) and each.func is call.func for each in line.calls()) == 1:
            instead = f"np.vectorize({function}, otypes=[float])"
            yield DtypeOfFirst(line.run, line.text(call), function, str(given[0]), f"{cut:.6g}", str(int(cut)), instead)


def _returned(line: Line, function: str) -> list[tuple[Step, ast.expr]]:
    """Return what a function returned in a line, in order; nothing where another one was called in it, too."""
    steps = line.trace.steps[: line.trace.steps.index(line.step)]
    inner = list(takewhile(lambda step: step.moment.functions, reversed(steps)))[::-1]
    if any(step.moment.functions != (function,) for step in inner) or len(line.trace.steps) != line.trace.taken:
        return []
    ends = [(step, step.moment.node) for step in inner if isinstance(step.moment.node, ast.Return)]
    return [(step, node.value) for step, node in ends if isinstance(node, ast.Return) and node.value is not None]


def _value(node: ast.expr, step: Step) -> int | float | None:
    """Return a number that an expression of numbers came to in a step; None where that is not known."""
    match node:
        case ast.Constant(int() | float() as value) if not isinstance(value, bool):
            return value
        case ast.Name(name):
            seen = step.names.get(name)
            if seen is not None and seen.shape == () and seen.values is not None and seen.values.dtype.kind in "if":
                found: int | float = seen.values.item()
                return found
            if seen is not None and seen.kind in ("numpy.float64", "numpy.int64"):
                return number_of(seen.text.partition("(")[2].removesuffix(")"))
            return None if seen is None or seen.kind not in ("int", "float") else number_of(seen.text)
        case ast.UnaryOp(ast.USub(), inner):
            number = _value(inner, step)
            return None if number is None else -number
        case ast.Call(ast.Name(function), given, []) if function in _OF_PYTHON:
            numbers_given = [_value(each, step) for each in given]
            if not given or None in numbers_given or (len(given) == 1) != (function == "abs"):
                return None
            chosen = _OF_PYTHON[function](*numbers_given)
            return chosen if type(chosen) in (int, float) else None
        case ast.IfExp(ast.Compare(tested, [compares], [against]), met, unmet) if type(compares) in _COMPARES:
            asked, limit = _value(tested, step), _value(against, step)
            if asked is None or limit is None:
                return None
            return _value(met if _COMPARES[type(compares)](asked, limit) else unmet, step)
        case ast.BinOp(left, sign, right) if type(sign) in _SIGNS:
            one, other = _value(left, step), _value(right, step)
            if one is None or other is None or abs(other) > _LARGE or abs(one) > _LARGE:
                return None
            try:
                made = _SIGNS[type(sign)](one, other)
            except ArithmeticError:
                return None
            return made if type(made) in (int, float) else None
    return None


RULES: tuple[Callable[[Line], Iterator[Claim]], ...] = (
    _stops,
    _half_of_a_digit,
    _python_rounds,
    _of_the_first,
)
