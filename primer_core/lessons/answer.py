"""Answers: from a question and events to the next question and all that is shown for it, as JSON.

An answer depends on the question alone, so that it is kept: as bytes, `ROOM` of them in all lessons together.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from threading import Lock
from typing import Any
from urllib.parse import urlencode

from primer_core.lessons.event import Event, EventError
from primer_core.lessons.lesson import AnyLesson, put_fields
from primer_core.lessons.question import Problem, Question
from primer_core.picture.parts import Page, Presets
from primer_core.picture.payload import Windows, page_payload

ROOM = 64 * 2**20
"""Bytes of answers that are kept."""

_KEPT_EXPLANATIONS = 64


class AnswerCache:
    """Keeps the answers that were used last, up to a number of bytes; several threads may use it.

    Parameters
    ----------
    room
        Bytes that it keeps at most.
    """

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._size = 0
        self._answers: OrderedDict[object, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: object) -> bytes | None:
        """Return the answer under a key, or None."""
        with self._lock:
            found = self._answers.get(key)
            if found is not None:
                self._answers.move_to_end(key)
            return found

    def clear(self) -> None:
        """Forget all answers."""
        with self._lock:
            self._answers.clear()
            self._size = 0

    def put(self, key: object, answer: bytes) -> None:
        """Keep an answer; those used longest ago go."""
        if len(answer) > self._room:
            return
        with self._lock:
            self._size += len(answer) - len(self._answers.pop(key, b""))
            self._answers[key] = answer
            while self._size > self._room:
                self._size -= len(self._answers.popitem(last=False)[1])


_CACHE = AnswerCache()


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


def loads_torch(lesson: AnyLesson, question: Question, events: Sequence[Event]) -> bool:
    """Say whether PyTorch has a part in answering a question, or one of those that events lead to.

    This loads nothing: the fields that an event puts say which library is asked then, and a lesson reacts only where
    that is not PyTorch.
    """
    for event in events:
        if lesson.needs_torch(question):
            return True
        with suppress(EventError):  # what puts no field chooses no other library
            if lesson.needs_torch(put_fields(question, event)):
                return True
        question, _ = fold(lesson, question, [event])
    return lesson.needs_torch(question)


def answer(lesson: AnyLesson, question: Question, windows: Windows | None = None) -> bytes:
    """Answer a question.

    Parameters
    ----------
    lesson, question
        Which lesson is asked, and what.
    windows
        By the id of a grid that is elided, where the part of it that is opened begins.

    Returns
    -------
    bytes
        JSON: ``question`` has a text for each field, ``address`` the parameters that bring it back, ``title`` the
        preset that it is, ``panel`` and ``body`` what is shown.
    """
    key = (lesson.slug, question, tuple((grid, tuple(start)) for grid, start in sorted((windows or {}).items())))
    found = _CACHE.get(key)
    if found is None:
        found = json.dumps(
            _answer(lesson, question, windows), ensure_ascii=False, allow_nan=False, separators=(",", ":")
        ).encode(errors="replace")
        _CACHE.put(key, found)
    return found


def page(lesson: AnyLesson, question: Question) -> Page:
    """Return what a lesson shows for a question, with its presets on top.

    Where a field says which presets are offered, its control is the lesson's first row, and the presets follow it.
    """
    shown = lesson.show(question, explanation(lesson, question))
    presets = tuple((preset.title, lesson.puts(preset)) for preset in lesson.offered(question))
    if presets:
        first = 1 if lesson.shelf else 0
        offered = Presets(presets, lesson.lit(question))
        return Page((*shown.panel[:first], offered, *shown.panel[first:]), shown.body)
    return shown


def forget() -> None:
    """Forget all answers and explanations, so that the next ones are made anew."""
    _CACHE.clear()
    explanation.cache_clear()


@lru_cache(maxsize=_KEPT_EXPLANATIONS)
def explanation(lesson: AnyLesson, question: Question) -> Any:
    """Return a lesson's explanation, computed once for each of the questions asked last."""
    return lesson.explain(question)


def problem_sentences(problems: Sequence[Problem]) -> tuple[str, ...]:
    """Say of each parameter that could not be taken what was expected, given, and used instead."""
    return tuple(
        f"The address says {p.parameter}={p.given[:60]}. Expected {p.expected}; {p.used or 'nothing'} is used."
        if p.expected
        else f"The address says {p.parameter}={p.given[:60]}, but this lesson has nothing of that name."
        for p in problems
    )


def _answer(lesson: AnyLesson, question: Question, windows: Windows | None) -> dict[str, Any]:
    return {
        "question": question.texts(),
        "address": urlencode(lesson.parameters(question), errors="replace"),
        **page_payload(page(lesson, question), windows),
    }
