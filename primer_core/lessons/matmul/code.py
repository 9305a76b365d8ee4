"""Snippets of the lesson on matrix products: each runs as copied and prints what the page shows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import Backend
from primer_core.backend.imports import import_lines
from primer_core.language.operand import Operand
from primer_core.lessons.matmul.question import NAMES


def converts(operands: Sequence[Operand], library: Backend) -> bool:
    """Whether the operands have to be brought to one dtype before a library multiplies them."""
    return not library.promotes_products and len({operand.values.dtype for operand in operands}) > 1


def product(operands: Sequence[Operand], result: NDArray[Any], library: Backend) -> str:
    """Write the snippet in which a library computes the product of the values, and which prints it."""
    printed = ["print(c)", f"print({library.shape_code('c')})"]
    if not library.runs_numpy_code and _has_no_products(result.dtype):
        again = f"c = (a @ b).to(torch.{result.dtype})  # PyTorch has no product in {result.dtype}"
        return "\n".join([*_given(operands, library, "int64"), again, *printed])
    dtype = str(result.dtype) if converts(operands, library) else ""
    return "\n".join([*_given(operands, library, dtype), "c = a @ b", *printed])


def _has_no_products(dtype: np.dtype[Any]) -> bool:
    """Whether PyTorch multiplies no matrices of a dtype."""
    return dtype.kind == "b" or (dtype.kind == "u" and dtype.itemsize > 1)


def shapes(a: tuple[int, ...], b: tuple[int, ...]) -> str:
    """Write the snippet that asks PyTorch for the shape of a product, without numbers and without memory for them."""
    lines = [f'{name} = torch.empty({shape}, device="meta")' for name, shape in zip(NAMES, (a, b), strict=True)]
    return "\n".join(
        ["import torch", "", "# a shape alone: no numbers, no memory", *lines, "c = a @ b", "print(tuple(c.shape))"]
    )


def failing(operands: Sequence[Operand], library: Backend) -> str:
    """Write the snippet that meets a library's error and prints it."""
    # What a sum leaves is a NumPy number, not an array: it has no @, but goes into matmul.
    number = library.runs_numpy_code and any(operand.shape == () for operand in operands)
    error = "ValueError" if library.runs_numpy_code else "RuntimeError"
    lines = [
        "try:",
        f"    c = {'np.matmul(a, b)' if number else 'a @ b'}",
        f"except {error} as error:",
        "    print(error)",
    ]
    dtype = "float64" if converts(operands, library) else ""
    return "\n".join([*_given(operands, library, dtype), *lines])


def _given(operands: Sequence[Operand], library: Backend, dtype: str) -> list[str]:
    """Write how the operands are made; a dtype to which a library converts them, or none."""
    given = [
        *import_lines(operand.code for operand in operands),
        "",
        *(f"{name} = {operand.code}" for name, operand in zip(NAMES, operands, strict=True)),
    ]
    if library.runs_numpy_code:
        return given
    return [
        *dict.fromkeys([library.import_line, *given]),
        "",
        *(f"{name} = {library.converted_code(name, dtype)}" for name in NAMES),
    ]
