"""What is said of the lines of a program that has run: what each bound, changed and printed, and where it stopped."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Name, Sentence, Shape, Strong, counted, listed

Run = tuple[int, int]
"""A statement, and the how-manieth time that it ran, counted from 1. A statement is called by its line, counted from 1,
and where it stands behind others on that line, by that and so many times `BEHIND`."""

BEHIND = 1_000_000


def line_of(statement: int) -> int:
    """Return the line that a statement stands on."""
    return statement % BEHIND


@dataclass(frozen=True, slots=True)
class BoundArray(Claim):
    """A line bound a name to an array.

    Parameters
    ----------
    run
        Which line, and when.
    name
        The name.
    shape
        Of the array.
    dtype
        As its library writes it.
    """

    run: Run
    name: str
    shape: Shape
    dtype: str

    def sentence(self) -> Sentence:
        """Give name, shape and dtype."""
        return (Name(self.name), f" {self.shape} {self.dtype}")


@dataclass(frozen=True, slots=True)
class FirstBound(Claim):
    """A line bound a name that was not there in its scope when the line began.

    Parameters
    ----------
    run
        Which line, and when.
    name
        The name.
    """

    run: Run
    name: str

    def sentence(self) -> Sentence:
        """Say so."""
        return (Name(self.name), " was not there before")

    def brief(self) -> str:
        """Write the claim as a word."""
        return "new"


@dataclass(frozen=True, slots=True)
class BoundAgain(Claim):
    """A line bound a name to something else than it was bound to before.

    Parameters
    ----------
    run
        Which line, and when.
    name
        The name.
    """

    run: Run
    name: str

    def sentence(self) -> Sentence:
        """Say so."""
        return (Name(self.name), " was bound to something else before")

    def brief(self) -> str:
        """Write the claim as a word."""
        return "rebound"


@dataclass(frozen=True, slots=True)
class OwnBytes(Claim):
    """The array that a line bound a name to lies in memory in which no other array in sight lies.

    Parameters
    ----------
    run
        Which line, and when.
    name
        The name.
    nbytes
        Bytes of that memory.
    """

    run: Run
    name: str
    nbytes: int

    def sentence(self) -> Sentence:
        """Count the bytes."""
        return (f"no other named array lies in its {counted(self.nbytes, 'byte')}",)


@dataclass(frozen=True, slots=True)
class SharesCells(Claim):
    """The array that a line bound a name to shares cells with one in sight.

    Parameters
    ----------
    run
        Which line, and when.
    name
        The name.
    of
        The array that was there before.
    start
        Bytes from the first byte of their memory to the first of the array.
    read_only
        Whether the array is only to be read.
    """

    run: Run
    name: str
    of: str
    start: int
    read_only: bool = False

    def sentence(self) -> Sentence:
        """Say what a write does."""
        begins = f" from byte {self.start} of its memory on"
        if not self.read_only:
            return ("a view of ", Name(self.of), f"{begins}: writing to one writes to both")
        shows = " shows in it"
        return (
            "a view of ",
            Name(self.of),
            f"{begins}, and only to be read: what is written to ",
            Name(self.of),
            shows,
        )

    def brief(self) -> str:
        """Write the claim as a word or two."""
        return f"view of {self.of}"


@dataclass(frozen=True, slots=True)
class SameArray(Claim):
    """A line bound a name to an array that has another name.

    Parameters
    ----------
    run
        Which line, and when.
    name
        The name.
    of
        The other.
    """

    run: Run
    name: str
    of: str

    def sentence(self) -> Sentence:
        """Say that it is one array."""
        return ("the very array that ", Name(self.of), " is: one array with two names")

    def brief(self) -> str:
        """Write the claim as a word or two."""
        return f"same object as {self.of}"


@dataclass(frozen=True, slots=True)
class BesideCells(Claim):
    """The array that a line bound a name to lies in the memory of one in sight and shares no cell with it.

    Parameters
    ----------
    run
        Which line, and when.
    name
        The name.
    of
        The array that was there before.
    """

    run: Run
    name: str
    of: str

    def sentence(self) -> Sentence:
        """Say so."""
        return ("other cells of the memory in which ", Name(self.of), " lies")


@dataclass(frozen=True, slots=True)
class BoundText(Claim):
    """A line bound a name to what is no array.

    Parameters
    ----------
    run
        Which line, and when.
    name
        The name.
    shown
        What Python shows of it; a function in it by its name, without its address.
    """

    run: Run
    name: str
    shown: str

    def sentence(self) -> Sentence:
        """Give the value."""
        return (Name(self.name), " = ", Code(self.shown))


@dataclass(frozen=True, slots=True)
class BoundKind(Claim):
    """A line bound a name to an object, of which the type is told.

    Parameters
    ----------
    run
        Which line, and when.
    name
        The name.
    kind
        Name of the type, as Python gives it.
    """

    run: Run
    name: str
    kind: str

    def sentence(self) -> Sentence:
        """Give the type."""
        return (Name(self.name), " is of type ", Code(self.kind))


@dataclass(frozen=True, slots=True)
class CellsChanged(Claim):
    """A line changed cells of arrays, and did not bind their names anew.

    Parameters
    ----------
    run
        Which line, and when.
    names
        The names, in the order in which they came up.
    """

    run: Run
    names: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Name them."""
        if len(self.names) == 1:
            return ("changes ", Name(self.names[0]), " in place")
        return (f"changes {listed(self.names)} in place, together",)

    def brief(self) -> str:
        """Write the claim as a word."""
        return "changed"


