"""From the pen to the answer: each stage of a drawing as a picture, with a switch that says what it is good for.

It follows the pad by its events; the browser's part is ``static/primer/pen_to_answer.js``.
"""

from pathlib import Path

from ui import modules
from ui.address import on_this_server
from ui.components.folder import register
from ui.drawing.pen_to_answer import ADDRESS

_mount = register(Path(__file__).parent)


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
        "module": modules.address("pen_to_answer.js"),
        "channel": channel,
        "address": on_this_server(ADDRESS),
    }
    _mount(key=key, data=data)
