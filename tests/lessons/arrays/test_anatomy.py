import contextlib
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.claims.claim import plain
from primer_core.claims.making import RowsDiffer
from primer_core.language.limits import Refused
from primer_core.lessons.arrays.anatomy import Anatomy, Conversion, NotMade, explain_array
from primer_core.lessons.arrays.presets import PRESETS
from primer_core.lessons.arrays.question import AS_MADE, CONVERSIONS, ArraysQuestion
from primer_core.lessons.lesson import Preset
from tests.profiles import examples
from tests.snippets import printed_by

MADE = [
    preset
    for preset in PRESETS
    if preset.question.view == "Anatomy" and not preset.question.then and not preset.question.asks_pytorch
    if isinstance(explain_array(preset.question.make), Anatomy)
]
NUMBERS = [preset for preset in MADE if "object" not in preset.question.make]

shapes = st.lists(st.integers(0, 4), max_size=4).map(tuple)


def anatomy(text: str, dtype: str = AS_MADE) -> Anatomy:
    explained = explain_array(text, dtype)
    assert isinstance(explained, Anatomy)
    return explained


def conversion(text: str, dtype: str) -> Conversion:
    made = anatomy(text, dtype).conversion
    assert made is not None
    return made


def meanings(text: str) -> dict[str, str]:
    return {attribute.name: plain(attribute.meaning.sentence()) for attribute in anatomy(text).attributes}


@examples(500)
@given(shapes, st.sampled_from(["zeros", "ones"]), st.sampled_from(CONVERSIONS[1:]), st.booleans())
def test_attributes_and_addresses_are_numpys(shape: tuple[int, ...], maker: str, dtype: str, turned: bool) -> None:
    explained = anatomy(f"{maker}({shape}, {dtype}){'.T' if turned else ''}")
    expected = getattr(np, maker)(shape, dtype)
    expected = expected.T if turned else expected
    assert [attribute.value for attribute in explained.attributes] == [
        str(value)
        for value in (
            *(expected.ndim, expected.shape, expected.size, expected.dtype, expected.itemsize, expected.strides),
            expected.nbytes,
        )
    ]
    strip = explained.drawn.strip
    assert strip is not None
    for place, index in enumerate(np.ndindex(expected.shape)):
        byte = sum(i * stride for i, stride in zip(index, expected.strides, strict=True))
        assert strip.cells[place] * strip.itemsize == byte


@examples(500)
@given(
    st.lists(st.one_of(st.integers(-(2**40), 2**40), st.floats(-1e6, 1e6)), min_size=1, max_size=5),
    st.sampled_from(CONVERSIONS[1:]),
)
def test_astype_makes_new_memory_and_marks_what_changed(values: list[float], dtype: str) -> None:
    explained = anatomy(str(values), dtype)
    made = explained.conversion
    assert made is not None
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(made.drawn.values, np.array(values).astype(dtype))
    assert made.verdict == "copy"
    kept = [old == new for old, new in zip(np.array(values).tolist(), made.drawn.values.tolist(), strict=True)]
    assert (~made.changed).tolist() == kept


def test_a_literal_of_two_rows_has_the_platforms_integers() -> None:
    values = {attribute.name: attribute.value for attribute in anatomy("[[1, 2, 3], [4, 5, 6]]").attributes}
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
    explained = anatomy(text)
    assert text in {preset.question.make for preset in MADE}
    assert explained.drawn.values.tolist() == values
    assert explained.drawn.dtype == dtype


def test_numpys_choice_of_a_dtype_is_told_from_the_learners() -> None:
    assert "NumPy's choice" in meanings("zeros(2)")["x.dtype"]
    assert "NumPy's choice" not in meanings("zeros(2, int8)")["x.dtype"]
    assert "NumPy's choice" not in meanings("zeros(2).astype(int8)")["x.dtype"]
    assert "NumPy's choice" not in meanings("np.arange(3) + 0.5")["x.dtype"]
    assert "PyTorch's choice" in meanings("torch.zeros(2)")["x.dtype"]
    assert "choice" not in meanings("torch.from_numpy(np.zeros(2))")["x.dtype"]
    assert "choice" not in meanings("torch.zeros(2).double()")["x.dtype"]


@pytest.mark.parametrize("text", ["7", "zeros(1, int8)", "zeros((1, 1), uint8)", "zeros((0, 1), bool)", "ones((2, 1))"])
def test_one_is_counted_in_the_singular(text: str) -> None:
    for meaning in meanings(text).values():
        assert not re.search(r"\b1 (bytes|bits|cells|axes|indices|rows|columns)\b", meaning)
        assert not re.search(r"\b0 axes\b", meaning)


@pytest.mark.parametrize(
    "text", ["full(2, 300, int8)", "zeros(3).reshape(2, 2)", "arange(0, 1, 0)", "linspace(0, 1, -1)", "[[1, 2], [3]]"]
)
def test_what_numpy_will_not_make_is_told_in_its_own_words(text: str) -> None:
    outcome = explain_array(text)
    assert isinstance(outcome, NotMade)
    declined = outcome.declined
    error = {"OverflowError": OverflowError, "ValueError": ValueError, "ZeroDivisionError": ZeroDivisionError}
    expression = outcome.code.split("x = ")[1].split("\n")[0]
    with pytest.raises(error[declined.builtin], match=re.escape(declined.words)):
        eval(expression, {"np": np})
    assert printed_by(outcome.code) == f"{declined.words}\n"


