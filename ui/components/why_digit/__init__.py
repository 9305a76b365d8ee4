"""Why a network reads what it reads: pixels for and against, nearest images, and what would make it another digit.

It follows the pad by its events; the browser's part is ``static/primer/why_digit.js``.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ui.components.folder import ModuleComponent

_component = ModuleComponent.of_folder(Path(__file__).parent)


def why_digit(key: str, *, addresses: Mapping[str, str], classes: Sequence[str], channel: str) -> None:
    """Mount the explanation, which follows a pad by its events and asks for itself while it is in sight.

    Parameters
    ----------
    key
        Of the element.
    addresses
        Where to ask about ``pixels``, ``nearest`` images and ``changes``.
    classes
        Names of the network's outputs.
    channel
        Key of the pad.
    """
    _component.mount(key, {"addresses": dict(addresses), "classes": list(classes), "channel": channel})
