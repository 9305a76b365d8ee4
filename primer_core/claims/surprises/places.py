"""What often surprises in where a line put its numbers: rows fell apart, axes were not swapped, an end was left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Name, Sentence, Shape, counted, signed
from primer_core.claims.running import Run


@dataclass(frozen=True, slots=True)
class SortedApart(InAWord, Claim):
    """Each line of a matrix was sorted by itself, so that lines across it fell apart.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    axis
        int, 0 or 1, along which it sorted.
    """

    word: ClassVar[str] = "sorted apart"
    run: Run
    code: str
    axis: int

    def sentence(self) -> Sentence:
        """Say what was sorted by itself, and what did not stay together."""
        alone, apart = ("column", "rows") if self.axis == 0 else ("row", "columns")
        return (Code(self.code), f" sorts each {alone} by itself: numbers of one {apart[:-1]} do not stay together")


@dataclass(frozen=True, slots=True)
class NotTransposed(InAWord, Claim):
    """An array was given its sizes in another order, which swaps no axes.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    before, after
        Shapes.
    """

    word: ClassVar[str] = "not transposed"
    run: Run
    code: str
    before: Shape
    after: Shape

    def sentence(self) -> Sentence:
        """Say what it does, and what it does not do."""
        return (
            Code(self.code),
            f" swaps no axes: it reads {self.before} row by row and fills {self.after} row by row",
        )


@dataclass(frozen=True, slots=True)
class NothingToSwap(InAWord, Claim):
    """An array of one axis was transposed.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What transposes it.
    size
        Of its axis.
    """

    word: ClassVar[str] = "nothing to swap"
    run: Run
    code: str
    size: int

    def sentence(self) -> Sentence:
        """Say what is left as it was."""
        return (Code(self.code), f" changes nothing: ({self.size},) is one axis, and there is none to swap it with")


@dataclass(frozen=True, slots=True)
class ProductOfItself(InAWord, Claim):
    """A vector was multiplied by itself, transposed, as if that made a table.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The product.
    number
        What it is.
    table
        What makes a table of the products.
    size
        int, of the vector.
    """

    word: ClassVar[str] = "one number"
    run: Run
    code: str
    number: str
    table: str
    size: int

    def sentence(self) -> Sentence:
        """Say what is multiplied and added, and what makes a table."""
        return (
            Code(self.code),
            f" multiplies number by number and adds up: {self.number}. ",
            Code(self.table),
            f" multiplies every number by every other, and gives ({self.size}, {self.size})",
        )


@dataclass(frozen=True, slots=True)
class FirstAlongColumns(InAWord, Claim):
    """``meshgrid`` let its first argument run along axis 1.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    first, second
        How many numbers its arguments have.
    """

    word: ClassVar[str] = "along axis 1"
    run: Run
    code: str
    first: int
    second: int

    def sentence(self) -> Sentence:
        """Give the shapes of both orders."""
        return (
            "the first argument of ",
            Code(self.code),
            f" runs along axis 1: {self.first} and {self.second} numbers give {(self.second, self.first)}. With ",
            Code('indexing="ij"'),
            f" it runs along axis 0, and they give {(self.first, self.second)}",
        )


@dataclass(frozen=True, slots=True)
class AddsRows(InAWord, Claim):
    """Python's own ``sum`` was asked for an array of several axes.

    Parameters
    ----------
    run
        Which line, and when.
    code, array
        The call, and what it was given.
    shape
        Of what it gives.
    """

    word: ClassVar[str] = "adds rows"
    run: Run
    code: str
    array: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Say what it adds."""
        return (
            Code(self.code),
            f" is Python's own: it adds the rows to each other, and {self.shape} is left. ",
            Code(f"{self.array}.sum()"),
            " adds all cells",
        )


@dataclass(frozen=True, slots=True)
class AddsRowsTo(InAWord, Claim):
    """Python's own ``sum`` was given two arrays: rows, and where it starts.

    Parameters
    ----------
    run
        Which line, and when.
    code, array, start
        The call, and what it was given.
    rows
        int, how many rows the first has.
    """

    word: ClassVar[str] = "adds rows"
    run: Run
    code: str
    array: str
    start: str
    rows: int

    def sentence(self) -> Sentence:
        """Say what it begins with, what it adds, and what adds cell by cell."""
        return (
            Code(self.code),
            " is Python's own: it begins with ",
            Code(self.start),
            f" and adds the {counted(self.rows, 'row')} of ",
            Code(self.array),
            " to it, one after another. ",
            Code(f"{self.array} + {self.start}"),
            " adds cell by cell",
        )


@dataclass(frozen=True, slots=True)
class FirstLeftOut(InAWord, Claim):
    """A slice that goes backwards ends before index 0.

    Parameters
    ----------
    run
        Which line, and when.
    code, whole
        The slice, and the one that goes on to the first cell.
    """

    word: ClassVar[str] = "first left out"
    run: Run
    code: str
    whole: str

    def sentence(self) -> Sentence:
        """Name the slice that has the first one, too."""
        return (
            Code(self.code),
            " leaves index 0 out: a slice ends before its stop, backwards as well. ",
            Code(self.whole),
            " has it",
        )


