import contextlib
import re
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from primer_core.language.limits import Refused
from primer_core.lessons.arrays.anatomy import NotMade
from primer_core.lessons.arrays.making import make, read_making
from primer_core.lessons.arrays.presets import PRESETS
from primer_core.lessons.arrays.question import ArraysQuestion
from primer_core.lessons.arrays.twins import (
    Apart,
    MadeBy,
    NoCounterpart,
    Twin,
    Twins,
    compare,
    default_dtypes,
    ranked_tensors,
    ranks_code,
)
from primer_core.lessons.lesson import Preset
from tests.profiles import examples
from tests.snippets import printed_by, run_snippet

COMPARED = [preset for preset in PRESETS if preset.question.view == "PyTorch"]


def twins(text: str) -> Twins:
    found = compare(read_making(text))
    assert isinstance(found, Twins)
    return found


def apart(text: str) -> Apart:
    found = compare(read_making(text))
    assert isinstance(found, Apart)
    return found


def rows(text: str) -> dict[str, tuple[str, str, bool]]:
    return {row.question: (row.numpy, row.torch, row.differs) for row in twins(text).rows}


def cell_row(text: str) -> Twin:
    return twins(text).rows[-1]


def test_the_default_of_fractions_differs_and_that_of_whole_numbers_does_not() -> None:
    assert rows("zeros((2, 3))")["dtype"] == ("float64", "torch.float32", True)
    assert rows("zeros((2, 3))")["bytes in all"] == ("48", "24", True)
    assert rows("[1, 2, 3]")["dtype"] == ("int64", "torch.int64", False)
    assert rows("[1, 2, 3]")["strides"] == ("(8,)", "(1,)", True)
    assert rows("zeros(2, float32)")["dtype"] == ("float32", "torch.float32", False)
    assert rows("zeros(2)")["device"] == ("cpu", "cpu", False)


def test_one_seed_gives_other_numbers_in_each_library() -> None:
    assert rows("default_rng(0).random(3)")["first cell"][2]
    assert not rows("arange(5)")["first cell"][2]
    assert not rows("linspace(0, 1, 5)")["first cell"][2]
    assert "first cell" not in rows("zeros(0)")


def test_every_default_is_what_the_library_says() -> None:
    for row in default_dtypes():
        names = {"np": np, "torch": torch}
        assert str(eval(row.numpy_code, names).dtype) == row.numpy
        assert str(eval(row.torch_code, names).dtype) == f"torch.{row.torch}"
        assert row.differs == (row.numpy == "float64")


@examples(200)
@given(
    st.one_of(
        st.lists(st.floats(-2, 2, width=32), min_size=1, max_size=4).map(str),
        st.lists(st.floats(-2, 2), min_size=1, max_size=4).map(str),
        st.tuples(st.integers(-3, 3), st.integers(1, 9)).map(lambda drawn: f"arange({drawn[0]}, 3, 0.{drawn[1]})"),
    )
)
def test_the_cell_that_is_shown_is_one_in_which_the_libraries_differ(text: str) -> None:
    row = cell_row(text)
    if not row.numpy_code.startswith("x.flat"):
        return  # there are no cells
    _, names = run_snippet(twins(text).code)
    array, tensor = names["x"], names["t"]
    np.testing.assert_array_equal(array, make(read_making(text)).array)
    answers = [eval(code, names) for code in (row.numpy_code, row.torch_code)]
    assert [str(answer) for answer in answers] == [row.numpy, row.torch]
    assert row.differs == (answers[0] != answers[1])
    assert row.differs == (array.ravel().tolist() != tensor.flatten().tolist())


def test_a_difference_of_later_cells_is_not_said_of_the_first() -> None:
    row = cell_row("arange(1, 1.6, 0.1)")
    assert row.differs
    assert row.numpy != row.torch
    assert row.question != "first cell"
    assert "own dtype" in cell_row("[1.5, 1e300]").why


@pytest.mark.parametrize("preset", COMPARED, ids=lambda preset: preset.title)
def test_the_snippet_prints_both_answers(preset: Preset[ArraysQuestion]) -> None:
    found = compare(read_making(preset.question.make))
    if isinstance(found, Apart):
        return  # nothing is compared, and nothing printed
    assert printed_by(found.code) == "".join(f"{row.numpy} {row.torch}\n" for row in found.rows)


def test_tensors_of_every_rank_are_float32_on_the_cpu() -> None:
    made = ranked_tensors()
    assert [tensor.values.ndim for tensor in made] == [0, 1, 2, 3]
    lines = printed_by(ranks_code()).splitlines()
    for tensor, line in zip(made, lines, strict=True):
        copied = eval(tensor.code, {"torch": torch})
        assert torch.equal(copied, torch.from_numpy(tensor.values))
        assert line == f"{tensor.values.ndim} {tensor.values.shape} torch.{tensor.dtype} {tensor.device}"
        assert (tensor.dtype, tensor.device) == ("float32", "cpu")


