import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, reject
from hypothesis import strategies as st

from primer_core.backend import LIBRARIES, Library
from primer_core.claims.picking import EllipsesOvershoot, NoBackwards, OutOfBounds, TooManyItems, TwoEllipses
from primer_core.language.index import read_index
from primer_core.language.index_plan import plan_index
from primer_core.language.spelling import shape_text
from primer_core.language.tensors import read_array
from primer_core.lessons.event import Click, EventError
from primer_core.lessons.indexing import LESSON
from primer_core.lessons.indexing.clicks import index_of, react, toggled, why
from primer_core.lessons.indexing.explain import (
    IndexDeclined,
    NotWritten,
    Outcome,
    Read,
    Unindexed,
    Written,
    explain,
)
from primer_core.lessons.indexing.presets import PRESETS
from primer_core.lessons.indexing.question import THENS, IndexingQuestion, Then
from primer_core.lessons.lesson import Preset
from primer_core.lessons.outcome import Unread
from tests.lessons.indexing.index_questions import ask, ask_of, picked_by, questions, sure
from tests.profiles import examples
from tests.snippets import printed_by

PYTORCH_WARNS_OF_NESTED_LISTS = pytest.mark.filterwarnings("ignore:Using a non-tuple sequence:UserWarning")

libraries = st.sampled_from(LIBRARIES)
INDEXED = [preset for preset in PRESETS if not preset.question.expression]


def numpys_answer(array: np.ndarray, text: str) -> np.ndarray | np.generic | str:
    try:
        found: np.ndarray | np.generic = eval(f"a[{text}]", {"np": np, "a": array})
        return found
    except (IndexError, ValueError) as error:
        kind = "ValueError" if isinstance(error, ValueError) else "IndexError"
        return f"{kind}: {error}"


def attempt(statement: Callable[[], Any]) -> tuple[str | None, Any]:
    """Do it, and return what the library says against it, and what came of it."""
    try:
        return None, statement()
    except (IndexError, ValueError, TypeError, RuntimeError) as error:
        return str(error), None


@examples(500)
@given(questions())
def test_result_error_and_verdict_are_numpys(question: tuple[np.ndarray, str]) -> None:
    array, text = question
    expected = numpys_answer(array, text)
    outcome = ask_of(array, text)
    assume(not isinstance(outcome, Unread))
    if isinstance(expected, str):
        assert sure(outcome, IndexDeclined).error == expected
        return
    found = sure(outcome, Read).picked
    np.testing.assert_array_equal(found.result, expected)
    assert found.number == isinstance(expected, np.generic)
    if found.result.size:
        assert (found.memory is not None) == np.shares_memory(array, expected)
    if found.memory is not None and found.result.size:
        read = np.ndarray(found.result.shape, array.dtype, array.tobytes(), found.memory.offset, found.memory.strides)
        np.testing.assert_array_equal(read, expected)


@examples(500)
@given(questions(), libraries)
def test_every_cell_is_found_again_through_its_links(question: tuple[np.ndarray, str], library: Library) -> None:
    array, text = question
    found = picked_by(ask_of(array, text, library=library))
    if found is None:
        reject()
    np.testing.assert_array_equal(array.ravel()[found.cells], found.result.ravel())
    assert found.times.sum() == found.result.size
    if found.plan is None:
        assert library == "PyTorch"
        return
    assert found.plan.shape == found.result.shape
    taken = [axis for step in found.plan.steps for axis in step.axes]
    assert taken == list(range(array.ndim))
    cells = np.indices(array.shape).reshape(array.ndim, array.size)[:, found.cells]
    axes = {step.place: step.axes for step in found.plan.steps}
    for reading in found.readings:
        along = axes[reading.place]
        if reading.mask and reading.values.ndim:
            there = np.array(np.unravel_index(reading.elements, reading.values.shape)).reshape(reading.values.ndim, -1)
            assert reading.values.ravel()[reading.elements].all()
            np.testing.assert_array_equal(there, cells[list(along)])
        elif not reading.mask:
            named = reading.values.ravel()[reading.elements]
            np.testing.assert_array_equal(named % array.shape[along[0]], cells[along[0]])


