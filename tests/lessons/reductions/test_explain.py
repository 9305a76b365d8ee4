import subprocess
import sys
import tracemalloc
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, reject
from hypothesis import strategies as st

from primer_core.backend.interface import LIBRARIES, Library
from primer_core.backend.interface import ReductionName as Operation
from primer_core.claims.claim import Claim
from primer_core.claims.unreduced import AxesMissing, NormOfAxes, NothingToChoose, NotOfDtype, TakesOneAxis
from primer_core.language.execution import hear
from primer_core.language.limits import Refused
from primer_core.lessons.event import Put
from primer_core.lessons.lesson import Preset
from primer_core.lessons.outcome import Unread
from primer_core.lessons.reductions.explain import (
    BackClash,
    BackMet,
    Crossing,
    Kept,
    NotReduced,
    Outcome,
    Reduced,
    Spread,
    UnreadAxis,
    Winners,
    axis_choices,
    explain,
    react,
    read_axis,
)
from primer_core.lessons.reductions.presets import PRESETS
from primer_core.lessons.reductions.question import BACK, OPERATIONS, SCANS, ReductionsQuestion
from primer_core.lessons.reductions.show import show
from primer_core.picture.parts import Notice
from primer_core.picture.text import plain
from tests.lessons.parts import parts
from tests.profiles import examples
from tests.snippets import printed_by

NUMPY: dict[str, Callable[..., Any]] = {
    "sum": np.sum,
    "prod": np.prod,
    "mean": np.mean,
    "std": np.std,
    "var": np.var,
    "max": np.max,
    "min": np.min,
    "argmax": np.argmax,
    "argmin": np.argmin,
    "median": np.median,
    "any": np.any,
    "all": np.all,
    "norm": np.linalg.norm,
    "cumsum": np.cumsum,
    "cumprod": np.cumprod,
}

pytestmark = pytest.mark.filterwarnings("ignore")
"""What the libraries warn of is caught by the process that evaluates."""

operations = st.sampled_from(OPERATIONS)


@st.composite
def questions(draw: st.DrawFn, smallest: int = 0) -> tuple[np.ndarray, str]:
    """An array with ties and zeros, and an axis that it mostly has."""
    shape = tuple(draw(st.lists(st.integers(smallest, 3), min_size=1, max_size=4)))
    size = int(np.prod(shape))
    numbers = draw(st.lists(st.integers(-2, 3), min_size=size, max_size=size))
    array = np.array(numbers, dtype=np.float64 if size and draw(st.booleans()) else np.int64).reshape(shape)
    one = st.integers(-len(shape), len(shape) - 1)
    wide = st.integers(-5, 5)
    axis = draw(st.one_of(st.none(), one, wide, st.lists(one, max_size=3).map(tuple), st.tuples(wide, wide)))
    return array, str(axis)


def ask(array: str, operation: Operation = "sum", axis: str = "None", *, ddof: int = 0, **more: Any) -> Outcome:
    return explain(ReductionsQuestion(array, operation, axis, divisor="n − 1" if ddof else "n", **more))


def explained(array: np.ndarray, operation: Operation, axis: str, **more: Any) -> Outcome:
    return ask(str(array.tolist()) if array.size else str(array.shape), operation, axis, **more)


def taken(*asked: Any, **more: Any) -> Reduced:
    found = ask(*asked, **more)
    assert isinstance(found, Reduced)
    return found


def attempt(statement: Callable[[], Any]) -> tuple[str | None, Any]:
    """Do it, and return what the library says against it, and what came of it."""
    try:
        return None, statement()
    except (IndexError, ValueError, TypeError, RuntimeError) as error:
        return str(error), None


def softmax(array: np.ndarray, axis: Any) -> np.ndarray:
    raised = np.exp(array - array.max(axis=axis, keepdims=True))
    return np.asarray(raised / raised.sum(axis=axis, keepdims=True))


@examples(500)
@given(questions(), operations, st.booleans(), st.sampled_from([0, 1]))
def test_result_or_error_is_numpys(
    question: tuple[np.ndarray, str], operation: Operation, keepdims: bool, ddof: int
) -> None:
    array, text = question
    axis = read_axis(text)
    if operation == "softmax":
        refused, expected = attempt(lambda: softmax(array, axis))
    else:
        words: dict[str, Any] = {} if operation in SCANS else {"keepdims": keepdims}
        words |= {"ddof": ddof} if operation in ("std", "var") else {}
        refused, expected = attempt(lambda: NUMPY[operation](array, axis=axis, **words))
    found = explained(array, operation, text, keepdims=keepdims, ddof=ddof)
    if isinstance(found, NotReduced):
        assert found.declined.words == refused
        # NumPy's median reshapes by the wrong count where there is no cell: no cause that could be mended
        assert found.causes or (operation == "median" and not array.size)
        return
    assert isinstance(found, Reduced)
    assert refused is None
    np.testing.assert_allclose(found.result, expected, rtol=1e-12)
    assert found.result.shape == np.shape(expected)
    assert found.number == (not isinstance(expected, np.ndarray))


