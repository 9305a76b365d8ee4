"""Whether operands are read as it is said, found out by writing through them and by computing cell by cell."""

from __future__ import annotations

import ast
import itertools
from typing import Any

import numpy as np

from primer_core.claims.stretching import (
    CannotMeet,
    ClashAlong,
    EqualAlong,
    EveryPair,
    FitsEitherAxis,
    MeetIn,
    MeetInMany,
    MeetInPlace,
    NotTheMatrixProduct,
    ReadStretched,
    Saved,
    ShapesClash,
    StretchedAlong,
)
from tests.claims.checking import check
from tests.claims.program import Names, Program, Ran

OPERANDS = ("a", "b", "c")


def given(program: Program) -> dict[str, Any]:
    """The operands, each as its own first statement made it."""
    names = [name for name in OPERANDS if program.binds(name)]
    ran = program.run(until=max(program.first(name) for name in names))
    return {name: np.asarray(ran[name]) for name in names}


def result_shape(program: Program) -> tuple[int, ...]:
    """The shape in which all operands meet, grown one cell at a time: no rule of broadcasting is applied here."""
    shapes = [array.shape for array in given(program).values()]
    return np.broadcast(*[np.broadcast_to(np.int8(0), shape) for shape in shapes]).shape


@check(MeetIn)
def _(claim: MeetIn, program: Program) -> None:
    ran = program.run()
    assert ran.error is None
    if "y" in ran.names:
        assert tuple(ran["y"].shape) == claim.shape
    else:
        assert result_shape(program) == claim.shape


@check(ShapesClash)
def _(claim: ShapesClash, program: Program) -> None:
    assert tuple(array.shape for array in given(program).values()) == claim.shapes
    assert not meets(claim.shapes)
    assert program.run().error is not None


@check(MeetInMany)
def _(claim: MeetInMany, program: Program) -> None:
    assert result_shape(program) == claim.shape
    assert claim.largest == max(array.size for array in (*given(program).values(), np.broadcast_to(0, claim.shape)))


def along(program: Program, axis: int) -> dict[str, int]:
    """The size of each operand along an axis, 1 where it has no such axis."""
    arrays = given(program)
    assert axis < 0
    assert any(-axis <= array.ndim for array in arrays.values()), "no operand has that axis"
    return {name: array.shape[axis] if -axis <= array.ndim else 1 for name, array in arrays.items()}


@check(StretchedAlong)
def _(claim: StretchedAlong, program: Program) -> None:
    sizes = along(program, claim.axis)
    read = np.broadcast(*[np.empty((size, 0)) for size in sizes.values()]).shape[0]
    assert tuple(name for name, size in sizes.items() if size != read) == claim.names
    assert claim.names


@check(EqualAlong)
def _(claim: EqualAlong, program: Program) -> None:
    assert len(set(along(program, claim.axis).values())) == 1


@check(ClashAlong)
def _(claim: ClashAlong, program: Program) -> None:
    sizes = along(program, claim.axis).values()
    assert not meets((size,) for size in sizes)
    assert program.run().error is not None


@check(ReadStretched)
def _(claim: ReadStretched, program: Program) -> None:
    arrays, shape = given(program), result_shape(program)
    own = arrays[claim.name]
    assert own.shape == claim.shape
    assert own.shape != shape, "it is read as it stands"
    absent = [axis for axis in range(-len(shape), 0) if -axis > own.ndim]
    assert list(claim.missing) == absent
    again = {
        axis: shape[axis]
        for axis in range(-len(shape), 0)
        if (own.shape[axis] if -axis <= own.ndim else 1) != shape[axis]
    }
    assert dict(claim.repeats) == again
    assert len(claim.repeats) == len(again)
    # What is written into a cell of its own is read so often: no copy was made.
    places = list(arrays)
    stand_ins = [
        np.zeros(array.shape if array.size < 10_000 else (1,) * array.ndim, np.int8) for array in arrays.values()
    ]
    read = np.broadcast_arrays(*stand_ins)[places.index(claim.name)]
    if read.size and read.shape == shape:
        stand_ins[places.index(claim.name)].flat[0] = 1
        assert int(np.count_nonzero(read)) == int(np.prod([times for _, times in claim.repeats], dtype=np.int64))


@check(MeetInPlace)
def _(claim: MeetInPlace, program: Program) -> None:
    arrays = given(program)
    assert {array.shape for array in arrays.values()} == {claim.shape}
    assert result_shape(program) == claim.shape


@check(Saved)
def _(claim: Saved, program: Program) -> None:
    arrays, shape = given(program), result_shape(program)
    larger = {name: array for name, array in arrays.items() if np.ones(shape, np.int8).size > array.size}
    assert [name for name, _ in claim.strides] == list(larger)
    copies = {name: np.ascontiguousarray(np.broadcast_to(array, shape)) for name, array in larger.items()}
    assert claim.bytes == sum(copies[name].nbytes - array.nbytes for name, array in larger.items())
    for name, strides in claim.strides:
        read = np.lib.stride_tricks.as_strided(larger[name], shape, strides, writeable=False)
        assert strides == np.broadcast_to(larger[name], shape).strides
        np.testing.assert_array_equal(read, copies[name])
        for axis, stride in enumerate(strides):
            own = larger[name].shape[axis - len(shape)] if len(shape) - axis <= larger[name].ndim else 1
            assert stride == 0 or own != 1 or shape[axis] == 1


