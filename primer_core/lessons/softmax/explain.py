"""Softmax, log-sum-exp and cross-entropy, step by step, the stable form beside the naive one.

Subtracting the largest logit changes nothing in exact arithmetic and keeps every exponential at most 1; see
P. Blanchard, D. Higham and N. Higham, Accurately computing the log-sum-exp and softmax functions,
IMA Journal of Numerical Analysis 41 (2021). Each figure is computed by PyTorch on the logits at hand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from primer_core.backend import Declined, backend
from primer_core.backend.loading import load_torch
from primer_core.language.limits import Refused
from primer_core.lessons.outcome import Unread
from primer_core.lessons.softmax import code
from primer_core.lessons.softmax.asked import Asked, weights
from primer_core.lessons.softmax.binary import Binary, explain_binary
from primer_core.lessons.softmax.fixes import Fault, Fix, fault, logits_fixes, target_fixes, temperature_fixes
from primer_core.lessons.softmax.losses import Array, LossForm, as_array, class_losses, gradient_of, is_finite
from primer_core.lessons.softmax.question import SoftmaxQuestion
from primer_core.lessons.softmax.reading import read_logits, read_target
from primer_core.lessons.softmax.rules import NAIVE, STABLE, gradient_rules, worked_out

if TYPE_CHECKING:
    import torch

TORCH = backend("PyTorch")

TOLERANCE: Mapping[str, float] = {"bfloat16": 2e-2, "float16": 2e-3, "float32": 1e-6, "float64": 1e-12}
"""Largest difference from PyTorch that rounding explains, for values up to 1 and in proportion above."""


TINY = 1e-5
"""How far rounding may take a probability below 0 or above 1, and the sum of a row from 1."""

MOST_IN_BATCH = 32
"""Most cells of a batch that softmax compares with each other: every cell is linked to all of them."""


@dataclass(frozen=True, slots=True)
class NotPositive:
    """The temperature is 0, and nothing can be divided by it.

    Parameters
    ----------
    largest
        The classes with the largest logit, in the first row; empty for questions of yes or no.
    fixes
        What would work.
    code
        Plain Python that prints the loss; empty where PyTorch declines it.
    """

    largest: tuple[int, ...]
    fixes: tuple[Fix, ...]
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class NotFinite:
    """Even the stable form has a result that is infinite or not a number.

    Parameters
    ----------
    largest
        The largest number of the dtype.
    dtype
        Its name.
    given
        The first logit or target that is infinite or not a number itself; None if all are finite.
    fixes
        What would work.
    code
        Plain Python that prints the loss.
    because
        The row that is to blame, and how: "right" where the logit of its right class is -inf, "all" where all of its
        logits are; empty where neither is.
    """

    largest: float
    dtype: str
    given: float | None
    fixes: tuple[Fix, ...]
    code: str
    because: tuple[int, Literal["", "right", "all"]]


@dataclass(frozen=True, slots=True, eq=False)
class AllIgnored:
    """The mean is over no row, because each has a target that is ignored.

    Parameters
    ----------
    asked
        What was asked.
    loss
        What PyTorch makes of it.
    code
        Plain Python that prints it.
    """

    asked: Asked
    loss: float
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class SoftmaxDeclined:
    """PyTorch declines the softmax of the logits.

    Parameters
    ----------
    asked
        What was asked.
    declined
        PyTorch's error.
    fixes
        What would work.
    code
        Plain Python that prints the error.
    """

    asked: Asked
    declined: Declined
    fixes: tuple[Fix, ...]
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class TargetDeclined:
    """PyTorch declines the loss of the logits with this target.

    Parameters
    ----------
    asked
        What was asked.
    declined
        PyTorch's error.
    fault
        What is wrong with the target, and where.
    fixes
        What would work.
    p
        Softmax of the logits, of their shape.
    code
        Plain Python that prints the error.
    """

    asked: Asked
    declined: Declined
    fault: Fault
    fixes: tuple[Fix, ...]
    p: Array
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class NaiveForm:
    """Softmax without subtracting the largest logit.

    Parameters
    ----------
    exp
        (C,): ``exp(z / T)``; infinite where it overflows, 0 where it underflows.
    total
        Their sum.
    p
        (C,): the quotients; NaN where infinity meets infinity, or 0 meets 0.
    log_sum_exp
        ``log(total)``.
    loss
        ``-log(p[target])``, or the same summed with a target of probabilities.
    limit
        The largest x whose ``exp(x)`` the dtype can hold.
    """

    exp: Array
    total: float
    p: Array
    log_sum_exp: float
    loss: float
    limit: float

    @property
    def overflows(self) -> bool:
        """Whether an exponential, or their sum, is larger than the dtype can hold."""
        return math.isinf(self.total)

    @property
    def vanishes(self) -> bool:
        """Whether every exponential is so small that it rounds to 0."""
        return self.total == 0


@dataclass(frozen=True, slots=True)
class CrossEntropy:
    """The loss of one row in several ways, and what a second softmax would make of it.

    Parameters
    ----------
    by_hand
        ``log(sum(e)) - shifted[target]``: log-sum-exp minus the target's logit, with the largest already off.
    log_softmax_nll
        ``nll_loss(log_softmax(z / T), target)``, or the same summed with a target of probabilities.
    library
        ``cross_entropy(z / T, target)``.
    minus_log_p
        ``-log(p[target])`` of the stable p; infinite where that p rounds to 0.
    twice
        ``cross_entropy(softmax(z / T), target)``: the mistake of a network that ends in softmax.
    """

    by_hand: float
    log_softmax_nll: float
    library: float
    minus_log_p: float
    twice: float


@dataclass(frozen=True, slots=True)
class ShiftEffect:
    """What a constant changes in the row, by rounding alone.

    Parameters
    ----------
    constant
        That is added to every logit.
    p
        Largest change of a probability.
    loss
        Change of the loss, without its sign.
    """

    constant: float
    p: float
    loss: float

    @property
    def visible(self) -> bool:
        """Whether a probability changes by as much as its percentage with one decimal shows."""
        return self.p >= 5e-4


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What PyTorch makes of all logits; a lone row is a batch of one.

    Parameters
    ----------
    z, p, gradient
        (N, C): the logits with the shift, their softmax along the axis that was asked for, and the derivative of the
        cross-entropy, or of the sum of the rows', by each logit.
    y
        (N, C): what the gradient takes p for: one-hot or probabilities, smoothed; zeros in a row that is ignored.
    losses
        (N,): the cross-entropy of each row; 0 where it is ignored.
    counted
        (N,) booleans: whether a row counts.
    share
        (N,): by which factor each row goes into the loss.
    loss
        The cross-entropy with its reduction, (N,) or a number.
    dtype
        Name of the logits' dtype.
    """

    z: Array
    p: Array
    gradient: Array
    y: Array
    losses: Array
    counted: Array
    share: Array
    loss: Array
    dtype: str


