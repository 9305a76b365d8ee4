"""Machines of a Ray cluster, each as processes of its own on this one."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.imports import PROJECT

#: Seconds that a node has to start in, and how often that is tried: Ray gives up early on a machine that is busy.
_LIMIT, _ATTEMPTS = 120.0, 4
#: Bytes that a node keeps for objects: the least that Ray takes, since ours are small.
_OBJECT_STORE = 80_000_000


class Node:
    """A node, started by the real ``ray start``; it is there once it is made.

    Parameters
    ----------
    arguments
        What distinguishes a head and a node that joins one.
    cores
        That it offers.
    """

    def __init__(self, *arguments: str, cores: int = 1) -> None:
        self._told = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed with this node
        self._process = subprocess.Popen(
            [
                str(Path(sys.executable).with_name("ray")), "start", "--block", f"--num-cpus={cores}",
                f"--object-store-memory={_OBJECT_STORE}", "--min-worker-port=0", "--max-worker-port=0", *arguments,
            ],
            env=os.environ | {"PYTHONPATH": str(PROJECT), "RAY_USAGE_STATS_ENABLED": "0"},
            stdout=self._told,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        deadline = time.monotonic() + _LIMIT
        while b"Ray runtime started" not in (told := self._so_far()):
            if self._process.poll() is not None or time.monotonic() >= deadline:
                self.kill()
                raise RuntimeError(f"a Ray node did not start: {told.decode()}")
            time.sleep(0.1)

    def _so_far(self) -> bytes:
        return os.pread(self._told.fileno(), 100_000, 0)

    def kill(self) -> None:
        """End all its processes at once, as a power cut does."""
        if self._told.closed:
            return
        for pid in [*_descendants(self._process.pid), self._process.pid]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        self._told.close()


class RayCluster:
    """A head and nodes that join it.

    Parameters
    ----------
    folder
        Where Ray keeps its sockets and logs; its path must be short.
    """

    def __init__(self, folder: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.address = f"127.0.0.1:{port}"
        self.head = _started(
            "--head", f"--port={port}", "--node-ip-address=127.0.0.1", "--include-dashboard=false",
            f"--temp-dir={folder}",
        )  # fmt: skip
        self.nodes: list[Node] = []

    def add_node(self) -> Node:
        """Have another machine join."""
        node = _started(f"--address={self.address}", "--node-ip-address=127.0.0.1")
        self.nodes.append(node)
        return node


def _started(*arguments: str) -> Node:
    for _ in range(_ATTEMPTS - 1):
        with suppress(RuntimeError):
            return Node(*arguments)
    return Node(*arguments)


@contextmanager
def ray_cluster() -> Iterator[RayCluster]:
    """A head for the time of a block, with the nodes that are added meanwhile."""
    folder = tempfile.mkdtemp(prefix="ray", dir="/tmp")
    cluster = RayCluster(folder)
    try:
        yield cluster
    finally:
        for node in [*cluster.nodes, cluster.head]:
            node.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _descendants(pid: int) -> list[int]:
    """The processes that a process has started, and those that they have."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(status.parent.name))
    found, waiting = [], [pid]
    while waiting:
        new = children.get(waiting.pop(), [])
        found += new
        waiting += new
    return found
