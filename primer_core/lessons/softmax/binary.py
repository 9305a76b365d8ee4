"""Each logit by itself, yes or no: sigmoid and binary cross-entropy, in two steps and in one.

``binary_cross_entropy`` takes probabilities, and its logarithms are never below −100. The form with logits computes
max(z, 0) − z·y + log(1 + e^−|z|), in which nothing can overflow and no digit of a large logit is lost.
"""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.backend import Declined, backend
from primer_core.backend.loading import load_torch
from primer_core.lessons.outcome import Unread
from primer_core.lessons.softmax import code
from primer_core.lessons.softmax.asked import Asked, weights
from primer_core.lessons.softmax.fixes import Fault, FaultKind, Fix, binary_fixes, logits_fixes
from primer_core.lessons.softmax.losses import Array, LossForm, as_array, binary_losses

TORCH = backend("PyTorch")

LEAST_LOG = -100.0
"""What ``binary_cross_entropy`` takes for the logarithm of what is smaller than e^−100."""


@dataclass(frozen=True, slots=True, eq=False)
class BinaryDeclined:
    """PyTorch declines a loss of logits each of which is a question by itself.

    Parameters
    ----------
    asked
        What was asked.
    declined
        PyTorch's error.
    call
        The call that raises it.
    fault
        What is wrong with the target; None where it is the logits.
    fixes
        What would work.
    code
        Plain Python that prints the error.
    """

    asked: Asked
    declined: Declined
    call: str
    fault: Fault | None
    fixes: tuple[Fix, ...]
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class Yes:
    """Logits each of which is a question by itself. Arrays are (N,), one number a logit, in C order.

    Parameters
    ----------
    asked
        What was asked.
    z, scaled, p
        The logits with the shift, divided by T, and their sigmoid.
    y
        The targets.
    log_p, log_q
        Logarithms of p and of 1 − p, as ``binary_cross_entropy`` takes them.
    two_steps
        The loss of each logit by ``binary_cross_entropy`` of p.
    largest, product, rest
        max(z, 0), z·y and log(1 + e^−|z|).
    one_step
        The loss of each by the form with logits.
    forms
        What PyTorch says of all of them: first with sigmoid in front, then with logits.
    share
        By which factor each loss goes into the whole.
    code
        Plain Python that computes and prints all of it.
    """

    asked: Asked
    z: Array
    scaled: Array
    p: Array
    y: Array
    log_p: Array
    log_q: Array
    two_steps: Array
    largest: Array
    product: Array
    rest: Array
    one_step: Array
    forms: tuple[LossForm, LossForm]
    share: float
    code: str

    @property
    def saturated(self) -> tuple[int, ...]:
        """Return which logits have a sigmoid that rounds to 0 or 1 while their target is another."""
        found = ((self.p == 1) & (self.y < 1)) | ((self.p == 0) & (self.y > 0))
        return tuple(int(place) for place in found.nonzero()[0])


Binary = BinaryDeclined | Yes


def explain_binary(asked: Asked) -> Binary | Unread:
    """Ask PyTorch for both losses, and work both out step by step."""
    load_torch()
    import torch
    from torch.nn import functional

    scaled, target = asked.divided(asked.z), asked.target.values
    if not asked.z.is_floating_point():
        declined = TORCH.attempt(functional.binary_cross_entropy_with_logits, scaled, target)
        if isinstance(declined, Declined):
            call = "binary_cross_entropy_with_logits(z, target)"
            snippet = code.declined_binary(asked, declined, call)
            return BinaryDeclined(asked, declined, call, None, logits_fixes(asked), snippet)
        message = (
            f"These logits are {str(asked.z.dtype).removeprefix('torch.')}, which has no gradient. Write decimals."
        )
        return Unread("logits", message)
    forms = binary_losses(asked)
    refused = next((form for form in reversed(forms) if form.declined is not None), None)
    if refused is not None and refused.declined is not None:
        # PyTorch takes some targets as long as no gradient is to be recorded.
        name = "z" if _is_declined_plainly(asked, refused) else "leaf"
        call = refused.code.replace("logits", name).replace(f"_with_{name}", "_with_logits")
        found = _fault(asked)
        fixes = binary_fixes(asked, found.kind)
        snippet = code.declined_binary(asked, refused.declined, call)
        return BinaryDeclined(asked, refused.declined, call, found, fixes, snippet)
    s, y = scaled.reshape(-1), target.to(scaled.dtype).reshape(-1)
    p = s.sigmoid()
    log_p, log_q = p.log().clamp(min=LEAST_LOG), (1 - p).log().clamp(min=LEAST_LOG)
    rest = (-s.abs()).exp().log1p()
    counted = torch.ones(s.numel(), dtype=torch.bool)
    return Yes(
        asked=asked,
        z=as_array(asked.z.reshape(-1)),
        scaled=as_array(s),
        p=as_array(p),
        y=as_array(y),
        log_p=as_array(log_p),
        log_q=as_array(log_q),
        two_steps=as_array(functional.binary_cross_entropy(p, y, reduction="none")),
        largest=as_array(s.clamp(min=0)),
        product=as_array(s * y),
        rest=as_array(rest),
        one_step=as_array(functional.binary_cross_entropy_with_logits(s, y, reduction="none")),
        forms=forms,
        share=float(weights(asked.question.reduction, counted)[0]),
        code=code.binary_snippet(asked, forms),
    )


def _is_declined_plainly(asked: Asked, refused: LossForm) -> bool:
    """Whether PyTorch says the same of logits whose gradient nobody asks for."""
    load_torch()
    from torch.nn import functional

    scaled, target = asked.divided(asked.z), asked.target.values
    if refused.name == "with logits":
        tried = TORCH.attempt(functional.binary_cross_entropy_with_logits, scaled, target)
    else:
        tried = TORCH.attempt(functional.binary_cross_entropy, scaled.sigmoid(), target)
    return isinstance(tried, Declined) and refused.declined is not None and tried.words == refused.declined.words


def _fault(asked: Asked) -> Fault:
    """Say what is wrong with a target of yes or no."""
    target, z = asked.target.values, asked.z
    shape, dtype = tuple(target.shape), str(target.dtype).removeprefix("torch.")
    if target.shape != z.shape:
        return Fault("rows", dtype, shape)
    if target.dtype != z.dtype:
        return Fault("dtype", dtype, shape)
    wrong = ((target < 0) | (target > 1)).reshape(-1)
    kind: FaultKind = "outside" if wrong.any() else "other"
    places = tuple(wrong.nonzero().reshape(-1).tolist())
    return Fault(kind, dtype, shape, places, tuple(target.reshape(-1)[wrong].tolist()))
