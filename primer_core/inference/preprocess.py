"""A drawing of any size, made into a 28x28 image in the way MNIST's own images were made.

"The original black and white images from NIST were size normalized to fit in a 20x20 pixel box while preserving
their aspect ratio. The resulting images contain grey levels as a result of the anti-aliasing technique used by the
normalization algorithm. The images were centered in a 28x28 image by computing the center of mass of the pixels,
and translating the image so as to position this point at the center of the 28x28 field." (LeCun, Cortes, Burges:
The MNIST database of handwritten digits.)

A network that learnt from MNIST has only ever seen digits placed like that, so a drawing must be placed so too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

FIELD = 28
"""Side of the image that a network sees, in pixels."""

BOX = 20
"""Length of the longer side of the digit inside it, in pixels."""

CENTRE = 14
"""Pixel index on which the centre of mass comes to lie, on both axes, as in MNIST's files."""

MIN_CONTRAST = 0.1
"""A canvas whose brightest pixel is not this much above its background (of 1) holds no drawing."""

_EDGE = 51.5 / 255  # of the contrast: where the ink begins when its bounding box is sought; between two grey levels
_OVERSHOOT = 0.1  # of the range: what resampling with a sharp filter may add at either end, and is cut off
_SAMPLED_PIXELS = 20_000

StageName = Literal["pad", "cut", "scaled", "brightened", "centred", "polarity"]
"""What a stage leaves, in the order in which a drawing passes them."""

Scaling = Literal["area", "nearest", "as drawn"]
"""How a drawing becomes small: its longer side made `BOX` pixels, by averaging over areas or by taking the nearest
pixel; or as large as it was drawn, as if the whole canvas were made `FIELD` pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """A canvas on which something is drawn.

    Attributes
    ----------
    pixels
        float32 (height, width) in 0..1.
    background
        Level of the paper with its noise.
    contrast
        How far the brightest pixel stands above it.
    rows, columns
        First and last of those that hold ink.
    """

    pixels: NDArray[np.float32]
    background: float
    contrast: float
    rows: tuple[int, int]
    columns: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """What a drawing is after one stage of a pipeline.

    Attributes
    ----------
    name
        What was done to it; "pad" for the canvas itself.
    pixels
        float32 (height, width) in 0..1.
    """

    name: StageName
    pixels: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The stages from a drawing to the 28x28 image, each of which can be left out; by default those of `preprocess`.

    Parameters
    ----------
    cut
        Cut out the bounding box of the ink; the whole canvas goes on otherwise.
    scaling
        How it becomes small.
    brighten
        Stretch it so that ink is white.
    centre
        Place its centre of mass on pixel `CENTRE`, both ways; it stays where it was drawn otherwise.
    invert
        Make ink dark and paper bright at the end: 1 - x.
    """

    cut: bool = True
    scaling: Scaling = "area"
    brighten: bool = True
    centre: bool = True
    invert: bool = False

    def run(self, ink: Ink) -> tuple[Stage, ...]:
        """Give what each stage leaves; the last is float32 (28, 28)."""
        digit = _cut(ink, self.cut)
        if self.scaling == "as drawn":
            small = _scaled(digit, max(ink.pixels.shape), FIELD, "area")
        else:
            small = _scaled(digit, max(digit.shape), BOX, self.scaling)
        bright = _brightened(small) if self.brighten else small
        field = _placed(bright, _corner_by_mass(bright) if self.centre else _corner_as_drawn(bright, ink, self.cut))
        return (
            Stage("pad", ink.pixels),
            Stage("cut", digit),
            Stage("scaled", small),
            Stage("brightened", bright),
            Stage("centred", field),
            Stage("polarity", np.float32(1) - field if self.invert else field),
        )


_AS_TRAINED = Pipeline()


