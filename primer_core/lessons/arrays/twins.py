"""The same array in NumPy and in PyTorch: what each library says of it, and where they differ."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isinf
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from primer_core.backend import NUMPY, Backend, Declined, Library, pytorch
from primer_core.language.creation import NoTwinError, Recipe, read_creation
from primer_core.language.limits import check_size
from primer_core.lessons.arrays.anatomy import failing

if TYPE_CHECKING:
    import torch

MAKERS: tuple[str, ...] = (
    "[1, 2, 3]",
    "[1.0, 2.0, 3.0]",
    "[True, False]",
    "zeros((2, 3))",
    "ones(3)",
    "full((2, 2), 7)",
    "eye(2)",
    "arange(0, 10, 2)",
    "linspace(0, 1, 5)",
    "default_rng(0).random(3)",
)
"""Ways to make an array without naming a dtype."""

RANKS: tuple[str, ...] = (
    "torch.tensor(7.0)",
    "torch.tensor([1.0, 2.0, 3.0])",
    "torch.ones(2, 3)",
    "torch.zeros(2, 2, 3)",
)
"""Tensors of 0, 1, 2 and 3 axes, as code."""


@dataclass(frozen=True, slots=True)
class Twin:
    """One question to both libraries.

    Parameters
    ----------
    question
        What is asked, in a few words.
    numpy_code, torch_code
        How each library is asked: ``x.nbytes``.
    numpy, torch
        What each answers.
    differs
        Whether the answers differ.
    why
        Why they would, in one sentence; empty where that needs no reason.
    """

    question: str
    numpy_code: str
    torch_code: str
    numpy: str
    torch: str
    differs: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Twins:
    """One array, made by both libraries.

    Parameters
    ----------
    rows
        Question by question.
    code
        A snippet that prints both answers to every question.
    """

    rows: tuple[Twin, ...]
    code: str


@dataclass(frozen=True, slots=True)
class Made:
    """A library made the array, where the other did not.

    Parameters
    ----------
    library
        Its name.
    code
        The expression that makes it.
    """

    library: Library
    code: str


@dataclass(frozen=True, slots=True)
class NotMade:
    """A library would not make the array.

    Parameters
    ----------
    library
        Its name.
    code
        A snippet that prints the error.
    declined
        The library's own exception; of several lines, the first.
    """

    library: Library
    code: str
    declined: Declined


@dataclass(frozen=True, slots=True)
class NoCounterpart:
    """PyTorch has no function for what NumPy was asked to make.

    Parameters
    ----------
    message
        Plain text: what is missing.
    """

    message: str


@dataclass(frozen=True, slots=True)
class Apart:
    """One library at least has no such array, so that there is nothing to compare.

    Parameters
    ----------
    numpy, torch
        What each of them made of it.
    cause
        Plain text: what in the text an error comes from; empty where that is not known.
    """

    numpy: Made | NotMade
    torch: Made | NotMade | NoCounterpart
    cause: str


@dataclass(frozen=True, slots=True)
class DefaultDtype:
    """The dtype that each library chooses by itself.

    Parameters
    ----------
    numpy_code, torch_code
        How the array is made.
    numpy, torch
        Names of the dtypes.
    """

    numpy_code: str
    torch_code: str
    numpy: str
    torch: str

    @property
    def differs(self) -> bool:
        """Whether the libraries choose differently."""
        return self.numpy != self.torch


@dataclass(frozen=True, slots=True, eq=False)
class Tensor:
    """A tensor to be drawn.

    Parameters
    ----------
    code
        How it is made.
    values
        Its values, of the same dtype and shape.
    dtype, device
        As PyTorch prints them, without its name before the dtype.
    """

    code: str
    values: NDArray[Any]
    dtype: str
    device: str


@dataclass(frozen=True, slots=True, eq=False)
class Libraries:
    """NumPy beside PyTorch.

    Parameters
    ----------
    comparison
        The learner's array in both.
    tensors
        Those of `RANKS`.
    defaults
        One for each of `MAKERS`.
    """

    comparison: Twins | Apart
    tensors: tuple[Tensor, ...]
    defaults: tuple[DefaultDtype, ...]


def explain_libraries(text: str) -> Libraries:
    """Make an array in both libraries and ask both the same. Loads torch.

    Parameters
    ----------
    text
        How it is made, in any spelling of `primer_core.language.creation.read_creation`.

    Raises
    ------
    Refused
        If the text cannot be read, or the array would be too large.
    """
    return Libraries(compare(read_creation(text)), ranked_tensors(), default_dtypes())


def compare(recipe: Recipe) -> Twins | Apart:
    """Make an array in both libraries and ask both the same questions. Loads torch.

    Raises
    ------
    Refused
        If the array would be too large.
    """
    array = recipe.make()
    if not isinstance(array, Declined):
        check_size(array.shape)
    made = Made("NumPy", recipe.code) if not isinstance(array, Declined) else _not_made(NUMPY, "x", recipe.code, array)
    try:
        tensor = recipe.make_torch()
    except NoTwinError as error:
        return Apart(made, NoCounterpart(str(error)), recipe.uneven)
    if isinstance(tensor, Declined):
        return Apart(made, _not_made(pytorch(), "t", recipe.torch_code, tensor), recipe.uneven)
    if isinstance(array, Declined):
        return Apart(made, Made("PyTorch", recipe.torch_code), recipe.uneven)
    rows = _rows(array, tensor, seeded=recipe.seed is not None)
    return Twins(rows, _code(recipe, rows))


def default_dtypes() -> tuple[DefaultDtype, ...]:
    """Ask both libraries, for every way of `MAKERS`, which dtype they choose. Loads torch."""
    found = []
    for text in MAKERS:
        recipe = read_creation(text)
        array, tensor = recipe.make(), recipe.make_torch()
        assert not isinstance(array, Declined), array.text
        assert not isinstance(tensor, Declined), tensor.text
        chosen = NUMPY.dtype_name(array), _short(pytorch().dtype_name(tensor))
        found.append(DefaultDtype(recipe.code, recipe.torch_code, *chosen))
    return tuple(found)


def ranked_tensors() -> tuple[Tensor, ...]:
    """Make the tensors of `RANKS`. Loads torch."""
    torch = pytorch().module
    made = (torch.tensor(7.0), torch.tensor([1.0, 2.0, 3.0]), torch.ones(2, 3), torch.zeros(2, 2, 3))
    return tuple(
        Tensor(code, pytorch().to_numpy(tensor), _short(pytorch().dtype_name(tensor)), str(tensor.device))
        for code, tensor in zip(RANKS, made, strict=True)
    )


def ranks_code() -> str:
    """Write the snippet that prints rank, shape, dtype and device of every tensor of `RANKS`."""
    lines = ["import torch", "", f"for t in ({', '.join(RANKS)}):"]
    return "\n".join([*lines, "    print(t.ndim, tuple(t.shape), t.dtype, t.device)"])


def _not_made(library: Backend, name: str, expression: str, declined: Declined) -> NotMade:
    first = replace(declined, words=declined.words.partition("\n")[0])
    return NotMade(library.library, failing(library, name, expression, declined), first)


def _rows(array: NDArray[Any], tensor: torch.Tensor, *, seeded: bool) -> tuple[Twin, ...]:
    ours, theirs = NUMPY, pytorch()
    follows = "They follow the dtype."
    units = f"NumPy counts {ours.stride_unit}, PyTorch {theirs.stride_unit}."
    rows = [
        _twin("dtype", ("x.dtype", ours.dtype_name(array)), ("t.dtype", theirs.dtype_name(tensor)), _why_dtype(array)),
        _twin("axes", ("x.ndim", array.ndim), ("t.ndim", tensor.ndim)),
        _twin("shape", (ours.shape_code("x"), array.shape), (theirs.shape_code("t"), tuple(tensor.shape))),
        _twin("cells", ("x.size", array.size), ("t.numel()", tensor.numel())),
        _twin("bytes a cell", ("x.itemsize", ours.itemsize(array)), ("t.itemsize", theirs.itemsize(tensor)), follows),
        _twin("bytes in all", ("x.nbytes", array.nbytes), ("t.nbytes", tensor.nbytes), follows),
        _twin(
            "strides",
            (ours.strides_code("x"), ours.strides(array)),
            (theirs.strides_code("t"), theirs.strides(tensor)),
            units,
        ),
        _twin("device", ("x.device", array.device), ("t.device", tensor.device)),
    ]
    return (*rows, *_cell_row(array, tensor, seeded=seeded))


def _twin(question: str, numpy: tuple[str, object], torch: tuple[str, object], why: str = "") -> Twin:
    answers = str(numpy[1]), str(torch[1])
    return Twin(question, numpy[0], torch[0], *answers, _short(answers[0]) != _short(answers[1]), why)


def _cell_row(array: NDArray[Any], tensor: torch.Tensor, *, seeded: bool) -> tuple[Twin, ...]:
    """Compare the first cell in which the two differ; the first of all where none does, and nothing without cells."""
    own, other = array.ravel().tolist(), tensor.detach().flatten().tolist()
    if not own or len(own) != len(other):
        return ()
    place = next((place for place, pair in enumerate(zip(own, other, strict=True)) if not _same(*pair)), None)
    at = place or 0
    codes = f"x.flat[{at}].item()", f"t.flatten()[{at}].item()"
    if place is None:
        return (Twin("first cell", *codes, str(own[0]), str(other[0]), differs=False),)
    if isinf(other[at]):
        why = "It is beyond what PyTorch's dtype can hold."
    elif seeded:
        why = "The generators are different programs: one seed means other numbers in each."
    elif abs(own[at] - other[at]) <= 1e-6 * abs(own[at]):
        why = "Only because one of them keeps fewer digits."
    else:
        why = "The libraries compute these values differently."
    question = "first cell that differs" if at else "first cell"
    return (Twin(question, *codes, str(own[at]), str(other[at]), differs=True, why=why),)


def _same(own: float, other: float) -> bool:
    return own == other or (own != own and other != other)


def _short(answer: str) -> str:
    return answer.removeprefix("torch.")


def _why_dtype(array: NDArray[Any]) -> str:
    if array.dtype.kind == "f":
        return "NumPy computes in double precision by itself, PyTorch in single: half the memory, faster on a GPU."
    return "The libraries choose differently here."


def _code(recipe: Recipe, rows: tuple[Twin, ...]) -> str:
    lines = ["import numpy as np", "import torch", "", f"x = {recipe.code}", f"t = {recipe.torch_code}"]
    return "\n".join([*lines, *(f"print({row.numpy_code}, {row.torch_code})" for row in rows)])
