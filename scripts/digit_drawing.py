"""Strokes drawn as people draw them with a mouse, a finger or a pen, and made into images as the pad's drawings are."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from primer_core.inference import preprocess, render_strokes

Strokes = Sequence[NDArray[np.float64]]
"""A drawing: (points, 2) a stroke, x to the right and y down, in any unit."""

_HEIGHT = 200  # pad units of the longer side of what is drawn, the pen's width not counted
FAT = 0.2
"""How many of the drawings that `draw` makes have a fat pen."""


def draw(strokes: Strokes, rng: np.random.Generator, fat: float = FAT) -> NDArray[np.uint8] | None:
    """Draw strokes as a hand might: slanted, bent, shaky, sketchy, with a pen from hair-thin to fat.

    Parameters
    ----------
    strokes
        What to draw.
    rng
        Source of randomness.
    fat
        How likely the pen is fat: what is drawn is then three to six pens tall.

    Returns
    -------
    uint8 (28, 28), as `preprocess` places a drawing, or None where there is nothing to see.
    """
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    unit = max(float((high - low).max()), 1e-6)
    angle, shear = rng.uniform(-0.22, 0.22), rng.uniform(-0.25, 0.25)
    stretch = math.exp(rng.normal(0, 0.15))
    matrix = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    matrix = matrix @ np.array([[stretch, shear], [0, 1 / stretch]]) / unit
    tremor = rng.uniform(0, 0.015) * (rng.random() < 0.5)
    spacing = rng.uniform(0.05, 0.25) if rng.random() < 0.3 else 0.02
    bend = _bend(rng, rng.uniform(0, 0.05))
    apart = rng.uniform(0.005, 0.03)
    drawn = []
    for stroke in strokes:
        moved = (stroke - (low + high) / 2) @ matrix.T
        moved = _resampled(_cut(moved + bend(moved) + rng.normal(0, apart, 2), rng), spacing)
        drawn.append(moved + rng.normal(0, tremor, moved.shape))
    pen = rng.uniform(4, 9) if rng.random() < fat else math.exp(rng.uniform(math.log(0.3), math.log(5)))
    return pictured(drawn, pen / 20 * _HEIGHT, size=112)


def pictured(strokes: Strokes, width: float, size: int = 280) -> NDArray[np.uint8] | None:
    """Draw strokes as they are, `_HEIGHT` pad units tall or wide, with a round pen of that width in pad units.

    Returns
    -------
    As `draw` does.
    """
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    side = _HEIGHT / max(float((high - low).max()), 1e-6)
    pad = [{"width": width, "points": ((p - (low + high) / 2) * side + 140).tolist()} for p in strokes]
    image = preprocess(render_strokes(pad, size=size, antialias=size > 200))
    return None if image is None else np.round(image * 255).astype(np.uint8)


def _bend(rng: np.random.Generator, amount: float) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """A smooth displacement of the plane: a wave along each axis."""
    waves = rng.normal(0, 0.8, (2, 2))
    phases = rng.uniform(0, 2 * math.pi, 2)
    return lambda points: amount * np.sin(2 * math.pi * points @ waves.T + phases)


def _cut(stroke: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Begin a little late or stop a little early, now and then."""
    if len(stroke) < 12 or rng.random() < 0.6:
        return stroke
    most = len(stroke) // 12
    return stroke[rng.integers(most + 1) : len(stroke) - rng.integers(most + 1)]


def _resampled(stroke: NDArray[np.float64], spacing: float) -> NDArray[np.float64]:
    """Points at even distances along a stroke: few of them make it angular, as a fast mouse does."""
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))])
    places = np.linspace(0, along[-1], max(2, math.ceil(along[-1] / spacing) + 1))
    return np.stack([np.interp(places, along, stroke[:, axis]) for axis in (0, 1)], axis=1)