@examples(500)
@given(questions(smallest=1), operations, st.booleans(), st.sampled_from([0, 1]))
def test_every_cell_is_recomputed_from_the_cells_it_is_linked_to(
    question: tuple[np.ndarray, str], operation: Operation, keepdims: bool, ddof: int
) -> None:
    array, text = question
    found = explained(array, operation, text, keepdims=keepdims, ddof=ddof)
    if not isinstance(found, Reduced):
        reject()
    assert len(found.members) == found.result.size
    every = np.sort(found.members[found.members >= 0])
    if operation not in SCANS:
        repeats = found.members.shape[1] if operation == "softmax" else 1
        np.testing.assert_array_equal(every, np.repeat(np.arange(array.size), repeats))
    for flat, padded in enumerate(found.members):
        cells = padded[padded >= 0]
        group, value = array.ravel()[cells], found.result.ravel()[flat]
        match operation:
            case "std" | "var":
                assert isinstance(found.detail, Spread)
                own = found.detail.mean.ravel()[flat]
                assert own == pytest.approx(group.mean())
                variance = np.float64(((group - own) ** 2).sum()) / np.float64(len(group) - ddof)
                np.testing.assert_allclose(value, np.sqrt(variance) if operation == "std" else variance, rtol=1e-12)
            case "cumsum" | "cumprod":
                np.testing.assert_allclose(value, NUMPY[operation](group)[-1], rtol=1e-12)
                assert cells[-1] == flat
            case "softmax":
                np.testing.assert_allclose(value, np.exp(array.ravel()[flat]) / np.exp(group).sum(), rtol=1e-12)
                assert flat in cells
            case "argmax" | "argmin" if found.axis is None:
                assert cells[value] == NUMPY[operation](array)
            case _:
                np.testing.assert_allclose(value, NUMPY[operation](group), rtol=1e-12)


@examples(500)
@given(questions(), operations, st.booleans(), st.sampled_from([0, 1]))
def test_result_or_error_is_pytorchs(
    question: tuple[np.ndarray, str], operation: Operation, keepdims: bool, ddof: int
) -> None:
    array, text = question
    axis: Any = read_axis(text)
    tensor = torch.tensor(array)
    over: dict[str, Any] = {"dim": axis, "keepdim": keepdims}
    # PyTorch words what it declines of prod by the arguments that are written.
    written = {
        name: value for name, value in over.items() if value or (name == "dim" and (axis is not None or keepdims))
    }
    statement: Callable[[], Any] = {
        "sum": lambda: tensor.sum(**over),
        "prod": lambda: tensor.prod(**written),
        "mean": lambda: tensor.mean(**over),
        "std": lambda: tensor.std(correction=ddof, **over),
        "var": lambda: tensor.var(correction=ddof, **over),
        "max": lambda: tensor.amax(() if axis is None else axis, keepdim=keepdims),
        "min": lambda: tensor.amin(() if axis is None else axis, keepdim=keepdims),
        "argmax": lambda: tensor.argmax(**over),
        "argmin": lambda: tensor.argmin(**over),
        "median": lambda: tensor.median(**over).values if axis is not None or keepdims else tensor.median(),
        "cumsum": lambda: tensor.cumsum(dim=axis),
        "cumprod": lambda: tensor.cumprod(dim=axis),
        "any": lambda: tensor.any(**over),
        "all": lambda: tensor.all(**over),
        "norm": lambda: torch.linalg.vector_norm(tensor, **over),
        "softmax": lambda: torch.softmax(tensor, dim=axis),
    }[operation]
    refused, expected = attempt(statement)
    found = explained(array, operation, text, keepdims=keepdims, ddof=ddof, library="PyTorch")
    if isinstance(found, NotReduced):
        assert found.declined.words == refused
        return
    assert isinstance(found, Reduced)
    assert refused is None
    np.testing.assert_array_equal(found.result, expected.numpy())
    assert len(found.members) == found.result.size


