"""A training process: serves many runs by turns, steered by JSON lines on its standard input.

Started as ``python -m primer_core.training.worker [DATA_FOLDER]`` by `primer_core.training.service`. It ends as soon as
its input closes, which happens when the server ends, however it ends.

What it tells of a run that is kept it has written into the run's log before.
"""

from __future__ import annotations

import io
import json
import math
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from torch import nn

from primer_core.data import DamagedFileError, DataError, DownloadCancelled, Progress
from primer_core.devices import DeviceUnavailableError
from primer_core.inference.trained import load_trained
from primer_core.models import build_model
from primer_core.models.normalise import Normalised
from primer_core.training.checkpoint import Checkpoint, CheckpointError
from primer_core.training.controls import Controls
from primer_core.training.feed import digits_of, pass_size, read_by, right_by_class
from primer_core.training.inside import Observer, Trainee
from primer_core.training.kept import LOGGED, LogReader, LogWriter, RunFolder, RunInUseError, write_whole
from primer_core.training.look import Viewer, look, start_of
from primer_core.training.loop import (
    Event,
    Samples,
    load_samples,
    samples_for,
    start_network,
    steps_in,
    train,
)
from primer_core.training.messages import (
    Behind,
    Change,
    Changed,
    Command,
    CutOff,
    EpochEnded,
    Failed,
    Finished,
    Forget,
    Held,
    Judged,
    Loading,
    LookAt,
    Looked,
    Measured,
    Pause,
    Report,
    Resume,
    Returning,
    SetPace,
    Start,
    Started,
    StepEpoch,
    StepOnce,
    Steps,
    Stop,
    TakenUp,
    Watch,
    encode,
)
from primer_core.training.moments import MomentKeeper
from primer_core.training.pipes import listen, own_output
from primer_core.training.spec import RunSpec, SpecError
from primer_core.training.teaching import Teaching

#: A run reports its steps at most about this often, in seconds: alone in its process, and among others.
REPORT_INTERVAL_ALONE = 0.04
REPORT_INTERVAL = 0.1
#: A run that fell behind its pace, in seconds, does not make up for more than this.
_MOST_BEHIND = 0.1
#: All runs together get a turn about this often, in seconds.
ROUND = 0.2
_TURN_RANGE = (0.005, 0.05)
_IDLE_WAIT = 0.5
#: Logs are put onto the disk about this often, in seconds.
SYNC_INTERVAL = 1.0
#: Seconds between two checkpoints of a run at least, and how many times as long as making one took.
CHECKPOINT_INTERVAL, _REST = 2.0, 50.0
#: Seconds over which samples a second are told.
_RATE_OVER = 2.0


class Judge:
    """Finds out how a network reads a learner's digits, and the test images: it trains on none of these.

    Parameters
    ----------
    run
        Id of the run.
    teaching
        Holds the digits.
    samples
        The set, as the network takes it.
    """

    def __init__(self, run: str, teaching: Teaching, samples: Samples) -> None:
        self._run = run
        self._digits, _ = digits_of(teaching, samples.mean, samples.std)
        self._test = samples.test

    def __call__(self, model: nn.Module, step: int) -> Judged:
        """Judge a network that was trained on so many batches."""
        device = next(model.parameters()).device
        inputs, labels = self._test
        right, size = right_by_class(read_by(model, inputs.to(device)).cpu(), labels)
        return Judged(self._run, step, tuple(read_by(model, self._digits.to(device)).tolist()), right, size)


