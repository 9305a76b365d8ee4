"""Why a reduction is refused, found out by changing just what is said to be at fault, and then something else."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from primer_core.claims.unreduced import (
    AxesMissing,
    NamedTwice,
    NormOfAxes,
    NoSizeOneOfAll,
    NotComputedIn,
    NothingToChoose,
    NotOfDtype,
    SecondIsAxis,
    TakesOneAxis,
    WorksInDtype,
    WorksOfBoth,
    WorksOver,
    WorksWithFloats,
    WorksWithout,
    WorksWithValues,
)
from tests.claims.checking import check
from tests.claims.program import Program, Ran
from tests.claims.reduced import (
    AXIS_WORDS,
    KEEP_WORDS,
    a_of,
    axis_of,
    calls,
    calls_with,
    code_of,
    is_torchs,
    named,
    ones,
    over,
    own_a,
    reduced_of,
    sub_axes,
    with_word,
)


def refused(program: Program) -> None:
    """It comes to no reduction."""
    assert program.run(until=program.place("s")).error is not None, "nothing is refused"


def axes_of(program: Program) -> tuple[int, ...]:
    axis = axis_of(program)
    assert axis is not None
    return axis if isinstance(axis, tuple) else (axis,)


def shape_of(ran: Ran) -> tuple[int, ...]:
    """The shape of s; of a number whose method ``values`` was taken for values, that of the number."""
    return tuple(getattr(ran["s"], "__self__", ran["s"]).shape)


def works(program: Program, axis: Any, values: Any) -> bool:
    return over(program, axis, values).error is None


def bare_of(program: Program) -> Program:
    """The same program without what else could be at fault."""
    return with_word(without_size_one(program), ("dtype",), None)


def without_size_one(program: Program) -> Program:
    """The same program without keepdims; a softmax of NumPy's is none without."""
    return program if "np.exp(" in code_of(program) else with_word(program, KEEP_WORDS, None)


@check(AxesMissing)
def _(claim: AxesMissing, program: Program) -> None:
    refused(program)
    rank, given = a_of(program).ndim, axes_of(program)
    assert rank == claim.ndim
    assert set(claim.axes) <= set(given)
    assert len(set(claim.axes)) == len(claim.axes)
    for axis in claim.axes:
        assert not -rank <= axis < rank
        assert not works(bare_of(program), axis, ones(program))
    # Without them it works, or with one that there is where none is left.
    there = tuple({axis % rank: axis for axis in given if axis not in claim.axes}.values()) if rank else ()
    assert all(-rank <= axis < rank for axis in there)
    bare = bare_of(program)
    if there:
        assert works(bare, there if len(there) > 1 else there[0], ones(program))
    else:
        assert works(bare, 0, ones(program)) or works(bare, None, ones(program))


@check(NamedTwice)
def _(claim: NamedTwice, program: Program) -> None:
    refused(program)
    rank, given = a_of(program).ndim, axis_of(program)
    assert given == claim.named
    assert [axis % rank if rank else axis for axis in claim.named].count(claim.axis) > 1
    once = tuple({axis % rank if rank else axis: axis for axis in claim.named})
    assert not works(bare_of(program), claim.named, ones(program))
    assert works(bare_of(program), once, ones(program)) or not rank


@check(TakesOneAxis)
def _(claim: TakesOneAxis, program: Program) -> None:
    refused(program)
    assert axis_of(program) == claim.given
    assert claim.library == ("PyTorch" if is_torchs(program) else "NumPy")
    operation, _, pair = claim.operation.partition(" with ")
    assert calls(program, operation)
    assert bool(pair) == ("m = " in code_of(program))
    bare = bare_of(program)
    square = np.ones((2, 2))
    assert all(works(bare, axis, square) for axis in (0, 1, -1))
    assert not works(bare, (0, 1), square)
    assert claim.none == (not pair and works(bare, None, square))


@check(NormOfAxes)
def _(claim: NormOfAxes, program: Program) -> None:
    refused(program)
    assert "np.linalg.norm" in code_of(program)
    assert len(axes_of(program)) == claim.count
    cube = np.ones((2, 2, 2, 2))
    for count, takes in ((1, True), (2, True), (claim.count, False)):
        for axes in sub_axes(4, count):
            assert works(program, axes, cube) == takes
    assert works(with_word(program, KEEP_WORDS, None), None, cube)


@check(NoSizeOneOfAll)
def _(claim: NoSizeOneOfAll, program: Program) -> None:
    refused(program)
    assert f".{claim.operation}(" in code_of(program)
    assert is_torchs(program)
    assert axis_of(program) is None
    assert calls_with(KEEP_WORDS, program)
    assert reduced_of(with_word(bare_of(program), AXIS_WORDS, None), np.ones((2, 2))).error is None
    assert works(with_word(program, ("dtype",), None), 0, np.ones((2, 2)))


@check(NotOfDtype)
def _(claim: NotOfDtype, program: Program) -> None:
    a = a_of(program)
    assert a.dtype.name == claim.dtype
    assert claim.library == ("PyTorch" if is_torchs(program) else "NumPy")
    if claim.operation.startswith("a "):
        s = program.run(until=program.place("s"))["s"]
        assert claim.operation in code_of(program)
        names: dict[str, Any] = {"a": own_a(program), "s": s}
        for kind, refuses in (("own", True), ("float", False)):
            pair = {name: _alone(value, kind) for name, value in names.items()}
            try:
                named(pair, claim.operation)
            except (TypeError, RuntimeError):
                assert refuses
            else:
                assert not refuses
        return
    refused(program)
    assert calls(program, claim.operation)
    bare = without_size_one(program)
    axes = [None, 0] if not a.ndim else [a.ndim - 1, None]
    for axis in axes:
        assert not works(bare, axis, ones(program, a.dtype))
    assert any(works(bare, axis, ones(program)) for axis in axes)


