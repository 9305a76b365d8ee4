"""Curves as data: their axes, and what stands at a place."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.picture.curves import Curve, curve, curves
from tests.profiles import examples


def test_a_level_axis_begins_at_1_and_an_upright_one_at_0() -> None:
    found = curves("Loss", "step", [curve("yours", [1.2, 0.9, 0.31], "b")])
    assert (found.low, found.logarithmic) == (0, False)
    assert found.high >= 1.2
    assert found.places == ((1, "1"), (2, "2"), (3, "3"))
    assert found.stretches(found.curves[0])[0][0][0] == 0
    assert found.read(3) == "step 3: yours 0.31"


def test_numbers_that_run_away_are_drawn_on_a_logarithmic_axis() -> None:
    found = curves("Loss", "step", [curve("yours", [300.0, 1200.0, 76800.0]), curve("correct", [300.0, 1.0, 0.5])])
    assert found.logarithmic
    assert found.height(10.0) - found.height(1.0) == pytest.approx(found.height(100.0) - found.height(10.0))


def test_what_is_not_finite_is_told_and_parts_the_line() -> None:
    found = curves("Loss", "step", [curve("yours", [1.0, 2.0, math.inf, math.nan, 3.0])])
    assert [len(points) for points in found.stretches(found.curves[0])] == [2, 1]
    assert found.read(3) == "step 3: yours inf"
    assert found.read(4) == "step 4: yours nan"


def test_nothing_has_axes_all_the_same() -> None:
    assert curves("Loss", "step", []).read(1) == "step 1: —"
    assert curves("Loss", "step", [curve("yours", [])]).low == 0


def test_a_value_without_a_text_and_one_that_is_not_finite_are_refused() -> None:
    with pytest.raises(ValueError, match="needs a text"):
        Curve("a", (1.0,), ())
    with pytest.raises(ValueError, match="finite"):
        Curve("a", (math.nan,), ("nan",))


@examples(200)
@given(st.lists(st.lists(st.floats(-1e12, 1e12), max_size=30), max_size=3))
def test_every_point_and_tick_lies_within_the_axes(lines: list[list[float]]) -> None:
    found = curves("t", "step", [curve("a", line) for line in lines])
    assert found.low < found.high
    for each in found.curves:
        for points in found.stretches(each):
            assert all(-1e-6 <= share <= 1 + 1e-6 for point in points for share in point)
    assert all(-1e-6 <= found.height(value) <= 1 + 1e-6 for value, _ in found.ticks)
    assert 2 <= len(found.ticks) <= 12
    assert len(found.places) <= 12
