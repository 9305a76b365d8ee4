"""What is wrong with a target or with logits that PyTorch declines, and the changes that were tried and work."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from primer_core.backend import Declined, backend
from primer_core.backend.loading import load_torch
from primer_core.claims.claim import Claim
from primer_core.claims.losses import DimPut, IgnoreIndexPut, LogitsPut, TargetPut, TemperaturePut
from primer_core.language.limits import Refused
from primer_core.language.parsing import code_expression
from primer_core.language.reader import read_expression
from primer_core.lessons.softmax.asked import TAKEN, Asked
from primer_core.lessons.softmax.losses import binary_losses, gradient_of, is_finite
from primer_core.lessons.softmax.question import SoftmaxQuestion
from primer_core.lessons.softmax.reading import read_logits, read_target

if TYPE_CHECKING:
    import torch

TORCH = backend("PyTorch")

_MOST = 3
"""Fixes that are offered at once."""

_TEMPERATURES = (0.1, 1.0)
"""Temperatures that are tried where another gives nothing finite."""

FaultKind = Literal[
    "rows", "axes", "listed", "dtype", "probabilities dtype", "ignored probabilities", "range", "outside", "other"
]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a target.

    Parameters
    ----------
    kind
        *rows*: there are not as many targets as rows; *axes*: it has an axis too many; *listed*: the class number of a
        lone row stands in a list; *dtype*: class numbers of a wrong
        dtype; *probabilities dtype*: a target of the logits' shape that holds no decimals; *ignored probabilities*: an
        ``ignore_index`` beside probabilities; *range*: class numbers that are none; *outside*: targets of yes or no
        that are not from 0 to 1; *other*: none of these.
    dtype, shape
        Of the target.
    places
        Flat indices of the values at fault, where it is values.
    values
        Those values.
    """

    kind: FaultKind
    dtype: str
    shape: tuple[int, ...]
    places: tuple[int, ...] = ()
    values: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that was tried and works.

    Parameters
    ----------
    claim
        What it does, and what comes of it.
    puts
        Text of each field that it changes.
    """

    claim: Claim
    puts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A change that may work.

    Parameters
    ----------
    claim
        Makes what is said of it from the loss that comes of it.
    puts
        Text of each field that it changes.
    """

    claim: Callable[[float], Claim]
    puts: Mapping[str, str]


def fault(asked: Asked) -> Fault:
    """Say what is wrong with the target of a cross-entropy that PyTorch declines."""
    load_torch()
    import torch

    target, z = asked.target.values, asked.z
    whole = target.dtype in (torch.int64, torch.uint8)
    if target.shape == z.shape:
        kind: FaultKind = "other"
        if not target.is_floating_point():
            kind = "probabilities dtype"
        elif asked.question.ignore_index != TAKEN:
            kind = "ignored probabilities"
        return _fault(kind, target)
    if asked.is_batch:
        if target.ndim == 0 or len(target) != len(z):
            return _fault("rows", target)
        if target.ndim > 1:
            return _fault("axes", target)
    elif target.ndim > 1:
        return _fault("axes", target)
    elif target.numel() != 1:
        return _fault("rows", target)
    if not whole:
        return _fault("dtype", target)
    wrong = ((target < 0) | (target >= asked.classes)) & (target != asked.question.ignore_index)
    if wrong.any():
        return _fault("range", target, wrong)
    return _fault("listed" if not asked.is_batch and target.ndim else "other", target)


def target_fixes(asked: Asked) -> tuple[Fix, ...]:
    """Return changes of a target after which cross-entropy has a finite value, best first."""
    return tuple(_first(_class_candidates(asked), asked.question))


def binary_fixes(asked: Asked, kind: FaultKind) -> tuple[Fix, ...]:
    """Return changes of a target after which both binary losses have a finite value, best first."""
    return tuple(_first(_binary_candidates(asked, kind), asked.question))


def logits_fixes(asked: Asked) -> tuple[Fix, ...]:
    """Return changes after which the logits have a softmax, best first."""
    question, z = asked.question, asked.z
    found = []
    if z.is_complex():
        found.append(_logits(asked, ".real", str(z.real.dtype)))
    elif not z.is_floating_point():
        found.append(_logits(asked, ".float()", "torch.float32"))
    if question.loss == "classes":
        found.append(_Candidate(lambda _: DimPut(-1), {"dim": "-1"}))
    return tuple(_first(iter(found), question))


def temperature_fixes(question: SoftmaxQuestion) -> tuple[Fix, ...]:
    """Return a temperature at which the loss and its gradient are finite, if one is found."""
    candidates = (_Candidate(partial(TemperaturePut, each), {"T": f"{each:g}"}) for each in _TEMPERATURES)
    return tuple(_first(candidates, question))[:1]


def _fault(kind: FaultKind, target: torch.Tensor, wrong: torch.Tensor | None = None) -> Fault:
    shape, dtype = tuple(target.shape), str(target.dtype).removeprefix("torch.")
    if wrong is None:
        return Fault(kind, dtype, shape)
    places = tuple(wrong.reshape(-1).nonzero().reshape(-1).tolist())
    return Fault(kind, dtype, shape, places, tuple(target[wrong].tolist()))


