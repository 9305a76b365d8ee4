"""What is said of operands that meet, or do not: the claims of each outcome."""

from __future__ import annotations

import operator

import numpy as np

from primer_core.backend import Declined, backend
from primer_core.claims.claim import Claim
from primer_core.claims.dtypes import (
    DoesNotFit,
    NeitherHoldsAll,
    NotDoneWith,
    NotForBooleans,
    NumberBeyond,
    OfBooleans,
    Promoted,
    QuotientIsFloat,
    StoredAs,
    TakesDtype,
    TensorsGive,
    WrappedAround,
)
from primer_core.claims.fixes import CountedAsNumbers, HeldBy, MadeAnew, NothingFitsInto, NothingRearranged, Rearranged
from primer_core.claims.gradients import ArrivesOnce, BroughtBack, SummedBack
from primer_core.claims.infinities import DividedByZero, NoValue, WentBeyond
from primer_core.claims.storing import CannotHold, NeverGrows, ReadOnly
from primer_core.claims.stretching import (
    CannotMeet,
    ClashAlong,
    EqualAlong,
    EveryPair,
    FitsEitherAxis,
    MeetIn,
    MeetInMany,
    MeetInPlace,
    NotTheMatrixProduct,
    ReadStretched,
    Saved,
    ShapesClash,
    StretchedAlong,
)
from primer_core.lessons.broadcasting.code import stays_a_number
from primer_core.lessons.broadcasting.explain import (
    OPERATIONS,
    Aligned,
    Beyond,
    Broadcast,
    Clash,
    NotStored,
    Outcome,
    TooLarge,
    Unsupported,
)
from primer_core.lessons.broadcasting.fixes import speaks_of
from primer_core.lessons.broadcasting.question import NAMES, BroadcastingQuestion
from primer_core.lessons.event import Puts
from primer_core.lessons.outcome import Unread


def claims_of(question: BroadcastingQuestion, outcome: Outcome) -> tuple[Claim, ...]:
    """List all that the page says of an outcome."""
    match outcome:
        case Unread():
            return ()
        case TooLarge():
            return (verdict(outcome), *axes(outcome), MeetInMany(outcome.shape, outcome.largest), *forward(outcome))
        case Broadcast() if question.backward:
            back = (*backward(outcome), *brought_back(outcome))
            return (verdict(outcome), *axes(outcome), *warnings(outcome), *back)
        case Broadcast():
            said: tuple[Claim, ...] = (*forward(outcome), *saved(outcome))
            return (verdict(outcome), *axes(outcome), *warnings(outcome), *said)
    said = tuple(claim for claim, _ in fixes(outcome))
    match outcome:
        case Clash():
            reasons = (*causes(outcome), *no_fixes(outcome))
        case Unsupported():
            reasons = why_unsupported(outcome)
        case NotStored():
            reasons = why_not_stored(outcome)
    return (verdict(outcome), *axes(outcome), *reasons, *said)


def verdict(outcome: TooLarge | Clash | Unsupported | NotStored | Broadcast) -> Claim:
    """Say in a few words what came of it."""
    match outcome:
        case Clash():
            return ShapesClash(tuple(operand.shape for operand in outcome.operands))
        case Unsupported(beyond=Beyond() as beyond):
            return number_beyond(beyond)
        case Unsupported():
            return NotDoneWith(tuple(str(operand.values.dtype) for operand in outcome.operands))
        case NotStored():
            return CannotHold("a")
        case TooLarge(shape=shape) | Broadcast(shape=shape):
            return MeetIn(shape)


def axes(aligned: Aligned) -> tuple[Claim, ...]:
    """Say what the rule makes of each axis, from left to right."""
    found: list[Claim] = []
    for axis in aligned.rule:
        names = tuple(NAMES[place] for place in axis.stretched if axis.size != (axis.sizes[place] or 1))
        if axis.verdict == "clash":
            found.append(ClashAlong(axis.axis))
        else:
            found.append(StretchedAlong(names, axis.axis) if names else EqualAlong(axis.axis))
    return tuple(found)


