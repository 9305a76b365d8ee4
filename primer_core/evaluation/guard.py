"""What an evaluation process refuses to do, whatever its jobs come to call: Python asks before each of these.

Reading stays allowed where Python, its packages and this project lie, so that modules may still import others when they
are first used. A library's own compiled code isn't asked; against that stand the limits of the system.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[2]

_FAMILIES = (
    "socket", "subprocess", "ctypes", "shutil", "tempfile", "pty", "fcntl", "winreg", "msvcrt", "syslog", "webbrowser",
    "urllib", "ftplib", "http", "imaplib", "nntplib", "poplib", "smtplib", "sqlite3", "signal", "resource",
)  # fmt: skip
"""First words of the events that are refused whatever follows."""

_OF_OS = frozenset({
    "os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "os.startfile", "os.startfile/2",
    "os.kill", "os.killpg", "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate",
    "os.chmod", "os.chown", "os.chflags", "os.lockf", "os.utime", "os.setxattr", "os.removexattr", "os.chdir",
    "os.fchdir", "pickle.find_class", "builtins.input",
})  # fmt: skip
"""Events that are refused one by one: others of their family are needed by imports."""

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


STAGES = ("", "torch", "torch._dynamo")
"""What is loaded last at each stage of loading. Some operators of torch's tensors, such as ``**``, load its compiler at
their first use, which takes longer than torch itself: nothing is computed with it."""


class MissingError(BaseException):
    """A job needs what this process has not loaded.

    No ``except Exception`` of a job takes it for an error of its own.
    """


def guard(stage: int) -> None:
    """Refuse, from now on and for good, what an evaluation process has no business with.

    Parameters
    ----------
    stage
        int, place in `STAGES`: what is loaded. Importing what comes later raises `MissingError`.
    """
    roots, missing = _roots(), STAGES[stage + 1 :]

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        check = checks.get(event)
        if check is not None:
            check(arguments)
        elif event in _OF_OS or event.partition(".")[0] in _FAMILIES:
            raise PermissionError(f"{event} is refused in an evaluation process")

    def check_open(arguments: tuple[object, ...]) -> None:
        path, mode, flags = arguments
        writes = isinstance(flags, int) and bool(flags & _WRITES)
        if writes or (isinstance(mode, str) and set(mode) & set("wax+")) or not _inside(path, roots):
            raise PermissionError(f"open is refused in an evaluation process: {str(path)[:200]}")

    def check_listed(arguments: tuple[object, ...]) -> None:
        if not _inside(arguments[0], roots):
            raise PermissionError("reading this folder is refused in an evaluation process")

    def check_import(arguments: tuple[object, ...]) -> None:
        # Of a package, only the module that was asked for is told.
        if any(f"{arguments[0]}.".startswith(f"{module}.") for module in missing):
            raise MissingError

    checks: dict[str, Callable[[tuple[object, ...]], None]] = {
        "open": check_open,
        "os.listdir": check_listed,
        "os.scandir": check_listed,
        "import": check_import,
    }
    sys.addaudithook(refuse)


def _roots() -> tuple[str, ...]:
    """Return the folders in which may be read, each with a separator at its end."""
    folders = {*sysconfig.get_paths().values(), *filter(None, sys.path), str(_PROJECT)}
    folders |= {os.path.realpath(folder) for folder in folders}
    return tuple(os.path.join(os.path.abspath(folder), "") for folder in sorted(folders))


def _inside(path: object, roots: tuple[str, ...]) -> bool:
    if not isinstance(path, str | bytes | os.PathLike):
        return False  # a descriptor
    named = os.path.join(os.path.abspath(os.fsdecode(path)), "")
    return named.startswith(roots)