def _class_candidates(asked: Asked) -> Iterator[_Candidate]:
    found, target, z = fault(asked), asked.target.values, asked.z
    load_torch()
    import torch

    whole = "" if target.dtype in (torch.int64, torch.uint8) else ".long()"
    is_whole = not whole or (not target.is_complex() and bool((target == target.to(torch.int64)).all()))
    match found.kind:
        case "dtype" if is_whole:
            yield _after(asked, ".long()", "Class numbers of int64")
        case "probabilities dtype":
            yield _after(asked, ".float()", "Probabilities are decimals")
            if z.ndim == 2 and bool((target.sort(1).values[:, :-1] == 0).all() and (target.amax(1) == 1).all()):
                yield _after(asked, ".float().argmax(1)", "Class numbers instead")
        case "ignored probabilities":
            yield _Candidate(partial(IgnoreIndexPut, TAKEN), {"ignore_index": str(TAKEN)})
        case "listed":
            yield _after(asked, "[0]", "The number itself")
        case "axes" if target.numel() == asked.count and is_whole:
            yield _after(asked, f".reshape(-1){whole}" if asked.is_batch else f".reshape(()){whole}", "One axis")
        case "rows" if target.numel() == 1 and is_whole:
            yield _after(asked, f".reshape(()).expand({asked.count}){whole}", "The same class for every row")
        case "range":
            yield from _into_range(asked, found)


def _into_range(asked: Asked, found: Fault) -> Iterator[_Candidate]:
    least, most = int(asked.target.values.min()), int(asked.target.values.max())
    if least >= 1 and most == asked.classes:
        yield _after(asked, " - 1", "Count classes from 0")
    if len(set(found.values)) == 1:
        value = int(found.values[0])
        yield _Candidate(partial(IgnoreIndexPut, value), {"ignore_index": str(value)})
    if -asked.classes <= least < 0 and most < asked.classes:
        yield _after(asked, f" % {asked.classes}", "Count negative numbers from the end, as Python does")


def _binary_candidates(asked: Asked, kind: FaultKind) -> Iterator[_Candidate]:
    target, z = asked.target.values, asked.z
    dtype = str(z.dtype)
    shape = tuple(z.shape)
    match kind:
        case "dtype":
            yield _after(asked, f".to({dtype})", "The dtype of the logits")
        case "rows" if target.numel() == z.numel():
            reshaped = f".reshape({', '.join(map(str, shape)) or '()'})"
            yield _after(asked, reshaped, "The shape of the logits")
            yield _after(asked, f"{reshaped}.to({dtype})", "The shape and the dtype of the logits")
        case "rows" if target.numel() == 1:
            yield _after(
                asked, f".reshape(()).expand({', '.join(map(str, shape))}).to({dtype})", "The same for every one"
            )
        case "outside":
            yield _after(asked, ".clamp(0, 1)", "Within 0 and 1")


def _after(asked: Asked, suffix: str, action: str) -> _Candidate:
    """Put something behind the target as it was typed."""
    typed = _name_read_off(asked.question.target)
    made = f"torch.tensor({typed})" if asked.target.written else typed
    text = f"{_atom(made, operator=suffix.startswith(' '))}{suffix}"
    return _Candidate(partial(TargetPut, action, text), {"target": text})


def _logits(asked: Asked, suffix: str, dtype: str) -> _Candidate:
    text = f"{_atom(_name_read_off(asked.question.typed), operator=False)}{suffix}"
    return _Candidate(lambda _: LogitsPut(text, dtype.removeprefix("torch.")), {"logits": text})


def _name_read_off(text: str) -> str:
    """Return an expression without imports and the name in front."""
    return read_expression(text).text


def _atom(text: str, *, operator: bool) -> str:
    """Put a text in brackets where something behind it would belong to its last term alone."""
    node = code_expression(text)
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call | ast.List | ast.Tuple) or (
        operator and isinstance(node, ast.Constant)
    ):
        return text
    return f"({text})"


def _first(candidates: Iterator[_Candidate], question: SoftmaxQuestion) -> Iterator[Fix]:
    """Yield the first candidates that work."""
    count = 0
    for candidate in candidates:
        mended = question.taking(candidate.puts)
        loss = None if mended is None else finite_loss(mended)
        if count < _MOST and loss is not None:
            count += 1
            yield Fix(candidate.claim(loss), candidate.puts)


def finite_loss(question: SoftmaxQuestion) -> float | None:
    """Return the loss of a question, summed where it is not reduced; None unless it and its gradient are finite."""
    try:
        logits = read_logits(question)
        z = logits.values + question.shift if question.shift else logits.values
        target = read_target(question, z)
    except Refused:
        return None
    asked = Asked(question, logits, target, z)
    if question.loss == "binary":
        return _binary_loss(asked)
    return _class_loss(asked) if z.ndim > 0 else None


def _class_loss(asked: Asked) -> float | None:
    load_torch()
    from torch.nn import functional

    scaled, target = asked.divided(asked.z), asked.target.values
    loss = TORCH.attempt(functional.cross_entropy, scaled, target, **asked.keywords)
    if isinstance(TORCH.attempt(functional.softmax, scaled, int(asked.question.dim)), Declined):
        return None
    slope = loss if isinstance(loss, Declined) else gradient_of(asked)
    if isinstance(loss, Declined) or isinstance(slope, Declined) or not is_finite(asked, loss, slope):
        return None
    return float(loss.double().sum())


def _binary_loss(asked: Asked) -> float | None:
    load_torch()
    import torch

    if not asked.z.is_floating_point():
        return None
    forms = binary_losses(asked)
    if not all(form.declined is None and bool(torch.from_numpy(form.value).isfinite().all()) for form in forms):
        return None
    return float(forms[1].value.sum(dtype=float))
