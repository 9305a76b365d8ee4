"""Reductions: which cells each result is made of, which axis disappears, and how libraries differ.

Reducing along an axis makes one number of all cells whose indices differ only there; the axis is gone from the shape,
or keeps size 1 with ``keepdims``. NumPy says axis and keepdims, PyTorch dim and keepdim.
"""

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import Backend, Declined, backend, takes_loading
from primer_core.backend.interface import Axis, ReductionName
from primer_core.claims.claim import Claim
from primer_core.language.evaluator import Evaluator, warnings_of
from primer_core.language.execution import attempted
from primer_core.language.limits import Refused
from primer_core.language.operand import Operand
from primer_core.language.parsing import typed_literal
from primer_core.language.reader import read_statements
from primer_core.language.rejection import Rejection
from primer_core.language.tensors import read_array, speaks_of_tensors
from primer_core.lessons.event import Event, Put
from primer_core.lessons.lesson import put_fields
from primer_core.lessons.outcome import Unread
from primer_core.lessons.reductions import code as snippets
from primer_core.lessons.reductions.fixes import Fix, causes, fixes
from primer_core.lessons.reductions.line import read_line
from primer_core.lessons.reductions.question import BACK, DIVISORS, SCANS, ReductionsQuestion

MOST_ADDED_UP = 64
"""Cells up to which every cell of a scan is told as made of all before it; of longer ones, as a step from the last."""


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

    @property
    def statements(self) -> tuple[str, ...]:
        """Return the statements that bind s to the reduction of a, as the library takes them."""
        return _statements(self, backend(self.question.library))


@dataclass(frozen=True, slots=True, eq=False)
class NotReduced(Asked):
    """The library does not take the reduction.

    Parameters
    ----------
    declined
        What the library answers.
    causes
        What is said of why it refuses.
    fixes
        Changes that would work.
    code
        Snippet that prints the error.
    """

    declined: Declined
    causes: tuple[Claim, ...]
    fixes: tuple[Fix, ...]
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """What there is to know of a standard deviation, or of a variance.

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
    """What there is to know of a maximum or a minimum, or of its place.

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
class Middles:
    """What there is to know of a median.

    Parameters
    ----------
    cells
        Mask of the array's shape: the cell in the middle of each group, or both.
    other
        Of the result's shape: what the other library's definition gives; None where both give the same.
    """

    cells: NDArray[np.bool_]
    other: NDArray[Any] | None


@dataclass(frozen=True, slots=True, eq=False)
class Running:
    """What there is to know of a scan.

    Parameters
    ----------
    added
        ``(result.size,)`` flat indices into the array: the last cell that each result takes in.
    before
        ``(result.size,)`` flat indices into the result: the one that a cell goes on from; -1 for the first of a line.
    """

    added: NDArray[np.intp]
    before: NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """What PyTorch gives beside the values.

    Parameters
    ----------
    places
        Of the result's shape: where along the axis each value stands.
    refusal
        What comes of ``m + 1``: the pair is a tuple.
    """

    places: NDArray[np.intp]
    refusal: Declined


@dataclass(frozen=True, slots=True)
class Overflow:
    """A result of whole numbers that wrapped around.

    Parameters
    ----------
    place
        Index of the first such cell.
    found, exact
        What stands there, and what its cells come to.
    """

    place: tuple[int, ...]
    found: int
    exact: int


@dataclass(frozen=True, slots=True)
class Rounded:
    """A result that floats of few bits have not kept.

    Parameters
    ----------
    place
        Index of the first such cell.
    found, exact
        What stands there, and what it comes to in float64.
    """

    place: tuple[int, ...]
    found: float
    exact: float


