"""First paint of the home page against that of a one-line Streamlit app, in a real browser, as ratios of one run.

Run as ``python -m benchmarks.startup``. Each visit is by a browser that has cached nothing; "cold" is the first visit
to a server that has just started. The home page counts as painted with its title, and beside that with the title and
every small picture of its cards; the one-line app has a title only.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from playwright.sync_api import Browser, sync_playwright

from tests.running_app import PROJECT, launch_browser, running_app
from ui.catalog import LESSONS
from ui.small_pictures import small_picture

T = TypeVar("T")
M = TypeVar("M")

COLD_VISITS = 5
WARM_VISITS = 10

PICTURES_ARE_THERE = """
(most) => document.querySelectorAll("[data-picture] svg").length >= most
"""


def first_paint(browser: Browser, url: str, pictures: int) -> tuple[float, float]:
    """Return the seconds from the address to a visible title, and to the last of so many pictures."""
    context = browser.new_context()
    page = context.new_page()
    began = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.wait_for_selector("h1", state="visible")
    titled = time.perf_counter() - began
    page.wait_for_function(PICTURES_ARE_THERE, arg=pictures)
    drawn = time.perf_counter() - began
    context.close()
    return titled, drawn


def report(name: str, ours: list[tuple[float, float]], theirs: list[tuple[float, float]]) -> None:
    """Print medians, and the ratios pair by pair, for the title and for all pictures."""
    for place, what in enumerate(("title", "title and pictures")):
        compare(f"{name}, {what}", [times[place] for times in ours], [times[0] for times in theirs])


def compare(name: str, ours: list[float], theirs: list[float]) -> None:
    """Print medians, and the median of the ratios of pairs."""
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    medians = f"home {statistics.median(ours):.2f} s, one line {statistics.median(theirs):.2f} s"
    print(f"{name:24} {medians}, ratio {ratio:.2f} (goal at most 1.3)")


def main() -> None:
    """Measure by turns."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        one_line = Path(folder) / "one_line.py"
        one_line.write_text('import streamlit as st; st.title("One line")\n', encoding="utf-8")
        browser = launch_browser(playwright)
        scripts = (PROJECT / "app.py", one_line)

        shown = sum(bool(small_picture(spec.slug)) for spec in LESSONS)

        def cold(script: Path) -> tuple[float, float]:
            with running_app(script) as app:
                return first_paint(browser, app.url, shown if script == scripts[0] else 0)

        report("cold", *by_turns(cold, scripts, COLD_VISITS))
        with running_app(scripts[0]) as ours, running_app(scripts[1]) as theirs:
            visits = ((ours.url, shown), (theirs.url, 0))
            for url, pictures in visits:
                first_paint(browser, url, pictures)
            report("warm", *by_turns(lambda visit: first_paint(browser, *visit), visits, WARM_VISITS))
        browser.close()


def by_turns(measure: Callable[[T], M], things: tuple[T, T], visits: int) -> tuple[list[M], list[M]]:
    """Measure two things in turn."""
    pairs = [(measure(things[0]), measure(things[1])) for _ in range(visits)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


if __name__ == "__main__":
    main()
