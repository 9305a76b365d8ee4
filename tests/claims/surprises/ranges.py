"""Checks of what surprises: `primer_core.claims.surprises.ranges`."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import torch

from primer_core.claims.surprises.ranges import (
    DrawnAgain,
    HighLeftOut,
    SeededAgain,
    SeededAlike,
    SeedsNoGenerator,
    StopIncluded,
    StopLeftOut,
    StopReached,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.running_checks import line, opened, statement_called
from tests.claims.source_checks import Between
from tests.claims.surprises.lines import at_line, computed, made_of, numbers, stands_there


@check(StopLeftOut)
def _(claim: StopLeftOut, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    cells, longer = numbers(result), numbers(computed(claim.instead, names))
    assert len(longer) == len(cells) + 1
    np.testing.assert_allclose(longer[:-1], cells, rtol=1e-5, atol=1e-6)
    assert float(claim.last) == float(f"{cells[-1]:g}") or float(claim.last) == float(cells[-1])
    stop = float(computed(ast.unparse(node.args[1]), names))
    assert abs(float(longer[-1]) - stop) < 1e-5
    assert abs(float(claim.stop) - stop) < 1e-5
    assert not np.isclose(float(cells[-1]), stop)


@check(StopReached)
def _(claim: StopReached, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    cells = numbers(result)
    assert len(cells) == claim.count
    stop = float(computed(ast.unparse(node.args[1]), names))
    assert abs(float(claim.last) - float(cells[-1])) < 1e-9 + 1e-6 * abs(stop)
    assert abs(float(claim.stop) - stop) < 1e-9
    assert abs(float(cells[-1]) - stop) < 1e-6


@check(StopIncluded)
def _(claim: StopIncluded, program: Program) -> None:
    result, names = made_of(claim, program)
    cells, more = numbers(result), numbers(computed(claim.instead, names))
    assert len(cells) == claim.count
    assert len(more) == claim.count + 1
    assert f"{float(cells[1]) - float(cells[0]):.3g}" == f"{float(claim.step):.3g}"
    assert f"{float(more[1]) - float(more[0]):.3g}" == f"{float(claim.other):.3g}"
    assert float(cells[-1]) == float(more[-1])


@check(HighLeftOut)
def _(claim: HighLeftOut, program: Program) -> None:
    names = at_line(program, claim.run)
    node: Any = stands_there(claim.code, program, claim.run)
    low, high = (computed(ast.unparse(each), dict(names)) for each in node.args[:2])
    assert (low, high) == (claim.low, claim.high)
    size = "(4000,)" if ast.unparse(node.func).startswith("torch") else "4000"
    cells = numbers(computed(f"{ast.unparse(node.func)}({low}, {high}, {size})", dict(names)))
    assert cells.min() >= claim.low
    assert cells.max() == claim.high - 1 or claim.high - claim.low > 400


@check(DrawnAgain)
def _(claim: DrawnAgain, program: Program) -> None:
    names = at_line(program, claim.run)
    stands_there(claim.code, program, claim.run)
    cells = np.ravel(computed(claim.code, dict(names))).tolist()
    assert len(cells) == claim.drawn
    assert len(set(cells)) == claim.different < claim.drawn
    once = np.ravel(computed(f"{claim.code[:-1]}, replace=False)", dict(names))).tolist()
    assert len(set(once)) == len(once)


@check(SeededAgain)
def _(claim: SeededAgain, program: Program) -> None:
    stands_there(claim.code, program, claim.run)
    assert claim.run[1] > 1
    line(program, claim.run)
    drawn = []
    for time in (1, claim.run[1]):
        found: list[float] = []
        draw: Any = torch.rand if claim.code.startswith("torch") else np.random.rand

        def ended(_: Any, found: list[float] = found, draw: Any = draw) -> None:
            found.extend(draw(3).tolist())

        Between(opened(program.code), (claim.run[0], time), (0, 0), ended=ended).cells(())
        drawn.append(found)
    assert drawn[0] == drawn[1] != []


@check(SeededAlike)
def _(claim: SeededAlike, program: Program) -> None:
    stands_there(claim.code, program, claim.run)
    source = opened(program.code)
    assert ast.unparse(statement_called(source, claim.before)) == ast.unparse(statement_called(source, claim.run[0]))
    drawn = []
    for place in ((claim.before, 1), claim.run):
        found: list[float] = []
        draw: Any = torch.rand if claim.code.startswith("torch") else np.random.rand

        def ended(_: Any, found: list[float] = found, draw: Any = draw) -> None:
            found.extend(draw(3).tolist())

        Between(source, place, (0, 0), ended=ended).cells(())
        drawn.append(found)
    assert drawn[0] == drawn[1] != []


@check(SeedsNoGenerator)
def _(claim: SeedsNoGenerator, program: Program) -> None:
    stands_there(claim.code, program, claim.run)
    code = opened(program.code)
    drawn_at = statement_called(code, claim.run[0])
    here = drawn_at.lineno, drawn_at.col_offset
    before = [each for each in ast.parse(code).body if (each.lineno, each.col_offset) < here]
    assert claim.seed in [ast.get_source_segment(code, each) for each in before]
    names = at_line(program, claim.run)
    drawn = []
    for again in range(2):
        computed(claim.seed, names)  # the same state of NumPy's own both times, save where the generator has a seed
        if claim.seeded:
            np.random.rand(again)
        drawn.append(computed(claim.code, names).random(4).tolist())
    assert (drawn[0] == drawn[1]) == claim.seeded
