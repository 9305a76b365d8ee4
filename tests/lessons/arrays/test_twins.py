import contextlib
import io

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from primer_core.language.creation import read_creation
from primer_core.lessons.arrays.presets import PRESETS
from primer_core.lessons.arrays.twins import default_dtypes, explain_twins, ranked_tensors, ranks_code
from tests.profiles import examples


def printed(code: str) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(code, "snippet", "exec"), {})  # noqa: S102 - the snippet that the page offers to copy
    return out.getvalue()


def rows(text: str) -> dict[str, tuple[str, str, bool]]:
    return {row.question: (row.numpy, row.torch, row.differs) for row in explain_twins(text).rows}


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
        assert str(eval(row.numpy_code, names).dtype) == row.numpy  # noqa: S307
        assert str(eval(row.torch_code, names).dtype) == f"torch.{row.torch}"  # noqa: S307
        assert row.differs == (row.numpy == "float64")


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_the_snippet_prints_both_answers(preset: object) -> None:
    twins = explain_twins(preset.text)  # type: ignore[attr-defined]
    assert twins.rows
    assert printed(twins.code) == "".join(f"{row.numpy} {row.torch}\n" for row in twins.rows)


def test_tensors_of_every_rank_are_float32_on_the_cpu() -> None:
    made = ranked_tensors()
    assert [tensor.values.ndim for tensor in made] == [0, 1, 2, 3]
    lines = printed(ranks_code()).splitlines()
    for tensor, line in zip(made, lines, strict=True):
        copied = eval(tensor.code, {"torch": torch})  # noqa: S307
        assert torch.equal(copied, torch.from_numpy(tensor.values))
        assert line == f"{tensor.values.ndim} {tensor.values.shape} torch.{tensor.dtype} {tensor.device}"
        assert (tensor.dtype, tensor.device) == ("float32", "cpu")


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("zeros(10**9)", "refusal", "4 096"),
        ("full(2, 300, int8)", "numpy_error", "OverflowError: Python integer 300 out of bounds for int8"),
        ("eye(2, k=1)", "torch_error", "torch.eye has no k"),
        ("arange(24).reshape(2, 3, 4).T", "torch_error", "permute"),
        ("arange(-3)", "torch_error", "RuntimeError: "),
    ],
)
def test_what_a_library_will_not_make_is_told(text: str, where: str, said: str) -> None:
    twins = explain_twins(text)
    assert said in getattr(twins, where)
    assert not twins.rows


def test_the_error_of_pytorch_is_its_own() -> None:
    recipe = read_creation("arange(-3)")
    with pytest.raises(RuntimeError) as error:
        torch.arange(-3)
    assert explain_twins("arange(-3)").torch_error == f"RuntimeError: {str(error.value).splitlines()[0]}"
    assert recipe.torch_code == "torch.arange(-3)"


@examples(200)
@given(st.one_of(st.text(max_size=20), st.text(alphabet="()[],.-0123456789e nazrosyil", max_size=30)))
def test_garbage_is_explained_and_never_raises(text: str) -> None:
    twins = explain_twins(text)
    assert twins.refusal or twins.numpy_error or twins.torch_error or twins.rows
