"""How often the curve of a run is painted in a real browser, alone and among thirty, and what its answers cost.

- One run alone at full speed: painted at least 12 times a second.
- Thirty runs at once, each in a page of its own: every one painted at least 4 times a second. All thirty pages are open
  in one browser on this machine, which is more than a learner's own machine has to draw: what of the processors the
  browser takes for that, and what the server and its training processes, is told beside it.
- The same thirty, of which this machine draws two; the others are asked for as their pages ask, and drawn by nobody
  here, as where learners have machines of their own: every one has something new at least 4 times a second.
- An answer brings what is new: a few hundred bytes, at the median.

Run as ``python -m benchmarks.live_curves``, or with a number of runs other than thirty behind it.
"""

import json
import os
import statistics
import sys
import threading
import time
from base64 import b64decode
from collections.abc import Iterable
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from playwright.sync_api import BrowserContext, Page, Response, sync_playwright

from primer_core.training.history import EpochPoint, History
from primer_core.training.run import Run
from primer_core.training.spec import RunSpec
from tests.running_app import launch_browser, processes_below, running_app
from ui.training.live_view import Cursor, live_view

SECONDS = 10.0
MANY = 30
DRAWN = 2
PAGE = "live_training?epochs=200&batch={}&pace=full+speed"
ALONE, TOGETHER = 8, 16  # the batches: so small that runs last as long as they are measured
PAINTS = "() => Number(document.querySelector('.primer-chart').dataset.paints)"
#: A page that nobody looks at rests, and keeps its run.
IN_THE_BACKGROUND = "() => Object.defineProperty(document, 'hidden', { value: true })"
GOES_ON = "() => Number(document.querySelector('.primer-chart')?.dataset.points) > 3"


def start(context: BrowserContext, url: str, batch: int) -> Page:
    """Open a page and start a run in it."""
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{url}/{PAGE.format(batch)}")
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_function(GOES_ON)
    return page


def processor_seconds(processes: Iterable[int]) -> float:
    """How long processes and all that they have started have computed until now."""
    ticks = 0
    for process in {each for root in processes for each in (root, *processes_below(root))}:
        with suppress(OSError):  # it has ended
            fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def paints_a_second(pages: list[Page]) -> list[float]:
    """How often each page paints its curve, by the clock of this process."""
    before = [(time.perf_counter(), page.evaluate(PAINTS)) for page in pages]
    pages[0].wait_for_timeout(1000 * SECONDS)
    after = [(time.perf_counter(), page.evaluate(PAINTS)) for page in pages]
    return [(late[1] - early[1]) / (late[0] - early[0]) for early, late in zip(before, after, strict=True)]


class Follower:
    """Asks about a run as its page does: for what is new, as often as the server says.

    Parameters
    ----------
    address
        That the page asks, with what it had then.
    """

    def __init__(self, address: str) -> None:
        split = urlsplit(address)
        query = dict(parse_qsl(split.query))
        self._host, self._path, self._query = split.netloc, split.path, query
        self.news = 0

    def follow(self, until: float) -> None:
        """Ask until that time of `time.perf_counter`, and count the answers that brought batches."""
        connection = HTTPConnection(self._host, timeout=60)
        while time.perf_counter() < until:
            connection.request("GET", f"{self._path}?{urlencode(self._query)}")
            told = json.loads(connection.getresponse().read())
            new = len(b64decode(told["curve"]["losses"])) // 4
            self.news += new > 0
            self._query |= {
                "run": told["run"],
                "batches": str(told["curve"]["first"] + new),
                "epochs": str(told["epochs"]["first"] + len(told["epochs"]["points"])),
            }
            time.sleep(told["again"] / 1000)
        connection.close()


def addresses_asked(pages: list[Page]) -> list[str]:
    """What each page asks of its run."""
    found = []
    for page in pages:
        with page.expect_request(lambda request: "/api/run?" in request.url) as asked:
            pass
        found.append(asked.value.url)
    return found


