"""Numbers typed into cells, as statements, and views that open with something to see."""

import contextlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from primer_core.backend import Library
from primer_core.language.limits import Refused
from primer_core.lessons.event import Edit, EventError, Put
from primer_core.lessons.views.edits import followed_by, with_edit, written_cell, written_element
from primer_core.lessons.views.explain import explain, react
from primer_core.lessons.views.operations import operations
from primer_core.lessons.views.presets import PRESETS
from primer_core.lessons.views.program import MAX_STATEMENTS, Ran, run_program
from primer_core.lessons.views.question import View, ViewsQuestion
from primer_core.lessons.views.refused_view import Viewing
from primer_core.lessons.views.state import Snapshot
from tests.lessons.views.programs import Draft, cells, drafts, ran
from tests.profiles import examples

libraries = st.sampled_from(["NumPy", "PyTorch"])
EXAMPLES = {preset.title: preset.question for preset in PRESETS}

pytestmark = pytest.mark.filterwarnings("ignore")
"""What the libraries warn of is caught by the process that evaluates."""


@examples(500)
@given(drafts(), st.integers(-99, 99))
def test_an_edited_cell_changes_every_alias_and_no_copy(asked: Draft, value: int) -> None:
    before = run_program(asked.base, asked.b, asked.c, library=asked.library)
    assume(isinstance(before, Ran))
    assert isinstance(before, Ran)
    made = before.after.called(asked.chance.choice(before.after.names))
    assume(made.values.size and made.writeable)
    flat = asked.chance.randrange(made.values.size)
    index = tuple(int(place) for place in np.unravel_index(flat, made.values.shape)) if made.values.ndim else ()
    statement = written_cell(before.after, made.names[0], index, float(value))
    found = ran(asked.base, asked.b, asked.c, statement, asked.library)
    assert found.statements == (statement,)
    place = int(made.layout.addresses.ravel()[flat])
    for other in found.after.arrays:
        old = before.after.arrays[other.number].values
        hit = (other.layout.addresses == place) & (other.buffer == made.buffer)
        np.testing.assert_array_equal(other.values, np.where(hit, value, old))
    by_element = written_element(before.after, made.buffer, place, float(value))
    if by_element != statement:
        again = ran(asked.base, asked.b, asked.c, by_element, asked.library)
        for one, two in zip(found.after.arrays, again.after.arrays, strict=True):
            np.testing.assert_array_equal(one.values, two.values)


def test_edited_cells_are_written_once_and_not_without_end() -> None:
    assert followed_by("", "b[0] = 1") == "b[0] = 1"
    assert followed_by("b += 1; b[0] = 1; b[1] = 2", "b[0] = 3") == "b += 1; b[1] = 2; b[0] = 3"
    assert followed_by("b[0] = 1; b += 1", "b[0] = 3") == "b[0] = 1; b += 1; b[0] = 3"
    assert followed_by("a[0] = 1e+20; a[1] = 1", "a[0] = 2") == "a[1] = 1; a[0] = 2"
    with pytest.raises(Refused, match=f"at most {MAX_STATEMENTS} are run"):
        followed_by("; ".join(f"a[{i}] = 1" for i in range(MAX_STATEMENTS)), "b[0] = 1")
    assert written_cell(ran("(4,)").after, "a", (1,), 2.5) == "a[1] = 2.5"


@pytest.mark.parametrize(
    ("place", "index", "value", "part"),
    [
        ("b", (0, 0), 1, "b is read-only"),
        ("a", (9,), 1, "shape (4,) now, and no cell at (9,)"),
        ("nobody", (0,), 1, "No array is called “nobody”"),
        (0, (99,), 1, "reads this element of memory"),
        (0, (1, 1), 1, "No array"),
        ("a", (0,), 1e20, "a[0] is int64 and holds whole numbers from -9223372036854775808 to 9223372036854775807"),
        ("a", (0,), 2.0**60, "lose digits"),
        ("a", (0,), float("inf"), "inf is none"),
    ],
)
def test_an_edit_that_cannot_be_written_says_why(
    place: str | int, index: tuple[int, ...], value: float, part: str
) -> None:
    before = ran("(4,)", "np.broadcast_to(a, (2, 4))").after
    with pytest.raises(Refused) as refused:
        with_edit(before, "a[1] = 5", place, index, value)
    assert part in str(refused.value)


def test_memory_that_no_array_reads_cannot_be_written_to() -> None:
    found = ran("(4,)", "a[1:3]", then="a = a + 1").after
    with pytest.raises(Refused):
        with_edit(found, "a = a + 1", 0, (0,), 5)
    assert with_edit(found, "a = a + 1", 0, (1,), 5) == "a = a + 1; b[0] = 5"


