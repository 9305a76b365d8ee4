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
