"""PyTorch's functions that read an image at other places, and attention: bounded before anything is made."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from primer_core.backend.loading import load_torch
from primer_core.language.limits import MAX_SIZE, Refused, thousands


def interpolate(input: Any, size: Any = None, scale_factor: Any = None, *positional: Any, **keywords: Any) -> Any:  # noqa: A002 - PyTorch's word
    """Return images ``(N, C, ...)`` in another size, as ``torch.nn.functional.interpolate`` does.

    Raises
    ------
    Refused
        If they would have more than `MAX_SIZE` numbers.
    """
    sides = list(input.shape)[2:]
    if size is not None:
        wanted = _numbers(size, len(sides))
    else:
        wanted = [side * factor for side, factor in zip(sides, _numbers(scale_factor, len(sides)), strict=False)]
    _check(prod(list(input.shape)[:2]) * prod(wanted))
    return _functional().interpolate(input, size, scale_factor, *positional, **keywords)


def affine_grid(theta: Any, size: Any, align_corners: Any = None) -> Any:
    """Return the places that an affine map reads, as ``torch.nn.functional.affine_grid`` does.

    Raises
    ------
    Refused
        If they would be more than `MAX_SIZE` numbers.
    """
    _check(prod(_numbers(size, 1)) * 3)
    return _functional().affine_grid(theta, size, align_corners)


def grid_sample(input: Any, grid: Any, *positional: Any, **keywords: Any) -> Any:  # noqa: A002 - PyTorch's word
    """Return images ``(N, C, ...)`` read at the places of a grid, as ``torch.nn.functional.grid_sample`` does.

    Raises
    ------
    Refused
        If they would have more than `MAX_SIZE` numbers.
    """
    _check(prod(list(input.shape)[:2]) * prod(list(grid.shape)[1:-1]))
    return _functional().grid_sample(input, grid, *positional, **keywords)


def scaled_dot_product_attention(query: Any, key: Any, value: Any, *positional: Any, **keywords: Any) -> Any:
    """Return the values that queries find by their keys, as PyTorch's function of that name does.

    Raises
    ------
    Refused
        If there would be more than `MAX_SIZE` pairs of a query and a key.
    """
    _check(prod(list(query.shape)[:-1]) * prod(list(key.shape)[-2:-1]))
    return _functional().scaled_dot_product_attention(query, key, value, *positional, **keywords)


def _numbers(value: Any, count: int) -> Sequence[float]:
    """Return the numbers of a size or a factor, a single one for each axis; none of what PyTorch declines."""
    values = list(value) if isinstance(value, tuple | list) else [value] * count
    return [abs(each) for each in values if isinstance(each, int | float)]


def _check(size: float) -> None:
    if size > MAX_SIZE:
        raise Refused(f"This makes more than {thousands(MAX_SIZE)} numbers. Smaller arrays show the same.")


def _functional() -> Any:
    load_torch()
    import torch

    return torch.nn.functional
