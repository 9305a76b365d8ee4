import ast
import contextlib
import random
import re
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from primer_core.backend import Library
from primer_core.language.limits import Refused
from primer_core.language.statements import MAX_STATEMENTS
from primer_core.lessons.views.explain import (
    Views,
    changes,
    edited,
    explain_view,
    followed_by,
    written_cell,
    written_element,
)
from primer_core.lessons.views.presets import DEFAULT, PRESETS, VIEWS, ViewPreset, choices, opening
from primer_core.lessons.views.refused_view import explain_refused_view, read_wish
from primer_core.lessons.views.state import Snapshot
from primer_core.lessons.views.story import story
from tests.profiles import examples
from tests.snippets import printed_by, run_snippet

libraries = st.sampled_from(["NumPy", "PyTorch"])


@dataclass(frozen=True)
class Program:
    """What a learner might type, by chance, and the chance to go on with."""

    library: Library
    base: str
    b: str
    c: str
    seed: int

    @property
    def chance(self) -> random.Random:
        return random.Random(self.seed)  # noqa: S311 - a test's choice


def programs() -> st.SearchStrategy[Program]:
    """Programs from one drawn number: a draw for every part of them would take most of the tests' time."""
    return st.integers(0, 2**40).map(program)


def program(seed: int) -> Program:
    chance = random.Random(seed)  # noqa: S311 - a test's choice
    library: Library = chance.choice(["NumPy", "PyTorch"])
    shape = tuple(chance.randint(1, 4) for _ in range(chance.randint(1, 3)))
    b = "a" + step(chance, library, shape) + (step(chance, library, shape[::-1]) if chance.random() < 0.5 else "")
    return Program(library, str(shape), b, chance.choice("ab") + step(chance, library, shape), seed)


def step(chance: random.Random, library: Library, shape: tuple[int, ...]) -> str:
    """Something done to an array of that shape, which may well be refused."""
    order = ", ".join(map(str, chance.sample(range(len(shape)), len(shape))))
    flat = chance.choice(["-1", "2, -1", "-1, 2", ", ".join(map(str, shape[::-1]))])
    listed = [chance.randrange(shape[0]) for _ in range(chance.randint(1, 3))]
    common = [f".reshape({flat})", ".ravel()", ".flatten()", f"[{listed}]", "[a > 3]", "[None]"]
    common += [f".swapaxes(0, {len(shape) - 1})", *(cut(chance, shape, library == "NumPy") for _ in range(4))]
    numpys = [f".transpose({order})", ".T", ".copy()", ".astype(np.float32)", "[::-1]", f".reshape({flat}, order='F')"]
    torchs = [f".permute({order})", f".view({flat})", ".contiguous()", ".clone()", ".to(torch.float32)"]
    torchs += [f".narrow(0, 0, {-(-shape[0] // 2)})", ".unsqueeze(0)", f".expand{(2, *shape)}"]
    return chance.choice([*common, *(numpys if library == "NumPy" else torchs)])


def cut(chance: random.Random, shape: tuple[int, ...], negative: bool) -> str:
    parts = []
    for size in shape[: chance.randint(1, len(shape))]:
        by = chance.choice(["", ":2", ":-1"] if negative else ["", ":2"])
        bounds = f"{chance.randint(-size, size)}:{chance.randint(-size, size)}{by}"
        parts.append(chance.choice([bounds, f":{by}", f"{chance.randrange(size)}", ":" if "..." in parts else "..."]))
    if chance.random() < 0.3:
        parts.insert(chance.randint(0, len(parts)), "None")
    return f"[{', '.join(parts)}]"


def made_by_hand(code: str) -> dict[str, Any]:
    names: dict[str, Any] = {"np": np, "torch": torch}
    exec(code, names)  # noqa: S102 - written by the strategies above
    return names


def bytes_from(array: Any, start: Any) -> int:
    pointers = [one.ctypes.data if isinstance(one, np.ndarray) else one.data_ptr() for one in (array, start)]
    return pointers[0] - pointers[1]


