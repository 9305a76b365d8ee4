"""What an evaluation process runs first: it loads what jobs need, and becomes one, or forks one for each core.

Loading goes by stages (`STAGES`), and where processes can be forked, a keeper comes out of each: the first has the
handler's module and NumPy, and its children answer what needs no torch, from the first half second on. A child that has
died is forked again at once, without a new import. A keeper ends with its children when the server closes its end.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass

from primer_core.backend.loading import load_torch
from primer_core.evaluation.child import Handle, serve
from primer_core.evaluation.guard import STAGES
from primer_core.evaluation.messages import Kind, Reply, write_message
from primer_core.evaluation.state import keep_state

_MOST_BYTES = 65_536
_FORK_AGAIN_AFTER = 0.2  # seconds
_FAILED = 66
"""Exit code of a child that could not serve, by no fault of a job."""
_CHANNEL = 3
"""The one descriptor of a forked child beside the three of every process."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a process is started as; it stands on its command line.

    Parameters
    ----------
    memory
        int, bytes: what each child may take beyond what it starts with.
    controls
        Descriptors by which the keepers speak with the server, one a stage; empty for a process that takes jobs itself,
        by its standard input and output.
    children
        int, 1 or more: how many each keeper forks.
    stage
        Stage up to which a process that takes jobs itself loads before.
    """

    memory: int
    controls: tuple[int, ...] = ()
    children: int = 1
    stage: int = 0

    def arguments(self, module: str) -> list[str]:
        """Return the command that starts a module as such a process."""
        return [sys.executable, "-m", module, json.dumps(asdict(self))]


def run(handle: Handle, prepare: Callable[[str], None] = lambda _: None) -> None:
    """Be what the command line says; the module of a handler calls this when it is run.

    Parameters
    ----------
    handle
        Answers a job, given its name and payload.
    prepare
        Is called with each stage of `STAGES` once that is loaded, before processes are forked: what it computes and
        keeps, all of them have.
    """
    setup = Setup(**json.loads(sys.argv[1]))
    # An interrupt from the terminal goes to the whole group; the server answers it by closing its ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if setup.controls:
        _keep(setup, handle, prepare)
    else:
        _be_one(setup, handle, prepare)


def _be_one(setup: Setup, handle: Handle, prepare: Callable[[str], None]) -> None:
    for stage in range(setup.stage + 1):
        _load(stage, prepare)
    reading, writing = os.dup(0), os.dup(1)
    _close_standard_streams()
    write_message(writing, Reply(Kind.READY).encode())
    serve(reading, writing, handle, keep_state(), stage=setup.stage, memory=setup.memory)


def _keep(setup: Setup, handle: Handle, prepare: Callable[[str], None]) -> None:
    """Load stage after stage; at each, leave a keeper behind, and be that of the last."""
    controls = [socket.socket(fileno=control) for control in setup.controls]
    last = len(controls) - 1
    for stage, control in enumerate(controls):
        _load(stage, prepare)
        if stage == last or os.fork() == 0:
            for later in controls[stage + 1 :]:
                later.close()
            _Keeper(control, setup, handle, stage).keep()
            os._exit(0)  # nothing here is worth an orderly end
        control.close()


def _load(stage: int, prepare: Callable[[str], None]) -> None:
    match STAGES[stage]:
        case "torch":
            load_torch()
        case "torch._dynamo":
            import torch._dynamo  # noqa: F401 - so that no child has to load it
    prepare(STAGES[stage])
    # A child that never touches what is there has no copy of it.
    gc.collect()
    gc.freeze()


class _Keeper:
    """Keeps as many children as it was told, until it is told to replace none, and ends when none is left."""

    def __init__(self, control: socket.socket, setup: Setup, handle: Handle, stage: int) -> None:
        self._control = control
        self._stage = stage
        self._setup = setup
        self._handle = handle
        self._bring_back = keep_state()
        self._children: set[int] = set()
        self._replaces = True
        self._forks_from = 0.0  # by the monotonic clock

    def keep(self) -> None:
        woken, wakes = socket.socketpair()
        woken.setblocking(False)
        wakes.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
        events = selectors.DefaultSelector()
        events.register(self._control, selectors.EVENT_READ, self._obey)
        events.register(woken, selectors.EVENT_READ, lambda: bool(woken.recv(_MOST_BYTES)))
        going = True
        while going and (self._children or self._replaces):
            wait = self._refill()
            going = all(act.data() for act, _ in events.select(wait))
            with suppress(OSError):
                self._reap()
        signal.set_wakeup_fd(-1)
        for child in self._children:
            os.kill(child, signal.SIGKILL)

    def _obey(self) -> bool:
        """Do what the server says; False once it has closed its end."""
        try:
            message = self._control.recv(_MOST_BYTES)
        except ConnectionError:
            message = b""
        if not message:
            return False
        match json.loads(message):
            case {"kill": int(child)} if child in self._children:
                os.kill(child, signal.SIGKILL)
            case {"retire": True}:
                self._replaces = False
        return True

    def _refill(self) -> float | None:
        """Fork the children that are missing; return after how many seconds to try again, if that failed."""
        try:
            while self._replaces and len(self._children) < self._setup.children:
                wait = self._forks_from - time.monotonic()
                if wait > 0:
                    return wait
                self._fork()
        except ConnectionError:  # the server has closed its end, which is noticed next
            return 0
        except OSError as error:
            sys.stderr.write(f"An evaluation process could not be forked: {error}\n")
            return _FORK_AGAIN_AFTER
        return None

    def _fork(self) -> None:
        theirs, ours = socket.socketpair()
        with theirs, ours:
            child = os.fork()
            if child == 0:
                _be_child(ours.fileno(), lambda: self._serve())
            self._children.add(child)
            told = json.dumps({"forked": child, "stage": self._stage}).encode()
            socket.send_fds(self._control, [told], [theirs.fileno()])

    def _serve(self) -> None:
        serve(_CHANNEL, _CHANNEL, self._handle, self._bring_back, stage=self._stage, memory=self._setup.memory)

    def _reap(self) -> None:
        """Tell the server which children have ended, and how."""
        while self._children:
            child, status = os.waitpid(-1, os.WNOHANG)
            if child == 0:
                return
            if child in self._children:
                self._children.remove(child)
                code = os.waitstatus_to_exitcode(status)
                if code == _FAILED:
                    self._forks_from = time.monotonic() + _FORK_AGAIN_AFTER
                self._control.send(json.dumps({"ended": child, "code": code}).encode())


def _be_child(channel: int, work: Callable[[], None]) -> None:
    """Be a child of a keeper, with one descriptor of its own, and end."""
    code = _FAILED
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(channel, _CHANNEL)
        os.closerange(_CHANNEL + 1, os.sysconf("SC_OPEN_MAX"))
        _close_standard_streams()
        work()
        code = 0
    except Exception:
        write_message(_CHANNEL, Reply(Kind.ERROR, traceback.format_exc().encode(errors="replace"), last=True).encode())
    finally:
        os._exit(code)


def _close_standard_streams() -> None:
    """Let whatever is printed go nowhere, and read nothing."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    os.close(nowhere)