def forward(met: Broadcast | TooLarge) -> tuple[Claim, ...]:
    """Say how each operand is read, and in which dtype the result comes."""
    found: list[Claim] = []
    shape = met.shape
    for name, operand in zip(NAMES, met.operands, strict=False):
        missing = tuple(axis - len(shape) for axis in range(len(shape) - len(operand.shape)))
        padded = (1,) * len(missing) + operand.shape
        repeats = tuple((axis - len(shape), shape[axis]) for axis in range(len(shape)) if shape[axis] != padded[axis])
        if missing or repeats:
            found.append(ReadStretched(name, operand.shape, missing, repeats))
    found = [*(found or [MeetInPlace(shape)]), *fits_either_axis(met)]
    if isinstance(met, TooLarge):
        return tuple(found)
    return (*found, *another_product(met), *dtypes(met), *as_tensors(met), *not_finite(met))


_MEANT = {"add": "+", "subtract": "−", "multiply": "·", "divide": "/"}


def not_finite(met: Broadcast) -> tuple[Claim, ...]:
    """Say of the first cell of each kind why it is infinite or nan, where its operands are not nan."""
    if len(met.operands) != 2 or met.result.dtype.kind != "f":
        return ()
    name, dtype = "a" if met.inplace else "y", met.result.dtype
    left, right = (np.broadcast_to(operand.values, met.shape).astype(np.float64) for operand in met.operands)
    result = met.result.astype(np.float64)
    finite = np.isfinite(left) & np.isfinite(right)
    by_zero = finite & (right == 0) if met.operation == "divide" else np.zeros(met.shape, np.bool_)
    found: list[Claim] = [
        DividedByZero(name, index, float(left[index]), None if left[index] == 0 else float(result[index]))
        for lost in (by_zero & (left != 0), by_zero & (left == 0))
        for index in _first(lost & ~np.isfinite(result))
    ]
    for index in _first(finite & ~by_zero & np.isinf(result)):
        with np.errstate(all="ignore"):
            wider = float(OPERATIONS[met.operation].ufunc(left[index], right[index]))
        limits = np.finfo(dtype)
        found.append(WentBeyond(name, index, str(dtype), float(limits.max), wider if np.isfinite(wider) else None))
    for index in _first(~finite & ~np.isnan(left) & ~np.isnan(right) & np.isnan(result)):
        numbers = (float(left[index]), float(right[index]))
        found.append(NoValue(name, index, numbers[0], _MEANT[met.operation], numbers[1], among=False))
    return tuple(found)


