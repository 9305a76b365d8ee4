"""A part of a program as the lesson on its kind shows it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from primer_core.lessons import broadcasting, indexing, matmul, reductions, shapes
from primer_core.lessons.lesson import AnyLesson
from primer_core.lessons.own_lines.explain import Opened
from primer_core.picture.grid import Picture
from primer_core.picture.parts import Card, Columns, Heading, Note, Notice, OpenIn, Part, Story
from primer_core.picture.text import Code, joined, text

LESSONS: dict[str, AnyLesson] = {
    lesson.slug: lesson
    for lesson in (broadcasting.LESSON, indexing.LESSON, matmul.LESSON, reductions.LESSON, shapes.LESSON)
}

_ASIDE = ("quiz", "speed")
"""Cards of lessons that are about no operand."""

_TWO = ("broadcasting", "matmul")
"""Lessons in whose questions two operands have letters."""


def opened_parts(opened: Opened, *, failed: bool) -> Iterator[Part]:
    """Show a part: its pictures and what is said of them, as its lesson does.

    Parameters
    ----------
    opened
        The part.
    failed
        Whether it is the part at which the program stopped, of which the error is shown already.
    """
    lesson = LESSONS[opened.slug]
    page = lesson.show(opened.question, lesson.explain(opened.question))
    yield Heading(opened.part.place.text.split("\n")[0])
    called = opened.called if opened.slug in _TWO else opened.called[:1]
    if called:
        named = [text(Code(letter), " is ", Code(written)) for letter, written in called]
        yield Note(text("In this picture ", *joined(named, " and "), "."))
    for part in _all(page.body or ()):
        match part:
            case Picture():
                yield part
            case Notice(tone="declined") if failed:
                pass
            case Notice():
                yield part
            case Story(paragraphs=paragraphs, note=note):
                yield Story(paragraphs, note, lesson.title)
    yield OpenIn(f"Open in {lesson.title}", opened.slug, urlencode(lesson.parameters(opened.question)))


def _all(parts: tuple[Part, ...]) -> Iterator[Part]:
    for part in parts:
        match part:
            case Card(name=name) if name in _ASIDE:
                pass
            case Card(parts=inner):
                yield from _all(inner)
            case Columns(columns=columns):
                for column in columns:
                    yield from _all(column)
            case _:
                yield part
