from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.picture.number import bracketed, cell_text, full_text, number_text


@pytest.mark.parametrize(
    ("value", "cell", "full"),
    [
        (7, "7", "7"),
        (-12, "−12", "−12"),
        (True, "True", "True"),
        (1.0, "1.0", "1.0"),
        (0.1, "0.1", "0.1"),
        (1 / 3, "0.3333", "0.33333333"),
        (np.float32(0.1), "0.1", "0.1"),
        (123456.0, "123456.0", "123456.0"),
        (1.5e-7, "1.5e−07", "1.5e−07"),
        (np.inf, "inf", "inf"),
        (-np.inf, "−inf", "−inf"),
        (-0.0, "−0.0", "−0.0"),
        (np.iinfo(np.int64).min, "−9.223e+18", "−9223372036854775808"),
        (123456789, "123456789", "123456789"),
        (np.uint8(255), "255", "255"),
        (1 - 2j, "(1−2j)", "(1−2j)"),
        (1j / 3, "(0+0.3333j)", "(0+0.33333333j)"),
        ("a-b", "a-b", "a-b"),
        (np.datetime64("2026-01-02"), "2026-01-02", "2026-01-02"),
        (np.nan, "nan", "nan"),
        (2.0**40, "1.1e+12", "1.099512e+12"),
    ],
)
def test_numbers_are_written_short_in_cells_and_longer_in_formulas(value: object, cell: str, full: str) -> None:
    assert cell_text(np.array([value])[0]) == cell
    assert full_text(np.array([value])[0]) == full


@pytest.mark.parametrize("write", [cell_text, full_text])
@given(value=st.floats() | st.integers() | st.complex_numbers())
def test_no_number_is_written_with_a_hyphen(write: Callable[[object], str], value: complex) -> None:
    assert "-" not in write(value)


@given(st.floats(-1e300, 1e300), st.integers(1, 12))
def test_a_written_number_is_the_number_to_so_many_digits(value: float, digits: int) -> None:
    read = float(number_text(value, digits).replace("−", "-"))
    assert read == pytest.approx(value, rel=5.001 * 10.0 ** -max(digits - 1, 1))


@given(st.integers())
def test_a_whole_number_is_exact_in_a_formula(value: int) -> None:
    assert int(full_text(value).replace("−", "-")) == value


def test_a_change_may_show_its_plus_and_a_sign_after_a_sign_is_bracketed() -> None:
    assert [number_text(value, 4, plus=True) for value in (0.25, -0.25, 0.0, 3)] == ["+0.25", "−0.25", "0.0", "+3"]
    assert [bracketed(number_text(value, 4)) for value in (-1.5, 1.5)] == ["(−1.5)", "1.5"]