@examples(500)
@given(questions(smallest=1), st.sampled_from(list(BACK)), st.booleans(), st.sampled_from(["NumPy", "PyTorch"]))
def test_what_is_brought_back_meets_the_cells_that_the_links_say(
    question: tuple[np.ndarray, str], operation: Operation, keepdims: bool, library: Library
) -> None:
    array, text = question
    found = explained(array, operation, text, keepdims=keepdims, library=library)
    if not isinstance(found, Reduced):
        reject()
    assert found.back is not None
    with np.errstate(all="ignore"):
        act = np.subtract if found.back.sign == "-" else np.true_divide
        refused, expected = attempt(lambda: act(array, found.result))
        if isinstance(found.back, BackClash):
            assert refused is not None
            assert not keepdims
            return
        assert refused is None
        np.testing.assert_allclose(found.back.result, expected, rtol=1e-6)
        cells = np.broadcast_to(array, found.back.result.shape).ravel()
        np.testing.assert_allclose(act(cells, found.result.ravel()[found.back.sources]), expected.ravel())
    if keepdims:
        assert found.back.crossing is None


@examples(500)
@given(questions(), operations, st.booleans(), st.sampled_from(["NumPy", "PyTorch"]))
def test_every_fix_works(
    question: tuple[np.ndarray, str], operation: Operation, keepdims: bool, library: Library
) -> None:
    array, text = question
    found = explained(array, operation, text, keepdims=keepdims, library=library)
    if not isinstance(found, NotReduced):
        reject()
    for fix in found.fixes:
        assert isinstance(explain(found.question.with_texts(fix.puts)), Reduced)


def shown(found: NotReduced | Reduced) -> str:
    """What the page shows: the error; or the result, its shape, and what the other divisor gives."""
    if isinstance(found, NotReduced):
        return found.declined.words + "\n"
    own = torch.tensor if found.question.library == "PyTorch" else np.asarray
    more = [own(found.detail.other)] if isinstance(found.detail, Spread) else []
    more += [own(found.pair.places)] if found.pair is not None else []
    return "".join(f"{one!s}\n" for one in (own(found.result), found.result.shape, *more))


def check_snippets(found: Outcome) -> None:
    """Run what is offered to copy: it prints what the page shows."""
    assert isinstance(found, NotReduced | Reduced)
    assert printed_by(found.code) == shown(found)
    match found:
        case Reduced(back=BackClash(declined=declined, code=code)):
            assert printed_by(code) == declined.words + "\n"
        case Reduced(back=BackMet(result=result, code=code)):
            own = torch.tensor if found.question.library == "PyTorch" else np.asarray
            assert printed_by(code) == f"{own(result)!s}\n"


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_the_snippets_of_the_presets_print_what_the_page_shows(
    preset: Preset[ReductionsQuestion], library: Library
) -> None:
    check_snippets(explain(replace(preset.question, library=library)))


@examples(500)
@given(questions(smallest=1), operations, st.booleans(), st.sampled_from(["NumPy", "PyTorch"]))
def test_snippets_of_any_arrays_print_what_the_page_shows(
    question: tuple[np.ndarray, str], operation: Operation, keepdims: bool, library: Library
) -> None:
    array, text = question
    check_snippets(explained(array, operation, text, keepdims=keepdims, library=library))


@pytest.mark.parametrize("library", LIBRARIES)
def test_sums_of_all_of_columns_and_of_rows(library: Library) -> None:
    array = "[[1, 2], [3, 4]]"
    sums = [taken(array, "sum", axis, library=library).result.tolist() for axis in ("None", "0", "1")]
    assert sums == [10, [4, 6], [3, 7]]
    array = "[[1, 2, 3], [4, 5, 6]]"
    sums = [taken(array, "sum", axis, library=library).result.tolist() for axis in ("0", "1", "-1")]
    assert sums == [[5, 7, 9], [6, 15], [6, 15]]


def test_numpy_and_pytorch_differ_in_the_divisor_of_std() -> None:
    array = "[10.0, 20.0, 30.0, 40.0, 50.0]"
    tensor = torch.tensor([10.0, 20.0, 30.0, 40.0, 50.0], dtype=torch.float64)
    std = taken(array, "std")
    assert isinstance(std.detail, Spread)
    assert std.result == pytest.approx(14.1421, abs=5e-5)
    assert std.detail.mean == 30
    assert std.detail.other == pytest.approx(tensor.std().item())
    assert std.detail.ddof_word == "ddof"
    torchs = taken(array, "std", ddof=1, library="PyTorch")
    assert torchs.result == tensor.std().numpy()
    assert isinstance(torchs.detail, Spread)
    assert torchs.detail.ddof_word == "correction"