@dataclass(frozen=True, slots=True)
class ShapeChanged(Claim):
    """A line gave an array another shape, and did not bind its name anew.

    Parameters
    ----------
    run
        Which line, and when.
    name
        The name.
    before, after
        The shapes.
    """

    run: Run
    name: str
    before: tuple[int, ...]
    after: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Say both shapes."""
        return ("gives ", Name(self.name), f" another shape in place: {self.before} becomes {self.after}")

    def brief(self) -> str:
        """Write the claim as a word."""
        return "reshaped"


@dataclass(frozen=True, slots=True)
class LinePrinted(Claim):
    """A line printed something.

    Parameters
    ----------
    run
        Which line, and when.
    text
        What, a line of its own for each line.
    """

    run: Run
    text: str

    def sentence(self) -> Sentence:
        """Give what was printed."""
        return ("prints ", Code(self.text))


@dataclass(frozen=True, slots=True)
class ProgramStops(Claim):
    """A program stops at a line with an exception.

    Parameters
    ----------
    line
        int, counted from 1.
    kind
        Name of the exception's class.
    words
        What it says.
    code
        The part of the line that raises it.
    """

    line: int
    kind: str
    words: str
    code: str

    def sentence(self) -> Sentence:
        """Say where."""
        return (Strong(f"Line {self.line} fails"), " at ", Code(self.code), ".")

    def brief(self) -> str:
        """Name the line."""
        return f"line {self.line} fails"


@dataclass(frozen=True, slots=True)
class RanToItsEnd(Claim):
    """A program comes to its end.

    Parameters
    ----------
    printed
        int, how many lines of text it printed.
    """

    printed: int

    def sentence(self) -> Sentence:
        """Say so."""
        if not self.printed:
            return ("ran to its end and printed nothing",)
        return (f"ran to its end and printed {counted(self.printed, 'line')}",)


@dataclass(frozen=True, slots=True)
class RunsInstead(Claim):
    """A program goes beyond the line at which it stops, where one line is written in another way or put in.

    Parameters
    ----------
    line
        int, the line at which it stops, counted from 1.
    at
        int, the line that is changed, or before which one is put in.
    code
        What stands there then, without the spaces before it.
    added
        Whether it is put in.
    gives
        The shape or the value of what the line that stopped binds then, computes or prints; a gradient that it writes
        with its numbers; of ``if`` and ``while`` whether the condition is true; empty where it is none of these.
    """

    line: int
    at: int
    code: str
    added: bool
    gives: str

    def sentence(self) -> Sentence:
        """Give place, line and outcome."""
        where = f"before line {self.at}: " if self.added else f"line {self.at}: " if self.at != self.line else ""
        elsewhere = f"line {self.line} gives " if where and self.gives else ""
        runs = "" if self.gives else f"line {self.line} runs"
        return (*((where,) if where else ()), Code(self.code), f" → {elsewhere}{self.gives}{runs}")