@examples(500)
@given(programs())
def test_verdict_layout_addresses_and_cells_are_the_librarys(asked: Program) -> None:
    found = explain_view(asked.base, asked.b, asked.c, library=asked.library)
    assume(found.error is None and found.refusal is None)
    real = made_by_hand("\n".join([f"a = {found.base}", f"b = {asked.b}", f"c = {asked.c}"]))
    assert found.before is not None
    check_addresses(state(found))
    for verdict in found.verdicts:
        own, made = real[verdict.name], found.before.called(verdict.name)
        array = np.asarray(own)
        assert made.values.tolist() == array.tolist()
        assert made.layout.shape == array.shape
        others = [real[other] for other in ("a", "b") if other < verdict.name]
        assert (verdict.kind == "same") == any(own is other for other in others)
        answers = [library_says(asked.library, own, other) for other in others if own is not other]
        assert [question.answer for question in verdict.questions] == answers
        if isinstance(own, np.generic):
            assert verdict.kind != "view"
            continue
        strides = array.strides if asked.library == "NumPy" else tuple(own.element_size() * one for one in own.stride())
        assert made.layout.byte_strides == strides
        if made.buffer == 0 and made.values.size:
            assert made.layout.offset * made.layout.itemsize == bytes_from(own, real["a"])


def check_addresses(seen: Snapshot) -> None:
    """Every cell is the element at its address, and a copied one has the value of the cell that it was made from."""
    for made in seen.arrays:
        memory = seen.buffers[made.buffer].values
        np.testing.assert_array_equal(memory[made.layout.addresses], made.values)
        if made.origins is not None:
            for (number, flat), value in zip(made.origins, made.values.ravel(), strict=True):
                assert seen.arrays[number].values.ravel()[flat] == value


def library_says(library: Library, one: Any, other: Any) -> bool:
    if library == "NumPy":
        return bool(np.shares_memory(one, other))
    return bool(one.untyped_storage().data_ptr() == other.untyped_storage().data_ptr())


@examples(500)
@given(programs(), st.integers(-99, 99))
def test_an_edited_cell_changes_every_alias_and_no_copy(asked: Program, value: int) -> None:
    before = explain_view(asked.base, asked.b, asked.c, library=asked.library)
    assume(before.error is None and before.refusal is None)
    made = state(before).called(asked.chance.choice(state(before).names))
    assume(made.values.size and made.writeable)
    flat = asked.chance.randrange(made.values.size)
    index = tuple(int(place) for place in np.unravel_index(flat, made.values.shape)) if made.values.ndim else ()
    statement = written_cell(state(before), made.names[0], index, float(value))
    found = explain_view(asked.base, asked.b, asked.c, statement, asked.library)
    assert found.statements == (statement,)
    place = int(made.layout.addresses.ravel()[flat])
    for other in state(found).arrays:
        old = state(before).arrays[other.number].values
        hit = (other.layout.addresses == place) & (other.buffer == made.buffer)
        np.testing.assert_array_equal(other.values, np.where(hit, value, old))
    by_element = written_element(state(before), made.buffer, place, float(value))
    if by_element != statement:
        again = explain_view(asked.base, asked.b, asked.c, by_element, asked.library)
        for one, two in zip(state(found).arrays, state(again).arrays, strict=True):
            np.testing.assert_array_equal(one.values, two.values)


@examples(500)
@given(programs())
def test_a_view_is_predicted_exactly_where_the_library_gives_it(asked: Program) -> None:
    first = explain_view(asked.base, asked.b, library=asked.library)
    assume(first.error is None and first.refusal is None and state(first).called("b").values.ndim)
    size = state(first).called("b").values.size
    found = explain_refused_view(asked.base, asked.b, str(asked.chance.choice(wishes(size))), asked.library)
    assert found.refusal is None
    assert found.allowed == (not any(pair.refuses for pair in found.pairs))
    assert found.ways[1].works
    assert found.ways[2].works
    if size:
        assert found.ways[2].shares == found.allowed
        assert (found.ways[2].copied == 0) == found.allowed


