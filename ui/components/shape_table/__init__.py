"""Shapes as a table, axis by axis, whose sizes can be dragged."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from ui.components import ahead
from ui.components.folder import register

_mount = register(Path(__file__).parent, also=ahead.SCRIPT)

MOST = 8  # the size up to which sliders go, unless the axis is longer already


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one cell.

    Parameters
    ----------
    text, note
        A size, and smaller, what is said of it.
    tone
        How it looks.
    axis
        The axis of its operand that a slider in it resizes; None for none.
    adds, drops
        Whether a button in it gives its operand another first axis, or takes the first away.
    """

    text: str = ""
    note: str = ""
    tone: Literal["", "missing", "clash"] = ""
    axis: int | None = None
    adds: bool = False
    drops: bool = False


@dataclass(frozen=True, slots=True)
class Operand:
    """A row.

    Parameters
    ----------
    name
        Of the operand.
    text
        What is typed there.
    shape
        Its sizes.
    cells
        One a column.
    key
        Of the field that it is typed into, if that is not its name.
    role
        The operand whose colour it wears, if not its own: "a", "b" or "c".
    """

    name: str
    text: str
    shape: Sequence[int]
    cells: Sequence[Cell]
    key: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Resize:
    """What a learner did.

    Parameters
    ----------
    key
        Of the operand's field.
    text
        What stood in the field when the slider was taken.
    shape
        The sizes that the operand shall have.
    """

    key: str
    text: str
    shape: tuple[int, ...]


def payload(
    columns: Sequence[tuple[str, str]],
    operands: Sequence[Operand],
    result: tuple[str, Sequence[Cell]] | None,
    *,
    note: str = "",
) -> dict[str, Any]:
    """Describe a table to `shape_table`.

    Parameters
    ----------
    columns
        What stands above each, large and small.
    operands
        The rows.
    result
        What the last row is called, and its cells; None for no such row.
    note
        Said where there is no column.
    """
    return {
        "columns": [{"text": text, "note": small} for text, small in columns],
        "rows": [
            {
                "name": operand.name,
                "key": operand.key or operand.name,
                "role": operand.role or operand.name,
                "from": operand.text,
                "shape": list(operand.shape),
                "cells": [asdict(cell) for cell in operand.cells],
            }
            for operand in operands
        ],
        "result": result and {"name": result[0], "cells": [asdict(cell) for cell in result[1]]},
        "note": note,
        "most": MOST,
    }


def shape_table(key: str, described: dict[str, Any], *, on_resize: Callable[[Resize], None]) -> None:
    """Draw a table.

    Parameters
    ----------
    key
        Unique on the page.
    described
        What `payload` returns, as a part that `ui.components.ahead.Ahead.parts` gives.
    on_resize
        Called before the page runs again, like a widget's callback, with what was dragged.
    """

    def call() -> None:
        change = _change(st.session_state[key].get("sized"), [row["key"] for row in described["rows"]])
        if change is not None:
            on_resize(change)

    _mount(key=key, data=described, on_sized_change=call)


def _change(sent: Any, keys: Sequence[str]) -> Resize | None:
    """Read what the browser sent, which anybody could have sent: anything else than a change is none."""
    match sent:
        case {"key": str(key), "from": str(text), "shape": [*sizes]} if key in keys and all(
            type(size) is int and size >= 0 for size in sizes
        ):
            return Resize(key, text, tuple(sizes))
        case _:
            return None
