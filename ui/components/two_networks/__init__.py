"""What two networks read in one drawing: both probabilities of each class, their difference, and one sentence."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ui.components.folder import register

_component = register(Path(__file__).parent)


def two_networks(
    key: str,
    *,
    address: str,
    networks: Sequence[str],
    titles: Sequence[str],
    classes: Sequence[str],
    strokes: Sequence[Any],
    answers: tuple[str, int],
) -> None:
    """Mount the comparison, or tell the mounted one of a new drawing; mid-stroke it follows the pad by itself.

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
    strokes
        The drawing, as the pad sent it when the pen was last lifted; none for a blank pad.
    answers
        Key of the pad, and number of that drawing.
    """
    channel, sequence = answers
    data = {
        "address": address,
        "networks": list(networks),
        "titles": list(titles),
        "classes": list(classes),
        "strokes": list(strokes),
        "answers": {"channel": channel, "sequence": sequence},
    }
    _component(key=key, data=data)
