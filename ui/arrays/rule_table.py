"""The rule of an operation as a table of shapes, whose sizes can be dragged in place of being typed."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import streamlit as st

from primer_core.language.limits import Refused
from primer_core.language.resizing import can_resize, resized
from ui.components.shape_table import Cell, Operand, Resize, payload, shape_table


def own_axes(
    name: str, key: str, typed: str, shape: Sequence[int] | None, result: tuple[str, Sequence[Cell]] | None = None
) -> dict[str, Any]:
    """Describe the axes of one array to `rule_table`.

    Parameters
    ----------
    name, shape
        Of the array; None where what is typed is none.
    key, typed
        Of the field that it is typed into, and what stands there.
    result
        What becomes of each axis, and what that array is called.
    """
    if shape is None:
        return payload([], [], None)
    drags = can_resize(typed)
    cells = [
        Cell(str(size), axis=axis if drags else None, drops=drags and axis == 0) for axis, size in enumerate(shape)
    ]
    if not shape:
        cells, result = [Cell("a number", tone="missing", adds=drags)], None
    columns = [(f"axis {axis}", f"or −{len(shape) - axis}") for axis in range(len(shape))] or [("no axis", "")]
    return payload(columns, [Operand(name, typed, shape, cells, key=key, role="a")], result)


def rule_table(described: dict[str, Any]) -> None:
    """Draw what `ui.components.shape_table.payload` describes, of operands typed into the fields that it names."""
    shape_table("rule", described, on_resize=_type)


def size_sliders(described: dict[str, Any]) -> None:
    """Draw what `own_axes` describes where a size can be dragged: without sliders it says nothing that is not typed."""
    with st.container():  # its place stays taken, so that what follows is never mounted anew
        if any(cell["axis"] is not None or cell["adds"] for row in described["rows"] for cell in row["cells"]):
            rule_table(described)


def _type(change: Resize) -> None:
    with suppress(Refused):  # it stays as it was
        st.session_state[change.key] = resized(change.text, change.shape)
