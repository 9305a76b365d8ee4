"""Whether views of another shape are given or refused for the reason that is told, found out by asking for them."""

from __future__ import annotations

import ast
import math
from itertools import pairwise
from typing import Any

import numpy as np
import torch

from primer_core.claims.viewing import (
    BytesCopied,
    CellsDiffer,
    LiesInOneRun,
    NothingToJoin,
    PairCompared,
    PairInShape,
    PairsFit,
    PairUnequal,
    ReshapeIsSilent,
    ViewGiven,
    ViewRefused,
    WalkedInOrder,
    WayTried,
)
from tests.claims.arrays import address, bounds, cells, reaches, read, strides, value_of, watched
from tests.claims.checking import check
from tests.claims.program import Names, Program


def base(program: Program) -> Names:
    """Return a and b as they were made."""
    _, found = watched(program, it=(program.first("b"), lambda names: dict(names)))
    return dict(found["it"])


def stands(program: Program, code: str) -> None:
    """A way to the new shape is one of those that the program tries."""
    tried = [ast.unparse(node.value) for node in program.statements if isinstance(node, ast.Assign | ast.Expr)]
    assert ast.unparse(ast.parse(code)) in tried, f"{code} is not tried"


def viewed(program: Program, code: str) -> Any:
    """Return b and the view, or None where it is refused."""
    stands(program, code)
    names = base(program)
    try:
        return names["b"], value_of(code, names)
    except (ValueError, RuntimeError, TypeError):
        return names["b"], None


def is_first(program: Program, code: str) -> None:
    """It is what was asked for: the first that is tried once b is made."""
    lines = [node for node in program.statements[program.first("b") :] if isinstance(node, ast.Assign | ast.Expr)]
    tried = [ast.unparse(node.value) for node in lines if not ast.unparse(node).startswith("print")]
    assert tried[0] == ast.unparse(ast.parse(code))


@check(ViewGiven)
def _(claim: ViewGiven, program: Program) -> None:
    is_first(program, claim.code)
    b, view = viewed(program, claim.code)
    assert view is not None
    assert tuple(view.shape) == claim.shape
    assert view is b or reaches(b, view) or not cells(b).size


@check(ViewRefused)
def _(claim: ViewRefused, program: Program) -> None:
    is_first(program, claim.code)
    _, view = viewed(program, claim.code)
    assert view is None
    asked_for(claim.code, claim.shape)


def asked_for(code: str, shape: tuple[int, ...]) -> None:
    """It is that shape that the code asks for."""
    call = ast.parse(code, mode="eval").body
    assert isinstance(call, ast.Call)
    sizes = [ast.literal_eval(size) for size in call.args]
    assert tuple(sizes[0] if len(sizes) == 1 and isinstance(sizes[0], tuple) else sizes) == shape


