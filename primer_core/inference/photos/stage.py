"""One step from a photo to its digits, as it can be shown."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """What one step made of a photo.

    Attributes
    ----------
    title
        What the step does, in a few words.
    sentence
        What it did to this photo.
    image
        uint8 (height, width), 0 for black to 255 for white: what it gave.
    """

    title: str
    sentence: str
    image: NDArray[np.uint8]