def wishes(size: int) -> list[tuple[int, ...]]:
    """Every shape of two or three axes, and flat, with so many cells."""
    cuts = [n for n in range(1, size + 1) if size % n == 0] or [1]
    return [
        (size,),
        *((n, size // n) for n in cuts),
        *((n, m, size // n // m) for n in cuts for m in cuts if size % (n * m) == 0),
    ]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_the_snippets_print_what_the_page_shows(preset: ViewPreset) -> None:
    if preset.view == "Refused views":
        shown = explain_refused_view(preset.a, preset.b, preset.to, preset.library)
        printed = printed_by(shown.code)
        lines = printed.splitlines()
        for way in shown.ways:
            assert (way.words if not way.works else str(way.shares)) in lines
        return
    found = explain_view(preset.a, preset.b, preset.c, preset.then, preset.library)
    assert found.refusal is None
    assert found.after is not None
    printed, names = run_snippet(found.code)
    lines = printed.splitlines()
    answers = [str(asked.answer) for one in found.verdicts for asked in one.questions]
    assert lines[: len(answers)] == answers
    for name in found.after.names:
        assert np.asarray(names[name]).tolist() == found.after.called(name).values.tolist()
        assert str(names[name]) in printed
    assert found.before is not None
    for name in found.before.names:
        layout = found.before.called(name).layout
        torchs = found.before.called(name).library == "PyTorch"
        assert f"{layout.shape} {layout.strides if torchs else layout.byte_strides}" in printed
    if found.error:
        assert found.error in lines
    printed = printed_by(found.names_code)
    for change in changes(found):
        values = found.after.called(change.name).values.tolist()
        assert f"{change.name} {not change.rebound} {values}" in printed.splitlines()


def test_each_part_of_the_page_has_examples_whose_fields_are_all_set() -> None:
    assert {preset.view for preset in PRESETS} == set(VIEWS)
    assert len({preset.title for preset in PRESETS}) == len(PRESETS)
    for preset in PRESETS:
        assert ("to" in preset.values) == (preset.view == "Refused views")


def test_a_row_is_a_view_and_adding_to_it_changes_the_array_but_its_copy_does_not() -> None:
    rows = "[[1, 2, 3], [4, 5, 6]]"
    found = explain_view(rows, "a[0]", then="b += 100")
    assert cells(found, "a") == [[101, 102, 103], [4, 5, 6]]
    assert found.verdicts[0].kind == "view"
    found = explain_view(rows, "a[0].copy()", then="b -= 50")
    assert cells(found, "a") == [[1, 2, 3], [4, 5, 6]]
    assert cells(found, "b") == [-49, -48, -47]
    assert found.verdicts[0].kind == "copy"


def test_ravel_and_transpose_are_views_flatten_is_a_copy() -> None:
    twelve = str(list(range(12)))
    for operation, kind, strides in (("ravel()", "view", (8,)), ("flatten()", "copy", (8,)), ("T", "view", (8, 32))):
        found = explain_view(twelve, "a.reshape(3, 4)", f"b.{operation}")
        assert [one.kind for one in found.verdicts] == ["view", kind]
        assert state(found).called("c").layout.byte_strides == strides


def test_astype_shares_nothing() -> None:
    found = explain_view("[[1, 2, 3], [4, 5, 6]]", "a.astype(np.float32)", then="b[0, 0] = 9")
    assert found.verdicts[0].kind == "copy"
    assert state(found).called("b").layout.itemsize == 4
    assert cells(found, "a") == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    ("then", "a", "b", "rebound"),
    [
        ("a += 1", [2, 3, 4], [2, 3, 4], False),
        ("a = a + 1", [2, 3, 4], [1, 2, 3], True),
        ("a[:] = a + 1", [2, 3, 4], [2, 3, 4], False),
        ("a[[0, 1]][0] = 100", [1, 2, 3], [1, 2, 3], False),
        ("a[0:2][0] = 100", [100, 2, 3], [100, 2, 3], False),
        ("a[[0, 1]] = 100", [100, 100, 3], [100, 100, 3], False),
        ("b = a[1:]; b *= 10", [1, 20, 30], [20, 30], False),
        ("a.fill(7)", [7, 7, 7], [7, 7, 7], False),
        ("a[a > 1] += 5", [1, 7, 8], [1, 7, 8], False),
    ],
)
def test_statements_do_what_python_does(then: str, a: list[int], b: list[int], rebound: bool) -> None:
    found = explain_view("[1, 2, 3]", "a", then=then)
    assert found.error is None
    assert found.refusal is None
    assert (cells(found, "a"), cells(found, "b")) == (a, b)
    assert changes(found)[0].rebound == rebound


def test_a_write_into_a_copy_without_a_name_is_remembered() -> None:
    (lost,) = explain_view("(4,)", then="a[[1, 2]][0] = 100").unnamed
    assert (lost.code, lost.values.tolist()) == ("a[[1, 2]]", [100, 3])
    assert explain_view("(4,)", then="a[1:3][0] = 100; a[[1, 2]] = 5").unnamed == ()


def test_the_old_object_keeps_its_memory_while_a_view_reads_it() -> None:
    found = explain_view("(4,)", "a[1:3]", then="a = a + 1")
    old, view, new = state(found).arrays
    assert (old.names, old.buffer) == ((), view.buffer)
    assert new.names == ("a",)
    assert new.buffer != view.buffer
    assert new.identity != old.identity


def test_what_the_library_refuses_comes_in_its_words_with_fixes_that_work() -> None:
    refused: tuple[tuple[Library, dict[str, str]], ...] = (
        ("PyTorch", {"b": "a.T", "c": "b.view(12)"}),
        ("PyTorch", {"b": "a.T.view(2, 6)"}),
        ("NumPy", {"b": "a.T.reshape(12, copy=False)"}),
        ("NumPy", {"then": "a += 0.5"}),
        ("PyTorch", {"then": "a += 0.5"}),
        ("NumPy", {"b": "np.broadcast_to(a, (2, 3, 4))", "then": "b[0] = 1"}),
        ("PyTorch", {"b": "a.expand(2, 3, 4)", "then": "b += 1"}),
        ("PyTorch", {"b": "a[::-1]"}),
    )
    for library, asked in refused:
        found = explained(asked, library)
        assert found.error is not None
        assert found.cause
        assert found.fixes
        for fix in found.fixes:
            if "view" not in fix.texts:
                mended = explained(asked | dict(fix.texts), library)
                assert mended.error is None, fix.texts
                assert mended.refusal is None
    why = explained({"b": "a.T", "c": "b.view(12)"}, "PyTorch").fixes[-1].texts
    assert not explain_refused_view("(3, 4)", "a.T", why["to"]).allowed


def test_the_words_are_the_librarys_own() -> None:
    with pytest.raises(RuntimeError) as refused:
        torch.arange(12).reshape(3, 4).T.view(12)
    assert explain_view("(3, 4)", "a.T.view(12)", library="PyTorch").error == f"RuntimeError: {refused.value}"
    with pytest.raises(IndexError) as outside:
        np.arange(12).reshape(3, 4)[5]
    assert explain_view("(3, 4)", "a[5]").error == f"IndexError: {outside.value}"


@examples(500)
@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=3),
    st.lists(st.integers(-40, 40).map(lambda n: n * 8), min_size=1, max_size=3),
    st.sampled_from(["a", "a[1:]", "a[::-1]", "a[2]", "a[:, 1:]"]),
)
def test_as_strided_never_leaves_its_memory(shape: list[int], strides: list[int], of: str) -> None:
    found = explain_view("(3, 4)", f"as_strided({of}, {tuple(shape)}, {tuple(strides)})")
    start = np.arange(12).reshape(3, 4)
    offset = bytes_from(eval(of, {"a": start}), start)  # noqa: S307 - one of five texts above
    ends = [[0, (size - 1) * stride] for size, stride in zip(shape, strides, strict=False)]
    low, high = offset + sum(map(min, ends)), offset + sum(map(max, ends)) + 8
    inside = len(shape) == len(strides) and (0 in shape or (low >= 0 and high <= 96))
    assert (found.refusal is None) == inside
    if inside and 0 not in shape:
        made = state(found).called("b")
        np.testing.assert_array_equal(state(found).buffers[0].values[made.layout.addresses], made.values)


def test_too_much_is_refused_before_it_is_made() -> None:
    large: tuple[tuple[str, str, Library], ...] = (
        ("(10**9, 10**9)", "a", "NumPy"),
        ("(3, 4)", "as_strided(a, (1000000, 1000000), (0, 0))", "NumPy"),
        ("(3, 1)", "a.expand(3, 100000000)", "PyTorch"),
        ("(3, 1)", "a.expand(3, 100000000).contiguous()", "PyTorch"),
        ("(64, 1)", "np.broadcast_to(a, (64, 100000)).copy()", "NumPy"),
        ("(1, 1, 1, 1)", "a[None]", "NumPy"),
        ("(64, 64)", "a[:, None] + a[None]", "NumPy"),
    )
    for base, b, library in large:
        found = explain_view(base, b, library=library)
        assert found.refusal is not None
        assert "elements" in found.refusal or "axes" in found.refusal


@examples(500)
@given(st.data(), libraries)
def test_every_operation_to_choose_is_taken(data: st.DataObject, library: Library) -> None:
    shape = tuple(data.draw(st.lists(st.integers(0, 4), max_size=4)))
    operation = data.draw(st.sampled_from(choices(shape, library)))
    found = explain_view(str(shape), operation, library=library)
    assert found.error is None, operation
    assert found.refusal is None, operation


text = st.one_of(st.text(max_size=40), st.text(alphabet="()[],.:;=+-*0123456789abcTnp. viewreshape'_", max_size=40))


@examples(1000)
@given(text)
def test_garbage_in_any_field_is_explained_and_never_raises(typed: str) -> None:
    for asked in ((typed, "", "", ""), ("(3, 4)", typed, "a.T", ""), ("(3, 4)", "a.T", "", typed)):
        found = explain_view(*asked)
        assert found.refusal or found.error or found.after is not None
    wished = explain_refused_view("(3, 4)", "a.T", typed, "NumPy")
    assert wished.refusal or wished.ways


@pytest.mark.parametrize(
    ("field", "texts", "part"),
    [
        ("a", {"a": "(3, 4).T"}, "made fresh"),
        ("b", {"b": "__import__('os').system('true')"}, "no function known"),
        ("b", {"b": "a.tofile('x')"}, "not known"),
        ("b", {"b": "a.expand(3, 4)"}, "method of PyTorch"),
        ("b", {"b": "c.T"}, "There is no c yet"),
        ("b", {"b": "5"}, "is a number"),
        ("b", {"b": "a.view(12)"}, "takes no shape"),
        ("c", {"b": "torch.from_numpy(a)", "c": "a + b"}, "made by PyTorch"),
        ("then", {"then": "import os"}, "not understood"),
        ("then", {"then": "d = a"}, "none of them"),
        ("then", {"then": "a[0] = 1;" * (MAX_STATEMENTS + 1)}, str(MAX_STATEMENTS)),
    ],
)
def test_what_is_not_run_is_named_with_its_field_and_reason(field: str, texts: dict[str, str], part: str) -> None:
    found = explained(texts, "NumPy")
    assert found.refused == field
    assert found.refusal is not None
    assert part in found.refusal


def test_edited_cells_are_written_once_and_not_without_end() -> None:
    assert followed_by("", "b[0] = 1") == "b[0] = 1"
    assert followed_by("b += 1; b[0] = 1; b[1] = 2", "b[0] = 3") == "b += 1; b[1] = 2; b[0] = 3"
    assert followed_by("b[0] = 1; b += 1", "b[0] = 3") == "b[0] = 1; b += 1; b[0] = 3"
    assert followed_by("a[0] = 1e+20; a[1] = 1", "a[0] = 2") == "a[1] = 1; a[0] = 2"
    with pytest.raises(Refused, match=f"at most {MAX_STATEMENTS} are run"):
        followed_by("; ".join(f"a[{i}] = 1" for i in range(MAX_STATEMENTS)), "b[0] = 1")
    assert written_cell(state(explain_view("(4,)")), "a", (1,), 2.5) == "a[1] = 2.5"


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
def test_an_edit_that_cannot_be_written_leaves_the_statements_and_says_why(
    place: str | int, index: tuple[int, ...], value: float, part: str
) -> None:
    before = state(explain_view("(4,)", "np.broadcast_to(a, (2, 4))"))
    edit = edited(before, "a[1] = 5", place, index, value)
    assert edit.then == "a[1] = 5"
    assert edit.refusal is not None
    assert part in edit.refusal


def test_memory_that_no_array_reads_cannot_be_written_to() -> None:
    found = state(explain_view("(4,)", "a[1:3]", then="a = a + 1"))
    assert edited(found, "a = a + 1", 0, (0,), 5).refusal is not None
    assert edited(found, "a = a + 1", 0, (1,), 5).then == "a = a + 1; b[0] = 5"


@examples(300)
@given(
    st.sampled_from(["bool", "uint8", "int8", "int32", "int64", "float16", "float32", "float64"]),
    st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-300, 300).map(float)),
    libraries,
)
def test_a_number_is_written_into_a_cell_where_the_dtype_holds_it(dtype: str, value: float, library: Library) -> None:
    assume((dtype, library) != ("bool", "PyTorch"))  # not spelled torch.bool here
    made = f"a.astype(np.{dtype})" if library == "NumPy" else f"a.to(torch.{dtype})"
    edit = edited(state(explain_view("(2,)", made, library=library)), "", "b", (1,), value)
    kept = np.zeros((), dtype)
    with np.errstate(over="ignore"), contextlib.suppress(OverflowError):
        kept[()] = value
    if edit.refusal:
        assert dtype in edit.refusal or "lose digits" in edit.refusal
        assert kept.item() != value or abs(value) >= 2**53
        return
    found = explain_view("(2,)", made, then=edit.then, library=library)
    assert (found.error, found.refusal) == (None, None)
    assert cells(found, "b")[1] == kept.item()


