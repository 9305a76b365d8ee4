"""An evaluation process: takes one job at a time, within its limits, and replies."""

from __future__ import annotations

import gc
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from primer_core.evaluation.guard import MissingError, guard
from primer_core.evaluation.messages import Kind, Reply, decode_job, read_message, write_message

Handle = Callable[[str, Any], bytes]
"""Answers a job, given its name and payload."""

TIDIED_AFTER = 8
"""Collections of younger objects after which the old ones are collected, too; Python does so by itself after 10."""

_TORCH_HAS_NO_MEMORY = "DefaultCPUAllocator"
_caught: list[warnings.WarningMessage] = []


def recorded_warnings() -> tuple[warnings.WarningMessage, ...]:
    """Return what the libraries have warned of since the job that is under way began, in their order."""
    return tuple(_caught)


def serve(
    reading: int, writing: int, handle: Handle, bring_back: Callable[[], None], *, stage: int, memory: int
) -> None:
    """Answer jobs until the other end is closed.

    Parameters
    ----------
    reading, writing
        Descriptors of the way from the server and of that to it; they may be the same.
    handle
        Answers a job.
    bring_back
        Sets back what a job may have changed, as `keep_state` returns it.
    stage
        int, place in `primer_core.evaluation.guard.STAGES`: what is loaded.
    memory
        int, bytes: what this process may take beyond what it takes now.
    """
    sys.dont_write_bytecode = True
    if "torch" in sys.modules:
        _warn_always()
    used = _meter()
    start = used()
    _limit(start + memory, enforced=start > 0)
    bring_back()
    guard(stage)
    while (message := read_message(reading)) is not None:
        reply = _answer(handle, message)
        # Where an import was broken off, modules may be left that cannot be imported again.
        last = used() > start + memory // 2 or (reply.kind is Kind.MISSING and stage > 0)
        try:
            write_message(writing, Reply(reply.kind, reply.content, last).encode())
        except OSError:
            return  # nobody is there who would read it
        if last:
            return
        tidy()
        bring_back()


def tidy() -> None:
    """Collect what lies in circles now that nobody waits, if that would soon be done in the midst of an answer."""
    if gc.get_count()[2] >= TIDIED_AFTER:
        gc.collect()


def _answer(handle: Handle, message: bytes) -> Reply:
    global _caught
    name, payload, seconds = decode_job(message)
    # No other thread is here whose warnings these filters could change.
    with warnings.catch_warnings(record=True, action="always") as _caught:
        try:
            _allow(seconds)
            try:
                return Reply(Kind.ANSWER, handle(name, payload))
            finally:
                _allow(0)
        except MissingError:
            return Reply(Kind.MISSING)
        except MemoryError:
            return Reply(Kind.MEMORY)
        except Exception as error:
            if _TORCH_HAS_NO_MEMORY in str(error):
                return Reply(Kind.MEMORY)
            return Reply(Kind.ERROR, traceback.format_exc().encode(errors="replace"))


def _allow(seconds: float) -> None:
    """Let the system end this process after so many seconds of computing, in compiled code too; never, if 0."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _limit(memory: int, *, enforced: bool) -> None:
    """Take no more address space than so many bytes, if enforced; write no file and dump no core."""
    if sys.platform == "win32":
        return
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_AS)
    if enforced:
        resource.setrlimit(resource.RLIMIT_AS, (memory if most < 0 else min(memory, most), most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    with suppress(OSError):  # where memory runs out, this process is to be ended, and not the server
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _meter() -> Callable[[], int]:
    """Return a function that tells the bytes of address space of this process; 0 where the system does not tell."""
    try:
        pages = os.open("/proc/self/statm", os.O_RDONLY)  # it stays open: what comes later may open nothing
    except OSError:
        return lambda: 0
    size = os.sysconf("SC_PAGE_SIZE")
    return lambda: int(os.pread(pages, 40, 0).split()[0]) * size


def _warn_always() -> None:
    """Let torch give each warning as often as there is reason to, and not once a process."""
    import torch

    torch.set_warn_always(True)
