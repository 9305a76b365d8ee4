"""Training on a Ray cluster: a process of the server's that speaks with it, and gives out the runs.

Started as ``python -m primer_core.training.cluster ADDRESS [DATA_FOLDER]`` by `primer_core.training.service`, it takes
the commands that a training process takes, and reports what one reports. It alone imports Ray: a driver of Ray's ends
its whole process when the head of the cluster stays away, and must not take the pages with it.

On each core of the cluster it keeps an actor, `primer_core.training.host.Host`, named and detached: it outlives this
server, and the next one finds it. Runs belong to no actor. Where one is lost, its runs are given to those that live,
which take them up from their folders, as any run of before is taken up.
"""

from __future__ import annotations

import os
import queue
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import ActorUnavailableError, GetTimeoutError, RayActorError, RayError

from primer_core.training.host import LONGEST_POLL, Host
from primer_core.training.kept import RunFolder
from primer_core.training.messages import (
    Change,
    Command,
    CutOff,
    Failed,
    Finished,
    Follow,
    Followed,
    Forget,
    Held,
    LookAt,
    Looked,
    Machines,
    MessageError,
    Pause,
    Report,
    Resume,
    Returning,
    SetPace,
    Start,
    StepEpoch,
    StepOnce,
    Steps,
    Stop,
    TakenUp,
    decode_report,
    encode,
)
from primer_core.training.pipes import listen, own_output

#: The namespace of the actors, and the beginning of their names; a number follows.
NAMESPACE, NAME = "primer", "training-"
#: Seconds between two looks at how many cores the cluster has.
_LOOK_EVERY = 2.0
#: An actor that does not answer for so many seconds is lost, and so is one whose connection is broken for so many.
_SILENCE, _BROKEN = LONGEST_POLL + 15.0, 4.0
#: Seconds that a run waits for an actor at most, and between two looks whether its folder is free.
_HOMELESS, _FOLDER_EVERY = 20.0, 0.25
#: A run is given to another actor so many times at the same batch: what ends every process is given up.
_TRIES = 3


@dataclass(eq=False)
class _Placed:
    """A run, and what another actor has to be told to go on with it.

    Parameters
    ----------
    start
        The command that takes it up, with whether it holds and its pace as they are now.
    host
        Who has it; None for nobody.
    change, steps_through, stops
        Of what was asked since: the settings, to go on to the end of a pass, to stop.
    ended
        Whether it has, so that nothing of it has to go on by itself.
    moving
        Whether it is being given to another actor.
    step, tried_at, tries
        Batches so far; at which it was given to another one last, and how often at the same.
    """

    start: Start
    host: _Actor | None = None
    change: Change | None = None
    steps_through: bool = False
    stops: bool = False
    ended: bool = False
    moving: bool = False
    step: int = 0
    tried_at: int = -1
    tries: int = 0

    def note(self, command: Command) -> None:
        """Take down what a command asks for."""
        match command:
            case Pause() | StepOnce():
                self.start, self.steps_through = replace(self.start, paused=True), False
                self.ended = self.ended and isinstance(command, Pause)
            case Resume() | StepEpoch():
                self.start, self.ended = replace(self.start, paused=False), False
                self.steps_through, self.stops = isinstance(command, StepEpoch), False
            case SetPace(pace=pace):
                self.start = replace(self.start, pace=pace)
            case Change():
                self.change = command
            case Stop():
                self.stops = True

    def commands(self) -> list[Command]:
        """What makes an actor go on with it."""
        told: list[Command] = [self.start]
        if self.change is not None:
            told.append(self.change)
        if self.steps_through:
            told.append(StepEpoch(self.start.run))
        if self.stops:
            told.append(Stop(self.start.run))
        return told


