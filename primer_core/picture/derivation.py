"""A derivation as plain data: equations with their lines of code, the matrices they give, and each cell worked out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.picture.text import Role

ROW, COLUMN, EVERY = "{i}", "{j}", "*"
"""What stands, in a formula or a `Read`, for a cell's row and its column, and for every place along an axis."""

GAP = -1
"""Index of the places along an axis that are left out."""


@dataclass(frozen=True, slots=True)
class Read:
    """Cells of a matrix that a cell is made from.

    Parameters
    ----------
    symbol
        Of the matrix.
    row, column
        `ROW`, `COLUMN`, `EVERY`, or an index as a text.
    """

    kind: ClassVar[str] = "read"
    symbol: str
    row: str
    column: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """A named array; a vector is one row, a number one cell.

    Parameters
    ----------
    symbol, label
        What it is called in code and in mathematics.
    shape
        As Python writes it.
    role
        Whose colour it wears.
    axes
        How many it has, 0 to 2.
    rows, columns
        Indices that are drawn, with `GAP` where others are left out.
    cells
        Texts of the numbers that are drawn, row by row.
    """

    kind: ClassVar[str] = "matrix"
    symbol: str
    label: str
    shape: str
    role: Role
    axes: int
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    cells: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Matrices that belong together.

    Parameters
    ----------
    title
        Plain text.
    rows
        From top to bottom; each a row of stacks, a stack symbols of matrices one under the other.
    """

    kind: ClassVar[str] = "block"
    title: str
    rows: tuple[tuple[tuple[str, ...], ...], ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A piece of an equation.

    Parameters
    ----------
    text
        As the equation writes it.
    symbol
        Of the matrix that it stands for; empty for what stands between matrices.
    sign
        What the drawn equation shows in its place where it stands for no matrix.
    transposed, masked
        Whether the matrix is drawn transposed, and whether cells that are not above zero are set back.
    """

    kind: ClassVar[str] = "term"
    text: str
    symbol: str = ""
    sign: str = ""
    transposed: bool = False
    masked: bool = False


@dataclass(frozen=True, slots=True)
class WorkedCell:
    """One cell of a step, worked out.

    Parameters
    ----------
    formula
        In numbers.
    value
        The result with more digits than its matrix shows.
    other
        What it is compared with; empty where that is the same text.
    """

    kind: ClassVar[str] = "workedcell"
    formula: str
    value: str
    other: str = ""


@dataclass(frozen=True, slots=True)
class DerivationStep:
    """One equation, worked out.

    Parameters
    ----------
    symbol
        Of the matrix that it gives.
    phase
        Plain text: the heading it stands under.
    equation, code
        The same, in mathematics and in Python.
    shapes, meaning
        Plain texts: the shapes that meet and the one they give, and what the equation says.
    agrees
        Whether the comparison is passed.
    mark, verdict
        Plain texts of the comparison: a few letters, and a sentence.
    formula
        How each cell comes about, in symbols, with `ROW` and `COLUMN`.
    reads
        The cells that each cell is made from.
    cells
        One for each cell of its matrix that is drawn, row by row.
    compared
        Whether each cell has something to be compared with.
    """

    kind: ClassVar[str] = "derivationstep"
    symbol: str
    phase: str
    equation: tuple[Term, ...]
    code: str
    shapes: str
    meaning: str
    agrees: bool
    mark: str
    verdict: str
    formula: str
    reads: tuple[Read, ...]
    cells: tuple[tuple[WorkedCell, ...], ...]
    compared: bool = True


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a derivation could not go on: the line of code, and what the library said of it."""

    kind: ClassVar[str] = "stop"
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Pixels:
    """Rows of a matrix as small square pictures.

    Parameters
    ----------
    symbol
        Of the matrix.
    side
        Pixels along a side.
    levels
        Base64 of a picture after the other, two pixels a byte, the first in the upper half: 0 to 15, or, where it is
        signed, 1 to 15 with zero at 8.
    captions
        Plain text under each.
    signed
        Whether levels are on both sides of zero.
    """

    kind: ClassVar[str] = "pixels"
    symbol: str
    side: int
    levels: str
    captions: tuple[str, ...]
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Derivation:
    """The whole derivation.

    Parameters
    ----------
    matrices
        Every array.
    blocks
        How the matrices are laid out.
    steps
        In the order in which they are worked out.
    start
        Place of the step that is shown first.
    stop
        Set where it could not go on.
    pixels
        Matrices that are pictures as well.
    """

    kind: ClassVar[str] = "derivation"
    matrices: tuple[Matrix, ...]
    blocks: tuple[Block, ...]
    steps: tuple[DerivationStep, ...]
    start: int
    stop: Stop | None = None
    pixels: tuple[Pixels, ...] = ()