Detail = Spread | Shares | Winners | Middles | Running
"""What only some operations have."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What comes of an array and its own reduction where the reduced axes keep size 1.

    Parameters
    ----------
    small, shape
        Shapes of the reduction, and of the result.
    """

    small: tuple[int, ...]
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Crossing:
    """A cell that meets another result than the one that it went into.

    Parameters
    ----------
    cell
        Its index.
    went, met
        Indices of both results.
    """

    cell: tuple[int, ...]
    went: tuple[int, ...]
    met: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class BackClash:
    """The library refuses the operation of the array and its own reduction.

    Parameters
    ----------
    sign
        ``-`` or ``/``.
    declined
        What the library answers.
    clash
        Where their sizes differ: the axis, counted from the end, and the sizes of the array and of the reduction; None
        where the shapes meet, and it is the dtype that it refuses.
    kept
        What comes of it with keepdims; None where that is refused, too.
    code
        Snippet that prints the error.
    """

    sign: str
    declined: Declined
    clash: tuple[int, tuple[int, int]] | None
    kept: Kept | None
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
    crossing
        The first cell that meets another result than its own; None where each meets its own.
    kept
        What comes of it with keepdims, where cells meet other results than their own; None elsewhere.
    overflowed
        Whether a difference of whole numbers wrapped around.
    code
        Snippet that prints the result.
    """

    sign: str
    result: NDArray[Any]
    sources: NDArray[np.intp]
    crossing: Crossing | None
    kept: Kept | None
    overflowed: bool
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
    cast
        The array's cells in the dtype that was asked for; None where that changes none of them.
    pair
        What PyTorch gives beside the values; None where nothing.
    overflowed
        The first result that is not the sum, or the product, of its cells, because whole numbers wrapped around; None
        where each is.
    rounded
        The first result that floats of few bits have not kept; None where they have.
    lost
        The first sum in float64 that has lost digits which its cells come to; None where none has.
    warnings
        What the library warned of, in its words.
    back
        The operand with its own reduction; None where that is no use.
    code
        Snippet that prints the result.
    """

    axes: tuple[int, ...]
    result: NDArray[Any]
    number: bool
    members: NDArray[np.intp]
    detail: Detail | None
    cast: NDArray[Any] | None
    pair: Pair | None
    overflowed: Overflow | None
    rounded: Rounded | None
    lost: Rounded | None
    warnings: tuple[str, ...]
    back: BackClash | BackMet | None
    code: str


Outcome = Unread | NotReduced | Reduced
"""What comes of a question; of an array that could be read with an axis that could not, it is `UnreadAxis`."""


def explain(question: ReductionsQuestion) -> Outcome:
    """Explain what a reduction makes of an array; nothing that is typed makes it raise.

    PyTorch is loaded only if it is asked.
    """
    try:
        operand = read_array(question.array)
    except Refused as refused:
        if not question.line.strip():
            return Unread("array", str(refused))
        operand = None
    try:
        question = followed(question, operand)
        operand = read_array(question.array) if operand is None or question.array != operand.text else operand
    except Refused as refused:
        return Unread("line", str(refused))
    try:
        axis = read_axis(question.axis)
    except Refused as refused:
        return UnreadAxis("axis", str(refused), operand)
    asked = Asked(question, operand, axis)
    library = backend(question.library)
    try:
        done = _done(operand.values, _statements(asked, library), library)
    except Refused as refused:
        return UnreadAxis("axis", str(refused), operand)
    return _declined(asked, done, library) if isinstance(done, Declined) else _reduced(asked, done, library)


def followed(question: ReductionsQuestion, operand: Operand | None = None) -> ReductionsQuestion:
    """Return the question that a line asks, with its controls as the line says; the question itself without a line.

    Parameters
    ----------
    question
        What is asked.
    operand
        Its array, where that was read already.

    Raises
    ------
    Refused
        If the line cannot be read, or asks for what is not shown here.
    """
    if not question.line.strip():
        return replace(question, line="")
    code = operand.code if operand is not None else question.array
    texts = read_line(question.line, question.library, code)
    return question.with_texts({**texts, "line": ""})


def react(question: ReductionsQuestion, event: Event) -> ReductionsQuestion:
    """Answer an event; a library that is chosen brings its own divisor of std with it, a line all that it says.

    Raises
    ------
    EventError
        If the event cannot be followed.
    """
    if not isinstance(event, Put):
        return put_fields(question, event)
    if question.line and "line" not in event.texts:
        question = _following(question)  # what it says stays, but for what is put now
        if not set(event.texts) <= {"array"}:
            question = replace(question, line="")
    after = put_fields(question, event)
    if event.texts.get("line", "").strip():
        return _following(after)
    if "array" in event.texts and "library" not in event.texts and speaks_of_tensors(after.array):
        after = replace(after, library="PyTorch")
    if event.texts.get("places") == "true" and "library" not in event.texts:
        after = replace(after, library="PyTorch")  # which alone has them
    if after.library != question.library and "divisor" not in event.texts:
        return replace(after, divisor=DIVISORS[backend(after.library).default_ddof])
    return after


