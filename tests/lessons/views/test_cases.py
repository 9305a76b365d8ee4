"""Questions of learners, as this lesson is asked them: what it shows is what NumPy and PyTorch do."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from primer_core.claims.claim import Claim
from primer_core.claims.rebinding import ReboundTo, Wrote
from primer_core.claims.refusing import NegativeStride, ReadsWhatItWrites
from primer_core.claims.storing import LastBracketWrites, NoRunningTotal, ReadThenWritten
from primer_core.lessons.lesson import Preset
from primer_core.lessons.outcome import Unread
from primer_core.lessons.views.claims import claims_of
from primer_core.lessons.views.explain import Outcome, explain
from primer_core.lessons.views.presets import PRESETS
from primer_core.lessons.views.program import Program, Ran, Stopped, run_program
from primer_core.lessons.views.question import ViewsQuestion
from primer_core.lessons.views.refused_view import Viewing
from primer_core.lessons.views.show import show
from primer_core.picture.grid import Picture
from primer_core.picture.parts import CodePanel, Fixes, Note, Notice, Story, Table
from primer_core.picture.text import plain
from tests.lessons.parts import parts
from tests.lessons.views.programs import cells
from tests.snippets import assigned_in

pytestmark = pytest.mark.filterwarnings("ignore")
"""What the libraries warn of is caught by the process that evaluates."""

EXAMPLES = {preset.title: preset.question for preset in PRESETS}
VIEWS = ("Memory", "Names")


def shown(question: ViewsQuestion) -> str:
    """Return all sentences and tables of the page."""
    page = show(question, explain(question))
    lines = [plain(line) for story in parts(page, Story) for line in story.paragraphs]
    lines += [plain(note.text) for note in parts(page, Note)]
    lines += [" | ".join(plain(cell.text) for cell in row) for table in parts(page, Table) for row in table.rows]
    return "\n".join(lines)


def said(question: ViewsQuestion) -> tuple[Claim, ...]:
    return claims_of(question, explain(question))


def program(question: ViewsQuestion) -> Ran | Stopped:
    found = explain(question)
    assert isinstance(found, Ran | Stopped), found
    return found


def drawn(question: ViewsQuestion, name: str) -> Any:
    """Return the cells of the last grid of that name in the picture."""
    page = show(question, explain(question))
    grids = [grid for picture in parts(page, Picture) for grid in picture.grids if grid.name == name]
    return grids[-1].values.tolist()


@pytest.mark.parametrize("view", VIEWS)
def test_only_the_last_bracket_writes(view: Any) -> None:
    question = replace(EXAMPLES["Two brackets"], view=view)
    a = np.array([1, 2, 3, 4])
    first, second, third = program(question).deeds
    a[[1, 2]][0] = 50
    assert (a.tolist(), first.written) == ([1, 2, 3, 4], ())
    (lost,) = first.unnamed
    assert (lost.code, lost.values.tolist()) == ("a[[1, 2]]", [50, 3])
    a[1:3][0] = 60
    assert [(cell.name, cell.index, cell.old, cell.new) for cell in second.written[0].cells] == [("a", (1,), 2, a[1])]
    a[[1, 2]] = 70
    assert [cell.new for cell in third.written[0].cells] == [70, 70]
    assert drawn(question, "a") == a.tolist() == [1, 70, 70, 4]
    assert LastBracketWrites((first.code, 1), "a[[1, 2]]") in said(question)
    assert Wrote((third.code, 1), (("a", 2),)) in said(question)


@pytest.mark.parametrize("view", VIEWS)
def test_in_place_changes_the_memory_and_an_assignment_moves_the_name(view: Any) -> None:
    question = replace(EXAMPLES["The tensor stays behind"], view=view)
    a = np.array([1.0, 2.0])
    t = torch.from_numpy(a)
    found = program(question)
    told = shown(question)
    a += 10
    assert [cell.new for cell in found.deeds[1].written[0].cells] == t.tolist() == [11, 12]
    assert found.deeds[1].written[0].readers == ("a", "t")
    assert found.deeds[2].printed == (str(t),)
    a = a + 10
    assert "a = [21.0 22.0]" in told
    assert cells(found, "t") == t.tolist() == [11, 12]
    c = torch.tensor(a)
    a[0] = -1
    assert (cells(found, "a"), cells(found, "c")) == (a.tolist(), c.tolist()) == ([-1, 22], [21, 22])
    assert found.after.called("t").buffer != found.after.called("a").buffer != found.after.called("c").buffer
    (moved,) = (claim for claim in said(question) if isinstance(claim, ReboundTo))
    assert (moved.name[:2], moved.cells) == (("a", "a = a + 10"), 2)
    assert Wrote(("a += 10", 1), (("a", 2), ("t", 2))) in said(question)


def test_a_negative_stride_is_no_tensor_and_a_copy_is() -> None:
    question = EXAMPLES["Backwards to a tensor"]
    found = explain(question)
    assert isinstance(found, Stopped)
    a = np.array([1, 2, 3])[::-1]
    with pytest.raises(ValueError, match="negative") as declined:
        torch.from_numpy(a)
    assert found.words == f"ValueError: {declined.value}"
    assert found.before.called("b").layout.byte_strides == a.strides == (-8,)
    assert found.before.called("b").kind == "view"
    assert "(-8,)" in shown(question)
    (fix,) = (fix for part in parts(show(question, found), Fixes) for fix in part.fixes)
    mended = question.with_texts(dict(fix.puts))
    assert cells(program(mended), "c") == torch.from_numpy(a.copy()).tolist() == [3, 2, 1]
    assert NegativeStride(("c = torch.from_numpy(b)", 1), "b", (-8,)) in said(question)
    flips = program(ViewsQuestion(a="[1, 2, 3]", b="np.flip(a)", c="torch.from_numpy(a).flip(0)"))
    assert [verdict.kind for verdict in flips.verdicts] == ["view", "copy"]


@pytest.mark.parametrize("base", ["np.array([1, 2, 3])[::-1]", "[1, 2, 3][::-1]"])
def test_a_base_may_be_reversed_itself(base: str) -> None:
    found = explain(ViewsQuestion(a=base, b="torch.from_numpy(a.copy())", c="torch.from_numpy(a)"))
    assert isinstance(found, Stopped)
    assert found.before.called("a").layout.byte_strides == (-8,)
    assert cells(found, "b") == [3, 2, 1]


@pytest.mark.parametrize("view", VIEWS)
def test_adding_a_shifted_view_is_no_running_total(view: Any) -> None:
    question = replace(EXAMPLES["a[1:] += a[:-1]"], view=view)
    a = np.array([1, 1, 1, 1])
    a[1:] += a[:-1]
    assert drawn(question, "a") == a.tolist() == [1, 2, 2, 2]
    assert ReadThenWritten(("a[1:] += a[:-1]", 1)) in said(question)
    assert NoRunningTotal(("a[1:] += a[:-1]", 1), "a.cumsum(0)") in said(question)
    assert np.ones(4, int).cumsum(0).tolist() == [1, 2, 3, 4]


def test_pytorch_refuses_to_read_what_it_writes_and_takes_a_copy() -> None:
    question = replace(EXAMPLES["a[1:] += a[:-1]"], a="torch.ones(4)", library="PyTorch")
    found = explain(question)
    assert isinstance(found, Stopped)
    t = torch.ones(4)
    with pytest.raises(RuntimeError) as declined:
        t[1:] += t[:-1]
    assert found.words == f"RuntimeError: {declined.value}"
    assert "refer to a single memory location" in plain(parts(show(question, found), Notice)[0].paragraphs[0])
    assert found.untouched
    assert ReadsWhatItWrites(("a[1:] += a[:-1]", 1), "a[:-1]") in said(question)
    (fix,) = found.fixes
    assert cells(program(question.with_texts(dict(fix.texts))), "a") == [1, 2, 2, 2]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_what_the_code_panel_assigns_can_be_typed_into_the_fields(preset: Preset[ViewsQuestion]) -> None:
    first = explain(preset.question)
    code = parts(show(preset.question, first), CodePanel)[0].code
    typed = {name: text for name, text in assigned_in(code.partition("before = ")[0]).items() if name in ("a", "b")}
    assert typed["a"]
    again = explain(preset.question.with_texts(typed))
    assert same(first, again)


@pytest.mark.parametrize(
    "preset", [one for one in PRESETS if one.question.view != "Refused views"], ids=lambda preset: preset.title
)
def test_lines_of_the_code_panel_can_be_typed_as_statements(preset: Preset[ViewsQuestion]) -> None:
    found = program(preset.question)
    lines = [*found.definitions, *found.statements]
    code = parts(show(preset.question, found), CodePanel)[0].code
    assert all(line in code for line in lines)
    again = run_program(found.base, "", "", "\n".join(["import numpy as np", "import torch", *lines]), found.library)
    assert not isinstance(again, Unread)
    for name in found.after.names:
        np.testing.assert_array_equal(again.after.called(name).values, found.after.called(name).values)
        assert again.after.called(name).dtype == found.after.called(name).dtype


def same(first: Outcome, second: Outcome) -> bool:
    """Return whether two questions came to the same arrays, sharing the same memory."""
    assert type(first) is type(second)
    programs = [found.program if isinstance(found, Viewing) else found for found in (first, second)]
    one, other = programs
    assert isinstance(one, Program)
    assert isinstance(other, Program)
    assert one.after.names == other.after.names
    for name in one.after.names:
        made, again = one.after.called(name), other.after.called(name)
        np.testing.assert_array_equal(again.values, made.values)
        assert (again.dtype, again.library, again.layout) == (made.dtype, made.library, made.layout)
    assert isinstance(one, Ran) == isinstance(other, Ran)
    return [asked.answer for asked in one.asked] == [asked.answer for asked in other.asked]
