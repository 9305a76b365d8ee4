"""Questions that learners bring to a lesson with code of their own: what is said there holds, and answers them.

`brought.json` has the questions in our words, with what is put into the fields of the lesson, as messy as it comes.
What must be said of each stands there as words of one text of the page, and under "never" what was said once and is
untrue; a question without words is one that is not answered yet. "Your own lines" has questions of its own.
"""

import contextlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from primer_core.claims.claim import plain
from primer_core.lessons.answer import page
from primer_core.picture.page import every_part
from primer_core.picture.parts import CodePanel
from tests.claims import every_check
from tests.claims.checking import assert_holds
from tests.lessons.texts import texts_of
from ui.catalog import LESSONS_BY_SLUG

assert every_check  # what it imports registers the checks

BROUGHT: dict[str, dict[str, Any]] = {
    each["id"]: each for each in json.loads((Path(__file__).parent / "brought.json").read_text())
}

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.usefixtures("heard")]


def test_most_questions_are_answered() -> None:
    answered = Counter(bool(each["says"]) for each in BROUGHT.values())
    assert answered[True] >= 0.9 * len(BROUGHT)


@pytest.mark.parametrize("name", BROUGHT)
def test_what_is_said_holds_and_answers_the_question(name: str) -> None:
    brought = BROUGHT[name]
    lesson = LESSONS_BY_SLUG[brought["lesson"]]
    question, problems = lesson.question.parse(brought["fields"])
    assert not problems
    outcome = lesson.explain(question)
    shown = page(lesson, question, outcome)
    texts = [words for where, words in texts_of(shown) if not where.startswith("Control.help")]
    for words in brought["says"]:
        assert any(all(each in text for each in words) for text in texts), (words, texts)
    for words in brought.get("never", ()):
        assert not any(words in text for text in texts), words
    code = "\n".join(part.code for part in every_part(shown) if isinstance(part, CodePanel))
    for claim in lesson.claims(question, outcome):
        with contextlib.redirect_stdout(None):
            try:
                assert_holds(claim, code)
            except AssertionError as error:
                raise AssertionError(f"{plain(claim.sentence())}\n{claim}\n{code}") from error
