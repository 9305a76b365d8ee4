import numpy as np
import pytest
import torch
from hypothesis import given, reject
from hypothesis import strategies as st

from primer_core.backend import LIBRARIES, Library
from primer_core.lessons.event import Click
from primer_core.lessons.indexing.clicks import CLICKABLE, react
from primer_core.lessons.indexing.explain import IndexDeclined, NotWritten, Picked, Read, Written, explain
from primer_core.lessons.indexing.pictures import read, whole, written
from primer_core.lessons.indexing.presets import PRESETS
from primer_core.lessons.indexing.question import THENS, IndexingQuestion, Then
from primer_core.lessons.indexing.show import show
from primer_core.lessons.indexing.story import index_advice, memory_note, story, value_advice
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


def told(array: str, index: str, then: Then = "Read", value: str = "100", library: Library = "NumPy") -> str:
    outcome = ask(array, index, then, value, library)
    assert isinstance(outcome, Read | Written)
    return " ".join(map(plain, story(outcome, then, library)))


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
    assert story(outcome, "Read", library)
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
    assert story(outcome, then, "NumPy")
    if not array.size:
        reject()
    for formula in picture.formulas:
        (grid,) = [grid for grid in picture.grids if grid.id == formula.target]
        if not grid.values.size:
            continue
        fate = equation(picture, formula, chance % grid.values.size)
        if "stays" in fate:
            before, after = fate.split(" stays ")
            assert eval(before) == int(after)  # noqa: S307 - numbers that this test put there
        elif "→" in fate:
            assert eval(fate.split(" is ")[0]) == int(fate.split("→ ")[1])  # noqa: S307 - as above
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
    assert "is a view" in told("(3, 4)", ":2, 1:3")
    assert "were copied" in told("(3, 4)", "[0, 1]")
    assert "number that is no array" in told("(3, 4)", "1, 2")
    assert "(2, 1) and (2,) are broadcast to (2, 2)" in told("(3, 4)", "[[0], [2]], [1, 3]")
    assert "neighbours: (2,) takes the place" in told("(3, 4)", "[0, 1], [2, 3]")
    assert "goes to the front" in told("(2, 3, 4)", "[0, 1], :, [0, 3]")
    assert "a[0] is picked 3 times, but added to once" in told("(4,)", "[0, 0, 0]", "Add in place", "1")
    assert "the last one stays" in told("(4,)", "[0, 0]", "Assign", "[1, 2]")
    assert "both changed" in told("(3, 4)", "0", "Add to b")
    assert "a is as it was" in told("(3, 4)", "[0]", "Add to b")
    assert "makes a new number" in told("(3, 4)", "0, 0", "Add to b")
    assert "4 cells of a itself were written. Reading" in told("(3, 4)", "[0]", "Assign")
    assert "1 cell of a itself was written" in told("(3, 4)", "0, 0", "Assign")


def test_one_index_array_has_no_neighbours() -> None:
    for index in ("[[0, 1], [1, 0]]", "np.array(1)", "0, [[0], [1]]", "np.array(0), :, np.array(1)"):
        assert "neighbours" not in told("(3, 4, 5)", index)


def test_a_nested_list_is_said_to_be_a_tuple_where_pytorch_takes_it_for_one() -> None:
    nested = "[[0, 1], [1, 0]]"
    said = "a[[[0, 1], [1, 0]]] is a[[0, 1], [1, 0]]"
    assert said in told("(3, 4)", nested, library="PyTorch")
    assert said not in told("(3, 4)", nested)
    assert said not in told("(3, 4)", f"{nested},", library="PyTorch")
    declined = sure(ask("[10, 20, 30]", nested, library="PyTorch"), IndexDeclined)
    assert said in plain(index_advice(declined)[0])


def test_a_tensor_is_added_to_every_time_by_a_method_that_tensors_have() -> None:
    assert "np.add.at(a, i, v)" in told("(4,)", "[0, 0, 0, 2]", "Add in place", "1")
    by_tensor = told("(4,)", "[0, 0, 0, 2]", "Add in place", "1", "PyTorch")
    assert "np." not in by_tensor
    assert "a.index_put_((i,), v, accumulate=True)" in by_tensor
    a, i, v = torch.arange(1, 5), torch.tensor([0, 0, 0, 2]), torch.tensor(1)
    eval("a.index_put_((i,), v, accumulate=True)", {"a": a, "i": i, "v": v})  # noqa: S307 - what the story says
    assert a.tolist() == [4, 2, 4, 4]


def test_which_of_several_values_stays_is_said_of_numpy_alone() -> None:
    for then in ("Assign", "Add in place"):
        assert "the last one" in told("(4,)", "[0, 0]", then, "[1, 2]")
        assert "does not say which" in told("(4,)", "[0, 0]", then, "[1, 2]", "PyTorch")


def test_what_was_not_written_is_explained_and_no_success_is_told() -> None:
    question = IndexingQuestion("[0., 0., 0., 0.]", "[0, 0, 0, 3]", "Assign", "[1, 2, 3, 4]", "PyTorch")
    outcome = sure(explain(question), NotWritten)
    page = show(question, outcome)
    assert part(page, Story).paragraphs == value_advice(outcome, "Assign")
    (advice,) = map(plain, value_advice(outcome, "Assign"))
    assert "float64" in advice
    assert "int64" in advice
    assert "added" not in advice
    assert part(page, Story).note == ()
    assert plain(part(page, Notice).paragraphs[0]) == outcome.error
    (shape,) = map(plain, value_advice(sure(ask("(4,)", ":", "Assign", "[1, 2]"), NotWritten), "Assign"))
    assert "(4,)" in shape
    assert "(2,)" in shape


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_view_without_elements_is_said_to_share_nothing(library: Library) -> None:
    a = np.arange(12).reshape(3, 4)
    assert not np.shares_memory(a, a[1:1])
    assert "nothing that it could share" in told("(3, 4)", "1:1", library=library)
    assert "nothing that it could share" not in told("(3, 4)", "1:2", library=library)


def test_the_note_says_what_was_copied() -> None:
    def note(array: str, index: str, then: Then = "Read") -> str:
        return plain(memory_note(picked(array, index, then), then))

    assert note("(3, 4)", ":2, 1:3").startswith(
        "0 bytes copied · b starts 8 bytes into the memory of a · strides (32, 8)"
    )
    assert note("(4, 3)", "np.arange(4), [0, 2, 0, 1]") == "4 elements gathered, 32 bytes copied"
    assert note("(4, 3)", "[0], [1]") == "1 element gathered, 8 bytes copied"
    assert note("(3, 4)", "1, 2") == ""
    assert note("(3, 4)", ":2", "Add in place") == "", "there is no b"


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
