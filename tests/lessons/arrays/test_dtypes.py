import contextlib
import warnings
from fractions import Fraction
from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.language.limits import Refused
from primer_core.lessons.arrays.dtypes import DtypeRow, explain_dtypes, explain_encoding
from primer_core.lessons.arrays.presets import PRESETS
from primer_core.lessons.arrays.question import SHOWN, ArraysQuestion
from primer_core.lessons.lesson import Preset
from tests.profiles import examples
from tests.snippets import printed_by

wholes = st.integers(-(2**63), 2**63 - 1)
small = st.integers(-70000, 70000)
fractions = st.floats(allow_nan=False, allow_infinity=False)
near = st.floats(-70000, 70000)


CASTS = [preset for preset in PRESETS if preset.question.view == "Dtypes"]


def declined(row: DtypeRow) -> str:
    """What NumPy says when it is asked for this dtype at once; empty where it takes the values."""
    return row.declined.text if row.declined is not None else ""


@examples(500)
@given(st.one_of(st.lists(st.one_of(wholes, small), min_size=1, max_size=4), st.lists(near, min_size=1, max_size=4)))
def test_every_cell_is_numpys_and_marked_exactly_where_the_number_changed(values: list[int | float]) -> None:
    table = explain_dtypes(", ".join(map(repr, values)))
    assert [row.dtype for row in table.rows] == list(SHOWN)
    for row in table.rows:
        with np.errstate(all="ignore"):
            expected = np.array(values).astype(row.dtype)
        np.testing.assert_array_equal(row.cast, expected)
        for before, after, cell in zip(table.given.tolist(), expected.tolist(), row.cells, strict=True):
            same = after == before if isinstance(after, bool) else Fraction(before) == _exact(after)
            assert (cell.effect == "kept") == same
            assert float(cell.text) == float(after) if not isinstance(after, bool) else cell.text == str(after)


def _exact(value: float) -> Fraction | None:
    return Fraction(value) if np.isfinite(value) else None


@examples(500)
@given(wholes, st.sampled_from(["int8", "uint8", "int16", "uint16", "int32", "int64"]))
def test_whole_numbers_wrap_by_the_number_of_codes_and_their_bits_add_up(value: int, dtype: str) -> None:
    encoding = explain_encoding(str(value), dtype)
    width = np.dtype(dtype).itemsize * 8
    stored = int(encoding.stored)
    assert (stored - value) % 2**width == 0
    assert (encoding.effect == "kept") == (stored == value)
    kept = "".join(field.bits for field in encoding.fields if field.name != "dropped")
    assert int(kept, 2) == stored % 2**width
    dropped = "".join(field.bits for field in encoding.fields if field.name == "dropped")
    assert bool(dropped) == (stored != value)
    if dropped:  # read with the bits that repeat before them, those above are the rest of the number
        above = int(dropped, 2) - (2 ** len(dropped) if value < 0 else 0)
        assert above == value >> width
    if "…" not in encoding.formula:
        left, right = encoding.formula.replace("−", "-").split("=")
        assert eval(left) == int(right) == stored


@examples(500)
@given(fractions, st.sampled_from(["float16", "float32", "float64"]))
def test_the_bits_of_a_fraction_make_it(value: float, dtype: str) -> None:
    encoding = explain_encoding(repr(value), dtype)
    with np.errstate(all="ignore"):
        stored = np.array([value]).astype(dtype)
    assert float(encoding.stored) == float(stored[0])
    joined = "".join(field.bits for field in encoding.fields)
    assert int(joined, 2) == int(stored.view(f"u{stored.itemsize}")[0])
    assert [field.name for field in encoding.fields] == ["sign", "exponent", "fraction"]
    if np.isfinite(stored[0]):
        left, right = encoding.formula.split(";")[0].translate(str.maketrans("−·", "-*")).replace("^", "**").split("=")
        assert eval(left.replace("2**", "Fraction(2)**"), {"Fraction": Fraction}) == float(right)