class _Disk:
    """Does for this process, in a thread of its own, what may have to wait for the disk."""

    def __init__(self) -> None:
        self._tasks: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._logs: set[LogWriter] = set()
        threading.Thread(target=self._work, name="disk", daemon=True).start()

    def do(self, task: Callable[[], None]) -> None:
        """Do this after what was asked for before."""
        self._tasks.put(task)

    def watch(self, log: LogWriter) -> None:
        """Sync a log again and again, and mend it."""
        self.do(lambda: self._logs.add(log))

    def close(self, log: LogWriter, lock: int) -> None:
        """Close a log and let go of its folder, after what was asked for before."""

        def close() -> None:
            self._logs.discard(log)
            log.close()
            os.close(lock)

        self.do(close)

    def _work(self) -> None:
        synced = time.monotonic()
        while True:
            left = synced + SYNC_INTERVAL - time.monotonic()
            with suppress(queue.Empty):
                task = self._tasks.get(timeout=max(left, 0.0))
                try:
                    task()
                except OSError as error:
                    sys.stderr.write(f"Something of a run could not be written: {error}\n")
            if left <= 0:
                for log in self._logs:
                    log.mend()
                    log.sync()
                synced = time.monotonic()


@dataclass(eq=False)
class _Past:
    """What a run's log had when it was taken up, which is trained again, and not told again.

    Parameters
    ----------
    steps, passes, measured
        Batches, passes over the samples, and the batch that vitals were measured after last.
    changes
        Of settings: after how many batches, and the settings from then on.
    started
        Whether it told how much there is to train.
    commands
        What was asked for meanwhile, to be done once the run stands where it was.
    """

    steps: int = 0
    passes: int = 0
    measured: int = 0
    changes: list[tuple[int, RunSpec]] = field(default_factory=list)
    started: bool = False
    commands: list[Command] = field(default_factory=list)

    def take(self, report: Report) -> None:
        """Take a report of the log."""
        match report:
            case Started():
                self.started = True
            case Steps(steps=steps):
                self.steps = steps[-1]
            case EpochEnded(epoch=epoch):
                self.passes = epoch
            case Measured(vitals=vitals):
                self.measured = vitals.step
            case Changed(step=step, spec=spec):
                self.changes.append((step, spec))

    def is_over(self, step: int, passes: int, changes: int) -> bool:
        """Whether a run has come this far again."""
        there = step == self.steps and passes >= self.passes and changes >= len(self.changes)
        return there or step > self.steps


@dataclass(eq=False)
class _Job:
    """One run in this process.

    Parameters
    ----------
    pace
        Batches a second at most; None for as fast as it goes.
    due
        Second of the clock before which it is passed over.
    steps_through
        Whether it goes on to the end of its pass and holds there.
    steps, losses
        Of the batches since the last report.
    reported_at
        When that was, in seconds of the clock.
    seen, seconds
        Samples of the last seconds and how long these took, the older ones counting less.
    end
        The event of its end, if it has ended.
    teaching, start
        Of a run that fine-tunes: what came with its start, and the network that it begins with.
    judge
        How that run's network is judged.
    folder, log, lock
        Of a run that is kept: where, its log, and the file that keeps other processes away from them.
    behind
        Whether the server was told that the log is behind what it was told.
    past
        What it is trained again for; None where it stands where it was, or is new.
    passes, changes
        Passes that were measured, and changes of settings that were taken.
    checkpoint_due
        Second of the clock from which another checkpoint is worth its time.
    """

    run: str
    spec: RunSpec
    controls: Controls
    folder: RunFolder | None = None
    log: LogWriter | None = None
    lock: int = -1
    behind: bool = False
    past: _Past | None = None
    passes: int = 0
    changes: int = 0
    checkpoint_due: float = 0.0
    trainee: Trainee = field(default_factory=Trainee)
    moments: MomentKeeper | None = None
    teaching: Teaching | None = None
    start: Normalised | None = None
    judge: Judge | None = None
    events: Iterator[Event] | None = None
    observer: Observer | None = None
    viewer: Viewer | None = None
    scaling: tuple[float, float] = (0.0, 1.0)
    pace: float | None = None
    due: float = 0.0
    steps_through: bool = False
    steps: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    reported_at: float = 0.0
    seen: float = 0.0
    seconds: float = 0.0
    end: Event | None = None

    @property
    def begun_with(self) -> nn.Module | None:
        """The network that it begins with; None for weights drawn from its seed."""
        return None if self.start is None else self.start.model

    def has_more(self) -> bool:
        """Whether the reason for its end does not hold any more; if it does, `events` is not to be advanced."""
        asked = self.controls.spec
        match self.end:
            case Event(outcome="completed", spec=spec):
                return asked.epochs > spec.epochs
            case Event(outcome="reached" | "levelled"):
                return not asked.target and not asked.patience
            case _:
                return True


