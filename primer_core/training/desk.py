"""Whose runs are whose: a learner's runs outlive a reload of the page, and end soon after its last tab is closed."""

from __future__ import annotations

import secrets
import threading

from primer_core.training.run import Run
from primer_core.training.service import TrainingService
from primer_core.training.spec import RunSpec

#: How long a desk waits for its learner to come back, in seconds. A reload takes one or two.
GRACE = 12.0
#: How many ended runs a desk keeps, the latest ones.
KEPT_RUNS = 12


class Desk:
    """One learner's runs.

    Several visitors (browser tabs, or other people with the link) can look at a desk; the one who came first, and is
    still there, steers.
    """

    def __init__(self, desk_id: str, service: TrainingService) -> None:
        self.id = desk_id
        self._service = service
        self._lock = threading.Lock()
        self._visitors: list[str] = []
        self._runs: list[Run] = []
        self._current: Run | None = None

    @property
    def current(self) -> Run | None:
        """The run on the desk, going on or ended; None after `clear` and before the first."""
        return self._current

    @property
    def finished(self) -> tuple[Run, ...]:
        """The runs that ended with a network, the latest first."""
        with self._lock:
            return tuple(run for run in reversed(self._runs) if run.state_dict_bytes is not None)

    def steers(self, visitor: str) -> bool:
        """Whether this visitor is the one whose buttons work."""
        with self._lock:
            return bool(self._visitors) and self._visitors[0] == visitor

    def start(self, spec: RunSpec, *, refetch: bool = False, paused: bool = False, pace: float | None = None) -> Run:
        """Start a run in place of the current one, which is stopped if it goes on.

        Parameters are those of `TrainingService.start`.
        """
        self.clear()
        run = self._service.start(spec, refetch=refetch, paused=paused, pace=pace)
        with self._lock:
            self._current = run
            self._runs.append(run)
            ended = [old for old in self._runs if old.state().ended]
            surplus = ended[: max(0, len(ended) - KEPT_RUNS)]
            self._runs = [kept for kept in self._runs if kept not in surplus]
        for old in surplus:
            self._service.forget(old)
        return run

    def clear(self) -> None:
        """Take the current run off the desk: one that goes on is dropped, an ended one is still among `finished`."""
        with self._lock:
            run, self._current = self._current, None
            drop = run is not None and run.state_dict_bytes is None
            if run is not None and drop:
                self._runs.remove(run)
        if run is not None and drop:
            self._service.forget(run)

    def sit(self, visitor: str) -> None:
        """A visitor is here."""
        with self._lock:
            if visitor not in self._visitors:
                self._visitors.append(visitor)

    def leave(self, visitor: str) -> bool:
        """A visitor is gone.

        Returns
        -------
        bool
            Whether nobody is left.
        """
        with self._lock:
            if visitor in self._visitors:
                self._visitors.remove(visitor)
            return not self._visitors

    def empty(self) -> None:
        """Drop every run."""
        with self._lock:
            runs, self._runs, self._current = self._runs, [], None
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
        How long a desk is kept after its last visitor left, in seconds.
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

    def make(self) -> Desk:
        """A new desk."""
        desk = Desk(secrets.token_urlsafe(9), self.service)
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