@pytest.mark.parametrize(
    ("b", "then", "library", "answers"),
    [
        ("a", "a = a + 1", "NumPy", [False]),
        ("a[1:]", "a = a + 1", "PyTorch", [False]),
        ("a.copy()", "b = a[1:]", "NumPy", [True]),
        ("a[1:]", "a += 1; a += 0.5", "NumPy", [True]),
        ("a[1:]", "c = b", "NumPy", [True, True]),
        ("a", "a += 1", "NumPy", []),
    ],
)
def test_the_library_is_asked_about_sharing_again_after_the_statements(
    b: str, then: str, library: Library, answers: list[bool]
) -> None:
    found = explain_view("(4,)", b, then=then, library=library)
    assert [asked.answer for asked in found.asked] == answers
    printed, names = run_snippet(found.code)
    first = [asked.answer for verdict in found.verdicts for asked in verdict.questions]
    said = [line for line in printed.splitlines() if line in ("True", "False")]
    assert said == [str(answer) for answer in [*first, *answers]]
    for asked in found.asked:
        assert eval(asked.code, {"np": np, "torch": torch}, names) == asked.answer  # noqa: S307 - the snippet's own


@pytest.mark.parametrize(
    ("library", "b", "c"),
    [
        ("PyTorch", "a.numpy()", "b[1:]"),
        ("PyTorch", "a[1:]", "b.numpy()[1:]"),
        ("NumPy", "torch.from_numpy(a[1:])", "b[1:]"),
        ("NumPy", "a[1:]", "b[::-1]"),
    ],
)
def test_the_snippet_prints_offsets_across_libraries(library: Library, b: str, c: str) -> None:
    found = explain_view("(3, 4)", b, c, library=library)
    assert found.before is not None
    _, names = run_snippet(found.code)
    lines = [line for line in found.code.splitlines() if line.endswith("# offset")]
    assert lines
    for line in lines:
        expression = line.removeprefix("print(").removesuffix(")  # offset")
        offset = found.before.called(expression[1]).layout.offset
        assert eval(expression, names) == offset  # noqa: S307 - the snippet's own


