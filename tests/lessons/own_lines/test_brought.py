"""Questions that learners bring with code of their own: each runs as in Python, and what there is to learn is said.

`brought.json` has the questions, in our words, as they are asked in forums. What must be said of each stands there as
words of one sentence; a question without such words is one that is not answered here yet.
"""

import contextlib
import io
import json
import re
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from primer_core.claims.claim import plain
from primer_core.lessons.own_lines import LESSON
from primer_core.lessons.own_lines.explain import Shown, explain
from primer_core.lessons.own_lines.question import OwnLinesQuestion
from primer_core.picture.parts import CodePanel
from tests.claims import every_check
from tests.claims.checking import assert_holds
from tests.lessons.parts import parts

assert every_check  # what it imports registers the checks

BROUGHT: dict[str, dict[str, Any]] = {
    each["id"]: each for each in json.loads((Path(__file__).parent / "brought.json").read_text())
}
POSED = [name for name, each in BROUGHT.items() if each.get("posed", True)]
ANSWERED = [name for name in POSED if BROUGHT[name]["says"]]

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.usefixtures("heard")]


@pytest.fixture(scope="module", params=POSED)
def name(request: pytest.FixtureRequest) -> str:
    """A question. All tests of one follow on each other, so that it is answered once."""
    return str(request.param)


@cache
def shown(name: str) -> Shown:
    outcome = explain(OwnLinesQuestion(program=BROUGHT[name]["code"]))
    assert isinstance(outcome, Shown)
    return outcome


def in_python(code: str) -> tuple[str, str]:
    """What a program prints, less the places in memory, and the error that it ends in."""
    printed, error = io.StringIO(), ""
    with warnings.catch_warnings(), contextlib.redirect_stdout(printed):
        warnings.simplefilter("ignore")
        try:
            exec(compile(code, "program", "exec"), {"__name__": "__main__"})
        except Exception as raised:
            error = f"{type(raised).__name__}: {raised}"
    return without_places(printed.getvalue().rstrip("\n")), error


def without_places(printed: str) -> str:
    return re.sub(r"0x[0-9a-f]{6,}", "0x…", printed)


def test_most_questions_are_answered() -> None:
    assert len(BROUGHT) >= 60
    assert len(ANSWERED) >= 0.9 * len(BROUGHT), sorted(set(BROUGHT) - set(ANSWERED))


def test_it_runs_as_in_plain_python(name: str) -> None:
    trace = shown(name).trace
    stopped = trace.stopped
    assert stopped is None or stopped.declined is not None, trace.message
    error = "" if stopped is None or stopped.declined is None else stopped.declined.text
    printed = without_places("\n".join(trace.printed).rstrip("\n"))
    assert (printed, error) == in_python(BROUGHT[name]["code"])


def test_what_there_is_to_learn_is_said_and_nothing_untrue(name: str) -> None:
    question, outcome = OwnLinesQuestion(program=BROUGHT[name]["code"]), shown(name)
    claims = LESSON.claims(question, outcome)
    why = () if outcome.cause is None else (outcome.cause,)
    warned = (words for step in outcome.steps for words in step.warnings)
    said = [*(plain(claim.sentence()) for claim in (*claims, *why)), *warned]
    for words in BROUGHT[name]["says"]:
        assert any(all(word in sentence for word in words) for sentence in said), (words, said)
    (code,) = (panel.code for panel in parts(LESSON.show(question, outcome), CodePanel))
    for claim in claims:
        assert_holds(claim, code)
