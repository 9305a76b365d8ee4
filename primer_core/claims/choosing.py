"""What is said of results that are chosen among cells: places, ties, pairs of values and places, medians, truth."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Sentence, Strong, cell_text, number_text

Index = tuple[int, ...]


def _which(operation: str) -> str:
    return "smallest" if operation in ("argmin", "min") else "largest"


@dataclass(frozen=True, slots=True)
class GivesPlace(Claim):
    """A result is the place of a cell, not its value.

    Parameters
    ----------
    operation
        ``argmax`` or ``argmin``.
    result
        Index of one result.
    place
        What stands there.
    cell
        Index of the cell that it is the place of.
    value
        What that cell holds.
    """

    operation: str
    result: Index
    place: int
    cell: Index
    value: float

    def sentence(self) -> Sentence:
        """Tell the place from the value."""
        return (
            f"{self.operation} answers with a place, not a value: ",
            Code(cell_text("s", self.result)),
            f" is {self.place}, the place of ",
            Code(cell_text("a", self.cell)),
            f", which holds {number_text(self.value)}.",
        )


@dataclass(frozen=True, slots=True)
class CountedThroughAll(Claim):
    """Without an axis a place is counted through all cells, row by row.

    Parameters
    ----------
    place
        What s holds.
    cell
        Index of the cell.
    call
        What makes an index of the place: ``np.unravel_index(s, a.shape)``.
    """

    place: int
    cell: Index
    call: str

    def sentence(self) -> Sentence:
        """Give the index, and what computes it."""
        return (
            f"Without an axis the place is counted through all of a, row by row: place {self.place} is ",
            Code(cell_text("a", self.cell)),
            ", as ",
            Code(self.call),
            " tells.",
        )


@dataclass(frozen=True, slots=True)
class FirstWins(Claim):
    """Where several cells of a group are as large, the place is that of the first.

    Parameters
    ----------
    operation
        ``argmax`` or ``argmin``.
    result
        Index of one result with a tie.
    ties
        Cells of its group that hold the same, 2 or more.
    place
        What stands there.
    """

    operation: str
    result: Index
    ties: int
    place: int

    def sentence(self) -> Sentence:
        """Count the cells that tie, and say which wins."""
        return (
            f"{self.ties} cells tie as the {_which(self.operation)} for ",
            Code(cell_text("s", self.result)),
            ": the ",
            Strong("first"),
            f" wins, at place {self.place}.",
        )


@dataclass(frozen=True, slots=True)
class CountsAsTrue(Claim):
    """Every number but 0 counts as True.

    Parameters
    ----------
    true, cells
        Cells of a that count as True, and all of them.
    """

    true: int
    cells: int

    def sentence(self) -> Sentence:
        """Say how many do here."""
        do = "does" if self.true == 1 else "do"
        return (f"Every number but 0 counts as True: {self.true} of the {self.cells} cells of a {do}.",)


@dataclass(frozen=True, slots=True)
class TwoAnswers(Claim):
    """A call answers with values and with their places.

    Parameters
    ----------
    result
        Index of one result.
    value, place
        What it is, and where it stands along the axis.
    """

    result: Index
    value: float
    place: int

    def sentence(self) -> Sentence:
        """Tell them apart by one result."""
        return (
            "One call answers twice: ",
            Code(cell_text("m.values", self.result)),
            f" is {number_text(self.value)}, and ",
            Code(cell_text("m.indices", self.result)),
            f" says where: at place {self.place} along the axis.",
        )


@dataclass(frozen=True, slots=True)
class PairIsNoNumber(Claim):
    """Nothing can be added to a pair of values and places, but to its values.

    Parameters
    ----------
    refusal
        What PyTorch says to ``m + 1``.
    alone
        A call that gives the values alone: ``a.amax(dim=1)``.
    """

    refusal: str
    alone: str

    def sentence(self) -> Sentence:
        """Give the error, and what adds."""
        return (
            Code("m"),
            " is a tuple of both, so ",
            Code("m + 1"),
            " is an error: ",
            Code(self.refusal),
            ". ",
            Code("m.values + 1"),
            " adds, and so does ",
            Code(f"{self.alone} + 1"),
            ".",
        )


@dataclass(frozen=True, slots=True)
class ValuesAlone(Claim):
    """One call gives values and places, another the values alone.

    Parameters
    ----------
    both, alone
        The calls.
    """

    both: str
    alone: str

    def sentence(self) -> Sentence:
        """Tell them apart."""
        return (Code(self.both), " gives values and places; ", Code(self.alone), " gives the values alone.")


@dataclass(frozen=True, slots=True)
class OneInTheMiddle(Claim):
    """Of an odd number of sorted cells the one in the middle is the median.

    Parameters
    ----------
    count
        Cells of a group.
    result
        Index of one result.
    value
        The median there.
    """

    count: int
    result: Index
    value: float

    def sentence(self) -> Sentence:
        """Give the median."""
        if self.count == 1:
            return ("A group of 1 cell has that cell as its median.",)
        return (
            f"Of {self.count} sorted cells number {(self.count + 1) // 2} is in the middle: ",
            Code(cell_text("s", self.result)),
            f" is {number_text(self.value)}.",
        )


@dataclass(frozen=True, slots=True)
class TwoInTheMiddle(Claim):
    """Of an even number of sorted cells two are in the middle, and the libraries differ in what they make of them.

    Parameters
    ----------
    count
        Cells of a group.
    result
        Index of one result.
    lower, upper
        The two cells in the middle of its group.
    """

    count: int
    result: Index
    lower: float
    upper: float

    def sentence(self) -> Sentence:
        """Give both, and what each library takes."""
        mean = (float(self.lower) + float(self.upper)) / 2
        begin = f"Of {self.count} sorted cells two are in the middle, for "
        if self.lower == self.upper:
            told = f" both {number_text(self.lower)}: their mean, which NumPy takes, is the lower of them, too, which "
            return (begin, Code(cell_text("s", self.result)), told, "PyTorch takes.")
        return (
            begin,
            Code(cell_text("s", self.result)),
            f" {number_text(self.lower)} and {number_text(self.upper)}: NumPy takes their mean, {number_text(mean)}, "
            f"PyTorch the lower of them, {number_text(self.lower)}.",
        )


@dataclass(frozen=True, slots=True)
class NanIsChosen(Claim):
    """argmax and argmin give the place of the first nan.

    Parameters
    ----------
    operation
        ``argmax`` or ``argmin``.
    result
        Index of the result.
    place
        Of the nan among the cells of the result.
    instead
        Code that passes over it; empty where there is none.
    """

    operation: str
    result: tuple[int, ...]
    place: int
    instead: str

    def sentence(self) -> Sentence:
        """Say whose place that is."""
        instead: Sentence = (" ", Code(self.instead), " passes over it.") if self.instead else ()
        return (
            Code(cell_text("s", self.result)),
            f" is {self.place}, the place of the first nan: {self.operation} takes nan before any number.",
            *instead,
        )
