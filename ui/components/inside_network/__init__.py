"""What is inside a network while it trains: weights as pictures, units, steps, and how fixed samples are read.

The view asks the server for looks by itself, for as long as it is on the page and the page is in front. It follows what
the chart looks back at.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ui import modules
from ui.components.folder import register

_mount = register(Path(__file__).parent)


def inside_network(key: str, *, address: str, run: str, images: str | None, classes: Sequence[str]) -> None:
    """Draw looks at a network as they come.

    Parameters
    ----------
    key
        Of the component: while it stays the same, the view is updated, not made anew.
    address
        Where the browser asks for looks.
    run
        Id of the run that is looked at.
    images
        Where the browser finds images of the run's data; None for points.
    classes
        The names of the classes.
    """
    data = {
        "address": address,
        "run": run,
        "images": images,
        "classes": list(classes),
        "look": modules.address("look.js"),
    }
    _mount(key=key, data=data)
