"""Time one prediction of the shipped network on one core, and its parts.

    python -m benchmarks.prediction [--seconds S]

Ten digits drawn as strokes on a pad of 280x280, in turn. The goal: `predict_digit`, preprocessing included, within
5 ms. Wall time counts; the time that the core really worked stands beside it, for a machine that is busy otherwise.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable

import numpy as np
import torch

from primer_core.inference import judge, load_checkpoint, predict_digit, preprocess, render_strokes
from tests.e2e.digit_strokes import DIGITS

GOAL_MS = 5.0


def milliseconds(work: Callable[[int], object], seconds: float) -> np.ndarray:
    """Wall time and working time (n, 2) of each of many calls; `work` is given 0 to 9 in turn."""
    for digit in range(10):
        work(digit)
    taken = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for digit in range(10):
            began, busy = time.perf_counter(), time.thread_time()
            work(digit)
            taken.append((1000 * (time.perf_counter() - began), 1000 * (time.thread_time() - busy)))
    return np.array(taken)


def main() -> int:
    """Print the times, and fail where the median misses the goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3.0, help="for each of the parts")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    torch.set_num_threads(1)

    strokes = [[{"width": 18, "points": points} for points in DIGITS[digit]] for digit in range(10)]
    canvases = [render_strokes(drawing) for drawing in strokes]
    images = [preprocess(canvas) for canvas in canvases]
    predictions = [predict_digit(canvas) for canvas in canvases]
    batches = [torch.from_numpy(image)[None, None] for image in images if image is not None]
    network = load_checkpoint()

    def forward(digit: int) -> torch.Tensor:
        with torch.inference_mode():
            logits: torch.Tensor = network(batches[digit])
            return logits

    parts: dict[str, Callable[[int], object]] = {
        "render_strokes (280x280)": lambda digit: render_strokes(strokes[digit]),
        "preprocess": lambda digit: preprocess(canvases[digit]),
        "network": forward,
        "judge": lambda digit: judge(predictions[digit], canvases[digit]),
        "predict_digit (all but rendering)": lambda digit: predict_digit(canvases[digit]),
    }
    for name, work in parts.items():
        taken = milliseconds(work, options.seconds)
        (p50, busy50), (p95, busy95) = np.percentile(taken, [50, 95], axis=0)
        print(
            f"{name:34s} p50 {p50:6.2f} ms  p95 {p95:6.2f} ms   "
            f"working: p50 {busy50:5.2f} ms  p95 {busy95:5.2f} ms   (n={len(taken)})"
        )
    met = bool(p50 <= GOAL_MS)
    print(f"goal (p50 <= {GOAL_MS:g} ms on one core): {'met' if met else 'missed'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
