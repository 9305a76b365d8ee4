"""What two networks read in one drawing: both probabilities of each class, their difference, and one sentence.

It follows the pad by its events; the browser's part is ``static/primer/two_networks.js``.
"""

from collections.abc import Sequence
from pathlib import Path

from ui.components.folder import ModuleComponent

_component = ModuleComponent.of_folder(Path(__file__).parent)


def two_networks(
    key: str,
    *,
    address: str,
    networks: Sequence[str],
    titles: Sequence[str],
    classes: Sequence[str],
    channel: str,
) -> None:
    """Mount the comparison, which follows a pad by its events, mid-stroke too.

    Parameters
    ----------
    key
        Of the element.
    address
        Where to ask.
    networks
        The tokens of the two there.
    titles
        What the list of choices calls them.
    classes
        Names of their outputs.
    channel
        Key of the pad.
    """
    data = {
        "address": address,
        "networks": list(networks),
        "titles": list(titles),
        "classes": list(classes),
        "channel": channel,
    }
    _component.mount(key, data)
