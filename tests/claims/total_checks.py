"""Whether totals and spreads are what is said of them, found out with Python's whole numbers and sums of squares."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import isfinite, nan, prod, sqrt
from typing import Any

import numpy as np
import torch

from primer_core.claims.totals import (
    ConvertedFirst,
    LostDigits,
    MeanInFloats,
    NanSpreads,
    NotKept,
    OfNoCell,
    TotalWrapped,
    TruthsCounted,
    TwoDivisors,
    Widened,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.reduced import (
    a_of,
    at,
    calls,
    calls_with,
    code_of,
    group,
    is_torchs,
    own_a,
    reduced_of,
    s_of,
    with_word,
)

TOTALS: dict[str, Callable[[Iterable[int]], int]] = {"sum": sum, "product": prod}
WORDS = {"sum": "sum", "product": "prod"}


@check(MeanInFloats)
def _(claim: MeanInFloats, program: Program) -> None:
    a, s = own_a(program), s_of(program)
    assert np.asarray(a).dtype.name == claim.own
    assert np.asarray(a).dtype.kind in "iu"
    assert s.dtype.name == claim.result
    assert s.dtype.kind == "f"
    assert "mean" in code_of(program)
    # A pair of them of which the mean is a half.
    assert np.mean(np.array([0, 1], np.asarray(a).dtype)) == 1 / 2


@check(Widened)
def _(claim: Widened, program: Program) -> None:
    a = own_a(program)
    assert np.asarray(a).dtype.name == np.asarray(a * a).dtype.name == claim.own
    s = s_of(program)
    assert s.dtype.name == claim.result != claim.own
    assert s.dtype.kind in "iu"
    assert s.itemsize == 8
    assert WORDS[claim.total] in code_of(program)


def converted(program: Program) -> Any:
    """The cells of a as they are added up: in the dtype that the program asks for."""
    words = calls_with(("dtype",), program)
    if not words:
        return a_of(program)
    dtype = str(words[0].value.attr)  # type: ignore[attr-defined]  # np.uint8 and torch.uint8 are attributes
    a = own_a(program)
    return np.asarray(a.to(getattr(torch, dtype))) if is_torchs(program) else a.astype(getattr(np, dtype))


@check(ConvertedFirst)
def _(claim: ConvertedFirst, program: Program) -> None:
    a, cells = a_of(program), converted(program)
    assert calls_with(("dtype",), program)
    assert s_of(program).dtype.name == cells.dtype.name == claim.dtype
    assert a.size == claim.cells
    pairs = zip(a.ravel().tolist(), cells.ravel().tolist(), strict=True)
    assert sum(one != other and one == one for one, other in pairs) == claim.changed
    np.testing.assert_array_equal(np.asarray(reduced_of(program, cells)["s"]), s_of(program))


@check(TotalWrapped)
def _(claim: TotalWrapped, program: Program) -> None:
    s, cells = s_of(program), converted(program)
    assert s.dtype.name == claim.dtype
    assert at(s, claim.result) == claim.found
    exact = TOTALS[claim.total](int(cells[cell].item()) for cell in group(program, claim.result))
    assert exact == claim.exact != claim.found
    assert (claim.found - claim.exact) % 2 ** (8 * s.itemsize) == 0
    assert WORDS[claim.total] in code_of(program)
    own = [a_of(program)[cell].item() for cell in group(program, claim.result)]
    if abs(exact) < 1e300:
        asked = with_word(program, ("dtype",), f"{'torch' if is_torchs(program) else 'np'}.float64")
        np.testing.assert_allclose(s_of(asked)[claim.result], float(TOTALS[claim.total](own)), rtol=1e-6)


@check(NotKept)
def _(claim: NotKept, program: Program) -> None:
    s = s_of(program)
    assert s.dtype.name == claim.dtype
    found = at(s, claim.result)
    assert (found if isfinite(found) else None) == claim.found
    asked = with_word(program, ("dtype",), f"{'torch' if is_torchs(program) else 'np'}.float64")
    kept = converted(program).astype(np.float64)
    exact = float(np.asarray(reduced_of(asked, kept)["s"])[claim.result])
    np.testing.assert_allclose(exact, claim.exact, rtol=1e-12)
    dtype = s.dtype.type
    assert not np.isclose(found, exact, rtol=2.0 ** (1 - claim.bits), atol=0)
    with np.errstate(over="ignore"):
        assert dtype(2.0**claim.bits) + dtype(1) == dtype(2.0**claim.bits)
        assert dtype(2.0 ** (claim.bits - 1)) + dtype(1) != dtype(2.0 ** (claim.bits - 1))
        assert float(dtype(claim.most)) == claim.most
        assert np.isinf(np.nextafter(dtype(claim.most), dtype(np.inf)))


@check(NanSpreads)
def _(claim: NanSpreads, program: Program) -> None:
    a, s = a_of(program), s_of(program)
    cells = group(program, claim.result)
    nans = [cell for cell in cells if np.isnan(a[cell])]
    assert (len(nans), len(cells)) == (claim.nans, claim.count)
    assert np.isnan(at(s, claim.result))
    mended = a.copy()
    for cell in nans:
        mended[cell] = 1.0
    assert not np.isnan(np.asarray(reduced_of(program, mended)["s"])[claim.result])
    if claim.instead:
        names = {"a": own_a(program), "np": np}
        without = np.asarray(eval(claim.instead, names))
        assert without.shape == s.shape
        assert not np.isnan(at(without, claim.result))


@check(TwoDivisors)
def _(claim: TwoDivisors, program: Program) -> None:
    a, s = a_of(program), s_of(program)
    own = [complex(a[cell].item()) for cell in group(program, claim.result)]
    assert len(own) == claim.n
    assert calls(program, claim.operation)
    assert not any(claim.result), "it is not the first"
    assert any(f"{word}={claim.off}" in code_of(program) for word in ("ddof", "correction"))
    mean = sum(own) / claim.n
    squares = sum(abs(value - mean) ** 2 for value in own)

    def divided(off: int) -> float:
        variance = squares / (claim.n - off) if claim.n > off else nan
        return sqrt(variance) if claim.operation == "std" and variance >= 0 else variance

    assert claim.off in (0, 1)
    rtol, atol = (1e-2, 1e-3) if s.dtype == np.float16 else (1e-4, 1e-9)
    for said, off in ((claim.here, claim.off), (claim.otherwise, 1 - claim.off)):
        np.testing.assert_allclose(nan if said is None else said, divided(off), rtol=rtol, atol=atol)
    np.testing.assert_allclose(float(np.real(at(s, claim.result))), divided(claim.off), rtol=rtol, atol=atol)
    real = np.array([value.real for value in own])
    if claim.n > 1 and not any(value.imag for value in own):
        by_n, by_fewer = (getattr(one, claim.operation)().item() for one in (real, torch.tensor(real)))
        np.testing.assert_allclose([by_n, by_fewer], [divided(0), divided(1)], rtol=1e-6, atol=1e-12)


@check(TruthsCounted)
def _(claim: TruthsCounted, program: Program) -> None:
    a, s = a_of(program), s_of(program)
    assert a.dtype == bool
    assert calls(program, claim.operation)
    own = [bool(a[cell]) for cell in group(program, claim.result)]
    assert (sum(own), len(own)) == (claim.true, claim.count)
    whole = claim.true if claim.operation == "sum" else claim.true / claim.count
    np.testing.assert_allclose(float(at(s, claim.result)), whole, rtol=1e-6)


@check(OfNoCell)
def _(claim: OfNoCell, program: Program) -> None:
    assert calls(program, claim.operation)
    assert a_of(program).size == 0
    s = s_of(program)
    assert s.size
    nothing = {"sum": 0, "prod": 1, "any": False, "all": True}[claim.operation]
    assert {bool(value == nothing) for value in s.ravel().tolist()} == {True}


@check(LostDigits)
def _(claim: LostDigits, program: Program) -> None:
    a, s = a_of(program), s_of(program)
    assert s.dtype == np.float64
    assert at(s, claim.result) == claim.found
    exact = sum((Fraction(float(a[cell])) for cell in group(program, claim.result)), Fraction(0))
    np.testing.assert_allclose(float(exact), claim.exact, rtol=1e-15)
    assert abs(Fraction(claim.found) - exact) > Fraction(1, 10**7) * max(abs(exact), abs(Fraction(claim.found)))