def test_a_library_that_is_chosen_brings_its_own_divisor() -> None:
    question = ReductionsQuestion("(5,)", "std", "None")
    torchs = react(question, Put({"library": "PyTorch"}))
    assert torchs.divisor == "n − 1"
    assert react(torchs, Put({"library": "NumPy"})).divisor == "n"
    assert react(question, Put({"library": "PyTorch", "divisor": "n"})).divisor == "n"
    assert react(torchs, Put({"divisor": "n"})).library == "PyTorch"
    assert react(replace(torchs, divisor="n"), Put({"axis": "0", "library": "PyTorch"})).divisor == "n"


@pytest.mark.parametrize(
    ("array", "operation", "ddof", "library", "words"),
    [
        ("[[], []]", "mean", 0, "NumPy", "RuntimeWarning: Mean of empty slice"),
        ("[1.0]", "std", 1, "NumPy", "RuntimeWarning: Degrees of freedom <= 0 for slice"),
        ("[1.0]", "std", 1, "PyTorch", "UserWarning: std(): degrees of freedom is <= 0"),
        ("[1e308, 1e308]", "sum", 0, "NumPy", "RuntimeWarning: overflow encountered in reduce"),
    ],
)
def test_what_libraries_warn_of_is_shown_in_their_words(
    array: str, operation: Operation, ddof: int, library: Library, words: str
) -> None:
    with warnings.catch_warnings(record=True, action="always") as caught:
        hear(lambda: caught)
        try:
            found = ask(array, operation, ddof=ddof, library=library)
        finally:
            hear()
    assert isinstance(found, Reduced)
    assert not np.isfinite(found.result)
    assert any(told.startswith(words) for told in found.warnings)
    page = show(found.question, found)
    assert words in " ".join(plain(line) for notice in parts(page, Notice) for line in notice.paragraphs)


def test_the_first_of_equals_wins_argmax() -> None:
    found = taken("[[3, 9, 9], [7, 1, 7]]", "argmax", "1")
    assert isinstance(found.detail, Winners)
    assert found.result.tolist() == [1, 0]
    assert found.detail.ties.tolist() == [2, 2]
    assert np.argwhere(found.detail.cells).tolist() == [[0, 1], [1, 0]]


def test_keepdims_brings_a_mean_back_to_its_rows() -> None:
    kept = taken("(3, 4)", "mean", "1", keepdims=True).back
    lost = taken("(3, 4)", "mean", "1").back
    square = taken("(3, 3)", "mean", "1").back
    assert isinstance(kept, BackMet)
    np.testing.assert_allclose(kept.result.mean(axis=1), 0)
    assert isinstance(lost, BackClash)
    assert lost.declined.words == "operands could not be broadcast together with shapes (3,4) (3,) "
    assert isinstance(square, BackMet)
    assert square.crossing == Crossing((0, 1), (0,), (1,))
    assert square.kept == Kept((3, 1), (3, 3))


@pytest.mark.parametrize(
    ("array", "operation", "axis", "library", "error", "fixes"),
    [
        ("(2, 3)", "sum", "2", "NumPy", "AxisError: axis 2 is out of bounds for array of dimension 2", "0"),
        ("(2, 3)", "sum", "2", "PyTorch", "IndexError: Dimension out of range", "0"),
        ("(2, 3)", "argmax", "(0, 1)", "NumPy", "TypeError: 'tuple' object cannot be interpreted", "0"),
        ("(2, 3)", "sum", "(1, -1)", "NumPy", "ValueError: duplicate value in 'axis'", None),
        ("(2, 3, 4)", "norm", "(0, 1, 2)", "NumPy", "ValueError: Improper number of dimensions to norm", "0"),
        ("(2, 3)", "mean", "0", "PyTorch", "NotImplementedError: mean(): could not infer output dtype", None),
        ("(0, 3)", "max", "0", "NumPy", "ValueError: zero-size array to reduction operation maximum", "1"),
        ("5", "sum", "1", "NumPy", "AxisError: axis 1 is out of bounds for array of dimension 0", "None"),
    ],
)
def test_what_a_library_refuses_comes_with_what_would_work(
    array: str, operation: Operation, axis: str, library: Library, error: str, fixes: str | None
) -> None:
    found = ask(array, operation, axis, library=library)
    assert isinstance(found, NotReduced)
    assert found.declined.text.startswith(error)
    assert found.causes
    assert found.fixes
    if fixes is not None:
        assert {"axis": fixes} in [fix.puts for fix in found.fixes]


