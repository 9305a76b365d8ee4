"""What is said of two operands and their product, or of why they have none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from primer_core.backend import Library, backend
from primer_core.claims.claim import Claim, listed
from primer_core.claims.dtypes import WrappedAround
from primer_core.claims.infinities import NoValue, WentBeyond
from primer_core.claims.products import (
    AxisMeets,
    BatchesDiffer,
    CannotPair,
    CellByCell,
    DotKeepsAll,
    GivesShape,
    HasProduct,
    LentAnAxis,
    NoAxisToSum,
    OneDtypeOnly,
    OneNumberOfTwo,
    Operations,
    OtherOrder,
    Repeated,
    SumsOfProducts,
)
from primer_core.lessons.alignment import axis_rule, joint_shape
from primer_core.lessons.matmul.code import converts
from primer_core.lessons.matmul.explain import Mismatch, Outcome, Paired, Product, ProductAxis, ProductSizes, TooLarge
from primer_core.lessons.matmul.question import NAMES, MatmulQuestion
from primer_core.lessons.outcome import Unread


def claims_of(question: MatmulQuestion, outcome: Outcome) -> tuple[Claim, ...]:
    """List all that the page says of an outcome."""
    match outcome:
        case Unread():
            return ()
        case Mismatch():
            return (
                *causes(outcome),
                *meets(outcome),
                *(HasProduct(fix.meaning, fix.change, fix.shape) for fix in outcome.fixes),
            )
        case TooLarge():
            return (GivesShape(outcome.shape), *meets(outcome), operations(outcome.sizes), *of_product(outcome))
        case Product():
            return (
                GivesShape(outcome.shape),
                *meets(outcome),
                operations(outcome.sizes),
                *warnings(outcome),
                *of_product(outcome),
                *conversion(outcome, question.library),
            )


def meets(paired: Paired) -> tuple[AxisMeets, ...]:
    """Say what becomes of each axis."""
    return tuple(map(_meets, paired.axes))


def _meets(axis: ProductAxis) -> AxisMeets:
    place = next(place for place in axis.places if place is not None) if axis.role == "batch" else 0
    match axis.verdict:
        case "clash":
            becomes = "must be equal" if axis.role == "inner" else "neither equal nor 1"
        case "summed":
            becomes = "equal, summed over"
        case "dropped":
            becomes = "taken away again"
        case "stretched":
            becomes = f"{listed([NAMES[of] for of in axis.stretched])} stretched"
        case verdict:
            becomes = verdict
    return AxisMeets(axis.role, place, becomes)


def of_product(outcome: TooLarge | Product) -> tuple[Claim, ...]:
    """Say what meets in a cell, what is lent, and what is repeated."""
    sizes = outcome.sizes
    truth = isinstance(outcome, Product) and outcome.result.dtype == bool
    found: list[Claim] = [SumsOfProducts(sizes.k, truth)]
    a, b = (operand.shape for operand in outcome.operands)
    if len(a) == 1:
        found.append(LentAnAxis("a", a[0], "row"))
    if len(b) == 1:
        found.append(LentAnAxis("b", b[0], "column"))
    if len(a) == len(b) == 1:
        found.append(OneNumberOfTwo(a[0]))
    if sizes.batch:
        found.append(_repeated(outcome, sizes.batch))
    if isinstance(outcome, Product):
        found += not_finite(outcome)
        if outcome.dot_shape is not None:
            found.append(DotKeepsAll(outcome.dot_shape))
        if len(a) == len(b) == 2:
            found.append(CellByCell(joint_shape(axis_rule([a, b]))))
            found += other_order(outcome)
    return tuple(found)


def other_order(product: Product) -> tuple[Claim, ...]:
    """Say what two matrices give in the other order, where that is something else; nothing where it has no product."""
    a, b = (operand.values for operand in product.operands)
    if a.shape[0] != b.shape[1] or not a.size or not b.size:
        return ()
    shape = (b.shape[0], a.shape[1])
    if shape != product.shape:
        return (OtherOrder(shape, same=False),)
    with np.errstate(all="ignore"):
        other = b @ a
        floats = other.dtype.kind == "f"  # which rounding alone may set apart
        alike = np.allclose(other, product.result, equal_nan=True) if floats else np.array_equal(other, product.result)
    return () if alike else (OtherOrder(shape, same=True),)


def not_finite(product: Product) -> tuple[Claim, ...]:
    """Say why the first cell is infinite, and why the first is nan, where the operands alone do not explain it."""
    result = product.result.astype(np.float64).ravel() if product.result.dtype.kind == "f" else np.zeros(0)
    lost = np.flatnonzero(~np.isfinite(result))
    found: dict[type[Claim], Claim] = {}
    cells = [operand.values.astype(np.float64).ravel() for operand in product.operands] if lost.size else []
    for flat in lost.tolist():
        index = tuple(int(place) for place in np.unravel_index(flat, product.shape))
        left, right = cells[0][product.rows[flat]], cells[1][product.columns[flat]]
        with np.errstate(all="ignore"):
            products = left * right
        if np.isinf(result[flat]) and np.isfinite(left).all() and np.isfinite(right).all():
            limits, wider = np.finfo(product.result.dtype), float(products.sum())
            told = WentBeyond("c", index, str(product.result.dtype), float(limits.max), wider)
            found.setdefault(WentBeyond, told if np.isfinite(wider) else replace(told, wider=None))
        at_fault = np.flatnonzero(np.isnan(products) & ~np.isnan(left) & ~np.isnan(right))
        if at_fault.size:
            numbers = (float(left[at_fault[0]]), float(right[at_fault[0]]))
            found.setdefault(NoValue, NoValue("c", index, numbers[0], "·", numbers[1], among=True))
    return tuple(found.values())


def _repeated(paired: Paired, batch: tuple[int, ...]) -> Claim:
    along = [axis for axis in paired.axes if axis.role == "batch"]
    again = []
    for place, name in enumerate(NAMES):
        axes = tuple(n - len(along) - 2 for n, axis in enumerate(along) if place in axis.stretched and axis.size != 1)
        if axes:
            again.append((name, axes))
    return Repeated(batch, tuple(again))


def operations(sizes: ProductSizes) -> Claim:
    """Count the floating-point operations of a product."""
    return Operations(sizes.batch, sizes.m, sizes.n, sizes.k)


def warnings(product: Product) -> tuple[Claim, ...]:
    """Warn of whole numbers that wrapped around; nothing where none did."""
    return (WrappedAround("c", str(product.result.dtype)),) if product.overflowed else ()


def conversion(product: Product, library: Library) -> tuple[Claim, ...]:
    """Say why the code for a library converts the operands; nothing where it does not."""
    if not converts(product.operands, backend(library)):
        return ()
    if product.result.dtype.kind == "u" and product.result.dtype.itemsize > 1:
        return ()  # the code says of itself why it computes in int64
    a, b = (str(operand.values.dtype) for operand in product.operands)
    return (OneDtypeOnly(a, b, str(product.result.dtype)),)


def causes(mismatch: Mismatch) -> tuple[Claim, ...]:
    """Say why there is no product."""
    if not mismatch.axes:
        numbers = zip(NAMES, mismatch.operands, strict=True)
        return tuple(NoAxisToSum(name) for name, operand in numbers if operand.shape == ())[:1]
    inner = next((axis for axis in mismatch.axes if axis.role == "inner" and axis.size is None), None)
    a, b = mismatch.operands
    if inner is not None:
        row, column = (size or 0 for size in inner.sizes)
        return (CannotPair(row, column, (len(a.shape) == 1, len(b.shape) == 1)),)
    clashing = [axis for axis in mismatch.axes if axis.size is None]
    return (BatchesDiffer(tuple((axis.places[0] or 0, axis.sizes[0] or 0, axis.sizes[1] or 0) for axis in clashing)),)
