"""How long the server takes to answer the sections below the drawing pad, while a digit grows.

    python -m benchmarks.drawing_sections [--rounds N]

Ten digits grow point by point, as the pad sends them mid-stroke. Each section's address answers every state of each,
for the shipped network, in this process: from the request's JSON to the answer's. The pad's own address is measured in
the same turns, for comparison, and two networks are asked about the image that it answered with. "All that are open"
adds up the answers that a page asks for where all sections are in sight.
Goals, with all that a browser adds: half of all answers within 60 ms, 95 of 100 within 150 ms.
"""

from __future__ import annotations

import argparse
import time
from statistics import median, quantiles

from starlette.applications import Starlette
from starlette.testclient import TestClient

from primer_core.backend.loading import load_torch
from primer_core.inference import load_checkpoint
from tests.e2e.digit_strokes import DIGITS
from ui.drawing import break_it, pen_to_answer, reader, through_layers, two_readings
from ui.drawing.reading import DIGITS as CLASSES

DISTURBED = {"noise": 0.2, "rotation": 15, "fgsm": 0.1}
ASKED: dict[str, tuple[str, dict[str, object]]] = {
    "the pad's reading": (reader.ADDRESS, {"down": True}),
    "the stages": (pen_to_answer.ADDRESS, {}),
    "the layers": (through_layers.ADDRESS, {"chosen": {"unit": [1, 0]}}),
    "the layers, a channel off": (through_layers.ADDRESS, {"chosen": {"unit": [1, 0]}, "off": [[1, 0]]}),
    "a disturbed drawing": (break_it.ADDRESS, {"disturbance": DISTURBED}),
    "two networks": (two_readings.ADDRESS, {"networks": ["shipped", "shipped"]}),
}
#: What a page with all sections in sight asks for; it asks for the layers once.
OPEN = set(ASKED) - {"the layers, a channel off"}
ALL = "all that are open"


def states() -> list[list[dict[str, object]]]:
    """Every digit, each time that three more points are drawn."""
    found = []
    for strokes in DIGITS.values():
        drawn: list[dict[str, object]] = []
        for stroke in strokes:
            points = [list(point) for point in stroke]
            found += [[*drawn, {"width": 18, "points": points[:many]}] for many in range(2, len(points) + 1, 3)]
            drawn = [*drawn, {"width": 18, "points": points}]
        found.append(drawn)
    return found


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    rounds = arguments.parse_args().rounds
    load_torch()
    asked = (reader, pen_to_answer, through_layers, break_it, two_readings)
    routes = [route for module in asked for route in module.ROUTES]
    client = TestClient(Starlette(routes=routes))
    reader.READERS.admit("shipped", reader.Reader(load_checkpoint(), CLASSES, setup="", calibrated=False))
    taken: dict[str, list[float]] = {name: [] for name in (*ASKED, ALL)}
    sizes: dict[str, list[int]] = {name: [] for name in (*ASKED, ALL)}
    for turn in range(rounds + 1):
        for strokes in states():
            image: dict[str, object] = {}
            answers: dict[str, tuple[float, int]] = {}
            for name, (address, more) in ASKED.items():
                body = {"network": "shipped", "strokes": strokes} | more
                if address == two_readings.ADDRESS:
                    body |= image
                start = time.perf_counter()
                answer = client.post(address, json=body)
                answers[name] = (1000 * (time.perf_counter() - start), len(answer.content))
                assert answer.status_code == 200, answer.text
                if address == reader.ADDRESS:
                    image = {"image": [round(0.255 * thousandths) for thousandths in answer.json()["pixels"]]}
            if turn:  # the first round warms up
                for name, (spent, size) in answers.items():
                    taken[name].append(spent)
                    sizes[name].append(size)
                taken[ALL].append(sum(answers[name][0] for name in OPEN))
                sizes[ALL].append(sum(answers[name][1] for name in OPEN))
    print(f"{'':28} {'p50':>8} {'p95':>8} {'largest':>9}")
    for name, milliseconds in taken.items():
        late = quantiles(milliseconds, n=20)[-1]
        print(f"{name:28} {median(milliseconds):5.1f} ms {late:5.1f} ms {max(sizes[name]) / 1000:6.1f} kB")


if __name__ == "__main__":
    main()