class _SampleCache:
    """Loaded sets, shared by the runs of this process; a set that is being loaded is waited for.

    Runs that fine-tune share sets as well: a network takes a set scaled as the one that it was trained on.
    """

    def __init__(self, root: str | None) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._loading: dict[tuple[str, bool], threading.Lock] = {}
        self._samples: dict[tuple[str, bool], Samples] = {}
        self._scaled: dict[tuple[str, float, float], Samples] = {}

    def get(self, spec: RunSpec, progress: Progress, *, refetch: bool) -> Samples:
        key = (spec.data, spec.normalise)
        with self._lock:
            loading = self._loading.setdefault(key, threading.Lock())
        with loading:
            if refetch or key not in self._samples:
                self._samples[key] = load_samples(
                    spec.data, normalise=spec.normalise, root=self._root, progress=progress, refetch=refetch
                )
            return self._samples[key]

    def get_for(self, start: Normalised, spec: RunSpec, progress: Progress, *, refetch: bool) -> Samples:
        """The set as a network takes it."""
        key = (spec.data, start.mean.item(), start.std.item())
        if key not in self._scaled:

            def load(*, normalise: bool) -> Samples:
                return self.get(replace(spec, normalise=normalise), progress, refetch=refetch)

            self._scaled[key] = samples_for(start, load, normalise=spec.normalise)
        return self._scaled[key]


