"""What of the anatomy of an array changes at once when a preset is pressed: the picture."""

from collections.abc import Mapping
from typing import Any

from primer_core.lessons.arrays import show as pictures
from primer_core.lessons.arrays.explain import CONVERSIONS, Anatomy, explain_array
from primer_core.picture.grid import Picture
from ui.arrays.lessons_ahead import address
from ui.arrays.parts import chosen
from ui.components.ahead import Ahead


def asks(query: Mapping[str, str]) -> Ahead:
    """Where these parts are asked for ahead, by a page whose widgets stand so; what is no dtype changes nothing."""
    return Ahead(address("arrays"), {"make": query.get("make", ""), "to": chosen(query, "to", CONVERSIONS)})


def parts(query: Mapping[str, str], explained: Anatomy | None = None) -> dict[str, Any]:
    """What the lesson shows for widgets that stand so: ``grids`` for `linked_grids`."""
    asked = asks(query)
    explained = explained or explain_array(asked.query["make"], asked.query["to"])
    drawn = Picture((), ()) if explained.array is None else pictures.anatomy(explained)
    return asked.parts({"grids": drawn.payload()})
