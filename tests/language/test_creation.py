import contextlib
import re
import tracemalloc
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from primer_core.backend import Declined
from primer_core.language.creation import DTYPES, NoTwinError, read_creation, read_numbers
from primer_core.language.limits import Refused
from tests.profiles import examples

shapes = st.lists(st.integers(0, 4), max_size=3).map(tuple)
dtypes = st.sampled_from(DTYPES)
numbers = st.one_of(st.integers(-100, 100), st.floats(-100, 100).map(lambda value: round(value, 3)))


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, Any]:
    """How a learner writes an array, and what NumPy makes of the same arguments."""
    shape, dtype = draw(shapes), draw(dtypes)
    low, high = draw(st.integers(-5, 5)), draw(st.integers(6, 20))
    count, seed = draw(st.integers(0, 12)), draw(st.integers(0, 99))
    chance = np.random.default_rng
    call: tuple[str, Any] = draw(
        st.sampled_from(
            [
                (f"zeros({shape})", lambda: np.zeros(shape)),
                (f"np.zeros({shape}, dtype=np.{dtype})", lambda: np.zeros(shape, dtype)),
                (f"ones({shape}, {dtype})", lambda: np.ones(shape, dtype)),
                (f"full({shape}, {low}, dtype='float32')", lambda: np.full(shape, low, "float32")),
                (f"eye({count})", lambda: np.eye(count)),
                (f"eye({count}, {high}, k=1)", lambda: np.eye(count, high, k=1)),
                (f"eye(N={count}, dtype=int)", lambda: np.eye(count, dtype=np.int64)),
                (f"arange({count})", lambda: np.arange(count)),
                (f"arange({low}, {high}, 2, dtype=float)", lambda: np.arange(low, high, 2, dtype=float)),
                (f"arange({high}, {low}, -0.5)", lambda: np.arange(high, low, -0.5)),
                (f"linspace({low}, {high}, num={count})", lambda: np.linspace(low, high, count)),
                (f"default_rng({seed}).random({shape})", lambda: chance(seed).random(shape)),
                (f"np.random.default_rng({seed}).normal(size={count})", lambda: chance(seed).normal(size=count)),
                (
                    f"default_rng({seed}).integers({low}, {high}, {shape})",
                    lambda: chance(seed).integers(low, high, shape),
                ),
                (f"default_rng({seed}).standard_normal(3)", lambda: chance(seed).standard_normal(3)),
                (f"arange({count}).reshape(-1, 1).T", lambda: np.arange(count).reshape(-1, 1).T),
                (f"arange({count}).astype({dtype})", lambda: np.arange(count).astype(dtype)),
            ]
        )
    )
    return call


@examples(500)
@given(calls())
def test_what_is_made_is_what_numpy_makes(call: tuple[str, Any]) -> None:
    text, expected = call
    recipe = read_creation(text)
    made = recipe.make()
    assert not isinstance(made, Declined)
    assert made.dtype == expected().dtype
    np.testing.assert_array_equal(made, expected())
    copied = eval(recipe.code, {"np": np})  # noqa: S307 - the code that the page offers to copy
    assert copied.dtype == made.dtype
    np.testing.assert_array_equal(copied, made)


@examples(500)
@given(calls())
def test_the_twin_in_pytorch_has_the_shape_and_its_code_makes_it(call: tuple[str, Any]) -> None:
    recipe = read_creation(call[0])
    try:
        tensor = recipe.make_torch()
    except NoTwinError:
        assert "k=1" in call[0]
        assert recipe.torch_code == ""
        return
    if isinstance(tensor, Declined):
        with pytest.raises(RuntimeError, match=re.escape(tensor.words)):
            eval(recipe.torch_code, {"torch": torch})  # noqa: S307
        return
    copied = eval(recipe.torch_code, {"torch": torch})  # noqa: S307
    assert copied.dtype == tensor.dtype
    assert torch.equal(copied, tensor)
    made = recipe.make()
    assert not isinstance(made, Declined)
    assert tuple(tensor.shape) == made.shape


