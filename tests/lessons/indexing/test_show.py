from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from primer_core.backend import Library
from primer_core.language.spelling import shape_text
from primer_core.lessons.indexing.explain import THENS, Indexing, Then, explain_index
from primer_core.lessons.indexing.presets import DEFAULT, PRESETS
from primer_core.lessons.indexing.show import memory_note, read, story, whole, written
from primer_core.lessons.indexing.table import lines
from tests.formulas import equation, holds
from tests.lessons.indexing.index_questions import questions
from tests.profiles import examples


@examples(500)
@given(questions(), st.sampled_from(["NumPy", "PyTorch"]), st.integers(0, 10**6))
def test_the_formula_of_every_cell_is_an_equation_that_holds(
    question: tuple[np.ndarray, str], library: Library, chance: int
) -> None:
    array, text = question
    found = explain_index(shape_text(array.shape), text, library=library)
    assume(found.result is not None)
    picture = read(found)
    assert picture.payload()["grids"]
    assert story(found)
    assert found.result is not None
    assume(found.result.size)
    (formula,) = picture.formulas
    filled = equation(picture, formula, chance % found.result.size)
    if " where " in filled:
        before, _, after = filled.partition(" = a where (True) is True")
        filled = before + after
    assert holds(filled, a=array), filled


@examples(500)
@given(questions(), st.sampled_from(THENS[1:]), st.sampled_from(["100", "(2, 1)", "[7]"]), st.integers(0, 10**6))
def test_the_fate_of_every_cell_is_told_rightly(
    question: tuple[np.ndarray, str], then: Then, value: str, chance: int
) -> None:
    array, text = question
    found = explain_index(shape_text(array.shape), text, then, value)
    assume(found.changed is not None)
    assert found.changed is not None
    picture = written(found)
    assert picture.payload()["grids"]
    assert story(found)
    assume(array.size)
    for formula in picture.formulas:
        (grid,) = [grid for grid in picture.grids if grid.id == formula.target]
        if not grid.values.size:
            continue
        told = equation(picture, formula, chance % grid.values.size)
        if "stays" in told:
            before, after = told.split(" stays ")
            assert eval(before) == int(after)  # noqa: S307
        elif "→" in told:
            assert eval(told.split(" is ")[0]) == int(told.split("→ ")[1])  # noqa: S307
        else:
            assert holds(told.split(" (picked")[0], a=array), told


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_every_preset_can_be_drawn_and_told(preset: Any) -> None:
    found = explain_index(preset.array, preset.expression, preset.then, preset.value)
    if found.result is None:
        assert found.error
        assert whole(found).payload()["grids"][0]["selectable"]
        for draw in (read, written):
            with pytest.raises(ValueError, match="look at"):
                draw(found)
        assert lines(found) == ()
        return
    assert story(found)
    picture = (read if found.changed is None else written)(found).payload()
    (a,) = [grid for grid in picture["grids"] if grid["id"] == "a"]
    assert a["selectable"]
    assert len(a["marked"]) == np.count_nonzero(found.times)


def test_a_view_shares_its_light_and_a_copy_does_not() -> None:
    (link,) = [link for link in read(explain_index("(3, 4)", ":2, 1:3")).links if link.source == "a"]
    assert link.same
    (link,) = [link for link in read(explain_index("(3, 4)", "[0, 1]")).links if link.source == "a"]
    assert not link.same


def told(array: str, index: str, *more: Any) -> str:
    return " ".join(story(explain_index(array, index, *more)))


def test_the_story_names_what_decides() -> None:
    assert "is a **view**" in told("(3, 4)", ":2, 1:3")
    assert "were **copied**" in told("(3, 4)", "[0, 1]")
    assert "number that is no array" in told("(3, 4)", "1, 2")
    assert "[0], [2]" not in told("(3, 4)", "[[0], [2]], [1, 3]")
    assert "(2, 1) and (2,) are broadcast to (2, 2)" in told("(3, 4)", "[[0], [2]], [1, 3]")
    assert "neighbours: (2,) takes the place" in told("(3, 4)", "[0, 1], [2, 3]")
    assert "goes to the **front**" in told("(2, 3, 4)", "[0, 1], :, [0, 3]")
    assert "`a[0]` is picked 3 times, but added to **once**" in told("(4,)", "[0, 0, 0]", "Add in place", "1")
    assert "the last one stays" in told("(4,)", "[0, 0]", "Assign", "[1, 2]")
    assert "both changed" in told("(3, 4)", "0", "Add to b")
    assert "`a` is as it was" in told("(3, 4)", "[0]", "Add to b")
    assert "makes a new number" in told("(3, 4)", "0, 0", "Add to b")
    assert "4 cells of `a` itself were written. Reading" in told("(3, 4)", "[0]", "Assign")
    assert "1 cell of `a` itself was written" in told("(3, 4)", "0, 0", "Assign")


def test_the_note_says_what_was_copied() -> None:
    def note(*asked: Any) -> str:
        return memory_note(explain_index(*asked))

    assert note(DEFAULT.array, DEFAULT.expression) == (
        "0 bytes copied · b starts 8 bytes into the memory of a · strides (32, 8)"
    )
    assert note("(4, 3)", "np.arange(4), [0, 2, 0, 1]") == "4 elements gathered, 32 bytes copied"
    assert note("(3, 4)", "1, 2") == ""


def table(explained: Indexing) -> list[tuple[str, ...]]:
    return [(line.item, line.takes, line.picks, line.does, line.gives) for line in lines(explained)]


def test_the_table_says_what_each_item_does_to_its_axis() -> None:
    assert table(explain_index("(3, 4, 5)", "-1, None, ::-2")) == [
        ("-1", "axis 0 · 3", "−1 = 2", "drops the axis", "gone"),
        ("None", "none", "", "adds an axis of size 1", "axis 0 · 1"),
        ("::-2", "axis 1 · 4", "start 3, stop −1, step −2: 3, 1", "keeps the axis, 2 of 4", "axis 1 · 2"),
        ("( : ) not written", "axis 2 · 5", "all", "keeps the axis", "axis 2 · 5"),
    ]
    assert table(explain_index("(3, 4, 5)", "..., [[0], [9 - 5]]")) == [
        ("...", "axis 0 · 3", "all", "keeps the axis", "axis 0 · 3"),
        ("...", "axis 1 · 4", "all", "keeps the axis", "axis 1 · 4"),
        ("[[0], [9 - 5]]", "axis 2 · 5", "shape (2, 1): 0, 4", "picks place by place", "axis 2 · 2, axis 3 · 1"),
    ]
    assert table(explain_index("(3, 4)", "a > 10")) == [
        ("a > 10", "axis 0 · 3, axis 1 · 4", "2 of 12 are True", "picks where it is True", "axis 0 · 2"),
    ]
    assert table(explain_index("(40,)", "np.arange(20)"))[0][2] == "shape (20,): 0, 1, 2, 3, 4, 5, 6, 7, … 19"
