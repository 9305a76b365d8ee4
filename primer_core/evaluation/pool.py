"""Shares jobs out among evaluation processes, and tells each asker what became of its own."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections import Counter, deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final

from primer_core.evaluation.messages import Kind, Reply, encode_job
from primer_core.evaluation.processes import CAN_FORK, ForkedProcesses, PlainProcesses, Process, Processes, reason
from primer_core.evaluation.results import Answer, Busy, Crashed, Exceeded, Limits, NotReady, Result

MOST_WAITING = 256
"""Jobs that wait for a process at most; a further one is refused."""

LONGEST_WAIT = 60.0
"""Seconds after which a job that still waits for a process is given up."""

_log = logging.getLogger(__name__)
_COUNTS_COMPUTING: Final = hasattr(signal, "setitimer")
_START_AGAIN = (1.0, 30.0)
_LOOK_EVERY = 0.5


def default_count() -> int:
    """One process a core that this process may use, and at least two: one stays free beside a job that never ends."""
    if hasattr(os, "sched_getaffinity"):
        return max(2, len(os.sched_getaffinity(0)))
    return max(2, os.cpu_count() or 1)


@dataclass(eq=False, slots=True)
class _Job:
    """A job that waits or is under way; `stage` is that from which a process can answer it, as far as is known."""

    message: bytes
    limits: Limits
    visitor: str
    lane: str
    waits: bool
    since: float
    stage: int = 0
    overdue: bool = False
    future: Future[Result] = field(default_factory=Future)


class Pool:
    """Computes jobs in processes of their own, one a process at a time, in the order in which they were asked.

    Parameters
    ----------
    module
        Name of the module that the processes run; it calls `primer_core.evaluation.keeper.run`.
    processes
        How many take jobs, 1 or more; `default_count` by default.
    limits
        What a job may take.
    forks
        Whether processes are forked from one that has loaded all; by default, where that is safe.
    """

    def __init__(
        self, module: str, *, processes: int | None = None, limits: Limits | None = None, forks: bool = CAN_FORK
    ) -> None:
        self._module = module
        self._count = processes or default_count()
        self._limits = limits or Limits()
        self._forks = forks
        self._changed = threading.Condition()
        self._processes: Processes | None = None
        self._idle: list[Process] = []
        self._busy: dict[Process, _Job] = {}
        self._waiting: deque[_Job] = deque()
        self._stage = 0
        self._was_ready = False
        self._closed = False
        self._watches = False
        self._pause = _START_AGAIN[0]
        self._ended: Counter[str] = Counter()

    def start(self) -> None:
        """Start the processes, unless they are started, and return at once."""
        with self._changed:
            if self._processes is None and not self._closed:
                self._processes = self._started()
                threading.Thread(target=self._watch, name="evaluation limits", daemon=True).start()

    def close(self) -> None:
        """End all processes; jobs that have no answer yet get none."""
        with self._changed:
            self._closed = True
            processes, waiting = self._processes, list(self._waiting)
            self._waiting.clear()
            self._changed.notify_all()
        for job in waiting:
            _resolve(job, Crashed("The server ends."))
        if processes is not None:
            processes.close()

    @property
    def pids(self) -> tuple[int, ...]:
        """The ids of the processes that take jobs now, or are at one."""
        with self._changed:
            return tuple(process.pid for process in (*self._idle, *self._busy))

    @property
    def ended(self) -> dict[str, int]:
        """How many processes have ended at a job, by the reason: time, memory, crashed."""
        with self._changed:
            return {why: self._ended[why] for why in ("time", "memory", "crashed")}

    def waiting(self, lane: str) -> int:
        """How many jobs of a lane wait for a process."""
        with self._changed:
            return sum(job.lane == lane for job in self._waiting)

    def _note(self, result: Exceeded | Crashed) -> None:
        """Count a process that has ended at a job, and tell the log."""
        why = result.limit if isinstance(result, Exceeded) else "crashed"
        with self._changed:
            if self._closed:  # all of them end then
                return
            self._ended[why] += 1
        level = logging.WARNING if why == "crashed" else logging.INFO
        extra = {"event": "evaluation ended", "facts": {"why": why}}
        _log.log(level, "An evaluation process has ended: %s", result.sentence, extra=extra)

    def ask(
        self,
        name: str,
        payload: object,
        *,
        visitor: str = "",
        lane: str = "",
        seconds: float | None = None,
        waits: bool = False,
    ) -> Future[Result]:
        """Ask for a job, and start the processes if they are not.

        Parameters
        ----------
        name, payload
            What the module's handler is called with; the payload is written as JSON.
        visitor
            Who asks. The jobs of one visitor take all processes but one at a time. Empty for nobody in particular.
        lane
            Of the jobs of one lane, one is under way at a time. Empty for none.
        seconds
            float above 0: another limit of computing than the pool's; the limit on the clock is as much longer.
        waits
            Whether the job shall wait until what it needs is loaded, where it is not.

        Returns
        -------
        Future of Result
            It is done later, on a thread of the pool's. A job that still waits is withdrawn by cancelling it.
        """
        longer = 0.0 if seconds is None else max(0.0, seconds - self._limits.seconds)
        computing = self._limits.seconds if seconds is None else seconds
        limits = Limits(computing, self._limits.wall + longer, self._limits.memory)
        job = _Job(encode_job(name, payload, computing), limits, visitor, lane, waits, time.monotonic())
        self.start()
        with self._changed:
            refusal = self._refusal(job)
            if refusal is None:
                self._waiting.append(job)
            started = self._share()
            if not self._watches:
                self._changed.notify()
        if refusal is not None:
            _resolve(job, refusal)
        _send(started)
        return job.future

    def _refusal(self, job: _Job) -> Result | None:
        if self._closed:
            return Crashed("The server ends.")
        if not self._was_ready and not job.waits:
            return NotReady("NumPy")
        if len(self._waiting) >= MOST_WAITING:
            return Busy(f"{MOST_WAITING} others wait for their answers already. Ask again in a few seconds.")
        return None

    def _share(self) -> list[tuple[Process, _Job]]:
        """Give waiting jobs to idle processes; return what is to be sent. The lock is held."""
        started: list[tuple[Process, _Job]] = []
        if not self._waiting:
            return started
        visitors = Counter(job.visitor for job in self._busy.values())
        lanes = {job.lane for job in self._busy.values()}
        passed: list[_Job] = []
        while self._waiting and self._idle and len(self._busy) < self._count:
            job = self._waiting.popleft()
            process = next((p for p in reversed(self._idle) if p.stage >= job.stage), None)
            crowds = job.visitor and visitors[job.visitor] >= max(1, self._count - 1)
            if process is None or crowds or (job.lane and job.lane in lanes):
                passed.append(job)
            elif job.stage or job.future.set_running_or_notify_cancel():
                self._idle.remove(process)
                self._busy[process] = job
                visitors[job.visitor] += 1
                lanes.add(job.lane)
                job.since = time.monotonic()
                started.append((process, job))
        self._waiting.extendleft(reversed(passed))
        return started

    def _serve(self, process: Process) -> None:
        """Hear a process out, from the moment it is ready to its end."""
        with self._changed:
            self._was_ready = True
            retired = self._admit(process)
            started = self._share()
        for other in retired:
            other.end()
        _send(started)
        while (reply := process.receive()) is not None:
            self._take(process, reply)
        self._gone(process, process.code())

    def _admit(self, process: Process) -> list[Process]:
        """Take a new process among the idle; return those that it makes superfluous. The lock is held."""
        self._pause = _START_AGAIN[0]
        if process.stage > self._stage:
            self._stage = process.stage
            assert self._processes is not None
            self._processes.retire(self._stage)
        self._idle.append(process)
        retired = [other for other in self._idle if other.stage < self._stage]
        self._idle = [other for other in self._idle if other not in retired]
        return retired

    def _take(self, process: Process, reply: Reply) -> None:
        result: Result | None = None
        if reply.kind is Kind.ERROR:
            report = reply.content.decode(errors="replace")
            _log.error("An evaluation process reports:\n%s", report, extra={"event": "evaluation failed"})
        with self._changed:
            job = self._busy.pop(process, None)
            ends = reply.last or process.stage < self._stage
            if not ends and job is not None:
                self._idle.append(process)
            elif process in self._idle:
                self._idle.remove(process)
            if job is not None and reply.kind is Kind.MISSING and job.waits:
                job.stage = process.stage + 1
                job.since = time.monotonic()
                self._waiting.appendleft(job)
            elif job is not None:
                result = _result(reply, job.limits)
            started = self._share()
        if ends:
            process.end()
        _send(started)
        if job is not None and result is not None:
            if reply.last and isinstance(result, Exceeded):
                self._note(result)
            _resolve(job, result)

    def _gone(self, process: Process, code: int | None) -> None:
        with self._changed:
            job = self._busy.pop(process, None)
            if process in self._idle:
                self._idle.remove(process)
            started = self._share()
        _send(started)
        if job is not None:
            why = _why_gone(job, code)
            self._note(why)
            _resolve(job, why)

    def _started(self) -> Processes:
        if self._forks:
            return ForkedProcesses(self._module, self._count, self._limits.memory, self._serve, self._lost)
        return PlainProcesses(self._module, self._count, self._limits.memory, self._serve)

    def _lost(self) -> None:
        """Start anew after a while, which is longer each time: the keepers have ended."""
        with self._changed:
            others = [*self._idle, *self._busy]
            pause, self._pause = self._pause, min(_START_AGAIN[1], 2 * self._pause)
            processes = self._processes
        _log.error(
            "The evaluation processes have ended; new ones are started in %g s.",
            pause,
            extra={"event": "evaluation lost"},
        )
        for process in others:
            process.end()
        if processes is not None:
            processes.close()
        time.sleep(pause)
        with self._changed:
            if not self._closed:
                self._stage = 0
                self._processes = self._started()

    def _watch(self) -> None:
        """End jobs that are overdue on the clock, and give up those that wait too long."""
        with self._changed:
            while not self._closed:
                now = time.monotonic()
                for process, job in self._busy.items():
                    if now >= job.since + _time_on_clock(job.limits) and not job.overdue:
                        job.overdue = True
                        process.kill()
                given_up = [job for job in self._waiting if now >= job.since + LONGEST_WAIT]
                for job in given_up:
                    self._waiting.remove(job)
                    _resolve(job, Busy("No process was free for this within a minute. Ask again in a few seconds."))
                self._watches = bool(self._busy or self._waiting)
                self._changed.wait(_LOOK_EVERY if self._watches else None)


def _send(started: list[tuple[Process, _Job]]) -> None:
    for process, job in started:
        process.send(job.message)


def _resolve(job: _Job, result: Result) -> None:
    if not job.future.running() and not job.future.set_running_or_notify_cancel():
        return
    job.future.set_result(result)


def _result(reply: Reply, limits: Limits) -> Result:
    match reply.kind:
        case Kind.ANSWER:
            return Answer(reply.content)
        case Kind.MEMORY:
            return Exceeded(
                "memory",
                f"It needed more than the {limits.memory // 10**6} MB of memory that an answer may take here: smaller "
                "arrays show the same.",
            )
        case Kind.MISSING:
            return NotReady("PyTorch")
    return Crashed("It could not be answered: our own program made an error. The server's log says which.")


def _time_on_clock(limits: Limits) -> float:
    return limits.wall if _COUNTS_COMPUTING else limits.seconds


def _why_gone(job: _Job, code: int | None) -> Exceeded | Crashed:
    computing = _COUNTS_COMPUTING and code == -signal.SIGPROF
    if computing or (job.overdue and not _COUNTS_COMPUTING):
        what = f"It took longer than {job.limits.seconds:g} s of computing"
    elif job.overdue:
        what = f"It had not ended after {job.limits.wall:g} s"
    else:
        return Crashed(f"The process that computed it was ended by it ({reason(code)}). Nothing else is affected.")
    return Exceeded("time", f"{what}, which is the limit here: smaller arrays show the same.")
