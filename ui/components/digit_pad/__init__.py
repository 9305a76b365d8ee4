"""The top of the drawing page: examples, a pad for mouse, finger, pen or keys, what is read and what the network sees.

The browser's part is ``static/primer/digit_pad.js``; its beginning says which events tell the rest of the page what is
drawn and what is read.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from primer_core.inference.strokes import DEFAULT_WIDTH
from ui.components.folder import ModuleComponent

_component = ModuleComponent.of_folder(Path(__file__).parent)

THINNEST, FATTEST = 3, 36  # widths of the pen that can be chosen, in pad units


@dataclass(frozen=True, slots=True)
class PadState:
    """What a pad has told the page.

    Parameters
    ----------
    example
        Title of the example that is on it; None if none is.
    awaits_network
        Whether it is on the page and asks for its network to be loaded. It is told to one run of the page.
    """

    example: str | None
    awaits_network: bool


def digit_pad(
    key: str,
    *,
    reader: Mapping[str, str] | None,
    network: str,
    reading: Mapping[str, Any],
    examples: Mapping[str, Sequence[Any]],
    opened: str | None,
    parameter: str,
    hint: str = "Draw a digit here",
    label: str = "Pad to draw a digit on",
) -> PadState:
    """Mount the pad, or alter the one that is mounted, and return what it has told.

    The drawing belongs to the learner's pen: the browser keeps it, and no run of the page changes it. It outlives a
    visit to another page and a reload of its tab.

    Parameters
    ----------
    key
        Of the widget, and the channel of the pad's events.
    reader
        Where to have drawings read: ``address`` to post to, and the token of the ``network`` there. None as long as
        there is no network.
    network
        What the network is called.
    reading
        What to show until something is read: `ui.drawing.reading.unread`. While that is "loading", the pad asks for the
        network once it is on the page.
    examples
        Strokes of each drawing that is offered, by its title.
    opened
        Title of the example that the page was opened with. It is put on the pad once; Undo brings back what was there.
    parameter
        What names the example in the page's address, which the browser keeps up to date.
    hint
        Written on a blank pad.
    label
        What a screen reader calls the pad.
    """
    # Streamlit forgets what a component said once its page is left.
    if key not in st.session_state:
        st.session_state[f"{key} opening"] = secrets.token_urlsafe(6)
    said = st.session_state.get(key) or {}
    data = {
        "channel": key,
        "label": label,
        "hint": hint,
        "pen": DEFAULT_WIDTH,
        "widths": (THINNEST, FATTEST),
        "examples": [{"title": title, "strokes": strokes} for title, strokes in examples.items()],
        "opened": {"token": st.session_state[f"{key} opening"], "example": opened},
        "parameter": parameter,
        "reader": None if reader is None else dict(reader),
        "network": network,
        "reading": dict(reading),
        "forgotten": said.get("forgotten") or 0,
    }
    found = _component.mount(
        key,
        data,
        default={"example": opened, "forgotten": 0},
        on_example_change=lambda: None,
        on_forgotten_change=lambda: None,
        on_awaited_change=lambda: None,
    )
    return PadState(found.example if found.example in examples else None, bool(found.awaited))
