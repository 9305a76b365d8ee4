"""Reductions: which cells each result is made of, which axis disappears, and how libraries differ.

Reducing along an axis makes one number of all cells whose indices differ only there; the axis is gone from the shape,
or keeps size 1 with ``keepdims``. NumPy says axis and keepdims, PyTorch dim and keepdim.
"""

import operator
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import NUMPY, Backend, Declined, backend
from primer_core.backend.interface import Axis
from primer_core.language.limits import Refused, check_size
from primer_core.language.operand import Operand, read_operand
from primer_core.language.parsing import typed_literal
from primer_core.lessons.event import Event, Put
from primer_core.lessons.lesson import put_fields
from primer_core.lessons.outcome import Unread
from primer_core.lessons.reductions import code as snippets
from primer_core.lessons.reductions.fixes import Fix, advice, fixes
from primer_core.lessons.reductions.question import BACK, DIVISORS, ReductionsQuestion


@dataclass(frozen=True, slots=True)
class UnreadAxis(Unread):
    """The axis cannot be read, but the array can.

    Parameters
    ----------
    operand
        The array, as it was understood.
    """

    operand: Operand


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A reduction that could be read; what comes of it is one of the subclasses.

    Parameters
    ----------
    question
        What was asked.
    operand, axis
        As they were understood.
    """

    question: ReductionsQuestion
    operand: Operand
    axis: Axis


@dataclass(frozen=True, slots=True, eq=False)
class NotReduced(Asked):
    """The library does not take the reduction.

    Parameters
    ----------
    declined
        What the library answers.
    advice
        Plain text: what its error means here.
    fixes
        Fields that would work instead.
    code
        Snippet that prints the error.
    """

    declined: Declined
    advice: str
    fixes: tuple[Fix, ...]
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """What there is to know of a standard deviation.

    Parameters
    ----------
    mean
        Of the shape that keepdims gives: what each result measures from.
    other
        Of the result's shape: the same with the other divisor.
    ddof_word
        What the library calls the number that is taken off n.
    """

    mean: NDArray[Any]
    other: NDArray[Any]
    ddof_word: str


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """What there is to know of a softmax.

    Parameters
    ----------
    maximum
        Of the shape that keepdims gives: what is subtracted before anything is raised.
    raised
        Of the array's shape: ``exp(a - maximum)``.
    """

    maximum: NDArray[Any]
    raised: NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Winners:
    """What there is to know of a maximum, or of its place.

    Parameters
    ----------
    cells
        Mask of the array's shape: those that are the maximum; where a place is asked for, only the first.
    ties
        ``(result.size,)``: how many cells are as large as the winner.
    """

    cells: NDArray[np.bool_]
    ties: NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class BackClash:
    """The array and its own reduction do not broadcast.

    Parameters
    ----------
    sign
        ``-`` or ``/``.
    declined
        What the library answers.
    code
        Snippet that prints the error.
    """

    sign: str
    declined: Declined
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class BackMet:
    """The array and its own reduction met in one operation.

    Parameters
    ----------
    sign
        ``-`` or ``/``.
    result
        Values.
    sources
        ``(result.size,)`` flat indices into the reduction: which of its cells each result took.
    crossed
        Whether the shapes met, but not each cell with the reduction that it went into.
    code
        Snippet that prints the result.
    """

    sign: str
    result: NDArray[Any]
    sources: NDArray[np.intp]
    crossed: bool
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class Reduced(Asked):
    """The array was reduced.

    Parameters
    ----------
    axes
        The axes that are reduced, from 0 up, in order.
    result
        As an array; of the operand's shape for softmax.
    number
        Whether NumPy returned a number, not an array.
    members
        ``(result.size, n)`` flat indices into the operand: the cells that each result is made of.
    detail
        What only this operation has; None for the others, and where the array has no cells.
    overflowed
        Whether a sum of whole numbers went beyond 64 bits, so that a result is not the sum of its cells.
    back
        The operand with its own reduction; None where that is no use.
    code
        Snippet that prints the result.
    """

    axes: tuple[int, ...]
    result: NDArray[Any]
    number: bool
    members: NDArray[np.intp]
    detail: Spread | Shares | Winners | None
    overflowed: bool
    back: BackClash | BackMet | None
    code: str


Outcome = Unread | NotReduced | Reduced
"""What comes of a question; of an array that could be read with an axis that could not, it is `UnreadAxis`."""


def explain(question: ReductionsQuestion) -> Outcome:
    """Explain what a reduction makes of an array; nothing that is typed makes it raise.

    PyTorch is loaded only if it is asked.
    """
    try:
        operand = read_operand(question.array)
        check_size(operand.shape)
    except Refused as refused:
        return Unread("array", str(refused))
    try:
        axis = read_axis(question.axis)
    except Refused as refused:
        return UnreadAxis("axis", str(refused), operand)
    asked = Asked(question, operand, axis)
    library = backend(question.library)
    found = _reduce(question, operand.values, axis, library)
    return _declined(asked, found, library) if isinstance(found, Declined) else _reduced(asked, found, library)


def react(question: ReductionsQuestion, event: Event) -> ReductionsQuestion:
    """Answer an event; a library that is chosen brings its own divisor of std with it.

    Raises
    ------
    EventError
        If the event cannot be followed.
    """
    after = put_fields(question, event)
    if isinstance(event, Put) and after.library != question.library and "divisor" not in event.texts:
        return replace(after, divisor=DIVISORS[backend(after.library).default_ddof])
    return after


def read_axis(text: str) -> Axis:
    """Read an axis: ``0``, ``-1``, ``(0, 1)``, or ``None`` for all; ``axis=`` or ``dim=`` may stand before it.

    Raises
    ------
    Refused
        If it is none of them. Whether the array has that axis is not asked.
    """
    how = "Write a number such as 0 or -1, several as (0, 1), or None for all axes."
    bare = text.strip()
    for name in ("axis", "dim"):
        if bare.startswith(name):
            bare = bare.removeprefix(name).lstrip().removeprefix("=").strip()
    if bare in ("", "None", "all"):
        return None
    if len(bare) > _MOST_CHARACTERS:
        raise Refused(f"This axis is {len(bare)} characters long; an array has at most four axes here. {how}")
    try:
        found = typed_literal(bare)
    except SyntaxError as error:
        raise Refused(f"“{bare}” is no axis. {how}") from error
    axes = found if isinstance(found, tuple) else (found,)
    if not all(type(axis) is int and abs(axis) < 2**31 for axis in axes):
        raise Refused(f"“{bare}” is no axis. {how}")
    return tuple(axes) if isinstance(found, tuple) else int(axes[0])


_MOST_CHARACTERS = 60


def axis_choices(rank: int) -> tuple[str, ...]:
    """Return axes that an array of that many axes has, as they would be typed."""
    return ("None", *map(str, range(rank)), *(["-1"] if rank else []), *(["(0, 1)"] if rank > 1 else []))


def _reduce(question: ReductionsQuestion, values: NDArray[Any], axis: Axis, library: Backend) -> Any | Declined:
    array = library.make(values)
    return library.reduce(array, question.operation, axis, keepdims=question.keeps_axes, ddof=question.ddof)


def _statements(asked: Asked, library: Backend, ddof: int) -> tuple[str, ...]:
    """Write the statements that bind s to the reduction of a."""
    question = asked.question
    return library.reduce_code("a", "s", question.operation, asked.axis, keepdims=question.keeps_axes, ddof=ddof)


def _declined(asked: Asked, declined: Declined, library: Backend) -> NotReduced:
    question, operand = asked.question, asked.operand

    def works(texts: Mapping[str, str]) -> bool:
        try:
            values = read_operand(texts["array"]).values if "array" in texts else operand.values
            axis = read_axis(texts["axis"]) if "axis" in texts else asked.axis
        except Refused:
            return False
        return not isinstance(_reduce(question, values, axis, library), Declined)

    return NotReduced(
        question,
        operand,
        asked.axis,
        declined,
        advice=advice(operand.values, question.operation, asked.axis, library),
        fixes=fixes(operand, asked.axis, works),
        code=snippets.failing(library, operand, _statements(asked, library, question.ddof), declined.builtin),
    )


def _reduced(asked: Asked, found: Any, library: Backend) -> Reduced:
    question, operand = asked.question, asked.operand
    result = np.asarray(library.to_numpy(found))
    axes = _axes(asked, result.shape)
    members = _members(operand.shape, axes)
    statements = _statements(asked, library, question.ddof)
    detail = _detail(question, operand.values, axes, members, library)
    other = _statements(asked, library, 1 - question.ddof) if isinstance(detail, Spread) else None
    overflowed = question.operation == "sum" and _overflowed(operand.values, result, members)
    sign = BACK.get(question.operation)
    back = _back(operand, result, members, sign, statements, library) if sign is not None else None
    if question.operation == "softmax":  # every cell of a group is made of the whole group
        groups = np.empty((operand.values.size, members.shape[1]), dtype=np.intp)
        groups[members.ravel()] = np.repeat(members, members.shape[1], axis=0)
        members = groups
    return Reduced(
        question,
        operand,
        asked.axis,
        axes,
        result,
        number=library.is_number(found),
        members=members,
        detail=detail,
        overflowed=overflowed,
        back=back,
        code=snippets.snippet(library, operand, statements, other),
    )


def _overflowed(values: NDArray[Any], result: NDArray[Any], members: NDArray[np.intp]) -> bool:
    """Return whether a result is not the sum of its cells, because whole numbers wrapped around."""
    if values.dtype.kind not in "iu":
        return False
    cells = values.ravel()[members]
    # Python's whole numbers are exact, and slow: they are asked only where a sum could be too large.
    near = bool(np.any(np.abs(cells.astype(np.float64)).sum(axis=1) >= np.iinfo(values.dtype).max))
    return near and bool(np.any(cells.astype(object).sum(axis=1) != result.ravel()))


def _axes(asked: Asked, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Count the reduced axes from 0 up. PyTorch takes no axes, ``()``, for all axes, as the shape then tells."""
    rank = asked.operand.values.ndim
    if asked.axis is None or (asked.axis == () and shape != asked.operand.shape):
        return tuple(range(rank))
    given = asked.axis if isinstance(asked.axis, tuple) else (asked.axis,)
    return tuple(sorted(axis % rank for axis in given)) if rank else ()