@dataclass(frozen=True, slots=True, eq=False)
class Across:
    """Softmax runs over the rows of a batch: its probabilities sum to 1 down each column.

    Parameters
    ----------
    asked
        What was asked.
    batch
        What PyTorch makes of it.
    forms
        The losses; those that take a softmax take this one.
    code
        Plain Python that computes and prints all of it.
    """

    asked: Asked
    batch: Batch
    forms: tuple[LossForm, ...]
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class Softmax:
    """Logits that have a softmax, and the steps of one row. Arrays are (C,), one number a class, in the logits' dtype.

    Parameters
    ----------
    asked
        What was asked.
    batch
        What PyTorch makes of all rows.
    forms
        The losses of all rows.
    z
        The logits of the row with the shift, as the dtype holds them.
    scaled, shifted, e, total, p
        The stable form: divide by T, subtract the largest, exp, sum, divide.
    y
        The target as probabilities: one-hot where it is a class number.
    log_sum_exp
        Of the scaled logits, by the stable form.
    naive
        The same without subtracting.
    loss
        Cross-entropy of the row against its target.
    gradient
        ``(p - y) / T`` times the row's share of the loss: its derivative by each logit, by hand.
    autograd
        The same from autograd.
    difference
        Largest difference of hand and PyTorch, over probabilities, log-sum-exp, loss and gradient.
    agrees
        Whether rounding explains it (see `TOLERANCE`).
    argmax_logits, argmax_p
        The predicted class before and after softmax.
    shift
        What a constant changes that is added to every logit: the shift, or what takes the largest off.
    code
        Plain Python that computes and prints all of it.
    """

    asked: Asked
    batch: Batch
    forms: tuple[LossForm, ...]
    z: Array
    scaled: Array
    shifted: Array
    e: Array
    total: float
    p: Array
    y: Array
    log_sum_exp: float
    naive: NaiveForm
    loss: CrossEntropy
    gradient: Array
    autograd: Array
    difference: float
    agrees: bool
    argmax_logits: int
    argmax_p: int
    shift: ShiftEffect
    code: str

    @property
    def row(self) -> int:
        """Return which row's steps these are."""
        return self.asked.opened

    @property
    def counts(self) -> bool:
        """Return whether the row counts."""
        return bool(self.batch.counted[self.row])

    @property
    def parts(self) -> int:
        """Return over how many rows the loss is a mean; 1 where it is none."""
        share = float(self.batch.share[self.row])
        return round(1 / share) if share else 1

    @property
    def has_odd_targets(self) -> bool:
        """Return whether some targets of the row are no probabilities."""
        return bool(((self.y < -TINY) | (self.y > 1 + TINY)).any())

    @property
    def number(self) -> int | None:
        """Return the class that is right, where the target is a class number that counts."""
        if self.asked.has_probabilities or not self.counts:
            return None
        return int(self.asked.target.values.reshape(-1)[self.row])


