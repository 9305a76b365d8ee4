"""Digits as a learner might draw them: the strokes of the journeys, turned, scaled and shaken, with any pen."""

import numpy as np

from primer_core.inference import preprocess, render_strokes
from primer_core.training.teaching import Teaching
from tests.e2e.digit_strokes import DIGITS

#: A slash through a 0: a habit of hands that MNIST lacks.
SLASH = ((190, 50), (90, 230))


def drawn(digit: int, rng: np.random.Generator, *, slashed: bool = False) -> bytes:
    """One drawing, as 784 bytes."""
    turn, stretch = rng.normal(0, 0.08), rng.uniform(0.7, 1.0, 2)
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    strokes = []
    for stroke in (*DIGITS[digit], *[SLASH] * slashed):
        points = (np.array(stroke) - 140) * stretch @ turned + 140
        strokes.append({"width": rng.uniform(12, 24), "points": points + rng.normal(0, 2, points.shape)})
    image = preprocess(render_strokes(strokes))
    assert image is not None
    return np.round(image * 255).astype(np.uint8).tobytes()


def slashed_zeros(network: bytes, count: int, seed: int) -> Teaching:
    """A network, and so many slashed zeros for it to learn."""
    rng = np.random.default_rng(seed)
    return Teaching(network, b"".join(drawn(0, rng, slashed=True) for _ in range(count)), (0,) * count)
