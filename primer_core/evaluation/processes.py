"""The server's end of evaluation processes: how they are started, spoken with, and ended."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from primer_core.evaluation.guard import STAGES
from primer_core.evaluation.keeper import Setup
from primer_core.evaluation.messages import Kind, Reply, read_message, write_message

_PROJECT = Path(__file__).resolve().parents[2]

#: One thread a process: more of them than cores wait for each other, and a process with threads is not to be forked.
#: A set of texts has the same order in each process, since the same program has one answer.
_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}

_MOST_BYTES = 65_536
_TOLD_WITHIN = 5.0
_STOP_WAIT = 2.0
_LAST = len(STAGES) - 1

CAN_FORK = hasattr(os, "fork") and hasattr(socket, "send_fds") and sys.platform != "darwin"
"""Whether children are forked from a process that has loaded all; macOS's own mathematics is not safe to be forked."""


class Process(ABC):
    """A process that takes jobs.

    Parameters
    ----------
    pid
        Its id.
    stage
        int, place in `primer_core.evaluation.guard.STAGES`: what it has loaded.
    """

    def __init__(self, pid: int, stage: int) -> None:
        self.pid = pid
        self.stage = stage

    @abstractmethod
    def send(self, message: bytes) -> None:
        """Hand it a job; where it has ended, nothing happens."""

    @abstractmethod
    def receive(self) -> Reply | None:
        """Wait for what it says; None once it has ended."""

    @abstractmethod
    def end(self) -> None:
        """Let it end after its job."""

    @abstractmethod
    def kill(self) -> None:
        """End it now."""

    @abstractmethod
    def code(self) -> int | None:
        """Wait for the end of a process that `receive` says has ended.

        Returns
        -------
        int or None
            Its exit code, or the number of the signal that ended it, negative; None if that can't be known.
        """


Arrived = Callable[[Process], None]
"""Takes a process that has just become ready; it is called on a thread of its own for each."""


class Processes(ABC):
    """Keeps processes that take jobs: as many as there shall be, each new one in a dead one's place."""

    @abstractmethod
    def retire(self, stage: int) -> None:
        """Replace no process of a stage before this one from now on."""

    @abstractmethod
    def close(self) -> None:
        """End all processes."""


class ForkedProcesses(Processes):
    """Processes forked by keepers, one a stage; see `primer_core.evaluation.keeper`.

    Parameters
    ----------
    module, count, memory
        Module that calls `run`, how many processes take jobs, and the bytes that each may take.
    arrived
        Takes each new process.
    lost
        Called when the keepers have ended although they were not closed.
    """

    def __init__(self, module: str, count: int, memory: int, arrived: Arrived, lost: Callable[[], None]) -> None:
        self._arrived = arrived
        self._lost = lost
        self._lock = threading.Lock()
        self._children: dict[tuple[socket.socket, int], _Forked] = {}
        self._closed = False
        ends = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in STAGES]
        self._controls = [ours for ours, _ in ends]
        theirs = tuple(end.fileno() for _, end in ends)
        self._keeper = subprocess.Popen(  # noqa: S603 - our own module, our own interpreter
            Setup(memory, theirs, count).arguments(module),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=theirs,
            cwd=_PROJECT,
            env={**os.environ, **_ENVIRONMENT},
        )
        for _, end in ends:
            end.close()
        for control in self._controls:
            threading.Thread(target=self._listen, args=(control,), name="evaluation", daemon=True).start()

    def retire(self, stage: int) -> None:
        for control in self._controls[:stage]:
            with suppress(OSError):
                control.send(json.dumps({"retire": True}).encode())

    def close(self) -> None:
        with self._lock:
            self._closed = True
        for control in self._controls:
            with suppress(OSError):
                control.shutdown(socket.SHUT_RDWR)
        try:
            self._keeper.wait(_STOP_WAIT)
        except subprocess.TimeoutExpired:  # it is importing
            self._keeper.kill()
            self._keeper.wait()

    def _listen(self, control: socket.socket) -> None:
        with control:
            while True:
                try:
                    message, descriptors, _, _ = socket.recv_fds(control, _MOST_BYTES, 1)
                except OSError:
                    break
                if not message:
                    break
                self._take(control, json.loads(message), descriptors)
        with self._lock:
            orphans = [child for (keeper, _), child in self._children.items() if keeper is control]
            lost = control is self._controls[-1] and not self._closed
        for child in orphans:
            child.told(None)
        if lost:
            self._lost()

    def _take(self, control: socket.socket, message: dict[str, int], descriptors: list[int]) -> None:
        match message:
            case {"forked": pid, "stage": stage}:
                os.set_inheritable(descriptors[0], False)
                child = _Forked(pid, control, socket.socket(fileno=descriptors[0]), stage)
                with self._lock:
                    self._children[control, pid] = child
                threading.Thread(target=self._arrived, args=(child,), name=f"evaluation-{pid}", daemon=True).start()
            case {"ended": pid, "code": code}:
                with self._lock:
                    child = self._children.pop((control, pid))
                child.told(code)


