"""Images that a network finds alike: near each other in its last hidden layer."""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from primer_core.data.overview import KEPT_SETS, PARTS, images_of, part_of
from primer_core.inference.asking import BATCH, at_rest, one_thread, tensor_of

if TYPE_CHECKING:
    from torch import nn

MOST_IMAGES = 5_000
"""Images of a set among which neighbours are sought: all of the MNIST sample."""

MOST_BYTES = 300_000_000
"""What is kept of hidden layers of all networks together; what was made first makes room."""


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """Labelled images among which neighbours are sought.

    Attributes
    ----------
    images
        (n, 28, 28) uint8, 0 is background and 255 full ink.
    labels
        (n,) int64.
    parts
        (n,): index in `primer_core.data.overview.PARTS` of the part of the set that each image belongs to.
    rows
        (n,): the number of each image within its part.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    parts: NDArray[np.int64]
    rows: NDArray[np.int64]

    def floats(self) -> NDArray[np.float32]:
        """The images in 0..1."""
        return self.images.astype(np.float32) / np.float32(255)


@lru_cache(KEPT_SETS)
def gallery(name: str) -> Gallery:
    """Gather the images of a set, the training part first, `MOST_IMAGES` at most.

    Raises
    ------
    primer_core.data.DataError
        If they cannot be read.
    """
    split = images_of(name)
    found = [part_of(split, part) for part in PARTS]
    sizes = [len(part.labels) for part in found]
    return Gallery(
        images=np.concatenate([part.images.numpy() for part in found])[:MOST_IMAGES],
        labels=np.concatenate([part.labels.numpy() for part in found])[:MOST_IMAGES],
        parts=np.repeat(np.arange(len(PARTS)), sizes)[:MOST_IMAGES],
        rows=np.concatenate([np.arange(size) for size in sizes])[:MOST_IMAGES],
    )


def hidden_and_logits(
    images: NDArray[np.floating], model: nn.Module
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Ask a network for its last hidden layer, which is what goes into its last matrix product, and its logits.

    Torch's own calls are listened to, in this thread alone, so that the network needs no hook and no certain form:
    ``nn.Linear`` and ``x @ W`` are both seen.

    Parameters
    ----------
    images
        (n, 28, 28) in 0..1.
    model
        In evaluation mode.

    Returns
    -------
    (n, units) and (n, classes), in the network's own dtype.

    Raises
    ------
    ValueError
        If the network has no matrix product.
    """
    import torch
    from torch.overrides import TorchFunctionMode

    products = (torch.nn.functional.linear, torch.matmul, torch.Tensor.matmul, torch.Tensor.__matmul__)

    class Listening(TorchFunctionMode):
        given: torch.Tensor | None = None

        def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            if function in products:
                self.given = args[0]
            return function(*args, **(kwargs or {}))

    hidden, logits = [], []
    for start in range(0, len(images), BATCH):
        with torch.inference_mode(), one_thread(), Listening() as heard:
            logits.append(model(tensor_of(images[start : start + BATCH], model)).cpu())
        if heard.given is None:
            raise ValueError(f"{type(model).__name__} has no matrix product, so no last hidden layer is known")
        hidden.append(heard.given.cpu())
    return torch.cat(hidden).numpy(), torch.cat(logits).numpy()


@dataclass(slots=True, eq=False)
class _Kept:
    """What a network makes of a gallery, or will: whoever holds the lock computes it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    hidden: NDArray[np.floating] | None = None
    labels: NDArray[np.int64] | None = None


class Known:
    """What each network makes of a gallery, computed once and kept for as long as the network lives.

    Parameters
    ----------
    most_bytes
        Of all that is kept.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._kept: weakref.WeakKeyDictionary[nn.Module, _Kept] = weakref.WeakKeyDictionary()

    def of(self, model: nn.Module, shown: Gallery) -> tuple[NDArray[np.floating], NDArray[np.int64]]:
        """The last hidden layer (n, units) for each image of the gallery, and the labels (n,) that are read.

        A network is asked of one gallery only: that of the classes it knows.
        """
        with self._lock:
            kept = self._kept.setdefault(model, _Kept())
        with kept.lock:  # who comes second waits, and does not compute it as well
            if kept.hidden is None or kept.labels is None:
                kept.hidden, logits = hidden_and_logits(shown.floats(), at_rest(model))
                kept.labels = logits.argmax(axis=1)
                self._make_room(model)
            return kept.hidden, kept.labels

    def is_known(self, model: nn.Module) -> bool:
        """Whether `of` would answer at once."""
        with self._lock:
            kept = self._kept.get(model)
        return kept is not None and kept.hidden is not None

    def _make_room(self, newest: nn.Module) -> None:
        with self._lock:
            sizes = {model: 0 if one.hidden is None else one.hidden.nbytes for model, one in self._kept.items()}
            for model in list(sizes):
                if sum(sizes.values()) <= self._most_bytes or model is newest:
                    return
                del self._kept[model], sizes[model]


KNOWN = Known()
"""Of all networks of this process."""


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """The images of a gallery that are nearest to one image, the nearest first.

    Attributes
    ----------
    places
        (k,): where they stand in the gallery.
    distances
        (k,): the Euclidean distance of the last hidden layers.
    median
        The median distance of all images of the gallery.
    units
        Of the last hidden layer.
    """

    places: NDArray[np.int64]
    distances: NDArray[np.float64]
    median: float
    units: int


def nearest(
    model: nn.Module, image: NDArray[np.floating], shown: Gallery, count: int = 5, known: Known = KNOWN
) -> Neighbours:
    """Find the images of a gallery whose last hidden layer is nearest to that of an image.

    Parameters
    ----------
    model
        As for `primer_core.inference.attribution.input_gradient`. The first time it is asked of the whole gallery.
    image
        (28, 28) in 0..1.
    shown
        Where to seek.
    count
        How many to find, 1 or more.
    known
        What is kept of networks.
    """
    distances, _ = _distances(model, image, shown, known)
    order = np.argsort(distances, kind="stable")[:count]
    hidden, _ = known.of(model, shown)
    return Neighbours(order, distances[order], float(np.median(distances)), hidden.shape[1])


def nearest_of_class(
    model: nn.Module, image: NDArray[np.floating], shown: Gallery, label: int, known: Known = KNOWN
) -> int | None:
    """Find the nearest image of a class that the network reads as that class: its place; None if there is none.

    Parameters
    ----------
    model, image, shown, known
        As for `nearest`.
    label
        The class.
    """
    distances, read = _distances(model, image, shown, known)
    candidates = np.flatnonzero((shown.labels == label) & (read == label))
    return int(candidates[distances[candidates].argmin()]) if len(candidates) else None


def _distances(
    model: nn.Module, image: NDArray[np.floating], shown: Gallery, known: Known
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The distance of each image of the gallery (n,), and what is read in it (n,)."""
    hidden, read = known.of(model, shown)
    own = hidden_and_logits(image[None], at_rest(model))[0][0]
    # Differences, not products: in float32 the squares of near images cancel. In blocks, since all take 100 MB again.
    blocks = [hidden[start : start + 500] - own for start in range(0, len(hidden), 500)]
    squares = [np.einsum("ij,ij->i", block, block, dtype=np.float64) for block in blocks]
    return np.sqrt(np.concatenate(squares)), read
