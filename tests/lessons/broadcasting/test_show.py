"""What the broadcasting lesson shows of its outcomes."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from primer_core.claims.gradients import SummedBack
from primer_core.claims.stretching import EveryPair, MeetInPlace, ReadStretched, Saved
from primer_core.lessons.broadcasting import claims
from primer_core.lessons.broadcasting.explain import OPERATIONS, Broadcast, Clash, NotStored, Outcome, TooLarge, explain
from primer_core.lessons.broadcasting.presets import PRESETS
from primer_core.lessons.broadcasting.question import BroadcastingQuestion, OperationName
from primer_core.lessons.broadcasting.show import apart, backward, forward, show
from primer_core.lessons.lesson import Preset
from primer_core.picture.parts import Fixes, Sizes
from tests.formulas import equation, formula_of, holds
from tests.lessons.parts import part, parts
from tests.profiles import examples


def ask(a: str, b: str, op: OperationName = "add") -> Outcome:
    return explain(BroadcastingQuestion(a=a, op=op, b=b))


@st.composite
def questions(draw: st.DrawFn) -> BroadcastingQuestion:
    whole = draw(st.lists(st.integers(1, 3), max_size=4))
    texts = ["", "", ""]
    for place in range(draw(st.integers(2, 3))):
        cut = whole[draw(st.integers(0, len(whole))) :]
        texts[place] = str(tuple(draw(st.sampled_from([size, 1])) for size in cut))
    a, b, c = texts
    return BroadcastingQuestion(a=a, op=draw(st.sampled_from(list(OPERATIONS))), b=b, c=c, of="1, 2, 3, …")


@examples(500)
@given(questions(), st.randoms())
def test_every_formula_is_an_equation_that_holds(question: BroadcastingQuestion, chance: Any) -> None:
    explained = explain(question)
    if not isinstance(explained, Broadcast):
        reject()
    for picture in (forward(explained), backward(explained)):
        picture.payload()
        for formula in picture.formulas:
            (grid,) = [grid for grid in picture.grids if grid.id == formula.target]
            filled = equation(picture, formula_of(picture, grid.id), chance.randrange(grid.values.size))
            assert holds(filled), filled


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_stretched_operands_are_drawn_twice_and_say_how_they_are_read(preset: Preset[BroadcastingQuestion]) -> None:
    explained = explain(preset.question)
    if isinstance(explained, Clash | NotStored):
        assert parts(show(preset.question, explained), Fixes)
        return
    assert isinstance(explained, Broadcast)
    picture = forward(explained)
    short = [operand for operand in explained.operands if operand.shape != explained.shape]
    assert len(picture.rows[0].items) == len(short)
    assert sum(isinstance(claim, ReadStretched) for claim in claims.forward(explained)) == len(short)
    assert len(claims.backward(explained)) == len(explained.operands)


def test_what_is_too_large_to_compute_is_told_by_the_same_rule() -> None:
    explained = ask("(1000, 1000)", "(1000,)")
    assert isinstance(explained, TooLarge)
    assert claims.forward(explained) == (ReadStretched("b", (1000,), (-2,), ((-2, 1000),)),)


def test_a_vector_is_said_to_be_read_with_a_stride_of_zero_and_what_that_saves() -> None:
    explained = explain(BroadcastingQuestion())
    assert isinstance(explained, Broadcast)
    assert claims.forward(explained) == (ReadStretched("b", (3,), (-2,), ((-2, 4),)),)
    assert claims.saved(explained) == (Saved(72, (("b", (0, 8)),)),)
    assert claims.backward(explained)[1] == SummedBack("b", (3,), 4, (0,))


def test_a_trap_is_warned_of_and_only_a_difference_has_losses() -> None:
    column, row = "[[1], [2], [3], [4]]", "[1, 2, 3, 4]"
    subtracted, added = ask(column, row, "subtract"), ask(column, row, "add")
    assert isinstance(subtracted, Broadcast)
    assert isinstance(added, Broadcast)
    assert claims.warnings(subtracted) == (EveryPair("b", "a", 4, (2.5, 0.0)),)
    assert claims.warnings(added) == (EveryPair("b", "a", 4, None),)


def test_equal_shapes_stretch_nothing() -> None:
    explained = ask("(2, 2)", "(2, 2)")
    assert isinstance(explained, Broadcast)
    assert claims.forward(explained) == (MeetInPlace((2, 2)),)
    assert claims.saved(explained) == ()
    assert len(forward(explained).rows) == 1


def test_arrays_without_cells_can_be_drawn() -> None:
    explained = ask("(0, 3)", "(3,)")
    assert isinstance(explained, Broadcast)
    for picture in (forward(explained), backward(explained)):
        assert picture.payload()["grids"]


def clash(a: str, b: str, c: str = "") -> Clash:
    found = explain(BroadcastingQuestion(a=a, b=b, c=c))
    assert isinstance(found, Clash)
    return found


def test_operands_that_clash_are_drawn_apart_with_the_axes_marked_that_do() -> None:
    drawn = apart(clash("(4, 3, 1)", "(2, 5)"))
    assert [grid.values.shape for grid in drawn.grids] == [(4, 3, 1), (2, 5)]
    assert [grid.marked_axes for grid in drawn.grids] == [(1,), (0,)]
    assert drawn.payload()["grids"]


def test_an_operand_that_says_little_of_a_clash_is_not_marked() -> None:
    drawn = apart(clash("(4, 1)", "(3, 2)", "(5,)"))
    assert [grid.marked_axes for grid in drawn.grids] == [(0,), (0, 1), (0,)]
    assert apart(clash("(10**9,)", "(3,)")).grids == ()


@examples(200)
@given(questions())
def test_the_table_of_sizes_has_a_cell_for_every_axis(question: BroadcastingQuestion) -> None:
    table = part(show(question, explain(question)), Sizes)
    assert len(table.rows) == len(question.operands)
    assert table.result is not None
    for row in table.rows:
        assert len(row.cells) == len(table.columns) == len(table.result[1])
        dragged = [row.shape[cell.axis] for cell in row.cells if cell.axis is not None]
        assert dragged == list(row.shape)


def test_what_is_made_of_another_operand_has_no_sizes_to_drag() -> None:
    question = replace(BroadcastingQuestion(), a="(3, 4)", op="subtract", b="a.mean(1, keepdims=True)")
    first, second = part(show(question, explain(question)), Sizes).rows
    assert first.field == "a"
    assert not second.field
    assert all(cell.axis is None and not cell.adds and not cell.drops for cell in second.cells)
