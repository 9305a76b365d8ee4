"""Snippets of the lesson on matrix products: each runs as copied and prints what the page shows."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from primer_core.backend import Backend
from primer_core.language.operand import Operand


def converts(operands: Sequence[Operand], library: Backend) -> bool:
    """Whether the operands have to be brought to one dtype before a library multiplies them."""
    return not library.promotes_products and len({operand.values.dtype for operand in operands}) > 1


def product(operands: Sequence[Operand], result: NDArray[Any], library: Backend) -> str:
    """Write the snippet in which a library computes the product of the values, and which prints it."""
    lines = _given(operands)
    if not library.runs_numpy_code:
        dtype = str(result.dtype) if converts(operands, library) else ""
        made = [f"{name} = {library.converted_code(name, dtype)}" for name in ("a", "b")]
        lines = [library.import_line, *lines, "", *made]
    return "\n".join([*lines, "c = a @ b", "print(c)", f"print({library.shape_code('c')})"])


def failing(operands: Sequence[Operand]) -> str:
    """Write the snippet that meets NumPy's error and prints it."""
    # What a sum leaves is a NumPy number, not an array: it has no @, but goes into matmul.
    spelled = "np.matmul(a, b)" if any(operand.shape == () for operand in operands) else "a @ b"
    lines = ["try:", f"    c = {spelled}", "except ValueError as error:", "    print(error)"]
    return "\n".join([*_given(operands), *lines])


def _given(operands: Sequence[Operand]) -> list[str]:
    given = [f"{name} = {operand.code}" for name, operand in zip(("a", "b"), operands, strict=True)]
    return ["import numpy as np", "", *given]
