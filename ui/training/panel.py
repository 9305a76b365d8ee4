"""The panel that follows a run: its buttons, what there is to say of it, and the live picture of it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import streamlit as st

from primer_core.claims.claim import percent
from primer_core.data import IMAGE_SETS
from primer_core.training.rate_test import SCHEDULE as TEST_OF_RATES
from primer_core.training.rate_test import RateTest, read_rate_test
from primer_core.training.run import Run, RunState
from primer_core.training.script import script, script_of
from primer_core.training.spec import EPOCHS_RANGE, LIVE, RunSpec, SpecError
from ui import cached, session
from ui.components.live_chart import live_chart
from ui.components.run_buttons import Button, run_buttons, take_presses
from ui.components.sweep_table import sweep_table
from ui.controls import code_panel
from ui.replicas import page_of
from ui.training import kept_runs, settings, sweep_view, symptoms_view
from ui.training.live_view import address, behind_at, live_view, numbers, role_at, waits_at
from ui.training.words import differences, in_words, optimizer_text, setting_text, value_text

if TYPE_CHECKING:
    from primer_core.training.desk import Desk
    from primer_core.training.run import RunState
    from primer_core.training.sweep import Sweep

#: Epochs that are added after the end at one press.
MORE_EPOCHS = 5
_BUTTONS = "run buttons"
_TABLE = "sweep table"
#: Seconds that a page waits for a single step, so that it shows its loss at once.
_STEP_WAIT = 0.3
_CHANGES_TOLD = 4
_CHANGE_COMES_WITHIN = 0.3
"""Seconds that the code waits for a change."""
_UNFIT = "The settings do not go together: the message among them says why."
_NO_MORE_EPOCHS = f"A run has {EPOCHS_RANGE[1]} epochs at most."


@st.fragment
def follow(spec: RunSpec | None, *, was_going: bool) -> None:
    """Draw the panel of the run on the desk that this session looks at.

    Parameters
    ----------
    spec
        What Start would start; None if the settings do not go together.
    was_going
        Whether a run of this learner went on when the page around the panel was drawn.
    """
    desk = session.desk()
    if _cell_pressed(desk):
        st.rerun()  # what is said of the run on screen stands outside, too
    for name in take_presses(_BUTTONS):
        _press(name, session.desk(), spec)
    if session.desk() is not desk or settings.full_speed_asked():
        st.rerun()  # the desk stands in the links of the sidebar, and the pace's slider outside
    run = desk.current if desk else None
    state = run.state() if run else None
    may = role_at(desk, cached.seat().visitor)
    going = goes_on(desk) and may == "steers"
    if going != was_going:
        st.rerun()  # the settings beside are locked while a run goes on, and only then
    sweep = desk.sweep if desk else None
    if may != "steers":
        buttons = _onlookers_buttons(spec)
    else:
        buttons = _own_buttons(spec, run, state) if sweep is None else _buttons_of_sweep(spec, sweep)
    run_buttons(_BUTTONS, buttons, label="Steer the run")
    if problem := cached.training_desks().service.cluster_problem:
        st.warning(problem, icon=":material/lan:")
    if refused := session.refusal():
        st.warning(refused, icon=":material/front_hand:")
    if desk is not None and run is not None and sweep is not None:
        _draw_sweep(desk, run, sweep, may)
    if run is not None and state is not None:
        _message(run, state, may, never_began=sweep is not None and not state.step)
    chart = st.container()
    log_scale = st.toggle(
        "Logarithmic loss",
        key="log",
        bind="query-params",
        help="Equal ratios get equal heights: small losses can be told apart.",
    )
    with chart:
        live_chart(
            "curves",
            view=live_view(
                run,
                state,
                role=may,
                active_runs=cached.training_desks().service.active_runs,
                behind=behind_at(desk),
                waits=waits_at(desk),
            ),
            address=address(desk, cached.seat().visitor) if desk else None,
            log_scale=log_scale,
            numbers=numbers(settings.classes()),
        )
    if desk is not None and run is not None:
        st.html(f'<p class="primer-note">{_made_with(desk, run)}</p>')
        kept_runs.draw_exports(run)
    # A test of rates is to find what ails; a run that fine-tunes cannot be started again here, without its digits.
    if run is not None and state is not None and run.spec.schedule != TEST_OF_RATES and not run.spec.start:
        symptoms_view.draw(run, state, enabled=may == "steers")


def goes_on(desk: Desk | None) -> bool:
    """Whether the run on a desk goes on, or one of its sweep."""
    if desk is None or desk.current is None:
        return False
    return desk.sweep.going if desk.sweep is not None else not desk.current.state().ended


def _cell_pressed(desk: Desk | None) -> bool:
    """Show the run whose cell in the table of a sweep was pressed, and say whether one was."""
    act = st.session_state.get(_TABLE, {}).get("act")
    asked = json.loads(act) if act else {}
    if not asked or st.session_state.get(f"{_TABLE} done") == asked["number"]:
        return False
    st.session_state[f"{_TABLE} done"] = asked["number"]
    pressed = [run for run in desk.together if run.id == asked.get("run")] if desk is not None else []
    if desk is None or not pressed or not session.steers(desk):
        return False
    desk.look_at(pressed[0])
    return True


def _draw_sweep(desk: Desk, run: Run, sweep: Sweep, may: str) -> None:
    """Draw the table of a sweep, and what can be done with the run of it that is on screen."""
    sweep_table(
        _TABLE,
        address=sweep_view.address(desk),
        shown=run.id,
        mark=sweep_view.mark_of(sweep),
        steers=may == "steers",
    )
    if may != "steers":
        return
    shown = ", ".join(setting_text(name, getattr(run.spec, name)) for name in ("learning_rate", "batch_size"))
    if st.button(
        f"Use {shown}",
        icon=":material/tune:",
        on_click=settings.use,
        args=(run.spec,),
        key="use_cell",
        help="Sets the settings beside as those of the run below.",
    ):
        st.rerun()  # they stand outside


def _buttons_of_sweep(spec: RunSpec | None, sweep: Sweep) -> Sequence[Button]:
    """The buttons of a learner whose sweep it is: each acts on all of its runs."""
    going = sweep.going
    if not going:
        start = "Train one network with the settings beside. The runs of the sweep stay among your runs."
        main = Button("main", "start", "Start", start, "play_arrow", "" if spec is not None else _UNFIT)
    elif sweep.held:
        main = Button("main", "resume", "Resume", "Go on training all of them.", "play_arrow")
    else:
        main = Button("main", "pause", "Pause", "Hold all of them before their next batches.", "pause")
    more = Button("more", "go_on", "Go on", "Train those on that have batches left, from where they are.")
    why_not = "" if going else "Nothing is training."
    return (
        main,
        *((more,) if not going and sweep.can_go_on else ()),
        Button("finish", "finish", "Finish now", "Train all of them as fast as it goes.", why_not=why_not),
        Button("stop", "stop", "Stop", "End all of them here, and start no other.", why_not=why_not),
        Button("reset", "reset", "Reset", "Clear table and chart. Runs that go on are dropped."),
    )


def _press_at_sweep(name: str, desk: Desk, sweep: Sweep) -> None:
    """Do what a button says to all runs of a sweep."""
    match name:
        case "reset":
            desk.clear()
        case "pause":
            sweep.pause()
        case "resume":
            sweep.resume()
        case "finish":
            sweep.set_pace(None)
            sweep.resume()
            settings.ask_for_full_speed()
        case "stop":
            sweep.stop()
        case "go_on":
            sweep.set_pace(settings.pace())
            desk.go_on_with_sweep()


def _own_buttons(spec: RunSpec | None, run: Run | None, state: RunState | None) -> Sequence[Button]:
    """The buttons of a learner whose run it is, or who has none."""
    unfit = "" if spec is not None else _UNFIT
    step = unfit
    if run is None or state is None:
        main = Button("main", "start", "Start", "Train with these settings.", "play_arrow", unfit)
    elif state.ended:
        start_again = "Train from the start; the curve of now lies behind."
        main = Button("main", "start", "Start again", start_again, "replay", unfit)
        if state.can_go_on:
            rest = state.step < state.total_steps
            step = "" if rest or run.asked.epochs < EPOCHS_RANGE[1] else _NO_MORE_EPOCHS
    elif state.status == "paused":
        main, step = Button("main", "resume", "Resume", "Go on training.", "play_arrow"), ""
    else:
        main, step = Button("main", "pause", "Pause", "Hold before the next batch.", "pause"), ""
    going = "" if state is not None and not state.ended else "Nothing is training."
    on = " It trains on from the network as it is." if state is not None and state.can_go_on else ""
    to_the_end = f"Train to the end of a pass over the samples, measure, and hold.{on}"
    fast = "Train the batches that are left as fast as it goes."
    stop = "End the run here. Its network is measured and kept, and it can go on."
    return (
        main,
        Button("step", "step", "Step one batch", f"Train on one more batch, then hold.{on}", why_not=step),
        Button("step_epoch", "step_epoch", "Step an epoch", to_the_end, why_not=step),
        *_buttons_to_go_on(run, state),
        Button("finish", "finish", "Finish now", fast, why_not=going),
        Button("stop", "stop", "Stop", stop, why_not=going),
        Button(
            "reset",
            "reset",
            "Reset",
            "Clear the chart. A run that goes on is dropped.",
            why_not="" if run is not None else "There is nothing to clear.",
        ),
    )


def _buttons_to_go_on(run: Run | None, state: RunState | None) -> Sequence[Button]:
    """The button that trains on after the end, if the run can."""
    if run is None or state is None or not state.can_go_on:
        return ()
    if state.status == "interrupted":
        return (Button("more", "go_on", "Go on", "Train on from where it was cut off: the losses are the same."),)
    if state.step < state.total_steps:
        return (Button("more", "go_on", "Go on", "Train on from the network as it is, to the end of the epochs."),)
    full = run.asked.epochs + MORE_EPOCHS > EPOCHS_RANGE[1]
    return (
        Button(
            "more",
            "more_epochs",
            f"{MORE_EPOCHS} more epochs",
            "Train on from the network as it is.",
            why_not=_NO_MORE_EPOCHS if full else "",
        ),
    )


def _onlookers_buttons(spec: RunSpec | None) -> Sequence[Button]:
    """The buttons of a learner who looks at another's run."""
    start = "Train with the settings beside, at a desk of your own. This run goes on as it does."
    return (Button("main", "start_own", "Start my own run", start, "play_arrow", "" if spec is not None else _UNFIT),)


