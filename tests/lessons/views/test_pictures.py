"""Pictures of arrays, their memory and their names: every formula holds, colours say which memory."""

import random
import re
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from primer_core.backend import Library
from primer_core.lessons.outcome import Unread
from primer_core.lessons.views.pictures import memory, names, refused
from primer_core.lessons.views.presets import PRESETS
from primer_core.lessons.views.program import Program, Stopped, run_program
from primer_core.lessons.views.question import ViewsQuestion
from primer_core.lessons.views.refused_view import Viewing, explain_viewing
from tests.formulas import sentence
from tests.lessons.views.programs import ran
from tests.profiles import examples

OPERATIONS = (
    "a[::2, 1:]", "a[::-1, ::-1]", "a[..., None]", "a[[0, 2]]", "a[a > 5]", "a.T", "a.ravel()", "a.T.ravel()",
    "a.flatten()", "a.astype(np.float32)", "a[1, 2]", "a[2:1]", "a + 1", "as_strided(a, (2, 3, 4), (0, 32, 8))",
    "np.broadcast_to(a, (2, 3, 4))", "a.diagonal()", "a",
)  # fmt: skip

TAKEN = ("a", "a[0]", "a[0, 0]", "a[0, 0, 0]", "a.T", "a[1:]", "a[[0, -1]]", "a + 1", "a.ravel()", "a[:0]", "a[...]")
SAID = ("a", "b", "a[0]", "b[..., 0]", "a[0, 0]", "b.T", "a[0] + b", "b[[0]]", "2", "3", "0", "2.5", "1e20")
SIGNS = ("=", "+=", "+=", "-=", "*=", "/=", "//=", "%=")
CHANGED = ("a", "b", "c", "a", "b", "b[...]", "a[0]", "a[0, 0]", "b[[0]][0]")

pytestmark = pytest.mark.filterwarnings("ignore")
"""What the libraries warn of is caught by the process that evaluates."""


@examples(500)
@given(st.sampled_from(OPERATIONS), st.sampled_from(OPERATIONS), st.integers(0, 2**30))
def test_every_address_formula_holds_and_ends_at_the_cells_number(b: str, c: str, seed: int) -> None:
    found = run_program("(3, 4)", b, c)
    assert not isinstance(found, Unread)
    picture = memory(found)
    payload = picture.payload()
    assert len(payload["grids"]) == len(picture.grids)
    grids = {grid.id: grid for grid in picture.grids}
    drawn = [grid for grid in picture.grids if grid.id.startswith("array") and grid.values.size]
    grid = random.Random(seed).choice(drawn)
    flat = seed % grid.values.size
    text = sentence(picture, grid.id, flat)
    told = re.fullmatch(r"<\d+> is at (.*) elements? = \+(\d+) bytes?\n<(\d+)> = ([^,]*)(, made from .*)?", text)
    assert told, text
    assert not re.search(r"\b1 (elements|bytes)", text)
    sides = told[1].replace("·", "*").replace("−", "-").split("=")
    place = int(told[3])
    assert {eval(side, {}) for side in sides} == {place}
    (strip,) = [link.source for link in picture.links if link.target == grid.id]
    assert int(told[2]) == place * grids[strip].values.itemsize
    assert told[4] == str(grid.values.ravel()[flat]) == str(grids[strip].values[place])
    if told[5]:
        name, *index = re.findall(r"\w+", told[5].removeprefix(", made from "))
        source = found.after.called(name).values[tuple(map(int, index))]
        assert source == grid.values.ravel()[flat] or "+" in found.after.called(grid.name).code


