"""Numbers as sliders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Slider:
    """A number that no field holds alone; moving it sends an `Edit` of that number.

    Parameters
    ----------
    grid
        Id that the event carries; its index is empty.
    label
        Plain text: its name.
    value, least, most, step
        The number, its limits and the distance of two values, as texts.
    note
        Plain text behind the name.
    """

    kind: ClassVar[str] = "numberslider"
    grid: str
    label: str
    value: str
    least: str
    most: str
    step: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sliders:
    """Sliders side by side."""

    kind: ClassVar[str] = "sliders"
    sliders: tuple[Slider, ...]
