"""Parts as plain text: what a page shows, for terminals and for whoever reads without pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from primer_core.picture.alternative import description
from primer_core.picture.page import at_rest
from primer_core.picture.parts import (
    Chip,
    CodePanel,
    Drawable,
    Fixes,
    Heading,
    Note,
    Notice,
    Part,
    Sizes,
    Story,
    Table,
)
from primer_core.picture.text import plain


def plain_text(parts: Iterable[Part]) -> str:
    """Write parts as plain text, a paragraph each; what waits for a press is left out."""
    return "\n".join(line for part in at_rest(parts) for line in _lines(part))


def _lines(part: Part) -> Iterator[str]:
    match part:
        case Chip(text=words) | Heading(text=words):
            yield words
        case Note(text=content):
            yield plain(content)
        case Notice(paragraphs=paragraphs, title=title):
            yield from filter(None, (title, *map(plain, paragraphs)))
        case Fixes(fixes=fixes, title=title):
            yield f"{title}:"
            yield from (f"- {plain(fix.label)}" for fix in fixes)
        case Story(paragraphs=paragraphs, note=note):
            yield from map(plain, (*paragraphs, *((note,) if note else ())))
        case CodePanel(code=code):
            yield code
        case _ if isinstance(part, Table | Sizes | Drawable):
            yield description(part)
