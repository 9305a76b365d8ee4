"""From a drawing to a digit: strokes, the 28x28 image that a network sees, and its prediction.

Importing this package is cheap: torch is loaded by the first prediction, not before.
"""

from primer_core.inference.predict import Prediction, PredictionStep, load_checkpoint, predict_digit
from primer_core.inference.preprocess import preprocess
from primer_core.inference.strokes import Stroke, parse_strokes, render_strokes
from primer_core.inference.trained import load_trained, shipped_network
from primer_core.inference.verdict import FoundDigit, Verdict, judge

__all__ = [
    "FoundDigit",
    "Prediction",
    "PredictionStep",
    "Stroke",
    "Verdict",
    "judge",
    "load_checkpoint",
    "load_trained",
    "parse_strokes",
    "predict_digit",
    "preprocess",
    "render_strokes",
    "shipped_network",
]
