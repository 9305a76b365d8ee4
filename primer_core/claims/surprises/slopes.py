"""What often surprises on the way back: a function that is flat, and one whose slope is infinite at 0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Sentence, Span, listed, signed
from primer_core.claims.running import Run


@dataclass(frozen=True, slots=True)
class FlatEverywhere(InAWord, Claim):
    """Gradients are 0, and on the way to them lies a function that jumps and is flat between its jumps.

    Parameters
    ----------
    run
        Which line went back, and when.
    code
        The call of the function.
    """

    word: ClassVar[str] = "no slope"
    run: Run
    code: str

    def sentence(self) -> Sentence:
        """Say what comes back through it."""
        return (
            Code(self.code),
            " changes its value in jumps and is flat between them. PyTorch takes its slope to be 0 everywhere, so that "
            "0 comes back through it, whatever the loss",
        )


@dataclass(frozen=True, slots=True)
class SteepAtZero(InAWord, Claim):
    """A gradient is not finite, and on the way to it lies a square root of 0.

    Parameters
    ----------
    run
        Which line went back, and when.
    code
        The square root, as code.
    of
        What it is of, as code.
    """

    word: ClassVar[str] = "infinite slope"
    run: Run
    code: str
    of: str

    def sentence(self) -> Sentence:
        """Say what comes back through it, and what has a finite slope."""
        return (
            "The slope of ",
            Code(self.code),
            " is infinite where ",
            Code(self.of),
            " is 0, as it is here: inf comes back through it, and nan where it is multiplied by 0. With ",
            Code(f"{self.of} + 1e-8"),
            " in place of ",
            Code(self.of),
            " the slope at 0 is large, and finite",
        )


@dataclass(frozen=True, slots=True)
class ShrinksThrough(InAWord, Claim):
    """A gradient came back through several sigmoids, one behind the other.

    Parameters
    ----------
    run
        Which line went back, and when.
    count
        int, how many of them.
    """

    word: ClassVar[str] = "shrinks on its way"
    run: Run
    count: int

    def sentence(self) -> Sentence:
        """Say what each of them leaves at most, and all of them."""
        return (
            f"On this way back lie {self.count} sigmoids, one behind the other, and slopes on one way are multiplied. "
            f"That of a sigmoid is 1/4 at most, that of all {self.count} is 1/{4**self.count} at most. The slope of "
            "relu is 1 wherever its input is above 0",
        )


@dataclass(frozen=True, slots=True)
class SlopeByItsValue(InAWord, Claim):
    """A slope of the sigmoid that is written by its value was computed of what no sigmoid gives.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The slope.
    of
        What it is computed of, as code.
    given
        A number there that lies outside of 0 to 1.
    slope
        What the code makes of that.
    """

    word: ClassVar[str] = "of the value"
    run: Run
    code: str
    of: str
    given: str
    slope: str

    def sentence(self) -> Sentence:
        """Say of what it would be the slope, and that it is none here."""
        return (
            Code(self.code),
            " is the slope of the sigmoid where ",
            Code(self.of),
            f" is what the sigmoid gave, a number between 0 and 1. Here it is given {self.given} and makes "
            f"{self.slope} of it, while no slope of the sigmoid is below 0 or above 1/4: the sigmoid of it is meant",
        )


@dataclass(frozen=True, slots=True)
class DeadRelu(InAWord, Claim):
    """Gradients are 0, and all that leads back to them goes through a relu that was given numbers below 0 alone.

    Parameters
    ----------
    run
        Which line went back, and when.
    code
        The call of the function, or of the network that holds it.
    within
        Whether it is that of a network.
    count
        int, how many numbers it was given.
    gradients
        Those that are 0, as ``w.grad``.
    since
        int, the first time that this line went back so and has since then, counted from 1.
    """

    word: ClassVar[str] = "a dead relu"
    run: Run
    code: str
    within: bool
    count: int
    gradients: tuple[str, ...]
    since: int

    def sentence(self) -> Sentence:
        """Say what relu was given, what comes back, and since when."""
        several = self.count > 1
        given = f"all {self.count} numbers that relu is given are" if several else "the number that relu is given is"
        inside: tuple[Span, ...] = ("In ", Code(self.code), " ") if self.within else (Code(self.code), ": ")
        since, shorter = "", ""
        if self.since > 1:
            since = f" It has been so since this line ran for the {ordinal(self.since)} time, and was not before."
            shorter = " Shorter steps may not lead there, and"
        zero = f" {'is' if len(self.gradients) == 1 else 'are'} 0. This is called a dead ReLU.{since}{shorter}"
        leaky = " leaky_relu has a slope below 0, too: 0.01"
        return (
            *inside,
            f"{given} below 0. There it gives 0 and its slope is 0: no gradient comes back through it, whatever the "
            "loss, and ",
            Code(listed(self.gradients)),
            zero,
            leaky,
        )


@dataclass(frozen=True, slots=True)
class FlatWhereWrong(InAWord, Claim):
    """A squared error of what a sigmoid gave, where that is nearly 0 or 1 and the target is the other one.

    Parameters
    ----------
    run
        Which line went back, and when.
    code
        What gave it.
    given
        A number that it gave.
    target
        int, what the target is there: 0 or 1.
    by_square, by_sigmoid, product, instead
        The slopes of the square and of the sigmoid, both together, and that of the cross-entropy.
    """

    word: ClassVar[str] = "flat where wrong"
    run: Run
    code: str
    given: str
    target: int
    by_square: str
    by_sigmoid: str
    product: str
    instead: str

    def sentence(self) -> Sentence:
        """Say which slopes are multiplied, and which loss has another one."""
        square, sigmoid, product, instead = map(signed, (self.by_square, self.by_sigmoid, self.product, self.instead))
        return (
            Code(self.code),
            f" gives p = {self.given} where the target is y = {self.target}: surely wrong, and still its squared error "
            f"has a small slope. That of the square, 2(p − y) = {square}, times that of the sigmoid, p(1 − p) = "
            f"{sigmoid}, makes {product}. A sigmoid is nearly flat where it is sure. ",
            Code("F.binary_cross_entropy_with_logits"),
            f", of what the sigmoid is given, has the slope p − y = {instead} there",
        )


def ordinal(number: int) -> str:
    """Write the how-manieth: ``2nd``, ``11th``."""
    last = 0 if number // 10 % 10 == 1 else number % 10
    return f"{number}{_ENDINGS.get(last, 'th')}"


_ENDINGS = {1: "st", 2: "nd", 3: "rd"}


@dataclass(frozen=True, slots=True)
class SigmoidOfSigmoid(InAWord, Claim):
    """A sigmoid was given what a sigmoid gave.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The second sigmoid, as code.
    given
        What it was given.
    low, high
        The least and the largest number that it gave.
    slope
        What the program computes a slope of the sigmoid with; empty where it does not.
    """

    word: ClassVar[str] = "sigmoid twice"
    run: Run
    code: str
    given: str
    low: str
    high: str
    slope: str

    def sentence(self) -> Sentence:
        """Say what a second one makes of them, and how a slope is told by what the first one gave."""
        meant: Sentence = ()
        if self.slope:
            meant = (
                ". ",
                Code(self.slope),
                " takes what goes into a sigmoid. Of a number ",
                Code("a"),
                " that came out of one, the slope is ",
                Code("a * (1 - a)"),
            )
        return (
            Code(self.given),
            " came out of a sigmoid: it lies between 0 and 1, and a second sigmoid, ",
            Code(self.code),
            f", makes numbers between 0.5 and 0.731 of it. Here they are {self.low} to {self.high}",
            *meant,
        )
