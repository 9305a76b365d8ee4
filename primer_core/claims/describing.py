"""What is said of an array's attributes, and of what becomes of numbers in a dtype that cannot hold them."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from primer_core.claims.claim import Claim, Sentence, Shape, counted


@dataclass(frozen=True, slots=True)
class RankIs(Claim):
    """An array has so many axes.

    Parameters
    ----------
    name
        Of the array.
    rank
        How many.
    """

    name: str
    rank: int

    def sentence(self) -> Sentence:
        """Count the axes and the indices that a cell needs."""
        match self.rank:
            case 0:
                return ("no axis: its only cell needs no index",)
            case 1:
                return ("1 axis: one index names a cell",)
        return (f"{self.rank} axes: {self.rank} indices name a cell",)


@dataclass(frozen=True, slots=True)
class SizesAre(Claim):
    """An array has axes of these sizes.

    Parameters
    ----------
    name
        Of the array.
    shape
        The sizes.
    """

    name: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Say how long each axis is; of a matrix, how many rows and columns that are."""
        match self.shape:
            case ():
                return ("no axis at all: a single number",)
            case (n,):
                return (f"one axis of {n}",)
            case (m, n):
                return (f"{counted(m, 'row')} (axis 0), {counted(n, 'column')} (axis 1)",)
        return (", ".join(f"{size} along axis {axis}" for axis, size in enumerate(self.shape)),)


@dataclass(frozen=True, slots=True)
class CellsAre(Claim):
    """An array has so many cells: the product of its sizes.

    Parameters
    ----------
    name
        Of the array.
    shape
        The sizes.
    """

    name: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Multiply the sizes."""
        if not self.shape:
            return ("a single cell",)
        factors = f"{' · '.join(map(str, self.shape))} = " if len(self.shape) > 1 else ""
        return (factors + counted(prod(self.shape), "cell"),)


@dataclass(frozen=True, slots=True)
class NumbersAre(Claim):
    """An array holds numbers of one kind.

    Parameters
    ----------
    name
        Of the array.
    numbers
        What is in a cell: ``floating-point numbers``, ``whole numbers``, ..., or ``Python objects``.
    bits
        Of a cell.
    library
        Which chose the dtype, as none was asked for; empty where one was.
    """

    name: str
    numbers: str
    bits: int
    library: str

    def sentence(self) -> Sentence:
        """Name the kind and the bits, and who chose them."""
        bits = counted(self.bits, "bit")
        if self.numbers == "Python objects":
            return (f"Python objects: each cell is a pointer in {bits}, the objects lie elsewhere",)
        chosen = f"; no dtype was asked for, this is {self.library}'s choice" if self.library else ""
        return (f"{self.numbers} in {bits}{chosen}",)


@dataclass(frozen=True, slots=True)
class CellTakes(Claim):
    """A cell of an array takes so many bytes.

    Parameters
    ----------
    name
        Of the array.
    bytes
        How many.
    """

    name: str
    bytes: int

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        return (f"{counted(self.bytes, 'byte')} a cell",)


@dataclass(frozen=True, slots=True)
class CellsTake(Claim):
    """The cells of an array take so many bytes together.

    Parameters
    ----------
    name
        Of the array.
    cells, bytes
        How many cells, and bytes of each.
    """

    name: str
    cells: int
    bytes: int

    def sentence(self) -> Sentence:
        """Write the product."""
        return (f"{self.cells} · {counted(self.bytes, 'byte')}",)


@dataclass(frozen=True, slots=True)
class StepsAre(Claim):
    """The next cell along each axis is so far away.

    Parameters
    ----------
    name
        Of the array.
    strides
        One an axis.
    unit
        What they count: ``byte`` or ``element``.
    """

    name: str
    strides: tuple[int, ...]
    unit: str

    def sentence(self) -> Sentence:
        """Say how far, axis by axis."""
        if not self.strides:
            return ("no axis, no steps",)
        steps = [
            f"{counted(step, self.unit)} to the next cell along axis {axis}" for axis, step in enumerate(self.strides)
        ]
        return (", ".join(steps),)


@dataclass(frozen=True, slots=True)
class Became(Claim):
    """A number became another in a dtype.

    Parameters
    ----------
    given, stored
        The number and what it became, as Python writes both.
    dtype
        Which dtype.
    effect
        In which way: ``wraps around``, ``fraction cut off``, ``out of range``,
        ``no whole number stands for nan``, ``rounded``, ``too large``, ``too small``, ``not zero`` or
        ``real part alone``.
    """

    given: str
    stored: str
    dtype: str
    effect: str

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        return (self.effect,)
