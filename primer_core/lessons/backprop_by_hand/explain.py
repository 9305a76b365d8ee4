"""Back-propagation through a ReLU network by hand, every line of it next to what autograd finds.

The network is ``z1 = X W1 + b1``, ``h1 = relu(z1)``, ..., ``zL = h(L-1) WL + bL`` with the mean cross-entropy
of ``softmax(zL)`` against one-hot labels ``y``. Its derivation is in C. Bishop, Pattern Recognition and
Machine Learning (2006), section 5.3; the mean over a batch of B rows is where the 1/B of the first delta
comes from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from primer_core.backend.loading import load_torch
from primer_core.lessons.backprop_by_hand.code import backprop_snippet
from primer_core.lessons.backprop_by_hand.network import (
    BackpropParams,
    DTypeName,
    by_autograd,
    draw_batch,
    given_role,
    given_values,
    layer_of,
    updated_loss,
)
from primer_core.lessons.backprop_by_hand.question import BackpropQuestion
from primer_core.lessons.backprop_by_hand.rules import derivation
from primer_core.lessons.backprop_by_hand.steps import Quantity, Step, compare, label

TOLERANCE: Mapping[DTypeName, float] = {"float32": 1e-6, "float64": 1e-12}
"""Largest difference from autograd that rounding explains, for values up to 1 and in proportion above."""


@dataclass(frozen=True, slots=True, eq=False)
class Worked:
    """The steps of a derivation, as far as it went.

    Parameters
    ----------
    params
        What was asked.
    labels
        The class of each row, 0-based.
    quantities
        Every array, by symbol: inputs, parameters, then what the steps gave, in order.
    steps
        Forward, backward, update.
    """

    params: BackpropParams
    labels: tuple[int, ...]
    quantities: Mapping[str, Quantity]
    steps: tuple[Step, ...]

    @property
    def wrong(self) -> tuple[Step, ...]:
        """Return the steps that differ from PyTorch by more than rounding explains."""
        return tuple(step for step in self.steps if not step.agrees)


@dataclass(frozen=True, slots=True, eq=False)
class Derived:
    """The derivation went through, rightly or with a mistake in it.

    Parameters
    ----------
    worked
        All of its steps.
    loss_before, loss_after
        Mean cross-entropy before and after the update with the gradients derived by hand.
    code
        Plain Python that prints what `printed` says.
    """

    worked: Worked
    loss_before: float
    loss_after: float
    code: str

    @property
    def difference(self) -> float:
        """Return the largest difference of a gradient from autograd's; infinite where a shape differs."""
        return max(step.difference for step in self.worked.steps if step.phase == "backward")

    @property
    def printed(self) -> str:
        """Return what running `code` prints: the numbers of the page."""
        lines = [f"{step.symbol}: {step.difference:.1e}" for step in self.worked.steps if step.phase == "backward"]
        lines += [f"loss before {self.loss_before:.6f}", f"loss after  {self.loss_after:.6f}"]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True, eq=False)
class Declined:
    """PyTorch declined a step.

    Parameters
    ----------
    worked
        The steps before it.
    symbol, line
        What the step would have given, and its line of code.
    message
        PyTorch's own words.
    code
        Plain Python that prints the message.
    """

    worked: Worked
    symbol: str
    line: str
    message: str
    code: str

    @property
    def printed(self) -> str:
        """Return what running `code` prints."""
        return self.message


Outcome = Derived | Declined


def explain(question: BackpropQuestion) -> Outcome:
    """Derive what a question asks for."""
    return derive(question.params)


def derive(params: BackpropParams) -> Outcome:
    """Derive every gradient of a small network by hand, compare each with autograd, and take one step.

    Parameters
    ----------
    params
        The network, the batch, the seed, and a mistake to make.

    Returns
    -------
    Derived or Declined
        `Declined` where the mistake is one that PyTorch raises an error for.

    Examples
    --------
    >>> derive(BackpropParams(sizes=(2, 3, 2), seed=1)).worked.wrong
    ()
    """
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
    with torch.no_grad():
        for plan in plans:
            try:
                value = plan.compute(values)
            except RuntimeError as error:
                worked = Worked(params, tuple(labels.tolist()), quantities, tuple(steps))
                code = backprop_snippet(params, plans, plan.symbol)
                return Declined(worked, plan.symbol, plan.code, str(error).splitlines()[0], code)
            values[plan.symbol] = value
            quantities[plan.symbol] = Quantity(plan.symbol, label(plan.symbol), plan.role, plan.layer, value.numpy())
            steps.append(compare(plan, values, reference[plan.symbol], TOLERANCE[params.dtype]))
        loss_after = updated_loss(values, labels, layers)
    worked = Worked(params, tuple(labels.tolist()), quantities, tuple(steps))
    return Derived(worked, float(values["loss"]), loss_after, backprop_snippet(params, plans, None))
