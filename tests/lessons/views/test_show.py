"""What the lesson on views tells and shows of its outcomes: facts that hold against NumPy and PyTorch."""

from dataclasses import replace
from typing import Any

import pytest

from primer_core.lessons.views.explain import explain
from primer_core.lessons.views.presets import PRESETS
from primer_core.lessons.views.program import Ran
from primer_core.lessons.views.question import ViewsQuestion
from primer_core.lessons.views.refused_view import Viewing, explain_viewing
from primer_core.lessons.views.show import show
from primer_core.lessons.views.story import changes_told, story, viewing_told, walk
from primer_core.picture.grid import Picture
from primer_core.picture.parts import Chip, Control, Controls, Fixes, Notice, Page, Story, Table
from primer_core.picture.text import Text, plain
from tests.lessons.parts import part, parts
from tests.lessons.views.programs import ran, stopped

EXAMPLES = {preset.title: preset.question for preset in PRESETS}

pytestmark = pytest.mark.filterwarnings("ignore")
"""What the libraries warn of is caught by the process that evaluates."""


def page_of(question: ViewsQuestion) -> Page:
    return show(question, explain(question))


def chips(question: ViewsQuestion) -> list[str]:
    return [chip.text for chip in parts(page_of(question), Chip)]


def told(paragraphs: tuple[Text, ...]) -> str:
    return " ".join(map(plain, paragraphs))


def viewed(operation: str, shape: str) -> Viewing:
    found = explain_viewing("(3, 4)", operation, shape, "PyTorch")
    assert isinstance(found, Viewing)
    return found


def controls(question: ViewsQuestion) -> list[Control]:
    return [control for row in parts(page_of(question), Controls) for control in row.controls]


def test_chips_say_what_each_name_is() -> None:
    assert chips(ViewsQuestion(b="a[1:]", c="a.copy()")) == ["b is a view of a", "c is a copy"]
    assert chips(ViewsQuestion(b="a")) == ["b is a: one object"]
    assert chips(EXAMPLES["Transposed, flat"]) == ["the view is refused"]
    assert chips(EXAMPLES["Transposed, cut"]) == ["the view is given"]


@pytest.mark.parametrize(
    ("b", "then", "chip"),
    [
        ("a[1:3]", "a = a + 1", "b is a view of the old a"),
        ("a", "a = a + 1", "b was a: one object"),
        ("a[1:3]", "b = b + 1", "b was a view of a"),
        ("a.copy()", "b = a", "b was a copy"),
        ("a[1:3]", "a += 1", "b is a view of a"),
    ],
)
def test_what_a_name_is_is_told_as_it_is_after_the_statements(b: str, then: str, chip: str) -> None:
    question = ViewsQuestion(a="(4,)", b=b, then=then)
    assert chips(question) == [chip]
    found = explain(question)
    assert isinstance(found, Ran)
    (asked,) = found.asked or (None,)
    if asked is not None and not asked.answer:
        assert "`b` is a view of a:" not in told(story(found))


def test_a_story_says_view_or_copy_why_and_who_sees_a_change() -> None:
    words = told(story(ran("(3, 4)", "a[[0, 2]]", "a[1:]", "a += 1")))
    assert "b is a copy: it lies in memory of its own, of 64 bytes" in words
    assert "no strides can say that" in words.lower()
    assert "c is a view of a" in words
    assert "a and c read it: both of them changed" in words
    assert "Unchanged: b, which lies in another memory" in words


@pytest.mark.parametrize(
    ("a", "b", "inside", "outside"),
    [
        ("(2, 3)", "a.copy()[0]", "always copies", "list or a mask"),
        ("(2, 3)", "(a * 10)[:, None]", "arithmetic", "list or a mask"),
        ("(2, 3)", "a[[0, 1]].T", "list or a mask", "urning axes"),
        ("(2, 3)", "(a + 1).reshape(3, 2)", "arithmetic", "no strides give"),
        ("(3,)", "torch.from_numpy(a.copy())", "always copies", "each sees"),
        ("(2, 3)", "np.flip(a)", "negative strides", "so its flip copies"),
        ("(2, 3)", "a.astype(np.int64)", "even where the dtype stays", "written anew"),
    ],
)
def test_a_copy_is_explained_by_the_step_that_made_it(a: str, b: str, inside: str, outside: str) -> None:
    words = told(story(ran(a, b)))
    assert inside in words
    assert outside not in words


@pytest.mark.parametrize(("b", "size"), [("a.copy()[0]", 48), ("np.broadcast_to(a.copy(), (2, 2, 3))", 48)])
def test_a_copys_size_is_that_of_the_memory_that_is_drawn(b: str, size: int) -> None:
    found = ran("(2, 3)", b)
    assert f"of {size} bytes" in told(story(found))
    assert found.before.buffers[1].nbytes == size


