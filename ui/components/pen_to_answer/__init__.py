"""From the pen to the answer: each stage of a drawing as a picture, with a switch that says what it is good for.

It follows the pad by its events; the browser's part is ``static/primer/pen_to_answer.js``.
"""

from pathlib import Path

from ui.address import on_this_server
from ui.components.folder import ModuleComponent
from ui.drawing.pen_to_answer import ADDRESS

_component = ModuleComponent.of_folder(Path(__file__).parent)


def pen_to_answer(key: str, channel: str) -> None:
    """Draw the stages of what is on a pad.

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
    }
    _component.mount(key, data)
