"""Formulas under pictures, filled in for one cell and evaluated: every one is an equation that must hold."""

from typing import Any

import numpy as np

from primer_core.picture.grid import Each, Formula, PerCell, Picture, Piece, Ref, Strong, Val

#: What stands in a formula, and how Python says it.
SIGNS = {"²": "**2", "√": "np.sqrt", "×": "*", "·": "*", "÷": "/", "−": "-", "\n": ""}
SIGNS |= {f"{name}(": f"np.{name}(" for name in ("max", "min", "median", "any", "all", "exp")}


def formula_of(picture: Picture, target: str) -> Formula:
    """The one formula of a grid."""
    (formula,) = (formula for formula in picture.formulas if formula.target == target)
    return formula


def _filled_in(picture: Picture, formula: Formula, flat: int, *, cells_for_addresses: bool) -> str:
    links = {link.source: link.cells for link in picture.links if link.target == formula.target}
    values = {grid.id: grid.values.ravel() for grid in picture.grids}

    def linked_to(grid: str) -> list[int]:
        return [int(cell) for cell in np.atleast_1d(links[grid][flat]) if cell >= 0]

    def place(grid: str, turn: int) -> int:
        return flat if grid == formula.target else linked_to(grid)[turn]

    def put(piece: Piece, turn: int) -> str:
        match piece:
            case Strong(pieces):
                return "".join(put(inner, turn) for inner in pieces)
            case Each(pieces, separator):
                linked = [piece.grid for piece in pieces if isinstance(piece, Ref | Val)]
                count = max(len(linked_to(grid)) for grid in linked)
                each = separator.join("".join(put(inner, k) for inner in pieces) for k in range(count))
                return f"[{each}]" if separator == ", " else each
            case Ref(grid) if cells_for_addresses:
                return f"<{place(grid, turn)}>"
            case Val(grid) if cells_for_addresses:
                return str(values[grid][place(grid, turn)])
            case Ref(grid) | Val(grid):
                return f"({values[grid][place(grid, turn)].item()!r})"
            case PerCell():
                return piece.text(flat)
            case _:
                return str(piece)

    return "".join(put(piece, 0) for piece in formula.pieces)


def equation(picture: Picture, formula: Formula, flat: int) -> str:
    """Fill a formula in for one cell, as Python: sides that are equal, with ``=`` between them.

    Parameters
    ----------
    picture
        That the formula belongs to.
    formula
        Whose addresses are filled in with the numbers that lie there, and whose values with themselves.
    flat
        int: the cell's place in its grid, in C order.
    """
    text = _filled_in(picture, formula, flat, cells_for_addresses=False)
    for sign, code in SIGNS.items():
        text = text.replace(sign, code)
    return text


def sentence(picture: Picture, target: str, flat: int) -> str:
    """Fill the formula of a grid in for one cell, as it reads: addresses as ``<place>``, numbers as they print.

    Parameters
    ----------
    picture
        That the grid belongs to.
    target
        The grid's id.
    flat
        int: the cell's place in the grid, in C order.
    """
    return _filled_in(picture, formula_of(picture, target), flat, cells_for_addresses=True)


def holds(equation: str, **names: Any) -> bool:
    """Whether all sides of an equation have the same value, to NumPy's usual tolerance.

    Parameters
    ----------
    equation
        As `equation` makes it.
    **names
        What names in it stand for, besides ``np``, ``nan`` and ``inf``.
    """
    names = {"np": np, "nan": np.nan, "inf": np.inf} | names
    # Numbers of Python raise where they are divided by 0, those of NumPy do not.
    sides = [side.replace("/ (", "/ np.float64(") for side in equation.split("=")]
    with np.errstate(all="ignore"):
        values = [eval(side, names) for side in sides]
    return bool(np.allclose(np.array(values, dtype=float), float(values[0]), equal_nan=True))
