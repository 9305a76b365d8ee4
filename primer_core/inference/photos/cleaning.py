"""A photo or a scan, cleaned to ink on black: the paper, its shadows, its edges and its ruled lines are taken away.

Where the border of the picture tells that its paper is the same everywhere, so it is taken to be. Else the paper under
the ink is estimated by a morphological closing: each pixel gets the brightest value around, and then the darkest of
those. Dark marks narrower than the window vanish, while a shadow, a gradient, or the table beside the page stays as it
is, since the window fits into it. What the picture lacks against that is ink.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from primer_core.inference.photos.stage import Stage

LONGER_SIDE = 1_200
"""Pixels of the longer side of what is cleaned. Of a page of 20 digits a row each still has three times MNIST's 20."""

SHORTER_SIDE = 224
"""Pixels to which the shorter side of a smaller picture is enlarged, so that its pen is a few pixels wide."""

MIN_CONTRAST = 0.1
"""Ink has to be this much darker than its paper, of 1, somewhere."""

_EVEN = 3  # of 255: how far the brightness of a picture's border spreads, where its paper is the same everywhere
_MOST_INK = 0.5  # of a picture with such a border: what covers more of it is no ink, but a page that lies within it
_WINDOW = 0.25  # of the shorter side: wider than most pens
_PENS = 7  # widths of the pen that the window has at least, where it is made smaller
_DARKEST = 0.4  # of bright paper: the paper that is still told from ink, in a shadow; the rest is no paper
_BLACK = 80  # of 255: what is divided by paper darker than that shows grain and little else
_LARGE_MARK = 0.1  # of the largest mark's area: the pen is told by marks of that size
_LAG = 4  # pixels
_NOISE = 4.5  # standard deviations below which nothing is ink
_CLEAR = 1.5  # times that, which the darkest ink has to reach
_PALE = 0.3  # of the ink's darkness: paler is no ink
_DARK_SHARE = 0.9  # quantile of what is no noise that counts as the ink's darkness
_TO_SIGMA = 1.4826  # from a median of distances to a standard deviation, where values are normally distributed

_LINE_LENGTH = 0.6  # of the paper: a line that is shorter is a stroke
_LINE_WIDTH = 1 / 60  # of the picture's shorter side: a line that is thicker is a stroke
_LINE_PIECE = 1 / 40  # of the picture's longer side: a level stroke of this length may be of a line
_LINE_COVER = 0.4  # of its least length: columns in which a line is seen, and not covered by strokes
_LINE_INKED = 0.8  # of the columns along it in which there is ink
_STEEPEST = 0.12  # rows a column that a ruled line climbs
_SLOPES = 97  # that are tried
_SLOPE_SAMPLE = 6_000  # pixels that they are tried on
_ROUNDS = 6  # of fitting a parabola
_LINE_END = 0.1  # of the paper: as near it comes to both of its ends
_LINE_BEND = 0.03  # of its length: how far a line leaves a straight one
_DARKER = 1.5  # times as dark as its line: ink that lies on it


@dataclass(frozen=True, slots=True, eq=False)
class Cleaned:
    """A picture as ink on black. The arrays are read-only.

    Attributes
    ----------
    ink
        float32 (height, width) in 0..1: 0 for paper, 1 for ink as dark as the picture's own; zeros where there is none.
    mask
        bool (height, width): where there is ink.
    page
        bool (height, width): the paper, as far as it is told from what lies around it.
    pen
        Width of the strokes, in pixels; 0 where there is no ink.
    light_ink
        Whether the ink was taken to be lighter than its paper.
    stages
        The steps that led there.
    """

    ink: NDArray[np.float32]
    mask: NDArray[np.bool_]
    page: NDArray[np.bool_]
    pen: float
    light_ink: bool
    stages: tuple[Stage, ...]

    @property
    def is_blank(self) -> bool:
        """Whether there is no ink at all."""
        return not self.mask.any()


