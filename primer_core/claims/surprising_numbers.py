"""What often surprises in numbers that a line computed: they were cut, rounded, nearly equal, or none at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Sentence, counted
from primer_core.claims.running import Run


@dataclass(frozen=True, slots=True)
class CutTowardZero(InAWord, Claim):
    """Floats were made integers, which cuts, where rounding would have given others.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    given, stored
        The first such number as code writes it, and what became of it.
    """

    word: ClassVar[str] = "cuts off"
    run: Run
    code: str
    given: str
    stored: str

    def sentence(self) -> Sentence:
        """Give both numbers."""
        return (
            Code(self.code),
            " cuts off what stands behind the point, and does not round: ",
            Code(self.given),
            " becomes ",
            Code(self.stored),
        )


@dataclass(frozen=True, slots=True)
class RoundedDown(InAWord, Claim):
    """A whole quotient was rounded down where cutting would have given another.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The division.
    left, right, quotient
        The first such numbers.
    """

    word: ClassVar[str] = "rounds down"
    run: Run
    code: str
    left: int
    right: int
    quotient: int

    def sentence(self) -> Sentence:
        """Give the numbers."""
        division = f"{self.left} // {self.right}"
        return (Code(self.code), " rounds down, and not toward zero: ", Code(division), f" is {self.quotient}")


@dataclass(frozen=True, slots=True)
class NanStays(InAWord, Claim):
    """Something was computed of many numbers, some of which are nan, and so came to nan.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    nans, count
        How many of how many numbers are nan.
    """

    word: ClassVar[str] = "nan stays"
    run: Run
    code: str
    nans: int
    count: int

    def sentence(self) -> Sentence:
        """Say how many are nan."""
        return (
            f"{self.nans} of the {counted(self.count, 'number')} that ",
            Code(self.code),
            " reads ",
            "is" if self.nans == 1 else "are",
            " nan, and what is computed of nan is nan",
        )


@dataclass(frozen=True, slots=True)
class NearlyEqual(InAWord, Claim):
    """Two floats were found different that differ by no more than rounding does.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The comparison.
    left, right
        The first such numbers.
    """

    word: ClassVar[str] = "nearly equal"
    run: Run
    code: str
    left: float
    right: float

    def sentence(self) -> Sentence:
        """Give the numbers, and how far they lie apart."""
        return (
            Code(self.code),
            " compares all digits: ",
            Code(repr(self.left)),
            " and ",
            Code(repr(self.right)),
            f" are not equal, though they differ by {abs(self.left - self.right):.1e} alone",
        )


@dataclass(frozen=True, slots=True)
class NanEqualsNothing(InAWord, Claim):
    """Numbers were compared with nan, which finds none.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The comparison.
    asks
        The call that finds nan among these numbers.
    """

    word: ClassVar[str] = "nan equals nothing"
    run: Run
    code: str
    asks: str

    def sentence(self) -> Sentence:
        """Name what asks for nan."""
        return (
            Code(self.code),
            " is False everywhere, as nan equals nothing, not even nan. ",
            Code(self.asks),
            " asks for it",
        )


@dataclass(frozen=True, slots=True)
class HalfToEven(InAWord, Claim):
    """A number that lies in the middle of two whole ones was rounded to the even one, nearer to zero.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    given, rounded
        The first such number as code writes it, and what became of it.
    """

    word: ClassVar[str] = "half to even"
    run: Run
    code: str
    given: str
    rounded: str

    def sentence(self) -> Sentence:
        """Give both numbers."""
        return (
            Code(self.code),
            " rounds what lies in the middle of two whole numbers to the even one: ",
            Code(self.given),
            " becomes ",
            Code(self.rounded),
        )


@dataclass(frozen=True, slots=True)
class TooCoarse(InAWord, Claim):
    """A number was added to a float, and the float stayed what it was.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The addition.
    left, right
        The first such float, and what was added.
    dtype
        The dtype of the sum.
    """

    word: ClassVar[str] = "too coarse"
    run: Run
    code: str
    left: float
    right: float
    dtype: str

    def sentence(self) -> Sentence:
        """Give the numbers."""
        return (
            Code(self.code),
            f" gives {self.left!r} for {self.left!r} + {self.right!r}: no other {self.dtype} lies nearer to the sum",
        )


@dataclass(frozen=True, slots=True)
class NotLogProbabilities(InAWord, Claim):
    """The loss of log-probabilities was given a number above 0, which none of them is.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    given
        The largest number that it was given, with three digits behind the point.
    """

    word: ClassVar[str] = "no log-probabilities"
    run: Run
    code: str
    given: str

    def sentence(self) -> Sentence:
        """Give the number, and name what makes log-probabilities."""
        return (
            Code(self.code),
            f" takes log-probabilities, none of which is above 0, and is given {self.given}. ",
            Code("F.log_softmax"),
            " makes log-probabilities of logits",
        )