def _members(shape: tuple[int, ...], axes: tuple[int, ...]) -> NDArray[np.intp]:
    """For each result, in C order, the flat indices of the cells that it is made of, in C order: ``(results, n)``."""
    kept = tuple(axis for axis in range(len(shape)) if axis not in axes)
    flat = np.arange(int(np.prod(shape))).reshape(shape).transpose(*kept, *axes)
    results = int(np.prod([shape[axis] for axis in kept]))
    return flat.reshape(results, int(np.prod([shape[axis] for axis in axes])))


def _detail(
    question: ReductionsQuestion,
    values: NDArray[Any],
    axes: tuple[int, ...],
    members: NDArray[np.intp],
    library: Backend,
) -> Spread | Shares | Winners | None:
    """Find out what only some operations have; `members` are those of whole groups, ``(groups, n)``."""
    if not values.size:
        return None
    match question.operation:
        case "std":
            other = NUMPY.reduce(values, "std", axes, keepdims=question.keepdims, ddof=1 - question.ddof)
            return Spread(values.mean(axis=axes, keepdims=True), np.asarray(other), library.ddof_word)
        case "softmax":
            maximum = values.max(axis=axes, keepdims=True)
            return Shares(maximum, np.exp(values - maximum))
        case "max" | "argmax":
            groups = values.ravel()[members]
            largest = groups == groups.max(axis=1, keepdims=True)
            cells = np.zeros(values.size, dtype=np.bool_)
            first = members[np.arange(len(groups)), groups.argmax(axis=1)]
            cells[first if question.operation == "argmax" else members[largest]] = True
            return Winners(cells.reshape(values.shape), largest.sum(axis=1))
        case _:
            return None


def _back(
    operand: Operand,
    result: NDArray[Any],
    members: NDArray[np.intp],
    sign: str,
    statements: tuple[str, ...],
    library: Backend,
) -> BackClash | BackMet:
    a, s = library.make(operand.values), library.make(result)
    with np.errstate(all="ignore"):  # 0 / 0 is NaN, which the page shows
        met = library.attempt(operator.sub if sign == "-" else operator.truediv, a, s)
    if isinstance(met, Declined):
        return BackClash(sign, met, snippets.back(library, operand, statements, sign, met.builtin))
    found = library.to_numpy(met)
    sources = np.broadcast_to(np.arange(result.size).reshape(result.shape), found.shape).ravel()
    own = np.empty(operand.values.size, dtype=np.intp)
    own[members.ravel()] = np.repeat(np.arange(len(members)), members.shape[1])
    crossed = found.shape != operand.shape or not np.array_equal(own, sources)
    return BackMet(sign, found, sources, crossed, snippets.back(library, operand, statements, sign, None))
