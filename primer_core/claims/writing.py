"""What is said of writing through an index: what is written, what stays, and why a value is not taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from primer_core.claims.claim import Claim, Code, Name, Sentence, Shape, Strong, cell_text, counted, signed
from primer_core.claims.picking import cell_name

Reads = Literal["view", "copy", "number"]
"""What an index gives where it is read."""
Comes = Reads | Literal["none"]
"""The same of a value, with "none" where it is not said."""


@dataclass(frozen=True, slots=True)
class ComesAs(Claim):
    """A value comes as a view or not, and with a shape.

    Parameters
    ----------
    name
        Of the value.
    reads
        Whether it is a view, a copy or a number; "none" where that is not said.
    shape
        Of an array; how many parts there are of a tuple, as ``(2,)``; None of a number.
    parts
        Whether it is a tuple.
    written
        Whether it is only read in passing, and the statement writes to a itself.
    """

    name: str
    reads: Comes
    shape: Shape | None
    parts: bool
    written: bool

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        word = {"view": "VIEW, ", "copy": "COPY, ", "number": "COPY, "}.get(self.reads, "")
        what = "a number" if self.shape is None else f"shape {self.shape}"
        if self.parts and self.shape:
            what = f"a tuple of {self.shape[0]}"
        return (f"{word}{what}{' when read; written to a itself' if self.written else ''}",)


@dataclass(frozen=True, slots=True)
class WrittenItself(Claim):
    """An index on the left of a statement says where it writes, also where reading by it would give a copy.

    Parameters
    ----------
    count
        How many cells of a are written.
    reads
        What the index gives where it is read.
    adds
        Whether the statement adds to the cells.
    """

    count: int
    reads: Reads
    adds: bool

    def sentence(self) -> Sentence:
        """Say which array is written, and why that is no contradiction."""
        cells = counted(self.count, "cell")
        wrote: Sentence = (f"{cells} of ", Name("a"), f" itself {'was' if self.count == 1 else 'were'} written")
        if self.reads == "view":
            return (*wrote, ": an index on the left of = says where to write.")
        found = "a number" if self.reads == "number" else "a copy"
        calls = (": Python calls ", Code("a.__setitem__"), ".")
        if self.adds:
            return (*wrote, ". ", Code("a[…] += v"), f" reads {found}, adds to it, and writes the sum back", *calls)
        return (
            *wrote,
            ". Reading ",
            Code("a[…]"),
            f" would give {found} here, but ",
            Code("a[…] = v"),
            " writes to ",
            Name("a"),
            *calls,
        )


@dataclass(frozen=True, slots=True)
class FilledInOrder(Claim):
    """Values are written through a mask, one to each cell where it is True.

    Parameters
    ----------
    count
        How many.
    first, last
        Cells that the first value and the last went to.
    """

    count: int
    first: Shape
    last: Shape

    def sentence(self) -> Sentence:
        """Name both cells."""
        return (
            f"The {self.count} values go one by one to the cells where the mask is True, in their order: the first to ",
            Code(cell_text("a", self.first)),
            ", the last to ",
            Code(cell_text("a", self.last)),
            ".",
        )


@dataclass(frozen=True, slots=True)
class AddedToRead(Claim):
    """What was read by an index is added to: in its own memory, or in that of the array.

    Parameters
    ----------
    reads
        What was read.
    changed
        How many cells of a have another value than before.
    shape
        Of what b is then, where a number was read: an array has been added if it has axes.
    """

    reads: Reads
    changed: int
    shape: tuple[int, ...] = ()

    def sentence(self) -> Sentence:
        """Say whether a changed."""
        add, a, b = Code("b += v"), Name("a"), Name("b")
        if self.reads == "number":
            made = ("array of shape ", Code(str(self.shape))) if self.shape else ("number",)
            return (add, " makes a new ", *made, " and calls it ", b, ". ", a, " is as it was.")
        if self.reads == "copy":
            return (add, " writes to the copy: ", a, " is as it was.")
        cells = counted(self.changed, "cell")
        return (add, " writes to the memory that ", b, " shares with ", a, f": {cells} of ", a, " changed.")


@dataclass(frozen=True, slots=True)
class AddedOnce(Claim):
    """An element that an index names several times is added to once.

    Parameters
    ----------
    cell
        Index of the element.
    times
        How often it is named.
    promised
        Whether the library says that the last of the sums is kept.
    library
        Its name.
    every
        Code that adds every time, where i, j, ... are the index arrays and v is the value; empty for none.
    """

    cell: tuple[int, ...]
    times: int
    promised: bool
    library: str
    every: str

    def sentence(self) -> Sentence:
        """Say what the statement means, and what would add every time."""
        kept = "the last one is kept" if self.promised else f"one of them is kept, {self.library} does not say which"
        return (
            Name(cell_name("a", self.cell)),
            f" is picked {self.times} times, but added to ",
            Strong("once"),
            ": ",
            Code("a[i] += v"),
            " means ",
            Code("a[i] = a[i] + v"),
            f", all sums are taken first and {kept}.",
            *((" ", Code(self.every), " adds every time.") if self.every else ()),
        )


@dataclass(frozen=True, slots=True)
class LastStays(Claim):
    """An element that an index names several times is given several values, of which one stays.

    Parameters
    ----------
    cell
        Index of the element.
    times
        How often it is named.
    promised
        Whether the library says that the last one stays.
    library
        Its name.
    """

    cell: tuple[int, ...]
    times: int
    promised: bool
    library: str

    def sentence(self) -> Sentence:
        """Say which stays."""
        stays = "the last one stays" if self.promised else f"one of them stays, {self.library} does not say which"
        return (
            Name(cell_name("a", self.cell)),
            f" is picked {self.times} times and given {self.times} values: {stays}.",
        )


@dataclass(frozen=True, slots=True)
class FractionsCut(Claim):
    """Fractions were cut off as values were stored, without a word.

    Parameters
    ----------
    name, dtype
        Name and dtype of the array that they are stored in.
    cells
        In how many cells what is stored is not what was given.
    """

    name: str
    dtype: str
    cells: int

    def sentence(self) -> Sentence:
        """Say so, and what would keep them."""
        count = counted(self.cells, "cell")
        return (
            Name(self.name),
            f" holds {self.dtype}, so in {count} the fraction was ",
            Strong("cut off"),
            " without a word. An array keeps its dtype: make it with floats to keep them.",
        )


@dataclass(frozen=True, slots=True)
class WrappedAsStored(Claim):
    """A whole number went beyond what a dtype holds, and wrapped around.

    Parameters
    ----------
    name, index
        The cell that it was to be stored in.
    dtype, least, most
        Dtype of the array, and the numbers that it holds.
    exact, stored
        The number, and what stands there.
    """

    name: str
    index: tuple[int, ...]
    dtype: str
    least: int
    most: int
    exact: int
    stored: int

    def sentence(self) -> Sentence:
        """Give both numbers, and the range."""
        return (
            f"{signed(self.dtype)} holds {signed(self.least)} to {signed(self.most)}, and ",
            Code(cell_name(self.name, self.index)),
            f" would be {signed(self.exact)}: it ",
            Strong("wrapped around"),
            f" to {signed(self.stored)}.",
        )


@dataclass(frozen=True, slots=True)
class ValueMisfit(Claim):
    """A value has a shape that does not broadcast to what it shall be written to.

    Parameters
    ----------
    cells
        Shape of what is written to.
    given
        Shape of the value.
    adds
        Whether it was to be added.
    of_b
        Whether it was to be added to what was read.
    """

    cells: Shape
    given: Shape
    adds: bool
    of_b: bool

    def sentence(self) -> Sentence:
        """Set the shapes against each other."""
        where = "b has shape" if self.of_b else "The index picks cells of shape"
        what = "added" if self.adds else "assigned"
        return (
            f"{where} {self.cells}, and what is {what} has shape {self.given}. It must broadcast to the former: a "
            "single number always does.",
        )


@dataclass(frozen=True, slots=True)
class ExceedsDtype(Claim):
    """A whole number is beyond what the dtype of an array holds.

    Parameters
    ----------
    value
        The number.
    dtype
        Of the array.
    least, most
        What that holds.
    """

    value: int
    dtype: str
    least: int
    most: int

    def sentence(self) -> Sentence:
        """Give the limits."""
        return (
            Name("a"),
            f" holds {self.dtype}, {signed(self.least)} to {signed(self.most)}: {signed(self.value)} is beyond that.",
        )


@dataclass(frozen=True, slots=True)
class NotConverted(Claim):
    """A value has another dtype than the array, and the library does not convert what would be stored.

    Parameters
    ----------
    held, given
        Dtypes of the array and of the value.
    adds
        Whether it was to be added.
    """

    held: str
    given: str
    adds: bool

    def sentence(self) -> Sentence:
        """Name both dtypes."""
        what = "added" if self.adds else "assigned"
        does = f"The sum is not converted back to {self.held}." if self.adds else "It is not converted here."
        return (Name("a"), f" holds {self.held}, and what is {what} is {self.given}. {does} Write both in one dtype.")