@pytest.mark.parametrize(
    ("array", "operation", "axis", "blamed"),
    [
        ("(0, 3)", "max", "0", (NothingToChoose("max", (0, 3)),)),
        (
            "(2, 3)",
            "softmax",
            "(0, 1)",
            (TakesOneAxis("PyTorch", "softmax", (0, 1), False), NotOfDtype("PyTorch", "softmax", "int64")),
        ),
        ("[1.0, 2.0]", "softmax", "None", (TakesOneAxis("PyTorch", "softmax", None, False),)),
        ("(2, 3, 4)", "norm", "(0, 1, 2)", (NotOfDtype("PyTorch", "norm", "int64"),)),
        ("(2, 3)", "mean", "5", (AxesMissing((5,), 2), NotOfDtype("PyTorch", "mean", "int64"))),
        ("[True, False]", "argmax", "0", (NotOfDtype("PyTorch", "argmax", "bool"),)),
    ],
)
def test_pytorch_is_given_the_cause_that_it_names_itself(
    array: str, operation: Operation, axis: str, blamed: tuple[Claim, ...]
) -> None:
    found = ask(array, operation, axis, library="PyTorch")
    assert isinstance(found, NotReduced)
    assert found.causes == blamed
    for fix in found.fixes:
        assert isinstance(explain(found.question.with_texts(fix.puts)), Reduced)
    assert found.fixes


def test_a_norm_over_no_axis_is_refused_for_its_axes() -> None:
    found = ask("(2, 0)", "norm", "()")
    assert isinstance(found, NotReduced)
    assert found.causes == (NormOfAxes(0),)


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_sum_that_wraps_around_is_told_and_one_that_does_not_is_not(library: Library) -> None:
    assert taken("[9223372036854775807, 1]", "sum", "None", library=library).overflowed
    assert taken("[[4611686018427387904, 4611686018427387904], [1, 2]]", "sum", "1", library=library).overflowed
    assert not taken("[9223372036854775806, 1]", "sum", "0", library=library).overflowed
    assert not taken("[9223372036854775807, -1]", "sum", "0", library=library).overflowed
    assert not taken("[1e308, 1e308]", "sum", "0", library=library).overflowed
    assert not taken("[9223372036854775807, 1]", "max", "0", library=library).overflowed


@pytest.mark.parametrize(
    ("text", "axis"),
    [
        ("", None),
        ("None", None),
        ("all", None),
        (" -1 ", -1),
        ("axis=1", 1),
        ("dim = (0, 1)", (0, 1)),
        ("0, 2", (0, 2)),
        ("()", ()),
    ],
)
def test_an_axis_is_read_in_any_spelling(text: str, axis: object) -> None:
    assert read_axis(text) == axis


@pytest.mark.parametrize(
    "text", ["rows", "1.5", "[0]", "True", "'0'", "0; 1", "(0, 1.0)", "9" * 20, "9" * 100, "((", "--"]
)
def test_what_is_no_axis_is_told_what_was_expected(text: str) -> None:
    with pytest.raises(Refused, match="Write a number such as 0 or -1"):
        read_axis(text)
    found = ask("(2, 3)", "sum", text)
    assert isinstance(found, UnreadAxis)
    assert found.field == "axis"
    assert found.operand.shape == (2, 3)


@pytest.mark.parametrize("rank", range(5))
def test_every_axis_that_is_offered_can_be_taken(rank: int) -> None:
    for axis in axis_choices(rank):
        assert taken(str((2,) * rank), "sum", axis)
    assert len(set(axis_choices(rank))) == rank + 1 + (rank > 0) + (rank > 1)


def test_an_array_that_is_too_large_is_refused_without_being_made() -> None:
    tracemalloc.start()
    found = ask("(10**9, 10**9)", "sum", "0")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000
    assert isinstance(found, Unread)
    assert found.field == "array"
    assert "4 096" in found.message


@pytest.mark.parametrize("lesson", ["indexing", "reductions"])
def test_the_lesson_is_imported_without_torch(lesson: str) -> None:
    code = f"import sys, primer_core.lessons.{lesson}.show, primer_core.lessons.{lesson}.presets; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "streamlit"} & set(loaded)


def test_a_name_that_doubles_with_each_statement_is_refused_at_once() -> None:
    doubled = "\n".join(["x = [a, a]", *["x = [x, x]"] * 60, "x.sum()"])
    outcome = explain(ReductionsQuestion(line=doubled))
    assert isinstance(outcome, Unread)
    assert outcome.field == "line"
    kept = explain(ReductionsQuestion(line="x = [a, a]\nx = [x, x]\nnp.sum(x, axis=0)"))
    assert not isinstance(kept, Unread) or "longer" not in kept.message
