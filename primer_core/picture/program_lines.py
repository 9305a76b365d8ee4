"""The lines of a program as rows, which are dragged, doubled, removed, put back and written in another way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal


@dataclass(frozen=True, slots=True)
class Way:
    """A line that can stand somewhere.

    Parameters
    ----------
    name
        By which acts name it.
    code
        Python, without its indent.
    """

    kind: ClassVar[str] = "way"
    name: str
    code: str


@dataclass(frozen=True, slots=True)
class ProgramLine:
    """One line.

    Parameters
    ----------
    code
        Python, without its indent.
    depth
        How many blocks it stands in.
    place
        By which acts name it; -1 where nothing can be done with it.
    tone
        How it compares: "added", "changed" or "failed"; "gone" is a line that is not there.
    word
        Plain text of a word or two that says so.
    name
        By which acts name what stands there, or what is put back where it is gone.
    ways
        In which it can be written, that in which it is among them; empty for one alone.
    stays
        Whether it begins a block: it can only be written in another way.
    up, down
        Whether it can be moved.
    gap
        Of a line that is not there: before which place another lands that is let go on it.
    """

    kind: ClassVar[str] = "programline"
    code: str
    depth: int = 0
    place: int = -1
    tone: Literal["", "added", "changed", "failed", "gone"] = ""
    word: str = ""
    name: str = ""
    ways: tuple[Way, ...] = ()
    stays: bool = False
    up: bool = False
    down: bool = False
    gap: int = -1


@dataclass(frozen=True, slots=True)
class ProgramLines:
    """A program whose lines are changed.

    The acts are ``move`` (``place``, ``by``: how many places down, below 0 for up), ``double`` and ``remove``
    (``place``), ``change`` (``place``, ``name``), ``add`` (``name``) and ``restore``.

    Parameters
    ----------
    field
        Parameter of the field that holds the lines.
    title
        Plain text above.
    lines
        From top to bottom.
    count
        How many places there are, with those between blocks that no line shows.
    offers
        Lines that can be added.
    restores
        Plain text of the button that puts all right; empty where nothing is to be put right.
    """

    kind: ClassVar[str] = "programlines"
    field: str
    title: str
    lines: tuple[ProgramLine, ...]
    count: int
    offers: tuple[Way, ...] = ()
    restores: str = ""
