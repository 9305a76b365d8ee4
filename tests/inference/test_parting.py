"""The ink that keeps a drawing from being one of two digits, against the network itself."""

import numpy as np
import pytest

from primer_core.inference import judge, predict_digit, render_strokes
from primer_core.inference.parting import Parting, partings
from primer_core.inference.preprocess import find_ink
from primer_core.inference.verdict import NEAR
from tests.profiles import is_long
from ui.components.digit_pad.examples import EXAMPLES


def drawings() -> list[np.ndarray]:
    """Draw a 4 that closes to a 9, in several steps."""
    first, second = EXAMPLES["4 or 9?"]
    (left, top), (right, _) = first["points"][0], second["points"][0]
    closed = [
        [*(np.array(first["points"]) * 1.0).tolist()],
        second["points"],
    ]
    found = []
    for share in np.linspace(0.2, 1, 13 if is_long() else 5):
        roof = [[left, top], [left + share * (right - left), top]]
        found.append(render_strokes([{"width": 14, "points": points} for points in (*closed, roof)]))
    return found


@pytest.mark.parametrize("canvas", drawings())
def test_what_is_said_of_a_part_is_what_the_network_answers_without_it(canvas: np.ndarray) -> None:
    prediction = predict_digit(canvas)
    first, second = (int(digit) for digit in np.argsort(-prediction.probabilities, kind="stable")[:2])
    tie = judge(prediction, canvas).near_tie or (first, second)
    rows, columns = (np.flatnonzero(find_ink(canvas).any(axis=axis))[[0, -1]] for axis in (1, 0))
    found = partings(canvas, tie)
    assert [part.label for part in found] == [label for label in tie if label in {part.label for part in found}]
    for part in found:
        down, across = (np.linspace(low, high + 1, 4).round().astype(int) for low, high in (rows, columns))
        rest = canvas.copy()
        rest[down[part.row] : down[part.row + 1], across[part.column] : across[part.column + 1]] = 0
        without = predict_digit(rest)
        assert without.label == part.label
        assert float(without.probabilities.max()) == pytest.approx(part.probability)
        assert judge(without, rest).near_tie is None
        top, next_one = np.sort(without.probabilities)[::-1][:2]
        assert top - next_one > NEAR


def test_each_ninth_has_its_words() -> None:
    words = [Parting(4, row, column, 0.9).place for row in range(3) for column in range(3)]
    assert words == [
        "at the top left", "at the top", "at the top right", "at the left", "in the middle", "at the right",
        "at the bottom left", "at the bottom", "at the bottom right",
    ]  # fmt: skip
