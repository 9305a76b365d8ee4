"""The classic traps against plain Python, and that no page gives an answer away before it was asked for."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from primer_core.lessons.answer import answer, explanation, page
from primer_core.lessons.event import Act, Put
from primer_core.lessons.own_lines import LESSON
from primer_core.lessons.own_lines.explain import Shown, react
from primer_core.lessons.own_lines.presets import PRESETS
from primer_core.lessons.own_lines.question import FIRST, SHOWN, OwnLinesQuestion
from primer_core.lessons.own_lines.traps import TRAPS, Trap
from primer_core.picture.page import every_part
from primer_core.picture.parts import Quiz
from tests.lessons.own_lines.plain_python import answer_in_python
from tests.lessons.texts import texts_of

of_every_trap = pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.title)
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def asked(trap: Trap) -> OwnLinesQuestion:
    return next(preset.question for preset in PRESETS if preset.title == trap.title)


def quiz_of(question: OwnLinesQuestion) -> Quiz:
    (quiz,) = (part for part in every_part(page(LESSON, question)) if isinstance(part, Quiz))
    return quiz


@of_every_trap
def test_the_right_answer_is_what_plain_python_does(trap: Trap) -> None:
    quiz = quiz_of(asked(trap))
    assert quiz.right == answer_in_python(trap.program)
    assert quiz.right not in dict(trap.others)
    assert 2 <= len(quiz.answers) <= 4
    assert len(trap.program.split("\n")) <= 12


@of_every_trap
def test_nothing_but_the_answers_holds_the_answer_before_it_was_asked_for(trap: Trap) -> None:
    question = asked(trap)
    quiz = quiz_of(question)
    explained = explanation(LESSON, question)
    assert isinstance(explained, Shown)
    assert not explained.at_end
    assert not explained.steps
    told = [words for _, words in outside_the_quiz(question) if quiz.right in words and words not in trap.program]
    assert not told


def outside_the_quiz(question: OwnLinesQuestion) -> Iterator[tuple[str, str]]:
    return ((where, words) for where, words in texts_of(page(LESSON, question)) if not where.startswith("Quiz"))


@of_every_trap
def test_a_guess_shows_the_end(trap: Trap) -> None:
    for guess in ("0", SHOWN):
        question = react(asked(trap), Put({"guess": guess}))
        explained = explanation(LESSON, question)
        assert isinstance(explained, Shown)
        assert explained.at_end
        quiz = quiz_of(question)
        assert quiz.chosen == guess
        texts = "\n".join(words for _, words in outside_the_quiz(question))
        assert quiz.right.split("\n", maxsplit=1)[0].strip() in texts


def test_the_gallery_has_traps_of_each_group() -> None:
    counts = Counter(trap.group for trap in TRAPS)
    options = OwnLinesQuestion.fields()["examples"].options  # type: ignore[attr-defined]  # a choice's
    assert set(options) - {FIRST} == set(counts)
    assert min(counts.values()) >= 3
    assert len({trap.title for trap in TRAPS}) == len({trap.program for trap in TRAPS}) == len(TRAPS) >= 18


def test_a_step_by_hand_shows_and_another_program_asks_nothing() -> None:
    question = asked(TRAPS[0])
    assert not question.guess
    assert react(question, Put({"at": "1"})).guess == SHOWN
    assert react(question, Act("line", {"line": 3})).guess == SHOWN
    guessed = react(question, Put({"guess": "1"}))
    assert react(guessed, Put({"at": "1"})).guess == "1"
    typed = react(guessed, Put({"program": f"{TRAPS[0].program}\nprint(1)"}))
    assert not typed.guess
    assert not [part for part in every_part(page(LESSON, typed)) if isinstance(part, Quiz)]


def test_a_preset_stays_lit_when_its_question_is_answered_and_asks_anew_when_it_is_pressed() -> None:
    preset = next(preset for preset in PRESETS if preset.title == TRAPS[4].title)
    guessed = react(preset.question, Put({"guess": "1"}))
    assert LESSON.lit(guessed) == preset.title
    assert react(guessed, Put(LESSON.puts(preset))).guess == ""
    assert answer(LESSON, replace(guessed, guess="")) == answer(LESSON, preset.question)
