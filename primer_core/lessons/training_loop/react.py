"""How the lines change: they are removed, doubled, moved, written in another way, added and put right."""

from __future__ import annotations

from dataclasses import replace

from primer_core.language.limits import Refused
from primer_core.lessons.event import Act, Event, EventError, Put
from primer_core.lessons.lesson import put_fields
from primer_core.lessons.training_loop.lines import (
    FIXED,
    LINES,
    MOST_LINES,
    PART,
    RATES,
    Loop,
    loop_of,
    others,
    place_for,
    right_for,
)
from primer_core.lessons.training_loop.question import TrainingLoopQuestion


def react(question: TrainingLoopQuestion, event: Event) -> TrainingLoopQuestion:
    """Return the question after an event.

    Acts change the lines: ``remove`` and ``double`` (``place``), ``move`` (``place``, ``by``: how many places down,
    below 0 for up), ``change`` (``place``, ``name``), ``add`` (``name``), and ``restore``. A place counts all lines and
    the marks between groups. Where another task is chosen, a rate that suited the one before becomes one that suits
    it, and lines that were right stay right.

    Raises
    ------
    EventError
        If the event cannot be followed; the message says what was expected.
    """
    if isinstance(event, Act):
        if event.name == "restore":
            return replace(question, lines="")
        try:
            loop = loop_of(question)
        except Refused as refused:
            raise EventError(str(refused)) from refused
        changed = _changed(question, loop, event)
        if len(changed.names) - changed.names.count(PART) > MOST_LINES:
            raise EventError(f"A loop has at most {MOST_LINES} lines here.")
        return replace(question, lines="" if changed == right_for(question) else changed.written())
    after = put_fields(question, event)
    if isinstance(event, Put) and "rate" not in event.texts and question.rate == RATES[question.task]:
        return replace(after, rate=RATES[after.task])
    return after


def _changed(question: TrainingLoopQuestion, loop: Loop, act: Act) -> Loop:
    names = list(loop.names)
    if act.name == "add":
        name = act.details.get("name")
        if name not in LINES or name in FIXED:
            raise EventError("Expected the name of a line to add.")
        names.insert(place_for(str(name), names), str(name))
        return replace(loop, names=tuple(names))
    place = act.details.get("place")
    if not isinstance(place, int) or not 0 <= place < len(names):
        raise EventError(f"Expected the place of a line, 0 to {len(names) - 1}.")
    if act.name == "change" and names[place] == PART:
        name = act.details.get("name")
        if name not in FIXED or names[: place + 1].count(PART) != 2:
            raise EventError(f"Expected one of {', '.join(FIXED)} where the batches begin.")
        return replace(loop, begins=str(name))
    if names[place] == PART:
        raise EventError("Expected the place of a line that can be moved.")
    match act.name:
        case "remove":
            names.pop(place)
        case "double":
            names.insert(place, names[place])
        case "move":
            by = act.details.get("by")
            if not isinstance(by, int) or not by or not 0 <= place + by < len(names):
                raise EventError("Expected by, a whole number of places other than 0, within the lines.")
            names.insert(place + by, names.pop(place))
        case "change":
            name = act.details.get("name")
            if name not in others(names[place], question.task):
                raise EventError("Expected the name of another way to write that line.")
            names[place] = str(name)
        case _:
            raise EventError("Expected an act: add, remove, double, move, change or restore.")
    return replace(loop, names=tuple(names))
