"""What of the indexing lesson changes at once when a cell is clicked or a preset pressed: the picture."""

from collections.abc import Mapping
from typing import Any, cast

from primer_core.backend import Library
from primer_core.lessons.indexing import show as pictures
from primer_core.lessons.indexing.clicks import Clicked, clicked_index
from primer_core.lessons.indexing.explain import THENS, Indexing, Then, explain_index
from primer_core.picture.grid import Picture
from ui.arrays.lessons_ahead import Settings, address
from ui.arrays.parts import chosen
from ui.arrays.rule_table import own_axes
from ui.components.ahead import Ahead
from ui.components.linked_grids import CellEvent

LIBRARIES: tuple[Library, ...] = ("NumPy", "PyTorch")


def asks(query: Mapping[str, str]) -> Ahead:
    """Where these parts are asked for ahead, by a page whose widgets stand so; what is no choice becomes the first.

    Beside the widgets, ``clicked`` is the index that clicks wrote last.
    """
    then = chosen(query, "then", THENS)
    settled = {
        "array": query.get("array", ""),
        "index": query.get("index", ""),
        "then": then,
        "value": query.get("value", "") if then != THENS[0] else "",
        "library": chosen(query, "library", LIBRARIES),
        "clicked": query.get("clicked", ""),
    }
    return Ahead(address("indexing"), settled)


def explain(query: Mapping[str, str]) -> Indexing:
    """Explain what the widgets say."""
    asked = asks(query).query
    then, library = cast("Then", asked["then"]), cast("Library", asked["library"])
    return explain_index(asked["array"], asked["index"], then, asked["value"], library)


def parts(query: Mapping[str, str], explained: Indexing | None = None) -> dict[str, Any]:
    """What the lesson shows for widgets that stand so: ``rule`` for `rule_table`, ``grids`` for `linked_grids`."""
    explained = explained or explain(query)
    axes = own_axes("a", "array", query.get("array", ""), explained.operand.shape if explained.operand else None)
    return asks(query).parts({"rule": axes, "grids": _picture(explained).payload()})


def _picture(explained: Indexing) -> Picture:
    if explained.operand is None:
        return Picture((), ())
    if explained.result is None:
        return pictures.whole(explained)
    return (pictures.read if explained.changed is None else pictures.written)(explained)


def clicked(query: Mapping[str, str], event: CellEvent) -> Clicked | None:
    """The index that a click on a cell writes; None where the cell is not one of a.

    The first click starts a selection, further ones add to it or take away from it.
    """
    if event.grid not in ("a", "after"):
        return None
    further = query.get("clicked") == query.get("index")
    return clicked_index(query.get("array", ""), query.get("index", ""), event.index, further=further)


def after(query: Mapping[str, str], event: CellEvent) -> Settings:
    """What the widgets say after a click on a cell."""
    found = clicked(query, event)
    return dict(query) if found is None else {**query, "index": found.expression, "clicked": found.expression}
