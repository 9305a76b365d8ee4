"""The numbers that a statement left: what it bound, what it changed, and what it printed."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.language.spelling import counted, shape_text
from primer_core.lessons.views.deeds import Bound, Cell, Deed
from primer_core.lessons.views.program import shortened
from primer_core.picture.grid import address
from primer_core.picture.number import full_text
from primer_core.picture.text import Code, Text, joined, text

_WRITTEN_OUT = 12
"""Most cells of an array that are written out."""


def of_deed(deed: Deed) -> Text:
    """Write what the cells hold that a statement bound or changed, and what it printed."""
    parts = [text(Code(bound.name), f" = {_holding(bound)}") for bound in deed.bound if bound.how != "gone"]
    for written in deed.written:
        cells = [_cell(cell) for cell in written.cells]
        more = written.elements - len(cells)
        parts += [*cells, *([text(f"and {counted(more, 'element')} more")] if cells and more > 0 else [])]
    parts += [text(line) for line in deed.printed]
    return joined(parts, ", ") if parts else text("–")


def _holding(bound: Bound) -> str:
    """Write the cells of an array that was bound, or the value; of a large array its shape."""
    if bound.number is None:
        return shortened(bound.values)
    values = bound.values
    if values.size > _WRITTEN_OUT or values.ndim > 2:
        return f"an array of shape {shape_text(values.shape)}"
    never = np.zeros(values.shape, np.bool_) if bound.unwritten is None else bound.unwritten
    cells = np.array([shortened(value) if values.dtype == object else "?" if blank else full_text(value)
                      for value, blank in zip(values.ravel(), never.ravel(), strict=True)], object)  # fmt: skip
    return _rows(cells.reshape(values.shape))


def _rows(cells: NDArray[Any]) -> str:
    return f"[{' '.join(_rows(row) for row in cells)}]" if isinstance(cells, np.ndarray) and cells.ndim else str(cells)


def _cell(cell: Cell) -> Text:
    old = "?" if cell.old is None else full_text(cell.old)
    return text(Code(address(cell.name, cell.index)), f": {old} → {full_text(cell.new)}")