def test_the_object_that_a_name_left_is_said_to_stay_only_where_it_did() -> None:
    assert "stays as it was" in told(changes_told(ran("(2,)", "a", then="a = a + 1")))
    changed = told(changes_told(ran("[1., 2.]", "torch.from_numpy(a)", then="a += 10; a = a + 10")))
    assert "stays as it was" not in changed
    assert "changed too, in 2 cells" in changed
    first = told(changes_told(ran("[1., 2.]", then="c = a.copy(); a[0] = -1")))
    assert "before" not in first
    other = told(changes_told(ran("(4,)", "a[1:]", then="a = b")))
    assert "new object" not in other
    assert "a is now bound to the object that was called b" in other


def test_a_line_that_was_not_run_is_named_and_not_asked_for_again() -> None:
    found = stopped("[6, 9, 12]", "a[::2, 1:]", then="a[0] = 2.9")
    words = told(changes_told(found))
    assert "Because b failed, the statements in Then were not run" in words
    assert "Write a statement" not in words
    fixes = part(page_of(ViewsQuestion(a="[6, 9, 12]", then="a[0] = 2.9")), Fixes)
    assert {"b": ""} in [dict(fix.puts) for fix in fixes.fixes]
    assert "Write a statement" in told(changes_told(ran("(4,)")))
    assert "after it were not run" in told(changes_told(stopped("(4,)", then="a += 0.5; a += 1")))


def test_a_base_is_not_said_to_own_its_memory_where_it_does_not() -> None:
    found = ran("(2, 3)")
    assert "owns" not in told(story(found)).lower()


def test_a_refused_view_is_told_with_its_numbers() -> None:
    words = told(viewing_told(viewed("a.T", "(12,)")))
    assert "One step along axis 0 moves 1 element," in words
    assert "3 · 4 = 12" in words
    assert words.count("96 bytes") == 2
    assert plain(walk(viewed("a.T", "(12,)"))).endswith("+4 +4 −7 +4 +4 −7 +4 +4 −7 +4 +4")
    assert "nothing is copied" in told(viewing_told(viewed("a.T", "(2, 2, 3)")))
    assert "no copy helps" in told(viewing_told(viewed("a.T", "(5,)")))


def test_a_message_stands_at_the_field_and_the_picture_stays() -> None:
    question = ViewsQuestion(b="a.explode()")
    page = page_of(question)
    assert page.body is None
    (problem,) = [control for control in controls(question) if control.problem]
    assert problem.field == "b"
    assert "explode" in plain(problem.problem)


@pytest.mark.parametrize(
    ("view", "fields"), [("Memory", {"c", "then"}), ("Names", {"c", "then"}), ("Refused views", {"to"})]
)
def test_each_view_has_its_own_fields(view: Any, fields: set[str]) -> None:
    shown = {control.field for control in controls(ViewsQuestion(view=view))}
    assert shown == {"view", "lib", "a", "b", *fields}


def test_an_operation_for_b_can_be_chosen_which_the_library_takes() -> None:
    for question in (ViewsQuestion(), EXAMPLES["contiguous"]):
        (chooser,) = [control for control in controls(question) if control.look == "select"]
        assert chooser.field == "b"
        assert question.b in dict(chooser.options)
        assert "a.T" in dict(chooser.options) or question.library == "PyTorch"
    own = replace(ViewsQuestion(), b="a[1:, 2:]")
    (chooser,) = [control for control in controls(own) if control.look == "select"]
    assert chooser.value == "a[1:, 2:]"
    assert chooser.options[0][0] == "a[1:, 2:]"


def test_cells_take_numbers_only_where_all_ran() -> None:
    editable = [grid.editable for grid in part(page_of(ViewsQuestion()), Picture).grids]
    assert all(editable)
    stop = page_of(ViewsQuestion(b="a", then="a += 0.5"))
    assert not any(grid.editable for grid in part(stop, Picture).grids)
    assert "UFuncTypeError" in plain(part(stop, Notice).paragraphs[0])


def test_names_are_tabled_with_their_objects_and_dtypes() -> None:
    table = parts(page_of(ViewsQuestion(view="Names", a="(4,)", b="a", then="a = a + 0.5; c = b")), Table)[0]
    rows = [[plain(cell.text) for cell in row] for row in table.rows]
    assert [row[0] for row in rows] == ["a", "b", "c"]
    assert [row[3] for row in rows] == ["a new object", "the same object", "bound first"]
    assert [plain(row[2].note) for row in table.rows] == ["float64", "int64", "int64"]


def test_each_example_tells_something() -> None:
    for question in EXAMPLES.values():
        assert all(map(plain, part(page_of(question), Story).paragraphs))
