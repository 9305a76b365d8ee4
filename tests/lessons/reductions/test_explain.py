import subprocess
import sys
import tracemalloc
import warnings
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from primer_core.backend import Library
from primer_core.language.limits import Refused
from primer_core.lessons.reductions.explain import (
    BACK,
    OPERATIONS,
    Operation,
    Reduction,
    axis_choices,
    explain_reduction,
    read_axis,
)
from primer_core.lessons.reductions.presets import DEFAULT, PRESETS, ReductionPreset
from tests.profiles import examples
from tests.snippets import printed_by

NUMPY: dict[str, Callable[..., Any]] = {
    "sum": np.sum,
    "mean": np.mean,
    "std": np.std,
    "max": np.max,
    "argmax": np.argmax,
    "any": np.any,
    "all": np.all,
    "norm": np.linalg.norm,
}

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


def explained(array: np.ndarray, operation: str, axis: str, **more: Any) -> Reduction:
    if array.size:
        return explain_reduction(str(array.tolist()), operation, axis, **more)  # type: ignore[arg-type]
    return explain_reduction(str(array.shape), operation, axis, **more)  # type: ignore[arg-type]


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
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_result_or_error_is_numpys(
    question: tuple[np.ndarray, str], operation: Operation, keepdims: bool, ddof: int
) -> None:
    array, text = question
    axis = read_axis(text)
    if operation == "softmax":
        refused, expected = attempt(lambda: softmax(array, axis))
    else:
        words = {"ddof": ddof} if operation == "std" else {}
        refused, expected = attempt(lambda: NUMPY[operation](array, axis=axis, keepdims=keepdims, **words))
    found = explained(array, operation, text, keepdims=keepdims, ddof=ddof)
    if refused is not None:
        assert found.error is not None
        assert found.error.endswith(refused)
        assert found.advice
        assert found.result is None
        return
    assert found.result is not None
    assert found.error is None
    np.testing.assert_allclose(found.result, expected, rtol=1e-12)
    assert found.result.shape == np.shape(expected)
    assert found.number == (not isinstance(expected, np.ndarray))


@examples(500)
@given(questions(smallest=1), operations, st.booleans(), st.sampled_from([0, 1]))
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_every_cell_is_recomputed_from_the_cells_it_is_linked_to(
    question: tuple[np.ndarray, str], operation: Operation, keepdims: bool, ddof: int
) -> None:
    array, text = question
    found = explained(array, operation, text, keepdims=keepdims, ddof=ddof)
    assume(found.result is not None)
    assert found.result is not None
    assert found.members is not None
    assert len(found.members) == found.result.size
    every = np.sort(found.members.ravel())
    repeats = found.members.shape[1] if operation == "softmax" else 1
    np.testing.assert_array_equal(every, np.repeat(np.arange(array.size), repeats))
    for flat, cells in enumerate(found.members):
        group, value = array.ravel()[cells], found.result.ravel()[flat]
        match operation:
            case "std":
                own = found.centre.ravel()[flat]  # type: ignore[union-attr]
                assert own == pytest.approx(group.mean())
                wanted = np.sqrt(np.float64(((group - own) ** 2).sum()) / np.float64(len(group) - ddof))
                np.testing.assert_allclose(value, wanted, rtol=1e-12)
            case "softmax":
                np.testing.assert_allclose(value, np.exp(array.ravel()[flat]) / np.exp(group).sum(), rtol=1e-12)
                assert flat in cells
            case "argmax" if found.axis is None:
                assert cells[value] == array.argmax()
            case _:
                np.testing.assert_allclose(value, NUMPY[operation](group), rtol=1e-12)


@examples(500)
@given(questions(), operations, st.booleans(), st.sampled_from([0, 1]))
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_result_or_error_is_pytorchs(
    question: tuple[np.ndarray, str], operation: Operation, keepdims: bool, ddof: int
) -> None:
    array, text = question
    axis, tensor = read_axis(text), torch.tensor(array)
    over: dict[str, Any] = {"dim": axis, "keepdim": keepdims}
    statement: Callable[[], Any] = {
        "sum": lambda: tensor.sum(**over),
        "mean": lambda: tensor.mean(**over),
        "std": lambda: tensor.std(correction=ddof, **over),
        "max": lambda: tensor.amax(() if axis is None else axis, keepdim=keepdims),
        "argmax": lambda: tensor.argmax(**over),
        "any": lambda: tensor.any(**over),
        "all": lambda: tensor.all(**over),
        "norm": lambda: torch.linalg.vector_norm(tensor, **over),
        "softmax": lambda: torch.softmax(tensor, dim=over["dim"]),
    }[operation]
    refused, expected = attempt(statement)
    found = explained(array, operation, text, keepdims=keepdims, ddof=ddof, library="PyTorch")
    if refused is not None:
        assert found.error is not None
        assert found.error.endswith(refused)
        return
    assert found.result is not None
    np.testing.assert_array_equal(found.result, expected.numpy())
    assert found.members is not None
    assert len(found.members) == found.result.size


