"""Checks of what surprises: `primer_core.claims.surprises.numbers`."""

from __future__ import annotations

import ast
from fractions import Fraction
from typing import Any

import numpy as np
import torch
from torch import nn

from primer_core.claims.surprises.numbers import (
    BlowsUp,
    CutTowardZero,
    DividesBy,
    ExclusiveOr,
    HalfToEven,
    InRadians,
    MakesNotFinite,
    NanEqualsNothing,
    NanStays,
    NearlyEqual,
    NoRealPower,
    NotLogProbabilities,
    NotQuiteThere,
    RoundedDown,
    TooCoarse,
    TotalWraps,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.recorded import recorded
from tests.claims.running_checks import line, opened
from tests.claims.surprises.lines import (
    Instead,
    argument,
    begun,
    computed,
    inner_of,
    made_of,
    numbers,
    stands_there,
    statement_of,
    written,
)


def is_tensor(names: dict[str, Any], node: ast.expr) -> bool:
    return isinstance(computed(ast.unparse(node), names), torch.Tensor)


@check(CutTowardZero)
def _(claim: CutTowardZero, program: Program) -> None:
    result, names = made_of(claim, program)
    before, after = numbers(argument(claim, program, names)).ravel(), numbers(result).ravel()
    differs = [(b, a) for b, a in zip(before, after, strict=True) if a != np.round(b)]
    assert differs
    assert (repr(differs[0][0].item()), str(differs[0][1].item())) == (claim.given, claim.stored)
    assert int(float(claim.given)) == int(claim.stored)


@check(RoundedDown)
def _(claim: RoundedDown, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    left, right = (node.target, node.value) if isinstance(node, ast.AugAssign) else (node.left, node.right)
    ones, others = (numbers(computed(ast.unparse(part), names)) for part in (left, right))
    found = np.broadcast_arrays(ones, others, numbers(result))
    pairs = list(zip(*(each.ravel().tolist() for each in found), strict=True))
    differs = [pair for pair in pairs if pair[1] and int(pair[0] / pair[1]) != pair[2]]
    assert differs[0] == (claim.left, claim.right, claim.quotient)


@check(NanStays)
def _(claim: NanStays, program: Program) -> None:
    result, names = made_of(claim, program)
    assert np.isnan(numbers(result)).any()
    given = numbers(argument(claim, program, names))
    assert (int(np.isnan(given).sum()), given.size) == (claim.nans, claim.count)
    node: Any = stands_there(claim.code, program, claim.run)
    inner = inner_of(node)
    names["_given_"] = torch.nan_to_num(torch.as_tensor(given)) if is_tensor(names, inner) else np.nan_to_num(given)
    without = ast.unparse(Instead(inner, "_given_").visit(ast.parse(ast.unparse(node), mode="eval")))
    assert not np.isnan(numbers(computed(without, names))).any()


@check(NearlyEqual)
def _(claim: NearlyEqual, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    left, right = (numbers(computed(ast.unparse(part), names)) for part in (node.left, node.comparators[0]))
    found = (numbers(result) == isinstance(node.ops[0], ast.NotEq)).ravel().tolist()
    every = zip(*(each.ravel().tolist() for each in np.broadcast_arrays(left, right)), strict=True)
    pairs = [pair for pair, differ in zip(every, found, strict=True) if differ]
    small = any(str(each.dtype) in ("float32", "float16") for each in (left, right))
    nearness = 5e-3 if small else 1e-12
    near = [(one, other) for one, other in pairs if one != other and np.isclose(one, other, rtol=nearness, atol=0)]
    assert (claim.left, claim.right) in near
    if claim.dtypes:
        fewer, more = claim.dtypes
        assert {fewer, more} == {str(left.dtype), str(right.dtype)}
        assert np.finfo(fewer).precision < np.finfo(more).precision


@check(NanEqualsNothing)
def _(claim: NanEqualsNothing, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    assert not numbers(result).any()
    assert isinstance(node.ops[0], ast.Eq)
    assert np.isnan(float(computed(ast.unparse(node.comparators[0]), names)))
    given = numbers(computed(ast.unparse(node.left), names))
    assert claim.asks.partition("(")[2] == f"{written(node.left, program)})"
    np.testing.assert_array_equal(numbers(computed(claim.asks, names)), np.isnan(given))


@check(HalfToEven)
def _(claim: HalfToEven, program: Program) -> None:
    result, names = made_of(claim, program)
    given = numbers(argument(claim, program, names)).ravel().tolist()
    pairs = zip(given, numbers(result).ravel().tolist(), strict=True)
    halves = [(repr(g), repr(r)) for g, r in pairs if (g * 2) % 2 == 1 and r != int(g + np.copysign(0.5, g))]
    assert halves[0] == (claim.given, claim.rounded)
    assert float(claim.rounded) % 2 == 0


@check(TooCoarse)
def _(claim: TooCoarse, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    left, right = (node.target, node.value) if isinstance(node, ast.AugAssign) else (node.left, node.right)
    ones, others = (numbers(computed(ast.unparse(part), names)) for part in (left, right))
    found = np.broadcast_arrays(ones, others, numbers(result))
    rows = list(zip(*(each.ravel().tolist() for each in found), strict=True))
    assert next(row for row in rows if row[0] == row[2] and abs(row[1]) >= 1)[:2] == (claim.left, claim.right)
    assert str(numbers(result).dtype) == claim.dtype
    total = Fraction(claim.left) + Fraction(claim.right)
    near = [np.nextafter(numbers(result).dtype.type(claim.left), way) for way in (-np.inf, np.inf)]
    assert all(abs(total - Fraction(float(each))) >= abs(Fraction(claim.right)) for each in near)


@check(NotLogProbabilities)
def _(claim: NotLogProbabilities, program: Program) -> None:
    names = begun(program, claim.run)[1]
    node: Any = stands_there(claim.code, program, claim.run)
    function = computed(ast.unparse(node.func), names)
    taking_logs = nn.functional.nll_loss, nn.functional.kl_div
    assert function in taking_logs or isinstance(function, nn.NLLLoss | nn.KLDivLoss)
    largest = float(numbers(computed(ast.unparse(node.args[0]), names)).max())
    assert f"{largest:.3f}" == claim.given
    assert largest > 0


@check(MakesNotFinite)
def _(claim: MakesNotFinite, program: Program) -> None:
    """It is made once more of all that it is made of, and of those numbers alone."""
    names = begun(program, claim.run)[1]
    node: Any = stands_there(claim.code, program, claim.run)
    match node:
        case ast.BinOp(left, _, right):
            operands = [left, right]
        case ast.AugAssign(target, _, value):
            operands = [ast.parse(ast.unparse(target), mode="eval").body, value]
        case ast.UnaryOp(_, operand):
            operands = [operand]
        case _:
            inner = inner_of(node)
            operands = [inner, *(each for each in node.args if each is not inner)]
    values = [numbers(computed(ast.unparse(each), names)) for each in operands]
    again = made_of(claim, program)[0]
    made = numbers(again)
    cells = [np.broadcast_to(each, made.shape).ravel().tolist() for each in values]
    rows = [tuple(f"{float(each):.6g}" for each in row) for row in zip(*cells, strict=True)]
    assert (claim.given, claim.made) in [(row, str(float(one))) for row, one in zip(rows, made.ravel(), strict=True)]
    assert claim.made in ("inf", "-inf", "nan")
    assert "nan" not in claim.given
    assert claim.made == "nan" or not {"inf", "-inf"} & set(claim.given)


@check(BlowsUp)
def _(claim: BlowsUp, program: Program) -> None:
    number, last = claim.run
    assert (number, last + 1) not in recorded(opened(program.code)).lines
    values = [float(line(program, (number, time)).names[claim.name]) for time in range(1, last + 1)]
    assert (f"{values[0]:.6g}", str(values[-1])) == (claim.first, claim.now)
    assert np.isfinite(values[0])
    assert not np.isfinite(values[-1])
    if claim.since:
        assert 1 < claim.since <= last
        assert np.isfinite(values[: claim.since - 1]).all()
        assert not np.isfinite(values[claim.since - 1 :]).any()
    assert isinstance(statement_of(program, claim.run), ast.Assign)


@check(DividesBy)
def _(claim: DividesBy, program: Program) -> None:
    result, names = made_of(claim, program)
    array = numbers(argument(claim, program, names)).astype(float)
    power = 2 if "std(" in claim.code else 1
    one, other = (numbers(each).astype(float) ** power for each in (result, computed(claim.other, names)))
    assert array.size == claim.count * np.size(one)
    assert claim.less in (0, 1)
    np.testing.assert_allclose(one * (claim.count - claim.less), other * (claim.count - 1 + claim.less), rtol=1e-2)
    axes = [
        tuple(axes)
        for axes in ((), (0,), (1,), (-1,), tuple(range(array.ndim)))
        if all(-array.ndim <= each < array.ndim for each in axes)
    ]
    sums = [((array - array.mean(axis, keepdims=True)) ** 2).sum(axis) for axis in axes if axis]
    found = [each for each in sums if np.size(each) == np.size(one)]
    near = (np.allclose(np.ravel(each), np.ravel(one) * (claim.count - claim.less), rtol=2e-2) for each in found)
    assert not found or any(near)


@check(InRadians)
def _(claim: InRadians, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    given = np.ravel(numbers(computed(ast.unparse(node.args[0]), names))).astype(float)
    first = int(np.flatnonzero(given)[0])
    assert f"{given[first]:g}" == claim.given
    assert abs(float(np.ravel(numbers(result))[first]) - float(claim.gives)) < 6e-4 * max(1, abs(float(claim.gives)))
    degrees = float(np.ravel(numbers(computed(claim.instead, names)))[first])
    assert abs(degrees - float(claim.degrees)) < 6e-4 or abs(degrees) > 1e5
    turns = {"sin": np.sin, "cos": np.cos, "tan": np.tan}[ast.unparse(node.func).rpartition(".")[2]]
    assert abs(turns(given[first] * np.pi / 180) - float(claim.degrees)) < 6e-4 or abs(degrees) > 1e5


@check(ExclusiveOr)
def _(claim: ExclusiveOr, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    cells = np.ravel(numbers(computed(ast.unparse(node.left), names))).tolist()
    pairs = list(zip(cells, np.ravel(numbers(result)).tolist(), strict=True))
    bits = [int("".join("01"[a != b] for a, b in zip(f"{left % 256:08b}", f"{claim.right:08b}", strict=True)), 2)
            for left, _ in pairs]  # fmt: skip
    assert all(gives % 256 == found for (_, gives), found in zip(pairs, bits, strict=True))
    assert (claim.left, claim.gives) == next(pair for pair in pairs if pair[0] ** claim.right != pair[1])
    powers = np.ravel(numbers(computed(claim.power, names))).tolist()
    assert all((each**claim.right - power) % 256 == 0 for each, power in zip(cells, powers, strict=True))
    assert claim.right == node.right.value


@check(TotalWraps)
def _(claim: TotalWraps, program: Program) -> None:
    result, names = made_of(claim, program)
    cells = [int(each) for each in np.ravel(numbers(argument(claim, program, names)))]
    exact, total = [], 0 if "sum" in claim.code.rpartition("(")[0] or ".sum" in claim.code else 1
    adds = total == 0
    for each in cells:
        total = total + each if adds else total * each
        exact.append(total)
    found = np.ravel(numbers(result)).tolist()
    pairs = list(zip(exact if len(found) > 1 else exact[-1:], found, strict=True))
    assert next(pair for pair in pairs if pair[0] != pair[1]) == (claim.exact, claim.stored)
    assert str(numbers(result).dtype) == claim.dtype


@check(NoRealPower)
def _(claim: NoRealPower, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    given = (node.left, node.right) if isinstance(node, ast.BinOp) else _given(node)
    base, exponent = (numbers(computed(ast.unparse(each), names)) for each in given)
    assert float(exponent) == claim.exponent
    lost = np.isnan(numbers(result)) & np.isfinite(np.broadcast_to(base, numbers(result).shape))
    assert np.broadcast_to(base, lost.shape)[lost].flat[0] == claim.base < 0
    assert abs((complex(claim.base) ** claim.exponent).imag) > 1e-9
    if claim.instead or claim.root:
        real = np.broadcast_to(computed(claim.instead, names), lost.shape)[lost].flat[0]
        assert f"{real:.6g}" == claim.root
        np.testing.assert_allclose(real ** round(1 / claim.exponent), claim.base)


def _given(call: Any) -> tuple[ast.expr, ast.expr]:
    """The base and the exponent of a call, where a method has the base in front of it."""
    return (call.args[0], call.args[1]) if len(call.args) == 2 else (call.func.value, call.args[0])


@check(NotQuiteThere)
def _(claim: NotQuiteThere, program: Program) -> None:
    result, names = made_of(claim, program)
    node: Any = stands_there(claim.code, program, claim.run)
    left, right = (node.left, node.comparators[0]) if isinstance(node, ast.Compare) else node.args
    wanted, array = computed(ast.unparse(left), names), computed(ast.unparse(right), names)
    assert wanted == claim.wanted
    assert claim.near in array.ravel().tolist()
    assert claim.near != wanted
    np.testing.assert_allclose(claim.near, wanted, rtol=1e-12)
    assert bool(result) == (isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.NotIn))
    assert computed(claim.instead, names)
