"""Every picture that a preset of an array lesson draws, by lesson and title."""

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from primer_core.lessons.answer import page
from primer_core.picture.grid import Picture
from tests.lessons.parts import parts
from ui.catalog import LESSONS_BY_SLUG


def _show(lesson: str) -> Any:
    return importlib.import_module(f"primer_core.lessons.{lesson}.show")


def _explain(lesson: str) -> Any:
    return importlib.import_module(f"primer_core.lessons.{lesson}.explain")


def _indexing(preset: Any) -> list[Picture]:
    explain = _explain("indexing").explain_index
    explained = explain(preset.array, preset.expression, preset.then, preset.value, preset.library)
    if explained.result is None:
        return [_show("indexing").whole(explained)]
    return [(_show("indexing").read if explained.changed is None else _show("indexing").written)(explained)]


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
    "indexing": _indexing,
    "reductions": _reductions,
    "shapes": _shapes,
    "views": _views,
}


def presets() -> list[tuple[str, Any]]:
    """Each array lesson's presets, by the lesson's name."""
    return [
        *((lesson.slug, preset) for lesson in LESSONS_BY_SLUG.values() for preset in lesson.presets),
        *((name, preset) for name in _DRAW for preset in _presets(name)),
    ]


def pictures(lesson: str, preset: Any) -> list[Picture]:
    """All that the lesson draws of the preset."""
    if lesson in LESSONS_BY_SLUG:
        return parts(page(LESSONS_BY_SLUG[lesson], preset.question), Picture)
    return _DRAW[lesson](preset)


def _presets(lesson: str) -> Any:
    return importlib.import_module(f"primer_core.lessons.{lesson}.presets").PRESETS
