"""What the softmax lesson says is true of the numbers beside it, in the dtype at hand."""

from dataclasses import replace

import pytest
from hypothesis import given

from primer_core.claims.claim import plain as plain_sentence
from primer_core.claims.rounding import RoundsToZero
from primer_core.lessons.answer import page
from primer_core.lessons.softmax import LESSON
from primer_core.lessons.softmax.explain import Softmax, explain
from primer_core.lessons.softmax.question import SoftmaxQuestion
from primer_core.picture.parts import Card, Chip, Fixes, Heading, Note, Notice, Page, Table
from primer_core.picture.probability_bars import ProbabilityBars
from primer_core.picture.text import plain
from tests.lessons.parts import part, parts
from tests.lessons.softmax.test_explain import questions
from tests.profiles import examples

UNDERFLOW = SoftmaxQuestion(z0=-10, z1=8, z2=-10, z3=-10, T=0.1)


def shown(question: SoftmaxQuestion) -> Page:
    return page(LESSON, question)


def card(question: SoftmaxQuestion, title: str) -> Card:
    return next(found for found in parts(shown(question), Card) if any(p == Heading(title) for p in found.parts))


def chip(found: Card) -> Chip:
    (only,) = (p for p in found.parts if isinstance(p, Chip))
    return only


def notes(found: Card) -> str:
    return " ".join(plain(p.text) for p in found.parts if isinstance(p, Note))


@examples(200)
@given(questions())
def test_bars_arrows_and_cells_are_the_explanations(question: SoftmaxQuestion) -> None:
    found = explain(question)
    assert isinstance(found, Softmax)
    drawn = part(shown(question), ProbabilityBars)
    assert [bar.p for bar in drawn.bars] == found.p.tolist()
    assert [bar.target for bar in drawn.bars] == found.y.tolist()
    assert [k for k, bar in enumerate(drawn.bars) if "argmax" in bar.tags] == [found.argmax_p]
    assert [k for k, bar in enumerate(drawn.bars) if "target" in bar.tags] == [int(question.target)]
    for bar, gradient in zip(drawn.bars, found.gradient, strict=True):
        assert bar.gradient.startswith("+") == (gradient > 0)
    for table in drawn.tables:
        assert all(len(row.cells) in (1, len(drawn.bars)) for row in table.rows)
    for cell in (cell for row in drawn.tables[0].rows for cell in row.cells):
        assert not cell.broken
    which, row_place, place = drawn.focus
    assert drawn.tables[which].rows[row_place].name == "p"
    assert place == int(question.target)


@examples(200)
@given(questions())
def test_a_cell_is_marked_as_broken_where_the_naive_form_is(question: SoftmaxQuestion) -> None:
    found = explain(question)
    assert isinstance(found, Softmax)
    (naive,) = part(shown(question), ProbabilityBars).tables[1:]
    broken = any(cell.broken for row in naive.rows for cell in row.cells)
    assert broken == (found.naive.overflows or found.naive.vanishes)
    assert (chip(card(question, "Log-sum-exp")).verdict == "error") == broken


def test_the_arrow_is_the_gradient_only_at_a_temperature_of_one() -> None:
    assert "the gradient p − y" in part(shown(SoftmaxQuestion()), ProbabilityBars).arrow
    for temperature in (0.1, 5.0):
        assert "(p − y) / T" in part(shown(SoftmaxQuestion(T=temperature)), ProbabilityBars).arrow


def test_a_step_is_said_to_raise_the_target_and_lower_the_others() -> None:
    gradients = part(shown(SoftmaxQuestion()), ProbabilityBars).tables[0].rows[-1]
    assert ["raises" in cell.note for cell in gradients.cells] == [True, False, False, False]


def test_underflow_is_told_as_underflow_and_blamed_on_both_forms() -> None:
    assert chip(card(UNDERFLOW, "Log-sum-exp")).verdict == "ok"
    words = notes(card(UNDERFLOW, "Cross-entropy"))
    (lost,) = (claim for claim in LESSON.claims(UNDERFLOW, explain(UNDERFLOW)) if isinstance(claim, RoundsToZero))
    assert plain_sentence(lost.sentence()) in words
    assert (lost.number, lost.dtype, lost.loss) == (0, "float32", 180.0)
    assert "overflow" not in words
    usual = SoftmaxQuestion()
    assert not any(isinstance(claim, RoundsToZero) for claim in LESSON.claims(usual, explain(usual)))


def test_all_exponentials_can_underflow() -> None:
    question = SoftmaxQuestion(z0=-10, z1=-10, z2=-10, z3=-10, T=0.03)
    assert "underflows" in chip(card(question, "Log-sum-exp")).text
    assert "overflows" in chip(card(SoftmaxQuestion(shift=100), "Log-sum-exp")).text


@pytest.mark.parametrize(("dtype", "warned"), [("float16", True), ("float32", False), ("float64", False)])
def test_a_warning_says_when_a_shift_rounds_the_logits_visibly(dtype: str, warned: bool) -> None:
    question = SoftmaxQuestion(shift=1000, dtype=dtype)  # type: ignore[arg-type]  # one of the names
    notices = [found for found in parts(shown(question), Notice) if found.tone == "warning"]
    assert bool(notices) == warned
    assert not [n for n in parts(shown(replace(question, shift=0)), Notice) if n.tone == "warning"]


def test_no_form_of_the_loss_is_minus_zero() -> None:
    certain = SoftmaxQuestion(z0=10, z1=-10, z2=-10, z3=-10)
    figures = [plain(row[1].text) for table in parts(shown(certain), Table) for row in table.rows]
    assert "−0.0" not in figures
    assert "0.0" in figures


@pytest.mark.parametrize("temperature", [0.0, 1e-300, 1e-45, 1e-5])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_where_there_is_no_softmax_the_fix_makes_one(temperature: float, dtype: str) -> None:
    question = SoftmaxQuestion(T=temperature, shift=1000, dtype=dtype)  # type: ignore[arg-type]  # one of the names
    if isinstance(explain(question), Softmax):
        assert not parts(shown(question), Fixes)
        return
    (fix,) = part(shown(question), Fixes).fixes
    assert isinstance(explain(question.with_texts(fix.puts)), Softmax)
