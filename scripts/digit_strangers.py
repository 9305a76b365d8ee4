"""Drawings that are no digit, in five kinds: what the digit score learns to tell from digits.

What many people write like a digit is left out: letters such as O, l, S and Z, signs such as | and the infinity sign,
a circle. Nothing here was drawn by people: letters and signs are glyphs of fonts (those that come with matplotlib),
thinned to strokes; doodles were typed in by hand as the digits' templates were; scribbles are drawn at random.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from scripts.digit_drawing import Strokes
from scripts.digit_templates import typed_strokes
from scripts.digit_tracing import trace

Thing = TypeVar("Thing")

KINDS = ("letters", "signs", "scribbles", "doodles", "several")

NO_DIGIT = 10
"""Label of what is none of the ten."""

LETTERS = "ACEFHKLMNPRTUVWXacdefhkmnprtuvwx" + "ΓΔΛΞΠΣΨΩλμπψω" + "ЖИДЛПШЩЦЮЯЫжш"
SIGNS = "+×÷=%@#*~^<>{[→←↑↓✓√∑≠≤±€£∆∇∈∀∪∩⊂∧"

_LETTER_FONTS = ("DejaVuSans", "DejaVuSansMono", "DejaVuSerif-Italic", "STIXGeneral", "STIXGeneralItalic")
_SIGN_FONTS = ("DejaVuSans", "DejaVuSansMono", "STIXGeneral")

_CIRCLE = "50,0 15,15 0,50 15,85 50,100 85,85 100,50 85,15 50,0"

DOODLES: tuple[str, ...] = (
    # a house, with and without a door
    "0,50 0,50 50,0 50,0 100,50 100,50 100,100 100,100 0,100 0,100 0,50",
    "10,45 10,45 10,100 10,100 90,100 90,100 90,45 | 0,50 0,50 50,0 50,0 100,50"
    " | 40,100 40,70 40,70 60,70 60,70 60,100",
    # faces
    _CIRCLE + " | 32,35 34,37 | 66,35 68,37 | 25,62 40,78 60,78 75,62",
    _CIRCLE + " | 32,32 32,45 | 68,32 68,45 | 25,78 40,65 60,65 75,78",
    "0,10 0,10 20,30 20,30 80,30 80,30 100,10 95,60 50,100 5,60 0,10 | 30,50 32,52 | 70,50 72,52 | 45,70 50,75 55,70",
    # a star, a heart, a triangle, a square, a cross, a bolt
    "50,0 50,0 80,95 80,95 2,35 2,35 98,35 98,35 20,95 20,95 50,0",
    "50,25 25,0 0,20 10,55 50,100 50,100 90,55 100,20 75,0 50,25",
    "50,0 50,0 100,90 100,90 0,90 0,90 50,0",
    "0,0 0,0 100,0 100,0 100,100 100,100 0,100 0,100 0,0",
    "0,0 100,100 | 100,0 0,100",
    "60,0 60,0 20,55 20,55 60,50 60,50 30,100",
    # arrows
    "0,50 100,50 | 70,20 100,50 100,50 70,80",
    "50,100 50,0 | 20,30 50,0 50,0 80,30",
    # a person
    "50,0 38,8 38,20 50,28 62,20 62,8 50,0 | 50,28 50,65 | 20,42 80,42 | 50,65 25,100 | 50,65 75,100",
    # a fir, a flower
    "50,0 50,0 20,40 20,40 80,40 80,40 50,0 | 50,30 50,30 10,80 10,80 90,80 90,80 50,30 | 50,80 50,100",
    "50,35 35,20 50,5 65,20 50,35 75,25 85,45 50,40 60,65 50,70 45,42 20,55 15,35 50,35 | 50,45 50,100",
    # a fish, a cup, an umbrella, a boat
    "100,20 70,60 30,80 0,50 30,20 70,40 100,80 | 22,45 24,47",
    "0,0 0,0 10,100 10,100 70,100 70,100 80,0 80,0 0,0 | 78,20 100,25 98,60 74,65",
    "0,50 15,10 50,0 85,10 100,50 100,50 0,50 | 50,50 50,90 40,100 30,92",
    "0,65 100,65 80,100 80,100 20,100 20,100 0,65 | 50,65 50,0 50,0 85,50 85,50 50,52",
    # a sun, a moon, a cloud
    "50,30 35,36 30,50 36,64 50,70 64,64 70,50 64,36 50,30 | 50,0 50,18 | 50,82 50,100 | 0,50 18,50 | 82,50 100,50"
    " | 15,15 27,27 | 73,73 85,85 | 15,85 27,73 | 73,27 85,15",
    "60,0 25,20 15,55 35,90 70,100 70,100 50,75 42,45 60,0",
    "20,80 0,60 15,40 30,40 35,15 65,10 75,35 100,45 95,75 80,80 20,80",
    # an envelope, a flag, a ladder, a window, a hash, a key, scissors, a bottle, a lamp, a car, glasses
    "0,15 0,15 100,15 100,15 100,85 100,85 0,85 0,85 0,15 | 0,15 50,55 50,55 100,15",
    "10,100 10,0 10,0 80,10 80,10 80,45 80,45 10,50",
    "20,0 20,100 | 80,0 80,100 | 20,20 80,20 | 20,40 80,40 | 20,60 80,60 | 20,80 80,80",
    "0,0 0,0 100,0 100,0 100,100 100,100 0,100 0,100 0,0 | 50,0 50,100 | 0,50 100,50",
    "30,0 25,100 | 70,0 65,100 | 0,35 100,35 | 0,68 100,68",
    "20,30 5,40 5,60 20,70 35,60 35,40 20,30 | 35,50 100,50 | 80,50 80,70 | 95,50 95,68",
    "0,0 90,85 | 0,85 90,0 | 0,0 -15,10 -5,22 8,12 0,0",
    "40,0 40,0 40,30 20,45 20,100 20,100 80,100 80,100 80,45 60,30 60,0 60,0 40,0",
    "30,0 70,0 70,0 95,55 95,55 5,55 5,55 30,0 | 50,55 50,100 | 25,100 75,100",
    "0,70 10,45 30,40 40,15 75,15 85,42 100,48 100,70 100,70 0,70 | 25,70 18,82 30,88 36,75 | 70,70 65,82 76,88 82,75",
    "20,30 0,50 20,70 40,50 20,30 | 80,30 60,50 80,70 100,50 80,30 | 40,48 60,48",
    # a mountain range, stairs, a pot, a snail, a cat, a hand-drawn question box
    "0,90 25,20 25,20 45,60 45,60 70,0 70,0 100,90",
    "0,100 0,75 0,75 25,75 25,75 25,50 25,50 50,50 50,50 50,25 50,25 75,25 75,25 75,0 75,0 100,0",
    "0,30 100,30 | 10,30 20,100 80,100 90,30 | 40,30 40,10 60,10 60,30",
    "0,95 80,95 95,60 70,35 45,50 55,75 72,65 65,55 | 0,95 5,65 | 8,70 0,55",
    "20,40 20,10 20,10 35,25 65,25 80,10 80,10 80,40 75,65 50,72 25,65 20,40 | 50,72 30,100 70,100 50,72",
)


def letters(rng: np.random.Generator) -> Strokes:
    """A Latin, Greek or Cyrillic letter that is written like no digit."""
    return _any_of(_glyphs(LETTERS, _LETTER_FONTS), rng)


def signs(rng: np.random.Generator) -> Strokes:
    """A sign: of arithmetic, of punctuation, an arrow, a dot, a line that lies."""
    if rng.random() < 0.12:
        return _marks(rng)
    return _any_of(_glyphs(SIGNS, _SIGN_FONTS), rng)


def doodles(rng: np.random.Generator) -> Strokes:
    """A small picture of a thing."""
    return typed_strokes(_any_of(DOODLES, rng), rng, rng.uniform(0.01, 0.06))


def scribbles(rng: np.random.Generator) -> Strokes:
    """Lines without a meaning: zigzags, waves, coils, spirals, hatching, scrawl."""
    return _any_of((_zigzag, _zigzag, _wave, _coil, _spiral, _hatching, _corners, _scrawl, _scrawl, _scatter), rng)(rng)


def several(digits: Sequence[tuple[Strokes, int]], rng: np.random.Generator) -> Strokes:
    """Two or three of some digits side by side, or one that is turned, mirrored or scribbled out.

    Parameters
    ----------
    digits
        Strokes and label of each digit to take, in any unit.
    rng
        Source of randomness.
    """
    choice = rng.random()
    if choice < 0.7:
        strokes: list[NDArray[np.float64]] = []
        right = 0.0
        for _ in range(2 if rng.random() < 0.75 else 3):
            digit = _in_unit_height(_any_of(digits, rng)[0], rng)
            left = min(float(stroke[:, 0].min()) for stroke in digit)
            moved = [stroke + np.array([right - left, rng.normal(0, 0.06)]) for stroke in digit]
            right = max(float(stroke[:, 0].max()) for stroke in moved) + rng.uniform(0.02, 0.5)
            strokes += moved
        return strokes
    while True:
        drawn, label = _any_of(digits, rng)
        digit = _in_unit_height(drawn, rng)
        if choice < 0.78:
            scrawl = [stroke * rng.uniform(0.7, 1.1) for stroke in _in_unit_height(_zigzag(rng), rng)]
            return [*digit, *scrawl]
        if choice < 0.9 and label in (3, 4, 7, 9):
            return [stroke * (-1, 1) for stroke in digit]
        if choice >= 0.9 and label in (2, 3, 4, 5):  # turned by a quarter, to either side
            return [stroke[:, ::-1] * ((-1, 1) if rng.random() < 0.5 else (1, -1)) for stroke in digit]


DRAWN_ALONE: dict[str, Callable[[np.random.Generator], Strokes]] = {
    "letters": letters,
    "signs": signs,
    "scribbles": scribbles,
    "doodles": doodles,
}
"""The kinds that need no digits to be made."""


def _any_of(things: Sequence[Thing], rng: np.random.Generator) -> Thing:
    return things[rng.integers(len(things))]


@cache
def _glyphs(characters: str, fonts: tuple[str, ...]) -> list[Strokes]:
    """Strokes of each character in each font that has it."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    pictures = []
    for name in fonts:
        font = ImageFont.truetype(str(folder / f"{name}.ttf"), 44)
        missing = _picture("\uffff", font)
        pictures += [
            image for image in (_picture(one, font) for one in characters) if not np.array_equal(image, missing)
        ]
    return [strokes for strokes in trace(np.stack(pictures)) if strokes]


