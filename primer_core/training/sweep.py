"""Sweeps: every learning rate with every batch size, from the same first weights, all else equal.

The runs of a sweep are kept before they start, each with the ids of all of them on its card, so that the whole sweep is
found again from any of them. Not all of them go on at once: the others start as those end.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product

from primer_core.training.run import Run, RunState
from primer_core.training.spec import RunSpec, SpecError

#: Runs of a sweep at most.
MOST_COMBINATIONS = 16
#: Points of the curve of one run in the table of a sweep at most.
MOST_POINTS = 60
#: Seconds between two looks whether there is room for the next run.
_LOOK_EVERY = 0.1


def combinations(spec: RunSpec, rates: Sequence[float], batch_sizes: Sequence[int]) -> tuple[RunSpec, ...]:
    """Give the spec of each rate with each batch size: rates in rising order, and the batch sizes of each likewise.

    Parameters
    ----------
    spec
        Gives all other settings, the seed of the first weights among them.
    rates, batch_sizes
        Each at least one; what is named twice counts once.

    Raises
    ------
    SpecError
        If that makes no run, or more than `MOST_COMBINATIONS`, or a value is out of its range.
    """
    rows, columns = sorted(set(rates)), sorted(set(batch_sizes))
    if not rows or not columns:
        raise SpecError(f"Expected at least one {'learning rate' if not rows else 'batch size'}: choose one.")
    if len(rows) * len(columns) > MOST_COMBINATIONS:
        raise SpecError(
            f"{len(rows)} rates by {len(columns)} batch sizes are {len(rows) * len(columns)} runs; a sweep has "
            f"{MOST_COMBINATIONS} at most. Choose fewer of either."
        )
    return tuple(replace(spec, learning_rate=rate, batch_size=size) for rate, size in product(rows, columns))


def table_axes(specs: Sequence[RunSpec]) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Give the rates and the batch sizes of a sweep's runs, each once, in rising order."""
    return tuple(sorted({spec.learning_rate for spec in specs})), tuple(sorted({spec.batch_size for spec in specs}))


def best_of(runs: Sequence[Run]) -> Run | None:
    """Give the run with the lowest validation loss after its last pass so far, the first of equals.

    Those that have diverged or failed are left out, and those that measured none yet; None where nothing is left.
    """
    measured = [
        (point.validation_loss, place)
        for place, run in enumerate(runs)
        if (point := run.history.last_epoch) is not None
        and math.isfinite(point.validation_loss)
        and run.state().status not in ("diverged", "failed")
    ]
    return runs[min(measured)[1]] if measured else None


