"""Whether slopes are what is said, found out by moving one number of a leaf in plain float64."""

from __future__ import annotations

import ast
import math
from typing import Any

import numpy as np
import torch

from primer_core.claims.slopes import (
    ChangedUnrecorded,
    HeldFixed,
    Kink,
    LostInFloat32,
    OneSided,
    OutputNotFinite,
    SlopeGrows,
)
from tests.claims.checking import check
from tests.claims.going_back_checks import binding, flat
from tests.claims.observed import observed
from tests.claims.program import Program, Ran
from tests.claims.rewriting import around, calls_of, inner_of, swapped, whole

_STEP = 1e-5


def in_double(code: str, **given: Any) -> Ran:
    """Run a program with float64 as the dtype of all that says none."""
    torch.set_default_dtype(torch.float64)
    try:
        return whole(code, **given)
    finally:
        torch.set_default_dtype(torch.float32)


def root_of(code: str) -> str:
    """What the first call of ``backward()`` begins at."""
    call = calls_of(ast.parse(code), "backward")[0]
    assert isinstance(call.func, ast.Attribute)
    return ast.unparse(call.func.value)


def moved(code: str, name: str, place: int, by: float) -> float | None:
    """The output with one number of a leaf moved; None where it cannot be computed."""
    seen: list[float] = []

    def move(leaf: Any) -> None:
        if place < leaf.numel():
            leaf.data.view(-1)[place] += by

    root = root_of(code)
    first = next(ast.unparse(s) for s in ast.walk(ast.parse(code)) if isinstance(s, ast.stmt) and calls(s, root))
    noted = around(code, binding(code, name), after=f"_move({name})")
    noted = around(noted, first, before=f"_seen({root})")
    in_double(noted, _move=move, _seen=lambda tensor: seen.append(float(tensor)))
    return seen[0] if seen else None


def calls(statement: ast.stmt, root: str) -> bool:
    return isinstance(statement, ast.Expr) and ast.unparse(statement).startswith(f"{root}.backward(")


def held_at(code: str, cuts: tuple[str, ...]) -> str:
    """The program with what detaches replaced by the very numbers that it has here."""
    constants: dict[str, Any] = {}
    noted = code
    for place, cut in enumerate(cuts):
        noted = swapped(noted, cut, f"_note({place}, {inner_of(cut)})")

    def note(place: int, tensor: Any) -> Any:
        constants[f"{place}"] = tensor.detach().clone()
        return tensor.detach()

    in_double(noted, _note=note)
    for place, cut in enumerate(cuts):
        code = swapped(code, cut, f"torch.tensor({constants[str(place)].tolist()})")
    return code


@check(HeldFixed)
def _(claim: HeldFixed, program: Program) -> None:
    code = held_at(program.code, claim.cuts)
    gradient = whole(program.code)[claim.name].grad
    found = []
    for place in range(gradient.numel()):
        above, below = moved(code, claim.name, place, _STEP), moved(code, claim.name, place, -_STEP)
        assert above is not None
        assert below is not None
        found.append((above - below) / (2 * _STEP))
    np.testing.assert_allclose(np.asarray(found), np.asarray(flat(gradient)), rtol=1e-3, atol=1e-3)


@check(OneSided)
def _(claim: OneSided, program: Program) -> None:
    leaf = whole(program.code)[claim.name]
    sign = {"above": 1, "below": -1}[claim.side]
    here = [moved(program.code, claim.name, place, sign * _STEP) for place in range(leaf.numel())]
    there = [moved(program.code, claim.name, place, -sign * _STEP) for place in range(leaf.numel())]
    assert all(value is not None and not math.isnan(value) for value in here)
    assert any(value is None or math.isnan(value) for value in there)


@check(SlopeGrows)
def _(claim: SlopeGrows, program: Program) -> None:
    leaf = whole(program.code)[claim.name]
    assert len(claim.index) == leaf.dim()
    place = int(np.ravel_multi_index(claim.index, tuple(leaf.shape))) if claim.index else 0
    assert math.isinf(in_double(program.code)[claim.name].grad.flatten()[place])
    sign = {"above": 1, "below": -1}[claim.side]
    away = moved(program.code, claim.name, place, -sign * claim.step)
    assert away is None or math.isnan(away)
    slopes = []
    here = moved(program.code, claim.name, place, 0.0)
    for step in (claim.step, claim.step / 100, claim.step / 10_000):
        there = moved(program.code, claim.name, place, sign * step)
        assert here is not None
        assert there is not None
        slopes.append(sign * (there - here) / step)
    np.testing.assert_allclose(slopes[:2], [claim.slope, claim.steeper], rtol=1e-3)
    assert abs(slopes[0]) < abs(slopes[1]) < abs(slopes[2])


@check(LostInFloat32)
def _(claim: LostInFloat32, program: Program) -> None:
    single = whole(program.code)[claim.name].grad
    double = in_double(program.code)[claim.name].grad
    assert bool(double.isfinite().all())
    assert bool(single.isfinite().all()) == claim.finite
    if claim.finite:
        assert float((single - double).abs().max()) > 1e-4 * max(1.0, float(double.abs().max()))


@check(Kink)
def _(claim: Kink, program: Program) -> None:
    leaf = whole(program.code)[claim.name]
    assert len(claim.index) == leaf.dim()
    place = int(np.ravel_multi_index(claim.index, tuple(leaf.shape))) if claim.index else 0
    here = moved(program.code, claim.name, place, 0.0)
    above, below = moved(program.code, claim.name, place, _STEP), moved(program.code, claim.name, place, -_STEP)
    assert here is not None
    assert above is not None
    assert below is not None
    np.testing.assert_allclose([(here - below) / _STEP, (above - here) / _STEP], [claim.below, claim.above],
                               rtol=1e-2, atol=1e-2)  # fmt: skip
    assert abs(claim.above - claim.below) > 1e-4


@check(OutputNotFinite)
def _(claim: OutputNotFinite, program: Program) -> None:
    assert root_of(program.code) == claim.name
    names = whole(program.code).names.items()
    leaf = next(n for n, t in names if isinstance(t, torch.Tensor) and t.is_leaf and t.requires_grad)
    value = moved(program.code, leaf, 0, 0.0)
    assert value is not None
    assert not math.isfinite(value)


@check(ChangedUnrecorded)
def _(claim: ChangedUnrecorded, program: Program) -> None:
    seen = observed(program.code)
    gradient = seen.leaf(claim.name).grad
    writing = [call for call in seen.calls if call.function.endswith("_") and not call.function.startswith("__")]
    assert any(not call.nodes for call in writing)
    found = []
    for place in range(gradient.numel()):
        above, below = moved(program.code, claim.name, place, _STEP), moved(program.code, claim.name, place, -_STEP)
        assert above is not None
        assert below is not None
        found.append((above - below) / (2 * _STEP))
    assert not np.allclose(found, np.asarray(flat(gradient)), rtol=1e-2, atol=1e-3)
