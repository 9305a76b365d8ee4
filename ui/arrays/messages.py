"""Messages that quote what a learner typed or a library said, letter by letter."""

import re

import streamlit as st


def told(message: str) -> None:
    """Draw a message that explains why something typed cannot be taken."""
    st.info(literally(message), icon=":material/info:")


def failed(message: str) -> None:
    """Draw an error of a library."""
    st.error(literally(message), icon=":material/error:")


def literally(text: str) -> str:
    """Escape what Markdown would take for markup, such as the underscores of ``__import__``."""
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~$:^-])", r"\\\1", text)
