"""Whether arrays lie where it is said, found out by writing into memory and reading another array, and by addresses."""

from __future__ import annotations

import ast
import re
from typing import Any

import numpy as np

from primer_core.claims.layout import (
    AxesApart,
    CopiedNeedlessly,
    InNewMemory,
    NoStrides,
    NothingToShare,
    PutInOrder,
    ReadAgain,
    ReadWithStrides,
    VerySame,
)
from tests.claims.checking import check
from tests.claims.memory import (
    addresses,
    again,
    before_failing,
    content,
    failing,
    flip,
    is_tensor,
    itemsize,
    shown,
    statement_of,
    steps,
    values,
)
from tests.claims.program import Names, Program


def seen(names: Names, name: str, origin: str) -> bool:
    """Whether a change of all bytes that one array lies in is seen through another."""
    before = content(names[name])
    flip(names[origin])
    return content(names[name]) != before


@check(ReadWithStrides)
def _(claim: ReadWithStrides, program: Program) -> None:
    names, origin = shown(program, claim.name)
    array = names[claim.name]
    assert origin == claim.origin
    unit = itemsize(array) if is_tensor(array) else 1
    assert claim.unit == ("elements" if is_tensor(array) else "bytes")
    told = array.stride() if is_tensor(array) else array.strides
    assert claim.strides == tuple(told)
    measured = steps(array)
    assert all(step is None or step == own * unit for step, own in zip(measured, claim.strides, strict=True))
    assert seen(names, claim.name, origin)


@check(InNewMemory)
def _(claim: InNewMemory, program: Program) -> None:
    names, origin = shown(program, claim.name)
    array = names[claim.name]
    assert origin == claim.origin
    assert claim.bytes == len(addresses(array)) * itemsize(array)
    read = {part.id for part in ast.walk(ast.parse(statement_of(program, claim.name))) if isinstance(part, ast.Name)}
    given = [names[origin], *(names[key] for key in read - {claim.name} if hasattr(names.get(key), "dtype"))]
    known = np.isin(values(array), np.concatenate([values(held).ravel() for held in given])) | np.isnan(values(array))
    match claim.what:
        case "copy":
            assert known.all() or np.array_equal(values(array)[~known], values(shifted(program, claim.name))[~known]), (
                "a number is new"
            )
        case "numbers":
            assert not known.all(), "all numbers were there before"
        case what:
            assert what == "memory"
            assert known.all()
    assert not seen(names, claim.name, origin)


def shifted(program: Program, name: str) -> Any:
    """What a step gives where every number that it is given is another one."""
    names, origin = shown(program, name)
    moved = ~names[origin] if "bool" in str(names[origin].dtype) else names[origin] + 1
    return again(program, name, **{origin: moved})


@check(ReadAgain)
def _(claim: ReadAgain, program: Program) -> None:
    names, _ = shown(program, claim.name)
    array = names[claim.name]
    cells = int(np.prod(array.shape))
    assert claim.bytes == (cells - len(addresses(array))) * itemsize(array) > 0
    assert claim.axes == tuple(axis for axis, step in enumerate(steps(array)) if step == 0)


@check(NothingToShare)
def _(claim: NothingToShare, program: Program) -> None:
    assert program.first(claim.name) > next(program.first(name) for name in ("x", "a") if program.binds(name))
    assert content(program.run(until=program.first(claim.name))[claim.name]) == b""


@check(VerySame)
def _(claim: VerySame, program: Program) -> None:
    names, origin = shown(program, claim.name)
    assert origin == claim.origin
    assert names[claim.name] is names[origin]
    if values(names[origin]).size < 2:  # which lies in order however it lies
        assert claim.in_order == (re.search("contiguous|fortran", statement_of(program, claim.name)) is not None)
        return
    apart = with_gaps(names[origin])
    assert (again(program, claim.name, **{origin: apart}) is apart) != claim.in_order


def with_gaps(array: Any) -> Any:
    """The same cells, with a gap behind each."""
    deep = array.repeat_interleave(2, -1) if is_tensor(array) else np.repeat(array, 2, -1)
    return deep[..., ::2]


@check(PutInOrder)
def _(claim: PutInOrder, program: Program) -> None:
    names, origin = shown(program, claim.name)
    assert origin == claim.origin
    array = names[claim.name]
    np.testing.assert_array_equal(values(array), values(names[origin]))
    again_same = again(program, claim.name, **{origin: array})  # this one lies in order
    assert content(again_same) == content(array)
    flip(array)
    assert content(again_same) == content(array), "one in C order is copied, too"
    flip(array)
    assert not seen(names, claim.name, origin)


@check(NoStrides)
def _(claim: NoStrides, program: Program) -> None:
    names, origin = shown(program, claim.name)
    assert origin == claim.origin
    array = names[claim.name]
    refusal = refused(claim.refused, names)
    assert refusal is not None
    own = names[origin]
    in_order = own.contiguous() if is_tensor(own) else np.array(own, order="F" if "'F'" in claim.refused else "C")
    unrefused: Any = eval(claim.refused, names | {origin: in_order})
    np.testing.assert_array_equal(values(unrefused), values(array))
    assert not seen(names, claim.name, origin)


def refused(code: str, names: Names) -> Exception | None:
    try:
        eval(code, names)
    except (ValueError, RuntimeError) as error:
        return error
    return None


@check(CopiedNeedlessly)
def _(claim: CopiedNeedlessly, program: Program) -> None:
    names, origin = shown(program, claim.name)
    assert origin == claim.origin
    assert callable(getattr(names[origin], claim.function))
    array = names[claim.name]
    found: Any = eval(claim.view, names)
    np.testing.assert_array_equal(values(found), values(array))
    assert found.shape == array.shape
    names["found"] = found
    assert not seen(names, claim.name, origin)
    assert seen(names, "found", origin)


@check(AxesApart)
def _(claim: AxesApart, program: Program) -> None:
    names = before_failing(program)
    array = names[claim.origin]
    first, second = claim.axes
    assert first < second
    assert all(size == 1 for size in array.shape[first + 1 : second])
    measured = [None if step is None else step // itemsize(array) for step in steps(array)]
    assert measured[first] == claim.stride
    assert measured[second] == claim.step
    assert array.shape[second] == claim.size
    merged = (*array.shape[:first], -1, *array.shape[second + 1 :])
    try:
        array.view(merged)
    except RuntimeError:
        pass
    else:
        raise AssertionError("the two axes become one without a copy")
    # In C order nothing of it fails: the strides alone were at fault.
    place = failing(program)

    def put_in_order(names: Names) -> None:
        names[claim.origin] = names[claim.origin].contiguous()

    assert program.run(after={place - 1: put_in_order}, until=place).error is None
