"""What is said of a derivation by hand: what agrees with autograd, which mistake was made, and what is alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Sentence, Strong, listed
from primer_core.claims.numbers import short_number

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

Lines = tuple[tuple[str, str], ...]
"""A mistaken line of code and the right one, in pairs."""

_WHY: Mapping[str, str] = {
    "no 1/B": "Cross-entropy is a mean over the batch, so its gradient carries 1/B: without it every gradient is the "
    "one of the sum.",
    "no ReLU mask": "Where z was not positive, ReLU gave a constant 0, so nothing flows back there.",
    "W not transposed": "Forward maps inputs to outputs with W; backward goes the other way, with W transposed.",
    "z instead of h": "The next layer multiplied h, not z, so h stands in the gradient of its weights.",
    "bias not summed": "The bias was broadcast to every row, so its gradient sums over the rows, back to its shape.",
    "diagonal only": "Each probability depends on every logit: the Jacobian of softmax has entries off its diagonal.",
}
"""Why each mistake is one."""


def label(symbol: str) -> str:
    """Write a symbol as mathematics does: ``delta2`` is δ₂, ``W1_new`` is W₁′."""
    return symbol.replace("delta", "δ").replace("_new", "′").replace("loss", "L").translate(_SUBSCRIPTS)


@dataclass(frozen=True, slots=True)
class GradientsAgree(Claim):
    """Every gradient that was derived agrees with autograd's, but for rounding.

    Parameters
    ----------
    count
        How many arrays.
    """

    count: int

    def sentence(self) -> Sentence:
        """Write it as few words."""
        return (f"all {self.count} gradients agree with autograd",)


@dataclass(frozen=True, slots=True)
class LargestDifference(Claim):
    """How far gradients by hand are from autograd's.

    Parameters
    ----------
    difference
        The largest of a number.
    """

    difference: float

    def sentence(self) -> Sentence:
        """Give it, and say what it is."""
        if not self.difference:
            return ("No gradient differs from autograd's in a single bit.",)
        return (
            "The largest difference of a gradient from autograd's is ",
            Strong(short_number(self.difference)),
            ", which is rounding.",
        )


@dataclass(frozen=True, slots=True)
class DifferFrom(Claim):
    """Which results differ from PyTorch's by more than rounding.

    Parameters
    ----------
    names
        Their symbols, all of them, in the order of the derivation.
    """

    names: tuple[str, ...]

    def sentence(self) -> Sentence:
        """List them."""
        return ("What differs from PyTorch: ", Strong(listed([label(name) for name in self.names])), ".")

    def brief(self) -> str:
        """Name the first of them."""
        return f"wrong from {label(self.names[0])} on"


@dataclass(frozen=True, slots=True)
class Mistaken(Claim):
    """A mistake was made in some lines, and without it everything is PyTorch's.

    Parameters
    ----------
    slip
        What it is called.
    lines
        As code.
    """

    slip: str
    lines: Lines

    def sentence(self) -> Sentence:
        """Say why it is one, and what is right."""
        wrong, right = self.lines[0]
        return (_WHY[self.slip], " Right is ", Code(right), " in place of ", Code(wrong), ".")


@dataclass(frozen=True, slots=True)
class ChangesNothing(Claim):
    """A mistake was made, and by chance it gives the same numbers.

    Parameters
    ----------
    slip
        What it is called.
    lines
        As code.
    """

    slip: str
    lines: Lines

    def sentence(self) -> Sentence:
        """Say why it is one, and that it does not show."""
        wrong, right = self.lines[0]
        return (
            _WHY[self.slip],
            " With these numbers it happens to change nothing: ",
            Code(wrong),
            " gives what ",
            Code(right),
            " gives.",
        )


@dataclass(frozen=True, slots=True)
class NoHiddenLayer(Claim):
    """A network has no hidden layer, so that a mistake has no place in it."""

    def sentence(self) -> Sentence:
        """Say so."""
        return ("This network has no hidden layer, so that nothing goes back through one: there is no such step.",)


@dataclass(frozen=True, slots=True)
class NoRelu(Claim):
    """A network has no ReLU, so that there is no mask to leave out."""

    def sentence(self) -> Sentence:
        """Say so."""
        return ("This network has no ReLU, so that there is no mask to leave out.",)


@dataclass(frozen=True, slots=True)
class OneRow(Claim):
    """The batch has one row, so that a division by its size changes nothing."""

    def sentence(self) -> Sentence:
        """Say so."""
        return ("B is 1, so that 1/B is 1: to leave it out changes nothing.",)


@dataclass(frozen=True, slots=True)
class JacobianCancels(Claim):
    """The Jacobian of softmax and the derivative of the logarithm cancel.

    Parameters
    ----------
    delta
        Symbol of the gradient by the logits.
    difference
        How far it is from (p − y) / B at most.
    """

    delta: str
    difference: float

    def sentence(self) -> Sentence:
        """Say what they cancel to, and how exactly."""
        return (
            "Softmax couples all classes: its Jacobian diag(p) − p pᵀ has entries off the diagonal. Multiplied by "
            "−y / p all of it cancels to ",
            Strong("(p − y) / B"),
            f", from which {label(self.delta)} differs here by at most {short_number(self.difference)}.",
        )


@dataclass(frozen=True, slots=True)
class NoGradientOf(Claim):
    """No weight of a layer has a gradient.

    Parameters
    ----------
    weight
        Its symbol.
    zero
        Symbols of those of its two factors that are 0; empty where the terms of each sum cancel.
    """

    weight: str
    zero: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Say which factor is 0."""
        came = {"d": "what came back", "X": "what came in", "h": "what came in"}
        factors = [f"{came[symbol[0]]}, {label(symbol)}, is 0" for symbol in self.zero]
        why = listed(factors) if factors else "the terms of each sum cancel"
        return ("No weight of ", Strong(label(self.weight)), f" has a gradient: {why}.")


