"""What is said of a reduction: what becomes of the axes, what a result is made of, and why a library refuses it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

import numpy as np

from primer_core.backend import backend
from primer_core.claims.choosing import (
    CountedThroughAll,
    CountsAsTrue,
    FirstWins,
    GivesPlace,
    NanIsChosen,
    OneInTheMiddle,
    PairIsNoNumber,
    TwoAnswers,
    TwoInTheMiddle,
    ValuesAlone,
)
from primer_core.claims.claim import Claim
from primer_core.claims.dtypes import WrappedAround
from primer_core.claims.reducing import (
    AxesDisappear,
    AxesKeepSizeOne,
    AxisBecomes,
    CountedFromEnd,
    FitsWithSizeOne,
    LargestSubtracted,
    MadeOf,
    MeetsItsOwn,
    NoLongerFits,
    NothingReduced,
    ReducedTo,
    RunsAlong,
    RunsThroughAll,
    SameCall,
    SharesOfOne,
    SoftmaxWraps,
    Total,
    WrongCellsMeet,
)
from primer_core.claims.totals import (
    ConvertedFirst,
    LostDigits,
    MeanInFloats,
    NanSpreads,
    NotKept,
    OfNoCell,
    TotalWrapped,
    TruthsCounted,
    TwoDivisors,
    Widened,
)
from primer_core.claims.unreduced import NotOfDtype
from primer_core.lessons.outcome import Unread
from primer_core.lessons.reductions.earlier import numbered_anew
from primer_core.lessons.reductions.explain import (
    Asked,
    BackClash,
    BackMet,
    Middles,
    NotReduced,
    Outcome,
    Reduced,
    Shares,
    Spread,
    Winners,
    values_alone,
)
from primer_core.lessons.reductions.question import PAIRED, SCANS, ReductionsQuestion

Index = tuple[int, ...]
_MOST_LISTED = 3
"""Cells of one result that are listed."""


def claims_of(_question: ReductionsQuestion, outcome: Outcome) -> tuple[Claim, ...]:
    """List all that the page says of an outcome."""
    match outcome:
        case Unread():
            return ()
        case NotReduced(causes=causes, fixes=fixes):
            return (*earlier(outcome), *causes, *(fix.says for fix in fixes))
        case Reduced(question=question, back=back) if question.brings_back and back is not None:
            said = (
                becomes(outcome),
                *of_axes(outcome),
                *warnings(outcome),
                *accidents(outcome, back),
                *story_back(outcome, back),
            )
            return (*said, *fits_with_size_one(outcome, back))
        case Reduced():
            return (becomes(outcome), *of_axes(outcome), *warnings(outcome), *story(outcome))


def becomes(outcome: Reduced) -> Claim:
    """Give the shapes of the array and of its reduction."""
    return ReducedTo(outcome.operand.shape, outcome.result.shape, outcome.number)


def of_axes(outcome: Reduced) -> tuple[AxisBecomes, ...]:
    """Say what becomes of each axis of the array."""
    return tuple(AxisBecomes(axis, size, _word(outcome, axis)) for axis, size in enumerate(outcome.operand.shape))


def _word(outcome: Reduced, axis: int) -> str:
    if axis not in outcome.axes:
        return "stays"
    if outcome.question.operation == "softmax":
        return "shared out"
    if outcome.question.operation in SCANS:
        return "flattened" if outcome.axis is None else "runs"
    return "reduced, kept" if outcome.question.keeps_axes else "disappears"


def warnings(outcome: Reduced) -> tuple[Claim, ...]:
    """Warn of what no library warns of: numbers that wrapped around, or were not kept."""
    found: list[Claim] = []
    dtype, total = outcome.result.dtype, _total(outcome)
    if outcome.overflowed is not None:
        lost = outcome.overflowed
        found.append(TotalWrapped(total, str(dtype), lost.place, lost.found, lost.exact))
    if outcome.rounded is not None:
        kept, limits = outcome.rounded, np.finfo(dtype)
        stands = kept.found if isfinite(kept.found) else None
        found.append(NotKept(str(dtype), kept.place, stands, kept.exact, limits.nmant + 1, float(limits.max)))
    if outcome.lost is not None:
        found.append(LostDigits(outcome.lost.place, outcome.lost.found, outcome.lost.exact))
    if isinstance(outcome.detail, Shares) and outcome.operand.values.dtype.kind in "iu":
        with np.errstate(all="ignore"):
            wrapped = not bool(np.all(outcome.detail.raised <= 1))
        found += [SoftmaxWraps(str(outcome.operand.values.dtype))] if wrapped else []
    return tuple(found)


def story(outcome: Reduced) -> tuple[Claim, ...]:
    """Say what was reduced and what the result looks like."""
    return (
        *earlier(outcome),
        *_shapes(outcome),
        *_counted_from_the_end(outcome),
        *_particular(outcome),
        *_dtypes(outcome),
    )


def earlier(asked: Asked) -> tuple[Claim, ...]:
    """Tell the axes of an array that is what a reduction left, where axes are named."""
    found = numbered_anew(asked.operand.code, asked.operand.shape) if asked.axis is not None else None
    return () if found is None else (found,)


def _shapes(outcome: Reduced) -> tuple[Claim, ...]:
    shape, result = outcome.operand.shape, outcome.result.shape
    axes = tuple((axis, shape[axis]) for axis in outcome.axes)
    if outcome.question.operation == "softmax":
        return _softmax(outcome, axes)
    if outcome.question.operation in SCANS:
        if result != shape:
            return (RunsThroughAll(_total(outcome), shape, outcome.result.size),)
        return (RunsAlong(_total(outcome), outcome.axes[0] if outcome.axes else None, shape),)
    if not axes:
        return (NothingReduced(shape),)
    gone = AxesKeepSizeOne if outcome.question.keeps_axes else AxesDisappear
    return (gone(axes, shape, result), *_made_of(outcome))


def _made_of(outcome: Reduced) -> tuple[Claim, ...]:
    if not outcome.result.size:
        return ()
    own = [_index(flat, outcome.operand.shape) for flat in outcome.members[0]]
    listed = own if len(own) <= _MOST_LISTED else [*own[:2], own[-1]]
    return (MadeOf(len(own), (0,) * outcome.result.ndim, tuple(listed)),)


def _softmax(outcome: Reduced, axes: tuple[tuple[int, int], ...]) -> tuple[Claim, ...]:
    result, detail = outcome.result, outcome.detail
    if not result.size or result.dtype.kind != "f" or not isinstance(detail, Shares):
        return ()
    sums = result.astype(np.float64).sum(axis=outcome.axes)
    found: list[Claim] = []
    if np.allclose(sums, 1, rtol=0, atol=1e-2):  # not where a cell is NaN or infinite
        found.append(SharesOfOne(axes, outcome.operand.shape))
        largest = float(detail.maximum.flat[0])
        if isfinite(largest) and bool(np.all(detail.raised <= 1)):
            found.append(LargestSubtracted((0,) * result.ndim, largest))
    return tuple(found)


def _counted_from_the_end(outcome: Reduced) -> tuple[Claim, ...]:
    given = outcome.axis if isinstance(outcome.axis, tuple) else (outcome.axis,)
    rank = outcome.operand.values.ndim
    below = dict.fromkeys(axis for axis in given if axis is not None and axis < 0 and rank)
    return tuple(CountedFromEnd(axis, axis + rank) for axis in below)


def _particular(outcome: Reduced) -> tuple[Claim, ...]:
    """Say what is worth saying of this operation."""
    operation, detail, values = outcome.question.operation, outcome.detail, outcome.operand.values
    found: list[Claim] = [*_truths(outcome), *_of_none(outcome)]
    if operation in _SPREADS_NAN:
        found += _nan(outcome)
    if isinstance(detail, Spread):
        found += _divisors(outcome, detail)
    if isinstance(detail, Winners) and operation.startswith("arg"):
        found += _places(outcome, detail)
    if operation in ("any", "all") and values.size:
        found.append(CountsAsTrue(int(np.count_nonzero(values)), values.size))
    if operation in PAIRED:
        found += _pair(outcome)
    if isinstance(detail, Middles):
        found += _middles(outcome)
    if backend(outcome.question.library).axis_word == "dim":
        found += _same_call(outcome)
    return tuple(found)


def _truths(outcome: Reduced) -> list[Claim]:
    """Say what a sum or a mean of booleans counts."""
    operation, values = outcome.question.operation, outcome.operand.values
    if operation not in ("sum", "mean") or values.dtype != np.bool_ or outcome.question.computes_in:
        return []
    if not outcome.result.size or not values.size:
        return []
    own = values.ravel()[outcome.members[0]]
    return [TruthsCounted(operation, (0,) * outcome.result.ndim, int(own.sum()), own.size)]


def _of_none(outcome: Reduced) -> list[Claim]:
    """Say what comes of no cell at all."""
    operation = outcome.question.operation
    is_of_none = bool(outcome.result.size) and not outcome.members.shape[1]
    return [OfNoCell(operation)] if is_of_none and operation in ("sum", "prod", "any", "all") else []


_SPREADS_NAN = ("sum", "prod", "mean", "std", "var", "max", "min", "median", "norm")
"""Operations whose result is nan where one of its cells is."""

_PASSED_OVER: Mapping[str, tuple[str, ...]] = {
    "NumPy": ("sum", "prod", "mean", "std", "var", "max", "min", "median"),
    "PyTorch": ("sum", "mean"),
}
"""Operations of which a library has one that leaves out what is nan; PyTorch's nanmedian is among its pairs."""


