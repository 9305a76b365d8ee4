"""What is asked of PyTorch: logits and target as they were read, and how the loss is to be computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from primer_core.backend.loading import load_torch
from primer_core.lessons.softmax.question import Reduction, SoftmaxQuestion
from primer_core.lessons.softmax.reading import Typed

if TYPE_CHECKING:
    import torch

TAKEN = -100
"""The ``ignore_index`` that PyTorch takes where none is given."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question as it was read.

    Parameters
    ----------
    question
        What was asked.
    logits, target
        As they were typed.
    z
        The logits with the shift.
    """

    question: SoftmaxQuestion
    logits: Typed
    target: Typed
    z: torch.Tensor

    @property
    def T(self) -> float:  # noqa: N802 - the temperature's own name
        """Return the temperature."""
        return self.question.T

    @property
    def is_batch(self) -> bool:
        """Return whether the logits are rows of a batch."""
        return self.z.ndim == 2

    @property
    def rows(self) -> torch.Tensor:
        """Return the logits as rows, (N, C)."""
        return self.z if self.is_batch else self.z[None]

    @property
    def count(self) -> int:
        """Return how many rows there are."""
        return len(self.rows)

    @property
    def classes(self) -> int:
        """Return how many classes a row has."""
        return self.rows.shape[1]

    @property
    def opened(self) -> int:
        """Return the row whose steps are shown."""
        return min(self.question.row, self.count - 1)

    @property
    def has_probabilities(self) -> bool:
        """Return whether the target is a probability for each class of each row: it has the logits' shape."""
        return self.target.values.shape == self.z.shape

    @property
    def is_across(self) -> bool:
        """Return whether softmax runs over the rows of a batch, and not over its classes."""
        return self.is_batch and self.question.dim == "0"

    def divided(self, z: torch.Tensor) -> torch.Tensor:
        """Return logits divided by the temperature; as they are where it is 1, and where they are no decimals."""
        return z if self.T == 1 or not z.is_floating_point() else z / self.T

    @property
    def keywords(self) -> Mapping[str, Any]:
        """Return what ``cross_entropy`` is given by name: what is not its default."""
        question = self.question
        given = {
            "ignore_index": (question.ignore_index, TAKEN),
            "reduction": (question.reduction, "mean"),
            "label_smoothing": (question.smoothing, 0.0),
        }
        return {name: value for name, (value, usual) in given.items() if value != usual}


def written(keywords: Mapping[str, Any]) -> str:
    """Write keywords as code does, each with a comma before it."""
    pairs = ((name, f'"{value}"' if isinstance(value, str) else value) for name, value in keywords.items())
    return "".join(f", {name}={value}" for name, value in pairs)


def without_smoothing(keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keywords that ``nll_loss`` has, too."""
    return {name: value for name, value in keywords.items() if name != "label_smoothing"}


def weights(reduction: Reduction, counted: torch.Tensor) -> torch.Tensor:
    """Return by which factor each row goes into the loss: its share of a mean, or 1.

    Parameters
    ----------
    reduction
        What becomes of the rows' losses; of ``none`` the gradient is that of their sum.
    counted
        (N,) booleans: whether a row counts.
    """
    load_torch()
    import torch

    share = 1 / int(counted.sum()) if reduction == "mean" and counted.any() else 1.0
    return torch.where(counted, share, 0.0)
