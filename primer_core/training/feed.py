"""Which samples a pass of a run has, and in what order: all training samples, or own digits among replayed images."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import nn

from primer_core.data import images_to_floats
from primer_core.training.teaching import CLASSES, Teaching

_EVALUATION_BATCH = 1000


class Feed(Protocol):
    """The training samples of a run, pass by pass.

    Attributes
    ----------
    labels
        (n,) int64: the class of each sample, by its row.
    size
        Samples in a pass.
    """

    labels: torch.Tensor
    size: int

    def order(self) -> torch.Tensor:
        """The rows of a pass, (size,), in the order of training, drawn from torch's global generator."""
        ...

    def gather(self, rows: torch.Tensor, out: torch.Tensor) -> None:
        """Write the inputs of some rows, (len(rows), ...), into `out`."""
        ...


class WholeSet:
    """Each training sample once a pass.

    Parameters
    ----------
    inputs, labels
        (n, ...) float32 and (n,) int64.
    """

    def __init__(self, inputs: torch.Tensor, labels: torch.Tensor) -> None:
        self._inputs = inputs
        self.labels = labels
        self.size = len(labels)

    def order(self) -> torch.Tensor:
        """A permutation of all rows, drawn exactly as a DataLoader does."""
        return permutation(self.size)

    def gather(self, rows: torch.Tensor, out: torch.Tensor) -> None:
        """Copy the rows."""
        torch.index_select(self._inputs, 0, rows, out=out)


class OwnDigits:
    """Each of a learner's own digits that are not held out once a pass, with replayed training images among them.

    The replayed ones are drawn anew for each pass, none twice in it while there are enough, and lie evenly among the
    others: each batch has the replay share, to the nearest whole image, however large it is.

    Parameters
    ----------
    inputs, labels
        Training images of the set, (n, 1, 28, 28) float32 and (n,) int64; rows from 0 to n - 1.
    own_inputs, own_labels
        The digits to learn, scaled likewise; rows from n on.
    replay
        Share of each batch that are training images, from 0 to below 1.
    """

    def __init__(
        self,
        inputs: torch.Tensor,
        labels: torch.Tensor,
        own_inputs: torch.Tensor,
        own_labels: torch.Tensor,
        replay: float,
    ) -> None:
        self._inputs, self._own = inputs, own_inputs
        self.labels = torch.cat([labels, own_labels])
        self._replayed = replayed_in(len(own_labels), replay)
        self.size = len(own_labels) + self._replayed

    def order(self) -> torch.Tensor:
        """The digits in an order drawn anew, replayed images spread evenly among them."""
        count = len(self._inputs)
        own = permutation(len(self._own)) + count
        if not self._replayed:
            return own
        rounds = -(-self._replayed // count)
        replayed = torch.cat([permutation(count) for _ in range(rounds)])[: self._replayed]
        # At place p, p / size of the replayed images are due.
        due = torch.arange(self.size + 1) * self._replayed // self.size
        is_replayed = due.diff() == 1
        rows = torch.empty(self.size, dtype=torch.int64)
        rows[is_replayed], rows[~is_replayed] = replayed, own
        return rows

    def gather(self, rows: torch.Tensor, out: torch.Tensor) -> None:
        """Copy the rows, each from where it lies."""
        count = len(self._inputs)
        is_own = rows >= count
        out[~is_own], out[is_own] = self._inputs[rows[~is_own]], self._own[rows[is_own] - count]


def replayed_in(count: int, replay: float) -> int:
    """How many training images a pass over so many own digits replays."""
    return round(count * replay / (1 - replay))


def pass_size(teaching: Teaching, replay: float) -> int:
    """How many samples a pass of a run with this teaching has."""
    learned = teaching.held_out.count(False)
    return learned + replayed_in(learned, replay)


def permutation(size: int) -> torch.Tensor:
    """A permutation of `size` samples, (size,), drawn from the global generator exactly as a DataLoader does.

    A DataLoader first draws a seed for its workers, then its sampler draws a seed for a generator of its own.
    """
    torch.empty((), dtype=torch.int64).random_()
    seed = int(torch.empty((), dtype=torch.int64).random_().item())
    return torch.randperm(size, generator=torch.Generator().manual_seed(seed))


def digits_of(teaching: Teaching, mean: float, std: float) -> tuple[torch.Tensor, torch.Tensor]:
    """The digits of a teaching, held out or not: inputs (n, 1, 28, 28) float32 and labels (n,) int64.

    Parameters
    ----------
    teaching
        Holds them as bytes.
    mean, std
        What is taken off the pixels in 0..1, and what they are divided by then.
    """
    pixels = torch.frombuffer(bytearray(teaching.images), dtype=torch.uint8).reshape(-1, 28, 28)
    return images_to_floats(pixels, mean, std), torch.tensor(teaching.labels)


def read_by(model: nn.Module, inputs: torch.Tensor) -> torch.Tensor:
    """The label, (n,) int64, that a model gives each input; it is in evaluation mode meanwhile."""
    was_training = model.training
    model.eval()
    with torch.inference_mode():
        read = torch.cat([model(part).argmax(dim=1) for part in torch.split(inputs, _EVALUATION_BATCH)])
    model.train(was_training)
    return read


def right_by_class(read: torch.Tensor, labels: torch.Tensor) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Of each class, how many labels are read right, and how many there are."""
    right, size = (torch.bincount(part, minlength=CLASSES).tolist() for part in (labels[read == labels], labels))
    return tuple(right), tuple(size)