@dataclass(frozen=True, slots=True)
class SoftmaxDownColumns(InAWord, Claim):
    """Softmax went along axis 0 of a matrix.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    total
        What the numbers of the first row sum to, with three digits behind the point.
    """

    word: ClassVar[str] = "columns sum to 1"
    run: Run
    code: str
    total: str

    def sentence(self) -> Sentence:
        """Say what sums to 1, and what does not."""
        return (
            Code(self.code),
            f" goes down the columns: each column sums to 1, and row 0 sums to {self.total}. With ",
            Code("dim=1"),
            " each row would sum to 1",
        )


@dataclass(frozen=True, slots=True)
class PairsUp(InAWord, Claim):
    """Two lists of numbers as an index picked one cell for each pair.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What picks.
    cells
        int, how many cells it gives.
    """

    word: ClassVar[str] = "pairs"
    run: Run
    code: str
    cells: int

    def sentence(self) -> Sentence:
        """Count the cells."""
        return (
            Code(self.code),
            f" pairs the two lists up: it picks {self.cells} cells, one for each pair, and not each of the rows with "
            "each of the columns",
        )


@dataclass(frozen=True, slots=True)
class OneCellOften(InAWord, Claim):
    """A write changed more cells than its index names, since they are the same in memory.

    Parameters
    ----------
    run
        Which line, and when.
    name
        The array.
    named, changed
        int, cells that the index names, and cells that changed.
    """

    word: ClassVar[str] = "one cell, seen often"
    run: Run
    name: str
    named: int
    changed: int

    def sentence(self) -> Sentence:
        """Count both."""
        return (
            f"the index names {counted(self.named, 'cell')} of ",
            Name(self.name),
            f", and {counted(self.changed, 'cell')} changed: several cells of ",
            Name(self.name),
            " are one and the same in memory",
        )


@dataclass(frozen=True, slots=True)
class InverseCellByCell(InAWord, Claim):
    """A matrix and an inverse were multiplied cell by cell.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The multiplication.
    product
        The matrix product of the same operands, as code.
    """

    word: ClassVar[str] = "cell by cell"
    run: Run
    code: str
    product: str

    def sentence(self) -> Sentence:
        """Name both."""
        return (Code(self.code), " multiplies cell by cell. The matrix product is ", Code(self.product))


@dataclass(frozen=True, slots=True)
class ListRepeated(InAWord, Claim):
    """A list of numbers was multiplied by a whole number, which repeats it.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The multiplication.
    before, after
        int, numbers in the list, and in what came of it.
    """

    word: ClassVar[str] = "repeated"
    run: Run
    code: str
    before: int
    after: int

    def sentence(self) -> Sentence:
        """Count both."""
        return (
            Code(self.code),
            f" repeats the list: of {self.before} numbers it makes {self.after}, and multiplies none of them",
        )


@dataclass(frozen=True, slots=True)
class TakenAsOneRow(InAWord, Claim):
    """A function that was told no axis took an array of several axes as one row.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    before, after
        Shapes of the array and of the result.
    """

    word: ClassVar[str] = "flattened"
    run: Run
    code: str
    before: Shape
    after: Shape

    def sentence(self) -> Sentence:
        """Give both shapes."""
        return (
            Code(self.code),
            " names no axis, so it takes all numbers as one row: of ",
            f"{self.before} it makes {self.after}. With ",
            Code("axis="),
            " it keeps the axes",
        )


@dataclass(frozen=True, slots=True)
class SameAxisTwice(InAWord, Claim):
    """Two pairs of square brackets one after the other picked along axis 0 both times.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What picks.
    instead
        The same two in one pair of brackets.
    """

    word: ClassVar[str] = "axis 0 twice"
    run: Run
    code: str
    instead: str

    def sentence(self) -> Sentence:
        """Say what each pair picks along."""
        return (
            Code(self.code),
            " picks along axis 0 both times: a slice keeps the axis. ",
            Code(self.instead),
            " picks along axis 0 and axis 1",
        )


@dataclass(frozen=True, slots=True)
class OneHotRows(InAWord, Claim):
    """Rows of an identity matrix were picked by labels, which makes a one-hot row of each.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What picks.
    matrix, labels
        What stands for both in it.
    rows, classes
        int, how many labels there are, and how many numbers in a row.
    """

    word: ClassVar[str] = "one-hot rows"
    run: Run
    code: str
    matrix: str
    labels: str
    rows: int
    classes: int

    def sentence(self) -> Sentence:
        """Say what is picked for each label, and why that is one-hot."""
        return (
            Code(self.code),
            f" picks {counted(self.rows, 'row')} of ",
            Code(self.matrix),
            ", one for each number of ",
            Code(self.labels),
            f": row k of the identity has its 1 at place k of {self.classes}",
        )


