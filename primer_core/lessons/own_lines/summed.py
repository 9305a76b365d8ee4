"""The sum that is left of an array where one that was stretched over it is to be changed by it."""

from __future__ import annotations

import ast

from primer_core.lessons.alignment import axis_rule, joint_shape
from primer_core.lessons.own_lines.failing import wrapped


def stretched_over(shape: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    """Return the axes of an array along which another one is stretched; none where that is stretched, too."""
    if joint_shape(axis_rule([shape, other])) != other:
        return ()
    lacks = len(other) - len(shape)
    return tuple(axis for axis, size in enumerate(other) if axis < lacks or shape[axis - lacks] != size)


def summed(node: ast.expr, text: str, shape: tuple[int, ...], other: tuple[int, ...], *, is_tensor: bool) -> str:
    """Return what adds up an array along all axes along which another one is stretched; empty where none is.

    Parameters
    ----------
    node, text
        What stands for the array.
    shape, other
        Of the one that is stretched, and of the array.
    is_tensor
        Whether the array is PyTorch's.
    """
    axes = stretched_over(shape, other)
    if not axes:
        return ""
    asked, lacks = wrapped(node, text), len(other) - len(shape)
    if all(size == 1 for size in shape) and len(axes) == len(other):
        return f"{asked}.sum()"
    word, keeps = ("dim", "keepdim") if is_tensor else ("axis", "keepdims")
    along = f"{word}={axes[0] if len(axes) == 1 else axes}"
    if axes == tuple(range(lacks)):
        return f"{asked}.sum({along})"
    kept = f"{asked}.sum({along}, {keeps}=True)"
    return f"{kept}.reshape({shape})" if lacks else kept
