"""Reductions: which cells each result is made of, which axis disappears, and how libraries differ.

Reducing along an axis makes one number of all cells whose indices differ only there; the axis is gone from the shape,
or keeps size 1 with ``keepdims``. NumPy says axis and keepdims, PyTorch dim and keepdim.
"""

import operator
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import NUMPY, Backend, Declined, Library, backend
from primer_core.backend.interface import Axis, ReductionName
from primer_core.language.limits import Refused, check_size
from primer_core.language.operand import Operand, read_operand
from primer_core.language.parsing import typed_literal
from primer_core.lessons.reductions import code as reductions_code
from primer_core.lessons.reductions.fixes import Fix, advice, fixes

Operation = ReductionName

OPERATIONS: tuple[Operation, ...] = get_args(ReductionName)

BACK: Mapping[str, str] = {"sum": "/", "mean": "-", "std": "/", "max": "-", "norm": "/"}
"""What one does with the array and the result of an operation: shares, centred values, unit vectors, and so on."""


@dataclass(frozen=True, slots=True, eq=False)
class Back:
    """The array and its own reduction in one operation, which needs the shapes to broadcast.

    Parameters
    ----------
    sign
        ``-`` or ``/``.
    result
        None where the shapes clash.
    declined
        The library's answer where they do.
    sources
        ``(result.size,)`` flat indices into the reduction: which of its cells each result took.
    crossed
        Whether the shapes met, but not each cell with the reduction that it went into.
    """

    sign: str
    result: NDArray[Any] | None = None
    declined: Declined | None = None
    sources: NDArray[np.intp] | None = None
    crossed: bool = False

    @property
    def error(self) -> str | None:
        """The library's own words, with the kind of error before them; None where the shapes met."""
        return None if self.declined is None else self.declined.builtin_text


@dataclass(frozen=True, slots=True, eq=False)
class Reduction:
    """What a reduction does.

    Parameters
    ----------
    library, operation, keepdims, ddof
        What was asked; `ddof` is what is taken off n in the divisor of std.
    operand, axis
        As they were understood.
    refusal, refused
        Why nothing could be computed, and which field is at fault.
    error
        The library's own words, with the kind of error before them.
    advice, fixes
        What the error means here, and which fields would work instead.
    axes
        The axes that are reduced, from 0 up, in order.
    result
        As an array; of the operand's shape for softmax.
    number
        Whether NumPy returned a number, not an array.
    members
        ``(result.size, n)`` flat indices into the operand: the cells that each result is made of.
    winners
        Of the operand's shape: the cells that max and argmax found; None for the others.
    ties
        ``(result.size,)``: how many cells are as large as the winner; None for the others.
    centre
        Of the keepdims shape: the mean that std measures from, or the maximum that softmax subtracts.
    raised
        ``exp(a - max)`` of softmax.
    other
        std with the other divisor.
    back
        The operand with its own reduction; None where that is no use.
    code, back_code
        Run as copied and print what was found.
    """

    library: Library = "NumPy"
    operation: Operation = "sum"
    keepdims: bool = False
    ddof: int = 0
    operand: Operand | None = None
    axis: Axis = None
    refusal: str | None = None
    refused: Literal["a", "axis"] | None = None
    error: str | None = None
    advice: str = ""
    fixes: tuple[Fix, ...] = ()
    axes: tuple[int, ...] = ()
    result: NDArray[Any] | None = None
    number: bool = False
    members: NDArray[np.intp] | None = None
    winners: NDArray[np.bool_] | None = None
    ties: NDArray[np.intp] | None = None
    centre: NDArray[Any] | None = None
    raised: NDArray[Any] | None = None
    other: NDArray[Any] | None = None
    back: Back | None = None
    code: str = ""
    back_code: str = ""


def explain_reduction(
    array: str,
    operation: Operation = "sum",
    axis: str = "None",
    *,
    keepdims: bool = False,
    ddof: int = 0,
    library: Library = "NumPy",
) -> Reduction:
    """Explain what a reduction makes of an array. Nothing that is typed makes it raise.

    Parameters
    ----------
    array
        A shape, which is filled by counting, or an array, as `primer_core.language.operand.read_operand` reads it.
    operation
        One of `OPERATIONS`.
    axis
        A number, several as ``(0, 1)``, or None for all.
    keepdims
        Whether reduced axes keep size 1. Softmax keeps every axis anyway.
    ddof
        What is taken off n in the divisor of std: 0 is NumPy's default, 1 PyTorch's.
    library
        Which computes the result. PyTorch is imported only if asked for.
    """
    asked = Reduction(library, operation, keepdims and operation != "softmax", ddof)
    try:
        operand = read_operand(array)
        check_size(operand.shape)
    except Refused as refused:
        return replace(asked, refusal=str(refused), refused="a")
    try:
        asked = replace(asked, operand=operand, axis=read_axis(axis))
    except Refused as refused:
        return replace(asked, operand=operand, refusal=str(refused), refused="axis")
    engine = backend(library)
    found = _reduced(asked, operand.values, engine)
    if isinstance(found, Declined):
        return _refused(asked, operand, found, engine)
    result, number = engine.to_numpy(found), engine.is_number(found)
    axes = _axes(asked, result.shape)
    members = _members(operand.shape, axes)
    if operation == "softmax":  # every cell of a group is made of the whole group
        flat = np.empty((operand.values.size, members.shape[1]), dtype=np.intp)
        flat[members.ravel()] = np.repeat(members, members.shape[1], axis=0)
        members = flat
    asked = replace(asked, axes=axes, result=result, number=number, members=members)
    return _completed(asked, operand, members, engine)


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
        raise Refused(f"This axis is {len(bare)} characters long; an array has at most four axes. {how}")
    try:
        found = typed_literal(bare)
    except SyntaxError as error:
        raise Refused(f"“{bare}” is no axis. {how}") from error
    axes = found if isinstance(found, tuple) else (found,)
    if not all(type(axis) is int and abs(axis) < 2**31 for axis in axes):
        raise Refused(f"“{bare}” is no axis. {how}")
    return tuple(axes) if isinstance(found, tuple) else int(axes[0])


