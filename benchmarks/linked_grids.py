"""How soon pictures follow the hand, in a real browser, against the real app.

- From pointing at a cell to the highlight, with 1 000 cells on screen: script, style and layout, and the frame rate
  while the mouse sweeps. Limit: one 16 ms frame.
- From what a learner does to the changed picture and text, over each lesson's own controls: presets, choices, switches,
  sliders, boxes, dragged sizes and texts ended by Enter. Limit: p95 of 50 ms; 100 ms in the autograd graph and
  back-propagation, and in the training loop, which trains two networks for an answer. What measures the time of
  something itself is left out.
- Bytes of an answer, and the server's milliseconds of Python for it, at the median of each lesson's presets. Limits:
  64 kB and 8 ms.

Run as ``python -m benchmarks.linked_grids``, with slugs of lessons to measure those alone.
"""

import os
import sys
import time
from statistics import median, quantiles
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from primer_core.backend.loading import load_torch
from primer_core.lessons.answer import answer, explanation
from primer_core.lessons.lesson import AnyLesson
from tests.running_app import launch_browser, running_app, wait_until_drawn
from ui.catalog import LESSONS_BY_SLUG

_POINTED = 300
_ROUNDS = 5
_SLOWER = {"autograd_graph": 100.0, "backprop_by_hand": 100.0, "training_loop": 100.0}

_SWEEP = """async (count) => {
  const root = document.querySelector('.primer .board');
  const cells = [...root.querySelectorAll('.cell')];
  const tables = [...root.querySelectorAll('.table')];
  const work = [], frames = [];
  let before = await new Promise(requestAnimationFrame);
  for (let i = 0; i < count; i += 1) {
    const cell = cells[(i * 7919) % cells.length];
    const start = performance.now();
    cell.dispatchEvent(new PointerEvent('pointerover', {bubbles: true, pointerType: 'mouse'}));
    root.querySelector('.formula').offsetHeight;
    tables.forEach((table) => table.offsetHeight);
    work.push(performance.now() - start);
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - before);
    before = now;
  }
  return {cells: cells.length, lit: root.querySelectorAll('.lit').length, work, frames};
}"""

# Uses each control that stands on the page, so that something changes, and gives what was used and the milliseconds
# until the answer is shown and laid out.
_USE = """async (place) => {
  const root = document.querySelector('.primer');
  const kinds = [
    '.pills button[aria-pressed=false]', '.segments input:not(:checked)', 'select', 'input[role=switch]',
    'input[type=range]', 'input[type=number]', '.look-text input', '.look-lines textarea',
  ];
  // The slider of a graph's player goes through what was answered before: `autograd_playback` measures it.
  const usable = (found) => found.checkVisibility() && !found.disabled && !found.closest('.graph-player');
  const control = [...root.querySelectorAll(kinds.join(', '))].filter(usable)[place];
  if (!control) return null;
  const fire = (...names) => names.forEach((name) => control.dispatchEvent(new Event(name, {bubbles: true})));
  const before = root.dataset.answered;
  const start = performance.now();
  let kind = control.type ?? control.tagName;
  if (control.matches('button')) { kind = 'preset'; control.click(); }
  else if (control.matches('[type=radio], [role=switch]')) control.click();
  else if (control.matches('select')) {
    control.selectedIndex = (control.selectedIndex + 1) % control.length;
    fire('change');
  } else if (control.matches('[type=range], [type=number]')) {
    const old = control.value;
    if (control.step === 'any') control.value = Number(old) + (Number(old) + 1 > control.max ? -1 : 1);
    else control.stepUp();
    if (control.value === old) control.stepDown();
    fire('input', 'change');
  } else {
    control.value += ' ';
    fire('input');
    const ctrlKey = control.matches('textarea');
    control.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, ctrlKey}));
  }
  while (root.dataset.answered === before || root.getAttribute('aria-busy') === 'true') {
    await new Promise((done) => setTimeout(done, 0));
    if (performance.now() - start > 5000) return {kind, took: null};
  }
  root.offsetHeight;
  return {kind, took: performance.now() - start};
}"""


