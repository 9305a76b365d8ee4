"""Text as spans: plain, strong, code, a name or a number. Whatever a span holds is shown letter by letter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["a", "b", "c", "result", "plain"]
"""Where values come from, which is what a colour says: an operand, the result, or neither."""

Hue = Literal["hue-0", "hue-1", "hue-2", "hue-3", "hue-4", "hue-5"]
"""A colour that tells one axis from another, where axes have letters."""


@dataclass(frozen=True, slots=True)
class Strong:
    """A span that is emphasised."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """A span of code, or of what a library said."""

    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """The name of an array in the colour of its cells.

    Parameters
    ----------
    text
        The name: ``a`` or ``a[1, 2]``.
    role
        Whose colour it wears.
    """

    text: str
    role: Role | Hue = "plain"


@dataclass(frozen=True, slots=True)
class Number:
    """A number that was computed, written out."""

    text: str


Span = str | Strong | Code | Name | Number
"""A piece of text; a bare string is plain."""

Text = tuple[Span, ...]
"""A line or a paragraph."""


def text(*spans: Span) -> Text:
    """Join spans into a text, without those that are empty."""
    return tuple(span for span in spans if (span if isinstance(span, str) else span.text))


def joined(texts: list[Text] | tuple[Text, ...], separator: str = ", ") -> Text:
    """Join several texts into one, with a separator between them."""
    spans: list[Span] = []
    for place, part in enumerate(texts):
        spans += [separator, *part] if place else part
    return tuple(spans)


def plain(content: Text) -> str:
    """Return the letters of a text alone."""
    return "".join(span if isinstance(span, str) else span.text for span in content)
