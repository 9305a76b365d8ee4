"""Layers that take the size of their input from the first one: until then their weights have no shape."""

from __future__ import annotations

from functools import cache, wraps
from math import prod
from typing import Any

from primer_core.backend.loading import load_torch
from primer_core.language.limits import MAX_SIZE, Refused, thousands

LAZY = (
    "LazyBatchNorm1d", "LazyBatchNorm2d", "LazyBatchNorm3d", "LazyConv1d", "LazyConv2d", "LazyConv3d",
    "LazyConvTranspose1d", "LazyConvTranspose2d", "LazyConvTranspose3d", "LazyInstanceNorm1d", "LazyInstanceNorm2d",
    "LazyInstanceNorm3d", "LazyLinear",
)  # fmt: skip

ASKED = ("dtype", "grad", "grad_fn", "is_leaf", "requires_grad", "shape")
"""What a parameter without a shape can be asked for; PyTorch refuses to tell the last one."""


def is_waiting(value: Any) -> bool:
    """Return whether a value is a parameter, or a buffer, that has no shape yet."""
    kind = type(value)
    return kind.__module__ == "torch.nn.parameter" and kind.__name__.startswith("Uninitialized")


@cache
def bounded(name: str) -> type:
    """Return PyTorch's class by that name, which refuses an input that would make too large a weight of it."""
    load_torch()
    from torch import nn

    real: Any = getattr(nn, name)

    @wraps(real.initialize_parameters)
    def initialize_parameters(self: Any, *values: Any, **more: Any) -> None:
        if values and weights_of(self, values[0]) > MAX_SIZE:
            raise Refused(f"{name} would have more than {thousands(MAX_SIZE)} weights for this input. Make it smaller.")
        real.initialize_parameters(self, *values, **more)

    members = {"__module__": real.__module__, "initialize_parameters": initialize_parameters}
    return type(name, (real,), members)


def weights_of(layer: Any, given: Any) -> int:
    """Return how many numbers the weight of such a layer has for an input."""
    shape = tuple(getattr(given, "shape", ()))
    if hasattr(layer, "out_features"):
        return int(layer.out_features) * max(shape[-1:], default=1)
    across = prod(layer.kernel_size) * int(layer.out_channels) if hasattr(layer, "kernel_size") else 1
    return across * max(shape[:2], default=1)
