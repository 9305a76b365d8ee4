"""The 500 test images of the MNIST sample, as a network takes them."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from primer_core.data import load_images


@cache
def held_out() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Load the images, float32 (500, 28, 28) in 0..1, and their labels, (500,); they are not to be altered.

    Raises
    ------
    DataError
        If the sample is not installed.
    """
    split = load_images("mnist-sample")
    images = np.asarray(split.test_images).astype(np.float32) / np.float32(255)
    labels = np.asarray(split.test_labels).astype(np.int64)
    return images, labels
