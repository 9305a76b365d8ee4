import contextlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.backend.imports import import_lines
from primer_core.language.limits import Refused, check_size, thousands
from primer_core.language.operand import read_operand
from tests.profiles import examples

shapes = st.lists(st.integers(0, 7), max_size=4).map(tuple)
numbers = st.one_of(st.integers(-(10**6), 10**6), st.floats(-1e6, 1e6).map(lambda value: round(value, 3)))


@examples(500)
@given(shapes, st.sampled_from(["{0}", " {0} ", "{0}"]))
def test_a_shape_is_read_as_python_prints_it_and_counted(shape: tuple[int, ...], spelling: str) -> None:
    written = read_operand(spelling.format(shape), step=10)
    assert written.shape == shape
    assert written.text == str(shape)
    np.testing.assert_array_equal(written.values.ravel(), 10 * (np.arange(written.values.size) + 1))


@examples(500)
@given(st.data())
def test_an_array_is_read_as_numpy_lists_it(data: st.DataObject) -> None:
    shape = data.draw(st.lists(st.integers(1, 4), max_size=4).map(tuple))
    size = int(np.prod(shape))
    array = np.array(data.draw(st.lists(numbers, min_size=size, max_size=size))).reshape(shape)
    read = read_operand(str(array.tolist())).values
    np.testing.assert_array_equal(read, array)
    assert read.dtype == array.dtype


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4x3", "np.arange(1, 13).reshape(4, 3)"),
        ("4 × 3", "np.arange(1, 13).reshape(4, 3)"),
        ("4, 3", "np.arange(1, 13).reshape(4, 3)"),
        ("(3,)[:, None]", "np.arange(1, 4)[:, None]"),
        ("(2, 3).T", "np.arange(1, 7).reshape(2, 3).T"),
        ("(2, 3).reshape(3, -1)", "np.arange(1, 7).reshape(2, 3).reshape(3, -1)"),
        ("(2, 3, 4).swapaxes(0, 2)", "np.arange(1, 25).reshape(2, 3, 4).swapaxes(0, 2)"),
        ("a.mean((1, 2), keepdims=True)", "a.mean((1, 2), keepdims=True)"),
        ("a.max(axis=-1)", "a.max(axis=-1)"),
        ("2.5", "np.array(2.5)"),
        ("-2", "np.array(-2)"),
        ("(2)[None, :]", None),
        ("(7)[None]", "np.array(7)[None]"),
        ("[[1, 2]][..., None]", "np.array([[1, 2]])[..., None]"),
    ],
)
def test_what_was_typed_is_the_code_that_makes_it(text: str, expected: str | None) -> None:
    a = read_operand("(2, 3, 4)")
    if expected is None:
        with pytest.raises(Refused, match="NumPy says"):
            read_operand(text, names={"a": a})
        return
    written = read_operand(text, names={"a": a})
    assert written.code == expected
    made = eval(written.code, {"np": np, "a": a.values})
    np.testing.assert_array_equal(made, written.values)
    again = read_operand(written.text, names={"a": a})
    np.testing.assert_array_equal(again.values, written.values)


@pytest.mark.parametrize("suffix", [".T", "[None]", "[:, None]", ".sum()"])
@pytest.mark.parametrize("text", ["(4, 3)", "[[1, 2]]", "(2, 2).T", "a"])
def test_an_operand_can_be_followed_by_a_change(text: str, suffix: str) -> None:
    names = {"a": read_operand("(3, 2)")}
    changed = read_operand(read_operand(text, names=names).followed_by(suffix), names=names)
    assert changed.text.endswith(suffix)


@pytest.mark.parametrize("number", ["-9223372036854775808", "9223372036854775807", "+5", "-1.7e308"])
def test_numbers_at_the_ends_of_what_fits_are_read(number: str) -> None:
    assert read_operand(number).values == eval(number)


