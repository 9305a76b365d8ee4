"""What is said of softmax and of losses: the claims of each outcome."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from primer_core.claims.claim import Claim
from primer_core.claims.losses import (
    AllTheSame,
    AnotherLoss,
    ColumnsSumToOne,
    DimPut,
    LeftOut,
    LossIs,
    LossPerRow,
    MeanOver,
    NoProbabilities,
    NothingCounts,
    OneClassAlone,
    OnlyClassNumbers,
    PMinusY,
    RowIgnored,
    SeededBy,
    SigmoidAsSoftmax,
    SigmoidOfDifference,
    Smoothed,
    SoftmaxTwice,
    SummedInstead,
    SumOver,
    SumsNotToOne,
    TakesNoLogarithm,
)
from primer_core.claims.numbers import short_number
from primer_core.claims.operands import NoSuchAxis
from primer_core.claims.rounding import (
    AtZero,
    BothFinite,
    DividedTooFar,
    FormsDiffer,
    GivenNotFinite,
    HandDiffers,
    Overflows,
    RoundsToZero,
    SameClass,
    SameUnderShift,
    ShiftRounds,
    SigmoidRounds,
    TieByRounding,
    Underflows,
)
from primer_core.claims.stepwise import LogitRounds, SigmoidFlat, SlopeLost, StepBecomes, StepMoves
from primer_core.claims.targets import (
    AnswerDtype,
    CountedFromOne,
    IgnoresNoClass,
    NeedsFloats,
    NoSuchClass,
    OutsideZeroToOne,
    ShapesDiffer,
    TargetDtype,
    TargetInBrackets,
    TargetShape,
    TwoKinds,
)
from primer_core.lessons.event import Puts
from primer_core.lessons.outcome import Unread
from primer_core.lessons.softmax.asked import TAKEN
from primer_core.lessons.softmax.binary import BinaryDeclined, Yes
from primer_core.lessons.softmax.code import divided_code, names_of
from primer_core.lessons.softmax.explain import (
    TINY,
    Across,
    AllIgnored,
    NotFinite,
    NotPositive,
    Outcome,
    Softmax,
    SoftmaxDeclined,
    TargetDeclined,
)
from primer_core.lessons.softmax.fixes import Fix
from primer_core.lessons.softmax.losses import Array, LossForm
from primer_core.lessons.softmax.question import SoftmaxQuestion


def claims_of(question: SoftmaxQuestion, outcome: Outcome) -> tuple[Claim, ...]:
    """List all that the page says of an outcome."""
    match outcome:
        case Unread():
            return ()
        case NotPositive():
            return (*at_zero(outcome), *offered(outcome.fixes)) if outcome.code else ()
        case NotFinite():
            return (*not_finite(question, outcome), *offered(outcome.fixes))
        case AllIgnored():
            return (*all_ignored(outcome), *(claim for claim, _ in instead_of_nothing(outcome)))
        case SoftmaxDeclined():
            return (*no_softmax(outcome), *offered(outcome.fixes))
        case TargetDeclined():
            return (*target_fault(outcome), *offered(outcome.fixes))
        case BinaryDeclined():
            return (*binary_fault(outcome), *offered(outcome.fixes))
        case Yes():
            gone = (*flat(outcome).values(), *slopes_lost(outcome).values())
            return (*yes_no_loss(outcome), *yes_no(outcome), *sigmoid_rounds(outcome), *seeds(outcome), *gone)
        case Across():
            return (*across(outcome), *form_notes(outcome), DimPut(-1))
        case Softmax():
            return (
                class_loss(outcome), *odd_targets(outcome), *log_sum_exp(outcome), *lost(outcome), *twice(outcome),
                *argmax(outcome), *story(outcome), *shift(outcome), HandDiffers(outcome.difference),
                *form_notes(outcome), *steps(outcome).values(),
            )  # fmt: skip


def offered(fixes: Sequence[Fix]) -> tuple[Claim, ...]:
    """List what would work."""
    return tuple(fix.claim for fix in fixes)


# One of C classes


def class_loss(found: Softmax) -> Claim:
    """Say what the loss is."""
    return _loss("cross-entropy", found.batch.loss)


def _loss(kind: str, loss: Array) -> Claim:
    return LossIs(kind, float(loss[()])) if loss.ndim == 0 else LossPerRow(kind, loss.size)


def odd_targets(found: Softmax) -> tuple[Claim, ...]:
    """Warn of targets that are no probabilities."""
    if not found.has_odd_targets or not found.asked.has_probabilities:
        return ()
    given = found.asked.target.values
    row = (given[found.row] if found.asked.is_batch else given).double()
    return (NoProbabilities(float(row.min()), float(row.max())),)


def log_sum_exp(found: Softmax) -> tuple[Claim, ...]:
    """Say what becomes of the form that subtracts nothing."""
    naive, dtype, largest = found.naive, found.batch.dtype, float(found.scaled.max())
    if naive.overflows:
        return (Overflows(dtype, largest, naive.limit),)
    if naive.vanishes:
        return (Underflows(dtype, largest),)
    return (BothFinite(),)


def lost(found: Softmax) -> tuple[Claim, ...]:
    """Say where the probability of the target is rounded to 0, and whether the row counts."""
    if not found.counts:
        return (RowIgnored(found.row),)
    if found.number is not None and found.p[found.number] == 0 and np.isfinite(found.loss.library):
        return (RoundsToZero(found.number, found.batch.dtype, found.loss.library),)
    return ()


def twice(found: Softmax) -> tuple[Claim, ...]:
    """Say what a second softmax makes of the loss of a row that counts; of equal logits it makes the same."""
    once, again = float(found.loss.library), float(found.loss.twice)
    return (SoftmaxTwice(once, again),) if found.counts and short_number(once) != short_number(again) else ()


def argmax(found: Softmax) -> tuple[Claim, ...]:
    """Say whether logits and probabilities predict the same class."""
    if found.argmax_logits == found.argmax_p:
        return (SameClass(found.argmax_p),)
    return (TieByRounding(found.argmax_logits, found.argmax_p),)


def story(found: Softmax) -> tuple[Claim, ...]:
    """Say where the gradient comes from, and what becomes of the rows' losses."""
    said: list[Claim] = []
    asked, batch = found.asked, found.batch
    total = float(found.y.sum())
    if found.counts and abs(total - 1) > TINY:
        said.append(SumsNotToOne(total))
    elif found.counts:
        said.append(PMinusY(asked.T, found.parts))
    left = len(batch.counted) - int(batch.counted.sum())
    if asked.is_batch and asked.question.reduction == "mean":
        said.append(MeanOver(int(batch.counted.sum())))
    rows = int(batch.counted.sum())
    if asked.is_batch and asked.question.reduction == "sum" and rows > 1:
        said.append(SumOver(rows))
    if asked.classes == 1 and found.counts and np.isfinite(found.z).all():
        said.append(OneClassAlone())
    if left and asked.is_batch:
        said.append(LeftOut(left, asked.question.ignore_index))
    if asked.question.smoothing:
        said.append(Smoothed(asked.question.smoothing, asked.classes))
    if found.counts and abs(total - 1) <= TINY and asked.classes > 1 and len(set(found.z.tolist())) == 1:
        said.append(AllTheSame(asked.classes, float(found.loss.library)))
    return (*said, *seeds(found))