@check(CannotMeet)
def _(claim: CannotMeet, program: Program) -> None:
    arrays = given(program)
    assert program.run().error is not None
    along = {
        name: array.shape[claim.axis]
        for name, array in arrays.items()
        if -claim.axis <= array.ndim and array.shape[claim.axis] != 1
    }
    assert claim.axis < 0
    assert dict(claim.sizes) == along
    assert len(set(along.values())) > 1
    # Once these sizes are 1, nothing clashes along this axis any more; with any one of them left, the rest still does.
    shapes = {name: list(array.shape) for name, array in arrays.items()}
    others = {axis for axis in range(-max(map(len, shapes.values())), 0) if axis != claim.axis}
    alone = {
        name: [1 if axis - len(shape) in others else size for axis, size in enumerate(shape)]
        for name, shape in shapes.items()
    }
    assert not meets(alone.values()), "this axis alone clashes"
    for name, _ in claim.sizes:
        alone[name][claim.axis] = 1
    assert meets(alone.values()), "without these sizes nothing does"


def meets(shapes: Any) -> bool:
    """Whether NumPy computes with arrays of these shapes."""
    total: Any = np.int8(0)
    try:
        for shape in shapes:
            total = np.broadcast(np.broadcast_to(np.int8(0), total.shape), np.broadcast_to(np.int8(0), tuple(shape)))
    except ValueError:
        return False
    return True


@check(EveryPair)
def _(claim: EveryPair, program: Program) -> None:
    arrays, y = given(program), program.run()["y"]
    vector, column = arrays[claim.vector], arrays[claim.column]
    assert vector.shape == (claim.n,)
    assert column.shape == (claim.n, 1)
    assert tuple(y.shape) == (claim.n, claim.n)
    # Both ways out give a cell a pair.
    assert program.replaced(claim.column, f"{claim.column}[:, 0]")["y"].shape == (claim.n,)
    assert program.replaced(claim.vector, f"{claim.vector}[:, None]")["y"].shape == (claim.n, 1)
    if claim.losses is None:
        return
    every, paired = claim.losses
    first, second = arrays["a"].ravel().tolist(), arrays["b"].ravel().tolist()
    differences = [(left - right) ** 2 for left, right in itertools.product(first, second)]
    pairs = [(left - right) ** 2 for left, right in zip(first, second, strict=True)]
    np.testing.assert_allclose(every, sum(differences) / len(differences), rtol=1e-6)
    np.testing.assert_allclose(paired, sum(pairs) / len(pairs), rtol=1e-6, atol=1e-12)


@check(FitsEitherAxis)
def _(claim: FitsEitherAxis, program: Program) -> None:
    arrays = given(program)
    assert arrays[claim.table].shape == (claim.n, claim.n)
    assert arrays[claim.vector].shape == (claim.n,)
    assert claim.n > 1

    def mark(names: Names) -> None:
        """Make all cells alike but the first of the vector."""
        names[claim.table] = np.full((claim.n, claim.n), 2.0)
        names[claim.vector] = np.where(np.arange(claim.n) == 0, 5.0, 3.0)

    last = max(program.first(claim.table), program.first(claim.vector))
    y = values(program.run(after={last: mark}))
    assert np.argwhere(y != y[-1, -1])[:, 1].tolist() == [0] * claim.n, "it belongs to column 0"

    def mark_rows(names: Names) -> None:
        mark(names)
        names[claim.vector] = names[claim.vector][:, None]

    y = values(program.run(after={last: mark_rows}))
    assert np.argwhere(y != y[-1, -1])[:, 0].tolist() == [0] * claim.n, "it belongs to row 0"


def values(ran: Ran) -> Any:
    """The values of the result, a new array or one that was written into."""
    assert ran.error is None
    y = ran["y"] if "y" in ran.names else ran["a"]
    return y.detach().numpy() if hasattr(y, "detach") else y


@check(NotTheMatrixProduct)
def _(claim: NotTheMatrixProduct, program: Program) -> None:
    arrays = given(program)
    assert list(arrays) == [claim.left, claim.right]
    left, right = arrays.values()
    columns = right.T.tolist() if right.ndim == 2 else [right.tolist()]
    product = [
        sum(one * other for one, other in zip(row, column, strict=True)) for row in left.tolist() for column in columns
    ]
    assert (len(left), *right.shape[1:]) == claim.shape
    assert program.run().error is not None or values(program.run()).ravel().tolist() != product
    place = next(
        n
        for n, line in enumerate(program.statements, start=1)
        if any(sign in ast.unparse(line) for sign in ("a * b", "a *= b"))
    )
    assert program.instead(place, f"y = {claim.left} @ {claim.right}")["y"].shape == claim.shape
