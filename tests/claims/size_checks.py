"""Whether sizes come about as it is said, found out by asking for other sizes."""

from __future__ import annotations

import ast
from math import prod
from typing import Any

import numpy as np
import torch

from primer_core.claims.claim import Code
from primer_core.claims.sizes import (
    AllReversed,
    AtMostPieces,
    AxesTaken,
    CutIntoPieces,
    CutIntoRows,
    FirstAxisFastest,
    FirstAxisGone,
    FirstAxisJoined,
    FlattenedFirst,
    NoSizeFits,
    NothingMoved,
    NothingSqueezed,
    NothingToTurn,
    NotOfSizeOne,
    NotStretched,
    OtherCount,
    Refilled,
    Repeats,
    SizesAlone,
    SizeSolved,
)
from tests.claims.checking import check
from tests.claims.memory import again, before_failing, failing, is_tensor, shown, statement_of, values
from tests.claims.program import Names, Program, Ran


def with_size(sizes: tuple[int, ...], place: int, size: int) -> tuple[int, ...]:
    assert 0 <= place <= len(sizes)
    return (*sizes[:place], size, *sizes[place:])


def reshapes(array: Any, sizes: tuple[int, ...]) -> bool:
    try:
        values(array).reshape(sizes)
    except ValueError:
        return False
    return True


@check(SizeSolved)
def _(claim: SizeSolved, program: Program) -> None:
    names, origin = shown(program, claim.name)
    assert origin == claim.origin
    assert values(names[origin]).size == claim.elements
    assert names[claim.name].shape == with_size(claim.given, claim.place, claim.size)
    others = [size for size in range(claim.elements + 2) if size != claim.size]
    assert not any(reshapes(names[origin], with_size(claim.given, claim.place, size)) for size in others)
    assert "-1" in statement_of(program, claim.name), "no size is given as -1"


def asked_sizes(statement: ast.stmt) -> tuple[int, ...]:
    """The sizes that a call asks for, in order."""
    calls = [part for part in ast.walk(statement) if isinstance(part, ast.Call)]
    arguments = [*calls[0].args, *(word.value for word in calls[0].keywords if word.arg == "shape")]
    found: list[int] = []
    for argument in arguments:
        try:
            value = ast.literal_eval(argument)
        except ValueError:
            continue
        found += value if isinstance(value, tuple | list) else [value]
    return tuple(size for size in found if type(size) is int)


@check(NoSizeFits)
def _(claim: NoSizeFits, program: Program) -> None:
    names = before_failing(program)
    array = names[claim.origin]
    assert values(array).size == claim.elements
    assert asked_sizes(program.statements[failing(program) - 1]) == with_size(claim.given, claim.place, -1)
    fits = [size for size in range(claim.elements + 2) if reshapes(array, with_size(claim.given, claim.place, size))]
    assert len(fits) != 1, "one size would do"


@check(OtherCount)
def _(claim: OtherCount, program: Program) -> None:
    names = before_failing(program)
    array = names[claim.origin]
    assert values(array).size == claim.elements != prod(claim.sizes)
    assert asked_sizes(program.statements[failing(program) - 1]) == claim.sizes
    assert retried(program, claim.origin, array.reshape(-1)[:0]) == (prod(claim.sizes) == 0)
    fitting = np.zeros(prod(claim.sizes)) if not is_tensor(array) else torch.zeros(prod(claim.sizes))
    assert retried(program, claim.origin, fitting)


def retried(program: Program, name: str, array: Any) -> bool:
    """Whether the statement that fails is taken where a name is bound to something else in front of it."""
    return _with_another(program, name, array).error is None


def _with_another(program: Program, name: str, array: Any) -> Ran:
    """Run it up to the statement that fails, where a name is bound to something else in front of it."""
    place = failing(program)

    def bind(names: Names) -> None:
        names[name] = array

    return program.run(after={place - 1: bind}, until=place)