@PYTORCH_WARNS_OF_NESTED_LISTS
@examples(500)
@given(questions())
def test_results_errors_and_storage_are_pytorchs(question: tuple[np.ndarray, str]) -> None:
    array, text = question
    outcome = ask_of(array, text, library="PyTorch")
    assume(not isinstance(outcome, Unread))
    tensor = torch.tensor(array)
    typed = f"a[{text}]"
    refused, expected = attempt(lambda: eval(typed, {"np": np, "a": tensor}))
    if refused is not None:
        assert sure(outcome, IndexDeclined).error.endswith(refused)
        return
    found = sure(outcome, Read).picked
    np.testing.assert_array_equal(found.result, expected.numpy())
    if array.size and expected.numel():
        shares = expected.untyped_storage().data_ptr() == tensor.untyped_storage().data_ptr()
        assert (found.memory is not None) == shares


@examples(500)
@given(questions(), st.sampled_from(THENS[1:]), st.sampled_from(["100", "2.5", "(3,)", "(2, 1)", "[7]"]), libraries)
def test_writing_leaves_what_the_statement_leaves(
    question: tuple[np.ndarray, str], then: Then, value: str, library: Library
) -> None:
    array, text = question
    outcome = ask_of(array, text, then, value, library)
    found = picked_by(outcome)
    if found is None or found.plan is None:
        reject()
    given_value = eval(value) if value[0] != "(" else np.arange(1, np.prod(eval(value)) + 1).reshape(eval(value))
    given_value = np.array(given_value) if isinstance(given_value, list) else given_value
    a: Any = array.copy()
    key: Any = found.index.key
    if library == "PyTorch":
        a = torch.tensor(array)
        key = tuple(torch.tensor(item) if isinstance(item, np.ndarray) else item for item in key)
        given_value = torch.tensor(given_value) if isinstance(given_value, np.ndarray) else given_value

    def statement() -> object:
        b = None
        if then == "Add in place":
            a[key] += given_value
        elif then == "Assign":
            a[key] = given_value
        else:
            b = a[key]
            b += given_value
        return b

    refused, b = attempt(statement)
    if refused is not None:
        declined = sure(outcome, NotWritten)
        assert declined.error.endswith(refused)
        assert refused.strip() in printed_by(declined.code)
        return
    changed = sure(outcome, Written).changed
    np.testing.assert_array_equal(changed.a, np.asarray(a))
    assert (changed.b is None) == (b is None)
    if b is not None and changed.b is not None:
        np.testing.assert_array_equal(changed.b, np.asarray(b))
    untouched = found.times == 0
    np.testing.assert_array_equal(changed.a[untouched], array[untouched])


@examples(500)
@given(questions(), libraries)
def test_snippets_print_what_the_page_shows(question: tuple[np.ndarray, str], library: Library) -> None:
    array, text = question
    outcome = ask_of(array, text, library=library)
    assume(not isinstance(outcome, Unread))
    assert printed_by(code_of(outcome)) == shown(outcome, library)


def code_of(outcome: Outcome) -> str:
    assert not isinstance(outcome, Unread | Unindexed)
    return outcome.code


def shown(outcome: Outcome, library: Library) -> str:
    """What the page shows: the error; or what was read and whether it is a view; or what was written."""
    own = torch.tensor if library == "PyTorch" else np.asarray
    match outcome:
        case IndexDeclined(error=error) | NotWritten(error=error):
            return error.split(": ", 1)[1] + "\n"
        case Written(changed=changed):
            return "".join(f"{own(one)!s}\n" for one in (changed.a, changed.b) if one is not None)
    found = sure(outcome, Read).picked
    shares = found.memory is not None and (library == "PyTorch" or bool(found.result.size))
    if library == "PyTorch" and not found.operand.values.size:
        shares = True  # storages without a byte all have the address 0
    return f"{own(found.result)!s}\n{shares}\n"


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("preset", INDEXED, ids=lambda preset: preset.title)
def test_the_snippets_of_the_presets_print_what_the_page_shows(
    preset: Preset[IndexingQuestion], library: Library
) -> None:
    outcome = explain(replace(preset.question, library=library))
    assert printed_by(code_of(outcome)) == shown(outcome, library)


