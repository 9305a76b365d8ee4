"""Every picture that the presets of lessons draw, in each of the lesson's views."""

from typing import Any

from primer_core.lessons.answer import page
from primer_core.lessons.lesson import AnyLesson, Preset
from primer_core.lessons.question import ChoiceField, Question
from primer_core.picture.grid import Picture
from tests.lessons.parts import parts
from ui.catalog import LESSONS_BY_SLUG


def presets() -> list[tuple[str, Preset[Any]]]:
    """Return each lesson's presets, by the lesson's slug."""
    return [(slug, preset) for slug, lesson in LESSONS_BY_SLUG.items() for preset in lesson.presets]


def pictures(slug: str, preset: Preset[Any]) -> list[Picture]:
    """Return all pictures that a lesson draws of a preset."""
    lesson = LESSONS_BY_SLUG[slug]
    questions = _views(lesson, preset.question)
    return [drawn for question in questions for drawn in parts(page(lesson, question), Picture)]


def _views(lesson: AnyLesson, question: Question) -> list[Question]:
    """Return a question in each view of its lesson, where a preset leaves the view as it is."""
    view = lesson.question.fields().get("view")
    if "view" not in lesson.kept or not isinstance(view, ChoiceField):
        return [question]
    return [question.with_texts({view.parameter or "view": option}) for option in view.options]
