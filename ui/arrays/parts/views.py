"""What of the lesson on views changes at once when a cell is edited or a preset pressed: the picture of memory."""

from collections.abc import Mapping
from typing import Any, cast

from primer_core.backend import Library
from primer_core.lessons.views import show as pictures
from primer_core.lessons.views.explain import Edit, Views, edited, explain_view
from primer_core.lessons.views.presets import VIEWS
from primer_core.picture.grid import Picture
from ui.arrays.lessons_ahead import Settings, address
from ui.arrays.parts import chosen
from ui.components.ahead import Ahead
from ui.components.linked_grids import CellEvent

LIBRARIES: tuple[Library, ...] = ("NumPy", "PyTorch")
MEMORY, _, NAMES = VIEWS


def asks(query: Mapping[str, str]) -> Ahead:
    """Where these parts are asked for ahead, by a page whose widgets stand so; what is no choice becomes the first."""
    settled = {key: query.get(key, "") for key in ("a", "b", "c", "then")}
    settled["lib"] = chosen(query, "lib", LIBRARIES)
    settled["view"] = chosen(query, "view", (MEMORY, NAMES))
    return Ahead(address("views"), settled)


def explain(query: Mapping[str, str]) -> Views:
    """Explain what the widgets say."""
    asked = asks(query).query
    return explain_view(asked["a"], asked["b"], asked["c"], asked["then"], cast("Library", asked["lib"]))


def parts(query: Mapping[str, str], found: Views | None = None) -> dict[str, Any]:
    """What the lesson shows for widgets that stand so, for `linked_grids`: ``grids``, or ``names`` in that view."""
    found = found or explain(query)
    names = query.get("view") == NAMES
    drawn = Picture((), ()) if found.after is None else (pictures.names if names else pictures.memory)(found)
    return asks(query).parts({"names" if names else "grids": drawn.payload()})


def edit(found: Views, then: str, event: CellEvent) -> Edit | None:
    """The statement that an edited cell stands for, after those that were there; None where the event is no edit."""
    if found.after is None or event.value is None:
        return None
    kind, _, name = event.grid.partition(" ")
    place = int(name) if kind == "memory" and name.isdecimal() else name
    return edited(found.after, then, place, event.index, event.value)


def after(query: Mapping[str, str], event: CellEvent) -> Settings:
    """What the widgets say after a cell was edited."""
    made = edit(explain(query), query.get("then", ""), event)
    return dict(query) if made is None else {**query, "then": made.then}
