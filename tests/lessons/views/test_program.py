"""What programs of the lesson on views come to, against NumPy and PyTorch themselves."""

import warnings
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, example, given
from hypothesis import strategies as st

from primer_core.backend import Library
from primer_core.lessons.outcome import Unread
from primer_core.lessons.views.code import memory as memory_code
from primer_core.lessons.views.code import names as names_code
from primer_core.lessons.views.presets import PRESETS
from primer_core.lessons.views.program import (
    MAX_STATEMENTS,
    Change,
    Ran,
    Rejected,
    Stopped,
    changes,
    run_program,
)
from primer_core.lessons.views.refused_view import Viewing, explain_viewing
from primer_core.lessons.views.state import Snapshot
from tests.lessons.views.programs import Draft, cells, drafts, ran, stopped, unread
from tests.profiles import examples
from tests.snippets import printed_by, run_snippet

pytestmark = pytest.mark.filterwarnings("ignore")
"""What the libraries warn of is caught by the process that evaluates."""

PROGRAMS = [preset for preset in PRESETS if preset.question.view != "Refused views"]
typed_texts = st.one_of(
    st.text(max_size=40), st.text(alphabet="()[],.:;=+-*0123456789abcTnp. viewreshape'_", max_size=40)
)


def made_by_hand(code: str) -> dict[str, Any]:
    names: dict[str, Any] = {"np": np, "torch": torch}
    exec(code, names)
    return names


def bytes_from(array: Any, start: Any) -> int:
    pointers = [one.ctypes.data if isinstance(one, np.ndarray) else one.data_ptr() for one in (array, start)]
    return pointers[0] - pointers[1]


@examples(500)
@given(drafts())
def test_verdict_layout_addresses_and_cells_are_the_librarys(asked: Draft) -> None:
    found = run_program(asked.base, asked.b, asked.c, library=asked.library)
    assume(isinstance(found, Ran))
    assert isinstance(found, Ran)
    real = made_by_hand("\n".join([f"a = {found.base}", f"b = {asked.b}", f"c = {asked.c}"]))
    check_addresses(found.after)
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


def test_a_row_is_a_view_and_adding_to_it_changes_the_array_but_its_copy_does_not() -> None:
    rows = "[[1, 2, 3], [4, 5, 6]]"
    found = ran(rows, "a[0]", then="b += 100")
    assert cells(found, "a") == [[101, 102, 103], [4, 5, 6]]
    assert found.verdicts[0].kind == "view"
    found = ran(rows, "a[0].copy()", then="b -= 50")
    assert cells(found, "a") == [[1, 2, 3], [4, 5, 6]]
    assert cells(found, "b") == [-49, -48, -47]
    assert found.verdicts[0].kind == "copy"


def test_ravel_and_transpose_are_views_flatten_is_a_copy() -> None:
    twelve = str(list(range(12)))
    for operation, kind, strides in (("ravel()", "view", (8,)), ("flatten()", "copy", (8,)), ("T", "view", (8, 32))):
        found = ran(twelve, "a.reshape(3, 4)", f"b.{operation}")
        assert [one.kind for one in found.verdicts] == ["view", kind]
        assert found.after.called("c").layout.byte_strides == strides


def test_astype_shares_nothing() -> None:
    found = ran("[[1, 2, 3], [4, 5, 6]]", "a.astype(np.float32)", then="b[0, 0] = 9")
    assert found.verdicts[0].kind == "copy"
    assert found.after.called("b").layout.itemsize == 4
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
    found = ran("[1, 2, 3]", "a", then=then)
    assert (cells(found, "a"), cells(found, "b")) == (a, b)
    assert changes(found)[0].rebound == rebound


def test_a_write_into_a_copy_without_a_name_is_remembered() -> None:
    (lost,) = ran("(4,)", then="a[[1, 2]][0] = 100").unnamed
    assert (lost.code, lost.values.tolist()) == ("a[[1, 2]]", [100, 3])
    assert ran("(4,)", then="a[1:3][0] = 100; a[[1, 2]] = 5").unnamed == ()


