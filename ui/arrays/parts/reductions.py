"""What of the reductions lesson changes while a size is dragged: the axes, as a table, and the picture."""

from collections.abc import Mapping
from typing import Any, cast

from primer_core.backend import Library
from primer_core.lessons.reductions import show as pictures
from primer_core.lessons.reductions.explain import BACK, OPERATIONS, Operation, Reduction, explain_reduction
from ui.arrays.lessons_ahead import address
from ui.arrays.parts import chosen
from ui.arrays.rule_table import own_axes
from ui.components.ahead import Ahead
from ui.components.shape_table import Cell

LIBRARIES: tuple[Library, ...] = ("NumPy", "PyTorch")
DIVISORS = ("n", "n − 1")
REDUCE, BRING_BACK = "Reduce", "Bring it back"


def explain(query: Mapping[str, str]) -> Reduction:
    """Explain what the widgets say."""
    asked = asks(query).query
    return explain_reduction(
        asked["array"],
        cast("Operation", asked["operation"]),
        asked["axis"],
        keepdims=asked["keepdims"] == "true",
        ddof=DIVISORS.index(asked["divisor"]),
        library=cast("Library", asked["library"]),
    )


def asks(query: Mapping[str, str]) -> Ahead:
    """Where these parts are asked for ahead, by a page whose widgets stand so; what is no choice becomes the first."""
    operation = chosen(query, "operation", OPERATIONS)
    settled = {
        "array": query.get("array", ""),
        "operation": operation,
        "axis": query.get("axis", ""),
        "keepdims": chosen(query, "keepdims", ("false", "true")),
        "library": chosen(query, "library", LIBRARIES),
        "divisor": chosen(query, "divisor", DIVISORS) if operation == "std" else DIVISORS[0],
        "view": chosen(query, "view", (REDUCE, BRING_BACK)) if operation in BACK else REDUCE,
    }
    return Ahead(address("reductions"), settled)


def parts(query: Mapping[str, str], explained: Reduction | None = None) -> dict[str, Any]:
    """What the lesson shows for widgets that stand so: ``rule`` for `shape_table`, ``grids`` for `linked_grids`."""
    explained = explained or explain(query)
    question = asks(query)
    draw = pictures.brought_back if question.query["view"] == BRING_BACK else pictures.reduced
    if explained.result is None:
        draw = pictures.whole
    return question.parts(
        {
            "rule": _axes(explained, question.query["array"]),
            "grids": draw(explained).payload(),
        }
    )


def _axes(explained: Reduction, typed: str) -> dict[str, Any]:
    if explained.operand is None:
        return own_axes("a", "array", typed, None)
    shape = explained.operand.shape
    return own_axes("a", "array", typed, shape, ("s", [_outcome(explained, *axis) for axis in enumerate(shape)]))


def _outcome(explained: Reduction, axis: int, size: int) -> Cell:
    if explained.result is None:
        return Cell()
    if axis not in explained.axes:
        return Cell(str(size), "stays")
    if explained.operation == "softmax":
        return Cell(str(size), "sums to 1")
    return Cell("1", "reduced, kept") if explained.keepdims else Cell("–", "disappears")
