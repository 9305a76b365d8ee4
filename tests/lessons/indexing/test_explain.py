import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from primer_core.backend import Library
from primer_core.language.index import read_index
from primer_core.language.index_plan import plan_index
from primer_core.language.spelling import shape_text
from primer_core.lessons.indexing.clicks import clicked_index, index_of, toggled
from primer_core.lessons.indexing.explain import THENS, Indexing, Then, explain_index
from primer_core.lessons.indexing.presets import DEFAULT, PRESETS, IndexPreset
from primer_core.lessons.indexing.show import story, written
from primer_core.lessons.indexing.table import lines
from tests.lessons.indexing.index_questions import questions
from tests.profiles import examples
from tests.snippets import printed_by

PYTORCH_WARNS_OF_NESTED_LISTS = pytest.mark.filterwarnings("ignore:Using a non-tuple sequence:UserWarning")

libraries = st.sampled_from(["NumPy", "PyTorch"])


def numpys_answer(array: np.ndarray, text: str) -> np.ndarray | np.generic | str:
    try:
        answer: np.ndarray | np.generic = eval(f"a[{text}]", {"np": np, "a": array})  # noqa: S307 - the strategy's
        return answer
    except (IndexError, ValueError) as error:
        kind = "ValueError" if isinstance(error, ValueError) else "IndexError"
        return f"{kind}: {error}"


def attempt(statement: Callable[[], Any]) -> tuple[str | None, Any]:
    """Do it, and return what the library says against it, and what came of it."""
    try:
        return None, statement()
    except (IndexError, ValueError, TypeError, RuntimeError) as error:
        return str(error), None


def explained(array: np.ndarray, text: str, *more: str) -> Indexing:
    return explain_index(shape_text(array.shape), text, *more)  # type: ignore[arg-type]


@examples(500)
@given(questions())
def test_result_error_and_verdict_are_numpys(question: tuple[np.ndarray, str]) -> None:
    array, text = question
    expected = numpys_answer(array, text)
    found = explained(array, text)
    assume(found.refusal is None)
    if isinstance(expected, str):
        assert found.error == expected
        assert found.advice
        assert found.result is None
        return
    assert found.result is not None
    assert found.error is None
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
    found = explained(array, text, "Read", "100", library)
    assume(found.result is not None)
    assert found.result is not None
    assert found.picked is not None
    assert found.index is not None
    np.testing.assert_array_equal(array.ravel()[found.picked], found.result.ravel())
    assert found.times.sum() == found.result.size
    if found.plan is None:
        assert library == "PyTorch"
        return
    assert found.plan.shape == found.result.shape
    assert len(lines(found)) == len(found.plan.steps)
    taken = [axis for step in found.plan.steps for axis in step.axes]
    assert taken == list(range(array.ndim))
    cells = np.indices(array.shape).reshape(array.ndim, array.size)[:, found.picked]
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
    found = explained(array, text, "Read", "100", "PyTorch")
    assume(found.refusal is None)
    tensor = torch.tensor(array)
    assert found.index is not None
    typed = f"a[{text}]"
    refused, expected = attempt(lambda: eval(typed, {"np": np, "a": tensor}))  # noqa: S307 - written by the strategy
    if refused is not None:
        assert found.error is not None
        assert found.error.endswith(refused)
        assert found.advice
        return
    assert found.result is not None
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
    found = explained(array, text, then, value, library)
    assume(found.plan is not None)
    assert found.operand is not None
    assert found.index is not None
    given_value = eval(value) if value[0] != "(" else np.arange(1, np.prod(eval(value)) + 1).reshape(eval(value))  # noqa: S307
    given_value = np.array(given_value) if isinstance(given_value, list) else given_value
    a: Any = array.copy()
    key: tuple[Any, ...] = found.index.key
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
        assert found.error is not None
        assert found.error.endswith(refused)
        assert found.advice
        assert refused.strip() in printed_by(found.code)
        return
    assert found.changed is not None
    np.testing.assert_array_equal(found.changed.a, np.asarray(a))
    assert (found.changed.b is None) == (b is None)
    if b is not None:
        np.testing.assert_array_equal(found.changed.b, np.asarray(b))
    untouched = found.times == 0
    np.testing.assert_array_equal(found.changed.a[untouched], array[untouched])


@examples(500)
@given(questions(), libraries)
def test_snippets_print_what_the_page_shows(question: tuple[np.ndarray, str], library: Library) -> None:
    array, text = question
    found = explained(array, text, "Read", "100", library)
    assume(found.refusal is None)
    assert printed_by(found.code) == shown(found)


