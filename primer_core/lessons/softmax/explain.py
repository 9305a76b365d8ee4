"""Softmax, log-sum-exp and cross-entropy, step by step, the stable form beside the naive one.

Subtracting the largest logit changes nothing in exact arithmetic and keeps every exponential at most 1; see
P. Blanchard, D. Higham and N. Higham, Accurately computing the log-sum-exp and softmax functions,
IMA Journal of Numerical Analysis 41 (2021). Each figure is computed by PyTorch on the logits at hand.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from primer_core.backend.loading import load_torch

if TYPE_CHECKING:
    import torch

DTypeName = Literal["float16", "float32", "float64"]
StepName = Literal["scaled", "shifted", "exp", "sum", "p"]

MAX_CLASSES = 12

TOLERANCE: Mapping[str, float] = {"float16": 2e-3, "float32": 1e-6, "float64": 1e-12}
"""Largest difference from PyTorch that rounding explains, for values up to 1 and in proportion above."""


@dataclass(frozen=True, slots=True)
class SoftmaxParams:
    """What to explain.

    Parameters
    ----------
    logits
        One a class, 2 to 12 finite numbers.
    target
        The right class, 0-based.
    temperature
        Divides the logits; above 0.
    shift
        A constant added to every logit, which softmax does not see but the naive form does.
    dtype
        Of every tensor.
    """

    logits: tuple[float, ...] = (2.0, 1.0, 0.1, -1.0)
    target: int = 0
    temperature: float = 1.0
    shift: float = 0.0
    dtype: DTypeName = "float32"


@dataclass(frozen=True, slots=True)
class SoftmaxStep:
    """One step: its name in the code, what it says, and one value a class (or one for all)."""

    name: StepName
    equation: str
    code: str
    meaning: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class NaiveForm:
    """The same without subtracting the largest logit.

    Parameters
    ----------
    exp
        ``exp(z / T)``, one a class; infinite where it overflows, 0 where it underflows.
    total
        Their sum.
    p
        The quotients; NaN where infinity meets infinity.
    log_sum_exp
        ``log(total)``.
    loss
        ``-log(p[target])``.
    limit
        The largest x whose ``exp(x)`` the dtype can hold.
    """

    exp: tuple[float, ...]
    total: float
    p: tuple[float, ...]
    log_sum_exp: float
    loss: float
    limit: float

    @property
    def broken(self) -> bool:
        """Whether a result is infinite or not a number."""
        return not all(map(math.isfinite, (*self.exp, self.total, *self.p, self.log_sum_exp, self.loss)))


@dataclass(frozen=True, slots=True)
class CrossEntropy:
    """The loss, three ways on the same logits, and what a second softmax would make of it.

    Parameters
    ----------
    by_hand
        ``log(sum(e)) - shifted[target]``: log-sum-exp minus the target's logit, with the largest already off.
    log_softmax_nll
        ``nll_loss(log_softmax(z), target)``.
    library
        ``cross_entropy(z, target)``.
    twice
        ``cross_entropy(softmax(z), target)``: the mistake of a network that ends in softmax.
    log_p
        ``log_softmax(z)``, one a class.
    """

    by_hand: float
    log_softmax_nll: float
    library: float
    twice: float
    log_p: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SoftmaxError:
    """Logits that have no softmax: what was wrong, why, and what to do."""

    message: str
    cause: str
    fix: str


@dataclass(frozen=True, slots=True)
class SoftmaxExplanation:
    """Everything the lesson shows.

    Parameters
    ----------
    params
        What was asked.
    logits
        With the shift, as the dtype holds them.
    steps
        The stable form: divide by T, subtract the largest, exp, sum, divide.
    p
        The probabilities by hand.
    log_sum_exp
        Of the scaled logits, by the stable form.
    naive
        The same without subtracting.
    loss
        Cross-entropy against the target.
    gradient
        ``(softmax - onehot) / T``, the derivative of the loss by each logit, by hand.
    autograd
        The same from autograd.
    difference
        Largest difference of hand and PyTorch, over probabilities, log-sum-exp, loss and gradient.
    agrees
        Whether rounding explains it (see `TOLERANCE`).
    argmax_logits, argmax_p
        The predicted class before and after softmax.
    error
        Set when there is nothing to explain.
    code
        Plain Python that prints what `printed` says.
    """

    params: SoftmaxParams
    logits: tuple[float, ...] = ()
    steps: tuple[SoftmaxStep, ...] = ()
    p: tuple[float, ...] = ()
    log_sum_exp: float = math.nan
    naive: NaiveForm | None = None
    loss: CrossEntropy | None = None
    gradient: tuple[float, ...] = ()
    autograd: tuple[float, ...] = ()
    difference: float = math.nan
    agrees: bool = False
    argmax_logits: int = -1
    argmax_p: int = -1
    error: SoftmaxError | None = None
    code: str = ""

    @property
    def target_level(self) -> tuple[float, ...]:
        """The one-hot target, one a class."""
        return tuple(float(k == self.params.target) for k in range(len(self.p)))

    @property
    def printed(self) -> str:
        """What running `code` prints."""
        if self.naive is None or self.loss is None:
            return ""
        rows = (
            ("p", self.p),
            ("log-sum-exp", (self.log_sum_exp,)),
            ("naive p", self.naive.p),
            ("naive log-sum-exp", (self.naive.log_sum_exp,)),
            ("cross-entropy", (self.loss.log_softmax_nll, self.loss.library)),
            ("softmax twice", (self.loss.twice,)),
            ("gradient", self.gradient),
            ("autograd", self.autograd),
            ("argmax", (self.argmax_logits, self.argmax_p)),
        )
        return "\n".join(f"{name}: {' '.join(f'{value:.4f}' for value in values)}" for name, values in rows)


def explain_softmax(params: SoftmaxParams) -> SoftmaxExplanation:
    """Work softmax and cross-entropy out step by step, by hand and by PyTorch.

    Parameters
    ----------
    params
        Logits, target, temperature, shift and dtype.

    Returns
    -------
    SoftmaxExplanation
        Logits that have no softmax come back as its `error`.

    Examples
    --------
    >>> round(sum(explain_softmax(SoftmaxParams(logits=(2.0, 1.0, 0.1), target=0)).p), 6)
    1.0
    """
    load_torch()
    import torch
    from torch.nn import functional

    error = _refuse(params)
    if error is not None:
        return SoftmaxExplanation(params, error=error)
    dtype: torch.dtype = getattr(torch, params.dtype)
    z = torch.tensor(params.logits, dtype=dtype) + params.shift
    temperature, target = params.temperature, params.target
    if not bool(torch.isfinite(z / temperature).all()):
        return SoftmaxExplanation(params, error=_too_large(params, float(torch.finfo(dtype).max)))

    scaled = z / temperature
    shifted = scaled - scaled.max()
    exponential = shifted.exp()
    total = exponential.sum()
    p = exponential / total
    log_sum_exp = scaled.max() + total.log()
    one_hot = functional.one_hot(torch.tensor(target), len(z)).to(dtype)
    gradient = (p - one_hot) / temperature

    leaf = z.clone().requires_grad_()
    label = torch.tensor(target)
    library = functional.cross_entropy(leaf / temperature, label)
    (autograd,) = torch.autograd.grad(library, leaf)
    log_p = functional.log_softmax(scaled, dim=0)
    loss = CrossEntropy(
        by_hand=(total.log() - shifted[target]).item(),
        log_softmax_nll=functional.nll_loss(log_p, label).item(),
        library=library.item(),
        twice=functional.cross_entropy(p, label).item(),
        log_p=_floats(log_p),
    )
    difference, agrees = _compare(
        (
            (p, functional.softmax(scaled, dim=0)),
            (log_sum_exp, torch.logsumexp(scaled, dim=0)),
            (total.log() - shifted[target], library.detach()),
            (gradient, autograd),
        ),
        TOLERANCE[params.dtype],
        scale=max(1.0, float(scaled.abs().max())),
    )
    return SoftmaxExplanation(
        params=params,
        logits=_floats(z),
        steps=_steps(scaled, shifted, exponential, total, p),
        p=_floats(p),
        log_sum_exp=log_sum_exp.item(),
        naive=_naive(scaled, target),
        loss=loss,
        gradient=_floats(gradient),
        autograd=_floats(autograd),
        difference=difference,
        agrees=agrees,
        argmax_logits=int(z.argmax()),
        argmax_p=int(p.argmax()),
        code=_snippet(params),
    )


def _refuse(params: SoftmaxParams) -> SoftmaxError | None:
    """Say what has no softmax, before anything is computed."""
    count = len(params.logits)
    rules: tuple[tuple[Callable[[], bool], SoftmaxError], ...] = (
        (
            lambda: 2 <= count <= MAX_CLASSES,
            SoftmaxError(
                f"expected 2 to {MAX_CLASSES} logits, given {count}",
                "Softmax shares one whole among classes, so it needs at least two.",
                f"Give 2 to {MAX_CLASSES} logits.",
            ),
        ),
        (
            lambda: all(map(math.isfinite, (*params.logits, params.shift, params.temperature))),
            SoftmaxError(
                "expected finite logits, shift and temperature",
                "Infinity minus infinity is not a number.",
                "Use finite numbers.",
            ),
        ),
        (
            lambda: params.temperature > 0,
            SoftmaxError(
                f"expected a temperature above 0, given {params.temperature:g}",
                "The logits are divided by the temperature. As it goes to 0, softmax goes to argmax, all of "
                "the probability on the largest logit; at 0 itself it would divide by zero, and below 0 it "
                "would turn the order of the classes round.",
                "Use a small positive temperature: T = 0.1.",
            ),
        ),
        (
            lambda: 0 <= params.target < count,
            SoftmaxError(
                f"expected a class from 0 to {count - 1}, given {params.target}",
                "The target is the index of a logit.",
                f"Use 0 to {count - 1}.",
            ),
        ),
        (
            lambda: params.dtype in TOLERANCE,
            SoftmaxError(
                f"unknown dtype {params.dtype!r}",
                "It must be a float.",
                f"Use one of {', '.join(TOLERANCE)}.",
            ),
        ),
    )
    return next((error for holds, error in rules if not holds()), None)


def _too_large(params: SoftmaxParams, limit: float) -> SoftmaxError:
    return SoftmaxError(
        f"a logit divided by the temperature does not fit {params.dtype}, whose largest number is {limit:g}",
        "Not even the stable form helps when the logits themselves are infinite.",
        "Take the shift away and use float32.",
    )


def _floats(values: torch.Tensor) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _steps(
    scaled: torch.Tensor,
    shifted: torch.Tensor,
    exponential: torch.Tensor,
    total: torch.Tensor,
    p: torch.Tensor,
) -> tuple[SoftmaxStep, ...]:
    return (
        SoftmaxStep("scaled", "z / T", "scaled = z / T", "Temperature scales the distances.", _floats(scaled)),
        SoftmaxStep("shifted", "− max", "shifted = scaled - scaled.max()", "The largest becomes 0.", _floats(shifted)),
        SoftmaxStep("exp", "exp", "e = shifted.exp()", "All positive, none above 1.", _floats(exponential)),
        SoftmaxStep("sum", "Σ", "total = e.sum()", "Between 1 and the number of classes.", (total.item(),)),
        SoftmaxStep("p", "÷ Σ", "p = e / total", "Shares of the whole: they sum to 1.", _floats(p)),
    )


def _naive(scaled: torch.Tensor, target: int) -> NaiveForm:
    load_torch()
    import torch

    exponential = scaled.exp()
    total = exponential.sum()
    p = exponential / total
    return NaiveForm(
        exp=_floats(exponential),
        total=total.item(),
        p=_floats(p),
        log_sum_exp=total.log().item(),
        loss=-p[target].log().item(),
        limit=math.log(torch.finfo(scaled.dtype).max),
    )


def _compare(
    pairs: tuple[tuple[torch.Tensor, torch.Tensor], ...], tolerance: float, *, scale: float
) -> tuple[float, bool]:
    """Largest absolute difference, and whether rounding at that scale explains it."""
    difference = max(float((hand - library).abs().max()) for hand, library in pairs)
    return difference, difference <= tolerance * scale


def _snippet(params: SoftmaxParams) -> str:
    return f"""import torch
