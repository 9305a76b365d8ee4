"""Asking a network of images, without changing it: what a reading and all that explains it share.

A network may be one object for all learners of a server. It is therefore never trained, hooked or moved here, and
gradients are asked of `torch.autograd.grad`, which adds nothing to anybody's ``.grad``.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch
    from torch import nn

BATCH = 64
"""Images that are asked about at once: enough to keep one core busy, in some 30 MB."""

Score = Callable[["torch.Tensor"], "torch.Tensor"]
"""Takes logits (n, classes) and gives one number for each image, (n,)."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute with one thread, in this thread of Python's.

    One image is too little to share: threads that wait for each other make it slower, and a hundred times slower where
    another program keeps a core busy. torch counts its threads for each Python thread on its own, so what others
    compute meanwhile is not slowed down.
    """
    import torch

    threads = torch.get_num_threads()
    if threads == 1:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def at_rest(model: nn.Module) -> nn.Module:
    """Give the network in evaluation mode: itself, or a copy where it is in training mode."""
    return copy.deepcopy(model).eval() if model.training else model


def tensor_of(images: NDArray[np.floating], model: nn.Module) -> torch.Tensor:
    """Put images (n, 28, 28) in 0..1 where the network computes: (n, 1, 28, 28) in its dtype, on its device."""
    import torch

    weights = next(model.parameters(), torch.zeros(0))
    # A copy: the images of predictions are read-only, which torch knows no tensors for.
    return torch.tensor(images).to(weights.device, weights.dtype).unsqueeze(1)


def logits_of(images: NDArray[np.floating], model: nn.Module) -> NDArray[np.floating]:
    """Ask a network of many images.

    Parameters
    ----------
    images
        (n, 28, 28) in 0..1.
    model
        In evaluation mode; gives logits (n, classes).

    Returns
    -------
    (n, classes), in the network's own dtype.
    """
    import torch

    with torch.inference_mode(), one_thread():
        parts = [model(tensor_of(images[start : start + BATCH], model)).cpu() for start in range(0, len(images), BATCH)]
    found: NDArray[np.floating] = torch.cat(parts).numpy()
    return found


def probabilities_of(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """The softmax of logits (..., classes) over the last axis, in float64."""
    wide = logits.astype(np.float64)
    powers = np.exp(wide - wide.max(axis=-1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def read_probabilities(images: NDArray[np.floating], model: nn.Module) -> NDArray[np.float64]:
    """Ask a network of images (n, 28, 28) in 0..1 for its probabilities, (n, classes); it is in evaluation mode."""
    return probabilities_of(logits_of(images, model))


def gradients_of(
    images: NDArray[np.floating], model: nn.Module, score: Score
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Ask for scores and their gradients by the pixels.

    Parameters
    ----------
    images
        (n, 28, 28) in 0..1.
    model
        In evaluation mode.
    score
        Of the logits of each image.

    Returns
    -------
    The scores (n,) and the gradients (n, 28, 28), in the network's own dtype.
    """
    import torch

    scores, gradients = [], []
    for start in range(0, len(images), BATCH):
        with torch.enable_grad(), one_thread():
            pixels = tensor_of(images[start : start + BATCH], model).requires_grad_(True)
            found = score(model(pixels))
            (gradient,) = torch.autograd.grad(found.sum(), pixels)
        scores.append(found.detach().cpu())
        gradients.append(gradient.squeeze(1).cpu())
    return torch.cat(scores).numpy(), torch.cat(gradients).numpy()


def lead(first: int, other: int | None) -> Score:
    """The score that an explanation is of: the logit of one class, less that of another.

    Parameters
    ----------
    first
        Class that is spoken for.
    other
        Class that is spoken against; None for the logit of `first` alone.
    """
    if other is None:
        return lambda logits: logits[:, first]
    return lambda logits: logits[:, first] - logits[:, other]