@examples(500)
@given(questions(), libraries)
def test_every_fix_works(question: tuple[np.ndarray, str], library: Library) -> None:
    array, text = question
    outcome = ask_of(array, text, library=library)
    if not isinstance(outcome, IndexDeclined):
        reject()
    assert outcome.fault is not None
    for fix in outcome.fixes:
        assert isinstance(ask_of(array, fix.puts["index"], library=library), Read)


@pytest.mark.parametrize(
    ("shape", "text", "error", "fixes"),
    [
        ("(3, 4)", "3", "IndexError: index 3 is out of bounds for axis 0 with size 3", ["2", "3:"]),
        ("(3, 4)", "0, 0, 0", "too many indices for array", ["0, 0", "None, 0, 0"]),
        ("(3, 4)", "[0, 9]", "index 9 is out of bounds for axis 0", ["[0, 2]"]),
        ("(3, 4)", "[0, 1], [0, 1, 2]", "shape mismatch", ["np.ix_([0, 1], [0, 1, 2])", "[0, 1], [0, 1]"]),
        ("(3, 4)", "[True, False]", "boolean index did not match", ["[True, False, False]"]),
        ("(3, 4)", "::0", "ValueError: slice step cannot be zero", ["::1", "::-1"]),
        ("(3, 4)", "..., 0, ...", "can only have a single ellipsis", ["..., 0"]),
        ("()", "0", "too many indices", ["...", "None"]),
        ("(0, 3)", "0", "out of bounds for axis 0 with size 0", [":"]),
    ],
)
def test_an_index_that_numpy_refuses_comes_with_ones_that_work(
    shape: str, text: str, error: str, fixes: list[str]
) -> None:
    found = sure(ask(shape, text), IndexDeclined)
    assert error in found.error
    assert [fix.puts["index"] for fix in found.fixes] == fixes


def test_a_negative_step_is_a_view_in_numpy_and_refused_by_pytorch() -> None:
    found = sure(ask("(3, 4)", "::2, ::-1"), Read).picked
    assert found.memory is not None
    assert found.memory.strides == (64, -8)
    declined = sure(ask("(3, 4)", "::2, ::-1", library="PyTorch"), IndexDeclined)
    assert declined.error == "ValueError: step must be greater than zero"
    assert [fix.puts["index"] for fix in declined.fixes] == ["::2, [3, 2, 1, 0]"]
    assert declined.fault == NoBackwards(1)


def test_a_slice_of_rows_and_columns_is_a_view() -> None:
    found = sure(explain(IndexingQuestion()), Read).picked
    assert found.result.tolist() == [[2, 3], [6, 7]]
    assert found.memory is not None


def test_lists_copy_but_writing_through_them_changes_the_array() -> None:
    text = "np.arange(4), [0, 2, 0, 1]"
    found = sure(ask("(4, 3)", text), Read).picked
    assert found.result.tolist() == [1, 6, 7, 11]
    assert found.memory is None
    written = sure(ask("(4, 3)", text, "Add in place"), Written).changed
    assert written.a.tolist() == [[101, 2, 3], [4, 5, 106], [107, 8, 9], [10, 111, 12]]
    beside = sure(ask("(4, 3)", text, "Add to b"), Written).changed
    assert beside.a.tolist() == np.arange(1, 13).reshape(4, 3).tolist()
    assert beside.b is not None
    assert beside.b.tolist() == [101, 106, 107, 111]


def test_a_mask_copies() -> None:
    found = sure(ask("(3, 4)", "a > 10"), Read).picked
    assert found.result.tolist() == [11, 12]
    assert found.memory is None
    (mask,) = found.readings
    assert mask.mask
    assert mask.values.tolist() == (np.arange(1, 13).reshape(3, 4) > 10).tolist()


