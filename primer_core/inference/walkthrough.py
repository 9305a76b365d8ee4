"""From pen strokes to a class, step by step: the shape and the values of each, and the code that prints the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from primer_core.inference.predict import Prediction

_EXPLAINED = {
    "canvas": "The pad, drawn from the strokes",
    "image": "Cut to the ink, scaled to 20 pixels, centre of mass in the middle",
    "batch": "A batch axis and a colour axis in front: networks read batches of images",
    "logits": "One score a class; any number, no scale of its own",
    "probabilities": "Scores made positive and divided by their sum",
    "label": "The place of the largest score",
}
_MOST_VALUES = 10
_LINE = 42  # characters: five numbers


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a prediction.

    Parameters
    ----------
    code
        As written in Python.
    why
        What it does, in a few words.
    shape
        Of what it gives.
    values
        What it gave: each value if there are few, else their range.
    """

    code: str
    why: str
    shape: tuple[int, ...]
    values: str


def walk(canvas: NDArray[np.uint8], prediction: Prediction) -> tuple[Step, ...]:
    """The steps that led from a canvas to a prediction; none for a blank canvas.

    Parameters
    ----------
    canvas
        (height, width), ink bright on dark, as `predict_digit` was given it.
    prediction
        What `predict_digit` made of it.
    """
    if prediction.is_blank:
        return ()
    given = {"image": "image = torch.from_numpy(preprocess(canvas))"}
    found = [("canvas = render_strokes(strokes)", canvas), *((step.code, step.values) for step in prediction.steps)]
    return tuple(
        Step(given.get(code, code), _EXPLAINED[code.split(" ")[0]], values.shape, _text(values))
        for code, values in found
    )


def listing(prediction: Prediction, setup: str) -> tuple[str, str]:
    """Python that reads strokes with the same network and prints label and probability, in two parts.

    Between the two belongs a line for each stroke, which is a dict as `render_strokes` takes it, with a comma.

    Parameters
    ----------
    prediction
        What `predict_digit` made of any drawing that is not blank, with that network.
    setup
        Lines that define ``model``, imports among them.
    """
    steps = "\n".join(step.code for step in prediction.steps[1:])
    before = f"""\
# primer_core is the library of this app: `pip install .` in the app's folder gives it.
import torch
from primer_core.inference import preprocess, render_strokes
{setup}

strokes = [
"""
    after = f"""\
]
canvas = render_strokes(strokes)
image = torch.from_numpy(preprocess(canvas))
{steps}
print(label.item(), f"{{probabilities.max().item():.4f}}")
"""
    return before, after


def _text(values: NDArray[np.generic]) -> str:
    if values.size > _MOST_VALUES:
        return f"{values.size} numbers from {values.min():g} to {values.max():g}, {values.dtype}"
    digits = 4 if np.abs(values).max() <= 1 else 2
    return np.array2string(values, precision=digits, suppress_small=True, max_line_width=_LINE, floatmode="fixed")
