"""Whose runs are whose: a learner's runs go on over a reload, and hold soon after the last tab is closed."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import replace

from primer_core.language.spelling import counted
from primer_core.training.kept import Card, KeptRunError
from primer_core.training.run import Run
from primer_core.training.service import TrainingService
from primer_core.training.spec import RunSpec
from primer_core.training.store import digest
from primer_core.training.sweep import Sweep, unfinished
from primer_core.training.teaching import Teaching

#: How long the runs on a desk go on when nobody looks at it any more, in seconds. A reload takes one or two.
GRACE = 12.0
#: How many runs a desk keeps, the latest ones.
KEPT_RUNS = 12
#: How many runs lie behind the current one, the latest ones.
EARLIER_RUNS = 3
#: How many runs of one browser go on at once at most, unless ``PRIMER_RUNS_A_BROWSER`` says another number.
MOST_RUNS = 8


class TooManyRunsError(RuntimeError):
    """One browser has as many runs going on as it may have; the text says what to do."""


def most_runs() -> int:
    """Give how many runs of one browser may go on at once; a setting that is no whole number from 1 on is none."""
    given = os.environ.get("PRIMER_RUNS_A_BROWSER", "")
    return int(given) if given.isdecimal() and int(given) else MOST_RUNS


class Desk:
    """One learner's runs.

    Several visitors (browser tabs, or other people with the link) can look at a desk. The tabs of its owner steer, and
    nobody else does: a link never hands over what it shows.

    Parameters
    ----------
    desk_id
        Names it; who knows the id may look on.
    owner
        The learner whose runs lie on it, as `primer_core.training.store.digest` makes it of the secret of one browser.
    service
        That trains.
    room
        Gives the turn in which so many runs may be started at this desk, or raises `TooManyRunsError`.
    """

    def __init__(
        self,
        desk_id: str,
        owner: str,
        service: TrainingService,
        room: Callable[[Desk, int], AbstractContextManager[None]] = lambda _desk, _count: nullcontext(),
    ) -> None:
        self.id = desk_id
        self.owner = owner
        self._service = service
        self._room = room
        self._lock = threading.Lock()
        self._visitors: dict[str, str] = {}
        self._runs: list[Run] = []
        self._current: Run | None = None
        self._rivals: tuple[Run, ...] = ()
        self._earlier: tuple[Run, ...] = ()
        self._compared: tuple[Run, ...] = ()
        self._sweep: Sweep | None = None

    @property
    def current(self) -> Run | None:
        """The run on the desk, going on or ended; None after `clear` and before the first."""
        return self._current

    @property
    def together(self) -> tuple[Run, ...]:
        """The runs that are steered together: the current one, first, and its rivals; none if there is none."""
        return () if self._current is None else (self._current, *self._rivals)

    @property
    def sweep(self) -> Sweep | None:
        """The sweep that all runs on the desk that are steered together are of; None where they are of none."""
        return self._sweep

    @property
    def earlier(self) -> tuple[Run, ...]:
        """The runs that the current one took the place of since `clear`, the latest first, `EARLIER_RUNS` at most."""
        return self._earlier

    @property
    def compared(self) -> tuple[Run, ...]:
        """The runs of before that the owner has chosen to see behind the current one."""
        return self._compared

    def compare(self, runs: Sequence[Run]) -> None:
        """Choose the runs of before to see behind the current one."""
        self._compared = tuple(runs)

    @property
    def finished(self) -> tuple[Run, ...]:
        """The runs that ended with a network, the latest first."""
        with self._lock:
            return tuple(run for run in reversed(self._runs) if run.has_network)

    def steers(self, visitor: str) -> bool:
        """Whether this visitor's buttons work: whether it is a tab of the owner."""
        with self._lock:
            return self._visitors.get(visitor) == self.owner

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

        Raises
        ------
        TooManyRunsError
            If too many runs of its owner go on at other desks; nothing has changed then.
        SpecError, RuntimeError
            As of `TrainingService.start`.
        """
        with self._room(self, 1 + len(rivals)):
            return self._start(spec, rivals, refetch=refetch, paused=paused, pace=pace, teaching=teaching)

    def _start(
        self,
        spec: RunSpec,
        rivals: Sequence[RunSpec],
        *,
        refetch: bool,
        paused: bool,
        pace: float | None,
        teaching: Teaching | None,
    ) -> Run:
        earlier = self._behind_the_next()
        self.clear()
        before = [each.id for each in earlier[:EARLIER_RUNS]]
        run, *others = [
            self._service.start(
                each,
                refetch=refetch,
                paused=paused,
                pace=pace,
                teaching=teaching,
                owner=self.owner,
                before=before,
            )
            for each in (spec, *rivals)
        ]
        if others and run.folder is not None:
            with suppress(OSError, KeptRunError):
                run.folder.write_card(replace(run.folder.card(), beside=tuple(each.id for each in others)))
        self._lay(run, others, earlier)
        return run

    def start_sweep(self, specs: Sequence[RunSpec], *, pace: float | None = None) -> Run:
        """Start a sweep in place of the current run, as `start` does one run; not all of its runs go on at once.

        Parameters
        ----------
        specs
            As `primer_core.training.sweep.combinations` makes them.
        pace
            As `TrainingService.start` takes it.

        Returns
        -------
        Run
            The first one, which is the current one then.

        Raises
        ------
        TooManyRunsError
            If not even one more run of its owner may go on; nothing has changed then.
        OSError
            If the runs cannot be kept; nothing has changed then.
        """
        with self._room(self, 1):
            earlier = self._behind_the_next()
            before = [each.id for each in earlier[:EARLIER_RUNS]]
            runs = self._service.prepare(specs, owner=self.owner, before=before, pace=pace)
            self.clear()
            self._lay(runs[0], runs[1:], (), Sweep(runs, self._begin))
        self.go_on_with_sweep()
        return runs[0]

    def go_on_with_sweep(self) -> None:
        """Train the runs of the sweep that have batches left; those without room start as others end."""
        if self._sweep is not None:
            self._sweep.begin()

    def _begin(self, run: Run) -> bool:
        """Have a run of the sweep go on, if there is room for it, and say whether it does."""
        try:
            with self._room(self, 1 + sum(not each.ended for each in self.together)):
                # Another tab may just have had it go on, or have cleared the desk.
                if run in self.together and unfinished(run.state()):
                    run.train_on()
        except TooManyRunsError:
            return False
        return True

    def look_at(self, run: Run) -> None:
        """Make one of the runs that are steered together the current one; nothing else of them changes."""
        with self._lock:
            together = self.together
            if run in together:
                self._current, self._rivals = run, tuple(each for each in together if each is not run)

    def train_on(self, act: Callable[[Run], None]) -> None:
        """Have the runs that are steered together go on, those that have ended.

        Parameters
        ----------
        act
            Function that makes a run go on.

        Raises
        ------
        TooManyRunsError
            As of `start`.
        """
        ended = [run for run in self.together if run.ended]
        with self._room(self, len(self.together)):
            for run in ended:
                act(run)

    def show(self, run: Run, beside: Sequence[Run] = (), before: Sequence[Run] = (), sweep: Sequence[Run] = ()) -> None:
        """Lay a run of before on the desk in place of the current one, which goes on if it does.

        Parameters
        ----------
        run
            That run.
        beside, before
            Runs that started with it, and those that lay behind it.
        sweep
            All runs of its sweep, itself among them; none where it is of none.
        """
        if run in self.together:
            self.look_at(run)
        elif sweep:
            self._lay(run, [each for each in sweep if each is not run], (), Sweep(sweep, self._begin))
        else:
            self._lay(run, beside, [each for each in (*before, *self._behind_the_next()) if each is not run])

    def _behind_the_next(self) -> tuple[Run, ...]:
        if self._sweep is not None:
            return tuple(filter(None, (self._current,)))
        return (*self.together, *(run for run in self._earlier if run not in self._rivals))

    def _lay(self, run: Run, others: Sequence[Run], earlier: Sequence[Run], sweep: Sweep | None = None) -> None:
        before = self._sweep
        with self._lock:
            self._current, self._rivals, self._sweep = run, tuple(others), sweep
            self._earlier = () if sweep else (*others, *earlier)[:EARLIER_RUNS]
            kept = [each for each in self._runs if each not in (*others, run)]
            self._runs = [*kept, *others, run][-max(KEPT_RUNS, 1 + len(others)) :]
        if before is not None:
            before.start_no_more()

    def clear(self) -> None:
        """Take the current run and its rivals off the desk: they hold, if they go on, and stay kept.

        Those that have left a network are still `finished`.
        """
        with self._lock:
            gone, sweep = self.together, self._sweep
            self._current, self._rivals, self._earlier, self._sweep = None, (), (), None
            self._runs = [run for run in self._runs if run not in gone or run.has_network]
        if sweep is not None:
            sweep.start_no_more()
        for run in gone:
            self._service.forget(run)

    def sit(self, visitor: str, learner: str) -> None:
        """A visitor is here: a tab of the browser that keeps a learner's secret."""
        with self._lock:
            self._visitors[visitor] = digest(learner)

    def leave(self, visitor: str) -> bool:
        """A visitor is gone.

        Returns
        -------
        bool
            Whether nobody is left.
        """
        with self._lock:
            self._visitors.pop(visitor, None)
            return not self._visitors

    @property
    def runs(self) -> tuple[Run, ...]:
        """All runs that lie on it, behind the current one or not."""
        with self._lock:
            return tuple(self._runs)

    def take_off(self, run: Run) -> None:
        """Take one run off the desk."""
        with self._lock:
            self._runs = [each for each in self._runs if each is not run]
            self._earlier = tuple(each for each in self._earlier if each is not run)
            self._rivals = tuple(each for each in self._rivals if each is not run)
            self._compared = tuple(each for each in self._compared if each is not run)
            if self._sweep is not None:
                self._sweep.take_off(run)
            if self._current is run:
                stays = self._rivals if self._sweep is not None else ()
                self._current, self._rivals = next(iter(stays), None), stays[1:]
            if self._current is None:
                self._sweep = None

    def empty(self, but: Collection[Run] = ()) -> None:
        """Take every run off, and have those hold that go on, but for some that lie on other desks, too."""
        with self._lock:
            runs, self._runs = self._runs, []
            self._current, self._rivals, self._earlier, self._compared = None, (), (), ()
            sweep, self._sweep = self._sweep, None
        if sweep is not None:
            sweep.start_no_more()
        for run in runs:
            if run not in but:
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
    most
        How many runs of one owner may go on at once; `most_runs` by default.
    """

    def __init__(self, service: TrainingService, grace: float = GRACE, most: int | None = None) -> None:
        self.service = service
        self._grace = grace
        #: How many runs of one owner may go on at once.
        self.most = most or most_runs()
        self._lock = threading.Lock()
        self._starting = threading.Lock()
        self._desks: dict[str, Desk] = {}

    def get(self, desk_id: str) -> Desk | None:
        """The desk of that id, if it is still kept."""
        with self._lock:
            return self._desks.get(desk_id)

    def make(self, learner: str) -> Desk:
        """A new desk of the learner with this secret."""
        return self._made(digest(learner))

    def _made(self, owner: str) -> Desk:
        desk = Desk(secrets.token_urlsafe(9), owner, self.service, self._room)
        with self._lock:
            self._desks[desk.id] = desk
        return desk

    def check(self, learner: str, count: int) -> None:
        """See whether the learner with this secret may start so many runs at a new desk.

        Raises
        ------
        TooManyRunsError
            If not.
        """
        self._check(digest(learner), None, count)

    @contextmanager
    def _room(self, desk: Desk, count: int) -> Iterator[None]:
        """Let an owner start so many runs at a desk, in place of those that go on there; one start at a time."""
        with self._starting:
            self._check(desk.owner, desk, count)
            yield

    def _check(self, owner: str, desk: Desk | None, count: int) -> None:
        with self._lock:
            others = [other for other in self._desks.values() if other.owner == owner and other is not desk]
        going = {run.id for other in others for run in other.runs if not run.ended and not run.elsewhere}
        if len(going) + count > self.most:
            may = f"One browser may have at most {counted(self.most, 'run')} going on here, paused ones counted."
            if count > self.most:
                raise TooManyRunsError(f"{may} This would be {count} at once. Nothing has changed here.")
            raise TooManyRunsError(
                f"{may} Yours has {len(going)} besides those of this page, and this would be {count} more. Stop one in "
                "its own tab, or wait until one ends, then press again: nothing has changed here."
            )

    def of_run(self, run_id: str) -> Desk | None:
        """The desk on which the run of this id is the current one, or one of those that are steered with it.

        Where it lies on none, but is kept, that is a new desk of its owner.
        """
        with self._lock:
            desks = list(self._desks.values())
        found = next((desk for desk in desks if run_id in {run.id for run in desk.together}), None)
        run = self.service.open(run_id) if found is None else None
        if run is None:
            return found
        card = Card(run.spec)
        if run.folder is not None:
            with suppress(KeptRunError):
                card = run.folder.card()
        beside, before, sweep = (
            [each for each in map(self.service.open, ids) if each is not None]
            for ids in (card.beside, card.before, card.sweep)
        )
        desk = self._made(card.owner)
        desk.show(run, beside, before, sweep)
        return desk

    def remove(self, run: Run) -> bool:
        """Keep a run no longer, and take it off all desks.

        Returns
        -------
        bool
            Whether it is gone; not so while another server trains it.
        """
        if not self.service.remove(run):
            return False
        with self._lock:
            desks = list(self._desks.values())
        for desk in desks:
            desk.take_off(run)
        return True

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
            others = list(self._desks.values())
        desk.empty(but=[run for other in others for run in other.runs])
