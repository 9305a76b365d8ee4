"""What is said of a reading follows from its prediction and its verdict."""

import re
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primer_core.inference import Prediction, Verdict, parse_strokes
from primer_core.inference.parting import Parting
from primer_core.inference.strokes import Stroke
from primer_core.inference.verdict import FoundDigit
from tests.profiles import examples
from ui.drawing.reading import LEAST_PENS, confidence, is_small_for_its_pen, unread, written

GARMENTS = ("T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")


def prediction(**shares: float) -> Prediction:
    """Make a prediction with the shares of some digits, `_4=0.5`; the rest goes to the others in equal parts."""
    named = {int(name[1:]): share for name, share in shares.items()}
    others = (1 - sum(named.values())) / (10 - len(named))
    probabilities = np.array([named.get(digit, others) for digit in range(10)], dtype=np.float32)
    return Prediction(
        label=int(probabilities.argmax()),
        probabilities=probabilities,
        logits=np.log(np.maximum(probabilities, 1e-9)),
        image=np.linspace(0, 1, 784, dtype=np.float32).reshape(28, 28),
        steps=(),
        digit_score=None,
    )


def verdict(
    label: int,
    *,
    near_tie: tuple[int, int] | None = None,
    is_digit: bool | None = True,
    digits: tuple[FoundDigit, ...] = (),
) -> Verdict:
    return Verdict(label=label, near_tie=near_tie, is_digit=is_digit, digits=digits)


def test_one_digit_is_told_with_how_sure_the_network_is() -> None:
    data = written(prediction(_7=0.961), verdict(7))
    assert (data["kind"], data["guess"], data["verdict"]) == ("class", ["7"], "Reads 7: confident")
    assert data["message"] == "96.1 % probability"


@pytest.mark.parametrize(
    ("share", "is_digit", "told"),
    [
        (0.97, True, "97 in 100 like this are 7 · looks like a digit"),
        (0.9949, True, "99 in 100 like this are 7 · looks like a digit"),
        (0.996, True, "More than 99 in 100 like this are 7 · looks like a digit"),
        (0.97, None, "97 in 100 like this are 7"),
    ],
)
def test_shares_of_a_hundred_are_told_of_calibrated_probabilities(share: float, is_digit: bool, told: str) -> None:
    assert written(prediction(_7=share), verdict(7, is_digit=is_digit), calibrated=True)["message"] == told
    assert "in 100" not in written(prediction(_7=share), verdict(7, is_digit=is_digit))["message"]


def test_several_digits_are_told_from_left_to_right() -> None:
    box = (0, 0, 9, 9)
    found = tuple(FoundDigit(label, box) for label in (4, 7, 1))
    data = written(prediction(_4=0.5), verdict(4, is_digit=False, digits=found[:2]))
    assert (data["kind"], data["guess"], data["verdict"]) == ("several", ["4", "7"], "Two digits: 4 and 7")
    assert len(data["probabilities"]) == 10
    three = written(prediction(_4=0.5), verdict(4, is_digit=False, digits=found))
    assert three["verdict"] == "Three digits: 4, 7 and 1"


def test_what_is_no_digit_keeps_its_ten_numbers() -> None:
    data = written(prediction(_4=0.62), verdict(4, is_digit=False))
    assert (data["kind"], data["guess"], data["verdict"]) == ("none", [], "No digit that I know")
    assert data["label"] == 4
    assert data["message"].startswith("If it had to be one of the ten: 4, 62.0 %. Softmax")
    assert len(data["probabilities"]) == 10


def test_a_near_tie_names_both_and_the_ink_that_stands_between_them() -> None:
    tie, near = prediction(_4=0.47, _9=0.41), verdict(4, near_tie=(4, 9))
    data = written(tie, near)
    assert (data["kind"], data["guess"], data["verdict"]) == ("tie", ["4", "9"], "4 or 9: a near tie")
    assert data["message"] == "47.0 % against 41.0 %."
    parts = (Parting(4, 0, 0, 0.912), Parting(9, 1, 2, 0.88))
    assert written(tie, near, partings=parts)["message"] == (
        "47.0 % against 41.0 %. Without the ink at the top left: 4, 91.2 %; without the ink at the right: 9, 88.0 %."
    )
    assert "neither of the two clearly" in written(tie, near, partings=())["message"]


def test_other_classes_than_digits_are_called_by_their_names() -> None:
    data = written(prediction(_9=0.7), verdict(9, is_digit=None), classes=GARMENTS)
    assert (data["guess"], data["verdict"]) == (["Ankle boot"], "Reads Ankle boot: fairly sure")
    assert "digit" not in data["message"]
    assert unread("blank", "It is read while you draw.", classes=GARMENTS)["verdict"] == "Draw something"


def test_a_drawing_small_for_its_pen_is_told() -> None:
    def strokes(height: float, width: float) -> Sequence[Stroke]:
        return parse_strokes([{"width": width, "points": [[100, 100], [104, 100 + height - width]]}])

    assert is_small_for_its_pen(strokes(LEAST_PENS * 18 - 1, 18))
    assert not is_small_for_its_pen(strokes(LEAST_PENS * 18 + 1, 18))
    assert not is_small_for_its_pen(())
    data = written(prediction(_1=0.97), verdict(1), is_small=True)
    assert "less than four pens large" in data["message"]


@examples(300)
@given(
    st.lists(st.floats(0, 1), min_size=10, max_size=10).filter(lambda weights: np.float32(sum(weights)) > 0),
    st.sampled_from([True, False, None]),
    st.booleans(),
    st.booleans(),
)
def test_no_sentence_says_more_than_the_numbers(
    weights: list[float], is_digit: bool | None, calibrated: bool, ties: bool
) -> None:
    shares = np.array(weights, dtype=np.float32) / np.float32(sum(weights))
    found = prediction(**{f"_{digit}": float(share) for digit, share in enumerate(shares[:9])})
    first, second = (int(digit) for digit in np.argsort(-found.probabilities, kind="stable")[:2])
    told = verdict(first, near_tie=(first, second) if ties else None, is_digit=is_digit)
    data = written(found, told, calibrated=calibrated)
    assert data["label"] == first
    assert set(re.findall(r"(?<![\d.])\d(?![\d. ])", data["verdict"])) <= {str(first), str(second)}
    if data["kind"] == "class":
        assert data["verdict"].endswith(confidence(float(found.probabilities[first])))
    for percent in re.findall(r"(?<!> )\b(\d+\.\d) %", data["message"]):
        assert min(abs(found.probabilities * 100 - float(percent))) <= 0.0501
