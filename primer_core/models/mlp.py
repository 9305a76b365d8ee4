"""A multi-layer perceptron: affine layers with ReLU between them."""

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
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Flatten()]
        for fan_in, fan_out in pairwise(sizes):
            layers += [nn.Linear(fan_in, fan_out), nn.ReLU()]
        self.layers = nn.Sequential(*layers[:-1])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits (batch, sizes[-1]) of x (batch, ...) with sizes[0] values a sample."""
        logits: torch.Tensor = self.layers(x)
        return logits
