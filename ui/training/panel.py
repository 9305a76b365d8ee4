"""The panel that follows a run: its buttons, what there is to say of it, and the live picture of it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from primer_core.data import IMAGE_SETS
from primer_core.training.run import Run, RunState
from primer_core.training.spec import RunSpec
from ui import cached, session
from ui.components.live_chart import live_chart
from ui.training import settings, symptoms_view
from ui.training.live_view import NUMBERS, address, live_view
from ui.training.settings import LEARNING_RATE_KEY

#: Buttons that train on a part of a run and hold: label, icon, key, meaning, and what is asked of the run.
_STEPS: tuple[tuple[str, str, str, str, Callable[[Run], None]], ...] = (
    ("Step one batch", ":material/skip_next:", "step", "Train on one more batch, then hold.", Run.step_once),
    (
        "Step an epoch",
        ":material/fast_forward:",
        "step_epoch",
        "Train to the end of a pass over the samples, measure, and hold.",
        Run.step_epoch,
    ),
)


@st.fragment
def follow(spec: RunSpec | None, *, was_going: bool) -> None:
    """Draw the panel of the run on this session's desk.

    Parameters
    ----------
    spec
        What Start would start; None if the settings do not go together.
    was_going
        Whether a run went on when the page around the panel was drawn.
    """
    desk = session.desk()
    run = desk.current if desk else None
    state = run.state() if run else None
    going = state is not None and not state.ended
    if going != was_going:
        st.rerun()  # the settings above are locked while a run goes on, and only then
    steers = desk is None or session.steers(desk)
    if run is not None and going and steers:
        run.set_learning_rate(st.session_state[LEARNING_RATE_KEY])
        run.set_pace(settings.pace())
    log_scale = _buttons(spec, run, state, enabled=steers)
    if run is not None and state is not None:
        _message(run, state, steers=steers)
    live_chart(
        "curves",
        view=live_view(run, state, steers=steers, active_runs=cached.training_desks().service.active_runs),
        address=address(desk, cached.seat().visitor) if desk else None,
        log_scale=log_scale,
        numbers=NUMBERS,
    )
    if run is not None and state is not None:
        symptoms_view.draw(run, state, enabled=steers)


def _buttons(spec: RunSpec | None, run: Run | None, state: RunState | None, *, enabled: bool) -> bool:
    """Draw the buttons, and the choice of the loss's axis, which is returned."""
    going = run if state is not None and not state.ended else None
    paused = state is not None and state.status == "paused"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if going is None:
            label = "Start again" if state else "Start"
            pressed = st.button(
                label, icon=":material/play_arrow:", type="primary", disabled=spec is None or not enabled, key="start"
            )
            if pressed and spec is not None:
                _start(spec)
        elif paused:
            st.button(
                "Resume",
                icon=":material/play_arrow:",
                type="primary",
                on_click=going.resume,
                disabled=not enabled,
                key="resume",
            )
        else:
            st.button(
                "Pause",
                icon=":material/pause:",
                type="primary",
                on_click=going.pause,
                disabled=not enabled,
                key="pause",
            )
        for label, icon, key, meaning, step in _STEPS:
            pressed = st.button(label, icon=icon, disabled=spec is None or not enabled, key=key, help=meaning)
            if pressed and going is not None:
                step(going)
                st.rerun(scope="fragment")
            elif pressed and spec is not None:
                step(session.desk_or_new().start(spec, paused=True, pace=settings.pace()))
                st.rerun()
        if st.button(
            "Finish now",
            icon=":material/last_page:",
            on_click=_finish,
            args=(going,),
            disabled=going is None or not enabled,
            key="finish",
            help="Train the batches that are left as fast as it goes.",
        ):
            st.rerun()  # the slider of the pace stands outside
        st.button(
            "Stop",
            icon=":material/stop:",
            on_click=going.stop if going else None,
            disabled=going is None or not enabled,
            key="stop",
            help="End the run here. Its network is measured and kept.",
        )
        if st.button(
            "Reset",
            icon=":material/restart_alt:",
            disabled=run is None or not enabled,
            key="reset",
            help="Clear the chart. A run that goes on is dropped.",
        ):
            session.desk_or_new().clear()
            st.rerun()
        st.space("stretch")
        return st.toggle(
            "Logarithmic loss",
            key="log",
            bind="query-params",
            help="Equal ratios get equal heights: small losses can be told apart.",
        )


def _finish(run: Run) -> None:
    st.session_state[settings.PACE_KEY] = settings.FULL_SPEED
    run.set_pace(None)
    run.resume()


def _start(spec: RunSpec, *, refetch: bool = False) -> None:
    session.desk_or_new().start(spec, refetch=refetch, pace=settings.pace())
    st.rerun()


def _message(run: Run, state: RunState, *, steers: bool) -> None:
    """Say what went wrong, or where to go on with the network."""
    if state.status == "failed":
        st.error(state.reason, icon=":material/error:")
        if state.damaged_file and st.button("Download it again", icon=":material/download:", disabled=not steers):
            _start(run.spec, refetch=True)
    elif state.has_network and run.spec.data in IMAGE_SETS:
        st.page_link(
            "pages/draw_a_digit.py",
            label="Use this network: draw for it",
            icon=":material/draw:",
            query_params={**session.link_parameters(), "network": run.id},
        )
    if not steers:
        st.info("You are looking on: this run is steered from another tab.", icon=":material/visibility:")
