"""Checks of what surprises: `primer_core.claims.surprises.shares`."""

from __future__ import annotations

import ast
import math
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from primer_core.claims.surprises.shares import (
    AllMasked,
    ComparesColumns,
    LogOfNothing,
    MaskedAfterwards,
    SharedAgain,
    SharesBelowZero,
    ShiftedFirst,
    ZeroHasWeight,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.surprises.lines import Instead, at_line, computed, numbers, stands_there, times_of, within


def alike(names: dict[str, Any], *codes: str) -> list[Any]:
    """What expressions give, each with the random numbers that the line begins with."""
    state = torch.get_rng_state()
    found = []
    for code in codes:
        torch.set_rng_state(state)
        found.append(computed(code, dict(names)))
    return found


def whole_axis(cells: str) -> int:
    """Which axis is whole in an index; the last one where none is named."""
    parts = cells.split(", ")
    return parts.index(":") if ":" in parts else len(parts)


def is_given(code: str, node: Any, program: Program) -> None:
    """Find out that a call is given this first: before the dot of a method, or in its brackets."""
    given = within(code, node, program)
    first = node.args[0] if node.args and isinstance(node.args[0], ast.expr) else None
    assert given is first or given is getattr(node.func, "value", None)


@check(AllMasked)
def _(claim: AllMasked, program: Program) -> None:
    node = stands_there(claim.code, program, claim.run)
    is_given(claim.given, node, program)
    names = at_line(program, claim.run)
    given, result = map(numbers, alike(names, claim.given, claim.code))
    empty = np.isneginf(given).all(axis=whole_axis(claim.cells))
    assert int(empty.sum()) == claim.count > 0
    assert np.isneginf(computed(f"_x_[{claim.cells}]", {"_x_": given})).all()
    assert np.isnan(computed(f"_x_[{claim.cells}]", {"_x_": result})).all()
    axis, first = whole_axis(claim.cells), np.argwhere(empty)[0].tolist()
    assert [int(each) for each in claim.cells.split(", ") if each != ":"] == first
    one = numbers(given).copy()
    one[(*first[:axis], 0, *first[axis:])] = 0.0
    again = numbers(torch.softmax(torch.from_numpy(one), dim=axis))
    assert not np.isnan(computed(f"_x_[{claim.cells}]", {"_x_": again})).any()


@check(MaskedAfterwards)
def _(claim: MaskedAfterwards, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    axis = whole_axis(claim.cells)
    after = numbers(computed(claim.code, dict(names)))
    total = computed(f"_x_[{claim.cells}]", {"_x_": after}).sum()
    assert f"{float(total):.3g}" == claim.total
    assert abs(float(total) - 1) > 1e-4
    assert [int(each) for each in claim.cells.split(", ") if each != ":"] == np.argwhere(
        (np.abs(after.sum(axis=axis) - 1) > 1e-3) & (after.sum(axis=axis) > 1e-5)
    )[0].tolist()
    parts = [node.left, node.right] if isinstance(node, ast.BinOp) else [node.func.value, *node.args]
    shares = [computed(ast.unparse(part), dict(names)) for part in parts if ast.unparse(part) != "torch"]
    before = next(
        numbers(each)
        for each in shares
        if isinstance(each, torch.Tensor)
        and each.is_floating_point()
        and tuple(each.shape) == after.shape
        and np.allclose(numbers(each).sum(axis=axis), 1, atol=1e-4)
    )
    left = np.where((after == 0) & (before != 0), -np.inf, np.log(before))
    again = numbers(torch.softmax(torch.from_numpy(left), dim=axis))
    assert abs(float(computed(f"_x_[{claim.cells}]", {"_x_": again}).sum()) - 1) < 1e-4


@check(ZeroHasWeight)
def _(claim: ZeroHasWeight, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    result = computed(claim.code, dict(names))
    assert min(claim.cell) >= 0
    assert f"{float(result[claim.cell]):.3g}" == claim.weight
    assert float(result[claim.cell]) > 0
    mask: Any = stands_there(claim.mask, program, claim.masked)
    assert times_of(program, claim.masked[0], claim.run) == claim.masked[1]
    there = at_line(program, claim.masked)
    filled = computed(claim.mask, dict(there))
    if isinstance(mask, ast.BinOp):
        zeros = [
            each
            for each in (computed(ast.unparse(part), dict(there)) for part in (mask.left, mask.right))
            if bool(((each == 0) | (each == 1)).all()) and not bool(each.all())
        ]
        places = torch.broadcast_to(zeros[0] == 0, filled.shape)
    else:
        words = {word.arg: word.value for word in mask.keywords}
        is_function = ast.unparse(mask.func) == "torch.masked_fill"
        where = words["mask"] if "mask" in words else mask.args[1 if is_function else 0]
        places = torch.broadcast_to(computed(ast.unparse(where), dict(there)), filled.shape)
    assert bool(places[claim.cell])
    assert np.argwhere(numbers(places) & (numbers(result) > 1e-5))[0].tolist() == list(claim.cell)
    holder = computed(ast.unparse(node.func.value), dict(names)) if isinstance(node.func, ast.Attribute) else None
    given = node.func.value if isinstance(holder, torch.Tensor) else node.args[0]
    inner = computed(ast.unparse(given), dict(names))
    torch.testing.assert_close(inner, filled)
    names["_x_"] = filled.masked_fill(places, float("-inf"))
    text = ast.unparse(Instead(given, "_x_").visit(ast.parse(ast.unparse(node), mode="eval")))
    again = computed(text, dict(names))[claim.cell]
    assert float(again) == 0 or math.isnan(float(again))


@check(SharedAgain)
def _(claim: SharedAgain, program: Program) -> None:
    node = stands_there(claim.code, program, claim.run)
    is_given(claim.given, node, program)
    names = at_line(program, claim.run)
    given, result = map(numbers, alike(names, claim.given, claim.code))
    sums = [np.allclose(given.sum(axis=axis), 1, atol=1e-4) for axis in range(given.ndim)]
    assert any(sums)
    assert (given >= 0).all()
    assert bool((result <= 0).all()) == claim.is_log
    result = np.exp(result) if claim.is_log else result
    assert any(np.allclose(result.sum(axis=axis), 1, atol=1e-4) for axis in range(given.ndim) if sums[axis])
    largest = np.unravel_index(given.argmax(), given.shape)
    assert (f"{given[largest]:.3g}", f"{result[largest]:.3g}") == (claim.before, claim.after)


@check(ComparesColumns)
def _(claim: ComparesColumns, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    one, other = (computed(ast.unparse(part), dict(names)) for part in node.args[:2])
    assert tuple(one.shape) == tuple(other.shape) == claim.shape
    found = computed(claim.code, dict(names))
    torch.testing.assert_close(found, functional.cosine_similarity(one.T, other.T, dim=1))
    rows = functional.cosine_similarity(one, other, dim=1)
    assert abs(float(found[0]) - claim.first) < 6e-3 * max(abs(claim.first), 0.01)
    assert abs(float(rows[0]) - claim.other) < 6e-3 * max(abs(claim.other), 0.01)


@check(LogOfNothing)
def _(claim: LogOfNothing, program: Program) -> None:
    names = at_line(program, claim.run)
    stands_there(claim.code, program, claim.run)
    shares, logs = (np.ravel(numbers(computed(each, names))) for each in (claim.shares, claim.code))
    gone = np.flatnonzero((shares == 0) & np.isneginf(logs))
    instead = np.ravel(numbers(computed(claim.instead, names))).astype(float)
    assert np.isfinite(instead).all()
    assert abs(float(instead[gone[0]]) - float(claim.gives)) <= 1e-3 * abs(float(claim.gives))
    np.testing.assert_allclose(np.exp(instead), shares, atol=1e-5)


@check(ShiftedFirst)
def _(claim: ShiftedFirst, program: Program) -> None:
    names = at_line(program, claim.run)
    node: Any = stands_there(claim.code, program, claim.run)
    assert np.isnan(numbers(computed(claim.code, names))).any()
    assert np.isinf(numbers(computed(claim.power, names))).any()
    np.testing.assert_array_equal(
        numbers(computed(claim.power, names)), numbers(computed(ast.unparse(node.left), names))
    )
    shifted = numbers(computed(claim.instead, names)).astype(float)
    assert float(shifted.max()) == 1.0
    small: dict[str, Any] = {**names}
    (given,) = [each for each in ast.walk(ast.parse(claim.power)) if isinstance(each, ast.Name) and each.id in names
                and each.id not in ("np", "torch")]  # fmt: skip
    small[given.id] = names[given.id] / float(numbers(names[given.id]).max())
    one, other = (numbers(computed(each, small)) for each in (claim.power, claim.instead))
    np.testing.assert_allclose(one / one.sum(), other / other.sum(), rtol=1e-5)


@check(SharesBelowZero)
def _(claim: SharesBelowZero, program: Program) -> None:
    node: Any = stands_there(claim.code, program, claim.run)
    names = at_line(program, claim.run)
    assert ast.unparse(node.left) == ast.unparse(ast.parse(claim.given))
    shares = numbers(computed(claim.code, dict(names))).astype(float)
    assert f"{min(shares.ravel().tolist()):.3g}" == claim.low
    assert min(shares.ravel().tolist()) < 0
    whole = np.size(numbers(computed(ast.unparse(node.right), dict(names)))) == 1
    assert whole == (claim.along is None)
    lines = (
        [shares.ravel()]
        if claim.along is None
        else np.moveaxis(shares, claim.along, -1).reshape(-1, shares.shape[claim.along])
    )
    assert all(abs(math.fsum(each.tolist()) - 1) < 1e-4 for each in lines)
    assert claim.positive[claim.positive.index(".") :] == f".exp({claim.given})"
    assert all(each > 0 for each in numbers(computed(claim.positive, dict(names))).ravel().tolist())