def seeds(found: Softmax | Yes) -> tuple[Claim, ...]:
    """Say what random numbers start from that have no seed of their own."""
    typed = ((found.asked.logits, "logits"), (found.asked.target, "target"))
    return tuple(SeededBy(name, each.seeding[0]) for each, name in typed if each.seeding)


def shift(found: Softmax) -> tuple[Claim, ...]:
    """Say what a constant changes that is added to every logit."""
    moved, dtype = found.shift, found.batch.dtype
    if not np.isfinite(found.z).all():
        return ()
    if moved.visible:
        return (ShiftRounds(moved.constant, dtype, moved.p, moved.loss),) if found.asked.question.shift else ()
    return (SameUnderShift(moved.constant, dtype, moved.p),)


def form_notes(found: Softmax | Across) -> tuple[Claim, ...]:
    """Say what the losses are that are asked for in other ways."""
    forms = {form.name: form for form in found.forms}
    said: list[Claim] = []
    of_p, of_log_p, own = (_values(forms[name]) for name in ("nll of softmax", "nll of log_softmax", "cross_entropy"))
    if forms["nll of softmax"].declined is not None:
        said.append(OnlyClassNumbers())
    elif (of_p < 0).any():
        place = int(of_p.argmin())
        said.append(TakesNoLogarithm(float(of_p[place]), float(of_log_p[place])))
    if isinstance(found, Across) and of_log_p.size and abs(of_log_p.sum() - own.sum()) > _FAR * abs(own.sum()):
        said.append(AnotherLoss(float(of_log_p.sum(dtype=float)), float(own.sum(dtype=float))))
    if isinstance(found, Softmax) and "sigmoid + BCE" in forms:
        said.append(SigmoidOfDifference(float(found.p[1])))
    return tuple(said)


