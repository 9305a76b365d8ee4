"""What the digit network learns from, and what is measured of it."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from scripts.digit_drawing import draw
from scripts.digit_pens import read_pen_digits
from scripts.digit_strangers import DRAWN_ALONE, several
from scripts.digit_templates import TEMPLATES, draw_template
from scripts.measure_reader import area_under_roc, calibration_error
from scripts.train_checkpoint import fitted_temperature, probabilities

UNIPEN = """\
.INCLUDE dene.doc
.SEGMENT DIGIT    0 ? "8"
.COMMENT 8 12  224
.PEN_DOWN
 267  333
 260  340
.PEN_UP
.DT 100
.PEN_DOWN
 1 2
.PEN_UP
.SEGMENT DIGIT    1 ? "2"
.COMMENT 2 26   54
.PEN_DOWN
 5 6
 7 9
.PEN_UP
"""


def test_pen_strokes_are_read_with_their_writer_and_y_downwards(tmp_path: Path) -> None:
    file = tmp_path / "digits.gz"
    file.write_bytes(gzip.compress(UNIPEN.encode()))
    eight, two = read_pen_digits(file)
    assert (eight.label, eight.writer, two.label, two.writer) == (8, 12, 2, 26)
    np.testing.assert_array_equal(eight.strokes[0], [[267, -333], [260, -340]])
    np.testing.assert_array_equal(eight.strokes[1], [[1, -2]])
    assert len(two.strokes) == 1


def test_a_file_without_digits_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "other.gz"
    file.write_bytes(gzip.compress(b"nothing here\n"))
    with pytest.raises(ValueError, match="holds no digits"):
        read_pen_digits(file)


def test_every_typed_way_of_a_digit_and_every_kind_of_no_digit_gives_an_image() -> None:
    rng = np.random.default_rng(0)
    digits = [(draw_template(digit, rng, 0.02), digit) for digit in TEMPLATES]
    made = [strokes for strokes, _ in digits]
    made += [kind(rng) for kind in DRAWN_ALONE.values() for _ in range(20)]
    made += [several(digits, rng) for _ in range(20)]
    for strokes in made:
        image = draw(strokes, rng)
        assert image is not None
        assert image.shape == (28, 28)
        assert image.max() == 255


def test_the_area_under_the_curve_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(1)
    digits, strangers = rng.integers(0, 9, 300) + 2.0, rng.integers(0, 9, 200) * 1.0
    labels = np.concatenate([np.ones(300), np.zeros(200)])
    expected = roc_auc_score(labels, np.concatenate([digits, strangers]))
    assert area_under_roc(digits, strangers) == pytest.approx(expected)


def test_a_temperature_is_found_again_and_makes_the_calibration_error_small() -> None:
    rng = np.random.default_rng(2)
    logits = rng.normal(0, 2, (20_000, 10))
    true = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (true.cumsum(axis=1) > rng.random((20_000, 1))).argmax(axis=1)
    assert fitted_temperature(logits * 0.7, labels) == pytest.approx(0.7, abs=0.03)
    for temperature, least, most in ((0.7, 0.0, 0.015), (1.4, 0.05, 1.0)):
        given = probabilities(logits * 0.7, temperature)
        error = calibration_error(given.max(axis=1), given.argmax(axis=1) == labels)
        assert least <= error <= most
