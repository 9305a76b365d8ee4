"""A derivation as plain data: equations with their lines of code, the matrices they give, and each cell worked out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from primer_core.picture.text import Role

ROW, COLUMN, EACH = "{i}", "{j}", "{k}"
"""What stands, in a formula, for the row and the column of a cell, and for each place that a `Sum` runs over."""

GAP = -1
"""Index of the places along an axis that are left out."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """A named array; a vector is one row, a number one cell.

    Parameters
    ----------
    symbol, label
        What it is called in code and in mathematics.
    shape
        Of none to two axes.
    role
        Whose colour it wears.
    rows, columns
        Indices that are drawn, with `GAP` where others are left out.
    cells
        Texts of the numbers that are drawn, row by row.
    full
        The same with more digits; empty where that is the same text.
    """

    kind: ClassVar[str] = "matrix"
    symbol: str
    label: str
    shape: tuple[int, ...]
    role: Role
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    cells: tuple[tuple[str, ...], ...]
    full: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A number of a matrix, in a formula.

    Parameters
    ----------
    symbol
        Of the matrix.
    row, column
        `ROW`, `COLUMN`, `EACH`, or an index as a text.
    bare
        Whether it stands without brackets where it is negative, because no sign stands before it.
    """

    kind: ClassVar[str] = "entry"
    symbol: str
    row: str
    column: str
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Positive:
    """1 where a number of a matrix is above zero, and 0 where it is not; the fields are those of an `Entry`."""

    kind: ClassVar[str] = "positive"
    symbol: str
    row: str
    column: str


@dataclass(frozen=True, slots=True)
class ByRow:
    """A text of its own for each row of the matrix that a step gives."""

    kind: ClassVar[str] = "byrow"
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """A term for each place along an axis, joined by plus signs; of a long axis, what is left out is counted.

    Parameters
    ----------
    term
        The axis is that of its entries at which `EACH` stands.
    """

    kind: ClassVar[str] = "sum"
    term: tuple[str | Entry | ByRow, ...]


Piece: TypeAlias = str | Entry | Positive | ByRow | Sum


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
    """A matrix in an equation, which writes its label.

    Parameters
    ----------
    symbol
        Of the matrix.
    transposed, masked
        Whether the matrix is drawn transposed, and whether cells that are not above zero are set back.
    """

    kind: ClassVar[str] = "term"
    symbol: str
    transposed: bool = False
    masked: bool = False


@dataclass(frozen=True, slots=True)
class Sign:
    """What an equation writes between matrices, and what is drawn in its place: nothing, if that is empty."""

    kind: ClassVar[str] = "sign"
    text: str
    sign: str


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
        The same, in mathematics and in Python. A text in the equation is drawn as it is written.
    meaning
        Plain text: what the equation says.
    agrees
        Whether the comparison is passed.
    mark, verdict
        Plain texts of the comparison: a few letters, and a sentence.
    formula
        How each cell comes about, in symbols, with `ROW` and `COLUMN`.
    numbers
        The same with numbers; its entries are the cells that a cell is made from.
    others
        For each cell of its matrix that is drawn, row by row, the number that it is compared with; empty where that is
        the same as the cell's with more digits. No rows at all where there is nothing to compare a cell with.
    """

    kind: ClassVar[str] = "equation"
    symbol: str
    phase: str
    equation: tuple[str | Sign | Term, ...]
    code: str
    meaning: str
    agrees: bool
    mark: str
    verdict: str
    formula: str
    numbers: tuple[Piece, ...]
    others: tuple[tuple[str, ...], ...] = ()


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