def joins(b: Any, shape: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return the pairs of axes that a shape walks as one: at each, the walk passes from one into the next."""
    kept = [axis for axis in range(cells(b).ndim) if b.shape[axis] != 1]
    cuts = [math.prod(shape[start:]) for start in range(len(shape) + 1)]
    return [(left, right) for left, right in pairwise(kept) if math.prod(b.shape[right:]) not in cuts]


@check(PairsFit)
def _(claim: PairsFit, program: Program) -> None:
    is_first(program, claim.code)
    b, view = viewed(program, claim.code)
    assert view is not None
    assert view is b or reaches(b, view) or not cells(b).size
    assert list(claim.pairs) == (joins(b, tuple(view.shape)) if cells(b).size else [])
    # Each pair is walked as one axis: a view that joins just these two is given, too.
    for left, right in claim.pairs:
        alone = np.moveaxis(cells(base(program)["b"]), (left, right), (-2, -1))
        while alone.ndim > 2:
            alone = alone[0]
        assert alone.reshape(-1, copy=False).size == b.shape[left] * b.shape[right]


@check(PairUnequal)
def _(claim: PairUnequal, program: Program) -> None:
    is_first(program, claim.code)
    b, view = viewed(program, claim.code)
    assert view is None
    left, right = claim.axes
    assert 0 <= left < right < cells(b).ndim
    steps = strides(b)
    assert (steps[left], b.shape[right], steps[right]) == (claim.stride, claim.size, claim.next_stride)
    assert all(b.shape[axis] == 1 for axis in range(left + 1, right))
    # These two alone cannot be joined either; with the first one's stride as it would have to be, they can.
    values = cells(b)
    pair = np.lib.stride_tricks.as_strided(
        values,
        (values.shape[left], values.shape[right]),
        (values.strides[left], values.strides[right]),
        writeable=False,
    )
    assert refuses(pair)
    fits = np.lib.stride_tricks.as_strided(pair, pair.shape, (pair.strides[1] * pair.shape[1], pair.strides[1]))
    assert not refuses(fits)
    # A copy in order has the new shape.
    stands(program, claim.code)
    ordered = value_of(claim.code, {"b": in_order(b)})
    assert (left, right) in joins(b, tuple(ordered.shape))


def in_order(b: Any) -> Any:
    return b.contiguous().clone() if isinstance(b, torch.Tensor) else b.copy(order="C")


def refuses(pair: Any) -> bool:
    try:
        pair.reshape(-1, copy=False)
    except ValueError:
        return True
    return False


@check(CellsDiffer)
def _(claim: CellsDiffer, program: Program) -> None:
    is_first(program, claim.code)
    b, view = viewed(program, claim.code)
    assert view is None
    assert sum(1 for _ in cells(b).flat) == claim.cells
    try:
        value_of(claim.code, {"b": in_order(b)})
    except (ValueError, RuntimeError, TypeError):
        pass
    else:
        raise AssertionError("a copy has the shape")
    asked_for(claim.code, claim.shape)


@check(BytesCopied)
def _(claim: BytesCopied, program: Program) -> None:
    b, made = viewed(program, claim.code)
    assert made is not None
    shared = made is b or reaches(b, made)
    assert claim.bytes == (0 if shared else cells(made).nbytes)


@check(ReshapeIsSilent)
def _(claim: ReshapeIsSilent, program: Program) -> None:
    b, made = viewed(program, claim.code)
    assert "reshape" in claim.code
    assert "copy" not in claim.code
    assert claim.copied == (not (made is b or reaches(b, made)) and bool(cells(b).size))


@check(PairCompared)
def _(claim: PairCompared, program: Program) -> None:
    b = base(program)[claim.name]
    left, right = claim.axes
    values, steps = cells(b), strides(b)
    assert 0 <= left < right < values.ndim
    assert values.shape[left] != 1 != values.shape[right]
    assert all(values.shape[axis] == 1 for axis in range(left + 1, right))
    assert (steps[left], values.shape[right], steps[right]) == (claim.stride, claim.size, claim.next_stride)
    # Walked as one they have a single stride from each cell to the next.
    sizes, moves = (2, max(values.shape[right], 1)), (steps[left], steps[right])
    places = [i * moves[0] + j * moves[1] for i in range(sizes[0]) for j in range(sizes[1])]
    walked = {new - old for old, new in pairwise(places)}
    assert claim.joins == (len(walked) <= 1 if values.shape[right] else claim.stride == 0)


@check(WayTried)
def _(claim: WayTried, program: Program) -> None:
    b, made = viewed(program, claim.code)
    if made is None:
        assert (claim.gave, claim.bytes) == ("refused", 0)
        return
    shared = made is b or reaches(b, made)
    gave = "view" if shared else "copy" if cells(made).size else "empty"
    assert claim.gave == gave
    assert claim.bytes == (0 if shared else cells(made).nbytes)


@check(WalkedInOrder)
def _(claim: WalkedInOrder, program: Program) -> None:
    b = base(program)[claim.name]
    values = cells(b)
    start = bounds(b)[0] if not isinstance(b, torch.Tensor) else b.untyped_storage().data_ptr()
    walked = [(values[index].__array_interface__["data"][0] if values.ndim == 0 else address(values[(*index, ...)]))
              for index in np.ndindex(*values.shape)]  # fmt: skip
    elements = [(where - start) // values.itemsize for where in walked]
    assert list(claim.elements) == elements[: len(claim.elements)]
    assert claim.more == (len(elements) > len(claim.elements))
    assert len(claim.elements) == min(16, len(elements))


def new_shape(program: Program) -> tuple[int, ...]:
    """The shape that the program asks ``view`` or ``reshape`` for, with −1 worked out."""
    b = base(program)["b"]
    for node in ast.walk(ast.Module(program.statements, [])):
        match node:
            case ast.Call(ast.Attribute(ast.Name("b"), "view" | "reshape"), [*sizes]) if sizes:
                found = value_of(f"({', '.join(map(ast.unparse, sizes))},)", {})
                shape = found[0] if isinstance(found[0], tuple) else found
                return tuple(cells(b).reshape(shape).shape)
            case ast.Call(ast.Attribute(ast.Name("np"), "reshape"), [ast.Name("b"), sizes, *_]):
                return tuple(np.reshape(cells(b), value_of(ast.unparse(sizes), {})).shape)
    raise AssertionError("no shape is asked for")


@check(PairInShape)
def _(claim: PairInShape, program: Program) -> None:
    b = base(program)[claim.name]
    left, right = claim.axes
    values, steps = cells(b), strides(b)
    assert 0 <= left < right < values.ndim
    assert all(size == 1 for size in values.shape[left + 1 : right])
    assert values.shape[left] != 1 != values.shape[right]
    shape = new_shape(program)
    # Cells after the border between the two, against those after each border of the new shape.
    behind = int(np.prod(values.shape[right:]))
    borders = {int(np.prod(shape[axis:])) for axis in range(1, len(shape))}
    assert claim.joined == (behind not in borders)
    assert claim.fits == (not claim.joined or steps[left] == values.shape[right] * steps[right])


@check(NothingToJoin)
def _(claim: NothingToJoin, program: Program) -> None:
    assert tuple(base(program)["b"].shape) == claim.shape
    assert len([size for size in claim.shape if size != 1]) < 2


@check(LiesInOneRun)
def _(claim: LiesInOneRun, program: Program) -> None:
    array = read(program.run().names, claim.name)
    shape, steps = tuple(array.shape), strides(array)
    assert claim.order in ("C", "F")
    order = range(len(shape)) if claim.order == "C" else range(len(shape))[::-1]
    places = [0]
    for axis in order:
        places = [place + index * steps[axis] for place in places for index in range(shape[axis])]
    assert claim.holds == (places == list(range(len(places))))