class _Actor:
    """One actor as this server sees it, with the threads that send it commands and ask what there is to tell.

    Parameters
    ----------
    name, handle
        Of the actor.
    server
        Names this process.
    take
        Function that takes a line that was told.
    up, gone
        Functions that are called once it answers, and once it is lost, with a sentence that says why.
    """

    def __init__(
        self,
        name: str,
        handle: Any,
        server: str,
        *,
        take: Callable[[_Actor, bytes], None],
        up: Callable[[_Actor], None],
        gone: Callable[[_Actor, str], None],
    ) -> None:
        self.name = name
        self.machine = ""
        self.handle = handle
        self.answers = False
        self._server = server
        self._take, self._up, self._gone = take, up, gone
        self._lost = False
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._listen, name=f"listen-{name}", daemon=True).start()

    def send(self, command: Command) -> None:
        """Send a command; returns at once."""
        self._lines.put(encode(command))

    def follow(self, run: str) -> tuple[bool, float | None] | None:
        """As `Host.follow`; None too where it does not answer."""
        with suppress(RayError):
            found: tuple[bool, float | None] | None = self._ask("follow", run)
            return found
        return None

    def _ask(self, method: str, *given: object) -> Any:
        """Call a method; a connection that is broken is tried again for a while."""
        deadline = time.monotonic() + _BROKEN
        while True:
            try:
                return ray.get(getattr(self.handle, method).remote(self._server, *given), timeout=_SILENCE)
            except ActorUnavailableError:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(0.2)

    def _listen(self) -> None:
        last = 0
        try:
            # A new actor waits for a core that is free, for ever if need be; one that is there says it at once.
            self.machine = ray.get(self.handle.hello.remote(self._server))
            self.answers = True
            threading.Thread(target=self._tell, name=f"tell-{self.name}", daemon=True).start()
            self._up(self)
            while True:
                first, lines, code = self._ask("poll", last)
                for number, line in enumerate(lines, first):
                    if number > last:
                        self._take(self, line)
                        last = number
                if code is not None:
                    reason = f"The training process on {self.machine} ended unexpectedly (exit code {code})."
                    break
        except (RayActorError, GetTimeoutError):
            reason = f"The machine {self.machine} of the cluster, or its process, was lost."
        except RayError as error:
            reason = f"The cluster has an error: {type(error).__name__}."
            sys.stderr.write(f"{reason} {error}\n")
        self._lost, self.answers = True, False
        with suppress(RayError):
            ray.kill(self.handle)  # it may be cut off only, and must not train beside its successor
        self._gone(self, reason)

    def _tell(self) -> None:
        number = 0
        while not self._lost:
            lines = [self._lines.get()]
            with suppress(queue.Empty):
                while True:
                    lines.append(self._lines.get_nowait())
            number += 1
            with suppress(RayError):  # `_listen` finds out that it is lost, and another one is told then
                self._ask("tell", number, lines)


