"""The actor of the cluster: keeps one training process on its machine, for as many servers as ask.

The process is the same that a server starts for itself. It ends with the actor, since its input closes then. Runs
belong to no server either: what is told of one goes to each server that has sent commands for it, or follows it; one
that nobody follows any more goes on to its end.
"""

from __future__ import annotations

import asyncio
import platform
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from primer_core.training.messages import (
    CutOff,
    Failed,
    Finished,
    Forget,
    Held,
    LookAt,
    MessageError,
    Pause,
    Resume,
    SetPace,
    Start,
    StepEpoch,
    StepOnce,
    decode_command,
    decode_report,
    encode,
)
from primer_core.training.service import start_process

#: What is told of a run goes out this often at most, in times a second.
EVENTS_A_SECOND = 15.0
#: Seconds that `Host.poll` waits for something to tell.
LONGEST_POLL = 5.0
#: A server that has not asked for so many seconds is gone.
SERVER_GONE = 60.0
_TIDY_EVERY = 5.0
#: Seconds that a machine waits for a folder that another one has just made.
_FOLDER_WAIT = 5.0


@dataclass(eq=False)
class _Outbox:
    """What one server is to be told: lines, of which the first has this number."""

    first: int = 1
    lines: list[bytes] = field(default_factory=list)
    filled: asyncio.Event = field(default_factory=asyncio.Event)
    sent: float = 0.0
    asked: float = field(default_factory=time.monotonic)
    heard: int = 0

    def put(self, line: bytes) -> None:
        self.lines.append(line)
        self.filled.set()

    def drop(self, last: int) -> None:
        """Let go of what the server says that it has."""
        del self.lines[: max(0, last - self.first + 1)]
        self.first = max(self.first, last + 1)


@dataclass(eq=False)
class _Hosted:
    """A run that the process trains, or has only looked at, and the servers that are told of it."""

    trained: bool
    followers: set[str] = field(default_factory=set)
    holds: bool = False
    ended: bool = False
    pace: float | None = None