def clean(grey: NDArray[np.uint8], *, light_ink: bool | None = None) -> Cleaned:
    """Clean a picture to ink on black.

    Parameters
    ----------
    grey
        uint8 (height, width), 0 for black to 255 for white, at least 8 x 8, upright.
    light_ink
        Whether the ink is lighter than its paper; None to find out.

    Raises
    ------
    ValueError
        If `grey` is something else.
    """
    if grey.ndim != 2 or grey.dtype != np.uint8 or min(grey.shape) < 8:
        raise ValueError(f"expected uint8 (height, width) of at least 8 x 8, got {grey.dtype} {grey.shape}")
    picture = _fitted(grey)
    stages = [Stage("Grey and upright", _sizes(grey.shape, picture.shape), _bytes(picture / 255))]
    window = _odd(_WINDOW * min(picture.shape))
    evens = {light: _even_paper(255 - picture if light else picture) for light in (False, True)}
    if light_ink is None:
        told = [light for light, even in evens.items() if even is not None]
        light_ink = told[0] if len(told) == 1 else _ink_is_light(picture, window)
    if light_ink:
        picture = 255 - picture
        words = "What is written is lighter than what surrounds it. Light and dark are exchanged."
        stages.append(Stage("Light ink made dark", words, _bytes(picture / 255)))

    even = evens[light_ink]
    if even is not None:
        paper = np.full_like(picture, even)
        lack = _lack(picture, paper)
        words = (
            f"All along its border the picture is equally bright, to {_EVEN} of 255, and nowhere brighter: no shadow "
            "and no edge of a page is seen there, and the paper is taken to be so everywhere."
        )
    else:
        paper = _paper(picture, window)
        lack = _lack(picture, paper)
        rough = lack > _threshold(lack, _page(paper))
        narrower = _odd(_PENS * _pen_width(rough))
        if 3 <= narrower < window:
            window = narrower
            paper = _paper(picture, window)
            lack = _lack(picture, paper)
        words = (
            f"Dark marks less than {window} pixels wide are filled from around them: {_PENS} widths of the pen, "
            "or a quarter of the picture. Shadows and the edge of the page are wider and stay."
        )
    stages.append(Stage("The paper alone", words, _bytes(paper / 255)))
    words = "1 − picture ÷ paper: black where the picture is as bright as its paper, in the light as in the shadow."
    stages.append(Stage("Divided by its paper", words, _bytes(lack)))

    page = _page(paper)
    lines = _lines(lack > _noise_of(lack, page), lack, page)
    lack = np.where(lines.pixels, np.float32(0), lack)
    words = (
        "No line runs across the page."
        if lines.count == 0
        else f"{lines.count} long thin line{'' if lines.count == 1 else 's'} ran across the page. "
        "Where a stroke crosses one, the stroke stays."
    )
    stages.append(Stage("Ruled lines removed", words, _bytes(lack)))

    level = _level(lack, page)
    shows = level >= max(MIN_CONTRAST, _CLEAR * _noise_of(lack, page))
    mask = (lack > _threshold(lack, page)) & page if shows else np.zeros_like(page)
    ink = np.clip(lack / level, 0, 1).astype(np.float32) if mask.any() else np.zeros_like(lack)
    for array in (ink, mask, page):
        array.flags.writeable = False
    return Cleaned(ink, mask, page, _pen_width(mask), light_ink, tuple(stages))