def _press(name: str, desk: Desk | None, spec: RunSpec | None) -> None:
    """Do what a button says, if it still fits: the run may have ended meanwhile."""
    sweep = desk.sweep if desk else None
    steers = role_at(desk, cached.seat().visitor) == "steers"
    if desk is not None and sweep is not None and steers and (name != "start" or sweep.going):
        _press_at_sweep(name, desk, sweep)
        return
    if name in ("start", "start_own", "step", "step_epoch") and _starts(name, desk, spec):
        return
    run = desk.current if desk else None
    if desk is None or run is None:
        return
    if role_at(desk, cached.seat().visitor) != "steers":
        return
    state = run.state()
    together = [each for each in desk.together if each.ended == run.ended]
    if state.can_go_on and name in ("step", "step_epoch", "go_on", "more_epochs"):
        _take_knobs(run, spec)
    match name:
        case "reset":
            desk.clear()
        case "pause":
            _all(together, Run.pause)
        case "resume":
            _all(together, Run.resume)
        case "step" | "step_epoch" | "go_on" | "more_epochs":
            if state.ended:
                session.train_on(desk, _ON[name])
            else:
                _all(together, _ON[name])
            if name == "step":
                run.wait_for(lambda now: now.step > state.step or now.ended, _STEP_WAIT)
        case "finish":
            for each in desk.together:
                each.set_pace(None)
            _all(together, Run.resume)
            settings.ask_for_full_speed()
        case "stop":
            _all(together, Run.stop)


