"""What often surprises in a line that runs without an error: it did something else than such a line is meant to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from primer_core.claims.claim import Claim, Code, InAWord, Name, Sentence, Shape, axis_text, cell_text, counted, listed
from primer_core.claims.running import Run

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class WrapsAround(InAWord, Claim):
    """Integers of an array left the range of its dtype.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The sum, difference, product or power, or what changes the sign.
    exact, stored
        What the first such number would be, and what stands there.
    dtype
        Of the result, as its library writes it.
    cells
        How many cells are so.
    """

    word: ClassVar[str] = "wraps around"
    run: Run
    code: str
    exact: int
    stored: int
    dtype: str
    cells: int

    def sentence(self) -> Sentence:
        """Give the number and what became of it."""
        more = f", and so in {counted(self.cells - 1, 'more cell')}" if self.cells > 1 else ""
        return (
            Code(self.code),
            f" wraps around: {self.exact} does not fit into {self.dtype}, so {self.stored} stands there{more}",
        )


@dataclass(frozen=True, slots=True)
class InNobodysCopy(InAWord, Claim):
    """A line wrote into an array that was made on the way and that no name holds.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What made that array.
    instead
        Statements that change the array of which it was picked, one after the other; empty where none are given.
    """

    word: ClassVar[str] = "lost write"
    run: Run
    code: str
    instead: str = ""

    def sentence(self) -> Sentence:
        """Say where the write went, and how the numbers come back."""
        back: Sentence = ()
        if self.instead:
            back = (". To change the array itself, write the copy back: ", Code(self.instead))
        return (
            Code(self.code),
            " is a copy that no name holds. The line writes there, so no array with a name changes",
            *back,
        )


@dataclass(frozen=True, slots=True)
class KeptNowhere(InAWord, Claim):
    """A line made an array and neither bound a name to it nor changed or printed anything.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    """

    word: ClassVar[str] = "not kept"
    run: Run
    code: str

    def sentence(self) -> Sentence:
        """Say that nothing is left of it."""
        return (Code(self.code), " returns an array, and nothing keeps it: the line binds and changes no name")


@dataclass(frozen=True, slots=True)
class OnceEach(InAWord, Claim):
    """An index names a cell several times, and a line changed the cell once.

    Parameters
    ----------
    run
        Which line, and when.
    name, cell
        The array, and the first such cell.
    times
        How often the index names it.
    instead
        What changes it as often; empty where that is not known.
    """

    word: ClassVar[str] = "once each"
    run: Run
    name: str
    cell: tuple[int, ...]
    times: int
    instead: str

    def sentence(self) -> Sentence:
        """Say in which order it is read and written, and what does so for each time that it is named."""
        each = (". ", Code(self.instead), " changes it each time") if self.instead else ()
        return (
            "the index names ",
            Code(cell_text(self.name, self.cell)),
            f" {self.times} times, and it changes once: all cells are read before any is written",
            *each,
        )


@dataclass(frozen=True, slots=True)
class OtherAxis(InAWord, Claim):
    """A column of a square array, or a result with one number a row, met its columns.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The operation.
    reduced
        The reduction, or the column, that has one number a row, as code.
    size
        Rows, and columns, of the square array.
    """

    word: ClassVar[str] = "meets columns"
    run: Run
    code: str
    reduced: str
    size: int

    def sentence(self) -> Sentence:
        """Say what meets what, and how rows keep their own."""
        return (
            Code(self.reduced),
            " has one number a row, and in ",
            Code(self.code),
            f" the {self.size} numbers meet the {self.size} columns: last axes meet first. "
            f"Of shape {(self.size, 1)} they would meet the rows",
        )


@dataclass(frozen=True, slots=True)
class ColumnMeetsRow(InAWord, Claim):
    """A column met a row, where both have as many numbers.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The operation.
    left, right
        Shapes of its operands.
    shape
        Of the result.
    """

    word: ClassVar[str] = "every pair"
    run: Run
    code: str
    left: Shape
    right: Shape
    shape: Shape

    def sentence(self) -> Sentence:
        """Give the shapes."""
        return (
            Code(self.code),
            " pairs every number of one with every number of the other: "
            f"{self.left} and {self.right} give {self.shape}",
        )


@dataclass(frozen=True, slots=True)
class SqueezedAll(InAWord, Claim):
    """``squeeze()`` took several axes away at once.

    Parameters
    ----------
    run
        Which line, and when.
    code
        The call.
    axes
        Those that it took away.
    shape
        What is left.
    """

    word: ClassVar[str] = "all of size 1"
    run: Run
    code: str
    axes: tuple[int, ...]
    shape: Shape

    def sentence(self) -> Sentence:
        """Name the axes."""
        return (Code(self.code), f" takes away {axis_text(*self.axes)}, all those of size 1: {self.shape} is left")


@dataclass(frozen=True, slots=True)
class StoredOtherwise(Claim):
    """A number, or a text, was written into an array whose dtype cannot hold it.

    Parameters
    ----------
    run
        Which line, and when.
    name
        The array.
    dtype
        Its dtype, as its library writes it.
    given, stored
        The first such number as code writes it, and what stands there.
    """

    run: Run
    name: str
    dtype: str
    given: str
    stored: str

    def sentence(self) -> Sentence:
        """Give both numbers."""
        return (Code(self.given), " is stored as ", Code(self.stored), ": ", Name(self.name), f" holds {self.dtype}")

    def brief(self) -> str:
        """Write the claim as a word or two."""
        return f"stored as {self.stored}"


@dataclass(frozen=True, slots=True)
class ProbabilitiesAgain(InAWord, Claim):
    """Cross-entropy was given probabilities where it takes logits.

    Parameters
    ----------
    run
        Which line, and when.
    code
        What it was given.
    """

    word: ClassVar[str] = "softmax again"
    run: Run
    code: str

    def sentence(self) -> Sentence:
        """Say what is done to them."""
        return (
            "the rows of ",
            Code(self.code),
            " hold no negative number and sum to 1, as probabilities do. Cross-entropy takes logits: "
            "it applies softmax once more",
        )


@dataclass(frozen=True, slots=True)
class GradientsAddUp(InAWord, Claim):
    """``backward()`` added to gradients that were there.

    Parameters
    ----------
    run
        Which line, and when.
    names
        The gradients, as ``w.grad``.
    """

    word: ClassVar[str] = "adds up"
    run: Run
    names: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Say that nothing set them to zero."""
        most = self.names if len(self.names) <= _MOST_NAMED else self.names[: _MOST_NAMED - 1]
        rest = f" and in {len(self.names) - len(most)} more" if len(most) < len(self.names) else ""
        named = Code(", ".join(most) if rest else listed(most))
        return (
            "backward() adds to what stood in ",
            named,
            f"{rest}, which was not zero. What stands there is cleared by zero_grad(), or by setting it to None",
        )


@dataclass(frozen=True, slots=True)
class OneListOften(InAWord, Claim):
    """All entries of a list are one list, one array or one tensor.

    Parameters
    ----------
    run
        Which line, and when.
    name
        The outer list.
    count
        Entries that it has.
    kind
        What they are.
    """

    word: ClassVar[str] = "one object"
    run: Run
    name: str
    count: int
    kind: Literal["list", "array", "tensor"]

    def sentence(self) -> Sentence:
        """Say what a change of one does."""
        return (
            "the ",
            f"{self.count} entries of ",
            Code(self.name),
            f" are one and the same {self.kind}: a change of one shows in all",
        )
