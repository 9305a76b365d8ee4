"""Whether rounding goes as far as it is said, found out in float64 beside the dtype at hand."""

from __future__ import annotations

import ast
import math
from typing import Any

import numpy as np
import torch

from primer_core.claims.rounding import (
    AtZero,
    BothFinite,
    DividedTooFar,
    FormsDiffer,
    GivenNotFinite,
    HandDiffers,
    Overflows,
    RoundsToZero,
    SameClass,
    SameUnderShift,
    ShiftRounds,
    SigmoidRounds,
    TieByRounding,
    Underflows,
)
from tests.claims.checking import check
from tests.claims.loss_checks import evaluated, finite_gradient, form, logits_of, ran, shown_call, slopes_of, targets_of
from tests.claims.program import Program, Ran


def shift_of(program: Program) -> float:
    """The constant that the code adds to the logits; 0 if none."""
    for statement in program.statements:
        match statement:
            case ast.Assign([ast.Name("z" | "batch")], ast.BinOp(_, ast.Add(), ast.Constant(int(number)))):
                return float(number)
    return 0.0


def without_shift(program: Program) -> Ran:
    """The program without it."""
    for place, statement in enumerate(program.statements, start=1):
        match statement:
            case ast.Assign([ast.Name("z" | "batch" as name)], ast.BinOp(left, ast.Add(), ast.Constant())):
                return program.instead(place, f"{name} = {ast.unparse(left)}")
    raise AssertionError("nothing is added")


def dtype_is(names: Ran, dtype: str) -> None:
    assert str(names["scaled"].dtype) == f"torch.{dtype}"


@check(SameUnderShift)
def _(claim: SameUnderShift, program: Program) -> None:
    names = ran(program)
    dtype_is(names, claim.dtype)
    shift = shift_of(program)
    if shift:
        assert claim.constant == shift
        plain = without_shift(program)["p"]
        found = float((names["p"] - plain).abs().max())
    else:
        z = names["z"]
        assert claim.constant == (-float(z.max()) if float(z.max()) else 1.0)
        moved = ((z + claim.constant) / names["T"]).softmax(0)
        found = float((moved - names["scaled"].softmax(0)).abs().max())
    assert abs(found - claim.tolerance) <= 1e-3 * found
    # In float64 a constant changes nothing that float32 could tell.
    wide = names["z"].double() / names["T"]
    gap = (wide.softmax(0) - (wide + claim.constant / names["T"]).softmax(0)).abs().max()
    assert float(gap) <= 1e-9 * max(1.0, abs(claim.constant) / names["T"])


@check(ShiftRounds)
def _(claim: ShiftRounds, program: Program) -> None:
    names = ran(program)
    dtype_is(names, claim.dtype)
    assert shift_of(program) == claim.constant != 0
    plain = without_shift(program)
    found = float((names["p"] - plain["p"]).abs().max())
    assert abs(found - claim.p) <= 1e-2 * found
    losses = [float(evaluated(shown_call(program, "scaled"), each)) for each in (names, plain)]
    assert abs(abs(losses[0] - losses[1]) - claim.loss) <= 1e-2 * claim.loss + 1e-9
    assert found > 1e-4


@check(Overflows)
def _(claim: Overflows, program: Program) -> None:
    names = ran(program)
    dtype_is(names, claim.dtype)
    assert bool(names["naive_e"].sum().isinf())
    np.testing.assert_allclose(float(names["scaled"].max()), claim.exponent, rtol=1e-6)
    dtype = names["scaled"].dtype
    limit = torch.tensor(claim.limit, dtype=torch.float64)
    largest = torch.finfo(dtype).max
    assert math.exp(claim.limit * (1 - 1e-9)) <= largest < math.exp(claim.limit * (1 + 1e-9)) * (1 + 1e-6)
    assert limit.isfinite()


@check(Underflows)
def _(claim: Underflows, program: Program) -> None:
    names = ran(program)
    dtype_is(names, claim.dtype)
    assert not names["naive_e"].any()
    np.testing.assert_allclose(float(names["scaled"].max()), claim.exponent, rtol=1e-6)


@check(BothFinite)
def _(_: BothFinite, program: Program) -> None:
    names = ran(program)
    assert bool(names["log_sum_exp"].isfinite())
    assert bool(names["naive_e"].sum().log().isfinite())


@check(RoundsToZero)
def _(claim: RoundsToZero, program: Program) -> None:
    names = ran(program)
    dtype_is(names, claim.dtype)
    assert int(names["target"]) == claim.number
    assert float(names["p"][claim.number]) == 0
    exact = names["scaled"].double().log_softmax(0)[claim.number]
    assert float(exact.exp()) >= 0
    loss = float(evaluated(shown_call(program, "scaled"), names))
    assert abs(loss - claim.loss) <= 1e-3 * max(1.0, abs(loss))
    assert math.isfinite(claim.loss)


@check(SameClass)
def _(claim: SameClass, program: Program) -> None:
    names = ran(program)
    for values in (names["z"].tolist(), names["p"].tolist()):
        assert values.index(max(values)) == claim.number


