"""What is said of the memory that the arrays in sight lie in, after a line of a program has run."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Sentence, counted, listed
from primer_core.claims.running import Run

_MOST_STRETCHES = 6
"""Stretches of cells that a sentence names one by one."""


@dataclass(frozen=True, slots=True)
class BufferCells(Claim):
    """The memory that an array lies in has so many bytes, which are so many cells.

    Parameters
    ----------
    run
        After which line, and when.
    name
        An array in it.
    nbytes, cells, itemsize
        Bytes of it, cells of it, and bytes of a cell: the largest that each element of each array in it fills whole.
    """

    run: Run
    name: str
    nbytes: int
    cells: int
    itemsize: int

    def sentence(self) -> Sentence:
        """Count them."""
        cells, size = counted(self.cells, "cell"), counted(self.itemsize, "byte")
        return (f"{counted(self.nbytes, 'byte')}, {cells} of {size}",)


@dataclass(frozen=True, slots=True)
class TouchesCells(Claim):
    """An array touches some cells of the memory that it lies in.

    Parameters
    ----------
    run
        After which line, and when.
    name
        The array.
    start
        Bytes from the first byte of the memory to the first that it touches.
    cells, itemsize
        How many cells it touches, and bytes of a cell.
    """

    run: Run
    name: str
    start: int
    cells: int
    itemsize: int

    def sentence(self) -> Sentence:
        """Give where it begins, and count."""
        return (f"from byte {self.start} on, {counted(self.cells, 'cell')}",)


@dataclass(frozen=True, slots=True)
class TouchesAll(Claim):
    """An array touches all bytes of the memory that it lies in.

    Parameters
    ----------
    run
        After which line, and when.
    name
        The array.
    """

    run: Run
    name: str

    def sentence(self) -> Sentence:
        """Say so."""
        return ("all of it",)


@dataclass(frozen=True, slots=True)
class MemoryChanged(Claim):
    """A line changed cells of memory, in place.

    Parameters
    ----------
    run
        Which line, and when.
    name
        An array that lies in it, and is changed.
    stretches
        Numbers of the first and the last cell of each stretch, ascending.
    itemsize
        Bytes of a cell.
    """

    run: Run
    name: str
    stretches: tuple[tuple[int, int], ...]
    itemsize: int

    def sentence(self) -> Sentence:
        """Name the cells."""
        return (f"this step changed {stretches_text(self.stretches)} (●)",)


def stretches_text(stretches: tuple[tuple[int, int], ...]) -> str:
    """Name cells by the stretches in which they lie: ``cells 0 to 3 and 7``; many are counted."""
    count = sum(last - first + 1 for first, last in stretches)
    if len(stretches) > _MOST_STRETCHES:
        return f"{count} cells in {len(stretches)} stretches"
    named = [f"{first} to {last}" if last > first else str(first) for first, last in stretches]
    return f"{'cell' if count == 1 else 'cells'} {listed(named)}"
