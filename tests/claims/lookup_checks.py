"""Whether functions that look cells up do what is said, found out cell by cell."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from primer_core.claims.lookups import (
    AtWhichPlaces,
    CoordinatesAsPlaces,
    Flattened,
    IndexLacksAxes,
    IsTuple,
    IsView,
    JoinsTuples,
    LeavesItsArray,
    LookedUp,
    OneAfterAnother,
    PutIntoGaps,
    RaisedBy,
    SharesNothing,
    TakenApart,
    TakenFlat,
    WhichValue,
    WindowsOverlap,
)
from tests.claims.checking import check
from tests.claims.memory import addresses, content, flip, is_tensor, values
from tests.claims.program import Names, Program


def calls(program: Program, *names: str) -> Iterator[ast.Call]:
    """The calls of a function or a method in the last statement that binds b, the outermost first."""
    for part in ast.walk(program.statements[program.first("b") - 1]):
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr in names:
            yield part


def ahead(program: Program) -> Names:
    """What names are bound to in front of the value."""
    return program.run(until=program.first("b") - 1).names


def valued(node: ast.expr, names: Names) -> Any:
    return eval(ast.unparse(node), names)


def is_of_library(call: ast.Call) -> bool:
    node: ast.expr = call.func
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in ("np", "torch", "F")


def operands(call: ast.Call) -> list[ast.expr]:
    """The array of a method, or none of a function, and all that is given by place."""
    assert isinstance(call.func, ast.Attribute)
    return [*([] if is_of_library(call) else [call.func.value]), *call.args]


@check(IsTuple)
def _(claim: IsTuple, program: Program) -> None:
    b = program.run()[claim.name]
    assert isinstance(b, tuple)
    assert len(b) == claim.parts
    if claim.places:
        (call,) = list(calls(program, "where", "nonzero"))[:1]
        condition = values(valued(operands(call)[0], ahead(program)))
        assert len(operands(call)) == 1
        assert claim.parts == max(condition.ndim, 1)
        assert [tuple(int(part[n]) for part in b) for n in range(len(b[0]))] == [
            place for place in np.ndindex(*condition.shape) if condition[place]
        ]
    else:
        called = list(calls(program, "where", "nonzero"))
        assert not called or len(operands(called[0])) != 1


@check(IsView)
def _(claim: IsView, program: Program) -> None:
    names = program.run().names
    assert claim.name != claim.origin
    was = content(names[claim.name])
    flip(names[claim.origin])
    assert content(names[claim.name]) != was


@check(SharesNothing)
def _(claim: SharesNothing, program: Program) -> None:
    names = program.run().names
    assert claim.name == "b"
    assert claim.origin == "a"
    was = content(names[claim.name])
    flip(names[claim.origin])
    assert content(names[claim.name]) == was


@check(LookedUp)
def _(claim: LookedUp, program: Program) -> None:
    (call,) = list(calls(program, "gather", "take_along_axis", "take_along_dim"))[:1]
    names = ahead(program)
    given = [valued(node, names) for node in operands(call)]
    array, index = [values(each) for each in given if hasattr(each, "shape")][:2]
    result = values(program.run()[claim.name])
    assert claim.name in [ast.unparse(target) for target in bound_to(call, program)]
    assert array.shape == claim.array
    assert index.shape == result.shape == claim.index
    assert 0 <= claim.axis + array.ndim * (claim.axis < 0) < array.ndim
    told = [each for each in given if isinstance(each, int)] + [valued(word.value, names) for word in call.keywords]
    assert claim.axis in told
    for place in np.ndindex(*index.shape):
        looked_up = list(place)
        looked_up[claim.axis] = index[place]
        assert result[place] == array[tuple(looked_up)]


def bound_to(call: ast.Call, program: Program) -> list[ast.expr]:
    """What the statement binds that a call stands in."""
    for statement in program.statements:
        for node in ast.walk(statement):
            if isinstance(node, ast.Assign) and call in ast.walk(node):
                return node.targets
    return []


def asked(program: Program, count: int) -> tuple[ast.Call, np.ndarray[Any, Any]]:
    call = next(iter(calls(program, "where", "nonzero")))
    assert len(operands(call)) == count
    return call, values(valued(operands(call)[0], ahead(program)))


@check(AtWhichPlaces)
def _(claim: AtWhichPlaces, program: Program) -> None:
    _, condition = asked(program, 1)
    b = program.run()[claim.name]
    first = b[0] if isinstance(b, tuple) else b
    assert condition.size == claim.cells
    assert values(first).size == claim.true == sum(bool(one) for one in condition.flat)


@check(WhichValue)
def _(claim: WhichValue, program: Program) -> None:
    call, condition = asked(program, 3)
    names = ahead(program)
    x, y = (values(valued(node, names)) for node in operands(call)[1:])
    result = values(program.run()[claim.name])
    condition, x, y = (np.broadcast_to(each, result.shape) for each in (condition, x, y))
    assert result.size == claim.cells
    assert sum(bool(one) for one in condition.flat) == claim.true
    assert all(result[place] == (x if condition[place] else y)[place] for place in np.ndindex(*result.shape))


@check(PutIntoGaps)
def _(claim: PutIntoGaps, program: Program) -> None:
    call = next(iter(calls(program, "insert")))
    names = ahead(program)
    array, places, *rest = operands(call)
    own = values(valued(array, names))
    assert claim.name not in {ast.unparse(node) for node in operands(call)}, "the array is no result"
    given = np.atleast_1d(valued(places, names))
    assert tuple(given.tolist()) == claim.places
    axes = [valued(word.value, names) for word in call.keywords if word.arg == "axis"]
    axes += [valued(node, names) for node in rest[1:]]
    axis = axes[0] if axes and axes[0] is not None else None
    own = own.ravel() if axis is None else np.moveaxis(own, axis, 0)
    assert len(own) == claim.size
    result = values(program.run()[claim.name])
    result = result if axis is None else np.moveaxis(result, axis, 0)
    # Of the result without what went in, the array as it was is left.
    gaps = sorted(place + claim.size if place < 0 else place for place in claim.places)
    assert all(0 <= gap <= claim.size for gap in gaps)
    at = [gap + before for before, gap in enumerate(gaps)]
    if len(result) - len(own) == len(gaps):
        np.testing.assert_array_equal(np.delete(result, at, axis=0), own)
    else:
        assert len(gaps) == 1
        more = len(result) - len(own)
        np.testing.assert_array_equal(np.delete(result, [gaps[0] + n for n in range(more)], axis=0), own)


@check(Flattened)
def _(claim: Flattened, program: Program) -> None:
    call = next(iter(calls(program, "insert")))
    own = values(valued(operands(call)[0], ahead(program)))
    assert own.shape == claim.before
    assert len(claim.before) > 1
    assert values(program.run()[claim.name]).ndim == 1


@check(TakenFlat)
def _(claim: TakenFlat, program: Program) -> None:
    call = next(iter(calls(program, "take")))
    names = ahead(program)
    table, places = (valued(node, names) for node in operands(call))
    assert tuple(table.shape) == claim.shape
    assert len(claim.shape) > 1
    at = values(np.asarray(places)).ravel().tolist().index(claim.place)
    assert list(np.ndindex(*claim.shape))[claim.place] == claim.cell
    b = program.run()[claim.name]
    assert values(b).ravel()[at] == values(table)[claim.cell]


@check(LeavesItsArray)
def _(claim: LeavesItsArray, program: Program) -> None:
    assert claim.origin == "a"
    before = ahead(program)[claim.origin]
    names = program.run().names
    assert next(calls(program, claim.function.removeprefix("np.")), None) is not None
    assert content(before) == content(names[claim.origin])
    assert tuple(names[claim.origin].shape) == claim.before
    assert tuple(names[claim.name].shape) == claim.after
    was = content(names[claim.name])
    flip(names[claim.origin])
    assert content(names[claim.name]) == was


@check(CoordinatesAsPlaces)
def _(claim: CoordinatesAsPlaces, program: Program) -> None:
    names = ahead(program)
    statement = program.statements[program.first("b") - 1]
    parts = [part for part in ast.walk(statement) if isinstance(part, ast.Subscript)]
    (part,) = [each for each in parts if ast.unparse(each.slice) == claim.call]
    coordinates, array = valued(part.slice, names), valued(part.value, names)
    assert tuple(coordinates.shape) == claim.shape
    cells = [tuple(int(number) for number in row) for row in coordinates]
    mask = ast.parse(claim.mask, mode="eval").body
    assert isinstance(mask, ast.Subscript)
    assert ast.unparse(mask.value) == ast.unparse(part.value)
    picked = valued(mask, names)
    assert [values(array)[cell].item() for cell in cells] == values(picked).ravel().tolist()
    places = values(coordinates).ravel()
    if places.size and places.max() >= array.shape[0]:
        with pytest.raises(IndexError):
            valued(part, names)
    else:
        rows = [values(array)[place] for place in places]
        np.testing.assert_array_equal(
            values(valued(part, names)).reshape(len(rows), *array.shape[1:]),
            np.array(rows).reshape(len(rows), *array.shape[1:]),
        )


@check(WindowsOverlap)
def _(claim: WindowsOverlap, program: Program) -> None:
    b = program.run()[claim.name]
    assert values(b).size == claim.cells > claim.elements
    assert len(addresses(b)) == claim.elements


@check(TakenApart)
def _(claim: TakenApart, program: Program) -> None:
    b = program.run()[claim.name]
    assert tuple(int(part) for part in b) == claim.index
    call = next(iter(calls(program, "unravel_index")))
    names = ahead(program)
    place, shape = (valued(node, names) for node in operands(call))
    assert int(place) == claim.place
    assert tuple(np.atleast_1d(shape)) == claim.shape
    assert list(np.ndindex(*claim.shape))[claim.place] == claim.index


def part_at_fault(program: Program, where: str) -> None:
    """The part of the code is in the statement that fails, and fails by itself."""
    error = program.run().error
    assert error is not None
    place = next(n for n in range(1, len(program.statements) + 1) if program.run(until=n).error)
    statement = program.statements[place - 1]
    wanted = ast.dump(ast.parse(where, mode="eval").body)
    assert any(ast.dump(part) == wanted for part in ast.walk(statement))
    names = program.run(until=place - 1).names
    assert str(raised_by(where, names)) == str(error)


def raised_by(code: str, names: Names) -> Exception | None:
    try:
        eval(code, names)
    except Exception as error:
        return error
    return None


@check(JoinsTuples)
def _(claim: JoinsTuples, program: Program) -> None:
    part_at_fault(program, claim.where)
    sum_of = ast.parse(claim.where, mode="eval").body
    assert isinstance(sum_of, ast.BinOp)
    names = program.run().names
    left = eval(ast.unparse(sum_of.left), names)
    assert isinstance(left, tuple)
    right = eval(ast.unparse(sum_of.right), names)
    np.testing.assert_array_equal(values(left[0] + right), values(left[0]) + right)


@check(IndexLacksAxes)
def _(claim: IndexLacksAxes, program: Program) -> None:
    assert program.run().error is not None
    call = next(iter(calls(program, "gather", "take_along_axis", "take_along_dim")))
    names = ahead(program)
    array, index = [each for node in operands(call) if hasattr(each := valued(node, names), "shape")][:2]
    assert array.ndim == claim.array != claim.index
    assert index.ndim == claim.index
    if claim.index < claim.array:
        deep = index[(..., *[None] * (claim.array - claim.index))]
        words = str(failure(call, names, index, deep))
        assert "same number of dimensions" not in words


def failure(call: ast.Call, names: Names, index: Any, deep: Any) -> Exception | None:
    """What comes of the call with another index."""
    new = ast.parse(ast.unparse(call), mode="eval").body
    assert isinstance(new, ast.Call)
    for place, node in enumerate(new.args):
        value = valued(node, names)
        if hasattr(value, "shape") and value.shape == index.shape and np.array_equal(values(value), values(index)):
            new.args[place] = ast.Name("deep", ast.Load())
    try:
        eval(ast.unparse(ast.fix_missing_locations(new)), names | {"deep": deep})
    except Exception as error:
        return error
    return None


@check(RaisedBy)
def _(claim: RaisedBy, program: Program) -> None:
    part_at_fault(program, claim.where)
    error: Any = program.run().error
    assert type(error).__name__ == claim.kind
    a = program.run(until=program.first("a"))["a"]
    assert claim.library == ("PyTorch" if is_tensor(a) else "NumPy")


@check(OneAfterAnother)
def _(claim: OneAfterAnother, program: Program) -> None:
    names = ahead(program)
    bound = program.statements[program.first("b") - 1]
    assert isinstance(bound, ast.Assign)
    assert ast.dump(bound.value) == ast.dump(ast.parse(f"{claim.first}[{claim.second}]", mode="eval").body)
    between, joint, result = (
        values(eval(code, dict(names))) for code in (claim.first, claim.joint, f"{claim.first}[{claim.second}]")
    )
    assert claim.joint == f"{claim.first[:-1]}, {claim.second}]"
    assert tuple(np.shape(between)) == claim.shape
    assert tuple(np.shape(joint)) == claim.joint_shape
    assert claim.same == (np.shape(joint) == np.shape(result) and np.array_equal(joint, result))
