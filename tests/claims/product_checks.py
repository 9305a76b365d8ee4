"""Whether products of matrices are what is said of them, found out with loops over plain lists."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from primer_core.claims.products import (
    AxisMeets,
    BatchesDiffer,
    CannotPair,
    CellByCell,
    DotKeepsAll,
    GivesShape,
    HasProduct,
    LentAnAxis,
    Meaning,
    NoAxisToSum,
    OneDtypeOnly,
    OneNumberOfTwo,
    Operations,
    OtherOrder,
    Repeated,
    SumsOfProducts,
)
from tests.claims.checking import check
from tests.claims.program import Program
from tests.claims.stretching_checks import meets

LARGEST = 4_000
"""Cells that are summed in Python, one by one."""


def operands(program: Program) -> dict[str, Any]:
    """The two operands, each as its own first statement made it."""
    ran = program.run(until=max(program.first("a"), program.first("b")))
    return {name: _array(ran[name]) for name in ("a", "b")}


def _array(value: Any) -> Any:
    """An array of the values; where only a shape is known, one number read again and again."""
    return np.broadcast_to(np.int8(0), tuple(value.shape)) if is_only_a_shape(value) else np.asarray(value)


def is_only_a_shape(value: Any) -> bool:
    return getattr(getattr(value, "device", None), "type", "") == "meta"


def result(program: Program) -> Any:
    """The product that the program computes, as an array."""
    ran = program.run()
    assert ran.error is None, ran.error
    return _array(ran["y" if program.binds("y") else "c"])


def is_computed(program: Program) -> bool:
    """Whether the program computes numbers, and not a shape alone."""
    return not is_only_a_shape(program.run()["c"])


def stacked(array: Any, name: str) -> Any:
    """The matrices of an operand, a vector being one row of a or one column of b."""
    if array.ndim > 1:
        return array
    return array.reshape(1, -1) if name == "a" else array.reshape(-1, 1)


@check(GivesShape)
def _(claim: GivesShape, program: Program) -> None:
    assert result(program).shape == claim.shape


@check(SumsOfProducts)
def _(claim: SumsOfProducts, program: Program) -> None:
    a, b = operands(program).values()
    assert a.shape[-1] == claim.k
    assert (b.shape[0] if b.ndim == 1 else b.shape[-2]) == claim.k
    if not is_computed(program):
        assert not claim.truth
        return
    c = result(program)
    assert claim.truth is (c.dtype == bool)
    if a.ndim > 2 or b.ndim > 2 or c.size * claim.k > LARGEST:
        return
    rows, columns = stacked(a, "a").tolist(), stacked(b, "b").T.tolist()
    if claim.truth:
        pairs = (zip(row, column, strict=True) for row in rows for column in columns)
        assert c.ravel().tolist() == [any(x and y for x, y in pair) for pair in pairs]
        return
    sums = [sum((x * y for x, y in zip(row, column, strict=True)), 0) for row in rows for column in columns]
    kept = np.array(sums, dtype=object)
    if c.dtype.kind in "iu":  # what wraps around is said by another claim
        kept = np.array([int(value) % 2 ** (8 * c.itemsize) for value in sums], dtype=object)
        found = [int(value) % 2 ** (8 * c.itemsize) for value in c.ravel()]
        assert found == kept.tolist()
    else:
        with np.errstate(over="ignore"):
            kept = kept.astype(c.dtype)  # what is too large for it is infinite
        few = 1e-4 if c.itemsize > 2 else 1e-2  # float16 has 11 bits
        np.testing.assert_allclose(c.ravel().astype(complex), kept.astype(complex), rtol=few, atol=1e-6)


@check(OneNumberOfTwo)
def _(claim: OneNumberOfTwo, program: Program) -> None:
    arrays = operands(program)
    assert arrays["a"].shape == arrays["b"].shape == (claim.size,)
    if not is_computed(program):
        return
    assert result(program).ndim == 0
    for name in ("a", "b"):
        np.testing.assert_array_equal(np.asarray(program.replaced(name, f"{name}.T")["c"]), result(program))
    last = max(("a", "b"), key=program.first)
    pairs = np.asarray(
        program.changed(last, lambda names: names.update(a=names["a"][:, None], b=names["b"][None, :]))["c"]
    )
    assert pairs.shape == (claim.size, claim.size)
    np.testing.assert_array_equal(pairs, np.outer(arrays["a"], arrays["b"]).astype(pairs.dtype))


@check(LentAnAxis)
def _(claim: LentAnAxis, program: Program) -> None:
    arrays = operands(program)
    vector = arrays[claim.name]
    assert vector.shape == (claim.size,)
    assert claim.lent == {"a": "row", "b": "column"}[claim.name]
    if not is_computed(program):
        return
    code = f"{claim.name}[None, :]" if claim.lent == "row" else f"{claim.name}[:, None]"
    wider = np.asarray(program.replaced(claim.name, code)["c"])
    without = result(program)
    assert wider.ndim == without.ndim + 1
    assert wider.size == without.size
    np.testing.assert_array_equal(wider.ravel(), without.ravel())


@check(Repeated)
def _(claim: Repeated, program: Program) -> None:
    arrays = operands(program)
    shape = result(program).shape
    vectors = sum(array.ndim == 1 for array in arrays.values())
    matrix = 2 - vectors
    assert shape[: len(shape) - matrix] == claim.batch
    batch = len(claim.batch)
    again = {}
    for name, array in arrays.items():
        lead = (1,) * (batch - max(array.ndim - 2, 0)) + array.shape[: max(array.ndim - 2, 0)]
        axes = tuple(n - batch - 2 for n in range(batch) if lead[n] != claim.batch[n])
        if axes:
            again[name] = axes
    assert dict(claim.again) == again
    assert len(claim.again) == len(again)
    if not is_computed(program) or result(program).size > LARGEST:
        return
    c = np.broadcast_to(result(program), shape)
    for place in np.ndindex(*claim.batch):
        own = []
        for name, array in arrays.items():
            lead = array.shape[:-2] if array.ndim > 2 else ()
            mine = tuple(0 if size == 1 else at for size, at in zip(lead, place[batch - len(lead) :], strict=True))
            own.append(stacked(array, name)[mine])
        np.testing.assert_allclose(np.ravel(c[place]), np.ravel(own[0] @ own[1]), rtol=1e-4, atol=1e-6)


@check(DotKeepsAll)
def _(claim: DotKeepsAll, program: Program) -> None:
    a, b = operands(program).values()
    assert np.dot(a, b).shape == claim.shape
    assert result(program).shape != claim.shape


@check(CellByCell)
def _(claim: CellByCell, program: Program) -> None:
    a, b = operands(program).values()
    shapes = [a.shape, b.shape]
    assert meets(shapes) == (claim.shape is not None)
    if claim.shape is not None:
        assert (a * b).shape == claim.shape


@check(OtherOrder)
def _(claim: OtherOrder, program: Program) -> None:
    a, b = operands(program).values()
    assert a.ndim == b.ndim == 2
    rows = [[sum(map(operator.mul, row, column)) for column in a.T.tolist()] for row in b.tolist()]
    assert (len(rows), len(rows[0])) == claim.shape
    found = result(program)
    assert claim.same == (found.shape == claim.shape)
    # Wrapped around or rounded as a @ b is: with NumPy's own numbers.
    assert not claim.same or not np.array_equal(np.array([[*row] for row in b @ a]), found)


@check(Operations)
def _(claim: Operations, program: Program) -> None:
    a, b = operands(program).values()
    left, right = (np.broadcast_to(np.int8(0), stacked(array, name).shape) for array, name in ((a, "a"), (b, "b")))
    assert (left.shape[-2], right.shape[-1], left.shape[-1], right.shape[-2]) == (claim.m, claim.n, claim.k, claim.k)
    leads = [np.broadcast_to(np.int8(0), array.shape[:-2]) for array in (left, right)]
    assert np.broadcast(*leads).shape == claim.batch


@check(OneDtypeOnly)
def _(claim: OneDtypeOnly, program: Program) -> None:
    a, b = operands(program).values()
    assert (a.dtype.name, b.dtype.name) == (claim.a, claim.b)
    assert (a @ b).dtype.name == claim.made
    assert result(program).dtype.name == claim.made
    try:
        torch.from_numpy(a.copy()) @ torch.from_numpy(b.copy())
    except RuntimeError:
        return
    raise AssertionError("PyTorch multiplies them as they are")


@check(NoAxisToSum)
def _(claim: NoAxisToSum, program: Program) -> None:
    arrays = operands(program)
    assert program.run().error is not None
    assert arrays[claim.name].shape == ()
    assert (arrays["a"] * arrays["b"]).size == max(array.size for array in arrays.values())


@check(CannotPair)
def _(claim: CannotPair, program: Program) -> None:
    a, b = operands(program).values()
    assert program.run().error is not None
    assert claim.vectors == (a.ndim == 1, b.ndim == 1)
    assert a.shape[-1] == claim.row
    assert b.shape[0 if b.ndim == 1 else -2] == claim.column
    # The last matrices alone have no product; once the sizes are equal, they do.
    left, right = stacked(a, "a").shape[-2:], stacked(b, "b").shape[-2:]
    assert left[1] != right[0]
    assert (np.zeros((left[0], right[0])) @ np.zeros(right)).shape == (left[0], right[1])


@check(BatchesDiffer)
def _(claim: BatchesDiffer, program: Program) -> None:
    a, b = operands(program).values()
    assert program.run().error is not None
    assert a.shape[-1] == b.shape[-2]
    along = range(-min(a.ndim, b.ndim), -2)
    clashing = [
        (n, a.shape[n], b.shape[n]) for n in along if a.shape[n] != b.shape[n] and 1 not in (a.shape[n], b.shape[n])
    ]
    assert list(claim.axes) == clashing
    assert clashing
    mended = [list(a.shape), list(b.shape)]
    for axis, _a, _b in claim.axes:
        mended[0][axis] = 1
    assert meets([shape[:-2] for shape in mended])


MEANT: Mapping[Meaning, Callable[[str], bool]] = {
    "transpose b": lambda code: code in ("a @ b.T", "a @ b.swapaxes(-2, -1)"),
    "transpose a": lambda code: code in ("a.T @ b", "a.swapaxes(-2, -1) @ b"),
    "swap": lambda code: code == "b @ a",
    "transpose both": lambda code: (
        code in {f"a{one} @ b{other}" for one, other in itertools.product((".T", ".swapaxes(-2, -1)"), repeat=2)}
    ),
    "every pair": lambda code: code == "a[:, None] @ b[None, :]",
    "a column each": lambda code: code.startswith("a @ b[") and code.endswith(", None]"),
    "batch of a": lambda code: code == "a[:, None] @ b",
    "column a": lambda code: code == "a[:, None] @ b",
    "batch of b": lambda code: code == "a @ b[:, None]",
    "row b": lambda code: code == "a @ b[None, :]",
}


@check(HasProduct)
def _(claim: HasProduct, program: Program) -> None:
    arrays = operands(program)
    a, b = arrays.values()
    assert program.run().error is not None
    assert MEANT[claim.meaning](claim.change)
    made = eval(claim.change, arrays)
    assert made.shape == claim.shape
    if claim.meaning == "every pair":
        np.testing.assert_allclose(made, np.multiply.outer(np.asarray(a), np.asarray(b)))  # wraps as its dtype does
    if claim.meaning == "a column each" and b.ndim == 2:
        for row, matrix in enumerate(a.reshape(-1, *a.shape[-2:])):
            np.testing.assert_allclose(made.reshape(-1, a.shape[-2], 1)[row, :, 0], matrix @ b[row % len(b)])
    if claim.meaning in ("batch of a", "batch of b"):
        assert max(a.ndim, b.ndim) > 2
    if claim.meaning == "column a":
        assert a.ndim == 1
    if claim.meaning == "row b":
        assert b.ndim == 1


@check(AxisMeets)
def _(claim: AxisMeets, program: Program) -> None:
    a, b = operands(program).values()
    assert (claim.place == 0) == (claim.role != "batch")
    match claim.role:
        case "inner":
            wanted = "equal, summed over" if a.shape[-1] == b.shape[-2 if b.ndim > 1 else -1] else "must be equal"
        case "rows":
            wanted = "remains" if a.ndim > 1 else "taken away again"
        case "columns":
            wanted = "remains" if b.ndim > 1 else "taken away again"
        case "batch":
            assert claim.place <= -3
            sizes = {name: array.shape[claim.place] if -claim.place <= array.ndim else None
                     for name, array in (("a", a), ("b", b))}  # fmt: skip
            assert set(sizes.values()) != {None}
            read = [np.empty((size or (1 if size is None else 0), 0)) for size in sizes.values()]
            try:
                met = np.broadcast(*read).shape[0]
            except ValueError:
                wanted = "neither equal nor 1"
            else:
                found = [name for name, size in sizes.items() if size != met]
                wanted = f"{' and '.join(found)} stretched" if found else "equal"
        case _:
            raise AssertionError(f"{claim.role} is no role")
    assert claim.becomes == wanted