class Worker:
    """Takes commands, trains by turns, reports.

    Parameters
    ----------
    report
        Called with each report to the server, from any thread.
    root
        The data folder, if not the usual one.
    """

    def __init__(self, report: Callable[[Report], None], root: str | None = None) -> None:
        self._report = report
        self._disk = _Disk()
        self._cache = _SampleCache(root)
        self._commands: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._jobs: dict[str, _Job] = {}
        self._ended: dict[str, _Job] = {}  # they can go on

    def accept(self, command: Command) -> None:
        """Take a command; safe from any thread. It is carried out between two turns."""
        self._commands.put(lambda: self._carry_out(command))

    def serve(self) -> None:
        """Train by turns, for ever."""
        while True:
            now = time.perf_counter()
            self._take_commands(min((job.due - now for job in self._runnable()), default=_IDLE_WAIT))
            now = time.perf_counter()
            for job in self._runnable():
                if job.due <= now:
                    self._turn(job)
                    self._take_commands()

    def _runnable(self) -> list[_Job]:
        return [job for job in self._jobs.values() if job.events is not None and not job.controls.paused]

    def _take_commands(self, wait: float = 0.0) -> None:
        """Carry out the commands that are there; wait so many seconds for one at most, where none is."""
        with suppress(queue.Empty):
            command = self._commands.get(timeout=wait) if wait > 0 else self._commands.get_nowait()
            while True:
                command()
                command = self._commands.get_nowait()

    def _carry_out(self, command: Command) -> None:
        if isinstance(command, Start):
            self._start(command)
            return
        if isinstance(command, LookAt):
            threading.Thread(target=self._look_at, args=(command,), daemon=True).start()
            return
        if isinstance(command, Forget):
            self._forget(command.run)
            return
        job = self._jobs.get(command.run) or self._ended.get(command.run)
        if job is None:
            return
        if job.past is not None and not isinstance(command, Watch):
            job.past.commands.append(command)
            return
        match command:
            case Pause():
                job.controls.pause()
                job.steps_through = False
                self._flush(job)
                self._keep_checkpoint(job)
            case Resume():
                job.controls.resume()
                job.steps_through = False
                job.reported_at = time.perf_counter()
                self._go_on(job)
            case StepOnce():
                job.controls.step()
                job.steps_through = False
                self._go_on(job)
            case StepEpoch():
                job.controls.step_through()
                job.steps_through = True
                self._go_on(job)
            case SetPace(pace=pace):
                job.pace, job.due = pace, 0.0
            case Change(spec=spec):
                job.controls.change(spec)
            case Watch(first_unit=first_unit) if job.viewer is not None:
                self._tell_looks(job, job.viewer.watch(first_unit))
            case Stop():
                job.controls.stop()
                job.due = 0.0

    def _go_on(self, job: _Job) -> None:
        """Let a run take its turns, at once; one that has ended, if there is more to train."""
        job.due = 0.0
        if job.run in self._ended and job.has_more():
            self._jobs[job.run] = self._ended.pop(job.run)

    def _forget(self, run: str) -> None:
        ended, job = self._ended.pop(run, None), self._jobs.pop(run, None)
        if job is not None:
            job.controls.stop()
            self._flush(job)
            self._keep_checkpoint(job)
            self._let_go(job)
        elif ended is not None:
            self._let_go(ended)

    def _let_go(self, job: _Job) -> None:
        """Let another process have the run."""
        if job.log is not None:
            self._disk.close(job.log, job.lock)
            job.log = None

    def _start(self, command: Start) -> None:
        job = self._jobs[command.run] = _Job(
            command.run,
            command.spec,
            Controls(command.spec),
            folder=RunFolder(Path(command.folder)) if command.folder else None,
            past=_Past() if command.take_up else None,
            teaching=command.teaching,
            pace=command.pace,
        )
        if command.paused:
            if job.past is None:
                job.controls.pause()
            else:
                job.past.commands.append(Pause(command.run))
        threading.Thread(target=self._prepare, args=(job, command.refetch), daemon=True).start()

    def _prepare(self, job: _Job, refetch: bool) -> None:
        """Load a run's data in a thread of its own: a download must not hold up the other runs."""

        def progress(done: int, total: int) -> bool:
            now = time.perf_counter()
            if now - job.reported_at >= REPORT_INTERVAL or done >= total:
                job.reported_at = now
                self._report(Loading(job.run, done, total))
            return not job.controls.stopped

        self._report(Loading(job.run, 0, 0))
        try:
            if job.folder is not None:
                self._open(job, job.folder)
            if job.teaching is None:
                samples = self._cache.get(job.spec, progress, refetch=refetch)
            else:
                job.start = start_network(job.spec, job.teaching)
                samples = self._cache.get_for(job.start, job.spec, progress, refetch=refetch)
                job.judge = Judge(job.run, job.teaching, samples)
                self._say(job, job.judge(job.start.model, 0))
            checkpoint = _read_checkpoint(job)
        except DownloadCancelled:
            self._commands.put(lambda: self._fail(job, "Stopped while its data was being downloaded."))
            return
        except RunInUseError as error:
            self._jobs.pop(job.run, None)
            self._report(CutOff(job.run, str(error)))
            return
        except Exception as error:
            reason, damaged = _reason(error), isinstance(error, DamagedFileError)
            self._commands.put(lambda: self._fail(job, reason, damaged=damaged))
            return
        self._commands.put(lambda: self._begin(job, samples, checkpoint))

    def _open(self, job: _Job, folder: RunFolder) -> None:
        """Begin to write a run's log, or go on with it.

        Raises
        ------
        RunInUseError
            If another process does.
        """
        try:
            lock = folder.hold()
        except OSError:
            job.folder = None  # on a disk that is full, or a folder that is gone: the run is not kept
            return
        try:
            reader = LogReader(folder.log)
            for report in reader.read():
                if job.past is not None:
                    job.past.take(report)
            job.log, job.lock = LogWriter(folder.log, reader.size), lock
        except OSError:
            os.close(lock)
            job.folder = None
            return
        self._disk.watch(job.log)

    def _say(self, job: _Job, report: Report) -> None:
        """Tell the server, and write it down first where the run is kept."""
        if job.log is not None and isinstance(report, LOGGED):
            job.log.append(report)
            if job.log.behind != job.behind:
                job.behind = job.log.behind
                self._report(Behind(job.run, job.behind))
        self._report(report)

    def _begin(self, job: _Job, samples: Samples, checkpoint: Checkpoint | None) -> None:
        if self._jobs.get(job.run) is not job:
            self._let_go(job)
            return
        remembered = {} if checkpoint is None else checkpoint.beside
        if job.folder is not None:
            job.moments = MomentKeeper(
                job.folder.moments, samples.mean, samples.std, remembered=remembered.get("moments")
            )
        if checkpoint is not None:
            job.passes, job.changes = checkpoint.place.passes, checkpoint.place.changes
            job.controls.change(checkpoint.spec)
        job.events = train(
            job.spec,
            job.controls,
            samples=samples,
            moments=job.moments,
            trainee=job.trainee,
            teaching=job.teaching,
            checkpoint=checkpoint,
            changes=[] if job.past is None else job.past.changes[job.changes :],
        )
        job.observer = Observer(job.trainee, *samples.validation)
        if checkpoint is not None:
            job.observer.highest = remembered["highest_loss"]
        job.viewer = Viewer(job.spec, job.trainee, samples, start=job.begun_with)
        job.scaling = (samples.mean, samples.std)
        job.reported_at = 0.0
        size = len(samples.train[1]) if job.teaching is None else pass_size(job.teaching, job.spec.replay)
        if job.past is None or not job.past.started:
            self._say(job, Started(job.run, train_size=size, total_steps=steps_in(job.spec, size)))
        self._stand(job, 0 if checkpoint is None else checkpoint.place.step)

    def _stand(self, job: _Job, step: int) -> None:
        """Note how far a run that is trained again has come; where it was, it does what was asked for meanwhile."""
        if job.past is None:
            return
        if job.past.is_over(step, job.passes, job.changes):
            commands, job.past = job.past.commands, None
            self._say(job, TakenUp(job.run, step))
            for command in commands:
                self._carry_out(command)
        elif time.perf_counter() - job.reported_at >= REPORT_INTERVAL:
            job.reported_at = time.perf_counter()
            self._report(Returning(job.run, step, job.past.steps))

    def _look_at(self, command: LookAt) -> None:
        try:
            loaded = load_trained(command.spec, command.network)
            assert isinstance(loaded, Normalised)
            network = loaded.model
            samples = self._cache.get_for(loaded, command.spec, lambda _done, _total: True, refetch=False)
            job = self._jobs.get(command.run) or self._ended.get(command.run)
            start = start_of(command.spec, samples, None if job is None else job.begun_with)
            told = look(network, start, samples, step=command.step, first_unit=command.first_unit)
        except Exception as error:
            told = json.dumps({"problem": _reason(error)})
        self._report(Looked(command.run, command.step, command.first_unit, told))

    def _tell_looks(self, job: _Job, looks: Iterator[tuple[int, int, str]]) -> None:
        for step, first_unit, told in looks:
            self._report(Looked(job.run, step, first_unit, told))

    def _turn(self, job: _Job) -> None:
        """Advance one run, and tell if it holds at the end of a pass now."""
        self._advance(job)
        if job.steps_through and job.controls.paused:
            job.steps_through = False
            self._keep_checkpoint(job)
            self._report(Held(job.run))

    def _advance(self, job: _Job) -> None:
        """Advance one run for as long as its share of a round lasts and it is due, and at least by one event."""
        low, high = _TURN_RANGE
        ends = time.perf_counter() + min(high, max(low, ROUND / max(1, len(self._jobs))))
        assert job.events is not None  # only runnable jobs get turns
        try:
            for event in job.events:
                if job.past is not None:
                    self._tell_again(job, event)
                else:
                    self._tell(job, event)
                    if event.kind in ("step", "epoch") and time.perf_counter() >= job.checkpoint_due:
                        self._keep_checkpoint(job)
                now = time.perf_counter()
                if event.kind == "step" and job.pace is not None and job.past is None:
                    job.due = max(job.due, now - _MOST_BEHIND) + 1 / job.pace
                if self._belongs_to_the_last(event):
                    continue
                if event.kind == "finished" or now >= ends or job.due > now or not self._commands.empty():
                    return
                if job.controls.paused:
                    return
        except Exception as error:
            self._fail(job, _reason(error))

    @staticmethod
    def _belongs_to_the_last(event: Event) -> bool:
        """Whether what comes next is the measurement of a pass, or of the run, whose last batch this was."""
        last_of_run = event.kind == "epoch" and event.step >= event.total_steps
        return event.left_in_pass == 0 and (event.kind == "step" or last_of_run)

    def _tell_again(self, job: _Job, event: Event) -> None:
        """Take an event of a run that is trained again; what was told of it stands."""
        assert job.observer is not None  # it was made with the events
        assert job.past is not None
        job.observer.take(event)
        self._count(job, event)
        if event.kind == "step" and event.step > job.past.steps:  # it was trained on other data than it was then
            past, job.past = job.past, None
            self._say(job, TakenUp(job.run, event.step))
            self._tell(job, event)
            for command in past.commands:
                self._carry_out(command)
            return
        self._stand(job, event.step)

    @staticmethod
    def _count(job: _Job, event: Event) -> None:
        job.passes += event.kind == "epoch"
        job.changes += event.kind == "changed"

    def _tell(self, job: _Job, event: Event) -> None:
        assert job.observer is not None  # both were made with the events
        assert job.viewer is not None
        self._count(job, event)
        vitals = job.observer.take(event)
        if vitals is not None:
            self._say(job, Measured(job.run, vitals))
        self._tell_looks(job, job.viewer.take(event))
        if event.kind == "step":
            assert event.train_loss is not None
            job.steps.append(event.step)
            job.losses.append(event.train_loss)
            interval = REPORT_INTERVAL_ALONE if len(self._jobs) == 1 else REPORT_INTERVAL
            slow = job.pace is not None and job.pace * interval < 1
            if slow or job.controls.paused or time.perf_counter() - job.reported_at >= interval:
                self._flush(job, event)
        elif event.kind == "changed":
            self._flush(job, event)
            self._say(job, Changed(job.run, event.step, event.spec, event.total_steps))
        elif event.kind == "epoch":
            assert event.train_loss is not None
            assert event.validation_loss is not None
            assert event.validation_accuracy is not None
            self._flush(job, event)
            self._say(
                job,
                EpochEnded(
                    job.run,
                    epoch=event.epoch,
                    step=event.step,
                    train_loss=event.train_loss,
                    validation_loss=event.validation_loss,
                    validation_accuracy=event.validation_accuracy,
                ),
            )
        elif event.kind == "finished":
            self._flush(job, event)
            job.end = event
            if event.outcome not in ("stopped", "diverged") and job.has_more():
                return  # it has ended before, and was told to train on
            if job.judge is not None and event.outcome != "diverged":
                assert job.observer is not None
                self._say(job, job.judge(job.observer.model, event.step))
            self._jobs.pop(job.run, None)
            job.steps_through = False
            if event.outcome != "diverged":
                self._ended[job.run] = job
                self._keep_checkpoint(job)
            self._finish(job, event)

    def _finish(self, job: _Job, event: Event) -> None:
        """Tell of a run's end, and keep its network."""
        assert event.outcome is not None
        assert event.test_loss is not None
        assert event.test_accuracy is not None
        network, written = _packed(job, event), False
        if job.folder is not None and event.outcome != "diverged":
            with suppress(OSError):
                job.folder.write_network(event.step, network)
                written = True
        finished = Finished(
            job.run,
            outcome=event.outcome,
            step=event.step,
            test_loss=event.test_loss,
            test_accuracy=event.test_accuracy,
            network=b"",
        )
        if job.log is not None:
            job.log.append(finished)
        self._report(finished if written else replace(finished, network=network))
        if event.outcome == "diverged":
            self._let_go(job)

    def _keep_checkpoint(self, job: _Job) -> None:
        """Keep what the run can go on with from here. Only asking for it holds the run up; the disk does not."""
        make = job.trainee.checkpoint
        if job.log is None or job.past is not None or job.teaching is not None or make is None:
            return
        assert job.observer is not None  # it was made with the events
        began = time.perf_counter()
        beside = {
            "highest_loss": job.observer.highest,
            "moments": None if job.moments is None else job.moments.memory,
        }
        content, log, folder = make(beside).to_bytes(), job.log, job.folder
        now = time.perf_counter()
        job.checkpoint_due = now + max(CHECKPOINT_INTERVAL, _REST * (now - began))
        assert folder is not None  # where its log is

        def write() -> None:
            log.sync()  # a checkpoint must not be ahead of the log
            write_whole(folder.checkpoint, content)

        self._disk.do(write)

    def _flush(self, job: _Job, event: Event | None = None) -> None:
        now = time.perf_counter()
        if not job.steps:
            return
        elapsed = now - job.reported_at
        if job.reported_at and elapsed > 0:
            kept = math.exp(-elapsed / _RATE_OVER)  # two reports may come within a moment, and say little of the pace
            job.seen = kept * job.seen + len(job.steps) * job.controls.spec.batch_size
            job.seconds = kept * job.seconds + elapsed
        self._say(
            job,
            Steps(
                job.run,
                steps=tuple(job.steps),
                losses=tuple(job.losses),
                epoch=event.epoch if event else None,
                samples_per_second=job.seen / job.seconds if job.seconds else 0.0,
            ),
        )
        job.steps, job.losses, job.reported_at = [], [], now

    def _fail(self, job: _Job, reason: str, *, damaged: bool = False) -> None:
        if self._jobs.pop(job.run, None) is not None:
            self._say(job, Failed(job.run, reason, damaged_file=damaged))
        self._let_go(job)


