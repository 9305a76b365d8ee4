"""Back-propagation through a ReLU network by hand, every line of it next to what autograd finds.

The network is ``z1 = X W1 + b1``, ``h1 = relu(z1)``, ..., ``zL = h(L-1) WL + bL`` with the mean cross-entropy
of ``softmax(zL)`` against one-hot labels ``y``. Its derivation is in C. Bishop, Pattern Recognition and
Machine Learning (2006), section 5.3; the mean over a batch of B rows is where the 1/B of the first delta
comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from primer_core.backend.loading import load_torch
from primer_core.claims.derivations import label
from primer_core.language.limits import Refused
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
from primer_core.lessons.backprop_by_hand.reading import read_params
from primer_core.lessons.backprop_by_hand.rules import derivation
from primer_core.lessons.backprop_by_hand.steps import COMPARED, Array, Plan, Quantity, Step, compare
from primer_core.lessons.outcome import Unread

if TYPE_CHECKING:
    import torch

TOLERANCE: Mapping[DTypeName, float] = {"float32": 1e-6, "float64": 1e-12}
"""Largest difference from autograd that rounding explains, for values up to 1 and in proportion above."""


_SEEDS = 10
"""Seeds that are tried for random first weights."""


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

    @property
    def clones(self) -> tuple[int, ...]:
        """Return the hidden layers, 1-based, whose units all have the same numbers forward and the same gradients."""
        found = []
        for k in range(1, len(self.params.sizes) - 1):
            there = [self.quantities.get(name) for name in (f"z{k}", f"dW{k}", f"dW{k + 1}")]
            if self.params.sizes[k] < 2 or None in there:
                continue
            z, own, above = (quantity.value for quantity in there if quantity is not None)
            if _same_columns(z) and _same_columns(own) and _same_columns(above.T):
                found.append(k)
        return tuple(found)

    @property
    def learns(self) -> bool:
        """Return whether each layer has a weight with a gradient, and no units that are clones."""
        layers = range(1, len(self.params.sizes))
        gradients = [self.quantities.get(f"dW{k}") for k in layers]
        return not self.clones and all(each is not None and bool(each.value.any()) for each in gradients)


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
    seed
        Of random first weights from which is seen what those that were asked for hide: that all layers learn, where the
        weights are alike, or that the mistake shows, where it changes nothing; None for none that was found.
    seed_loss
        The loss with these.
    """

    worked: Worked
    loss_before: float
    loss_after: float
    code: str
    seed: int | None = None
    seed_loss: float = 0.0

    @property
    def difference(self) -> float:
        """Return the largest difference of a gradient from autograd's; infinite where a shape differs."""
        return max(step.difference for step in self.worked.steps if step.phase == "backward")

    @property
    def printed(self) -> str:
        """Return what running `code` prints: the numbers of the page."""
        compared = [step for step in self.worked.steps if step.symbol.startswith(COMPARED) and step.phase == "backward"]
        lines = [f"{step.symbol}: {step.difference:.1e}" for step in compared]
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


Outcome = Derived | Declined | Unread


def explain(question: BackpropQuestion) -> Outcome:
    """Derive what a question asks for."""
    try:
        params = read_params(question)
    except Refused as refused:
        return Unread("values", str(refused))
    outcome = derive(params)
    if isinstance(outcome, Declined):
        return outcome
    if params.slip != "none" and not outcome.worked.wrong:
        return _with_seed_where(outcome, lambda worked: bool(worked.wrong))
    if params.start != "random" and outcome.worked.clones:
        return _with_seed_where(outcome, lambda worked: worked.learns)
    return outcome


def _with_seed_where(outcome: Derived, holds: Callable[[Worked], bool]) -> Derived:
    """Find random first weights of which something holds: the seed of the question, or the first of a few."""
    params = outcome.worked.params
    tried = (derive(replace(params, start="random", seed=seed)) for seed in (params.seed, *range(_SEEDS)))
    for other in tried:
        if isinstance(other, Derived) and holds(other.worked):
            return replace(outcome, seed=other.worked.params.seed, seed_loss=other.loss_before)
    return outcome


def _same_columns(values: Array) -> bool:
    return bool((values == values[:, :1]).all())


def allowance(
    plan: Plan, values: Mapping[str, torch.Tensor], reference: Mapping[str, Array], params: BackpropParams
) -> float:
    """Return the largest difference of a step from autograd's that rounding explains.

    An update multiplies by the learning rate what rounding did to its gradient, the gradient of a weight by what came
    in along the weight what rounding did to what came back.
    """
    size = _size(reference[plan.symbol])
    if plan.rule == "weight_grad":
        arrived = next(values[symbol] for symbol in plan.operands if not symbol.startswith("delta"))
        size = max(size, float(arrived.abs().sum(0).max()))
    if plan.rule == "update":
        size += params.learning_rate * _size(reference["d" + plan.symbol.removesuffix("_new")])
    return TOLERANCE[params.dtype] * size


def _size(values: Array) -> float:
    return max(1.0, float(np.abs(values).max()))


def derive(params: BackpropParams) -> Derived | Declined:
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
            steps.append(compare(plan, values, reference[plan.symbol], allowance(plan, values, reference, params)))
        loss_after = updated_loss(params, values, labels)
    worked = Worked(params, tuple(labels.tolist()), quantities, tuple(steps))
    return Derived(worked, float(values["loss"]), loss_after, backprop_snippet(params, plans, None))
