"""Every picture that a preset of an array lesson draws, by lesson and title."""

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from primer_core.picture.grid import Picture
from tests.lessons.parts import parts
from ui.catalog import LESSONS_BY_SLUG


def _show(lesson: str) -> Any:
    return importlib.import_module(f"primer_core.lessons.{lesson}.show")


def _explain(lesson: str) -> Any:
    return importlib.import_module(f"primer_core.lessons.{lesson}.explain")


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
