"""Every picture that the presets of lessons draw, in each of the lesson's views."""

from typing import Any

from primer_core.lessons.answer import page
from primer_core.lessons.lesson import AnyLesson, Preset
from primer_core.lessons.question import ChoiceField, Question
from primer_core.picture.bars import Bar, Bars, Column
from primer_core.picture.curves import curve, curves
from primer_core.picture.grid import Picture
from primer_core.picture.images import Images
from primer_core.picture.page import drawings_of
from primer_core.picture.parts import Drawable
from primer_core.picture.text import Code, Role, text
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


def drawings(slug: str, preset: Preset[Any]) -> list[Drawable]:
    """Return all else that a lesson draws of a preset: graphs, charts, bits, images and steps."""
    lesson = LESSONS_BY_SLUG[slug]
    shown = [page(lesson, question) for question in _views(lesson, preset.question)]
    found = [part for page in shown for part in (*drawings_of(page.panel), *drawings_of(page.body or ()))]
    return [part for part in found if not isinstance(part, Picture)]


def more_drawings() -> list[tuple[str, Drawable]]:
    """Return drawings that no preset shows, each with what it is: images of each picture, curves, and measured bars."""
    question = LESSONS_BY_SLUG["shapes"].question(view="Permute or reshape")
    pictures_to_choose = question.fields()["picture"]
    assert isinstance(pictures_to_choose, ChoiceField)
    found: list[tuple[str, Drawable]] = []
    for title in pictures_to_choose.options:
        shown = page(LESSONS_BY_SLUG["shapes"], question.with_texts({"picture": title}))
        found += [(title, part) for part in drawings_of(shown.body or ()) if isinstance(part, Images)]
    race = Bars((Bar(text("a ", Code("for"), " loop"), 0.25, "250 ms", "b"), Bar(text("NumPy"), 0.0, "0 ms")), "A race")
    measured: tuple[tuple[str, float, Role], ...] = (
        ("float32", 104.25, "a"), ("float64", 3.5, "c"), ("int8", 18.0, "result"),
    )  # fmt: skip
    rates = tuple(
        Bar(text(dtype), value, f"{value:.1f}", tone, group, f"{value} ms")
        for group in ("16", "1024")
        for dtype, value, tone in measured
    )
    titles: dict[Column, str] = {"group": "n", "name": "dtype", "label": "GFLOP/s", "note": "best time"}
    run = curves(
        "Loss",
        "step",
        [curve("correct", [2.0, 1.5, 0.25], "result", dashed=True), curve("yours", [2.0, float("nan"), 9.5], "b")],
    )
    return [*found, ("a run", run), ("a race", race), ("rates", Bars(rates, "Rates", titles, 200.0))]


def _views(lesson: AnyLesson, question: Question) -> list[Question]:
    """Return a question in each view of its lesson, where a preset leaves the view as it is."""
    view = lesson.question.fields().get("view")
    if "view" not in lesson.kept or not isinstance(view, ChoiceField):
        return [question]
    return [question.with_texts({view.parameter or "view": option}) for option in view.options]
