import random
import re
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from primer_core.backend import Library
from primer_core.lessons.views.explain import Views, explain_view
from primer_core.lessons.views.presets import PRESETS, ViewPreset
from primer_core.lessons.views.refused_view import explain_refused_view
from primer_core.lessons.views.show import memory, names, refused
from primer_core.lessons.views.story import changes_told, refusal_told, story, walk
from tests.formulas import sentence
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


@examples(500)
@given(st.sampled_from(OPERATIONS), st.sampled_from(OPERATIONS), st.integers(0, 2**30))
def test_every_address_formula_holds_and_ends_at_the_cells_number(b: str, c: str, seed: int) -> None:
    found = explain_view("(3, 4)", b, c)
    picture = memory(found)
    payload = picture.payload()
    assert len(payload["grids"]) == len(picture.grids)
    grids = {grid.id: grid for grid in picture.grids}
    drawn = [grid for grid in picture.grids if grid.id.startswith("array") and grid.values.size]
    grid = random.Random(seed).choice(drawn)  # noqa: S311 - a test's choice
    flat = seed % grid.values.size
    text = sentence(picture, grid.id, flat)
    told = re.fullmatch(r"<\d+> is at (.*) elements = \+(\d+) bytes\n<(\d+)> = ([^,]*)(, made from .*)?", text)
    assert told, text
    sides = told[1].replace("·", "*").replace("−", "-").split("=")
    place = int(told[3])
    assert {eval(side, {}) for side in sides} == {place}  # noqa: S307 - numbers and signs
    (strip,) = [link.source for link in picture.links if link.target == grid.id]
    assert int(told[2]) == place * grids[strip].values.itemsize
    assert told[4] == str(grid.values.ravel()[flat]) == str(grids[strip].values[place])
    if told[5]:
        name, *index = re.findall(r"\w+", told[5].removeprefix(", made from "))
        source = found.after.called(name).values[tuple(map(int, index))] if found.after else None
        assert source == grid.values.ravel()[flat] or "+" in found.after.called(grid.name).code  # type: ignore[union-attr]


