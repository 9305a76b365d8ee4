"""A training run, live: how far it is, its numbers, its curves, and looking back at any batch of it.

The chart asks the server for news by itself and draws it in place: zoom and what is looked at last while data comes.
The page runs again only when what stands around the chart has to change. The browser's part is
``static/primer/live_chart.js``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ui.components.folder import ModuleComponent

_component = ModuleComponent.of_folder(
    Path(__file__).parent,
    # In the document itself, where a description finds what it describes by its id.
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
        The run now, as `ui.training.live_view.live_view` gives it without a cursor: the chart asks for the curves.
    address
        Where the browser asks for later views; None if there is nothing to ask about.
    log_scale
        Whether losses are on a logarithmic axis.
    numbers
        What each of the view's numbers is called, and what it means.
    """
    data = {
        "address": address,
        "log": log_scale,
        "numbers": list(numbers.items()),
        "view": view,
    }
    _component.mount(key, data, on_changed_change=lambda: None)
