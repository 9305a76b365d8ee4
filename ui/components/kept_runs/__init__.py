"""The list of a browser's own runs: to compare them with the one on screen, name, show and delete them.

The list comes from the server's own address, which knows the browser by its cookie. The page runs again only for what
stands outside of the list. The browser's part is ``static/primer/kept_runs.js``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ui.components.folder import ModuleComponent

_component = ModuleComponent.of_folder(Path(__file__).parent)


def kept_runs(key: str, *, address: str, current: str, compared: Sequence[str], most: int, mark: str) -> None:
    """Draw the list.

    Parameters
    ----------
    key
        Of the component; its value has ``act``: JSON of what was pressed, ``show`` or ``compare``, with the ids of
        ``runs`` and a ``number`` that no other press has.
    address
        Where the list is asked for.
    current
        Id of the run on screen; empty if there is none of this learner.
    compared
        Ids of the runs that lie behind it because they were chosen to.
    most
        How many can.
    mark
        Changes where the list has to be asked for again.
    """
    data = {
        "address": address,
        "current": current,
        "compared": list(compared),
        "most": most,
        "mark": mark,
    }
    _component.mount(key, data, on_act_change=lambda: None)
