"""Matrix products: which row meets which column, what each axis has to do with it, and what it costs.

The rule of ``a @ b``: the last axis of a and the second last of b have the same size k and are summed over; the axes
before the last two are batch axes, which broadcast. A vector has one axis only: as a it is taken for one row, as b
for one column, and the axis that it was lent is taken away from the result again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.language.limits import MAX_AXES, MAX_ELEMENTS, Refused, thousands
from primer_core.language.operand import Operand, read_operand, stand_in
from primer_core.language.spelling import shape_text
from primer_core.lessons.broadcasting.explain import axis_rule
from primer_core.lessons.matmul import code as matmul_code

NAMES = ("a", "b")
"""What operands are called in formulas and code; the result is c."""

MAX_OPERAND = 32_768
"""Elements of one operand: more than elsewhere, so that a small batch of sequences fits."""

MAX_MULTIPLICATIONS = 262_144
"""Multiplications of one product, which is 64 × 64 × 64. Their links are explained within tens of milliseconds."""

Shape = tuple[int, ...]
AxisRole = Literal["batch", "rows", "inner", "columns"]


@dataclass(frozen=True, slots=True)
class ProductAxis:
    """What the rule says along one axis.

    Parameters
    ----------
    role
        Batch axes broadcast; rows of a and columns of b remain; the inner one is summed over.
    name
        What it is called on screen: ``"m"``, or ``"sequence"`` where there is a batch.
    places
        Which axis it is of a and of b, counted from the right; None where the operand has none.
    sizes
        Of a and of b; None where the operand has no such axis, whether lent or not.
    size
        What comes of it: the size in the result, or of the inner axis; None where the sizes clash.
    lent
        Places of the operand whose vector was lent this axis, of size 1. The result loses it again.
    stretched
        Places of the operands that are stretched along it.
    """

    role: AxisRole
    name: str
    places: tuple[int | None, int | None]
    sizes: tuple[int | None, int | None]
    size: int | None
    lent: int | None = None
    stretched: tuple[int, ...] = ()

    @property
    def verdict(self) -> Literal["clash", "summed", "dropped", "stretched", "equal", "remains"]:
        """The outcome in a word."""
        if self.size is None:
            return "clash"
        if self.role == "inner":
            return "summed"
        if self.lent is not None:
            return "dropped"
        if self.role == "batch":
            return "stretched" if self.stretched else "equal"
        return "remains"


@dataclass(frozen=True, slots=True)
class Fix:
    """A change with which the sizes fit.

    Parameters
    ----------
    action
        What to do, in words.
    change
        The product then, as code: ``a.T @ b``.
    shape
        Of the result then.
    texts
        Both operands, as they would be typed.
    """

    action: str
    change: str
    shape: Shape
    texts: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Sizes:
    """The sizes of a product.

    Parameters
    ----------
    batch
        The joint shape of the batch axes.
    m, n, k
        Rows of a, columns of b, and the size of the axis that is summed over.
    """

    batch: Shape
    m: int
    n: int
    k: int

    @property
    def multiplications(self) -> int:
        """One for each pair that meets: m·n·k in each matrix of the batch."""
        return prod(self.batch) * self.m * self.n * self.k

    @property
    def flops(self) -> int:
        """Floating-point operations, 2·m·n·k a matrix: a multiplication and an addition for each pair.

        The first product of each sum is added to nothing, so m·n additions fewer are done; the count by which
        machines are compared leaves that out (Golub and Van Loan, Matrix Computations, section 1.1).
        """
        return 2 * self.multiplications


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """What happens when ``a @ b`` is asked for.

    Parameters
    ----------
    operands
        As they were understood; empty where one was refused.
    axes
        The rule, axis by axis, from left to right; empty where an operand is a number and has no axis.
    sizes, shape
        Of the product and of its result; None where they do not fit.
    refusal
        Why nothing could be computed: an operand that cannot be read, or one that is too large.
    refused
        Place of the operand that could not be read.
    error
        NumPy's own words where there is no product.
    fixes
        What would make one.
    result
        The values, and None where there are none.
    rows, columns
        ``(result.size, k)``: the flat indices into a and into b of the pairs that each cell of the result sums.
    overflowed
        Whether a sum of whole numbers went beyond what 64 bits hold, so that NumPy's result is wrapped.
    dot_shape
        The shape of ``np.dot(a, b)`` where it differs from that of ``a @ b``, which takes more than two axes.
    code, torch_code
        Snippets that print the result, or the error.
    """

    operands: tuple[Operand, ...] = ()
    axes: tuple[ProductAxis, ...] = ()
    sizes: Sizes | None = None
    shape: Shape | None = None
    refusal: str | None = None
    refused: int | None = None
    error: str | None = None
    fixes: tuple[Fix, ...] = ()
    result: NDArray[Any] | None = None
    rows: NDArray[np.intp] | None = None
    columns: NDArray[np.intp] | None = None
    overflowed: bool = False
    dot_shape: Shape | None = None
    code: str = ""
    torch_code: str = ""


def explain_matmul(texts: Sequence[str]) -> Product:
    """Explain what NumPy makes of ``a @ b``. Nothing that is typed makes it raise.

    Parameters
    ----------
    texts
        a and b: shapes, arrays or numbers, in any spelling of `primer_core.language.operand.read_operand`; b may
        speak of a. Shapes of any size are judged; values are computed up to `MAX_MULTIPLICATIONS`.
    """
    operands: list[Operand] = []
    for place, text in enumerate(texts):
        try:
            operands.append(_read(text, place, operands))
        except Refused as refused:
            return Product(refusal=str(refused), refused=place)
    a, b = (operand.shape for operand in operands)
    axes = product_axes(a, b)
    asked = Product(tuple(operands), axes)
    if not axes or any(axis.size is None for axis in axes):
        return _clash(asked)
    sizes = _sizes(axes)
    asked = replace(asked, sizes=sizes, shape=product_shape(axes))
    return _multiply(asked, sizes) if (why := _too_large(asked, sizes)) is None else replace(asked, refusal=why)


def product_axes(a: Shape, b: Shape) -> tuple[ProductAxis, ...]:
    """Judge the shapes of ``a @ b`` axis by axis: the batch axes, rows, the inner axis, columns.

    Returns
    -------
    tuple of ProductAxis
        Empty where an operand has no axis at all.
    """
    if not a or not b:
        return ()
    batch = axis_rule([a[:-2], b[:-2]])
    names = {1: ("batch",), 2: ("batch", "head")}.get(len(batch), ())
    row, inner, column = ("sequence", "feature", "output") if batch else ("m", "k", "n")
    axes = [
        ProductAxis(
            "batch",
            name,
            (
                axis.axis - 2 if axis.sizes[0] is not None else None,
                axis.axis - 2 if axis.sizes[1] is not None else None,
            ),
            (axis.sizes[0], axis.sizes[1]),
            axis.size,
            stretched=axis.stretched,
        )
        for axis, name in zip(batch, names, strict=True)
    ]
    if len(a) > 1:
        axes.append(ProductAxis("rows", row, (-2, None), (a[-2], None), a[-2]))
    else:
        axes.append(ProductAxis("rows", row, (None, None), (None, None), 1, lent=0))
    k = b[-2] if len(b) > 1 else b[0]
    inner_place = -2 if len(b) > 1 else -1
    axes.append(ProductAxis("inner", inner, (-1, inner_place), (a[-1], k), k if a[-1] == k else None))
    if len(b) > 1:
        axes.append(ProductAxis("columns", column, (None, -1), (None, b[-1]), b[-1]))
    else:
        axes.append(ProductAxis("columns", column, (None, None), (None, None), 1, lent=1))
    return tuple(axes)


def product_shape(axes: Sequence[ProductAxis]) -> Shape | None:
    """Return the shape of the result, or None if there is none."""
    if not axes or any(axis.size is None for axis in axes):
        return None
    return tuple(axis.size for axis in axes if axis.size is not None and axis.role != "inner" and axis.lent is None)


def _read(text: str, place: int, earlier: Sequence[Operand]) -> Operand:
    """Read an operand; a shape that is too large to count in is filled with the digits again and again."""
    read = read_operand(text, step=10**place, names=dict(zip(NAMES, earlier, strict=False)))
    size = prod(read.shape)
    if read.filled or size > MAX_OPERAND or read.kind != "shape":
        return read
    values = (np.arange(size) % 10).reshape(read.shape)
    return Operand(read.text, f"(np.arange({size}) % 10).reshape{read.text}", values, "shape")


def _sizes(axes: Sequence[ProductAxis]) -> Sizes:
    by_role = {axis.role: axis.size or 0 for axis in axes}
    batch = tuple(axis.size for axis in axes if axis.role == "batch" and axis.size is not None)
    return Sizes(batch, by_role["rows"], by_role["columns"], by_role["inner"])


def _too_large(asked: Product, sizes: Sizes) -> str | None:
    largest = max(prod(operand.shape) for operand in asked.operands)
    assert asked.shape is not None
    fits = (
        f"The product has shape {shape_text(asked.shape)} and takes {thousands(sizes.multiplications)} multiplications"
    )
    if sizes.multiplications > MAX_MULTIPLICATIONS:
        return f"{fits}; values are computed up to {thousands(MAX_MULTIPLICATIONS)}. Smaller axes show the same rule."
    if prod(asked.shape) > MAX_ELEMENTS:
        return (
            f"{fits}, but its {thousands(prod(asked.shape))} cells are too many: at most {thousands(MAX_ELEMENTS)} are "
            "computed here. Smaller axes show the same rule."
        )
    if largest > MAX_ELEMENTS and any(not operand.filled for operand in asked.operands):
        return (
            f"{fits}, but an operand has {thousands(largest)} elements: a shape is filled up to "
            f"{thousands(MAX_OPERAND)}, or to {thousands(MAX_ELEMENTS)} if more is done to it. "
            "Smaller axes show the same rule."
        )
    return None


def _multiply(asked: Product, sizes: Sizes) -> Product:
    a, b = (operand.values for operand in asked.operands)
    with np.errstate(all="ignore"):  # inf - inf is nan here, as NumPy says it, and worth seeing
        result = np.asarray(a @ b)
        estimate = np.abs(a.astype(np.float64)) @ np.abs(b.astype(np.float64))
    # The last axis of a meets the second last of b, and all other axes of both stay: nothing is paired up.
    dot = (*a.shape[:-1], *b.shape[:-2], b.shape[-1]) if a.ndim and b.ndim > 1 else a.shape[:-1]
    return replace(
        asked,
        result=result,
        rows=_pairs(a, "a", sizes),
        columns=_pairs(b, "b", sizes),
        overflowed=bool(result.dtype.kind in "iu" and np.any(estimate >= np.iinfo(result.dtype).max)),
        dot_shape=dot if dot != result.shape else None,
        code=matmul_code.product(asked.operands),
        torch_code=matmul_code.torch_product(asked.operands, result),
    )


def _pairs(own: NDArray[Any], name: str, sizes: Sizes) -> NDArray[np.intp]:
    """For each cell of the result, the flat indices of the k cells that it reads of one operand."""
    # Broadcasting the indices of the cells, not their values, tells where each value goes.
    indices = np.arange(own.size).reshape(own.shape)
    if name == "a":
        indices = indices[None, :] if own.ndim == 1 else indices
        indices = indices[..., :, None, :]  # (..., m, 1, k): every column meets the same row
    else:
        indices = indices[:, None] if own.ndim == 1 else indices
        indices = indices.swapaxes(-1, -2)[..., None, :, :]  # (..., 1, n, k): every row meets the same column
    whole = (*sizes.batch, sizes.m, sizes.n, sizes.k)
    return np.broadcast_to(indices, whole).reshape(prod(whole[:-1]), sizes.k)


def _clash(asked: Product) -> Product:
    try:
        np.matmul(*(stand_in(operand.shape) for operand in asked.operands))
    except ValueError as error:
        said = str(error)
    else:
        raise AssertionError("the rule sees a clash that NumPy does not")
    return replace(asked, error=said, fixes=_fixes(asked), code=matmul_code.failing(asked.operands))


def _fixes(asked: Product) -> tuple[Fix, ...]:
    """Try what people mean when sizes do not fit, and keep what gives a product."""
    a, b = asked.operands
    candidates: list[tuple[str, str, tuple[str, str]]] = []
    turn_a, turn_b = (_transposition(operand.shape) for operand in asked.operands)
    if turn_b:
        candidates.append(("Transpose b", f"a @ b{turn_b}", (a.text, b.followed_by(turn_b))))
    if turn_a:
        candidates.append(("Transpose a", f"a{turn_a} @ b", (a.followed_by(turn_a), b.text)))
    candidates.append(("Swap them", "b @ a", (b.text, a.text)))
    if turn_a and turn_b:
        both = (a.followed_by(turn_a), b.followed_by(turn_b))
        candidates.append(("Transpose both", f"a{turn_a} @ b{turn_b}", both))
    if a.values.ndim == b.values.ndim == 1:
        outer = (a.followed_by("[:, None]"), b.followed_by("[None, :]"))
        candidates.append(("Every pair", "a[:, None] @ b[None, :]", outer))
    for place, operand in enumerate(asked.operands):
        if 3 <= operand.values.ndim < MAX_AXES:
            texts = [a.text, b.text]
            texts[place] = operand.followed_by("[:, None]")
            change = "a[:, None] @ b" if place == 0 else "a @ b[:, None]"
            candidates.append((f"Give {NAMES[place]} a batch axis of size 1", change, (texts[0], texts[1])))
        if operand.values.ndim == 1:
            texts = [a.text, b.text]
            suffix = "[:, None]" if place == 0 else "[None, :]"
            texts[place] = operand.followed_by(suffix)
            change = f"a{suffix} @ b" if place == 0 else f"a @ b{suffix}"
            words = "a column" if place == 0 else "a row"
            candidates.append((f"Make {NAMES[place]} {words}", change, (texts[0], texts[1])))
    found = [Fix(action, change, shape, texts) for action, change, texts in candidates if (shape := _shape_of(texts))]
    return tuple(found[:4])


def _transposition(shape: Shape) -> str:
    return "" if len(shape) < 2 else ".T" if len(shape) == 2 else ".swapaxes(-2, -1)"


def _shape_of(texts: tuple[str, str]) -> Shape | None:
    """Read both again, for b may speak of a, and say what comes of them."""
    try:
        a = read_operand(texts[0])
        b = read_operand(texts[1], names={"a": a})
    except Refused:
        return None
    return product_shape(product_axes(a.shape, b.shape))