Outcome = Unread | NotPositive | NotFinite | AllIgnored | SoftmaxDeclined | TargetDeclined | Across | Softmax | Binary
"""What comes of a question."""


def explain(question: SoftmaxQuestion) -> Outcome:
    """Work softmax and cross-entropy out step by step, by hand and by PyTorch.

    Examples
    --------
    >>> round(float(explain(SoftmaxQuestion()).p.sum()), 6)
    1.0
    """
    load_torch()
    try:
        logits = read_logits(question)
    except Refused as refused:
        return Unread("logits", str(refused))
    z = logits.values + question.shift if question.shift else logits.values
    try:
        target = read_target(question, z)
    except Refused as refused:
        return Unread("target", str(refused))
    asked = Asked(question, logits, target, z)
    if question.T == 0:
        return _not_positive(asked)
    if question.loss == "binary":
        return explain_binary(asked)
    if z.ndim == 0:
        return Unread("logits", "A lone number has no classes to choose from. Write a row such as [1, 3, -2].")
    longest = asked.count if asked.is_across else asked.classes
    if asked.is_batch and longest > MOST_IN_BATCH:
        what = "rows, over which softmax runs," if asked.is_across else "classes"
        message = (
            f"This batch has {longest} {what} and at most {MOST_IN_BATCH} are drawn. Take fewer, or one row alone."
        )
        return Unread("logits", message)
    return _explain_classes(asked)


def _explain_classes(asked: Asked) -> Outcome:
    load_torch()
    import torch
    from torch.nn import functional

    scaled, target = asked.divided(asked.z), asked.target.values
    p = TORCH.attempt(functional.softmax, scaled, int(asked.question.dim))
    if isinstance(p, Declined):
        return SoftmaxDeclined(asked, p, logits_fixes(asked), code.declined_softmax(asked, p))
    loss = TORCH.attempt(functional.cross_entropy, scaled, target, **asked.keywords)
    if isinstance(loss, Declined):
        snippet = code.declined_loss(asked, loss)
        return TargetDeclined(asked, loss, fault(asked), target_fixes(asked), as_array(p), snippet)
    counted = torch.ones(asked.count, dtype=torch.bool)
    if not asked.has_probabilities:
        counted = target.reshape(-1) != asked.question.ignore_index
    if not counted.any() and asked.question.reduction == "mean":
        return AllIgnored(asked, loss.item(), code.one_loss(asked))
    slope = gradient_of(asked)
    if isinstance(slope, Declined):
        snippet = code.declined_gradient(asked, slope)
        return TargetDeclined(asked, slope, fault(asked), target_fixes(asked), as_array(p), snippet)
    if not is_finite(asked, loss, slope):
        return _not_finite(asked)
    forms = class_losses(asked)
    batch = _batch(asked, p, loss, counted, forms[0])
    if asked.is_across:
        return Across(asked, batch, forms, code.snippet(asked, None, forms))
    return _row(asked, batch, forms)


