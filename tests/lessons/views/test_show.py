"""What the lesson on views tells and shows of its outcomes: facts that hold against NumPy and PyTorch."""

from dataclasses import replace
from typing import Any

import pytest

from primer_core.claims.claim import Claim
from primer_core.claims.copying import (
    AlwaysCopies,
    AxesTurned,
    CellsChosen,
    Computed,
    NoNegativeStrides,
    NoStridesGive,
    OtherDtype,
    ReadsThere,
    TakesBytes,
)
from primer_core.claims.memory import CopyMade, LiesBeside, NewArray, OneObject, OtherMemory, ReadsMemory, ViewOf
from primer_core.claims.rebinding import ChangedTogether, ReboundTo, Unchanged
from primer_core.claims.refusing import NotRun, RunsWithout
from primer_core.claims.viewing import BytesCopied, CellsDiffer, PairsFit, PairUnequal, WalkedInOrder
from primer_core.lessons.views import claims
from primer_core.lessons.views.claims import claims_of
from primer_core.lessons.views.explain import explain
from primer_core.lessons.views.presets import PRESETS
from primer_core.lessons.views.question import ViewsQuestion
from primer_core.lessons.views.refused_view import Viewing, explain_viewing
from primer_core.lessons.views.show import show
from primer_core.picture.grid import Picture
from primer_core.picture.parts import Chip, Control, Controls, Fixes, Note, Notice, Page, Story, Table
from primer_core.picture.text import plain
from tests.lessons.parts import part, parts
from tests.lessons.views.programs import ran

EXAMPLES = {preset.title: preset.question for preset in PRESETS}

pytestmark = pytest.mark.filterwarnings("ignore")
"""What the libraries warn of is caught by the process that evaluates."""


def page_of(question: ViewsQuestion) -> Page:
    return show(question, explain(question))


def chips(question: ViewsQuestion) -> list[str]:
    return [chip.text for chip in parts(page_of(question), Chip)]


def said(a: str, b: str = "", c: str = "", then: str = "", **fields: Any) -> tuple[Claim, ...]:
    question = ViewsQuestion(a=a, b=b, c=c, then=then, **fields)
    return claims_of(question, explain(question))


def kinds(found: tuple[Claim, ...]) -> set[type[Claim]]:
    return {type(claim) for claim in found}


def viewed(operation: str, shape: str) -> Viewing:
    found = explain_viewing("(3, 4)", operation, shape, "PyTorch")
    assert isinstance(found, Viewing)
    return found


def controls(question: ViewsQuestion) -> list[Control]:
    return [control for row in parts(page_of(question), Controls) for control in row.controls]


def test_chips_say_what_each_name_is() -> None:
    assert chips(ViewsQuestion(b="a[1:]", c="a.copy()")) == ["b is a view of a", "c is a copy"]
    assert chips(ViewsQuestion(b="a")) == ["b is a: two names of one object"]
    assert chips(EXAMPLES["Transposed, flat"]) == ["the view in shape (12,) is refused"]
    assert chips(EXAMPLES["Transposed, cut"]) == ["the view in shape (2, 2, 3) is given"]


A = ("a", "a = np.arange(1, 5)", 1)


@pytest.mark.parametrize(
    ("b", "then", "chip"),
    [
        ("a[1:3]", "a = a + 1", ViewOf(("b", "b = a[1:3]", 1), A, held=True, of_held=False)),
        ("a", "a = a + 1", OneObject(("b", "b = a", 1), A, now=False)),
        ("a[1:3]", "b = b + 1", ViewOf(("b", "b = a[1:3]", 1), A, held=False, of_held=True)),
        ("a.copy()", "b = a", CopyMade(("b", "b = a.copy()", 1), held=False)),
        ("a[1:3]", "a += 1", ViewOf(("b", "b = a[1:3]", 1), A, held=True, of_held=True)),
        ("a * 2", "", NewArray(("b", "b = a * 2", 1), held=True)),
        ("np.zeros_like(a)", "", NewArray(("b", "b = np.zeros_like(a)", 1), held=True)),
    ],
)
def test_what_a_name_is_is_told_of_the_object_that_it_is_bound_to(b: str, then: str, chip: Claim) -> None:
    assert chip in said("(4,)", b, then=then)


def test_a_story_says_view_or_copy_why_and_who_sees_a_change() -> None:
    found = said("(3, 4)", "a[[0, 2]]", "a[1:]", "a += 1")
    assert OtherMemory(("b", "b = a[[0, 2]]", 1), held=True, bytes=64, apart=("a",)) in found
    assert CellsChosen(("b = a[[0, 2]]", 1), "a[[0, 2]]") in found
    assert ReadsMemory in kinds(found)
    assert ChangedTogether(("a", "c"), ("c = a[1:]", 1)) in found
    assert Unchanged("b", ("c = a[1:]", 1), "a") in found