class Host:
    """One training process, and what servers have to hear of it. All is done in the actor's event loop.

    Parameters
    ----------
    root
        The data folder on the machine, if not the usual one.
    """

    def __init__(self, root: str | None = None) -> None:
        self._root = root
        self._process: subprocess.Popen[bytes] | None = None
        self._boxes: dict[str, _Outbox] = {}
        self._runs: dict[str, _Hosted] = {}
        self._code: int | None = None
        self._tidying: asyncio.Task[None] | None = None

    async def hello(self, server: str) -> str:
        """Start the process, where that was not done before, and give the name of the machine."""
        self._box(server)
        if self._process is None:
            self._process, self._commands, self._reports = start_process(self._root)
            threading.Thread(target=self._read, args=(asyncio.get_running_loop(),), daemon=True).start()
            self._tidying = asyncio.create_task(self._tidy_again_and_again())
        return platform.node()

    async def tell(self, server: str, number: int, lines: Sequence[bytes]) -> None:
        """Pass commands on to the process.

        Parameters
        ----------
        server
            Who sends them.
        number
            Of this call, counted from 1; one that came before is left out.
        lines
            Commands, as `primer_core.training.messages.encode` writes them.
        """
        box = self._box(server)
        if number <= box.heard:
            return
        box.heard = number
        for line in lines:
            if await self._note(server, line):
                self._pass_on(line)

    async def follow(self, server: str, run: str) -> tuple[bool, float | None] | None:
        """Tell a server of a run from now on: whether it holds, and its pace; None if the run is not here."""
        hosted = self._runs.get(run)
        if hosted is None or not hosted.trained:
            return None
        self._box(server)
        hosted.followers.add(server)
        return hosted.holds, hosted.pace

    async def poll(self, server: str, last: int) -> tuple[int, list[bytes], int | None]:
        """Wait for something to tell.

        Parameters
        ----------
        server
            Who asks.
        last
            Number of the last line that it has, 0 for none.

        Returns
        -------
        tuple of (int, list of bytes, int or None)
            The number of the first of these lines; the lines; and the exit code of the process, once it has ended.

        Raises
        ------
        LookupError
            If the server was silent for so long that it was taken for gone.
        """
        if last and server not in self._boxes:
            raise LookupError("this server was silent for too long; what there was to tell is lost")
        box = self._box(server)
        box.drop(last)
        if not box.lines and self._code is None:
            box.filled.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(box.filled.wait(), LONGEST_POLL)
        await asyncio.sleep(max(0.0, box.sent + 1 / EVENTS_A_SECOND - time.monotonic()))
        box.sent = box.asked = time.monotonic()
        return box.first, list(box.lines), self._code

    def _box(self, server: str) -> _Outbox:
        box = self._boxes.setdefault(server, _Outbox())
        box.asked = time.monotonic()
        return box

    async def _note(self, server: str, line: bytes) -> bool:
        """Note what a command does to its run; say whether the process is to have it."""
        command = decode_command(line)
        if isinstance(command, Forget):
            hosted = self._runs.get(command.run)
            if hosted is not None:
                hosted.followers.discard(server)
            if hosted is None or hosted.followers:
                return False
            del self._runs[command.run]
            return True
        looks = isinstance(command, LookAt)
        hosted = self._runs.setdefault(command.run, _Hosted(trained=not looks, ended=looks))
        hosted.followers.add(server)
        match command:
            case Start(folder=folder) if folder and not await _is_there(Path(folder)):
                del self._runs[command.run]
                reason = (
                    f"The machine {platform.node()} of the cluster does not see the folder of this run. All machines "
                    "have to share the folder that PRIMER_RUNS names."
                )
                self._boxes[server].put(encode(CutOff(command.run, reason)))
                return False
            case Start(paused=paused, pace=pace):
                hosted.trained, hosted.ended = True, False
                hosted.holds, hosted.pace = paused, pace
            case Pause() | StepOnce():
                hosted.holds = True
            case Resume() | StepEpoch():
                hosted.holds = hosted.ended = False
            case SetPace(pace=pace):
                hosted.pace = pace
        return True

    def _pass_on(self, line: bytes) -> None:
        with suppress(OSError, ValueError):  # that it has ended is told by `poll`
            self._commands.write(line)
            self._commands.flush()

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        assert self._process is not None
        for line in self._reports:
            loop.call_soon_threadsafe(self._take, line)
        loop.call_soon_threadsafe(self._end, self._process.wait())

    def _end(self, code: int) -> None:
        self._code = code
        for box in self._boxes.values():
            box.filled.set()

    def _take(self, line: bytes) -> None:
        try:
            report = decode_report(line)
        except MessageError:
            if self._process is not None:
                self._process.kill()  # what sends that does not work any more
            return
        hosted = self._runs.get(report.run)
        if hosted is None:
            return
        for server in hosted.followers & self._boxes.keys():
            self._boxes[server].put(line)
        match report:
            case Finished():
                hosted.ended = True
            case Failed() | CutOff():
                del self._runs[report.run]
            case Held():
                hosted.holds = True

    async def _tidy_again_and_again(self) -> None:
        while True:
            await asyncio.sleep(_TIDY_EVERY)
            self._tidy()

    def _tidy(self) -> None:
        """Forget servers that are gone, and then runs that nobody follows and that do nothing."""
        now = time.monotonic()
        self._boxes = {server: box for server, box in self._boxes.items() if now - box.asked < SERVER_GONE}
        for run, hosted in list(self._runs.items()):
            hosted.followers &= self._boxes.keys()
            if not hosted.followers and (hosted.ended or hosted.holds):
                del self._runs[run]
                self._pass_on(encode(Forget(run)))


async def _is_there(folder: Path) -> bool:
    """Whether a folder is there, or comes within a few seconds, as on a disk that several machines share."""
    deadline = time.monotonic() + _FOLDER_WAIT
    while not folder.is_dir():
        if time.monotonic() >= deadline:
            return False
        await asyncio.sleep(0.1)
    return True
