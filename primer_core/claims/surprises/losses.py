"""What often surprises in losses: what a mean is divided by, how many were added up, steps that go too far."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import ClassVar, Literal

from primer_core.claims.claim import Claim, Code, InAWord, Name, Sentence, counted, number_text, percent
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
class KlOfNoShares(InAWord, Claim):
    """The divergence of what are no shares: one side does not sum to 1.

    Parameters
    ----------
    run
        Which line, and when.
    code, value
        The loss, and what it is, as a number of four digits.
    of
        The side, as code.
    is_target
        Whether that is the target, and not the logarithms.
    row, total
        int, the first row that does not sum to 1, -1 where there are no rows; and its sum, as a number of four digits.
    """

    word: ClassVar[str] = "no shares"
    run: Run
    code: str
    value: str
    of: str
    is_target: bool
    row: int
    total: str

    def sentence(self) -> Sentence:
        """Say what is added up, when that is 0 or more, and which sum is not 1."""
        place = f" in row {self.row}" if self.row >= 0 else ""
        sums: Sentence = (Code(self.of), " sums") if self.is_target else ("The exponentials of ", Code(self.of), " sum")
        return (
            Code(self.code),
            f" = {self.value} adds up t · (ln t − x) for the target t and the input x. It is sure to be 0 or more "
            "only where the targets and the exponentials of the input are shares that sum to 1. ",
            *sums,
            f" to {self.total}{place}",
        )


@dataclass(frozen=True, slots=True)
class KlOverAllNumbers(InAWord, Claim):
    """The mean of a divergence was taken over all numbers, and not over samples.

    Parameters
    ----------
    run
        Which line, and when.
    code, value
        The loss, and what it is, as a number of four digits.
    count, samples
        int, how many numbers and how many samples there are.
    instead
        What the mean over samples is, as a number of four digits.
    """

    word: ClassVar[str] = "over all numbers"
    run: Run
    code: str
    value: str
    count: int
    samples: int
    instead: str

    def sentence(self) -> Sentence:
        """Say by what the sum is divided, and what divides by the samples."""
        return (
            Code(self.code),
            f" = {self.value} divides the sum by all {self.count} numbers. ",
            Code('reduction="batchmean"'),
            f" divides by {counted(self.samples, 'sample')}, as the definition does: {self.instead}",
        )


@dataclass(frozen=True, slots=True)
class SmallerBatchWeighsMore(InAWord, Claim):
    """The mean of the means of batches is not the mean over all samples, as the batches differ in size.

    Parameters
    ----------
    run
        Which line, and when.
    code, value
        The mean of means, and what it is, as a number of six digits.
    loss
        Name of the loss of a batch.
    sizes
        How many samples each batch has.
    instead
        The mean over all samples, as a number of six digits.
    """

    word: ClassVar[str] = "batches differ"
    run: Run
    code: str
    value: str
    loss: str
    sizes: tuple[int, ...]
    instead: str

    def sentence(self) -> Sentence:
        """Give both means, and say what comes to the mean over samples."""
        least, most, total = min(self.sizes), max(self.sizes), sum(self.sizes)
        return (
            Code(self.code),
            f" = {self.value} is the mean of {len(self.sizes)} means: that of a batch of {least} counts as much as "
            f"that of a batch of {most}. The mean over all {total} samples is {self.instead}: add up ",
            Code(f"{self.loss}.item()"),
            f" times the size of the batch, and divide by {total}",
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
    count
        int, how many numbers are added up where the mean of them makes the steps shorter; 0 elsewhere.
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
    count: int

    def sentence(self) -> Sentence:
        """Say how it grows, and with what it falls."""
        why = f". The gradient of a sum of {self.count} numbers is {self.count} times that of their mean"
        return (
            Name(self.name),
            f" grows from {self.first} to {self.last}, as each step goes too far. With ",
            Code(self.new),
            " in place of ",
            Code(self.old),
            f" in line {self.at} the steps are shorter, and it falls, in the end to {self.better}",
            why if self.count else "",
        )


@dataclass(frozen=True, slots=True)
class GradientOfSum(InAWord, Claim):
    """A loss that is a sum grows from one round to the next, and falls where it is the mean.

    Parameters
    ----------
    run
        Which line binds the loss, and when.
    name
        Of the loss.
    count
        int, how many numbers are added up.
    before, now
        The loss at the time before, and now.
    at
        int, a line of the program.
    old, new
        What stands there, and what makes the loss a mean.
    better_before, better
        The loss at both times with that.
    """

    word: ClassVar[str] = "a sum"
    run: Run
    name: str
    count: int
    before: str
    now: str
    at: int
    old: str
    new: str
    better_before: str
    better: str

    def sentence(self) -> Sentence:
        """Say how long a step is by a sum, and that it is too long."""
        return (
            Name(self.name),
            f" is a sum of {self.count} numbers here: its gradient is {self.count} times that of their mean, and a "
            f"step of the learning rate times the gradient is {self.count} times as long. It grows from {self.before} "
            f"to {self.now} in this round. With ",
            Code(self.new),
            " in place of ",
            Code(self.old),
            f" in line {self.at} it falls here from {self.better_before} to {self.better}",
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


@dataclass(frozen=True, slots=True)
class OneRowCosts(InAWord, Claim):
    """Most of a loss comes from one row, in which a wrong class has nearly all of the probability.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The loss.
    row, rows
        int, which row it is, counted from 0, and how many there are.
    loss, total
        Its loss, and that of all rows together, as numbers of four digits.
    share
        float, which part of it that is.
    target, guess
        int, its class, and the one with the largest probability.
    of_target, of_guess
        Their probabilities, as numbers of three digits.
    """

    word: ClassVar[str] = "one row"
    run: Run
    code: str
    row: int
    rows: int
    loss: str
    total: str
    share: float
    target: int
    guess: int
    of_target: str
    of_guess: str

    def sentence(self) -> Sentence:
        """Say what the row adds, why, and how accuracy counts it."""
        share = percent(self.share, 0) if self.share < 1 else f"more than {percent(0.99, 0)}"
        return (
            Code(self.code),
            f" is a mean over {self.rows} rows, and one of them makes {share} of it: row {self.row} "
            f"has a loss of {self.loss}, all together have {self.total}. Its class is {self.target}, which gets a "
            f"probability of {self.of_target}, and class {self.guess} gets {self.of_guess}. The surer a wrong answer "
            f"is, the more it costs here; accuracy counts it as one of {self.rows}, however sure it is. So a loss may "
            "grow while accuracy does, too",
        )
