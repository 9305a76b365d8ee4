"""Matrix products: which row meets which column, what each axis has to do with it, and what it costs.

The rule of ``a @ b``: the last axis of a and the second last of b have the same size k and are summed over; the axes
before the last two are batch axes, which broadcast. A vector has one axis only: as a it is taken for one row, as b
for one column, and the axis that it was lent is taken away from the result again.
"""

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import LIBRARIES, NUMPY, Declined, Library, backend
from primer_core.language.execution import attempted
from primer_core.language.limits import MAX_ELEMENTS, Refused, thousands
from primer_core.language.operand import Operand, read_operand, stand_in
from primer_core.language.spelling import shape_text
from primer_core.lessons.alignment import axis_rule
from primer_core.lessons.matmul import code as snippets
from primer_core.lessons.matmul.fixes import Fix, fixes
from primer_core.lessons.matmul.question import NAMES, MatmulQuestion
from primer_core.lessons.outcome import Unread

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
class ProductSizes:
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
class Paired:
    """Operands that could be read, with the rule for their axes; what comes of them is one of the subclasses.

    Parameters
    ----------
    operands
        a and b, as they were understood.
    axes
        The rule, axis by axis, from left to right; empty where an operand is a number and has no axis.
    """

    operands: tuple[Operand, Operand]
    axes: tuple[ProductAxis, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Mismatch(Paired):
    """The operands have no product.

    Parameters
    ----------
    declined
        By what was asked, ``a @ b`` of both libraries and ``np.dot(a, b)``, their own words; without what takes the
        operands, and without PyTorch where it was not asked.
    fixes
        What would make one.
    codes
        By library, the snippet that prints the error.
    """

    declined: Mapping[Library | Literal["np.dot"], Declined]
    fixes: tuple[Fix, ...]
    codes: Mapping[Library, str]


@dataclass(frozen=True, slots=True, eq=False)
class TooLarge(Paired):
    """The operands have a product, but one that is too large to be computed here.

    Parameters
    ----------
    sizes, shape
        Of the product and of its result.
    message
        Plain text: how large it is, and what to do.
    code
        Snippet that prints the shape.
    """

    sizes: ProductSizes
    shape: Shape
    message: str
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class Product(Paired):
    """The operands were multiplied.

    Parameters
    ----------
    sizes
        Of the product.
    result
        Values of the result.
    rows, columns
        ``(result.size, k)``: the flat indices into a and into b of the pairs that each cell of the result sums.
    overflowed
        Whether a sum of whole numbers went beyond what its dtype holds, so that NumPy's result is wrapped.
    dot_shape
        The shape of ``np.dot(a, b)`` where it differs from that of ``a @ b``, which takes more than two axes.
    warnings
        What NumPy warned of, in its words.
    codes
        By library, the snippet that prints the result.
    """

    sizes: ProductSizes
    result: NDArray[Any]
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    overflowed: bool
    dot_shape: Shape | None
    warnings: tuple[str, ...]
    codes: Mapping[Library, str]

    @property
    def shape(self) -> Shape:
        """Shape of the result."""
        return self.result.shape


Outcome = Unread | Mismatch | TooLarge | Product
"""What comes of a question."""


def explain(question: MatmulQuestion) -> Outcome:
    """Explain what NumPy makes of ``a @ b``; nothing that is typed makes it raise.

    Shapes of any size are judged; values are computed up to `MAX_MULTIPLICATIONS`.
    """
    operands: list[Operand] = []
    for place, text in enumerate((question.a, question.b)):
        try:
            operands.append(_read(text, place, operands))
        except Refused as refused:
            return Unread(NAMES[place], str(refused))
    a, b = operands
    paired = Paired((a, b), product_axes(a.shape, b.shape))
    shape = product_shape(paired.axes)
    if shape is None:
        return _mismatch(paired, question.library)
    sizes = _sizes(paired.axes)
    message = _too_large(paired, sizes, shape)
    if message:
        return TooLarge(paired.operands, paired.axes, sizes, shape, message, snippets.shapes(a.shape, b.shape))
    return _multiply(paired, sizes)


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
    read = read_operand(text, step=10**place, names=dict(zip(NAMES, earlier, strict=False)), most=MAX_OPERAND)
    size = prod(read.shape)
    if read.filled or size > MAX_OPERAND or read.kind != "shape":
        return read
    values = (np.arange(size) % 10).reshape(read.shape)
    return Operand(read.text, f"(np.arange({size}) % 10).reshape{read.text}", values, "shape")


def _sizes(axes: Sequence[ProductAxis]) -> ProductSizes:
    by_role = {axis.role: axis.size or 0 for axis in axes}
    batch = tuple(axis.size for axis in axes if axis.role == "batch" and axis.size is not None)
    return ProductSizes(batch, by_role["rows"], by_role["columns"], by_role["inner"])


def _too_large(paired: Paired, sizes: ProductSizes, shape: Shape) -> str:
    """Say why a product is not computed here; empty where it is."""
    largest = max(prod(operand.shape) for operand in paired.operands)
    fits = f"The product has shape {shape_text(shape)} and takes {thousands(sizes.multiplications)} multiplications"
    if sizes.multiplications > MAX_MULTIPLICATIONS:
        return f"{fits}; values are computed up to {thousands(MAX_MULTIPLICATIONS)}. Smaller axes show the same rule."
    if prod(shape) > MAX_ELEMENTS:
        return (
            f"{fits}, but its {thousands(prod(shape))} cells are too many: at most {thousands(MAX_ELEMENTS)} are "
            "computed here. Smaller axes show the same rule."
        )
    if largest > MAX_ELEMENTS and any(not operand.filled for operand in paired.operands):
        return (
            f"{fits}, but an operand has {thousands(largest)} elements: a shape is filled up to "
            f"{thousands(MAX_OPERAND)}, or to {thousands(MAX_ELEMENTS)} if more is done to it. "
            "Smaller axes show the same rule."
        )
    return ""


def _multiply(paired: Paired, sizes: ProductSizes) -> Product:
    a, b = (operand.values for operand in paired.operands)
    made, warned = attempted(operator.matmul, (a, b), {})
    result = np.asarray(made)
    # The last axis of a meets the second last of b, and all other axes of both stay: nothing is paired up.
    dot = (*a.shape[:-1], *b.shape[:-2], b.shape[-1]) if a.ndim and b.ndim > 1 else a.shape[:-1]
    return Product(
        paired.operands,
        paired.axes,
        sizes,
        result=result,
        rows=_pairs(a, "a", sizes),
        columns=_pairs(b, "b", sizes),
        overflowed=_overflowed(a, b, result),
        dot_shape=dot if dot != result.shape else None,
        warnings=tuple(dict.fromkeys((*paired.operands[0].warnings, *paired.operands[1].warnings, *warned))),
        codes={library: snippets.product(paired.operands, result, backend(library)) for library in LIBRARIES},
    )


def _overflowed(a: NDArray[Any], b: NDArray[Any], result: NDArray[Any]) -> bool:
    """Return whether a cell is not the sum of its products, because whole numbers wrapped around."""
    if result.dtype.kind not in "iu":
        return False
    largest = np.abs(a.astype(np.float64)) @ np.abs(b.astype(np.float64))
    # Python's whole numbers are exact, and slow: they are asked only where a sum could be too large.
    near = bool(np.any(largest >= np.iinfo(result.dtype).max))
    return near and bool(np.any(np.asarray(a.astype(object) @ b.astype(object)) != result))


def _pairs(own: NDArray[Any], name: str, sizes: ProductSizes) -> NDArray[np.intp]:
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


def _mismatch(paired: Paired, library: Library) -> Mismatch:
    a, b = (stand_in(operand.shape) for operand in paired.operands)
    asked: dict[Library | Literal["np.dot"], Any] = {
        "NumPy": NUMPY.attempt(np.matmul, a, b),
        "np.dot": NUMPY.attempt(np.dot, a, b),
    }
    other = backend(library)
    if not other.runs_numpy_code and max(a.size, b.size) <= MAX_ELEMENTS:
        asked[library] = other.attempt(operator.matmul, *(other.make(np.zeros(shape.shape)) for shape in (a, b)))
    return Mismatch(
        paired.operands,
        paired.axes,
        declined={name: answer for name, answer in asked.items() if isinstance(answer, Declined)},
        fixes=fixes(*paired.operands, lambda a, b: product_shape(product_axes(a, b))),
        codes={library: snippets.failing(paired.operands, backend(library)) for library in LIBRARIES},
    )
