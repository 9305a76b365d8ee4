"""What is said of a derivation: the claims of each outcome."""

from __future__ import annotations

import math

import numpy as np

from primer_core.claims.claim import Claim
from primer_core.claims.derivations import (
    ChangesNothing,
    Clones,
    DifferFrom,
    FlatStaircase,
    FromRandom,
    GradientsAgree,
    JacobianCancels,
    LargerBatch,
    LargestDifference,
    Lines,
    Mistaken,
    NoGradientOf,
    NoHiddenLayer,
    NoRelu,
    OneRow,
    PassedThrough,
    Rightly,
    StepChanges,
)
from primer_core.lessons.backprop_by_hand.explain import Declined, Derived, Outcome, Worked
from primer_core.lessons.backprop_by_hand.question import BackpropQuestion
from primer_core.lessons.backprop_by_hand.rules import mistaken_lines
from primer_core.lessons.backprop_by_hand.steps import COMPARED, Array
from primer_core.lessons.event import Puts
from primer_core.lessons.outcome import Unread


def claims_of(question: BackpropQuestion, outcome: Outcome) -> tuple[Claim, ...]:
    """List all that the page says of an outcome."""
    if isinstance(outcome, Unread):
        return ()
    steps = tuple(claim for step in outcome.worked.steps for claim in (step.meaning, step.comparison))
    said = (*story(question, outcome), *(claim for claim, _ in fixes(question, outcome)), *steps)
    if isinstance(outcome, Derived) and not outcome.worked.wrong:
        return (agreement(outcome), *said)
    return said


def agreement(derived: Derived) -> Claim:
    """Say that every gradient agrees."""
    return GradientsAgree(sum(_is_compared(step.symbol) for step in derived.worked.steps))


def _is_compared(symbol: str) -> bool:
    return symbol.startswith(COMPARED)


def story(question: BackpropQuestion, outcome: Derived | Declined) -> tuple[Claim, ...]:
    """Say what the derivation came to."""
    worked = outcome.worked
    if isinstance(outcome, Declined):
        return (Mistaken(question.slip, _spoiled(outcome)),)
    if worked.wrong:
        lines = _spoiled(outcome)  # none where rounding alone takes a gradient away from autograd's
        mistake = (Mistaken(question.slip, lines),) if lines else ()
        return (*mistake, differing(worked), *told(outcome))
    if question.slip == "none":
        compared = (step.difference for step in worked.steps if _is_compared(step.symbol))
        return (LargestDifference(max(compared)), *told(outcome))
    return (_unseen(worked), *told(outcome))


def differing(worked: Worked) -> DifferFrom:
    """Name what differs from autograd, in the order in which it was derived."""
    return DifferFrom(tuple(step.symbol for step in worked.wrong))


def _spoiled(outcome: Derived | Declined) -> Lines:
    """The mistaken lines that were worked out, each with the right one."""
    lines = [step.code for step in outcome.worked.steps]
    lines += [outcome.line] if isinstance(outcome, Declined) else []
    return tuple(pair for pair in mistaken_lines(outcome.worked.params) if pair[0] in lines)


def _unseen(worked: Worked) -> Claim:
    """Say why a mistake does not show."""
    params, lines = worked.params, mistaken_lines(worked.params)
    if not lines:
        return NoHiddenLayer() if len(params.sizes) == 2 else NoRelu()
    if params.slip == "no 1/B" and params.batch == 1:
        return OneRow()
    return ChangesNothing(params.slip, lines)


def fixes(question: BackpropQuestion, outcome: Derived | Declined) -> tuple[tuple[Claim, Puts], ...]:
    """List what would show the right gradients, or the mistake, and what it puts into the fields."""
    worked = outcome.worked
    if isinstance(outcome, Declined) or worked.wrong:
        lines = _spoiled(outcome)
        return ((Rightly(lines), {"slip": "none"}),) if lines else ()
    if question.slip == "no 1/B" and worked.params.batch == 1 and not {"X", "labels"} & worked.params.typed.keys():
        return ((LargerBatch(), {"batch": "3"}),)
    if outcome.seed is None:
        return ()
    return ((FromRandom(outcome.seed, outcome.seed_loss), {"start": "random", "seed": str(outcome.seed)}),)


def told(derived: Derived) -> tuple[Claim, ...]:
    """Say what is worth saying of the numbers."""
    worked = derived.worked
    return (
        *_cancelled(worked), *_nothing(worked), *_alike(worked), *_staircase(worked), *_losses(derived),
    )  # fmt: skip


def _value(worked: Worked, symbol: str) -> Array | None:
    quantity = worked.quantities.get(symbol)
    return None if quantity is None else quantity.value


def _cancelled(worked: Worked) -> tuple[Claim, ...]:
    """Say that the Jacobian of softmax and the derivative of the logarithm cancel."""
    last = f"delta{len(worked.params.sizes) - 1}"
    delta, p, y = (_value(worked, symbol) for symbol in (last, "p", "y"))
    right = worked.params.by_jacobian and worked.params.slip not in ("diagonal only", "no 1/B")
    if not right or delta is None or p is None or y is None or not np.isfinite(delta).all():
        return ()
    return (JacobianCancels(last, float(np.abs(delta - (p - y) / worked.params.batch).max())),)


def _nothing(worked: Worked) -> tuple[Claim, ...]:
    """Say which weights have no gradient at all, and which of its two factors is 0."""
    if worked.params.slip == "z instead of h":
        return ()
    found: list[Claim] = []
    for k in range(1, len(worked.params.sizes)):
        came_in = "X" if k == 1 else f"h{k - 1}"
        factors = {symbol: _value(worked, symbol) for symbol in (came_in, f"delta{k}")}
        gradient = _value(worked, f"dW{k}")
        if gradient is not None and not gradient.any():
            zero = tuple(symbol for symbol, value in factors.items() if value is not None and not value.any())
            found.append(NoGradientOf(f"W{k}", zero))
    return tuple(found)


def _alike(worked: Worked) -> tuple[Claim, ...]:
    """Say which layers consist of units that are alike."""
    return tuple(Clones(k, worked.params.sizes[k]) for k in worked.clones)


def _staircase(worked: Worked) -> tuple[Claim, ...]:
    """Say what rounding does on the way back."""
    last = str(len(worked.params.sizes) - 1)
    below = [step for step in worked.steps if _is_compared(step.symbol) and not step.symbol.endswith(last)]
    if not below:
        return ()
    match worked.params.activation:
        case "round":
            return (FlatStaircase(tuple(step.symbol for step in below if not step.autograd.any())),)
        case "straight through":
            alive = tuple(step.symbol for step in below if step.autograd.any())
            return (PassedThrough(alive),) if alive else ()
    return ()


def _losses(derived: Derived) -> tuple[Claim, ...]:
    """Say what one step makes of the loss."""
    before, after = derived.loss_before, derived.loss_after
    if not (math.isfinite(before) and math.isfinite(after)):
        return ()
    return (StepChanges(derived.worked.params.learning_rate, before, after),)
