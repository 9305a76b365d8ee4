"""Softmax, log-sum-exp and cross-entropy, step by step, the stable form beside the naive one.

Subtracting the largest logit changes nothing in exact arithmetic and keeps every exponential at most 1; see
P. Blanchard, D. Higham and N. Higham, Accurately computing the log-sum-exp and softmax functions,
IMA Journal of Numerical Analysis 41 (2021). Each figure is computed by PyTorch on the logits at hand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend.loading import load_torch
from primer_core.lessons.softmax.code import snippet
from primer_core.lessons.softmax.question import CLASSES, SoftmaxQuestion
from primer_core.lessons.softmax.rules import GRADIENT, NAIVE, STABLE, worked_out

if TYPE_CHECKING:
    import torch

Array = NDArray[np.floating[Any]]

TOLERANCE: Mapping[str, float] = {"float16": 2e-3, "float32": 1e-6, "float64": 1e-12}
"""Largest difference from PyTorch that rounding explains, for values up to 1 and in proportion above."""


@dataclass(frozen=True, slots=True)
class NotPositive:
    """The temperature is 0, and nothing can be divided by it."""


@dataclass(frozen=True, slots=True)
class NotFinite:
    """Even the stable form has a result that is infinite or not a number.

    Parameters
    ----------
    largest
        The largest number of the dtype.
    """

    largest: float


@dataclass(frozen=True, slots=True, eq=False)
class NaiveForm:
    """Softmax without subtracting the largest logit.

    Parameters
    ----------
    exp
        (4,): ``exp(z / T)``; infinite where it overflows, 0 where it underflows.
    total
        Their sum.
    p
        (4,): the quotients; NaN where infinity meets infinity, or 0 meets 0.
    log_sum_exp
        ``log(total)``.
    loss
        ``-log(p[target])``.
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
    """The loss in several ways on the same logits, and what a second softmax would make of it.

    Parameters
    ----------
    by_hand
        ``log(sum(e)) - shifted[target]``: log-sum-exp minus the target's logit, with the largest already off.
    log_softmax_nll
        ``nll_loss(log_softmax(z / T), target)``.
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
    """What the shift changed, by rounding alone.

    Parameters
    ----------
    p
        Largest change of a probability against no shift.
    loss
        Change of the loss against no shift, without its sign.
    """

    p: float
    loss: float

    @property
    def visible(self) -> bool:
        """Whether a probability changes by as much as its percentage with one decimal shows."""
        return self.p >= 5e-4


@dataclass(frozen=True, slots=True, eq=False)
class Softmax:
    """Logits that have a softmax. Arrays are (4,), one number a class, in the dtype that was asked for.

    Parameters
    ----------
    z
        The logits with the shift, as the dtype holds them.
    scaled, shifted, e, total, p
        The stable form: divide by T, subtract the largest, exp, sum, divide.
    y
        The one-hot target.
    log_sum_exp
        Of the scaled logits, by the stable form.
    naive
        The same without subtracting.
    loss
        Cross-entropy against the target.
    gradient
        ``(p - y) / T``, the derivative of the loss by each logit, by hand.
    autograd
        The same from autograd.
    difference
        Largest difference of hand and PyTorch, over probabilities, log-sum-exp, loss and gradient.
    agrees
        Whether rounding explains it (see `TOLERANCE`).
    argmax_logits, argmax_p
        The predicted class before and after softmax.
    shift
        What the shift changed; None without a shift.
    code
        Plain Python that computes and prints all of it.
    """

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
    shift: ShiftEffect | None
    code: str


Outcome = NotPositive | NotFinite | Softmax
"""What comes of a question."""


def explain(question: SoftmaxQuestion) -> Outcome:
    """Work softmax and cross-entropy out step by step, by hand and by PyTorch.

    Examples
    --------
    >>> round(float(explain(SoftmaxQuestion()).p.sum()), 6)
    1.0
    """
    if question.T == 0:
        return NotPositive()
    load_torch()
    import torch
    from torch.nn import functional

    given = _given(question)
    v = worked_out((*STABLE, *GRADIENT), given)
    z, scaled, p, target = (v[name] for name in ("z", "scaled", "p", "target"))
    leaf = z.clone().requires_grad_()
    library = functional.cross_entropy(leaf / question.T, target)
    (autograd,) = torch.autograd.grad(library, leaf)
    library = library.detach()
    if not all(bool(v[name].isfinite().all()) for name in ("scaled", "shifted", "gradient")) or not library.isfinite():
        return NotFinite(float(torch.finfo(z.dtype).max))

    by_hand = v["total"].log() - v["shifted"][target]
    difference, agrees = _compare(
        (
            (p, functional.softmax(scaled, dim=0)),
            (v["log_sum_exp"], torch.logsumexp(scaled, dim=0)),
            (by_hand, library),
            (v["gradient"], autograd),
        ),
        TOLERANCE[question.dtype],
        scale=max(1.0, float(scaled.abs().max()), 1 / question.T),
    )
    return Softmax(
        z=z.numpy(),
        scaled=scaled.numpy(),
        shifted=v["shifted"].numpy(),
        e=v["e"].numpy(),
        total=v["total"].item(),
        p=p.numpy(),
        y=functional.one_hot(target, CLASSES).to(z.dtype).numpy(),
        log_sum_exp=v["log_sum_exp"].item(),
        naive=_naive(v),
        loss=CrossEntropy(
            by_hand=by_hand.item(),
            log_softmax_nll=functional.nll_loss(functional.log_softmax(scaled, dim=0), target).item(),
            library=library.item(),
            minus_log_p=_minus_log(p[target]),
            twice=functional.cross_entropy(p, target).item(),
        ),
        gradient=v["gradient"].numpy(),
        autograd=autograd.numpy(),
        difference=difference,
        agrees=agrees,
        argmax_logits=int(z.argmax()),
        argmax_p=int(p.argmax()),
        shift=_shift_effect(question, p, library) if question.shift else None,
        code=snippet(question),
    )


def _given(question: SoftmaxQuestion) -> dict[str, Any]:
    """Return what the rules start from."""
    load_torch()
    import torch
    from torch.nn import functional

    dtype: torch.dtype = getattr(torch, question.dtype)
    return {
        "z": torch.tensor(question.logits, dtype=dtype) + float(question.shift),
        "T": question.T,
        "target": torch.tensor(question.right),
        "one_hot": functional.one_hot,
    }


def _naive(values: Mapping[str, Any]) -> NaiveForm:
    load_torch()
    import torch

    v = worked_out(NAIVE, values)
    total = v["naive_e"].sum()
    return NaiveForm(
        exp=v["naive_e"].numpy(),
        total=total.item(),
        p=v["naive_p"].numpy(),
        log_sum_exp=total.log().item(),
        loss=_minus_log(v["naive_p"][v["target"]]),
        limit=math.log(torch.finfo(v["z"].dtype).max),
    )


def _minus_log(p: torch.Tensor) -> float:
    """Return −log p; 0 where p is 1, and not the −0.0 that a mere change of sign makes of it."""
    return float(0 - p.log())


def _shift_effect(question: SoftmaxQuestion, p: torch.Tensor, loss: torch.Tensor) -> ShiftEffect:
    load_torch()
    from torch.nn import functional

    v = worked_out(STABLE, _given(replace(question, shift=0)))
    plain = functional.cross_entropy(v["scaled"], v["target"])
    return ShiftEffect(p=float((p - v["p"]).abs().max()), loss=float((loss - plain).abs()))


def _compare(
    pairs: Sequence[tuple[torch.Tensor, torch.Tensor]], tolerance: float, *, scale: float
) -> tuple[float, bool]:
    """Return the largest absolute difference, and whether rounding at that scale explains it."""
    difference = max(float((hand - library).abs().max()) for hand, library in pairs)
    return difference, difference <= tolerance * scale