@pytest.mark.parametrize(
    ("a", "b", "inside", "outside"),
    [
        ("(2, 3)", "a.copy()[0]", AlwaysCopies, CellsChosen),
        ("(2, 3)", "(a * 10)[:, None]", Computed, CellsChosen),
        ("(2, 3)", "a[[0, 1]].T", CellsChosen, AxesTurned),
        ("(2, 3)", "(a + 1).reshape(3, 2)", Computed, NoStridesGive),
        ("(3,)", "torch.from_numpy(a.copy())", AlwaysCopies, TakesBytes),
        ("(2, 3)", "np.flip(a)", ReadsThere, NoNegativeStrides),
        ("(2, 3)", "a.astype(np.int64)", AlwaysCopies, OtherDtype),
    ],
)
def test_a_copy_is_explained_by_the_step_that_made_it(
    a: str, b: str, inside: type[Claim], outside: type[Claim]
) -> None:
    assert inside in kinds(said(a, b))
    assert outside not in kinds(said(a, b))


@pytest.mark.parametrize(("b", "size"), [("a.copy()[0]", 48), ("np.broadcast_to(a.copy(), (2, 2, 3))", 48)])
def test_a_copys_size_is_that_of_the_memory_that_is_drawn(b: str, size: int) -> None:
    assert [claim.bytes for claim in said("(2, 3)", b) if isinstance(claim, OtherMemory)] == [size]
    assert ran("(2, 3)", b).before.buffers[1].nbytes == size


@pytest.mark.parametrize(
    ("a", "b", "then", "cells"),
    [
        ("(2,)", "a", "a = a + 1", [0]),
        ("[1., 2.]", "torch.from_numpy(a)", "a += 10; a = a + 10", [2]),
        ("[1., 2.]", "", "c = a.copy(); a[0] = -1", []),
        ("(4,)", "a[1:]", "a = b", [0]),
    ],
)
def test_the_object_that_a_name_left_is_said_to_stay_only_where_it_did(
    a: str, b: str, then: str, cells: list[int]
) -> None:
    assert [claim.cells for claim in said(a, b, then=then) if isinstance(claim, ReboundTo)] == cells


def test_two_parts_of_one_memory_are_no_views_of_each_other() -> None:
    found = said("torch.arange(4)", then="u, v = torch.chunk(torch.arange(4), 2)", library="PyTorch")
    assert LiesBeside in kinds(found)
    assert ViewOf not in kinds(found)


def test_a_line_that_was_not_run_is_named_and_not_asked_for_again() -> None:
    question = ViewsQuestion(view="Names", a="[6, 9, 12]", b="a[::2, 1:]", then="a[0] = 2.9")
    assert NotRun(("b = a[::2, 1:]", 1), ("a[0] = 2.9",)) in claims_of(question, explain(question))
    assert not [note for note in parts(page_of(question), Note) if "Write a statement" in plain(note.text)]
    assert {"b": ""} in [dict(fix.puts) for fix in part(page_of(question), Fixes).fixes]
    assert RunsWithout in kinds(claims_of(question, explain(question)))
    empty = page_of(ViewsQuestion(view="Names", a="(4,)", b=""))
    assert [note for note in parts(empty, Note) if "Write a statement" in plain(note.text)]
    assert NotRun(("a += 0.5", 1), ("a += 1",)) in said("(4,)", then="a += 0.5; a += 1")


def test_a_refused_view_is_told_with_its_numbers() -> None:
    refused = claims.viewing(viewed("a.T", "(12,)"))
    assert PairUnequal("b.view(12)", (0, 1), stride=1, size=3, next_stride=4) in refused
    assert [claim.bytes for claim in refused if isinstance(claim, BytesCopied)] == [96, 96]
    assert claims.walk(viewed("a.T", "(12,)")) == (
        WalkedInOrder("b", (0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11), more=False),
    )
    assert PairsFit("b.view(2, 2, 3)", ()) in claims.viewing(viewed("a.T", "(2, 2, 3)"))
    assert CellsDiffer("b.view(5)", 12, (5,)) in claims.viewing(viewed("a.T", "(5,)"))


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
    assert "UFuncTypeError" in plain(parts(stop, Notice)[0].paragraphs[0])


def test_names_are_tabled_with_their_objects_and_dtypes() -> None:
    table = parts(page_of(ViewsQuestion(view="Names", a="(4,)", b="a", then="a = a + 0.5; c = b")), Table)[0]
    rows = [[plain(cell.text) for cell in row] for row in table.rows]
    assert [row[0] for row in rows] == ["a", "b", "c"]
    assert [row[3] for row in rows] == ["a new object", "the same object", "bound first"]
    assert [plain(row[2].note) for row in table.rows] == ["float64", "int64", "int64"]


def test_each_example_tells_something() -> None:
    for question in EXAMPLES.values():
        assert all(map(plain, part(page_of(question), Story).paragraphs))