def test_the_old_object_keeps_its_memory_while_a_view_reads_it() -> None:
    found = ran("(4,)", "a[1:3]", then="a = a + 1")
    old, view, new = found.after.arrays
    assert (old.names, old.buffer) == ((), view.buffer)
    assert new.names == ("a",)
    assert new.buffer != view.buffer
    assert new.number != old.number


def test_the_words_are_the_librarys_own() -> None:
    with pytest.raises(RuntimeError) as refused:
        torch.arange(12).reshape(3, 4).T.view(12)
    assert stopped("(3, 4)", "a.T.view(12)", library="PyTorch").words == f"RuntimeError: {refused.value}"
    with pytest.raises(IndexError) as outside:
        np.arange(12).reshape(3, 4)[5]
    assert stopped("(3, 4)", "a[5]").words == f"IndexError: {outside.value}"


@examples(500)
@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=3),
    st.lists(st.integers(-40, 40).map(lambda n: n * 8), min_size=1, max_size=3),
    st.sampled_from(["a", "a[1:]", "a[::-1]", "a[2]", "a[:, 1:]"]),
)
def test_as_strided_never_leaves_its_memory(shape: list[int], strides: list[int], of: str) -> None:
    found = run_program("(3, 4)", f"as_strided({of}, {tuple(shape)}, {tuple(strides)})")
    start = np.arange(12).reshape(3, 4)
    offset = bytes_from(eval(of, {"a": start}), start)
    ends = [[0, (size - 1) * stride] for size, stride in zip(shape, strides, strict=False)]
    low, high = offset + sum(map(min, ends)), offset + sum(map(max, ends)) + 8
    inside = len(shape) == len(strides) and (0 in shape or (low >= 0 and high <= 96))
    assert isinstance(found, Ran) == inside
    if isinstance(found, Ran) and 0 not in shape:
        made = found.after.called("b")
        np.testing.assert_array_equal(found.after.buffers[0].values[made.layout.addresses], made.values)


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
        message = unread(base, b, library=library).message
        assert "elements" in message or "axes" in message


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
    found = run_program("(4,)", b, then=then, library=library)
    assert not isinstance(found, Unread)
    assert [asked.answer for asked in found.asked] == answers
    printed, names = run_snippet(memory_code(found))
    first = [asked.answer for verdict in found.verdicts for asked in verdict.questions]
    said = [line for line in printed.splitlines() if line in ("True", "False")]
    assert said == [str(answer) for answer in [*first, *answers]]
    for asked in found.asked:
        assert eval(asked.code, {"np": np, "torch": torch}, names) == asked.answer


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
    found = ran("(3, 4)", b, c, library=library)
    code = memory_code(found)
    _, names = run_snippet(code)
    lines = [line for line in code.splitlines() if line.endswith("# offset")]
    assert lines
    for line in lines:
        expression = line.removeprefix("print(").removesuffix(")  # offset")
        offset = found.before.called(expression[1]).layout.offset
        assert eval(expression, names) == offset


@pytest.mark.parametrize("base", ["[7, 8]", "(2, 3, 4)", "(1,)", "()"])
def test_what_pytorch_warns_of_is_told_in_its_words(base: str, heard: list[warnings.WarningMessage]) -> None:
    found = ran(base, "a.T", library="PyTorch")
    tensor = torch.tensor(cells(found, "a"))
    assert cells(found, "b") == tensor.T.tolist()
    words = f"UserWarning: {heard[0].message}"
    assert "deprecated" in words
    assert found.warnings == (("b = a.T", words),)


