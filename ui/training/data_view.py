"""The data that a network sees, on the page."""

from __future__ import annotations

import streamlit as st

from primer_core.data import IMAGE_SETS, is_available
from primer_core.training.spec import RunSpec
from ui import session
from ui.components.data_seen import data_seen
from ui.training.looks import data_address, images_address, looks_address


def draw(spec: RunSpec) -> None:
    """Draw the data of the settings, and the next batch of the run on the desk if it trains on this data."""
    with st.expander("The data it sees", icon=":material/photo_library:", key="data_seen", on_change="rerun") as shown:
        if not shown.open:
            return
        if spec.data in IMAGE_SETS and not is_available(spec.data):
            st.html('<p class="primer-note">These images are not here yet: Start downloads them first.</p>')
            return
        desk = session.desk()
        data_seen(
            f"data_seen_{spec.data}",
            address=data_address(spec.data),
            images=images_address(spec.data),
            looks=looks_address(desk.id, spec.data) if desk else None,
            normalise=spec.normalise,
        )
