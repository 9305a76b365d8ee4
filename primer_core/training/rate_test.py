"""A learning-rate range test (Smith 2017): the rate rises batch by batch, and the loss tells which rates are of use."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from primer_core.training.schedules import SCHEDULES
from primer_core.training.spec import RunSpec, batches_per_pass

if TYPE_CHECKING:
    from primer_core.training.run import Run

SCHEDULE = "rising"
#: Batches of a test at least, and its last learning rate.
BATCHES = 180
LAST_RATE = 1.0
#: The mean of a batch's loss is over so many batches before it, itself and as many after it.
_AROUND = 5
#: Which share of the rate with the lowest loss is proposed: there the loss falls fast and does not rise yet.
_SHARE = 1 / 3


@dataclass(frozen=True, slots=True)
class RateTest:
    """What a test has shown.

    Parameters
    ----------
    step
        The batch around which the mean loss was lowest, counted from 1.
    loss
        That mean over eleven batches, in nats.
    rate
        The learning rate of that batch.
    rises_beyond
        Whether the mean loss rose again with higher rates; if not, the test is at its end where it was lowest.
    """

    step: int
    loss: float
    rate: float
    rises_beyond: bool

    @property
    def proposed(self) -> float:
        """A rate to begin with, a third of the one with the lowest loss."""
        return self.rate * _SHARE


def rate_test(spec: RunSpec, train_size: int) -> RunSpec:
    """The spec of a test for another spec, on so many training samples."""
    epochs = min(200, math.ceil(BATCHES / batches_per_pass(spec, train_size)))
    return replace(spec, schedule=SCHEDULE, learning_rate=LAST_RATE, epochs=epochs, target=0.0, patience=0)


def read_rate_test(run: Run) -> RateTest | None:
    """Read a run whose rate rose from its first batch on.

    Parameters
    ----------
    run
        That has ended.

    Returns
    -------
    RateTest or None
        None if it is no such run, if its settings were changed on the way, or if it is too short to tell.
    """
    if run.spec.schedule != SCHEDULE or run.history.changes:
        return None
    finite = [loss for loss in run.history.losses()[1] if math.isfinite(loss)]
    means = [
        sum(finite[place - _AROUND : place + _AROUND + 1]) / (2 * _AROUND + 1)
        for place in range(_AROUND, len(finite) - _AROUND)
    ]
    if not means:
        return None
    lowest = min(range(len(means)), key=means.__getitem__)
    step = lowest + _AROUND + 1
    rate = rate_of_batch(run.spec, step, run.state().train_size)
    return RateTest(step, means[lowest], rate, rises_beyond=lowest < len(means) - 1)


def rate_of_batch(spec: RunSpec, step: int, train_size: int) -> float:
    """The learning rate of a batch, counted from 1, of a run whose settings were not changed."""
    passes, batch = divmod(step - 1, batches_per_pass(spec, train_size))
    progress = (passes * train_size + batch * spec.batch_size) / (spec.epochs * train_size)
    return spec.learning_rate * SCHEDULES[spec.schedule](min(1.0, progress))