def needs_torch(question: ReductionsQuestion) -> bool:
    """Return whether PyTorch answers a question, or reads what is typed in it."""
    typed = speaks_of_tensors(question.array) or speaks_of_tensors(question.line)
    return typed or takes_loading(_following(question).library if question.line else question.library)


def _following(question: ReductionsQuestion) -> ReductionsQuestion:
    """Return the question that a line asks; with a line that cannot be read, the question as it is."""
    try:
        operand = read_array(question.array)
    except Refused:
        operand = None
    try:
        return followed(question, operand)
    except Refused:
        return question


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


@dataclass(frozen=True, slots=True, eq=False)
class _Done:
    """What statements left behind: the names that they bound, and what the library warned of."""

    names: Mapping[str, Any]
    warnings: tuple[str, ...]


def _done(values: NDArray[Any], statements: Sequence[str], library: Backend) -> _Done | Declined:
    """Run statements on an array that they call a.

    Raises
    ------
    Refused
        If the language refuses one.
    """
    evaluator = Evaluator({"a": library.make(values)})
    try:
        evaluator.run(read_statements("\n".join(statements)))
    except Rejection as rejection:
        if rejection.declined is None:
            raise Refused(rejection.message) from rejection
        return rejection.declined
    return _Done(evaluator.names, warnings_of(evaluator.calls))


def _statements(asked: Asked, library: Backend, *, ddof: int | None = None) -> tuple[str, ...]:
    """Write the statements that bind s to the reduction of a."""
    question = asked.question
    return library.reduce_code(
        "a",
        "s",
        question.operation,
        asked.axis,
        keepdims=question.keeps_axes,
        ddof=question.ddof if ddof is None else ddof,
        dtype=question.computes_in,
        places=question.asks_places,
    )


def _declined(asked: Asked, declined: Declined, library: Backend) -> NotReduced:
    question, operand, axis = asked.question, asked.operand, asked.axis

    def tries(values: NDArray[Any], changed: ReductionsQuestion, other: Axis) -> tuple[int, ...] | None:
        try:
            done = _done(values, _statements(Asked(changed, operand, other), library), library)
        except Refused:
            return None
        return None if isinstance(done, Declined) else tuple(done.names["s"].shape)

    return NotReduced(
        question,
        operand,
        axis,
        declined,
        causes=causes(operand.values, question, axis, library, tries),
        fixes=fixes(operand, question, axis, library, tries, lambda other: values_alone(question, other)),
        code=snippets.failing(library, operand, _statements(asked, library), declined.builtin),
    )


def values_alone(question: ReductionsQuestion, axis: Axis) -> str:
    """Spell the call that gives values without their places."""
    (statement,) = backend(question.library).reduce_code(
        "a", "s", question.operation, axis, keepdims=question.keeps_axes
    )
    return statement.removeprefix("s = ")


def _reduced(asked: Asked, done: _Done, library: Backend) -> Reduced:
    question, operand = asked.question, asked.operand
    found = done.names["s"]
    result = np.asarray(library.to_numpy(found))
    axes = _axes(asked, result.shape)
    groups = _groups(operand.shape, axes)
    statements = _statements(asked, library)
    detail = _detail(asked, axes, groups, result, library)
    other = _statements(asked, library, ddof=1 - question.ddof) if isinstance(detail, Spread) else None
    cast = _cast(asked, library)
    taken = operand.values if cast is None else cast
    sign = BACK.get(question.operation)
    back = _back(asked, result, groups, sign, library) if sign is not None else None
    return Reduced(
        question,
        operand,
        asked.axis,
        axes,
        result,
        number=library.is_number(found),
        members=_members(question.operation, operand.values.size, groups),
        detail=detail,
        cast=cast,
        pair=_pair(done, library),
        overflowed=_overflowed(question.operation, taken, result, groups),
        rounded=_rounded(question.operation, taken, result, groups),
        lost=_lost(question.operation, taken, result, groups),
        warnings=(*operand.warnings, *done.warnings),
        back=back,
        code=snippets.snippet(library, operand, statements, other),
    )


