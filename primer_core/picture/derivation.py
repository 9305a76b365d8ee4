"""A derivation as plain data: equations with their lines of code, the matrices they give, and each cell worked out."""

from __future__ import annotations

from collections.abc import Mapping
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
    cell
        Row and column of the cell that is spelled out first; None for the first that is drawn.
    """

    kind: ClassVar[str] = "derivation"
    matrices: tuple[Matrix, ...]
    blocks: tuple[Block, ...]
    steps: tuple[DerivationStep, ...]
    start: int
    stop: Stop | None = None
    pixels: tuple[Pixels, ...] = ()
    cell: tuple[int, int] | None = None

    @property
    def by_symbol(self) -> Mapping[str, Matrix]:
        """The matrices by their symbols."""
        return {matrix.symbol: matrix for matrix in self.matrices}


MOST_TERMS = 4
"""Most terms of a sum that are written out."""


def drawn(axis: tuple[int, ...]) -> list[int]:
    """Return the indices of an axis that are drawn."""
    return [index for index in axis if index != GAP]


def number_at(matrix: Matrix, row: int, column: int, texts: tuple[tuple[str, ...], ...] | None = None) -> str:
    """Return the number of a matrix at an index in the whole of it, or that of other `texts`; empty if left out."""
    rows, columns = drawn(matrix.rows), drawn(matrix.columns)
    texts = matrix.cells if texts is None else texts
    found = row in rows and column in columns and rows.index(row) < len(texts)
    return texts[rows.index(row)][columns.index(column)] if found else ""


def index_text(matrix: Matrix, row: int, column: int) -> str:
    """Return the index of a cell as code writes it; empty for a number."""
    return ("", f"[{column}]", f"[{row}, {column}]")[len(matrix.shape)]


def at_cell(formula: str, row: int, column: int) -> str:
    """Fill a formula in for one cell."""
    return formula.replace(ROW, str(row)).replace(COLUMN, str(column))


def is_positive(text: str) -> bool:
    """Whether a text is a number, as cells write it, that is above zero."""
    try:
        return float(text.replace("−", "-")) > 0
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Spelled:
    """How one cell comes about.

    Parameters
    ----------
    lines
        Plain text: in symbols, in numbers, and beside what it is compared with.
    read
        (symbol, row, column) of each cell that it is made from.
    """

    lines: tuple[str, str, str]
    read: frozenset[tuple[str, int, int]]


def spelled(part: Derivation, step: DerivationStep, row: int, column: int) -> Spelled:
    """Spell out how a cell of the matrix that a step gives comes about."""
    matrices = part.by_symbol
    matrix = matrices[step.symbol]
    read: list[tuple[str, int, int]] = []

    def spell(piece: Piece, each: int) -> str:
        match piece:
            case str():
                return piece
            case ByRow(texts):
                return texts[row]
            case Sum(term):
                return _sum([[spell(inner, at) for inner in term] for at in _axis(term, matrices)[0]], term, matrices)
        i, j = (each if place == EACH else int(at_cell(place, row, column)) for place in (piece.row, piece.column))
        text = number_at(matrices[piece.symbol], i, j)
        read.append((piece.symbol, i, j))
        if isinstance(piece, Positive):
            return "1" if is_positive(text) else "0"
        return f"({text})" if not piece.bare and text.startswith("−") else text

    numbers = "".join(spell(piece, 0) for piece in step.numbers)
    value = number_at(matrix, row, column, matrix.full) or number_at(matrix, row, column)
    other = number_at(matrix, row, column, step.others) or value
    address = matrix.label + index_text(matrix, row, column)
    lines = (
        f"{address} = {at_cell(step.formula, row, column)}",
        f"= {numbers} = {number_at(matrix, row, column)}",
        f"by hand {value}" + (f" · PyTorch {other}" if step.others else ""),
    )
    return Spelled(lines, frozenset(read))


def _axis(term: tuple[str | Entry | ByRow, ...], matrices: Mapping[str, Matrix]) -> tuple[list[int], int]:
    """Return the indices that are drawn of the axis that a sum runs over, and its size."""
    for piece in term:
        if isinstance(piece, Entry) and piece.row == EACH:
            return drawn(matrices[piece.symbol].rows), matrices[piece.symbol].shape[0]
        if isinstance(piece, Entry) and piece.column == EACH:
            return drawn(matrices[piece.symbol].columns), matrices[piece.symbol].shape[-1]
    return [], 0


def _sum(terms: list[list[str]], term: tuple[str | Entry | ByRow, ...], matrices: Mapping[str, Matrix]) -> str:
    places, size = _axis(term, matrices)
    written = [0, 1, len(places) - 1] if len(places) > MOST_TERMS else list(range(len(places)))
    texts, following = [], 0
    for place in written:
        texts += [f"… {places[place] - following} more …"] if places[place] > following else []
        texts.append("".join(terms[place]))
        following = places[place] + 1
    return " + ".join([*texts, *([f"… {size - following} more …"] if size > following else [])])
