"""The panel that follows a run: its buttons, its progress, its numbers and its curves, redrawn while it goes on."""

from __future__ import annotations

import streamlit as st

from primer_core.data import IMAGE_SETS
from primer_core.training.history import Curve
from primer_core.training.run import Run, RunState
from primer_core.training.spec import RunSpec
from ui import cached, session
from ui.components.live_chart import live_chart
from ui.training.settings import LEARNING_RATE_KEY

#: Seconds between two updates of a page, and how much each run that goes on adds: many learners share one server.
REFRESH = 0.33
REFRESH_PER_RUN = 0.04

METRIC_WIDTH = 148  # pixels: two beside each other on a telephone

#: What is said of a run, and what it means.
_NUMBERS = {
    "Train loss": "Mean cross-entropy of the latest batches, in nats: how surprising the right answer is. Guessing "
    "evenly among ten classes gives ln 10 = 2.303.",
    "Validation loss": "The same on samples that it is not trained on, after each epoch. When this rises while the "
    "train loss falls, it learns the samples by heart.",
    "Validation accuracy": "The share of validation samples whose largest logit is the right class. Look at it as "
    "often as you like.",
    "Test accuracy": "The share of the test samples read correctly, measured once, when the run ends: choosing "
    "settings by this number would make it look better than it is.",
}

_EMPTY = Curve([], [], [], [], (), (), 0)


def follow(spec: RunSpec | None) -> None:
    """Draw the panel; while a run goes on it redraws itself, and nothing else on the page.

    Parameters
    ----------
    spec
        What Start would start; None if the settings do not go together.
    """
    run = _current_run()
    going = run is not None and not run.state().ended
    interval = max(REFRESH, REFRESH_PER_RUN * cached.training_desks().service.active_runs) if going else None
    st.fragment(_panel, run_every=interval)(spec, going)


def _current_run() -> Run | None:
    desk = session.desk()
    return desk.current if desk else None


def _panel(spec: RunSpec | None, was_going: bool) -> None:
    desk = session.desk()
    run = desk.current if desk else None
    state = run.state() if run else None
    going = state is not None and not state.ended
    if going != was_going:
        st.rerun()  # the settings above are locked while a run goes on, and only then
    steers = desk is None or session.steers(desk)
    if run is not None and going and steers:
        run.set_learning_rate(st.session_state[LEARNING_RATE_KEY])
    _buttons(spec, run, state, enabled=steers)
    _message(run, state, steers=steers)
    _numbers(run, state)
    log_scale = st.toggle(
        "Logarithmic loss",
        key="log",
        bind="query-params",
        help="Equal ratios get equal heights: small losses can be told apart.",
    )
    live_chart(
        "curves",
        run=run.id if run else "none",
        curve=run.history.curve() if run else _EMPTY,
        total_steps=state.total_steps if state else 0,
        log_scale=log_scale,
        summary=_in_words(run, state),
    )


