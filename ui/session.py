"""What belongs to one browser session: its desk of training runs, named in the address so that a reload finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import cached

if TYPE_CHECKING:
    from primer_core.training.desk import Desk

#: The query parameter, and the key in the session's state, that hold the desk's id.
DESK = "desk"

_LOST = "desk lost"

#: Query parameters that every page knows: the desk, and Streamlit's own.
PARAMETERS = (DESK, "embed", "embed_options")


def desk() -> Desk | None:
    """The desk that this session looks at, taken from its state or its address; None if there is none (any more)."""
    wanted = st.session_state.get(DESK) or st.query_params.get(DESK)
    if not wanted:
        return None
    found = cached.training_desks().get(wanted)
    if found is None:
        st.session_state.pop(DESK, None)
        st.query_params.pop(DESK, None)
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
        cached.seat().give_up()
        found = cached.training_desks().make(cached.seat().learner)
        _sit_at(found)
    return found


def steers(found: Desk) -> bool:
    """Whether this session's buttons work at the desk, or it only looks on."""
    return found.steers(cached.seat().visitor)


def link_parameters() -> dict[str, str]:
    """The query parameters that a link to another page carries, so that a reload there finds the desk too."""
    held = st.session_state.get(DESK)
    return {DESK: held} if held else {}


def _sit_at(found: Desk) -> None:
    seat = cached.seat()
    found.sit(seat.visitor, seat.learner)
    seat.desk_id = found.id
    st.session_state[DESK] = found.id
    st.session_state.pop(_LOST, None)
    if st.query_params.get(DESK) != found.id:
        st.query_params[DESK] = found.id