def refusal_of(state: Snapshot, value: float) -> str:
    """Return why a number cannot be written to ``b[1]``; empty where it can."""
    try:
        with_edit(state, "", "b", (1,), value)
    except Refused as refused:
        return str(refused)
    return ""


@examples(300)
@given(
    st.sampled_from(["bool", "uint8", "int8", "int32", "int64", "float16", "float32", "float64"]),
    st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-300, 300).map(float)),
    libraries,
)
def test_a_number_is_written_into_a_cell_where_the_dtype_holds_it(dtype: str, value: float, library: Library) -> None:
    assume((dtype, library) != ("bool", "PyTorch"))  # not spelled torch.bool here
    made = f"a.astype(np.{dtype})" if library == "NumPy" else f"a.to(torch.{dtype})"
    kept = np.zeros((), dtype)
    with np.errstate(over="ignore"), contextlib.suppress(OverflowError):
        kept[()] = value
    before = ran("(2,)", made, library=library).after
    refusal = refusal_of(before, value)
    if refusal:
        assert dtype in refusal or "lose digits" in refusal
        assert kept.item() != value or abs(value) >= 2**53
        return
    then = with_edit(before, "", "b", (1,), value)
    assert cells(ran("(2,)", made, then=then, library=library), "b")[1] == kept.item()


@examples(500)
@given(st.data(), libraries)
def test_every_operation_to_choose_is_taken(data: st.DataObject, library: Library) -> None:
    shape = tuple(data.draw(st.lists(st.integers(0, 4), max_size=4)))
    operation = data.draw(st.sampled_from(operations(shape, library)))
    ran(str(shape), operation, library=library)


def test_an_edited_cell_is_a_statement_behind_those_that_stand() -> None:
    question = react(ViewsQuestion(), Edit("array b", (1, 0), 99.0))
    assert question.then == "b[1, 0] = 99"
    question = react(question, Edit("memory 0", (0,), 7.0))
    assert question.then == "b[1, 0] = 99; a[0, 0] = 7"
    found = explain(question)
    assert isinstance(found, Ran)
    assert cells(found, "a") == [[7, 2, 3, 4], [5, 6, 7, 8], [9, 99, 11, 12]]


@pytest.mark.parametrize(
    ("question", "grid", "part"),
    [
        (ViewsQuestion(b="np.broadcast_to(a, (2, 3, 4))"), "array b", "read-only"),
        (ViewsQuestion(), "memory 7", "No array is called"),
        (ViewsQuestion(), "array z", "No array is called"),
        (ViewsQuestion(b="a.explode()"), "array a", "field b cannot be taken"),
        (ViewsQuestion(b="a[9]"), "array a", "field b stops at an error"),
        (ViewsQuestion(b="a", then="a += 0.5"), "array a", "Then stops at an error"),
        (EXAMPLES["a += 1"], "after 0", "Memory"),
    ],
)
def test_an_edit_that_cannot_be_made_is_refused_with_the_reason(question: ViewsQuestion, grid: str, part: str) -> None:
    with pytest.raises(EventError, match=part):
        react(question, Edit(grid, (0, 0), 1.0))


def choose(question: ViewsQuestion, view: View) -> ViewsQuestion:
    return react(question, Put({"view": view}))


@pytest.mark.parametrize("view", ["Refused views", "Names"])
def test_a_view_opens_with_its_own_example_where_an_untouched_one_shows_nothing(view: View) -> None:
    opened = choose(ViewsQuestion(), view)
    assert opened in EXAMPLES.values()
    assert opened.view == view
    assert choose(opened, view) == opened


def test_an_example_of_another_view_leaves_nothing_behind() -> None:
    refused = choose(EXAMPLES["A row, += 100"], "Refused views")
    assert isinstance(explain(refused), Viewing)
    assert (refused.c, refused.then) == ("", "")
    assert choose(refused, "Memory") == replace(refused, view="Memory")


def test_fields_stay_where_they_show_something_or_are_a_learners_own() -> None:
    own = ViewsQuestion(a="(5,)", b="a[1:]")
    assert choose(own, "Names") == replace(own, view="Names")
    moves: tuple[tuple[str, View], ...] = (
        ("A row, += 100", "Names"),
        (".T, then reshape", "Refused views"),
        ("a += 1", "Memory"),
    )
    for title, view in moves:
        assert choose(EXAMPLES[title], view) == replace(EXAMPLES[title], view=view)
    touched = replace(ViewsQuestion(), to="(6,)")
    assert choose(touched, "Names") == replace(touched, view="Names")


def test_a_view_that_comes_with_other_fields_takes_them() -> None:
    texts = {"view": "Refused views", "to": "(6,)"}
    question = react(ViewsQuestion(), Put(texts))
    assert (question.view, question.to, question.b) == ("Refused views", "(6,)", ViewsQuestion().b)
