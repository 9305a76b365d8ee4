"""What a drawing pad sends, turned into the picture that it shows.

The pad of the browser sends its pen strokes rather than pixels: a digit is about one kilobyte, and cropping
can happen at full resolution. The strokes are checked here, since anything may arrive from a browser, and
drawn with a round pen, as the pad itself draws them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from numbers import Real
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

PAD_UNITS = 280.0
"""Side of the pad in its own units; points lie in 0..PAD_UNITS on both axes, origin top left."""

DEFAULT_WIDTH = 18.0
"""Width of the pen, in pad units, where a stroke does not name its own."""

WIDTH_RANGE = (1.0, 80.0)
"""Pen widths outside this range are clipped to it."""

MAX_POINTS = 10_000
MAX_STROKES = 1_000
MAX_SIZE = 4_096

_SUPERSAMPLED_SIDE = 840  # pixels: nine to each one of a picture of 280x280


@dataclass(frozen=True, slots=True)
class Stroke:
    """One pen stroke: from pen down to pen up.

    Attributes
    ----------
    points
        The pen's places (x, y) in pad units, in the order drawn; one point is a dot.
    width
        Width of the round pen in pad units.
    """

    points: tuple[tuple[float, float], ...]
    width: float


def parse_strokes(raw: object, brush: float = DEFAULT_WIDTH) -> tuple[Stroke, ...]:
    """Check strokes that came from outside.

    Parameters
    ----------
    raw
        A sequence of strokes. Each is a `Stroke`, or a mapping with ``"points"`` ([[x, y], ...], pad units) and,
        if it likes, ``"width"`` (pad units). Points outside the pad and widths outside `WIDTH_RANGE` are clipped;
        a stroke without points is left out.
    brush
        Width of strokes that name none.

    Returns
    -------
    The strokes, in the order given.

    Raises
    ------
    ValueError
        If `raw` has another form, a number is not finite, or there are more than `MAX_STROKES` strokes or
        `MAX_POINTS` points altogether.
    """
    if not _is_list(raw):
        raise ValueError(f"strokes must be a list of strokes, got {type(raw).__name__}")
    strokes: list[Stroke] = []
    total = 0
    if len(raw) > MAX_STROKES:
        raise ValueError(f"a drawing may have at most {MAX_STROKES} strokes, got {len(raw)}")
    for index, item in enumerate(raw):
        points, width = _parts(item, index, brush)
        total += len(points)
        if total > MAX_POINTS:
            raise ValueError(f"a drawing may have at most {MAX_POINTS} points; clear the pad and draw again")
        width = _clip(_number(width, f"the width of stroke {index}"), *WIDTH_RANGE)
        if len(points):
            strokes.append(Stroke(_checked_points(points, index), width))
    return tuple(strokes)


def render_strokes(
    strokes: object, size: int = 280, brush: float = DEFAULT_WIDTH, *, antialias: bool = True
) -> NDArray[np.uint8]:
    """Draw strokes with a round pen.

    Parameters
    ----------
    strokes
        What `parse_strokes` takes.
    size
        Side of the picture in pixels, 1 to `MAX_SIZE`; the whole pad is scaled to it.
    brush
        Width, in pad units, of strokes that name none.
    antialias
        Grey edges, as a browser draws them. Without, every pixel is black or white, and drawing takes a third of
        the time.

    Returns
    -------
    uint8 array (size, size): 255 where the ink is, 0 where there is none, between at its edges.

    Raises
    ------
    ValueError
        As `parse_strokes` does, and if `size` is out of range.
    """
    if isinstance(size, bool) or not isinstance(size, int | np.integer) or not 1 <= size <= MAX_SIZE:
        raise ValueError(f"size must be a whole number from 1 to {MAX_SIZE}, got {size!r}")
    parsed = parse_strokes(strokes, brush)
    factor = max(1, round(_SUPERSAMPLED_SIDE / size)) if antialias else 1
    scale = size * factor / PAD_UNITS
    picture = Image.new("L", (int(size) * factor, int(size) * factor), 0)
    pen = ImageDraw.Draw(picture)
    for stroke in parsed:
        _draw(pen, stroke, scale)
    return np.asarray(picture.reduce(factor) if factor > 1 else picture, dtype=np.uint8).copy()


def _draw(pen: ImageDraw.ImageDraw, stroke: Stroke, scale: float) -> None:
    """Draw one stroke; `scale` is pixels per pad unit."""
    width = max(1, round(stroke.width * scale))
    # Pixel i covers i to i + 1, while Pillow's coordinates name the middles of pixels and its boxes include both ends.
    path = [(x * scale - 0.5, y * scale - 0.5) for x, y in _thinned(stroke)]
    if len(path) > 1:
        pen.line(path, fill=255, width=width)
    reach = (width - 1) / 2
    for x, y in path:
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)


def _thinned(stroke: Stroke) -> list[tuple[float, float]]:
    """Leave out points so close to the last kept one that the round pen covers them: they only cost time."""
    nearest = max(1.0, stroke.width / 8)
    kept = [stroke.points[0]]
    for point in stroke.points[1:-1]:
        if math.dist(point, kept[-1]) >= nearest:
            kept.append(point)
    if len(stroke.points) > 1:
        kept.append(stroke.points[-1])
    return kept


def _parts(item: object, index: int, brush: float) -> tuple[Sequence[Any], object]:
    if isinstance(item, Stroke):
        return item.points, item.width
    if isinstance(item, Mapping):
        points, width = item.get("points"), item.get("width", brush)
        if _is_list(points):
            return points, width
    raise ValueError(f'stroke {index} must look like {{"width": 18, "points": [[x, y], ...]}}, got {_short(item)}')


def _checked_points(points: Sequence[Any], index: int) -> tuple[tuple[float, float], ...]:
    try:
        array = np.asarray(points)
    except (ValueError, TypeError, OverflowError):  # lists of unequal lengths and the like
        array = np.empty(0)
    if array.ndim != 2 or array.shape[1] != 2 or array.dtype.kind not in "iuf":
        raise ValueError(f"the points of stroke {index} must be numbers [[x, y], ...], got {_short(points)}")
    if not np.isfinite(array).all():
        raise ValueError(f"the points of stroke {index} must be finite numbers, got {_short(points)}")
    return tuple((x, y) for x, y in array.astype(np.float64).clip(0.0, PAD_UNITS).tolist())


def _is_list(value: object) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, Sequence | np.ndarray) and not isinstance(value, str | bytes | bytearray)


def _number(value: object, what: str) -> float:
    if isinstance(value, Real) and not isinstance(value, bool):
        with suppress(OverflowError):  # a whole number beyond the range of a double
            number = float(value)
            if math.isfinite(number):
                return number
    raise ValueError(f"{what} must be a finite number, got {_short(value)}")


def _clip(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