def _picture(character: str, font: ImageFont.FreeTypeFont) -> NDArray[np.uint8]:
    picture = Image.new("L", (72, 72), 0)
    ImageDraw.Draw(picture).text((36, 36), character, fill=255, font=font, anchor="mm")
    return np.asarray(picture)


def _in_unit_height(strokes: Strokes, rng: np.random.Generator) -> list[NDArray[np.float64]]:
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    side = max(float((high - low).max()), 1e-6) / rng.uniform(0.85, 1.15)
    return [(stroke - (low + high) / 2) / side for stroke in strokes]


def _turned(points: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    angle = rng.uniform(0, 2 * math.pi)
    return points @ np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])


def _marks(rng: np.random.Generator) -> Strokes:
    """One to three dots, or one to three lines that lie."""
    number = rng.integers(1, 4)
    if rng.random() < 0.3:
        return [rng.uniform(0, 1, (1, 2)) + rng.normal(0, 0.02, (2, 2)) for _ in range(number)]
    tilt = rng.uniform(-0.25, 0.25)
    return [np.array([[0, 0.3 * i], [1, 0.3 * i + tilt]]) + rng.normal(0, 0.03, (2, 2)) for i in range(number)]


def _zigzag(rng: np.random.Generator) -> Strokes:
    turns = int(rng.integers(5, 15))
    along = np.linspace(0, rng.uniform(0.5, 3), turns) + rng.normal(0, 0.03, turns)
    across = np.where(np.arange(turns) % 2, 1.0, 0.0) + rng.normal(0, 0.12, turns)
    return [_turned(np.stack([along, across], axis=1), rng)]


