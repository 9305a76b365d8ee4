"""What is worth saying of a derivation's numbers: gradients that are nothing, units that are alike, what cancels."""

from __future__ import annotations

import numpy as np

from primer_core.lessons.backprop_by_hand.explain import Derived, Worked
from primer_core.lessons.backprop_by_hand.steps import Array, label
from primer_core.picture.number import number_text
from primer_core.picture.text import Strong, Text, joined, text


def told(derived: Derived) -> tuple[Text, ...]:
    """Tell what holds of the numbers of this derivation."""
    worked = derived.worked
    return (*_cancelled(worked), *_nothing(worked), *_alike(worked), *_staircase(worked))


def _value(worked: Worked, symbol: str) -> Array | None:
    quantity = worked.quantities.get(symbol)
    return None if quantity is None else quantity.value


def _cancelled(worked: Worked) -> tuple[Text, ...]:
    """Say that the Jacobian of softmax and the derivative of the logarithm cancel."""
    last = len(worked.params.sizes) - 1
    delta, p, y = (_value(worked, symbol) for symbol in (f"delta{last}", "p", "y"))
    right = worked.params.by_jacobian and worked.params.slip != "diagonal only"
    if not right or delta is None or p is None or y is None or not np.isfinite(delta).all():
        return ()
    short = (p - y) / worked.params.batch
    difference = float(np.abs(delta - short).max())
    return (
        text(
            "Softmax couples all classes: its Jacobian diag(p) − p pᵀ has entries off the diagonal. Multiplied by "
            "−y / p all of it cancels to ",
            Strong("(p − y) / B"),
            f", from which {label(f'delta{last}')} differs here by at most {number_text(difference, 3)}.",
        ),
    )


def _nothing(worked: Worked) -> tuple[Text, ...]:
    """Say which weights have no gradient at all, and which of its two factors is 0."""
    lines = []
    for k in range(1, len(worked.params.sizes)):
        gradient, delta = _value(worked, f"dW{k}"), _value(worked, f"delta{k}")
        came_in = _value(worked, "X" if k == 1 else f"h{k - 1}")
        if gradient is None or delta is None or came_in is None or gradient.any():
            continue
        factors: list[Text] = [
            text(f"{what}, ", Strong(label(symbol)), ", is 0")
            for what, symbol, values in (
                ("what came in", "X" if k == 1 else f"h{k - 1}", came_in),
                ("what came back", f"delta{k}", delta),
            )
            if not values.any()
        ]
        why: Text = (": ", *joined(factors, " and ")) if factors else (": the terms of each sum cancel",)
        lines.append(text("No weight of ", Strong(label(f"W{k}")), " has a gradient", *why, "."))
    return tuple(lines)


def _alike(worked: Worked) -> tuple[Text, ...]:
    """Say which layers consist of units that are alike."""
    return tuple(
        text(
            f"All units of layer {k} are clones: the same numbers forward, the same gradients back. A step leaves them "
            "alike, so that they count as one unit; random first weights break the tie."
        )
        for k in worked.clones
    )


def _staircase(worked: Worked) -> tuple[Text, ...]:
    """Say what rounding does on the way back."""
    if len(worked.params.sizes) < 3:
        return ()
    match worked.params.activation:
        case "round":
            return (
                text(
                    "Rounding is a staircase, flat almost everywhere: PyTorch raises no error, the graph is there, and "
                    "what it carries back is 0. The layers before it never learn."
                ),
            )
        case "straight through":
            return (
                text(
                    "The numbers are rounded on the way, and the gradient passes as if they were not: z + (round(z) − "
                    "z).detach(). It is an estimate that is meant, not the derivative of what was computed."
                ),
            )
    return ()
