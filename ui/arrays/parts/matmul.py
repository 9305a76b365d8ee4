"""What of the lesson on matrix products changes while a size is dragged: the rule, as a table, and the picture."""

from collections.abc import Mapping, Sequence
from typing import Any

from primer_core.language.resizing import can_resize
from primer_core.lessons.matmul import show as pictures
from primer_core.lessons.matmul.explain import NAMES, Product, ProductAxis, explain_matmul
from ui.arrays.lessons_ahead import address
from ui.components.ahead import Ahead
from ui.components.shape_table import Cell, Operand, payload


def explain(query: Mapping[str, str]) -> Product:
    """Explain what the widgets a and b say."""
    return explain_matmul(_texts(query))


def parts(query: Mapping[str, str], explained: Product | None = None) -> dict[str, Any]:
    """What the lesson shows for widgets that stand so: ``rule`` for `shape_table`, ``grids`` for `linked_grids`."""
    explained = explained or explain(query)
    question = asks(query)
    draw = pictures.apart if explained.result is None else pictures.picture
    return question.parts(
        {
            "rule": _rule(explained, _texts(query)),
            "grids": draw(explained).payload(),
        }
    )


def asks(query: Mapping[str, str]) -> Ahead:
    """Where these parts are asked for ahead, by a page whose widgets stand so."""
    return Ahead(address("matmul"), dict(zip(NAMES, _texts(query), strict=True)))


def _texts(query: Mapping[str, str]) -> tuple[str, str]:
    return query.get("a", ""), query.get("b", "")


def _rule(explained: Product, typed: tuple[str, str]) -> dict[str, Any]:
    axes = explained.axes
    operands = [
        Operand(NAMES[place], typed[place], operand.shape, _row(axes, place, operand.shape, can_resize(typed[place])))
        for place, operand in enumerate(explained.operands if axes else ())
    ]
    return payload(
        [(axis.role, "" if axis.name == axis.role else axis.name) for axis in axes],
        operands,
        ("c", [_outcome(axis) for axis in axes]),
        note="A number has no axis: there is nothing to line up.",
    )


def _row(axes: Sequence[ProductAxis], place: int, shape: tuple[int, ...], drags: bool) -> list[Cell]:
    first = next(column for column, axis in enumerate(axes) if axis.places[place] == -len(shape))
    cells = []
    for column, axis in enumerate(axes):
        size, where = axis.sizes[place], axis.places[place]
        batch = axis.role == "batch"
        if size is None or where is None:
            said = ("lent" if axis.lent == place else "missing") + " → 1" if batch or axis.lent == place else ""
            cells.append(Cell(said, tone="missing" if said else "", adds=drags and column == first - 1 and bool(said)))
        else:
            tone = "clash" if axis.size is None else ""
            drops = drags and column == first and (batch or axis.role == "rows")
            cells.append(Cell(str(size), f"axis −{-where}", tone, len(shape) + where if drags else None, drops=drops))
    return cells


def _outcome(axis: ProductAxis) -> Cell:
    match axis.verdict:
        case "clash":
            return Cell("✗", "must be equal" if axis.role == "inner" else "neither equal nor 1")
        case "summed":
            return Cell("Σ", "equal, summed over")
        case "dropped":
            return Cell("–", "taken away again")
        case "stretched":
            return Cell(str(axis.size), " and ".join(NAMES[place] for place in axis.stretched) + " stretched")
        case verdict:
            return Cell(str(axis.size), verdict)
