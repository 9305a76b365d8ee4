"""What of the shapes lesson changes at once when a step is changed or a preset pressed: the cards and the picture."""

from collections.abc import Mapping
from typing import Any, cast

from primer_core.backend import Library
from primer_core.lessons.shapes import show as pictures
from primer_core.lessons.shapes.explain import Pipeline, explain_pipeline
from ui.arrays.lessons_ahead import address
from ui.arrays.parts import chosen
from ui.arrays.pipeline_cards import STEPS, described
from ui.arrays.rule_table import own_axes
from ui.components.ahead import Ahead

LIBRARIES: tuple[Library, ...] = ("PyTorch", "NumPy")


def asks(query: Mapping[str, str]) -> Ahead:
    """Where these parts are asked for ahead, by a page whose widgets stand so; what is no library becomes the first."""
    library = chosen(query, "library", LIBRARIES)
    return Ahead(address("shapes"), {"x": query.get("x", ""), STEPS: query.get(STEPS, ""), "library": library})


def explain(query: Mapping[str, str]) -> Pipeline:
    """Explain what the widgets say."""
    asked = asks(query).query
    return explain_pipeline(asked["x"], asked[STEPS], cast("Library", asked["library"]))


def picture(explained: Pipeline) -> pictures.Picture:
    """The picture of a pipeline; an empty one where x cannot be read."""
    return pictures.Picture((), ()) if explained.start is None else pictures.pipeline(explained)


def parts(
    query: Mapping[str, str], explained: Pipeline | None = None, drawn: pictures.Picture | None = None
) -> dict[str, Any]:
    """What the lesson shows for widgets that stand so.

    ``rule`` is for `rule_table`, ``cards`` for `step_list`, ``grids`` for `linked_grids`.
    """
    explained = explained or explain(query)
    drawn = drawn or picture(explained)
    axes = own_axes("x", "x", query.get("x", ""), explained.start.shape if explained.start else None)
    return asks(query).parts({"rule": axes, "cards": described(explained), "grids": drawn.payload()})
