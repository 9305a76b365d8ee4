"""No text of ours is markup: nothing of what parts hold is ever read as Markdown or HTML."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from primer_core.lessons.answer import answer
from primer_core.lessons.lesson import Preset
from tests.picture.preset_pictures import presets
from ui.catalog import LESSONS_BY_SLUG

#: Two stars behind a letter, a digit or a bracket raise to a power.
MARKUP = re.compile(r"`|(?<![\w)])\*\*\w|[^\W\d]\*\*(\W|$)|</?[a-z]+[ >/]|\[[^\]]+\]\(|:[a-z]+\[|&[a-z]+;")
#: What is code or a learner's own text, by its key.
VERBATIM = {"code", "name", "value", "puts", "text", "cells", "full", "marks", "placeholder"}


def plain_texts(payload: Any) -> Iterator[str]:
    """Yield each plain text of a payload: bare spans, and fields of parts that hold no code."""
    match payload:
        case str():
            yield payload
        case list():
            for inner in payload:
                yield from plain_texts(inner)
        case {"kind": "presets"}:
            yield from (title for title, _ in payload["presets"])
        case {"kind": "quiz"}:
            yield from plain_texts([payload["question"], *(answer["reason"] for answer in payload["answers"])])
        case {"kind": "chip" | "heading"}:
            yield payload["text"]
        case {"kind": "note" | "cell"}:
            yield from plain_texts([payload["text"], payload.get("note", [])])
        case dict():
            for key, inner in payload.items():
                if key not in VERBATIM:
                    yield from plain_texts(inner)


@pytest.mark.parametrize(
    ("slug", "preset"), [pytest.param(slug, preset, id=f"{slug}: {preset.title}") for slug, preset in presets()]
)
def test_no_plain_text_holds_marks_of_markdown_or_html(slug: str, preset: Preset[Any]) -> None:
    found = json.loads(answer(LESSONS_BY_SLUG[slug], preset.question))
    texts = list(plain_texts([found["panel"], found["body"]]))
    assert len(texts) > 10
    assert [text for text in texts if MARKUP.search(text)] == []
