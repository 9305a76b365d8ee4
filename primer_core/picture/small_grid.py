"""A small picture of an array, which fits into a cell of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from primer_core.picture.number import cell_text
from primer_core.picture.text import Role

_MOST_ROWS, _MOST_COLUMNS = 5, 6
LEFT_OUT = "…"
"""What stands in place of cells that are left out."""


@dataclass(frozen=True, slots=True)
class SmallGrid:
    """Numbers of an array in at most 5 rows of 6 cells.

    Parameters
    ----------
    rows
        What stands in each cell, as many in each row; `LEFT_OUT` in place of all cells left out of a row or a column.
    role
        Whose colour it wears.
    """

    kind: ClassVar[str] = "smallgrid"
    rows: tuple[tuple[str, ...], ...]
    role: Role = "plain"


def small_grid(values: NDArray[Any], role: Role = "plain", unwritten: NDArray[np.bool_] | None = None) -> SmallGrid:
    """Make a small picture of an array.

    Parameters
    ----------
    values
        Of rank 0 to 2, with at least one cell.
    role
        Whose colour it wears.
    unwritten
        Of the shape of `values`: cells that were never written, in which a question mark stands; None if all were.

    Raises
    ------
    ValueError
        If the array has no cell or more than two axes.
    """
    if values.ndim > 2 or not values.size:
        raise ValueError(f"values must have at most two axes and at least one cell, not the shape {values.shape}")
    cells = np.atleast_2d(values)
    never = np.zeros(cells.shape, np.bool_) if unwritten is None else np.atleast_2d(unwritten)
    columns = _ends(cells.shape[1], _MOST_COLUMNS)
    return SmallGrid(
        tuple(
            tuple(_cell(cells, never, row, column) for column in columns) for row in _ends(cells.shape[0], _MOST_ROWS)
        ),
        role,
    )


def _cell(cells: NDArray[Any], never: NDArray[np.bool_], row: int, column: int) -> str:
    if row < 0 or column < 0:
        return LEFT_OUT
    return "?" if never[row, column] else cell_text(cells[row, column])


def _ends(size: int, most: int) -> Sequence[int]:
    """Return the indices that are drawn, at most so many, with -1 in place of those left out."""
    if size <= most:
        return range(size)
    last = (most - 1) // 2
    return (*range(most - 1 - last), -1, *range(size - last, size))
