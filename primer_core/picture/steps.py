"""A list of steps that a learner builds, as data: cards that are typed on, moved, removed and added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from primer_core.picture.text import Text


@dataclass(frozen=True, slots=True)
class Remedy:
    """What can stand in the place of a step that fails, as a button.

    Parameters
    ----------
    label
        What the button says.
    text
        Plain text of the step, or of several, that takes the place; empty to remove it.
    """

    kind: ClassVar[str] = "remedy"
    label: Text
    text: str


@dataclass(frozen=True, slots=True)
class StepCard:
    """One step as its card shows it.

    Parameters
    ----------
    text
        Plain text, as it was typed.
    outcome
        "done", "failed", or "waiting" behind one that failed, which is set back.
    facts
        Plain texts about its result, the most important first.
    word, tone
        Plain text of a word or two for what became of it, and how that looks; empty for no such word.
    messages
        Paragraphs: what went wrong, or what deserves a remark.
    remedies
        What would work instead.
    """

    kind: ClassVar[str] = "stepcard"
    text: str
    outcome: Literal["done", "failed", "waiting"]
    facts: tuple[str, ...] = ()
    word: str = ""
    tone: Literal["plain", "view", "copy", "error"] = "plain"
    messages: tuple[Text, ...] = ()
    remedies: tuple[Remedy, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """A step that can be added.

    Parameters
    ----------
    name, does
        Plain text: what it is called, and what it does in one line.
    text
        Plain text that a new card of it begins with.
    """

    kind: ClassVar[str] = "offer"
    name: str
    does: str
    text: str


@dataclass(frozen=True, slots=True)
class Steps:
    """The list.

    What a learner does to it is sent as acts: ``add`` (``place``, ``text``), ``remove`` (``place``), ``move``
    (``from``, ``to``) and ``change`` (``place``, ``text``).

    Parameters
    ----------
    field
        Parameter of the field that all steps together are the text of.
    name
        Plain text: what the tensor is called that the first step is given.
    start
        Plain texts about that tensor; none where it cannot be read.
    cards
        The steps, first to last.
    offers
        What can be added at the end.
    most
        Steps that there is room for.
    """

    kind: ClassVar[str] = "steps"
    field: str
    name: str
    start: tuple[str, ...]
    cards: tuple[StepCard, ...]
    offers: tuple[Offer, ...]
    most: int
