"""What often surprises where the largest number stands at several places: one of them is given, the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Sentence, axis_text, counted
from primer_core.claims.running import Run


def _more(most: str) -> str:
    return f"{most.removesuffix('st')}r"


@dataclass(frozen=True, slots=True)
class FirstOfTied(InAWord, Claim):
    """The place of the largest or smallest number was asked for, and several numbers are equally large.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    array
        Of what it was asked, as code.
    most
        Whether it asks for the largest number: ``largest`` or ``smallest``.
    number
        That number, with up to six digits.
    count, size
        int, at how many places it stands, and how many there are.
    place
        int, the place that was given.
    flat
        Whether the array has several axes, so that places are counted in the order of its cells.
    every
        What gives all these places, as code; empty where the array is computed by the call's own line.
    """

    word: ClassVar[str] = "first of equals"
    run: Run
    code: str
    array: str
    most: str
    number: str
    count: int
    size: int
    place: int
    flat: bool
    every: str

    def sentence(self) -> Sentence:
        """Count the places, and name what gives all."""
        if self.count == self.size:
            return (
                f"all {self.size} numbers of ",
                Code(self.array),
                f" are {self.number}, and of equal numbers ",
                Code(self.code),
                f" gives the first place, 0: it does not mean that this one is {_more(self.most)}",
            )
        counted_how = ", counted cell by cell" if self.flat else ""
        every: Sentence = (". ", Code(self.every), f" gives all {self.count}") if self.every else ()
        return (
            Code(self.code),
            f" gives one place alone: the {self.most} number of ",
            Code(self.array),
            f", {self.number}, stands at {self.count} places, and the first of them is {self.place}{counted_how}",
            *every,
        )


@dataclass(frozen=True, slots=True)
class FirstOfTiedAlong(InAWord, Claim):
    """The places of the largest or smallest numbers along an axis were asked for, and several are equally large.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    array
        Of what it was asked, as code.
    most
        Whether it asks for the largest number: ``largest`` or ``smallest``.
    axis
        int, along which axis, counted from the first.
    size, lines
        int, how many numbers stand along it, and how often.
    tied, level
        int, how often the number stands at several places along it, and how often all are equal.
    every
        What is True at all these places, as code; empty where the array is computed by the call's own line.
    """

    word: ClassVar[str] = "first of equals"
    run: Run
    code: str
    array: str
    most: str
    axis: int
    size: int
    lines: int
    tied: int
    level: int
    every: str

    def sentence(self) -> Sentence:
        """Count the lines with several such places, and name what finds all."""
        if self.level == self.lines:
            return (
                f"along {axis_text(self.axis)} of ",
                Code(self.array),
                f" all {self.size} numbers are equal each time, and of equal numbers ",
                Code(self.code),
                f" gives the first place, 0: it does not mean that this one is {_more(self.most)}",
            )
        every: Sentence = (". ", Code(self.every), " is True at all of them") if self.every else ()
        return (
            f"along {axis_text(self.axis)} of ",
            Code(self.array),
            f" the {self.most} number stands at several places in {self.tied} of {counted(self.lines, 'line')}, and ",
            Code(self.code),
            " gives the first of them alone",
            *every,
        )