@pytest.mark.parametrize("library", LIBRARIES)
def test_one_element_and_the_last_row(library: Library) -> None:
    one = sure(ask("(3, 4)", "1, 2", library=library), Read).picked
    row = sure(ask("(3, 4)", "-1", library=library), Read).picked
    assert one.result == 7
    assert row.result.tolist() == [9, 10, 11, 12]
    assert row.memory is not None
    assert one.number == (one.memory is None) == (library == "NumPy")


def test_a_cell_named_three_times_is_added_to_once() -> None:
    changed = sure(ask("(4,)", "[0, 0, 0, 2]", "Add in place", "1"), Written).changed
    assert changed.a.tolist() == [2, 2, 4, 4]
    by_hand = np.arange(1, 5)
    np.add.at(by_hand, [0, 0, 0, 2], 1)
    assert by_hand.tolist() == [4, 2, 4, 4]


def test_arrays_set_apart_send_their_axis_to_the_front() -> None:
    shape = (2, 3, 4, 5)
    for text, expected, first in [
        ("[0, 1], :, [0, 3]", (2, 3, 5), 0),
        (":, [0, 1], [0, 3]", (2, 2, 5), 1),
        ("0, :, [0, 3]", (2, 3, 5), 0),
        (":, [0, 2], None, [0, 3]", (2, 2, 1, 5), 0),
    ]:
        plan = plan_index(shape, read_index(text, np.zeros(shape)).items)
        assert plan is not None
        assert (plan.shape, plan.first) == (expected, first)
    # PyTorch lets a number drop its axis before the arrays meet.
    plan = plan_index(shape, read_index("0, :, [0, 3]", np.zeros(shape)).items, numbers_join=False)
    assert plan is not None
    assert plan.shape == tuple(torch.zeros(shape)[0, :, [0, 3]].shape) == (3, 2, 5)


@examples(500)
@given(st.data())
def test_clicked_cells_are_what_their_index_picks(data: st.DataObject) -> None:
    shape = tuple(data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=4)))

    def chosen(size: int) -> np.ndarray:
        bits = data.draw(st.integers(0, 2**size - 1))
        return np.array([bits >> k & 1 for k in range(size)], dtype=np.bool_)

    mask = np.zeros(shape, dtype=np.bool_)
    if data.draw(st.booleans()):  # a rectangle: what is chosen along each axis, crossed
        mask[np.ix_(*map(chosen, shape))] = True
    else:
        mask = chosen(mask.size).reshape(shape)
    found = sure(ask(shape_text(shape), index_of(mask).expression), Read).picked
    np.testing.assert_array_equal(found.times, mask)


@pytest.mark.parametrize(
    ("cells", "expression"),
    [
        ([], ":0"),
        ([(1, 2)], "1, 2"),
        ([(0, 0), (0, 1), (0, 2), (0, 3)], "0"),
        ([(0, 1), (0, 2), (1, 1), (1, 2)], ":2, 1:3"),
        ([(0, 0), (2, 0)], "::2, 0"),
        ([(0, 0), (1, 0), (2, 0)], ":, 0"),
        ([(1, 0), (1, 1), (1, 3)], "1, [0, 1, 3]"),
        ([(0, 1), (2, 3)], "[0, 2], [1, 3]"),
        ([(i, j) for i in range(3) for j in range(4)], ":"),
    ],
)
def test_the_index_of_clicked_cells_is_the_plainest(cells: list[tuple[int, int]], expression: str) -> None:
    mask = np.zeros((3, 4), dtype=np.bool_)
    for cell in cells:
        mask = toggled(mask, cell)
    assert index_of(mask).expression == expression