def _not_positive(asked: Asked) -> NotPositive:
    load_torch()
    from torch.nn import functional

    z, is_binary = asked.z, asked.question.loss == "binary"
    taken = (z / 1.0, asked.target.values)
    if z.ndim == 0 and not is_binary:
        return NotPositive((), (), "")
    keywords = {name: value for name, value in asked.keywords.items() if not is_binary or name == "reduction"}
    if is_binary:
        tried = TORCH.attempt(functional.binary_cross_entropy_with_logits, *taken, **keywords)
    else:
        tried = TORCH.attempt(functional.cross_entropy, *taken, **keywords)
    declined = isinstance(tried, Declined)
    if declined or z.is_complex() or not bool(z.isfinite().all()):
        return NotPositive((), temperature_fixes(asked.question), "" if declined else code.one_loss(asked))
    row = z.reshape(-1, z.shape[-1])[0] if z.ndim else z.reshape(1)
    largest = () if is_binary else tuple(int(place) for place in (row == row.max()).nonzero().reshape(-1))
    return NotPositive(largest, temperature_fixes(asked.question), code.one_loss(asked))


def _not_finite(asked: Asked) -> NotFinite:
    load_torch()
    import torch

    given = [float(each) for values in (asked.z, asked.target.values) for each in values[~values.isfinite()][:1]]
    info = torch.finfo(asked.divided(asked.z).dtype)
    return NotFinite(
        float(info.max), info.dtype, given[0] if given else None, temperature_fixes(asked.question),
        code.one_loss(asked), _because(asked) if given and given[0] == -math.inf else (0, ""),
    )  # fmt: skip


def _because(asked: Asked) -> tuple[int, Literal["", "right", "all"]]:
    """Find the row whose logits are all −inf, or whose right class has that logit."""
    rows, target = asked.rows, asked.target.values
    if asked.question.loss == "binary":
        return (0, "")
    for place, row in enumerate(rows):
        if bool((row == -math.inf).all()):
            return (place, "all")
    if not asked.has_probabilities:
        for place, (row, number) in enumerate(zip(rows, target.reshape(-1).tolist(), strict=True)):
            counts = number != asked.question.ignore_index and math.isfinite(float(row.max()))
            if counts and row[int(number)] == -math.inf:
                return (place, "right")
    return (0, "")


def _batch(asked: Asked, p: torch.Tensor, loss: torch.Tensor, counted: torch.Tensor, form: LossForm) -> Batch:
    load_torch()
    from torch.nn import functional

    scaled = asked.divided(asked.rows)
    target = asked.target.values
    target = target if asked.is_batch else target[None] if asked.has_probabilities else target.reshape(1)
    smoothing = asked.question.smoothing
    options = {name: value for name, value in asked.keywords.items() if name != "reduction"}
    losses = functional.cross_entropy(scaled, target, reduction="none", **options)
    if asked.has_probabilities:
        y = target.to(scaled.dtype)
    else:
        numbers = target.long().where(counted, 0)
        y = functional.one_hot(numbers, asked.classes).to(scaled.dtype) * counted[:, None]
    if smoothing:
        y = ((1 - smoothing) * y + smoothing / asked.classes) * counted[:, None]
    return Batch(
        z=as_array(asked.rows),
        p=as_array(p).reshape(tuple(scaled.shape)),
        gradient=form.gradient.reshape(tuple(scaled.shape)),
        y=as_array(y),
        losses=as_array(losses),
        counted=counted.numpy(),
        share=weights(asked.question.reduction, counted).numpy(),
        loss=as_array(loss),
        dtype=str(scaled.dtype).removeprefix("torch."),
    )


