"""A list of steps that a learner builds: typed on cards, dragged into order, moved by keys, and removed."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from ui.components import ahead
from ui.components.folder import register

_mount = register(Path(__file__).parent, also=ahead.SCRIPT)

MOST_TEXTS, LONGEST_TEXT = 200, 4000
"""Steps, and characters of one, that are taken from the browser."""


@dataclass(frozen=True, slots=True)
class Way:
    """What can be done instead of a step that is impossible, with one click.

    Parameters
    ----------
    label, change, outcome
        What it does in words, as it is written, and what comes out.
    steps
        The texts that take the step's place.
    """

    label: str
    change: str
    outcome: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One step as its card shows it.

    Parameters
    ----------
    text
        As it was typed.
    outcome
        "waiting" cards stand behind one that failed and are set back.
    chips
        Short texts about its result.
    verdict
        A word for what it did to the memory.
    message
        What went wrong, or what deserves a remark.
    ways
        What would work instead.
    """

    text: str
    outcome: Literal["done", "error", "refused", "waiting"]
    chips: tuple[str, ...] = ()
    verdict: Literal["view", "copy", "empty"] | None = None
    message: str | None = None
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """A step that can be added.

    Parameters
    ----------
    name, does
        What it is called, and what it does in one line.
    text
        What a new card of it begins with.
    """

    name: str
    does: str
    text: str


def payload(cards: Sequence[Card], offers: Sequence[Offer], *, start: tuple[str, ...], most: int) -> dict[str, Any]:
    """Describe a list to `step_list`.

    Parameters
    ----------
    cards
        The steps, first to last.
    offers
        What can be added at the end.
    start
        Short texts about what the first step is given.
    most
        Steps that there is room for.
    """
    return {
        "cards": [asdict(card) for card in cards],
        "offers": [asdict(offer) for offer in offers],
        "start": list(start),
        "most": most,
    }


def step_list(key: str, described: dict[str, Any], *, on_change: Callable[[tuple[str, ...]], None]) -> None:
    """Draw the list.

    Parameters
    ----------
    key
        Unique on the page.
    described
        What `payload` returns, as a part that `ui.components.ahead.Ahead.parts` gives.
    on_change
        Called with the texts of all steps, before the page runs again, when the learner changed any of them.
    """

    def call() -> None:
        texts = _texts(st.session_state[key].get("steps"))
        if texts is not None:
            on_change(texts)

    _mount(key=key, data=described, on_steps_change=call)


def _texts(sent: Any) -> tuple[str, ...] | None:
    """Read what the browser sent, which anybody could have sent: anything else than a list of texts is nothing."""
    match sent:
        case [*texts] if len(texts) <= MOST_TEXTS and all(
            isinstance(text, str) and len(text) <= LONGEST_TEXT for text in texts
        ):
            return tuple(text.strip() for text in texts if text.strip())
        case _:
            return None