@examples(500)
@given(questions(smallest=1), st.sampled_from(list(BACK)), st.booleans(), st.sampled_from(["NumPy", "PyTorch"]))
def test_what_is_brought_back_meets_the_cells_that_the_links_say(
    question: tuple[np.ndarray, str], operation: Operation, keepdims: bool, library: Library
) -> None:
    array, text = question
    found = explained(array, operation, text, keepdims=keepdims, library=library)
    assume(found.result is not None)
    assert found.result is not None
    assert found.back is not None
    result = found.result
    with np.errstate(all="ignore"):
        act = np.subtract if found.back.sign == "-" else np.true_divide
        refused, expected = attempt(lambda: act(array, result))
        assert (found.back.error is None) == (refused is None)
        if refused is not None:
            assert not keepdims
            return
        assert found.back.result is not None
        np.testing.assert_allclose(found.back.result, expected, rtol=1e-6)
        cells = np.broadcast_to(array, found.back.result.shape).ravel()
        np.testing.assert_allclose(act(cells, found.result.ravel()[found.back.sources]), expected.ravel())
    if keepdims:
        assert not found.back.crossed


@examples(500)
@given(questions(), operations, st.booleans(), st.sampled_from(["NumPy", "PyTorch"]))
def test_every_fix_works(
    question: tuple[np.ndarray, str], operation: Operation, keepdims: bool, library: Library
) -> None:
    array, text = question
    found = explained(array, operation, text, keepdims=keepdims, library=library)
    assert bool(found.fixes) <= (found.error is not None)
    for fix in found.fixes:
        fields = {"array": str(array.tolist()) if array.size else str(array.shape), "axis": text, **fix.fields}
        mended = explain_reduction(fields["array"], operation, fields["axis"], keepdims=keepdims, library=library)
        assert mended.result is not None


def shown(found: Reduction) -> str:
    """What the page shows: the error; or the result, its shape, and what the other divisor gives."""
    if found.error is not None:
        return found.error.split(": ", 1)[1] + "\n"
    own = torch.tensor if found.library == "PyTorch" else np.asarray
    assert found.result is not None
    more = [] if found.other is None else [own(found.other)]
    return "".join(f"{one!s}\n" for one in (own(found.result), found.result.shape, *more))


def shown_back(found: Reduction) -> str:
    assert found.back is not None
    if found.back.error is not None:
        return found.back.error.split(": ", 1)[1] + "\n"
    own = torch.tensor if found.library == "PyTorch" else np.asarray
    return f"{own(found.back.result)!s}\n"


@pytest.mark.parametrize("library", ["NumPy", "PyTorch"])
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_the_snippets_of_the_presets_print_what_the_page_shows(preset: ReductionPreset, library: Library) -> None:
    found = explain_reduction(
        preset.array, preset.operation, preset.axis, keepdims=preset.keepdims, ddof=0, library=library
    )
    assert found.refusal is None
    assert printed_by(found.code) == shown(found)
    if found.back is not None:
        assert printed_by(found.back_code) == shown_back(found)


@examples(500)
@given(questions(smallest=1), operations, st.booleans(), st.sampled_from(["NumPy", "PyTorch"]))
@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::UserWarning")
def test_snippets_of_any_arrays_print_what_the_page_shows(
    question: tuple[np.ndarray, str], operation: Operation, keepdims: bool, library: Library
) -> None:
    array, text = question
    found = explained(array, operation, text, keepdims=keepdims, ddof=0, library=library)
    assert printed_by(found.code) == shown(found)
    if found.back is not None:
        assert printed_by(found.back_code) == shown_back(found)


def test_sums_of_all_of_columns_and_of_rows() -> None:
    array = "[[1, 2], [3, 4]]"
    assert [explain_reduction(array, "sum", axis).result.tolist() for axis in ("None", "0", "1")] == [  # type: ignore[union-attr]
        10,
        [4, 6],
        [3, 7],
    ]
    array = "[[1, 2, 3], [4, 5, 6]]"
    for library in ("NumPy", "PyTorch"):
        found = [explain_reduction(array, "sum", axis, library=library) for axis in ("0", "1", "-1")]
        assert [one.result.tolist() for one in found] == [[5, 7, 9], [6, 15], [6, 15]]  # type: ignore[union-attr]


def test_numpy_and_pytorch_differ_in_the_divisor_of_std() -> None:
    array = "[10.0, 20.0, 30.0, 40.0, 50.0]"
    mean, std = explain_reduction(array, "mean"), explain_reduction(array, "std")
    assert mean.result == 30
    assert std.result == pytest.approx(14.1421, abs=5e-5)
    assert std.other == pytest.approx(15.8114, abs=5e-5)
    tensor = torch.tensor([10.0, 20.0, 30.0, 40.0, 50.0], dtype=torch.float64)
    assert std.other == pytest.approx(tensor.std().item())
    assert explain_reduction(array, "std", ddof=1, library="PyTorch").result == tensor.std().numpy()


