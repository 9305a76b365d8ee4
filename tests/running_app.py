"""The real app on a free port, and a real browser to look at it; for browser tests and benchmarks alike."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, Playwright

PROJECT = Path(__file__).resolve().parents[1]
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: The first one has no windows to draw: it opens a page of the app in about half the time of the processor.
_SYSTEM_BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)


class NoBrowserError(RuntimeError):
    """Neither Playwright's own Chromium nor the system's Chrome, Chromium or Edge is there."""


def launch_browser(playwright: Playwright) -> Browser:
    """Launch Playwright's own Chromium, or else the system's Chrome, Chromium or Edge, without a window.

    Raises
    ------
    NoBrowserError
        If there is none.
    """
    own = Path(playwright.chromium.executable_path)
    system = next(filter(None, map(shutil.which, _SYSTEM_BROWSERS)), None)
    if not own.exists() and system is None:
        raise NoBrowserError(
            "no browser: install Chrome, Chromium or Edge, or run `playwright install chromium`, then try again"
        )
    return playwright.chromium.launch(executable_path=None if own.exists() else system, args=list(_FLAGS))


@dataclass(frozen=True)
class RunningApp:
    """A server.

    Parameters
    ----------
    url
        Of its home page, without a slash at the end.
    process
        The server's own process.
    """

    url: str
    process: "subprocess.Popen[bytes]"


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def processes_below(process_id: int) -> list[int]:
    """Return the ids of all processes that a process has started, and that these have."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            found = int(entry.name)
            parent = int((entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(found)
    below = list(children.get(process_id, ()))
    for child in below:
        below += children.get(child, ())
    return below


@contextmanager
def running_app(
    script: Path = PROJECT / "app.py", options: Sequence[str] = (), port: int | None = None, folder: Path = PROJECT
) -> Iterator[RunningApp]:
    """Serve an app on a free port for as long as the block lasts; its runs are kept where `PRIMER_RUNS` says, or not.

    Parameters
    ----------
    script
        The app's main script.
    options
        More of Streamlit's command line.
    port
        int from 1024 on, where it listens; a free one if None.
    folder
        The project that it belongs to, this one or another checkout.
    """
    port = port or free_port()
    with TemporaryDirectory(prefix="primer-runs-") as runs:
        yield from _served(script, options, port, folder, os.environ.get("PRIMER_RUNS") or runs)


def _served(script: Path, options: Sequence[str], port: int, folder: Path, runs: str) -> Iterator[RunningApp]:
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port), *options],
        cwd=folder,
        env={**os.environ, "PRIMER_RUNS": runs},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    app = RunningApp(f"http://127.0.0.1:{port}", process)
    try:
        _wait_until_healthy(app)
        yield app
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_healthy(app: RunningApp, limit: float = 60.0) -> None:
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        if app.process.poll() is not None:
            raise RuntimeError(f"the server ended with exit code {app.process.returncode}")
        health = f"{app.url}/_stcore/health"
        with suppress(OSError), urllib.request.urlopen(health, timeout=5) as answer:  # noqa: S310 - our own server
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise TimeoutError(f"the server was not ready after {limit:g} s")


def wait_until_drawn(page: Page) -> None:
    """Wait, on a page whose first elements stand, until nothing moves under the pointer or is typed over any more.

    That is when what was done on a lesson's page is answered, and the page's script has ended.
    """
    page.wait_for_function("() => !document.querySelector('.primer[aria-busy=\"true\"]')")
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    _wait_for_two_frames(page)
    page.wait_for_function(_NOTHING_MOVES)  # Streamlit's sidebar slides in and out


_NOTHING_MOVES = """() => document.getAnimations().every(
  ({ playState, effect }) => playState !== "running" || effect?.getComputedTiming().endTime === Infinity)"""


def _wait_for_two_frames(page: Page) -> None:
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