@check(TieByRounding)
def _(claim: TieByRounding, program: Program) -> None:
    names = ran(program)
    z, p = names["z"].tolist(), names["p"].tolist()
    assert z[claim.of_logits] == max(z)
    assert z[claim.of_p] < max(z)
    assert p[claim.of_p] == p[claim.of_logits] == max(p)
    assert p.index(max(p)) == claim.of_p


@check(HandDiffers)
def _(claim: HandDiffers, program: Program) -> None:
    names = ran(program)
    scaled, y = names["scaled"], names["y"]
    part = y != 0
    by_hand = (y[part] * (names["total"].log() - names["shifted"])[part]).sum()
    library = evaluated(shown_call(program, "scaled"), names)
    pairs: list[tuple[Any, Any]] = [
        (names["p"], scaled.softmax(0)),
        (names["log_sum_exp"], scaled.logsumexp(0)),
        (by_hand, library),
    ]
    rows = np.atleast_2d(slopes_of(names, "cross_entropy"))
    own = names["gradient"].double().numpy()
    least = min(float(np.abs(row - own).max()) for row in rows)
    found = max(least, *(float((one.double() - other.double()).abs().max()) for one, other in pairs))
    assert abs(found - claim.difference) <= 1e-2 * found + 1e-6 * max(1.0, float(scaled.double().abs().max()))


@check(FormsDiffer)
def _(claim: FormsDiffer, program: Program) -> None:
    names = ran(program)
    target = names["target"].to(names["logits"].dtype)
    logits = names["logits"].detach()
    two = torch.nn.functional.binary_cross_entropy(logits.sigmoid(), target, reduction="none")
    exact = np.logaddexp(0, logits.double().numpy()) - logits.double().numpy() * target.double().numpy()
    found = float(np.abs(two.double().numpy() - exact).max())
    eps = float(torch.finfo(logits.dtype).eps) * max(1.0, float(np.abs(exact).max()))
    assert abs(found - claim.difference) <= 1e-2 * found + 4 * eps


@check(SigmoidRounds)
def _(claim: SigmoidRounds, program: Program) -> None:
    names = ran(program)
    logits = names["logits"].detach()
    assert str(logits.dtype) == f"torch.{claim.dtype}"
    assert claim.p in (0, 1)
    place = next(n for n, value in enumerate(logits.flatten().tolist()) if value == claim.z)
    assert float(logits.flatten()[place].sigmoid()) == claim.p
    assert 1 / (1 + math.exp(-min(max(claim.z, -700), 700))) > 0 or claim.z < -700
    assert float(names["target"].flatten()[place]) != claim.p
    one = torch.nn.functional.binary_cross_entropy(
        torch.tensor(claim.p, dtype=torch.float64), torch.tensor(1.0 - claim.p, dtype=torch.float64)
    )
    assert float(one) == 100
    slope = slopes_of(names, "sigmoid + BCE").reshape(-1)[place]
    assert (slope == 0) == claim.flat
    assert form(program, "with logits")


@check(GivenNotFinite)
def _(claim: GivenNotFinite, program: Program) -> None:
    names = ran(program)
    _, logits = logits_of(names)
    _, target = targets_of(names)
    given = [*logits.ravel().tolist(), *target.double().flatten().tolist()]
    assert claim.value in {repr(value) for value in given}
    assert not math.isfinite(float(claim.value))
    assert claim.because in ("", "right", "all")
    if claim.because:
        rows = logits.reshape(-1, logits.shape[-1])
        assert 0 <= claim.row < len(rows)
        below = rows[claim.row] == -math.inf
        assert float(claim.value) == -math.inf
        assert bool(below.all()) is (claim.because == "all")
        assert claim.because != "right" or below[int(target.reshape(-1)[claim.row])]
        assert not bool(names["loss"].isfinite().all())
    else:
        assert claim.row == 0
    assert not bool(names["loss"].isfinite().all()) or not finite_gradient(program, names["T"])


@check(DividedTooFar)
def _(claim: DividedTooFar, program: Program) -> None:
    names = ran(program)
    name, logits = logits_of(names)
    assert names["T"] == claim.temperature
    scaled = names[name] / names["T"]
    assert str(scaled.dtype) == f"torch.{claim.dtype}"
    assert torch.finfo(scaled.dtype).max == claim.largest
    assert np.isfinite(logits).all()
    assert not bool(names["loss"].isfinite().all()) or not finite_gradient(program, names["T"])


@check(AtZero)
def _(claim: AtZero, program: Program) -> None:
    _, logits = logits_of(ran(program))
    row = np.atleast_2d(logits)[0]
    gap = np.min(np.diff(np.unique(row))) if len(np.unique(row)) > 1 else 1.0
    p = np.exp((row - row.max()) / (gap / 60))
    p = p / p.sum()
    np.testing.assert_allclose(p[list(claim.classes)], 1 / len(claim.classes), atol=1e-9)
    assert len(set(claim.classes)) == len(claim.classes)
    np.testing.assert_allclose(p[list(claim.classes)].sum(), 1, atol=1e-9)
