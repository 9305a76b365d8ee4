"""Why a network reads what it reads, on the page."""

from __future__ import annotations

import streamlit as st

from ui.address import on_this_server
from ui.components.why_digit import why_digit
from ui.drawing.explanations import CHANGES, NEAREST, PIXELS
from ui.drawing.networks import Network


def why_this_digit(key: str, pad: str, network: Network) -> None:
    """Draw the section that explains a reading.

    Parameters
    ----------
    key
        Of the component.
    pad
        Key of the pad, which tells of each finished drawing.
    network
        That the page reads with.
    """
    addresses = {"pixels": PIXELS, "nearest": NEAREST, "changes": CHANGES}
    with st.container(border=True):
        why_digit(
            key,
            addresses={name: on_this_server(path) for name, path in addresses.items()},
            classes=network.classes,
            channel=pad,
        )