def test_what_happens_is_called_by_its_name() -> None:
    effects = {
        (row.dtype, text): cell.effect
        for row in explain_dtypes("300, 1.9, -1.9, 65520.0, 1e-8, 2049.0").rows
        for text, cell in zip(("300", "1.9", "-1.9", "65520", "1e-8", "2049"), row.cells, strict=True)
    }
    assert effects["int8", "300"] == "out of range"  # the list holds fractions, so 300 is one as well
    assert effects["int8", "1.9"] == effects["int8", "-1.9"] == "cut off"
    assert effects["float16", "65520"] == "infinite"
    assert effects["float16", "1e-8"] == "lost"
    assert effects["float16", "2049"] == "rounded"
    assert effects["bool", "1.9"] == "truth"
    (nan, infinite) = next(row for row in explain_dtypes("nan, inf").rows if row.dtype == "int8").cells
    assert (nan.effect, infinite.effect) == ("nan", "out of range")
    wrapped = {row.dtype: [cell.text for cell in row.cells] for row in explain_dtypes("300, -1, 127").rows}
    assert wrapped["int8"] == ["44", "-1", "127"]
    assert wrapped["uint8"] == ["44", "255", "127"]
    cut = {row.dtype: [cell.text for cell in row.cells] for row in explain_dtypes("1.9, -1.9").rows}
    assert cut["int32"] == ["1", "-1"]


def test_warnings_and_refusals_are_numpys_own() -> None:
    rows = {row.dtype: row for row in explain_dtypes("nan, 1e300, 300.0").rows}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        np.array([1e300]).astype(np.float16)
        np.array([np.nan]).astype(np.int8)
    overflow, invalid = (str(warning.message) for warning in caught)
    assert rows["float16"].warning == overflow
    assert rows["int8"].warning == invalid
    assert rows["float64"].warning is None
    with pytest.raises(ValueError, match="NaN") as error:
        np.array([np.nan], dtype=np.int8)
    assert declined(rows["int8"]) == f"ValueError: {error.value}"
    with pytest.raises(OverflowError) as bound:
        np.array([300], dtype=np.int8)
    assert {row.dtype: declined(row) for row in explain_dtypes("300").rows}["int8"] == f"OverflowError: {bound.value}"


def test_special_numbers_say_what_their_bits_mean() -> None:
    assert "not a number" in explain_encoding("nan", "float32").formula
    assert "−infinity" in explain_encoding("-inf", "float16").formula
    assert "no 1 is added" in explain_encoding("1e-7", "float16").formula
    assert explain_encoding("0.5", "bool").stored == "True"
    assert isnan(float(explain_encoding("nan", "float64").stored))


@pytest.mark.parametrize("preset", CASTS, ids=lambda preset: preset.title)
def test_the_snippets_print_what_the_page_shows(preset: Preset[ArraysQuestion]) -> None:
    table = explain_dtypes(preset.question.values)
    expected = ""
    for row in table.rows:
        expected += f"{row.dtype} {row.cast.tolist()}\n" + (f"{declined(row)}\n" if row.declined else "")
    assert printed_by(table.code) == expected


@examples(1000)
@given(
    st.one_of(st.text(max_size=30), st.text(alphabet="0123456789.,-+*e nafiTru[]()", max_size=30)),
    st.sampled_from(SHOWN),
)
def test_garbage_is_explained_or_refused(text: str, dtype: str) -> None:
    with contextlib.suppress(Refused):
        assert explain_dtypes(text).rows
    with contextlib.suppress(Refused):
        assert explain_encoding(text, dtype).fields


def test_what_does_not_fit_a_table_is_refused() -> None:
    with pytest.raises(Refused, match="room for 12"):
        explain_dtypes(", ".join(["1"] * 13))
    with pytest.raises(Refused, match="no number here"):
        explain_dtypes("[]")
    with pytest.raises(Refused, match="one number"):
        explain_encoding("1, 2", "int8")
    with pytest.raises(Refused, match="no number here"):
        explain_encoding("[]", "int8")
