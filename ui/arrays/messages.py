"""Messages that quote what a learner typed or a library said, letter by letter, and what would work instead."""

import re
from collections.abc import Mapping

import streamlit as st


def told(message: str) -> None:
    """Draw a message that explains why something typed cannot be taken."""
    st.info(literally(message), icon=":material/info:")


def failed(message: str, advice: str = "") -> None:
    """Draw an error of a library, and under it, in Markdown, how to mend it."""
    st.error("\n\n".join(filter(None, (literally(message), advice))), icon=":material/error:")


def offers(changes: Mapping[str, Mapping[str, object]]) -> None:
    """Draw changes that would work, if there are any, each as a button that makes it.

    Parameters
    ----------
    changes
        What the button says, in Markdown, and what it puts into which widget, by the widget's key.
    """
    if not changes:
        return
    st.markdown("**What would work**")
    with st.container(horizontal=True):
        for label, typed in changes.items():
            st.button(label, key=f"mend {label}", on_click=st.session_state.update, args=(dict(typed),))


def literally(text: str) -> str:
    """Escape what Markdown would take for markup, such as the underscores of ``__import__``."""
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~$:^-])", r"\\\1", text)
