"""Going from one round of a line to its next or its previous one."""

from __future__ import annotations

from typing import Literal

from primer_core.lessons.event import EventError
from primer_core.lessons.own_lines.trace import Trace


def round_from(trace: Trace, at: int, by: Literal[1, -1]) -> int:
    """Find the nearest step in which the line of the step that is shown runs again.

    Parameters
    ----------
    trace
        What the program did.
    at
        int, how many steps are shown, from 1; those behind the end are the end.
    by
        1 for the next round, -1 for the previous one.

    Returns
    -------
    int
        How many steps are shown then.

    Raises
    ------
    EventError
        If there is none; the message says so in plain words.
    """
    steps = trace.steps
    if not steps:
        raise EventError("No line has run yet, so there is no round to go to.")
    here = min(at, len(steps)) - 1
    now = steps[here].moment
    places = range(here + 1, len(steps)) if by == 1 else range(here - 1, -1, -1)
    for place in places:
        moment = steps[place].moment
        if moment.node is now.node and moment.happening == now.happening:
            return place + 1
    when = "after" if by == 1 else "before"
    left_out = trace.taken - len(steps)
    if left_out:
        raise EventError(
            f"None of the steps that are kept runs line {now.node.lineno} {when} this one. {left_out} steps are left "
            "out; move the step slider to see others."
        )
    raise EventError(
        f"Line {now.node.lineno} does not run again {when} this step. Move the step slider to another line to go "
        "through its rounds."
        if by == 1
        else f"Line {now.node.lineno} has not run {when} this step. Move the step slider to another line to go through "
        "its rounds."
    )
