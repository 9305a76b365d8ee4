"""The table of a sweep, live: a row for each rate, a column for each batch size, and a small curve in each cell.

It asks the server for news by itself. The page runs again when a cell was pressed, and when what stands around the
table has to change. The browser's part is ``static/primer/sweep_table.js``.
"""

from __future__ import annotations

from pathlib import Path

from ui.components.folder import ModuleComponent

_component = ModuleComponent.of_folder(Path(__file__).parent)


def sweep_table(key: str, *, address: str, shown: str, mark: str, steers: bool) -> None:
    """Draw the table and follow it.

    Parameters
    ----------
    key
        Of the component; its value has ``act``: JSON with the id of the ``run`` that was pressed, or without one where
        the page has to follow, and a ``number`` that no other has.
    address
        Where the browser asks for news.
    shown
        Id of the run whose curve is on screen.
    mark
        As `ui.training.sweep_view.mark_of` gave it when the page was drawn.
    steers
        Whether a press of a cell shows its run.
    """
    _component.mount(
        key,
        {"address": address, "shown": shown, "mark": mark, "steers": steers},
        on_act_change=lambda: None,
    )
