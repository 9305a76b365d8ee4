"""What often surprises about edges and places: to which bin an edge belongs, and from where a place is counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Sentence, counted, number_text, signed
from primer_core.claims.running import Run


@dataclass(frozen=True, slots=True)
class LastBinClosed(InAWord, Claim):
    """Numbers that are the last edge of a histogram were counted in its last bin.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    lower, upper
        float, the edges of the last bin.
    count
        int, how many numbers are its upper edge.
    """

    word: ClassVar[str] = "last bin closed"
    run: Run
    code: str
    lower: float
    upper: float
    count: int

    def sentence(self) -> Sentence:
        """Count the numbers that are there for that alone."""
        lower, upper = number_text(self.lower), number_text(self.upper)
        return (
            Code(self.code),
            f" leaves the upper edge out of each bin but the last one, from {lower} to {upper}: "
            f"{counted(self.count, 'number')} in it {'is' if self.count == 1 else 'are'} {upper} itself",
        )


@dataclass(frozen=True, slots=True)
class PastTheEdges(InAWord, Claim):
    """A number that is the last edge was given the place behind the last bin.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    edge
        float, the last edge.
    place
        int, what it was given: the count of edges.
    instead
        The call that lets each bin hold its upper edge in place of its lower one.
    """

    word: ClassVar[str] = "behind the last bin"
    run: Run
    code: str
    edge: float
    place: int
    instead: str

    def sentence(self) -> Sentence:
        """Say what the bins hold, and what gives their upper edge to them."""
        return (
            Code(self.code),
            f" counts bins from 1, and each leaves its upper edge out: {number_text(self.edge)}, the last edge, is in "
            f"none of the {counted(self.place - 1, 'bin')} and gets {self.place}. ",
            Code(self.instead),
            f" gives it {self.place - 1}, and leaves lower edges out",
        )


@dataclass(frozen=True, slots=True)
class TakenForSorted(InAWord, Claim):
    """A function that takes an array for sorted was given one that is not.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    name
        The array, as code.
    before, after
        float, the first two of its numbers of which the larger one comes first.
    instead
        The call that sorts it.
    """

    word: ClassVar[str] = "not sorted"
    run: Run
    code: str
    name: str
    before: float
    after: float
    instead: str

    def sentence(self) -> Sentence:
        """Name the numbers that are in the wrong order, and what sorts them."""
        return (
            Code(self.code),
            " takes ",
            Code(self.name),
            f" for sorted, from the smallest on, and in it {number_text(self.before)} stands in front of "
            f"{number_text(self.after)}: what it gives cannot be relied on. ",
            Code(self.instead),
            " sorts it first",
        )


@dataclass(frozen=True, slots=True)
class OverlapsInPart(InAWord, Claim):
    """A moving mean has numbers at both ends for which a part of the weights lies outside.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    given, weights, made
        int, how many numbers and weights it was given, and how many numbers it gave.
    whole
        int, for how many of them all weights lie on numbers.
    instead
        The call that gives these alone.
    """

    word: ClassVar[str] = "ends in part"
    run: Run
    code: str
    given: int
    weights: int
    made: int
    whole: int
    instead: str

    def sentence(self) -> Sentence:
        """Count what is made of all weights."""
        return (
            Code(self.code),
            f" makes {self.made} of {self.given} numbers: at both ends only some of the {self.weights} weights lie on "
            "numbers, and the others count as weights of 0. ",
            Code(self.instead),
            f" gives the {self.whole} for which all of them do",
        )


@dataclass(frozen=True, slots=True)
class FromTheEnd(InAWord, Claim):
    """A place that was computed of a loop's name is below 0, and so counts from the end.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What is picked, as it stands in the program.
    index
        The place in it, as it stands there.
    name
        The name of the loop.
    value, place
        int, what the name is bound to, and the place that comes of it.
    """

    word: ClassVar[str] = "from the end"
    run: Run
    code: str
    index: str
    name: str
    value: int
    place: int

    def sentence(self) -> Sentence:
        """Say which element that is."""
        element = "the last element" if self.place == -1 else f"element {-self.place} from the end"
        return (
            Code(self.index),
            f" is {signed(self.place)} where ",
            Code(self.name),
            f" is {self.value}, and places below 0 count from the end: ",
            Code(self.code),
            f" takes {element} of the axis",
        )


@dataclass(frozen=True, slots=True)
class CountsAsBefore(InAWord, Claim):
    """Several elements were put in by places that are those of the array before.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    place, stands
        int, one of the places, and where that element stands in the result.
    """

    word: ClassVar[str] = "places of before"
    run: Run
    code: str
    place: int
    stands: int

    def sentence(self) -> Sentence:
        """Tell the place that was given from the one where it stands."""
        return (
            Code(self.code),
            f" counts places in the array as it was before any of them: what was put in at place {self.place} stands "
            f"at place {self.stands} of the result, behind the others",
        )


@dataclass(frozen=True, slots=True)
class MovedUp(InAWord, Claim):
    """A loop deletes one element in each round, so that those behind it have moved up in the next.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    place, was
        int, what is deleted, and which place that element had before the first round.
    instead
        What deletes all at once before the loop, as code.
    """

    word: ClassVar[str] = "moved up"
    run: Run
    code: str
    place: int
    was: int
    instead: str

    def sentence(self) -> Sentence:
        """Give both places of the element."""
        return (
            Code(self.code),
            f" deletes place {self.place} of what earlier rounds left, where all behind a deleted element moved up: at "
            f"first that element had place {self.was}. ",
            Code(self.instead),
            " in place of the loop deletes all at once",
        )
