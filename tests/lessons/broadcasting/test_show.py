from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from primer_core.lessons.broadcasting.explain import OPERATIONS, explain_broadcast
from primer_core.lessons.broadcasting.presets import DEFAULT, PRESETS
from primer_core.lessons.broadcasting.show import (
    apart,
    backward,
    forward,
    memory_note,
    story,
    story_back,
    trap_warning,
)
from tests.formulas import equation, formula_of, holds
from tests.profiles import examples


@st.composite
def questions(draw: st.DrawFn) -> tuple[list[str], str]:
    whole = draw(st.lists(st.integers(1, 3), max_size=4))
    texts = []
    for _ in range(draw(st.integers(2, 3))):
        cut = whole[draw(st.integers(0, len(whole))) :]
        texts.append(str(tuple(draw(st.sampled_from([size, 1])) for size in cut)))
    return texts, draw(st.sampled_from(list(OPERATIONS)))


@examples(500)
@given(questions(), st.randoms())
def test_every_formula_is_an_equation_that_holds(question: tuple[list[str], str], chance: Any) -> None:
    explained = explain_broadcast(question[0], question[1], "counting")
    assume(explained.result is not None)
    for picture in (forward(explained), backward(explained)):
        picture.payload()
        for formula in picture.formulas:
            (grid,) = [grid for grid in picture.grids if grid.id == formula.target]
            filled = equation(picture, formula_of(picture, grid.id), chance.randrange(grid.values.size))
            assert holds(filled), filled


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_stretched_operands_are_drawn_twice_and_say_how_they_are_read(preset: Any) -> None:
    explained = explain_broadcast(preset.texts, preset.operation)
    if explained.result is None:
        with pytest.raises(ValueError, match="only operands that meet"):
            forward(explained)
        assert "neither is 1" in story(explained)[0]
        assert memory_note(explained) == ""
        return
    picture = forward(explained)
    short = [operand for operand in explained.operands if operand.shape != explained.shape]
    assert len(picture.rows[0].items) == len(short)
    assert len(story(explained)) == len(short)
    assert len(story_back(explained)) == len(explained.operands)


def test_what_is_too_large_to_compute_is_told_by_the_same_rule() -> None:
    explained = explain_broadcast(("(1000, 1000)", "(1000,)"), "+")
    assert explained.result is None
    assert story(explained) == (
        "`b` has no axis −2: NumPy takes (1000,) for (1, 1000). It is read 1000 times along axis −2, with a stride of "
        "0: the dashed cells are never allocated.",
    )


def test_the_story_of_a_vector_names_its_axis_its_stride_and_what_was_not_copied() -> None:
    explained = explain_broadcast(DEFAULT.texts, DEFAULT.operation)
    assert story(explained) == (
        "`b` has no axis −2: NumPy takes (3,) for (1, 3). It is read 4 times along axis −2, with a stride of 0: "
        "the dashed cells are never allocated.",
    )
    assert memory_note(explained) == "72 bytes were not copied · strides as read: b (0, 8)"
    assert "read 4 times" in story_back(explained)[1]


def test_a_trap_is_warned_of_with_both_losses() -> None:
    warned = trap_warning(explain_broadcast(["[[1], [2], [3], [4]]", "[1, 2, 3, 4]"], "subtract"))
    assert "4 × 4 cells" in warned
    assert "this grid is 2.5; of the 4 pairs it is 0." in warned
    assert trap_warning(explain_broadcast(["(4, 1)", "(3,)"])) == ""


def test_equal_shapes_stretch_nothing() -> None:
    explained = explain_broadcast(["(2, 2)", "(2, 2)"])
    assert story(explained)[0].startswith("The shapes are equal")
    assert memory_note(explained) == ""
    assert len(forward(explained).rows) == 1


def test_arrays_without_cells_can_be_drawn() -> None:
    explained = explain_broadcast(["(0, 3)", "(3,)"])
    for picture in (forward(explained), backward(explained)):
        assert picture.payload()["grids"]


def test_operands_that_clash_are_drawn_apart_with_the_axes_marked_that_do() -> None:
    drawn = apart(explain_broadcast(["(4, 3, 1)", "(2, 5)"]))
    assert [grid.values.shape for grid in drawn.grids] == [(4, 3, 1), (2, 5)]
    assert [grid.marked_axes for grid in drawn.grids] == [(1,), (0,)]
    assert drawn.payload()["grids"]


def test_an_operand_that_says_little_of_a_clash_is_not_marked() -> None:
    drawn = apart(explain_broadcast(["(4, 1)", "(3, 2)", "(5,)"]))
    assert [grid.marked_axes for grid in drawn.grids] == [(0,), (0, 1), (0,)]
    assert apart(explain_broadcast(["(10**9,)", "(3,)"])).grids == ()
    assert apart(explain_broadcast(["nonsense", "(3,)"])).grids == ()
