"""What the lesson on matrix products shows of its outcomes."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from primer_core.lessons.lesson import Preset
from primer_core.lessons.matmul.explain import Mismatch, Outcome, Product, TooLarge, explain
from primer_core.lessons.matmul.presets import PRESETS
from primer_core.lessons.matmul.question import MatmulQuestion
from primer_core.lessons.matmul.show import apart, picture, rule, show, story
from primer_core.picture.parts import CodePanel, Fixes, Measure, Note, Sizes
from primer_core.picture.text import plain
from tests.formulas import equation, formula_of, holds
from tests.lessons.parts import part, parts
from tests.profiles import examples


def ask(a: object, b: object) -> Outcome:
    return explain(MatmulQuestion(str(a), str(b)))


def told(a: str, b: str) -> list[str]:
    found = ask(a, b)
    assert isinstance(found, Mismatch | TooLarge | Product)
    return [plain(paragraph) for paragraph in story(found)]


def notes(question: MatmulQuestion) -> list[str]:
    return [plain(note.text) for note in parts(show(question, explain(question)), Note)]


@examples(500)
@given(
    st.lists(st.integers(1, 3), max_size=2),
    st.tuples(*[st.integers(1, 3)] * 3),
    st.booleans(),
    st.booleans(),
    st.data(),
)
def test_every_formula_is_an_equation_that_holds(
    batch: list[int], sizes: tuple[int, int, int], flat_a: bool, flat_b: bool, data: Any
) -> None:
    m, n, k = sizes
    question = MatmulQuestion(str((k,) if flat_a else (*batch, m, k)), str((k,) if flat_b else (k, n)))
    product = explain(question)
    if not isinstance(product, Product):
        reject()
    drawn = picture(product)
    drawn.payload()
    filled = equation(drawn, formula_of(drawn, "c"), data.draw(st.integers(0, product.result.size - 1)))
    assert holds(filled), filled
    assert any(note.endswith(f"= {product.sizes.flops:,}".replace(",", " ")) for note in notes(question))


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_the_axis_that_is_summed_over_is_marked_in_both(preset: Preset[MatmulQuestion]) -> None:
    found = explain(preset.question)
    assert isinstance(found, Product | Mismatch)
    drawn = picture(found) if isinstance(found, Product) else apart(found)
    a, b = drawn.grids[:2]
    assert a.marked_axes == (a.values.ndim - 1,)
    assert b.marked_axes == (max(b.values.ndim - 2, 0),)
    assert drawn.payload()["grids"]


def test_the_story_names_vectors_batches_and_what_dot_would_do() -> None:
    assert "takes (3,) for (3, 1), one column" in told("(2, 3)", "(3,)")[1]
    assert "takes (3,) for (1, 3), one row" in told("(3,)", "(3, 2)")[1]
    batches = told("(2, 1, 2, 3)", "(3, 3, 2)")
    assert "2 × 3 = 6 products" in batches[1]
    shape = np.dot(np.ones((2, 1, 2, 3)), np.ones((3, 3, 2))).shape
    assert str(shape) in batches[2]


def test_what_does_not_fit_is_explained_in_words() -> None:
    (inner,) = told("(2, 3)", "(4, 5)")
    assert "A row of a has 3 cells (axis −1), a column of b has 4 (axis −2)" in inner
    (vectors,) = told("(3,)", "(4,)")
    assert vectors.startswith("a has 3 cells (axis −1), b has 4 (axis −1)")
    (batch,) = told("(2, 2, 2)", "(3, 2, 2)")
    assert "2 against 3 along batch" in batch
    (number,) = told("2", "(3,)")
    assert "a * b" in number


def test_numbers_and_what_is_too_large_are_not_drawn() -> None:
    number, large = ask("2", "(3,)"), ask("(10**9, 2)", "(2,)")
    assert isinstance(number, Mismatch)
    assert isinstance(large, TooLarge)
    assert apart(number).grids == ()
    assert apart(large).grids == ()
    assert not [note for note in notes(MatmulQuestion("2", "(3,)")) if note.startswith("FLOPs")]
    assert isinstance(rule(MatmulQuestion("2", "(3,)"), number), Note)


def test_a_sum_without_terms_is_drawn() -> None:
    product = ask("(2, 0)", "(0, 2)")
    assert isinstance(product, Product)
    drawn = picture(product)
    assert "a sum without terms" in str(drawn.formulas[0].pieces[-1])
    assert drawn.payload()["grids"][2]["cells"] == ["0"] * 4


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_the_table_of_sizes_has_a_cell_for_every_axis(preset: Preset[MatmulQuestion]) -> None:
    table = part(show(preset.question, explain(preset.question)), Sizes)
    assert table.result is not None
    for row in table.rows:
        assert len(row.cells) == len(table.columns) == len(table.result[1])
        dragged = [row.shape[cell.axis] for cell in row.cells if cell.axis is not None]
        assert dragged == (list(row.shape) if row.field else [])


def test_each_fix_puts_both_operands() -> None:
    question = MatmulQuestion("(2, 3)", "(2, 3)")
    first = part(show(question, explain(question)), Fixes).fixes[0]
    assert isinstance(explain(question.with_texts(first.puts)), Product)


def test_the_code_is_of_the_library_that_was_chosen_and_says_why_it_converts() -> None:
    alike = MatmulQuestion("(2, 3)", "(3,)", "PyTorch")
    mixed = MatmulQuestion("[[1.0, 2.0]]", "(2, 3)", "PyTorch")
    panels = [part(show(question, explain(question)), CodePanel) for question in (alike, mixed)]
    assert all("import torch" in panel.code for panel in panels)
    assert "one dtype" not in panels[0].note
    assert "a is float64 and b is int64, so both are made float64" in panels[1].note


def test_the_machine_can_be_measured_whatever_was_typed() -> None:
    for question in (MatmulQuestion(), MatmulQuestion("(2, 3)", "(2, 3)"), MatmulQuestion("(10**9, 2)", "(2,)")):
        assert part(show(question, explain(question)), Measure).what == "speed"
