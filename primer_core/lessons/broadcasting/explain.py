"""Broadcasting: how arrays of different shapes meet in one operation uncopied, and how gradients find back.

The rule: line the shapes up from the right; a missing axis counts as size 1; along each axis all sizes are
equal or 1; a size of 1 is stretched to the other by reading its one element again and again, with a stride of
0 bytes. Going back, an element that was read n times collects n gradients: their sum over the stretched axes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from primer_core.backend import NUMPY, Declined
from primer_core.language.execution import attempted
from primer_core.language.limits import MAX_ELEMENTS, Refused
from primer_core.language.operand import Operand, read_operand, stand_in
from primer_core.lessons.alignment import AxisRule, axis_rule, joint_shape
from primer_core.lessons.broadcasting import code as snippets
from primer_core.lessons.broadcasting.fixes import Fix, fixes
from primer_core.lessons.broadcasting.question import NAMES, BroadcastingQuestion, Loss
from primer_core.lessons.outcome import Unread


@dataclass(frozen=True, slots=True)
class Operation:
    """An elementwise operation.

    Parameters
    ----------
    sign, python
        As it stands in a formula, and in code.
    ufunc
        The NumPy function, applied from left to right where there are three operands.
    slope
        ``slope(operands, y, i)``: the derivative of y by operand i, all of y's shape.
    """

    sign: str
    python: str
    ufunc: np.ufunc
    slope: Callable[[Sequence[NDArray[Any]], NDArray[Any], int], NDArray[Any]]


OPERATIONS: Mapping[str, Operation] = {
    "add": Operation("+", "+", np.add, lambda _, y, __: np.ones(y.shape)),
    "subtract": Operation("−", "-", np.subtract, lambda _, y, i: np.full(y.shape, -1.0 if i else 1.0)),
    "multiply": Operation("×", "*", np.multiply, lambda xs, _, i: _product([*xs[:i], *xs[i + 1 :]])),
    "divide": Operation("÷", "/", np.true_divide, lambda xs, y, i: -y / xs[i] if i else 1 / _product(xs[1:])),
}


@dataclass(frozen=True, slots=True, eq=False)
class Stretched:
    """One operand as the operation reads it.

    Parameters
    ----------
    view
        ``np.broadcast_to(operand, y.shape)``: no copy, ``view.strides`` has a 0 for every stretched axis.
    sources
        ``(y.size,)``: the flat index into the operand that each cell of the result reads.
    ghost
        Of y's shape: the cells of `view` that are repetitions and have no memory of their own.
    saved
        Bytes that a copy of the result's shape would need on top.
    axes
        Axes of the result along which it is read repeatedly.
    arriving
        Of y's shape: the gradient at each reading of it.
    gradient
        Of the operand's shape: `arriving`, summed over all readings of one element.
    """

    view: NDArray[Any]
    sources: NDArray[np.intp]
    ghost: NDArray[np.bool_]
    saved: int
    axes: tuple[int, ...]
    arriving: NDArray[Any]
    gradient: NDArray[Any]


@dataclass(frozen=True, slots=True)
class Trap:
    """A vector of N values met a column of N values: N × N cells where N were meant.

    Parameters
    ----------
    n
        Length of both.
    losses
        Mean square of all N × N differences, and of the N differences of paired values; None unless the operation is a
        difference, which alone is squared to a loss.
    """

    n: int
    losses: tuple[float, float] | None


@dataclass(frozen=True, slots=True, eq=False)
class Aligned:
    """Operands that could be read, lined up from the right; what comes of them is one of the subclasses.

    Parameters
    ----------
    operands
        Two or three, as they were understood.
    operation
        A name from `OPERATIONS`.
    rule
        Axis by axis, from left to right.
    """

    operands: tuple[Operand, ...]
    operation: str
    rule: tuple[AxisRule, ...]


@dataclass(frozen=True, slots=True, eq=False)
class TooLarge(Aligned):
    """The shapes meet, but in more elements than are computed here.

    Parameters
    ----------
    shape
        Shape in which they meet.
    largest
        Elements of the largest array that takes part.
    code
        Snippet that prints the shape.
    """

    shape: tuple[int, ...]
    largest: int
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class Clash(Aligned):
    """The shapes do not meet.

    Parameters
    ----------
    declined
        NumPy's own words.
    inplace
        Whether the result was to be written into a.
    fixes
        What would make them meet, in the shape of a where it is written into a.
    code
        Snippet that prints the error.
    """

    declined: Declined
    inplace: bool
    fixes: tuple[Fix, ...]
    code: str

    @property
    def shapes_alone(self) -> bool:
        """Whether nothing but the shapes stands in the way: a can be written to, and takes the dtype of the result."""
        return not self.inplace or (self.declined.builtin == "ValueError" and self.operands[0].values.flags.writeable)


@dataclass(frozen=True, slots=True)
class Beyond:
    """A whole number of Python that is beyond what the dtype of an array holds.

    Parameters
    ----------
    name, number
        Of the operand, and the number.
    array, dtype
        Name of the array that it meets, or of the first operand that went into it, and its dtype.
    """

    name: str
    number: int
    array: str
    dtype: str


@dataclass(frozen=True, slots=True, eq=False)
class Unsupported(Aligned):
    """NumPy has no such operation for these dtypes, in whatever shapes: it subtracts no booleans.

    Parameters
    ----------
    declined
        NumPy's own words.
    texts
        All operands as they would be typed with whole numbers in place of booleans; empty where that alone does not
        help, because the shapes do not meet or a would have to grow.
    code
        Snippet that prints the error.
    beyond
        The number of Python that is beyond the dtype that it meets; None where the dtypes themselves are declined, and
        then `texts` has the array of such numbers in a wider dtype.
    """

    declined: Declined
    texts: tuple[str, ...]
    code: str
    beyond: Beyond | None = None


@dataclass(frozen=True, slots=True, eq=False)
class NotStored(Aligned):
    """The operands meet, but the result cannot be written into a: it has another shape, or a dtype that a cannot hold.

    Parameters
    ----------
    shape, dtype
        Of the result of the first operation that could not be stored.
    declined
        NumPy's own words.
    mended
        How a would be typed so that it can hold the result; empty where its shape is at fault.
    code
        Snippet that prints the error.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    declined: Declined
    mended: str
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class Broadcast(Aligned):
    """The operands met.

    Parameters
    ----------
    shape
        Shape of the result.
    result
        Values, of that shape.
    stretched
        One an operand.
    upstream
        Gradient that reaches the result, of its shape.
    trap
        Set where the shapes meet, but hardly as was meant.
    overflowed
        Whether a whole number of the result went beyond what its dtype holds and wrapped around.
    inplace
        Whether it was written into a.
    warnings
        What NumPy warned of, in its words.
    code, backward_code
        Snippets that print the result, and the gradients.
    """

    shape: tuple[int, ...]
    result: NDArray[Any]
    stretched: tuple[Stretched, ...]
    upstream: NDArray[Any]
    trap: Trap | None
    overflowed: bool
    inplace: bool
    warnings: tuple[str, ...]
    code: str
    backward_code: str


