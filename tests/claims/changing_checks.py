"""Whether statements stopped for the reason that is given, and numbers are what is said: by Python's own numbers."""

from __future__ import annotations

import ast
import cmath
import math
from fractions import Fraction
from typing import Any

import numpy as np

from primer_core.claims.changing import (
    HairBelow,
    HoldsTheSizes,
    NegativePower,
    NoRealNumber,
    OneCellOneNumber,
    OneNumberOfAll,
    StatementsRunInstead,
    TextIntoNumbers,
)
from tests.claims.checking import check
from tests.claims.making_checks import nodes_of
from tests.claims.program import Program


def stopped(program: Program) -> tuple[ast.stmt, dict[str, Any], Exception]:
    """The statement that raises, the names before it, and what it raises."""
    for place, statement in enumerate(program.statements):
        error = program.run(until=place + 1).error
        if error is not None:
            return statement, program.run(until=place).names, error
    raise AssertionError("nothing stops")


@check(NegativePower)
def _(claim: NegativePower, program: Program) -> None:
    statement, names, error = stopped(program)
    assert isinstance(error, ValueError)
    if ast.unparse(statement) == claim.code:
        assert isinstance(statement, ast.AugAssign)
        base, power = ast.unparse(statement.target), ast.unparse(statement.value)
    else:
        assert claim.code in {ast.unparse(node) for node in ast.walk(statement)}
        match ast.parse(claim.code, mode="eval").body:
            case ast.BinOp(left, ast.Pow(), right) | ast.Call(_, [left, right]):
                base, power = ast.unparse(left), ast.unparse(right)
    array, exponents = np.asarray(eval(base, names)), np.asarray(eval(power, names))
    assert array.dtype.name == claim.dtype
    assert array.dtype.kind in "iu"
    assert exponents.min() < 0
    # With floats there is no error; of a 2 it is no whole number.
    names |= {base: array.astype(float)}
    exec(ast.unparse(statement), names)
    assert Fraction(2) ** int(exponents.min()) != int(Fraction(2) ** int(exponents.min()))


@check(TextIntoNumbers)
def _(claim: TextIntoNumbers, program: Program) -> None:
    statement, names, error = stopped(program)
    assert isinstance(error, ValueError)
    assert names[claim.name].dtype.name == claim.dtype
    assert isinstance(statement, ast.Assign)
    assert ast.literal_eval(statement.value) == claim.given
    (target,) = map(ast.unparse, statement.targets)
    assert target.startswith(f"{claim.name}[")
    exec(f"{target} = '1'", dict(names))  # which is read as a number
    objects = {**names, claim.name: names[claim.name].astype(object)}
    exec(ast.unparse(statement), objects)
    assert claim.given in objects[claim.name].ravel().tolist()


@check(OneCellOneNumber)
def _(claim: OneCellOneNumber, program: Program) -> None:
    statement, names, error = stopped(program)
    assert isinstance(error, ValueError)
    assert ast.unparse(statement) == f"{claim.cell} = {claim.value}"
    assert np.ndim(eval(claim.cell, names)) == 0
    assert len(eval(claim.value, names)) == claim.count > 1
    row = np.zeros(claim.count + 1)
    row[: claim.count] = eval(claim.value, names)


@check(OneNumberOfAll)
def _(claim: OneNumberOfAll, program: Program) -> None:
    statement, names, error = stopped(program)
    assert isinstance(error, TypeError)
    call = f"{claim.function}({claim.given})"
    assert call in {ast.unparse(node) for node in ast.walk(statement)}
    array = eval(claim.given, names)
    assert array.size == claim.cells > 1
    each = [getattr(__import__("builtins"), claim.function)(number) for number in array.ravel().tolist()]
    assert eval(claim.instead, names).ravel().tolist() == each


