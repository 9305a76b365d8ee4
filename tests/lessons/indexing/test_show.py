import numpy as np
import pytest
import torch
from hypothesis import given, reject
from hypothesis import strategies as st

from primer_core.backend import LIBRARIES, Library
from primer_core.claims.claim import Claim
from primer_core.claims.layout import NothingToShare
from primer_core.claims.picking import (
    CopiedBytes,
    Gathered,
    IndicesDiffer,
    JointAxes,
    LiesAt,
    NumberDropsAxis,
    OnlyStrides,
    ReadTogether,
    TakenOut,
    TooManyItems,
    TupleOfLists,
)
from primer_core.claims.writing import (
    AddedOnce,
    AddedToRead,
    ExceedsDtype,
    FractionsCut,
    LastStays,
    NotConverted,
    ValueMisfit,
    WrittenItself,
)
from primer_core.lessons.event import Click
from primer_core.lessons.indexing import claims
from primer_core.lessons.indexing.clicks import CLICKABLE, react
from primer_core.lessons.indexing.explain import IndexDeclined, NotWritten, Picked, Read, Written, explain
from primer_core.lessons.indexing.pictures import read, whole, written
from primer_core.lessons.indexing.presets import PRESETS
from primer_core.lessons.indexing.question import THENS, IndexingQuestion, Then
from primer_core.lessons.indexing.show import show
from primer_core.lessons.indexing.table import table
from primer_core.lessons.lesson import Preset
from primer_core.picture.grid import Picture
from primer_core.picture.parts import CodePanel, Controls, Fixes, Note, Notice, Sizes, Story, Table
from primer_core.picture.text import plain
from tests.formulas import equation, holds
from tests.lessons.indexing.index_questions import ask, ask_of, picked_by, questions, sure
from tests.lessons.parts import part, parts
from tests.profiles import examples

INDEXED = [preset for preset in PRESETS if not preset.question.expression]


def picked(array: str, index: str, then: Then = "Read", value: str = "100", library: Library = "NumPy") -> Picked:
    found = picked_by(ask(array, index, then, value, library))
    assert found is not None
    return found


def told(
    array: str, index: str, then: Then = "Read", value: str = "100", library: Library = "NumPy"
) -> tuple[Claim, ...]:
    question = IndexingQuestion(array, index, then, value, library)
    outcome = explain(question)
    assert isinstance(outcome, Read | Written)
    return claims.told(outcome, question)


@examples(500)
@given(questions(), st.sampled_from(LIBRARIES), st.integers(0, 10**6))
def test_the_formula_of_every_cell_is_an_equation_that_holds(
    question: tuple[np.ndarray, str], library: Library, chance: int
) -> None:
    array, text = question
    outcome = ask_of(array, text, library=library)
    if not isinstance(outcome, Read):
        reject()
    picture = read(outcome.picked)
    assert picture.payload()["grids"]
    if not outcome.picked.result.size:
        reject()
    (formula,) = picture.formulas
    filled = equation(picture, formula, chance % outcome.picked.result.size)
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
    outcome = ask_of(array, text, then, value)
    if not isinstance(outcome, Written):
        reject()
    picture = written(outcome, then)
    assert picture.payload()["grids"]
    if not array.size:
        reject()
    for formula in picture.formulas:
        (grid,) = [grid for grid in picture.grids if grid.id == formula.target]
        if not grid.values.size:
            continue
        fate = equation(picture, formula, chance % grid.values.size)
        if "stays" in fate:
            before, after = fate.split(" stays ")
            assert eval(before) == int(after)
        elif "→" in fate:
            assert eval(fate.split(" is ")[0]) == int(fate.split("→ ")[1])
        else:
            assert holds(fate.split(" (picked")[0], a=array), fate


