"""Which inputs a network could be given that a program makes and never calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from primer_core.language.programs.interpreter import Interpreter
from primer_core.language.programs.layers import first_layer, is_network

_SIDES = (28, 32, 8, 16, 64, 14, 12, 10, 20, 24, 48)
"""Pixels along a side of a picture, the likeliest first."""


def idle_networks(interpreter: Interpreter) -> tuple[str, ...]:
    """Return calls for the last network of the program that it bound to a name and did not call; none for others."""
    names = [
        name
        for name, value in interpreter.names.items()
        if is_network(value) and next(iter(value.children()), None) is not None
    ]
    idle = [name for name in names if not interpreter.layers.was_called(interpreter.names[name])]
    if not idle or len(idle) < len(names):
        return ()
    network = interpreter.names[idle[-1]]
    return tuple(f"{idle[-1]}({made})" for samples in (1, 2) for made in _inputs(network, samples))


def _inputs(network: Any, samples: int) -> Iterator[str]:
    """Go through inputs that the first layer takes; a batch norm asks for more than one sample."""
    found = first_layer(network)
    if found is None:
        return
    kind, settings = found
    match kind:
        case "Linear":
            yield f"torch.zeros({samples}, {settings['in_features']})"
        case "Conv1d":
            yield from (f"torch.zeros({samples}, {settings['in_channels']}, {side})" for side in (16, 32, 64))
        case "Conv2d" | "ConvTranspose2d":
            yield from (f"torch.zeros({samples}, {settings['in_channels']}, {side}, {side})" for side in _SIDES)
        case "BatchNorm1d":
            yield f"torch.zeros({samples}, {settings['num_features']})"
        case "BatchNorm2d":
            yield f"torch.zeros({samples}, {settings['num_features']}, 28, 28)"
        case "Embedding":
            yield f"torch.zeros({samples}, 5, dtype=torch.int64)"
        case "LSTM" | "GRU" | "RNN":
            yield f"torch.zeros({samples}, 5, {settings['input_size']})"
