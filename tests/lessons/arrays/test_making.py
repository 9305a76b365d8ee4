"""How an array is made is read in every spelling, and the code that is shown makes the same array."""

import contextlib
import re
import tracemalloc
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from primer_core.language.limits import Refused
from primer_core.language.rejection import Rejection
from primer_core.lessons.arrays.anatomy import NotMade, explain_array
from primer_core.lessons.arrays.dtypes import read_values
from primer_core.lessons.arrays.making import imports, make, read_changes, read_making
from primer_core.lessons.arrays.question import DTYPES
from tests.profiles import examples
from tests.snippets import run_snippet

pytestmark = pytest.mark.filterwarnings("ignore")
"""What the libraries warn of is caught by the process that evaluates."""

shapes = st.lists(st.integers(0, 4), max_size=3).map(tuple)
dtypes = st.sampled_from(DTYPES)
numbers = st.one_of(st.integers(-100, 100), st.floats(-100, 100).map(lambda value: round(value, 3)))


def made(text: str) -> Any:
    return make(read_making(text)).array


def by_its_code(text: str) -> Any:
    """Make an array by the code that a page offers to copy."""
    code = make(read_making(text)).making.code
    return run_snippet("\n".join([*imports(code), code]))[1]["x"]


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
                (f"random.default_rng({seed}).random(3)", lambda: chance(seed).random(3)),
                (f"np.random.default_rng({seed}).normal(size={count})", lambda: chance(seed).normal(size=count)),
                (
                    f"default_rng({seed}).integers({low}, {high}, {shape})",
                    lambda: chance(seed).integers(low, high, shape),
                ),
                (f"rng = default_rng({seed}); rng.random(2); x = rng.random(3)", lambda: chance(seed).random(5)[2:]),
                (f"arange({count}).reshape(-1, 1).T", lambda: np.arange(count).reshape(-1, 1).T),
                (f"arange({count}).astype({dtype})", lambda: np.arange(count).astype(dtype)),
                (f"import numpy as np\nx = np.arange({count})\nprint(x)\n", lambda: np.arange(count)),
                (f"a = np.arange({high}); a[0] = {low}", lambda: np.array([low, *range(1, high)])),
                (f"a = arange({high}); a.reshape(1, -1) * 2", lambda: np.arange(high)[None] * 2),
                (f"x = arange({high})\ny = x[1:]\ny += 1", lambda: np.array([0, *range(2, high + 1)])),
                (f"numpy.arange({count}) % 2 == 0", lambda: np.arange(count) % 2 == 0),
            ]
        )
    )
    return call


@examples(500)
@given(calls())
def test_what_is_made_is_what_numpy_makes(call: tuple[str, Any]) -> None:
    text, expected = call
    array = made(text)
    assert array.dtype == expected().dtype
    np.testing.assert_array_equal(array, expected())
    copied = by_its_code(text)
    assert copied.dtype == array.dtype
    np.testing.assert_array_equal(copied, array)


@examples(200)
@given(st.lists(st.lists(numbers, min_size=2, max_size=2), min_size=1, max_size=3))
def test_literals_are_numpys_and_so_is_what_it_prints(cells: list[list[float]]) -> None:
    expected = np.array(cells)
    for text in (str(cells), f"array({cells})", f"np.array({cells})", repr(expected), f"x = {cells}"):
        np.testing.assert_array_equal(made(text), expected)
        assert repr(by_its_code(text)) == repr(expected)
    np.testing.assert_allclose(made(str(expected)), expected)