def _wave(rng: np.random.Generator) -> Strokes:
    t = np.linspace(0, rng.uniform(2.6, 6), 120)
    return [_turned(np.stack([t * rng.uniform(0.3, 1), 0.5 * np.sin(2 * math.pi * t)], axis=1), rng)]


def _coil(rng: np.random.Generator) -> Strokes:
    t = np.linspace(0, rng.uniform(3, 7), 160)
    wide = rng.uniform(0.2, 0.6)
    points = [t * rng.uniform(0.15, 0.5) + wide * np.cos(2 * math.pi * t), 0.5 * np.sin(2 * math.pi * t)]
    return [_turned(np.stack(points, axis=1), rng)]


def _spiral(rng: np.random.Generator) -> Strokes:
    t = np.linspace(0.15, 1, 120)
    angle = rng.uniform(0, 2 * math.pi) + rng.choice([-1, 1]) * 2 * math.pi * rng.uniform(2.2, 4.5) * t
    return [np.stack([t * np.cos(angle), rng.uniform(0.7, 1.3) * t * np.sin(angle)], axis=1)]


def _hatching(rng: np.random.Generator) -> Strokes:
    number = int(rng.integers(3, 8))
    lines = [np.array([[i / number, 0], [i / number, 1]]) + rng.normal(0, 0.05, (2, 2)) for i in range(number)]
    if rng.random() < 0.4:
        lines += [line[:, ::-1] + rng.normal(0, 0.03, (2, 2)) for line in lines[: int(rng.integers(2, number + 1))]]
    angle = rng.uniform(0, math.pi)
    matrix = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return [line @ matrix for line in lines]


def _corners(rng: np.random.Generator) -> Strokes:
    """A line from place to place, straight on."""
    return [rng.uniform(0, 1, (int(rng.integers(7, 14)), 2))]


def _scrawl(rng: np.random.Generator) -> Strokes:
    """A line that wanders in curves, many times as long as what it covers."""
    places = rng.uniform(0, 1, (int(rng.integers(8, 22)), 2))
    t = np.linspace(0, len(places) - 1, 12 * len(places))
    smooth = np.stack([np.interp(t, np.arange(len(places)), places[:, axis]) for axis in (0, 1)], axis=1)
    kernel = np.hanning(15) / np.hanning(15).sum()
    return [np.stack([np.convolve(smooth[:, axis], kernel, mode="valid") for axis in (0, 1)], axis=1)]


def _scatter(rng: np.random.Generator) -> Strokes:
    """Short strokes here and there."""
    return [
        rng.uniform(0, 1, 2) + np.cumsum(rng.normal(0, 0.12, (int(rng.integers(2, 5)), 2)), axis=0)
        for _ in range(int(rng.integers(4, 11)))
    ]
