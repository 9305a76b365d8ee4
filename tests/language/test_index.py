import re

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from primer_core.language.index import read_index
from primer_core.language.index_plan import plan_index
from primer_core.language.limits import Refused
from tests.lessons.indexing.index_questions import questions
from tests.profiles import examples

A = np.arange(1, 13).reshape(3, 4)

TOKENS = [
    *("a", "np.", "arange", "(", ")", "[", "]", ",", ":", "...", "None", "1", "-", "9", ">", "&", "True", ".sum"),
    *("ix_", ".T", "~", "0.5", "'x'", "=", "axis", "range", "where", "if", "*"),
]


def numpys_answer(array: np.ndarray, code: str) -> np.ndarray | str:
    try:
        return np.asarray(eval(f"a[{code}]", {"np": np, "a": array}))
    except (IndexError, ValueError) as error:
        return str(error)


@examples(800)
@given(questions())
def test_an_index_selects_what_numpy_selects_and_its_code_does_too(question: tuple[np.ndarray, str]) -> None:
    array, text = question
    expected = numpys_answer(array, text)
    try:
        index = read_index(text, array)
    except Refused as refused:
        told = str(refused)
        if isinstance(expected, str):
            assert expected in told or "a picture has room for 4" in told
        else:
            assert expected.ndim > 4
            assert "a picture has room for 4" in told
        return
    code_says = numpys_answer(array, index.code)
    if isinstance(expected, str):
        assert code_says == expected
        with pytest.raises((IndexError, ValueError)) as error:
            array[index.key]
        assert str(error.value) == expected
    else:
        np.testing.assert_array_equal(array[index.key], expected)
        np.testing.assert_array_equal(code_says, expected)
        plan = plan_index(array.shape, index.items)
        assert plan is not None
        assert plan.shape == expected.shape


@examples(500)
@given(questions())
def test_an_index_may_stand_in_its_brackets(question: tuple[np.ndarray, str]) -> None:
    array, text = question
    try:
        bare = read_index(text, array)
    except Refused:
        with pytest.raises(Refused):
            read_index(f"a[{text}]", array)
        return
    assert read_index(f"a[{text}]", array).code == bare.code
    renamed = re.sub(r"\ba\b", "image", f"a[{text}]")
    assert read_index(renamed, array, "image").kind == bare.kind


