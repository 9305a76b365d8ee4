"""What becomes of a pixel: ``to_tensor`` and ``normalize``, on whole numbers and on floats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.language.programs.images import normalize, to_tensor
from primer_core.lessons.data_loading.question import DataLoadingQuestion

PixelType = Literal["uint8", "float32"]
PIXEL_TYPES: tuple[PixelType, ...] = ("uint8", "float32")


@dataclass(frozen=True, slots=True, eq=False)
class Scaled:
    """Three pixels of one dtype: black, the learner's and white.

    Parameters
    ----------
    dtype
        In which they come.
    pixels
        (3,) of that dtype.
    tensor, normalised
        (3,) float32: what ``to_tensor`` makes of them, and ``normalize`` of that.
    """

    dtype: PixelType
    pixels: NDArray[Any]
    tensor: NDArray[np.float32]
    normalised: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Normalised:
    """The same pixels as whole numbers and as floats.

    Parameters
    ----------
    scaled
        One for each of `PIXEL_TYPES`.
    code
        Plain Python that prints both.
    """

    scaled: tuple[Scaled, ...]
    code: str


def explain_normalising(question: DataLoadingQuestion) -> Normalised:
    """Scale and normalise black, the pixel that is asked for and white."""
    values = [0, question.pixel, 255]
    return Normalised(
        tuple(_scaled(dtype, values, question.mean, question.std) for dtype in PIXEL_TYPES),
        _CODE.format(values=values, mean=question.mean, std=question.std),
    )


def _scaled(dtype: PixelType, values: list[int], mean: float, std: float) -> Scaled:
    pixels = np.array([values], dtype=dtype)
    tensor = to_tensor(pixels)
    normalised = normalize(tensor, [mean], [std])
    return Scaled(dtype, pixels[0], tensor[0, 0].numpy(), normalised[0, 0].numpy())


_CODE = """\
import numpy as np
from torchvision.transforms.functional import normalize, to_tensor

for dtype in ("uint8", "float32"):
    pixels = np.array([{values}], dtype=dtype)
    tensor = to_tensor(pixels)
    normalised = normalize(tensor, [{mean!r}], [{std!r}])
    print(pixels.dtype, pixels.tolist(), tensor.flatten().tolist(), normalised.flatten().tolist())"""
