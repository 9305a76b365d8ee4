"""Measurements that a learner asks for: one at a time on this server, so that they do not disturb each other."""

from collections.abc import Callable
from threading import Lock
from typing import TypeVar

import streamlit as st

#: Seconds that a learner waits for the measurements of others before being told to try again.
PATIENCE = 8

_TURN = Lock()

T = TypeVar("T")


def on_demand(label: str, key: str, measure: Callable[[], T]) -> T | None:
    """Draw a button that measures; return what it measured last in this session, if it did.

    Parameters
    ----------
    label
        What the button says.
    key
        Of the button; the result is kept beside it.
    measure
        Takes a few seconds at most.
    """
    kept = f"{key}_measured"
    if st.button(label, key=key, icon=":material/timer:"):
        with st.spinner("Measuring"):
            if _TURN.acquire(timeout=PATIENCE):
                try:
                    st.session_state[kept] = measure()
                finally:
                    _TURN.release()
            else:
                st.info("Others are measuring just now. Try again in a moment.", icon=":material/hourglass:")
    return st.session_state.get(kept)
