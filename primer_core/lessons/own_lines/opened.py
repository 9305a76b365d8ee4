"""A part of a program as the lesson on its kind shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode

from primer_core.lessons import broadcasting, einsum, indexing, matmul, reductions, shapes, softmax
from primer_core.lessons.lesson import AnyLesson
from primer_core.lessons.own_lines.explain import Opened
from primer_core.lessons.own_lines.opening import lies_as_written
from primer_core.picture.grid import Picture
from primer_core.picture.parts import Card, Columns, Heading, Note, Notice, OpenIn, Part, SizeCell, Sizes, Story
from primer_core.picture.text import Code, joined, text

LESSONS: dict[str, AnyLesson] = {
    lesson.slug: lesson
    for lesson in (
        broadcasting.LESSON,
        einsum.LESSON,
        indexing.LESSON,
        matmul.LESSON,
        reductions.LESSON,
        shapes.LESSON,
        softmax.LESSON,
    )
}

_ASIDE = ("quiz", "speed")
"""Cards of lessons that are about no operand."""


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
    if opened.called:
        named = [text(Code(letter), " is ", Code(written)) for letter, written in opened.called]
        yield Note(text("In this table " if opened.shapes_alone else "In this picture ", *joined(named, " and "), "."))
    for part in _all(page.body or ()):
        match part:
            case Picture():
                if not opened.shapes_alone:
                    yield part
            case Sizes():
                if opened.shapes_alone:
                    yield _at_rest(part)
            case Notice(tone="declined") if failed:
                pass
            case Notice():
                yield part
            case Story(paragraphs=paragraphs, note=note):
                # It tells of bytes, which lie elsewhere in the program.
                yield Story(paragraphs, note if lies_as_written(opened.part) else (), lesson.title)
    yield OpenIn(f"Open in {lesson.title}", opened.slug, urlencode(lesson.parameters(opened.question)))


def _at_rest(sizes: Sizes) -> Sizes:
    """Return a table of sizes that nobody drags."""

    def still(cells: tuple[SizeCell, ...]) -> tuple[SizeCell, ...]:
        return tuple(replace(cell, axis=None, adds=False, drops=False) for cell in cells)

    return replace(sizes, rows=tuple(replace(row, cells=still(row.cells), field="", text="") for row in sizes.rows))


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