@pytest.mark.parametrize(
    "text",
    [
        "torch.zeros(4, 5)", "torch.tensor([1., 2.], dtype=torch.float64)", "tensor([1., nan])", "torch.ones(2, 3).t()",
        "torch.arange(6).reshape(2, 3).float()", "torch.zeros(2, dtype=int8)", "torch.ones(2).to(float16)",
        "import torch\nt = torch.eye(2)\nprint(t)", "torch.manual_seed(3); torch.rand(3)", "torch.rand(3)",
        "torch.rand(2, generator=torch.Generator().manual_seed(1))", "F.relu(torch.tensor([-1., 1.]))",
        "torch.from_numpy(np.arange(3.0))", "torch.nn.functional.relu(torch.ones(2))",
    ],
)  # fmt: skip
def test_a_tensor_is_made_in_pytorchs_words(text: str) -> None:
    tensor = made(text)
    assert isinstance(tensor, torch.Tensor)
    copied = by_its_code(text)
    assert copied.dtype == tensor.dtype
    assert torch.equal(torch.nan_to_num(copied), torch.nan_to_num(tensor))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", 7),
        ("-1.5", -1.5),
        ("2**8 - 1", 255),
        ("True", True),
        ("np.float32(0.5)", 0.5),
        ("len([1, 2])", 2),
        ("x = y = 3", 3),
    ],
)
def test_a_number_is_an_array_without_axes(text: str, expected: float) -> None:
    array = made(text)
    assert array.shape == ()
    assert array == by_its_code(text) == expected


@pytest.mark.parametrize("text", ["np.random.rand(3)", "torch.randn(2)", "np.random.default_rng().random(2)",
                                  "torch.randperm(5)", "x = np.random.rand(2)\nnp.random.shuffle(x)",
                                  "x = np.random.rand(2); np.random.seed(3)", "np.random.seed(); np.random.rand(2)",
                                  "torch.ones(2).normal_()", "torch.rand(2).numpy() + np.random.rand(2)"])  # fmt: skip
def test_random_numbers_without_a_seed_are_the_same_each_time_and_the_code_says_why(text: str) -> None:
    first = make(read_making(text))
    assert first.seeded
    np.testing.assert_array_equal(np.asarray(first.array), np.asarray(made(text)))
    np.testing.assert_array_equal(np.asarray(by_its_code(text)), np.asarray(first.array))
    assert not make(read_making(first.making.code)).seeded


TOO_LARGE = ["zeros(10**9)", "zeros((10**9, 10**9))", "eye(10**9)", "eye(1, 10**9)", "arange(10**9)",
             "arange(0, 1, 1e-12)", "arange(0.0, 1e300, 1e-300)", "linspace(0, 1, 10**9)",
             "default_rng(0).random(10**9)", "default_rng(0).integers(5, size=(10**9, 2))",
             "full((10**5, 10**5), 7)", "torch.zeros(10**9)", "[0] * 10**9", "zeros(5000)"]  # fmt: skip


