"""Widgets that the server sets, though the browser may just be sending what they said before.

A browser says the values of all widgets whenever any of them is used. What it says before it has heard of a value that
the server set would set that widget back, on the server alone: the browser goes on to show the new value.
"""

import math
import time
from collections.abc import Mapping

import streamlit as st

_SET = "widgets set by the server"
#: Seconds after which every browser has been told, and has said, the value of a widget that the server has set.
_SECONDS_UNTIL_SAID = 3.0


def set_widgets(values: Mapping[str, object]) -> None:
    """Give widgets values, by their keys; in a callback, or before they are drawn."""
    for key, value in values.items():
        if key in st.session_state and st.session_state[key] != value:
            st.session_state.setdefault(_SET, {})[key] = st.session_state[key], value, time.monotonic()
        st.session_state[key] = value


def took_back(key: str) -> bool:
    """Say whether a widget moved only since the browser had not heard yet of what it was set to, and set it again.

    Who really moves it back at once to where it was sees it stay.
    """
    before, value, at = st.session_state.get(_SET, {}).get(key, (None, None, -math.inf))
    late = before == st.session_state.get(key) and time.monotonic() - at < _SECONDS_UNTIL_SAID
    if late:
        st.session_state[key] = value
    return bool(late)


def hold_widgets() -> None:
    """Give all widgets again what the server has set and the browser has not heard of; before any is drawn."""
    for key in st.session_state.get(_SET, {}):
        took_back(key)
