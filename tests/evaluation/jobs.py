"""A handler of jobs for the tests of the pool: harmless ones, and every way to go wrong."""

import ctypes
import faulthandler
import json
import os
import random
import socket
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from primer_core.evaluation.child import recorded_warnings
from primer_core.evaluation.keeper import run


def handle(name: str, payload: Any) -> bytes:
    return json.dumps(_JOBS[name](payload)).encode()


def loop(_: Any) -> None:
    while True:
        pass


def einsum(_: Any) -> float:
    x = np.ones((64, 64))
    return float(np.einsum("ab,cd,ef->", x, x, x))


def power(exponent: int) -> int:
    return len(range(10**10**exponent % 7))


def bomb(_: Any) -> list[int]:
    kept: list[Any] = []
    while True:
        kept.append(np.ones(2**20))


def torch_bomb(_: Any) -> list[int]:
    import torch

    kept: list[Any] = []
    while True:
        kept.append(torch.ones(2**20))


def recurse(depth: int) -> int:
    return recurse(depth + 1)


def sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def span(seconds: float) -> list[float]:
    """When it began and ended, by a clock that all processes share."""
    began = time.monotonic()
    time.sleep(seconds)
    return [began, time.monotonic()]


def keep(megabytes: int) -> int:
    _kept.append(np.zeros(megabytes * 2**17))
    return os.getpid()


def leave(code: int) -> None:
    os._exit(code)


def crash(_: Any) -> None:
    faulthandler._sigsegv()  # type: ignore[attr-defined]  # faulthandler has it for tests alone


def wrong(_: Any) -> None:
    raise RuntimeError("this handler has an error")


def descriptors(_: Any) -> list[str]:
    """Targets of the descriptors, read by a way that needs none that is refused."""
    found = []
    for number in range(256):
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(os.readlink(f"/proc/self/fd/{number}"))
    return found


def disturb(_: Any) -> None:
    import torch

    random.seed(5)
    np.random.seed(5)
    torch.manual_seed(5)
    np.set_printoptions(precision=1)
    np.seterr(all="ignore")
    torch.set_default_dtype(torch.float64)
    torch.set_printoptions(precision=1)  # type: ignore[no-untyped-call]  # torch has no types for it
    torch.set_grad_enabled(False)
    torch.autograd.set_detect_anomaly(True)
    warnings.simplefilter("error")


def state(_: Any) -> list[str]:
    import torch

    return [
        str(random.getstate()), str(np.random.rand()), str(torch.rand(())), str(np.get_printoptions()["precision"]),
        str(np.geterr()), str(torch.get_default_dtype()), str(torch.tensor(1 / 3)), str(torch.is_grad_enabled()),
        str(torch.is_anomaly_enabled()), str(len(warnings.filters)),
    ]  # fmt: skip


def warned(_: Any) -> list[str]:
    for _ in range(2):
        np.log(np.zeros(1))
    return [str(warning.message) for warning in recorded_warnings()]


def forbidden(what: str) -> str:
    try:
        _FORBIDDEN[what]()
    except PermissionError as error:
        return str(error)
    return "done"


def lazy_import(_: Any) -> str:
    from email.mime import text

    return text.__name__


def uses_torch(_: Any) -> float:
    import torch

    return float((torch.ones(3) ** 2).sum())  # torch loads its compiler for this


_kept: list[Any] = []
_JOBS: dict[str, Any] = {
    "echo": lambda payload: payload,
    "pid": lambda _: os.getpid(),
    "has torch": lambda _: "torch" in sys.modules,
    "loop": loop, "einsum": einsum, "power": power, "memory": bomb, "torch memory": torch_bomb, "recurse": recurse,
    "sleep": sleep, "leave": leave, "crash": crash, "wrong": wrong, "descriptors": descriptors, "disturb": disturb,
    "state": state, "warned": warned, "forbidden": forbidden, "lazy import": lazy_import, "torch": uses_torch,
    "span": span, "keep": keep,
}  # fmt: skip
_FORBIDDEN: dict[str, Any] = {
    "fork": lambda: os.fork(),
    "exec": lambda: os.execv(sys.executable, [sys.executable]),  # noqa: S606 - it is refused
    "system": lambda: os.system("true"),  # noqa: S605 - it is refused
    "spawn": lambda: os.posix_spawn(sys.executable, [sys.executable], {}),
    "kill": lambda: os.kill(os.getppid(), 0),
    "subprocess": lambda: subprocess.run([sys.executable, "-V"]),
    "socket": lambda: socket.socket(),
    "connect": lambda: socket.create_connection(("127.0.0.1", 9)),
    "write": lambda: Path(__file__).with_name("written.txt").write_text("x"),
    "write low": lambda: os.open(__file__, os.O_WRONLY),
    "read outside": lambda: Path("/etc/hostname").read_text(),
    "read around": lambda: Path(f"{sys.prefix}/../../../../../../etc/hostname").read_text(),
    "list outside": lambda: os.listdir("/"),
    "remove": lambda: os.remove(__file__),
    "ctypes": lambda: ctypes.CDLL(None),
    "address": lambda: ctypes.string_at(id(0)),
    "save": lambda: np.save(Path(__file__).with_name("written.npy"), np.ones(1)),
}


if __name__ == "__main__":
    run(handle)