@dataclass(frozen=True, slots=True)
class Clones(Claim):
    """All units of a layer have the same numbers forward and the same gradients back.

    Parameters
    ----------
    layer
        Counted from 1.
    units
        How many.
    """

    layer: int
    units: int

    def sentence(self) -> Sentence:
        """Say what a step makes of them."""
        return (
            f"The {self.units} units of layer {self.layer} are clones: the same numbers forward, the same gradients "
            "back. A step leaves them alike, so that they count as one unit; random first weights break the tie.",
        )


@dataclass(frozen=True, slots=True)
class FlatStaircase(Claim):
    """Rounding carries nothing back, without an error.

    Parameters
    ----------
    names
        Symbols of the gradients before it, which are all 0.
    """

    names: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Name what is 0."""
        return (
            "Rounding is a staircase, flat almost everywhere: PyTorch raises no error, and what it carries back is 0. ",
            f"So {listed([label(name) for name in self.names])} are 0, and the layers before it never learn.",
        )


@dataclass(frozen=True, slots=True)
class PassedThrough(Claim):
    """Numbers are rounded on the way, and the gradient passes as if they were not.

    Parameters
    ----------
    names
        Symbols of gradients that would be 0 through the rounding itself, and are not.
    """

    names: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Name what is kept from being 0, and by what."""
        return (
            "The numbers are rounded on the way, and the gradient passes as if they were not: ",
            Code("z + (z.round() - z).detach()"),
            f" keeps {listed([label(name) for name in self.names])} from being 0. It is an estimate that is meant, not "
            "the derivative of what was computed.",
        )


@dataclass(frozen=True, slots=True)
class StepChanges(Claim):
    """What one step of gradient descent makes of the loss.

    Parameters
    ----------
    rate
        The learning rate.
    before, after
        The loss.
    """

    rate: float
    before: float
    after: float

    def sentence(self) -> Sentence:
        """Give both losses."""
        return (
            f"One step with η = {short_number(self.rate)} takes the loss from {self.before:.6g} to {self.after:.6g}.",
        )


@dataclass(frozen=True, slots=True)
class Rightly(Claim):
    """With the right lines in place of mistaken ones every gradient agrees with autograd's.

    Parameters
    ----------
    lines
        As code.
    """

    lines: Lines

    def sentence(self) -> Sentence:
        """Name the first right line."""
        return ("Derive it correctly: ", Code(self.lines[0][1]))


@dataclass(frozen=True, slots=True)
class FromRandom(Claim):
    """With values drawn from another seed, or drawn at all, is seen what these hide.

    Parameters
    ----------
    seed
        That draws what is not typed.
    loss
        Before the step, then.
    """

    seed: int
    loss: float

    def sentence(self) -> Sentence:
        """Name it and the loss."""
        return (f"Start from random weights, seed {self.seed}, with a loss of {short_number(self.loss)}",)


@dataclass(frozen=True, slots=True)
class LargerBatch(Claim):
    """With three rows the missing 1/B shows."""

    def sentence(self) -> Sentence:
        """Name the count."""
        return ("Take a batch of 3",)