#: How a run goes on after its end, by the name of the button.
_ON: Mapping[str, Callable[[Run], None]] = {
    "step": Run.step_once,
    "step_epoch": Run.step_epoch,
    "go_on": Run.train_on,
    "more_epochs": lambda run: run.train_on(MORE_EPOCHS),
}


def _all(runs: Sequence[Run], act: Callable[[Run], None]) -> None:
    for run in runs:
        act(run)


def _starts(name: str, desk: Desk | None, spec: RunSpec | None) -> bool:
    """Start a run if that is what a press of this button does now, and say whether it is."""
    run = desk.current if desk else None
    mine = role_at(desk, cached.seat().visitor) == "steers"
    state = run.state() if run is not None and mine else None
    if state is not None and (not state.ended or (name.startswith("step") and state.can_go_on)):
        return name.startswith("start")  # a second press of Start, before the page has followed the first
    started = None if spec is None else session.start(spec, paused=name.startswith("step"), pace=settings.pace())
    if started is not None and name == "step":
        started.step_once()
    elif started is not None and name == "step_epoch":
        started.step_epoch()
    return True


def _take_knobs(run: Run, spec: RunSpec | None) -> None:
    """Have a run that is to go on after its end use the knobs as they stand, if they are those of such a run."""
    with suppress(SpecError):  # of a model without dropout layers, where that of the run has some: not of such a run
        if spec is not None and spec.with_live(run.spec) == run.spec:
            run.change(**{name: getattr(spec, name) for name in LIVE if name not in settings.PLAN})