@examples(500)
@given(st.integers(0, 2**40))
def test_every_program_is_drawn_with_the_numbers_that_python_comes_to(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test's choice
    library: Library = chance.choice(["NumPy", "PyTorch"])
    taken = (*TAKEN, "torch.from_numpy(a)" if library == "NumPy" else "a.numpy()")
    statements = [f"{chance.choice(CHANGED)} {chance.choice(SIGNS)} {chance.choice(SAID)}" for _ in range(3)]
    base = chance.choice(["(3, 4)", "(3, 4)", "(4,)", "(2, 3, 2)", "[[1.5, 2.5], [3.5, 4.5]]"])
    found = explain_view(base, chance.choice(taken), chance.choice(("", *taken)), "; ".join(statements), library)
    assert found.after is not None
    for picture in (memory(found), names(found)):
        assert picture.payload()["grids"]
    assert all(story(found))
    assert bool(found.statements) <= bool(changes_told(found))
    if found.error:  # what a refused statement wrote before it was refused is not asked of Python again
        return
    real: dict[str, Any] = {"np": np, "torch": torch}
    with np.errstate(all="ignore"):
        exec("\n".join([f"a = {found.base}", *found.definitions, *found.statements]), real)  # noqa: S102 - as above
    for name in found.after.names:
        np.testing.assert_array_equal(found.after.called(name).values, np.asarray(real[name]))


@pytest.mark.parametrize("then", ["b += a", "b -= a", "b = a[0, 1]; b *= a"])
def test_a_number_of_numpys_that_is_added_to_becomes_a_new_array(then: str) -> None:
    found = explain_view("(3, 4)", "a[0, 0]", then=then)
    assert found.after is not None
    made = found.after.called("b")
    a = np.arange(1, 13).reshape(3, 4)
    real = {"b += a": a[0, 0] + a, "b -= a": a[0, 0] - a, "b = a[0, 1]; b *= a": a[0, 1] * a}[then]
    np.testing.assert_array_equal(made.values, real)
    assert (made.origins, made.writeable) == (None, True)
    drawn = {grid.name: grid.values.tolist() for grid in memory(found).grids}
    assert drawn["b"] == real.tolist()
    assert names(found).payload()["grids"]


@pytest.mark.parametrize("preset", [one for one in PRESETS if one.view == "Memory"], ids=lambda preset: preset.title)
def test_colour_says_in_which_memory_an_array_lies(preset: ViewPreset) -> None:
    picture = memory(explained(preset))
    roles = {grid.id: grid.role for grid in picture.grids}
    for link in picture.links:
        assert link.same
        assert roles[link.source] == roles[link.target]
    strips = [grid for grid in picture.grids if grid.id.startswith("memory")]
    assert len({grid.role for grid in strips}) == len(strips)
    for strip in strips:
        assert strip.labels == tuple(f"+{strip.values.itemsize * place}" for place in range(strip.values.size))


def test_what_a_view_does_not_read_is_faded_in_its_memory() -> None:
    picture = memory(explain_view("(3, 4)", "a[::2, 1:]"))
    (strip,) = [grid for grid in picture.grids if grid.id == "memory 0"]
    assert strip.faded is not None
    assert np.flatnonzero(~strip.faded).tolist() == [1, 2, 3, 9, 10, 11]
    assert picture.focus == ("array b", 5)


def test_an_element_of_memory_names_all_that_read_it() -> None:
    picture = memory(explain_view("(3, 4)", "a.T", "b[1:]"))
    assert sentence(picture, "memory 0", 1) == "<1> = 2, at +8 bytes, is a[0, 1], b[1, 0], c[0, 0]"
    picture = memory(explain_view("(3, 1)", "np.broadcast_to(a, (3, 9))"))
    assert sentence(picture, "memory 0", 2) == (
        "<2> = 3, at +16 bytes, is a[2, 0], b[2, 0], b[2, 1], b[2, 2], 6 more of b"
    )


def test_cells_that_nobody_may_write_to_are_not_offered_for_it() -> None:
    editable = {grid.name: grid.editable for grid in memory(explain_view("(4,)", "np.broadcast_to(a, (2, 4))")).grids}
    assert editable == {"a": True, "b": False, "memory": True}
    assert not any(grid.editable for grid in memory(explain_view("(4,)", "a[1:]"), editable=False).grids)


def test_a_memory_with_elements_that_no_array_reads_any_more_is_not_offered_for_writing() -> None:
    grids = memory(explain_view("(4,)", "a[1:]", then="a = a + 1")).grids
    assert {grid.id: grid.editable for grid in grids} == {
        "array a": True, "array b": True, "memory 0": False, "memory 1": True,
    }  # fmt: skip
    assert all(grid.editable for grid in memory(explain_view("(3, 4)", "a.T", then="a = a + 1")).grids)


def test_names_stand_above_their_objects_before_and_after() -> None:
    picture = names(explain_view("(4,)", "a", then="a = a + 1"))
    tags = {grid.id: grid.tags for grid in picture.grids if grid.tags}
    assert tags == {"before 0": ("a", "b"), "after 0": ("b",), "after 1": ("a",)}
    assert [row.label for row in picture.rows] == ["before", "after: a = a + 1"]
    assert sentence(picture, "after 1", 2) == "<2> = 4, made from b[2]"
    changed = names(explain_view("(4,)", "a[1:3]", then="a += 1"))
    marks = {grid.id: grid.marked.tolist() for grid in changed.grids if grid.marked is not None}
    assert marks == {"after 0": [True] * 4, "after 1": [True] * 2}
    assert sentence(changed, "after 1", 0) == "<0> = 3, before 2"


def test_an_object_without_a_name_says_what_becomes_of_it() -> None:
    badges = {grid.id: [badge.text for badge in grid.badges] for grid in drawn("(4,)", "a[1:3]", "a = a + 1")}
    assert badges["after 0"] == ["in memory 1", "no name left, memory kept by b"]
    badges = {grid.id: [badge.text for badge in grid.badges] for grid in drawn("(4,)", "", "a = a + 1")}
    assert badges["after 0"] == ["in memory 1", "no name left: freed"]
    lost = next(grid for grid in drawn("(4,)", "", "a[[1, 2]][0] = 100") if grid.id == "unnamed 0")
    assert (lost.name, lost.values.tolist()) == ("a[[1, 2]]", [100, 3])


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_every_example_can_be_drawn_and_told(preset: ViewPreset) -> None:
    if preset.view == "Refused views":
        shown = explain_refused_view(preset.a, preset.b, preset.to, preset.library)
        assert refused(shown).payload()["grids"]
        assert len(refusal_told(shown)) == 2
        assert "steps" in walk(shown)
        return
    found = explained(preset)
    assert names(found).payload()["grids"]
    assert memory(found).payload()["grids"]
    assert all(story(found))
    assert bool(changes_told(found)) == bool(preset.then)


def test_the_story_says_view_or_copy_why_and_who_sees_a_change() -> None:
    told = " ".join(story(explain_view("(3, 4)", "a[[0, 2]]", "a[1:]", "a += 1")))
    assert "`b` is a **copy**: 64 bytes of its own" in told
    assert "No strides can say that" in told
    assert "`c` is a **view** of `a`" in told
    assert "`a` and `c` read it: **all of them changed**" in told
    assert "Unchanged: `b`, which lies in another memory" in told
    assert "one object" in " ".join(story(explain_view("(3, 4)", "a")))
    assert "fraction was cut off" in " ".join(story(explain_view("(3, 4)", then="a[0, 0] = 2.5")))
    assert changes_told(explain_view("(4,)", then="a += 0.5"))[0].startswith("`a += 0.5` was refused")
    lost = " ".join(changes_told(explain_view("(4,)", then="a[[1, 2]][0] = 100")))
    assert "Once the statement ends it is gone" in lost


def test_a_refusal_is_told_with_its_numbers() -> None:
    told = " ".join(refusal_told(explain_refused_view("(3, 4)", "a.T", "(12,)")))
    assert "One step along axis 0 moves 1 element," in told
    assert "3 · 4 = 12" in told
    assert told.count("96 bytes") == 2
    assert walk(explain_refused_view("(3, 4)", "a.T", "(12,)")).endswith("+4 +4 −7 +4 +4 −7 +4 +4 −7 +4 +4")
    assert "nothing is copied" in refusal_told(explain_refused_view("(3, 4)", "a.T", "(2, 2, 3)"))[0]
    assert "no copy helps" in refusal_told(explain_refused_view("(3, 4)", "a.T", "(5,)"))[0]


def test_without_a_base_nothing_is_drawn() -> None:
    with pytest.raises(ValueError, match="only a program with a base"):
        memory(explain_view("nothing"))


def explained(preset: ViewPreset) -> Views:
    return explain_view(preset.a, preset.b, preset.c, preset.then, preset.library)


def drawn(base: str, operation: str, then: str) -> Any:
    return names(explain_view(base, operation, then=then)).grids
