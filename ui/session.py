"""What belongs to one browser session: its desk of training runs. The address names it, and the run that lies on it.

A desk is there while somebody looks at it; a run is kept, so that its address opens it at any time, on any server that
shares the folder of runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import cached

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from primer_core.training.desk import Desk
    from primer_core.training.run import Run
    from primer_core.training.spec import RunSpec

#: The query parameter, and the key in the session's state, that hold the desk's id.
DESK = "desk"

_LOST, _REFUSED = "desk lost", "start refused"

#: The query parameter that holds the id of the run on the desk.
RUN = "run"

#: Query parameters that every page knows: the desk, its run, and Streamlit's own.
PARAMETERS = (DESK, RUN, "embed", "embed_options")


def desk() -> Desk | None:
    """The desk that this session looks at, taken from its state or its address; None if there is none (any more)."""
    desks = cached.training_desks()
    found = desks.get(st.session_state.get(DESK, ""))
    if found is None:
        desk_id, run_id = st.query_params.get(DESK, ""), st.query_params.get(RUN, "")
        if not desk_id and not run_id and DESK not in st.session_state:
            return None
        found = (desks.of_run(run_id) if run_id else None) or desks.get(desk_id)
    if found is None:
        st.session_state.pop(DESK, None)
        for name in (DESK, RUN):
            st.query_params.pop(name, None)
        st.session_state[_LOST] = True
        return None
    _sit_at(found)
    return found


def lost_desk() -> bool:
    """Whether the desk that was looked at last is not kept any more, and no other is looked at since."""
    return _LOST in st.session_state


def own_desk() -> Desk:
    """A desk at which this session's buttons work: the one it looks at, or a new one where it only looks on."""
    found = desk()
    if found is None or not steers(found):
        cached.seat().stand_up()
        found = cached.training_desks().make(cached.seat().learner)
        _sit_at(found)
    return found


def start(
    spec: RunSpec,
    *,
    rivals: Sequence[RunSpec] = (),
    refetch: bool = False,
    paused: bool = False,
    pace: float | None = None,
) -> Run | None:
    """Start a run at this session's own desk; None, with a `refusal`, where too many of this browser go on.

    The parameters are those of `primer_core.training.desk.Desk.start`.
    """
    from primer_core.training.desk import TooManyRunsError

    found = desk()
    try:
        if found is None or not steers(found):  # who is refused goes on looking at what they look at
            cached.training_desks().check(cached.seat().learner, 1 + len(rivals))
        return own_desk().start(spec, rivals=rivals, refetch=refetch, paused=paused, pace=pace)
    except TooManyRunsError as error:
        st.session_state[_REFUSED] = str(error)
        return None


def start_sweep(specs: Sequence[RunSpec], *, pace: float | None = None) -> None:
    """Start a sweep at this session's own desk, or leave a `refusal`, as `start` does.

    The parameters are those of `primer_core.training.desk.Desk.start_sweep`.
    """
    from primer_core.training.desk import TooManyRunsError

    found = desk()
    try:
        if found is None or not steers(found):
            cached.training_desks().check(cached.seat().learner, 1)
        own_desk().start_sweep(specs, pace=pace)
    except TooManyRunsError as error:
        st.session_state[_REFUSED] = str(error)
    except OSError:
        st.session_state[_REFUSED] = (
            "The runs of a sweep are kept before they start, and their folders could not be made. The disk may be full."
        )


def train_on(found: Desk, act: Callable[[Run], None]) -> None:
    """Have the runs on a desk go on after their end, or leave them with a `refusal`, as `start` does."""
    from primer_core.training.desk import TooManyRunsError

    try:
        found.train_on(act)
    except TooManyRunsError as error:
        st.session_state[_REFUSED] = str(error)


def refusal() -> str:
    """Why nothing was started since this was asked last, in sentences; empty where nothing was refused."""
    return str(st.session_state.pop(_REFUSED, ""))


def steers(found: Desk) -> bool:
    """Whether this session's buttons work at the desk, or it only looks on."""
    return found.steers(cached.seat().visitor)


def refused_page() -> str:
    """Why this page is not shown, in sentences: its browser has too many open; empty where it is."""
    seat = cached.seat()
    return cached.PAGES.refusal(seat.learner, seat.visitor)


def link_parameters() -> dict[str, str]:
    """The query parameters that a link to another page carries, so that a reload there finds the desk too."""
    held = st.session_state.get(DESK)
    found = cached.training_desks().get(held) if held else None
    return {} if found is None else _parameters(found)


def _sit_at(found: Desk) -> None:
    seat = cached.seat()
    found.sit(seat.visitor, seat.learner)
    seat.desk_id = found.id
    st.session_state[DESK] = found.id
    st.session_state.pop(_LOST, None)
    parameters = _parameters(found)
    for name in (DESK, RUN):
        if name not in parameters:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != parameters[name]:
            st.query_params[name] = parameters[name]


def _parameters(found: Desk) -> dict[str, str]:
    return {DESK: found.id} | ({} if found.current is None else {RUN: found.current.id})
