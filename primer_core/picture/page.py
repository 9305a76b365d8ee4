"""Walking through the parts of a page."""

from __future__ import annotations

from collections.abc import Iterator

from primer_core.picture.grid import Picture
from primer_core.picture.parts import Card, Columns, Controls, Measure, Page, Part


def every_part(page: Page) -> Iterator[Part]:
    """Yield all parts of a page, those in cards and columns included, from top to bottom."""
    yield from _inner(page.panel)
    yield from _inner(page.body or ())


def pictures_of(page: Page) -> tuple[Picture, ...]:
    """Return the pictures of a page, from top to bottom."""
    return tuple(part for part in every_part(page) if isinstance(part, Picture))


def description(picture: Picture) -> str:
    """Describe a picture in words: each array that is drawn, with its shape and as many of its numbers as are drawn."""
    drawn = [item for row in picture.rows for item in row.items if isinstance(item, str)]
    grids = {grid["id"]: grid for grid in picture.payload()["grids"]}
    lines = []
    for name in drawn:
        grid = grids[name]
        width = max(len(grid["shown"][-1]), 1) if grid["shown"] else 1
        rows = ["  ".join(grid["cells"][start : start + width]) for start in range(0, len(grid["cells"]), width)]
        elided = " (the middle is left out)" if grid["elided"] else ""
        lines.append(f"{grid['name']} {grid['caption']}{elided}: {'; '.join(rows)}")
    return ". ".join(lines)


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
