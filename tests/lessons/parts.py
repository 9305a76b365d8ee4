"""Finding parts on a page."""

from collections.abc import Iterator
from typing import TypeVar

from primer_core.picture.parts import Card, Columns, Controls, Measure, Page, Part

P = TypeVar("P")


def every_part(page: Page) -> Iterator[Part]:
    """Yield all parts of a page, those in cards and columns included, from top to bottom."""
    yield from _inner(page.panel)
    yield from _inner(page.body or ())


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


def parts(page: Page, kind: type[P]) -> list[P]:
    """Return all parts of one kind."""
    return [part for part in every_part(page) if isinstance(part, kind)]


def part(page: Page, kind: type[P]) -> P:
    """Return the only part of one kind."""
    (found,) = parts(page, kind)
    return found
