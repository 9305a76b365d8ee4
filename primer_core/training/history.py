"""The curve of one run: every loss that came in, smoothed as it came, and thinned for drawing."""

from __future__ import annotations

import math
import threading
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

#: Time constant of the smoothed loss, in steps.
SMOOTHING_STEPS = 12


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
class Curve:
    """A run's history, thinned.

    Parameters
    ----------
    raw_steps, raw_losses
        The training loss of single batches. Where thinned, each stretch of the run is stood for by its smallest and its
        largest loss, at their own steps: no peak is lost.
    smooth_steps, smooth_losses
        The exponential moving average with time constant `SMOOTHING_STEPS`, corrected for its start.
    epochs
        Validation results, all of them.
    changes
        Where a setting was changed, and how.
    """

    raw_steps: list[int]
    raw_losses: list[float]
    smooth_steps: list[int]
    smooth_losses: list[float]
    epochs: tuple[EpochPoint, ...]
    changes: tuple[SettingChange, ...]


class History:
    """Grows while a run trains; safe to read from other threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._steps = array("q")
        self._losses = array("d")
        self._smooth = array("d")
        self._average = 0.0
        self._weight = 0.0
        self._epochs: list[EpochPoint] = []
        self._changes: list[SettingChange] = []

    def add_losses(self, steps: Sequence[int], losses: Sequence[float]) -> None:
        """Add batches' training losses, in nats, in the order of their steps; what is not finite is left out."""
        keep = math.exp(-1 / SMOOTHING_STEPS)
        with self._lock:
            for step, loss in zip(steps, losses, strict=True):
                if not math.isfinite(loss):
                    continue
                self._average = keep * self._average + (1 - keep) * loss
                self._weight = keep * self._weight + (1 - keep)
                self._steps.append(step)
                self._losses.append(loss)
                self._smooth.append(self._average / self._weight)

    def add_epoch(self, point: EpochPoint) -> None:
        """Add what was measured after a pass."""
        with self._lock:
            self._epochs.append(point)

    def add_change(self, change: SettingChange) -> None:
        """Add a change of a setting."""
        with self._lock:
            self._changes.append(change)

    @property
    def changes(self) -> tuple[SettingChange, ...]:
        """All changes of settings, in order."""
        with self._lock:
            return tuple(self._changes)

    @property
    def last_smooth_loss(self) -> float | None:
        """The smoothed training loss now."""
        with self._lock:
            return self._smooth[-1] if self._smooth else None

    @property
    def last_epoch(self) -> EpochPoint | None:
        """The latest validation result."""
        with self._lock:
            return self._epochs[-1] if self._epochs else None

    def losses(self) -> tuple[list[int], list[float]]:
        """Every step and its loss, not thinned."""
        with self._lock:
            return self._steps.tolist(), self._losses.tolist()

    def curve(self, points: int = 600) -> Curve:
        """The history with at most about `points` points a line."""
        with self._lock:
            steps = np.array(self._steps, dtype=np.int64)
            losses = np.array(self._losses, dtype=np.float64)
            smooth = np.array(self._smooth, dtype=np.float64)
            epochs, changes = tuple(self._epochs), tuple(self._changes)
        raw = _extremes(losses, points)
        even = _evenly(len(smooth), points)
        return Curve(
            raw_steps=steps[raw].tolist(),
            raw_losses=losses[raw].tolist(),
            smooth_steps=steps[even].tolist(),
            smooth_losses=smooth[even].tolist(),
            epochs=epochs,
            changes=changes,
        )


def _extremes(values: npt.NDArray[np.float64], points: int) -> npt.NDArray[np.int64]:
    """Indices of the smallest and the largest value of each of points/2 stretches, in order."""
    if len(values) <= points:
        return np.arange(len(values))
    edges = np.linspace(0, len(values), points // 2 + 1).astype(np.int64)
    chosen = [
        index
        for low, high in pairwise(edges)
        for index in (low + int(values[low:high].argmin()), low + int(values[low:high].argmax()))
    ]
    return np.unique(chosen)


def _evenly(size: int, points: int) -> npt.NDArray[np.int64]:
    """At most `points` indices of `size`, evenly spread, the first and the last among them."""
    if size <= points:
        return np.arange(size)
    return np.linspace(0, size - 1, points).round().astype(np.int64)
