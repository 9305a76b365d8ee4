"""A base, its memory and two views, editable and selectable: every way in which linked grids answer."""

import numpy as np
import streamlit as st

from primer_core.picture.grid import Badge, Formula, Grid, Link, PerCell, Picture, Row, Val
from ui.components.linked_grids import CellEvent, linked_grids

base = st.session_state.setdefault("base", np.arange(6.0).reshape(2, 3))
chosen = st.session_state.setdefault("chosen", np.zeros((2, 2, 2, 2), dtype=np.bool_))


def edit(event: CellEvent) -> None:
    if event.grid == "base" and event.value is not None:
        base[event.index] = event.value


def select(event: CellEvent) -> None:
    chosen[event.index] ^= True


every = np.arange(6)
picture = Picture(
    grids=(
        Grid("memory", "memory", base.ravel(), axes=("",), labels=tuple(f"+{8 * i}" for i in range(6))),
        Grid("base", "x", base, "a", editable=True, tags=("x", "same")),
        Grid("view", "x.T", base.T, "result", badges=(Badge("VIEW", "info"),)),
        Grid("deep", "d", np.arange(16).reshape(2, 2, 2, 2), selectable=True, marked=chosen),
    ),
    rows=(Row(("memory",)), Row(("base", "view")), Row(("deep",))),
    links=(
        Link("memory", "base", every, same=True),
        Link("memory", "view", every.reshape(2, 3).T.ravel(), same=True),
    ),
    formulas=(Formula("base", (PerCell(tuple(f"offset {8 * i}" for i in range(6))), " holds ", Val("base"))),),
)
state = linked_grids("grids", picture.payload(), on_edit=edit, on_select=select)
st.text(f"edit {state.edit} select {state.select}")
