"""What often surprises in losses: what a mean is divided by, how many were added up, steps that go too far."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import ClassVar, Literal

from primer_core.claims.claim import Claim, Code, InAWord, Name, Sentence, number_text
from primer_core.claims.running import Run


@dataclass(frozen=True, slots=True)
class DividesByWeights(InAWord, Claim):
    """A loss whose classes have weights is a mean with these weights.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The loss.
    total
        float, weights of all targets together.
    count
        int, how many targets there are.
    """

    word: ClassVar[str] = "by the weights"
    run: Run
    code: str
    total: float
    count: int

    def sentence(self) -> Sentence:
        """Say by what the sum is divided."""
        return (
            Code(self.code),
            " weighs each sample by the weight of its class, and divides the sum by these weights, "
            f"{number_text(self.total)} together, not by the {self.count} samples",
        )


@dataclass(frozen=True, slots=True)
class MeansOverSamples(InAWord, Claim):
    """Means of batches were added up, and divided by how many samples there are.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The quotient.
    name, loader
        What they were added to, and the loader of the batches.
    batches, samples
        int, how many there are.
    """

    word: ClassVar[str] = "means of batches"
    run: Run
    code: str
    name: str
    loader: str
    batches: int
    samples: int

    def sentence(self) -> Sentence:
        """Say what was added up, and by what that is divided."""
        return (
            Code(self.code),
            f" divides by {self.samples} samples what ",
            Name(self.name),
            f" adds up: {self.batches} losses, each of which is the mean of its batch already. ",
            Code(f"{self.name} / len({self.loader})"),
            " is their mean",
        )


@dataclass(frozen=True, slots=True)
class MeansAdded(InAWord, Claim):
    """Gradients of several losses were added up, each of which is a mean.

    Parameters
    ----------
    run
        Which line, and when.
    name
        Of the loss.
    count
        int, how many were added up by then.
    """

    word: ClassVar[str] = "a sum of means"
    run: Run
    name: str
    count: int

    def sentence(self) -> Sentence:
        """Say how large the gradients are, and how their mean comes about."""
        return (
            Code(f"{self.name}.backward()"),
            f" has added up the gradients of {self.count} losses by now, which are {self.count} times those of "
            "their mean. ",
            Code(f"({self.name} / {self.count}).backward()"),
            " adds up to the gradients of the mean",
        )


@dataclass(frozen=True, slots=True)
class StepsTooLong(InAWord, Claim):
    """A loss grows from round to round, and falls in the same program with shorter steps.

    Parameters
    ----------
    run
        Which line binds the loss, and when it did so last.
    name
        Of the loss.
    first, last
        The loss at the first and at the last time.
    at
        int, a line of the program.
    old, new
        What stands there, and what makes the steps shorter.
    better
        The loss at the last time with that.
    """

    word: ClassVar[str] = "steps too long"
    run: Run
    name: str
    first: str
    last: str
    at: int
    old: str
    new: str
    better: str

    def sentence(self) -> Sentence:
        """Say how it grows, and with what it falls."""
        return (
            Name(self.name),
            f" grows from {self.first} to {self.last}, as each step goes too far. With ",
            Code(self.new),
            " in place of ",
            Code(self.old),
            f" in line {self.at} the steps are shorter, and it falls, in the end to {self.better}",
        )


@dataclass(frozen=True, slots=True)
class EvenShares(InAWord, Claim):
    """The first loss of a program is about that of a network that takes all classes for equally likely.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The loss.
    loss
        Its value.
    classes
        int, how many there are.
    """

    word: ClassVar[str] = "even shares"
    run: Run
    code: str
    loss: str
    classes: int

    def sentence(self) -> Sentence:
        """Say what that loss stands for."""
        return (
            f"A loss of {self.loss} is about −ln(1/{self.classes}) = ln {self.classes} = {log(self.classes):.3f}, as ",
            Code(self.code),
            f" is where each of the {self.classes} classes gets a share of 1/{self.classes}: what a network that has "
            "learnt nothing yet gives",
        )


Factor = Literal["mean and square", "square", "mean"]
"""What a gradient by hand leaves out: that a loss is a mean, that a square has the slope 2, or both."""


@dataclass(frozen=True, slots=True)
class TimesAFactor(InAWord, Claim):
    """A gradient that was computed by hand is that of PyTorch, but for a factor which the loss explains.

    Parameters
    ----------
    run
        Which line computed it, and when.
    name
        The one by hand.
    gradient
        That of PyTorch, as ``w.grad``.
    code
        The loss.
    missing
        What was left out.
    count
        int, over how many numbers the loss is a mean.
    """

    word: ClassVar[str] = "but for a factor"
    run: Run
    name: str
    gradient: str
    code: str
    missing: Factor
    count: int

    @property
    def factor(self) -> float:
        """What the one by hand is multiplied by."""
        return (2.0 if "square" in self.missing else 1.0) / (self.count if "mean" in self.missing else 1)

    def sentence(self) -> Sentence:
        """Name the factor, and where it comes from."""
        slope, mean = "a square has the slope 2", f"it is a mean over {self.count} numbers"
        why = {"mean and square": f"{mean}, and {slope}", "square": slope, "mean": mean}[self.missing]
        return (
            Code(self.gradient),
            " is ",
            Name(self.name),
            f" times {number_text(self.factor)}. That is the slope of ",
            Code(self.code),
            f": {why}",
        )