_FAR = 1e-2


def _values(form: LossForm) -> Array:
    return form.value.reshape(-1)


def across(found: Across) -> tuple[Claim, ...]:
    """Say what sums to 1 where softmax runs over the rows."""
    return (ColumnsSumToOne(float(found.batch.p[0].sum(dtype=float))),)


Cell = tuple[str, int]
"""A number of the steps: the row that it stands in, and the class; 0 for one that stands for all."""


def steps(found: Softmax) -> dict[Cell, Claim]:
    """Say of numbers of the steps what is lost of them, and of each slope what a step does to the logit."""
    said: dict[Cell, Claim] = {}
    dtype, naive = found.batch.dtype, found.naive
    for k in range(len(found.p)):
        question = found.asked.question
        rounds = None if question.is_typed else _rounds(question, k, float(found.z[k]))
        if rounds is not None:
            said["z", k] = rounds
        for name, values in (("exp", found.e), ("p", found.p)):
            if values[k] == 0 and np.isfinite(found.shifted[k]):
                said[name, k] = StepBecomes(name, k, "zero", dtype)
        for name, values in (("naive exp", naive.exp), ("naive p", naive.p)):
            by_infinity = name == "naive p" and bool(np.isinf(found.p.dtype.type(naive.total)))
            becomes = _becomes(float(values[k]), by_infinity=by_infinity)
            if becomes and (becomes != "zero" or np.isfinite(found.scaled[k])):
                said[name, k] = StepBecomes(name, k, becomes, dtype)
        slope = float(found.gradient[k]) if found.counts else 0.0
        said["slope", k] = StepMoves(k, "leaves" if slope == 0 else "lowers" if slope > 0 else "raises")
    becomes = _becomes(float(found.p.dtype.type(naive.total)), by_infinity=False)
    if becomes:
        said["naive sum", 0] = StepBecomes("naive sum", 0, becomes, dtype)
    return said


def _rounds(question: SoftmaxQuestion, k: int, held: float) -> LogitRounds | None:
    """Say that a logit is rounded, where eight digits show it; nothing where it was rounded twice, on two ways."""
    asked = question.logits[k] + question.shift
    once = float(np.dtype(question.dtype).type(asked)) == held
    seen = asked != held and f"{asked:.8g}" != f"{held:.8g}"
    return LogitRounds(question.dtype, asked, held) if once and seen else None


def _becomes(value: float, *, by_infinity: bool) -> str:
    """Say what is lost of a number; empty where nothing is."""
    if np.isnan(value):
        return "nan"
    if np.isinf(value):
        return "infinity"
    return ("zero by infinity" if by_infinity else "zero") if value == 0 else ""


# Yes or no


def flat(found: Yes) -> dict[int, Claim]:
    """Say which sigmoids are rounded to 0 or 1."""
    rounded = (k for k in range(len(found.p)) if found.p[k] in (0, 1) and np.isfinite(found.scaled[k]))
    return {k: SigmoidFlat(k, float(found.p[k]), str(found.p.dtype)) for k in rounded}


def slopes_lost(found: Yes) -> dict[int, Claim]:
    """Say by which logits the loss in two steps has no gradient, as their sigmoid is flat."""
    slopes = found.forms[0].gradient.reshape(-1)
    return {k: SlopeLost(k) for k in found.saturated if slopes[k] == 0}


def yes_no_loss(found: Yes) -> tuple[Claim, ...]:
    """Say what the loss is, and how far both forms of it are apart."""
    return (_loss("binary cross-entropy", found.forms[1].value), forms_differ(found))


def forms_differ(found: Yes) -> Claim:
    """Say how far both forms of the loss are apart."""
    return FormsDiffer(float(np.abs(found.two_steps.astype(float) - found.one_step.astype(float)).max()))


