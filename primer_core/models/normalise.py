"""Normalising as the first step of a model, so that whoever uses the model need not know how it was trained."""

import torch
from torch import nn


class Normalised(nn.Module):
    """``model((x - mean) / std)``: a model that takes plain pixels in 0..1.

    Parameters
    ----------
    model
        Takes (batch, 1, height, width), normalised.
    mean, std
        Of the pixels that `model` was trained on, in units of 0..1. They are stored as buffers: saved with the model,
        not learnt.

    Raises
    ------
    ValueError
        If `std` is not positive.
    """

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, model: nn.Module, mean: float, std: float) -> None:
        super().__init__()
        if not std > 0:
            raise ValueError(f"std must be positive, got {std}")
        self.model = model
        self.register_buffer("mean", torch.tensor(float(mean)))
        self.register_buffer("std", torch.tensor(float(std)))

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Logits (batch, classes) of pixels (batch, 1, height, width) in 0..1."""
        logits: torch.Tensor = self.model((pixels - self.mean) / self.std)
        return logits
