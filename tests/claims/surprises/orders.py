"""Checks of what surprises about orders: the same is put in order by Python, or fitted in another way."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from primer_core.claims.surprises.orders import EachRepeated, HighestFirst, LastKeyFirst
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.running_checks import opened
from tests.claims.surprises.lines import at_line, computed, made_of, stands_there


@check(HighestFirst)
def _(claim: HighestFirst, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    bound = [
        ast.unparse(each.value)
        for each in ast.walk(ast.parse(opened(program.code)))
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == ast.unparse(node.value)
    ]
    assert bound == [claim.fit]
    fit: Any = ast.parse(claim.fit, mode="eval").body
    x, y, power = (computed(ast.unparse(each), names) for each in fit.args)
    assert power == claim.power
    rising = np.array([[float(each) ** exponent for exponent in range(power + 1)] for each in x])
    found = np.linalg.lstsq(rising, np.asarray(y, dtype=float))[0]
    assert np.isclose(found[power], result, atol=1e-6)
    assert np.isclose(found[0], computed(claim.last, names), atol=1e-6)
    assert computed(claim.last, names) is not result
    assert claim.last.endswith("[-1]")


@check(LastKeyFirst)
def _(claim: LastKeyFirst, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    other, main = (ast.unparse(each) for each in node.args[0].elts)
    assert (ast.unparse(ast.parse(claim.other)), ast.unparse(ast.parse(claim.main))) == (other, main)
    first, last = (np.asarray(computed(each, names)).tolist() for each in (other, main))
    places = range(len(last))
    assert np.asarray(result).tolist() == sorted(places, key=lambda place: (last[place], first[place]))
    again = np.asarray(computed(claim.instead, names)).tolist()
    assert again == sorted(places, key=lambda place: (first[place], last[place])) != np.asarray(result).tolist()


@check(EachRepeated)
def _(claim: EachRepeated, program: Program) -> None:
    result, _ = made_of(claim, program)
    names = at_line(program, claim.run)
    call: Any = ast.parse(claim.repeats, mode="eval").body
    cells = np.asarray(computed(ast.unparse(call.args[0]), names)).tolist()
    times = computed(ast.unparse(call.args[1]), names)
    assert [
        ast.unparse(each) for each in ast.walk(ast.parse(opened(program.code))) if isinstance(each, ast.Call)
    ].count(claim.repeats)
    assert result.ravel().tolist() == [each for each in cells for _ in range(times)]
    assert any(row != cells for row in result.tolist())
    assert computed(claim.instead, names).tolist() == [cells] * times
    assert result.shape == (times, len(cells))
