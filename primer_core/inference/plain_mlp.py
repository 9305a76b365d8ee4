"""The small second network that the app comes with: an MLP that never saw a drawing, to be compared with."""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

CHECKPOINT = Path(__file__).parent / "checkpoints" / "plain_mlp.pt"

_loading = threading.Lock()


def load_plain_mlp() -> nn.Module:
    """Give the network, in evaluation mode: one object for the whole process, so do not change it.

    It takes pixels (n, 1, 28, 28) in 0..1 and gives logits (n, 10). It is read once, with ``weights_only=True``, and
    computes in float32.

    Raises
    ------
    FileNotFoundError
        If the checkpoint file is missing.
    """
    with _loading:
        return _loaded()


@cache
def _loaded() -> nn.Module:
    import torch

    from primer_core.models import build_model
    from primer_core.models.normalise import Normalised

    stored = torch.load(CHECKPOINT, map_location="cpu", weights_only=True)
    model = Normalised(build_model(stored["model"], seed=0), stored["mean"], stored["std"])
    # Stored as float16 to be small; copying into the model's float32 tensors widens them.
    model.model.load_state_dict(stored["state_dict"])
    return model.requires_grad_(False).eval()
