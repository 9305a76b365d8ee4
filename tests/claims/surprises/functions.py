"""Checks of what surprises in what functions compute: computed once more by Python's own numbers."""

from __future__ import annotations

import ast
import cmath
import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from primer_core.claims.surprises.functions import (
    BetweenTwo,
    CloseAsSmall,
    NanNotIn,
    NaturalLogarithm,
    PassedOver,
    SignsLost,
    StoredBelow,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.surprises.lines import argument, at_line, computed, made_of, numbers, stands_there


def flat(value: Any) -> list[Any]:
    found: list[Any] = np.ravel(numbers(value)).tolist()
    return found


@check(CloseAsSmall)
def _(claim: CloseAsSmall, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    left, right = np.broadcast_arrays(*(numbers(computed(ast.unparse(each), names)) for each in node.args))
    pairs = list(zip(left.ravel().tolist(), right.ravel().tolist(), strict=True))
    assert (claim.left, claim.right) in pairs
    assert 0 < abs(claim.left - claim.right) < 1e-8 + 1e-5 * abs(claim.right)
    assert not math.isclose(claim.left, claim.right, rel_tol=0.4)
    place = pairs.index((claim.left, claim.right))
    found, apart = flat(result), flat(computed(claim.instead, names))
    assert found[place if len(found) > 1 else 0]
    assert not apart[place if len(apart) > 1 else 0]


@check(NaturalLogarithm)
def _(claim: NaturalLogarithm, program: Program) -> None:
    result, names = made_of(claim, program)
    cells = flat(argument(claim, program, names))
    assert np.allclose(flat(result), [math.log(each) for each in cells], rtol=1e-6)
    assert max(cells) == claim.number == claim.base**claim.power
    assert claim.base in (10, 2)
    assert all(math.log(each, claim.base).is_integer() or each in (1e3, 1e6, 8.0) or each == claim.base ** round(
        math.log(each, claim.base)) for each in cells)  # fmt: skip
    assert np.allclose(flat(computed(claim.instead, names)), [math.log(each, claim.base) for each in cells], rtol=1e-6)


@check(BetweenTwo)
def _(claim: BetweenTwo, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    cells = sorted(flat(argument(claim, program, names)))
    share = Fraction(computed(ast.unparse(node.args[1]), names)) / (100 if "percentile" in claim.code else 1)
    place = share * (len(cells) - 1)
    below = cells[math.floor(place)]
    above = cells[math.floor(place) + 1]
    assert (below, above) == (claim.lower, claim.upper)
    assert math.isclose(below + (above - below) * (place - math.floor(place)), claim.gives)
    assert float(result) == claim.gives
    assert claim.gives not in cells
    assert float(computed(claim.instead, names)) == claim.lower


@check(SignsLost)
def _(claim: SignsLost, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    quotient = node.args[0]
    sides = [numbers(computed(ast.unparse(each), names)) for each in (quotient.left, quotient.right)]
    ups, acrosses = (np.ravel(each).tolist() for each in np.broadcast_arrays(*sides))
    behind = [pair for pair in zip(ups, acrosses, strict=True) if pair[1] < 0 and pair[0]]
    assert behind[0] == (claim.up, claim.across)
    assert np.allclose(flat(result), [math.atan(up / across) for up, across in zip(ups, acrosses, strict=True)])
    assert math.isclose(math.atan(claim.up / claim.across), math.atan(-claim.up / -claim.across))
    angles = [cmath.phase(complex(across, up)) for up, across in zip(ups, acrosses, strict=True)]
    assert np.allclose(flat(computed(claim.instead, names)), angles)


@check(StoredBelow)
def _(claim: StoredBelow, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    python = ast.unparse(node.func) == "round"
    cells = flat(computed(ast.unparse(node.args[0]), names) if python else argument(claim, program, names))
    number = float(claim.number)
    assert repr(number) == claim.number
    assert float(claim.lower) == flat(result)[cells.index(number)]
    exact, lower, upper = Decimal(number), Decimal(claim.lower), Decimal(claim.upper)
    assert str(exact).startswith(claim.stored)
    assert len(claim.stored) > len(claim.number) + 5
    assert exact - lower < upper - exact
    assert Decimal(claim.number) - lower == upper - Decimal(claim.number)
    assert len(str(upper - lower).rstrip("0")) < len(claim.number)


@check(PassedOver)
def _(claim: PassedOver, program: Program) -> None:
    result, names = made_of(claim, program)
    cells = flat(argument(claim, program, names))
    better = float.__gt__ if claim.code.startswith("max") else float.__lt__
    best = cells[0]
    for each in cells:
        best = each if better(each, best) else best
    assert float(result) == best
    assert sum(map(math.isnan, cells)) == claim.nans > 0
    assert math.isnan(computed(claim.whole, names))
    known = sorted(each for each in cells if not math.isnan(each))
    assert float(computed(claim.instead, names)) == known[-1 if claim.code.startswith("max") else 0]
    in_front = [math.nan, *cells]
    assert math.isnan(max(in_front) if claim.code.startswith("max") else min(in_front))


@check(NanNotIn)
def _(claim: NanNotIn, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = {**at_line(program, claim.run), "math": math}
    assert isinstance(node.ops[0], ast.In)
    assert math.isnan(computed(ast.unparse(node.left), names))
    cells = flat(computed(ast.unparse(node.comparators[0]), names))
    assert sum(each != each for each in cells) == claim.nans > 0
    assert computed(claim.code, names) is False
    assert computed(claim.instead, names)
    name = ast.unparse(node.comparators[0])
    assert not computed(claim.instead, {**names, name: np.nan_to_num(names[name])})
