import contextlib
import io
import warnings
from fractions import Fraction
from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.lessons.arrays.dtypes import SHOWN, explain_bits, explain_dtypes
from primer_core.lessons.arrays.presets import DTYPE_PRESETS, DtypePreset
from tests.profiles import examples

wholes = st.integers(-(2**63), 2**63 - 1)
small = st.integers(-70000, 70000)
fractions = st.floats(allow_nan=False, allow_infinity=False)
near = st.floats(-70000, 70000)


def printed(code: str) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(code, "snippet", "exec"), {})  # noqa: S102 - the snippet that the page offers to copy
    return out.getvalue()


@examples(500)
@given(st.one_of(st.lists(st.one_of(wholes, small), min_size=1, max_size=4), st.lists(near, min_size=1, max_size=4)))
def test_every_cell_is_numpys_and_marked_exactly_where_the_number_changed(values: list[int | float]) -> None:
    table = explain_dtypes(", ".join(map(repr, values)))
    assert table.given is not None
    assert [row.dtype for row in table.rows] == list(SHOWN)
    for row in table.rows:
        with np.errstate(all="ignore"):
            expected = np.array(values).astype(row.dtype)
        np.testing.assert_array_equal(row.cast, expected)
        for before, after, cell in zip(table.given.tolist(), expected.tolist(), row.cells, strict=True):
            same = after == before if isinstance(after, bool) else Fraction(before) == _exact(after)
            assert (cell.outcome == "kept") == same
            assert float(cell.text) == float(after) if not isinstance(after, bool) else cell.text == str(after)


def _exact(value: float) -> Fraction | None:
    return Fraction(value) if np.isfinite(value) else None


@examples(500)
@given(wholes, st.sampled_from(["int8", "uint8", "int16", "uint16", "int32", "int64"]))
def test_whole_numbers_wrap_by_the_number_of_codes_and_their_bits_add_up(value: int, dtype: str) -> None:
    bits = explain_bits(str(value), dtype)
    width = np.dtype(dtype).itemsize * 8
    stored = int(bits.stored)
    assert (stored - value) % 2**width == 0
    assert (bits.outcome == "kept") == (stored == value)
    kept = "".join(group.bits for group in bits.groups if group.name != "dropped")
    assert int(kept, 2) == stored % 2**width
    dropped = "".join(group.bits for group in bits.groups if group.name == "dropped")
    assert bool(dropped) == (stored != value)
    if dropped:  # read with the bits that repeat before them, those above are the rest of the number
        above = int(dropped, 2) - (2 ** len(dropped) if value < 0 else 0)
        assert above == value >> width
    if "…" not in bits.formula:
        left, right = bits.formula.replace("−", "-").split("=")
        assert eval(left) == int(right) == stored  # noqa: S307 - written by explain_bits


@examples(500)
@given(fractions, st.sampled_from(["float16", "float32", "float64"]))
def test_the_bits_of_a_fraction_make_it(value: float, dtype: str) -> None:
    bits = explain_bits(repr(value), dtype)
    with np.errstate(all="ignore"):
        stored = np.array([value]).astype(dtype)
    assert float(bits.stored) == float(stored[0])
    joined = "".join(group.bits for group in bits.groups)
    assert int(joined, 2) == int(stored.view(f"u{stored.itemsize}")[0])
    assert [group.name for group in bits.groups] == ["sign", "exponent", "fraction"]
    if np.isfinite(stored[0]):
        left, right = bits.formula.split(";")[0].translate(str.maketrans("−·", "-*")).replace("^", "**").split("=")
        assert eval(left.replace("2**", "Fraction(2)**"), {"Fraction": Fraction}) == float(right)  # noqa: S307


def test_what_happens_is_called_by_its_name() -> None:
    outcomes = {
        (row.dtype, text): cell.outcome
        for row in explain_dtypes("300, 1.9, -1.9, 65520.0, 1e-8, 2049.0").rows
        for text, cell in zip(("300", "1.9", "-1.9", "65520", "1e-8", "2049"), row.cells, strict=True)
    }
    assert outcomes["int8", "300"] == "out of range"  # the list holds fractions, so 300 is one as well
    assert outcomes["int8", "1.9"] == outcomes["int8", "-1.9"] == "cut off"
    assert outcomes["float16", "65520"] == "infinite"
    assert outcomes["float16", "1e-8"] == "lost"
    assert outcomes["float16", "2049"] == "rounded"
    assert outcomes["bool", "1.9"] == "truth"
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
    assert rows["float16"].said == overflow
    assert rows["int8"].said == invalid
    assert rows["float64"].said is None
    with pytest.raises(ValueError, match="NaN") as error:
        np.array([np.nan], dtype=np.int8)
    assert rows["int8"].refused == f"ValueError: {error.value}"
    with pytest.raises(OverflowError) as bound:
        np.array([300], dtype=np.int8)
    assert {row.dtype: row for row in explain_dtypes("300").rows}["int8"].refused == f"OverflowError: {bound.value}"


def test_special_numbers_say_what_their_bits_mean() -> None:
    assert "not a number" in explain_bits("nan", "float32").formula
    assert "−infinity" in explain_bits("-inf", "float16").formula
    assert "no 1 is added" in explain_bits("1e-7", "float16").formula
    assert explain_bits("0.5", "bool").stored == "True"
    assert isnan(float(explain_bits("nan", "float64").stored))


@pytest.mark.parametrize("preset", DTYPE_PRESETS, ids=lambda preset: preset.title)
def test_the_snippets_print_what_the_page_shows(preset: DtypePreset) -> None:
    table = explain_dtypes(preset.values)
    expected = ""
    for row in table.rows:
        expected += f"{row.dtype} {row.cast.tolist()}\n" + (f"{row.refused}\n" if row.refused else "")
    assert printed(table.code) == expected
    bits = explain_bits(preset.one, preset.dtype)
    assert bits.refusal is None
    assert bits.groups


@examples(1000)
@given(
    st.one_of(st.text(max_size=30), st.text(alphabet="0123456789.,-+*e nafiTru[]()", max_size=30)),
    st.sampled_from(SHOWN),
)
def test_garbage_is_explained_and_never_raises(text: str, dtype: str) -> None:
    table, bits = explain_dtypes(text), explain_bits(text, dtype)
    assert bool(table.refusal) != bool(table.rows)
    assert bool(bits.refusal) != bool(bits.groups)


def test_what_does_not_fit_a_table_is_refused() -> None:
    assert "room for 12" in str(explain_dtypes(", ".join(["1"] * 13)).refusal)
    assert "no number here" in str(explain_dtypes("[]").refusal)
    assert "one number" in str(explain_bits("1, 2", "int8").refusal)