def _pair(done: _Done, library: Backend) -> Pair | None:
    """Ask PyTorch's pair of values and places for the places, and what an addition to it comes to."""
    m = done.names.get("m")
    if m is None:
        return None
    refused, _ = attempted(operator.add, (m, 1), {})
    assert isinstance(refused, Declined)
    return Pair(library.to_numpy(m.indices), refused)


def _cast(asked: Asked, library: Backend) -> NDArray[Any] | None:
    """Convert the cells to the dtype that was asked for, as the library does before it reduces them."""
    values, dtype = asked.operand.values, asked.question.computes_in
    if not dtype or str(values.dtype) == dtype:
        return None
    convert = f"c = a.astype(np.{dtype})" if library.runs_numpy_code else f"c = a.to(torch.{dtype})"
    done = _done(values, (convert,), library)
    if isinstance(done, Declined):
        return None
    cells = library.to_numpy(done.names["c"])
    return None if np.array_equal(cells, values, equal_nan=cells.dtype.kind == "f") else cells


_EXACT: Mapping[ReductionName, Any] = {
    "sum": lambda cells: cells.sum(axis=1),
    "prod": lambda cells: cells.prod(axis=1),
    "cumsum": lambda cells: np.cumsum(cells, axis=1),
    "cumprod": lambda cells: np.cumprod(cells, axis=1),
    "mean": lambda cells: cells.mean(axis=1) if cells.shape[1] else cells.sum(axis=1),
}
"""What adds up or multiplies the cells of groups, ``(groups, n)``."""


def _in_groups(operation: ReductionName, result: NDArray[Any], groups: NDArray[np.intp]) -> NDArray[Any]:
    """Return the results group by group, as `_EXACT` gives them."""
    return result.ravel()[groups] if operation in SCANS else result.ravel()


def _overflowed(
    operation: ReductionName, values: NDArray[Any], result: NDArray[Any], groups: NDArray[np.intp]
) -> Overflow | None:
    """Find the first result that is not what its cells come to, because whole numbers wrapped around."""
    if values.dtype.kind not in "biuf" or result.dtype.kind not in "iu" or operation not in _EXACT:
        return None
    # Floats that are asked for in whole numbers, and are whole, are so before they are added up.
    cells = (values.astype(result.dtype) if values.dtype.kind == "f" else values).ravel()[groups]
    # Python's whole numbers are exact, and slow: they are asked only where a result could be too large.
    with np.errstate(all="ignore"):
        near = np.abs(_EXACT[operation](np.abs(cells.astype(np.float64)))) >= np.iinfo(result.dtype).max
    if not np.any(near):
        return None
    exact = np.asarray(_EXACT[operation](cells.astype(object)))
    found = _in_groups(operation, result, groups)
    wrong = exact != found
    if not np.any(wrong):
        return None
    first = int(np.argmax(wrong.ravel()))
    return Overflow(_place(operation, first, result, groups), int(found.ravel()[first]), int(exact.ravel()[first]))


def _place(operation: ReductionName, first: int, result: NDArray[Any], groups: NDArray[np.intp]) -> tuple[int, ...]:
    """Return the index of a result that is counted group by group."""
    flat = int(groups.ravel()[first]) if operation in SCANS else first
    return tuple(int(i) for i in np.unravel_index(flat, result.shape))


def _rounded(
    operation: ReductionName, values: NDArray[Any], result: NDArray[Any], groups: NDArray[np.intp]
) -> Rounded | None:
    """Find the first result that floats of few bits have not kept, by computing in float64."""
    if result.dtype not in (np.float16, np.float32) or operation not in _EXACT or not values.size:
        return None
    with np.errstate(all="ignore"):
        exact = np.asarray(_EXACT[operation](values.astype(np.float64).ravel()[groups]))
        found = _in_groups(operation, result, groups).astype(np.float64)
        lost = np.isfinite(exact) & ~(np.abs(found - exact) <= 4 * np.finfo(result.dtype).eps * np.abs(exact))
    if not lost.any():
        return None
    first = int(np.argmax(lost.ravel()))
    place = _place(operation, first, result, groups)
    return Rounded(place, float(found.ravel()[first]), float(exact.ravel()[first]))


_LOST = 1e-6
"""What share of a sum has to be lost before it is worth a word."""


