"""Parts as plain text: what a page shows, for terminals and for whoever reads without pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from primer_core.picture.alternative import description
from primer_core.picture.parts import (
    Card,
    Chip,
    CodePanel,
    Columns,
    Controls,
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
    """Write parts as plain text, a paragraph each; what waits for a press is left out, as `html` leaves it out."""
    return "\n".join(line for part in parts for line in _lines(part))


def _lines(part: Part) -> Iterator[str]:
    match part:
        case Card(parts=inner):
            yield from (line for each in inner for line in _lines(each))
        case Columns(columns=columns):
            yield from (line for column in columns for each in column for line in _lines(each))
        case Controls(chip=chip, chips=chips):
            yield from (each.text for each in (chip, *chips) if each is not None)
        case Chip(text=words) | Heading(text=words):
            yield words
        case Note(text=content, hint=False):
            yield plain(content)
        case Notice(paragraphs=paragraphs, title=title):
            yield from filter(None, (title, *map(plain, paragraphs)))
        case Fixes(title=""):
            pass  # a button beside a program
        case Fixes(fixes=fixes, title=title):
            yield f"{title}:"
            yield from (f"- {plain(fix.label)}" for fix in fixes)
        case Story(paragraphs=paragraphs, note=note):
            yield from map(plain, (*paragraphs, *((note,) if note else ())))
        case CodePanel(code=code):
            yield code
        case Table() | Sizes():
            yield description(part)
        case _ if isinstance(part, Drawable):
            yield description(part)
