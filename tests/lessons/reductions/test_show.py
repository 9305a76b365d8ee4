"""What the reductions lesson shows of its outcomes."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from primer_core.backend.interface import ReductionName as Operation
from primer_core.claims.choosing import CountedThroughAll, CountsAsTrue, FirstWins, ValuesAlone
from primer_core.claims.claim import Claim
from primer_core.claims.reducing import (
    AxesDisappear,
    AxesKeepSizeOne,
    CountedFromEnd,
    MadeOf,
    MeetsItsOwn,
    NoLongerFits,
    NothingReduced,
    SharesOfOne,
    WrongCellsMeet,
)
from primer_core.claims.totals import TwoDivisors
from primer_core.claims.unreduced import NotOfDtype
from primer_core.lessons.lesson import Preset
from primer_core.lessons.reductions import claims
from primer_core.lessons.reductions.explain import BackMet, NotReduced, Reduced, explain
from primer_core.lessons.reductions.presets import PRESETS
from primer_core.lessons.reductions.question import BACK, OPERATIONS, ReductionsQuestion
from primer_core.lessons.reductions.show import brought_back, reduced, show, whole
from primer_core.picture.parts import Control, Controls, Fixes, Notice, Page, Sizes
from primer_core.picture.payload import page_payload
from primer_core.picture.text import plain
from tests.formulas import equation, holds
from tests.lessons.parts import part, parts
from tests.profiles import examples

pytestmark = pytest.mark.filterwarnings("ignore")
"""What the libraries warn of is caught by the process that evaluates."""


def taken(array: str, operation: Operation = "sum", axis: str = "None", **more: Any) -> Reduced:
    found = explain(ReductionsQuestion(array, operation, axis, **more))
    assert isinstance(found, Reduced)
    return found


def page(question: ReductionsQuestion) -> Page:
    return show(question, explain(question))


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
    found = taken(str(array.tolist()), operation, str(axis), keepdims=keepdims)
    picture = reduced(found)
    assert picture.payload()["grids"]
    assert claims.story(found)
    for formula in picture.formulas:
        (grid,) = [grid for grid in picture.grids if grid.id == formula.target]
        flat = data.draw(st.integers(0, grid.values.size - 1))
        told = equation(picture, formula, flat)
        if operation in ("argmax", "argmin"):
            best = max if operation == "argmax" else min
            group, _, place = told.split("est of ")[1].partition(" is ")
            assert eval(group).index(best(eval(group))) == int(place.rpartition("(")[2].rstrip(")"))
        elif not told.partition(" = ")[2].startswith("the lower"):
            assert holds(told), told


@examples(500)
@given(arrays(), st.sampled_from(list(BACK)), st.booleans(), st.data())
def test_what_is_brought_back_is_spelled_rightly(
    array: np.ndarray, operation: Operation, keepdims: bool, data: st.DataObject
) -> None:
    axis = data.draw(st.one_of(st.none(), st.integers(-array.ndim, array.ndim - 1)))
    found = taken(str(array.tolist()), operation, str(axis), keepdims=keepdims)
    assert found.back is not None
    picture = brought_back(found, found.back)
    assert picture.payload()["grids"]
    assert claims.story_back(found, found.back)
    if not isinstance(found.back, BackMet):
        reject()
    (formula,) = [formula for formula in picture.formulas if formula.target == "d"]
    told = equation(picture, formula, data.draw(st.integers(0, found.back.result.size - 1)))
    assert holds(told), told


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_every_preset_can_be_drawn_and_told(preset: Preset[ReductionsQuestion]) -> None:
    found = explain(preset.question)
    if isinstance(found, NotReduced):
        assert whole(found).payload()["grids"]
        assert parts(page(preset.question), Fixes)
        return
    assert isinstance(found, Reduced)
    assert claims.story(found)
    drawn = {grid["id"]: grid for grid in reduced(found).payload()["grids"]}
    assert [axis["marked"] for axis in drawn["a"]["axes"]] == [
        axis in found.axes for axis in range(len(drawn["a"]["axes"]))
    ]
    assert drawn["s"]["ndim"] == found.result.ndim


@pytest.mark.parametrize("shape", ["(0, 3)", "(2, 0)", "5", "()"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_arrays_with_few_cells_or_none_can_be_drawn(shape: str, operation: Operation) -> None:
    for axis in ("None", "0"):
        found = explain(ReductionsQuestion(shape, operation, axis))
        if isinstance(found, Reduced):
            assert reduced(found).payload()["grids"]
            assert claims.story(found) or not found.result.size
            if found.back is not None:
                assert brought_back(found, found.back).payload()["grids"]


def said(array: str, operation: Operation, axis: str = "None", **more: Any) -> tuple[Claim, ...]:
    return claims.story(taken(array, operation, axis, **more))


def test_the_story_says_which_axis_goes_and_what_is_left() -> None:
    assert said("(2, 2)", "sum", "0") == (
        AxesDisappear(((0, 2),), (2, 2), (2,)),
        MadeOf(2, (0,), ((0, 0), (1, 0))),
    )
    assert AxesKeepSizeOne(((1, 3),), (2, 3), (2, 1)) in said("(2, 3)", "sum", "1", keepdims=True)
    assert AxesDisappear(((0, 2), (1, 3)), (2, 3), ()) in said("(2, 3)", "sum")
    assert CountedFromEnd(-1, 1) in said("(2, 3)", "sum", "-1")
    assert said("(2, 3)", "sum", "()") == (NothingReduced((2, 3)),)
    assert SharesOfOne(((1, 3),), (2, 3)) in said("(2, 3)", "softmax", "1")
    assert FirstWins("argmax", (), 2, 0) in said("[1, 1]", "argmax")
    assert not [claim for claim in said("[1, 2]", "argmax") if isinstance(claim, FirstWins)]
    assert CountedThroughAll(5, (1, 2), "np.unravel_index(s, a.shape)") in said("(2, 3)", "argmax")
    assert [claim.n for claim in said("(5,)", "std") if isinstance(claim, TwoDivisors)] == [5]
    assert CountsAsTrue(5, 5) in said("(5,)", "any")
    assert ValuesAlone("a.max(dim=0)", "a.amax(dim=0)") in said("(5,)", "max", "0", library="PyTorch")


def test_the_story_of_bringing_back_tells_a_fit_from_an_accident() -> None:
    def back(array: str, **more: Any) -> tuple[Claim, ...]:
        found = taken(array, "mean", "1", **more)
        assert found.back is not None
        return (*claims.accidents(found, found.back), *claims.story_back(found, found.back))

    assert MeetsItsOwn((3, 1), (3, 4)) in back("(3, 4)", keepdims=True)
    assert NoLongerFits((3,), (3, 4), -1, (4, 3)) in back("(3, 4)")
    assert WrongCellsMeet((3,), (3, 3), (0, 1), (0,), (1,)) in back("(3, 3)")
    assert [claim.small for claim in back("(3, 3, 3)") if isinstance(claim, WrongCellsMeet)] == [(3, 3)]


def test_what_cannot_be_subtracted_is_not_mended_by_keepdims() -> None:
    found = taken("[[True, False], [True, True]]", "max", "1")
    assert found.back is not None
    assert NotOfDtype("NumPy", "a - s", "bool") in claims.story_back(found, found.back)
    assert not claims.fits_with_size_one(found, found.back)


@pytest.mark.parametrize(("array", "tone"), [("(3, 4)", "declined"), ("(3, 3)", "warning")])
def test_what_does_not_fit_back_is_mended_by_keepdims(array: str, tone: str) -> None:
    question = ReductionsQuestion(array, "mean", "1", view="Bring it back")
    assert part(page(question), Notice).tone == tone
    (fix,) = part(page(question), Fixes).fixes
    mended = question.with_texts(fix.puts)
    assert mended.keepdims
    assert not parts(page(mended), Notice)


def test_what_cannot_be_brought_back_is_reduced_whatever_the_view() -> None:
    question = ReductionsQuestion("(3, 4)", "any", "1", view="Bring it back")
    assert page_payload(page(question)) == page_payload(page(replace(question, view="Reduce")))
    assert "view" not in {control.field for row in parts(page(question), Controls) for control in row.controls}


def controls(question: ReductionsQuestion) -> list[Control]:
    return [control for row in parts(page(question), Controls) for control in row.controls]


def test_the_axes_that_the_array_has_are_offered_while_the_axis_cannot_be_read() -> None:
    for axis in ("1", "rows", "7"):
        (offered,) = [
            c for c in controls(ReductionsQuestion("(2, 3)", axis=axis)) if c.look == "segments" and c.field == "axis"
        ]
        assert [value for value, _ in offered.options] == ["None", "0", "1", "-1", "(0, 1)"]
    (typed,) = [
        c for c in controls(ReductionsQuestion("(2, 3)", axis="rows")) if c.look == "text" and c.field == "axis"
    ]
    assert "“rows” is no axis" in plain(typed.problem)
    assert not [c for c in controls(ReductionsQuestion("nonsense")) if c.look == "segments" and c.field == "axis"]


@pytest.mark.parametrize(("axis", "lit"), [("", "None"), ("dim=1", "1"), ("(0,1)", "(0, 1)"), ("-1", "-1"), ("x", "")])
def test_an_axis_is_lit_in_whatever_spelling_it_was_typed(axis: str, lit: str) -> None:
    asked = controls(ReductionsQuestion("(2, 3)", axis=axis))
    assert [control.value for control in asked if control.field == "axis"] == [axis, lit]


def test_only_std_has_a_divisor_and_softmax_says_that_it_keeps_its_axes() -> None:
    assert "divisor" in {control.field for control in controls(ReductionsQuestion("(5,)", "std"))}
    assert "divisor" not in {control.field for control in controls(ReductionsQuestion("(5,)"))}
    (keepdims,) = [c for c in controls(ReductionsQuestion("(5,)", "softmax", keepdims=True)) if c.field == "keepdims"]
    assert keepdims.disabled


def test_the_captions_of_std_name_the_library_whose_default_they_are() -> None:
    for library, word in (("NumPy", "ddof"), ("PyTorch", "correction")):
        found = taken("[1.0, 2.0]", "std", library=library)
        captions = {grid.id: grid.caption for grid in reduced(found).grids}
        assert captions["s"] == f"{word}=0, NumPy's default"
        assert captions["t"] == f"{word}=1, PyTorch's default"


@pytest.mark.parametrize(
    ("keepdims", "operation", "result"),
    [
        (False, "sum", ("2", "–")),
        (True, "sum", ("2", "1")),
        (True, "softmax", ("2", "3")),
        (False, "any", ("2", "–")),
    ],
)
def test_the_table_says_what_becomes_of_each_axis(
    keepdims: bool, operation: Operation, result: tuple[str, str]
) -> None:
    table = part(page(ReductionsQuestion("(2, 3)", operation, "1", keepdims=keepdims)), Sizes)
    assert table.result is not None
    assert tuple(cell.text for cell in table.result[1]) == result
    assert [cell.axis for cell in table.rows[0].cells] == [0, 1]