@pytest.mark.parametrize("preset", INDEXED, ids=lambda preset: preset.title)
def test_every_preset_shows_its_array_to_be_clicked(preset: Preset[IndexingQuestion]) -> None:
    outcome = explain(preset.question)
    page = show(preset.question, outcome)
    a = part(page, Picture).payload()["grids"][0]
    assert (a["id"], a["selectable"]) == ("a", True)
    found = picked_by(outcome)
    assert len(a.get("marked", ())) == (0 if found is None else np.count_nonzero(found.times))
    assert len(parts(page, Table)) == (found is not None)
    assert len(parts(page, Notice)) == len(parts(page, Fixes)) == isinstance(outcome, IndexDeclined)
    assert plain(part(page, Story).paragraphs[0])


def test_a_view_shares_its_light_and_a_copy_does_not() -> None:
    (link,) = [link for link in read(picked("(3, 4)", ":2, 1:3")).links if link.source == "a"]
    assert link.same
    (link,) = [link for link in read(picked("(3, 4)", "[0, 1]")).links if link.source == "a"]
    assert not link.same


def test_the_array_after_a_change_is_clicked_like_the_one_before() -> None:
    for then in THENS[1:]:
        grids = written(sure(ask("(3, 4)", ":2, 1:3", then), Written), then).grids
        assert {grid.id for grid in grids if grid.selectable} == set(CLICKABLE)


def test_the_story_names_what_decides() -> None:
    assert told("(3, 4)", ":2, 1:3") == (OnlyStrides(":2, 1:3", "b", "a"),)
    assert told("(3, 4)", "[0, 1]") == (Gathered("[0, 1]", "b", "a", ("a list of places",)),)
    assert told("(3, 4)", "1, 2") == (TakenOut("b", "a", "1:2, 2:3", (1, 1)),)
    assert told("(3, 4)", "[[0], [2]], [1, 3]")[1:] == (
        ReadTogether("b", ((2, 1), (2,)), (2, 2)),
        JointAxes("b", (2, 2), 0, apart=False),
    )
    assert JointAxes("b", (2,), 0, apart=True) in told("(2, 3, 4)", "[0, 1], :, [0, 3]")
    once = AddedOnce((0,), 3, promised=True, library="NumPy", every="np.add.at(a, i, v)")
    assert once in told("(4,)", "[0, 0, 0]", "Add in place", "1")
    assert LastStays((0,), 2, promised=True, library="NumPy") in told("(4,)", "[0, 0]", "Assign", "[1, 2]")
    assert AddedToRead("view", 4) in told("(3, 4)", "0", "Add to b")
    assert AddedToRead("view", 0) in told("(3, 4)", "0", "Add to b", "0")
    assert AddedToRead("copy", 0) in told("(3, 4)", "[0]", "Add to b")
    assert AddedToRead("number", 0) in told("(3, 4)", "0, 0", "Add to b")
    assert AddedToRead("number", 0, (2,)) in told("(3, 4)", "0, 0", "Add to b", "[1, 2]")
    assert told("(3, 4)", "[0]", "Assign") == (WrittenItself(4, "copy", adds=False),)
    assert told("(3, 4)", "0, 0", "Assign") == (WrittenItself(1, "number", adds=False),)


def test_what_is_cut_off_is_told_where_no_error_tells_it() -> None:
    assert FractionsCut("a", "int64", 1) in told("[4, 5, 6]", "0", "Add in place", "0.5")
    assert FractionsCut("a", "int64", 2) in told("[4, 5, 6]", "1:", "Assign", "2.9")
    assert not any(isinstance(claim, FractionsCut) for claim in told("[4, 5, 6]", "1:", "Assign", "2.0"))
    too_large = sure(ask("np.array([1, 2], dtype=np.uint8)", "0", "Assign", "300"), NotWritten)
    assert claims.why_not_written(too_large, "Assign") == ExceedsDtype(300, "uint8", 0, 255)


def test_a_list_is_named_in_the_place_of_a_number_where_that_moves_no_axis() -> None:
    assert NumberDropsAxis(":, 0", 0, 1, ":, 0:1", ":, [0]", (3, 1)) in told("(3, 4)", ":, 0")
    apart = next(claim for claim in told("(2, 3, 4, 5)", ":, 0, :, 1") if isinstance(claim, NumberDropsAxis))
    a = np.zeros((2, 3, 4, 5))
    assert a[:, [0], :, 1].shape != a[:, 0:1, :, 1].shape == apart.shape
    assert apart.listed == ""