def _nan(outcome: Reduced) -> list[Claim]:
    """Say which result is nan because a cell of it is, and what leaves it out."""
    values, question = outcome.operand.values, outcome.question
    if values.dtype.kind != "f" or outcome.result.dtype.kind != "f" or not values.size or np.isinf(values).any():
        return []
    nans = np.isnan(values.ravel()[outcome.members]).sum(axis=1)
    spread = np.flatnonzero((nans > 0) & np.isnan(outcome.result.ravel()))
    if not spread.size:
        return []
    first, count = int(spread[0]), outcome.members.shape[1]
    instead, kept = "", count - int(nans[first])
    if question.operation in ("std", "var"):
        if count <= question.ddof:
            return []  # it would be nan without them, too
        kept -= question.ddof
    if question.operation in _PASSED_OVER[question.library] and kept > 0:
        own = outcome.statements[0].partition(" = ")[2]
        instead = _passing_over(own, question.operation, by_method=not backend(question.library).runs_numpy_code)
    return [NanSpreads(_index(first, outcome.result.shape), int(nans[first]), count, instead)]


def _passing_over(code: str, operation: str, *, by_method: bool) -> str:
    """Write a call so that it leaves out what is nan: ``np.nanmax(a, axis=0)``, ``a.nansum(dim=0)``."""
    method, own = f"a.{operation}(", f"np.{operation}("
    if code.startswith(own):
        return code.replace(own, f"np.nan{operation}(", 1)
    if not code.startswith(method):
        return ""
    given = code.removeprefix(method)
    if by_method:
        return f"a.nan{operation}({given}"
    return f"np.nan{operation}(a{', ' if given != ')' else ''}{given}"