@pytest.mark.parametrize("library", ["NumPy", "PyTorch"])
@pytest.mark.parametrize("action", ["always", "error"])
@pytest.mark.parametrize(
    ("array", "operation", "ddof"),
    [("[[], []]", "mean", 0), ("[1.0]", "std", 1), ("[1e308, -1e308]", "norm", 0)],
)
def test_what_libraries_warn_of_is_shown_and_not_logged(
    array: str, operation: Operation, ddof: int, action: Literal["always", "error", "default"], library: Library
) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter(action)
        found = explain_reduction(array, operation, ddof=ddof, library=library)
    assert not caught
    assert found.result is not None
    assert not np.isfinite(found.result)


def test_the_first_of_equals_wins_argmax() -> None:
    found = explain_reduction("[[3, 9, 9], [7, 1, 7]]", "argmax", "1")
    assert found.result is not None
    assert found.ties is not None
    assert found.winners is not None
    assert found.result.tolist() == [1, 0]
    assert found.ties.tolist() == [2, 2]
    assert np.argwhere(found.winners).tolist() == [[0, 1], [1, 0]]


def test_keepdims_brings_a_mean_back_to_its_rows() -> None:
    kept = explain_reduction("(3, 4)", "mean", "1", keepdims=True).back
    lost = explain_reduction("(3, 4)", "mean", "1").back
    assert kept is not None
    assert kept.result is not None
    np.testing.assert_allclose(kept.result.mean(axis=1), 0)
    assert lost is not None
    assert lost.error == "ValueError: operands could not be broadcast together with shapes (3,4) (3,) "
    square = explain_reduction("(3, 3)", "mean", "1").back
    assert square is not None
    assert square.crossed
    assert square.error is None


@pytest.mark.parametrize(
    ("array", "operation", "axis", "library", "error", "fixes"),
    [
        ("(2, 3)", "sum", "2", "NumPy", "ValueError: axis 2 is out of bounds for array of dimension 2", "0"),
        ("(2, 3)", "sum", "2", "PyTorch", "IndexError: Dimension out of range", "0"),
        ("(2, 3)", "argmax", "(0, 1)", "NumPy", "TypeError: 'tuple' object cannot be interpreted", "0"),
        ("(2, 3)", "sum", "(1, -1)", "NumPy", "ValueError: duplicate value in 'axis'", None),
        ("(2, 3, 4)", "norm", "(0, 1, 2)", "NumPy", "ValueError: Improper number of dimensions to norm", "0"),
        ("(2, 3)", "mean", "0", "PyTorch", "NotImplementedError: mean(): could not infer output dtype", None),
        ("(0, 3)", "max", "0", "NumPy", "ValueError: zero-size array to reduction operation maximum", "1"),
        ("5", "sum", "1", "NumPy", "ValueError: axis 1 is out of bounds for array of dimension 0", "None"),
    ],
)
def test_what_a_library_refuses_comes_with_what_would_work(
    array: str, operation: Operation, axis: str, library: Library, error: str, fixes: str | None
) -> None:
    found = explain_reduction(array, operation, axis, library=library)
    assert found.error is not None
    assert found.error.startswith(error)
    assert found.advice
    assert found.fixes
    if fixes is not None:
        assert {"axis": fixes} in [fix.fields for fix in found.fixes]


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
    found = explain_reduction("(2, 3)", "sum", text)
    assert found.refused == "axis"


def test_the_choices_are_the_axes_that_there_are() -> None:
    assert axis_choices(explain_reduction(DEFAULT.array)) == ("None", "0", "1", "-1", "(0, 1)")
    assert axis_choices(explain_reduction("5")) == ("None",)
    assert axis_choices(explain_reduction("no array")) == ("None",)


def test_an_array_that_is_too_large_is_refused_without_being_made() -> None:
    tracemalloc.start()
    found = explain_reduction("(10**9, 10**9)", "sum", "0")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000
    assert found.refused == "a"
    assert "4 096" in str(found.refusal)


garbage = st.one_of(st.text(max_size=40), st.text(alphabet="()[],.:x0123456789Tabc -*=", max_size=40))


@examples(1000)
@given(st.one_of(st.just("(3, 4)"), garbage), operations, garbage, st.booleans())
def test_garbage_is_explained_and_never_raises(array: str, operation: Operation, axis: str, keepdims: bool) -> None:
    found = explain_reduction(array, operation, axis, keepdims=keepdims)
    assert found.refusal or found.error or found.result is not None


@pytest.mark.parametrize("lesson", ["indexing", "reductions"])
def test_the_lesson_is_imported_without_torch(lesson: str) -> None:
    code = f"import sys, primer_core.lessons.{lesson}.show, primer_core.lessons.{lesson}.presets; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "streamlit", "plotly"} & set(loaded)
