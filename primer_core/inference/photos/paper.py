"""Made photos of handwriting: given digits on made paper, so that what is on it is known.

The page "Draw a digit" offers one to try, `benchmarks.photos` measures how well they are read, and tests use them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image


@dataclass(frozen=True, slots=True)
class Paper:
    """How a made photo looks.

    Attributes
    ----------
    columns
        Digits in a row.
    cell
        Side of a digit's place, in pixels.
    ruled
        Pixels from one ruled line to the next; 0 for none.
    shade
        How much darker the darkest corner is than the brightest, of 1.
    table
        Whether the dark table beside the page is in the photo.
    grain
        Standard deviation of the noise, of 255.
    light_ink
        Whether it is chalk on a board instead of ink on paper.
    """

    columns: int = 5
    cell: int = 120
    ruled: int = 36
    shade: float = 0.35
    table: bool = True
    grain: float = 5.0
    light_ink: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class MadePhoto:
    """A made photo, and where its digits are.

    Attributes
    ----------
    grey
        uint8 (height, width), 0 for black to 255 for white.
    boxes
        Top, left, bottom and right of each digit, in pixels, in the order given.
    """

    grey: NDArray[np.uint8]
    boxes: tuple[tuple[int, int, int, int], ...]


def made_photo(canvases: Sequence[NDArray[np.floating]], rng: np.random.Generator, paper: Paper) -> MadePhoto:
    """Put digits on made paper, row by row.

    Parameters
    ----------
    canvases
        Each (height, width) in 0..1, ink bright on black.
    rng
        Decides on places, sizes and darkness, on the slope of the lines, on the light, on the noise.
    paper
        How it looks.
    """
    cell, border = paper.cell, round(0.75 * paper.cell)
    rows = -(-len(canvases) // paper.columns)
    height, width = rows * cell + 2 * border, paper.columns * cell + 2 * border
    y, x = np.mgrid[:height, :width].astype(np.float32)
    slope = rng.uniform(-0.03, 0.03)
    level = y + slope * x  # the same along a ruled line
    upright = x - slope * y

    sheet = np.full((height, width), rng.uniform(0.82, 0.97), dtype=np.float32)
    if paper.ruled:
        pale = rng.uniform(0.25, 0.5)
        sheet *= 1 - pale * _line(level % paper.ruled - paper.ruled / 2, rng.uniform(1.5, 3.5))
        sheet *= 1 - pale * _line(upright - 0.62 * border, 2)
    ink = np.zeros((height, width), dtype=np.float32)
    boxes = []
    for place, canvas in enumerate(canvases):
        row, column = divmod(place, paper.columns)
        side = round(rng.uniform(0.62, 0.86) * cell)
        drawn = _fitted(canvas, side)
        top, left = (
            border + index * cell + round(rng.uniform(0.2, 0.8) * (cell - length))
            for index, length in zip((row, column), drawn.shape, strict=True)
        )
        spot = ink[top : top + drawn.shape[0], left : left + drawn.shape[1]]
        np.maximum(spot, drawn, out=spot)
        boxes.append((top, left, top + drawn.shape[0], left + drawn.shape[1]))
    sheet *= 1 - rng.uniform(0.6, 0.85) * ink
    if paper.table:
        above, below, left_of, right_of = rng.uniform(0.1, 0.3, 4) * border
        beyond = (level < above) | (level > height - below) | (upright < left_of) | (upright > width - right_of)
        sheet = np.where(beyond, rng.uniform(0.12, 0.25), sheet)
    if paper.light_ink:
        sheet = 1.05 - sheet
    angle = rng.uniform(0, 2 * np.pi)
    along = np.cos(angle) * (x / width - 0.5) + np.sin(angle) * (y / height - 0.5)
    light = 1 - paper.shade * (along - along.min()) / (along.max() - along.min())
    photo = 255 * sheet * light + rng.normal(0, paper.grain, sheet.shape)
    return MadePhoto(np.rint(np.clip(photo, 0, 255)).astype(np.uint8), tuple(boxes))


def _line(distance: NDArray[np.float32], width: float) -> NDArray[np.float32]:
    """How much of a pixel at a distance from the middle of a line is covered by it, of 1."""
    return np.clip(width / 2 + 0.5 - np.abs(distance), 0, 1).astype(np.float32)


def _fitted(canvas: NDArray[np.floating], side: int) -> NDArray[np.float32]:
    """Cut to the ink, and scaled so that the longer side has `side` pixels."""
    rows, columns = np.flatnonzero(canvas.max(axis=1) > 0.2), np.flatnonzero(canvas.max(axis=0) > 0.2)
    digit = np.asarray(canvas, dtype=np.float32)[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = side / max(digit.shape)
    size = max(1, round(digit.shape[1] * scale)), max(1, round(digit.shape[0] * scale))
    scaled = Image.fromarray(np.ascontiguousarray(digit)).resize(size, Image.Resampling.BICUBIC)
    fitted: NDArray[np.float32] = np.clip(np.asarray(scaled, dtype=np.float32), np.float32(0), np.float32(1))
    return fitted
