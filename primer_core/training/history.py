"""The history of one run: every batch's loss, a running mean of them, what each pass measured, and what was changed."""

from __future__ import annotations

import math
import threading
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

#: The running mean is over so many of the latest batches at most.
MOST_IN_MEAN = 20
#: While a run is short, the running mean is over this part of its batches.
PART_IN_MEAN = 4


@dataclass(frozen=True, slots=True)
class EpochPoint:
    """What was measured after one pass over the training samples.

    Parameters
    ----------
    epoch
        Counted from 1.
    step
        Batches trained on by then.
    train_loss
        Mean over the pass, in nats.
    validation_loss
        In nats.
    validation_accuracy
        0 to 1.
    """

    epoch: int
    step: int
    train_loss: float
    validation_loss: float
    validation_accuracy: float


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A setting that was changed while the run went on.

    Parameters
    ----------
    step
        Batches trained on before: the next one is the first with the new value.
    setting
        A name of `primer_core.training.spec.LIVE`: ``"learning_rate"``.
    value
        The new value.
    before
        The value that it replaced.
    """

    step: int
    setting: str
    value: float | str | None
    before: float | str | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Batches one after the other.

    Parameters
    ----------
    first
        int from 0, batches of the run that come before.
    losses, means
        float32 numbers, little-endian, one a batch: the batch's loss in nats and the running mean up to it. A loss is
        computed in float32, so that nothing of it is lost.
    """

    first: int
    losses: bytes
    means: bytes


def batches_in_mean(count: int) -> int:
    """How many of `count` batches, at least one, the running mean is over: the latest quarter, at most 20.

    A mean of a fixed number of batches would lag far behind at the start, where the loss falls fast, and would hold on
    to the first loss for all of a short run.
    """
    return min(MOST_IN_MEAN, -(-count // PART_IN_MEAN))


class History:
    """Grows while a run trains; safe to read from other threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._losses = array("d")
        self._means = array("d")
        self._epochs: list[EpochPoint] = []
        self._changes: list[SettingChange] = []
        self._not_finite: int | None = None

    def add_losses(self, steps: Sequence[int], losses: Sequence[float]) -> None:
        """Add batches' training losses.

        Parameters
        ----------
        steps
            (n,) ints, the numbers of the batches, counted from 1 over the whole run.
        losses
            (n,) floats in nats; one that is not finite is kept as it is, and left out of the running mean.

        Raises
        ------
        ValueError
            If the batches do not follow upon those that are there.
        """
        with self._lock:
            for step, loss in zip(steps, losses, strict=True):
                expected = len(self._losses) + 1
                if step != expected:
                    raise ValueError(f"expected the loss of batch {expected}, got that of batch {step}")
                self._losses.append(loss)
                if not math.isfinite(loss) and self._not_finite is None:
                    self._not_finite = step
                latest = self._losses[-batches_in_mean(step) :]
                if self._not_finite is not None:
                    latest = array("d", filter(math.isfinite, latest))
                self._means.append(sum(latest) / len(latest) if latest else math.nan)

    def add_epoch(self, point: EpochPoint) -> None:
        """Add what was measured after a pass."""
        with self._lock:
            self._epochs.append(point)

    def add_change(self, change: SettingChange) -> None:
        """Add a change of a setting."""
        with self._lock:
            self._changes.append(change)

    @property
    def size(self) -> int:
        """How many batches' losses there are."""
        return len(self._losses)

    @property
    def running_mean(self) -> float | None:
        """The running mean of the training loss now, in nats; None before the first batch."""
        with self._lock:
            return self._means[-1] if self._means else None

    @property
    def first_not_finite(self) -> int | None:
        """The first batch whose loss is not finite, counted from 1; None if there is none."""
        return self._not_finite

    @property
    def last_epoch(self) -> EpochPoint | None:
        """The latest validation result."""
        with self._lock:
            return self._epochs[-1] if self._epochs else None

    @property
    def epochs(self) -> tuple[EpochPoint, ...]:
        """All validation results, in order."""
        with self._lock:
            return tuple(self._epochs)

    @property
    def changes(self) -> tuple[SettingChange, ...]:
        """All changes of settings, in order."""
        with self._lock:
            return tuple(self._changes)

    def losses(self) -> tuple[list[int], list[float]]:
        """Every batch's number, counted from 1, and its loss."""
        with self._lock:
            return list(range(1, len(self._losses) + 1)), self._losses.tolist()

    def means(self) -> list[float]:
        """The running mean up to each batch."""
        with self._lock:
            return self._means.tolist()

    def stretch(self, first: int, most: int) -> Stretch:
        """Return what follows upon the first so many batches.

        Parameters
        ----------
        first
            int, batches that the caller has; more than there are count as all.
        most
            int above 0, batches at most.
        """
        with self._lock:
            first = min(max(first, 0), len(self._losses))
            losses, means = (line[first : first + most] for line in (self._losses, self._means))
        return Stretch(first, _float32(losses), _float32(means))


def _float32(values: array[float]) -> bytes:
    with np.errstate(over="ignore"):  # a loss near the end of float32's range has a mean beyond it: infinity then
        return np.array(values, dtype="<f4").tobytes()
