"""Why a library refuses a reduction, and what would work: each cause and each change is tried."""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import Backend
from primer_core.backend.interface import Axis
from primer_core.claims.claim import Claim
from primer_core.claims.unreduced import (
    AxesMissing,
    NamedTwice,
    NormOfAxes,
    NoSizeOneOfAll,
    NotComputedIn,
    NothingToChoose,
    NotOfDtype,
    SecondIsAxis,
    TakesOneAxis,
    WorksInDtype,
    WorksOfBoth,
    WorksOver,
    WorksWithFloats,
    WorksWithout,
    WorksWithValues,
)
from primer_core.language.operand import Operand
from primer_core.language.parsing import code_expression
from primer_core.lessons.reductions.question import ReductionsQuestion

Shape = tuple[int, ...]
Tries = Callable[[NDArray[Any], ReductionsQuestion, Axis], Shape | None]
"""Reduces an array as a question asks, over axes, and returns the shape that comes of it; None where it is refused."""

_MOST = 4
_WHOLE = "biu"
"""Kinds of dtypes that floats can stand in for."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A change with which the reduction works.

    Parameters
    ----------
    says
        What is said of it.
    puts
        Texts of the fields that it changes, by the field's parameter.
    """

    says: Claim
    puts: Mapping[str, str]


def causes(
    values: NDArray[Any], question: ReductionsQuestion, axis: Axis, library: Backend, tries: Tries
) -> tuple[Claim, ...]:
    """Find out why a reduction is refused: the dtype, the axes, or that there is no cell."""
    full = tuple(max(size, 1) for size in values.shape)
    found = [*_of_the_axes(np.ones(full), replace(question, dtype="default"), axis, library, tries)]
    usual = replace(question, keepdims=False)

    def works_in(dtype: Any, asked: ReductionsQuestion) -> bool:
        axes: tuple[Axis, ...] = (values.ndim - 1, None) if values.ndim else (None, 0)
        return any(tries(np.ones(full, dtype), asked, one) is not None for one in axes)

    if not works_in(np.float64, usual):
        if works_in(np.float64, replace(usual, dtype="default")):
            found.append(NotComputedIn(library.library, question.operation, question.computes_in))
    elif not works_in(values.dtype, usual):
        found.append(NotOfDtype(library.library, question.operation, str(values.dtype)))
    if (second := _second_is_axis(values, question, axis, library)) is not None:
        found.append(second)
    if not found and not values.size:
        # A softmax looks for the largest cell first.
        found.append(NothingToChoose("max" if question.operation == "softmax" else question.operation, values.shape))
    return tuple(found)


def _of_the_axes(
    ones: NDArray[Any], question: ReductionsQuestion, axis: Axis, library: Backend, tries: Tries
) -> tuple[Claim, ...]:
    """Say what is wrong with the axes of an array of floats; nothing if it is not they."""
    if tries(ones, question, axis) is not None:
        return ()
    bare, operation = replace(question, keepdims=False), question.operation
    if question.keeps_axes and tries(ones, bare, axis) is not None:
        return (NoSizeOneOfAll(operation),)
    several = isinstance(axis, tuple) and tries(np.ones((1, 1)), bare, (0, 1)) is None
    if axis is None or several:
        given = axis if isinstance(axis, tuple) else None
        none = not question.asks_places and tries(ones, bare, None) is not None
        return (TakesOneAxis(library.library, _called(question), given, none),)
    named = axis if isinstance(axis, tuple) else (axis,)
    rank = ones.ndim
    absent = tuple(
        one for one in named if not -rank <= one < rank and (rank or tries(ones, bare, one) is None)
    )  # some take axis 0 of a number
    if absent:
        return (AxesMissing(tuple(dict.fromkeys(absent)), rank),)
    places = [one % rank for one in named] if rank else list(named)
    twice = next((one for one in places if places.count(one) > 1), None)
    if twice is not None:
        return (NamedTwice(twice, named),)
    return (NormOfAxes(len(named)),) if operation == "norm" else ()


def _called(question: ReductionsQuestion) -> str:
    """Name an operation; of a pair with what it gives."""
    return f"{question.operation} with places" if question.asks_places else question.operation