@check(StatementsRunInstead)
def _(claim: StatementsRunInstead, program: Program) -> None:
    statement, names, _ = stopped(program)
    assert claim.code != ast.unparse(statement)
    assert isinstance(statement, ast.Assign | ast.AugAssign)
    last = ast.parse(claim.code).body[-1]
    assert isinstance(last, ast.Assign)
    (target,) = statement.targets if isinstance(statement, ast.Assign) else (statement.target,)
    assert ast.unparse(last.targets[0]).partition("[")[0] == ast.unparse(target).partition("[")[0]
    exec(claim.code, names)
    array = names[claim.name]
    assert (tuple(array.shape), str(array.dtype).removeprefix("torch.")) == (claim.shape, claim.dtype)


REAL = {"sqrt": cmath.sqrt, "log": cmath.log, "log10": cmath.log10, "arcsin": cmath.asin, "arccos": cmath.acos}


@check(NoRealNumber)
def _(claim: NoRealNumber, program: Program) -> None:
    array = np.asarray(program.run()[claim.name])
    assert array.dtype.name == claim.dtype
    assert len(claim.index) == array.ndim
    assert math.isnan(array[claim.index])
    assert math.isfinite(claim.number)
    if claim.exponent is not None:
        assert claim.function == "power"
        found = cmath.exp(claim.exponent * cmath.log(claim.number))
        assert claim.exponent != int(claim.exponent)
    elif claim.function == "log2":
        found = cmath.log(claim.number, 2)
    else:
        found = REAL[claim.function](claim.number)
    assert cmath.isclose(found, complex(*claim.parts), rel_tol=1e-6, abs_tol=1e-9)
    assert abs(found.imag) > 0
    # What it was computed of stood at the same place.
    place = program.place(claim.name)
    names = program.run(until=place - 1).names
    statement = program.statements[place - 1]
    given: list[Any] = []
    for node in ast.walk(statement):
        match node:
            case ast.AugAssign(ast.Name(name), ast.Pow(), right):
                given += [(names[name], eval(ast.unparse(right), names))]
            case ast.BinOp(left, ast.Pow(), right) | ast.Call(ast.Attribute(_, "power"), [left, right]):
                given += [(eval(ast.unparse(left), names), eval(ast.unparse(right), names))]
            case ast.Call(ast.Attribute(ast.Name("np"), function), [operand]) if function == claim.function:
                given += [(eval(ast.unparse(operand), names), None)]
    wanted = (claim.number, claim.exponent)
    assert wanted in [(cell(number, array, claim.index), cell(power, array, claim.index)) for number, power in given]


def cell(value: Any, array: Any, index: tuple[int, ...]) -> float | None:
    """What meets a cell of an array."""
    return None if value is None else float(np.broadcast_to(np.asarray(value), array.shape)[index])


@check(HoldsTheSizes)
def _(claim: HoldsTheSizes, program: Program) -> None:
    nodes_of(program, claim.code)
    assert tuple(eval(claim.code, {"np": np}).tolist()) == claim.sizes
    assert eval(claim.instead, {"np": np}).shape == claim.sizes


@check(HairBelow)
def _(claim: HairBelow, program: Program) -> None:
    ran = program.run()
    x, y = (np.asarray(ran[name]) for name in "xy")
    assert len(claim.index) == x.ndim
    number = Fraction(float(x[claim.index]))
    assert float(claim.value) == float(number)
    assert int(y[claim.index]) == claim.became == math.trunc(number)
    assert round(number) == claim.whole != claim.became
    assert abs(number - claim.whole) <= abs(Fraction(claim.whole)) / 10**9
    pairs = [(Fraction(one), other) for one, other in zip(x.ravel().tolist(), y.ravel().tolist(), strict=True)]
    short = [one for one, other in pairs if other == math.trunc(one) != round(one)]
    assert sum(abs(one - round(one)) <= abs(Fraction(round(one))) / 10**9 for one in short) == claim.cells
    assert int(eval(claim.instead, {"np": np, "x": x})[claim.index]) == claim.whole
