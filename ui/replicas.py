"""Where a run is steered that another of several servers trains."""

from __future__ import annotations

from urllib.parse import urlencode

from primer_core.training.kept import RunFolder, own_replica
from ui.address import on_this_server


def page_of(folder: RunFolder) -> str:
    """Return the address of a run's page on the server that trains it; empty where that is not known, or this one.

    ``deploy/nginx.conf.template`` answers it, and has the browser stay with that server.
    """
    trained_by = folder.trained_by()
    if not own_replica() or not trained_by or trained_by == own_replica():
        return ""
    return f"{on_this_server(f'/replicas/{trained_by}/live_training')}?{urlencode({'run': folder.run})}"
