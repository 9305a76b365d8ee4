"""What often surprises in what a function of NumPy's computes: another base, rule or tolerance than is meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Sentence, counted, number_text, signed
from primer_core.claims.running import Run


@dataclass(frozen=True, slots=True)
class CloseAsSmall(InAWord, Claim):
    """Two small numbers were found close for no other reason than that both are small.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    left, right
        float, the first two such numbers.
    instead
        The call that compares them by their size alone.
    """

    word: ClassVar[str] = "close as both are small"
    run: Run
    code: str
    left: float
    right: float
    instead: str

    def sentence(self) -> Sentence:
        """Give the tolerance, and what leaves it away."""
        left, right = number_text(self.left), number_text(self.right)
        return (
            Code(self.code),
            f" lets any two numbers differ by 1e−08, whatever their size, so that {left} and {right} count as close. ",
            Code(self.instead),
            " lets them differ by a share of their size alone, and then they do not",
        )


@dataclass(frozen=True, slots=True)
class NaturalLogarithm(InAWord, Claim):
    """The natural logarithm was taken of numbers that are whole powers of 10, or of 2.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    number, power
        float and int, the largest of them, and which power it is.
    base
        int, 10 or 2.
    instead
        The call for that base.
    """

    word: ClassVar[str] = "of base e"
    run: Run
    code: str
    number: float
    power: int
    base: int
    instead: str

    def sentence(self) -> Sentence:
        """Name the base, and the function of the other one."""
        return (
            Code(self.code),
            " is the natural logarithm, of base e, which is about 2.718. ",
            Code(self.instead),
            f" has base {self.base}: of {number_text(self.number)} it is {self.power}",
        )


@dataclass(frozen=True, slots=True)
class BetweenTwo(InAWord, Claim):
    """A percentile of whole numbers is none of them, as it lies between two.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    lower, upper, gives
        float, the two numbers, and what lies between them.
    instead
        The call that gives the lower one.
    """

    word: ClassVar[str] = "between two"
    run: Run
    code: str
    lower: float
    upper: float
    gives: float
    instead: str

    def sentence(self) -> Sentence:
        """Name both numbers, and what gives one of them."""
        return (
            Code(self.code),
            f" falls between two of the sorted numbers, {number_text(self.lower)} and {number_text(self.upper)}, and "
            f"is taken from the line between them: {number_text(self.gives)}. ",
            Code(self.instead),
            f" gives {number_text(self.lower)}",
        )


@dataclass(frozen=True, slots=True)
class SignsLost(InAWord, Claim):
    """An angle was computed of a quotient, which knows the signs of its two numbers no more.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    up, across
        float, the numbers of the first point whose second one is negative.
    instead
        The call that is told both.
    """

    word: ClassVar[str] = "signs lost"
    run: Run
    code: str
    up: float
    across: float
    instead: str

    def sentence(self) -> Sentence:
        """Give another point of the same quotient, and what tells them apart."""
        (up, across), (other_up, other_across) = (
            (number_text(sign * self.up), number_text(sign * self.across)) for sign in (1, -1)
        )
        return (
            Code(self.code),
            f" is told the quotient alone, and {up} by {across} is the same as {other_up} by {other_across}: it gives "
            "the same angle for both, between −90° and 90°. ",
            Code(self.instead),
            " is told both numbers, and tells the two apart",
        )


@dataclass(frozen=True, slots=True)
class StoredBelow(InAWord, Claim):
    """A float that seems to lie in the middle of two shorter ones was rounded down, as it lies below the middle.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What rounds.
    number, stored
        The float as it is written, and more digits of it.
    lower, upper
        The two shorter ones, as code writes them.
    """

    word: ClassVar[str] = "below the middle"
    run: Run
    code: str
    number: str
    stored: str
    lower: str
    upper: str

    def sentence(self) -> Sentence:
        """Give its digits, and what it is nearer to."""
        return (
            Code(self.code),
            f" makes {signed(self.lower)} of {signed(self.number)}: that is stored as {signed(self.stored)}…, which is "
            f"nearer to {signed(self.lower)} than to {signed(self.upper)}",
        )


@dataclass(frozen=True, slots=True)
class PassedOver(InAWord, Claim):
    """Python's own ``max`` or ``min`` went through an array that holds nan.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    nans
        int, how many of the numbers are nan.
    whole, instead
        The call that gives nan then, and the one that leaves nan out.
    """

    word: ClassVar[str] = "nan passed over"
    run: Run
    code: str
    nans: int
    whole: str
    instead: str

    def sentence(self) -> Sentence:
        """Say how it goes through the numbers, and what does otherwise."""
        than = "larger" if self.code.startswith("max") else "smaller"
        return (
            Code(self.code),
            f" begins with the first number and leaves it for a {than} one only, which nan never is: "
            f"{counted(self.nans, 'nan', 'nans')} {'was' if self.nans == 1 else 'were'} passed over, and in front nan "
            "would stay. ",
            Code(self.whole),
            " gives nan wherever it stands, ",
            Code(self.instead),
            " leaves it out",
        )


@dataclass(frozen=True, slots=True)
class NanNotIn(InAWord, Claim):
    """It was asked whether nan is in an array, which it never is found to be.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The question.
    nans
        int, how many cells are nan.
    instead
        The call that asks for it.
    """

    word: ClassVar[str] = "nan not found"
    run: Run
    code: str
    nans: int
    instead: str

    def sentence(self) -> Sentence:
        """Say what is compared, and what finds it."""
        return (
            Code(self.code),
            " asks whether a cell equals nan, and nan equals nothing, not even nan: it is False, though "
            f"{counted(self.nans, 'cell')} {'is' if self.nans == 1 else 'are'} nan. ",
            Code(self.instead),
            " asks for it",
        )
