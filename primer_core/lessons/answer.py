"""Answers: from a question and events to the next question and all that is shown for it, as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from primer_core.language.execution import remembered
from primer_core.lessons.event import Event, EventError
from primer_core.lessons.lesson import AnyLesson
from primer_core.lessons.question import Problem, Question
from primer_core.picture.parts import Page, Presets
from primer_core.picture.payload import Windows, page_payload

_KEPT_EXPLANATIONS = 64


def fold(lesson: AnyLesson, question: Question, events: Sequence[Event]) -> tuple[Question, str]:
    """Let a lesson react to events, one after another.

    Returns
    -------
    question, refusal
        What the lesson is asked then, and why the last of the events that could not be followed was passed over; empty
        if all could.
    """
    refusal = ""
    for event in events:
        try:
            question = lesson.react(question, event)
        except EventError as error:
            refusal = str(error)
    return question, refusal


def answer(lesson: AnyLesson, question: Question, windows: Windows | None = None, outcome: Any = None) -> bytes:
    """Answer a question.

    Parameters
    ----------
    lesson, question
        Which lesson is asked, and what.
    windows
        By the id of a grid that is elided, where the part of it that is opened begins.
    outcome
        What came of the question, if that is not to be found by explaining it.

    Returns
    -------
    bytes
        JSON: ``question`` has a text for each field, ``address`` the parameters that bring it back, ``title`` the
        preset that it is, ``panel`` and ``body`` what is shown.
    """
    found = {
        "question": question.texts(),
        "address": urlencode(lesson.parameters(question), errors="replace"),
        **page_payload(page(lesson, question, outcome), windows),
    }
    return json.dumps(found, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(errors="replace")


def page(lesson: AnyLesson, question: Question, outcome: Any = None) -> Page:
    """Return what a lesson shows for a question, with its presets on top; the parameters are those of `answer`.

    Where a field says which presets are offered, its control is the lesson's first row, and the presets follow it.
    """
    shown = lesson.show(question, explanation(lesson, question) if outcome is None else outcome)
    presets = tuple((preset.title, lesson.puts(preset)) for preset in lesson.offered(question))
    if presets:
        first = 1 if lesson.shelf else 0
        offered = Presets(presets, lesson.lit(question))
        return Page((*shown.panel[:first], offered, *shown.panel[first:]), shown.body)
    return shown


@remembered(_KEPT_EXPLANATIONS)
def explanation(lesson: AnyLesson, question: Question) -> Any:
    """Return a lesson's explanation, computed once for each of the questions asked last."""
    return lesson.explain(question)


def problem_sentences(problems: Sequence[Problem]) -> tuple[str, ...]:
    """Say of each parameter that could not be taken what was expected, given, and used instead."""
    return tuple(
        f"The address says {p.parameter}={p.given[:60]}. Expected {p.expected}; used instead: {p.used or 'nothing'}."
        if p.expected
        else f"The address says {p.parameter}={p.given[:60]}, but this lesson has nothing of that name."
        for p in problems
    )
