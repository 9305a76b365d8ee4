"""Why a drawing lies between two digits: the ink without which it would clearly be one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from primer_core.inference.predict import predict_digit
from primer_core.inference.preprocess import find_ink
from primer_core.inference.verdict import NEAR

if TYPE_CHECKING:
    from torch import nn

ROWS = ("top", "middle", "bottom")
COLUMNS = ("left", "middle", "right")


@dataclass(frozen=True, slots=True)
class Parting:
    """A part of a drawing that keeps it from being one digit.

    Attributes
    ----------
    label
        The digit that is read where the part is erased, clear of every other by more than `verdict.NEAR`.
    row, column
        Which ninth of the box around the ink: places in `ROWS` and `COLUMNS`.
    probability
        Of `label`, without the part.
    """

    label: int
    row: int
    column: int
    probability: float

    @property
    def place(self) -> str:
        """Where the part lies, in words that fit after "the ink"."""
        if (self.row, self.column) == (1, 1):
            return "in the middle"
        if self.row == 1:
            return f"at the {COLUMNS[self.column]}"
        return f"at the {ROWS[self.row]}" + ("" if self.column == 1 else f" {COLUMNS[self.column]}")


def partings(canvas: NDArray[np.uint8], tie: tuple[int, int], model: nn.Module | None = None) -> tuple[Parting, ...]:
    """Erase one ninth of a drawing after the other, and see which of two digits it then is.

    Parameters
    ----------
    canvas
        (height, width), ink bright on dark, as `predict_digit` takes it; not blank.
    tie
        The two digits, as `Verdict.near_tie` names them.
    model
        As `predict_digit` takes it; it is asked nine times.

    Returns
    -------
    tuple
        For each of the two digits, in their order: the part without which it is read with the highest probability.
        A digit that no part stands against has none.
    """
    inked = find_ink(canvas)
    (top, bottom), (left, right) = (np.flatnonzero(inked.any(axis=axis))[[0, -1]] for axis in (1, 0))
    down, across = (np.linspace(*ends, 4).round().astype(int) for ends in ((top, bottom + 1), (left, right + 1)))
    found: dict[int, Parting] = {}
    for row in range(3):
        for column in range(3):
            rest = canvas.copy()
            rest[down[row] : down[row + 1], across[column] : across[column + 1]] = canvas.min()
            prediction = predict_digit(rest, model)
            if prediction.label not in tie:
                continue
            second, first = np.sort(prediction.probabilities)[-2:]
            part = Parting(prediction.label, row, column, float(first))
            best = found.get(part.label)
            if first - second > NEAR and (best is None or part.probability > best.probability):
                found[part.label] = part
    return tuple(found[label] for label in tie if label in found)
