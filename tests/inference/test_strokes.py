import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from primer_core.inference import Stroke, parse_strokes, render_strokes
from primer_core.inference.strokes import MAX_POINTS, MAX_STROKES
from tests.profiles import examples

coordinates = st.floats(0, 280)
strokes = st.builds(
    lambda points, width: {"points": [list(point) for point in points], "width": width},
    st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=6),
    st.floats(1, 60),
)


def distances(points: list[list[float]]) -> np.ndarray:
    """How far each pixel's centre of a 280x280 picture is from a line through the points."""
    y, x = np.mgrid[:280, :280] + 0.5
    nearest = np.hypot(x - points[0][0], y - points[0][1])
    for (ax, ay), (bx, by) in itertools.pairwise(points):
        dx, dy = bx - ax, by - ay
        length = dx * dx + dy * dy
        if length > 0:
            along = np.clip(((x - ax) * dx + (y - ay) * dy) / length, 0, 1)
            nearest = np.minimum(nearest, np.hypot(x - ax - along * dx, y - ay - along * dy))
    return np.asarray(nearest)


@given(strokes)
@examples(60)
def test_ink_is_exactly_where_the_round_pen_passed(stroke: dict[str, Any]) -> None:
    picture = render_strokes([stroke])
    away = distances(stroke["points"])
    radius = stroke["width"] / 2
    slack = 1.5 + stroke["width"] / 8  # a pixel's half diagonal, and points too close to matter
    assert picture[away < radius - slack].min(initial=255) == 255
    assert picture[away > radius + slack].max(initial=0) == 0


@given(strokes, strokes)
@examples(20)
def test_strokes_add_up_and_their_order_makes_no_difference(first: dict[str, Any], second: dict[str, Any]) -> None:
    both = render_strokes([first, second])
    np.testing.assert_array_equal(both, render_strokes([second, first]))
    assert np.all(both >= np.maximum(render_strokes([first]), render_strokes([second])))


@pytest.mark.parametrize("width", [3, 9, 18, 40])
def test_one_point_is_a_round_dot(width: int) -> None:
    picture = render_strokes([{"width": width, "points": [[140, 100]]}])
    assert picture.sum() / 255 == pytest.approx(math.pi * width**2 / 4, rel=0.05)
    y, x = np.mgrid[:280, :280] + 0.5
    assert (picture * x).sum() / picture.sum() == pytest.approx(140, abs=0.3)
    assert (picture * y).sum() / picture.sum() == pytest.approx(100, abs=0.3)


def test_the_picture_is_anti_aliased_unless_asked_otherwise() -> None:
    drawing = [{"width": 18, "points": [[60, 60], [200, 220]]}]
    soft, hard = render_strokes(drawing), render_strokes(drawing, antialias=False)
    assert len(np.unique(soft)) > 5
    assert set(np.unique(hard)) == {0, 255}
    assert np.abs(soft.astype(float) - hard).mean() < 2


@pytest.mark.parametrize("size", [1, 28, 140, 500])
def test_the_size_changes_the_resolution_and_not_the_drawing(size: int) -> None:
    drawing = [{"width": 30, "points": [[60, 60], [200, 220], [80, 200]]}]
    picture = render_strokes(drawing, size=size)
    assert picture.shape == (size, size)
    assert picture.mean() == pytest.approx(render_strokes(drawing).mean(), rel=0.05, abs=1)


def test_nothing_drawn_is_black() -> None:
    assert not render_strokes([]).any()
    assert not render_strokes([{"width": 18, "points": []}]).any()


def test_each_stroke_has_its_own_width_and_the_brush_is_for_those_without() -> None:
    points = [[100, 100], [180, 100]]
    parsed = parse_strokes([{"points": points, "width": 4}, {"points": points}], brush=25)
    assert [stroke.width for stroke in parsed] == [4, 25]


def test_what_lies_outside_is_clipped() -> None:
    (stroke,) = parse_strokes([{"points": [[-50, 1e9], [300, 140]], "width": 1e6}])
    assert stroke == Stroke(points=((0.0, 280.0), (280.0, 140.0)), width=80.0)
    assert parse_strokes([{"points": [[1, 2]], "width": 0}])[0].width == 1


def test_parsed_strokes_may_be_given_again() -> None:
    raw = [{"points": [[10, 20], [200, 250.5]], "width": 12}, {"points": np.array([[5, 5]]), "width": np.float32(3)}]
    parsed = parse_strokes(raw)
    assert parse_strokes(parsed) == parsed
    np.testing.assert_array_equal(render_strokes(parsed), render_strokes(raw))


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        (None, "must be a list of strokes, got NoneType"),
        ("strokes", "must be a list of strokes, got str"),
        ({"points": [[1, 2]]}, "must be a list of strokes, got dict"),
        ([[[1, 2]]], "stroke 0 must look like"),
        ([{"width": 3}], "stroke 0 must look like"),
        ([{"points": "12"}], "stroke 0 must look like"),
        ([{"points": [[1, 2]]}, {"points": 7}], "stroke 1 must look like"),
        ([{"points": [[1, 2, 3]]}], "points of stroke 0 must be numbers"),
        ([{"points": [1, 2]}], "points of stroke 0 must be numbers"),
        ([{"points": [[1, 2], [3]]}], "points of stroke 0 must be numbers"),
        ([{"points": [["1", "2"]]}], "points of stroke 0 must be numbers"),
        ([{"points": [[None, 2]]}], "points of stroke 0 must be numbers"),
        ([{"points": [[True, False]]}], "points of stroke 0 must be numbers"),
        ([{"points": [[10**400, 2]]}], "points of stroke 0 must be numbers"),
        ([{"points": [[1, math.nan]]}], "points of stroke 0 must be finite"),
        ([{"points": [[1, -math.inf]]}], "points of stroke 0 must be finite"),
        ([{"points": [[1, 2]], "width": math.nan}], "width of stroke 0 must be a finite number"),
        ([{"points": [[1, 2]], "width": "18"}], "width of stroke 0 must be a finite number"),
        ([{"points": [[1, 2]], "width": True}], "width of stroke 0 must be a finite number"),
        ([{"points": [[1, 2]], "width": None}], "width of stroke 0 must be a finite number"),
        ([{"points": []}] * (MAX_STROKES + 1), "at most 1000 strokes"),
        ([{"points": [[1, 2]] * (MAX_POINTS // 2 + 1)}] * 2, "at most 10000 points"),
    ],
)
def test_nonsense_from_outside_is_refused_with_a_reason(raw: object, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        render_strokes(raw)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["points", "width"]), inner),
    max_leaves=8,
)


@given(json_values)
@examples(200)
def test_whatever_a_browser_sends_is_drawn_or_refused(raw: object) -> None:
    try:
        parsed = parse_strokes(raw)
    except ValueError:
        return
    assume(parsed)
    assert render_strokes(parsed).any()


@pytest.mark.parametrize("size", [0, -3, 5000, 2.5, True, "280"])
def test_a_size_out_of_range_is_refused(size: Any) -> None:
    with pytest.raises(ValueError, match="whole number from 1 to 4096"):
        render_strokes([], size=size)


def test_the_largest_drawing_allowed_is_drawn() -> None:
    rng = np.random.default_rng(0)
    assert render_strokes([{"points": rng.uniform(0, 280, (MAX_POINTS, 2)), "width": 2}]).mean() > 100