def test_rows_of_several_lengths_are_numpys_error_with_what_would_work() -> None:
    uneven = explain_array("np.array([[1, 2, 3], [4, 5]])")
    assert isinstance(uneven, NotMade)
    assert uneven.declined.kind == "ValueError"
    assert "inhomogeneous" in uneven.declined.words
    assert uneven.cause is not None
    assert uneven.cause.claim == RowsDiffer("[[1, 2, 3], [4, 5]]", (0, 1), ((3,), (2,)))
    (objects,) = uneven.cause.works
    assert (objects.shape, objects.dtype) == ((2,), "object")
    assert anatomy(objects.code).drawn.values.tolist() == [[1, 2, 3], [4, 5]]
    overflow = explain_array("full(2, 300, int8)")
    assert isinstance(overflow, NotMade)
    assert not overflow.cause


@pytest.mark.parametrize("preset", NUMBERS, ids=lambda preset: preset.title)
@pytest.mark.parametrize("dtype", [None, "float16", "bool"])
def test_the_snippets_print_what_the_page_shows(preset: Preset[ArraysQuestion], dtype: str | None) -> None:
    explained = anatomy(preset.question.make, dtype or preset.question.to)
    values = [attribute.value for attribute in explained.attributes]
    expected = f"{explained.drawn.values}\n{' '.join(values[:3])}\n{' '.join(values[3:])}\n"
    if explained.conversion is not None:
        expected += f"{explained.conversion.drawn.values}\nFalse\n"
    assert printed_by(explained.code) == expected


def test_a_conversion_that_numpy_warns_of_prints_without_the_warning() -> None:
    assert conversion("[1e300, 1.0]", "float16").warning == "overflow encountered in cast"
    assert "[inf  1.]" in printed_by(anatomy("[1e300, 1.0]", "float16").code)
    assert np.isinf(anatomy("full(2, 1e300, float16)").drawn.values).all()


@examples(1000)
@given(
    st.one_of(st.text(max_size=30), st.text(alphabet="()[],.:-+*0123456789e nazrosyil", max_size=40)),
    st.sampled_from(CONVERSIONS),
)
def test_garbage_is_explained_or_refused(text: str, dtype: str) -> None:
    with contextlib.suppress(Refused):
        outcome = explain_array(text, dtype)
        assert isinstance(outcome, Anatomy) or outcome.declined.words


def test_nothing_is_converted_unless_asked_and_nothing_huge_is_made() -> None:
    assert anatomy("eye(2)", AS_MADE).conversion is None
    for text, most in (("zeros(10**9)", "1 048 576"), ("zeros(5000)", "4 096")):
        with pytest.raises(Refused, match=most):
            explain_array(text, "int8")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("torch.arange(6).reshape(2, 3)", ("tuple(x.shape)", "x.numel()", "x.stride()")),
        ("np.arange(6).reshape(2, 3)", ("x.shape", "x.size", "x.strides")),
    ],
)
def test_attributes_are_called_as_their_library_calls_them(text: str, names: tuple[str, ...]) -> None:
    explained = anatomy(text, "float32")
    assert set(names) <= {attribute.name for attribute in explained.attributes}
    printed = printed_by(explained.code).splitlines()
    values = [attribute.value for attribute in explained.attributes]
    assert " ".join(values[:3]) in printed
    assert " ".join(values[3:]) in printed
    assert printed[-1] == "False"


@pytest.mark.parametrize(
    ("text", "shares"),
    [("torch.ones(2)", True), ("torch.ones(2, dtype=torch.float64)", False), ("np.ones(2, np.float32)", False)],
)
def test_to_keeps_the_memory_of_the_same_dtype_and_astype_never_does(text: str, shares: bool) -> None:
    explained = anatomy(text, "float32")
    assert explained.conversion is not None
    assert explained.conversion.verdict == ("view" if shares else "copy")
    assert printed_by(explained.code).endswith(f"{shares}\n")


@examples(300)
@given(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 3), st.booleans()), min_size=1, max_size=3), st.booleans())
def test_a_view_is_drawn_over_the_memory_between_its_cells(axes: list[tuple[int, int, bool]], torchs: bool) -> None:
    shape = tuple(size for size, _, _ in axes)
    cut = ", ".join(f"::{-step if back and not torchs else step}" for _, step, back in axes)
    text = f"{'torch' if torchs else 'np'}.arange({np.prod(shape)}).reshape{shape}[{cut}]"
    explained = anatomy(text)
    strip = explained.drawn.strip
    assert strip is not None
    np.testing.assert_array_equal(strip.values[strip.cells], explained.drawn.values.ravel())
    assert np.array_equal(np.diff(strip.values), np.ones(strip.values.size - 1))  # the base counts
    assert np.flatnonzero(strip.own).tolist() == sorted(set(strip.cells.tolist()))
    assert strip.own[0]
    assert strip.own[-1]


def test_memory_that_is_shared_or_too_long_or_reflected_is_told_as_it_is() -> None:
    stretched = anatomy("np.broadcast_to(np.arange(3), (2, 3))").drawn.strip
    assert stretched is not None
    assert stretched.values.tolist() == [0, 1, 2]
    assert stretched.cells.tolist() == [0, 1, 2, 0, 1, 2]
    assert anatomy("np.arange(10**6)[::10**5]").drawn.strip is None
    assert anatomy("torch.conj(torch.tensor([1j]))").drawn.strip is None
    assert anatomy("np.zeros((3, 9), np.int8)[:, :8].view(np.int64)").drawn.strip is None


@pytest.mark.usefixtures("heard")
def test_what_the_libraries_warn_of_is_kept() -> None:
    assert "divide by zero" in anatomy("np.log(np.zeros(2))").warnings[0]
