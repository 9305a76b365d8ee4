"""What often surprises in how an index is read: as places and no mask, as rows and no cells, of every row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Name, Sentence, Shape, counted, times_text
from primer_core.claims.running import Run, line_of


@dataclass(frozen=True, slots=True)
class BindsMoreStrongly(InAWord, Claim):
    """``&`` or ``|`` stands beside a comparison without brackets around that, and takes its operand away from it.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The comparison, whose one side is ``&`` or ``|``.
    read
        How Python reads it, with all brackets.
    trues
        int, how many numbers of its result are True.
    instead
        The same with the brackets around the comparison.
    others
        int, how many numbers are True of that.
    """

    word: ClassVar[str] = "reads otherwise"
    run: Run
    code: str
    read: str
    trues: int
    instead: str
    others: int

    def sentence(self) -> Sentence:
        """Say how it is read, and what both readings give."""
        return (
            Code("&" if "&" in self.read else "|"),
            " binds more strongly than a comparison, so Python reads ",
            Code(self.code),
            " as ",
            Code(self.read),
            f", which is True {times_text(self.trues)}. ",
            Code(self.instead),
            f" is True {times_text(self.others)}",
        )


@dataclass(frozen=True, slots=True)
class NotSwapped(InAWord, Claim):
    """Parts of an array were swapped in one statement, and the second was written after the first was gone.

    Parameters
    ----------
    run
        Which line, and when.
    first, second
        Both parts as code, in the order in which they are written.
    instead
        The statement that swaps them.
    """

    word: ClassVar[str] = "not swapped"
    run: Run
    first: str
    second: str
    instead: str

    def sentence(self) -> Sentence:
        """Say what is read too late, and what swaps."""
        return (
            Code(self.first),
            " and ",
            Code(self.second),
            " on the right are views and no copies: ",
            Code(self.first),
            " is overwritten before it is read for ",
            Code(self.second),
            ", and afterwards both hold what was in ",
            Code(self.second),
            ". ",
            Code(self.instead),
            " swaps them",
        )


@dataclass(frozen=True, slots=True)
class KeptAsView(InAWord, Claim):
    """What a name was to keep of an array was overwritten before it was written back, as the name is a view.

    Parameters
    ----------
    run
        Which line, and when.
    name
        Which name.
    kept
        The part of the array that it is a view of, as code.
    into
        What the line writes to, as code.
    instead
        A copy of the part, as code.
    """

    word: ClassVar[str] = "no copy"
    run: Run
    name: str
    kept: str
    into: str
    instead: str

    def sentence(self) -> Sentence:
        """Say what it is a view of, and how it would have kept its numbers."""
        return (
            Name(self.name),
            " is a view of ",
            Code(self.kept),
            " and no copy: it holds what was written there since, so that ",
            Code(self.into),
            " and ",
            Code(self.kept),
            " hold the same numbers now. With ",
            Code(f"{self.name} = {self.instead}"),
            " they would be swapped",
        )


@dataclass(frozen=True, slots=True)
class PlaceAmongAll(InAWord, Claim):
    """The place of the largest or the smallest of all numbers was taken as an index along axis 0.

    Parameters
    ----------
    run
        Which line asked for the place, and when.
    code
        The call, which names no axis.
    name
        The array.
    place
        int, what it gave.
    used
        What takes it as an index along axis 0, as code.
    instead
        What gives the place along each axis, as code.
    cell
        The place along each axis.
    """

    word: ClassVar[str] = "counted flat"
    run: Run
    code: str
    name: str
    place: int
    used: str
    instead: str
    cell: Shape

    def sentence(self) -> Sentence:
        """Say what is counted, what the index does, and where the number stands."""
        return (
            Code(self.code),
            f" names no axis: {self.place} is a place among all numbers of ",
            Name(self.name),
            ", counted row by row. ",
            Code(self.used),
            " takes it as a place along axis 0. ",
            Code(self.instead),
            f" gives {self.cell}, where the number stands",
        )


@dataclass(frozen=True, slots=True)
class FillsColumns(InAWord, Claim):
    """A column for each row was given behind ``:``, and all of these columns were filled in every row.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What is written to.
    rows, cells
        int, rows of the array, and cells that it names.
    instead
        What names one cell of each row.
    """

    word: ClassVar[str] = "whole columns"
    run: Run
    code: str
    rows: int
    cells: int
    instead: str

    def sentence(self) -> Sentence:
        """Count what is filled, and name one cell of each row."""
        return (
            Code(self.code),
            f" names these columns in every row: {counted(self.cells, 'cell')} in all. ",
            Code(self.instead),
            f" names {self.rows}, one in each row",
        )


@dataclass(frozen=True, slots=True)
class TruthsAsPlaces(InAWord, Claim):
    """Zeros and ones stand as an index where truths would, and name the first two places.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The indexing.
    array
        What is indexed, as code.
    zeros, ones
        int, how many of each the index has.
    instead
        The indexing with truths.
    """

    word: ClassVar[str] = "no mask"
    run: Run
    code: str
    array: str
    zeros: int
    ones: int
    instead: str

    def sentence(self) -> Sentence:
        """Count what it names, and give the mask."""
        first: Sentence = (Code(f"{self.array}[0]"), f" {times_text(self.zeros)}")
        second: Sentence = (Code(f"{self.array}[1]"), f" {times_text(self.ones)}")
        named = (*first, " and ", *second) if self.zeros and self.ones else first if self.zeros else second
        return (
            "Whole numbers in an index are places and no mask: ",
            Code(self.code),
            " names ",
            *named,
            ". ",
            Code(self.instead),
            f" names each place once at which 1 stands, {self.ones} in all",
        )


@dataclass(frozen=True, slots=True)
class AnyCellEqual(InAWord, Claim):
    """It was asked whether a row is in an array, which is so where any one cell is equal.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The question.
    compared
        The comparison that it makes, as code.
    equal
        int, how many cells of that are True.
    instead
        The question for a whole row.
    """

    word: ClassVar[str] = "any cell"
    run: Run
    code: str
    compared: str
    equal: int
    instead: str

    def sentence(self) -> Sentence:
        """Say what is asked, and what asks for a whole row."""
        return (
            Code(self.code),
            " is True where any cell of ",
            Code(self.compared),
            f" is: {self.equal} of them {'is' if self.equal == 1 else 'are'}, and no whole row is equal. ",
            Code(self.instead),
            " asks for a whole row",
        )


@dataclass(frozen=True, slots=True)
class OrderOfEvery(InAWord, Claim):
    """An order for each line of a matrix was used as an index, and every line gave every order.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The indexing.
    axis
        int, 0 or 1, along which the order goes.
    shape
        Of what the indexing gives.
    instead
        What takes each line in its own order.
    wanted
        Shape of that.
    """

    word: ClassVar[str] = "every order"
    run: Run
    code: str
    axis: int
    shape: Shape
    instead: str
    wanted: Shape

    def sentence(self) -> Sentence:
        """Give both shapes."""
        each = ("column", "row")[self.axis]
        return (
            Code(self.code),
            f" does not take each {each} in its own order: its shape is {self.shape}. ",
            Code(self.instead),
            f" does, and its shape is {self.wanted}",
        )


@dataclass(frozen=True, slots=True)
class PlacesOfSmallest(InAWord, Claim):
    """The first places of an ascending order were taken where the name speaks of the largest.

    Parameters
    ----------
    run
        Which line, and when.
    name
        What was bound to them.
    code
        What takes them.
    count
        int, how many they are.
    instead
        What takes the places of the largest, the largest first.
    """

    word: ClassVar[str] = "the smallest"
    run: Run
    name: str
    code: str
    count: int
    instead: str

    def sentence(self) -> Sentence:
        """Say what comes first, and what takes the largest."""
        of = "the smallest number" if self.count == 1 else f"the {self.count} smallest numbers"
        return (
            Code("argsort"),
            " begins with the smallest: ",
            Name(self.name),
            f" holds the {'place' if self.count == 1 else 'places'} of {of}. ",
            Code(self.instead),
            " begins with the largest",
        )


@dataclass(frozen=True, slots=True)
class OrdersDrawnApart(InAWord, Claim):
    """Two arrays whose rows belong together were put into two orders, drawn one after the other.

    Parameters
    ----------
    run
        Which line drew the second order, and when.
    first
        Which line drew the first, and when.
    one, other
        The arrays, in the order in which they were drawn for.
    order
        What draws one order, as code.
    """

    word: ClassVar[str] = "pairs lost"
    run: Run
    first: Run
    one: str
    other: str
    order: str

    def sentence(self) -> Sentence:
        """Say what belongs together no longer, and how one order is drawn for both."""
        return (
            "This draws another order for ",
            Name(self.other),
            f" than line {line_of(self.first[0])} drew for ",
            Name(self.one),
            ", so that pairs which stood at one place of both fell apart. ",
            Code(f"order = {self.order}"),
            " draws one order for both: ",
            Code(f"{self.one}[order]"),
            " and ",
            Code(f"{self.other}[order]"),
        )


@dataclass(frozen=True, slots=True)
class LengthOfMask(InAWord, Claim):
    """The length of a mask was asked for, which does not say how often it is True.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What asks.
    count
        int, what it gives.
    sum
        What counts the True.
    true
        int, how many there are.
    """

    word: ClassVar[str] = "not how many"
    run: Run
    code: str
    count: int
    sum: str
    true: int

    def sentence(self) -> Sentence:
        """Say what was counted, and what counts the True."""
        return (
            Code(self.code),
            f" is {self.count}, the size of axis 0, wherever the mask is True. True is added up as 1 and False as 0: ",
            Code(self.sum),
            f" says how many are True, {self.true}",
        )


@dataclass(frozen=True, slots=True)
class RowsJoined(InAWord, Claim):
    """Rows were added one after another to an array of one axis, which they made longer.

    Parameters
    ----------
    run
        Which line, and when: the last time.
    code
        What adds one.
    times
        int, how often rows were added.
    row, shape
        Length of a row, and the shape of the array now.
    """

    word: ClassVar[str] = "one long row"
    run: Run
    code: str
    times: int
    row: int
    shape: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Say what became of the rows, and how a table is made."""
        return (
            Code(self.code),
            f" joins numbers end to end: {self.times} rows of {self.row} are {self.shape} now, and no "
            f"table. Rows that are collected in a list become one of {(self.times, self.row)} with ",
            Code("np.array(rows)"),
        )