def _lost(
    operation: ReductionName, values: NDArray[Any], result: NDArray[Any], groups: NDArray[np.intp]
) -> Rounded | None:
    """Find the first sum in float64 that is far from what its cells come to without rounding."""
    if operation != "sum" or values.dtype != np.float64 or result.dtype != np.float64 or not values.size:
        return None
    grouped, sums = values.ravel()[groups], result.ravel()
    with np.errstate(all="ignore"):
        most = np.abs(grouped).sum(axis=1) * groups.shape[1] * np.finfo(np.float64).eps  # that rounding may have taken
        near = np.isfinite(most) & (most > _LOST * np.abs(sums))
    for place in np.flatnonzero(near).tolist():
        found, cells = float(sums[place]), grouped[place]
        if isfinite(found):
            exact = fsum(cells.tolist())
            if abs(found - exact) > _LOST * max(abs(found), abs(exact)):
                return Rounded(_place(operation, place, result, groups), found, exact)
    return None


def _members(operation: ReductionName, size: int, groups: NDArray[np.intp]) -> NDArray[np.intp]:
    """For each result, in C order, the cells that it is made of, filled up with -1."""
    count = groups.shape[1]
    if operation == "softmax":  # every cell of a group is made of the whole group
        members = np.empty((size, count), dtype=np.intp)
        members[groups.ravel()] = np.repeat(groups, count, axis=0)
        return members
    if operation not in SCANS:
        return groups
    if count > MOST_ADDED_UP:
        return np.arange(size, dtype=np.intp)[:, None]
    members = np.full((size, count), -1, dtype=np.intp)
    for place in range(count):
        members[groups[:, place], : place + 1] = groups[:, : place + 1]
    return members


