"""The runs that this browser has started and that are kept: a list to compare, name, show and delete them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import streamlit as st

from primer_core.training.export import EXPORTS
from primer_core.training.kept import Card, KeptRunError
from primer_core.training.store import digest
from ui import cached, session
from ui.address import on_this_server
from ui.components.kept_runs import kept_runs
from ui.training import bring
from ui.training.live_view import MOST_BEHIND
from ui.training.run_files import ADDRESS, export_address

if TYPE_CHECKING:
    from primer_core.training.run import Run

_PRESSED = "kept runs"


@st.fragment
def draw() -> None:
    """Draw the list."""
    with st.expander("Your runs", icon=":material/history:", key="kept_runs_open", on_change="rerun") as shown:
        if not shown.open:
            return
        act = st.session_state.get(_PRESSED, {}).get("act")
        if act and _done(str(act)):
            st.rerun()  # the chart stands outside
        desk = session.desk()
        current = desk.current if desk and session.steers(desk) else None
        kept_runs(
            _PRESSED,
            address=on_this_server(ADDRESS),
            current=current.id if current else "",
            compared=[run.id for run in desk.compared] if desk and current else [],
            most=MOST_BEHIND,
            mark=f"{current.id} {current.state().status} {len(current.history.epochs)}" if current else "",
        )
        bring.draw()


def _done(act: str) -> bool:
    """Do what was pressed in the list, and say whether the page has to follow."""
    asked = json.loads(act)
    if st.session_state.get(f"{_PRESSED} done") == asked["number"]:
        return False
    st.session_state[f"{_PRESSED} done"] = asked["number"]
    service = cached.training_desks().service
    runs = [run for run in map(service.open, map(str, asked["runs"])) if run is not None and is_mine(run)]
    if asked["do"] == "show" and runs:
        card = runs[0].folder.card() if runs[0].folder is not None else Card(runs[0].spec)
        beside, sweep = (
            [run for run in map(service.open, ids) if run is not None] for ids in (card.beside, card.sweep)
        )
        session.own_desk().show(runs[0], beside, sweep=sweep)
    elif asked["do"] == "compare":
        session.own_desk().compare(runs[:MOST_BEHIND])
    return True


def is_mine(run: Run) -> bool:
    """Whether this browser has started a run."""
    try:
        return run.folder is not None and run.folder.card().owner == digest(cached.seat().learner)
    except KeptRunError:
        return False


def draw_exports(run: Run) -> None:
    """Draw a link to each file that can be had of a run; one that cannot says why."""
    links = []
    for name, export in EXPORTS.items():
        if why_not := export.why_not(run):
            links.append(f'<span role="link" aria-disabled="true" tabindex="0" title="{why_not}">{export.title}</span>')
        else:
            address = export_address(run.id, name)
            links.append(f'<a href="{address}" download title="{export.about}">{export.title}</a>')
    reasons = dict.fromkeys(filter(None, (export.why_not(run) for export in EXPORTS.values())))
    told = "".join(f'<p class="primer-note">{reason}</p>' for reason in reasons)
    st.html(f'<div class="primer-take" role="group" aria-label="Take this run with you">{"".join(links)}</div>{told}')