@pytest.mark.parametrize("number", ["3", "-3", "2.5", "-2.5", "0", "1e20"])
def test_a_number_can_be_followed_by_a_change(number: str) -> None:
    assert read_operand(read_operand(number).followed_by("[None]")).shape == (1,)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "nothing here"),
        ("(4, 3", "cannot be read"),
        ("[[1, 2], [3]]", "row 0 has shape (2,), row 1 has shape (1,)"),
        ("[1, [2, 3]]", "row 0 has shape (), row 1 has shape (2,)"),
        ("[[[1, 2], [3]], [[4], [5]]]", "row 0 has shape (2,), row 1 has shape (1,)"),
        ("[1e400]", "too large"),
        ("[99999999999999999999]", "below 2**64"),
        ("x" * 5000, "Shorten it"),
        ("(2, 3, 4, 5, 6)", "room for 4"),
        ("[[[[[1]]]]]", "room for 4"),
        ("(4, -3)", "whole numbers from 0"),
        ("(4, 2.5)", "whole numbers from 0"),
        ("a[5]", "NumPy says"),
        ("a.tofile('x')", "not known"),
        ("a.reshape(5)", "NumPy says"),
        ("a.mean(axis=9)", "NumPy says"),
        ("a.mean(where=1)", "not known here with where="),
        ("(10**9, 10**9).sum()", "10^18"),
        ("(1000, 20).sum()", "20 000"),
        ("(0, 3).max()", "zero-size array"),
        ("(10**18, 10**18)", "no array of shape"),
        ("__import__('os').getcwd()", "not known"),
        ("(lambda: 1)()", "not read here"),
        ("9**9**9", "below 2**64"),
        ("1" * 5000, "5000 characters"),
        ("'text'", "no array"),
        ("a.shape", "a tuple of 2"),
        ("np.sum", "is a function"),
        ("[1j]", "complex128"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_reason(text: str, told: str) -> None:
    with pytest.raises(Refused) as refused:
        read_operand(text, names={"a": read_operand("(2, 3)")})
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("(4, 3)", "shape"),
        ("4x3", "shape"),
        ("()", "shape"),
        ("(10**9, 2)", "shape"),
        ("[[1, 2]]", "array"),
        ("[]", "array"),
        ("2.5", "number"),
        ("-3", "number"),
        ("a", "derived"),
        ("(2, 3).T", "derived"),
        ("[1, 2].reshape(2, 1)", "derived"),
        ("(3).T", "derived"),
        ("np.array([1, 2])", "array"),
        ("np.ones(3)", "derived"),
    ],
)
def test_an_operand_knows_how_it_was_written(text: str, kind: str) -> None:
    assert read_operand(text, names={"a": read_operand("(2, 3)")}).kind == kind


def test_what_is_made_of_a_stand_in_is_a_stand_in() -> None:
    huge = read_operand("(10**9, 2)")
    assert not read_operand("a", names={"a": huge}).filled
    assert not read_operand("a.T", names={"a": huge}).filled
    assert read_operand("(64, 64).T").filled


@pytest.mark.parametrize("number", ["3", "-3", "2.5", "1e-05", "1e+16", "0.0"])
def test_what_is_done_to_a_number_reads_back(number: str) -> None:
    operand = read_operand(f"({number}).T")
    again = read_operand(operand.text)
    assert again.text == operand.text
    assert eval(operand.code, {"np": np}) == eval(number)


def test_a_shape_too_large_to_fill_takes_no_memory() -> None:
    huge = read_operand("(10**9, 10**9)")
    assert huge.shape == (10**9, 10**9)
    assert not huge.filled
    assert huge.values.strides == (0, 0)
    assert eval(huge.code, {"np": np}).strides == (0, 0)
    assert read_operand("(10**9, 10**9).T[:, None]").shape == (10**9, 1, 10**9)


def test_a_name_of_the_array_in_front_and_imports_are_read_off() -> None:
    assert read_operand("x = [1, 2]").text == "[1, 2]"
    assert read_operand("import numpy as np\nx = np.ones((2, 3))").code == "np.ones((2, 3))"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("np.array([[1, 2], [3, 4]])", "np.array([[1, 2], [3, 4]])"),
        ("np.arange(6).reshape(2, 3)", "np.arange(6).reshape(2, 3)"),
        ("np.ones((2, 3))", "np.ones((2, 3))"),
        ("[True, False]", "np.array([True, False])"),
        ("[1 2 3]", "np.array([1, 2, 3])"),
        ("array([[1, 2],\n       [3, 4]])", "np.array([[1, 2], [3, 4]])"),
        ("[[1. nan]\n [inf 2.]]", "np.array([[1.0, np.nan], [np.inf, 2.0]])"),
        ("a[0] + 1", "a[0] + 1"),
        ("2 * a[:, None]", "2 * a[:, None]"),
        ("a.astype(float)", "a.astype(float)"),
        ("np.where(a > 2, a, 0)", "np.where(a > 2, a, 0)"),
        ("a @ a.T", "a @ a.T"),
        ("True", "np.array(True)"),
    ],
)
def test_every_expression_that_gives_an_array_is_read(text: str, code: str) -> None:
    a = read_operand("(2, 3)")
    read = read_operand(text, names={"a": a})
    assert read.code == code
    made = eval(code, {"np": np, "a": a.values})
    np.testing.assert_array_equal(made, read.values)
    assert made.dtype == read.values.dtype


