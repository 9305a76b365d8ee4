"""Why a network reads what it reads, on the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from ui.address import on_this_server
from ui.components.why_digit import why_digit
from ui.drawing.explanations import CHANGES, NEAREST, PIXELS


def why_this_digit(key: str, reader: Mapping[str, str] | None, classes: Sequence[str], strokes: Sequence[Any]) -> None:
    """Draw the section that explains a reading.

    Parameters
    ----------
    key
        Of the component.
    reader
        Where the pad asks, as `ui.drawing.reader.open_reader` gives it; None while no network is loaded.
    classes
        Names of the network's outputs.
    strokes
        The drawing, as the pad sent it when the pen was last lifted; none for a blank pad.
    """
    addresses = {"pixels": PIXELS, "nearest": NEAREST, "changes": CHANGES}
    with st.container(border=True):
        why_digit(
            key,
            addresses={name: on_this_server(path) for name, path in addresses.items()},
            network=None if reader is None else reader["network"],
            classes=classes,
            strokes=strokes,
        )
