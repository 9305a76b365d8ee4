"""Snippets of the broadcasting lesson: each runs as copied and prints what the page shows."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from primer_core.backend.imports import import_lines
from primer_core.language.operand import Operand
from primer_core.lessons.broadcasting.question import NAMES, Loss


def stays_a_number(operands: Sequence[Operand], *, inplace: bool) -> tuple[bool, ...]:
    """Say of each operand whether it is computed with as the number of Python that was typed.

    Such a number has no dtype of its own. Where the first two are numbers, or a number is written into, arrays of NumPy
    stand for all: Python would compute by itself.
    """
    numbers = [bool(operand.number) for operand in operands]
    if all(numbers[:2]) or (inplace and numbers[0]):
        return (False,) * len(numbers)
    return tuple(numbers)


def forward(
    operands: Sequence[Operand],
    sign: str,
    views: Sequence[NDArray[Any]],
    result: NDArray[Any],
    *,
    inplace: bool = False,
) -> str:
    """Write the snippet that computes the result and shows how each stretched operand is read."""
    if inplace:
        return "\n".join([*_given(operands, inplace=True), f"a {sign}= b", "print(a)"])
    lines = [*_given(operands), f"y = {_expression(operands, sign)}", "print(y)"]
    for name, operand, view in zip(NAMES, operands, views, strict=False):
        if operand.shape != result.shape:
            lines += [f"as_read = np.broadcast_to({name}, y.shape)", f"print(as_read.strides)  # {view.strides}"]
    return "\n".join(lines)


def shapes(given: Sequence[tuple[int, ...]]) -> str:
    """Write the snippet that asks NumPy in which shape shapes meet, without arrays of that size."""
    named = dict(zip(NAMES, given, strict=False))
    lines = [
        f"{name} = np.broadcast_to(0, {shape})  # one number, however large the shape" for name, shape in named.items()
    ]
    arguments = ", ".join(f"{name}.shape" for name in named)
    return "\n".join(["import numpy as np", "", *lines, f"print(np.broadcast_shapes({arguments}))"])


def failing(operands: Sequence[Operand], sign: str, error: str = "ValueError", *, inplace: bool = False) -> str:
    """Write the snippet that meets NumPy's error and prints it."""
    computed = f"a {sign}= b" if inplace else f"y = {_expression(operands, sign)}"
    lines = [*_given(operands, inplace=inplace), "try:", f"    {computed}"]
    lines += [f"except {error} as error:", "    print(error)"]
    return "\n".join(lines)


def backward(operands: Sequence[Operand], sign: str, of: Loss, gradients: Sequence[NDArray[Any]]) -> str:
    """Write the snippet that lets PyTorch find the gradients that the page sums up by hand."""
    names = NAMES[: len(operands)]
    loss = {
        "y.sum()": ["y.sum().backward()"],
        "y.mean()": ["y.mean().backward()"],
        "1, 2, 3, …": ["y.backward(torch.arange(1.0, y.numel() + 1, dtype=y.dtype).reshape(y.shape))"],
    }[of]
    lines = [*dict.fromkeys(["import torch", *_given(operands)]), ""]
    lines += [f"{name} = torch.tensor({name} * 1.0, requires_grad=True)" for name in names]
    lines += [f"y = {_expression(operands, sign)}", *loss]
    lines += [f"print({name}.grad)  # shape {gradient.shape}" for name, gradient in zip(names, gradients, strict=True)]
    return "\n".join(lines)


def _given(operands: Sequence[Operand], *, inplace: bool = False) -> list[str]:
    codes = [
        operand.number if as_number else operand.code
        for operand, as_number in zip(operands, stays_a_number(operands, inplace=inplace), strict=True)
    ]
    return [*import_lines(codes), "", *(f"{name} = {code}" for name, code in zip(NAMES, codes, strict=False))]


def _expression(operands: Sequence[Operand], sign: str) -> str:
    return f" {sign} ".join(NAMES[: len(operands)])