@pytest.mark.parametrize(
    ("text", "code", "kind"),
    [
        ("1, 2", "1, 2", "basic"),
        ("a[1, 2]", "1, 2", "basic"),
        ("[:2, 1:3]", ":2, 1:3", "basic"),
        ("(1, 2)", "1, 2", "basic"),
        ("()", "()", "basic"),
        ("..., newaxis", "..., np.newaxis", "basic"),
        ("numpy.newaxis", "np.newaxis", "basic"),
        ("a.max() - 11", "a.max() - 11", "basic"),
        ("[0, 2]", "[0, 2]", "advanced"),
        ("[]", "[]", "advanced"),
        ("arange(3), [0, 2, 0]", "np.arange(3), [0, 2, 0]", "advanced"),
        ("ix_([0, 1], [2, 3])", "np.ix_([0, 1], [2, 3])", "advanced"),
        ("nonzero(a > 3)", "np.nonzero(a > 3)", "advanced"),
        ("np.array(1)", "np.array(1)", "advanced"),
        ("range(0, 3, 2)", "range(0, 3, 2)", "advanced"),
        ("-[1]", "-np.array([1])", "advanced"),
        ("[0, 2] - 1", "np.array([0, 2]) - 1", "advanced"),
        ("[True, False, True]", "[True, False, True]", "advanced"),
        ("True", "True", "advanced"),
        ("(a>2)&(a<9)", "(a > 2) & (a < 9)", "advanced"),
        ("a[:, 0] > 4", "a[:, 0] > 4", "advanced"),
        ("a.sum(axis=1) > 10", "a.sum(axis=1) > 10", "advanced"),
        ("np.arange(3), a.argmax(1)", "np.arange(3), a.argmax(1)", "advanced"),
        ("a.T[0] > 4", "a.T[0] > 4", "advanced"),
        ("np.where(a > 5)[0]", "np.where(a > 5)[0]", "advanced"),
        ("nonzero(a > 5)[-1] - 1", "np.nonzero(a > 5)[-1] - 1", "advanced"),
        ("np.where(a > 5)[0], 1", "np.where(a > 5)[0], 1", "advanced"),
        ("np.ix_([0, 1], [2])[1]", "np.ix_([0, 1], [2])[1]", "advanced"),
        ("a[a.ravel()[1]]", "a.ravel()[1]", "basic"),
        ("slice(1, 2)", "slice(1, 2)", "basic"),
        ("np.flatnonzero(a[:, 0] > 3)", "np.flatnonzero(a[:, 0] > 3)", "advanced"),
        ("np.where(a > 3, 1, 2)", "np.where(a > 3, 1, 2)", "advanced"),
        ("np.unravel_index(5, (3, 4))", "np.unravel_index(5, (3, 4))", "basic"),
        ("np.isin(a, [3, 5])", "np.isin(a, [3, 5])", "advanced"),
        ("np.logical_and(a > 2, a < 9)", "np.logical_and(a > 2, a < 9)", "advanced"),
    ],
)
def test_what_was_typed_is_the_code_that_selects_it(text: str, code: str, kind: str) -> None:
    index = read_index(text, A)
    assert (index.text, index.code, index.kind) == (text, code, kind)
    np.testing.assert_array_equal(A[index.key], numpys_answer(A, code))
    assert all(item.dtype in (np.int64, np.bool_) for item in index.items if isinstance(item, np.ndarray))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "There is no index here yet. Write whole numbers, slices such as 1:3"),
        ("1.5", "“1.5” is no index. NumPy says: only integers, slices"),
        ("'x'", "NumPy says: only integers, slices"),
        ("[1.0, 2]", "NumPy says: arrays used as indices must be of integer (or boolean) type"),
        ("np.array([])", "NumPy says: arrays used as indices must be of integer"),
        ("1:2.5", "NumPy says: slice indices must be integers or None"),
        ("b", "There is no “b” here: the array is called a."),
        ("2 < a < 9", "more than one element is ambiguous. Use a.any() or a.all(). Write & for and"),
        ("a > 2 and a < 9", "Write & for and"),
        ("not a", "Write & for and"),
        ("a > [1, 2]", "Of “a > np.array([1, 2])”, NumPy says: operands could not be broadcast"),
        ("a[5] > 1", "Of “a[5]”, NumPy says: index 5 is out of bounds"),
        ("a.sum(axis=2) > 1", "NumPy says: axis 2 is out of bounds"),
        ("a.sum(where=1) > 1", "not known here with where="),
        ("a[3:].max()", "NumPy says: zero-size array"),
        ("a.sum(axis=0.5)", "NumPy says: 'float' object cannot be interpreted"),
        ("a[[1, 2]][0]", "indexes twice"),
        ("1][2", "more than one index"),
        ("1, (2", "cannot be read as an index"),
        ("lambda: 1", "is not read here"),
        ("__import__('os').remove('x')", "There is no “__import__” here"),
        ("a.tofile('x')", "“.tofile” is not known here"),
        ("1 .sum()", "“.sum” is not known here"),
        ("[[0, 1], [2]]", "differ in length"),
        ("np.where(a > 3), 1", "one array for each axis"),
        ("np.where(a > 3)[2]", "tuple index out of range"),
        ("np.where(a > 3)[a > 1]", "can be converted to a scalar index"),
        ("a.ravel()[3]", "indexes a.ravel(), not a"),
        ("a.reshape(4, 3).T[0]", "indexes a.reshape(4, 3).T, not a"),
        ("np.ix_([[0]])", "NumPy says: Cross index must be 1 dimensional"),
        ("np.ix_([0.5])", "is no index"),
        ("np.arange(0.5)", "arrays used as indices must be of integer"),
        ("np.arange(1, 5, 0)", "division by zero"),
        ("a // 0.0", "NumPy says: arrays used as indices"),
        ("1 // 0", "NumPy says: integer"),
        ("9" * 30, "below 2**64"),
        ("9" * 400, "below 2**64"),
        ("1e999", "too large"),
        ("None, None, None", "has 5 axes, but a picture has room for 4"),
        ("(" * 300 + "1" + ")" * 300, "cannot be read as an index"),
        ("[" * 60 + "]" * 60, "nested too deeply"),
        ("0," * 600, "at most 1000 are read"),
    ],
)
def test_what_is_no_index_is_told_what_was_expected(text: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        read_index(text, A)
    assert said in str(refused.value)


@pytest.mark.parametrize("text", ["np.arange(10000000000)", "np.arange(4096)[:, None], np.arange(4096)"])
def test_an_index_of_millions_is_refused_before_it_is_made(text: str) -> None:
    with pytest.raises(Refused, match="at most"):
        read_index(text, A)


def test_what_numpy_will_refuse_is_still_read() -> None:
    for text in ("7", "0, 0, 0", "[0, 9]", "[0, 1], [0, 1, 2]", "::0", "[True, False]", "..., ..."):
        index = read_index(text, A)
        with pytest.raises((IndexError, ValueError)):
            A[index.key]


@example("where:=arange.T")
@example("a(1)")
@examples(1000)
@given(
    st.one_of(
        st.text(max_size=40),
        st.text(alphabet="()[]:,.-+*/%<>=&|~0123456789aTnpsumxN one", max_size=40),
        st.lists(
            st.sampled_from(TOKENS),
            max_size=14,
        ).map("".join),
    )
)
def test_garbage_is_an_index_or_a_message(text: str) -> None:
    try:
        index = read_index(text, A)
    except Refused as refused:
        told = str(refused)
        assert len(told) > 20
        return
    assert index.kind in ("basic", "advanced")
    assert index.text == text.strip()


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("a[1][2]", "a[1, 2]"),
        ("a[1][:, 2]", "a[1, :, 2]"),
        ("a[[0, 1]][:, [1, 3]]", "a[np.ix_([0, 1], [1, 3])]"),
        ("a[0][:, [0, 1]]", None),
        ("a[:1][0]", None),
        ("a[[0, 1]][[0, 0]]", None),
        ("a[7][0]", None),
        ("a[0][9]", None),
    ],
)
def test_two_indices_are_taken_for_one_only_where_that_gives_the_same(text: str, same: str | None) -> None:
    array = np.arange(60).reshape(3, 4, 5)
    with pytest.raises(Refused, match="indexes twice") as refused:
        read_index(text, array)
    said = str(refused.value)
    assert ("gives the same" in said) == (same is not None)
    if same is not None:
        assert f" {same} gives the same" in said
        np.testing.assert_array_equal(*(eval(code, {"np": np, "a": array}) for code in (text, same)))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("torch.arange(2), [2, 0]", "np.arange(2), [2, 0]"),
        ("torch.tensor([0, 2])", "np.array([0, 2])"),
        ("torch.where(a > 5)", "np.where(a > 5)"),
    ],
)
def test_an_index_of_a_tensor_may_be_written_with_functions_of_pytorch(text: str, code: str) -> None:
    assert read_index(text, A, unpack=True).code == code
