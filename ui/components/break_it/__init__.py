"""Break it: a drawing that sliders disturb, what is then read, and how many test images stand the same.

It follows the pad by its events; the browser's part is ``static/primer/break_it.js``.
"""

from pathlib import Path

from primer_core.inference.disturbances import FACTORS
from ui.address import on_this_server
from ui.components.folder import ModuleComponent
from ui.drawing.break_it import ADDRESS, CURVE, CURVES

_component = ModuleComponent.of_folder(Path(__file__).parent)


def break_it(key: str, channel: str) -> None:
    """Draw the sliders that disturb what is on a pad.

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
        "counts": on_this_server(CURVE),
        "curves": {kind: list(amounts) for kind, amounts in CURVES.items()},
        "factors": list(FACTORS),
    }
    _component.mount(key, data)
