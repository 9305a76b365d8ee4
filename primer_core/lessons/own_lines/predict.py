"""The question of a trap: its answers, of which the right one is what the program did when it ran."""

from __future__ import annotations

from collections.abc import Iterator

from primer_core.lessons.own_lines.explain import Asked
from primer_core.picture.parts import Part, Quiz, QuizAnswer
from primer_core.picture.text import text


def _order(label: str) -> tuple[bool, str]:
    """Put what is printed before errors, and else say nothing by the order."""
    return label.endswith("Error"), label


def quiz(asked: Asked | None) -> Iterator[Part]:
    """Ask what the last line does; nothing where the program is no trap."""
    if asked is None:
        return
    reasons = dict(asked.trap.others) | {asked.answer: asked.trap.lesson}
    yield Quiz(
        text(asked.trap.asks),
        tuple(QuizAnswer(label, text(reasons[label])) for label in sorted(reasons, key=_order)),
        asked.answer,
        field="guess",
        chosen=asked.guess,
        printed=True,
    )
