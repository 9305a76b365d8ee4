"""Two networks on one drawing, on the page."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from primer_core.backend.loading import torch_is_loaded
from ui import session
from ui.address import on_this_server
from ui.components.two_networks import two_networks
from ui.drawing import networks
from ui.drawing.networks import Network
from ui.drawing.reader import open_reader
from ui.drawing.two_readings import ADDRESS

#: What the link to Live training sets: a run that is ready to be started.
READY_RUN = {"model": "Small CNN", "epochs": "4", "pace": "full speed"}


def side_by_side(key: str, pad: str, first: Network) -> None:
    """Draw the section that compares the chosen network with another.

    Parameters
    ----------
    key
        Of the component.
    pad
        Key of the pad, which tells of each drawing that was read.
    first
        The network that the page reads with.
    """
    with st.container(border=True):
        st.subheader("Two networks side by side", anchor=False)
        others = {one.id: one for one in networks.choices() if one.id != first.id and one.classes == first.classes}
        if not torch_is_loaded():
            st.html('<p class="primer-note">Loading the networks …</p>')
        elif others:
            _compare(key, pad, first, others)
        else:
            st.html('<p class="primer-note">There is no other network here that knows the same classes.</p>')
        st.page_link(
            "pages/live_training.py",
            label="Train another one: a small CNN, 4 epochs",
            icon=":material/arrow_forward:",
            query_params={**session.link_parameters(), **READY_RUN},
        )


def _compare(key: str, pad: str, first: Network, others: Mapping[str, Network]) -> None:
    chosen = st.selectbox("Beside it", list(others), format_func=lambda name: others[name].title, key="second_network")
    second = others[chosen]
    try:
        places = [open_reader(network)[1]["network"] for network in (first, second)]
    except LookupError as problem:
        st.html(f'<p class="primer-note">{problem}</p>')
        return
    two_networks(
        key,
        address=on_this_server(ADDRESS),
        networks=places,
        titles=[first.title, second.title],
        classes=first.classes,
        channel=pad,
    )
