"""Pen paths recovered from images of digits, so that they can be drawn again with another pen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Path = NDArray[np.float64]  # (points, 2)

_FACTOR = 2  # images are enlarged before thinning, for lines finer than a pixel


def trace(images: NDArray[np.uint8]) -> list[list[Path]]:
    """Pen paths of each image: its ink thinned to lines one pixel wide, which are then followed as a pen might.

    Parameters
    ----------
    images
        (n, height, width), ink bright on dark.

    Returns
    -------
    For each image its strokes, each (points, 2) of (x, y) in pixels of the image.
    """
    size = (images.shape[2] * _FACTOR, images.shape[1] * _FACTOR)
    large = np.stack([np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BICUBIC)) for image in images])
    return [[_smooth(path) / _FACTOR for path in _paths(skeleton)] for skeleton in thin(large > 110)]


def thin(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Thin each image of a stack (n, height, width) to lines one pixel wide.

    Source: T. Y. Zhang, C. Y. Suen, "A fast parallel algorithm for thinning digital patterns", CACM 27 (1984).
    """
    image = np.pad(ink, ((0, 0), (1, 1), (1, 1)))
    around = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
    changed = True
    while changed:
        changed = False
        for second in (False, True):
            p = [np.roll(image, (-dy, -dx), axis=(1, 2)) for dy, dx in around]
            count = np.sum(p, axis=0, dtype=np.int8)
            crossings = np.sum([~a & b for a, b in zip(p, p[1:] + p[:1], strict=True)], axis=0, dtype=np.int8)
            north, east, south, west = p[0], p[2], p[4], p[6]
            keep = north & west & (east | south) if second else (north | west) & east & south
            gone = image & (count >= 2) & (count <= 6) & (crossings == 1) & ~keep
            changed |= bool(gone.any())
            image &= ~gone
    return image[:, 1:-1, 1:-1]


def _paths(skeleton: NDArray[np.bool_]) -> list[Path]:
    """Follow a skeleton from its ends, going straight on at crossings, until every pixel was passed."""
    left = {(int(x), int(y)) for y, x in np.argwhere(skeleton)}
    whole = frozenset(left)
    paths: list[Path] = []
    while left:
        ends = [p for p in left if len(_beside(p, left)) <= 1]
        start = min(ends or left, key=lambda p: (p[1], p[0]))
        path = [start]
        left.discard(start)
        while True:
            options = _beside(path[-1], left)
            if not options:
                break
            back = path[max(0, len(path) - 5)]
            here = path[-1]
            heading = (here[0] - back[0], here[1] - back[1])
            path.append(
                max(
                    sorted(options),
                    key=lambda p: (
                        ((p[0] - here[0]) * heading[0] + (p[1] - here[1]) * heading[1])
                        / np.hypot(p[0] - here[0], p[1] - here[1])
                    ),
                )
            )
            left.discard(path[-1])
        passed = whole - left - set(path)
        for where in (0, -1):  # join on to what was drawn before, or to the own beginning of a loop
            touching = _beside(
                path[where], passed if len(path) < 8 else passed | set(path[6:] if where == 0 else path[:-6])
            )
            if touching:
                path.insert(0, touching[0]) if where == 0 else path.append(touching[0])
        if len(path) >= 5 or not paths:
            paths.append(np.array(path, dtype=float) + 0.5)
    return paths


def _beside(pixel: tuple[int, int], among: set[tuple[int, int]] | frozenset[tuple[int, int]]) -> list[tuple[int, int]]:
    x, y = pixel
    return [(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if (dx or dy) and (x + dx, y + dy) in among]


def _smooth(path: Path) -> Path:
    """Take the pixel staircase out of a path; its ends stay."""
    for _ in range(4):
        if len(path) > 2:
            path = path.copy()
            path[1:-1] = 0.25 * path[:-2] + 0.5 * path[1:-1] + 0.25 * path[2:]
    return path
