"""What the lesson on matrix products shows of its outcomes."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from primer_core.claims.claim import Claim
from primer_core.claims.products import BatchesDiffer, CannotPair, DotKeepsAll, LentAnAxis, NoAxisToSum, Repeated
from primer_core.lessons.lesson import Preset
from primer_core.lessons.matmul.claims import claims_of
from primer_core.lessons.matmul.explain import Mismatch, Outcome, Product, TooLarge, explain
from primer_core.lessons.matmul.presets import PRESETS
from primer_core.lessons.matmul.question import MatmulQuestion
from primer_core.lessons.matmul.show import apart, picture, rule, show
from primer_core.picture.parts import CodePanel, Fixes, Measure, Note, Sizes
from primer_core.picture.text import plain
from tests.formulas import equation, formula_of, holds
from tests.lessons.parts import part, parts
from tests.profiles import examples


def ask(a: object, b: object) -> Outcome:
    return explain(MatmulQuestion(str(a), str(b)))


def said(a: str, b: str) -> tuple[Claim, ...]:
    question = MatmulQuestion(a, b)
    return claims_of(question, explain(question))


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


def test_vectors_batches_and_what_dot_would_do_are_told() -> None:
    assert LentAnAxis("b", 3, "column") in said("(2, 3)", "(3,)")
    assert LentAnAxis("a", 3, "row") in said("(3,)", "(3, 2)")
    batches = said("(2, 1, 2, 3)", "(3, 3, 2)")
    assert Repeated((2, 3), (("a", (-3,)), ("b", (-4,)))) in batches
    assert DotKeepsAll(np.dot(np.ones((2, 1, 2, 3)), np.ones((3, 3, 2))).shape) in batches


def test_why_there_is_no_product_is_told() -> None:
    assert said("(2, 3)", "(4, 5)")[0] == CannotPair(3, 4, (False, False))
    assert said("(3,)", "(4,)")[0] == CannotPair(3, 4, (True, True))
    assert said("(2, 2, 2)", "(3, 2, 2)")[0] == BatchesDiffer(((-3, 2, 3),))
    assert said("2", "(3,)")[0] == NoAxisToSum("a")


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