def _axes(asked: Asked, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Count the reduced axes from 0 up. PyTorch takes no axes, ``()``, for all axes, as the shape then tells."""
    rank = asked.operand.values.ndim
    if asked.axis is None or (asked.axis == () and shape != asked.operand.shape):
        return tuple(range(rank))
    given = asked.axis if isinstance(asked.axis, tuple) else (asked.axis,)
    return tuple(sorted(axis % rank for axis in given)) if rank else ()


def _groups(shape: tuple[int, ...], axes: tuple[int, ...]) -> NDArray[np.intp]:
    """For each result, in C order, the flat indices of the cells that it is made of, in C order: ``(results, n)``."""
    kept = tuple(axis for axis in range(len(shape)) if axis not in axes)
    flat = np.arange(int(np.prod(shape))).reshape(shape).transpose(*kept, *axes)
    results = int(np.prod([shape[axis] for axis in kept]))
    return flat.reshape(results, int(np.prod([shape[axis] for axis in axes])))


def _detail(
    asked: Asked, axes: tuple[int, ...], groups: NDArray[np.intp], result: NDArray[Any], library: Backend
) -> Detail | None:
    """Find out what only some operations have; `groups` are those of whole groups, ``(groups, n)``."""
    question, values = asked.question, asked.operand.values
    if not values.size:
        return None
    match question.operation:
        case "std" | "var":
            mean = values.mean(axis=axes, keepdims=True)
            if groups.shape[1] <= 1 - question.ddof:  # what no learner asked for is not warned of
                return Spread(mean, np.full_like(result, np.nan), library.ddof_word)
            other = _done(values, _statements(asked, library, ddof=1 - question.ddof), library)
            assert not isinstance(other, Declined)
            return Spread(mean, np.asarray(library.to_numpy(other.names["s"])), library.ddof_word)
        case "softmax":
            maximum = values.max(axis=axes, keepdims=True)
            return Shares(maximum, np.exp(values - maximum))
        case "max" | "argmax" | "min" | "argmin" as name:
            cells = values.ravel()[groups]
            best, place = (cells.max, cells.argmax) if name.endswith("max") else (cells.min, cells.argmin)
            winning = cells == best(axis=1, keepdims=True)
            marked = np.zeros(values.size, dtype=np.bool_)
            first = groups[np.arange(len(groups)), place(axis=1)]
            marked[first if name.startswith("arg") else groups[winning]] = True
            return Winners(marked.reshape(values.shape), winning.sum(axis=1))
        case "median":
            return _middles(values, result, groups, library)
        case "cumsum" | "cumprod":
            added = np.arange(values.size, dtype=np.intp)
            before = np.full(values.size, -1, dtype=np.intp)
            before[groups[:, 1:]] = groups[:, :-1]
            return Running(added, before)
        case _:
            return None


def _middles(values: NDArray[Any], result: NDArray[Any], groups: NDArray[np.intp], library: Backend) -> Middles:
    cells, count = values.ravel()[groups], groups.shape[1]
    order = np.take_along_axis(groups, np.argsort(cells, axis=1, kind="stable"), axis=1)
    middle = order[:, (count - 1) // 2 : count // 2 + 1]
    marked = np.zeros(values.size, dtype=np.bool_)
    marked[middle] = True
    lower, upper = values.ravel()[middle[:, 0]], values.ravel()[middle[:, -1]]
    missing = np.isnan(cells).any(axis=1) if values.dtype.kind == "f" else np.zeros(len(cells), np.bool_)
    with np.errstate(all="ignore"):
        mean = np.where(missing, np.nan, (lower.astype(np.float64) + upper) / 2)
    other = mean if library.lower_median else np.where(missing, np.nan, lower)
    same = np.array_equal(other, result.ravel().astype(np.float64), equal_nan=True)
    return Middles(marked.reshape(values.shape), None if same else other.reshape(result.shape))


def _back(
    asked: Asked, result: NDArray[Any], groups: NDArray[np.intp], sign: str, library: Backend
) -> BackClash | BackMet:
    operand, statements = asked.operand, _statements(asked, library)
    met = _met(operand.values, result, sign, library)
    error = met.builtin if isinstance(met, Declined) else None
    code = snippets.back(library, operand, statements, sign, error)
    if isinstance(met, Declined):
        return BackClash(sign, met, _clash(operand.shape, result.shape), _kept(asked, sign, library), code)
    sources = np.broadcast_to(np.arange(result.size).reshape(result.shape), met.shape).ravel()
    cells = np.broadcast_to(np.arange(operand.values.size).reshape(operand.shape), met.shape).ravel()
    own = np.empty(operand.values.size, dtype=np.intp)
    own[groups.ravel()] = np.repeat(np.arange(len(groups)), groups.shape[1])
    astray = own[cells] != sources
    crossing = None
    if astray.any():
        first = int(np.argmax(astray))
        crossing = Crossing(
            _index(cells[first], operand.shape),
            _index(own[cells[first]], result.shape),
            _index(sources[first], result.shape),
        )
    kept = None if crossing is None else _kept(asked, sign, library)
    return BackMet(sign, met, sources, crossing, kept, _wraps(operand.values, result, met), code)


def _met(values: NDArray[Any], result: NDArray[Any], sign: str, library: Backend) -> NDArray[Any] | Declined:
    """Ask the library for an array with its reduction; 0 / 0 is NaN, which the page shows."""
    operation = operator.sub if sign == "-" else operator.truediv
    met, _ = attempted(operation, (library.make(values), library.make(result)), {})
    return met if isinstance(met, Declined) else library.to_numpy(met)


def _kept(asked: Asked, sign: str, library: Backend) -> Kept | None:
    """Try what comes of it with keepdims; None where the library refuses."""
    keeping = replace(asked, question=replace(asked.question, keepdims=True))
    done = _done(asked.operand.values, _statements(keeping, library), library)
    if isinstance(done, Declined):
        return None
    result = np.asarray(library.to_numpy(done.names["s"]))
    met = _met(asked.operand.values, result, sign, library)
    return None if isinstance(met, Declined) else Kept(result.shape, met.shape)


def _clash(own: tuple[int, ...], small: tuple[int, ...]) -> tuple[int, tuple[int, int]] | None:
    """Return the last axis along which two shapes do not meet, counted from the end, and its sizes; or None."""
    for axis in range(-1, -min(len(own), len(small)) - 1, -1):
        if own[axis] != small[axis] and 1 not in (own[axis], small[axis]):
            return axis, (own[axis], small[axis])
    return None


def _index(flat: np.intp, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(at) for at in np.unravel_index(flat, shape))


def _wraps(values: NDArray[Any], result: NDArray[Any], met: NDArray[Any]) -> bool:
    """Return whether a difference of whole numbers is not what it should be."""
    if met.dtype.kind not in "iu":
        return False
    with np.errstate(all="ignore"):
        return bool(np.any(values.astype(object) - result.astype(object) != met))
