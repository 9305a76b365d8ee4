"""What is told of each statement, against the same statements run as plain Python."""

import random
import warnings
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from primer_core.backend import Library
from primer_core.claims.claim import plain as letters
from primer_core.claims.rebinding import NameGone
from primer_core.language.evaluator import Evaluator
from primer_core.language.reader import read_statements
from primer_core.lessons.outcome import Unread
from primer_core.lessons.views import numbers
from primer_core.lessons.views.claims import Said
from primer_core.lessons.views.deeds import Deed
from primer_core.lessons.views.pictures import memory
from primer_core.lessons.views.program import run_program
from primer_core.lessons.views.workspace import Workspace
from primer_core.picture.text import plain
from tests.lessons.views.programs import cells, ran, stopped, unread
from tests.profiles import examples

pytestmark = pytest.mark.filterwarnings("ignore")
"""What the libraries warn of is caught by the process that evaluates."""

IN_BOTH = (
    "b = a.T", "b = a[1:]", "b = a", "c = b", "b = b + 1", "a = a * 2", "a += 1", "b *= 3", "a[0] = 7", "b[...] = 0",
    "a[a > 3] = 1", "a[[0, -1]] += 5", "a[[0, 1]][0] = 9", "u, v = a[:2]", "u = a[0]; u += a[1]", "del b",
    "c = a[None]",    "a[1:] = a[:-1]", "c = a.reshape(-1)", "n = a.shape[0]", "b = a[::2]", "a, b = b, a",
)  # fmt: skip
OF_NUMPY = (
    "c = a.copy()", "a.sort()", "np.add(a, 1, out=a)", "c = np.asarray(a)", "t = torch.from_numpy(a); t.mul_(2)",
    "a.shape = a.shape[::-1]", "c = a.astype(np.float32)", "a[1:] += a[:-1]", "c = np.flip(a)", "a.fill(4)",
    "parts = np.split(a, [1])", "w = np.lib.stride_tricks.sliding_window_view(a, 2, axis=0)", "c = a[::-1]; c[0] = 3",
)  # fmt: skip
OF_PYTORCH = (
    "c = a.clone()", "a.mul_(2)", "a.zero_()", "c = a.contiguous()", "n = a.numpy(); n += 1", "c = a.t()", "a.t_()",
    "torch.add(a, 1, out=a)", "c = a.expand(2, *a.shape)", "parts = torch.chunk(a, 2)", "c = torch.flip(a, (0,))",
    "w = torch.as_strided(a, (2, 2), (1, 1)); w[0, 0] = 8", "c = a.to(torch.float64)",
)  # fmt: skip


def memory_of(names: dict[str, Any]) -> dict[str, tuple[int, bytes]]:
    """Return, by name, the identity of each array and the bytes of its cells."""
    found = {}
    for name, value in names.items():
        if isinstance(value, np.ndarray | torch.Tensor):
            found[name] = (id(value), np.asarray(value).tobytes())
    return found


@examples(500)
@given(st.integers(0, 2**40))
def test_each_statement_is_told_as_python_runs_it(seed: int) -> None:
    chance = random.Random(seed)
    library: Library = chance.choice(["NumPy", "PyTorch"])
    pool = (*IN_BOTH, *(OF_NUMPY if library == "NumPy" else OF_PYTORCH))
    lines = chance.choices(pool, k=chance.randint(1, 5))
    found = run_program(chance.choice(["(3, 3)", "(4, 2)"]), "a[1:]", "", "\n".join(lines), library)
    if isinstance(found, Unread):
        return
    names: dict[str, Any] = {"np": np, "torch": torch}
    exec("\n".join([f"a = {found.base}", *found.definitions]), names)
    kept: list[Any] = []
    for deed in found.deeds:
        kept += names.values()  # as long as an object lives no other has its identity
        before = memory_of(names)
        with np.errstate(all="ignore"):
            exec(deed.code, names)
        check_deed(deed, before, memory_of(names))
        assert plain(numbers.of_deed(deed))
    said = Said(found, "Memory")
    assert all(letters(claim.sentence()) for told in (*said.deeds(), *said.story()) for claim in told)
    assert memory(found).payload()["grids"] or not found.after.names
    for name in found.after.names:
        expected = eval(name, names)
        np.testing.assert_array_equal(found.after.called(name).values, np.asarray(expected))


def check_deed(deed: Deed, before: dict[str, tuple[int, bytes]], after: dict[str, tuple[int, bytes]]) -> None:
    bound = {bound.name: bound for bound in deed.bound}
    for name, (identity, cells_now) in after.items():
        kept = name in before and before[name][0] == identity
        assert (name in bound) != kept, f"{deed.code}: {name}"
        if kept and name not in dict(deed.turned):
            changed = before[name][1] != cells_now
            assert changed == any(name in written.readers for written in deed.written), f"{deed.code}: {name}"
        if name in bound and bound[name].how == "same":
            assert identity in [one for one, _ in before.values()]
    gone = {name for name in before if name not in after}
    assert {name for name, one in bound.items() if one.how in ("gone", "value") and name in before} == gone