def preprocess(canvas: ArrayLike) -> NDArray[np.float32] | None:
    """Crop, scale and centre a drawing as MNIST's images were.

    The bounding box of the ink is cut out, scaled with area averaging until its longer side is 20 pixels (the
    aspect ratio kept), and placed, by whole pixels, so that its centre of mass lies on pixel (14, 14). Ink that
    would then leave the field is pushed back in. An even background and faint noise are taken away first, and the
    ink is stretched to the full range, so a pale drawing and a thin pen give an image as bright as MNIST's.

    Parameters
    ----------
    canvas
        (height, width), at least one pixel, ink bright on dark. Integers count as 0..255, bool as off and on.
        Floats count as 0..1, or as 0..255 if any of them is above 2. Up to a tenth of the range beyond either end,
        which resampling can leave, is cut off.

    Returns
    -------
    float32 array (28, 28) in 0..1, or None where nothing is drawn: the brightest pixel is less than `MIN_CONTRAST`
    above the background.

    Raises
    ------
    ValueError
        If `canvas` is not two-dimensional, is empty, does not hold real numbers, or holds numbers that are not
        finite or out of range.
    """
    ink = measure_ink(canvas)
    return None if ink is None else _AS_TRAINED.run(ink)[-1].pixels


def measure_ink(canvas: ArrayLike) -> Ink | None:
    """Find out where the drawing on a canvas lies and how bright it is; parameter and errors are those of `preprocess`.

    Returns
    -------
    Ink, or None where nothing is drawn.
    """
    pixels = _checked(canvas)
    background, contrast = _levels(pixels)
    if contrast < MIN_CONTRAST:
        return None
    level = background + _EDGE * contrast
    rows = np.flatnonzero(pixels.max(axis=1) > level)
    columns = np.flatnonzero(pixels.max(axis=0) > level)
    return Ink(pixels, background, contrast, (int(rows[0]), int(rows[-1])), (int(columns[0]), int(columns[-1])))


def find_ink(canvas: ArrayLike) -> NDArray[np.bool_]:
    """Say where the ink of a drawing is, as `preprocess` sees it when it crops.

    Parameters
    ----------
    canvas
        As `preprocess` takes it.

    Returns
    -------
    bool array (height, width), nowhere True where `preprocess` returns None.

    Raises
    ------
    ValueError
        As `preprocess` does.
    """
    pixels = _checked(canvas)
    background, contrast = _levels(pixels)
    found: NDArray[np.bool_] = (pixels > background + _EDGE * contrast) & (contrast >= MIN_CONTRAST)
    return found