from torch.nn.functional import cross_entropy, log_softmax, nll_loss, one_hot

z = torch.tensor({list(params.logits)}, dtype=torch.{params.dtype}) + {params.shift}
T, target = {params.temperature}, torch.tensor({params.target})

scaled = z / T
shifted = scaled - scaled.max()
e = shifted.exp()
total = e.sum()
p = e / total
log_sum_exp = scaled.max() + total.log()

naive_e = scaled.exp()  # nothing subtracted
naive_p = naive_e / naive_e.sum()

gradient = (p - one_hot(target, len(z)).to(z.dtype)) / T
leaf = z.clone().requires_grad_()
loss = cross_entropy(leaf / T, target)
(autograd,) = torch.autograd.grad(loss, leaf)


def show(name, *values):
    print(f"{{name}}: {{' '.join(f'{{float(value):.4f}}' for value in values)}}")


show("p", *p)
show("log-sum-exp", log_sum_exp)
show("naive p", *naive_p)
show("naive log-sum-exp", naive_e.sum().log())
show("cross-entropy", nll_loss(log_softmax(scaled, dim=0), target), loss.detach())
show("softmax twice", cross_entropy(p, target))
show("gradient", *gradient)
show("autograd", *autograd)
show("argmax", z.argmax(), p.argmax())
"""
