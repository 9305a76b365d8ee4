"""A drawing of any size, made into a 28x28 image in the way MNIST's own images were made.

"The original black and white images from NIST were size normalized to fit in a 20x20 pixel box while preserving
their aspect ratio. The resulting images contain grey levels as a result of the anti-aliasing technique used by the
normalization algorithm. The images were centered in a 28x28 image by computing the center of mass of the pixels,
and translating the image so as to position this point at the center of the 28x28 field." (LeCun, Cortes, Burges:
The MNIST database of handwritten digits.)

A network that learnt from MNIST has only ever seen digits placed like that, so a drawing must be placed so too.
"""

from __future__ import annotations

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
    ink = _ink(canvas)
    background, contrast = _levels(ink)
    if contrast < MIN_CONTRAST:
        return None
    level = background + _EDGE * contrast
    rows = np.flatnonzero(ink.max(axis=1) > level)
    columns = np.flatnonzero(ink.max(axis=0) > level)
    digit = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    small = _scaled(np.clip((digit - background) / contrast, 0.0, 1.0))
    return _centred(_brightened(small))


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
    ink = _ink(canvas)
    background, contrast = _levels(ink)
    found: NDArray[np.bool_] = (ink > background + _EDGE * contrast) & (contrast >= MIN_CONTRAST)
    return found


def _ink(canvas: ArrayLike) -> NDArray[np.float32]:
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


def _scaled(digit: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale so that the longer side is `BOX` pixels."""
    height, width = digit.shape
    longest = max(height, width)
    size = (max(1, round(width * BOX / longest)), max(1, round(height * BOX / longest)))
    # Averaging over areas is what makes grey edges of black and white ink; it cannot enlarge.
    method = Image.Resampling.BOX if longest >= BOX else Image.Resampling.BILINEAR
    scaled: NDArray[np.float32] = np.array(Image.fromarray(np.ascontiguousarray(digit)).resize(size, method))
    return scaled


def _brightened(digit: NDArray[np.float32]) -> NDArray[np.float32]:
    """Stretch so that ink is white: a pen thinner than a pixel leaves only grey when areas are averaged."""
    level = np.float32(np.quantile(digit[digit > _EDGE * digit.max()], 0.9))
    bright: NDArray[np.float32] = np.minimum(digit / level, np.float32(1))
    return bright


def _centred(digit: NDArray[np.float32]) -> NDArray[np.float32]:
    """Place a digit of at most 20x20 pixels in the field, its centre of mass on `CENTRE`."""
    total = digit.sum()
    corner = []
    for axis in (0, 1):
        length = digit.shape[axis]
        mass = float((digit.sum(axis=1 - axis) * np.arange(length)).sum() / total)
        corner.append(min(max(round(CENTRE - mass), 0), FIELD - length))
    field = np.zeros((FIELD, FIELD), dtype=np.float32)
    top, left = corner
    field[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    return field