def followed(pages: list[Page], drawn: int) -> tuple[list[float], list[float]]:
    """Put all pages but the first into the background, and ask in their place.

    Returns
    -------
    painted, told
        How often each of the first is painted a second, and how often each of the others has something new.
    """
    addresses = addresses_asked(pages[drawn:])
    for page in pages[drawn:]:
        page.evaluate(IN_THE_BACKGROUND)
    pages[0].wait_for_timeout(1000)
    followers = [Follower(address) for address in addresses]
    began = time.perf_counter()
    threads = [threading.Thread(target=each.follow, args=(began + SECONDS,)) for each in followers]
    for thread in threads:
        thread.start()
    painted = paints_a_second(pages[:drawn])
    for thread in threads:
        thread.join()
    return painted, [each.news / SECONDS for each in followers]


def answer_sizes(page: Page) -> list[int]:
    """Bytes of the bodies of the answers to one page."""
    answers: list[Response] = []

    def take(response: Response) -> None:
        if "/api/run?" in response.url:
            answers.append(response)

    page.on("response", take)
    page.wait_for_timeout(1000 * SECONDS / 2)
    return [len(answer.body()) for answer in answers[:-1]]


def answer_times() -> list[float]:
    """Milliseconds of Python for an answer about a run of 20 000 batches of which the page lacks two."""
    run = Run("run", RunSpec(), lambda _: None)
    history: History = run.history
    size = 20_000
    history.add_losses(range(1, size + 1), [2.3 / step for step in range(1, size + 1)])
    for epoch in range(1, 101):
        history.add_epoch(EpochPoint(epoch, 200 * epoch, 0.1, 0.2, 0.9))
    cursor = Cursor("run", size - 2, 100, 0, "0", {})
    times = []
    for _ in range(500):
        began = time.perf_counter()
        live_view(run, run.state(), role="steers", active_runs=1, cursor=cursor)
        times.append(1000 * (time.perf_counter() - began))
    return times


def main(many: int) -> None:
    """Measure one run, then many."""
    times = answer_times()
    print(
        f"an answer takes {statistics.median(times):.3f} ms of Python (p95 {statistics.quantiles(times, n=20)[-1]:.3f})"
    )
    with running_app() as app, sync_playwright() as playwright:
        server = app.process.pid
        before = set(processes_below(os.getpid()))
        browser = launch_browser(playwright)
        drawing = [each for each in processes_below(os.getpid()) if each not in before]
        contexts = [browser.new_context(viewport={"width": 1280, "height": 900}) for _ in range(many)]
        first = start(contexts[0], app.url, ALONE)
        (alone,) = paints_a_second([first])
        print(f"alone: {alone:.1f} paints a second (goal at least 12)")
        sizes = answer_sizes(first)
        print(f"an answer has {statistics.median(sizes):.0f} bytes at the median, {max(sizes)} at most")
        first.close()
        pages = [start(context, app.url, TOGETHER) for context in contexts]
        spent = [processor_seconds(drawing), processor_seconds([server])]
        rates = paints_a_second(pages)
        browsers, servers = processor_seconds(drawing) - spent[0], processor_seconds([server]) - spent[1]
        print(
            f"{many} at once: {min(rates):.1f} to {max(rates):.1f} paints a second, "
            f"median {statistics.median(rates):.1f} (goal: each at least 4)"
        )
        a_paint = 1000 * browsers / SECONDS / sum(rates)
        print(
            f"the browser took {browsers / SECONDS:.2f} cores for that, {a_paint:.0f} ms a paint; the server with all "
            f"training took {servers / SECONDS:.2f}"
        )
        painted, told = followed(pages, DRAWN)
        print(
            f"{DRAWN} of them drawn here: {min(painted):.1f} to {max(painted):.1f} paints a second; the others, drawn "
            f"elsewhere: something new {min(told):.1f} to {max(told):.1f} times a second, median "
            f"{statistics.median(told):.1f} (goal: each at least 4)"
        )
        browser.close()
    print(f"load of the machine, of {os.cpu_count()} cores: {os.getloadavg()[0]:.1f} over the last minute")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MANY)
