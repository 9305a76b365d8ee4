"""What is said of where the cells of a program came from."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Sentence, cell_text, counted, listed
from primer_core.claims.running import Run

Cell = tuple[str, tuple[int, ...]]
"""A cell: the name of an array and one index an axis; none for what is a number by itself."""

_MOST_LISTED = 4


@dataclass(frozen=True, slots=True)
class CellFrom(Claim):
    """A line put a number into a cell, and read no cells for it but these, of all that had a name then.

    Parameters
    ----------
    run
        Which line, and the how-manieth time it was begun.
    cell
        The cell, as it is called after that line.
    value
        The number, as code writes it, with eight significant digits at most.
    shown
        What it was computed of, as an expression over what has a name before that line; empty where it is not spelled
        out.
    numbers
        The same with numbers in the place of names; empty with `shown`.
    sources
        The cells, as they are called before that line.
    """

    run: Run
    cell: Cell
    value: str
    shown: str
    numbers: str
    sources: tuple[Cell, ...]

    def sentence(self) -> Sentence:
        """Spell out the arithmetic, or name the cells."""
        start: Sentence = (Code(cell_text(*self.cell)), " = ")
        if self.shown:
            said = dict.fromkeys((self.shown, self.numbers, self.value))
            return (*start, *(piece for words in said for piece in (Code(words), " = ")))[:-1]
        if self.sources:
            return (*start, Code(self.value), f", which came from {_counted(self.sources)}")
        return (*start, Code(self.value), ", which came from no cell with a name")


@dataclass(frozen=True, slots=True)
class WentInto(Claim):
    """Cells were computed of the number in a cell: with another number there, others would stand in them.

    Parameters
    ----------
    cell
        The cell, as it is called after the line that put the number there.
    since
        That line, and the how-manieth time it was begun.
    run
        The line that made the cells that it went into, and the how-manieth time it was begun.
    into
        These cells, all of one array.
    at
        A line after which they still stand there, and the how-manieth time it did something.
    """

    cell: Cell
    since: Run
    run: Run
    into: tuple[Cell, ...]
    at: Run

    def sentence(self) -> Sentence:
        """Name the cells."""
        return (Code(cell_text(*self.cell)), f" went into {_counted(self.into)}")


@dataclass(frozen=True, slots=True)
class SlopeWritten(Claim):
    """A line called ``backward()``, which wrote a slope into a cell of a leaf's gradient, or added it there.

    Parameters
    ----------
    run
        Which line, and the how-manieth time it was begun.
    cell
        The cell, such as one of ``w.grad``.
    value
        What stands there then, as code writes it, with eight significant digits at most.
    of
        What ``backward()`` was called of, as the line has it.
    added
        Whether there was a gradient before, to which it was added.
    """

    run: Run
    cell: Cell
    value: str
    of: str
    added: bool

    def sentence(self) -> Sentence:
        """Say the slope of what by what."""
        name, index = self.cell
        by = Code(cell_text(name.removesuffix(".grad"), index))
        added = ", added to what stood there" if self.added else ""
        return (
            Code(cell_text(*self.cell)),
            " = ",
            Code(self.value),
            ", the slope of ",
            Code(self.of),
            " by ",
            by,
            added,
        )


def _counted(cells: tuple[Cell, ...]) -> str:
    """Name cells, those of an array together where they are many: ``a[0], a[1] and 9 cells of b``."""
    names = dict.fromkeys(name for name, _ in cells)
    words = []
    for name in names:
        own = [cell for cell in cells if cell[0] == name]
        many = len(own) > _MOST_LISTED
        words.extend([f"{counted(len(own), 'cell')} of {name}"] if many else [cell_text(*cell) for cell in own])
    return listed(words)
