"""Through the layers: what each layer makes of a drawing, and how one of its units adds up.

It follows the pad by its events; the browser's part is ``static/primer/through_layers.js``.
"""

from pathlib import Path

from ui import modules, session
from ui.address import on_this_server
from ui.components.folder import register
from ui.drawing.through_layers import ADDRESS, COUNTS

_mount = register(Path(__file__).parent)


def through_layers(key: str, channel: str) -> None:
    """Draw the layers of the network that reads a pad.

    Parameters
    ----------
    key
        Of the element.
    channel
        Key of the pad.
    """
    data = {
        "module": modules.address("through_layers.js"),
        "channel": channel,
        "address": on_this_server(ADDRESS),
        "counts": on_this_server(COUNTS),
        "kept": session.link_parameters(),
    }
    _mount(key=key, data=data)