Outcome = Unread | TooLarge | Clash | Unsupported | NotStored | Broadcast
"""What comes of a question."""


def explain(question: BroadcastingQuestion) -> Outcome:
    """Explain what NumPy makes of two or three operands; nothing that is typed makes it raise.

    Shapes of any size are judged; values are computed up to `MAX_ELEMENTS` elements.
    """
    operands: list[Operand] = []
    for place, text in enumerate(question.operands):
        try:
            known = dict(zip(NAMES, operands, strict=False))
            operands.append(read_operand(text, step=10**place, names=known))
        except Refused as refused:
            return Unread(NAMES[place], str(refused))
    shapes = [operand.shape for operand in operands]
    rule = axis_rule(shapes)
    aligned = Aligned(tuple(operands), question.op, rule)
    shape = joint_shape(rule)
    if shape is None:
        refused_dtypes = _refused_dtypes(aligned)
        return (
            _clash(aligned, inplace=question.stores)
            if refused_dtypes is None
            else _unsupported(aligned, refused_dtypes, inplace=question.stores)
        )
    largest = max(prod(sizes) for sizes in [shape, *shapes])
    if largest > MAX_ELEMENTS:
        return TooLarge(aligned.operands, aligned.operation, rule, shape, largest, snippets.shapes(shapes))
    return _meet(aligned, question.of, inplace=question.stores, backward=question.backward)


