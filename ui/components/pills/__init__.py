"""A row of pills of which one may be lit: what a learner presses is lit at once, before the server has answered."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from ui.components.folder import register

_mount = register(Path(__file__).parent)


def pills(
    key: str,
    titles: Sequence[str],
    lit: str | None,
    *,
    label: str,
    on_press: Callable[[str], None],
    disabled: bool = False,
) -> None:
    """Draw pills.

    Parameters
    ----------
    key
        Unique on the page.
    titles
        What they say, each different.
    lit
        The one that is lit, if any.
    label
        What a screen reader calls the row.
    on_press
        Called with the title of a pill that was pressed, before the page runs again, like a widget's callback.
    disabled
        Whether none can be pressed.
    """
    presses = f"{key} presses"  # counted, so that every press is answered by data unlike those before

    def press() -> None:
        st.session_state[presses] = st.session_state.get(presses, 0) + 1
        title = st.session_state[key].get("pressed")
        if isinstance(title, str) and title in titles and not disabled:
            on_press(title)

    data: dict[str, Any] = {"titles": list(titles), "lit": lit, "label": label, "disabled": disabled}
    data["answers"] = st.session_state.get(presses, 0)
    _mount(key=key, data=data, on_pressed_change=press)
