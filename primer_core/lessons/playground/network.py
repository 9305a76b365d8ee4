"""The network of a question: affine layers with an activation after each but the last.

All its numbers lie in one row, from which an answer takes them. The arithmetic is PyTorch's, call for call that of
``nn.Linear`` and of the activations as modules. Matrix products of numbers that begin elsewhere in memory are rounded
otherwise, now and then; so each weight matrix and each bias begins where one of its own would.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from primer_core.backend.loading import load_torch
from primer_core.lessons.playground.question import Edit, parameter_count

if TYPE_CHECKING:
    import torch

_chance = threading.Lock()

_APART = 16
"""PyTorch lets tensors begin at multiples of 64 bytes, which is so many float32."""


class Network:
    """A network whose weights and biases are views of one row of numbers, layer by layer, weights before biases.

    That row has zeros between them, which nothing changes: neither their gradients nor what an optimiser keeps of them
    are ever anything else.

    Parameters
    ----------
    sizes
        Width of the input, of each hidden layer, and of the output.
    activation
        A key of `primer_core.lessons.playground.question.ACTIVATIONS`.
    numbers
        (parameters,) float32: its weights and biases at first, which are copied.

    Attributes
    ----------
    row
        (places,) float32, of which weights and biases are views; it changes as the network learns.
    weights, biases
        Of each layer: (out, in) and (out,).
    gradient
        (places,) float32, of which the gradients of all weights and biases are views.
    """

    def __init__(self, sizes: tuple[int, ...], activation: str, numbers: torch.Tensor) -> None:
        load_torch()
        import torch

        if numbers.shape != (parameter_count(sizes),):
            raise ValueError(f"expected {parameter_count(sizes)} numbers for {sizes}, got shape {tuple(numbers.shape)}")
        self.sizes, self.row = sizes, spread(sizes, numbers)
        self.gradient = torch.zeros_like(self.row)
        self.weights: list[torch.Tensor] = []
        self.biases: list[torch.Tensor] = []
        self._activate = _activations()[activation]
        at = 0
        for fan_in, fan_out in pairwise(sizes):
            for shape, kept in (((fan_out, fan_in), self.weights), ((fan_out,), self.biases)):
                end = at + math.prod(shape)
                leaf = self.row[at:end].view(shape).detach().requires_grad_()
                leaf.grad = self.gradient[at:end].view(shape)
                kept.append(leaf)
                at = _next(end)

    @property
    def numbers(self) -> torch.Tensor:
        """All weights and biases as they stand, (parameters,) float32: a copy."""
        return gathered(self.sizes, self.row)

    def logits(self, inputs: torch.Tensor) -> torch.Tensor:
        """What comes out for inputs (n, in): (n, out)."""
        load_torch()
        from torch.nn import functional

        last = len(self.weights) - 1
        for layer, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            inputs = functional.linear(inputs, weight, bias)
            if layer < last:
                inputs = self._activate(inputs)
        return inputs

    def layers(self, inputs: torch.Tensor) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """The sums and the values of each layer for inputs (n, in), both (n, width); no gradient is kept."""
        load_torch()
        import torch
        from torch.nn import functional

        found = []
        with torch.no_grad():
            for layer, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
                sums = functional.linear(inputs, weight, bias)
                inputs = self._activate(sums) if layer < len(self.weights) - 1 else sums
                found.append((sums, inputs))
        return found

    def put(self, edit: Edit) -> None:
        """Set one of the numbers."""
        load_torch()
        import torch

        with torch.no_grad():
            if edit.column is None:
                self.biases[edit.layer][edit.row] = edit.value
            else:
                self.weights[edit.layer][edit.row, edit.column] = edit.value


def spread(sizes: tuple[int, ...], numbers: torch.Tensor) -> torch.Tensor:
    """Lay out a number for each weight and bias, (parameters,), as a network's row, (places,): with zeros between."""
    places, count = _places(sizes)
    row = numbers.new_zeros(count)
    row[places] = numbers
    return row


def gathered(sizes: tuple[int, ...], row: torch.Tensor) -> torch.Tensor:
    """Take a number for each weight and bias, (parameters,), from a row as `spread` lays it out."""
    return row[_places(sizes)[0]]


@lru_cache(maxsize=128)
def _places(sizes: tuple[int, ...]) -> tuple[torch.Tensor, int]:
    """Where in a network's row each number lies, and how many places it has."""
    load_torch()
    import torch

    parts, at = [], 0
    for fan_in, fan_out in pairwise(sizes):
        for count in (fan_out * fan_in, fan_out):
            parts.append(torch.arange(at, at + count))
            at = _next(at + count)
    return torch.cat(parts), at


def _next(place: int) -> int:
    """The first place from here on where a tensor may begin."""
    return -(-place // _APART) * _APART


def _activations() -> Mapping[str, Callable[[torch.Tensor], torch.Tensor]]:
    load_torch()
    import torch
    from torch.nn import functional

    return {"tanh": torch.tanh, "relu": functional.relu, "sigmoid": torch.sigmoid, "none": lambda sums: sums}


def start(sizes: tuple[int, ...], seed: int) -> torch.Tensor:
    """The first weights and biases, (parameters,) float32: those that ``nn.Linear`` draws for a seed."""
    return _drawn(sizes, seed)[0].clone()


def state_after_start(sizes: tuple[int, ...], seed: int) -> torch.Tensor:
    """The state of torch's generator once the first weights are drawn: a script goes on with it."""
    return _drawn(sizes, seed)[1]


@lru_cache(maxsize=128)
def _drawn(sizes: tuple[int, ...], seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    load_torch()
    import torch
    from torch import nn

    with _chance, torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        layers = [nn.Linear(fan_in, fan_out) for fan_in, fan_out in pairwise(sizes)]
        row = torch.cat([each.detach().flatten() for layer in layers for each in (layer.weight, layer.bias)])
        return row, torch.get_rng_state()