def _checked(canvas: ArrayLike) -> NDArray[np.float32]:
    """Check a canvas and return it as float32 in 0..1."""
    array = np.asarray(canvas)
    if array.ndim != 2:
        raise ValueError(
            f"a canvas must have 2 axes (height, width), got shape {array.shape}; "
            "pass one grey image, without batch or colour axes"
        )
    if array.size == 0:
        raise ValueError(f"a canvas must have at least one pixel, got shape {array.shape}")
    if array.dtype.kind not in "biuf":
        raise ValueError(
            f"a canvas must hold integers, floats or bool, got dtype {array.dtype}; convert it, say to uint8 in 0..255"
        )
    if array.dtype.kind == "b":
        return array.astype(np.float32)
    low, high = float(array.min()), float(array.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ValueError("a canvas must hold finite numbers, got NaN or infinity; replace them, say with 0")
    # Floats that reach 2 of 255 at most would be blank, so they are meant as 0..1.
    scale = 1.0 if array.dtype.kind == "f" and high <= 2 else 255.0
    if low < -_OVERSHOOT * max(high, 1.0) or high > (1 + _OVERSHOOT) * 255:
        raise ValueError(
            f"a canvas must hold 0..255 (or floats 0..1), got {low:g} to {high:g}; "
            "undo any normalisation and rescale it"
        )
    ink: NDArray[np.float32] = np.clip(array.astype(np.float32) / np.float32(scale), np.float32(0), np.float32(1))
    return ink


def _levels(ink: NDArray[np.float32]) -> tuple[float, float]:
    """Level of the background with its noise, and how far the brightest pixel stands above it."""
    low, peak = float(ink.min()), float(ink.max())
    step = max(1, int(np.sqrt(ink.size / _SAMPLED_PIXELS)))
    sample = ink[::step, ::step]
    dark = sample[sample <= (low + peak) / 2]
    if 2 * np.count_nonzero(dark <= low) >= dark.size:
        return low, peak - low  # an even background, as a drawing pad has
    middle = float(np.median(dark))
    spread = 1.4826 * float(np.median(np.abs(dark - middle)))  # a standard deviation that ink does not disturb
    background = min(middle + 2 * spread, low + 0.25 * (peak - low))
    return background, peak - background


def _cut(ink: Ink, to_the_box: bool) -> NDArray[np.float32]:
    """Take the background away, and all that lies around the ink if that is wanted."""
    digit = ink.pixels
    if to_the_box:
        (top, bottom), (left, right) = ink.rows, ink.columns
        digit = digit[top : bottom + 1, left : right + 1]
    cut: NDArray[np.float32] = np.clip((digit - ink.background) / ink.contrast, 0.0, 1.0)
    return cut


def _scaled(
    digit: NDArray[np.float32], length: int, target: int, method: Literal["area", "nearest"]
) -> NDArray[np.float32]:
    """Scale so that `length` pixels become `target`, and every side at least one."""
    height, width = digit.shape
    size = (max(1, round(width * target / length)), max(1, round(height * target / length)))
    if method == "nearest":
        filter_ = Image.Resampling.NEAREST
    else:
        # Averaging over areas is what makes grey edges of black and white ink; it cannot enlarge.
        filter_ = Image.Resampling.BOX if length >= target else Image.Resampling.BILINEAR
    scaled: NDArray[np.float32] = np.array(Image.fromarray(np.ascontiguousarray(digit)).resize(size, filter_))
    return scaled


def _brightened(digit: NDArray[np.float32]) -> NDArray[np.float32]:
    """Stretch so that ink is white: a pen thinner than a pixel leaves only grey when areas are averaged."""
    peak = digit.max()
    if peak == 0:  # the nearest pixels have missed a thin line altogether
        return digit
    level = np.float32(np.quantile(digit[digit > _EDGE * peak], 0.9))
    bright: NDArray[np.float32] = np.minimum(digit / level, np.float32(1))
    return bright


def _corner_by_mass(digit: NDArray[np.float32]) -> tuple[int, int]:
    """Row and column of the field where a digit's first pixel must lie for its centre of mass to lie on `CENTRE`."""
    total = digit.sum()
    if total == 0:
        return (FIELD - digit.shape[0]) // 2, (FIELD - digit.shape[1]) // 2
    corner = []
    for axis in (0, 1):
        length = digit.shape[axis]
        mass = float((digit.sum(axis=1 - axis) * np.arange(length)).sum() / total)
        corner.append(min(max(round(CENTRE - mass), 0), FIELD - length))
    return corner[0], corner[1]


def _corner_as_drawn(digit: NDArray[np.float32], ink: Ink, was_cut: bool) -> tuple[int, int]:
    """Row and column of the field where a digit's first pixel must lie for it to stay where it was drawn."""
    corner = []
    for axis, box in enumerate((ink.rows, ink.columns)):
        first, last = box if was_cut else (0, ink.pixels.shape[axis] - 1)
        side, length = max(ink.pixels.shape), digit.shape[axis]
        # The middle of the box on the field, less half the length, rounded: halves go up, wherever it was drawn.
        nearest = ((first + last + 1) * FIELD - length * side + side) // (2 * side)
        corner.append(min(max(nearest, 0), FIELD - length))
    return corner[0], corner[1]


def _placed(digit: NDArray[np.float32], corner: tuple[int, int]) -> NDArray[np.float32]:
    """Lay a digit of at most 28x28 pixels on an empty field."""
    top, left = corner
    field = np.zeros((FIELD, FIELD), dtype=np.float32)
    field[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    return field