@dataclass(frozen=True, slots=True)
class FoundNothing(InAWord, Claim):
    """The place of the first True was asked for where there is none.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    asked
        What is True nowhere, as code.
    """

    word: ClassVar[str] = "found nothing"
    run: Run
    code: str
    asked: str

    def sentence(self) -> Sentence:
        """Say what its 0 means, and what tells the two apart."""
        return (
            Code(self.asked),
            " is True nowhere, and of False alone ",
            Code(self.code),
            " gives the first place, 0, as if it were found there. ",
            Code(f"{self.asked if self.asked.isidentifier() else f'({self.asked})'}.any()"),
            " tells whether there is one",
        )


@dataclass(frozen=True, slots=True)
class ColumnsOfEvery(InAWord, Claim):
    """An index for each row was given behind ``:``, and every row gave all of these columns.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The indexing.
    rows
        int, rows of the array, and numbers in the index.
    instead
        What picks one number of each row.
    """

    word: ClassVar[str] = "of every row"
    run: Run
    code: str
    rows: int
    instead: str

    def sentence(self) -> Sentence:
        """Give the shape, and what picks one of each row."""
        return (
            Code(self.code),
            f" takes these columns of every row: its shape is {(self.rows, self.rows)}. One of each row is ",
            Code(self.instead),
        )


@dataclass(frozen=True, slots=True)
class EigenvectorsInColumns(InAWord, Claim):
    """A row was taken of a matrix whose columns are eigenvectors.

    Parameters
    ----------
    run
        Which line, and when.
    name
        The matrix.
    code
        What takes a row, or goes through the rows.
    instead
        What takes the column in its place, or goes through the columns.
    """

    word: ClassVar[str] = "rows"
    run: Run
    name: str
    code: str
    instead: str

    def sentence(self) -> Sentence:
        """Say where the eigenvectors stand."""
        return (
            "The eigenvectors are the columns of ",
            Name(self.name),
            ", and ",
            Code(self.code),
            " takes its rows: ",
            Code(self.instead),
            " takes columns",
        )


@dataclass(frozen=True, slots=True)
class CutNotTurned(InAWord, Claim):
    """An array was cut into rows, where the program also cuts it the other way and turns that: one shape, other cells.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call that cuts.
    array
        What is cut, as code.
    other
        What has the same shape, as code.
    row, column
        What stands in row 0 of the first, and in column 0 of the other.
    """

    word: ClassVar[str] = "other cells"
    run: Run
    code: str
    array: str
    other: str
    row: tuple[float, ...]
    column: tuple[float, ...]

    def sentence(self) -> Sentence:
        """Say what each makes of the numbers that are read first."""
        row, column = (", ".join(signed(f"{number:g}") for number in each) for each in (self.row, self.column))
        return (
            Code(self.code),
            " swaps no axes: the numbers of ",
            Code(self.array),
            f" are read with the last axis fastest and cut into rows of {len(self.row)}, so row 0 holds {row}. ",
            Code(self.other),
            f" cuts them into rows of {len(self.column)} and makes these columns: column 0 holds {column}",
        )


@dataclass(frozen=True, slots=True)
class PlacesNotRanks(InAWord, Claim):
    """The order that sorts was printed, or bound to a name that speaks of ranks.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call of ``argsort``.
    first
        int, which element the first number of the result says is the smallest, or the largest.
    rank
        int, the rank of element 0, counted from 0.
    """

    word: ClassVar[str] = "no ranks"
    run: Run
    code: str
    first: int
    rank: int

    def sentence(self) -> Sentence:
        """Say what the first number says, and what gives ranks."""
        return (
            Code(self.code),
            f" gives places in the order that sorts: its first number, {self.first}, says that element {self.first} "
            "comes first. It says no ranks: ",
            Code(f"{self.code}.argsort()"),
            f" gives each element's rank, {self.rank} for element 0",
        )


@dataclass(frozen=True, slots=True)
class CellsOfMesh(InAWord, Claim):
    """``meshgrid`` wrote out all pairs of two vectors as two tables.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    first, second
        Its arguments, as code.
    shape
        Of both tables.
    is_across
        Whether the first argument runs along axis 1.
    """

    word: ClassVar[str] = "all pairs"
    run: Run
    code: str
    first: str
    second: str
    shape: tuple[int, int]
    is_across: bool

    def sentence(self) -> Sentence:
        """Say which numbers stand in a cell, and along which axis each argument runs."""
        rows, columns = (self.second, self.first) if self.is_across else (self.first, self.second)
        return (
            Code(self.code),
            f" writes out all pairs as two tables of shape {self.shape}: cell [i, j] of both is for ",
            Code(f"{rows}[i]"),
            " and ",
            Code(f"{columns}[j]"),
            ". ",
            Code(rows),
            " runs along axis 0, down the rows, and ",
            Code(columns),
            " along axis 1. The two vectors alone meet place by place: i and j are the same then",
        )
