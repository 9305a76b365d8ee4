"""What of the broadcasting lesson changes while a size is dragged: the rule, as a table, and the picture."""

from collections.abc import Mapping
from typing import Any

from primer_core.language.resizing import can_resize
from primer_core.lessons.broadcasting import show as pictures
from primer_core.lessons.broadcasting.explain import NAMES, OPERATIONS, AxisRule, Broadcast, Upstream, explain_broadcast
from ui.arrays.lessons_ahead import address
from ui.arrays.parts import chosen
from ui.components.ahead import Ahead
from ui.components.shape_table import Cell, Operand, payload

UPSTREAM: Mapping[str, Upstream] = {"y.sum()": "ones", "y.mean()": "mean", "1, 2, 3, …": "counting"}
KEYS = (*NAMES, "op", "view", "of")
"""Of the widgets that say what is drawn."""

FORWARD, BACKWARD = "Forward", "Backward"


def explain(query: Mapping[str, str]) -> Broadcast:
    """Explain what the widgets of `KEYS` say."""
    return explain_broadcast(texts(query), chosen(query, "op", OPERATIONS), UPSTREAM[chosen(query, "of", UPSTREAM)])


def texts(query: Mapping[str, str]) -> tuple[str, ...]:
    """The operands that there are; the third may be empty."""
    a, b, c = (query.get(name, "") for name in NAMES)
    return (a, b, c) if c.strip() else (a, b)


def parts(query: Mapping[str, str], explained: Broadcast | None = None) -> dict[str, Any]:
    """What the lesson shows for widgets that stand so: ``rule`` for `shape_table`, ``grids`` for `linked_grids`."""
    explained = explained or explain(query)
    question = asks(query)
    return question.parts(
        {
            "rule": _rule(explained, texts(query)),
            "grids": _picture(explained, query).payload(),
        }
    )


def asks(query: Mapping[str, str]) -> Ahead:
    """Where these parts are asked for ahead, by a page whose widgets stand so."""
    return Ahead(address("broadcasting"), {key: query.get(key, "") for key in KEYS})


def _picture(explained: Broadcast, query: Mapping[str, str]) -> pictures.Picture:
    if explained.result is None:
        return pictures.apart(explained)
    return (pictures.backward if query.get("view") == BACKWARD else pictures.forward)(explained)


def _rule(explained: Broadcast, typed: tuple[str, ...]) -> dict[str, Any]:
    rule = explained.rule
    if not explained.operands:
        return payload([], [], None)
    operands = [
        Operand(NAMES[place], typed[place], operand.shape, _row(rule, place, drags=can_resize(typed[place])))
        for place, operand in enumerate(explained.operands)
    ]
    columns = [(f"axis −{-axis.axis}", "") for axis in rule] or [("nothing to line up", "")]
    return payload(columns, operands, ("result", [_outcome(axis) for axis in rule] or [Cell("a scalar")]))


def _row(rule: tuple[AxisRule, ...], place: int, *, drags: bool) -> list[Cell]:
    if not rule:
        return [Cell("a scalar", tone="missing", adds=drags)]
    missing = sum(axis.sizes[place] is None for axis in rule)
    cells = []
    for column, axis in enumerate(rule):
        size = axis.sizes[place]
        if size is None:
            cells.append(Cell("missing → 1", tone="missing", adds=drags and column == missing - 1))
        else:
            clashes = axis.verdict == "clash" and size != 1
            own = column - missing
            cells.append(
                Cell(str(size), tone="clash" if clashes else "", axis=own if drags else None, drops=drags and own == 0)
            )
    return cells


def _outcome(axis: AxisRule) -> Cell:
    if axis.verdict == "clash":
        return Cell("✗", "clash: neither equal nor 1")
    stretched = " and ".join(NAMES[place] for place in axis.stretched)
    return Cell(str(axis.size), f"{stretched} stretched" if stretched else "equal")
