"""Whether cells are infinite or nan for the reason that is given, found out with Python's own numbers."""

from __future__ import annotations

import ast
import math
from fractions import Fraction
from typing import Any

import numpy as np

from primer_core.claims.infinities import DividedByZero, NoValue, WentBeyond
from tests.claims.checking import check
from tests.claims.program import Program

OPERANDS = ("a", "b")
_SIGNS = {ast.Add: "+", ast.Sub: "−", ast.Mult: "·", ast.Div: "/", ast.MatMult: "@"}


def sign_of(program: Program) -> str:
    """What the operands are put together with."""
    for statement in program.statements:
        for node in ast.walk(statement):
            match node:
                case ast.BinOp(ast.Name("a"), sign, ast.Name("b")) | ast.AugAssign(ast.Name("a"), sign, ast.Name("b")):
                    return _SIGNS[type(sign)]
    raise AssertionError("no two operands meet")


def cell_of(program: Program, name: str, index: tuple[int, ...]) -> float:
    """A cell of the result."""
    result = np.asarray(program.run()[name])
    assert name not in OPERANDS or program.place(name) > program.first(name), "it is an operand"
    assert len(index) == result.ndim
    return float(result[index])


def pairs(program: Program, name: str, index: tuple[int, ...]) -> list[tuple[float, float]]:
    """The numbers of both operands that meet in a cell, read from copies that are stretched one cell at a time."""
    ran = program.run(until=max(map(program.first, OPERANDS)))
    a, b = (np.asarray(ran[name]) for name in OPERANDS)
    if sign_of(program) != "@":
        shape = np.asarray(program.run()[name]).shape
        grown = [np.broadcast_to(array, shape) for array in (a, b)]
        return [(float(grown[0][index]), float(grown[1][index]))]
    rows = a if a.ndim > 1 else a[None, :]
    columns = b if b.ndim > 1 else b[:, None]
    place = list(index)
    column = place.pop() if b.ndim > 1 else 0
    row = place.pop() if a.ndim > 1 else 0
    batch = np.broadcast_shapes(rows.shape[:-2], columns.shape[:-2])
    left = np.broadcast_to(rows, (*batch, *rows.shape[-2:]))[tuple(place)][row]
    right = np.broadcast_to(columns, (*batch, *columns.shape[-2:]))[tuple(place)][:, column]
    return [*zip(map(float, left), map(float, right), strict=True)]


@check(DividedByZero)
def _(claim: DividedByZero, program: Program) -> None:
    assert sign_of(program) == "/"
    ((left, right),) = pairs(program, claim.name, claim.index)
    assert right == 0
    assert left == claim.dividend
    found = cell_of(program, claim.name, claim.index)
    assert (None if math.isnan(found) else found) == claim.result
    assert math.isnan(found) == (left == 0)
    assert not math.isfinite(found)


def exact(program: Program, met: list[tuple[float, float]]) -> Fraction:
    """What numbers come to, without any rounding."""
    sign = sign_of(program)
    total = Fraction(0)
    for left, right in met:
        one, other = Fraction(left), Fraction(right)
        match sign:
            case "+":
                total += one + other
            case "−":
                total += one - other
            case "/":
                total += one / other
            case _:
                total += one * other
    return total


@check(WentBeyond)
def _(claim: WentBeyond, program: Program) -> None:
    result = np.asarray(program.run()[claim.name])
    assert result.dtype.name == claim.dtype
    assert math.isinf(cell_of(program, claim.name, claim.index))
    held: Any = result.dtype.type
    with np.errstate(over="ignore"):
        assert float(held(claim.most)) == claim.most
        assert np.isinf(np.nextafter(held(claim.most), held(np.inf)))
    met = pairs(program, claim.name, claim.index)
    assert all(math.isfinite(number) for pair in met for number in pair)
    come_to = exact(program, met)
    biggest = sum((abs(exact(program, [pair])) for pair in met), Fraction(0))
    assert biggest > Fraction(claim.most), "no partial sum is beyond"
    if claim.wider is None:
        assert biggest > Fraction(np.finfo(np.float64).max)
    else:
        assert math.isclose(float(come_to), claim.wider, rel_tol=1e-9, abs_tol=1e-9)


@check(NoValue)
def _(claim: NoValue, program: Program) -> None:
    sign = sign_of(program)
    assert claim.among == (sign == "@")
    assert claim.sign == ("·" if claim.among else sign)
    assert (claim.left, claim.right) in pairs(program, claim.name, claim.index)
    assert math.isinf(claim.left) or math.isinf(claim.right)
    with np.errstate(all="ignore"):
        left, right = np.float64(claim.left), np.float64(claim.right)
        made = {"+": left + right, "−": left - right, "·": left * right, "/": left / right}[claim.sign]
    assert math.isnan(made)
    assert math.isnan(cell_of(program, claim.name, claim.index))
