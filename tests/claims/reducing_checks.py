"""Whether axes and cells are what is said of them, found out by changing one cell and seeing which results change."""

from __future__ import annotations

import ast
from math import prod

import numpy as np
import torch

from primer_core.claims.reducing import (
    AxesDisappear,
    AxesKeepSizeOne,
    AxisBecomes,
    CountedFromEnd,
    FitsWithSizeOne,
    LargestSubtracted,
    MadeOf,
    MeetsItsOwn,
    NoLongerFits,
    NothingReduced,
    NumberedAnew,
    ReducedTo,
    RunsAlong,
    RunsThroughAll,
    SameCall,
    SharesOfOne,
    SoftmaxWraps,
    WrongCellsMeet,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.reduced import (
    AXIS_WORDS,
    KEEP_WORDS,
    MOST_CELLS,
    a_of,
    at,
    calls_with,
    code_of,
    group,
    is_torchs,
    labelled,
    named,
    reduced_of,
    s_of,
    touched,
    varies,
    with_word,
)
from tests.claims.stretching_checks import meets

SCANS = {"sum": "cumsum", "product": "cumprod"}


@check(ReducedTo)
def _(claim: ReducedTo, program: Program) -> None:
    s = program.run(until=program.place("s"))["s"]
    assert a_of(program).shape == claim.shape
    assert np.asarray(s).shape == claim.result
    assert isinstance(s, np.generic) == claim.number


def axes_are(program: Program, axes: tuple[tuple[int, int], ...], shape: tuple[int, ...]) -> None:
    """These axes, of these sizes, are those along which the cells of one result differ."""
    a = a_of(program)
    assert a.shape == shape
    assert axes
    assert all(0 <= axis < a.ndim for axis, _ in axes)
    assert [a.shape[axis] for axis, _ in axes] == [size for _, size in axes]
    assert [axis for axis, _ in axes] == sorted({axis for axis, _ in axes})
    found = varies(program)
    if found:  # a place among one cell, and the spread of one cell by n - 1, never change
        assert found == {axis for axis, size in axes if size > 1}


@check(AxesDisappear)
def _(claim: AxesDisappear, program: Program) -> None:
    axes_are(program, claim.axes, claim.shape)
    gone = {axis for axis, _ in claim.axes}
    assert claim.result == tuple(size for axis, size in enumerate(claim.shape) if axis not in gone)
    assert s_of(program).shape == claim.result


@check(AxesKeepSizeOne)
def _(claim: AxesKeepSizeOne, program: Program) -> None:
    axes_are(program, claim.axes, claim.shape)
    kept = {axis for axis, _ in claim.axes}
    assert claim.result == tuple(1 if axis in kept else size for axis, size in enumerate(claim.shape))
    assert s_of(program).shape == claim.result


@check(NothingReduced)
def _(claim: NothingReduced, program: Program) -> None:
    a, s = a_of(program), s_of(program)
    assert a.shape == s.shape == claim.shape
    for cell in list(np.ndindex(*a.shape))[:8]:
        assert set(np.flatnonzero(touched(program, cell))) <= {np.ravel_multi_index(cell, a.shape) if a.ndim else 0}


@check(MadeOf)
def _(claim: MadeOf, program: Program) -> None:
    a, s = a_of(program), s_of(program)
    at(s, claim.result)
    assert claim.count * s.size == a.size
    assert len(claim.cells) == min(claim.count, 3)
    if a.size <= MOST_CELLS or s.size == 1:
        own = group(program, claim.result)
        assert len(own) == claim.count
        assert list(claim.cells) == (own if len(own) <= 3 else [*own[:2], own[-1]])
    for cell in claim.cells:
        at(a, cell)
        assert touched(program, cell)[claim.result] or not touched(program, cell).any()


@check(NumberedAnew)
def _(claim: NumberedAnew, program: Program) -> None:
    first = program.statements[program.first("a") - 1]
    assert isinstance(first, ast.Assign)
    made = first.value
    assert isinstance(made, ast.Call)
    if ast.unparse(made.func) == "torch.tensor":
        made = made.args[0]
        assert isinstance(made, ast.Call)
    function, held = made.func, "_held"
    assert isinstance(function, ast.Attribute)
    within = ast.unparse(function.value) == "np"
    source = ast.unparse(made.args[0] if within else function.value)
    again = ast.unparse(made).replace(source, held, 1)
    assert np.asarray(named({"np": np, "torch": torch}, source)).shape == claim.before
    assert a_of(program).shape == claim.shape

    def left(shape: tuple[int, ...]) -> tuple[int, ...]:
        zeros = np.zeros(shape)
        held = torch.tensor(zeros) if isinstance(named({"np": np, "torch": torch}, source), torch.Tensor) else zeros
        return tuple(named({"np": np, "torch": torch, "_held": held}, again).shape)

    own = [size + 1 for size in claim.before]  # another size tells which axis of the result is which
    moved = []
    for axis in range(len(own)):
        found = left(tuple(size + (place == axis) for place, size in enumerate(own)))
        differ = [place for place, (one, other) in enumerate(zip(found, left(tuple(own)), strict=True)) if one != other]
        assert bool(differ) == (axis not in claim.taken)
        moved += [(axis, place) for place in differ if place != axis]
    assert tuple(moved) == claim.moved


@check(CountedFromEnd)
def _(claim: CountedFromEnd, program: Program) -> None:
    a = a_of(program)
    assert claim.axis < 0 <= claim.place < a.ndim
    (written,) = {ast.unparse(word.value) for word in calls_with(AXIS_WORDS, program)}
    given = ast.literal_eval(written)
    axes = given if isinstance(given, tuple) else (given,)
    assert claim.axis in axes
    counted = tuple(claim.place if axis == claim.axis else axis for axis in axes)
    other = with_word(program, AXIS_WORDS, str(counted if isinstance(given, tuple) else counted[0]))
    np.testing.assert_array_equal(s_of(other), s_of(program))


@check(SharesOfOne)
def _(claim: SharesOfOne, program: Program) -> None:
    a, s = a_of(program), s_of(program)
    assert a.shape == s.shape == claim.shape
    assert all(0 <= axis < a.ndim for axis, _ in claim.axes)
    assert [a.shape[axis] for axis, _ in claim.axes] == [size for _, size in claim.axes]
    along = tuple(axis for axis, _ in claim.axes)
    np.testing.assert_allclose(s.astype(float).sum(axis=along), 1, atol=1e-2)
    assert varies(program) == {axis for axis, size in claim.axes if size > 1}


@check(LargestSubtracted)
def _(claim: LargestSubtracted, program: Program) -> None:
    a = a_of(program)
    assert not any(claim.result), "it is not the first"
    own = [a[cell].item() for cell in group(program, claim.result)]
    np.testing.assert_allclose(claim.largest, max(own))
    # Far from zero, where an exponential alone overflows, the shares are the same.
    near, far = (np.asarray(reduced_of(program, a.astype(float) + shift)["s"]) for shift in (0.0, 1000.0))
    np.testing.assert_allclose(near, far, rtol=1e-6, atol=1e-9)
    with np.errstate(over="ignore"):
        assert np.isinf(np.exp(1000.0))


@check(SoftmaxWraps)
def _(claim: SoftmaxWraps, program: Program) -> None:
    a, s = a_of(program), s_of(program)
    assert a.dtype.name == claim.dtype
    right = np.asarray(reduced_of(program, a.astype(float))["s"])
    assert "exp" in code_of(program) or "softmax" in code_of(program)
    assert np.isfinite(right).all()
    assert not np.allclose(s.astype(float), right, rtol=1e-2)


@check(RunsAlong)
def _(claim: RunsAlong, program: Program) -> None:
    a, s = a_of(program), s_of(program)
    assert a.shape == s.shape == claim.shape
    assert SCANS[claim.total] in code_of(program)
    if claim.axis is None:
        assert not a.ndim
        return
    assert 0 <= claim.axis < a.ndim
    if not a.size:
        return
    for first in (0, a.shape[claim.axis] - 1):
        cell = tuple(first if axis == claim.axis else 0 for axis in range(a.ndim))
        later = [(*cell[: claim.axis], place, *cell[claim.axis + 1 :]) for place in range(first, a.shape[claim.axis])]
        assert [tuple(map(int, one)) for one in np.argwhere(touched(program, cell))] == later
    if a.ndim > 1 and a.shape[claim.axis] == 1:  # it may as well run along another axis of size 1
        assert with_word(program, AXIS_WORDS, str(claim.axis)).run(until=program.place("s")).error is None


@check(RunsThroughAll)
def _(claim: RunsThroughAll, program: Program) -> None:
    a, s = a_of(program), s_of(program)
    assert a.shape == claim.shape != s.shape
    assert s.shape == (claim.size,)
    assert SCANS[claim.total] in code_of(program)
    for place, cell in list(enumerate(np.ndindex(*a.shape)))[:8]:
        assert np.flatnonzero(touched(program, cell)).tolist() == list(range(place, claim.size))


@check(MeetsItsOwn)
def _(claim: MeetsItsOwn, program: Program) -> None:
    a, s = a_of(program), s_of(program)
    assert (s.shape, a.shape) == (claim.small, claim.own)
    own, taken = labelled(program)
    assert taken.shape == claim.own
    cells = list(np.ndindex(*a.shape))
    for flat in range(0, own.size, max(own.size // MOST_CELLS, 1)):
        mask = touched(program, cells[own.flat[flat]])
        assert mask.flat[taken.flat[flat]] or not mask.any()


@check(WrongCellsMeet)
def _(claim: WrongCellsMeet, program: Program) -> None:
    a, s = a_of(program), s_of(program)
    assert (s.shape, a.shape) == (claim.small, claim.own)
    for index, array in ((claim.cell, a), (claim.went, s), (claim.met, s)):
        at(array, index)
    mask = touched(program, claim.cell)
    assert mask[claim.went] or not mask.any()
    assert not mask[claim.met]
    own, taken = labelled(program)
    cell, met = (
        int(np.ravel_multi_index(index, array.shape)) if index else 0
        for index, array in ((claim.cell, a), (claim.met, s))
    )
    assert ((own == cell) & (taken == met)).any()
    assert claim.went != claim.met


@check(NoLongerFits)
def _(claim: NoLongerFits, program: Program) -> None:
    a, s = a_of(program), s_of(program)
    assert program.run(until=program.place("s") + 1).error is not None
    assert (s.shape, a.shape) == (claim.small, claim.own)
    assert claim.axis < 0
    assert (a.shape[claim.axis], s.shape[claim.axis]) == claim.sizes
    assert not meets([(size,) for size in claim.sizes]), "this axis alone does not clash"
    assert s.ndim < a.ndim


@check(FitsWithSizeOne)
def _(claim: FitsWithSizeOne, program: Program) -> None:
    assert claim.word == ("keepdim" if is_torchs(program) else "keepdims")
    assert not calls_with(KEEP_WORDS, program)
    ran = with_word(program, KEEP_WORDS, "True").run()
    assert ran.error is None
    assert tuple(ran["s"].shape) == claim.small
    assert tuple(ran["d"].shape) == claim.shape
    assert prod(claim.small) == s_of(program).size


@check(SameCall)
def _(claim: SameCall, program: Program) -> None:
    names = program.run(until=program.place("s")).names
    assert claim.own in code_of(program)
    assert "dim=" in claim.own
    assert "dim=" not in claim.numpys
    own, numpys = (named(names, call) for call in (claim.own, claim.numpys))
    if isinstance(own, tuple):
        own, numpys = own[0], numpys[0]
    np.testing.assert_array_equal(np.asarray(own), np.asarray(numpys))


@check(AxisBecomes)
def _(claim: AxisBecomes, program: Program) -> None:
    a, s = a_of(program), s_of(program)
    assert 0 <= claim.axis < a.ndim
    assert a.shape[claim.axis] == claim.size
    match claim.becomes:
        case "disappears":
            assert s.ndim < a.ndim
        case "reduced, kept":
            assert s.ndim == a.ndim
            assert s.shape[claim.axis] == 1
        case "flattened":
            assert s.shape == (a.size,)
        case "runs" | "shared out":
            assert s.shape == a.shape
        case "stays":
            assert claim.size in s.shape
        case _:
            raise AssertionError(f"no axis becomes {claim.becomes}")
    if a.size > MOST_CELLS or claim.size < 2 or not a.size or claim.becomes == "flattened":
        return
    # Two cells that differ along this axis alone: whether they go into the same results.
    first, last = ((0,) * claim.axis + (place,) + (0,) * (a.ndim - claim.axis - 1) for place in (0, claim.size - 1))
    one, other = touched(program, first), touched(program, last)
    if claim.becomes in ("disappears", "reduced, kept"):
        assert bool((one == other).all())
    elif claim.becomes == "stays":
        assert not bool((one & other).any())
    else:
        assert one[last] or one[first]
