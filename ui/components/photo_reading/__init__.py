"""A photo or a scan with digits on it: chosen, taken, pasted or dropped; how it is cleaned, and what is read of it.

The browser's part is ``static/primer/photo_reading.js``.
"""

from collections.abc import Mapping
from pathlib import Path

from ui.components.folder import ModuleComponent

_component = ModuleComponent.of_folder(Path(__file__).parent)


def photo_reading(key: str, *, reader: Mapping[str, str] | None, made: str) -> None:
    """Mount the part that takes a photo and shows what is read of it.

    The browser turns the picture upright, scales it to at most 2 000 pixels, and sends it; the answer goes to nobody
    but the component.

    Parameters
    ----------
    key
        Of the element.
    reader
        Where to send a photo: ``address``, and the token of the ``network`` there. None while there is none.
    made
        Address of photos that are made to try it: a seed belongs behind it.
    """
    _component.mount(key, {"reader": None if reader is None else dict(reader), "made": made})
