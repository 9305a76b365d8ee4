import contextlib
import io
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.lessons.arrays.explain import AS_MADE, CONVERSIONS, explain_array
from primer_core.lessons.arrays.presets import PRESETS, ArrayPreset
from tests.profiles import examples

shapes = st.lists(st.integers(0, 4), max_size=4).map(tuple)


def printed(code: str) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(code, "snippet", "exec"), {})  # noqa: S102 - the snippet that the page offers to copy
    return out.getvalue()


@examples(500)
@given(shapes, st.sampled_from(["zeros", "ones"]), st.sampled_from(CONVERSIONS[1:]), st.booleans())
def test_attributes_and_addresses_are_numpys(shape: tuple[int, ...], maker: str, dtype: str, turned: bool) -> None:
    explained = explain_array(f"{maker}({shape}, {dtype}){'.T' if turned else ''}")
    expected = getattr(np, maker)(shape, dtype)
    expected = expected.T if turned else expected
    assert explained.array is not None
    assert explained.layout is not None
    assert [part.value for part in explained.parts] == [
        str(value)
        for value in (
            *(expected.ndim, expected.shape, expected.size, expected.dtype, expected.itemsize, expected.strides),
            expected.nbytes,
        )
    ]
    for index in np.ndindex(explained.array.shape):
        byte = sum(i * stride for i, stride in zip(index, explained.array.strides, strict=True))
        assert explained.layout.addresses[index] * explained.layout.itemsize == byte


@examples(500)
@given(
    st.lists(st.one_of(st.integers(-(2**40), 2**40), st.floats(-1e6, 1e6)), min_size=1, max_size=5),
    st.sampled_from(CONVERSIONS[1:]),
)
def test_astype_makes_new_memory_and_marks_what_changed(values: list[float], dtype: str) -> None:
    explained = explain_array(str(values), dtype)
    made = explained.conversion
    assert made is not None
    assert explained.array is not None
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(made.array, np.array(values).astype(dtype))
    assert made.verdict == "copy"
    assert not np.shares_memory(made.array, explained.array)
    kept = [old == new for old, new in zip(explained.array.tolist(), made.array.tolist(), strict=True)]
    assert (~made.changed).tolist() == kept


def test_a_literal_of_two_rows_has_the_platforms_integers() -> None:
    values = {part.name: part.value for part in explain_array("[[1, 2, 3], [4, 5, 6]]").parts}
    assert values == {
        "x.ndim": "2",
        "x.shape": "(2, 3)",
        "x.size": "6",
        "x.dtype": str(np.array(1).dtype),
        "x.itemsize": "8",
        "x.strides": "(24, 8)",
        "x.nbytes": "48",
    }


@pytest.mark.parametrize(
    ("text", "values", "dtype"),
    [
        ("zeros((2, 3))", [[0.0] * 3] * 2, "float64"),
        ("ones((3, 2), int16)", [[1, 1]] * 3, "int16"),
        ("eye(2)", [[1.0, 0.0], [0.0, 1.0]], "float64"),
        ("arange(0, 10, 2)", [0, 2, 4, 6, 8], "int64"),
        ("linspace(0, 1, 5)", [0.0, 0.25, 0.5, 0.75, 1.0], "float64"),
    ],
)
def test_the_ways_to_make_an_array(text: str, values: object, dtype: str) -> None:
    explained = explain_array(text)
    assert text in {preset.text for preset in PRESETS}
    assert explained.array is not None
    assert explained.array.tolist() == values
    assert str(explained.array.dtype) == dtype


def test_numpys_choice_of_a_dtype_is_told_from_the_learners() -> None:
    assert "NumPy's choice" in explain_array("zeros(2)").parts[3].meaning
    assert "NumPy's choice" not in explain_array("zeros(2, int8)").parts[3].meaning
    assert "NumPy's choice" not in explain_array("zeros(2).astype(int8)").parts[3].meaning


@pytest.mark.parametrize(
    "text", ["full(2, 300, int8)", "zeros(3).reshape(2, 2)", "arange(0, 1, 0)", "linspace(0, 1, -1)"]
)
def test_what_numpy_will_not_make_is_told_in_its_own_words(text: str) -> None:
    explained = explain_array(text)
    assert explained.refusal is None
    assert explained.array is None
    kind, _, said = str(explained.error).partition(": ")
    error = {"OverflowError": OverflowError, "ValueError": ValueError, "ZeroDivisionError": ZeroDivisionError}[kind]
    with pytest.raises(error, match=re.escape(said)):
        eval(explained.recipe.code if explained.recipe else "", {"np": np})  # noqa: S307
    assert printed(explained.code) == f"{said}\n"


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
@pytest.mark.parametrize("dtype", [None, "float16", "bool"])
def test_the_snippets_print_what_the_page_shows(preset: ArrayPreset, dtype: str | None) -> None:
    explained = explain_array(preset.text, dtype or preset.dtype)
    values = [part.value for part in explained.parts]
    expected = f"{explained.array}\n{' '.join(values[:3])}\n{' '.join(values[3:])}\n"
    if explained.conversion is not None:
        expected += f"{explained.conversion.array}\nFalse\n"
    assert printed(explained.code) == expected


def test_a_conversion_that_numpy_warns_of_prints_without_the_warning() -> None:
    explained = explain_array("[1e300, 1.0]", "float16")
    assert explained.conversion is not None
    assert explained.conversion.said == "overflow encountered in cast"
    assert "[inf  1.]" in printed(explained.code)
    assert explain_array("full(2, 1e300, float16)").array is not None


@examples(1000)
@given(
    st.one_of(st.text(max_size=30), st.text(alphabet="()[],.:-+*0123456789e nazrosyil", max_size=40)),
    st.sampled_from(CONVERSIONS),
)
def test_garbage_is_explained_and_never_raises(text: str, dtype: str) -> None:
    explained = explain_array(text, dtype)
    assert explained.refusal or explained.error or explained.array is not None


def test_nothing_is_converted_unless_asked() -> None:
    assert explain_array("eye(2)", AS_MADE).conversion is None
    assert "sizes" not in str(explain_array("zeros(10**9)", "int8").error)
    assert "4 096" in str(explain_array("zeros(10**9)", "int8").refusal)
