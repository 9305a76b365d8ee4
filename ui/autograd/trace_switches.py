"""The switches of the autograd graph: what learners ask about, each one thing that PyTorch then does."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import streamlit as st

from primer_core.language.program import Program
from primer_core.lessons.autograd_graph.graph import Switches


def widget_values(changes: Switches | Mapping[str, Any]) -> dict[str, Any]:
    """What the widgets hold for these fields of `Switches`, by key: a choice of nothing is None there."""
    fields = asdict(changes) if isinstance(changes, Switches) else changes
    return {key: None if value == "" else value for key, value in fields.items()}


def trace_switches(program: Program | None) -> Switches:
    """Draw a switch for each field of `Switches`, under its name; return how they stand.

    Parameters
    ----------
    program
        Whose names can be chosen; None if the text cannot be read, which leaves the choices as they are.
    """
    state = st.session_state
    chosen = [state[key] for key in ("detach", "in_place") if state.get(key)]
    named = [statement.name for statement in program.statements] if program else list(dict.fromkeys(chosen))
    for key in ("detach", "in_place"):
        if state.get(key) and state[key] not in named:
            state[key] = None
    toggles = st.container(horizontal=True, vertical_alignment="center")
    # No format_func: it would change what the address says, too.
    with st.container(horizontal=True, vertical_alignment="bottom"):
        calls = st.segmented_control(
            "backward() calls", [1, 2], default=1, key="backward_calls", bind="query-params", required=True
        )
        detach = st.selectbox(
            "Detach", named, index=None, key="detach", bind="query-params", placeholder="nothing", width=150
        )
        in_place = st.selectbox(
            "Add 1 in place to",
            named,
            index=None,
            key="in_place",
            bind="query-params",
            placeholder="nothing",
            width=150,
        )
    with toggles:
        no_grad = st.toggle("under `no_grad()`", key="no_grad", bind="query-params")
        retain_grad = st.toggle("`retain_grad()` on every name", key="retain_grad", bind="query-params")
        retain_graph = st.toggle("`retain_graph=True`", key="retain_graph", bind="query-params", disabled=calls == 1)
        zero_grad = st.toggle("`zero_grad()` between", key="zero_grad", bind="query-params", disabled=calls == 1)
    return Switches(no_grad, detach or "", retain_grad, in_place or "", calls, retain_graph, zero_grad)
