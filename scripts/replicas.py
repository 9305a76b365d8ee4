"""Start several servers of the app, and nginx in front of them, which keeps each browser with one server.

    python -m scripts.replicas [--count 3] [--port 8501] [--address 127.0.0.1]
    python -m scripts.replicas --before 10.0.0.1:8501 10.0.0.2:8501 [--port 8501] [--address 0.0.0.0]

The first starts the servers on this machine, and starts one anew that ends. The second starts nginx alone, in front of
servers that run elsewhere: their addresses are numbers, not names, and their order must stay, for the first is r1, the
second r2. All servers share the folder of runs, `PRIMER_RUNS`. nginx gets `deploy/nginx.conf.template`, filled in.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

PROJECT = Path(__file__).resolve().parents[1]
TEMPLATE = PROJECT / "deploy" / "nginx.conf.template"
#: Seconds that a server is given to answer for the first time, and to end when it is told to.
_STARTS_WITHIN, _ENDS_WITHIN = 60.0, 10.0
#: Seconds between two looks whether a server has ended, and from an end to the next start.
_LOOK_EVERY, _START_AGAIN = 0.2, 1.0


class NoProxyError(RuntimeError):
    """There is no nginx on this machine, or it has ended."""


def name_of(place: int) -> str:
    """Return what a server is called, by its place from 0: in the cookie of a browser, and in the folder of a run."""
    return f"r{place + 1}"


def configuration(servers: Sequence[str], listen: str) -> str:
    """Return what nginx is to do, as its own configuration.

    Parameters
    ----------
    servers
        Host and port of each server, as nginx writes them: ``"127.0.0.1:9001"``; the host is a number.
    listen
        Where nginx listens: ``"127.0.0.1:8501"``.

    Raises
    ------
    ValueError
        If there is no server, or one has no address.
    """
    if not servers:
        raise ValueError("Expected the address of a server at least; got none.")
    for each in (*servers, listen):
        if not re.fullmatch(r"(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:]+\]):\d{1,5}", each):
            raise ValueError(f"Expected an address as 127.0.0.1:8501; got {each!r}.")
    names = [name_of(place) for place in range(len(servers))]
    parts = {
        "shares": [*(f"{100 / len(names):.2f}% {name};" for name in names[:-1]), f"* {names[-1]};"],
        "names": [f"{name} {name};" for name in names],
        "served": [f'"~(^| ){re.escape(each)}$" {name};' for name, each in zip(names, servers, strict=True)],
        # The only server of its group: where it does not answer, the location says who does.
        "upstreams": [
            f"upstream {name} {{ server {each} max_fails=0; }}" for name, each in zip(names, servers, strict=True)
        ],
        "servers": [f"server {each} max_fails=1 fail_timeout=2s;" for each in servers],
        "listen": [listen],
    }
    indents = {"upstreams": 4, "listen": 0}
    text = TEMPLATE.read_text(encoding="utf-8")
    for part, lines in parts.items():
        text = text.replace(f"@{part}@", "\n".join(" " * indents.get(part, 8) + line for line in lines))
    return text


def nginx() -> str:
    """Find nginx on this machine.

    Raises
    ------
    NoProxyError
        If there is none.
    """
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise NoProxyError("no nginx: install it (Debian: apt install nginx), then try again")
    return program


@contextmanager
def proxy(servers: Sequence[str], listen: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run nginx in front of servers for as long as the block lasts.

    Parameters
    ----------
    servers, listen
        As `configuration` takes them.

    Raises
    ------
    NoProxyError
        If there is no nginx, or it does not start.
    """
    program = nginx()
    with TemporaryDirectory(prefix="primer-proxy-") as folder:
        os.chmod(folder, 0o711)  # noqa: S103 - nginx started by root lets go of its rights, and keeps bodies in there
        Path(folder, "nginx.conf").write_text(configuration(servers, listen), encoding="utf-8")
        process = subprocess.Popen(  # noqa: S603 - as found
            [program, "-p", folder, "-c", "nginx.conf", "-e", "stderr"], start_new_session=True
        )
        try:
            _wait_for(Path(folder, "nginx.pid"), process)
            yield process
        finally:
            _end(process)
            with suppress(ProcessLookupError):  # its own processes go on serving where it was killed
                os.killpg(process.pid, signal.SIGKILL)


