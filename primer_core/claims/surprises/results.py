"""What often surprises in what a function gives: in order, of one row, cut across samples, as no view, as a new key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Name, Sentence
from primer_core.claims.running import Run


@dataclass(frozen=True, slots=True)
class DifferentInOrder(InAWord, Claim):
    """The different values of an array are given in order, and not as they come in it.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    first, came
        What comes first in its result, and in what it was given.
    instead
        What gives the values as they come.
    """

    word: ClassVar[str] = "sorted"
    run: Run
    code: str
    first: str
    came: str
    instead: str

    def sentence(self) -> Sentence:
        """Say which comes first in both."""
        return (
            Code(self.code),
            " gives the different values in sorted order: ",
            Code(self.first),
            " is the first of them, and in what it is given ",
            Code(self.came),
            " comes first. ",
            Code(self.instead),
            " keeps the order in which they come",
        )


@dataclass(frozen=True, slots=True)
class DifferentOfAll(InAWord, Claim):
    """The different numbers of a matrix were asked for, some of whose rows come again.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call, which names no axis.
    count
        int, how many numbers it gives.
    instead
        The call for rows.
    rows, different
        int, how many rows there are, and how many different ones.
    """

    word: ClassVar[str] = "not row by row"
    run: Run
    code: str
    count: int
    instead: str
    rows: int
    different: int

    def sentence(self) -> Sentence:
        """Say what it compares, and what compares rows."""
        return (
            Code(self.code),
            f" names no axis and compares single cells: it gives {self.count} different numbers in one row. ",
            Code(self.instead),
            f" compares rows, of which {self.different} of {self.rows} are different",
        )


@dataclass(frozen=True, slots=True)
class RolledThrough(InAWord, Claim):
    """A matrix was rolled without an axis, so that cells went from one row to the next.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    cells
        int, how many cells lie in another row than before.
    instead
        The call that moves cells within rows.
    """

    word: ClassVar[str] = "across rows"
    run: Run
    code: str
    cells: int
    instead: str

    def sentence(self) -> Sentence:
        """Say how many cells changed their row, and what keeps them in it."""
        cells = "1 cell lies" if self.cells == 1 else f"{self.cells} cells lie"
        return (
            Code(self.code),
            f" names no axis and moves cells through all rows as if they were one: {cells} in another row now. ",
            Code(self.instead),
            " moves them within their rows",
        )


@dataclass(frozen=True, slots=True)
class WrittenToCopy(InAWord, Claim):
    """What reshapes gave a copy, and what is written to that does not reach the array.

    Parameters
    ----------
    run
        Which line writes, and when.
    name
        What it writes to.
    code
        What made it.
    given
        The array that this was asked of, whose cells lie in another order in memory.
    """

    word: ClassVar[str] = "a copy"
    run: Run
    name: str
    code: str
    given: str

    def sentence(self) -> Sentence:
        """Say why it is a copy."""
        return (
            "The cells of ",
            Code(self.given),
            " do not lie in memory in the order in which ",
            Code(self.code),
            " reads them, so this is a copy and no view: what is written to ",
            Name(self.name),
            " does not reach ",
            Code(self.given),
        )


@dataclass(frozen=True, slots=True)
class SamplesCut(InAWord, Claim):
    """Rows of a given length were made of images, more than there are samples.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    samples, rows
        int, the sizes of axis 0 before and after.
    numbers
        int, how many numbers a sample has.
    instead
        The call that gives each sample a row.
    """

    word: ClassVar[str] = "cuts samples"
    run: Run
    code: str
    samples: int
    rows: int
    numbers: int
    instead: str

    def sentence(self) -> Sentence:
        """Say how many rows come of a sample, and what keeps one for each."""
        return (
            Code(self.code),
            f" makes {self.rows} rows of {self.samples} samples: each sample has {self.numbers} numbers, and is cut "
            f"into {self.rows // self.samples} rows. ",
            Code(self.instead),
            " gives each sample a row of its own",
        )


@dataclass(frozen=True, slots=True)
class KeyOfItsOwn(InAWord, Claim):
    """A tensor became a new key of a dict in which another tensor of the same number is a key.

    Parameters
    ----------
    run
        Which line, and when.
    name
        The dict.
    key
        The key, as code.
    number
        The number that it holds.
    """

    word: ClassVar[str] = "a new key"
    run: Run
    name: str
    key: str
    number: str

    def sentence(self) -> Sentence:
        """Say why it is a new one, and what is not."""
        return (
            "To a dict each tensor is a key of its own, whatever number it holds: ",
            Name(self.name),
            f" has another key that holds {self.number} already. ",
            Code(f"{self.name}[{self.key}.item()]"),
            " takes the number as the key",
        )


@dataclass(frozen=True, slots=True)
class MoreDigitsThanHeld(InAWord, Claim):
    """A number of a float32 was compared as a float of Python's with one that float32 cannot hold.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The comparison.
    given
        What gives the number.
    held
        The number.
    number
        What it is compared with.
    instead
        A comparison that leaves out the digits which are lost.
    """

    word: ClassVar[str] = "float32"
    run: Run
    code: str
    given: str
    held: str
    number: str
    instead: str

    def sentence(self) -> Sentence:
        """Give both numbers, and a comparison that holds."""
        return (
            Code(self.given),
            " is ",
            Code(self.held),
            f": in float32, this is as near to {self.number} as it gets, and ",
            Code(self.code),
            " compares all digits of a float of Python's. ",
            Code(self.instead),
            " is True",
        )


@dataclass(frozen=True, slots=True)
class BeyondItsRange(InAWord, Claim):
    """Numbers were cast to whole ones of a few bits, and some lie beyond what these hold.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The cast.
    given, stored
        The first such number as code writes it, and what stands there.
    dtype
        Name of the dtype.
    instead
        A cast of numbers that are brought within its range first.
    """

    word: ClassVar[str] = "does not fit"
    run: Run
    code: str
    given: str
    stored: str
    dtype: str
    instead: str

    def sentence(self) -> Sentence:
        """Give both numbers, and what keeps within the range."""
        return (
            f"{self.given} does not fit into {self.dtype}: ",
            Code(self.code),
            f" has {self.stored} in its place. ",
            Code(self.instead),
            " brings such numbers to the nearest that fits first",
        )


@dataclass(frozen=True, slots=True)
class EachToNone(InAWord, Claim):
    """An array was compared with None by a sign that compares each of its cells.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The comparison.
    shape
        Of its result.
    instead
        The comparison of the array as a whole.
    """

    word: ClassVar[str] = "cell by cell"
    run: Run
    code: str
    shape: tuple[int, ...]
    instead: str

    def sentence(self) -> Sentence:
        """Say what it gives, and what gives one answer."""
        return (
            Code(self.code),
            " compares each cell with None, and gives an array of shape ",
            Code(str(self.shape)),
            ". ",
            Code(self.instead),
            " gives one answer",
        )


@dataclass(frozen=True, slots=True)
class StepsWithIt(InAWord, Claim):
    """What was kept of a parameter to be compared with it later lies in the same memory.

    Parameters
    ----------
    run
        Which line compares both, and when.
    name
        What was kept.
    code
        What it was bound to.
    parameter
        The parameter, as code.
    """

    word: ClassVar[str] = "no copy"
    run: Run
    name: str
    code: str
    parameter: str

    def sentence(self) -> Sentence:
        """Say why both are equal, and what would have been kept."""
        return (
            Name(self.name),
            " was bound to ",
            Code(self.code),
            ", which copies nothing: ",
            Name(self.name),
            " and ",
            Code(self.parameter),
            " are one memory, and a step of an optimiser changes both. ",
            Code(f"{self.name} = {self.parameter}.detach().clone()"),
            " keeps the numbers",
        )


@dataclass(frozen=True, slots=True)
class InverseOfCells(InAWord, Claim):
    """Each cell of a matrix was inverted, and the name says that the inverse was meant.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What inverts each cell.
    instead
        The inverse.
    """

    word: ClassVar[str] = "cell by cell"
    run: Run
    code: str
    instead: str

    def sentence(self) -> Sentence:
        """Name both."""
        return (Code(self.code), " divides 1 by each cell. The inverse of the matrix is ", Code(self.instead))
