"""Bars: values that are compared by their length, such as the times of a race or the shares of a whole."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from primer_core.picture.text import Role, Text

Column = Literal["group", "name", "label", "note"]
"""A text of a bar that can have a title above it."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One value as a horizontal bar.

    Parameters
    ----------
    name
        One line: what was measured or counted.
    value
        Its length, in a unit that all bars of one comparison share; finite and not negative.
    label
        Plain text: the value as a learner reads it, with its unit where no title says it.
    tone
        Whose colour it wears.
    group
        Plain text that bars which follow each other may share: it is written once. Empty for none.
    note
        Plain text behind the label; empty for none.
    """

    kind: ClassVar[str] = "bar"
    name: Text
    value: float
    label: str
    tone: Role = "plain"
    group: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Check that the value has a length."""
        if not (math.isfinite(self.value) and self.value >= 0):
            raise ValueError(f"the value of a bar must be finite and not negative, not {self.value}")


@dataclass(frozen=True, slots=True)
class Bars:
    """Values as bars, one below the other.

    Parameters
    ----------
    bars
        From top to bottom.
    caption
        Plain text that names the comparison to a screen reader.
    titles
        Plain text above a column of texts; those that are missing have none.
    whole
        Value whose bar has the full width; 0 for the largest of them.
    """

    kind: ClassVar[str] = "bars"
    bars: tuple[Bar, ...]
    caption: str
    titles: Mapping[Column, str] = field(default_factory=dict)
    whole: float = 0.0

    def shares(self) -> tuple[float, ...]:
        """Return the length of each bar, in percent of the width: 0 to 100."""
        full = self.whole or max((bar.value for bar in self.bars), default=0.0)
        return tuple(min(100.0, 100 * bar.value / full) if full > 0 else 0.0 for bar in self.bars)
