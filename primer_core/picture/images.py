"""Small images side by side, each with what is to be known of it, as data."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from primer_core.picture.grid import Tone
from primer_core.picture.text import Text


@dataclass(frozen=True, slots=True)
class Reading:
    """How an image reads the pixels of a file, as an array with strides reads memory.

    Parameters
    ----------
    shape
        (height, width, 3) of the image.
    strides
        How many numbers further the next row, column and colour are, among the numbers of the file: red, green and blue
        of a pixel after each other, pixel by pixel and row by row.
    """

    kind: ClassVar[str] = "reading"
    shape: tuple[int, int, int]
    strides: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Image:
    """An image, drawn with sharp pixels.

    Parameters
    ----------
    source
        Which of the files it is drawn from.
    description
        Plain text that says what it shows.
    reading
        How it reads the file's pixels; None for as they stand.
    """

    kind: ClassVar[str] = "image"
    source: int
    description: str
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """An image and what is to be known of it.

    Parameters
    ----------
    caption
        Above the image.
    facts
        A smaller line under the caption.
    image
        The image.
    word, tone
        Plain text of a word or two behind the caption, and how it looks; empty for none.
    channels
        Plain texts that describe the image's red, green and blue, each drawn smaller and in grey below; none for no
        such row.
    note
        A smaller line below; empty for none.
    """

    kind: ClassVar[str] = "figure"
    caption: Text
    facts: Text
    image: Image
    word: str = ""
    tone: Tone = "plain"
    channels: tuple[str, ...] = ()
    note: Text = ()


@dataclass(frozen=True, slots=True)
class Images:
    """Figures side by side, one below the other where there is no room.

    Parameters
    ----------
    figures
        From left to right.
    sources
        Address of each file that images are drawn from: a data URI. Images that lie in one memory share one.
    """

    kind: ClassVar[str] = "images"
    figures: tuple[Figure, ...]
    sources: tuple[str, ...]

    def __post_init__(self) -> None:
        """Check that there is a file for each image."""
        missing = {figure.image.source for figure in self.figures} - set(range(len(self.sources)))
        if missing:
            raise ValueError(f"images are drawn from files {sorted(missing)}, but there are {len(self.sources)} files")

    def pixels(self, image: Image) -> NDArray[np.uint8]:
        """Return the pixels of an image: (height, width, 3), 0 to 255.

        Raises
        ------
        IndexError
            If it reads more numbers than its file has.
        """
        return _read(self.sources[image.source], image.reading)


def data_uri(content: bytes) -> str:
    """Return a PNG file as an address that holds it."""
    return f"data:image/png;base64,{base64.b64encode(content).decode('ascii')}"


def png(pixels: NDArray[np.uint8]) -> bytes:
    """Write (height, width) grey values or (height, width, 3) colours, 0 to 255, as a PNG file."""
    from PIL import Image as PillowImage

    file = io.BytesIO()
    PillowImage.fromarray(pixels).save(file, "PNG", optimize=True)
    return file.getvalue()


def _read(source: str, reading: Reading | None) -> NDArray[np.uint8]:
    from PIL import Image as PillowImage

    with PillowImage.open(io.BytesIO(base64.b64decode(source.partition(",")[2]))) as file:
        pixels = np.asarray(file.convert("RGB"), np.uint8)
    if reading is None:
        return pixels
    rows, columns, colours = np.indices(reading.shape)
    row, column, colour = reading.strides
    read: NDArray[np.uint8] = pixels.ravel()[rows * row + columns * column + colours * colour]
    return read