@pytest.mark.parametrize("base", ["[7, 8]", "(2, 3, 4)", "(1,)", "()"])
def test_a_turn_that_pytorch_deprecates_is_named_with_what_to_write(base: str) -> None:
    refusal = explain_view(base, "a.T", library="PyTorch").refusal
    assert refusal is not None
    assert "deprecated" in refusal
    tensor = torch.tensor(cells(explain_view(base, library="PyTorch"), "a"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch warns once in a process, in whichever test comes first
        turned = tensor.T
    instead = re.search(r"Write (\.permute\(.*\))\.", refusal)
    assert (instead is None) == (tensor.ndim == 0)
    assert ("has 1 axis." in refusal) == (tensor.ndim == 1)
    found = explain_view(base, f"a{instead[1]}" if instead else "a", library="PyTorch")
    assert cells(found, "b") == turned.tolist()


def test_a_constant_that_is_no_number_or_too_large_is_named_as_that() -> None:
    for text in ("1e400", "-1e400", "9" * 400, str(2**63), str(-(2**63) - 1)):
        refusal = explain_view("(3, 4)", then=f"a[0, 0] = {text}").refusal
        assert refusal is not None
        assert "too large" in refusal
    for text in ('"x"', "None", "1j"):
        refusal = explain_view("(3, 4)", then=f"a[0] = {text}").refusal
        assert refusal is not None
        assert "neither an array nor a number" in refusal
    assert cells(explain_view("[1.5]", then="a[0] = 1e20"), "a") == [1e20]
    assert cells(explain_view("(1,)", then=f"a[0] = {-(2**63)}"), "a") == [-(2**63)]


def test_a_wish_may_leave_one_size_open() -> None:
    assert read_wish("2, -1") == (2, -1)
    assert read_wish("12") == (12,)
    found = explain_refused_view("(3, 4)", "a", "2, -1")
    assert (found.shape, found.allowed) == ((2, 6), True)
    wrong = explain_refused_view("(3, 4)", "a.T", "(5,)")
    assert [way.works for way in wrong.ways] == [False] * 3
    assert "invalid for input of size 12" in wrong.ways[0].words


def test_a_pair_is_compared_by_its_strides() -> None:
    (pair,) = explain_refused_view("(3, 4)", "a.T", "(12,)").pairs
    assert (pair.stride, pair.size, pair.next_stride, pair.needed) == (1, 3, 4, 12)
    assert pair.refuses
    with pytest.raises(RuntimeError):
        torch.arange(12).reshape(3, 4).T.view(12)


def explained(texts: dict[str, str], library: Library) -> Views:
    asked = {"a": "(3, 4)", "b": "", "c": "", "then": ""} | texts
    return explain_view(asked["a"], asked["b"], asked["c"], asked["then"], library)


def state(found: Views) -> Snapshot:
    assert found.after is not None
    return found.after


def cells(found: Views, name: str) -> Any:
    assert ast.parse(found.code)
    return state(found).called(name).values.tolist()


@pytest.mark.parametrize("index", ["[[0, 1], [1, 0]]", "[(0, 1)]", "[[0, 1], [1, 0]],", "[0, 2]"])
def test_pytorch_takes_a_nested_list_as_it_does_outside(index: str) -> None:
    tensor = torch.arange(1, 13).reshape(3, 4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch warns of a nested list
        expected = eval(f"tensor[{index}]", {"tensor": tensor})  # noqa: S307 - one of the parameters above
    found = explain_view("(3, 4)", f"a[{index}]", library="PyTorch")
    assert cells(found, "b") == expected.tolist()


@pytest.mark.parametrize("view", VIEWS[1:])
def test_a_part_opens_with_an_example_where_what_stands_shows_nothing(view: Any) -> None:
    example = opening(view, DEFAULT.values)
    assert example is not None
    assert example.view == view
    assert opening(view, {**DEFAULT.values, **example.values}) is None


def test_a_part_opens_with_what_stands_where_that_shows_something_or_is_a_learners_own() -> None:
    assert opening("Memory", DEFAULT.values) is None
    assert opening("Names", {"lib": "NumPy", "a": "(5,)", "b": "a[1:]"}) is None
    (added,) = [one for one in PRESETS if one.title == "A row, += 100"]
    assert opening("Names", added.values) is None
    (turned,) = [one for one in PRESETS if one.title == ".T, then reshape"]
    assert opening("Refused views", {**turned.values, "to": "(12,)"}) is None
    assert opening("Refused views", {**turned.values, "to": "(7,)"}) is not None


def test_a_name_that_was_bound_anew_is_told_of_in_the_past() -> None:
    found = explain_view("(3, 4)", "a[0, 0]", then="b -= a")
    assert "`b` was defined as a **copy**: 8 bytes" in " ".join(story(found))
    assert "`b` is a **view**" in " ".join(story(explain_view("(3, 4)", "a[0]", then="b -= 1")))


@pytest.mark.parametrize("then", ["b = a[1:]; c = b + 1", "a[0, 0] = 5", "b = a; b += 1"])
def test_space_around_statements_does_not_count(then: str) -> None:
    plain, spaced = explain_view("(3, 4)", then=then), explain_view("(3, 4)", then=f"  {then}  ")
    assert plain.statements
    assert spaced.statements == plain.statements
    assert spaced.refusal is None