def test_a_constant_that_is_no_number_or_too_large_is_named_as_that() -> None:
    for text in ("1e400", "-1e400", "9" * 400, str(2**64), str(-(2**64))):
        found = unread("(3, 4)", then=f"a[0, 0] = {text}")
        assert isinstance(found, Rejected)
        assert found.verdict == "refused"
        assert "smaller" in found.message
    for text in ('"x"', "None", "1j", str(2**63)):
        with pytest.raises(Exception) as error:  # noqa: PT011 - NumPy's own, whichever it is
            exec(f"a[0] = {text}", {"a": np.arange(12).reshape(3, 4)})
        assert stopped("(3, 4)", then=f"a[0] = {text}").words == f"{type(error.value).__name__}: {error.value}"
    assert cells(ran("[1.5]", then="a[0] = 1e20"), "a") == [1e20]
    assert cells(ran("(1,)", then=f"a[0] = {-(2**63)}"), "a") == [-(2**63)]


@pytest.mark.parametrize("index", ["[[0, 1], [1, 0]]", "[(0, 1)]", "[[0, 1], [1, 0]],", "[0, 2]"])
def test_pytorch_takes_a_nested_list_as_it_does_outside(index: str) -> None:
    tensor = torch.arange(1, 13).reshape(3, 4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch warns of a nested list
        expected = eval(f"tensor[{index}]", {"tensor": tensor})
    found = ran("(3, 4)", f"a[{index}]", library="PyTorch")
    assert cells(found, "b") == expected.tolist()


@pytest.mark.parametrize("then", ["b = a[1:]; c = b + 1", "a[0, 0] = 5", "b = a; b += 1"])
def test_space_around_statements_does_not_count(then: str) -> None:
    plain, spaced = ran("(3, 4)", then=then), ran("(3, 4)", then=f"  {then}  ")
    assert plain.statements
    assert spaced.statements == plain.statements


@pytest.mark.parametrize("preset", PROGRAMS, ids=lambda preset: preset.title)
def test_the_snippets_print_what_the_page_shows(preset: Any) -> None:
    question = preset.question
    found = run_program(question.a, question.b, question.c, question.then, question.library)
    assert not isinstance(found, Unread)
    printed, names = run_snippet(memory_code(found))
    lines = printed.splitlines()
    answers = [str(asked.answer) for verdict in found.verdicts for asked in verdict.questions]
    assert lines[: len(answers)] == answers
    for name in found.after.names:
        assert np.asarray(names[name]).tolist() == cells(found, name)
        assert str(names[name]) in printed
    for name in found.before.names:
        layout = found.before.called(name).layout
        torchs = found.before.called(name).library == "PyTorch"
        assert f"{layout.shape} {layout.strides if torchs else layout.byte_strides}" in printed
    if isinstance(found, Stopped):
        assert found.words in lines
    printed = printed_by(names_code(found))
    for change in (change for change in changes(found) if change.bound != "gone"):
        assert f"{change.name} {not change.rebound} {cells(found, change.name)}" in printed.splitlines()


@examples(1000)
@given(typed_texts)
@example("a.view()")
def test_garbage_in_any_field_has_an_outcome(typed: str) -> None:
    for asked in ((typed, "", "", ""), ("(3, 4)", typed, "a.T", ""), ("(3, 4)", "a.T", "", typed)):
        assert isinstance(run_program(*asked), Unread | Ran | Stopped)
    assert isinstance(explain_viewing("(3, 4)", "a.T", typed, "NumPy"), Unread | Viewing)


@pytest.mark.parametrize(
    ("field", "texts", "verdict", "part"),
    [
        ("a", {"base": "np.bogus(3)"}, "unknown", "np.bogus"),
        ("a", {"base": "(3, 4"}, "unread", "cannot be read"),
        ("a", {"base": "np.zeros(10**7)"}, "refused", "elements"),
        ("b", {"b": "__import__('os').system('true')"}, "unknown", "__import__"),
        ("b", {"b": "a.tofile('x')"}, "unknown", "not known"),
        ("b", {"b": "a.expand(3, 4)"}, "unknown", "PyTorch's tensors have it"),
        ("b", {"b": "c.T"}, "unknown", "“c” is not defined"),
        ("b", {"b": "a +"}, "unread", "cannot be read"),
        ("b", {"b": "[x for x in a]"}, "unread", "comprehension"),
        ("then", {"then": "import os"}, "unread", "import os"),
        ("then", {"then": "a.resize(3)"}, "unknown", "np.resize"),
        ("then", {"then": "a += 1\nb = a.bogus()"}, "unknown", "line 2, column 5"),
        ("then", {"then": "a[0] = 1;" * (MAX_STATEMENTS + 1)}, "refused", str(MAX_STATEMENTS)),
        ("then", {"then": "; ".join(f"n{i} = a[0]" for i in range(18))}, "refused", "drawn at once"),
        ("b", {"b": "a.bogus()", "then": "a[0] = 5"}, "unknown", "statements in Then are not run"),
    ],
)
def test_what_is_not_run_is_named_with_its_field_verdict_and_reason(
    field: str, texts: dict[str, str], verdict: str, part: str
) -> None:
    found = unread(**{"base": "(3, 4)", **texts})  # type: ignore[arg-type]  # the library has its default
    assert isinstance(found, Rejected)
    assert (found.field, found.verdict) == (field, verdict)
    assert part in found.message


@pytest.mark.parametrize(
    ("library", "texts"),
    [
        ("PyTorch", {"b": "a.T", "c": "b.view(12)"}),
        ("PyTorch", {"b": "a.T.view(2, 6)"}),
        ("NumPy", {"b": "a.T.reshape(12, copy=False)"}),
        ("NumPy", {"then": "a += 0.5"}),
        ("PyTorch", {"then": "a += 0.5"}),
        ("NumPy", {"b": "np.broadcast_to(a, (2, 3, 4))", "then": "b[0] = 1"}),
        ("PyTorch", {"b": "a.expand(2, 3, 4)", "then": "b += 1"}),
        ("PyTorch", {"b": "a[::-1]"}),
        ("NumPy", {"b": "a[:, :, 0]", "then": "a[0] = 1"}),
        ("NumPy", {"b": "a[1:]", "c": "b[9]", "then": "b[0] = 1"}),
    ],
)
def test_what_the_library_refuses_has_a_cause_and_fixes_that_work(library: Library, texts: dict[str, str]) -> None:
    asked = {"b": "", "c": "", "then": "", **texts}
    found = stopped("(3, 4)", asked["b"], asked["c"], asked["then"], library)
    assert found.cause or found.not_run
    assert found.fixes
    for fix in found.fixes:
        if "view" in fix.texts:
            viewing = explain_viewing("(3, 4)", fix.texts.get("b", asked["b"]), fix.texts["to"], library)
            assert isinstance(viewing, Viewing)
            assert not viewing.allowed
        else:
            mended = {**asked, **fix.texts}
            ran("(3, 4)", mended["b"], mended["c"], mended["then"], library)


def test_what_an_error_leaves_undone_is_known() -> None:
    assert stopped("(6,)", "a[::2, 1:]", "a + 1", "a[0] = 9").not_run == ("c = a + 1", "a[0] = 9")
    assert stopped("(6,)", "a[::2, 1:]").not_run == ()
    assert stopped("(4,)", "a", then="a += 0.5").not_run == ()
    assert stopped("(4,)", "a", then="a += 1; a += 0.5; a += 2").not_run == ("a += 2",)
    assert not any(fix.how == "without" for fix in stopped("(6,)", "a[::2, 1:]", then="b[0] = 1").fixes)  # it needs b


def test_an_error_says_whether_cells_had_changed_by_then() -> None:
    found = stopped("(4,)", "a", then="a += 1; a += 0.5")
    assert found.untouched
    assert cells(found, "a") == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("b", "then", "expected"),
    [
        ("a", "a = a + 1", [Change("a", "new", 0), Change("b", "kept", 0)]),
        ("a", "a += 1", [Change("a", "kept", 4), Change("b", "kept", 4)]),
        ("a[1:]", "a += 10; a = a + 10", [Change("a", "new", 4), Change("b", "kept", 3)]),
        ("a[1:]", "a = b", [Change("a", "another", 0), Change("b", "kept", 0)]),
        ("", "c = a", [Change("a", "kept", 0), Change("c", "first", 0)]),
        ("", "c = a.copy(); a[0] = -1", [Change("a", "kept", 1), Change("c", "first", 0)]),
    ],
)
def test_what_a_name_is_bound_to_is_told_by_objects(b: str, then: str, expected: list[Change]) -> None:
    assert changes(ran("(4,)", b, then=then)) == tuple(expected)