@check(NothingSqueezed)
def _(claim: NothingSqueezed, program: Program) -> None:
    names, origin = shown(program, claim.name)
    array = names[origin]
    assert origin == claim.origin
    assert names[claim.name].shape == array.shape
    for axis, size in claim.axes:
        assert array.shape[axis] == size != 1
        cut = array[(slice(None),) * axis + (slice(0, 1),)]
        if size:
            assert again(program, claim.name, **{origin: cut}).ndim == array.ndim - 1
    if "()" in statement_of(program, claim.name):
        assert [axis for axis, _ in claim.axes] == list(range(array.ndim))


@check(NothingToTurn)
def _(claim: NothingToTurn, program: Program) -> None:
    names, origin = shown(program, claim.name)
    assert origin == claim.origin
    array = names[origin]
    assert tuple(names[claim.name].shape) == tuple(array.shape) == (claim.size,)
    np.testing.assert_array_equal(values(names[claim.name]), values(array))
    assert tuple(array[:, None].shape) == (claim.size, 1)
    table = array[:, None] * array[None, :2]
    try:
        turned = again(program, claim.name, **{origin: table})
    except (ValueError, RuntimeError):
        return  # it names the one axis that there is
    assert turned.shape == table.shape[::-1], "of two axes it does turn them"


@check(NotOfSizeOne)
def _(claim: NotOfSizeOne, program: Program) -> None:
    array = before_failing(program)[claim.origin]
    for axis, size in claim.axes:
        assert 0 <= axis < array.ndim
        assert array.shape[axis] == size != 1
        array = array[(slice(None),) * axis + (slice(0, 1),)] if size else np.zeros_like(array, shape=(
            *array.shape[:axis], 1, *array.shape[axis + 1 :]))  # fmt: skip
    assert retried(program, claim.origin, array)


@check(NotStretched)
def _(claim: NotStretched, program: Program) -> None:
    array = before_failing(program)[claim.origin]
    for axis, size, to in claim.axes:
        assert array.shape[axis] == size not in (1, to)
        made_of = torch.zeros if isinstance(array, torch.Tensor) else np.zeros
        array = array[(slice(None),) * axis + (slice(0, 1),)] if size else made_of((
            *array.shape[:axis], 1, *array.shape[axis + 1 :]))  # fmt: skip
    ran = _with_another(program, claim.origin, array)
    assert ran.error is None
    match program.statements[failing(program) - 1]:
        case ast.Assign([ast.Name(target)]):
            made = ran[target]
        case statement:
            raise AssertionError(f"{ast.unparse(statement)} makes nothing")
    for axis, _, to in claim.axes:
        assert made.shape[axis - array.ndim] == to


@check(FirstAxisGone)
def _(claim: FirstAxisGone, program: Program) -> None:
    names, origin = shown(program, claim.name)
    assert origin == claim.origin
    array, result = names[origin], names[claim.name]
    assert array.shape == claim.before
    assert claim.before[0] == 1
    assert result.shape == tuple(size for size in claim.before if size != 1)
    two = torch.cat([array, array]) if is_tensor(array) else np.concatenate([array, array])
    assert again(program, claim.name, **{origin: two}).shape == claim.longer


@check(SizesAlone)
def _(claim: SizesAlone, program: Program) -> None:
    names, origin = shown(program, claim.name)
    assert origin == claim.origin
    before, after = values(names[origin]), values(names[claim.name])
    assert (before.shape, after.shape) == (claim.before, claim.after)
    assert sorted(claim.before) == sorted(claim.after)
    assert before.ravel().tolist() == after.ravel().tolist()
    moved = values(eval(claim.moved, dict(names)))
    assert moved.shape == claim.after
    assert moved.tolist() != after.tolist()
    cells = np.arange(before.size).reshape(before.shape)
    axes = [int(axis) for axis in claim.moved.partition("(")[2].rstrip(")").split(", ")]
    assert claim.moved.partition("(")[0] in (f"{origin}.permute", f"{origin}.transpose")
    assert moved.ravel().tolist() == before.ravel()[cells.transpose(axes).ravel()].tolist()