def fixes(
    operand: Operand,
    question: ReductionsQuestion,
    axis: Axis,
    library: Backend,
    tries: Tries,
    values_alone: Callable[[Axis], str],
) -> tuple[Fix, ...]:
    """Propose changes with which it works.

    Parameters
    ----------
    operand, question, axis
        That do not work together.
    library
        That refuses.
    tries
        Reduces for real.
    values_alone
        Spells the call without places.
    """
    values = operand.values
    both = _of_both(operand, question, axis, library)
    whole = values.dtype.kind in _WHOLE
    found = [] if both is None else [both]
    change = ".astype(float)" if library.runs_numpy_code else ".double()"
    floats = values.astype(np.float64) if whole else values
    in_floats = {"array": _as_floats(operand)}
    if whole and (shape := tries(floats, question, axis)) is not None:
        found.append(Fix(WorksWithFloats(change, shape), in_floats))
    if whole and question.operation == "mean":
        in_dtype = replace(question, dtype="float32")  # PyTorch's default
        if (shape := tries(values, in_dtype, axis)) is not None:
            found.append(Fix(WorksInDtype("float32", shape), {"dtype": "float32"}))
    if question.asks_places:
        alone = replace(question, places=False)
        if (shape := tries(values, alone, axis)) is not None:
            found.append(Fix(WorksWithValues(values_alone(axis), shape), {"places": "false"}))
    if question.keeps_axes:
        bare = replace(question, keepdims=False)
        if (shape := tries(values, bare, axis)) is not None:
            found.append(Fix(WorksWithout(library.keepdims_word, "True", shape), {"keepdims": "false"}))
    if question.computes_in:
        chosen = replace(question, dtype="default")
        if (shape := tries(values, chosen, axis)) is not None:
            found.append(Fix(WorksWithout("dtype", question.computes_in, shape), {"dtype": "default"}))
    # A pair is of one dim: of all cells there are values alone, which are offered already.
    others = [
        (one, text)
        for one, text in _other_axes(values.ndim, axis)
        if one != axis and not (one is None and question.asks_places)
    ]
    for other, text in others:
        if both is not None and other is not None:
            continue  # an axis of what has none
        if (shape := tries(values, question, other)) is not None:
            found.append(Fix(WorksOver(_named(other), "", shape), {"axis": text}))
    if not found and whole:  # a change of two fields is offered only where no change of one works
        for other, text in others:
            if (shape := tries(floats, question, other)) is not None:
                found.append(Fix(WorksOver(_named(other), change, shape), {**in_floats, "axis": text}))
    return tuple(found[:_MOST])


def _second_is_axis(
    values: NDArray[Any], question: ReductionsQuestion, axis: Axis, library: Backend
) -> SecondIsAxis | None:
    """Tell where two numbers were given, of which the second is taken for an axis."""
    found = _OF_TWO.get(question.operation)
    number = values.item() if values.ndim == 0 and values.dtype.kind in "iuf" else None
    if found is None or number is None or not isinstance(axis, int) or axis in (0, -1) or not library.runs_numpy_code:
        return None
    instead, function = found
    result = float(function(number, axis))
    return SecondIsAxis(question.operation, str(number), axis, f"np.{instead}({number}, {axis})", result)


def _of_both(operand: Operand, question: ReductionsQuestion, axis: Axis, library: Backend) -> Fix | None:
    """Offer one array of both, where two numbers were given."""
    second = _second_is_axis(operand.values, question, axis, library)
    if second is None:
        return None
    array = f"[{second.first}, {second.second}]"
    return Fix(WorksOfBoth(question.operation, array, second.result), {"array": array, "axis": "None"})


_OF_TWO: Mapping[str, tuple[str, Callable[[float, float], float]]] = {
    "max": ("maximum", max),
    "min": ("minimum", min),
    "sum": ("add", operator.add),
    "prod": ("multiply", operator.mul),
}
"""What NumPy calls the operation of two numbers, and Python's own."""


def _named(axis: Axis) -> tuple[int, ...] | None:
    return axis if axis is None or isinstance(axis, tuple) else (axis,)


def _other_axes(rank: int, axis: Axis) -> list[tuple[Axis, str]]:
    """List axes that may have been meant, those that were named first, each with its text."""
    once = tuple(dict.fromkeys(axis)) if isinstance(axis, tuple) else ()
    meant: list[Axis] = [once] if len(once) > 1 else []
    meant += list(once) or list(range(rank or 1))
    meant.append(None)
    return [(one, str(one)) for one in meant]


def _as_floats(operand: Operand) -> str:
    """Spell the operand converted to floats, in the words of the library that it was typed in."""
    typed = operand.tensor_code
    if not typed:
        return operand.followed_by(".astype(float)")
    return f"{typed if isinstance(code_expression(typed), ast.Call) else f'({typed})'}.double()"
