"""Whose runs are whose: a learner's runs outlive a reload of the page, and end soon after its last tab is closed."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Sequence

from primer_core.training.run import Run
from primer_core.training.service import TrainingService
from primer_core.training.spec import RunSpec
from primer_core.training.teaching import Teaching

#: How long a desk waits for its learner to come back, in seconds. A reload takes one or two.
GRACE = 12.0
#: How many runs a desk keeps, the latest ones.
KEPT_RUNS = 12
#: How many runs lie behind the current one, the latest ones.
EARLIER_RUNS = 3


class Desk:
    """One learner's runs.

    Several visitors (browser tabs, or other people with the link) can look at a desk. The tabs of its owner steer, and
    nobody else does: a link never hands over what it shows.

    Parameters
    ----------
    desk_id
        Names it; who knows the id may look on.
    owner
        The learner whose runs lie on it: a secret of one browser.
    service
        That trains.
    grace
        How long the owner is waited for before another learner may take over, in seconds.
    """

    def __init__(self, desk_id: str, owner: str, service: TrainingService, grace: float = GRACE) -> None:
        self.id = desk_id
        self._owner = owner
        self._service = service
        self._grace = grace
        self._lock = threading.Lock()
        self._visitors: dict[str, str] = {}
        self._owner_left_at = time.monotonic()
        self._runs: list[Run] = []
        self._current: Run | None = None
        self._rivals: tuple[Run, ...] = ()
        self._earlier: tuple[Run, ...] = ()

    @property
    def current(self) -> Run | None:
        """The run on the desk, going on or ended; None after `clear` and before the first."""
        return self._current

    @property
    def together(self) -> tuple[Run, ...]:
        """The runs that are steered together: the current one, first, and its rivals; none if there is none."""
        return () if self._current is None else (self._current, *self._rivals)

    @property
    def earlier(self) -> tuple[Run, ...]:
        """The runs that the current one took the place of since `clear`, the latest first, `EARLIER_RUNS` at most."""
        return self._earlier

    @property
    def finished(self) -> tuple[Run, ...]:
        """The runs that ended with a network, the latest first."""
        with self._lock:
            return tuple(run for run in reversed(self._runs) if run.state_dict_bytes is not None)

    def steers(self, visitor: str) -> bool:
        """Whether this visitor's buttons work: whether it is a tab of the owner."""
        with self._lock:
            return self._visitors.get(visitor) == self._owner

    def may_take_over(self, visitor: str) -> bool:
        """Whether this visitor may make the desk its own: the owner has been gone for longer than the grace."""
        with self._lock:
            return self._may_take_over(visitor)

    def take_over(self, visitor: str) -> bool:
        """Make this visitor's learner the owner, if `may_take_over`.

        Returns
        -------
        bool
            Whether it steers now.
        """
        with self._lock:
            if self._may_take_over(visitor):
                self._owner = self._visitors[visitor]
            return self._visitors.get(visitor) == self._owner

    def _may_take_over(self, visitor: str) -> bool:
        absent = self._owner not in self._visitors.values()
        return visitor in self._visitors and absent and time.monotonic() - self._owner_left_at >= self._grace

    def start(
        self,
        spec: RunSpec,
        *,
        rivals: Sequence[RunSpec] = (),
        refetch: bool = False,
        paused: bool = False,
        pace: float | None = None,
        teaching: Teaching | None = None,
    ) -> Run:
        """Start a run in place of the current one, which ends and becomes the first of the `earlier` ones.

        Parameters
        ----------
        spec, refetch, paused, pace, teaching
            As `TrainingService.start` takes them.
        rivals
            Of runs that start with it, and are steered `together` with it; they are among the `earlier` ones, too.
            A run with a teaching has none.
        """
        earlier = (*self.together, *(run for run in self._earlier if run not in self._rivals))
        self.clear()
        run, *others = [
            self._service.start(each, refetch=refetch, paused=paused, pace=pace, teaching=teaching)
            for each in (spec, *rivals)
        ]
        with self._lock:
            self._current, self._rivals = run, tuple(others)
            self._earlier = (*others, *earlier)[:EARLIER_RUNS]
            self._runs += [*others, run]
            self._runs = self._runs[-KEPT_RUNS:]
        return run

    def clear(self) -> None:
        """Take the current run and its rivals off the desk; those that have left a network are still `finished`."""
        with self._lock:
            gone = self.together
            self._current, self._rivals, self._earlier = None, (), ()
            self._runs = [run for run in self._runs if run not in gone or run.state_dict_bytes is not None]
        for run in gone:
            self._service.forget(run)

    def sit(self, visitor: str, learner: str) -> None:
        """A visitor is here: a tab of a learner's browser."""
        with self._lock:
            self._visitors[visitor] = learner

    def leave(self, visitor: str) -> bool:
        """A visitor is gone.

        Returns
        -------
        bool
            Whether nobody is left.
        """
        with self._lock:
            if self._visitors.pop(visitor, None) == self._owner:
                self._owner_left_at = time.monotonic()
            return not self._visitors

    def empty(self) -> None:
        """Drop every run."""
        with self._lock:
            runs, self._runs = self._runs, []
            self._current, self._rivals, self._earlier = None, (), ()
        for run in runs:
            self._service.forget(run)

    @property
    def deserted(self) -> bool:
        """Whether nobody is here."""
        with self._lock:
            return not self._visitors


class Desks:
    """All desks of a service, by an id that cannot be guessed.

    Parameters
    ----------
    service
        That trains.
    grace
        How long a desk is kept after its last visitor left, and its owner is waited for, in seconds.
    """

    def __init__(self, service: TrainingService, grace: float = GRACE) -> None:
        self.service = service
        self._grace = grace
        self._lock = threading.Lock()
        self._desks: dict[str, Desk] = {}

    def get(self, desk_id: str) -> Desk | None:
        """The desk of that id, if it is still kept."""
        with self._lock:
            return self._desks.get(desk_id)

    def make(self, owner: str) -> Desk:
        """A new desk of a learner."""
        desk = Desk(secrets.token_urlsafe(9), owner, self.service, self._grace)
        with self._lock:
            self._desks[desk.id] = desk
        return desk

    def leave(self, desk_id: str, visitor: str) -> None:
        """A visitor is gone; returns at once, and clears the desk after the grace if nobody comes back."""
        desk = self.get(desk_id)
        if desk is not None and desk.leave(visitor):
            timer = threading.Timer(self._grace, self._clear_if_deserted, (desk,))
            timer.daemon = True
            timer.start()

    def _clear_if_deserted(self, desk: Desk) -> None:
        with self._lock:
            if not desk.deserted:
                return
            self._desks.pop(desk.id, None)
        desk.empty()
