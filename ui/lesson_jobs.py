"""What evaluation processes do for lessons: they answer questions, draw pictures and measure.

A job's payload names a ``lesson`` and has a ``question``, with a text for each field, as the lesson has written it. Its
answer begins with the three digits of an HTTP status; what follows is what the page gets, or the reason why it doesn't.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from primer_core.backend.loading import load_torch
from primer_core.data.errors import DamagedFileError, DataUnavailableError
from primer_core.evaluation.child import recorded_warnings
from primer_core.evaluation.keeper import run
from primer_core.language.execution import hear
from primer_core.lessons.answer import answer, fold, page
from primer_core.lessons.event import EventError, read_event
from primer_core.lessons.lesson import AnyLesson
from primer_core.lessons.outcome import Unread
from primer_core.lessons.playground.show import played
from primer_core.lessons.playground.training import StateError
from primer_core.lessons.question import Question
from primer_core.lessons.shapes.scramble import CASES, compare
from primer_core.picture.alternative import description
from primer_core.picture.measured import read_bars
from primer_core.picture.page import drawings_of
from primer_core.picture.parts import Chip, Columns, Controls, Drawable, Page, Part
from primer_core.picture.payload import payload as part_payload
from primer_core.picture.seen import as_seen
from primer_core.picture.svg import svg
from ui.catalog import LESSONS_BY_SLUG

Job = Mapping[str, Any]
STATUS_DIGITS = 3
"""Bytes of the status in front of an answer."""

_NOT_COMPUTED = "not computed"
_MOST_STEPS = 8


class _NoPictureError(Exception):
    """There is no picture at that place; the message says how many there are."""


def handle(name: str, job: Any) -> bytes:
    """Do one of the jobs of this module."""
    return _JOBS[name](job)


def _answer(job: Job) -> bytes:
    """Answer the question that ``events`` lead to, with ``refusal`` where one of them could not be followed."""
    lesson, question, refusal = _asked(job)
    _load_for(lesson, question)
    return b"200" + _with_refusal(refusal, answer(lesson, question, job["windows"]))


def _limited(job: Job) -> bytes:
    """Show the question that ``events`` lead to without its answer: ``message`` stands at the control of ``field``."""
    lesson, question, refusal = _asked(job)
    silent = replace(lesson, show=lambda asked, outcome: _without_outcome(lesson.show(asked, outcome)))
    return b"200" + _with_refusal(refusal, answer(silent, question, outcome=Unread(job["field"], job["message"])))


def _picture(job: Job) -> bytes:
    """Draw what a learner saves, in the colours of ``theme``: ``bars``, or a drawing of the page, see `_drawing`."""
    lesson, question, _ = _asked(job)
    windows = job["windows"]
    try:
        part = read_bars(job["bars"]) if "bars" in job else _drawing(lesson, question, job)
    except _NoPictureError as error:
        return b"404" + str(error).encode()
    except ValueError as error:
        return b"400" + str(error).encode(errors="replace")
    named = f"{lesson.title}: {lesson.lit(question) or 'a picture'}"
    drawn = svg(part, theme=job["theme"], title=named, description=description(part, windows), windows=windows)
    return b"200" + drawn.encode(errors="replace")


def _drawing(lesson: AnyLesson, question: Question, job: Job) -> Drawable:
    """Return what stands at the place ``picture`` of a page's body or ``panel``, as the learner left it ``at`` a step.

    Raises
    ------
    ValueError
        If the learner cannot have left it so.
    _NoPictureError
        If there is no such picture.
    """
    place, panel, at = job.get("picture"), job.get("panel", False), job.get("at", [])
    if type(place) is not int or type(panel) is not bool:
        raise ValueError("Expected picture, a whole number from 0, and panel, true or false.")
    if not (isinstance(at, list) and len(at) <= _MOST_STEPS and all(type(i) is int and i >= 0 for i in at)):
        raise ValueError("Expected at, a list of whole numbers from 0.")
    _load_for(lesson, question)
    shown = page(lesson, question)
    found = drawings_of(shown.panel if panel else shown.body or ())
    if not 0 <= place < len(found):
        raise _NoPictureError(f"There are {len(found)} pictures for this question.")
    return as_seen(found[place], at)


def _measure(job: Job) -> bytes:
    """Measure ``what``."""
    lesson, question, _ = _asked(job)
    assert lesson.measure is not None, "the address asks only lessons that measure something"
    try:
        parts = lesson.measure(question, job["what"])
    except EventError as error:
        return b"422" + str(error).encode(errors="replace")
    return b"200" + json.dumps({"parts": part_payload(parts)}, ensure_ascii=False).encode(errors="replace")


def _play(job: Job) -> bytes:
    """Take steps in the playground."""
    load_torch()
    try:
        return b"200" + played(job)
    except StateError as error:
        return b"400" + str(error).encode()


def _asked(job: Job) -> tuple[AnyLesson, Question, str]:
    """Return the lesson, the question after the events, and why one of these was passed over."""
    lesson = LESSONS_BY_SLUG[job["lesson"]]
    question, _ = lesson.question.parse(job["question"])
    question, refusal = fold(lesson, question, [read_event(event) for event in job.get("events", ())])
    return lesson, question, refusal


def _load_for(lesson: AnyLesson, question: Question) -> None:
    """Ask for torch where it is needed before anything is computed in vain."""
    if lesson.needs_torch(question):
        load_torch()


def _with_refusal(refusal: str, answered: bytes) -> bytes:
    if not refusal:
        return answered
    return json.dumps({"refusal": refusal}, ensure_ascii=False)[:-1].encode(errors="replace") + b"," + answered[1:]


def _without_outcome(shown: Page) -> Page:
    """Let the chips of a panel say that nothing was computed, and not that something cannot be read."""
    return Page(tuple(map(_silent, shown.panel)), None)


def _silent(part: Part) -> Part:
    match part:
        case Chip():
            return Chip("error", _NOT_COMPUTED)
        case Controls(chip=chip, chips=chips) if chip or chips:
            return replace(part, chip=Chip("error", _NOT_COMPUTED), chips=())
        case Columns(columns=columns):
            return replace(part, columns=tuple(tuple(map(_silent, column)) for column in columns))
    return part


_JOBS: Mapping[str, Callable[[Job], bytes]] = {
    "answer": _answer,
    "limited": _limited,
    "picture": _picture,
    "measure": _measure,
    "playground": _play,
}


def _prepare(stage: str) -> None:
    """Read the pictures that the shapes lesson moves, which takes longer than all that is done with them."""
    if stage == "torch":
        for title in CASES:
            with suppress(DataUnavailableError, DamagedFileError):
                compare(title)


if __name__ == "__main__":
    hear(recorded_warnings)
    run(handle, _prepare)
