"""Runs training in child processes: starts them, shares them out, and notices when one dies.

A child process can crash or be killed without taking the pages with it, and keeps several hundred megabytes of torch
out of the server. It is started with `subprocess`, not `multiprocessing`, whose children would run the server's main
script again.

Where there is a Ray cluster, one more child process speaks with it, `primer_core.training.cluster`: it takes the same
commands and sends the same reports. The server itself never imports Ray.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO
from weakref import WeakValueDictionary

from primer_core.training.kept import MOST_LETTERS, Card, KeptRunError, LogWriter, RunFolder
from primer_core.training.messages import (
    UNREADABLE_COMMAND,
    Command,
    Finished,
    Follow,
    Followed,
    Forget,
    LookAt,
    Machines,
    MessageError,
    Report,
    Start,
    decode_report,
    encode,
)
from primer_core.training.run import Run
from primer_core.training.spec import RunSpec, SpecError
from primer_core.training.store import RunStore, moments_room, new_id, runs_folder
from primer_core.training.teaching import Teaching

#: Where `primer_core` lies.
_PROJECT = Path(__file__).resolve().parents[2]
_STOP_WAIT = 2.0
#: Seconds between two looks at what the moments of all runs take.
_THIN_EVERY = 300.0
#: Seconds until a cluster that did not answer, or was lost, is tried again.
_JOIN_EVERY = 20.0
_CLOSED = "The training service was closed while this run went on."

#: One thread a process: two beside a server were measured to be forty times slower at worst. Large pages of memory,
#: where the system has them: rows of a large set are gathered faster, since fewer addresses have to be looked up.
WORKER_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "THP_MEM_ALLOC_ENABLE": "1"}
#: Ray tells nobody of the use that is made of it, and takes a head that stays away for so many seconds for gone.
CLUSTER_ENVIRONMENT = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_gcs_rpc_server_reconnect_timeout_s": "20"}


def default_worker_count() -> int:
    """One process per core that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


def cluster_address() -> str:
    """Give the address of the Ray cluster to train on, or ``"auto"``: the environment variable ``PRIMER_RAY``.

    It is empty where networks train in processes of this machine alone.
    """
    return os.environ.get("PRIMER_RAY", "").strip()