@pytest.mark.parametrize(
    ("library", "b", "results"),
    [
        ("NumPy", "a.copy()[0]", ["copy", "view"]),
        ("NumPy", "(a * 10)[:, None]", ["copy", "view"]),
        ("NumPy", "a.T[1:].reshape(-1)", ["view", "view", "copy"]),
        ("NumPy", "np.flip(a)", ["view"]),
        ("NumPy", "np.broadcast_to(a.copy(), (2, 3, 4))", ["copy", "view"]),
        ("NumPy", "torch.from_numpy(a[[0, 1]])", ["copy", "view"]),
        ("NumPy", "np.ascontiguousarray(a.T).reshape(12)", ["view", "copy", "view"]),
        ("NumPy", "a[0][1]", ["view", "number"]),
        ("NumPy", "a.astype(np.float32)[0]", ["copy", "view"]),
        ("PyTorch", "a.clone()[0]", ["copy", "view"]),
        ("PyTorch", "a.flip(0)", ["copy"]),
        ("NumPy", "a", []),
    ],
)
def test_each_step_of_a_definition_is_asked_whether_it_copied(library: Library, b: str, results: list[str]) -> None:
    (verdict,) = ran("(3, 4)", b, library=library).verdicts
    assert [step.result for step in verdict.steps] == results


