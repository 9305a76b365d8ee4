"""Linked grids: arrays drawn as cells that light up together, in the browser, without asking the server."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from ui.components import ahead
from ui.components.folder import register

_mount = register(Path(__file__).parent, also=ahead.SCRIPT)


@dataclass(frozen=True, slots=True)
class CellEvent:
    """What a learner did to one cell.

    Parameters
    ----------
    grid
        Id of the grid.
    index
        Of the cell, one number an axis.
    value
        The number typed into it; None where the cell was only selected.
    """

    grid: str
    index: tuple[int, ...]
    value: float | None = None


@dataclass(frozen=True, slots=True)
class GridState:
    """What happened in the run that an event caused; empty in every other run."""

    edit: CellEvent | None = None
    select: CellEvent | None = None


def linked_grids(
    key: str,
    payload: Mapping[str, Any],
    *,
    on_edit: Callable[[CellEvent], None] | None = None,
    on_select: Callable[[CellEvent], None] | None = None,
) -> GridState:
    """Draw a picture of linked arrays.

    Parameters
    ----------
    key
        Unique on the page; the picture changes in place while it stays the same.
    payload
        What `primer_core.picture.grid.Picture.payload` returns; where answers come ahead, as a part
        that `ui.components.ahead.Ahead.parts` gives.
    on_edit, on_select
        Called before the page runs again, like a widget's callback, so they may set other widgets' state.

    Returns
    -------
    GridState
        The edit or selection that this run answers. Pointing at cells never comes here.
    """
    # Counted, so that every edit is answered by data unlike those before: a cell shows what was typed until the picture
    # is drawn again, and what was refused, or cut to the number that stood there, has to give way.
    answers = f"{key} answers"

    def caller(name: str, handler: Callable[[CellEvent], None] | None) -> Callable[[], None]:
        def call() -> None:
            st.session_state[answers] = st.session_state.get(answers, 0) + 1
            event = read_event(st.session_state[key].get(name))
            if handler is not None and event is not None:
                handler(event)

        return call

    result = _mount(
        key=key,
        data={**payload, "answers": st.session_state.get(answers, 0)},
        on_edit_change=caller("edit", on_edit),
        on_select_change=caller("select", on_select),
    )
    return GridState(read_event(result.get("edit")), read_event(result.get("select")))


def read_event(sent: Mapping[str, Any] | None) -> CellEvent | None:
    """Read what the browser sent, which anybody could have sent: anything else than a cell is no event."""
    match sent:
        case {"grid": str(grid), "index": [*index]} if all(type(i) is int for i in index):
            return CellEvent(grid, tuple(index), _number(sent.get("value")))
        case _:
            return None


def _number(sent: Any) -> float | None:
    try:
        return float(sent) if isinstance(sent, (int, float)) else None
    except OverflowError:  # a whole number of more digits than any browser has sent
        return None
