"""The sets of points. Each is a function that a script can hold as it stands here: it takes a count and a generator.

Classes take turns, so that each has half of the points. Coordinates have two decimals: they can be read, typed and
computed with by hand.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from primer_core.lessons.playground.question import EDGE, OWN, read_points

Drawn = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]
"""x, y and class of each point, (n,) each."""

FIVE = ((-1.2, 3.1, 0), (-0.9, 2.9, 0), (-0.5, 2.6, 0), (2.3, -1.1, 1), (2.7, -1.5, 1))
FIVE_TEST = ((-0.8, 2.8, 0), (2.6, -1.6, 1))
"""The primer's points: five to train on and two to test with."""


def moons(count: int, rng: np.random.Generator) -> Drawn:
    """Two half circles, each of which reaches into the other."""
    label = np.arange(count) % 2
    angle = rng.uniform(0, np.pi, count)
    x = np.where(label == 0, np.cos(angle), 1 - np.cos(angle))
    y = np.where(label == 0, np.sin(angle), 0.5 - np.sin(angle))
    return 2 * x - 1, 2 * y - 0.5, label


def circles(count: int, rng: np.random.Generator) -> Drawn:
    """A disc, and a ring around it."""
    label = np.arange(count) % 2
    angle = rng.uniform(0, 2 * np.pi, count)
    radius = np.where(label == 0, rng.uniform(2.3, 3, count), 1.3 * np.sqrt(rng.uniform(0, 1, count)))
    return radius * np.cos(angle), radius * np.sin(angle), label


def spirals(count: int, rng: np.random.Generator) -> Drawn:
    """Two arms that wind around each other."""
    label = np.arange(count) % 2
    way = np.sqrt(rng.uniform(0.02, 1, count))
    angle = 2.5 * np.pi * way + np.pi * label
    return 3.4 * way * np.cos(angle), 3.4 * way * np.sin(angle), label


def blobs(count: int, rng: np.random.Generator) -> Drawn:
    """Two round clouds."""
    label = np.arange(count) % 2
    centre = np.where(label == 0, -1.6, 1.6)
    return centre + 0.6 * rng.standard_normal(count), centre + 0.6 * rng.standard_normal(count), label


def xor(count: int, rng: np.random.Generator) -> Drawn:
    """Four squares; those that face each other across the middle have the same class."""
    label = np.arange(count) % 2
    x, y = rng.uniform(0.3, 3, (2, count))
    right = rng.choice([-1, 1], count)
    above = np.where(label == 0, right, -right)
    return x * right, y * above, label


def line(count: int, rng: np.random.Generator) -> Drawn:
    """Heights along a line."""
    x = rng.uniform(-3.5, 3.5, count)
    return x, 0.7 * x - 0.4, np.zeros(count, dtype=int)


def curve(count: int, rng: np.random.Generator) -> Drawn:
    """Heights along a wave."""
    x = rng.uniform(-3.5, 3.5, count)
    return x, 2 * np.sin(1.3 * x), np.zeros(count, dtype=int)


DRAWERS: dict[str, Callable[[int, np.random.Generator], Drawn]] = {
    drawer.__name__: drawer for drawer in (moons, circles, spirals, blobs, xor, line, curve)
}


def source(name: str) -> str:
    """Python that defines the function of a set, its parameters without their types."""
    _, body = inspect.getsource(DRAWERS[name]).split("\n", 1)
    return f"def {name}({', '.join(inspect.signature(DRAWERS[name]).parameters)}):\n{body.rstrip()}"


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """A set of points, split.

    Parameters
    ----------
    x, y
        (n,) float64 with two decimals, from −4 to 4.
    label
        (n,) int64, 0 or 1; 0 where a height is learnt.
    train, test
        Rows of the points to train on, in the order in which a data set has them, and of those to test with.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    label: NDArray[np.int64]
    train: NDArray[np.int64]
    test: NDArray[np.int64]


@lru_cache(maxsize=32)
def points_of(drawn: tuple[str, str, int, float, int, int]) -> Points:
    """The points that follow from `PlaygroundQuestion.drawn`, the same each time."""
    data, own, count, noise, share, seed = drawn
    if data == "five":
        return Points(*_columns((*FIVE, *FIVE_TEST)), np.arange(5), np.arange(5, 7))
    if data in OWN:
        x, y, label = _columns(read_points(own))
        label = label if data == "own" else np.zeros(len(x), dtype=np.int64)
    else:
        rng = np.random.default_rng(seed)
        x, y, label = DRAWERS[data](count, rng)
        x, y = (np.clip(np.round(a + noise * rng.standard_normal(count), 2), -EDGE, EDGE) for a in (x, y))
    rows = np.random.default_rng([seed, 1]).permutation(len(x))
    trained = trained_on(len(x), share)
    return Points(x, y, label.astype(np.int64), rows[:trained], rows[trained:])


def trained_on(count: int, share: int) -> int:
    """How many of so many points are trained on: a share in percent, and at least one."""
    return max(1, round(count * share / 100)) if count else 0


def _columns(points: tuple[tuple[float, float, int], ...]) -> Drawn:
    x, y, label = zip(*points, strict=True) if points else ((), (), ())
    return np.array(x, dtype=np.float64), np.array(y, dtype=np.float64), np.array(label, dtype=np.int64)
