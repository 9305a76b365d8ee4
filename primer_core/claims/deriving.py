"""What is said of each line of a derivation: what it does, and how it compares with what PyTorch finds."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Sentence, Shape, signed
from primer_core.claims.derivations import label


@dataclass(frozen=True, slots=True)
class LineDoes(Claim):
    """What a line of a derivation does.

    Parameters
    ----------
    line
        The line, as code.
    rule
        What it does, by one of the names in `sentence`.
    names
        The arrays that the sentence speaks of.
    number
        The batch or the learning rate, where the sentence gives one; 0 elsewhere.
    """

    line: str
    rule: str
    names: tuple[str, ...]
    number: float

    def sentence(self) -> Sentence:
        """Say it in words."""
        labels = tuple(map(label, self.names))
        match self.rule, labels:
            case "affine", (w, b):
                words = f"Each row meets each column of {w}; {b} is broadcast to every row."
            case "relu", ():
                words = "What is negative becomes 0; what is positive passes."
            case "round", ():
                words = "The nearest whole number, of two as near the even one: a staircase."
            case "softmax", ():
                words = "Each row becomes probabilities that sum to 1."
            case "loss", ():
                words = f"The mean over the batch, B = {self.number:g}, of −log of the probability of the right class."
            case "loss by logits", (z,):
                words = f"The derivative of the loss by {z}: how far the probabilities are from the labels, divided by "
                words += f"B = {self.number:g}."
            case "of the sum", ():
                words = "Without 1/B this is the gradient of the summed loss; the loss is the mean."
            case "loss by probabilities", ():
                words = "The derivative of the loss by each probability: only that of the right class counts."
            case "Jacobian", ():
                words = "Times the Jacobian of softmax, diag(p) − p pᵀ, row by row: all of it cancels to (p − y) / B."
            case "Jacobian of the sum", ():
                words = "Times the Jacobian of softmax, diag(p) − p pᵀ, row by row: all of it cancels to p − y."
            case "diagonal", ():
                words = "The diagonal of the Jacobian alone, as if each probability depended on its own logit only."
            case "back, masked", (w, z):
                words = f"Back through {w}, and through ReLU only where {z} was positive."
            case "back, flat", (w,):
                words = f"Back through {w}, and through a staircase, which is flat: its slope is 0."
            case "back, straight through", (w,):
                words = f"Back through {w}, and straight through the rounding, as if it were not there."
            case "back, unmasked", (w,):
                words = f"Back through {w}, and through ReLU as if it were not there."
            case "gradient of weights", ():
                words = "What came in along a weight times what came back, summed over the batch."
            case "in its place", (z, h):
                words = f"{z} in the place of what came in, {h}, times what came back."
            case "gradient of biases", ():
                words = "The bias was broadcast over the batch, so what comes back is summed over it."
            case "not summed", ():
                words = "One row per example is left: this is not the shape of the bias."
            case "step", ():
                words = f"One step of gradient descent, learning rate η = {self.number}."
            case _:
                raise ValueError(f"no line does {self.rule} with {self.names}")
        return (words,)


@dataclass(frozen=True, slots=True)
class BesidePyTorch(Claim):
    """How far a value by hand is from the one that PyTorch finds.

    Parameters
    ----------
    symbol
        Of the value.
    difference
        The largest absolute one.
    agrees
        Whether rounding explains it.
    """

    symbol: str
    difference: float
    agrees: bool

    def sentence(self) -> Sentence:
        """Say whether both are the same, and give the difference."""
        how = "PyTorch has the same: largest difference" if self.agrees else "Differs from PyTorch by up to"
        return (f"{how} {signed(f'{self.difference:.2g}')}",)

    def brief(self) -> str:
        """Write a tick or a cross and the difference."""
        return f"{'✓' if self.agrees else '✗'} {signed(f'{self.difference:.2g}')}"


@dataclass(frozen=True, slots=True)
class AnotherShape(Claim):
    """A value by hand has another shape than the one that PyTorch finds.

    Parameters
    ----------
    symbol
        Of the value.
    by_hand, found
        The shapes.
    """

    symbol: str
    by_hand: Shape
    found: Shape

    def sentence(self) -> Sentence:
        """Give both shapes."""
        return (f"Shape {self.by_hand} by hand, {self.found} from PyTorch",)

    def brief(self) -> str:
        """Say what differs."""
        return "✗ shape"
