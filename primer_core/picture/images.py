"""Small images side by side, each with what is to be known of it, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.picture.grid import Tone
from primer_core.picture.text import Text


@dataclass(frozen=True, slots=True)
class Image:
    """An image, drawn with sharp pixels.

    Parameters
    ----------
    source
        Address of its file: a data URI.
    description
        Plain text that says what it shows.
    """

    kind: ClassVar[str] = "image"
    source: str
    description: str


@dataclass(frozen=True, slots=True)
class Figure:
    """An image and what is to be known of it.

    Parameters
    ----------
    caption
        Above the image.
    facts
        A smaller line under the caption.
    image
        The image.
    word, tone
        Plain text of a word or two behind the caption, and how it looks; empty for none.
    channels
        Plain texts that describe the image's red, green and blue, each drawn smaller and in grey below; none for no
        such row.
    note
        A smaller line below; empty for none.
    """

    kind: ClassVar[str] = "figure"
    caption: Text
    facts: Text
    image: Image
    word: str = ""
    tone: Tone = "plain"
    channels: tuple[str, ...] = ()
    note: Text = ()


@dataclass(frozen=True, slots=True)
class Images:
    """Figures side by side, one below the other where there is no room."""

    kind: ClassVar[str] = "images"
    figures: tuple[Figure, ...]
