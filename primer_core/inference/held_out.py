"""The 500 test images of the MNIST sample, as a network takes them, and how many of them networks read right."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Hashable
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from primer_core.data import load_images

if TYPE_CHECKING:
    from torch import nn

MOST_COUNTS = 512
"""Counts that are kept of one network; the oldest makes room."""


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


class Counts:
    """How many images each network reads right, under each condition.

    What was counted is kept as long as the network is, and one count is made at a time: it takes half a second.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: weakref.WeakKeyDictionary[nn.Module, dict[Hashable, int]] = weakref.WeakKeyDictionary()

    def of(self, model: nn.Module, condition: Hashable, count: Callable[[], int]) -> int:
        """Give the count of a network under a condition, which `count` makes if it was not made yet."""
        with self._lock:
            kept = self._kept.setdefault(model, {})
            if condition not in kept:
                kept[condition] = count()
                while len(kept) > MOST_COUNTS:
                    del kept[next(iter(kept))]
            return kept[condition]
