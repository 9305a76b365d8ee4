"""The steps of a prediction, told: what each gave, and code that does the same."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from primer_core.inference import predict_digit, render_strokes
from primer_core.inference.walkthrough import listing, walk
from tests.e2e.digit_strokes import DIGITS
from tests.running_app import PROJECT

STROKES = [{"width": 18, "points": [list(point) for point in stroke]} for stroke in DIGITS[4]]
SETUP = "from primer_core.inference import load_checkpoint\n\nmodel = load_checkpoint()"


def test_each_step_has_the_shape_and_values_that_it_gave() -> None:
    canvas = render_strokes(STROKES)
    prediction = predict_digit(canvas)
    steps = walk(canvas, prediction)
    assert [step.shape for step in steps] == [(280, 280), (28, 28), (1, 1, 28, 28), (1, 10), (1,), (1, 10)]
    by_name = {step.code.split(" ")[0]: step.values for step in steps}
    assert by_name["canvas"] == "78400 numbers from 0 to 255, uint8"
    assert by_name["label"] == "[4]"
    for name, values, error in (
        ("logits", prediction.logits, 0.005),
        ("probabilities", prediction.probabilities, 5e-5),
    ):
        shown = np.array(by_name[name].replace("[", "").replace("]", "").split(), dtype=float)
        np.testing.assert_allclose(shown, values, atol=error * 1.01)


def test_a_blank_canvas_has_no_steps() -> None:
    canvas = np.zeros((280, 280), dtype=np.uint8)
    assert walk(canvas, predict_digit(canvas)) == ()


def test_the_listing_runs_wherever_the_library_is_installed_and_prints_label_and_probability(tmp_path: Path) -> None:
    # As `pip install .` leaves it: the package alone, and nothing else of the project's folder.
    (tmp_path / "installed").mkdir()
    (tmp_path / "installed" / "primer_core").symlink_to(PROJECT / "primer_core")
    prediction = predict_digit(render_strokes(STROKES))
    before, after = listing(prediction, SETUP)
    code = before + "".join(f"    {stroke},\n" for stroke in STROKES) + after
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path / "installed")},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout == f"4 {prediction.probabilities[4]:.4f}\n"
    assert "pip install ." in before
