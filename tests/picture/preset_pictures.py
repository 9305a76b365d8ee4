"""Every picture that a lesson's presets draw, in each of the lesson's views."""

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


<<<<<<< HEAD
def _views(lesson: AnyLesson, question: Question) -> list[Question]:
    """Return a question in each view of its lesson, where a preset leaves the view as it is."""
    view = lesson.question.fields().get("view")
    if "view" not in lesson.kept or not isinstance(view, ChoiceField):
        return [question]
    return [question.with_texts({view.parameter or "view": option}) for option in view.options]
=======
def _arrays(preset: Any) -> list[Picture]:
    return [_show("arrays").anatomy(_explain("arrays").explain_array(preset.text, preset.dtype))]


def _indexing(preset: Any) -> list[Picture]:
    explain = _explain("indexing").explain_index
    explained = explain(preset.array, preset.expression, preset.then, preset.value, preset.library)
    if explained.result is None:
        return [_show("indexing").whole(explained)]
    return [(_show("indexing").read if explained.changed is None else _show("indexing").written)(explained)]


def _shapes(preset: Any) -> list[Picture]:
    return [_show("shapes").pipeline(_explain("shapes").explain_pipeline(preset.x, preset.steps, preset.library))]


_DRAW: Mapping[str, Callable[[Any], list[Picture]]] = {
    "arrays": _arrays,
    "indexing": _indexing,
    "shapes": _shapes,
}


def presets() -> list[tuple[str, Any]]:
    """Each array lesson's presets, by the lesson's name."""
    return [
        (lesson, preset)
        for lesson in (*_DRAW, *LESSONS_BY_SLUG)
        for preset in importlib.import_module(f"primer_core.lessons.{lesson}.presets").PRESETS
    ]


def pictures(lesson: str, preset: Any) -> list[Picture]:
    """All that the lesson draws of the preset."""
    if lesson in LESSONS_BY_SLUG:
        found = LESSONS_BY_SLUG[lesson]
        return parts(found.show(preset.question, found.explain(preset.question)), Picture)
    return _DRAW[lesson](preset)
>>>>>>> views