def _fitted(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Scale: float32 in 0..255, at most `LONGER_SIDE` long, and at least `SHORTER_SIDE` the other way if it can."""
    height, width = grey.shape
    scale = min(LONGER_SIDE / max(height, width), max(1.0, SHORTER_SIDE / min(height, width)))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    image = Image.fromarray(grey)
    if size != image.size:
        image = image.resize(size, Image.Resampling.BICUBIC)
    picture = np.asarray(image, dtype=np.float32)
    if _noise(picture) > 1.5:  # of 255: a camera's grain
        picture = np.asarray(image.filter(ImageFilter.MedianFilter(3)), dtype=np.float32)
    return picture


def _noise(picture: NDArray[np.float32]) -> float:
    """Standard deviation of the grain: by the median difference of neighbours, which edges do not disturb."""
    return _TO_SIGMA * float(np.median(np.abs(np.diff(picture, axis=1)))) / math.sqrt(2)


def _ink_is_light(picture: NDArray[np.float32], window: int) -> bool:
    """Whether what stands out from its surroundings is lighter than they are: ink takes less room than paper.

    The third moment of the picture less its local mean says to which side the rarer values lie. The edge of a page has
    as much on either side.
    """
    from scipy import ndimage

    apart = picture - ndimage.uniform_filter(picture, window, mode="nearest")
    return float((apart**3).mean()) > 0


def _even_paper(picture: NDArray[np.float32]) -> float | None:
    """Return the brightness of paper that is the same everywhere, as on a drawing or a scan; None where it may not be.

    A shadow, a gradient and the edge of a page reach the border, and a table beside the page is darker than the page.
    """
    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    brightness = float(np.median(border))
    if float(np.ptp(border)) > _EVEN or float(picture.max()) > float(border.max()) + _EVEN:
        return None
    covered = float((picture < (1 - MIN_CONTRAST) * brightness).mean())
    return brightness if covered <= _MOST_INK else None


def _paper(picture: NDArray[np.float32], window: int) -> NDArray[np.float32]:
    """The paper's brightness without the ink: float32, as the picture."""
    from scipy import ndimage

    # What touches the border goes on beyond it: a strip of table is as wide as a table.
    wide = np.pad(picture, window, mode="edge")
    closed: NDArray[np.float32] = ndimage.minimum_filter(ndimage.maximum_filter(wide, window), window)
    return closed[window:-window, window:-window]


def _lack(picture: NDArray[np.float32], paper: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the picture lacks against its paper, of 1: float32 in 0..1, 0 for paper."""
    least = max(_DARKEST * float(np.quantile(paper[::4, ::4], 0.95)), _BLACK)
    lack = (paper - picture) / np.maximum(paper, least)
    # Of a grain the closing keeps the brightest, so paper lacks a little everywhere.
    return np.clip(lack - np.median(lack), 0, 1).astype(np.float32)


def _noise_of(lack: NDArray[np.float32], page: NDArray[np.bool_]) -> float:
    """What noise on the page does not reach."""
    # Pixels so far apart that no smoothing of the grain has made them alike.
    pairs = page[:, _LAG:] & page[:, :-_LAG]
    apart = np.abs(lack[:, _LAG:] - lack[:, :-_LAG])[pairs]
    sigma = _TO_SIGMA * float(np.median(apart)) / math.sqrt(2) if apart.size else 0.0
    return min(max(_NOISE * sigma, 0.05), 0.5)


def _threshold(lack: NDArray[np.float32], page: NDArray[np.bool_]) -> float:
    """Above which there is ink: beyond the noise, and beyond `_PALE` of how dark most of that is."""
    noise = _noise_of(lack, page)
    dark = lack[page & (lack > noise)]
    return max(noise, _PALE * float(np.quantile(dark, _DARK_SHARE))) if dark.size else noise


def _level(lack: NDArray[np.float32], page: NDArray[np.bool_]) -> float:
    """How dark the ink is, of 1; 0 where there is none."""
    dark = lack[page & (lack > 0.05)]
    return float(np.quantile(dark, 0.98)) if dark.size else 0.0


def _pen_width(mask: NDArray[np.bool_]) -> float:
    """Mean width of strokes, in pixels: twice the area of large marks by the length of their outline; 0 for none."""
    from scipy import ndimage

    labels, _ = ndimage.label(mask, np.ones((3, 3)))
    areas = np.bincount(labels.ravel())
    areas[0] = 0
    large = (areas >= _LARGE_MARK * areas.max(initial=0)) & (areas > 0)  # grain is a mark a pixel or two wide
    marks = large[labels]
    outline = int((marks[:, 1:] != marks[:, :-1]).sum()) + int((marks[1:] != marks[:-1]).sum())
    # An outline counted along the axes is 4/pi times too long, over all directions.
    return 2 * int(areas[large].sum()) / (outline * math.pi / 4) if outline else 0.0


def _page(paper: NDArray[np.float32]) -> NDArray[np.bool_]:
    """The largest region that is bright enough to be paper; all of the picture where nothing is much darker."""
    from scipy import ndimage

    bright = paper > _DARKEST * float(np.quantile(paper[::4, ::4], 0.95))
    if bright.all():
        return bright
    labels, count = ndimage.label(bright)
    if count == 0:
        return np.ones_like(bright)
    largest = 1 + int(np.argmax(np.bincount(labels.ravel())[1:]))
    page: NDArray[np.bool_] = ndimage.binary_fill_holes(labels == largest)
    return page


@dataclass(frozen=True, slots=True, eq=False)
class _Lines:
    pixels: NDArray[np.bool_]  # (height, width): what belongs to lines alone
    count: int


def _lines(mask: NDArray[np.bool_], lack: NDArray[np.float32], page: NDArray[np.bool_]) -> _Lines:
    """Lines across the page, both ways."""
    level = _level(lack, page)
    across = _level_lines(mask, lack, page, level)
    down = _level_lines(mask.T, lack.T, page.T, level)
    return _Lines(across.pixels | down.pixels.T, across.count + down.count)


def _level_lines(mask: NDArray[np.bool_], lack: NDArray[np.float32], page: NDArray[np.bool_], level: float) -> _Lines:
    """Lines that run along axis 1, not quite level and not quite straight perhaps.

    Pieces of thin level strokes are found first. Ruled lines are parallel: the slope is sought along which the pieces
    gather most, and then the places where they do. There a line is followed column by column, and taken away where the
    ink is no thicker and not much darker than the line.
    """
    from scipy import ndimage

    pixels, found = np.zeros_like(mask), 0
    columns = np.flatnonzero(page.any(axis=0))
    if not columns.size:
        return _Lines(pixels, found)
    thickest = max(3, round(_LINE_WIDTH * min(mask.shape)))
    piece = max(9, round(_LINE_PIECE * max(mask.shape)))
    closed = ndimage.binary_closing(mask, np.ones((1, 5)))
    thin = closed & (_runs_down(closed) <= thickest)
    tall = ndimage.maximum_filter1d(thin.astype(np.uint8), 3, axis=0)
    tall = ndimage.maximum_filter1d(ndimage.minimum_filter1d(tall, piece, axis=1), piece, axis=1)
    rows, places = np.nonzero(thin & (tall > 0) & page)
    least = round(_LINE_LENGTH * (columns[-1] - columns[0] + 1))
    runs = _runs_down(mask)
    offsets = rows - _slope(rows, places) * places
    while len(offsets) >= _LINE_COVER * least:
        counts = np.bincount(np.rint(offsets - offsets.min()).astype(int))
        gathered = ndimage.uniform_filter1d(counts.astype(float), thickest, mode="constant")
        near = np.abs(offsets - offsets.min() - np.argmax(gathered)) <= thickest
        line = _followed(rows[near], places[near], least)
        if line is not None and _is_ruled(line, mask, columns):
            found += 1
            _erase(pixels, line, runs, lack, level)
        if gathered.max() * thickest < _LINE_COVER * least:
            break
        rows, places, offsets = rows[~near], places[~near], offsets[~near]
    return _Lines(pixels, found)


def _slope(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> float:
    """The slope, in rows a column, of parallel lines on which pixels gather most."""
    every = max(1, len(rows) // _SLOPE_SAMPLE)
    rows, columns = rows[::every], columns[::every]

    def gathered(slope: float) -> float:
        offsets = np.rint((rows - slope * columns) / 2).astype(int)
        return float((np.bincount(offsets - offsets.min()).astype(float) ** 2).sum()) if offsets.size else 0.0

    slopes: list[float] = np.linspace(-_STEEPEST, _STEEPEST, _SLOPES).tolist()
    return max(slopes, key=gathered)


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    first: int  # column where it begins
    rows: NDArray[np.float64]  # of it in each column from there on


def _followed(rows: NDArray[np.int64], columns: NDArray[np.int64], least: int) -> _Line | None:
    """The line that most of some pixels follow; None if it is shorter than `least` columns or seen in too few.

    A parabola is fitted to them again and again, each time without those that lie far off.
    """
    from scipy import ndimage

    near = np.ones(len(rows), dtype=bool)
    for _ in range(_ROUNDS):
        bend = np.polynomial.Polynomial.fit(columns[near], rows[near], 2)
        apart = np.abs(rows - bend(columns))
        near = apart <= max(3.0, 2 * float(np.median(apart[near])))
    first, last = int(columns[near].min()), int(columns[near].max())
    counts = np.bincount(columns[near] - first)
    covered = np.flatnonzero(counts)
    if last - first < least or len(covered) < _LINE_COVER * least:
        return None
    means = np.bincount(columns[near] - first, rows[near])[covered] / counts[covered]
    every = np.arange(last - first + 1)
    return _Line(first, ndimage.median_filter(np.interp(every, covered, means), 31, mode="nearest"))


def _is_ruled(line: _Line, mask: NDArray[np.bool_], page: NDArray[np.int64]) -> bool:
    """Whether a line was ruled: it runs from end to end of the page's columns, straight enough, and without gaps.

    A tall 1 ends before the page does, and a row of strokes that lie on one line has gaps.
    """
    width = len(line.rows)
    end = _LINE_END * (page[-1] - page[0] + 1)
    if line.first - page[0] > end or page[-1] - (line.first + width - 1) > end:
        return False
    straight = np.linspace(line.rows[0], line.rows[-1], width)
    if float(np.abs(line.rows - straight).max()) > max(4.0, _LINE_BEND * width):
        return False
    columns = line.first + np.arange(width)
    middle = np.clip(np.rint(line.rows).astype(int), 2, mask.shape[0] - 3)
    inked = np.zeros(width, dtype=bool)
    for shift in range(-2, 3):
        inked |= mask[middle + shift, columns]
    return float(inked.mean()) >= _LINE_INKED


def _erase(
    pixels: NDArray[np.bool_], line: _Line, runs: NDArray[np.int64], lack: NDArray[np.float32], level: float
) -> None:
    """Mark the pixels of a line that no stroke covers."""
    columns = line.first + np.arange(len(line.rows))
    place = slice(columns[0], columns[-1] + 1)
    middle = np.clip(np.rint(line.rows).astype(int), 0, pixels.shape[0] - 1)
    on_it = runs[middle, columns]
    # Strokes that cross it are the fewer columns, and the darker ones.
    thickness = float(np.median(on_it[on_it > 0])) if (on_it > 0).any() else 1.0
    darkness = float(np.median(lack[middle, columns]))
    near = np.abs(np.arange(pixels.shape[0])[:, None] - line.rows) <= thickness / 2 + 2
    longest = np.where(near, runs[:, place], 0).max(axis=0)
    darkest = np.where(near, lack[:, place], 0).max(axis=0)
    stroke = (longest > 2 * thickness + 2) | (darkest > min(_DARKER * darkness, level) + 0.05)
    pixels[:, place] |= near & ~stroke


def _runs_down(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each pixel the length of the run of True in its column that it belongs to; 0 where it is False."""
    height = mask.shape[0]
    rows = np.arange(height)[:, None]
    last_off = np.maximum.accumulate(np.where(mask, -1, rows), axis=0)
    next_off = np.minimum.accumulate(np.where(mask, height, rows)[::-1], axis=0)[::-1]
    return np.where(mask, next_off - last_off - 1, 0)


def _odd(number: float) -> int:
    return 2 * int(number / 2) + 1


def _bytes(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    shades: NDArray[np.uint8] = np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)
    return shades


def _sizes(given: tuple[int, ...], used: tuple[int, ...]) -> str:
    height, width = used
    same = "looked at as it is" if used == given else f"scaled to {width} × {height}"
    return f"The light alone of {given[1]} × {given[0]} pixels, {same}."
