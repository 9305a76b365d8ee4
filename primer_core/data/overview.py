"""A data set as a learner sees it: what is in each part, what its pixels are like, what normalising makes of them."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from primer_core.data.images import ImageSplit, LabelledImages, load_images

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Sets kept in memory: the largest has 70 000 images, 55 MB.
KEPT_SETS = 2
#: Examples of each class.
EXAMPLES = 8
#: Bars of the picture of pixel values.
BARS = 32
#: Images of one column and row of a sheet.
COLUMNS = 25
PARTS = ("train", "validation", "test")

_BLOCK = 1 << 20

_loading = threading.Lock()


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a set.

    Parameters
    ----------
    name
        One of `PARTS`.
    counts
        How many of its images have each label.
    also_in_train
        How many of its images are equal to one of the training images, pixel for pixel; 0 for the training images.
    """

    name: str
    counts: tuple[int, ...]
    also_in_train: int

    @property
    def size(self) -> int:
        """How many images it has."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Overview:
    """What is to be known of a set of images.

    Parameters
    ----------
    name, classes
        As in `ImageSplit`.
    parts
        Train, validation and test.
    mean, std
        Of the pixels in [0, 1] of training and validation images together, which is what normalising uses.
    levels
        How many of their pixels lie in each of `BARS` ranges of as many of the 256 values, the darkest first.
    examples
        For each class, the numbers of its first training images.
    """

    name: str
    classes: tuple[str, ...]
    parts: tuple[Part, ...]
    mean: float
    std: float
    levels: tuple[int, ...]
    examples: tuple[tuple[int, ...], ...]

    def normalised(self, value: float) -> float:
        """What normalising makes of a pixel value."""
        return (value - self.mean) / self.std


def images_of(name: str) -> ImageSplit:
    """The images of a set whose files are there, kept in memory for the next who asks.

    Raises
    ------
    primer_core.data.DataError
        If they cannot be read.
    """
    with _loading:  # whoever comes second waits, and does not load them as well
        return _images_of(name)


@lru_cache(KEPT_SETS)
def _images_of(name: str) -> ImageSplit:
    return load_images(name)


def overview(name: str) -> Overview:
    """Look a whole set through.

    Raises
    ------
    primer_core.data.DataError
        If it cannot be read.
    """
    split = images_of(name)
    with _loading:
        return _overview(split)


@lru_cache(KEPT_SETS)
def _overview(split: ImageSplit) -> Overview:
    classes = len(split.classes)
    known = set(map(bytes, split.train_images.numpy().reshape(len(split.train_images), -1)))
    levels = sum(_levels(part.images.numpy()) for part in (split.train, split.validation))
    labels = split.train_labels.numpy()
    return Overview(
        name=split.name,
        classes=split.classes,
        parts=tuple(
            Part(
                part_name,
                tuple(np.bincount(part.labels.numpy(), minlength=classes).tolist()),
                0 if part_name == "train" else sum(bytes(image) in known for image in part.images.numpy()),
            )
            for part_name, part in zip(PARTS, (split.train, split.validation, split.test), strict=True)
        ),
        mean=split.mean,
        std=split.std,
        levels=tuple(np.reshape(levels, (BARS, -1)).sum(axis=1).tolist()),
        examples=tuple(tuple(np.flatnonzero(labels == label)[:EXAMPLES].tolist()) for label in range(classes)),
    )


def _levels(images: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How many pixels have each value from 0 to 255; counted in blocks, since NumPy makes 8 bytes of each."""
    pixels = images.ravel()
    counts = np.zeros(256, dtype=np.int64)
    for start in range(0, pixels.size, _BLOCK):
        counts += np.bincount(pixels[start : start + _BLOCK], minlength=256)
    return counts


def mean_images(split: ImageSplit) -> NDArray[np.uint8]:
    """The mean of all training images, and after it that of each class, (1 + classes, 28, 28), rounded."""
    images, labels = split.train_images.numpy(), split.train_labels.numpy()
    means = [images.mean(axis=0), *(images[labels == label].mean(axis=0) for label in range(len(split.classes)))]
    return np.array(means).round().astype(np.uint8)


def part_of(split: ImageSplit, name: str) -> LabelledImages:
    """The images and labels of one of `PARTS`."""
    return {"train": split.train, "validation": split.validation, "test": split.test}[name]


def sheet(images: NDArray[np.uint8], columns: int = COLUMNS) -> NDArray[np.uint8]:
    """Lay images out on one sheet, row by row.

    Parameters
    ----------
    images
        (n, height, width), n at least 1.
    columns
        int from 1, images in a row.

    Returns
    -------
    (rows * height, columns * width), 0 where no image lies.
    """
    count, height, width = images.shape
    rows = -(-count // columns)
    places = np.zeros((rows * columns, height, width), dtype=images.dtype)
    places[:count] = images
    return places.reshape(rows, columns, height, width).swapaxes(1, 2).reshape(rows * height, columns * width)
