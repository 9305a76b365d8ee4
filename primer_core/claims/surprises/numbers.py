"""What often surprises in numbers that a line computed: they were cut, rounded, nearly equal, or none at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Name, Sentence, counted, listed
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
    dtypes
        Their dtypes, the one that holds fewer digits first, where these are two; else empty.
    """

    word: ClassVar[str] = "nearly equal"
    run: Run
    code: str
    left: float
    right: float
    dtypes: tuple[str, ...] = ()

    def sentence(self) -> Sentence:
        """Give the numbers, and how far they lie apart."""
        fewer = f". {self.dtypes[0]} holds fewer digits than {self.dtypes[1]}" if self.dtypes else ""
        return (
            Code(self.code),
            " compares all digits: ",
            Code(repr(self.left)),
            " and ",
            Code(repr(self.right)),
            f" are not equal, though they differ by {abs(self.left - self.right):.1e} alone{fewer}",
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


@dataclass(frozen=True, slots=True)
class DividesBy(InAWord, Claim):
    """A variance or a standard deviation was divided by n in the one library, and by n − 1 in the other.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    count
        int, n: how many numbers each result was computed of.
    less
        int, 0 or 1: what the library takes away from n by itself.
    other
        The call that takes away the other.
    """

    word: ClassVar[str] = "n or n − 1"
    run: Run
    code: str
    count: int
    less: int
    other: str

    def sentence(self) -> Sentence:
        """Give both divisors."""
        names = ("n", "n − 1")
        return (
            Code(self.code),
            f" divides by {names[self.less]}, here {self.count - self.less}. ",
            Code(self.other),
            f" divides by {names[1 - self.less]}, here {self.count - 1 + self.less}",
        )


@dataclass(frozen=True, slots=True)
class InRadians(InAWord, Claim):
    """A sine, cosine or tangent was given numbers that look like degrees.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    given, gives
        The first such number, and what came of it, with three digits behind the point.
    instead, degrees
        The call that takes degrees, and what that gives of the number.
    """

    word: ClassVar[str] = "radians"
    run: Run
    code: str
    given: str
    gives: str
    instead: str
    degrees: str

    def sentence(self) -> Sentence:
        """Give both results."""
        return (
            Code(self.code),
            f" takes radians: of {self.given} radians it gives {self.gives}. ",
            Code(self.instead),
            f" takes degrees: of {self.given} degrees it gives {self.degrees}",
        )


@dataclass(frozen=True, slots=True)
class ExclusiveOr(InAWord, Claim):
    """``^`` was computed with a small whole number, where a power is often meant.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The operation.
    left, right, gives
        int, the first number for which the two differ, the number behind the sign, and what came of them.
    power
        The power, as code.
    """

    word: ClassVar[str] = "no power"
    run: Run
    code: str
    left: int
    right: int
    gives: int
    power: str

    def sentence(self) -> Sentence:
        """Give the numbers, and name the power."""
        return (
            Code(self.code),
            " is exclusive or, bit by bit: ",
            Code(f"{self.left} ^ {self.right}"),
            f" is {self.gives}. ",
            Code(self.power),
            " is the power",
        )


@dataclass(frozen=True, slots=True)
class TotalWraps(InAWord, Claim):
    """A product or a sum of whole numbers left the range of its dtype.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    exact, stored
        int, what the first such number would be, and what stands there.
    dtype
        Of the result, as its library writes it.
    """

    word: ClassVar[str] = "wraps around"
    run: Run
    code: str
    exact: int
    stored: int
    dtype: str

    def sentence(self) -> Sentence:
        """Give the number and what became of it."""
        return (
            Code(self.code),
            f" wraps around: {self.exact} does not fit into {self.dtype}, so {self.stored} stands there",
        )


@dataclass(frozen=True, slots=True)
class MakesNotFinite(InAWord, Claim):
    """A number that is not finite came up, of numbers that did not make it so by themselves.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What made it.
    given
        The numbers that it was made of: finite ones, or, where it is nan, none that is nan.
    made
        inf, -inf or nan.
    """

    word: ClassVar[str] = "not finite"
    run: Run
    code: str
    given: tuple[str, ...]
    made: str

    def sentence(self) -> Sentence:
        """Say of what it was made."""
        return (Code(self.code), f" makes {self.made} of {listed(self.given)}")


@dataclass(frozen=True, slots=True)
class NoRealPower(InAWord, Claim):
    """A negative number was raised to a power that is no whole number.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The power.
    base, exponent
        The first such numbers.
    instead
        What gives a real root; empty where there is none.
    root
        What that gives for this number; empty with it.
    """

    word: ClassVar[str] = "no real power"
    run: Run
    code: str
    base: float
    exponent: float
    instead: str
    root: str

    def sentence(self) -> Sentence:
        """Say why it is nan, and what knows the root."""
        told = (". ", Code(self.instead), f" gives {self.root}") if self.instead else ()
        return (
            Code(self.code),
            f" is nan where the base is {self.base:g}: a negative number has no real power of {self.exponent:.6g}, and "
            "an array of real numbers holds no complex ones",
            *told,
        )


@dataclass(frozen=True, slots=True)
class NotQuiteThere(InAWord, Claim):
    """A float was looked for in an array that holds one which differs from it by rounding alone.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What looks for it.
    wanted, near
        The two.
    instead
        What finds it.
    """

    word: ClassVar[str] = "nearly equal"
    run: Run
    code: str
    wanted: float
    near: float
    instead: str

    def sentence(self) -> Sentence:
        """Give both with all digits, and what allows for rounding."""
        return (
            Code(self.code),
            " compares all digits: ",
            Code(repr(self.near)),
            " stands there, which is not ",
            Code(repr(self.wanted)),
            ". ",
            Code(self.instead),
            " allows for rounding",
        )


@dataclass(frozen=True, slots=True)
class BlowsUp(InAWord, Claim):
    """A number that a loop computes in each round is not finite at its end.

    Parameters
    ----------
    run
        Which line, and when.
    name
        Its name.
    first, now
        What it was in the first round, and is in this one.
    since
        int, the first round in which it is inf or nan, counted from 1, if it is so in all rounds since; 0 where that is
        not known.
    """

    word: ClassVar[str] = "blows up"
    run: Run
    name: str
    first: str
    now: str
    since: int

    def sentence(self) -> Sentence:
        """Say when it was finite last, or what it is now."""
        if self.since:
            return (Name(self.name), f" was {self.first} in round 1, and since round {self.since} it is not finite")
        return (Name(self.name), f" was {self.first} in round 1, and in round {self.run[1]} it is {self.now}")
