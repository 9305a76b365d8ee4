"""Random shapes are made to clash for real, and read back equal; what helps is tried with these very shapes."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from primer_core.error_messages import Recognised
from tests.error_messages.raising import raised_by, seen
from tests.profiles import examples

Shape = tuple[int, ...]

SIZE = st.integers(1, 6)
SHAPE = st.lists(SIZE, min_size=0, max_size=4).map(tuple)
SOME = st.lists(SIZE, min_size=1, max_size=4).map(tuple)

pytestmark = pytest.mark.filterwarnings("ignore")


def raised(function: Any, *arguments: Any) -> Recognised | None:
    """Return what is made of what a call raises, or None if it raises nothing."""
    try:
        function(*arguments)
    except (ValueError, RuntimeError, IndexError) as error:
        caught = error
    else:
        return None
    found = seen(caught)
    assert isinstance(found, Recognised), str(caught)
    return found


def helps(found: Recognised) -> None:
    """Check that every mistake raises the kind of message, and what comes after works; the first facts return."""
    for mistake in found.mistakes:
        error = raised_by(mistake.before)
        assert error is not None, mistake.before
        again = seen(error)
        assert isinstance(again, Recognised)
        assert again.kind == found.kind, mistake.before
        assert raised_by(mistake.after) is None, mistake.after


def in_numpy(shape: Shape) -> Any:
    return np.zeros(shape)


def in_torch(shape: Shape) -> Any:
    return torch.zeros(shape)


@given(shapes=st.lists(SHAPE, min_size=2, max_size=3))
@examples(200)
def test_shapes_that_do_not_broadcast(shapes: Sequence[Shape]) -> None:
    found = raised(lambda: np.nditer([in_numpy(shape) for shape in shapes]))
    assume(found)
    assert found is not None
    assert found.kind == "broadcast"
    assert [operand.shape for operand in found.operands] == list(shapes)
    clash = [operand for operand in found.operands if operand.clashes]
    assert len(clash) >= 2
    helps(found)


@given(a=SHAPE, b=SHAPE)
@examples(200)
def test_sizes_that_do_not_broadcast_in_pytorch(a: Shape, b: Shape) -> None:
    found = raised(lambda: in_torch(a) + in_torch(b))
    assume(found)
    assert found is not None
    assert found.kind == "broadcast_torch"
    cause: Any = found.cause
    rank = max(len(a), len(b))
    assert (cause.size_a, cause.size_b) == (a[cause.axis - rank], b[cause.axis - rank])
    helps(found)


@given(a=SHAPE, b=SHAPE, numpy=st.booleans())
@examples(200)
def test_results_that_do_not_fit_in_place(a: Shape, b: Shape, numpy: bool) -> None:
    make = in_numpy if numpy else in_torch

    def add() -> None:
        x = make(a)
        x += make(b)

    found = raised(add)
    assume(found and found.kind.startswith("output"))
    assert found is not None
    cause: Any = found.cause
    assert cause.output == a
    assert cause.result == np.broadcast_shapes(a, b)
    helps(found)


@given(shape=SHAPE, target=SHAPE, numpy=st.booleans())
@examples(200)
def test_arrays_that_cannot_be_stretched(shape: Shape, target: Shape, numpy: bool) -> None:
    if numpy:
        found = raised(np.broadcast_to, in_numpy(shape), target)
        assume(found and found.kind == "stretch")  # that of too many axes tells no shape
    else:
        found = raised(torch.broadcast_to, in_torch(shape), target)
        assume(found)
    assert found is not None
    cause: Any = found.cause
    assert (cause.shape, cause.target) == (shape, target)
    helps(found)


@given(place=SHAPE, value=SHAPE)
@examples(200)
def test_values_that_do_not_fit(place: Shape, value: Shape) -> None:
    def store() -> None:
        in_numpy(place)[...] = in_numpy(value)

    found = raised(store)
    assume(found)
    assert found is not None
    cause: Any = found.cause
    told = value
    while len(told) > len(place) and told[0] == 1:  # NumPy leaves such axes away by itself
        told = told[1:]
    assert (found.kind, cause.value, cause.place) == ("value", told, place)
    helps(found)


@given(a=st.tuples(SIZE, SIZE), b=st.tuples(SIZE, SIZE))
@examples(200)
def test_products_of_matrices(a: Shape, b: Shape) -> None:
    assume(a[1] != b[0])
    for function, make in ((np.dot, in_numpy), (torch.mm, in_torch)):
        found = raised(function, make(a), make(b))
        assert found is not None
        assert [operand.shape for operand in found.operands] == [a, b]
        assert [operand.clashes for operand in found.operands] == [(1,), (0,)]
        helps(found)
    found = raised(np.matmul, in_numpy(a), in_numpy(b))
    assert found is not None
    cause: Any = found.cause
    assert (cause.left, cause.right) == (a[1], b[0])
    helps(found)


@given(rows=SIZE, columns=SIZE, takes=st.integers(1, 24), gives=SIZE)
@examples(100)
def test_layers(rows: int, columns: int, takes: int, gives: int) -> None:
    assume(columns != takes)
    found = raised(torch.nn.Linear(takes, gives), in_torch((rows, columns)))
    assert found is not None
    assert found.kind == "matmul_torch"
    assert [operand.shape for operand in found.operands] == [(rows, columns), (takes, gives)]
    helps(found)


@given(a=SIZE, b=SIZE, c=SIZE)
@examples(60)
def test_products_with_vectors(a: int, b: int, c: int) -> None:
    assume(b != c)
    for function, one, other in ((torch.mv, (a, b), (c,)), (torch.dot, (b,), (c,)), (np.dot, (b,), (c,))):
        make = in_numpy if function is np.dot else in_torch
        found = raised(function, make(one), make(other))
        assert found is not None
        assert [operand.shape for operand in found.operands] == [one, other]
        helps(found)


@given(a=st.tuples(SIZE, SIZE, SIZE), b=st.tuples(SIZE, SIZE, SIZE))
@examples(100)
def test_stacks_of_matrices(a: Shape, b: Shape) -> None:
    found = raised(torch.bmm, in_torch(a), in_torch(b))
    assume(found)
    assert found is not None
    cause: Any = found.cause
    assert (cause.wanted, cause.given) == ((a[0], a[2]), (b[0], b[1]))
    helps(found)
    found = raised(np.matmul, in_numpy(a), in_numpy((*b[:1], a[2], b[2])))
    if found is not None:
        assert found.kind == "matmul_batch"
        assert [operand.shape for operand in found.operands] == [a, (b[0], a[2], b[2])]
        helps(found)


@given(shape=SOME, axis=st.integers(0, 3), index=st.integers(-20, 20), numpy=st.booleans())
@examples(100)
def test_indices_out_of_bounds(shape: Shape, axis: int, index: int, numpy: bool) -> None:
    assume(axis < len(shape))
    array = in_numpy(shape) if numpy else in_torch(shape)
    found = raised(lambda: array[(*[slice(None)] * axis, index)])
    assume(found)
    assert found is not None
    cause: Any = found.cause
    assert (cause.index, cause.axis, cause.size) == (index, axis, shape[axis])
    helps(found)


@given(shape=SHAPE, parts=st.integers(1, 6), numpy=st.booleans())
@examples(100)
def test_too_many_indices(shape: Shape, parts: int, numpy: bool) -> None:
    assume(parts > len(shape) and (shape or numpy))
    array = in_numpy(shape) if numpy else in_torch(shape)
    found = raised(lambda: array[(0,) * parts])
    assert found is not None
    cause: Any = found.cause
    assert (cause.axes, cause.parts) == (len(shape), parts if numpy else None)
    helps(found)


@given(shape=SOME, mask=SOME, numpy=st.booleans())
@examples(200)
def test_masks(shape: Shape, mask: Shape, numpy: bool) -> None:
    assume(len(mask) <= len(shape))
    found = (
        raised(lambda: in_numpy(shape)[np.ones(mask, dtype=bool)])
        if numpy
        else raised(lambda: in_torch(shape)[torch.ones(mask, dtype=torch.bool)])
    )
    assume(found)
    assert found is not None
    cause: Any = found.cause
    if numpy:
        assert (cause.size, cause.mask_size) == (shape[cause.axis], mask[cause.axis])
    else:
        assert (cause.shape, cause.mask) == (shape, mask)
    helps(found)


@given(shape=SHAPE, axis=st.integers(-6, 6), numpy=st.booleans())
@examples(100)
def test_axes_that_there_are_not(shape: Shape, axis: int, numpy: bool) -> None:
    array = in_numpy(shape) if numpy else in_torch(shape)
    found = raised(lambda: array.sum(axis))
    assume(found)
    assert found is not None
    cause: Any = found.cause
    assert (cause.axis, cause.axes) == (axis, len(shape) if numpy else max(len(shape), 1))
    helps(found)


@given(size=st.integers(0, 40), shape=SOME, unknown=st.integers(-1, 3), numpy=st.booleans())
@examples(300)
def test_new_shapes(size: int, shape: Shape, unknown: int, numpy: bool) -> None:
    asked = tuple(-1 if axis == unknown else n for axis, n in enumerate(shape))
    array = in_numpy((size,)) if numpy else in_torch((size,))
    found = raised(lambda: array.reshape(asked))
    assume(found)
    assert found is not None
    cause: Any = found.cause
    told = asked[1:] if numpy and asked[0] == -1 else asked  # NumPy leaves out a −1 at the beginning
    assert (cause.size, cause.shape) == (size, told)
    assert math.prod(abs(n) for n in asked) != size
    helps(found)


@given(a=SOME, b=SOME, axis=st.integers(0, 3))
@examples(200)
def test_joins(a: Shape, b: Shape, axis: int) -> None:
    for function, make in ((np.concatenate, in_numpy), (torch.cat, in_torch)):
        found = raised(function, [make(a), make(b)], axis)
        if found is None or found.kind in ("axis", "axis_torch"):
            continue
        cause: Any = found.cause
        if found.kind in ("join_axes", "join_axes_torch"):
            assert (cause.first, cause.second) == (len(a), len(b))
        elif found.kind == "join":
            assert (cause.first, cause.second, cause.place) == (a[cause.axis], b[cause.axis], 1)
        else:
            assert (found.kind, cause.axis, cause.place) == ("join_torch", axis, 1)
            assert (cause.first, cause.second) in list(zip(a, b, strict=True))
        helps(found)


@given(a=SHAPE, b=SHAPE)
@examples(100)
def test_stacks(a: Shape, b: Shape) -> None:
    assume(a != b)
    found = raised(torch.stack, [in_torch(a), in_torch(b)])
    assert found is not None
    assert [operand.shape for operand in found.operands] == [a, b]
    helps(found)


@given(prediction=SOME, target=SOME)
@examples(60)
def test_targets_of_another_shape(prediction: Shape, target: Shape) -> None:
    assume(prediction != target)
    for loss in (torch.nn.BCELoss(), torch.nn.BCEWithLogitsLoss()):
        found = raised(loss, in_torch(prediction), in_torch(target))
        assert found is not None
        assert found.kind == "target_shape"
        assert [operand.shape for operand in found.operands] == [prediction, target]
        helps(found)


@given(weight=st.tuples(SIZE, SIZE, st.integers(1, 3)), batch=SIZE, channels=SIZE, side=st.integers(3, 8))
@examples(60)
def test_channels(weight: Shape, batch: int, channels: int, side: int) -> None:
    out, wanted, kernel = weight
    assume(channels != wanted)
    found = raised(torch.nn.Conv2d(wanted, out, kernel), in_torch((batch, channels, side, side)))
    assert found is not None
    assert [operand.shape for operand in found.operands] == [
        (out, wanted, kernel, kernel),
        (batch, channels, side, side),
    ]
    helps(found)


@given(a=st.tuples(SIZE, SIZE), b=st.tuples(SIZE, SIZE))
@examples(60)
def test_saved_parameters_of_other_sizes(a: Shape, b: Shape) -> None:
    assume(a != b)
    saved = torch.nn.Linear(a[0], a[1]).state_dict()
    found = raised(torch.nn.Linear(b[0], b[1]).load_state_dict, saved)
    assert found is not None
    cause: Any = found.cause
    assert found.kind == "saved_sizes"
    told = {size.name: (size.saved, size.model) for size in cause.sizes}
    assert told["weight"] == (a[::-1], b[::-1])
    assert ("bias" in told) == (a[1] != b[1])
    helps(found)
