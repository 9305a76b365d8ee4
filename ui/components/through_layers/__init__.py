"""Through the layers: what each layer makes of a drawing, and how one of its units adds up.

It follows the pad by its events; the browser's part is ``static/primer/through_layers.js``.
"""

from pathlib import Path

from ui import session
from ui.address import on_this_server
from ui.components.folder import ModuleComponent
from ui.drawing.through_layers import ADDRESS, COUNTS

_component = ModuleComponent.of_folder(Path(__file__).parent)


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
        "channel": channel,
        "address": on_this_server(ADDRESS),
        "counts": on_this_server(COUNTS),
        "kept": session.link_parameters(),
    }
    _component.mount(key, data)