def report(name: str, times: list[float], limit: float) -> bool:
    """Print one measurement and whether its 95th percentile keeps the limit."""
    cuts = quantiles(times, n=20)
    good = cuts[18] <= limit
    mark = "" if good else "  <- over"
    print(f"{name}: p50 {cuts[9]:.1f} ms, p95 {cuts[18]:.1f} ms, max {max(times):.1f} ms (limit {limit:g} ms){mark}")
    return good


def spent(clock: CDPSession) -> dict[str, float]:
    """Return the seconds of processor time that the page's main thread used so far, by what it did."""
    found = {item["name"]: item["value"] for item in clock.send("Performance.getMetrics")["metrics"]}
    names = {"script": "Script", "style": "RecalcStyle", "layout": "Layout", "all with painting": "Task"}
    return {name: found[f"{known}Duration"] for name, known in names.items()}


def open_page(browser: Any, url: str) -> Page:
    """Open a lesson and wait until it is drawn."""
    page: Page = browser.new_page(viewport={"width": 1600, "height": 1400})
    page.goto(url)
    page.locator(".primer .chip").first.wait_for(timeout=60_000)
    wait_until_drawn(page)
    return page


def pointed(browser: Any, url: str) -> bool:
    """Measure the highlight of cells."""
    page = open_page(browser, f"{url}/broadcasting?a=(18,18)&b=(18,)")
    clock = page.context.new_cdp_session(page)
    clock.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = spent(clock)
    swept = page.evaluate(_SWEEP, _POINTED)
    after = spent(clock)
    print(f"{swept['cells']} cells, {swept['lit']} lit at the end, load average {os.getloadavg()[0]:.1f}")
    parts = {name: (after[name] - before[name]) / _POINTED * 1000 for name in after}
    print("processor time of the page's main thread a cell: " + ", ".join(f"{n} {t:.1f} ms" for n, t in parts.items()))
    good = report("pointing at a cell to styled highlight", swept["work"], 16.0)
    report("frame interval while the mouse sweeps", swept["frames"], 16.8)
    page.close()
    return good


def used(browser: Any, url: str, slug: str) -> bool:
    """Measure every control of a lesson, several times."""
    page = open_page(browser, f"{url}/{slug}")
    times: dict[str, list[float]] = {}
    for _ in range(_ROUNDS):
        place = 0
        while (found := page.evaluate(_USE, place)) is not None:
            place += 1
            if found["took"] is None:
                print(f"  {slug}: a {found['kind']} was not answered")
            else:
                times.setdefault(found["kind"], []).append(found["took"])
            page.wait_for_timeout(20)
    page.close()
    kinds = ", ".join(f"{kind} {median(values):.0f}" for kind, values in times.items())
    return report(f"{slug} ({kinds})", [took for values in times.values() for took in values], _SLOWER.get(slug, 50.0))


def answered(lesson: AnyLesson) -> bool:
    """Measure a lesson's answers alone."""
    sizes, times = [], []
    for preset in lesson.presets:
        took = []
        for _ in range(3):
            explanation.forget()
            start = time.perf_counter()
            size = len(answer(lesson, preset.question))
            took.append((time.perf_counter() - start) * 1e3)
        sizes.append(size)
        times.append(min(took))
    good = max(sizes) <= 64_000 and median(times) <= 8
    mark = "" if good else "  <- over"
    print(
        f"{lesson.slug}: an answer has {median(sizes) / 1000:.1f} kB (most {max(sizes) / 1000:.1f}) and takes "
        f"{median(times):.1f} ms of Python (most {max(times):.1f}){mark}"
    )
    return good


def main() -> int:
    """Print all measurements; return 1 if one was over its limit."""
    wanted = [slug for slug in sys.argv[1:] if slug in LESSONS_BY_SLUG] or list(LESSONS_BY_SLUG)
    load_torch()
    small = [answered(LESSONS_BY_SLUG[slug]) for slug in wanted]
    good = all(small)
    with sync_playwright() as playwright, running_app() as app:
        browser = launch_browser(playwright)
        good &= pointed(browser, app.url)
        for slug in wanted:
            good &= used(browser, app.url, slug)
        browser.close()
    return not good


if __name__ == "__main__":
    sys.exit(main())
