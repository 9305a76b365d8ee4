"""What follows from a prediction: near ties, no digit, several digits."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy import ndimage
from torch import nn

from primer_core.inference import Verdict, judge, parse_strokes, predict_digit, render_strokes
from primer_core.inference.preprocess import find_ink
from primer_core.inference.verdict import LEAST_SCORE, NEAR
from primer_core.models import build_model
from primer_core.models.normalise import Normalised
from tests.e2e.digit_strokes import DIGITS

Strokes = list[dict[str, object]]


def beside(*digits: int, gap: float = 12, width: float = 8) -> Strokes:
    """Digits from left to right, each 60 pad units tall."""
    drawn: Strokes = []
    left = 20.0
    for digit in digits:
        strokes = [np.array(stroke, dtype=float) for stroke in DIGITS[digit]]
        points = np.concatenate(strokes)
        low = points.min(axis=0)
        scale = 60 / float(np.ptp(points[:, 1]))
        drawn += [{"width": width, "points": ((s - low) * scale + (left, 80)).tolist()} for s in strokes]
        left += float(np.ptp(points[:, 0])) * scale + width + gap
    return drawn


def judged(strokes: Strokes) -> Verdict:
    canvas = render_strokes(strokes)
    return judge(predict_digit(canvas), canvas)


class Answers(nn.Module):
    """Answers probabilities that it was told."""

    def __init__(self, *probabilities: float) -> None:
        super().__init__()
        self.logits = torch.tensor([probabilities]).log()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.logits.expand(len(images), -1)


@pytest.mark.parametrize("digit", range(10))
def test_one_digit_is_one_digit(digit: int) -> None:
    verdict = judged([{"width": 16, "points": points} for points in DIGITS[digit]])
    assert verdict == Verdict(label=digit, near_tie=None, is_digit=True, digits=())


@pytest.mark.parametrize("digits", [(3, 7), (1, 1), (5, 4), (1, 0), (0, 8), (9, 9), (2, 6), (4, 2), (1, 2, 3)])
def test_digits_side_by_side_are_found_from_left_to_right(digits: tuple[int, ...]) -> None:
    verdict = judged(beside(*digits))
    assert tuple(found.label for found in verdict.digits) == digits
    boxes = [found.box for found in verdict.digits]
    assert all(a[2] <= b[0] for a, b in pairwise(boxes))
    assert not verdict.is_digit


def touching(first: int, second: int) -> Strokes:
    """Two digits side by side, moved together until all ink hangs together."""
    for gap in range(0, -30, -2):
        strokes = beside(first, second, gap=gap)
        if ndimage.label(find_ink(render_strokes(strokes)), structure=np.ones((3, 3)))[1] == 1:
            return strokes
    raise AssertionError("they do not come to touch")


@pytest.mark.parametrize("digits", [(1, 0), (4, 7), (3, 6), (9, 1), (2, 8)])
def test_digits_that_touch_are_found_by_their_strokes(digits: tuple[int, int]) -> None:
    strokes = touching(*digits)
    canvas = render_strokes(strokes)
    prediction = predict_digit(canvas)
    assert judge(prediction, canvas).digits == (), "their ink is one piece"
    verdict = judge(prediction, canvas, strokes=parse_strokes(strokes))
    assert tuple(found.label for found in verdict.digits) == digits


@pytest.mark.parametrize("digit", range(10))
def test_one_digit_is_one_by_its_strokes_too(digit: int) -> None:
    strokes = [{"width": 16, "points": points} for points in DIGITS[digit]]
    canvas = render_strokes(strokes)
    assert judge(predict_digit(canvas), canvas, strokes=parse_strokes(strokes)).digits == ()


def test_a_box_holds_just_the_ink_of_its_digit() -> None:
    strokes = beside(3, 7)
    canvas = render_strokes(strokes)
    first, second = judge(predict_digit(canvas), canvas).digits
    for found, alone in ((first, render_strokes(strokes[:1])), (second, render_strokes(strokes[1:]))):
        rows, columns = (np.flatnonzero((alone > 60).any(axis=axis)) for axis in (1, 0))
        np.testing.assert_allclose(found.box, (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1), atol=1)


def test_strokes_of_one_digit_that_do_not_touch_are_not_several() -> None:
    five = [[[110, 70], [106, 130], [150, 125], [180, 160], [165, 215], [100, 220]], [[130, 48], [200, 44]]]
    four = [[[90, 60], [86, 140], [150, 142]], [[172, 50], [168, 230]]]
    for digit, strokes in ((5, five), (4, four)):
        verdict = judged([{"width": 14, "points": points} for points in strokes])
        assert (verdict.label, verdict.digits) == (digit, ())


def test_a_digit_and_a_speck_are_not_several() -> None:
    assert judged([*beside(3), {"width": 6, "points": [[200, 130]]}]).digits == ()


def test_two_probabilities_that_lie_close_are_a_near_tie_of_the_first_and_the_second() -> None:
    canvas = render_strokes(beside(4))
    for gap in (0.0, 0.05, NEAR - 0.001, NEAR + 0.001, 0.5):
        rest = [0.01] * 8
        first, second = (0.92 + gap) / 2, (0.92 - gap) / 2
        probabilities = [*rest[:4], second, *rest[4:7], first, *rest[7:]]  # second: 4, first: 8
        model = Answers(*probabilities)
        verdict = judge(predict_digit(canvas, model), canvas, model)
        assert verdict.near_tie in ([(8, 4), (4, 8)] if gap == 0 else [(8, 4)] if gap <= NEAR else [None])
        if verdict.near_tie:
            assert verdict.near_tie[0] == verdict.label


def test_of_a_network_with_ten_outputs_it_is_not_known_whether_it_saw_a_digit() -> None:
    model = Normalised(build_model("mlp-128-64", seed=0), mean=0.13, std=0.31).eval()
    canvas = render_strokes(beside(3, 7))
    prediction = predict_digit(canvas, model)
    assert prediction.digit_score is None
    verdict = judge(prediction, canvas, model)
    assert verdict.is_digit is None
    assert verdict.digits == ()


def test_a_blank_canvas_is_no_digit() -> None:
    canvas = np.zeros((280, 280), dtype=np.uint8)
    assert predict_digit(canvas).digit_score == 0
    assert judge(predict_digit(canvas), canvas) == Verdict(label=None, near_tie=None, is_digit=False, digits=())


NO_DIGITS: dict[str, list[list[list[float]]]] = {
    "zigzag": [[[40, 60], [70, 220], [100, 60], [130, 220], [160, 60], [190, 220], [220, 60]]],
    "zigzag that lies": [[[60, 50], [220, 70], [60, 100], [220, 130], [60, 160], [220, 190], [60, 220]]],
    "M": [[[60, 220], [70, 60], [140, 170], [210, 60], [220, 220]]],
    "H": [[[80, 50], [80, 230]], [[200, 50], [200, 230]], [[80, 140], [200, 140]]],
    "E": [[[90, 50], [90, 230]], [[90, 50], [200, 50]], [[90, 140], [180, 140]], [[90, 230], [200, 230]]],
    "W": [[[50, 60], [95, 220], [140, 90], [185, 220], [230, 60]]],
    "plus": [[[140, 60], [140, 220]], [[60, 140], [220, 140]]],
    "equals": [[[60, 110], [220, 110]], [[60, 170], [220, 170]]],
    "hash": [[[110, 50], [100, 230]], [[180, 50], [170, 230]], [[50, 110], [230, 110]], [[50, 175], [230, 175]]],
    "star": [[[140, 40], [190, 220], [50, 105], [230, 105], [90, 220], [140, 40]]],
    "house": [[[70, 230], [70, 120], [140, 50], [210, 120], [210, 230], [70, 230]]],
    "a line that lies": [[[60, 140], [220, 143]]],
}


@pytest.mark.parametrize("name", NO_DIGITS)
def test_what_is_no_digit_is_said_to_be_none(name: str) -> None:
    for width in (5, 14):
        canvas = render_strokes([{"width": width, "points": points} for points in NO_DIGITS[name]])
        prediction = predict_digit(canvas)
        assert prediction.digit_score is not None
        assert prediction.digit_score < LEAST_SCORE
        assert judge(prediction, canvas).is_digit is False
        assert prediction.probabilities.sum() == pytest.approx(1, abs=1e-5)


HABITS: dict[str, tuple[int, list[list[list[float]]]]] = {
    "a 0 with a slash": (0, [
        [[140, 50], [100, 75], [85, 140], [102, 208], [140, 230], [178, 208], [195, 140], [180, 75], [140, 50]],
        [[188, 62], [94, 216]]]),
    "a 7 with a bar, drawn in one go": (7, [
        [[86, 58], [196, 54], [160, 130], [132, 232], [120, 190], [110, 146], [186, 140]]]),
    "a 7 with a hooked start": (7, [[[88, 92], [94, 56], [198, 54], [160, 130], [136, 232]]]),
    "a 1 with a long flag and no foot": (1, [[[76, 150], [158, 50], [156, 232]]]),
    "a slanted 1 with flag and foot": (1, [[[112, 92], [164, 50], [128, 228]], [[92, 228], [172, 226]]]),
    "a 9 with a tiny loop and a tail bent left": (9, [
        [[168, 78], [146, 62], [134, 84], [150, 98], [170, 78], [168, 150], [146, 206], [100, 230]]]),
    "a 5 with its roof apart": (5, [
        [[106, 76], [102, 132], [150, 126], [182, 160], [164, 218], [94, 226]], [[122, 50], [200, 44]]]),
    "a 6 curled at its top": (6, [
        [[184, 82], [170, 54], [132, 60], [102, 110], [92, 170], [112, 222], [160, 226], [184, 190], [158, 156],
         [100, 172]]]),
    "an open 4": (4, [[[96, 60], [90, 128], [112, 148], [180, 138]], [[186, 54], [170, 232]]]),
}  # fmt: skip


@pytest.mark.parametrize("name", HABITS)
def test_habits_that_mnist_lacks_are_read_with_thin_and_thick_pens(name: str) -> None:
    digit, strokes = HABITS[name]
    read = [predict_digit(render_strokes([{"width": w, "points": p} for p in strokes])).label for w in (3, 8, 14, 22)]
    assert read == [digit] * 4