def _divisors(outcome: Reduced, spread: Spread) -> list[Claim]:
    if not outcome.result.size:
        return []
    here, otherwise = (float(np.real(array.flat[0])) for array in (outcome.result, spread.other))
    if np.isinf(here) or np.isinf(otherwise):
        return []
    question, first = outcome.question, (0,) * outcome.result.ndim
    values = (None if np.isnan(value) else value for value in (here, otherwise))
    return [TwoDivisors(question.operation, outcome.members.shape[1], question.ddof, first, *values)]


def _places(outcome: Reduced, winners: Winners) -> list[Claim]:
    if not outcome.result.size:
        return []
    operation, values = outcome.question.operation, outcome.operand.values
    first, place = (0,) * outcome.result.ndim, int(outcome.result.flat[0])
    flat = outcome.members[0][place]
    cell, value = _index(flat, outcome.operand.shape), _number(values.flat[flat])
    found: list[Claim] = [] if value is None else [GivesPlace(operation, first, place, cell, value)]
    if values.dtype.kind == "f" and np.isnan(values.flat[flat]):
        left = np.count_nonzero(~np.isnan(values.ravel()[outcome.members]), axis=1).min()
        own = outcome.statements[0].partition(" = ")[2]
        is_numpys = backend(outcome.question.library).runs_numpy_code
        instead = _passing_over(own, operation, by_method=False) if left and is_numpys else ""
        found.append(NanIsChosen(operation, first, place, instead))
    if bool((winners.ties > 1).any()):
        tied = int(np.argmax(winners.ties > 1))
        ties, at = int(winners.ties[tied]), int(outcome.result.flat[tied])
        found.append(FirstWins(operation, _index(tied, outcome.result.shape), ties, at))
    if outcome.axis is None and values.ndim > 1:
        found.append(CountedThroughAll(place, cell, f"{_prefix(outcome)}.unravel_index(s, a.shape)"))
    return found


def _prefix(outcome: Reduced) -> str:
    return backend(outcome.question.library).prefix


