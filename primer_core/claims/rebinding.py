"""What is said of names that statements bind to other objects, and of objects that they change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from primer_core.claims.claim import Bound, Claim, Code, Line, Name, Sentence, Span, Strong, counted, listed

How = Literal["same", "view", "beside", "own", "empty"]
"""What a name is bound to: an object that has a name, a view of one, an array beside its cells in one memory, an array
with memory of its own, or one without cells."""


@dataclass(frozen=True, slots=True)
class ReboundTo(Claim):
    """A statement bound a name to another object than that to which it was bound before the statements.

    Parameters
    ----------
    name, was
        The name, as it was bound last and as it was bound before the statements.
    since
        The last line before the statements.
    cells
        How many cells of the object before were changed by the statements.
    """

    name: Bound
    was: Bound
    since: Line
    cells: int

    def sentence(self) -> Sentence:
        """Say what became of the object before."""
        stays = f"changed, in {counted(self.cells, 'cell')}" if self.cells else "stays as it was"
        return (Code(self.name[1]), " bound ", Name(self.name[0]), " to ", Strong("another object"),
                f". The object that it was bound to before the statements {stays}.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class NameGone(Claim):
    """A name is no name of an array any more.

    Parameters
    ----------
    was
        The name, as it was bound before the statements.
    since
        The last line before the statements.
    cells
        How many cells of its array were changed by the statements.
    kept
        The names of arrays that lie in its memory in the end.
    """

    was: Bound
    since: Line
    cells: int
    kept: tuple[str, ...]

    def sentence(self) -> Sentence:
        """Say what became of the memory."""
        changed = f" Of its array {counted(self.cells, 'cell')} changed." if self.cells else ""
        reads = "still read that memory" if len(self.kept) > 1 else "still reads that memory"
        holds = f"{listed(self.kept)} {reads}." if self.kept else "No name reads that memory any more."
        return (Name(self.was[0]), f" is no name of an array any more.{changed} {holds}")


@dataclass(frozen=True, slots=True)
class Unchanged(Claim):
    """A name is bound to the object to which it was bound before the statements, and that is as it was.

    Parameters
    ----------
    name
        The name.
    since
        The last line before the statements.
    elsewhere
        The name of an array that kept its object and was changed, in another memory; None where there is none.
    """

    name: str
    since: Line
    elsewhere: str | None

    def sentence(self) -> Sentence:
        """Say so, and why a change did not reach it."""
        why = f": it does not lie in the memory of {self.elsewhere}" if self.elsewhere else ""
        return (Name(self.name), f" is unchanged{why}.")


@dataclass(frozen=True, slots=True)
class ChangedInPlace(Claim):
    """Names are bound to the objects to which they were bound before the statements, and those were changed.

    Parameters
    ----------
    names
        One or more.
    since
        The last line before the statements.
    """

    names: tuple[str, ...]
    since: Line

    def sentence(self) -> Sentence:
        """Say so."""
        each = "each is the same object as before" if len(self.names) > 1 else "it is the same object as before"
        return ("Changed in place: ", *_named(self.names), f"; {each}.")


@dataclass(frozen=True, slots=True)
class ChangedTogether(Claim):
    """Names of arrays in one memory are bound to the objects as before, and all of those were changed.

    Parameters
    ----------
    names
        Two or more.
    since
        The last line before the statements.
    """

    names: tuple[str, ...]
    since: Line

    def sentence(self) -> Sentence:
        """Say that it was one memory."""
        both = "both of them changed" if len(self.names) == 2 else "all of them changed"
        return ("One memory was written to, and ", *_named(self.names), " read it: ", Strong(both), ".")


def _named(names: tuple[str, ...]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for place, name in enumerate(names):
        joint = "" if not place else " and " if place == len(names) - 1 else ", "
        spans += [joint, Name(name)] if joint else [Name(name)]
    return tuple(spans)


@dataclass(frozen=True, slots=True)
class BoundTo(Claim):
    """A statement bound a name to an object.

    Parameters
    ----------
    name
        The name.
    how
        What the object is.
    of
        The array whose object or memory it is; None for none.
    """

    name: Bound
    how: How
    of: Bound | None

    def sentence(self) -> Sentence:
        """Say what the object is."""
        whose = self.of[0] if self.of else ""
        to: dict[How, str] = {
            "same": f"the object of {whose}",
            "view": f"a new object, a view of {whose}",
            "beside": f"a new object, in the memory of {whose}",
            "own": "a new object, with memory of its own",
            "empty": "a new object, without cells",
        }
        return (Name(self.name[0]), f" is bound to {to[self.how]}")


@dataclass(frozen=True, slots=True)
class BoundToValue(Claim):
    """A statement bound a name to a value that is no array.

    Parameters
    ----------
    name
        The name.
    value
        As Python prints it, cut where it is long.
    """

    name: Bound
    value: str

    def sentence(self) -> Sentence:
        """Give the value."""
        return (Name(self.name[0]), " is bound to a value, ", Code(self.value))


@dataclass(frozen=True, slots=True)
class NameTaken(Claim):
    """A statement took a name away.

    Parameters
    ----------
    line
        The statement.
    name
        The name.
    """

    line: Line
    name: str

    def sentence(self) -> Sentence:
        """Say so."""
        return (Name(self.name), " is no name any more")


@dataclass(frozen=True, slots=True)
class Wrote(Claim):
    """A statement changed cells.

    Parameters
    ----------
    line
        The statement.
    cells
        How many of each name's array that was there before it.
    """

    line: Line
    cells: tuple[tuple[str, int], ...]

    def sentence(self) -> Sentence:
        """Count the cells."""
        (name, count), *rest = self.cells
        spans: list[Span] = [f"changed {counted(count, 'cell')} of ", Name(name)]
        for place, (other, more) in enumerate(rest, start=1):
            spans += [" and " if place == len(rest) else ", ", f"{more} of ", Name(other)]
        return tuple(spans)


@dataclass(frozen=True, slots=True)
class ReadAnotherWay(Claim):
    """A statement gave an object another shape or other strides.

    Parameters
    ----------
    line
        The statement.
    name
        Of the object.
    shape
        Its shape then.
    """

    line: Line
    name: str
    shape: tuple[int, ...]

    def sentence(self) -> Sentence:
        """Say so."""
        return (Name(self.name), f" is the same object, read in another way, in shape {self.shape}")


@dataclass(frozen=True, slots=True)
class Printed(Claim):
    """A statement printed something.

    Parameters
    ----------
    line
        The statement.
    lines
        How many lines it printed.
    """

    line: Line
    lines: int

    def sentence(self) -> Sentence:
        """Say so."""
        return (f"printed {counted(self.lines, 'line')}",)


@dataclass(frozen=True, slots=True)
class DidNothing(Claim):
    """A statement changed no name and no element.

    Parameters
    ----------
    line
        The statement.
    """

    line: Line

    def sentence(self) -> Sentence:
        """Say so."""
        return ("changed no name and no cell",)


@dataclass(frozen=True, slots=True)
class NameSince(Claim):
    """What became of a name by the statements.

    Parameters
    ----------
    name
        The name.
    since
        The last line before the statements.
    bound
        "kept" to the object that it was bound to before; to a "new" object, which a statement made; to "another" that
        was there before; "first" where it was bound to nothing before; or "gone" where it is no name any more.
    cells
        How many cells of the object that it was bound to before changed.
    """

    name: str
    since: Line
    bound: str
    cells: int

    def sentence(self) -> Sentence:
        """Say what it is bound to."""
        to = {
            "kept": "the same object",
            "new": "a new object",
            "another": "another object",
            "first": "bound first",
            "gone": "no array",
        }
        return (to[self.bound],)

    def brief(self) -> str:
        """Say whether the cells changed of the object that it is bound to still."""
        if self.bound != "kept":
            return "–"
        return f"{self.cells} changed" if self.cells else "unchanged"