def shown(found: Indexing) -> str:
    """What the page shows: the error; or what was read and whether it is a view; or what was written."""
    own = torch.tensor if found.library == "PyTorch" else np.asarray
    if found.error is not None:
        return found.error.split(": ", 1)[1] + "\n"
    if found.changed is not None:
        return "".join(f"{own(one)!s}\n" for one in (found.changed.a, found.changed.b) if one is not None)
    assert found.result is not None
    shares = found.memory is not None and (found.library == "PyTorch" or bool(found.result.size))
    assert found.operand is not None
    if found.library == "PyTorch" and not found.operand.values.size:
        shares = True  # storages without a byte all have the address 0
    return f"{own(found.result)!s}\n{shares}\n"


@pytest.mark.parametrize("library", ["NumPy", "PyTorch"])
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_the_snippets_of_the_presets_print_what_the_page_shows(preset: IndexPreset, library: Library) -> None:
    found = explain_index(preset.array, preset.expression, preset.then, preset.value, library)
    assert found.refusal is None
    assert printed_by(found.code) == shown(found)


@examples(500)
@given(questions(), libraries)
def test_every_fix_works(question: tuple[np.ndarray, str], library: Library) -> None:
    array, text = question
    found = explained(array, text, "Read", "100", library)
    assert bool(found.fixes) <= (found.error is not None)
    for fix in found.fixes:
        assert explained(array, fix.expression, "Read", "100", library).result is not None


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
    found = explain_index(shape, text)
    assert found.error is not None
    assert error in found.error
    assert [fix.expression for fix in found.fixes] == fixes


def test_a_negative_step_is_a_view_in_numpy_and_refused_by_pytorch() -> None:
    found = explain_index("(3, 4)", "::2, ::-1")
    assert found.memory is not None
    assert found.memory.strides == (64, -8)
    found = explain_index("(3, 4)", "::2, ::-1", library="PyTorch")
    assert found.error == "ValueError: step must be greater than zero"
    assert [fix.expression for fix in found.fixes] == ["::2, [3, 2, 1, 0]"]
    assert "torch.flip" in found.advice


def test_a_slice_of_rows_and_columns_is_a_view() -> None:
    found = explain_index(DEFAULT.array, DEFAULT.expression)
    assert found.result is not None
    assert found.result.tolist() == [[2, 3], [6, 7]]
    assert found.memory is not None


def test_lists_copy_but_writing_through_them_changes_the_array() -> None:
    text = "np.arange(4), [0, 2, 0, 1]"
    found = explain_index("(4, 3)", text)
    assert found.result is not None
    assert found.result.tolist() == [1, 6, 7, 11]
    assert found.memory is None
    written = explain_index("(4, 3)", text, "Add in place").changed
    assert written is not None
    assert written.a.tolist() == [[101, 2, 3], [4, 5, 106], [107, 8, 9], [10, 111, 12]]
    beside = explain_index("(4, 3)", text, "Add to b").changed
    assert beside is not None
    assert beside.a.tolist() == np.arange(1, 13).reshape(4, 3).tolist()
    assert beside.b is not None
    assert beside.b.tolist() == [101, 106, 107, 111]


def test_a_mask_copies() -> None:
    found = explain_index("(3, 4)", "a > 10")
    assert found.result is not None
    assert found.result.tolist() == [11, 12]
    assert found.memory is None
    (mask,) = found.readings
    assert mask.mask
    assert mask.values.tolist() == (np.arange(1, 13).reshape(3, 4) > 10).tolist()


@pytest.mark.parametrize("library", ["NumPy", "PyTorch"])
def test_one_element_and_the_last_row(library: Library) -> None:
    one = explain_index("(3, 4)", "1, 2", library=library)
    row = explain_index("(3, 4)", "-1", library=library)
    assert one.result is not None
    assert row.result is not None
    assert one.result == 7
    assert row.result.tolist() == [9, 10, 11, 12]
    assert row.memory is not None
    assert one.number == (one.memory is None) == (library == "NumPy")


def test_a_cell_named_three_times_is_added_to_once() -> None:
    changed = explain_index("(4,)", "[0, 0, 0, 2]", "Add in place", "1").changed
    assert changed is not None
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
    found = explain_index(shape_text(shape), index_of(mask).expression)
    assert found.result is not None, found.refusal or found.error
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