def _pair(outcome: Reduced) -> list[Claim]:
    """Say what PyTorch's max of one dim gives, and what can be done with it; nothing where the library has no pair."""
    question, axis, result = outcome.question, outcome.axis, outcome.result
    if not backend(question.library).max_gives_places or not isinstance(axis, int):
        return []
    alone, word = values_alone(question, axis), backend(question.library).keepdims_word
    keeps = f", {word}=True" if question.keeps_axes else ""
    if outcome.pair is None:
        return [ValuesAlone(f"a.{question.operation}(dim={axis}{keeps})", alone)]
    refused: Claim = PairIsNoNumber(outcome.pair.refusal.text, alone)
    value = _number(result.flat[0]) if result.size else None
    if value is None:
        return [refused]
    return [TwoAnswers((0,) * result.ndim, value, int(outcome.pair.places.flat[0])), refused]


def _middles(outcome: Reduced) -> list[Claim]:
    count, first = outcome.members.shape[1], (0,) * outcome.result.ndim
    if not count or not outcome.result.size:
        return []
    own = [_number(value) for value in np.sort(outcome.operand.values.ravel()[outcome.members[0]])]
    if None in own:
        return []
    lower, upper = own[(count - 1) // 2], own[count // 2]
    assert lower is not None
    assert upper is not None
    if count % 2:
        return [OneInTheMiddle(count, first, lower)]
    return [TwoInTheMiddle(count, first, lower, upper)]


def _same_call(outcome: Reduced) -> list[Claim]:
    own = outcome.statements[0].partition(" = ")[2]
    numpys = re.sub(r"\bdim=", "axis=", own).replace("keepdim=", "keepdims=")
    return [SameCall(own, numpys)] if numpys != own else []


def _dtypes(outcome: Reduced) -> tuple[Claim, ...]:
    """Say in which dtype a total is computed, where that is not the array's."""
    question, own, result = outcome.question, outcome.operand.values.dtype, outcome.result.dtype
    if question.computes_in:
        cells = outcome.operand.values.size
        changed = 0 if outcome.cast is None else int(np.count_nonzero(_differs(outcome.cast, outcome.operand.values)))
        return (ConvertedFirst(question.computes_in, changed, cells),) if cells else ()
    if question.operation == "mean" and own.kind in "iu" and outcome.operand.values.size:
        return (MeanInFloats(str(own), str(result)),)
    if question.operation not in ("sum", "prod", *SCANS) or own.kind not in "biu" or own == result:
        return ()
    return (Widened(_total(outcome), str(own), str(result)),)


def _differs(cast: Any, values: Any) -> Any:
    nans = (cast != cast) & (values != values)
    return (cast != values) & ~nans


def story_back(outcome: Reduced, back: BackClash | BackMet) -> tuple[Claim, ...]:
    """Say whether the reduction fits back onto the array."""
    said = (*_shapes(outcome), *_counted_from_the_end(outcome))
    small, own = outcome.result.shape, outcome.operand.shape
    match back:
        case BackClash(clash=None):
            return (*said, _not_of_dtype(outcome, back))
        case BackClash(clash=(axis, sizes)):
            return (*said, NoLongerFits(small, own, axis, sizes))
        case BackMet(crossing=None, result=result) if result.shape == own and result.size:
            return (*said, MeetsItsOwn(small, own))
    return said


def _not_of_dtype(outcome: Reduced, back: BackClash) -> Claim:
    return NotOfDtype(outcome.question.library, f"a {back.sign} s", str(outcome.operand.values.dtype))


def accidents(outcome: Reduced, back: BackClash | BackMet) -> tuple[Claim, ...]:
    """Warn of cells that meet another result than their own, and of differences that wrapped around."""
    found: list[Claim] = []
    if isinstance(back, BackMet) and back.crossing is not None:
        astray = back.crossing
        shapes = outcome.result.shape, outcome.operand.shape
        found.append(WrongCellsMeet(*shapes, astray.cell, astray.went, astray.met))
    if isinstance(back, BackMet) and back.overflowed:
        found.append(WrappedAround("d", str(back.result.dtype)))
    return tuple(found)


def fits_with_size_one(outcome: Reduced, back: BackClash | BackMet) -> tuple[Claim, ...]:
    """Offer to keep the axes, where that brings each cell to its own result; nothing where they meet already."""
    if back.kept is None:
        return ()
    word = backend(outcome.question.library).keepdims_word
    return (FitsWithSizeOne(word, back.kept.small, back.kept.shape),)


def _total(outcome: Reduced) -> Total:
    return "product" if "prod" in outcome.question.operation else "sum"


def _index(flat: Any, shape: tuple[int, ...]) -> Index:
    return tuple(int(at) for at in np.unravel_index(int(flat), shape))


def _number(value: Any) -> float | None:
    """Return a finite number as Python's; None of what is none, or has an imaginary part."""
    found = value.item()
    return found if isinstance(found, bool | int | float) and isfinite(found) else None