def _meet(aligned: Aligned, loss: Loss, *, inplace: bool, backward: bool) -> Broadcast | Unsupported | NotStored:
    operation = OPERATIONS[aligned.operation]
    # What has a gradient is a float: nothing wraps around, and booleans are 0 and 1.
    arrays = [operand.values * 1.0 if backward else operand.values for operand in aligned.operands]
    as_numbers = snippets.stays_a_number(aligned.operands, inplace=inplace)
    given = [
        array.item() if as_number and not backward else array
        for array, as_number in zip(arrays, as_numbers, strict=True)
    ]
    warnings = [warning for operand in aligned.operands for warning in operand.warnings]
    result = arrays[0].copy() if inplace and arrays[0].flags.writeable else given[0]
    for array in given[1:]:
        made, warned = attempted(operation.ufunc, (result, array), {"out": result} if inplace else {})
        warnings += warned
        if isinstance(made, Declined):
            return _declined(aligned, made, (result, array), inplace=inplace)
        result = made
    result = np.asarray(result)
    with np.errstate(all="ignore"):  # a slope of inf or nan is worth seeing
        upstream = _upstream(loss, result.shape)
        views = [np.broadcast_to(array, result.shape) for array in arrays]
        arriving = [upstream * operation.slope(views, result, i) for i in range(len(views))]
        stretched = tuple(map(_stretch, arrays, views, arriving))
    return Broadcast(
        operands=aligned.operands,
        operation=aligned.operation,
        rule=aligned.rule,
        shape=result.shape,
        result=result,
        stretched=stretched,
        upstream=upstream,
        trap=_trap(arrays, operation, result),
        overflowed=_overflowed(arrays, operation, result),
        inplace=inplace,
        warnings=tuple(dict.fromkeys(warnings)),
        code=snippets.forward(
            aligned.operands, operation.python, [read.view for read in stretched], result, inplace=inplace
        ),
        backward_code=snippets.backward(
            aligned.operands, operation.python, loss, [read.gradient for read in stretched]
        ),
    )


def _declined(
    aligned: Aligned, declined: Declined, operands: tuple[Any, Any], *, inplace: bool
) -> Unsupported | NotStored:
    """Tell what NumPy does not do at all from what it does, but not into a."""
    if inplace:
        made, _ = attempted(OPERATIONS[aligned.operation].ufunc, operands, {})
        if not isinstance(made, Declined):
            return _not_stored(aligned, np.asarray(made), declined)
        declined = made
    if declined.builtin == "OverflowError":
        return _beyond(aligned, declined, operands, inplace=inplace)
    return _unsupported(aligned, declined, inplace=inplace)


def _not_stored(aligned: Aligned, made: NDArray[Any], declined: Declined) -> NotStored:
    a = aligned.operands[0]
    fits = np.can_cast(made.dtype, a.values.dtype, casting="same_kind")
    suffix = ".copy()" if fits else f".astype(np.{made.dtype})"
    mended = a.followed_by(suffix) if made.shape == a.shape else ""
    code = snippets.failing(aligned.operands, OPERATIONS[aligned.operation].python, declined.builtin, inplace=True)
    return NotStored(aligned.operands, aligned.operation, aligned.rule, made.shape, made.dtype, declined, mended, code)


def _unsupported(aligned: Aligned, declined: Declined, *, inplace: bool) -> Unsupported:
    shape = joint_shape(aligned.rule)
    helps = shape is not None and (not inplace or shape == aligned.operands[0].shape)
    counted = tuple(
        operand.followed_by(".astype(int)") if operand.values.dtype == np.bool_ else operand.text
        for operand in aligned.operands
    )
    return Unsupported(
        aligned.operands,
        aligned.operation,
        aligned.rule,
        declined,
        counted if helps else (),
        snippets.failing(aligned.operands, OPERATIONS[aligned.operation].python, declined.builtin, inplace=inplace),
    )


def _beyond(aligned: Aligned, declined: Declined, operands: tuple[Any, Any], *, inplace: bool) -> Unsupported:
    """Take down which number of Python is beyond the dtype that it meets, and how the array would take it."""
    number, array = sorted(operands, key=lambda operand: isinstance(operand, np.ndarray | np.generic))
    as_numbers = snippets.stays_a_number(aligned.operands, inplace=inplace)
    name = next(
        name
        for name, operand, as_number in zip(NAMES, aligned.operands, as_numbers, strict=False)
        if as_number and operand.values.item() == number
    )
    wide = np.int64
    arrays = [name for name, as_number in zip(NAMES, as_numbers, strict=False) if not as_number]
    fits = len(arrays) == 1 and np.iinfo(wide).min <= number <= np.iinfo(wide).max
    texts = tuple(
        operand.text if as_number else operand.followed_by(f".astype(np.{wide.__name__})")
        for operand, as_number in zip(aligned.operands, as_numbers, strict=True)
    )
    return Unsupported(
        aligned.operands,
        aligned.operation,
        aligned.rule,
        declined,
        texts if fits else (),
        snippets.failing(aligned.operands, OPERATIONS[aligned.operation].python, declined.builtin, inplace=inplace),
        Beyond(name, number, arrays[0], str(array.dtype)),
    )


