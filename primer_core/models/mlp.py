"""A multi-layer perceptron: affine layers with ReLU between them, and dropout if that is asked for."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn


class MLP(nn.Module):
    """Affine layers of given widths, with ReLU between them and none after the last.

    Parameters
    ----------
    sizes
        Width of the input, of each hidden layer, and of the output.
    dropout
        The share of each hidden layer's outputs that is set to zero while it trains, 0 to 1; None for no such layers.
    """

    def __init__(self, sizes: Sequence[int], dropout: float | None = None) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Flatten()]
        for fan_in, fan_out in pairwise(sizes):
            hidden = [nn.ReLU()] if dropout is None else [nn.ReLU(), nn.Dropout(dropout)]
            layers += [nn.Linear(fan_in, fan_out), *hidden]
        self.layers = nn.Sequential(*layers[: -len(hidden)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits (batch, sizes[-1]) of x (batch, ...) with sizes[0] values a sample."""
        logits: torch.Tensor = self.layers(x)
        return logits