def _buttons(spec: RunSpec | None, run: Run | None, state: RunState | None, *, enabled: bool) -> None:
    going = state is not None and not state.ended
    paused = state is not None and state.status == "paused"
    with st.container(horizontal=True, gap="small"):
        if not going:
            label = "Start again" if state else "Start"
            if st.button(
                label, icon=":material/play_arrow:", type="primary", disabled=spec is None or not enabled, key="start"
            ):
                _start(spec)
        elif paused:
            st.button(
                "Resume",
                icon=":material/play_arrow:",
                type="primary",
                on_click=run.resume,
                disabled=not enabled,
                key="resume",
            )
        else:
            st.button(
                "Pause", icon=":material/pause:", type="primary", on_click=run.pause, disabled=not enabled, key="pause"
            )
        if st.button(
            "Step one batch",
            icon=":material/skip_next:",
            disabled=spec is None or not enabled,
            key="step",
            help="Train on one more batch, then hold.",
        ):
            (run if going else _start(spec, rerun=False)).step_once()
            st.rerun(scope="fragment" if going else "app")
        st.button(
            "Stop",
            icon=":material/stop:",
            on_click=run.stop if run else None,
            disabled=not going or not enabled,
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


def _start(spec: RunSpec, *, rerun: bool = True, refetch: bool = False) -> Run:
    run = session.desk_or_new().start(spec, refetch=refetch)
    if rerun:
        st.rerun()
    return run


def _message(run: Run | None, state: RunState | None, *, steers: bool) -> None:
    """Where the run stands, in a bar and a sentence of steady height, so that nothing below it jumps."""
    if run is None or state is None:
        st.progress(
            0.0, text="Nothing is training. Press Start: the first batch takes a second or two, the rest are quick."
        )
        return
    done = state.step / state.total_steps if state.total_steps else 0.0
    st.progress(min(1.0, done), text=_progress_text(run.spec, state))
    if state.status == "failed":
        st.error(state.reason, icon=":material/error:")
        if state.damaged_file and st.button("Download it again", icon=":material/download:", disabled=not steers):
            _start(run.spec, refetch=True)
    elif state.status == "diverged":
        st.error(
            "The loss left the range of numbers: each step overshot by more than the last. "
            "Choose a smaller learning rate and start again.",
            icon=":material/trending_up:",
        )
    elif state.has_network and run.spec.data in IMAGE_SETS:
        st.page_link(
            "pages/draw_a_digit.py",
            label="Use this network: draw for it",
            icon=":material/draw:",
            query_params={**session.link_parameters(), "network": run.id},
        )
    if not steers:
        st.info("You are looking on: this run is steered from another tab.", icon=":material/visibility:")


def _progress_text(spec: RunSpec, state: RunState) -> str:
    where = f"epoch {state.epoch} of {spec.epochs} · batch {state.step:,} of {state.total_steps:,}".replace(
        ",", "\u2009"
    )
    speed = f" · {state.samples_per_second:,.0f} samples/s".replace(",", "\u2009") if state.samples_per_second else ""
    match state.status:
        case "starting":
            return "Starting a training process and loading torch."
        case "loading":
            have, total = state.downloaded
            return (
                f"Downloading: {have / 1e6:.1f} of {total / 1e6:.1f} MB. Stop cancels it."
                if total
                else "Loading the data."
            )
        case "training":
            left = f" · {_clock(state.seconds_left)} left" if state.seconds_left is not None else ""
            return f"Training · {where}{speed}{left}"
        case "paused":
            return f"Paused · {where}"
        case "completed":
            return f"Finished · {where}{speed}"
        case "stopped":
            return f"Stopped · {where}"
        case "diverged":
            return f"Diverged · {where}"
        case _:
            return f"Failed · {where}" if state.total_steps else "Failed"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _numbers(run: Run | None, state: RunState | None) -> None:
    epoch = run.history.last_epoch if run else None
    loss = run.history.last_smooth_loss if run else None
    tested = state.test_accuracy if state else None
    shown = (
        None if loss is None else f"{loss:.4f}",
        None if epoch is None else f"{epoch.validation_loss:.4f}",
        None if epoch is None else f"{epoch.validation_accuracy:.2%}",
        None if tested is None else f"{tested:.2%}",
    )
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        for (label, meaning), value in zip(_NUMBERS.items(), shown, strict=True):
            st.metric(label, "—" if value is None else value, help=meaning, width=METRIC_WIDTH)


def _in_words(run: Run | None, state: RunState | None) -> str:
    """The chart for who cannot see it; changes once an epoch, not with every update."""
    epoch = run.history.last_epoch if run else None
    if run is None or state is None:
        return "No run yet."
    if epoch is None:
        return f"Training curves: {state.status}, no epoch finished."
    return (
        f"Training curves after epoch {epoch.epoch}: train loss {epoch.train_loss:.3f}, validation loss "
        f"{epoch.validation_loss:.3f}, validation accuracy {epoch.validation_accuracy:.1%}."
    )
