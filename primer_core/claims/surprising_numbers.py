"""What often surprises in numbers that a line computed: they were cut, rounded, nearly equal, or none at all."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Sentence, counted
from primer_core.claims.running import Run


@dataclass(frozen=True, slots=True)
class CutTowardZero(Claim):
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

    def brief(self) -> str:
        """Write the claim as a word or two."""
        return "cuts off"


@dataclass(frozen=True, slots=True)
class RoundedDown(Claim):
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

    run: Run
    code: str
    left: int
    right: int
    quotient: int

    def sentence(self) -> Sentence:
        """Give the numbers."""
        division = f"{self.left} // {self.right}"
        return (Code(self.code), " rounds down, and not toward zero: ", Code(division), f" is {self.quotient}")

    def brief(self) -> str:
        """Write the claim as a word or two."""
        return "rounds down"


@dataclass(frozen=True, slots=True)
class NanStays(Claim):
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

    def brief(self) -> str:
        """Write the claim as a word or two."""
        return "nan stays"


@dataclass(frozen=True, slots=True)
class NearlyEqual(Claim):
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

    def brief(self) -> str:
        """Write the claim as a word or two."""
        return "nearly equal"