@check(CutIntoRows)
def _(claim: CutIntoRows, program: Program) -> None:
    names, origin = shown(program, claim.name)
    assert origin == claim.origin
    before, after = names[origin], names[claim.name]
    assert (tuple(before.shape), tuple(after.shape)) == (claim.before, claim.after)
    assert len(claim.before) > 1
    assert len(claim.after) > 1
    numbers = np.arange(prod(claim.before)).reshape(claim.before)  # each cell another
    other = names["torch"].from_numpy(numbers.copy()) if is_tensor(before) else numbers
    filed = values(again(program, claim.name, **{origin: other}))
    read = [numbers[place] for place in np.ndindex(*claim.before)]
    assert [filed[place] for place in np.ndindex(*claim.after)] == read
    told = [part.text for part in claim.sentence() if isinstance(part, Code)]
    row, *cells = told
    found = eval(row, {claim.name: filed}).tolist()
    named = [int(eval(cell, {origin: numbers})) for cell in cells]
    size = claim.after[-1]
    assert named == [*([found[0], found[-1]] if size > 1 else found), *([size] if numbers.size > size else [])]


@check(FirstAxisJoined)
def _(claim: FirstAxisJoined, program: Program) -> None:
    names, origin = shown(program, claim.name)
    assert origin == claim.origin
    array, result = names[origin], names[claim.name]
    assert tuple(array.shape) == claim.before
    assert claim.before[0] > 1
    assert len(result.shape) == 1
    rows = array.flatten(1)
    assert tuple(rows.shape) == claim.kept
    assert [row.tolist() for row in rows] == [part.flatten().tolist() for part in array]


@check(Refilled)
def _(claim: Refilled, program: Program) -> None:
    names, origin = shown(program, claim.name)
    assert origin == claim.origin
    before, after = values(names[origin]).ravel(), values(names[claim.name])
    assert after.shape == claim.shape
    assert before.size == claim.elements
    assert [before[place % before.size] for place in range(after.size)] == after.ravel().tolist()


def first_axis_fastest(array: Any) -> list[Any]:
    """The cells as they are read where the first index counts fastest, by nested counting."""
    array = values(array)
    return [array[tuple(reversed(place))].item() for place in np.ndindex(*reversed(array.shape))]


@check(FirstAxisFastest)
def _(claim: FirstAxisFastest, program: Program) -> None:
    names, origin = shown(program, claim.name)
    assert origin == claim.origin
    assert ast.unparse(ast.parse(claim.statement)) == statement_of(program, claim.name)
    read = first_axis_fastest(names[origin])
    np.testing.assert_array_equal(read[: len(claim.first)], claim.first)
    np.testing.assert_array_equal(first_axis_fastest(names[claim.name]), read)


@check(NothingMoved)
def _(claim: NothingMoved, program: Program) -> None:
    names, origin = shown(program, claim.name)
    assert origin == claim.origin
    assert "order" in statement_of(program, claim.name) or "'F'" in statement_of(program, claim.name)
    assert names[origin].shape == names[claim.name].shape == claim.shape
    np.testing.assert_array_equal(values(names[origin]), values(names[claim.name]))