def click(question: IndexingQuestion, *cell: int, grid: str = "a") -> IndexingQuestion:
    return react(question, Click(grid, cell))


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_click_starts_a_selection_and_further_ones_change_it(library: Library) -> None:
    question = IndexingQuestion(library=library)
    for cell, grid, index in [((1, 2), "a", "1, 2"), ((1, 3), "after", "1, 2:"), ((1, 2), "a", "1, 3")]:
        question = click(question, *cell, grid=grid)
        assert question.index == index
        assert why(question, explain(question)) == index_of(sure(explain(question), Read).picked.times > 0).reason
    typed = replace(question, index="0, 0")
    assert why(typed, explain(typed)) == ""
    assert click(typed, 2, 2).index == "2, 2"


def test_an_address_does_not_say_that_an_index_was_clicked() -> None:
    clicked = react(react(IndexingQuestion(), Click("a", (0, 0))), Click("a", (1, 1)))
    assert clicked.clicked
    assert set(LESSON.parameters(clicked)) == {"index"}


def test_an_index_that_is_empty_or_cannot_be_taken_is_written_anew_by_a_click() -> None:
    for index in ("", "  ", "rows", "9", "0, 0, 0", "a[0][0]"):
        question = IndexingQuestion(index=index)
        assert why(question, explain(question)) == ""
        assert click(question, 2, 1).index == "2, 1"
        emptied = replace(click(question, 2, 1), index=index)
        assert why(emptied, explain(emptied)) == ""
        assert click(emptied, 0, 3).index == "0, 3"


def test_the_reason_is_that_of_the_array_that_stands_there() -> None:
    question = click(click(IndexingQuestion(), 1, 2), 1, 3)
    assert question.index == "1, 2:"
    smaller = replace(question, array="(3, 2)")  # of whose columns the index picks none
    assert why(smaller, explain(smaller)) == ""


def test_how_an_index_was_written_is_not_in_its_address() -> None:
    question = click(IndexingQuestion(), 1, 2)
    assert question.parameters() == {"index": "1, 2"}


@pytest.mark.parametrize(
    ("array", "grid", "cell"),
    [
        *(("(3, 4)", "a", cell) for cell in ((3, 0), (0,), (-1, 0), ())),
        *(("(3, 4)", grid, (0, 0)) for grid in ("b", "i", "v", "")),
        ("no array", "a", (0, 0)),
        ("(99, 99)", "a", (0, 0)),
    ],
)
def test_a_click_on_what_is_no_cell_of_the_array_is_refused(array: str, grid: str, cell: tuple[int, ...]) -> None:
    with pytest.raises(EventError):
        click(IndexingQuestion(array), *cell, grid=grid)


@pytest.mark.parametrize("library", LIBRARIES)
def test_clicks_on_the_only_cell_of_a_scalar_select_it_and_take_it_away(library: Library) -> None:
    question = IndexingQuestion("5", "None", library=library)
    for index, size in [("...", 1), ("False", 0), ("...", 1)]:
        question = click(question)
        assert question.index == index
        assert sure(explain(question), Read).picked.result.size == size


@PYTORCH_WARNS_OF_NESTED_LISTS
@pytest.mark.parametrize("then", THENS)
@pytest.mark.parametrize("array", ["(3, 4)", "(2, 2)", "[10, 20, 30]", "5"])
@pytest.mark.parametrize(
    "text",
    [
        *("[[0, 1], [1, 0]]", "[(0, 1)]", "[(0, 1), (1, 0)]", "[[True, False], [False, True]]", "[[[0, 1], [1, 0]]]"),
        *("[[0, 1], [1]]", "[0, [0, 1]]", "[[0, 1], [0, 9]]", "[[]]", "[None, 0]", "[..., 0]", "[[[0, 1]], 0]"),
        *("[[0, 1], [1, 0]],", "[[0], [1]], [0, 1]", "[[True]], 0", f"{[[0]] * 31}", f"{[[0]] * 32}"),
        *("a[[[0, 1], [1, 0]]] > 3", "a[[0, 1], [1, 0]] - 1", "a[::-1] > 3", "a[::-1, 0][[[0]]] - 1"),
        *("0", "-1", ":", "::-1", "::0", "0,", ":,", "::-1,", "0, 0", "[0]", "[0],", "[True]", "a > 3", "True", "..."),
    ],
)
def test_pytorch_does_to_what_was_typed_what_the_page_and_its_code_show(array: str, text: str, then: Then) -> None:
    outcome = ask(array, text, then, "7", "PyTorch")
    if isinstance(outcome, Unread):  # of what stands in a, only NumPy is asked
        assert "a[" in text
        return
    assert printed_by(code_of(outcome)) == shown(outcome, "PyTorch")
    if "a[" in text:
        return
    names: dict[str, Any] = {"a": torch.tensor(read_array(array).values)}
    statement = {"Read": f"b = a[{text}]", "Add in place": f"a[{text}] += 7", "Assign": f"a[{text}] = 7"}
    refused, _ = attempt(lambda: exec(statement.get(then, f"b = a[{text}]; b += 7"), names))
    match outcome:
        case IndexDeclined(error=error) | NotWritten(error=error):
            assert error.split(": ", 1)[1] == refused
        case Read(picked):
            assert refused is None
            np.testing.assert_array_equal(picked.result, names["b"])
        case Written(changed=changed):
            assert refused is None
            np.testing.assert_array_equal(changed.a, names["a"])


