"""Curves: numbers that follow each other, such as the losses of two runs, drawn over the same axes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from primer_core.picture.number import number_text
from primer_core.picture.text import Role

_TEXT_DIGITS = 4
_TICKS = 4
"""Steps of an axis, about."""

_LOGARITHMIC_FROM = 50.0
"""How many times the smallest number the largest is where the axis becomes logarithmic."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Numbers that follow each other.

    Parameters
    ----------
    name
        Plain text of a few words, in the legend.
    values
        From left to right, one a place, the first at place 1; None where there is none that could be drawn.
    texts
        Plain text of each value, as a learner reads it.
    tone
        Whose colour it wears.
    dashed
        Whether it is dashed, so that a curve that lies under it is seen.
    """

    kind: ClassVar[str] = "curve"
    name: str
    values: tuple[float | None, ...]
    texts: tuple[str, ...]
    tone: Role = "plain"
    dashed: bool = False

    def __post_init__(self) -> None:
        """Check that each value can be drawn and has a text."""
        if len(self.values) != len(self.texts):
            raise ValueError(f"each value needs a text: {len(self.values)} values, {len(self.texts)} texts")
        if not all(value is None or math.isfinite(value) for value in self.values):
            raise ValueError("values must be finite, or None")

    def at(self, place: int) -> str:
        """Return the text of the value at a place, counted from 1; an empty text where there is none."""
        return self.texts[place - 1] if 0 < place <= len(self.texts) else ""


@dataclass(frozen=True, slots=True)
class Curves:
    """Curves over the same axes.

    Parameters
    ----------
    title
        Plain text above.
    across
        Plain text of a word: what a place is, such as "step".
    curves
        Those that are drawn later lie over those before.
    low, high
        Ends of the upright axis; `low` is below `high`, and above 0 where the axis is logarithmic.
    ticks
        (value, text) of what is written along the upright axis, from low to high.
    places
        (place, text) along the level axis, from left to right.
    logarithmic
        Whether equal ratios are equal lengths on the upright axis.
    """

    kind: ClassVar[str] = "curves"
    title: str
    across: str
    curves: tuple[Curve, ...]
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    places: tuple[tuple[int, str], ...]
    logarithmic: bool = False

    @property
    def last(self) -> int:
        """The last place, at least 1."""
        return max((len(curve.values) for curve in self.curves), default=1) or 1

    def height(self, value: float) -> float:
        """Return where a value lies on the upright axis, from 0 at its foot to 1 at its top."""
        low, high = self.low, self.high
        if self.logarithmic:
            value, low, high = (math.log(max(number, 1e-300)) for number in (value, low, high))
        return (value - low) / (high - low)

    def across_of(self, place: int) -> float:
        """Return where a place lies on the level axis, from 0 at its left to 1 at its right."""
        return (place - 1) / (self.last - 1) if self.last > 1 else 0.5

    def stretches(self, curve: Curve) -> tuple[tuple[tuple[float, float], ...], ...]:
        """Return the points of a curve, (across, height) of 0 to 1, parted where a value is missing."""
        found: list[list[tuple[float, float]]] = [[]]
        for place, value in enumerate(curve.values, start=1):
            if value is None:
                found.append([])
            else:
                found[-1].append((self.across_of(place), self.height(value)))
        return tuple(tuple(points) for points in found if points)

    def read(self, place: int) -> str:
        """Say what stands at a place, counted from 1: ``step 3: yours 0.5, correct 0.25``."""
        told = [f"{curve.name} {curve.at(place)}" for curve in self.curves if curve.at(place)]
        return f"{self.across} {place}: {', '.join(told) or '—'}"


def curves(title: str, across: str, drawn: Sequence[Curve]) -> Curves:
    """Lay out curves: find the ends of the axes, and what is written along them.

    The upright axis begins at 0 where no value is below; where the largest is more than fifty times the smallest, and
    all are above 0, it is logarithmic.

    Parameters
    ----------
    title, across
        As `Curves` has them.
    drawn
        The curves.
    """
    values = [value for curve in drawn for value in curve.values if value is not None]
    last = max((len(curve.values) for curve in drawn), default=1) or 1
    places = tuple((place, str(place)) for place in _places(last))
    least, most = min(values, default=0.0), max(values, default=1.0)
    if least > 0 and most > _LOGARITHMIC_FROM * least:
        down, up = math.floor(math.log10(least) + 1e-9), math.ceil(math.log10(most) - 1e-9)
        every = max(1, -(-(up - down) // _TICKS))
        powers = [10.0**power for power in range(down, up + 1, every)]
        return Curves(title, across, tuple(drawn), 10.0**down, 10.0**up, _named(powers), places, logarithmic=True)
    low = min(least, 0.0)
    step = _step((most - low) or abs(most) or 1.0)
    first, end = math.floor(low / step + 1e-9), max(math.ceil(most / step - 1e-9), math.floor(low / step + 1e-9) + 1)
    marks = [number * step for number in range(first, end + 1)]
    return Curves(title, across, tuple(drawn), marks[0], marks[-1], _named(marks), places)


def curve(name: str, values: Iterable[float], tone: Role = "plain", *, dashed: bool = False) -> Curve:
    """Make a curve of numbers, of which those that are not finite are told and not drawn."""
    numbers = tuple(values)
    drawn = tuple(number if math.isfinite(number) else None for number in numbers)
    return Curve(name, drawn, tuple(number_text(number, _TEXT_DIGITS) for number in numbers), tone, dashed)


def _step(width: float) -> float:
    raw = width / _TICKS
    base = 10.0 ** math.floor(math.log10(raw))
    return next((factor * base for factor in (1, 2, 5, 10) if factor * base >= raw * 0.999), 10 * base)


def _places(last: int) -> Sequence[int]:
    step = max(1, round(_step(last))) if last > _TICKS + 1 else 1
    return (1, *(place for place in range(step, last + 1, step) if place > 1))


def _named(marks: Sequence[float]) -> tuple[tuple[float, str], ...]:
    return tuple((mark, number_text(float(f"{mark:.6g}"), _TEXT_DIGITS).removesuffix(".0")) for mark in marks)
