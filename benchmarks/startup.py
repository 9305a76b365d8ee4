"""First paint of the home page against that of a one-line Streamlit app, in a real browser, as ratios of one run.

Run as ``python -m benchmarks.startup``. Each visit is by a browser that has cached nothing; "cold" is the first visit
to a server that has just started.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from playwright.sync_api import Browser, sync_playwright

from tests.running_app import PROJECT, launch_browser, running_app

T = TypeVar("T")

COLD_VISITS = 5
WARM_VISITS = 10


def first_paint(browser: Browser, url: str) -> float:
    """Seconds from the address to a visible title."""
    context = browser.new_context()
    page = context.new_page()
    began = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.wait_for_selector("h1", state="visible")
    elapsed = time.perf_counter() - began
    context.close()
    return elapsed


def report(name: str, ours: list[float], theirs: list[float]) -> None:
    """Print medians, and the ratio pair by pair."""
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    medians = f"home {statistics.median(ours):.2f} s, one line {statistics.median(theirs):.2f} s"
    print(f"{name:5} {medians}, ratio {ratio:.2f} (goal at most 1.3)")


def main() -> None:
    """Measure by turns."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        one_line = Path(folder) / "one_line.py"
        one_line.write_text('import streamlit as st; st.title("One line")\n', encoding="utf-8")
        browser = launch_browser(playwright)
        scripts = (PROJECT / "app.py", one_line)

        def cold(script: Path) -> float:
            with running_app(script) as app:
                return first_paint(browser, app.url)

        report("cold", *by_turns(cold, scripts, COLD_VISITS))
        with running_app(scripts[0]) as ours, running_app(scripts[1]) as theirs:
            urls = (ours.url, theirs.url)
            for url in urls:
                first_paint(browser, url)
            report("warm", *by_turns(lambda url: first_paint(browser, url), urls, WARM_VISITS))
        browser.close()


def by_turns(measure: Callable[[T], float], things: tuple[T, T], visits: int) -> tuple[list[float], list[float]]:
    """Measure two things in turn."""
    pairs = [(measure(things[0]), measure(things[1])) for _ in range(visits)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


if __name__ == "__main__":
    main()
