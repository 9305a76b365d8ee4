"""What a network reads: its top guess, ten probabilities that move, and the image it is given."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent
_component = st.components.v2.component(
    "primer_digit_reading",
    js=(_HERE / "component.js").read_text(encoding="utf-8"),
    css=(_HERE / "component.css").read_text(encoding="utf-8"),
)


def digit_reading(key: str, data: Mapping[str, Any], *, answers: tuple[str, int]) -> None:
    """Mount the reading, or alter the one that is mounted: its nodes stay, its bars move.

    It also shows what the pad's own requests bring (an event of the document, ``primer-pad-read``), and never goes
    back from a newer drawing to an older one.

    Parameters
    ----------
    key
        Of the element.
    data
        What `ui.drawing.reading` gives: `written` or `unread`.
    answers
        Key of the pad and number of the message which this answers.
    """
    channel, sequence = answers
    _component(key=key, data={**data, "answers": {"channel": channel, "sequence": sequence}})
