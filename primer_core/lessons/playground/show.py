"""The answer of the playground as JSON: `primer_core.lessons.playground.answer` with its words and its code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from primer_core.lessons.playground.answer import answer, said
from primer_core.lessons.playground.code import code
from primer_core.lessons.playground.question import PlaygroundQuestion
from primer_core.lessons.playground.training import first_state, read_state
from primer_core.lessons.spoken import paragraphs
from primer_core.picture.code import marks
from primer_core.picture.payload import payload


def played(asked: Mapping[str, Any]) -> bytes:
    """Answer what the page's browser asks.

    Parameters
    ----------
    asked
        ``question``, a text for each field; ``state`` and ``step``, as the last answer had them, or an empty text and 0
        for the start; ``steps`` to take at most, and ``seconds`` for them; ``told``, whether the points come too, and
        ``code``, whether the script does.

    Raises
    ------
    primer_core.lessons.playground.training.StateError
        If the state is none of the question's network.
    """
    question, _ = PlaygroundQuestion.parse(asked["question"])
    state = read_state(question, asked["step"], asked["state"]) if asked["state"] else first_state(question)
    found, state = answer(question, state, asked["steps"], seconds=asked["seconds"], told=asked["told"])
    found["says"] = payload(paragraphs(said(question, state)))
    if asked["code"]:
        script = code(question, state.step)
        found["code"] = {"text": script, "marks": marks(script)}
    return json.dumps(found, ensure_ascii=False).encode()
