"""Why a network reads what it reads: pixels for and against, nearest images, and what would make it another digit."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ui.components.folder import register

_component = register(Path(__file__).parent)


def why_digit(
    key: str, *, addresses: Mapping[str, str], network: str | None, classes: Sequence[str], strokes: Sequence[Any]
) -> None:
    """Mount the explanation, or tell the mounted one of a new drawing; it then asks for itself while it is in sight.

    Parameters
    ----------
    key
        Of the element.
    addresses
        Where to ask about ``pixels``, ``nearest`` images and ``changes``.
    network
        The token of the network there; None while none is loaded.
    classes
        Names of the network's outputs.
    strokes
        The drawing, as the pad sends it; none for a blank pad.
    """
    data = {"addresses": dict(addresses), "network": network, "classes": list(classes), "strokes": list(strokes)}
    _component(key=key, data=data)