def test_one_index_array_is_read_together_with_no_other() -> None:
    for index in ("[[0, 1], [1, 0]]", "np.array(1)", "0, [[0], [1]]"):
        assert not any(isinstance(claim, ReadTogether) for claim in told("(3, 4, 5)", index))


def test_a_nested_list_is_said_to_be_a_tuple_where_pytorch_takes_it_for_one() -> None:
    nested = "[[0, 1], [1, 0]]"
    said = TupleOfLists(nested, "[0, 1], [1, 0]", even=True)
    assert said in told("(3, 4)", nested, library="PyTorch")
    assert said not in told("(3, 4)", nested)
    assert said not in told("(3, 4)", f"{nested},", library="PyTorch")
    declined = sure(ask("[10, 20, 30]", nested, library="PyTorch"), IndexDeclined)
    assert claims.faults(declined) == (said, TooManyItems(1, 2))


def test_a_tensor_is_added_to_every_time_by_a_method_that_tensors_have() -> None:
    every = "a.index_put_((i,), v, accumulate=True)"
    by_tensor = told("(4,)", "[0, 0, 0, 2]", "Add in place", "1", "PyTorch")
    assert AddedOnce((0,), 3, promised=False, library="PyTorch", every=every) in by_tensor
    a, i, v = torch.arange(1, 5), torch.tensor([0, 0, 0, 2]), torch.tensor(1)
    eval(every, {"a": a, "i": i, "v": v})
    assert a.tolist() == [4, 2, 4, 4]


def test_index_arrays_meet_before_a_number_in_them_is_looked_at() -> None:
    with pytest.raises(IndexError, match="broadcast"):
        np.zeros((3, 4))[[0, 1, 2], [0, 9]]
    declined = sure(ask("(3, 4)", "[0, 1, 2], [0, 9]"), IndexDeclined)
    assert declined.fault == IndicesDiffer(((3,), (2,)))


def test_what_was_not_written_is_explained_and_no_success_is_told() -> None:
    question = IndexingQuestion("[0., 0., 0., 0.]", "[0, 0, 0, 3]", "Assign", "[1, 2, 3, 4]", "PyTorch")
    outcome = sure(explain(question), NotWritten)
    page = show(question, outcome)
    assert claims.why_not_written(outcome, "Assign") == NotConverted("float64", "int64", adds=False)
    assert len(part(page, Story).paragraphs) == 1
    assert part(page, Story).note == ()
    assert plain(part(page, Notice).paragraphs[0]) == outcome.error
    misfit = sure(ask("(4,)", ":", "Assign", "[1, 2]"), NotWritten)
    assert claims.why_not_written(misfit, "Assign") == ValueMisfit((4,), (2,), adds=False, of_b=False)


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_view_without_elements_is_said_to_share_nothing(library: Library) -> None:
    a = np.arange(12).reshape(3, 4)
    assert not np.shares_memory(a, a[1:1])
    assert told("(3, 4)", "1:1", library=library) == (NothingToShare("b"),)
    assert NothingToShare("b") not in told("(3, 4)", "1:2", library=library)


def test_the_note_says_what_was_copied() -> None:
    def note(array: str, index: str, then: Then = "Read") -> tuple[Claim, ...]:
        outcome = ask(array, index, then)
        assert isinstance(outcome, Read | Written)
        return claims.note(outcome, then)

    assert note("(3, 4)", ":2, 1:3") == (LiesAt("b", "a", 8, (32, 8)),)
    assert note("(4, 3)", "np.arange(4), [0, 2, 0, 1]") == (CopiedBytes("b", "a", 4, 32),)
    assert note("(4, 3)", "[0], [1]") == (CopiedBytes("b", "a", 1, 8),)
    assert note("(3, 4)", "1, 2") == ()
    assert note("(3, 4)", ":2", "Add in place") == (), "there is no b"


