"""A training run, live: how far it is, its numbers, and its curves drawn with Plotly.

The chart asks the server for news by itself and updates in place: zoom and hover last while data comes. The page runs
again only when what stands around the chart has to change.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ui.components.folder import register
from ui.components.plotly_script import plotly_script_url

_mount = register(
    Path(__file__).parent,
    # Plotly writes its styles into the document's head, where a shadow root would not see them.
    isolate_styles=False,
)


def live_chart(
    key: str, *, view: Mapping[str, Any], address: str | None, log_scale: bool, numbers: Mapping[str, str]
) -> None:
    """Draw a run and follow it.

    Parameters
    ----------
    key
        Of the component: while it stays the same, the chart is updated, not made anew. A zoom lasts as long as the run.
    view
        The run now, as `ui.training.live_view.live_view` gives it.
    address
        Where the browser asks for later views; None if there is nothing to ask about.
    log_scale
        Whether losses are on a logarithmic axis.
    numbers
        What each of the view's numbers is called, and what it means.
    """
    data = {
        "script": plotly_script_url(),
        "address": address,
        "log": log_scale,
        "numbers": list(numbers.items()),
        "view": view,
    }
    _mount(key=key, data=data, on_changed_change=lambda: None)
