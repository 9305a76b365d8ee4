"""What is said of values that are written into arrays: what is kept of them, and why some cannot be."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Line, Sentence, Shape, Strong, cell_text, counted, signed


@dataclass(frozen=True, slots=True)
class NeverGrows(Claim):
    """A result has a larger shape than the array it is to be stored in.

    Parameters
    ----------
    statement
        What was asked for: ``a += b``.
    name, shape
        Of the array that it is to be stored in.
    result
        Shape of the result.
    """

    statement: str
    name: str
    shape: Shape
    result: Shape

    def sentence(self) -> Sentence:
        """Say that the array keeps its shape."""
        return (
            f"The operands meet in {self.result}, but ",
            Code(self.statement),
            f" must store that in {self.name}, which has {self.shape}. The other operand may be stretched to fit "
            f"{self.name}; {self.name} itself never grows.",
        )


@dataclass(frozen=True, slots=True)
class CannotHold(Claim):
    """A result is computed, and the array that it was to be stored in does not take it.

    Parameters
    ----------
    name
        Of the array.
    """

    name: str

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        return (f"{self.name} cannot hold the result",)


@dataclass(frozen=True, slots=True)
class ReadOnly(Claim):
    """An array cannot be written to.

    Parameters
    ----------
    name
        Of the array.
    """

    name: str

    def sentence(self) -> Sentence:
        """Say so, and why NumPy makes it so."""
        return (f"{self.name} is a view that cannot be written to: several of its cells may be one in memory.",)


@dataclass(frozen=True, slots=True)
class IntoUnnamed(Claim):
    """A statement wrote into a copy that has no name.

    Parameters
    ----------
    line
        The statement.
    code
        The expression that made the copy.
    """

    line: Line
    code: str

    def sentence(self) -> Sentence:
        """Say so."""
        return ("wrote into ", Code(self.code), ", a copy without a name")

    def brief(self) -> str:
        """Say what becomes of the copy."""
        return "no name: let go"


@dataclass(frozen=True, slots=True)
class WrittenAndLost(Claim):
    """A statement wrote into a copy that has no name, and nothing that has one changed.

    Parameters
    ----------
    line
        The statement.
    code
        The expression that made the copy.
    """

    line: Line
    code: str

    def sentence(self) -> Sentence:
        """Say what becomes of the copy."""
        return (
            Code(self.line[0]), " wrote into ", Code(self.code), ": that is a ", Strong("copy"),
            ", made for this statement, with no name. Once the statement ends it is gone, and nothing else saw it.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LastBracketWrites(Claim):
    """Of two brackets before = the first has a list or a mask in it, so that the second writes into a copy.

    Parameters
    ----------
    line
        The statement.
    code
        The expression that ends in the first.
    """

    line: Line
    code: str

    def sentence(self) -> Sentence:
        """Say what each bracket does."""
        return ("Only the last bracket before = writes. What stands before it, ", Code(self.code),
                ", reads, and reading with a list or a mask makes a copy.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReadThenWritten(Claim):
    """A statement read cells that it wrote, and did as if it had read all of them before.

    Parameters
    ----------
    line
        The statement.
    """

    line: Line

    def sentence(self) -> Sentence:
        """Say what was done first."""
        return (
            Code(self.line[0]), " reads cells that it writes. It came to what a copy of the right side gives: all of "
            "it is read, then all is written.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class CountedOnce(Claim):
    """The index of a statement names a cell several times, and the statement changed the cell once.

    Parameters
    ----------
    line
        The statement.
    name, cell
        The array, and the first such cell.
    times
        How often it is named.
    each
        The statement that changes it each time; empty where the library has none.
    """

    line: Line
    name: str
    cell: tuple[int, ...]
    times: int
    each: str

    def sentence(self) -> Sentence:
        """Say in which order it is read and written, and what counts each time."""
        return (
            Code(self.line[0]),
            " names ",
            Code(cell_text(self.name, self.cell)),
            f" {self.times} times and changes it once: all cells are read, then all are written.",
            *((" ", Code(self.each), " changes it each time.") if self.each else ()),
        )


@dataclass(frozen=True, slots=True)
class ReadTooLate(Claim):
    """A statement of several assignments wrote cells that a view on its right side shows, before that was read.

    Parameters
    ----------
    line
        The statement.
    written
        What was written first.
    read, target
        The view on the right side, and what its numbers were written to.
    copy
        The copy that keeps the numbers.
    """

    line: Line
    written: str
    read: str
    target: str
    copy: str

    def sentence(self) -> Sentence:
        """Say what was gone by then."""
        return (
            "On the right of = stand views. ",
            Code(self.written),
            " was written first, so ",
            Code(self.read),
            " on the right showed the new numbers when ",
            Code(self.target),
            " was written: the old ones were gone. ",
            Code(self.copy),
            " on the right keeps them.",
        )


@dataclass(frozen=True, slots=True)
class NoRunningTotal(Claim):
    """A statement added a shifted view of an array to it, and gave no running total.

    Parameters
    ----------
    line
        The statement.
    code
        The expression that gives the running total.
    """

    line: Line
    code: str

    def sentence(self) -> Sentence:
        """Say what does."""
        return ("No sum runs along the array: ", Code(self.code), " before ", Code(self.line[0]),
                " would have given the running total.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Truncated(Claim):
    """An array of whole numbers kept numbers without their fractions.

    Parameters
    ----------
    line
        The statement.
    code
        The expression that did it; the statement itself where it wrote.
    dtype
        Of the array, as NumPy calls it.
    cells
        How many numbers became others.
    meant, kept
        The first of them, as Python writes both.
    """

    line: Line
    code: str
    dtype: str
    cells: int
    meant: str
    kept: str

    def sentence(self) -> Sentence:
        """Say which number became which."""
        which = _became(self.cells, self.meant, self.kept)
        return (Code(self.code), f": {self.dtype} holds whole numbers, so the fraction was ", Strong("cut off"), which)


@dataclass(frozen=True, slots=True)
class Wrapped(Claim):
    """An array of whole numbers was given numbers beyond what its dtype holds, and kept what they are modulo that.

    Parameters
    ----------
    line
        The statement.
    code
        The expression that did it; the statement itself where it wrote.
    dtype
        Of the array, as NumPy calls it.
    cells
        How many numbers became others.
    meant, kept
        The first of them, as Python writes both.
    """

    line: Line
    code: str
    dtype: str
    cells: int
    meant: str
    kept: str

    def sentence(self) -> Sentence:
        """Say which number became which."""
        which = _became(self.cells, self.meant, self.kept)
        return (Code(self.code), f": {self.dtype} does not reach that far, so it ", Strong("wrapped around"), which)


@dataclass(frozen=True, slots=True)
class NoWholeNumber(Claim):
    """An array of whole numbers was given something else, such as nan, and kept some number.

    Parameters
    ----------
    line
        The statement.
    code
        The expression that did it; the statement itself where it wrote.
    dtype
        Of the array, as NumPy calls it.
    cells
        How many numbers became others.
    meant, kept
        The first of them, as Python writes both.
    """

    line: Line
    code: str
    dtype: str
    cells: int
    meant: str
    kept: str

    def sentence(self) -> Sentence:
        """Say which number became which."""
        which = _became(self.cells, self.meant, self.kept)
        return (Code(self.code), f": {self.dtype} has no room for what was meant", which)


def _became(cells: int, meant: str, kept: str) -> str:
    if cells == 1:
        return f": {signed(meant)} became {signed(kept)}."
    return f" in {counted(cells, 'cell')}; the first number, {signed(meant)}, became {signed(kept)}."