@check(AtMostPieces)
def _(claim: AtMostPieces, program: Program) -> None:
    place = program.place(claim.pieces)
    names = program.run(until=place).names
    pieces, array = names[claim.pieces], names[claim.origin]
    assert tuple(piece.shape[claim.axis] for piece in pieces) == claim.sizes
    parts = list(ast.walk(program.statements[place - 1]))
    assert any(isinstance(part, ast.Constant) and part.value == claim.number for part in parts)
    assert claim.axis >= 0
    largest = -(-array.shape[claim.axis] // claim.number)
    assert len(claim.sizes) <= claim.number
    assert all(size == largest for size in claim.sizes[:-1])
    assert claim.sizes[-1] == array.shape[claim.axis] - largest * (len(claim.sizes) - 1)
    even = torch.tensor_split(array, claim.number, claim.axis)
    assert tuple(piece.shape[claim.axis] for piece in even) == claim.evenly


@check(Repeats)
def _(claim: Repeats, program: Program) -> None:
    names = program.run(until=program.place(claim.name)).names
    before, after = values(names[claim.origin]).tolist(), values(names[claim.name]).tolist()
    assert claim.times > 1
    assert len(before) > 1
    one_by_one = [cell for cell in before for _ in range(claim.times)]
    assert after == (before * claim.times if claim.whole else one_by_one)
    assert after != (one_by_one if claim.whole else before * claim.times)


@check(CutIntoPieces)
def _(claim: CutIntoPieces, program: Program) -> None:
    place = program.place(claim.pieces)
    names = program.run(until=place).names
    pieces, array = names[claim.pieces], names[claim.origin]
    parts = list(ast.walk(program.statements[place - 1]))
    assert any(isinstance(part, ast.Name) and part.id == claim.origin for part in parts)
    assert any(isinstance(part, ast.Constant) and part.value == claim.number for part in parts)
    assert claim.axis >= 0
    assert tuple(piece.shape[claim.axis] for piece in pieces) == claim.sizes
    assert sum(claim.sizes) == array.shape[claim.axis]
    assert claim.by_size == is_tensor(array)
    cells = values(array)
    if claim.by_size:
        assert all(size == claim.number for size in claim.sizes[:-1])
        assert claim.sizes[-1] <= claim.number
        try:
            there = len(np.split(cells, claim.number, axis=claim.axis))
        except ValueError:
            there = claim.number  # it cannot be cut into so many equal ones
        assert there == claim.number
    else:
        assert len(claim.sizes) == claim.number
        assert len(set(claim.sizes)) == 1
        by_size = torch.from_numpy(cells).split(claim.number, claim.axis)  # type: ignore[no-untyped-call]  # torch's own
        assert by_size[0].shape[claim.axis] == min(claim.number, cells.shape[claim.axis])


@check(AllReversed)
def _(claim: AllReversed, program: Program) -> None:
    names, origin = shown(program, claim.name)
    assert origin == claim.origin
    before, after = values(names[origin]), values(names[claim.name])
    assert before.ndim > 2
    for place in np.ndindex(*before.shape):
        assert np.array_equal(before[place], after[place[::-1]], equal_nan=before.dtype.kind == "f")
    assert tuple(names[origin].mT.shape) == claim.last


@check(AxesTaken)
def _(claim: AxesTaken, program: Program) -> None:
    names, origin = shown(program, claim.name)
    assert origin == claim.origin
    assert claim.order != tuple(sorted(claim.order))
    assert len(claim.order) == values(names[origin]).ndim
    sizes = tuple(range(2, 2 + len(claim.order)))  # each another, so that no order looks like a second one
    numbers = np.arange(prod(sizes)).reshape(sizes)
    other = names["torch"].from_numpy(numbers) if is_tensor(names[origin]) else numbers
    after = values(again(program, claim.name, **{origin: other}))
    for place in np.ndindex(*after.shape):
        before = dict(zip(claim.order, place, strict=True))
        assert after[place] == numbers[tuple(before[axis] for axis in range(len(before)))]


@check(FlattenedFirst)
def _(claim: FlattenedFirst, program: Program) -> None:
    names, origin = shown(program, claim.name)
    assert origin == claim.origin
    array, result = names[origin], values(names[claim.name])
    assert tuple(array.shape) == claim.shape
    assert len(claim.shape) > 1 == result.ndim
    np.testing.assert_array_equal(values(again(program, claim.name, **{origin: array.reshape(-1)})), result)
    statement = ast.parse(statement_of(program, claim.name))
    (call,) = [part for part in ast.walk(statement) if isinstance(part, ast.Call)][:1]
    assert ast.unparse(call.func).rpartition(".")[2] == claim.function
    assert claim.word == ("dim" if is_tensor(array) else "axis")
    assert not any(word.arg == claim.word and ast.unparse(word.value) != "None" for word in call.keywords)
    call.keywords = [word for word in call.keywords if word.arg != claim.word]
    call.keywords.append(ast.keyword(claim.word, ast.Constant(0)))
    found: Names = {}
    try:
        exec(ast.unparse(ast.fix_missing_locations(statement)), dict(names), found)
    except (ValueError, IndexError, TypeError, RuntimeError):
        assert claim.kept is None
    else:
        assert tuple(found[claim.name].shape) == claim.kept
