"""What often surprises on the way back: a function that is flat, and one whose slope is infinite at 0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Sentence
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