def _first(mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> tuple[tuple[int, ...], ...]:
    """The index of the first True cell of a mask, if there is one."""
    if not mask.any():
        return ()
    return (tuple(int(place) for place in np.unravel_index(int(np.argmax(mask)), mask.shape)),)


def fits_either_axis(met: Broadcast | TooLarge) -> tuple[Claim, ...]:
    """Tell where a vector meets a square table, which it fits either way; nothing elsewhere."""
    shapes = {name: operand.shape for name, operand in zip(NAMES, met.operands, strict=False)}
    vectors = [name for name, shape in shapes.items() if len(shape) == 1 and shape[0] > 1]
    if len(shapes) != 2 or len(vectors) != 1:
        return ()
    (vector,) = vectors
    (table,) = set(shapes) - {vector}
    n = shapes[vector][0]
    return (FitsEitherAxis(table, vector, n),) if shapes[table] == (n, n) and isinstance(met, Broadcast) else ()


def another_product(outcome: Broadcast | Clash) -> tuple[Claim, ...]:
    """Tell a product of cells from that of matrices, where the operands have both or could have; nothing elsewhere."""
    if outcome.operation != "multiply" or len(outcome.operands) != 2:
        return ()
    left, right = (operand for operand in outcome.operands)
    if len(left.shape) != 2 or len(right.shape) not in (1, 2) or left.shape[1] != right.shape[0]:
        return ()
    shape = (left.shape[0], *right.shape[1:])
    if isinstance(outcome, Broadcast) and shape == outcome.shape:
        product = left.values @ right.values
        if np.array_equal(product, outcome.result, equal_nan=product.dtype.kind in "fc"):
            return ()
    return (NotTheMatrixProduct("a", "b", shape),)


def dtypes(met: Broadcast) -> tuple[Claim, ...]:
    """Say which dtype comes of operands of different dtypes; nothing where they have the same."""
    of = tuple((name, str(operand.values.dtype)) for name, operand in zip(NAMES, met.operands, strict=False))
    as_numbers = stays_a_number(met.operands, inplace=met.inplace)
    joint = np.result_type(*(operand.values.dtype for operand in met.operands))
    if met.operation == "divide" and not met.inplace and joint.kind in "iu":
        return (QuotientIsFloat(of, ("y", str(met.result.dtype))),)
    result = ("a" if met.inplace else "y", str(met.result.dtype))
    if not met.inplace and result[1] == "bool" and met.operation in ("add", "multiply"):
        return (OfBooleans("y", met.operation == "add", met.operation == "multiply"),)
    if any(as_numbers):
        bare = tuple(
            (name, type(operand.values.item()).__name__)
            for name, operand, as_number in zip(NAMES, met.operands, as_numbers, strict=False)
            if as_number
        )
        arrays = tuple(each for each, as_number in zip(of, as_numbers, strict=True) if not as_number)
        dtyped = str(np.result_type(*(dtype for _, dtype in of)))
        told = {*(dtype for _, dtype in arrays), dtyped} != {result[1]}
        divided = met.operation == "divide"  # which makes floats of whole numbers, whatever they meet
        return (TakesDtype(bare, arrays, result, dtyped),) if told and not met.inplace and not divided else ()
    if len({dtype for _, dtype in of}) == 1:
        return ()
    if met.inplace:
        return (StoredAs(of),)
    return (Promoted(of, result), *_why_wider(tuple(dtype for _, dtype in of), result[1]))


def _why_wider(of: tuple[str, ...], result: str) -> tuple[Claim, ...]:
    """Say why two dtypes of numbers make a third; nothing where one of them holds all numbers of the other."""
    first, second = dict.fromkeys(of) if len(set(of)) == 2 else (result, result)
    if result in (first, second):
        return ()
    return (NeitherHoldsAll((first, second), result),)


_OPERATORS = {"add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv}


def as_tensors(met: Broadcast) -> tuple[Claim, ...]:
    """Say which dtype PyTorch makes of operands that were all typed as tensors, where it is another."""
    if met.inplace or not all(operand.tensor_code and operand.shape for operand in met.operands):
        return ()
    engine = backend("PyTorch")
    first, *others = (engine.make(operand.values) for operand in met.operands)
    result = first
    for other in others:
        found = engine.attempt(_OPERATORS[met.operation], result, other)
        if isinstance(found, Declined):
            return ()
        result = found
    dtype = str(engine.to_numpy(result).dtype)
    own = str(met.result.dtype)
    return (TensorsGive("y", own, dtype),) if dtype != own else ()


def saved(met: Broadcast) -> tuple[Claim, ...]:
    """Say what stretching saved; nothing where nothing is stretched."""
    read = zip(NAMES, met.stretched, strict=False)
    strides = tuple((name, stretched.view.strides) for name, stretched in read if stretched.saved)
    return (Saved(sum(stretched.saved for stretched in met.stretched), strides),) if strides else ()


def warnings(met: Broadcast) -> tuple[Claim, ...]:
    """Warn of what went through, but hardly as was meant."""
    found: list[Claim] = []
    if met.overflowed:
        found.append(WrappedAround("a" if met.inplace else "y", str(met.result.dtype)))
    if met.trap is not None:
        vector, column = sorted(NAMES[:2], key=lambda name: len(met.operands[NAMES.index(name)].shape))
        found.append(EveryPair(vector, column, met.trap.n, met.trap.losses))
    return tuple(found)


def backward(met: Broadcast) -> tuple[Claim, ...]:
    """Say how each operand's gradient comes about."""
    found: list[Claim] = []
    for name, stretched in zip(NAMES, met.stretched, strict=False):
        times = stretched.view.size // max(stretched.gradient.size, 1)
        axes = tuple(axis for axis in stretched.axes if stretched.view.shape[axis] != 1)
        found.append(SummedBack(name, stretched.gradient.shape, times, axes) if times > 1 else ArrivesOnce(name))
    return tuple(found)


def brought_back(met: Broadcast) -> tuple[Claim, ...]:
    """Say over which axes of the result's gradient each operand's is summed."""
    return tuple(
        BroughtBack(name, read.gradient.shape, read.axes if read.gradient.shape != met.shape else ())
        for name, read in zip(NAMES, met.stretched, strict=False)
    )


def no_fixes(clash: Clash) -> tuple[Claim, ...]:
    """Say that no rearrangement helps, where the shapes alone are at fault and none does; all of them were tried."""
    tied = any(speaks_of(operand, name) for operand in clash.operands for name in NAMES)
    if clash.fixes or not clash.shapes_alone or tied:
        return ()
    return (NothingFitsInto("a", clash.operands[0].shape) if clash.inplace else NothingRearranged(),)


def causes(clash: Clash | Unsupported) -> tuple[Claim, ...]:
    """Name the axes along which the sizes differ."""
    found: list[Claim] = []
    for axis in clash.rule:
        if axis.verdict == "clash":
            of = zip(NAMES, axis.sizes, strict=False)
            found.append(CannotMeet(axis.axis, tuple((name, size) for name, size in of if size not in (None, 1))))
    return (*found, *another_product(clash)) if isinstance(clash, Clash) else tuple(found)


def why_unsupported(unsupported: Unsupported) -> tuple[Claim, ...]:
    """Say why NumPy does not compute with these operands."""
    beyond = unsupported.beyond
    if beyond is None:
        return (NotForBooleans(), *causes(unsupported))
    return (number_beyond(beyond),)


def number_beyond(beyond: Beyond) -> Claim:
    """Say which number does not fit, and what the dtype holds."""
    limits = np.iinfo(beyond.dtype)
    return NumberBeyond(beyond.name, beyond.number, beyond.dtype, int(limits.min), int(limits.max))


def why_not_stored(kept_out: NotStored) -> tuple[Claim, ...]:
    """Say why a cannot hold the result: nothing can be written to it, or its cells or its shape do not fit."""
    a = kept_out.operands[0]
    statement = f"a {OPERATIONS[kept_out.operation].python}= b"
    found: list[Claim] = [] if a.values.flags.writeable else [ReadOnly("a")]
    if not np.can_cast(kept_out.dtype, a.values.dtype, casting="same_kind"):
        found.append(DoesNotFit(statement, "a", str(a.values.dtype), str(kept_out.dtype)))
    if kept_out.shape != a.shape:
        found.append(NeverGrows(statement, "a", a.shape, kept_out.shape))
    return tuple(found)


def fixes(outcome: Clash | Unsupported | NotStored) -> tuple[tuple[Claim, Puts], ...]:
    """List what would work, and what it puts into the fields."""
    match outcome:
        case Clash():
            return tuple(
                (Rearranged(fix.name, fix.change, fix.shape), dict(zip(NAMES, fix.texts, strict=False)))
                for fix in outcome.fixes
            )
        case Unsupported(beyond=Beyond(array=array)):
            change = ".astype(np.int64)"
            return ((HeldBy(array, change), dict(zip(NAMES, outcome.texts, strict=False))),) if outcome.texts else ()
        case Unsupported():
            puts = dict(zip(NAMES, outcome.texts, strict=False))
            typed = zip(outcome.operands, puts.items(), strict=False)
            booleans = tuple(name for operand, (name, text) in typed if operand.text != text)
            return ((CountedAsNumbers(booleans), puts),) if booleans else ()
        case NotStored():
            sign = OPERATIONS[outcome.operation].python
            anew = MadeAnew(f"a = a {sign} b", outcome.shape, str(outcome.dtype))
            found: list[tuple[Claim, Puts]] = [(anew, {"inplace": "false"})]
            if outcome.mended:
                change = outcome.mended.removeprefix(outcome.operands[0].followed_by(""))
                found.append((HeldBy("a", change), {"a": outcome.mended}))
            return tuple(found)
