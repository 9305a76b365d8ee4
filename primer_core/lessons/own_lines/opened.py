"""A part of a program as the lesson on its kind shows it."""

from __future__ import annotations

from collections.abc import Iterator

from primer_core.lessons import broadcasting, indexing, matmul, reductions, shapes
from primer_core.lessons.lesson import AnyLesson
from primer_core.lessons.own_lines.explain import Opened
from primer_core.picture.grid import Picture
from primer_core.picture.parts import Card, Columns, Heading, Note, Notice, Part, Story
from primer_core.picture.text import Code, Name, Text, text

LESSONS: dict[str, AnyLesson] = {
    lesson.slug: lesson
    for lesson in (broadcasting.LESSON, indexing.LESSON, matmul.LESSON, reductions.LESSON, shapes.LESSON)
}

_SHOWN = (Picture, Notice, Story)


def opened_parts(opened: Opened) -> Iterator[Part]:
    """Show a part: its pictures and what is said of them, as its lesson does."""
    lesson = LESSONS[opened.slug]
    page = lesson.show(opened.question, lesson.explain(opened.question))
    yield Heading(lesson.title)
    yield Note(_called(opened))
    for part in _all(page.body or ()):
        if isinstance(part, _SHOWN):
            yield part


def _called(opened: Opened) -> Text:
    return text(
        Code(opened.part.place.text.split("\n")[0]), ", as the lesson ", Name(LESSONS[opened.slug].title), " shows it."
    )


def _all(parts: tuple[Part, ...]) -> Iterator[Part]:
    for part in parts:
        match part:
            case Card(parts=inner):
                yield from _all(inner)
            case Columns(columns=columns):
                for column in columns:
                    yield from _all(column)
            case _:
                yield part
