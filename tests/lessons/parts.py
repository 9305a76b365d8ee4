"""Finding parts on a page."""

from typing import TypeVar

from primer_core.picture.page import every_part
from primer_core.picture.parts import Page

P = TypeVar("P")


def parts(page: Page, kind: type[P]) -> list[P]:
    """Return all parts of one kind."""
    return [part for part in every_part(page) if isinstance(part, kind)]


def part(page: Page, kind: type[P]) -> P:
    """Return the only part of one kind."""
    (found,) = parts(page, kind)
    return found
