"""Reductions: which cells each result is made of, which axis disappears, and how libraries differ.

Reducing along an axis makes one number of all cells whose indices differ only there; the axis is gone from the shape,
or keeps size 1 with ``keepdims``. NumPy says axis and keepdims, PyTorch dim and keepdim.
"""

import ast
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.backend.loading import load_torch
from primer_core.language.limits import Refused, check_size
from primer_core.language.operand import Written, read_operand
from primer_core.lessons.reductions import code as reductions_code
from primer_core.lessons.reductions.fixes import Fix, advice, fixes

Library = Literal["NumPy", "PyTorch"]

Operation = Literal["sum", "mean", "std", "max", "argmax", "any", "all", "norm", "softmax"]

OPERATIONS: tuple[Operation, ...] = ("sum", "mean", "std", "max", "argmax", "any", "all", "norm", "softmax")

Axis = int | tuple[int, ...] | None

BACK: Mapping[str, str] = {"sum": "/", "mean": "-", "std": "/", "max": "-", "norm": "/"}
"""What one does with the array and the result of an operation: shares, centred values, unit vectors, and so on."""

REFUSALS = (IndexError, ValueError, TypeError, RuntimeError, OverflowError)
"""What NumPy and PyTorch raise at an axis or a type that they do not take; NumPy's AxisError is a ValueError."""


@dataclass(frozen=True, slots=True, eq=False)
class Back:
    """The array and its own reduction in one operation, which needs the shapes to broadcast.

    Parameters
    ----------
    sign
        ``-`` or ``/``.
    result
        None where the shapes clash.
    error
        NumPy's own words where they do.
    sources
        ``(result.size,)`` flat indices into the reduction: which of its cells each result took.
    crossed
        Whether the shapes met, but not each cell with the reduction that it went into.
    """

    sign: str
    result: NDArray[Any] | None = None
    error: str | None = None
    sources: NDArray[np.intp] | None = None
    crossed: bool = False


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
    operand: Written | None = None
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
    compute = _ENGINES[library]()
    try:
        result, number = compute(operand.values, asked)
    except REFUSALS as error:
        return _refused(asked, operand, error, compute)
    axes = _axes(asked, result.shape)
    members = _members(operand.shape, axes)
    if operation == "softmax":  # every cell of a group is made of the whole group
        flat = np.empty((operand.values.size, members.shape[1]), dtype=np.intp)
        flat[members.ravel()] = np.repeat(members, members.shape[1], axis=0)
        members = flat
    asked = replace(asked, axes=axes, result=result, number=number, members=members)
    return _completed(asked, operand, members)


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
        found = ast.literal_eval(bare)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError) as error:
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


