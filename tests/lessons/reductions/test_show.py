from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from primer_core.lessons.reductions.explain import BACK, OPERATIONS, Operation, explain_reduction
from primer_core.lessons.reductions.presets import DEFAULT, PRESETS
from primer_core.lessons.reductions.show import brought_back, reduced, story, story_back, whole
from tests.formulas import equation, holds
from tests.profiles import examples


@st.composite
def arrays(draw: st.DrawFn, smallest: int = 1) -> np.ndarray:
    shape = tuple(draw(st.lists(st.integers(smallest, 3), min_size=1, max_size=4)))
    size = int(np.prod(shape))
    return np.array(draw(st.lists(st.integers(0, 3), min_size=size, max_size=size))).reshape(shape)


@examples(500)
@given(arrays(), st.sampled_from(OPERATIONS), st.data())
def test_the_formula_of_every_cell_is_an_equation_that_holds(
    array: np.ndarray, operation: Operation, data: st.DataObject
) -> None:
    axis = data.draw(st.one_of(st.none(), st.integers(-array.ndim, array.ndim - 1)))
    keepdims = data.draw(st.booleans())
    found = explain_reduction(str(array.tolist()), operation, str(axis), keepdims=keepdims)
    assert found.result is not None
    picture = reduced(found)
    assert picture.payload()["grids"]
    assert story(found)
    for formula in picture.formulas:
        (grid,) = [grid for grid in picture.grids if grid.id == formula.target]
        flat = data.draw(st.integers(0, grid.values.size - 1))
        told = equation(picture, formula, flat)
        if operation == "argmax":
            group, _, place = told.split(": the largest of ")[1].partition(" is ")
            assert eval(group)[int(place.rpartition("(")[2].rstrip(")"))] == max(eval(group))  # noqa: S307
            assert eval(group).index(max(eval(group))) == int(place.rpartition("(")[2].rstrip(")"))  # noqa: S307
        else:
            assert holds(told), told


@examples(500)
@given(arrays(), st.sampled_from(list(BACK)), st.booleans(), st.data())
def test_what_is_brought_back_is_spelled_rightly(
    array: np.ndarray, operation: Operation, keepdims: bool, data: st.DataObject
) -> None:
    axis = data.draw(st.one_of(st.none(), st.integers(-array.ndim, array.ndim - 1)))
    found = explain_reduction(str(array.tolist()), operation, str(axis), keepdims=keepdims)
    picture = brought_back(found)
    assert picture.payload()["grids"]
    assert story_back(found)
    assume(found.back is not None and found.back.result is not None)
    (formula,) = [formula for formula in picture.formulas if formula.target == "d"]
    assert found.back is not None
    assert found.back.result is not None
    told = equation(picture, formula, data.draw(st.integers(0, found.back.result.size - 1)))
    assert holds(told), told


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_every_preset_can_be_drawn_and_told(preset: Any) -> None:
    found = explain_reduction(preset.array, preset.operation, preset.axis, keepdims=preset.keepdims)
    if found.result is None:
        assert whole(found).payload()["grids"]
        with pytest.raises(ValueError, match="look at"):
            reduced(found)
        return
    assert story(found)
    drawn = {grid["id"]: grid for grid in reduced(found).payload()["grids"]}
    assert [axis["marked"] for axis in drawn["a"]["axes"]] == [
        axis in found.axes for axis in range(len(drawn["a"]["axes"]))
    ]
    assert drawn["s"]["ndim"] == found.result.ndim
    if found.back is None:
        with pytest.raises(ValueError, match="not brought back"):
            brought_back(found)


@pytest.mark.parametrize("shape", ["(0, 3)", "(2, 0)", "5", "()"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_arrays_with_few_cells_or_none_can_be_drawn(shape: str, operation: Operation) -> None:
    for axis in ("None", "0"):
        found = explain_reduction(shape, operation, axis)
        if found.result is not None:
            assert reduced(found).payload()["grids"]
            assert story(found)
            if found.back is not None:
                assert brought_back(found).payload()["grids"]


def told(array: str, operation: Operation, axis: str = "None", **more: Any) -> str:
    return " ".join(story(explain_reduction(array, operation, axis, **more)))


def test_the_story_says_which_axis_goes_and_what_is_left() -> None:
    assert story(explain_reduction(DEFAULT.array, "sum", "0")) == (
        "Axis 0 (size 2) disappears: (2, 2) becomes (2,), 1-D. Each result is made of 2 cells.",
    )
    assert "Axis 1 (size 3) keeps size 1: (2, 3) becomes (2, 1), 2-D" in told("(2, 3)", "sum", "1", keepdims=True)
    assert "Axis 0 (size 2) and axis 1 (size 3) disappear: (2, 3) becomes a number" in told("(2, 3)", "sum")
    assert "Axis −1 is counted from the end: here it is axis 1." in told("(2, 3)", "sum", "-1")
    assert "No axis is reduced" in told("(2, 3)", "sum", "()")
    assert "along axis 1 (size 3) the cells sum to 1" in told("(2, 3)", "softmax", "1")
    assert "the **first** wins" in told("[1, 1]", "argmax")
    assert "the **first** wins" not in told("[1, 2]", "argmax")
    assert "row by row" in told("(2, 3)", "argmax")
    assert "by n = 5 (`ddof=0`), PyTorch by n − 1 = 4" in told("(5,)", "std")
    assert "Every number but 0" in told("(5,)", "any")
    assert "amax" in told("(5,)", "max", library="PyTorch")


def test_the_story_of_bringing_back_tells_a_fit_from_an_accident() -> None:
    def back(array: str, **more: Any) -> str:
        return " ".join(story_back(explain_reduction(array, "mean", "1", **more)))

    assert "(3, 1) is stretched back to (3, 4)" in back("(3, 4)", keepdims=True)
    assert "the sizes differ" in back("(3, 4)")
    assert "**No error, but the wrong cells meet.**" in back("(3, 3)")