def _alone(value: Any, kind: str) -> Any:
    """One cell of what an array holds, or of a float."""
    if hasattr(value, "detach"):
        one = value.new_ones(1)
        return one.double() if kind == "float" else one
    return np.ones(1, value.dtype if kind == "own" else float)


@check(NotComputedIn)
def _(claim: NotComputedIn, program: Program) -> None:
    refused(program)
    assert claim.library == ("PyTorch" if is_torchs(program) else "NumPy")
    assert calls(program, claim.operation)
    (word,) = calls_with(("dtype",), program)
    assert ast.unparse(word.value) == f"{'torch' if is_torchs(program) else 'np'}.{claim.dtype}"
    asked = with_word(program, KEEP_WORDS, None)
    for axis in (0, 1, None):
        assert not works(asked, axis, np.ones((2, 2)))
    assert works(bare_of(program), 0, np.ones((2, 2)))


@check(NothingToChoose)
def _(claim: NothingToChoose, program: Program) -> None:
    refused(program)
    a = a_of(program)
    assert a.shape == claim.shape
    assert not a.size
    assert calls(program, claim.operation)
    assert reduced_of(program, ones(program)).error is None
    assert np.zeros(claim.shape).sum() == 0


@check(WorksWithFloats)
def _(claim: WorksWithFloats, program: Program) -> None:
    refused(program)
    own = own_a(program)
    made = named({"a": own}, f"a{claim.change}")
    np.testing.assert_array_equal(np.asarray(made), np.asarray(own))
    assert np.asarray(made).dtype.kind == "f"
    ran = reduced_of(program, np.asarray(made))
    assert ran.error is None
    assert tuple(ran["s"].shape) == claim.shape


@check(WorksInDtype)
def _(claim: WorksInDtype, program: Program) -> None:
    refused(program)
    assert is_torchs(program)
    assert f"torch.{claim.dtype}" == str(torch.get_default_dtype())
    ran = with_word(program, ("dtype",), f"torch.{claim.dtype}").run(until=program.place("s"))
    assert ran.error is None
    assert tuple(ran["s"].shape) == claim.shape
    assert np.asarray(ran["s"]).dtype.name == claim.dtype
    assert np.asarray(ran["s"]).dtype.kind == "f"


@check(WorksWithout)
def _(claim: WorksWithout, program: Program) -> None:
    refused(program)
    (word,) = calls_with((claim.word,), program)
    assert ast.unparse(word.value).removeprefix("np.").removeprefix("torch.") == claim.value
    ran = with_word(program, (claim.word,), None).run(until=program.place("s"))
    if ran.error is not None:  # a word that says None says nothing
        ran = with_word(with_word(program, (claim.word,), None), AXIS_WORDS, None).run(until=program.place("s"))
    assert ran.error is None
    assert shape_of(ran) == claim.shape


@check(WorksWithValues)
def _(claim: WorksWithValues, program: Program) -> None:
    refused(program)
    made = named({"a": own_a(program)}, claim.call)
    assert not isinstance(made, tuple)
    assert tuple(made.shape) == claim.shape


@check(WorksOver)
def _(claim: WorksOver, program: Program) -> None:
    refused(program)
    own = own_a(program)
    made = np.asarray(named({"a": own}, f"a{claim.change}"))
    np.testing.assert_array_equal(made, np.asarray(own))
    given = axis_of(program)
    known = given if isinstance(given, tuple) else (given,)
    assert all(axis >= 0 or axis in known for axis in claim.axes or ())
    axis = claim.axes[0] if claim.axes is not None and len(claim.axes) == 1 else claim.axes
    assert axis != given
    ran = over(program, axis, made)
    assert ran.error is None
    assert shape_of(ran) == claim.shape


def two_numbers(program: Program, operation: str) -> tuple[float, int]:
    """The number that is reduced, and the axis that it is reduced over, once it is asked of both at once."""
    refused(program)
    number, axis = own_a(program).item(), axis_of(program)
    assert isinstance(axis, int)
    assert f"{operation}(" in " ".join(map(ast.unparse, program.statements))
    with pytest.raises(np.exceptions.AxisError):
        getattr(np, operation)(number, axis)
    return number, axis


@check(SecondIsAxis)
def _(claim: SecondIsAxis, program: Program) -> None:
    number, axis = two_numbers(program, claim.operation)
    assert (float(claim.first), claim.second) == (number, axis)
    assert named({"np": np}, claim.instead) == claim.result == OF_TWO[claim.operation](number, axis)


@check(WorksOfBoth)
def _(claim: WorksOfBoth, program: Program) -> None:
    number, axis = two_numbers(program, claim.operation)
    assert ast.literal_eval(claim.array) == [number, axis]
    assert OF_TWO[claim.operation](number, axis) == claim.result
    assert named({"np": np}, f"np.{claim.operation}({claim.array})") == claim.result


OF_TWO: dict[str, Callable[[float, float], float]] = {"max": max, "min": min, "sum": operator.add, "prod": operator.mul}
