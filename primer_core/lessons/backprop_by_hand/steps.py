"""A step of back-propagation: planned, worked out, and compared with what autograd finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from primer_core.claims.derivations import label
from primer_core.claims.deriving import AnotherShape, BesidePyTorch, LineDoes

if TYPE_CHECKING:
    import torch

Array: TypeAlias = npt.NDArray[np.floating[Any]]
Phase = Literal["forward", "backward", "update"]
Role = Literal["input", "parameter", "activation", "gradient", "updated"]
Rule = Literal[
    "affine", "relu", "round", "softmax", "loss", "probability_grad", "softmax_back", "diagonal", "delta_out",
    "delta_hidden", "weight_grad", "bias_grad", "update",
]  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """A named array of the derivation: ``X``, ``W1``, ``z1``, ``dW1``, ..."""

    symbol: str
    label: str
    role: Role
    layer: int
    value: Array


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an equation; `symbol` names the quantity it stands for, if it does."""

    text: str
    symbol: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One equation, worked out.

    Parameters
    ----------
    symbol
        The quantity it gives.
    phase, rule
        Where in the derivation it stands, and which rule it applies.
    equation, code
        The same, in mathematics and in Python.
    operands
        Symbols of what it reads.
    meaning
        What it does.
    value
        By hand.
    autograd
        What PyTorch's own functions, its autograd or its SGD give, from the same numbers.
    difference
        Largest absolute difference of the two; infinite where their shapes differ.
    agrees
        Whether rounding explains that difference.
    """

    symbol: str
    phase: Phase
    rule: Rule
    equation: tuple[Token, ...]
    code: str
    operands: tuple[str, ...]
    meaning: LineDoes
    value: Array
    autograd: Array
    difference: float
    agrees: bool

    @property
    def comparison(self) -> BesidePyTorch | AnotherShape:
        """What the comparison came to."""
        if self.autograd.shape != self.value.shape:
            return AnotherShape(self.symbol, self.value.shape, self.autograd.shape)
        return BesidePyTorch(self.symbol, self.difference, self.agrees)


COMPARED = ("delta", "dW", "db")
"""How the symbols of the gradients begin that the snippet compares with autograd's."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A step before it is worked out; `compute` and `code` say the same."""

    symbol: str
    phase: Phase
    role: Role
    layer: int
    rule: Rule
    equation: str
    code: str
    operands: tuple[str, ...]
    meaning: LineDoes
    compute: Callable[[Mapping[str, torch.Tensor]], torch.Tensor]


def compare(plan: Plan, values: Mapping[str, torch.Tensor], reference: Array, allowed: float) -> Step:
    """Set the value of a planned step beside autograd's.

    Parameters
    ----------
    plan
        The step.
    values
        Every tensor so far, by symbol, the step's own among them.
    reference
        Autograd's value of the same symbol.
    allowed
        Largest difference that rounding explains.

    Returns
    -------
    Step
        Differs by infinity where the two shapes do.
    """
    value = values[plan.symbol].numpy()
    if value.shape == reference.shape:
        alike = (value == reference) | (np.isnan(value) & np.isnan(reference))  # 0 / 0 is not a number to both
        difference = float(np.where(alike, 0, np.abs(value - reference)).max())
        agrees = difference <= allowed
    else:
        difference, agrees = float("inf"), False
    return Step(
        plan.symbol,
        plan.phase,
        plan.rule,
        _tokens(plan.equation),
        plan.code,
        plan.operands,
        plan.meaning,
        value,
        reference,
        difference,
        agrees,
    )


def _tokens(equation: str) -> tuple[Token, ...]:
    """Split ``{z1} = {X} {W1}`` into pieces, those in braces being quantities."""
    tokens = []
    for n, piece in enumerate(equation.replace("}", "{").split("{")):
        if piece:
            tokens.append(Token(label(piece), piece) if n % 2 else Token(piece))
    return tuple(tokens)
