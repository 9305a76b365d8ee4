"""Is the linked-grids component fluid? Measured in a real browser, against the real app.

- From pointing at a cell to the highlight, with 1 000 cells on screen: script, style and layout, and the frame rate
  while the mouse sweeps. Limit: one 16 ms frame.
- From what a learner does in an array lesson to the changed picture: steps of a size's slider, presets, settings,
  clicked and edited cells. Limit: 100 ms at p95.

Run: python -m benchmarks.linked_grids
"""

import os
import sys
from pathlib import Path
from statistics import quantiles
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from tests.running_app import launch_browser, running_app

_POINTED = 300

_SWEEP = """async (count) => {
  const root = document.querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot;
  const cells = [...root.querySelectorAll('.cell')];
  const tables = [...root.querySelectorAll('.table')];
  const work = [], frames = [];
  let before = await new Promise(requestAnimationFrame);
  for (let i = 0; i < count; i += 1) {
    const cell = cells[(i * 7919) % cells.length];
    const start = performance.now();
    cell.dispatchEvent(new PointerEvent('pointerover', {bubbles: true, composed: true, pointerType: 'mouse'}));
    root.querySelector('.formula').offsetHeight;
    tables.forEach((table) => table.offsetHeight);
    work.push(performance.now() - start);
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - before);
    before = now;
  }
  return {cells: cells.length, lit: root.querySelectorAll('.lit').length, work, frames};
}"""

# Each way of asking something of a lesson's page gives the milliseconds until what is watched has other contents.
_ASK = """async ([what, watched, ...given]) => {
  const hosts = () => [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')];
  const parts = () => [document, ...hosts().map((host) => host.shadowRoot).filter(Boolean)];
  const all = (selector) => parts().flatMap((part) => [...part.querySelectorAll(selector)]);
  const seen = () => all(watched).map((one) => one.value ?? one.textContent).join();
  const ways = {
    press: (title) => all('button').find((button) => button.innerText.trim() === title).click(),
    slide: (size) => {
      const slider = all('input[type=range]')[0];
      slider.value = size;
      for (const name of ['input', 'change']) slider.dispatchEvent(new Event(name, {bubbles: true, composed: true}));
    },
    click: (cell) => all('.cell').find((one) => one.ariaLabel.startsWith(`${cell}:`)).click(),
    edit: (cell, value) => {
      const target = all('.cell').find((one) => one.ariaLabel.startsWith(`${cell}:`));
      target.focus();
      target.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, composed: true}));
      const field = target.querySelector('input');
      field.value = value;
      field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, composed: true}));
    },
  };
  const start = performance.now();
  ways[what](...given);
  const before = seen();
  while (seen() === before) await new Promise((done) => setTimeout(done, 1));
  return performance.now() - start;
}"""

_STAGE = ".stage .cell, .stage figcaption"
_FIELD = "[data-testid=stTextInput] input"
_LESSONS: tuple[tuple[str, str, tuple[tuple[object, ...], ...]], ...] = (
    ("broadcasting?b=(3,)", "step of a slider to picture", (("slide", _STAGE, 5), ("slide", _STAGE, 6))),
    ("broadcasting?b=(3,)", "step of a slider to page around it", (("slide", _FIELD, 5), ("slide", _FIELD, 6))),
    ("broadcasting", "preset to picture", (("press", _STAGE, "Outer sum"), ("press", _STAGE, "Scalar"))),
    ("broadcasting", "setting to picture", (("press", _STAGE, "Backward"), ("press", _STAGE, "Forward"))),
    ("indexing", "click on a cell to picture", (("click", _STAGE, "a[0, 1]"), ("click", _STAGE, "a[1, 3]"))),
    ("views", "edited cell to its aliases", (("edit", _STAGE, "a[0, 1]", 50), ("edit", _STAGE, "a[0, 1]", 60))),
    ("shapes", "preset to picture", (("press", _STAGE, "To a column"), ("press", _STAGE, "There and back"))),
    ("reductions", "axis to picture", (("press", _STAGE, "1"), ("press", _STAGE, "0"))),
    ("matmul", "step of a slider to picture", (("slide", _STAGE, 5), ("slide", _STAGE, 6))),
)


def told(name: str, times: list[float], limit: float) -> bool:
    """Print one measurement and whether its 95th percentile keeps the limit."""
    cuts = quantiles(times, n=20)
    good = cuts[18] <= limit
    print(f"{name}: p50 {cuts[9]:.1f} ms, p95 {cuts[18]:.1f} ms, max {max(times):.1f} ms (limit {limit:g} ms)")
    return good


def spent(clock: CDPSession) -> dict[str, float]:
    """Seconds of processor time that the page's main thread has used so far, which other programs do not lengthen."""
    found = {item["name"]: item["value"] for item in clock.send("Performance.getMetrics")["metrics"]}
    names = {"script": "Script", "style": "RecalcStyle", "layout": "Layout", "all with painting": "Task"}
    return {name: found[f"{known}Duration"] for name, known in names.items()}


def open_page(browser: Any, url: str) -> Page:
    """Open a page and wait until its cells stand."""
    page: Page = browser.new_page(viewport={"width": 1600, "height": 1400})
    page.goto(url)
    page.locator(".table .cell").first.wait_for(timeout=60_000)
    page.wait_for_timeout(1000)
    return page


def main() -> int:
    good = True
    with sync_playwright() as playwright:
        browser = launch_browser(playwright)
        with running_app(Path(__file__).parent / "apps" / "thousand_cells.py") as app:
            page = open_page(browser, app.url)
            clock = page.context.new_cdp_session(page)
            clock.send("Performance.enable", {"timeDomain": "threadTicks"})
            before = spent(clock)
            swept = page.evaluate(_SWEEP, _POINTED)
            after = spent(clock)
        print(f"{swept['cells']} cells, {swept['lit']} lit at the end, load average {os.getloadavg()[0]:.1f}")
        parts = {name: (after[name] - before[name]) / _POINTED * 1000 for name in after}
        print(
            "processor time of the page's main thread a cell: " + ", ".join(f"{n} {t:.1f} ms" for n, t in parts.items())
        )
        good &= told("pointing at a cell to styled highlight", swept["work"], 16.0)
        told("frame interval while the mouse sweeps", swept["frames"], 16.8)
        with running_app() as app:
            for path, what, asked in _LESSONS:
                page = open_page(browser, f"{app.url}/{path}")
                times = []
                for _ in range(20):
                    for one in asked:
                        times.append(page.evaluate(_ASK, list(one)))
                        page.wait_for_timeout(150)
                good &= told(f"{path.split('?')[0]}: {what}", times[2:], 100.0)
                page.close()
        browser.close()
    return not good


if __name__ == "__main__":
    sys.exit(main())
