"""Probabilities as bars against their targets, and under each the numbers that it was computed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.picture.text import Role


@dataclass(frozen=True, slots=True)
class ProbabilityBar:
    """One class as a bar, with an arrow from its probability to its target.

    Parameters
    ----------
    name
        Plain text: what the class is called.
    p, target
        Probability and target of the class, 0 to 1; None where there is no target, and no arrow to it.
    percent
        Plain text: the probability as a learner reads it.
    gradient
        Plain text: the number above the bar.
    tags
        Plain text of a word each: that it is the target, or the largest.
    """

    kind: ClassVar[str] = "probabilitybar"
    name: str
    p: float
    target: float | None
    percent: str
    gradient: str
    tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check that probability and target have a height."""
        if not (0 <= self.p <= 1 and 0 <= (self.target or 0) <= 1):
            raise ValueError(f"p and target must be from 0 to 1, not {self.p} and {self.target}")


@dataclass(frozen=True, slots=True)
class StepCell:
    """One number of a calculation.

    Parameters
    ----------
    text
        The number, as it stands in a cell.
    formula
        Plain text: how it came about, with numbers, and the number itself behind the last ``=``.
    note
        Plain text: what is to be known of it; empty for nothing.
    broken
        Whether the calculation failed at it.
    """

    kind: ClassVar[str] = "stepcell"
    text: str
    formula: str
    note: str = ""
    broken: bool = False


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a calculation.

    Parameters
    ----------
    name
        Plain text: what its numbers are called.
    cells
        One a class, or a single one for all of them.
    role
        Whose colour they wear.
    """

    kind: ClassVar[str] = "steprow"
    name: str
    cells: tuple[StepCell, ...]
    role: Role = "plain"


@dataclass(frozen=True, slots=True)
class StepTable:
    """A calculation, a row a step and a column a class, as cells to point at.

    Parameters
    ----------
    title
        Plain text.
    rows
        From top to bottom.
    """

    kind: ClassVar[str] = "steptable"
    title: str
    rows: tuple[StepRow, ...]


@dataclass(frozen=True, slots=True)
class ProbabilityBars:
    """A bar a class, and calculations in the same columns.

    Parameters
    ----------
    bars
        From left to right.
    arrow
        Plain text of the legend: what an arrow, and the number above it, are.
    tables
        From top to bottom.
    focus
        (table, row, cell): what is spelled out while nothing is pointed at.
    share, aim
        Plain text of the legend: what the height of a bar is, and what the dashed line is.
    places
        The index of each column, where some are left out; empty where all are there.
    """

    kind: ClassVar[str] = "probabilitybars"
    bars: tuple[ProbabilityBar, ...]
    arrow: str
    tables: tuple[StepTable, ...]
    focus: tuple[int, int, int]
    share: str = "probability p"
    aim: str = "one-hot target y"
    places: tuple[int, ...] = ()
