"""A network that a training run left, made ready to predict."""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

    from primer_core.training.spec import RunSpec


def load_trained(spec: RunSpec, state_dict_bytes: bytes) -> nn.Module:
    """Load the network of a finished run, in evaluation mode.

    Parameters
    ----------
    spec
        What was trained.
    state_dict_bytes
        As `primer_core.training.Run.state_dict_bytes` gives it: parameters, and the scaling of the inputs.

    Returns
    -------
    nn.Module
        Takes pixels (n, 1, 28, 28) in [0, 1], or points (n, 2), and gives logits (n, classes).

    Raises
    ------
    RuntimeError
        If the bytes are not those of a network of this architecture.
    """
    import torch

    from primer_core.models import build_model
    from primer_core.models.normalise import Normalised

    network = Normalised(build_model(spec.model, spec.seed), mean=0.0, std=1.0)
    network.load_state_dict(torch.load(io.BytesIO(state_dict_bytes), weights_only=True))
    return network.eval()


@cache
def shipped_network() -> tuple[str, bytes]:
    """The shipped network as a start for others: its architecture, a name of `MODELS`, and what `load_trained` takes.

    Raises
    ------
    FileNotFoundError
        If the checkpoint file is missing.
    """
    import torch

    from primer_core.inference.predict import CHECKPOINT, load_checkpoint
    from primer_core.models.normalise import Normalised

    name: str = torch.load(CHECKPOINT, map_location="cpu", weights_only=True)["model"]
    shipped = load_checkpoint()
    assert isinstance(shipped, Normalised)
    # What it has besides, for drawings that are no digit, is not taught.
    network = Normalised(shipped.model, shipped.mean.item(), shipped.std.item())
    buffer = io.BytesIO()
    torch.save({key: value.contiguous() for key, value in network.state_dict().items()}, buffer)
    return name, buffer.getvalue()
