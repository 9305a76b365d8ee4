"""The network of a question: affine layers with an activation after each but the last.

All its numbers lie in one row, which is what an answer carries. The arithmetic is PyTorch's, call for call that of
``nn.Linear`` and of the activations as modules.
"""

from __future__ import annotations

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


class Network:
    """A network whose weights and biases are views of one row of numbers, layer by layer, weights before biases.

    Parameters
    ----------
    sizes
        Width of the input, of each hidden layer, and of the output.
    activation
        A key of `primer_core.lessons.playground.question.ACTIVATIONS`.
    row
        (parameters,) float32; it is kept, and changes as the network learns.

    Attributes
    ----------
    weights, biases
        Of each layer: (out, in) and (out,).
    gradient
        (parameters,) float32, of which the gradients of all weights and biases are views.
    """

    def __init__(self, sizes: tuple[int, ...], activation: str, row: torch.Tensor) -> None:
        load_torch()
        import torch

        if row.shape != (parameter_count(sizes),):
            raise ValueError(f"expected {parameter_count(sizes)} numbers for {sizes}, got shape {tuple(row.shape)}")
        self.sizes, self.row, self.gradient = sizes, row, torch.zeros_like(row)
        self.weights: list[torch.Tensor] = []
        self.biases: list[torch.Tensor] = []
        self._activate = _activations()[activation]
        at = 0
        for fan_in, fan_out in pairwise(sizes):
            for shape, kept in (((fan_out, fan_in), self.weights), ((fan_out,), self.biases)):
                end = at + (fan_out * fan_in if len(shape) == 2 else fan_out)
                leaf = row[at:end].view(shape).detach().requires_grad_()
                leaf.grad = self.gradient[at:end].view(shape)
                kept.append(leaf)
                at = end

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
