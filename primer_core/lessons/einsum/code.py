"""Snippets of the lesson on einsum: each runs as copied and prints what the page shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from primer_core.backend.imports import import_lines
from primer_core.language.operand import Operand
from primer_core.lessons.einsum.question import NAMES

if TYPE_CHECKING:
    from primer_core.lessons.einsum.explain import LetterUse


def numpy_code(subscripts: str, operands: Sequence[Operand]) -> str:
    """Write the snippet that prints the result."""
    return "\n".join([*_given(operands), f"y = np.einsum({_call(subscripts, operands)})", "print(y)"])


def torch_code(subscripts: str, operands: Sequence[Operand], result: NDArray[Any]) -> str:
    """Write the snippet in which PyTorch computes the same of the same values."""
    # PyTorch multiplies only what is of one dtype, where NumPy promotes by itself, and has no products of some dtypes.
    mixed = len({operand.values.dtype for operand in operands}) > 1
    made = computed_in(result.dtype) or (str(result.dtype) if mixed else "")
    convert = f", dtype=torch.{made}" if made else ""
    again = f".to(torch.{result.dtype})" if computed_in(result.dtype) else ""
    tensors = [f"{name} = torch.tensor({name}{convert})" for name, _ in zip(NAMES, operands, strict=False)]
    lines = [*dict.fromkeys(["import torch", *_given(operands)]), "", *tensors]
    return "\n".join([*lines, f"y = torch.einsum({_call(subscripts, operands)}){again}", "print(y)"])


def computed_in(dtype: np.dtype[Any]) -> str:
    """Return the dtype in which PyTorch computes what it has no products of; empty where it has them."""
    return "int64" if dtype.kind == "b" or (dtype.kind == "u" and dtype.itemsize > 1) else ""


def failing(subscripts: str, operands: Sequence[Operand], error: str) -> str:
    """Write the snippet that meets NumPy's error and prints it."""
    lines = ["try:", f"    y = np.einsum({_call(subscripts, operands)})", f"except {error} as error:"]
    return "\n".join([*_given(operands), *lines, "    print(error)"])


def shape_alone(subscripts: str, shapes: Sequence[tuple[int, ...]]) -> str:
    """Write the snippet that prints the shape of the result, which PyTorch finds without computing a cell."""
    given = [f'{name} = torch.empty({shape}, device="meta")' for name, shape in zip(NAMES, shapes, strict=False)]
    called = ", ".join([f'"{subscripts}"', *NAMES[: len(shapes)]])
    return "\n".join(["import torch", "", *given, f"y = torch.einsum({called})", "print(tuple(y.shape))"])


def loops(operands: Sequence[Operand], letters: Sequence[LetterUse], result: NDArray[Any]) -> str:
    """Write the loops that einsum stands for: one for each letter, those of the result outside."""
    names = {use.letter: _variable(use.letter) for use in letters}
    kept = [use for use in letters if use.kept]
    zero = "False" if result.dtype.kind == "b" else "0" if result.dtype.kind in "iu" else "0.0"
    target = f"y[{', '.join(names[use.letter] for use in kept)}]" if kept else "y"
    made = f"np.zeros({result.shape}, dtype={str(result.dtype)!r})" if kept else zero
    lines = [*_given(operands), f"y = {made}"]
    for depth, use in enumerate(letters):
        lines.append(f"{'    ' * depth}for {names[use.letter]} in range({use.size}):")
    factors = [
        f"{name}[{', '.join(_index(letters, names, place, operand))}]" if operand.values.ndim else name
        for place, (name, operand) in enumerate(zip(NAMES, operands, strict=False))
    ]
    return "\n".join([*lines, f"{'    ' * len(letters)}{target} += {' * '.join(factors)}", "print(y)"])


def _variable(letter: str) -> str:
    """Return what a letter's loop counts with: the letter, unless an array is called so."""
    if letter.startswith("…"):
        return f"axis_{letter[1:]}"
    return f"{letter}_" if letter in (*NAMES, "y") else letter


def _index(letters: Sequence[LetterUse], names: dict[str, str], place: int, operand: Operand) -> list[str]:
    """Return the letter of each axis of an operand; 0 where it has size 1 and is read again and again."""
    found = [""] * operand.values.ndim
    for use in letters:
        for axis in use.axes[place]:
            found[axis] = names[use.letter] if operand.shape[axis] > 1 or use.size == 1 else "0"
    return found


def _call(subscripts: str, operands: Sequence[Operand]) -> str:
    return ", ".join([f'"{subscripts}"', *NAMES[: len(operands)]])


def _given(operands: Sequence[Operand]) -> list[str]:
    return [
        *import_lines(operand.code for operand in operands),
        "",
        *(f"{n} = {o.code}" for n, o in zip(NAMES, operands, strict=False)),
    ]
