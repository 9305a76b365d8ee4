"""Strokes that stand side by side, and strokes that make one digit."""

import numpy as np
import pytest

from primer_core.inference.stroke_groups import stroke_groups
from primer_core.inference.strokes import MAX_POINTS, MAX_STROKES, Stroke
from tests.e2e.digit_strokes import DIGITS


def line(*points: tuple[float, float], width: float = 10) -> Stroke:
    return Stroke(points, width)


ONE = line((60, 50), (60, 150))
SEVEN = line((50, 50), (110, 50), (70, 150))
BAR = line((60, 100), (105, 100))


def test_groups_come_from_left_to_right_whatever_was_drawn_first() -> None:
    far, farther = line((140, 60), (144, 150)), line((200, 50), (205, 140), (240, 90))
    assert stroke_groups([farther, SEVEN, far, BAR]) == ((SEVEN, BAR), (far,), (farther,))


def test_lines_that_touch_are_two_groups_and_lines_that_cross_are_one() -> None:
    touching = line((66, 50), (120, 90), (110, 150))
    assert stroke_groups([ONE, touching]) == ((ONE,), (touching,))
    assert stroke_groups([ONE, line((30, 90), (110, 90))]) == ()


@pytest.mark.parametrize("strokes", [[], [ONE], [SEVEN, BAR], [ONE, line((90, 60), (95, 75))], [ONE, line((90, 60))]])
def test_nothing_one_stroke_and_parts_of_a_digit_are_no_groups(strokes: list[Stroke]) -> None:
    assert stroke_groups(strokes) == ()


@pytest.mark.parametrize("digit", range(10))
def test_a_digit_is_one(digit: int) -> None:
    assert stroke_groups([Stroke(points, 16) for points in DIGITS[digit]]) == ()


def test_every_stroke_is_in_one_group_however_many_there_are() -> None:
    rng = np.random.default_rng(0)
    for many in (2, 3, 9, MAX_STROKES):
        points = rng.uniform(0, 280, (many, MAX_POINTS // MAX_STROKES, 2)).round().tolist()
        strokes = [Stroke(tuple((x, y) for x, y in each), 1) for each in points]
        groups = stroke_groups(strokes)
        assert not groups or sorted(map(id, strokes)) == sorted(id(stroke) for group in groups for stroke in group)