def _read_checkpoint(job: _Job) -> Checkpoint | None:
    """The checkpoint that a run of before goes on from; None where there is none that goes with its log."""
    past = job.past
    if past is None or job.folder is None:
        return None
    try:
        found = Checkpoint.from_bytes(job.folder.checkpoint.read_bytes())
    except (OSError, CheckpointError):
        return None
    place = found.place
    fits = place.step <= past.steps and place.passes <= past.passes and place.changes <= len(past.changes)
    return found if fits and job.spec.with_live(found.spec) == found.spec else None


def _reason(error: Exception) -> str:
    if isinstance(error, DataError | DeviceUnavailableError | SpecError):
        return str(error)
    traceback.print_exception(error, file=sys.stderr)
    return f"The training process met an error: {type(error).__name__}: {error}"


def _packed(job: _Job, event: Event) -> bytes:
    """The trained parameters, and the scaling of its inputs beside them, so that they can be used by themselves."""
    model = build_model(job.spec.model, job.spec.seed)
    model.load_state_dict(dict(event.state_dict or {}))
    buffer = io.BytesIO()
    torch.save(Normalised(model, *job.scaling).state_dict(), buffer)
    return buffer.getvalue()


def main(root: str | None = None) -> None:
    """Serve the process on the other end of standard input and output, until it closes its end.

    Parameters
    ----------
    root
        As `Worker` takes it.
    """
    # An interrupt from the terminal goes to the whole group; the server answers it by closing our input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(10)  # pages stay quick while networks train
    torch.set_num_threads(1)
    send = own_output()
    worker = Worker(lambda report: send(encode(report)), root)
    listen(worker.accept, "A training process")
    # The first optimizer of a process loads torch's compiler, which takes seconds: better now than in the first run.
    torch.optim.Adam([torch.zeros(1, requires_grad=True)], fused=True)
    worker.serve()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