def rows(array: str, index: str) -> list[tuple[str, ...]]:
    found = table(picked(array, index))
    assert found is not None
    return [tuple(plain(cell.text).replace("\u00a0", " ") for cell in row) for row in found.rows]


def test_the_table_says_what_each_item_does_to_its_axis() -> None:
    assert rows("(3, 4, 5)", "-1, None, ::-2") == [
        ("-1", "axis 0 · 3", "−1 = 2", "drops the axis", "gone"),
        ("None", "none", "", "adds an axis of size 1", "axis 0 · 1"),
        ("::-2", "axis 1 · 4", "start 3, no stop, step −2: 3, 1", "keeps the axis, 2 of 4", "axis 1 · 2"),
        ("( : ) not written", "axis 2 · 5", "all", "keeps the axis", "axis 2 · 5"),
    ]
    assert rows("(3, 4, 5)", "..., [[0], [9 - 5]]") == [
        ("...", "axis 0 · 3", "all", "keeps the axis", "axis 0 · 3"),
        ("...", "axis 1 · 4", "all", "keeps the axis", "axis 1 · 4"),
        ("[[0], [9 - 5]]", "axis 2 · 5", "shape (2, 1): 0, 4", "picks place by place", "axis 2 · 2, axis 3 · 1"),
    ]
    assert rows("(3, 4)", "a > 10") == [
        ("a > 10", "axis 0 · 3, axis 1 · 4", "2 of 12 are True", "picks where it is True", "axis 0 · 2"),
    ]
    assert rows("(40,)", "np.arange(20)")[0][2] == "shape (20,): 0, 1, 2, 3, 4, 5, 6, 7, … 19"


@examples(300)
@given(questions(), st.sampled_from(LIBRARIES))
def test_the_table_has_a_row_for_each_step_of_the_rule(question: tuple[np.ndarray, str], library: Library) -> None:
    found = picked_by(ask_of(*question, library=library))
    if found is None:
        reject()
    listed = table(found)
    steps = () if found.plan is None else found.plan.steps
    assert len(steps) == (0 if listed is None else len(listed.rows))


def test_a_click_is_answered_with_the_reason_for_the_index_that_it_writes() -> None:
    question = IndexingQuestion()
    notes = [plain(part(show(question, explain(question)), Note).text)]
    for cell in ((1, 2), (1, 3), (2, 2)):
        question = react(question, Click("a", cell))
        notes.append(plain(part(show(question, explain(question)), Note).text))
    assert len(set(notes)) == 4
    assert "no rectangle" in notes[-1]


def test_an_emptied_index_leaves_an_array_to_click() -> None:
    question = IndexingQuestion(index="")
    page = show(question, explain(question))
    (grid,) = part(page, Picture).grids
    assert grid.selectable
    assert not parts(page, CodePanel)
    (field,) = [c for shown in parts(page, Controls) for c in shown.controls if c.field == "index"]
    assert field.problem


def test_what_cannot_be_read_leaves_the_last_picture_and_is_told_at_its_field() -> None:
    for question in (
        IndexingQuestion(array="x"),
        IndexingQuestion(index="rows"),
        IndexingQuestion(then="Assign", value="x"),
    ):
        page = show(question, explain(question))
        assert page.body is None
        assert sum(bool(control.problem) for shown in parts(page, Controls) for control in shown.controls) == 1


def test_sizes_are_dragged_of_an_array_that_says_them() -> None:
    question = IndexingQuestion("(3, 4)", "0")
    assert part(show(question, explain(question)), Sizes).rows[0].field == "array"
    derived = IndexingQuestion("(3, 4).T", "0")
    assert not parts(show(derived, explain(derived)), Sizes)


def test_an_index_that_is_declined_shows_the_array_alone() -> None:
    declined = sure(ask("(3, 4)", "3"), IndexDeclined)
    (grid,) = whole(declined.operand).grids
    assert grid.values.shape == (3, 4)