def curve_steps(total_steps: int) -> tuple[int, ...]:
    """Give the batches at which the curve of a run has its points: its first, its last, and evenly between them.

    Parameters
    ----------
    total_steps
        int from 0, batches of the whole run.

    Returns
    -------
    tuple of int
        Rising, counted from 1, `MOST_POINTS` at most; none for 0.
    """
    count = min(MOST_POINTS, total_steps)
    if count < 2:
        return tuple(range(1, count + 1))
    return tuple(1 + (total_steps - 1) * place // (count - 1) for place in range(count))


def curve_points(run: Run, total_steps: int, first: int = 0) -> tuple[float, ...]:
    """Give the running mean of the loss at each of `curve_steps` that a run has reached, from the point `first` on.

    Returns
    -------
    tuple of float
        In nats; NaN or infinite where it is not finite.
    """
    means = run.history.means()
    return tuple(means[step - 1] for step in curve_steps(total_steps)[first:] if step <= len(means))


def unfinished(state: RunState) -> bool:
    """Whether a run has ended before its last batch and would go on."""
    return state.can_go_on and (state.status == "interrupted" or state.step < state.total_steps)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a row of the printed table says of a run, and a cell of the page's.

    Parameters
    ----------
    status
        As `RunState` has it; ``"waiting"`` where it starts later, ``"not started"`` where nothing starts it.
    share
        Of its batches that are trained on, 0 to 1.
    validation_loss, validation_accuracy
        After its last pass, in nats and 0 to 1; None before.
    epoch
        The pass that these were measured after; 0 before.
    not_finite
        The first batch whose loss is not finite; None where there is none.
    """

    status: str
    share: float
    validation_loss: float | None
    validation_accuracy: float | None
    epoch: int
    not_finite: int | None


def facts_of(run: Run, state: RunState, *, waiting: bool = False) -> Facts:
    """Give what is to be said of a run, which may be waiting for its start."""
    point = run.history.last_epoch
    status: str = state.status
    if waiting:
        status = "waiting"
    elif status == "interrupted" and not state.step:
        status = "not started"
    return Facts(
        status,
        state.step / state.total_steps if state.total_steps else 0.0,
        None if point is None else point.validation_loss,
        None if point is None else point.validation_accuracy,
        0 if point is None else point.epoch,
        run.history.first_not_finite,
    )


class Sweep:
    """The runs of a sweep, of which those that wait are started as there is room; safe to use from any thread.

    Parameters
    ----------
    runs
        In the order of `combinations`.
    start
        Function that has a run go on, if there is room for it, and says whether it did.
    """

    def __init__(self, runs: Sequence[Run], start: Callable[[Run], bool]) -> None:
        self._runs = tuple(runs)
        self._start = start
        #: Never held while a run is started: who starts one may have to wait for who ends all of these.
        self._lock = threading.Lock()
        self._waiting: list[Run] = []
        self._holds = False
        self._follows = False

    @property
    def runs(self) -> tuple[Run, ...]:
        """All runs, in their order."""
        return self._runs

    @property
    def waiting(self) -> tuple[Run, ...]:
        """The runs that start later, the next one first."""
        with self._lock:
            return tuple(self._waiting)

    @property
    def going(self) -> bool:
        """Whether a run of it goes on, held or not, or waits."""
        return bool(self.waiting) or any(not run.ended for run in self._runs)

    @property
    def held(self) -> bool:
        """Whether it goes on and all of it holds."""
        return self._holds and self.going

    @property
    def can_go_on(self) -> bool:
        """Whether a run that does not go on has batches left to train."""
        return any(unfinished(run.state()) for run in self._runs)

    def begin(self) -> None:
        """Train the runs that have batches left: as many at once as there is room for, the others as those end."""
        waiting = [run for run in self._runs if unfinished(run.state())]
        self._holds = False
        while waiting and self._start(waiting[0]):
            waiting.pop(0)
        with self._lock:
            self._waiting = waiting
            begins, self._follows = bool(waiting) and not self._follows, self._follows or bool(waiting)
        if begins:
            threading.Thread(target=self._follow, name="sweep", daemon=True).start()

    def _follow(self) -> None:
        """Start those that wait, each once there is room."""
        while True:
            with self._lock:
                if not self._waiting:
                    self._follows = False
                    return
                following = self._waiting[0]
            if not self._holds and self._start(following):
                with self._lock:
                    wanted = following in self._waiting
                    self._waiting = [run for run in self._waiting if run is not following]
                if not wanted:  # all were ended just then
                    following.stop()
                elif self._holds:
                    following.pause()
            else:
                time.sleep(_LOOK_EVERY)

    def pause(self) -> None:
        """Hold every run before its next batch, and start none."""
        self._holds = True
        for run in self._runs:
            run.pause()

    def resume(self) -> None:
        """Go on, and start those that wait."""
        self._holds = False
        for run in self._runs:
            run.resume()

    def set_pace(self, pace: float | None) -> None:
        """Train each run on so many batches a second at most; None for as fast as it goes."""
        for run in self._runs:
            run.set_pace(pace)

    def stop(self) -> None:
        """End the runs that go on before their next batch, and start no other one."""
        self.start_no_more()
        for run in self._runs:
            run.stop()

    def start_no_more(self) -> None:
        """Leave those that wait as they are: `begin` starts them later."""
        with self._lock:
            self._waiting = []

    def take_off(self, run: Run) -> None:
        """Be without a run from now on."""
        with self._lock:
            self._runs = tuple(each for each in self._runs if each is not run)
            self._waiting = [each for each in self._waiting if each is not run]