def test_a_nested_list_is_a_tuple_where_pytorch_takes_it_for_one() -> None:
    nested = "[[0, 1], [1, 0]]"
    for then in THENS:
        cases: list[tuple[str, Library, str | None]] = [
            (nested, "PyTorch", nested),
            (nested, "NumPy", None),
            (f"{nested},", "PyTorch", None),
        ]
        for text, library, tuple_of in cases:
            found = picked_by(ask("(3, 4)", text, then, library=library))
            assert found is not None
            assert found.index.nested == tuple_of
    refused = sure(ask("[10, 20, 30]", nested, library="PyTorch"), IndexDeclined)
    assert refused.error == "IndexError: too many indices for tensor of dimension 1"
    assert refused.index.nested == nested
    assert [fix.puts["index"] for fix in refused.fixes] == ["[0, 1]", "None, [0, 1]"]


def test_a_nested_list_that_is_proposed_is_no_tuple_to_pytorch() -> None:
    found = sure(ask("(3, 4)", "[[0, 9], [1, 0]],", library="PyTorch"), IndexDeclined)
    (fix,) = found.fixes
    assert fix.puts == {"index": "[[0, 2], [1, 0]],"}
    assert sure(ask("(3, 4)", fix.puts["index"], library="PyTorch"), Read).picked.result.shape == (2, 2, 4)


@pytest.mark.parametrize(
    ("array", "index", "then", "value", "library", "cause", "fixes"),
    [
        ("[4, 5, 6]", ":", "Add in place", "0.5", "NumPy", "dtype", [{"array": "[4.0, 5.0, 6.0]"}]),
        ("[4, 5, 6]", ":", "Add to b", "[0.5]", "PyTorch", "dtype", [{"array": "[4.0, 5.0, 6.0]"}]),
        ("[0., 0.]", "[0, 0]", "Assign", "[1, 2]", "PyTorch", "dtype", [{"value": "[1.0, 2.0]"}]),
        ("[1, 2]", "[0, 1]", "Assign", "[0.7, 1.9]", "PyTorch", "dtype", [{"array": "[1.0, 2.0]"}]),
        ("(4,)", "[0, 1, 2]", "Assign", "[1, 2]", "NumPy", "shape", []),
        ("(4,)", ":", "Add in place", "[0.5, 1.5]", "PyTorch", "shape", []),
    ],
)
def test_what_cannot_be_written_has_its_own_cause_and_fixes_that_were_tried(
    array: str, index: str, then: Then, value: str, library: Library, cause: str, fixes: list[dict[str, str]]
) -> None:
    question = IndexingQuestion(array, index, then, value, library)
    declined = sure(explain(question), NotWritten)
    assert declined.cause == cause
    assert [fix.puts for fix in declined.fixes] == fixes
    for fix in declined.fixes:
        assert isinstance(explain(question.with_texts(fix.puts)), Written)


