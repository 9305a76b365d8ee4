"""Measurements that start processes of their own, which no evaluation process may: one at a time, and ended in time.

A measurement is a JSON-ready job, which a module run as ``python -m`` reads from its standard input. It calls `ready`
once it has loaded what it needs, and then `reply`. The process and all that it has started are ended when it has
replied, or takes too long.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from queue import SimpleQueue
from threading import Event, Lock, Thread, Timer
from typing import Any

MOST_WAITING = 32
"""Measurements that wait for their turn at most."""

LONGEST = 20.0
"""Seconds after which a measurement is ended."""

LONGEST_LOADING = 60.0
"""Seconds after which a process is ended that has not loaded what it needs."""

_READY = b"+"
_LENGTH = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class Measured:
    """What a measurement gave.

    Parameters
    ----------
    content
        What its process wrote.
    at
        When it had done so.
    """

    content: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Failed:
    """A measurement that gave nothing, with the reason for a learner."""

    sentence: str


def ready() -> None:
    """Tell the bench that a process has loaded what it needs."""
    sys.stdout.buffer.write(_READY)
    sys.stdout.buffer.flush()


def reply(content: bytes) -> None:
    """Tell the bench the result of a measurement."""
    sys.stdout.buffer.write(_LENGTH.pack(len(content)) + content)
    sys.stdout.buffer.flush()


class Bench:
    """Measures one job at a time, in the order in which they were asked, and remembers the last result of each.

    Parameters
    ----------
    module
        Name of the module that a process runs.
    longest
        Seconds after which a process is ended.
    """

    def __init__(self, module: str, *, longest: float = LONGEST) -> None:
        self._module = module
        self._longest = longest
        self._turns: SimpleQueue[tuple[str, Future[Measured | Failed]]] = SimpleQueue()
        self._lock = Lock()
        self._works = False
        self._closed = False
        self._waiting: dict[str, Future[Measured | Failed]] = {}
        self._last: dict[str, Measured] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, job: Mapping[str, Any]) -> Future[Measured | Failed]:
        """Ask for a measurement; who asks for one that waits or is under way gets the same.

        Raises
        ------
        OverflowError
            If too many wait.
        """
        key = _key(job)
        with self._lock:
            known = self._waiting.get(key)
            if known is not None:
                return known
            if len(self._waiting) > MOST_WAITING:
                raise OverflowError(f"{MOST_WAITING} measurements wait already")
            future = self._waiting[key] = Future()
            self._turns.put((key, future))
            if not self._works:
                self._works = True
                Thread(target=self._work, name="measurements", daemon=True).start()
        return future

    def last(self, job: Mapping[str, Any]) -> Measured | None:
        """Return what was measured last for a job; None for nothing yet."""
        return self._last.get(_key(job))

    def close(self) -> None:
        """End what is under way, and measure nothing more."""
        with self._lock:
            self._closed = True
            process = self._process
        if process is not None:
            _kill(process)

    def _work(self) -> None:
        while True:
            key, future = self._turns.get()
            future.set_running_or_notify_cancel()
            try:
                result = Failed("The server ends.") if self._closed else self._measure(key)
            except OSError as error:  # the system starts no further process
                result = Failed(f"No process could be started that measures: {error.strerror}.")
            with self._lock:
                del self._waiting[key]
            future.set_result(result)

    def _measure(self, key: str) -> Measured | Failed:
        process = subprocess.Popen(  # noqa: S603 - a module of ours
            [sys.executable, "-m", self._module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            start_new_session=True,
        )
        with self._lock:
            self._process = process
            closed = self._closed
        if closed:
            _kill(process)
        try:
            content = self._heard(process, key.encode())
        except TimeoutError:
            return Failed(f"This took longer than {self._longest:g} seconds and was ended.")
        finally:
            with self._lock:
                self._process = None
            _kill(process)
            _clear(process)
        if not content:
            return Failed("The process that measured ended before it was done.")
        measured = self._last[key] = Measured(content, datetime.now(UTC))
        return measured

    def _heard(self, process: subprocess.Popen[bytes], job: bytes) -> bytes:
        """Return what a process replies; nothing where it ends by itself before it does.

        Raises
        ------
        TimeoutError
            If it had to be ended.
        """
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(BrokenPipeError):
            process.stdin.write(job)
            process.stdin.close()
        with _ending(process, LONGEST_LOADING):
            process.stdout.read(len(_READY))
        with _ending(process, self._longest):
            # Processes that it has started may hold its output open: what is read has a length.
            length = process.stdout.read(_LENGTH.size)
            return process.stdout.read(*_LENGTH.unpack(length)) if len(length) == _LENGTH.size else b""


def _key(job: Mapping[str, Any]) -> str:
    return json.dumps(job, sort_keys=True)


@contextmanager
def _ending(process: subprocess.Popen[bytes], seconds: float) -> Iterator[None]:
    """End a process unless what is done meanwhile is done in time.

    Raises
    ------
    TimeoutError
        If it was not.
    """
    too_late = Event()

    def end() -> None:
        too_late.set()
        _kill(process)

    late = Timer(seconds, end)
    late.daemon = True
    late.start()
    try:
        yield
    finally:
        late.cancel()
    if too_late.is_set():
        raise TimeoutError


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it has started."""
    with suppress(ProcessLookupError, PermissionError):  # all of them have ended
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _clear(process: subprocess.Popen[bytes]) -> None:
    """Take leave of a process that has ended."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    process.wait()