@examples(200)
@given(st.lists(st.lists(numbers, min_size=2, max_size=2), min_size=1, max_size=3))
def test_literals_are_numpys(cells: list[list[float]]) -> None:
    for text in (str(cells), f"array({cells})", f"np.array({cells}, dtype=float)"):
        recipe = read_creation(text)
        np.testing.assert_array_equal(recipe.make(), np.array(cells))
        assert repr(eval(recipe.code, {"np": np})) == repr(recipe.make())  # noqa: S307


@pytest.mark.parametrize(
    "text",
    [
        "zeros(10**9)",
        "zeros((10**9, 10**9))",
        "eye(10**9)",
        "eye(1, 10**9)",
        "arange(10**9)",
        "arange(0, 1, 1e-12)",
        "arange(0.0, 1e300, 1e-300)",
        "arange(nan)",
        "linspace(0, 1, 10**9)",
        "default_rng(0).random(10**9)",
        "default_rng(0).integers(5, size=(10**9, 2))",
        "full((10**5, 10**5), 7)",
    ],
)
def test_what_is_too_large_is_refused_before_it_is_allocated(text: str) -> None:
    tracemalloc.start()
    with pytest.raises(Refused, match=r"elements|finite"):
        read_creation(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "nothing here yet"),
        ("zeros(", "cannot be read"),
        ("zeros()", "still needs shape"),
        ("zeros((2, 3), 4, 5)", "takes shape, dtype"),
        ("zeros(shape=2, shape=2)", "each once"),
        ("zeros(2, shape=2)", "each once"),
        ("zeros(2.5)", "no size of an axis"),
        ("zeros((2, -3))", "no size of an axis"),
        ("zeros(2, dtype=complex128)", "no dtype known here"),
        ("eye(2.0)", "whole number for N"),
        ("arange((1, 2))", "wants a number for start"),
        ("random((2, 3))", "take a seed"),
        ("default_rng().random(3)", "one seed"),
        ("default_rng(0).shuffle(3)", "no function known here"),
        ("default_rng(0).zeros(3)", "no function known here"),
        ("open('x')", "no function known here"),
        ("__import__('os').system('true')", "no function known here"),
        ("array([[1], [1, 2]], dtype=object)", "object.* is no dtype known here"),
        ("(4, 3)", r"alone is a shape, not an array of it. Write zeros\(\(4, 3\)\)"),
        ("[1e400]", "too large for 64 bits: floats go up to 1.7e308"),
        ("[2**64]", "no number that fits"),
        ("[-10**19]", "no number that fits"),
        ("[2**63, -1, True].x", "not understood"),
        ("[[[[[1]]]]]", "5 axes"),
        ("[" * 60 + "1" + "]" * 60, "nested too deeply"),
        ("x" * 5000, "at most 4000"),
        ("eye(2, k=10**18)", "far outside"),
        ("default_rng(-1).random(2)", "one seed"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(text: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        read_creation(text)


def test_numbers_come_with_or_without_brackets() -> None:
    assert read_numbers("1.9, 300, -1") == [1.9, 300, -1]
    assert read_numbers("[True, 2**8, -inf]") == [True, 256, -np.inf]
    assert read_numbers("2**53 + 1") == [9007199254740993]
    with pytest.raises(Refused, match="commas"):
        read_numbers(" ")


@examples(1000)
@given(
    st.one_of(
        st.text(max_size=40),
        st.text(alphabet="()[],.:-+*0123456789e nazrosyilpc=", max_size=40),
        st.lists(
            st.sampled_from(
                ["zeros", "arange", "eye", "default_rng(0)", ".random", "(", ")", ",", "3", "-1", "0.5", "int8"]
            ),
            max_size=8,
        ).map("".join),
    )
)
def test_garbage_is_refused_and_never_raises_anything_else(text: str) -> None:
    for read in (read_creation, read_numbers):
        with contextlib.suppress(Refused):
            assert read(text) is not None


def test_rows_of_several_lengths_are_the_librarys_to_refuse() -> None:
    uneven = read_creation("[[1], [1, 2]]")
    assert re.search(r"row 0 has shape \(1,\), row 1 has shape \(2,\)", uneven.uneven)
    for made, words in ((uneven.make(), "inhomogeneous"), (uneven.make_torch(), "length")):
        assert isinstance(made, Declined)
        assert made.builtin == "ValueError"
        assert words in made.words
    assert not read_creation("[[1, 2], [3, 4]]").uneven
    assert not read_creation("full(2, 300, int8)").uneven
