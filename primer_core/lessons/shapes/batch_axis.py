"""What a network that reads images says to each tensor of a pipeline: to most of one image's shapes, an error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from primer_core.backend import Declined, pytorch
from primer_core.lessons.shapes.steps import Shape

if TYPE_CHECKING:
    from primer_core.lessons.shapes.pipeline import Snapshot

NETWORK = "cnn"
"""Its name in `primer_core.models.MODELS`: it wants (batch, 1, 28, 28) and gives (batch, 10)."""

_SIDE = 28


@dataclass(frozen=True, slots=True)
class Offered:
    """One tensor and what the network made of it.

    Parameters
    ----------
    name, shape
        Name and shape of the tensor.
    answer
        Shape of the logits; None where it was not taken.
    error
        PyTorch's own words where it was not.
    """

    name: str
    shape: Shape
    answer: Shape | None
    error: str | None


def offer_to_network(names: Sequence[str], states: Sequence[Snapshot]) -> tuple[Offered, ...]:
    """Offer x and the tensor after each step to a network; nothing where x is no image of 28 × 28.

    Each has a name. The tensors are converted to float32, their shapes left as they are.
    """
    if states[0].shape.count(_SIDE) < 2:
        return ()
    library, network = pytorch(), _network()
    answers = []
    for name, state in zip(names, states, strict=True):
        tensor = library.make(state.values.astype(np.float32))
        with library.module.inference_mode():
            found = library.attempt(network, tensor)
        answer, error = (None, found.text) if isinstance(found, Declined) else (tuple(found.shape), None)
        answers.append(Offered(name, state.shape, answer, error))
    return tuple(answers)


@cache
def _network() -> Any:
    from primer_core.models import build_model

    return build_model(NETWORK, seed=0).eval()