@pytest.mark.parametrize("text", TOO_LARGE)
def test_what_is_too_large_is_refused_before_it_is_allocated(text: str) -> None:
    tracemalloc.start()
    with pytest.raises(Refused, match=r"elements|entries"):
        explain_array(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "nothing here yet"),
        ("print(3)", "nothing here yet"),
        ("zeros(", "never closed"),
        ("np.arange(3) + np.zeroes(3)", "Column 16: “np.zeroes” is not known here. Did you mean zeros?"),
        ("np.arange(3)\nx = np.zeroes(3)", "Line 2, column 5: “np.zeroes”"),
        ("random((2, 3))", "“random” is not known"),
        ("open('x')", "“open” is not known"),
        ("__import__('os').system('true')", "“__import__” is not known"),
        ("(4, 3)", r"alone is a shape, not an array of it. Write np.zeros\(\(4, 3\)\)"),
        ("4x3", r"alone is a shape, not an array of it. Write np.zeros\(\(4, 3\)\)"),
        ("np.meshgrid([1], [2])", "tuple of 2"),
        ("np.array(['abc'])", "<U3.*cut off"),
        ("np.array([1, 'a'])", "text"),
        ("np.zeros(3, dtype='U5')", "text dtype"),
        ("np.zeros(3, dtype='M8[s]')", "dtype"),
        ("np.array([1, 2], dtype=object) * 2", "not computed with"),
        ("'abc'", "a text"),
        ("None", "None, and no array"),
        ("np.float32", "no array"),
        ("[1e400]", "too large"),
        ("[2**65]", "below 2"),
        ("[[[[[1]]]]]", "5 axes"),
        ("[" * 60 + "1" + "]" * 60, "nested"),
        ("x" * 11_000, "at most 10000"),
        ("np.empty(3) + 1", "never written"),
        ("pass", "binds no array"),
        ("x = np.ones(3); del x", "deletes its name"),
        ("a = 1; del a", "deletes its name"),
        ("torch.zeros(3, device='cuda')", "cpu"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_refused_with_a_reason(text: str, said: str) -> None:
    with pytest.raises(Refused, match=re.compile(said, re.DOTALL)):
        explain_array(text)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("zeros()", TypeError), ("zeros((2, 3), 4, 5)", TypeError), ("zeros(2.5)", TypeError),
        ("zeros((2, -3))", ValueError), ("arange(nan)", ValueError), ("default_rng(-1).random(2)", ValueError),
        ("torch.tensor([[1], [2, 3]])", ValueError), ("torch.ones(2) + torch.ones(3)", RuntimeError),
    ],
)  # fmt: skip
def test_what_a_library_declines_is_told_in_its_words(text: str, error: type[Exception]) -> None:
    outcome = explain_array(text)
    assert isinstance(outcome, NotMade)
    code = re.search("x = (.*)", outcome.code)
    assert code is not None
    with pytest.raises(error) as raised:
        eval(code[1], {"np": np, "torch": torch})
    assert outcome.declined.words == str(raised.value).partition("\n")[0]
    assert outcome.declined.kind == type(raised.value).__name__


def test_numbers_come_with_or_without_brackets_or_as_an_array() -> None:
    for text, expected in (("1.9, 300, -1", [1.9, 300, -1]), ("[True, 2**8, -inf]", [1, 256, -np.inf]),
                           ("2**53 + 1", [9007199254740993]), ("np.linspace(0, 1, 3)", [0, 0.5, 1]),
                           ("torch.tensor([1, 2])", [1, 2]), ("[1 2 3]", [1, 2, 3]), ("np.int8(3)", [3]),
                           ("values = [1, 2]", [1, 2]), ("torch.ones(2, requires_grad=True)", [1, 1])):  # fmt: skip
        np.testing.assert_array_equal(read_values(text).given, expected)
    assert read_values("np.array([1, 2], dtype=np.int8)").given.dtype == np.int8
    for text, said in ((" ", "commas"), ("a, b", "commas"), ("[[1], [2]]", "row of numbers"), ("np.eye(2)", "2 axes"),
                       ("1j", "complex"), ("'a'", "row of numbers"), ("[-10**19]", "64 bits"), ("np.empty(2)", "never"),
                       ("torch.ones(1, dtype=torch.bfloat16)", "bfloat16"), ("np.empty(2) + 1", "never")):  # fmt: skip
        with pytest.raises(Refused, match=said):
            read_values(text)


@examples(1000)
@given(
    st.one_of(
        st.text(max_size=40),
        st.text(alphabet="()[],.:-+*0123456789e nazrosyilpc=;\n", max_size=40),
        st.lists(
            st.sampled_from(
                ["zeros", "arange", "eye", "default_rng(0)", ".random", "(", ")", ",", "3", "-1", "0.5", "int8", "x",
                 "=", ";", "torch.", "np.", "[", "]", ".T"]
            ),
            max_size=8,
        ).map("".join),
    )
)  # fmt: skip
def test_garbage_is_refused_and_never_raises_anything_else(text: str) -> None:
    with contextlib.suppress(Refused, Rejection):
        assert make(read_making(text)).array is not None
    for read in (read_values, read_changes):
        with contextlib.suppress(Refused):
            assert read(text) is not None