def test_what_is_done_to_a_sum_is_not_done_to_its_last_term() -> None:
    a = read_operand("(2, 3)")
    assert read_operand("a + a", names={"a": a}).followed_by(".T") == "(a + a).T"


def test_size_is_checked_without_allocating() -> None:
    check_size((64, 64))
    with pytest.raises(Refused, match="4 160"):
        check_size((64, 65))
    with pytest.raises(Refused, match="5 axes"):
        check_size((1,) * 5)
    assert thousands(1234567) == "1 234 567"


garbage = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="()[]{}.,:*x×+-'\"\\ \n\0abT0123456789_e", max_size=60),
    st.sampled_from(["(4, 3)", "[[1, 2], [3, 4]]", "a.mean(1)"]).flatmap(
        lambda text: st.tuples(st.integers(0, len(text)), st.text(max_size=4)).map(
            lambda cut: text[: cut[0]] + cut[1] + text[cut[0] :]
        )
    ),
    st.integers(1, 900).map(lambda depth: "[" * depth + "1" + "]" * depth),
    st.integers(1, 900).map(lambda depth: "-" * depth + "1"),
)


@examples(1000)
@given(garbage)
def test_garbage_is_read_or_refused_and_never_raises_anything_else(text: str) -> None:
    names = {"a": read_operand("(2, 3)")}
    with contextlib.suppress(Refused):
        read_operand(text, names=names)


TENSORS = (
    "torch.ones(2, 3)", "torch.zeros(4, 5)", "torch.tensor([[1, 2], [3, 4]])", "torch.tensor([1., 2.])",
    "torch.rand(2, 3)",
    "torch.arange(6).reshape(2, 3)", "torch.ones(2, 3).T", "x = torch.eye(3)", "tensor([[1., 2.], [3., nan]])",
    "torch.ones(2, requires_grad=True) * 2", "torch.full((2, 2), 7)", "torch.tensor([[1., 2.]]).t() + 1",
    "F.one_hot(torch.tensor([0, 1]))", "torch.tensor(3.)", "torch.tensor([True, False])",
    "torch.from_numpy(np.ones(3))",
    "torch.ones(2, 3, dtype=torch.float64)",
)  # fmt: skip


@pytest.mark.parametrize("text", TENSORS)
def test_a_tensor_is_taken_as_the_array_that_has_its_cells_and_its_dtype(text: str) -> None:
    operand = read_operand(text)
    names: dict[str, Any] = {}
    exec("\n".join([*import_lines([operand.code]), f"found = {operand.code}"]), names)
    assert names["found"].dtype == operand.values.dtype
    assert names["found"].shape == operand.shape
    again = read_operand(operand.text)
    assert again.values.dtype == operand.values.dtype
    np.testing.assert_array_equal(again.values, operand.values)
    if "rand" not in text:
        code = text.removeprefix("x = ").replace("tensor([[1., 2.], [3., nan", "torch.tensor([[1., 2.], [3., torch.nan")
        lines = [*import_lines([code]), f"made = {code}"]
        exec("\n".join(lines), names)
        np.testing.assert_array_equal(operand.values, names["made"].detach().numpy())


@pytest.mark.parametrize("text", ["np.random.rand(2, 3)", "np.random.randint(0, 9, (2, 2)).T", "torch.randn(3)"])
def test_the_code_of_random_numbers_without_a_seed_gives_those_that_are_shown(text: str) -> None:
    operand = read_operand(text)
    names: dict[str, Any] = {}
    exec("\n".join([*import_lines([operand.code]), f"found = {operand.code}"]), names)
    np.testing.assert_array_equal(names["found"], operand.values)
    assert names["found"].dtype == operand.values.dtype


def test_whose_exception_it_is_is_told() -> None:
    for text, author in {
        "torch.ones(2, 3) @ torch.ones(2, 3)": "PyTorch says",
        "torch.ones(2, dtype=torch.bfloat16)": "PyTorch says",
        "np.ones((2, 3)) @ np.ones((2, 3))": "NumPy says",
        "np.zeros(2, 3)": "NumPy says",
        "[1, 2] + 3": "Python says",
    }.items():
        with pytest.raises(Refused, match=author):
            read_operand(text)


@pytest.mark.parametrize("text", ["np.empty(3)", "np.empty((2, 2)).T", "torch.Tensor(3)", "torch.empty(2, 2)"])
def test_cells_that_were_never_written_are_no_operand(text: str) -> None:
    with pytest.raises(Refused, match="never written"):
        read_operand(text)
