"""Checks of what surprises in what a result is made of: it is made once more, cell by cell, by Python's own numbers."""

from __future__ import annotations

import ast
import copy
import math
import operator
import statistics
from typing import Any

import numpy as np
import torch

from primer_core.claims.surprises.forms import (
    HalfOfALogit,
    HeldByBoth,
    JoinedEndToEnd,
    LengthOfAll,
    ListsJoined,
    LowerOfTheMiddle,
    NoBatchSeen,
    PowerOfCells,
    PutIntoTheDict,
    SpreadNotVariance,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.running_checks import opened, statement_called
from tests.claims.surprises.lines import argument, at_line, computed, made_of, names_after, numbers, stands_there


@check(ListsJoined)
def _(claim: ListsJoined, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    left, right = (computed(ast.unparse(side), names) for side in (node.left, node.right))
    assert all(type(each) in (int, float) for each in [*left, *right])
    assert (len(left), len(right), len(result)) == (claim.each, claim.each, claim.both)
    assert [result[place] for place in range(len(result))] == [*left, *right]
    added = computed(f"np.array({ast.unparse(node.left)}) + np.array({ast.unparse(node.right)})", names)
    assert added.tolist() == [one + other for one, other in zip(left, right, strict=True)]


@check(JoinedEndToEnd)
def _(claim: JoinedEndToEnd, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    given = [each.tolist() for each in computed(ast.unparse(node.args[0]), names)]
    assert (len(given), {len(each) for each in given}) == (claim.count, {claim.each})
    assert result.tolist() == [cell for each in given for cell in each]
    assert len(result) == claim.joined
    columns = computed(claim.instead, names)
    assert tuple(columns.shape) == claim.columns
    assert [columns[:, place].tolist() for place in range(claim.count)] == given


@check(LengthOfAll)
def _(claim: LengthOfAll, program: Program) -> None:
    result, names = made_of(claim, program)
    rows = argument(claim, program, names).tolist()
    assert (len(rows), sum(map(len, rows))) == (claim.rows, claim.cells)
    assert math.isclose(float(result), math.hypot(*(cell for row in rows for cell in row)))
    each = computed(claim.instead, names).tolist()
    assert all(math.isclose(one, math.hypot(*row)) for one, row in zip(each, rows, strict=True))


@check(LowerOfTheMiddle)
def _(claim: LowerOfTheMiddle, program: Program) -> None:
    result, names = made_of(claim, program)
    cells = argument(claim, program, names).reshape(-1).tolist()
    assert len(cells) % 2 == 0
    assert float(result) == claim.lower == statistics.median_low(cells)
    assert claim.upper == statistics.median_high(cells) > claim.lower
    assert math.isclose(float(computed(claim.instead, names)), statistics.median(cells), rel_tol=1e-5)


@check(PowerOfCells)
def _(claim: PowerOfCells, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    rows, power = computed(ast.unparse(node.left), names).tolist(), node.right.value
    assert all(math.isclose(made, cell**power, rel_tol=1e-5) for given, came in zip(rows, result.tolist(), strict=True)
               for cell, made in zip(given, came, strict=True))  # fmt: skip
    product = rows
    for _ in range(power - 1):
        columns = list(zip(*rows, strict=True))
        product = [[sum(map(operator.mul, row, column)) for column in columns] for row in product]
    matrix = computed(claim.instead, names).tolist()
    close = [
        math.isclose(made, cell, rel_tol=1e-4)
        for given, came in zip(product, matrix, strict=True)
        for cell, made in zip(given, came, strict=True)
    ]
    assert all(close)
    assert matrix != result.tolist()


@check(PutIntoTheDict)
def _(claim: PutIntoTheDict, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    key = node.slice.value
    before, after = at_line(program, claim.run), names_after(program, claim.run)
    kept = after[claim.network].state_dict()[key]
    assert torch.equal(kept, before[claim.network].state_dict()[key])
    assert before[claim.state][key].data_ptr() == before[claim.network].state_dict()[key].data_ptr()
    assert after[claim.state][key].data_ptr() != kept.data_ptr()
    assert ast.unparse(node.value) == claim.state
    put = {**after[claim.state], key: kept + 1}
    after[claim.network].load_state_dict(put)
    assert torch.equal(after[claim.network].state_dict()[key], put[key])


@check(HalfOfALogit)
def _(claim: HalfOfALogit, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    assert node.comparators[0].value == 0.5
    assert round(1 / (1 + math.exp(-0.5)), 2) == 0.62
    logits = computed(ast.unparse(node.left), names)
    asked = [each for each in ast.walk(ast.parse(opened(program.code))) if isinstance(each, ast.Call)]
    given = [each for each in asked if "ogits" in ast.unparse(each.func) and each.args]
    assert any(ast.unparse(each.args[0]) == ast.unparse(node.left) for each in given)
    likely = [1 / (1 + math.exp(-each)) > 0.5 for each in logits.reshape(-1).tolist()]
    assert computed(claim.instead, names).reshape(-1).tolist() == likely
    differ = sum(one != other for one, other in zip(likely, result.reshape(-1).tolist(), strict=True))
    assert differ == claim.count > 0


@check(HeldByBoth)
def _(claim: HeldByBoth, program: Program) -> None:
    stands_there(claim.code, program, claim.run)
    assert claim.copied in [ast.unparse(each) for each in ast.walk(ast.parse(opened(program.code)))
                            if isinstance(each, ast.expr)]  # fmt: skip
    before, after = ({**seen(program, claim.run), "copy": copy} for seen in (at_line, names_after))
    one, other = (computed(code, after) for code in (claim.code, claim.other))
    assert one is other
    again, held = computed(claim.copied, before), computed(claim.instead, before)
    key = ast.literal_eval(claim.other[claim.other.index("[") + 1 : -1])
    whole = before[claim.instead.partition("(")[2][:-1]]
    assert again is not whole
    assert again[key] is whole[key] is not held[key]
    assert np.array_equal(numbers(held[key]), numbers(whole[key]))


@check(SpreadNotVariance)
def _(claim: SpreadNotVariance, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    assert float(node.args[1].value) == claim.deviation
    assert claim.variance == claim.deviation * claim.deviation
    mean = computed(ast.unparse(node.args[0]), names)
    np.random.seed(3)
    drawn = np.asarray(computed(claim.code, names))
    np.random.seed(3)
    # What is drawn with a spread of 1 is stretched by the standard deviation.
    np.testing.assert_allclose(drawn, mean + claim.deviation * np.random.standard_normal(drawn.shape))


@check(NoBatchSeen)
def _(claim: NoBatchSeen, program: Program) -> None:
    network = at_line(program, claim.run)[claim.network]
    line = statement_called(opened(program.code), claim.run[0])
    assert claim.network in [ast.unparse(each.func) for each in ast.walk(line) if isinstance(each, ast.Call)]
    norms = [each for each in network.modules() if isinstance(each, torch.nn.modules.batchnorm._BatchNorm)]
    assert norms
    for each in norms:
        state = each.state_dict()
        assert not each.training
        assert state["num_batches_tracked"] == 0
        assert not state["running_mean"].any()
        assert (state["running_var"] == 1).all()
        axes = {torch.nn.BatchNorm1d: 2, torch.nn.BatchNorm2d: 4, torch.nn.BatchNorm3d: 5}[type(each)]
        given = torch.arange(2.0 * each.num_features).reshape(2, each.num_features, *[1] * (axes - 2)) * 9
        assert torch.allclose(each(given), given, rtol=1e-3)
        trained = each.train()(given)
        assert not torch.allclose(trained, given, rtol=1e-3)
