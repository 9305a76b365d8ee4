"""One hidden layer from bare ``nn.Parameter``: what ``nn.Linear`` hides, written out."""

import torch
from torch import nn
from torch.nn import functional


class RawMLP(nn.Module):
    """``logits = relu(x @ W1 + b1) @ W2 + b2`` with weights drawn as ``randn * 0.01`` and biases of zero.

    Parameters
    ----------
    inputs, hidden, outputs
        Widths of the layers. W1 is (inputs, hidden), W2 is (hidden, outputs).
    """

    def __init__(self, inputs: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.W1 = nn.Parameter(torch.randn(inputs, hidden) * 0.01)
        self.b1 = nn.Parameter(torch.zeros(hidden))
        self.W2 = nn.Parameter(torch.randn(hidden, outputs) * 0.01)
        self.b2 = nn.Parameter(torch.zeros(outputs))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits (batch, outputs) of x (batch, ...) with `inputs` values a sample."""
        hidden = functional.relu(x.flatten(1) @ self.W1 + self.b1)
        return hidden @ self.W2 + self.b2
