"""A rule that breaks is logged, and everything else is said."""

import logging

import pytest

from primer_core.claims.claim import plain
from primer_core.lessons.own_lines import LESSON, apart
from primer_core.lessons.own_lines.explain import explain
from primer_core.lessons.own_lines.question import OwnLinesQuestion
from primer_core.lessons.own_lines.surprises import rules
from primer_core.lessons.own_lines.surprises.line import Line


def breaks(_: Line) -> None:
    raise LookupError("a fault of ours")


def said(program: str) -> list[str]:
    question = OwnLinesQuestion(program=program)
    return [plain(claim.sentence()) for claim in LESSON.claims(question, explain(question))]


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))


def test_a_rule_that_breaks_keeps_nobody_from_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    program = "a = np.arange(4)\na[a > 1][0] = 5"
    before = said(program)
    assert any("a copy that no name holds" in each for each in before)
    monkeypatch.setitem(rules._RULES_OF, "statement", (breaks, *rules._RULES_OF["statement"]))
    kept = Kept()
    monkeypatch.setattr(logging.getLogger(apart.__name__), "handlers", [kept])  # in place of the one that raises it
    assert said(program) == before
    assert "a fault of ours" in kept.texts[0]


def test_in_the_tests_it_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rules._RULES_OF, "statement", (breaks,))
    with pytest.raises(LookupError, match="a fault of ours"):
        said("a = np.arange(4)\nb = a")
