"""A learner's own digits: labelled, kept in the browser alone, saved and opened as files, and taught to a network.

The browser's part is ``static/primer/own_digits.js``, with ``digit_store.js`` and ``digit_files.js``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from ui.components.folder import ModuleComponent

_component = ModuleComponent.of_folder(
    Path(__file__).parent,
    # In the document itself, as its module finds the focus and the pad there.
    isolate_styles=False,
)


def own_digits(key: str, data: Mapping[str, Any]) -> None:
    """Draw the collection and what teaches it.

    Parameters
    ----------
    key
        Of the component: while it stays the same, it is updated, not made anew.
    data
        As ``static/primer/own_digits.js`` describes it, but for the module and the number that was asked last.
    """
    _component.mount(
        key,
        {"asked": st.session_state.get(_handled(key), 0), **data},
        default={"desk": 0},
        on_desk_change=lambda: None,
        on_changed_change=lambda: None,
    )


def take_asked(key: str) -> bool:
    """Whether the learner has asked for a desk to start a run at since this was asked last."""
    value: Any = st.session_state.get(key) or {}
    asked = value.get("desk") or 0
    if asked <= st.session_state.get(_handled(key), 0):
        return False
    st.session_state[_handled(key)] = asked
    return True


def _handled(key: str) -> str:
    return f"{key} handled"
