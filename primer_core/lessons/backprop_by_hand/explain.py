"""Back-propagation through a ReLU network by hand, every line of it next to what autograd finds.

The network is ``z1 = X W1 + b1``, ``h1 = relu(z1)``, ..., ``zL = h(L-1) WL + bL`` with the mean cross-entropy
of ``softmax(zL)`` against one-hot labels ``y``. Its derivation is in C. Bishop, Pattern Recognition and
Machine Learning (2006), section 5.3; the mean over a batch of B rows is where the 1/B of the first delta
comes from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from primer_core.backend.loading import load_torch
from primer_core.lessons.backprop_by_hand.code import backprop_snippet
from primer_core.lessons.backprop_by_hand.network import (
    DIGIT_CLASSES,
    DIGIT_PIXELS,
    BackpropParams,
    by_autograd,
    draw_batch,
    given_role,
    given_values,
    layer_of,
    updated_loss,
)
from primer_core.lessons.backprop_by_hand.rules import SLIPS, derivation
from primer_core.lessons.backprop_by_hand.steps import Quantity, Step, compare, label

__all__ = [
    "SLIPS",
    "TOLERANCE",
    "BackpropExplanation",
    "BackpropParams",
    "Failure",
    "Quantity",
    "Step",
    "hand_backprop",
]

TOLERANCE: Mapping[str, float] = {"float32": 1e-6, "float64": 1e-12}
"""Largest difference from autograd that rounding explains, for values up to 1 and in proportion above."""

MAX_WIDTH, MAX_BATCH, MAX_LAYERS = 64, 16, 3


@dataclass(frozen=True, slots=True)
class Failure:
    """A derivation that could not go on: where, in PyTorch's own words, why, and what to do."""

    symbol: str
    code: str
    message: str
    cause: str
    fix: str


@dataclass(frozen=True, slots=True, eq=False)
class BackpropExplanation:
    """The derivation, step by step.

    Parameters
    ----------
    params
        What was asked.
    quantities
        Every array, by symbol: inputs, parameters, then what the steps gave, in order.
    steps
        Forward, backward, update.
    labels
        The class of each row, 0-based.
    loss_before, loss_after
        Mean cross-entropy before and after the update with the gradients derived by hand.
    difference
        Largest difference of a gradient from autograd's.
    agrees
        Whether every step agrees.
    failure
        Set when the derivation stopped; the steps before it stand.
    code
        Plain Python that prints what `printed` says.
    """

    params: BackpropParams
    quantities: Mapping[str, Quantity] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    labels: tuple[int, ...] = ()
    loss_before: float | None = None
    loss_after: float | None = None
    difference: float | None = None
    agrees: bool = False
    failure: Failure | None = None
    code: str = ""

    @property
    def first_wrong(self) -> Step | None:
        """The first step that differs from autograd, if one does."""
        return next((step for step in self.steps if not step.agrees), None)

    @property
    def printed(self) -> str:
        """What running `code` prints: the numbers of the page."""
        if self.failure is not None:
            return self.failure.message
        if self.loss_before is None or self.loss_after is None:
            return ""
        lines = [f"{step.symbol}: {step.difference:.1e}" for step in self.steps if step.phase == "backward"]
        lines += [f"loss before {self.loss_before:.6f}", f"loss after  {self.loss_after:.6f}"]
        return "\n".join(lines)


def hand_backprop(params: BackpropParams) -> BackpropExplanation:
    """Derive every gradient of a small network by hand, compare each with autograd, and take one step.

    Parameters
    ----------
    params
        The network, the batch, the seed, and a mistake to make.

    Returns
    -------
    BackpropExplanation
        Sizes that cannot be taken, and a mistake that PyTorch refuses, come back as its `failure`.

    Examples
    --------
    >>> hand_backprop(BackpropParams(sizes=(2, 3, 2), seed=1)).agrees
    True
    """
    refused = _refuse(params)
    if refused is not None:
        return BackpropExplanation(params, failure=refused)
    load_torch()
    import torch

    x, labels = draw_batch(params)
    values = given_values(params, x, labels)
    reference = by_autograd(params, values, labels)
    layers = len(params.sizes) - 1
    quantities = {
        name: Quantity(name, label(name), given_role(name), layer_of(name), value.numpy())
        for name, value in values.items()
    }
    plans = derivation(layers, params)
    steps: list[Step] = []
    failure = None
    with torch.no_grad():
        for plan in plans:
            try:
                value = plan.compute(values)
            except RuntimeError as error:
                failure = Failure(
                    plan.symbol,
                    plan.code,
                    str(error).splitlines()[0],
                    SLIPS[params.slip],
                    "Derive it correctly.",
                )
                break
            values[plan.symbol] = value
            quantities[plan.symbol] = Quantity(plan.symbol, label(plan.symbol), plan.role, plan.layer, value.numpy())
            steps.append(compare(plan, values, reference[plan.symbol], TOLERANCE[params.dtype]))
        loss_after = None if failure else updated_loss(values, labels, layers)
    gradients = [step.difference for step in steps if step.phase == "backward"]
    return BackpropExplanation(
        params=params,
        quantities=quantities,
        steps=tuple(steps),
        labels=tuple(labels.tolist()),
        loss_before=float(values["loss"]) if "loss" in values else None,
        loss_after=loss_after,
        difference=max(gradients, default=None),
        agrees=failure is None and all(step.agrees for step in steps),
        failure=failure,
        code=backprop_snippet(params, plans, failure.symbol if failure else None),
    )


def _refuse(params: BackpropParams) -> Failure | None:
    """Say what cannot be taken, before anything is computed."""

    def failure(message: str, fix: str) -> Failure:
        return Failure("", "", message, "The network cannot be built.", fix)

    sizes, given = params.sizes, f"given {'-'.join(map(str, params.sizes))}"
    if not 2 <= len(sizes) - 1 <= MAX_LAYERS:
        return failure(f"expected 2 or {MAX_LAYERS} layers of weights, {given}", "Use sizes such as 2-3-2 or 2-3-3-2.")
    if sizes[0] == DIGIT_PIXELS and sizes[-1] != DIGIT_CLASSES:
        return failure(f"digits have {DIGIT_CLASSES} classes, {given}", f"End the sizes with {DIGIT_CLASSES}.")
    narrow = sizes[1:] if sizes[0] == DIGIT_PIXELS else sizes
    if not all(1 <= size <= MAX_WIDTH for size in narrow) or sizes[-1] < 2:
        return failure(
            f"expected widths of 1 to {MAX_WIDTH} and at least 2 classes, {given}",
            "Use smaller, positive widths.",
        )
    if not 1 <= params.batch <= MAX_BATCH:
        return failure(f"expected a batch of 1 to {MAX_BATCH}, given {params.batch}", f"Use 1 to {MAX_BATCH} rows.")
    if params.slip not in SLIPS:
        return failure(f"unknown slip {params.slip!r}", f"Use one of {', '.join(SLIPS)}.")
    if params.dtype not in TOLERANCE:
        return failure(f"unknown dtype {params.dtype!r}", f"Use one of {', '.join(TOLERANCE)}.")
    return None
