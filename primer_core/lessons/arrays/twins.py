"""The same array in NumPy and in PyTorch: what each library says of it, and where they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend.loading import load_torch
from primer_core.language.creation import NoTwinError, Recipe, read_creation
from primer_core.language.limits import Refused, check_size

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
        What is asked.
    numpy_code, torch_code
        How each library is asked: ``x.nbytes``.
    numpy, torch
        What each answers.
    differs
        Whether the answers differ.
    why
        Why they would, in one sentence.
    """

    question: str
    numpy_code: str
    torch_code: str
    numpy: str
    torch: str
    differs: bool
    why: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Twins:
    """One array in both libraries.

    Parameters
    ----------
    refusal
        Why there is none.
    numpy_error, torch_error
        What a library said where it would not make it.
    rows
        Question by question; empty unless both made it.
    code
        A snippet that prints both answers to every question.
    """

    refusal: str | None = None
    numpy_error: str | None = None
    torch_error: str | None = None
    rows: tuple[Twin, ...] = ()
    code: str = ""


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


def explain_twins(text: str) -> Twins:
    """Make an array in both libraries and ask both the same. Loads torch. Nothing that is typed makes it raise.

    Parameters
    ----------
    text
        How it is made, in any spelling of `primer_core.language.creation.read_creation`.
    """
    try:
        recipe = read_creation(text)
        array = recipe.make()
        check_size(array.shape)
    except Refused as refused:
        return Twins(refusal=str(refused))
    except (ValueError, TypeError, OverflowError, ZeroDivisionError, MemoryError) as error:
        return Twins(numpy_error=f"{type(error).__name__}: {error}")
    try:
        tensor = recipe.make_torch()
    except NoTwinError as error:
        return Twins(torch_error=str(error))
    except (RuntimeError, ValueError, TypeError, OverflowError) as error:
        return Twins(torch_error=f"{type(error).__name__}: {str(error).splitlines()[0]}")
    rows = _rows(array, tensor, recipe.seed is not None)
    return Twins(None, None, None, rows, _code(recipe, rows))


def default_dtypes() -> tuple[DefaultDtype, ...]:
    """Ask both libraries, for every way of `MAKERS`, which dtype they choose. Loads torch."""
    found = []
    for text in MAKERS:
        recipe = read_creation(text)
        chosen = str(recipe.make().dtype), _plain(recipe.make_torch().dtype)
        found.append(DefaultDtype(recipe.code, recipe.torch_code, *chosen))
    return tuple(found)


def ranked_tensors() -> tuple[Tensor, ...]:
    """Make the tensors of `RANKS`. Loads torch."""
    load_torch()
    import torch

    made = (torch.tensor(7.0), torch.tensor([1.0, 2.0, 3.0]), torch.ones(2, 3), torch.zeros(2, 2, 3))
    return tuple(
        Tensor(code, tensor.numpy(), _plain(tensor.dtype), str(tensor.device))
        for code, tensor in zip(RANKS, made, strict=True)
    )


def ranks_code() -> str:
    """Write the snippet that prints rank, shape, dtype and device of every tensor of `RANKS`."""
    lines = ["import torch", "", f"for t in ({', '.join(RANKS)}):"]
    return "\n".join([*lines, "    print(t.ndim, tuple(t.shape), t.dtype, t.device)"])


def _rows(array: NDArray[Any], tensor: torch.Tensor, seeded: bool) -> tuple[Twin, ...]:
    values = tensor.detach().cpu().numpy()
    equal = array.shape == values.shape and bool(
        np.array_equal(array, values.astype(array.dtype), equal_nan=array.dtype.kind == "f")
    )
    close = equal or (array.dtype.kind == "f" and np.allclose(array, values, rtol=1e-6, equal_nan=True))
    unequal = (
        "The generators are different programs: one seed means other numbers in each."
        if seeded
        else "Only because one of them keeps fewer digits."
        if close
        else "The libraries compute these values differently."
    )
    asked: tuple[tuple[str, str, str, Any, Any, str], ...] = (
        ("dtype", "x.dtype", "t.dtype", array.dtype, tensor.dtype, _why_dtype(array)),
        ("axes", "x.ndim", "t.ndim", array.ndim, tensor.ndim, ""),
        ("shape", "x.shape", "tuple(t.shape)", array.shape, tuple(tensor.shape), ""),
        ("cells", "x.size", "t.numel()", array.size, tensor.numel(), ""),
        ("bytes a cell", "x.itemsize", "t.itemsize", array.itemsize, tensor.itemsize, "They follow the dtype."),
        ("bytes in all", "x.nbytes", "t.nbytes", array.nbytes, tensor.nbytes, "They follow the dtype."),
        ("strides", "x.strides", "t.stride()", array.strides, tensor.stride(), "NumPy counts bytes, PyTorch elements."),
        ("device", "x.device", "t.device", array.device, tensor.device, ""),
    )
    rows = [Twin(*row[:3], str(row[3]), str(row[4]), _plain(row[3]) != _plain(row[4]), row[5]) for row in asked]
    if array.size:
        first = str(array.flat[0].item()), str(tensor.flatten()[0].item())
        rows.append(Twin("first cell", "x.flat[0].item()", "t.flatten()[0].item()", *first, not equal, unequal))
    return tuple(rows)


def _plain(answer: Any) -> str:
    return str(answer).removeprefix("torch.")


def _why_dtype(array: NDArray[Any]) -> str:
    if array.dtype.kind == "f":
        return "NumPy computes in double precision by itself, PyTorch in single: half the memory, faster on a GPU."
    return "The libraries choose differently here."


def _code(recipe: Recipe, rows: tuple[Twin, ...]) -> str:
    lines = ["import numpy as np", "import torch", "", f"x = {recipe.code}", f"t = {recipe.torch_code}"]
    return "\n".join([*lines, *(f"print({row.numpy_code}, {row.torch_code})" for row in rows)])
