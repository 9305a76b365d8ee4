"""How long after a key is pressed is the next step of a graph on screen? Measured in a real browser.

    python -m benchmarks.autograd_playback [--rounds N]

Plays the largest program that the lesson allows, step by step with the arrow key, forward and back. A step's time runs
from the key event to the second animation frame after it, when the change has been painted. Each step is played once a
round; its quickest round is what it takes where nothing else runs. Goal: every step within 100 ms, and no message to
the server.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from urllib.parse import quote

from playwright.sync_api import sync_playwright

from primer_core.lessons.autograd_graph.engine import MAX_NODES
from tests.running_app import launch_browser, running_app

GOAL_MS = 100.0
MEASURE = """
async (rounds) => {
  const graph = document.querySelector('.graph-player');
  let sent = 0;
  const ask = window.fetch;
  window.fetch = (...given) => { sent += 1; return ask(...given); };
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (...given) { sent += 1; return send.apply(this, given); };
  const frame = () => new Promise(requestAnimationFrame);
  const times = [], drawn = [];
  const last = Number(graph.querySelector('.g-bar input').max);
  for (let round = 0; round < rounds; round += 1) {
    for (const key of ['ArrowLeft', 'ArrowRight']) {
      for (let step = 0; step < last; step += 1) {
        const start = performance.now();
        graph.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
        drawn.push(performance.now() - start);
        await frame();
        await frame();
        times.push(performance.now() - start);
      }
    }
  }
  return { times, drawn, sent, nodes: graph.querySelectorAll('[data-node]').length, steps: last + 1 };
}
"""


def largest_program() -> str:
    """As many nodes as are drawn, on matrices, with long edges among them."""
    lines = ["w = param([[1, 2], [3, 4]])", "v = param([0.5, -0.5])", "a0 = w * v"]
    computed = (MAX_NODES - len(lines) - 1) // 2
    lines += [f"a{index} = a{index - 1} * v + w" for index in range(1, computed + 1)]
    return "\n".join([*lines, f"sum(a{computed})"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with running_app() as app, sync_playwright() as playwright:
        browser = launch_browser(playwright)
        page = browser.new_page(viewport={"width": 1280, "height": 1400})
        page.goto(f"{app.url}/autograd_graph?program={quote(largest_program())}")
        page.locator(".graph-player[data-step]").wait_for(timeout=60_000)
        page.wait_for_timeout(2_000)
        measured = page.evaluate(MEASURE, rounds)
        browser.close()
    times, drawn = measured["times"], measured["drawn"]
    quickest = [min(times[place :: len(times) // rounds]) for place in range(len(times) // rounds)]
    print(f"{measured['nodes']} nodes, {measured['steps']} steps, {len(times)} steps played")
    for title, values in (
        ("key to paint", times),
        ("key to paint, each step's quickest round", quickest),
        ("the view's own work", drawn),
    ):
        most = sorted(values)[int(len(values) * 0.95)]
        middle = statistics.median(values)
        print(f"{title}: median {middle:.1f} ms, 95 of 100 within {most:.1f} ms, all within {max(values):.1f} ms")
    print(
        f"goal: each step's quickest round within {GOAL_MS:.0f} ms; messages to the server: {measured['sent']} (goal 0)"
    )
    return int(max(quickest) > GOAL_MS or measured["sent"] > 0)


if __name__ == "__main__":
    sys.exit(main())