class _Forked(Process):
    def __init__(self, pid: int, control: socket.socket, channel: socket.socket, stage: int) -> None:
        super().__init__(pid, stage)
        self.control = control
        self._channel = channel
        self._writing = threading.Lock()  # so that nothing is written to a descriptor that is another's by now
        self._told = threading.Event()
        self._code: int | None = None

    def send(self, message: bytes) -> None:
        with self._writing, suppress(OSError):
            write_message(self._channel.fileno(), message)

    def receive(self) -> Reply | None:
        message = read_message(self._channel.fileno())
        return None if message is None else Reply.decode(message)

    def end(self) -> None:
        with self._writing, suppress(OSError):
            self._channel.shutdown(socket.SHUT_WR)

    def kill(self) -> None:
        # By its parent: to anybody else, the number may be that of another process by now.
        with suppress(OSError):
            self.control.send(json.dumps({"kill": self.pid}).encode())

    def told(self, code: int | None) -> None:
        """Take what the keeper says of the end of this process."""
        self._code = code
        self._told.set()

    def code(self) -> int | None:
        with self._writing:
            self._channel.close()
        self._told.wait(_TOLD_WITHIN)
        return self._code


class PlainProcesses(Processes):
    """Processes that are started one by one, each with imports of its own, where none can be forked.

    One of the first stage is there until those of the last are; of these there is one more than take jobs at a time, so
    that one is warm when another is killed.

    Parameters
    ----------
    module, count, memory
        Module that calls `run`, how many processes take jobs at a time, and the bytes that each may take.
    arrived
        Takes each new process.
    """

    def __init__(self, module: str, count: int, memory: int, arrived: Arrived) -> None:
        self._module = module
        self._memory = memory
        self._arrived = arrived
        self._lock = threading.Lock()
        self._processes: set[_Plain] = set()
        self._closed = False
        self._start(0)
        for _ in range(count + 1):
            self._start(_LAST)

    def retire(self, stage: int) -> None:
        """Do nothing: the process of the first stage is replaced by none anyway."""

    def close(self) -> None:
        with self._lock:
            self._closed = True
            processes = list(self._processes)
        for process in processes:
            process.kill()
        for process in processes:
            process.code()

    def _start(self, stage: int) -> None:
        with self._lock:
            if self._closed:
                return
            process = _Plain(Setup(self._memory, stage=stage).arguments(self._module), stage)
            self._processes.add(process)
        threading.Thread(target=self._watch, args=(process,), name=f"evaluation-{process.pid}", daemon=True).start()

    def _watch(self, process: _Plain) -> None:
        ready = process.receive()
        if ready is not None and ready.kind is Kind.READY:
            self._arrived(process)
        process.code()
        with self._lock:
            self._processes.discard(process)
        if ready is not None and process.stage == _LAST:  # one that could not even start would not do so now
            self._start(_LAST)


class _Plain(Process):
    def __init__(self, command: list[str], stage: int) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own module, our own interpreter
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=_PROJECT,
            env={**os.environ, **_ENVIRONMENT},
        )
        super().__init__(self._process.pid, stage)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._jobs, self._replies = self._process.stdin, self._process.stdout
        self._writing = threading.Lock()

    def send(self, message: bytes) -> None:
        with self._writing, suppress(OSError, ValueError):
            write_message(self._jobs.fileno(), message)

    def receive(self) -> Reply | None:
        message = read_message(self._replies.fileno())
        return None if message is None else Reply.decode(message)

    def end(self) -> None:
        with self._writing, suppress(OSError):
            self._jobs.close()

    def kill(self) -> None:
        self._process.kill()

    def code(self) -> int | None:
        code = self._process.wait()
        self.end()
        with suppress(OSError):
            self._replies.close()
        return code


def reason(code: int | None) -> str:
    """Say how a process ended, in a few words."""
    if code is not None and code < 0:
        with suppress(ValueError):
            return signal.Signals(-code).name
    return "no exit code" if code is None else f"exit code {code}"