@pytest.mark.parametrize(
    ("base", "b", "then", "expected"),
    [
        ("(3,)", "", "a[0] = 2.9", [("cut", 1, 2.9, 2)]),
        ("(3,)", "", "a[0] = 2.0", []),
        ("[6, 9, 12]", "", "a[1:] = a[1:] * 0.4", [("cut", 2, 9 * 0.4, 3)]),
        ("[6, 9, 12]", "", "a.fill(2.9)", [("cut", 3, 2.9, 2)]),
        ("[6, 9, 12]", "a * 0.4", "a[:] = b", [("cut", 3, 6 * 0.4, 2)]),
        ("[6, 9, 12]", "", "a[0] += 0.5", [("cut", 1, 6.5, 6)]),
        ("[6, 9, 12]", "a.astype(np.uint8)", "b -= 20", [("wrapped", 3, -14, 242)]),
        ("[6, 9, 12]", "a.astype(np.uint8)", "n = b[0] - b[1]", [("wrapped", 1, -3, 253)]),
        ("[300, 9]", "a.astype(np.uint8)", "", [("wrapped", 1, 300, 44)]),
        ("[1, 2]", "np.array([1.5, 2.5])", "a[:] = b; a[[0, 0]] = b", [("cut", 2, 1.5, 1), ("cut", 1, 2.5, 2)]),
        ("(3,)", "", "a = a * 1.0; a[0] = 2.9; a = a.astype(int)", [("cut", 1, 2.9, 2)]),
        ("[9223372036854775807]", "", "a += 1", [("wrapped", 1, 2**63, -(2**63))]),
    ],
)
def test_what_a_dtype_does_not_hold_is_told_whatever_wrote_it(
    base: str, b: str, then: str, expected: list[Any]
) -> None:
    found = ran(base, b, then=then)
    assert [(loss.how, loss.count, loss.meant, loss.kept) for _, loss in found.losses] == expected


def test_a_loss_is_that_of_the_line_that_lost() -> None:
    found = ran("(3,)", then="a = a * 1.0; a[0] = 2.9; a = a.astype(int)")
    assert [loss.code for _, loss in found.losses] == ["a.astype(int)"]