def _message(run: Run, state: RunState, may: str, *, never_began: bool) -> None:
    """Say what went wrong, or where to go on with the network; of one that never began its cell says why."""
    tested = read_rate_test(run) if state.ended else None
    if state.status == "failed":
        st.error(state.reason, icon=":material/error:")
        if (
            state.damaged_file
            and may == "steers"
            and not run.spec.start
            and st.button("Download it again", icon=":material/download:")
        ):
            session.start(run.spec, refetch=True, pace=settings.pace())
            st.rerun()
    elif state.status == "interrupted" and not never_began:
        _tell_interruption(run, state, may)
    elif tested is not None:
        _tell_rate_test(tested)
    elif state.ended and state.network_step is not None and run.spec.data in IMAGE_SETS:
        st.page_link(
            "pages/draw_a_digit.py",
            label="Use this network: draw for it",
            icon=":material/draw:",
            query_params={**session.link_parameters(), "network": run.id},
        )
    schedule = state.spec.schedule
    if (
        schedule not in ("constant", TEST_OF_RATES)
        and state.ended
        and state.can_go_on
        and state.step >= state.total_steps
    ):
        st.caption(
            f"The {value_text('schedule', schedule)} schedule is at its end: if the run goes on, its last rate stays."
        )
    if may != "steers":
        whose = (
            "this run is trained by another server, which shares its runs with this one"
            if run.elsewhere
            else "this run is another learner's"
        )
        st.info(
            f"You are looking on: {whose}, and nothing you do here reaches it. The settings beside are for a run of "
            "your own.",
            icon=":material/visibility:",
        )
        page = page_of(run.folder) if run.elsewhere and run.folder is not None else ""
        if page and kept_runs.is_mine(run):
            st.html(f'<div class="primer-take"><a href="{page}">Steer it on its own page</a></div>')
    if run.folder is None:
        st.warning(
            "This run is not kept: its folder could not be made. It ends with this server. The disk may be full.",
            icon=":material/save:",
        )
    elif state.unwritten:
        st.warning(
            "The latest batches are shown and not kept yet: the server could not write them. The disk may be full. "
            "They are written as soon as there is room.",
            icon=":material/save:",
        )


def _tell_interruption(run: Run, state: RunState, may: str) -> None:
    """Say where a run was cut off, and what can be done."""
    shown = f"after batch {state.step:,}".replace(",", "\u2009") if state.step else "before its first batch"
    told = f"This run was cut off {shown}; all that was shown of it is kept."
    if state.reason:
        told += f" {state.reason}"
    if may == "steers" and state.can_go_on:
        told += " Go on trains from its last checkpoint on: its losses are the same as without the interruption."
    elif run.spec.start:
        told += " It cannot go on: the digits that it learns are kept by your browser alone."
    st.info(told, icon=":material/history_toggle_off:")