@pytest.mark.parametrize(
    ("text", "numpy", "torch_error"),
    [
        ("full(2, 300, int8)", OverflowError, RuntimeError),
        ("[[1, 2, 3], [4, 5]]", ValueError, ValueError),
        ("arange(6).reshape(4, 2)", ValueError, RuntimeError),
        ("arange(-3)", None, RuntimeError),
    ],
)
def test_what_a_library_will_not_make_is_told_in_its_own_words(text: str, numpy: Any, torch_error: Any) -> None:
    found = apart(text)
    for answer, error in ((found.first, numpy), (found.second, torch_error)):
        if error is None:
            assert isinstance(answer, MadeBy)
            continue
        assert isinstance(answer, NotMade)
        code = re.search("x = (.*)", answer.code)
        assert code is not None
        with pytest.raises(error, match=re.escape(answer.declined.words)):
            eval(code[1], {"np": np, "torch": torch})
        assert printed_by(answer.code).startswith(answer.declined.words)
        assert (answer.cause is not None) == text.startswith("[")


@pytest.mark.parametrize(
    ("text", "library", "missing"),
    [
        ("eye(2, k=1)", "PyTorch", "np.eye"),
        ("np.array([[1], [2, 3]], dtype=object)", "PyTorch", "objects"),
        ("np.insert([1, 2], 1, 3)", "PyTorch", "np.insert"),
        ("torch.ones(2, dtype=torch.bfloat16)", "NumPy", "bfloat16"),
    ],
)
def test_what_has_no_equivalent_is_no_error_of_the_other_librarys(text: str, library: str, missing: str) -> None:
    found = apart(text)
    assert isinstance(found.first, MadeBy)
    assert isinstance(found.second, NoCounterpart)
    assert found.second.library == library
    assert missing in found.second.message


@pytest.mark.parametrize(
    "text",
    [
        "torch.tensor([1., 2.], dtype=torch.float64)", "torch.zeros(4, 5)", "torch.arange(6).reshape(2, 3).t()",
        "torch.full((2, 2), 7)", "torch.linspace(0, 1, 5)", "torch.eye(2, 3)", "torch.ones(3).double()",
        "torch.Tensor([3])", "torch.from_numpy(np.arange(3)) + 1", "torch.tensor([[True, False]])",
        "a = torch.arange(6); a[0] = 7; a.reshape(2, 3)", "torch.arange(24).reshape(2, 3, 4).permute(2, 0, 1)",
    ],
)  # fmt: skip
def test_what_is_written_in_pytorchs_words_is_made_by_numpy_too(text: str) -> None:
    _, names = run_snippet(twins(text).code)
    assert isinstance(names["x"], np.ndarray)
    assert isinstance(names["t"], torch.Tensor)
    np.testing.assert_array_equal(names["x"], names["t"].numpy())
    assert tuple(names["t"].shape) == names["x"].shape
    assert torch.equal(names["t"], make(read_making(text)).array)


def test_more_axes_than_two_are_turned_round_by_permute() -> None:
    assert rows("arange(24).reshape(2, 3, 4).T")["shape"] == ("(4, 3, 2)", "(4, 3, 2)", False)
    assert not rows("arange(24).reshape(2, 3, 4).T")["first cell"][2]


@pytest.mark.parametrize("text", ["np.random.rand(2, 3)", "torch.rand(2, 3)", "np.random.default_rng().random(3)"])
def test_random_numbers_without_a_seed_have_one_in_the_code(text: str) -> None:
    assert run_snippet(twins(text).code)[0] == run_snippet(twins(text).code)[0]
    _, names = run_snippet(twins(text).code)
    made = make(read_making(text)).array
    own = names["t" if isinstance(made, torch.Tensor) else "x"]
    np.testing.assert_array_equal(np.asarray(own), np.asarray(made))


def test_a_generator_that_has_a_name_is_written_where_it_draws() -> None:
    text = "rng = np.random.default_rng(3); x = rng.random((2, 3))"
    _, names = run_snippet(twins(text).code)
    np.testing.assert_array_equal(names["x"], np.random.default_rng(3).random((2, 3)))
    assert tuple(names["t"].shape) == (2, 3)
    assert isinstance(apart("rng = np.random.default_rng(3); rng.random(2) + rng.random(2)").second, NoCounterpart)


def test_cells_that_were_never_written_are_not_compared() -> None:
    for text in ("np.empty((2, 2))", "torch.Tensor(3)"):
        assert [row for row in twins(text).rows if "cell" in row.question and "item()" in row.numpy_code] == []


@examples(200)
@given(st.one_of(st.text(max_size=20), st.text(alphabet="()[],.-0123456789e nazrosyil", max_size=30)))
def test_garbage_is_compared_or_refused(text: str) -> None:
    with contextlib.suppress(Refused):
        found = compare(read_making(text))
        assert isinstance(found, Apart) or found.rows


def test_words_that_give_another_shape_are_no_equivalent() -> None:
    """PyTorch's gather takes an index that is shorter along other axes; NumPy's would stretch it."""
    gathered = "torch.gather(torch.arange(24.).reshape(2, 3, 4), 1, torch.tensor([[[0]], [[2]]]))"
    second = apart(gathered).second
    assert isinstance(second, NoCounterpart)
    assert "(2, 1, 4) instead of (2, 1, 1)" in second.message
    assert not rows("torch.gather(torch.arange(6.).reshape(2, 3), 1, torch.tensor([[0], [2]]))")["shape"][2]