@examples(500)
@given(st.integers(0, 2**40))
def test_every_program_is_drawn_with_the_numbers_that_python_comes_to(seed: int) -> None:
    chance = random.Random(seed)
    library: Library = chance.choice(["NumPy", "PyTorch"])
    taken = (*TAKEN, "torch.from_numpy(a)" if library == "NumPy" else "a.numpy()")
    statements = [f"{chance.choice(CHANGED)} {chance.choice(SIGNS)} {chance.choice(SAID)}" for _ in range(3)]
    base = chance.choice(["(3, 4)", "(3, 4)", "(4,)", "(2, 3, 2)", "[[1.5, 2.5], [3.5, 4.5]]"])
    found = run_program(base, chance.choice(taken), chance.choice(("", *taken)), "; ".join(statements), library)
    if isinstance(found, Unread):
        return
    for picture in (memory(found), names(found)):
        assert picture.payload()["grids"]
    if isinstance(found, Stopped):  # what a refused statement wrote before it was refused is not asked of Python again
        return
    real: dict[str, Any] = {"np": np, "torch": torch}
    with np.errstate(all="ignore"):
        exec("\n".join([f"a = {found.base}", *found.definitions, *found.statements]), real)
    for name in found.after.names:
        np.testing.assert_array_equal(found.after.called(name).values, np.asarray(real[name]))


@pytest.mark.parametrize("then", ["b += a", "b -= a", "b = a[0, 1]; b *= a"])
def test_a_number_of_numpys_that_is_added_to_becomes_a_new_array(then: str) -> None:
    found = ran("(3, 4)", "a[0, 0]", then=then)
    made = found.after.called("b")
    a = np.arange(1, 13).reshape(3, 4)
    real = {"b += a": a[0, 0] + a, "b -= a": a[0, 0] - a, "b = a[0, 1]; b *= a": a[0, 1] * a}[then]
    np.testing.assert_array_equal(made.values, real)
    assert (made.origins, made.writeable) == (None, True)
    drawn = {grid.name: grid.values.tolist() for grid in memory(found).grids}
    assert drawn["b"] == real.tolist()
    assert names(found).payload()["grids"]


@pytest.mark.parametrize(
    "preset", [one for one in PRESETS if one.question.view == "Memory"], ids=lambda preset: preset.title
)
def test_colour_says_in_which_memory_an_array_lies(preset: Any) -> None:
    picture = memory(explained(preset.question))
    roles = {grid.id: grid.role for grid in picture.grids}
    for link in picture.links:
        assert link.same
        assert roles[link.source] == roles[link.target]
    strips = [grid for grid in picture.grids if grid.id.startswith("memory")]
    assert len({grid.role for grid in strips}) == len(strips)
    for strip in strips:
        assert strip.labels == tuple(f"+{strip.values.itemsize * place}" for place in range(strip.values.size))


def test_what_a_view_does_not_read_is_faded_in_its_memory() -> None:
    picture = memory(ran("(3, 4)", "a[::2, 1:]"))
    (strip,) = [grid for grid in picture.grids if grid.id == "memory 0"]
    assert strip.faded is not None
    assert np.flatnonzero(~strip.faded).tolist() == [1, 2, 3, 9, 10, 11]
    assert picture.focus == ("array b", 5)


def test_an_element_of_memory_names_all_that_read_it() -> None:
    picture = memory(ran("(3, 4)", "a.T", "b[1:]"))
    assert sentence(picture, "memory 0", 1) == "<1> = 2, at +8 bytes, is a[0, 1], b[1, 0], c[0, 0]"
    picture = memory(ran("(3, 1)", "np.broadcast_to(a, (3, 9))"))
    assert sentence(picture, "memory 0", 2) == (
        "<2> = 3, at +16 bytes, is a[2, 0], b[2, 0], b[2, 1], b[2, 2], 6 more of b"
    )


def test_cells_that_nobody_may_write_to_are_not_offered_for_it() -> None:
    editable = {grid.name: grid.editable for grid in memory(ran("(4,)", "np.broadcast_to(a, (2, 4))")).grids}
    assert editable == {"a": True, "b": False, "memory": True}
    assert not any(grid.editable for grid in memory(ran("(4,)", "a[1:]"), editable=False).grids)


