"""What often surprises in how values are printed and told: abridged, with exponents, or of another type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Name, Sentence, number_text
from primer_core.claims.running import Run

LARGE, SMALL, RATIO = 1e8, 1e-4, 1000
"""From which number on, below which one, and from which quotient on NumPy prints floats with exponents."""


@dataclass(frozen=True, slots=True)
class Abridged(InAWord, Claim):
    """A long array was printed, of which the middle is left out.

    Parameters
    ----------
    run
        Which line, and when.
    name
        The array.
    count, shown
        int, how many numbers it has, and how many are printed.
    """

    word: ClassVar[str] = "abridged"
    run: Run
    name: str
    count: int
    shown: int

    def sentence(self) -> Sentence:
        """Count what is printed, and say what lets all be."""
        return (
            f"prints {self.shown} of the {self.count} numbers of ",
            Name(self.name),
            ", and dots for the rest: an array of more than 1000 is abridged when it is printed, and has all of them. ",
            Code(f"np.set_printoptions(threshold={self.name}.size)"),
            " lets all be printed",
        )


@dataclass(frozen=True, slots=True)
class WithExponents(InAWord, Claim):
    """Floats were printed with exponents, which they are all once one rule asks for it.

    Parameters
    ----------
    run
        Which line, and when.
    name
        The array.
    largest, smallest
        float, the largest and the smallest of its numbers without their signs, but 0.
    """

    word: ClassVar[str] = "with exponents"
    run: Run
    name: str
    largest: float
    smallest: float

    def sentence(self) -> Sentence:
        """Name the rule, and what prints without."""
        largest, smallest = number_text(self.largest), number_text(self.smallest)
        if self.largest >= LARGE:
            why = f"as one of them, {largest}, has more than 8 digits in front of the point. "
            return ("prints all numbers of ", Name(self.name), " with exponents, ", why, "Their values are the same")
        why = (
            f"as one of them, {smallest}, is below 0.0001. "
            if self.smallest < SMALL
            else f"as the largest, {largest}, is more than {RATIO} times the smallest, {smallest}. "
        )
        return (
            "prints all numbers of ",
            Name(self.name),
            " with exponents, ",
            why,
            Code("np.set_printoptions(suppress=True)"),
            " prints them without",
        )


@dataclass(frozen=True, slots=True)
class EveryTextIsTrue(InAWord, Claim):
    """Texts were made truths, and one that reads like no is True.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What makes truths of them.
    text
        The text.
    instead
        What is True of all others.
    """

    word: ClassVar[str] = "every text is True"
    run: Run
    code: str
    text: str
    instead: str

    def sentence(self) -> Sentence:
        """Say which texts are True, and what asks what they say."""
        return (
            Code(self.code),
            " does not read the texts: it makes True of each that is not empty, of ",
            Code(repr(self.text)),
            " as well. ",
            Code(self.instead),
            " asks what they say",
        )


@dataclass(frozen=True, slots=True)
class NotPythonsInt(InAWord, Claim):
    """A whole number of an array was asked whether it is an int of Python's.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The question.
    number
        What is asked, as code.
    kind
        Its type.
    instead
        The question that takes NumPy's whole numbers, too.
    """

    word: ClassVar[str] = "no int of Python's"
    run: Run
    code: str
    number: str
    kind: str
    instead: str

    def sentence(self) -> Sentence:
        """Name its type, and what asks for both."""
        return (
            Code(self.code),
            " is False: ",
            Code(self.number),
            " is a whole number of type ",
            Code(f"np.{self.kind}"),
            ", which is no int of Python's. ",
            Code(self.instead),
            " takes both",
        )
