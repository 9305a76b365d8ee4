"""Snippets of the lesson on matrix products: each runs as copied and prints what the page shows."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from primer_core.language.operand import Operand


def product(operands: Sequence[Operand]) -> str:
    """Write the snippet that prints the product."""
    return "\n".join([*_given(operands), "c = a @ b", "print(c)", "print(c.shape)"])


def torch_product(operands: Sequence[Operand], result: NDArray[Any]) -> str:
    """Write the snippet in which PyTorch computes the same product of the same values."""
    # PyTorch multiplies only what is of one dtype, where NumPy promotes whole numbers by itself.
    convert = ", dtype=torch.float64" if result.dtype.kind == "f" else ""
    lines = ["import torch", *_given(operands), ""]
    lines += [f"{name} = torch.tensor({name}{convert})" for name in ("a", "b")]
    return "\n".join([*lines, "c = a @ b", "print(c)", "print(tuple(c.shape))"])


def failing(operands: Sequence[Operand]) -> str:
    """Write the snippet that meets NumPy's error and prints it."""
    # What a sum leaves is a NumPy number, not an array: it has no @, but goes into matmul.
    spelled = "np.matmul(a, b)" if any(operand.shape == () for operand in operands) else "a @ b"
    lines = ["try:", f"    c = {spelled}", "except ValueError as error:", "    print(error)"]
    return "\n".join([*_given(operands), *lines])


def _given(operands: Sequence[Operand]) -> list[str]:
    given = [f"{name} = {operand.code}" for name, operand in zip(("a", "b"), operands, strict=True)]
    return ["import numpy as np", "", *given]