def test_a_memory_with_elements_that_no_array_reads_any_more_is_not_offered_for_writing() -> None:
    grids = memory(ran("(4,)", "a[1:]", then="a = a + 1")).grids
    assert {grid.id: grid.editable for grid in grids} == {
        "array a": True, "array b": True, "memory 0": False, "memory 1": True,
    }  # fmt: skip
    assert all(grid.editable for grid in memory(ran("(3, 4)", "a.T", then="a = a + 1")).grids)


def test_names_stand_above_their_objects_before_and_after() -> None:
    picture = names(ran("(4,)", "a", then="a = a + 1"))
    tags = {grid.id: grid.tags for grid in picture.grids if grid.tags}
    assert tags == {"before 0": ("a", "b"), "after 0": ("b",), "after 1": ("a",)}
    assert [row.label for row in picture.rows] == ["before", "after: a = a + 1"]
    assert sentence(picture, "after 1", 2) == "<2> = 4, made from b[2]"
    changed = names(ran("(4,)", "a[1:3]", then="a += 1"))
    marks = {grid.id: grid.marked.tolist() for grid in changed.grids if grid.marked is not None}
    assert marks == {"after 0": [True] * 4, "after 1": [True] * 2}
    assert sentence(changed, "after 1", 0) == "<0> = 3, before 2"


def test_an_object_without_a_name_says_what_becomes_of_it() -> None:
    badges = {grid.id: [badge.text for badge in grid.badges] for grid in drawn("(4,)", "a[1:3]", "a = a + 1")}
    assert badges["after 0"] == ["object 1, memory 1", "no name left, memory kept by b"]
    badges = {grid.id: [badge.text for badge in grid.badges] for grid in drawn("(4,)", "", "a = a + 1")}
    assert badges["after 0"] == ["object 1, memory 1", "no name left: freed"]
    lost = next(grid for grid in drawn("(4,)", "", "a[[1, 2]][0] = 100") if grid.id == "unnamed 0")
    assert (lost.name, lost.values.tolist()) == ("a[[1, 2]]", [100, 3])


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_every_example_can_be_drawn(preset: Any) -> None:
    if preset.question.view == "Refused views":
        viewing = explain_viewing(preset.question.a, preset.question.b, preset.question.to, preset.question.library)
        assert isinstance(viewing, Viewing)
        assert refused(viewing).payload()["grids"]
        return
    found = explained(preset.question)
    assert names(found).payload()["grids"]
    assert memory(found).payload()["grids"]


@pytest.mark.parametrize("b", ["a[:]", "a.T", "torch.from_numpy(a)", "np.broadcast_to(a, (2, 3, 4))"])
def test_nothing_is_called_faded_where_nothing_is(b: str) -> None:
    picture = memory(ran("(3, 4)", b))
    assert all(grid.faded is None for grid in picture.grids)
    assert not any("faded" in (row.label or "") for row in picture.rows)
    assert any("faded" in (row.label or "") for row in memory(ran("(3, 4)", "a[1:]")).rows)


def explained(question: ViewsQuestion) -> Program:
    found = run_program(question.a, question.b, question.c, question.then, question.library)
    assert not isinstance(found, Unread)
    return found


def drawn(base: str, operation: str, then: str) -> Any:
    return names(ran(base, operation, then=then)).grids


@pytest.mark.parametrize(
    ("b", "badge"),
    [("a.copy()", "COPY"), ("a[[0, 1]]", "COPY"), ("a * 10", "NEW"), ("np.zeros_like(a)", "NEW"), ("a[0, 0]", "NUMBER"),
     ("a.T", "VIEW"), ("a[:0]", "NO CELLS")],
)  # fmt: skip
def test_a_badge_says_how_an_array_came_to_its_memory(b: str, badge: str) -> None:
    badges = {grid.name: [each.text for each in grid.badges] for grid in memory(ran("(3, 4)", b)).grids}
    assert badges["b"][0] == badge
    assert badges["a"] == ["BASE"]