def _upstream(loss: Loss, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return the gradient that a loss sends to each cell of the result."""
    size = prod(shape)
    match loss:
        case "y.sum()":
            return np.ones(shape)
        case "y.mean()":
            return np.full(shape, 1 / max(size, 1))
        case _:
            return np.arange(1.0, size + 1).reshape(shape)


def _stretch(own: NDArray[Any], view: NDArray[Any], arriving: NDArray[Any]) -> Stretched:
    # Broadcasting the indices of the cells, not their values, tells where each value goes.
    indices = np.arange(own.size).reshape(own.shape)
    sources = np.broadcast_to(indices, view.shape).ravel()
    # The first reading of an element is the element itself; every further one is drawn dashed.
    ghost = np.ones(view.size, dtype=np.bool_)
    ghost[np.unique(sources, return_index=True)[1]] = False
    added = view.ndim - own.ndim
    axes = tuple(
        axis for axis, size in enumerate(view.shape) if axis < added or (own.shape[axis - added] == 1 and size != 1)
    )
    return Stretched(
        view=view,
        sources=sources,
        ghost=ghost.reshape(view.shape),
        saved=max(view.size - own.size, 0) * own.itemsize,
        axes=axes,
        arriving=arriving,
        gradient=arriving.sum(axis=axes).reshape(own.shape),
    )


def _product(factors: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.multiply.reduce(factors) if len(factors) > 1 else factors[0]


def _overflowed(arrays: Sequence[NDArray[Any]], operation: Operation, result: NDArray[Any]) -> bool:
    """Compute with Python's whole numbers, which have as many digits as they need, and compare."""
    if result.dtype.kind not in "iu":
        return False
    exact = arrays[0].astype(object)
    for array in arrays[1:]:
        exact = operation.ufunc(exact, array.astype(object))
    return bool(np.any(exact != result))


def _trap(arrays: Sequence[NDArray[Any]], operation: Operation, result: NDArray[Any]) -> Trap | None:
    n = max(array.size for array in arrays)
    if len(arrays) != 2 or n < 2 or sorted(array.shape for array in arrays) != [(n,), (n, 1)]:
        return None
    if operation.ufunc is not np.subtract:
        return Trap(n, None)
    paired = arrays[0].ravel() - arrays[1].ravel()
    return Trap(n, (float(np.mean(np.square(result))), float(np.mean(np.square(paired)))))


def _clash(aligned: Aligned, *, inplace: bool) -> Clash:
    declined = _numpys_error_in_place(aligned) if inplace else _numpys_error(aligned)
    sign = OPERATIONS[aligned.operation].python
    code = snippets.failing(aligned.operands, sign, declined.builtin, inplace=inplace)
    clash = Clash(aligned.operands, aligned.operation, aligned.rule, declined, inplace, (), code)
    if not clash.shapes_alone:
        return clash

    def meet(shapes: Sequence[tuple[int, ...]]) -> tuple[int, ...] | None:
        joint = joint_shape(axis_rule(shapes))
        return joint if not inplace or joint == shapes[0] else None

    return replace(clash, fixes=fixes(aligned.operands, NAMES, meet))


def _refused_dtypes(aligned: Aligned) -> Declined | None:
    """Return what NumPy says of the dtypes, which it judges before the shapes; None where it has the operation."""
    first, *others = (np.ones(1, operand.values.dtype) for operand in aligned.operands)
    for other in others:
        made = NUMPY.attempt(OPERATIONS[aligned.operation].ufunc, first, other)
        if isinstance(made, Declined):
            return made
        first = made
    return None


def _numpys_error_in_place(aligned: Aligned) -> Declined:
    """Ask NumPy for its error with arrays of one number: it judges dtypes, whether a can be written to, and shapes."""
    a, b = (
        as_strided(
            np.ones(1, operand.values.dtype),
            operand.shape,
            (0,) * len(operand.shape),
            writeable=operand.values.flags.writeable,
        )
        for operand in aligned.operands
    )
    declined = NUMPY.attempt(OPERATIONS[aligned.operation].ufunc, a, b, out=a)
    if isinstance(declined, Declined):
        return declined
    raise AssertionError("the rule sees a clash that NumPy does not")


def _numpys_error(aligned: Aligned) -> Declined:
    """Ask NumPy for its error with arrays of one byte: it judges shapes before it computes anything."""
    left = stand_in(aligned.operands[0].shape)
    for operand in aligned.operands[1:]:
        right = stand_in(operand.shape)
        joint = joint_shape(axis_rule([left.shape, right.shape]))
        if joint is not None:
            left = stand_in(joint)
            continue
        declined = NUMPY.attempt(OPERATIONS[aligned.operation].ufunc, left, right)
        if isinstance(declined, Declined):
            return declined
    raise AssertionError("the rule sees a clash that NumPy does not")
