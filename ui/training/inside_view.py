"""What is inside the network of the run on the desk, on the page."""

from __future__ import annotations

import streamlit as st

from primer_core.data import IMAGE_SETS
from primer_core.training.spec import TOY
from ui import session
from ui.components.inside_network import inside_network
from ui.training.looks import images_address, looks_address


def draw() -> None:
    """Draw the inside view of the run on this session's desk."""
    with st.expander(
        "Inside the network", icon=":material/visibility:", key="inside_network", on_change="rerun"
    ) as shown:
        if not shown.open:
            return
        desk = session.desk()
        run = desk.current if desk else None
        if desk is None or run is None:
            st.html('<p class="primer-note">Start a run: its weights, units and mistakes are shown as it learns.</p>')
            return
        data = run.spec.data
        inside_network(
            f"inside_network_{data}",
            address=looks_address(desk.id, data),
            run=run.id,
            images=images_address(data),
            classes=("0", "1") if data == TOY else IMAGE_SETS[data].classes,
        )