def public(error: Exception) -> str:
    """The name of the error that Python code would catch: the first of its classes that Python itself brings."""
    return next(kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins")


_Compute = Callable[[NDArray[Any], Reduction], tuple[NDArray[Any], bool]]


def _numpy() -> _Compute:
    reduce: Mapping[str, Callable[[Any, Any], Any]] = {
        "sum": lambda a, ask: a.sum(axis=ask.axis, keepdims=ask.keepdims),
        "mean": lambda a, ask: a.mean(axis=ask.axis, keepdims=ask.keepdims),
        "std": lambda a, ask: a.std(axis=ask.axis, ddof=ask.ddof, keepdims=ask.keepdims),
        "max": lambda a, ask: a.max(axis=ask.axis, keepdims=ask.keepdims),
        "argmax": lambda a, ask: np.argmax(a, axis=ask.axis, keepdims=ask.keepdims),
        "any": lambda a, ask: a.any(axis=ask.axis, keepdims=ask.keepdims),
        "all": lambda a, ask: a.all(axis=ask.axis, keepdims=ask.keepdims),
        "norm": lambda a, ask: np.linalg.norm(a, axis=ask.axis, keepdims=ask.keepdims),
        "softmax": _softmax,
    }

    def compute(values: NDArray[Any], asked: Reduction) -> tuple[NDArray[Any], bool]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the mean of no elements is NaN, which the page shows
            found = reduce[asked.operation](values, asked)
        return np.asarray(found), isinstance(found, np.generic)

    return compute


def _softmax(a: NDArray[Any], asked: Reduction) -> NDArray[Any]:
    raised = np.exp(a - a.max(axis=asked.axis, keepdims=True))
    return np.asarray(raised / raised.sum(axis=asked.axis, keepdims=True))


def _torch() -> _Compute:
    load_torch()
    import torch

    reduce: Mapping[str, Callable[[Any, Any], Any]] = {
        "sum": lambda t, ask: t.sum(dim=ask.axis, keepdim=ask.keepdims),
        "mean": lambda t, ask: t.mean(dim=ask.axis, keepdim=ask.keepdims),
        "std": lambda t, ask: t.std(dim=ask.axis, correction=ask.ddof, keepdim=ask.keepdims),
        "max": lambda t, ask: t.amax(dim=() if ask.axis is None else ask.axis, keepdim=ask.keepdims),
        "argmax": lambda t, ask: t.argmax(dim=ask.axis, keepdim=ask.keepdims),
        "any": lambda t, ask: t.any(dim=ask.axis, keepdim=ask.keepdims),
        "all": lambda t, ask: t.all(dim=ask.axis, keepdim=ask.keepdims),
        "norm": lambda t, ask: torch.linalg.vector_norm(t, dim=ask.axis, keepdim=ask.keepdims),
        "softmax": lambda t, ask: torch.softmax(t, dim=ask.axis),
    }

    def compute(values: NDArray[Any], asked: Reduction) -> tuple[NDArray[Any], bool]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # std with a divisor of 0 is NaN, which the page shows
            return reduce[asked.operation](torch.tensor(values), asked).numpy(), False

    return compute


_ENGINES: Mapping[str, Callable[[], _Compute]] = {"NumPy": _numpy, "PyTorch": _torch}


def _refused(asked: Reduction, operand: Written, error: Exception, compute: _Compute) -> Reduction:

    def works(fields: Mapping[str, str]) -> bool:
        try:
            values = read_operand(fields["array"]).values if "array" in fields else operand.values
            compute(values, replace(asked, axis=read_axis(fields["axis"]) if "axis" in fields else asked.axis))
        except (*REFUSALS, Refused):
            return False
        return True

    name = public(error)
    return replace(
        asked,
        error=f"{name}: {error}",
        advice=advice(operand.values, asked.operation, asked.axis, asked.library),
        fixes=fixes(operand, asked.axis, works),
        code=reductions_code.failing(asked.library, operand, _call(asked), name),
    )


def _axes(asked: Reduction, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Count the reduced axes from 0 up. PyTorch takes no axes, ``()``, for all axes, as the shape then tells."""
    assert asked.operand is not None
    rank = asked.operand.values.ndim
    if asked.axis is None or (asked.axis == () and asked.library == "PyTorch" and shape != asked.operand.shape):
        return tuple(range(rank))
    given = asked.axis if isinstance(asked.axis, tuple) else (asked.axis,)
    return tuple(sorted(axis % rank for axis in given)) if rank else ()


def _members(shape: tuple[int, ...], axes: tuple[int, ...]) -> NDArray[np.intp]:
    """For each result, in C order, the flat indices of the cells that it is made of, in C order: ``(results, n)``."""
    kept = tuple(axis for axis in range(len(shape)) if axis not in axes)
    flat = np.arange(int(np.prod(shape))).reshape(shape).transpose(*kept, *axes)
    results = int(np.prod([shape[axis] for axis in kept]))
    return flat.reshape(results, int(np.prod([shape[axis] for axis in axes])))


def _completed(asked: Reduction, operand: Written, members: NDArray[np.intp]) -> Reduction:
    """Add what only some operations have."""
    values, axes = operand.values, asked.axes
    if values.size and asked.operation == "std":
        other = _numpy()(values, replace(asked, axis=axes, ddof=1 - asked.ddof))[0]
        asked = replace(asked, centre=values.mean(axis=axes, keepdims=True), other=other)
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
    back = _back(asked, values, members) if asked.operation in BACK else None
    call = _call(asked)
    other_call = _call(replace(asked, ddof=1 - asked.ddof)) if asked.other is not None else None
    return replace(
        asked,
        back=back,
        code=reductions_code.snippet(asked.library, operand, call, other_call),
        back_code=reductions_code.back(asked.library, operand, call, back.sign, back.error) if back else "",
    )


def _call(asked: Reduction) -> tuple[str, ...]:
    return reductions_code.call(asked.library, asked.operation, asked.axis, keepdims=asked.keepdims, ddof=asked.ddof)


def _back(asked: Reduction, values: NDArray[Any], members: NDArray[np.intp]) -> Back:
    sign = BACK[asked.operation]
    result = np.asarray(asked.result)
    a, s = (values, result) if asked.library == "NumPy" else _tensors(values, result)
    try:
        with np.errstate(all="ignore"):  # 0 / 0 is NaN, which the page shows
            found = np.asarray(a - s if sign == "-" else a / s)
    except (ValueError, RuntimeError) as error:
        return Back(sign, error=f"{public(error)}: {error}")
    sources = np.broadcast_to(np.arange(result.size).reshape(result.shape), found.shape).ravel()
    own = np.empty(values.size, dtype=np.intp)
    own[members.ravel()] = np.repeat(np.arange(len(members)), members.shape[1])
    crossed = found.shape != values.shape or not np.array_equal(own, sources)
    return Back(sign, found, None, sources, crossed)


def _tensors(*arrays: NDArray[Any]) -> tuple[Any, ...]:
    load_torch()
    import torch

    return tuple(torch.tensor(array) for array in arrays)
