"""What often surprises in where a range of numbers ends, and in what is drawn at random."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Sentence, counted
from primer_core.claims.running import Run


@dataclass(frozen=True, slots=True)
class StopLeftOut(InAWord, Claim):
    """``arange`` ended one step before its stop.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    last, stop
        Its last number, and the stop, as code writes them.
    instead
        The ``linspace`` that has the same numbers and the stop.
    """

    word: ClassVar[str] = "stop left out"
    run: Run
    code: str
    last: str
    stop: str
    instead: str

    def sentence(self) -> Sentence:
        """Give the last number, and name what includes the stop."""
        return (
            Code(self.code),
            f" leaves its stop out: it ends at {self.last}. ",
            Code(self.instead),
            f" includes it, and ends at {self.stop}",
        )


@dataclass(frozen=True, slots=True)
class StopReached(InAWord, Claim):
    """``arange`` came as far as its stop, because its numbers are rounded.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    count
        int, numbers that it has.
    last, stop
        The last of them, and the stop, as code writes them.
    """

    word: ClassVar[str] = "one more"
    run: Run
    code: str
    count: int
    last: str
    stop: str

    def sentence(self) -> Sentence:
        """Give the last number, and what is sure of its count."""
        return (
            Code(self.code),
            f" leaves its stop out, and has {self.count} numbers all the same, the last one {self.last}: how many "
            f"steps lie before {self.stop} is computed in floats, which are rounded. ",
            Code("linspace"),
            " is told how many",
        )


@dataclass(frozen=True, slots=True)
class StopIncluded(InAWord, Claim):
    """``linspace`` included its stop, which makes its step an uneven number.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    count
        int, its numbers.
    step, other
        Its step, and that of one number more, with four digits.
    instead
        The call with one number more.
    """

    word: ClassVar[str] = "stop included"
    run: Run
    code: str
    count: int
    step: str
    other: str
    instead: str

    def sentence(self) -> Sentence:
        """Count the steps, and name the call with the even one."""
        return (
            Code(self.code),
            f" includes its stop: between {self.count} numbers there are {counted(self.count - 1, 'step')} of "
            f"{self.step}. ",
            Code(self.instead),
            f" has steps of {self.other}",
        )


@dataclass(frozen=True, slots=True)
class HighLeftOut(InAWord, Claim):
    """Whole numbers are drawn from a range whose upper end is left out.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    low, high
        int, the ends as they are given.
    """

    word: ClassVar[str] = "upper end left out"
    run: Run
    code: str
    low: int
    high: int

    def sentence(self) -> Sentence:
        """Give the largest number that can come."""
        drawn = f"from {self.low} to {self.high - 1}" if self.high - 1 > self.low else f"nothing but {self.low}"
        return (Code(self.code), f" draws {drawn}: its upper end, {self.high}, never comes")


@dataclass(frozen=True, slots=True)
class DrawnAgain(InAWord, Claim):
    """What was drawn could be drawn again, and some was.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    drawn, different
        int, how many were drawn, and how many of them differ.
    """

    word: ClassVar[str] = "drawn again"
    run: Run
    code: str
    drawn: int
    different: int

    def sentence(self) -> Sentence:
        """Count both."""
        return (
            Code(self.code),
            f" puts back what it has drawn: among the {self.drawn} that it drew there are {self.different} different "
            "ones. With ",
            Code("replace=False"),
            " nothing is drawn twice",
        )


@dataclass(frozen=True, slots=True)
class SeededAgain(InAWord, Claim):
    """A line that seeds ran again, so that the same random numbers come again.

    Parameters
    ----------
    run
        Which line, and when: not for the first time.
    code
        The call.
    """

    word: ClassVar[str] = "same numbers again"
    run: Run
    code: str

    def sentence(self) -> Sentence:
        """Say what is drawn after it."""
        return (
            Code(self.code),
            f" runs for the {ordinal(self.run[1])} time, and sets the generator to where it was after the first: the "
            "same random numbers come again",
        )


@dataclass(frozen=True, slots=True)
class SeededAlike(InAWord, Claim):
    """A generator was seeded with the number with which it had been seeded before, after it had been drawn from.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    before
        int, the line before.
    """

    word: ClassVar[str] = "same numbers again"
    run: Run
    code: str
    before: int

    def sentence(self) -> Sentence:
        """Say what each draw does, and what this one undoes."""
        return (
            "Each draw moves the generator on. ",
            Code(self.code),
            f" puts it back to where line {self.before} had put it: the same calls give the same random numbers again",
        )


def ordinal(number: int) -> str:
    """Write a whole number, from 1, as a place: ``2nd``, ``11th``."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


@dataclass(frozen=True, slots=True)
class SeedsNoGenerator(InAWord, Claim):
    """A generator was made after NumPy's own was seeded, which does not reach it.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call of ``default_rng``.
    seed
        The call that seeds.
    seeded
        Whether the generator was given a seed of its own.
    """

    word: ClassVar[str] = "seeded apart"
    run: Run
    code: str
    seed: str
    seeded: bool

    def sentence(self) -> Sentence:
        """Say what the seed does not decide, and what does."""
        own = " is seeded by its argument alone" if self.seeded else " has no seed: it draws other numbers each time"
        return (
            Code(self.seed),
            " seeds what functions such as ",
            Code("np.random.rand"),
            " draw, and no generator: ",
            Code(self.code),
            own,
        )