def _row(asked: Asked, batch: Batch, forms: tuple[LossForm, ...]) -> Softmax:
    load_torch()
    import torch
    from torch.nn import functional

    row = asked.opened
    share = float(batch.share[row])
    given = _given(asked, asked.rows[row])
    gradients = gradient_rules(asked, share)
    v = worked_out((*STABLE, *gradients), given)
    z, scaled, p, target = (v[name] for name in ("z", "scaled", "p", "target"))
    y = v["y"]
    options = {name: value for name, value in asked.keywords.items() if name != "reduction"}
    library = _one(functional.cross_entropy, scaled, target, options)
    by_hand = _expected(y, v["total"].log() - v["shifted"])
    log_softmax = functional.log_softmax(scaled, dim=0)
    autograd = batch.gradient[row]
    difference, agrees = _compare(
        (
            (p, functional.softmax(scaled, dim=0)),
            (v["log_sum_exp"], torch.logsumexp(scaled, dim=0)),
            (by_hand, library),
            (v["gradient"], torch.from_numpy(autograd)),
        ),
        TOLERANCE[batch.dtype],
        scale=max(1.0, float(scaled[scaled.isfinite()].abs().max()), 1 / asked.T, float(y.abs().sum())),
    )
    return Softmax(
        asked=asked,
        batch=batch,
        forms=forms,
        z=as_array(z),
        scaled=as_array(scaled),
        shifted=as_array(v["shifted"]),
        e=as_array(v["e"]),
        total=v["total"].item(),
        p=as_array(p),
        y=as_array(y),
        log_sum_exp=v["log_sum_exp"].item(),
        naive=_naive(v),
        loss=CrossEntropy(
            by_hand=by_hand.item(),
            log_softmax_nll=_expected(y, -log_softmax).item(),
            library=library.item(),
            minus_log_p=_minus_log(y, p),
            twice=_one(functional.cross_entropy, p, target, options).item(),
        ),
        gradient=as_array(v["gradient"]),
        autograd=autograd,
        difference=difference,
        agrees=agrees,
        argmax_logits=int(z.argmax()),
        argmax_p=int(p.argmax()),
        shift=_shift_effect(asked, z, p, library),
        code=code.snippet(asked, gradients, forms),
    )


def _given(asked: Asked, z: torch.Tensor) -> dict[str, Any]:
    """Return what the rules of a row start from."""
    load_torch()
    from torch.nn import functional

    target = asked.target.values
    own = target[asked.opened] if asked.is_batch else target
    return {"z": z, "T": asked.T, "target": own, "one_hot": functional.one_hot}


def _one(function: Any, z: torch.Tensor, target: torch.Tensor, options: Mapping[str, Any]) -> torch.Tensor:
    """Return the loss of one row, which is 0 where the row is ignored."""
    loss: torch.Tensor = function(z, target, reduction="sum", **options)
    return loss


def _naive(values: Mapping[str, Any]) -> NaiveForm:
    load_torch()
    import torch

    v = worked_out(NAIVE, values)
    total = v["naive_e"].sum()
    return NaiveForm(
        exp=as_array(v["naive_e"]),
        total=total.item(),
        p=as_array(v["naive_p"]),
        log_sum_exp=total.log().item(),
        loss=_minus_log(v["y"], v["naive_p"]),
        limit=math.log(torch.finfo(v["z"].dtype).max),
    )


def _expected(y: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    """Return Σ y·values over the classes that have a part in the target: 0 times infinity is none of it."""
    part = y != 0
    return (y[part] * values[part]).sum()


def _minus_log(y: torch.Tensor, p: torch.Tensor) -> float:
    """Return −Σ y·log p; 0 where p is 1, and not the −0.0 that a mere change of sign makes of it."""
    return float(0 - _expected(y, p.log()))


def _shift_effect(asked: Asked, z: torch.Tensor, p: torch.Tensor, loss: torch.Tensor) -> ShiftEffect:
    load_torch()
    from torch.nn import functional

    if not asked.question.shift:
        constant = -float(z.max()) or 1.0
        moved = functional.softmax((z + constant) / asked.T, dim=0) - functional.softmax(z / asked.T, dim=0)
        return ShiftEffect(constant, float(moved.abs().max()), 0.0)
    question = replace(asked.question, shift=0)
    plain = Asked(question, asked.logits, asked.target, asked.logits.values)
    v = worked_out(STABLE, _given(plain, plain.rows[asked.opened]))
    options = {name: value for name, value in asked.keywords.items() if name != "reduction"}
    unshifted = _one(functional.cross_entropy, v["scaled"], v["target"], options)
    return ShiftEffect(
        float(asked.question.shift), p=float((p - v["p"]).abs().max()), loss=float((loss - unshifted).abs())
    )


def _compare(
    pairs: Sequence[tuple[torch.Tensor, torch.Tensor]], tolerance: float, *, scale: float
) -> tuple[float, bool]:
    """Return the largest absolute difference, and whether rounding at that scale explains it."""
    difference = max(float((hand - library).abs().max()) for hand, library in pairs)
    return difference, difference <= tolerance * scale
