"""What often surprises in what a result is made of: joined, of all or of each cell, or held elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Sentence, Shape
from primer_core.claims.running import Run


@dataclass(frozen=True, slots=True)
class ListsJoined(InAWord, Claim):
    """Two lists of numbers stand around a plus sign, which joins them.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The sum.
    each, both
        int, numbers in each of the lists, and in what came of them.
    """

    word: ClassVar[str] = "joined"
    run: Run
    code: str
    each: int
    both: int

    def sentence(self) -> Sentence:
        """Count both."""
        return (
            Code(self.code),
            f" joins two lists: of {self.each} and {self.each} numbers it makes {self.both}, and adds none of them. "
            "Arrays are added cell by cell",
        )


@dataclass(frozen=True, slots=True)
class JoinedEndToEnd(InAWord, Claim):
    """Arrays of one axis were joined by a function that makes columns of no row.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    count
        int, how many arrays.
    each, joined
        int, cells in each of them, and in the result.
    instead, columns
        What makes each a column, as code, and the shape of that.
    """

    word: ClassVar[str] = "end to end"
    run: Run
    code: str
    count: int
    each: int
    joined: int
    instead: str
    columns: Shape

    def sentence(self) -> Sentence:
        """Count the cells, and give the shape of the columns."""
        return (
            Code(self.code),
            f" joins arrays of one axis end to end: {self.count} of {self.each} cells give {self.joined} cells. ",
            Code(self.instead),
            f" makes each of them a column: {self.columns}",
        )


@dataclass(frozen=True, slots=True)
class LengthOfAll(InAWord, Claim):
    """The norm of a table is one number for all rows.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call, which names no axis.
    cells, rows
        int, cells and rows of the table.
    instead
        The call with an axis.
    """

    word: ClassVar[str] = "one for all"
    run: Run
    code: str
    cells: int
    rows: int
    instead: str

    def sentence(self) -> Sentence:
        """Say of what it is the norm, and what gives one for each row."""
        return (
            Code(self.code),
            f" names no axis: it gives one norm for all {self.cells} cells. ",
            Code(self.instead),
            f" gives one for each of the {self.rows} rows",
        )


@dataclass(frozen=True, slots=True)
class LowerOfTheMiddle(InAWord, Claim):
    """The median of an even count is the lower of the two numbers in the middle.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    lower, upper
        float, the two numbers.
    instead
        What gives the number between them, as code.
    """

    word: ClassVar[str] = "the lower one"
    run: Run
    code: str
    lower: float
    upper: float
    instead: str

    def sentence(self) -> Sentence:
        """Name both numbers."""
        return (
            Code(self.code),
            f" gives {self.lower:.4g}, the lower of the two numbers in the middle: the other one is {self.upper:.4g}. "
            "PyTorch does not take their mean, as NumPy does. ",
            Code(self.instead),
            " does",
        )


@dataclass(frozen=True, slots=True)
class PowerOfCells(InAWord, Claim):
    """A square matrix, of which matrix products are taken, was raised to a power cell by cell.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The power.
    instead
        The power of the matrix, as code.
    """

    word: ClassVar[str] = "cell by cell"
    run: Run
    code: str
    instead: str

    def sentence(self) -> Sentence:
        """Name what multiplies matrices."""
        return (
            Code(self.code),
            " raises each cell to the power, and is no product of matrices. That is ",
            Code(self.instead),
        )


@dataclass(frozen=True, slots=True)
class PutIntoTheDict(InAWord, Claim):
    """An entry of a network's state was replaced, and the network was not told.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The entry that is written to.
    state, network
        Names of the dictionary and of the network.
    """

    word: ClassVar[str] = "in the dict alone"
    run: Run
    code: str
    state: str
    network: str

    def sentence(self) -> Sentence:
        """Say who holds what, and what loads it."""
        return (
            Code(self.code),
            " is another tensor now, which ",
            Code(self.state),
            " holds alone: the parameter of ",
            Code(self.network),
            " keeps its numbers. A state is put into it by ",
            Code(f"{self.network}.load_state_dict({self.state})"),
        )


@dataclass(frozen=True, slots=True)
class HalfOfALogit(InAWord, Claim):
    """Logits, which a loss makes probabilities of, were compared with one half.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The comparison.
    instead
        What asks whether the probability is above one half, as code.
    count
        int, for how many numbers the answers differ.
    """

    word: ClassVar[str] = "logits"
    run: Run
    code: str
    instead: str
    count: int

    def sentence(self) -> Sentence:
        """Say what a logit of one half stands for."""
        differ = "1 answer differs" if self.count == 1 else f"{self.count} answers differ"
        return (
            Code(self.code),
            " compares logits, and a logit of 0.5 stands for a probability of 0.62. ",
            Code(self.instead),
            f" asks whether the probability is above 0.5: {differ}",
        )


@dataclass(frozen=True, slots=True)
class HeldByBoth(InAWord, Claim):
    """An array was changed in place that a dictionary and the copy of it hold.

    Parameters
    ----------
    run
        Which line, and when.
    code, other
        The array as it is written to, and as an entry of the other dictionary.
    copied
        How the one dictionary was made of the other, as code.
    instead
        What copies the arrays, too.
    """

    word: ClassVar[str] = "held by both"
    run: Run
    code: str
    other: str
    copied: str
    instead: str

    def sentence(self) -> Sentence:
        """Name both entries, and what copies all."""
        return (
            Code(self.code),
            " and ",
            Code(self.other),
            " are one array: ",
            Code(self.copied),
            " made a new dictionary that holds the same arrays. ",
            Code(self.instead),
            " copies them, too",
        )


@dataclass(frozen=True, slots=True)
class SpreadNotVariance(InAWord, Claim):
    """Numbers were drawn with a standard deviation, and their variance is asked for.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The draw.
    deviation, variance
        float, the standard deviation that it was given, and its square.
    """

    word: ClassVar[str] = "standard deviation"
    run: Run
    code: str
    deviation: float
    variance: float

    def sentence(self) -> Sentence:
        """Tell the one from the other."""
        return (
            Code(self.code),
            f" takes {self.deviation:g} as the standard deviation: it draws with a variance of {self.variance:g}. "
            "For a variance v it is given the root of v",
        )


@dataclass(frozen=True, slots=True)
class NoBatchSeen(InAWord, Claim):
    """A network was called in evaluation mode whose BatchNorm has seen no batch in training.

    Parameters
    ----------
    run
        Which line, and when.
    network
        Its name.
    """

    word: ClassVar[str] = "no batch seen"
    run: Run
    network: str

    def sentence(self) -> Sentence:
        """Say what its running numbers are."""
        return (
            Code(self.network),
            " is in evaluation mode, in which BatchNorm takes its running mean and variance in place of those of the "
            "batch. No batch went through it in training mode, so that these are 0 and 1 as at the start, and it "
            "changes its input by almost nothing",
        )
