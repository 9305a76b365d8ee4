"""The buttons that steer a run: each press counts, however quickly it follows the one before.

A press of a button of Streamlit's own is lost where another comes before the page has run. Here each has a number, and
stays in the component's value until a page has run with it. The browser's part is ``static/primer/run_buttons.js``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from ui.components.folder import ModuleComponent

_component = ModuleComponent.of_folder(Path(__file__).parent)


@dataclass(frozen=True, slots=True)
class Button:
    """A button of the row.

    Parameters
    ----------
    place
        Which button of the row it is: one whose place stays keeps the focus, whatever it says and does.
    name
        What a press of it is called, for the page.
    label
        What it says.
    help
        What it does, in a sentence.
    icon
        A name of Material Symbols before the label of the main button, the one that stands out; empty for the others.
    why_not
        Why it cannot be pressed, in a sentence; empty if it can.
    """

    place: str
    name: str
    label: str
    help: str
    icon: str = ""
    why_not: str = ""


def take_presses(key: str) -> list[str]:
    """The names of the buttons that were pressed since this was asked last, in their order."""
    value: Any = st.session_state.get(key) or {}
    handled = st.session_state.setdefault(_handled(key), 0)
    new = [press for press in value.get("presses") or [] if press["number"] > handled]
    if new:
        st.session_state[_handled(key)] = new[-1]["number"]
    return [str(press["name"]) for press in new]


def run_buttons(key: str, buttons: Sequence[Button], *, label: str) -> None:
    """Draw the row.

    Parameters
    ----------
    key
        Of the component, as `take_presses` takes it.
    buttons
        From left to right, each of another place.
    label
        What a screen reader calls the row.
    """
    data = {
        "buttons": [asdict(button) for button in buttons],
        "label": label,
        "handled": st.session_state.get(_handled(key), 0),
    }
    _component.mount(key, data, default={"presses": []}, on_presses_change=lambda: None)


def _handled(key: str) -> str:
    return f"{key} handled"