class TrainingService:
    """Trains many runs in at most one process per core, or on a cluster.

    Parameters
    ----------
    max_workers
        At most so many processes, by default `default_worker_count`.
    root
        The data folder, if not the usual one.
    runs
        The folder in which runs are kept, by default `primer_core.training.store.runs_folder`. The machines of a
        cluster have to share it.
    cluster
        Of a Ray cluster, as `cluster_address` gives it; empty for none. Kept runs on the CPU train there as long as it
        answers, all others here: own digits leave this machine no more than runs that could not go on elsewhere.
    """

    def __init__(
        self,
        max_workers: int | None = None,
        root: str | None = None,
        runs: Path | None = None,
        cluster: str = "",
    ) -> None:
        self.store = RunStore(runs or runs_folder())
        self._max_workers = max_workers or default_worker_count()
        self._root = root
        self._lock = threading.RLock()
        self._workers: list[_WorkerProcess] = []
        self._runs: dict[str, Run] = {}
        #: Runs of before that somebody looks at.
        self._opened: WeakValueDictionary[str, Run] = WeakValueDictionary()
        self._closed = False
        self._thins_next = 0.0
        self._cluster: _ClusterProcess | None = None
        #: Why networks train on this machine though there should be a cluster, in sentences; empty where all is well.
        self.cluster_problem = ""
        self._ends = threading.Event()
        if cluster:
            threading.Thread(target=self._stay_joined, args=(cluster,), name="join cluster", daemon=True).start()

    def _stay_joined(self, address: str) -> None:
        """Have a process speak with the cluster, and another one once that has ended."""
        if find_spec("ray") is None:
            self.cluster_problem = (
                "PRIMER_RAY names a Ray cluster, but Ray is not installed: pip install -r requirements-ray.txt. "
                "Until then networks train on this machine."
            )
            return
        while not self._ends.is_set():
            with self._lock:
                if self._closed:
                    return
                self._cluster = _ClusterProcess(address, self._root, self._cluster_gone, self._joined, self._found)
                process = self._cluster
            process.ended.wait()
            self._ends.wait(_JOIN_EVERY)

    @property
    def cluster_processes(self) -> int:
        """How many processes of the cluster train."""
        with self._lock:
            return 0 if self._cluster is None else self._cluster.processes

    def _joined(self, cluster: _ClusterProcess) -> None:
        """Follow the runs that somebody looks at and that an earlier server has started there."""
        self.cluster_problem = ""
        with self._lock:
            opened = list(self._opened.values())
        for run in opened:
            if run.elsewhere:
                cluster.follow(run)

    def _found(self, run: Run) -> None:
        """Have a run that goes on in the cluster as one of this server's."""
        with self._lock:
            self._runs[run.id] = run

    def _cluster_gone(self, cluster: _WorkerProcess) -> None:
        with self._lock:
            self._cluster = None
        if not self._closed:
            self.cluster_problem = f"{cluster.why_gone()} Until it answers, networks train on this machine."

    def warm_up(self) -> None:
        """Start a process now, so that the first run need not wait for torch to load."""
        with self._lock:
            if not self._closed and not self._workers and self._cluster is None:
                self._workers.append(_WorkerProcess(self._root, self._gone))

    def start(
        self,
        spec: RunSpec,
        *,
        refetch: bool = False,
        paused: bool = False,
        pace: float | None = None,
        teaching: Teaching | None = None,
        owner: str = "",
        beside: Sequence[str] = (),
        before: Sequence[str] = (),
    ) -> Run:
        """Start a run and return at once. Where its folder cannot be made it is not kept, and goes on all the same.

        Parameters
        ----------
        spec
            What to train.
        refetch
            Whether to download its data again, because a file was found damaged.
        paused
            Whether to hold before the first batch.
        pace
            Batches a second at most, above 0; None for as fast as it goes. It changes no loss of the run.
        teaching
            The network to begin with and the digits to learn, where the spec names a start. It goes to the process
            that trains, and is kept nowhere else.
        owner, beside, before
            As `primer_core.training.kept.Card` has them.

        Raises
        ------
        SpecError
            If the spec names a start and there is no teaching, or the other way round.
        RuntimeError
            If the service was closed.
        """
        if bool(spec.start) != (teaching is not None):
            raise SpecError("A run that fine-tunes names its start, and gets a network and digits; others neither.")
        if self._closed:
            raise RuntimeError("this training service is closed")
        labels = None if teaching is None else teaching.labels
        card = Card(spec, owner, beside=tuple(beside), before=tuple(before), digit_labels=labels)
        # Outside the lock, for which every page waits: a slow disk is the business of who starts a run.
        try:
            folder = self.store.create(card)
        except OSError:
            folder = None
        with self._lock:
            if self._closed:
                if folder is not None:
                    self.store.remove(folder)
                raise RuntimeError("this training service is closed")
            worker = self._choose_worker(spec if folder is not None else None)
            run = Run(
                secrets.token_urlsafe(9) if folder is None else folder.run,
                spec,
                worker.send,
                paused=paused,
                pace=pace,
                digit_labels=labels,
                folder=folder,
                take_up=None if folder is None else self._take_up,
                ask_any=self._ask_any,
            )
            self._runs[run.id] = run
            worker.start(run, refetch=refetch, paused=paused, teaching=teaching)
            self._thin_out()
            return run

    def prepare(
        self, specs: Sequence[RunSpec], *, owner: str = "", before: Sequence[str] = (), pace: float | None = None
    ) -> tuple[Run, ...]:
        """Keep the runs of a sweep, to be started later: each goes on from before its first batch when it is told to.

        Parameters
        ----------
        specs
            Of a sweep, in the order of `primer_core.training.sweep.combinations`.
        owner, before
            As `primer_core.training.kept.Card` has them.
        pace
            As in `start`.

        Raises
        ------
        OSError
            If their folders cannot be made; none is kept then.
        """
        ids = tuple(new_id() for _ in specs)
        folders: list[RunFolder] = []
        try:
            for spec, run_id in zip(specs, ids, strict=True):
                folders.append(self.store.create(Card(spec, owner, before=tuple(before), sweep=ids), run_id))
            runs = [run for run in map(self.open, ids) if run is not None]
            if len(runs) < len(ids):
                raise OSError("the folder of a run is gone")
        except OSError:
            for folder in folders:
                self.store.remove(folder)
            raise
        for run in runs:
            run.set_pace(pace)
        with self._lock:
            self._thin_out()
        return tuple(runs)

    def _thin_out(self) -> None:
        """Keep the moments of all runs within their room; looked after beside the runs, every few minutes at most."""
        now = time.monotonic()
        if now >= self._thins_next:
            self._thins_next = now + _THIN_EVERY
            threading.Thread(
                target=self.store.thin_out, args=(moments_room(),), name="thin moments out", daemon=True
            ).start()

    def open(self, run_id: str) -> Run | None:
        """The run of that id, going on here or elsewhere, or as it is kept; None if there is none that can be read."""
        with self._lock:
            known = self._runs.get(run_id) or self._opened.get(run_id)
            if known is not None:
                return known
            folder = self.store.find(run_id)
            if folder is None:
                return None
            try:
                card = folder.card()
            except KeptRunError:
                return None
            run = self._opened[run_id] = Run(
                run_id,
                card.spec,
                None,
                digit_labels=card.digit_labels,
                folder=folder,
                take_up=None if self._closed or card.brought else self._take_up,
                ask_any=None if self._closed else self._ask_any,
            )
        run.read_log()
        cluster = self._cluster
        if run.elsewhere and cluster is not None and cluster.processes:
            cluster.follow(run)
        return run

    def bring(
        self, spec: RunSpec, network: bytes, *, name: str, owner: str, test_loss: float, test_accuracy: float
    ) -> Run:
        """Keep a network from outside, as a run that has ended before its first batch and cannot go on.

        Parameters
        ----------
        spec
            Of which its data, its model and whether it takes normalised pixels count.
        network
            As `primer_core.inference.load_trained` takes it.
        name
            What it is called.
        owner
            As `primer_core.training.kept.Card` has it.
        test_loss, test_accuracy
            Of it on the test samples of the data: nats, and 0 to 1.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        folder = self.store.create(Card(spec, owner, name=name[:MOST_LETTERS], brought=True))
        try:
            folder.write_network(0, network)
            log = LogWriter(folder.log, 0)
            log.append(Finished(folder.run, "completed", 0, test_loss, test_accuracy, b""))
            log.close()
            run = self.open(folder.run)
            if log.behind or run is None:
                raise OSError("the disk may be full")
        except OSError:
            self.store.remove(folder)
            raise
        return run

    def _take_up(self, run: Run) -> None:
        """Give a kept run to a worker, which goes on with it."""
        with self._lock:
            if self._closed:
                run.leave("The training service was closed.", for_good=True)
                return
            worker = self._choose_worker(run.asked)
            self._runs[run.id] = run
            run.attach(worker.send)
            worker.start(run, refetch=False, paused=run.holds, teaching=None, take_up=True)

    def _ask_any(self, run: Run, command: LookAt) -> None:
        """Have a worker look at a network of a run that none has."""
        with self._lock:
            if not self._closed:
                self._choose_worker().look_at(run, command)

    def forget(self, run: Run) -> None:
        """Interrupt a run, if it goes on, and use nothing for it any more; if it is kept, it can go on later."""
        with self._lock:
            if self._runs.pop(run.id, None) is not None and run.folder is not None:
                self._opened[run.id] = run
            for worker in self._all_workers():
                worker.forget(run)
        run.leave()

    def remove(self, run: Run) -> bool:
        """Keep a run no longer.

        Returns
        -------
        bool
            Whether it is gone; not so while another server trains it.
        """
        with self._lock:
            here = run.id in self._runs
        deadline = time.monotonic() + _STOP_WAIT  # for a process of this server that is just letting go of it
        while not here and run.folder is not None and run.folder.in_use():
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.02)
        self.forget(run)
        run.leave(for_good=True)
        with self._lock:
            self._opened.pop(run.id, None)
        if run.folder is not None:
            self.store.remove(run.folder)
        return True

    def going_on(self, run_id: str) -> Run | None:
        """The run of that id, if a process of this server has it."""
        with self._lock:
            return self._runs.get(run_id)

    @property
    def active_runs(self) -> int:
        """How many runs have not ended."""
        with self._lock:
            return sum(not run.ended for run in self._runs.values())

    @property
    def worker_pids(self) -> tuple[int, ...]:
        """The process ids of the workers there are."""
        with self._lock:
            return tuple(worker.pid for worker in self._workers)

    def close(self) -> None:
        """End all processes of this machine; their runs are interrupted. Those in a cluster go on, unseen."""
        self._ends.set()
        with self._lock:
            self._closed = True
            workers, self._workers = self._all_workers(), []
            runs = [*self._runs.values(), *self._opened.values()]
        for worker in workers:
            worker.close()
        for run in runs:
            run.leave(_CLOSED, for_good=True)

    def _all_workers(self) -> list[_WorkerProcess]:
        return [*self._workers, *([] if self._cluster is None else [self._cluster])]

    def _choose_worker(self, kept: RunSpec | None = None) -> _WorkerProcess:
        """Whoever is to train a run of that spec, if it is kept, or to do anything else for None."""
        fits = kept is not None and not kept.start and kept.device == "cpu"
        if fits and self._cluster is not None and self._cluster.processes:
            return self._cluster
        idle = min(self._workers, key=lambda worker: worker.active_runs, default=None)
        if idle is None or (idle.active_runs and len(self._workers) < self._max_workers):
            idle = _WorkerProcess(self._root, self._gone)
            self._workers.append(idle)
        return idle

    def _gone(self, worker: _WorkerProcess) -> None:
        with self._lock, suppress(ValueError):
            self._workers.remove(worker)


def start_process(
    root: str | None,
    module: Sequence[str] = ("primer_core.training.worker",),
    environment: Mapping[str, str] = WORKER_ENVIRONMENT,
) -> tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]]:
    """Start a process that trains, or another that takes the same commands.

    Parameters
    ----------
    root
        The data folder, if not the usual one.
    module
        What it runs, with its arguments.
    environment
        What is added to the variables of this process.

    Returns
    -------
    process, commands, reports
        The process, its input and its output.
    """
    process = subprocess.Popen(  # noqa: S603 - our own module, our own interpreter
        [sys.executable, "-m", *module, *([root] if root else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=_PROJECT,
        env={**os.environ, **environment},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    return process, process.stdin, process.stdout


class _WorkerProcess:
    """A child process and the thread that reads what it reports.

    Parameters
    ----------
    root, module, environment
        As `start_process` takes them.
    gone
        Function that is called once it has ended.
    """

    def __init__(
        self,
        root: str | None,
        gone: Callable[[_WorkerProcess], None],
        module: Sequence[str] = ("primer_core.training.worker",),
        environment: Mapping[str, str] = WORKER_ENVIRONMENT,
    ) -> None:
        self._process, self._commands, self._reports = start_process(root, module, environment)
        self._gone = gone
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._runs: dict[str, Run] = {}
        self._closing = False
        threading.Thread(target=self._read, name=f"worker-{self.pid}", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def going_on(self, run_id: str) -> Run | None:
        """The run of that id, if a process of this server has it."""
        with self._lock:
            return self._runs.get(run_id)

    @property
    def active_runs(self) -> int:
        with self._lock:
            return sum(not run.ended for run in self._runs.values())

    def start(self, run: Run, *, refetch: bool, paused: bool, teaching: Teaching | None, take_up: bool = False) -> None:
        with self._lock:
            self._runs[run.id] = run
        self.send(
            Start(
                run.id,
                run.spec,
                refetch=refetch,
                paused=paused,
                pace=run.pace,
                teaching=teaching,
                folder="" if run.folder is None else str(run.folder.path.absolute()),
                take_up=take_up,
            )
        )

    def look_at(self, run: Run, command: LookAt) -> None:
        with self._lock:
            self._runs.setdefault(run.id, run)
        self.send(command)

    def forget(self, run: Run) -> None:
        with self._lock:
            known = self._runs.pop(run.id, None)
        if known is not None:
            self.send(Forget(run.id))

    def send(self, command: Command) -> None:
        # A process that has just died is noticed by the reading thread, which ends its runs.
        with self._writing, suppress(OSError, ValueError):
            self._commands.write(encode(command))
            self._commands.flush()

    def close(self) -> None:
        self._closing = True
        with self._writing, suppress(OSError):
            self._commands.close()
        try:
            self._process.wait(_STOP_WAIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _read(self) -> None:
        problem = ""
        with self._reports as reports:
            for line in reports:
                try:
                    report = decode_report(line)
                except MessageError as error:
                    if line.endswith(b"\n"):  # else the process was killed while it wrote
                        problem = f"The training process sent what is no report, and was ended. {error}"
                        self._process.kill()
                    break
                self._take(report)
        self._gone(self)
        self._process.wait()
        with self._writing, suppress(OSError):
            self._commands.close()
        with self._lock:
            orphans, self._runs = list(self._runs.values()), {}
        for run in filter(lambda run: run.is_with(self.send), orphans):
            run.leave(problem or (_CLOSED if self._closing else self.why_gone()))

    def _take(self, report: Report) -> None:
        with self._lock:
            run = self._runs.get(report.run)
        if run is not None:
            run.take(report)

    def why_gone(self) -> str:
        """Why it has ended, in sentences."""
        code = self._process.wait()
        if code < 0:
            with suppress(ValueError):
                name = signal.Signals(-code).name
                hint = " The machine may have run out of memory." if name == "SIGKILL" else ""
                return (
                    f"The training process was ended from outside ({name}).{hint} A new process is made for the next "
                    "run."
                )
        if code == UNREADABLE_COMMAND:
            return "The training process could not read what it was told; the server's log says why."
        return f"The training process ended unexpectedly (exit code {code}). A new process is made for the next run."


class _ClusterProcess(_WorkerProcess):
    """The child process that speaks with a cluster: as one that trains, and with many behind it.

    Parameters
    ----------
    address
        Of the cluster.
    root, gone
        As of `_WorkerProcess`.
    joined
        Function that is called once there is who trains.
    found
        Function that is called with a run of before that goes on there.
    """

    def __init__(
        self,
        address: str,
        root: str | None,
        gone: Callable[[_WorkerProcess], None],
        joined: Callable[[_ClusterProcess], None],
        found: Callable[[Run], None],
    ) -> None:
        #: How many processes train there.
        self.processes = 0
        #: Set once it has ended.
        self.ended = threading.Event()
        self._was_there = False
        self._address, self._joined, self._found = address, joined, found
        super().__init__(root, gone, ("primer_core.training.cluster", address), CLUSTER_ENVIRONMENT)

    def follow(self, run: Run) -> None:
        """Ask whether the cluster has a run of before; if so, it is steered from here."""
        assert run.folder is not None  # it was opened
        with self._lock:
            self._runs.setdefault(run.id, run)
        self.send(Follow(run.id, run.spec, str(run.folder.path.absolute())))

    def why_gone(self) -> str:
        place = "" if self._address == "auto" else f" at {self._address}"
        if self._was_there:
            return f"The Ray cluster{place} was lost."
        return f"No Ray cluster answers{place or ', though PRIMER_RAY asks for one'}."

    def _take(self, report: Report) -> None:
        match report:
            case Machines(processes=processes):
                before, self.processes, self._was_there = self.processes, processes, True
                if processes and not before:
                    self._joined(self)
            case Followed(run=run_id, there=there):
                with self._lock:
                    run = self._runs.get(run_id) if there else self._runs.pop(run_id, None)
                if run is not None and there:
                    run.attach(self.send)
                    run.take(report)
                    self._found(run)
            case _:
                super()._take(report)

    def _read(self) -> None:
        super()._read()
        self.ended.set()