def _tell_rate_test(tested: RateTest) -> None:
    """Say what a test of rates has shown, with a button that uses it."""
    rate = settings.nearest_rate(tested.proposed)
    st.info(
        f"The rate rose with every batch. The loss, as a mean of eleven batches, was lowest around batch "
        f"{tested.step}: {tested.loss:.3g}, at a rate of {tested.rate:.2g}. "
        + ("With higher rates it rose again. " if tested.rises_beyond else "The test went no further. ")
        + f"About a third of that rate is worth a try: {rate:g}.",
        icon=":material/troubleshoot:",
    )
    if st.button(f"Use {rate:g}", on_click=settings.use_rate, args=(rate,), key="use_rate"):
        st.rerun()  # the knobs stand outside


def _made_with(desk: Desk, run: Run) -> str:
    """Which settings made the curve on screen, and what lies behind it."""
    changes = run.history.changes
    told_changes = [
        f"{setting_text(change.setting, change.value)} from batch {change.step + 1} on"
        for change in changes[-_CHANGES_TOLD:]
    ]
    earlier = len(changes) - len(told_changes)
    if earlier:
        told_changes.insert(0, f"{earlier} earlier change{'s' * (earlier > 1)}")
    text = "; ".join((f"<b>This curve:</b> {in_words(run.spec)}", *told_changes)) + "."
    if desk.sweep is not None:
        return f"{text}<br><b>A sweep:</b> the same first weights in all its runs, and all settings but these two."
    if len(desk.together) > 1:
        return f"{text}<br>{_race_in_words(desk)}"
    before = next(iter(desk.earlier), None)
    if before is not None and before.spec.data == run.spec.data:
        told = "; ".join(differences(before.spec, run.spec))
        start = "the same start" if _same_start(before.spec, run.spec) else "other first weights"
        text += f"<br><b>The run before</b> had {start}. " + (
            f"This one has {told}." if told else "It began with the same settings."
        )
    return text


def _race_in_words(desk: Desk) -> str:
    """How far the runs of a race have come, the best first."""
    measured = [(run, run.history.last_epoch) for run in desk.together]
    told = [
        f"{optimizer_text(run.spec)}: {percent(point.validation_accuracy)} after epoch {point.epoch}"
        for run, point in sorted(measured, key=lambda pair: pair[1].validation_loss if pair[1] else math.inf)
        if point is not None
    ]
    result = f" Validation accuracy, the lowest validation loss first: {'; '.join(told)}." if told else ""
    return f"<b>A race</b> of optimisers: the same first weights, and the same samples in the same order.{result}"


def _same_start(before: RunSpec, after: RunSpec) -> bool:
    return (before.model, before.seed, before.start) == (after.model, after.seed, after.start)


def draw_code(spec: RunSpec | None, run: Run | None) -> None:
    """Draw the code of the curve on screen, or that of the settings beside, where they are others."""
    curve, beside = "the curve on screen", "the settings beside"
    if run is not None and run.spec.start:
        run = None  # it learns drawings that only their browser keeps
    differ = run is not None and spec is not None and spec != run.asked
    chosen = curve
    if differ:
        chosen = st.segmented_control("Code of", (curve, beside), default=curve, required=True, key="code_of")
    if run is not None and (chosen == curve or not differ):
        told = _waited_for_changes(run)
        code_panel(script_of(run), note=_code_note(run, told=told))
    elif spec is not None:
        code_panel(
            script(spec),
            note="Run in this project's folder, it gives the numbers of a run with the settings beside: same weights, "
            "same order, same losses." + (" The curve on screen is of another run." if run is not None else ""),
        )


def _waited_for_changes(run: Run) -> bool:
    """Wait a moment for a change that was just made to come into use; return whether the code has all of them."""

    def has_all(state: RunState) -> bool:
        return state.ended or (
            state.spec == run.asked and all(change.step < state.step for change in run.history.changes)
        )

    return run.wait_for(has_all, _CHANGE_COMES_WITHIN if run.state().status == "training" else 0.0)


def _code_note(run: Run, *, told: bool) -> str:
    state = run.state()
    changed = ", its changes of settings at their batches" if run.history.changes else ""
    so_far = "" if state.ended else " The run is not at its end: this is what it does if nothing is changed any more."
    if not told:
        so_far = " A change that was just made is not in it: the run takes it at its next batch."
    return (
        "The code of the curve on screen. Run in this project's folder, it gives the numbers of this run: same "
        f"weights, same order{changed}, same losses.{so_far}"
    )
