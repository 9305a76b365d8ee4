"""My digits repair the model, on the page: the collection, the run that learns it, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from primer_core.training.run import Run
from primer_core.training.spec import DIGITS, REPLAY_RANGE, SHIPPED
from primer_core.training.teaching_script import IMAGES_FILE, LABELS_FILE, WEIGHTS_FILE, teaching_script
from ui import cached, session
from ui.components.code_view import code_view
from ui.components.live_chart import live_chart
from ui.components.own_digits import own_digits, take_asked
from ui.components.run_buttons import Button, run_buttons, take_presses
from ui.drawing import networks, teach
from ui.drawing.networks import Network
from ui.drawing.taught import result_of
from ui.training.live_view import address, behind_at, live_view, numbers, role_at

if TYPE_CHECKING:
    from primer_core.training.desk import Desk
    from primer_core.training.run import RunState

_DIGITS = "own_digits"
_BUTTONS = "teaching buttons"
#: Key in the session's state: the run, and the batch of its end, of which the whole page has been told.
_LISTED = "taught network listed"


@st.fragment
def draw(network: Network, channel: str) -> None:
    """Draw the section.

    Parameters
    ----------
    network
        A copy of which is taught.
    channel
        Key of the pad whose drawings are labelled.
    """
    with st.container(border=True, key="primer-repair"):
        st.subheader("My digits repair the model", anchor=False)
        st.html(
            '<p class="primer-note">Say which digit a drawing is, above all where the network is wrong. A copy of it '
            "then learns your digits. Does it forget others meanwhile? The MNIST test images tell, and a replay share "
            "helps.</p>"
        )
        desk = session.own_desk() if take_asked(_DIGITS) else session.desk()
        for name in take_presses(_BUTTONS):
            _press(name, desk)
        run = _teaching_run(desk)
        state = run.state() if run else None
        steers = desk is not None and session.steers(desk)
        own_digits(
            _DIGITS,
            {
                "channel": channel,
                "network": {"id": network.id, "title": network.title},
                "address": teach.address(desk, cached.seat().visitor) if desk is not None and steers else None,
                "why_not": _why_not(network, run, state, steers=steers),
                "epochs": list(teach.EPOCHS),
                "most_replay": round(100 * REPLAY_RANGE[1]),
                "result": result_of(run, _title(run.spec.start)) if run else None,
            },
        )
        # Without a run it has no buttons, and has the browser keep whose desk this is.
        run_buttons(_BUTTONS, _buttons(state) if steers else (), label="Steer the run that learns")
        if desk is not None and run is not None and state is not None:
            _draw_run(desk, run, state)
        elif desk is not None and steers and desk.current is not None and not desk.current.ended:
            st.caption("The run that goes on at Live training ends when you teach a network.")


def _teaching_run(desk: Desk | None) -> Run | None:
    """The run on a desk, if it learns digits."""
    run = desk.current if desk else None
    return run if run is not None and run.spec.start else None


def _why_not(network: Network, run: Run | None, state: RunState | None, *, steers: bool) -> str:
    if network.classes != DIGITS:
        return "This network reads clothes. Choose one above that reads digits."
    if run is not None and state is not None and not state.ended:
        return (
            "A network is being taught: stop it, or wait for its end."
            if steers
            else "You are looking on: another learner teaches a network here."
        )
    return ""


def _buttons(state: RunState | None) -> Sequence[Button]:
    if state is None or state.ended:
        return ()
    main = (
        Button("main", "resume", "Resume", "Go on learning.", "play_arrow")
        if state.status == "paused"
        else Button("main", "pause", "Pause", "Hold before the next batch.", "pause")
    )
    return main, Button("stop", "stop", "Stop", "End here. The network is measured as it is, and kept.")


def _press(name: str, desk: Desk | None) -> None:
    run = _teaching_run(desk)
    if desk is None or run is None or not session.steers(desk):
        return
    match name:
        case "pause":
            run.pause()
        case "resume":
            run.resume()
        case "stop":
            run.stop()


def _draw_run(desk: Desk, run: Run, state: RunState) -> None:
    """Draw the curves of a run, and the way to its network."""
    if state.status == "failed":
        st.error(state.reason, icon=":material/error:")
    elif state.ended and state.network_step is not None:
        seen = run.id, state.network_step
        if st.session_state.get(_LISTED) != seen:
            st.session_state[_LISTED] = seen
            st.rerun()  # the list of networks stands outside
        used = networks.chosen() == run.id
        label = "The pad is read by the taught network" if used else "Use the taught network"
        pressed = st.button(
            label, icon=":material/draw:", disabled=used, on_click=networks.use, args=(run.id,), key="use_taught"
        )
        if pressed:
            st.rerun()  # so does the pad
    visitor = cached.seat().visitor
    role = role_at(desk, visitor)
    active = cached.training_desks().service.active_runs
    live_chart(
        "teaching_curves",
        view=live_view(run, state, role=role, active_runs=active, behind=behind_at(desk)),
        address=address(desk, visitor),
        log_scale=False,
        numbers=numbers(len(DIGITS)),
    )
    st.html(
        '<p class="primer-note">Train loss: of batches of your digits and replayed images. Validation: MNIST images '
        "that no run trains on, so that forgetting shows while it happens.</p>"
    )
    _draw_code(run, state)


def _draw_code(run: Run, state: RunState) -> None:
    """Draw the code of a run, if files of its digits would give its numbers."""
    if state.status != "completed" or run.history.changes or len(run.digit_labels or ()) < 2:
        return
    weights = "" if run.spec.start == SHIPPED else f", and {WEIGHTS_FILE}, the weights of the network it began with"
    code_view(
        "teaching_code",
        teaching_script(run.spec),
        note=f"Run in this project's folder, it gives the losses and the table of this run. It reads {IMAGES_FILE} and "
        f"{LABELS_FILE}, your digits as they were saved from this page when the run started{weights}.",
    )


def _title(start: str) -> str:
    """What the list of networks calls the one that a run began with."""
    known = {network.id: network.title for network in networks.choices()}
    return known.get(start, "a network that is not kept any more" if start != SHIPPED else "Shipped network")
