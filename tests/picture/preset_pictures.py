"""Every picture that a preset of an array lesson draws, by lesson and title."""

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from primer_core.picture.grid import Picture
from tests.lessons.parts import parts


def _show(lesson: str) -> Any:
    return importlib.import_module(f"primer_core.lessons.{lesson}.show")


def _explain(lesson: str) -> Any:
    return importlib.import_module(f"primer_core.lessons.{lesson}.explain")


def _arrays(preset: Any) -> list[Picture]:
    return [_show("arrays").anatomy(_explain("arrays").explain_array(preset.text, preset.dtype))]


def _of_page(name: str) -> Callable[[Any], list[Picture]]:
    def shown(preset: Any) -> list[Picture]:
        lesson = importlib.import_module(f"primer_core.lessons.{name}").LESSON
        return parts(lesson.show(preset.question, lesson.explain(preset.question)), Picture)

    return shown


def _matmul(preset: Any) -> list[Picture]:
    explained = _explain("matmul").explain_matmul(preset.texts)
    return [(_show("matmul").apart if explained.result is None else _show("matmul").picture)(explained)]


def _reductions(preset: Any) -> list[Picture]:
    explain = _explain("reductions").explain_reduction
    explained = explain(preset.array, preset.operation, preset.axis, keepdims=preset.keepdims)
    show = _show("reductions")
    if explained.result is None:
        return [show.whole(explained)]
    brings_back = preset.operation in _explain("reductions").BACK
    return [show.reduced(explained)] + ([show.brought_back(explained)] if brings_back else [])


def _shapes(preset: Any) -> list[Picture]:
    return [_show("shapes").pipeline(_explain("shapes").explain_pipeline(preset.x, preset.steps, preset.library))]


def _views(preset: Any) -> list[Picture]:
    show = _show("views")
    if preset.view == "Refused views":
        refused_view = importlib.import_module("primer_core.lessons.views.refused_view")
        return [show.refused(refused_view.explain_refused_view(preset.a, preset.b, preset.to, preset.library))]
    found = _explain("views").explain_view(preset.a, preset.b, preset.c, preset.then, preset.library)
    return [] if found.after is None else [show.memory(found), show.names(found)]


_DRAW: Mapping[str, Callable[[Any], list[Picture]]] = {
    "arrays": _arrays,
    "broadcasting": _of_page("broadcasting"),
    "indexing": _of_page("indexing"),
    "matmul": _matmul,
    "reductions": _reductions,
    "shapes": _shapes,
    "views": _views,
}


def presets() -> list[tuple[str, Any]]:
    """Each array lesson's presets, by the lesson's name."""
    return [
        (lesson, preset)
        for lesson in _DRAW
        for preset in importlib.import_module(f"primer_core.lessons.{lesson}.presets").PRESETS
    ]


def pictures(lesson: str, preset: Any) -> list[Picture]:
    """All that the lesson draws of the preset."""
    return _DRAW[lesson](preset)
