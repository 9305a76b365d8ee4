"""Samples that flow into batches: a data set once for each epoch, and under it where its samples land."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.picture.text import Role, Text

MOST_LINES = 40
"""Most samples whose ways are all drawn; of more, only the one that is looked at."""

SOURCE, LEFT_OUT = "dataset", "left out"
"""What stands above all samples, and under those that are in no batch."""

FEW = 8
"""Most samples that are drawn large."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample of the data set, whose index is its place.

    Parameters
    ----------
    role
        Whose colour its label wears.
    says
        What the data set returns for it.
    """

    kind: ClassVar[str] = "sample"
    role: Role
    says: Text


@dataclass(frozen=True, slots=True)
class LabelColour:
    """Whose colour a label wears, and what it is called, in plain text."""

    kind: ClassVar[str] = "labelcolour"
    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class BatchBox:
    """A batch.

    Parameters
    ----------
    name
        Plain text.
    note
        Plain text: its shape.
    samples
        Indices of its samples, by their position.
    refused
        Whether it is marked as one that was refused.
    """

    kind: ClassVar[str] = "batchbox"
    name: str
    note: str
    samples: tuple[int, ...]
    refused: bool = False


@dataclass(frozen=True, slots=True)
class EpochFlow:
    """One pass over the data set.

    Parameters
    ----------
    name
        Plain text.
    batches
        In their order.
    left_out
        Indices of samples that are in none, ascending.
    ways
        For each sample, where it lands.
    """

    kind: ClassVar[str] = "epochflow"
    name: str
    batches: tuple[BatchBox, ...]
    left_out: tuple[int, ...]
    ways: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Batches:
    """Epochs side by side, one below the other where there is no room.

    Parameters
    ----------
    samples
        Of the data set, by their indices.
    legend
        The labels.
    epochs
        From left to right.
    """

    kind: ClassVar[str] = "batches"
    samples: tuple[Sample, ...]
    legend: tuple[LabelColour, ...]
    epochs: tuple[EpochFlow, ...]

    def __post_init__(self) -> None:
        """Check that each epoch tells of each sample once."""
        for epoch in self.epochs:
            told = [index for batch in epoch.batches for index in batch.samples] + [*epoch.left_out]
            if sorted(told) != list(range(len(self.samples))) or len(epoch.ways) != len(self.samples):
                raise ValueError(f"an epoch must tell of each of {len(self.samples)} samples once, not of {told}")

    @property
    def few(self) -> bool:
        """Whether there are so few that they are drawn large."""
        return len(self.samples) <= FEW

    @property
    def numbered(self) -> bool:
        """Whether cells are large enough for the indices, and few enough for all their ways."""
        return len(self.samples) <= MOST_LINES