_MOST_CHARACTERS = 60


def axis_choices(explained: Reduction) -> tuple[str, ...]:
    """The axes that the array has, as they would be typed: none but None where it could not be read."""
    rank = explained.operand.values.ndim if explained.operand is not None else 0
    return ("None", *map(str, range(rank)), *(["-1"] if rank else []), *(["(0, 1)"] if rank > 1 else []))


def _reduced(asked: Reduction, values: NDArray[Any], engine: Backend) -> Any | Declined:
    return engine.reduce(engine.make(values), asked.operation, asked.axis, keepdims=asked.keepdims, ddof=asked.ddof)


def _refused(asked: Reduction, operand: Operand, declined: Declined, engine: Backend) -> Reduction:

    def works(fields: Mapping[str, str]) -> bool:
        try:
            values = read_operand(fields["array"]).values if "array" in fields else operand.values
            other = replace(asked, axis=read_axis(fields["axis"]) if "axis" in fields else asked.axis)
        except Refused:
            return False
        return not isinstance(_reduced(other, values, engine), Declined)

    return replace(
        asked,
        error=declined.builtin_text,
        advice=advice(operand.values, asked.operation, asked.axis, engine),
        fixes=fixes(operand, asked.axis, works),
        code=reductions_code.failing(engine, operand, _call(asked, engine), declined.builtin),
    )


def _axes(asked: Reduction, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Count the reduced axes from 0 up. PyTorch takes no axes, ``()``, for all axes, as the shape then tells."""
    assert asked.operand is not None
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


def _completed(asked: Reduction, operand: Operand, members: NDArray[np.intp], engine: Backend) -> Reduction:
    """Add what only some operations have."""
    values, axes = operand.values, asked.axes
    if values.size and asked.operation == "std":
        other = NUMPY.reduce(values, "std", axes, keepdims=asked.keepdims, ddof=1 - asked.ddof)
        asked = replace(asked, centre=values.mean(axis=axes, keepdims=True), other=np.asarray(other))
    elif values.size and asked.operation == "softmax":
        centre = values.max(axis=axes, keepdims=True)
        asked = replace(asked, centre=centre, raised=np.exp(values - centre))
    elif values.size and asked.operation in ("max", "argmax"):
        groups = values.ravel()[members]
        largest = groups == groups.max(axis=1, keepdims=True)
        won = np.zeros(values.size, dtype=np.bool_)
        first = members[np.arange(len(groups)), groups.argmax(axis=1)]
        won[first if asked.operation == "argmax" else members[largest]] = True
        asked = replace(asked, winners=won.reshape(values.shape), ties=largest.sum(axis=1))
    back = _back(asked, values, members, engine) if asked.operation in BACK else None
    call = _call(asked, engine)
    other_call = _call(replace(asked, ddof=1 - asked.ddof), engine) if asked.other is not None else None
    back_code = ""
    if back is not None:
        met = back.declined.builtin if back.declined is not None else None
        back_code = reductions_code.back(engine, operand, call, back.sign, met)
    return replace(
        asked,
        back=back,
        code=reductions_code.snippet(engine, operand, call, other_call),
        back_code=back_code,
    )


def _call(asked: Reduction, engine: Backend) -> tuple[str, ...]:
    return engine.reduce_code("a", "s", asked.operation, asked.axis, keepdims=asked.keepdims, ddof=asked.ddof)


def _back(asked: Reduction, values: NDArray[Any], members: NDArray[np.intp], engine: Backend) -> Back:
    sign = BACK[asked.operation]
    result = np.asarray(asked.result)
    a, s = engine.make(values), engine.make(result)
    with np.errstate(all="ignore"):  # 0 / 0 is NaN, which the page shows
        met = engine.attempt(operator.sub if sign == "-" else operator.truediv, a, s)
    if isinstance(met, Declined):
        return Back(sign, declined=met)
    found = engine.to_numpy(met)
    sources = np.broadcast_to(np.arange(result.size).reshape(result.shape), found.shape).ravel()
    own = np.empty(values.size, dtype=np.intp)
    own[members.ravel()] = np.repeat(np.arange(len(members)), members.shape[1])
    crossed = found.shape != values.shape or not np.array_equal(own, sources)
    return Back(sign, found, None, sources, crossed)
