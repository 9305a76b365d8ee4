"""A slider's round trip on the training page with a run going on and without, in a real browser, as a ratio.

Run as ``python -m benchmarks.responsiveness``. A round trip lasts from the key press on the learning rate's slider
until the code panel, which the server writes, holds the new rate.
"""

import statistics

from playwright.sync_api import Page, sync_playwright

from tests.running_app import launch_browser, running_app

MOVES = 60
ROUNDS = 3

WATCH = """
() => {
  const parts = [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')].map((host) => host.shadowRoot);
  const panel = parts.map((part) => part.querySelector('.code-view code')).find(Boolean);
  window.roundTrips = [];
  let before = panel.textContent, began = null;
  addEventListener('keydown', (event) => { if (event.key.startsWith('Arrow')) began = performance.now(); }, true);
  new MutationObserver(() => {
    if (began === null || panel.textContent === before) return;
    before = panel.textContent;
    window.roundTrips.push(performance.now() - began);
    began = null;
  }).observe(panel, { subtree: true, childList: true, characterData: true });
}
"""


def round_trips(page: Page) -> list[float]:
    """Milliseconds of so many moves of the slider to and fro."""
    page.evaluate("() => { window.roundTrips.length = 0; }")
    slider = page.get_by_role("slider", name="Learning rate")
    slider.focus()
    for move in range(MOVES):
        slider.press("ArrowRight" if move % 2 == 0 else "ArrowLeft")
        page.wait_for_function("(count) => window.roundTrips.length > count", arg=move, timeout=20_000)
        page.wait_for_timeout(30)
    return list(page.evaluate("() => window.roundTrips"))


def percentile(values: list[float], percent: int) -> float:
    """The value that `percent` of all do not exceed."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def main() -> None:
    """Measure without and with a run, by turns."""
    idle: list[float] = []
    training: list[float] = []
    ratios = []
    with running_app() as app, sync_playwright() as playwright:
        browser = launch_browser(playwright)
        page = browser.new_page(viewport={"width": 1280, "height": 1400})
        page.goto(f"{app.url}/live_training?epochs=200&pace=full+speed")
        page.get_by_role("button", name="Start", exact=True).wait_for()
        page.get_by_text("torch.optim.Adam").wait_for()
        page.evaluate(WATCH)
        round_trips(page)
        for _ in range(ROUNDS):
            without = round_trips(page)
            page.get_by_role("button", name="Start", exact=True).click()
            page.get_by_text("samples/s").wait_for()
            page.evaluate(WATCH)  # the panel of a run is another one
            during = round_trips(page)
            page.get_by_role("button", name="Reset", exact=True).click()
            page.get_by_role("button", name="Start", exact=True).wait_for()
            page.evaluate(WATCH)
            idle += without
            training += during
            ratios.append(percentile(during, 95) / percentile(without, 95))
        browser.close()
    for name, values in (("no run", idle), ("run going on", training)):
        print(f"{name:13} p50 {percentile(values, 50):5.0f} ms, p95 {percentile(values, 95):5.0f} ms")
    print(f"p95 ratio {statistics.median(ratios):.2f} (goal at most 2)")


if __name__ == "__main__":
    main()