class Cluster:
    """Gives out runs to the actors of a cluster.

    Parameters
    ----------
    report
        Called with each line to the server, from any thread.
    root
        The data folder on the machines, if not the usual one.
    """

    def __init__(self, report: Callable[[bytes], None], root: str | None = None) -> None:
        self._report = report
        self._root = root
        self._server = secrets.token_urlsafe(9)
        self._lock = threading.RLock()
        self._actors: dict[str, _Actor] = {}
        self._runs: dict[str, _Placed] = {}
        self._told = -1

    def serve(self) -> None:
        """Keep an actor on each core, for ever."""
        while True:
            # Ray counts the cores of a machine until it is sure that the machine is gone.
            cores = int(sum(node["Resources"].get("CPU", 0) for node in ray.nodes() if node["Alive"]))
            found = {name for name in ray.util.list_named_actors() if name.startswith(NAME)}
            with self._lock:
                for name in found - self._actors.keys():
                    self._meet(name)
                for name in (f"{NAME}{number}" for number in range(2 * cores)):
                    if name not in self._actors and len(self._actors) < cores:
                        self._meet(name)
            self._say_how_many()
            time.sleep(_LOOK_EVERY)

    def _meet(self, name: str) -> None:
        """Find the actor of a name, or make it; where another server is just doing so, find it the next time."""
        options = {"name": name, "namespace": NAMESPACE, "lifetime": "detached", "get_if_exists": True}
        try:
            handle = ray.remote(Host).options(**options, num_cpus=1, max_restarts=0).remote(self._root)
        except ValueError:
            return
        self._actors[name] = _Actor(name, handle, self._server, take=self._take, up=self._up, gone=self._lose)

    def _up(self, _: _Actor) -> None:
        self._say_how_many()

    def _say_how_many(self) -> None:
        with self._lock:
            count = sum(actor.answers for actor in self._actors.values())
            if count != self._told:
                self._told = count
                self._report(encode(Machines("", count)))

    def accept(self, command: Command) -> None:
        """Carry out a command of the server."""
        with self._lock:
            placed = self._runs.get(command.run)
            match command:
                case Start(teaching=None) if command.folder:
                    self._forget(command.run)
                    placed = self._runs[command.run] = _Placed(replace(command, take_up=True, refetch=False))
                    self._place(placed, [command])
                case Start():
                    self._tell(CutOff(command.run, "Runs that are kept nowhere are not trained in the cluster."))
                case Follow():
                    threading.Thread(target=self._follow, args=(command,), daemon=True).start()
                case Forget():
                    self._forget(command.run)
                case LookAt():
                    actor = self._idlest() if placed is None or placed.host is None else placed.host
                    if actor is not None:
                        actor.send(command)
                case _ if placed is not None:
                    placed.note(command)
                    if placed.host is not None:
                        placed.host.send(command)
                    elif not placed.moving and isinstance(command, Resume | StepOnce | StepEpoch):
                        self._move(placed)

    def _forget(self, run: str) -> None:
        placed = self._runs.pop(run, None)
        if placed is not None and placed.host is not None:
            placed.host.send(Forget(run))

    def _tell(self, report: Report) -> None:
        self._report(encode(report))

    def _idlest(self) -> _Actor | None:
        """The actor that has the fewest runs that go on; None if none answers."""
        busy = [placed.host for placed in self._runs.values() if not placed.ended]
        living = [actor for actor in self._actors.values() if actor.answers]
        return min(living, key=busy.count, default=None)

    def _place(self, placed: _Placed, commands: list[Command]) -> None:
        actor = self._idlest()
        if actor is None:
            self._move(placed)
            return
        placed.host, placed.moving, placed.ended = actor, False, False
        for command in commands:
            actor.send(command)

    def _move(self, placed: _Placed) -> None:
        """Have another actor go on with a run, as soon as no process has its folder any more."""
        placed.host, placed.moving, placed.ended = None, True, False
        threading.Thread(target=self._wait_and_place, args=(placed,), daemon=True).start()

    def _wait_and_place(self, placed: _Placed) -> None:
        run, folder = placed.start.run, RunFolder(Path(placed.start.folder))
        homeless_since = time.monotonic()
        while self._runs.get(run) is placed:
            with self._lock:
                if self._idlest() is not None:
                    if not folder.in_use():
                        self._place(placed, placed.commands())
                        return
                    homeless_since = time.monotonic()
                elif time.monotonic() >= homeless_since + _HOMELESS:
                    self._cut_off(placed, "No machine of the cluster is left that trains.")
                    return
            time.sleep(_FOLDER_EVERY)

    def _cut_off(self, placed: _Placed, reason: str) -> None:
        self._runs.pop(placed.start.run, None)
        self._tell(CutOff(placed.start.run, reason))

    def _follow(self, command: Follow) -> None:
        """Find out who has a run of before."""
        for actor in list(self._actors.values()):
            found = actor.follow(command.run) if actor.answers else None
            if found is not None:
                paused, pace = found
                start = Start(command.run, command.spec, False, paused, pace, None, command.folder, take_up=True)
                with self._lock:
                    self._runs[command.run] = _Placed(start, actor)
                self._tell(Followed(command.run, there=True, paused=paused, pace=pace))
                return
        self._tell(Followed(command.run, there=False, paused=False, pace=None))

    def _take(self, actor: _Actor, line: bytes) -> None:
        """Take what an actor tells."""
        try:
            report = decode_report(line)
        except MessageError as error:
            sys.stderr.write(f"A machine of the cluster has another version of the app, it seems: {error}\n")
            return
        with self._lock:
            placed = self._runs.get(report.run)
            if isinstance(report, Looked):  # any of them may have been asked for it
                self._report(line)
            elif placed is not None and placed.host is actor:
                match report:
                    case Steps(steps=steps):
                        placed.step = steps[-1]
                    case TakenUp(step=step):
                        placed.step = step
                    case Held():
                        placed.start, placed.steps_through = replace(placed.start, paused=True), False
                    case Finished():
                        placed.ended, placed.stops = True, False
                    case Failed() | CutOff():
                        del self._runs[report.run]
                self._report(line)

    def _lose(self, actor: _Actor, reason: str) -> None:
        """Give the runs of an actor that is lost to others."""
        with self._lock:
            if self._actors.get(actor.name) is actor:
                del self._actors[actor.name]
            for placed in [placed for placed in self._runs.values() if placed.host is actor]:
                if placed.ended:
                    placed.host = None
                    continue
                again = placed.step == placed.tried_at and not placed.start.paused
                placed.tries = placed.tries + 1 if again else 0
                placed.tried_at = placed.step
                if placed.tries >= _TRIES:
                    self._cut_off(placed, f"{reason} That was {_TRIES + 1} times at the same batch.")
                    continue
                self._tell(Returning(placed.start.run, 0, placed.step))
                self._move(placed)
        self._say_how_many()


def main(address: str, root: str | None = None) -> None:
    """Serve the process on the other end of standard input and output, until it closes its end.

    Parameters
    ----------
    address
        Of the cluster's head, as ``ray.init`` takes it; ``"auto"`` for the one that this machine belongs to.
    root
        As `Cluster` takes it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server answers an interrupt by closing our input
    send = own_output()
    try:
        ray.init(address=address, namespace=NAMESPACE, log_to_driver=False)
    except (ConnectionError, RuntimeError, ValueError, RayError) as error:
        sys.exit(f"No Ray cluster answers at {address}: {error}")
    cluster = Cluster(send, root)
    listen(cluster.accept, "What speaks with the cluster")  # runs go on where the server is gone
    try:
        cluster.serve()
    finally:
        os._exit(1)  # no thread may go on with a cluster that is not looked after


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