@pytest.mark.parametrize(
    ("base", "then", "how", "of"),
    [
        ("(3, 4)", "b = a.T", "view", "a"),
        ("(3, 4)", "b = a", "same", "a"),
        ("(3, 4)", "b = np.asarray(a)", "same", "a"),
        ("(3, 4)", "b = a[1:].copy()", "copy", ""),
        ("(3, 4)", "b = a[:0]", "empty", ""),
        ("(3, 4)", "t = torch.from_numpy(a)", "view", "a"),
        ("(3, 4)", "t = torch.tensor(a)", "copy", ""),
        ("(3, 4)", "a = a[1:]", "view", "a"),
        ("(3, 4)", "del a", "gone", ""),
        ("(3, 4)", "a = 3", "value", ""),
    ],
)
def test_a_name_is_bound_to_what_the_library_gave(base: str, then: str, how: str, of: str) -> None:
    (deed,) = ran(base, then=then).deeds
    (bound,) = deed.bound
    assert (bound.how, bound.of) == (how, of)


def test_parts_in_a_tuple_are_arrays_with_names() -> None:
    found = ran("(4,)", "np.split(a, 2)", then="b[0][1] = 9; u, v = b")
    assert found.after.names == ("a", "b[0]", "b[1]", "u", "v")
    assert cells(found, "a") == [1, 9, 3, 4]
    assert found.after.called("u").names == ("b[0]", "u")


def test_two_parts_of_an_array_without_a_name_lie_in_one_memory_and_share_no_cell() -> None:
    found = ran("(2,)", then="u, v = np.split(np.arange(4), 2); u[0] = 9")
    assert [bound.how for bound in found.deeds[0].bound] == ["copy", "apart"]
    assert found.after.called("u").buffer == found.after.called("v").buffer
    assert [asked.answer for asked in found.asked if asked.code == "np.shares_memory(u, v)"] == [False]
    assert found.deeds[1].written[0].readers == ("u",)


def test_a_memory_lives_as_long_as_a_name_reads_it() -> None:
    found = ran("(4,)", "a[1:3]", then="del a; b += 1")
    assert found.after.names == ("b",)
    assert found.after.buffers[0].values.tolist() == [1, 3, 4, 4]
    (gone,) = (claim for told in Said(found, "Names").story() for claim in told if isinstance(claim, NameGone))
    assert gone.kept == ("b",)


def test_bytes_are_drawn_in_the_elements_that_hold_them() -> None:
    found = ran("[1, 2]", "a.view(np.uint8)", then="b[1] = 1")
    assert cells(found, "a") == [257, 2]
    made = found.after.called("b")
    assert made.elements.ravel().tolist() == [0] * 8 + [1] * 8
    wide = ran("np.arange(16, dtype=np.uint8)", "a.view(np.int64)").after.called("b")
    assert wide.elements.tolist() == [list(range(8)), list(range(8, 16))]


def test_cells_that_were_never_written_are_question_marks_until_they_are() -> None:
    found = ran("np.empty((2, 3))", "a[0]", then="b[:] = 0; a[1, 2] = 5")
    texts = {grid.name: grid.texts for grid in memory(found).grids}
    assert texts["a"] == ("0.0", "0.0", "0.0", "?", "?", "5.0")
    assert texts["memory"] == texts["a"]
    assert texts["b"] is None
    assert [written.elements for deed in found.deeds for written in deed.written] == [3, 1]
    assert unread("np.empty(3)", then="b = a + 1").field == "then"


def test_objects_and_complex_numbers_are_drawn() -> None:
    found = ran("np.array([1, [2, 3]], dtype=object)", "a[::-1]", then="b[1] = 7")
    assert found.after.called("a").values.tolist() == [7, [2, 3]]
    assert {grid.name: grid.texts for grid in memory(found).grids}["b"] == ("[2, 3]", "7")
    assert not any(grid.editable for grid in memory(found).grids)
    assert cells(ran("np.array([1 + 2j])", "a.imag", then="b[0] = 5"), "a") == [1 + 5j]


@pytest.mark.parametrize(
    ("library", "base", "b", "then", "part"),
    [
        ("NumPy", "(6,)", "np.lib.stride_tricks.sliding_window_view(a, 3)", "b[0] = 1", "b[0]"),
        ("NumPy", "(3, 1)", "np.broadcast_to(a, (3, 4))", "a[0] = 2; b += 1", "b += 1"),
        ("PyTorch", "(3, 1)", "a.expand(3, 4)", "b += 1", "b += 1"),
    ],
)
def test_a_write_that_fails_is_told_with_its_place(library: Library, base: str, b: str, then: str, part: str) -> None:
    found = stopped(base, b, then=then, library=library)
    assert found.part == part
    assert found.untouched
    assert found.fixes