def test_a_click_starts_a_selection_and_further_ones_change_it() -> None:
    first = clicked_index("(3, 4)", ":2, 1:3", (1, 2), further=False)
    assert first is not None
    assert first.expression == "1, 2"
    second = clicked_index("(3, 4)", first.expression, (1, 3), further=True)
    assert second is not None
    assert second.expression == "1, 2:"
    third = clicked_index("(3, 4)", second.expression, (1, 2), further=True)
    assert third is not None
    assert third.expression == "1, 3"
    for cell in ((3, 0), (0,), (-1, 0), ()):
        assert clicked_index("(3, 4)", "0", cell, further=True) is None
    assert clicked_index("no array", "0", (0, 0), further=True) is None


def test_clicks_on_the_only_cell_of_a_scalar_select_it_and_take_it_away() -> None:
    for expression, further, clicked, size in [
        ("None", False, "...", 1),
        ("...", True, "False", 0),
        ("False", True, "...", 1),
    ]:
        found = clicked_index("5", expression, (), further=further)
        assert found is not None
        assert found.expression == clicked
        for library in ("NumPy", "PyTorch"):
            result = explain_index("5", found.expression, library=library).result
            assert result is not None
            assert result.size == size


def test_the_array_after_a_change_is_clicked_like_the_one_before() -> None:
    for then in THENS[1:]:
        grids = written(explain_index("(3, 4)", ":2, 1:3", then)).grids
        assert {grid.id for grid in grids if grid.name == "a" and grid.selectable} == {"a", "after"}


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
    found = explain_index(array, text, then, "7", "PyTorch")
    if found.refusal is not None:  # of what stands in a, only NumPy is asked
        assert "a[" in text
        return
    assert printed_by(found.code) == shown(found)
    if "a[" in text:
        return
    assert found.operand is not None
    a = torch.tensor(found.operand.values)
    statement = {"Read": f"b = a[{text}]", "Add in place": f"a[{text}] += 7", "Assign": f"a[{text}] = 7"}
    names: dict[str, Any] = {"a": a}
    refused, _ = attempt(lambda: exec(statement.get(then, f"b = a[{text}]; b += 7"), names))  # noqa: S102
    if refused is not None:
        assert found.error is not None
        assert found.error.split(": ", 1)[1] == refused
        return
    assert found.error is None
    if then == "Read":
        np.testing.assert_array_equal(found.result, names["b"])
    else:
        assert found.changed is not None
        np.testing.assert_array_equal(found.changed.a, a)


def test_a_nested_list_is_said_to_be_a_tuple_where_pytorch_takes_it_for_one() -> None:
    nested = "[[0, 1], [1, 0]]"
    said = "`a[[[0, 1], [1, 0]]]` is `a[[0, 1], [1, 0]]`"
    for then in THENS:
        assert said in story(explain_index("(3, 4)", nested, then, library="PyTorch"))[0]
        assert said not in " ".join(story(explain_index("(3, 4)", nested, then)))
        assert said not in " ".join(story(explain_index("(3, 4)", f"{nested},", then, library="PyTorch")))
    refused = explain_index("[10, 20, 30]", nested, library="PyTorch")
    assert refused.error == "IndexError: too many indices for tensor of dimension 1"
    assert said in refused.advice
    assert [fix.expression for fix in refused.fixes] == ["[0, 1]", "None, [0, 1]"]


def test_a_nested_list_that_is_proposed_is_no_tuple_to_pytorch() -> None:
    found = explain_index("(3, 4)", "[[0, 9], [1, 0]],", library="PyTorch")
    (fix,) = found.fixes
    assert fix.expression == "[[0, 2], [1, 0]],"
    result = explain_index("(3, 4)", fix.expression, library="PyTorch").result
    assert result is not None
    assert result.shape == (2, 2, 4)


def test_an_array_that_is_too_large_is_refused_without_being_made() -> None:
    tracemalloc.start()
    found = explain_index("(10**9, 10**9)", "0")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000
    assert found.refused == "a"
    assert "4 096" in str(found.refusal)
    assert explain_index("(3, 4)", "b").refused == "index"
    assert explain_index("(3, 4)", "0", "Assign", "b").refused == "v"


garbage = st.one_of(st.text(max_size=40), st.text(alphabet="()[],.:x0123456789Tabc -*>&~", max_size=40))


@examples(1000)
@given(st.one_of(st.just("(3, 4)"), garbage), garbage, st.sampled_from(THENS), st.one_of(st.just("100"), garbage))
def test_garbage_is_explained_and_never_raises(array: str, index: str, then: Then, value: str) -> None:
    found = explain_index(array, index, then, value)
    assert found.refusal or found.error or found.result is not None
