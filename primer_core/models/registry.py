"""The architectures by name. Listing them does not load torch; building one does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import torch
    from torch import nn

InputKind = Literal["images", "points"]

#: Shape of one sample, by kind of input.
SAMPLE_SHAPES: dict[InputKind, tuple[int, ...]] = {"images": (1, 28, 28), "points": (2,)}

_rng_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One architecture of the registry.

    Parameters
    ----------
    name
        Its key in `MODELS`.
    title
        What a list of choices calls it.
    takes
        What one sample is: an image, (1, 28, 28), or a point, (2,).
    about
        What it is for, in one sentence.
    layers
        How many parameters (tensors) each layer with weights has, from the input to the logits, in the order of
        ``parameters()``.
    dropout
        The share that its dropout layers set to zero, as it is made; None if it has no such layers.
    factory
        Makes it, with weights drawn from torch's global generator.
    """

    name: str
    title: str
    takes: InputKind
    about: str
    layers: tuple[int, ...]
    dropout: float | None
    factory: Callable[[], nn.Module]


def _mlp(*sizes: int, dropout: float | None = None) -> Callable[[], nn.Module]:
    def build() -> nn.Module:
        from primer_core.models.mlp import MLP

        return MLP(sizes, dropout)

    return build


def _raw_mlp() -> nn.Module:
    from primer_core.models.raw_mlp import RawMLP

    return RawMLP(784, 128, 10)


def _cnn() -> nn.Module:
    from primer_core.models.cnn import SmallCNN

    return SmallCNN()


def _wide_cnn() -> nn.Module:
    from primer_core.models.cnn import WideCNN

    return WideCNN()


MODELS: dict[str, ModelEntry] = {
    entry.name: entry
    for entry in (
        ModelEntry(
            "mlp-128-64",
            "MLP 784-128-64-10",
            "images",
            "Two hidden layers of 128 and 64 units.",
            (2, 2, 2),
            None,
            _mlp(784, 128, 64, 10),
        ),
        ModelEntry(
            "mlp-dropout",
            "MLP 784-128-64-10 with dropout",
            "images",
            "The same two hidden layers, each followed by dropout.",
            (2, 2, 2),
            0.2,
            _mlp(784, 128, 64, 10, dropout=0.2),
        ),
        ModelEntry(
            "mlp-256-128",
            "MLP 784-256-128-10",
            "images",
            "Two wider hidden layers of 256 and 128 units.",
            (2, 2, 2),
            None,
            _mlp(784, 256, 128, 10),
        ),
        ModelEntry(
            "raw-128",
            "784-128-10 of raw parameters",
            "images",
            "One hidden layer written out as x @ W1 + b1, with weights drawn as randn * 0.01.",
            (2, 2),
            None,
            _raw_mlp,
        ),
        ModelEntry(
            "cnn",
            "Small CNN",
            "images",
            "Convolutions see neighbouring pixels together.",
            (2, 2, 2, 2),
            None,
            _cnn,
        ),
        ModelEntry(
            "cnn-wide",
            "Wide CNN",
            "images",
            "Four convolutions with batch normalisation: slow to train, hard to fool.",
            (3, 3, 3, 3, 2),
            0.3,
            _wide_cnn,
        ),
        ModelEntry(
            "toy",
            "MLP 2-30-20-2",
            "points",
            "For points in the plane, small enough to follow by hand.",
            (2, 2, 2),
            None,
            _mlp(2, 30, 20, 2),
        ),
    )
}


def _entry(name: str) -> ModelEntry:
    try:
        return MODELS[name]
    except KeyError:
        raise ValueError(f"There is no model {name!r}. There are {', '.join(MODELS)}.") from None


def build_model(name: str, seed: int) -> nn.Module:
    """Build an architecture with weights drawn from a seed.

    The weights are those that the same class gets right after ``torch.manual_seed(seed)``; torch's global generator
    is left as it was.

    Parameters
    ----------
    name
        A key of `MODELS`.
    seed
        Of the weights.

    Raises
    ------
    ValueError
        If there is no such architecture, with the names there are.
    """
    return build_with_random_state(name, seed)[0]


def build_with_random_state(name: str, seed: int) -> tuple[nn.Module, torch.Tensor]:
    """`build_model`, and the generator's state after the weights were drawn.

    A training loop that goes on drawing from that state shuffles as a plain script does that calls
    ``torch.manual_seed`` once, before it makes its model.
    """
    import torch

    entry = _entry(name)
    with _rng_lock, torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        model = entry.factory()
        return model, torch.get_rng_state()