def test_an_error_has_the_name_that_the_library_gives_it() -> None:
    declined = sure(ask("[4, 5, 6]", ":", "Add in place", "0.5"), NotWritten)
    with pytest.raises(TypeError) as numpys:
        np.array([4, 5, 6])[:] += 0.5
    assert declined.error == f"{numpys.type.__name__}: {numpys.value}"


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    ("array", "index", "then", "value"),
    [
        ("[9223372036854775807]", "0", "Add to b", "1"),
        ("[9223372036854775807]", "[0]", "Add in place", "1"),
        ("[1e308]", "0", "Add to b", "1e308"),
        ("[1, 2]", ":", "Assign", "1e300"),
    ],
)
def test_numbers_beyond_their_dtype_warn_nobody(
    array: str, index: str, then: Then, value: str, library: Library
) -> None:
    assert isinstance(ask(array, index, then, value, library), Written | NotWritten)


def test_an_array_that_is_too_large_is_refused_without_being_made() -> None:
    tracemalloc.start()
    found = sure(ask("(10**9, 10**9)", "0"), Unread)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000
    assert found.field == "array"
    assert "4 096" in found.message


def test_what_cannot_be_read_is_told_at_its_field() -> None:
    assert sure(ask("(3, 4)", "b"), Unread).field == "index"
    assert sure(ask("(3, 4)", "0", "Assign", "b"), Unread).field == "value"
    assert isinstance(ask("(3, 4)", "0", "Read", "b"), Read)
    assert sure(ask("(3, 4)", " "), Unindexed).operand.shape == (3, 4)


garbage = st.one_of(st.text(max_size=40), st.text(alphabet="()[],.:x0123456789Tabc -*>&~", max_size=40))


@examples(1000)
@given(st.one_of(st.just("(3, 4)"), garbage), garbage, st.sampled_from(THENS), st.one_of(st.just("100"), garbage))
def test_garbage_is_explained_and_never_raises(array: str, index: str, then: Then, value: str) -> None:
    outcome = ask(array, index, then, value)
    assert isinstance(outcome, Read) <= (then == "Read")
    assert isinstance(outcome, Written | NotWritten) <= (then != "Read")


def test_only_numpy_is_said_to_take_no_second_ellipsis() -> None:
    """PyTorch takes several: where an index with them fails, it fails for something else."""
    for library in LIBRARIES:
        numbers = "(3,)" if library == "NumPy" else "np.arange(0)"
        question = IndexingQuestion(array=numbers, index="0, ..., ...", library=library)
        outcome = explain(question)
        said = {type(claim) for claim in LESSON.claims(question, outcome)}
        assert isinstance(outcome, IndexDeclined)
        assert (TwoEllipses in said) == (library == "NumPy")
    question = IndexingQuestion(array="(3,)", index="0, ..., ...", library="PyTorch")
    assert isinstance(explain(question), Read)


@pytest.mark.parametrize(
    ("shape", "index", "fault", "fixes"),
    [
        ("(0, 0)", "..., :, ..., :, 0", TooManyItems(2, 3), [":, :", "None, :, :"]),
        ("(2, 3)", "..., ..., 0", EllipsesOvershoot(2, 1, 2), ["..., 0"]),
        ("(2, 3)", "..., ..., None", EllipsesOvershoot(2, 2, 2), ["..., None"]),
        ("(2, 3)", "..., 5, ...", OutOfBounds(1, 3), ["..., 2, ...", "..., 3:, ..."]),
        ("(2, 3)", "5, ..., ..., 0", OutOfBounds(0, 2), ["1, ..., ..., 0", "2:, ..., ..., 0"]),
    ],
)
def test_what_fails_among_several_ellipses_is_named(shape: str, index: str, fault: object, fixes: list[str]) -> None:
    outcome = ask(shape, index, library="PyTorch")
    assert isinstance(outcome, IndexDeclined)
    assert outcome.fault == fault
    assert [fix.puts["index"] for fix in outcome.fixes] == fixes
