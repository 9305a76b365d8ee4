"""The losses asked of PyTorch itself, the right ones beside those that people write by mistake."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import Declined, backend
from primer_core.backend.loading import load_torch
from primer_core.lessons.softmax.asked import Asked, without_smoothing, written

if TYPE_CHECKING:
    import torch

TORCH = backend("PyTorch")

Array = NDArray[np.floating[Any]]

FormName = Literal[
    "cross_entropy", "nll of log_softmax", "nll of softmax", "softmax twice", "with logits", "sigmoid + BCE"
]


@dataclass(frozen=True, slots=True, eq=False)
class LossForm:
    """A loss as a program asks for it.

    Parameters
    ----------
    name
        Which form it is.
    code
        The call, from ``logits``, which are already divided by T, and ``target``.
    value
        The loss: a number, or one a row; empty where PyTorch declines.
    gradient
        The derivative of the loss, or of the sum of the rows' losses, by each logit; of the logits' shape.
    declined
        PyTorch's error; None where it has none.
    """

    name: FormName
    code: str
    value: Array
    gradient: Array
    declined: Declined | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Call:
    """A call of PyTorch's that gives a loss."""

    name: FormName
    code: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]


def class_losses(asked: Asked) -> tuple[LossForm, ...]:
    """Ask for the losses of logits of which one class is right.

    Parameters
    ----------
    asked
        What was asked; its target is one that ``cross_entropy`` takes.
    """
    load_torch()
    from torch.nn import functional

    dim = int(asked.question.dim)
    keywords = asked.keywords
    fewer = without_smoothing(keywords)
    own, other = written(keywords), written(fewer)
    leaf = asked.z.clone().requires_grad_()
    logits, target = asked.divided(leaf), asked.target.values
    p, log_p = functional.softmax(logits, dim), functional.log_softmax(logits, dim)
    soft, log_soft = f"softmax(logits, {dim})", f"log_softmax(logits, {dim})"
    calls = [
        _Call(
            "cross_entropy", f"cross_entropy(logits, target{own})", functional.cross_entropy, (logits, target), keywords
        ),
        _Call(
            "nll of log_softmax", f"nll_loss({log_soft}, target{other})", functional.nll_loss, (log_p, target), fewer
        ),
        _Call("nll of softmax", f"nll_loss({soft}, target{other})", functional.nll_loss, (p, target), fewer),
        _Call("softmax twice", f"cross_entropy({soft}, target{own})", functional.cross_entropy, (p, target), keywords),
    ]
    is_binary = asked.classes == 2 and not asked.has_probabilities and not set(keywords) - {"reduction"}
    if is_binary and bool(((target == 0) | (target == 1)).all()):  # a target that is ignored is no answer
        difference, truth = logits[..., 1] - logits[..., 0], target.to(logits.dtype)
        taken = "logits[..., 1] - logits[..., 0], target.to(logits.dtype)"
        sigmoid = taken.replace("logits[..., 1] - logits[..., 0]", "torch.sigmoid(logits[..., 1] - logits[..., 0])")
        calls += [
            _Call(
                "with logits",
                f"binary_cross_entropy_with_logits({taken}{other})",
                functional.binary_cross_entropy_with_logits,
                (difference, truth),
                fewer,
            ),
            _Call(
                "sigmoid + BCE",
                f"binary_cross_entropy({sigmoid}{other})",
                functional.binary_cross_entropy,
                (difference.sigmoid(), truth),
                fewer,
            ),
        ]
    return tuple(_asked_for(call, leaf) for call in calls)


def gradient_of(asked: Asked) -> torch.Tensor | Declined:
    """Ask for the derivative of the cross-entropy, which ``cross_entropy`` has taken, by each logit."""
    load_torch()
    import torch
    from torch.nn import functional

    leaf = asked.z.clone().requires_grad_()
    loss = functional.cross_entropy(asked.divided(leaf), asked.target.values, **asked.keywords)
    found = TORCH.attempt(torch.autograd.grad, loss.sum(), leaf)
    return found if isinstance(found, Declined) else found[0]


def is_finite(asked: Asked, loss: torch.Tensor, gradient: torch.Tensor) -> bool:
    """Return whether all that is shown of finite logits is finite.

    Parameters
    ----------
    asked
        What was asked.
    loss, gradient
        What PyTorch makes of it.
    """
    scaled = asked.divided(asked.z)
    shifted = scaled - scaled.amax(dim=-1, keepdim=True)
    held = (scaled.isfinite() & shifted.isfinite()) | ~asked.z.isfinite()
    return bool(held.all()) and not shifted.isnan().any() and bool(loss.isfinite().all() and gradient.isfinite().all())


def binary_losses(asked: Asked) -> tuple[LossForm, LossForm]:
    """Ask for both losses of logits each of which is a question by itself: with sigmoid in front, and with logits."""
    load_torch()
    from torch.nn import functional

    keywords = {name: value for name, value in asked.keywords.items() if name == "reduction"}
    own = written(keywords)
    leaf = asked.z.clone().requires_grad_()
    logits, target = asked.divided(leaf), asked.target.values
    return (
        _asked_for(
            _Call(
                "sigmoid + BCE",
                f"binary_cross_entropy(torch.sigmoid(logits), target{own})",
                functional.binary_cross_entropy,
                (logits.sigmoid(), target),
                keywords,
            ),
            leaf,
        ),
        _asked_for(
            _Call(
                "with logits",
                f"binary_cross_entropy_with_logits(logits, target{own})",
                functional.binary_cross_entropy_with_logits,
                (logits, target),
                keywords,
            ),
            leaf,
        ),
    )


def as_array(tensor: torch.Tensor) -> Array:
    """Return a tensor's numbers as NumPy's; bfloat16, which NumPy does not have, as float32."""
    load_torch()
    import torch

    plain = tensor.detach()
    return (plain.float() if plain.dtype == torch.bfloat16 else plain).numpy()


def _asked_for(call: _Call, leaf: torch.Tensor) -> LossForm:
    load_torch()
    import torch

    loss = TORCH.attempt(call.function, *call.arguments, **call.keywords)
    if isinstance(loss, Declined):
        nothing = np.zeros(0, np.float32)
        return LossForm(call.name, call.code, nothing, nothing, loss)
    (gradient,) = torch.autograd.grad(loss.sum(), leaf, retain_graph=True)
    return LossForm(call.name, call.code, as_array(loss), as_array(gradient))
