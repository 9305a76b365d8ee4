"""The primer's toy set: seven points in the plane, in two classes that a line can tell apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True, eq=False)
class PointSplit:
    """Points in the plane with their classes.

    Attributes
    ----------
    train_points, test_points
        (n, 2) float32.
    train_labels, test_labels
        (n,) int64, 0 or 1.
    """

    train_points: torch.Tensor
    train_labels: torch.Tensor
    test_points: torch.Tensor
    test_labels: torch.Tensor


def toy_points() -> PointSplit:
    """Give the five points to train on and the two to test on, made anew at each call."""
    import torch

    return PointSplit(
        train_points=torch.tensor([[-1.2, 3.1], [-0.9, 2.9], [-0.5, 2.6], [2.3, -1.1], [2.7, -1.5]]),
        train_labels=torch.tensor([0, 0, 0, 1, 1]),
        test_points=torch.tensor([[-0.8, 2.8], [2.6, -1.6]]),
        test_labels=torch.tensor([0, 1]),
    )
