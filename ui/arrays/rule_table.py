"""The rule of an operation as a table of shapes, whose sizes can be dragged in place of being typed."""

from contextlib import suppress
from typing import Any

import streamlit as st

from primer_core.arrays.limits import Refused
from primer_core.arrays.resizing import resized
from ui.components.shape_table import Resize, shape_table


def rule_table(described: dict[str, Any]) -> None:
    """Draw what `ui.components.shape_table.payload` describes, of operands typed into the fields that it names."""
    shape_table("rule", described, on_resize=_type)


def _type(change: Resize) -> None:
    with suppress(Refused):  # it stays as it was
        st.session_state[change.key] = resized(change.text, change.shape)