def _wait_for(pid_file: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until nginx listens: it writes its process id then."""
    deadline = time.monotonic() + _ENDS_WITHIN
    while not pid_file.exists():
        if process.poll() is not None:
            raise NoProxyError(f"nginx ended with exit code {process.returncode}; what it said stands above")
        if time.monotonic() >= deadline:
            raise NoProxyError(f"nginx was not there after {_ENDS_WITHIN:g} s")
        time.sleep(0.02)


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        process.wait(_ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@dataclass(eq=False)
class Replica:
    """One server of several.

    Parameters
    ----------
    name
        ``"r1"``.
    port
        Where it listens, on this machine alone.
    """

    name: str
    port: int
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        """Start it."""
        self.start()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start its process, and return at once."""
        options = ["--server.address", "127.0.0.1", "--server.port", str(self.port)]
        self.process = subprocess.Popen(  # noqa: S603 - our own app, our own interpreter
            [sys.executable, "-m", "streamlit", "run", str(PROJECT / "app.py"), *options],
            cwd=PROJECT,
            env={**os.environ, "PRIMER_REPLICA": self.name},
            stdout=subprocess.DEVNULL,
        )

    def wait(self) -> None:
        """Wait until it answers.

        Raises
        ------
        RuntimeError
            If it has ended, or does not answer in time.
        """
        deadline = time.monotonic() + _STARTS_WITHIN
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server {self.name} ended with exit code {self.process.returncode}")
            url = f"http://{self.address}/_stcore/health"
            with suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
            time.sleep(0.1)
        raise RuntimeError(f"the server {self.name} did not answer within {_STARTS_WITHIN:g} s")


@dataclass(frozen=True, slots=True)
class Replicas:
    """Servers with nginx in front of them.

    Parameters
    ----------
    url
        Of the home page, by way of nginx, without a slash at the end.
    servers
        Each on a port of its own.
    """

    url: str
    servers: tuple[Replica, ...]


@contextmanager
def replicas(count: int, listen: str) -> Iterator[Replicas]:
    """Serve the app from several servers on this machine, as long as the block lasts.

    Parameters
    ----------
    count, listen
        As `running` and `configuration` take them.

    Raises
    ------
    NoProxyError, RuntimeError
        If nginx or a server does not start.
    """
    with running(count) as servers, proxy([server.address for server in servers], listen):
        yield Replicas(f"http://{listen}", servers)


@contextmanager
def running(count: int) -> Iterator[tuple[Replica, ...]]:
    """Run so many servers on this machine, as long as the block lasts.

    Parameters
    ----------
    count
        How many, from 1 on.

    Raises
    ------
    RuntimeError
        If one does not start.
    """
    servers = tuple(Replica(name_of(place), port) for place, port in enumerate(_free_ports(count)))
    try:
        for server in servers:
            server.wait()
        yield servers
    finally:
        for server in servers:
            with suppress(ProcessLookupError):
                server.process.terminate()
        for server in servers:
            _end(server.process)


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def keep(servers: Sequence[Replica], addresses: Sequence[str], listen: str, until: threading.Event) -> None:
    """Run nginx until told to stop, and start anew what ends: nginx, or a server on its port; the screen says so.

    Parameters
    ----------
    servers
        Those of this machine.
    addresses, listen
        As `configuration` takes them.
    until
        Set by who tells it to stop.

    Raises
    ------
    NoProxyError
        If nginx does not start.
    """
    while not until.is_set():
        with proxy(addresses, listen) as nginx_process:
            print(f"http://{listen} stands for {', '.join(addresses)}.", flush=True)
            while nginx_process.poll() is None and not until.wait(_LOOK_EVERY):
                for server in servers:
                    code = server.process.poll()
                    if code is not None and not until.wait(_START_AGAIN):
                        print(f"The server {server.name} has ended ({_why(code)}), and is started anew.", flush=True)
                        server.start()
        if not until.is_set():
            print(f"nginx has ended ({_why(nginx_process.returncode)}), and is started anew.", flush=True)


def _why(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    with suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Start several servers of the app, and nginx in front of them.")
    parser.add_argument("--count", type=int, default=3, help="how many servers")
    parser.add_argument("--port", type=int, default=8501, help="where nginx listens")
    parser.add_argument("--address", default="127.0.0.1", help="on which of this machine's addresses, 0.0.0.0 for all")
    parser.add_argument("--before", nargs="+", metavar="HOST:PORT", help="servers that run already")
    asked = parser.parse_args()
    listen = f"{asked.address}:{asked.port}"
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if not asked.before and asked.count < 1:
        parser.error(f"expected a server at least; got --count {asked.count}")
    try:
        if asked.before:
            keep((), asked.before, listen, stop)
        else:
            nginx()
            with running(asked.count) as servers:
                keep(servers, [server.address for server in servers], listen, stop)
    except (NoProxyError, RuntimeError, ValueError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
