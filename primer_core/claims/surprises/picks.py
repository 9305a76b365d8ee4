"""What often surprises in what an index picks: nothing, a whole axis for a new one, an axis for each list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Sentence, Shape, counted, listed, signed
from primer_core.claims.running import Run


@dataclass(frozen=True, slots=True)
class EmptySpan(InAWord, Claim):
    """A slice picked nothing: where it stops does not lie behind where it begins, in the direction of its step.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The indexing.
    axis, size
        int, the axis along which nothing was picked, and its size.
    start, stop, step
        The slice, as numbers; None for what is left out.
    begins, ends
        int, the places that start and stop stand for, counted from 0.
    instead
        A slice that goes to the place that was meant; empty where none is given.
    """

    word: ClassVar[str] = "empty"
    run: Run
    code: str
    axis: int
    size: int
    start: int | None
    stop: int | None
    step: int | None
    begins: int
    ends: int
    instead: str = ""

    def sentence(self) -> Sentence:
        """Say what the slice is in numbers, which place each bound stands for, and why no place lies between."""
        given = ((self.start, self.begins), (self.stop, self.ends))
        from_end = [(bound, place) for bound, place in given if bound is not None and bound < 0]
        bounds = [
            f"{signed(bound)} counts from the end and stands for place {place}"
            for bound, place in dict(from_end).items()
        ]
        goes, beyond = ("down", "below") if (self.step or 1) < 0 else ("up", "above")
        text = ":".join("" if each is None else str(each) for each in (self.start, self.stop))
        text += "" if self.step is None else f":{self.step}"
        back: Sentence = (". ", Code(self.instead), " picks what lies there") if self.instead else ()
        return (
            Code(self.code),
            f" picks nothing: along axis {self.axis}, of size {self.size}, it is the slice ",
            Code(text),
            f"{', in which ' if bounds else ''}{', and '.join(bounds)}. It goes {goes} from place {self.begins} and "
            f"stops before place {self.ends}, which is not {beyond} it",
            *back,
        )


@dataclass(frozen=True, slots=True)
class NoAxisInSlice(InAWord, Claim):
    """``None`` stands as a bound of a slice, where a comma would make it a new axis.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The indexing.
    part
        The slice, as it is written.
    gives
        Shape of what it gives.
    instead
        The indexing with the comma.
    wanted
        Shape of that.
    """

    word: ClassVar[str] = "no new axis"
    run: Run
    code: str
    part: str
    gives: Shape
    instead: str
    wanted: Shape

    def sentence(self) -> Sentence:
        """Say how it is read, and give both shapes."""
        return (
            Code(self.part),
            " in ",
            Code(self.code),
            " is a slice, and ",
            Code("None"),
            f" is its bound, as if nothing stood there: no axis is added, and the shape is {self.gives}. ",
            Code(self.instead),
            f", with a comma, has shape {self.wanted}",
        )


@dataclass(frozen=True, slots=True)
class ListPerAxis(InAWord, Claim):
    """PyTorch took a list of lists in an index for a tuple, a list for each axis.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The indexing.
    lists
        int, how many lists the list holds.
    gives
        Shape of what it gave.
    instead
        The indexing with one tensor of places.
    wanted
        Shape of that.
    """

    word: ClassVar[str] = "a list per axis"
    run: Run
    code: str
    lists: int
    gives: Shape
    instead: str
    wanted: Shape

    def sentence(self) -> Sentence:
        """Say how it is read, and what is read as one array of places."""
        axes = "axis 0" if self.lists == 1 else f"axes 0 to {self.lists - 1}"
        return (
            "PyTorch reads a list of fewer than 32 lists as a tuple, with a list of places for each axis: ",
            Code(self.code),
            f" picks along {axes}, and its shape is {self.gives}. ",
            Code(self.instead),
            f" is one array of places along axis 0, and its shape is {self.wanted}",
        )


@dataclass(frozen=True, slots=True)
class OneAxisForLists(InAWord, Claim):
    """Lists of one place each were to keep their axes, and give one axis together.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The indexing.
    lists
        int, how many lists stand in the index.
    gives
        Shape of what it gives.
    instead
        The indexing with slices.
    wanted
        Shape of that.
    """

    word: ClassVar[str] = "one axis"
    run: Run
    code: str
    lists: int
    gives: Shape
    instead: str
    wanted: Shape

    def sentence(self) -> Sentence:
        """Say how lists are read, and what keeps an axis for each."""
        return (
            f"{'Two' if self.lists == 2 else self.lists} lists in an index are read together, a place of each at a "
            "time, and give one axis together: ",
            Code(self.code),
            f" has shape {self.gives}. ",
            Code(self.instead),
            f" keeps an axis for each, {self.wanted}",
        )


@dataclass(frozen=True, slots=True)
class PlacesNotValues(InAWord, Claim):
    """Numbers that an array holds were handed to a function which takes places.

    Parameters
    ----------
    run
        Which line, and when.
    code, given
        The call, and what it was handed as places.
    array
        The array, as code.
    places, there
        The numbers, and what stands at these places.
    instead
        What goes by the numbers themselves.
    """

    word: ClassVar[str] = "places"
    run: Run
    code: str
    given: str
    array: str
    places: tuple[int, ...]
    there: tuple[str, ...]
    instead: str

    def sentence(self) -> Sentence:
        """Say what the numbers are read as, and what is meant by them."""
        return (
            Code(self.code),
            " takes places: ",
            Code(self.given),
            f" holds {listed([*map(str, self.places)])}, and at these places of ",
            Code(self.array),
            f" stands {listed([*self.there])}. ",
            Code(self.instead),
            " goes by the numbers themselves",
        )


@dataclass(frozen=True, slots=True)
class ClippedAtTheEnd(InAWord, Claim):
    """A slice of so many places reaches over the end of its axis, and has fewer.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The slice.
    axis, size
        int, the axis and its size.
    start, stop
        int, from which place the slice reaches to which.
    """

    word: ClassVar[str] = "cut at the end"
    run: Run
    code: str
    axis: int
    size: int
    start: int
    stop: int

    def sentence(self) -> Sentence:
        """Say how many places there are, and what a number beyond the end does."""
        return (
            Code(self.code),
            f" asks for places {self.start} to {self.stop - 1}, and axis {self.axis} ends at {self.size - 1}: a slice "
            f"is cut there without a word, to {self.size - self.start} of {self.stop - self.start}. A single number "
            "beyond the end is an error",
        )


@dataclass(frozen=True, slots=True)
class ListIsOneIndex(InAWord, Claim):
    """A position was kept in a list with a number for each axis, and as an index it picked along axis 0.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The indexing.
    position
        The list, as code.
    places
        The numbers in it.
    gives
        Shape of what the index picks.
    instead
        What is one cell, as code.
    """

    word: ClassVar[str] = "along axis 0"
    run: Run
    code: str
    position: str
    places: tuple[int, ...]
    gives: Shape
    instead: str

    def sentence(self) -> Sentence:
        """Say what the list picks, and what picks one cell."""
        places = listed([signed(each) for each in self.places])
        return (
            Code(self.position),
            " is a list, and a list is one index, along axis 0: ",
            Code(self.code),
            f" has the shape {self.gives}, with what stands at {places} there. A tuple has an index for each axis: ",
            Code(self.instead),
            " is one cell",
        )


@dataclass(frozen=True, slots=True)
class GoesDownFirst(InAWord, Claim):
    """A place across and a place down stand in an index in that order, and the axis that comes first runs down.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The indexing.
    across, down
        Names of the two places.
    axis
        int, the axis along which the first of them goes.
    rows, columns
        int, sizes of that axis and of the next.
    instead
        The indexing with the names the other way round.
    """

    word: ClassVar[str] = "down first"
    run: Run
    code: str
    across: str
    down: str
    axis: int
    rows: int
    columns: int
    instead: str

    def sentence(self) -> Sentence:
        """Say along which axis each of the names goes, and what picks the place of a picture."""
        return (
            Code(self.code),
            " goes down by ",
            Code(self.across),
            f", along axis {self.axis} with its {counted(self.rows, 'row')}, and across by ",
            Code(self.down),
            f", along axis {self.axis + 1} with its {counted(self.columns, 'column')}. Where ",
            Code(self.across),
            " counts to the right and ",
            Code(self.down),
            " down, as in a picture, the place is ",
            Code(self.instead),
        )
