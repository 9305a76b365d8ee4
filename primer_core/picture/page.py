"""Walking through the parts of a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from primer_core.picture.bars import Bars
from primer_core.picture.batches import Batches
from primer_core.picture.bits import Bits
from primer_core.picture.curves import Curves
from primer_core.picture.derivation import Derivation
from primer_core.picture.graph import Graph
from primer_core.picture.grid import Picture
from primer_core.picture.images import Images
from primer_core.picture.memory_strips import MemoryStrips
from primer_core.picture.parts import (
    Acts,
    Card,
    Columns,
    Controls,
    Drawable,
    Fixes,
    Measure,
    Note,
    OpenIn,
    Page,
    Part,
    Presets,
    Quiz,
)
from primer_core.picture.probability_bars import ProbabilityBars
from primer_core.picture.steps import Steps


def every_part(page: Page) -> Iterator[Part]:
    """Yield all parts of a page, those in cards and columns included, from top to bottom."""
    yield from _inner(page.panel)
    yield from _inner(page.body or ())


def pictures_of(page: Page) -> tuple[Picture, ...]:
    """Return the pictures of arrays of a page, from top to bottom."""
    return tuple(part for part in every_part(page) if isinstance(part, Picture))


def drawings_of(parts: tuple[Part, ...]) -> tuple[Drawable, ...]:
    """Return the parts that can be drawn as SVG, from top to bottom; what a measurement shows is none of them."""
    found: list[Drawable] = []
    for part in parts:
        match part:
            case Card(inner):
                found += drawings_of(inner)
            case Columns(columns):
                for column in columns:
                    found += drawings_of(column)
            case (
                Picture()
                | Derivation()
                | Graph()
                | ProbabilityBars()
                | Bars()
                | Bits()
                | Curves()
                | Images()
                | Steps()
                | MemoryStrips()
                | Batches()
            ):
                found.append(part)
    return tuple(found)


def at_rest(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield what there is to see and read where nothing can be pressed, one part after the other.

    Cards and columns are gone through, of controls the chips are left, and buttons and what invites to press are left
    out, as are quizzes and measurements.
    """
    for part in parts:
        match part:
            case Card(parts=inner):
                yield from at_rest(inner)
            case Columns(columns=columns):
                for column in columns:
                    yield from at_rest(column)
            case Controls(chip=chip, chips=chips):
                yield from (each for each in (chip, *chips) if each is not None)
            case Note(hint=True) | Fixes(title="") | Quiz() | Measure() | Acts() | Presets() | OpenIn():
                pass
            case _:
                yield part


def _inner(parts: tuple[Part, ...]) -> Iterator[Part]:
    for part in parts:
        yield part
        match part:
            case Card(parts=inner) | Measure(parts=inner):
                yield from _inner(inner)
            case Columns(columns):
                for column in columns:
                    yield from _inner(column)
            case Controls(chip=chip, chips=chips):
                yield from (chip, *chips) if chip is not None else chips
