"""What of a step's result deserves a sentence of its own, asked of the call that gave it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from math import prod
from typing import Any

import numpy as np

from primer_core.backend import Declined, backend_of
from primer_core.claims.claim import Claim
from primer_core.claims.joining import VectorTakenFor
from primer_core.claims.layout import CopiedNeedlessly, NoStrides, PutInOrder, VerySame
from primer_core.claims.sizes import (
    AllReversed,
    AtMostPieces,
    AxesTaken,
    CutIntoPieces,
    CutIntoRows,
    FirstAxisGone,
    FirstAxisJoined,
    FlattenedFirst,
    NothingSqueezed,
    NothingToTurn,
    Refilled,
    Repeats,
    SizesAlone,
)
from primer_core.language.evaluator import Call, Evaluator
from primer_core.language.parsing import code_expression
from primer_core.language.rejection import Rejection
from primer_core.language.table.entry import Bound
from primer_core.language.table.functions import function_of
from primer_core.lessons.shapes.steps import Shape

_MOST_MOVED = 4
"""Axes whose orders are tried."""

_MOST_AXES = 6
"""Axes that are told apart by letters."""

_REORDERS = frozenset(
    {"T", "mT", "moveaxis", "movedim", "permute", "permute_dims", "swapaxes", "swapdims", "t", "transpose"}
)

_IN_ORDER = ("Tensor.contiguous", "np.ascontiguousarray", "np.asfortranarray")


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """What a step gave.

    Parameters
    ----------
    name, origin
        What the snippet calls the result, and the tensor that the step was given.
    before, after
        The two.
    copied
        Whether the result lies in memory of its own.
    pieces
        What the snippet calls all pieces, where there are several.
    outputs
        Shapes of all that came out.
    calls
        What the library did.
    """

    name: str
    origin: str
    before: Any
    after: Any
    copied: bool
    pieces: str
    outputs: tuple[Shape, ...]
    calls: tuple[Call, ...]

    @property
    def own(self) -> Shape:
        """Return the shape before."""
        return tuple(self.before.shape)

    @property
    def shape(self) -> Shape:
        """Return the shape of the result."""
        return tuple(self.after.shape)


def remarks_on(result: Result) -> tuple[Claim, ...]:
    """Say what is not seen in the shapes."""
    calls = [call for call in result.calls if call.entry.rule.kind not in ("asked", "made")]
    if result.after is result.before:
        in_order = bool(calls) and calls[-1].entry.name in _IN_ORDER
        return (VerySame(result.name, result.origin, in_order),)
    if len(calls) != 1 or any(isinstance(array, np.generic) for array in (result.before, result.after)):
        return ()  # a lone number of NumPy has no memory that could be shared
    rows = _cut_into_rows(result, calls[0])
    return tuple(claim for claim in (_remark(result, calls[0]), rows) if claim is not None)


def _remark(result: Result, call: Call) -> Claim | None:
    name, bound = call.entry.name.rpartition(".")[2], call.bound
    own, after = result.own, result.shape
    has_cells = 0 not in after
    match name:
        case "T" | "t" | "transpose" if len(own) == 1 and own == after:
            return NothingToTurn(result.name, result.origin, own[0])
        case "T" | "transpose" if len(own) > 2 and len(bound.positional) == 1 and not bound.keywords:
            return AllReversed(result.name, result.origin, (*own[:-2], own[-1], own[-2]))
        case name if name in _REORDERS:
            return _axes_taken(result, call)
        case "append" | "insert" | "delete" | "repeat" | "repeat_interleave" if len(own) > 1 == len(after):
            return _flattened_first(result, call)
        case "vstack" | "column_stack" | "dstack" if len(own) == 1:
            axis = ("vstack", "column_stack", "dstack").index(name)
            taken = ((1, own[0]), (own[0], 1), (1, own[0], 1))[axis]
            return VectorTakenFor(result.name, result.origin, name, taken, axis)
        case "squeeze" if own == after:
            axes = _axes(bound.get("axis", "dim"), len(own))
            return (
                NothingSqueezed(result.name, result.origin, tuple((axis, own[axis]) for axis in axes)) if axes else None
            )
        case "squeeze" if bound.get("axis", "dim") is None and own[0] == 1 and after:
            longer = (2, *(size for size in own[1:] if size != 1))
            return FirstAxisGone(result.name, result.origin, own, longer)
        case "flatten" if _is_bare(call) and len(own) > 2 and own[0] > 1 and has_cells:
            if backend_of(result.after).runs_numpy_code:
                return _why_copied(result, name, "C") if result.copied else None
            return FirstAxisJoined(result.name, result.origin, own, (own[0], prod(own[1:])))
        case "reshape" | "view" if not result.copied and (moved := _moved(result, str(bound.get("order") or "C"))):
            return SizesAlone(result.name, result.origin, own, after, moved)
        case "reshape" | "ravel" | "flatten" if result.copied and has_cells:
            return _why_copied(result, name, str(bound.get("order") or "C"))
        case "contiguous" | "ascontiguousarray" if result.copied and has_cells:
            return PutInOrder(result.name, result.origin)
        case "resize" if prod(own) != prod(after) and has_cells and 0 not in own:
            return Refilled(result.name, result.origin, after, prod(own))
        case "split" if result.pieces:
            return _split(result, bound)
        case "chunk" if result.pieces:
            return _chunk(result, bound)
        case "repeat" | "tile" | "repeat_interleave" if len(own) == len(after) == 1 and own[0] > 1:
            return _repeats(result)
    return None


def _cut_into_rows(result: Result, call: Call) -> Claim | None:
    """Say how cells are filed anew, where more than axes of size 1 came or went."""
    own, after = result.own, result.shape
    if call.entry.name.rpartition(".")[2] not in ("reshape", "view") or (call.bound.get("order") or "C") != "C":
        return None
    if len(own) < 2 or len(after) < 2 or 0 in after or prod(own) != prod(after):
        return None
    told = [size for size in own if size != 1] != [size for size in after if size != 1]
    return CutIntoRows(result.name, result.origin, own, after) if told else None


def _flattened_first(result: Result, call: Call) -> Claim | None:
    """Ask for the same along the first axis; nothing where an axis was named."""
    library, bound = backend_of(result.before), call.bound
    if bound.get("axis", "dim") is not None:
        return None
    asked = {**bound.keywords, library.axis_word: 0}
    along = library.attempt(function_of(call.entry), *bound.positional, **asked)
    kept = None if isinstance(along, Declined) else tuple(along.shape)
    function = call.entry.name.rpartition(".")[2]
    return FlattenedFirst(result.name, result.origin, function, result.own, library.axis_word, kept)


def _axes_taken(result: Result, call: Call) -> Claim | None:
    """Ask for the same of an array whose sizes tell its axes apart; nothing where all axes stay where they were."""
    library, bound = backend_of(result.before), call.bound
    if not 2 <= len(result.own) <= _MOST_AXES:
        return None
    probe = library.make(np.zeros(tuple(range(2, 2 + len(result.own)))))
    found = library.attempt(function_of(call.entry), probe, *bound.positional[1:], **bound.keywords)
    if isinstance(found, Declined):
        return None
    order = tuple(size - 2 for size in found.shape)
    return None if order == tuple(sorted(order)) else AxesTaken(result.name, result.origin, order)


def _is_bare(call: Call) -> bool:
    return not any(call.bound.get(name) for name in ("order", "start_dim", "end_dim") if name in call.bound.values)


def _moved(result: Result, order: str) -> str:
    """Write what moves the axes into the sizes that were asked for; empty where that is no other array."""
    own, after, library = result.own, result.shape, backend_of(result.after)
    if own == after or sorted(own) != sorted(after) or order != "C" or not 2 <= len(own) <= _MOST_MOVED or 0 in own:
        return ""
    before, now = (library.to_numpy(array) for array in (result.before, result.after))
    axes = next(axes for axes in permutations(range(len(own))) if tuple(own[axis] for axis in axes) == after)
    if np.array_equal(before.transpose(axes), now):
        return ""
    word = "transpose" if library.runs_numpy_code else "permute"
    return f"{result.origin}.{word}({', '.join(map(str, axes))})"


def _axes(given: Any, rank: int) -> tuple[int, ...]:
    """Return which axes are meant; all where none is named."""
    if given is None:
        return tuple(range(rank))
    return tuple(axis % rank for axis in (given if isinstance(given, tuple | list) else (given,))) if rank else ()


def _why_copied(result: Result, name: str, order: str) -> Claim | None:
    """Ask the library for the same without a copy."""
    if order not in ("C", "F"):
        return None
    view = backend_of(result.after).view_code(result.origin, result.shape)
    if order == "F":
        view = view.replace("copy=False", "order='F', copy=False")
    evaluator = Evaluator({result.origin: result.before})
    try:
        evaluator.value_of(code_expression(view), view)
    except Rejection as rejection:
        return NoStrides(result.name, result.origin, view) if rejection.verdict == "declined" else None
    return CopiedNeedlessly(result.name, result.origin, name, view)


def _split(result: Result, bound: Bound) -> Claim | None:
    number = bound.get("indices_or_sections", "split_size_or_sections", "split_size")
    axis = bound.get("axis", "dim", default=0)
    if type(number) is not int or type(axis) is not int:
        return None
    axis %= len(result.own)
    sizes = tuple(shape[axis] for shape in result.outputs)
    by_size = backend_of(result.after).splits_by_size
    return CutIntoPieces(result.pieces, result.origin, axis, number, sizes, by_size)


def _chunk(result: Result, bound: Bound) -> Claim | None:
    number, axis = bound.get("chunks"), bound.get("axis", "dim", default=0)
    if type(number) is not int or type(axis) is not int:
        return None
    axis %= len(result.own)
    sizes = tuple(shape[axis] for shape in result.outputs)
    if len(sizes) == number and len(set(sizes)) == 1:
        return None
    least, more = divmod(result.own[axis], number)
    evenly = tuple(least + (place < more) for place in range(number))
    return AtMostPieces(result.pieces, result.origin, axis, number, sizes, evenly)


def _repeats(result: Result) -> Claim | None:
    before, after = (backend_of(array).to_numpy(array) for array in (result.before, result.after))
    times, left = divmod(after.size, before.size)
    if left or times <= 1 or len(np.unique(before)) != before.size:
        return None
    for whole, made in ((True, np.tile(before, times)), (False, np.repeat(before, times))):
        if np.array_equal(after, made):
            return Repeats(result.name, result.origin, times, whole)
    return None