@pytest.mark.parametrize(
    ("library", "base", "b", "c", "then"),
    [
        ("NumPy", "(3,)", "a[:, None]", "", "a += b"),
        ("NumPy", "[1, 2, 3]", "a[::-1]", "torch.from_numpy(b)", ""),
        ("NumPy", "[1, 2, 3]", "", "", "t = torch.from_numpy(a[::-1])"),
        ("NumPy", "(3,)", "a.astype(np.uint8)", "", "b[0] = 300"),
        ("PyTorch", "(3,)", "a.to(torch.uint8)", "", "b[0] = 300"),
        ("NumPy", "(6,)", "a[::2, 1:]", "", ""),
        ("PyTorch", "(6,)", "a[::2, 1:]", "", ""),
        ("NumPy", "(2, 3)", "a.view(6)", "", ""),
        ("PyTorch", "(4,)", "", "", "a[1:] = a[:-1]"),
        ("NumPy", "(3,)", "", "", "w = np.broadcast_to(a, (2, 3)); w[0] = 1"),
    ],
)
def test_a_refusal_has_a_cause_and_a_fix_that_works(library: Library, base: str, b: str, c: str, then: str) -> None:
    found = stopped(base, b, c, then, library)
    assert found.cause
    for fix in found.fixes:
        mended = {"b": b, "c": c, "then": then, **fix.texts}
        ran(base, mended["b"], mended["c"], mended["then"], library)
    assert found.fixes


def test_a_fix_that_does_not_help_is_not_offered() -> None:
    found = stopped("(3,)", then="a = a + 1; np.broadcast_to(a, (2, 3))[0] = 1")
    assert found.cause
    assert found.fixes == ()


@pytest.mark.parametrize(
    ("text", "library", "dtype"),
    [
        ("np.ones((2, 3))", "NumPy", "float64"),
        ("np.ones((2, 3))", "PyTorch", "torch.float32"),
        ("np.arange(6).reshape(2, 3)", "PyTorch", "torch.int64"),
        ("torch.arange(6).reshape(2, 3)", "NumPy", "int64"),
        ("torch.tensor([1., 2.])", "NumPy", "float32"),
        ("tensor([1., 2.])", "PyTorch", "torch.float32"),
        ("x = np.array([[1, 2], [3, 4]])", "NumPy", "int64"),
        ("[[1 2] [3 4]]", "NumPy", "int64"),
        ("4x3", "PyTorch", "torch.int64"),
        ("np.eye(2)[::-1]", "NumPy", "float64"),
    ],
)
def test_a_base_is_written_in_either_librarys_words(text: str, library: Library, dtype: str) -> None:
    found = ran(text, "a", library=library)
    made = found.after.called("a")
    assert (made.library, made.dtype) == (library, dtype)
    again = ran(found.base, "a", library=library).after.called("a")
    assert (again.dtype, again.layout, again.values.tolist()) == (made.dtype, made.layout, made.values.tolist())


def test_whole_programs_are_pasted() -> None:
    found = ran(
        "(4,)",
        then="""
            import numpy as np
            b = a[1:]  # a view
            b += 1
            print(a)
        """,
    )
    assert cells(found, "a") == [1, 3, 4, 5]
    assert [deed.printed for deed in found.deeds] == [(), (), ("[1 3 4 5]",)]


def test_names_may_be_values_and_are_told_as_such() -> None:
    found = ran("(2, 3)", "np.shares_memory(a, a.T)", "a.shape", "n = a.size")
    assert found.values == (("b", "True"), ("c", "(2, 3)"), ("n", "6"))
    assert found.after.names == ("a",)


def test_what_a_line_warns_of_is_kept_with_it(heard: list[warnings.WarningMessage]) -> None:
    found = ran("[0, 1]", then="b = 1 / a")
    assert found.deeds[0].warnings == (f"RuntimeWarning: {heard[0].message}",)


def test_origins_lead_to_the_cell_that_was_read() -> None:
    work = Workspace(Evaluator({"a": np.arange(6).reshape(2, 3)}))
    for node in read_statements("b = a.T[1:].copy(); c = b[[1, 0]].astype(float); d = c + a[:, :2]").nodes:
        work.run(node, "")
    by_name = {thing.first: thing for thing in work.things}
    assert by_name["d"].origins is None
    for name in ("b", "c"):
        made = by_name[name]
        assert made.origins is not None
        for (number, flat), value in zip(made.origins, made.array.ravel(), strict=True):
            assert work.things[number].array.ravel()[flat] == value


@pytest.mark.parametrize(
    "code", ["np.append(a, 5)", "np.append(5, a)", "np.insert(a, 1, 0)", "np.pad(a, 1)", "np.concatenate([a, [0, 1]])"]
)
def test_what_a_line_adds_of_its_own_came_from_no_array(code: str) -> None:
    work = Workspace(Evaluator({"a": np.arange(4)}))
    for node in read_statements(f"b = {code}").nodes:
        work.run(node, "")
    assert work.things[-1].origins is None