def yes_no(found: Yes) -> tuple[Claim, ...]:
    """Say what a logit by itself is, and what its gradient is."""
    return (SigmoidAsSoftmax(float(found.p[0])), PMinusY(found.asked.T, round(1 / found.share)))


def sigmoid_rounds(found: Yes) -> tuple[Claim, ...]:
    """Warn of a sigmoid that is rounded to 0 or 1 while the answer is another."""
    if not found.saturated:
        return ()
    k = found.saturated[0]
    if found.y[k] not in (0, 1) or not np.isfinite(found.scaled[k]):
        return ()
    flat = bool(found.forms[0].gradient.reshape(-1)[k] == 0)
    return (SigmoidRounds(float(found.scaled[k]), float(found.p[k]), str(found.p.dtype), flat),)


# What PyTorch declines, or gives without a number


def at_zero(found: NotPositive) -> tuple[Claim, ...]:
    """Say where the probability goes as the temperature goes to 0."""
    return (AtZero(found.largest),) if found.largest else ()


def not_finite(question: SoftmaxQuestion, found: NotFinite) -> tuple[Claim, ...]:
    """Say why the result is not finite."""
    if found.given is not None:
        return (GivenNotFinite(repr(found.given), *found.because),)
    return (DividedTooFar(question.T, found.dtype, found.largest),)


def all_ignored(found: AllIgnored) -> tuple[Claim, ...]:
    """Say what becomes of a mean over no row."""
    return (NothingCounts(found.asked.question.ignore_index),)


def instead_of_nothing(_: AllIgnored) -> tuple[tuple[Claim, Puts], ...]:
    """List what gives a number where every row is ignored."""
    return ((SummedInstead(), {"reduction": "sum"}),)


def no_softmax(found: SoftmaxDeclined) -> tuple[Claim, ...]:
    """Say why there is no softmax of these logits."""
    asked = found.asked
    name, dtype = divided_code(asked), str(asked.z.dtype).removeprefix("torch.")
    if not asked.z.is_floating_point():
        return (NeedsFloats(name, dtype, "softmax"),)
    return (NoSuchAxis(name, tuple(asked.z.shape), int(asked.question.dim)),)


def target_fault(found: TargetDeclined) -> tuple[Claim, ...]:
    """Say what is wrong with a target, and what a target is."""
    asked, fault = found.asked, found.fault
    _, target = names_of(asked)
    logits, shape = divided_code(asked), tuple(asked.z.shape)
    wanted = shape[:-1]
    takes = (TwoKinds(wanted, shape),) if asked.question.ignore_index == TAKEN else ()
    match fault.kind:
        case "dtype":
            return (TargetDtype(target, fault.dtype, "int64"), *takes)
        case "probabilities dtype":
            return (TargetDtype(target, fault.dtype, str(asked.divided(asked.z).dtype).removeprefix("torch.")), *takes)
        case "ignored probabilities":
            return (IgnoresNoClass(asked.question.ignore_index),)
        case "axes" | "rows":
            return (TargetShape(logits, shape, target, fault.shape, wanted), *takes)
        case "listed":
            return (TargetInBrackets(f"leaf / {asked.T}", target),)
        case "range":
            values = zip(fault.places, fault.values, strict=True)
            faults = tuple((place if fault.shape else -1, int(value)) for place, value in values)
            least, most = int(asked.target.values.min()), int(asked.target.values.max())
            counted = (CountedFromOne(asked.classes),) if least >= 1 and most == asked.classes else ()
            return (NoSuchClass(logits, target, asked.classes, faults), *counted, *takes)
        case _:
            return ()


def binary_fault(found: BinaryDeclined) -> tuple[Claim, ...]:
    """Say what is wrong with a target of yes or no, or with its logits."""
    asked, fault = found.asked, found.fault
    name, dtype = divided_code(asked), str(asked.z.dtype).removeprefix("torch.")
    _, target = names_of(asked, alike=True)
    call = found.call.partition("(")[0]
    if fault is None:
        return (NeedsFloats(name, dtype, call),)
    if call == "binary_cross_entropy":
        name = f"torch.sigmoid({name})"
    match fault.kind:
        case "rows":
            return (ShapesDiffer((name, tuple(asked.z.shape)), (target, fault.shape)),)
        case "dtype":
            return (AnswerDtype(target, fault.dtype, dtype),)
        case "outside":
            return (OutsideZeroToOne(target, len(fault.places)),)
        case _:
            return ()
