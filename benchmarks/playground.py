"""Count the playground's steps a second, and the seconds until each set is learnt to 95 percent, at full pace.

    python -m benchmarks.playground

Each preset that learns its set runs on one core as a page at full pace asks for it: answer after answer, each with its
pictures. The limit: 95 percent of the training points on their own side, or of the heights' spread explained, within
10 seconds. Working time counts; the time on the clock stands beside it, for a machine that is busy otherwise.
"""

from __future__ import annotations

import sys
import time

from primer_core.backend.loading import load_torch
from primer_core.claims.fitting import LeftOver, OnTheirSide
from primer_core.lessons.playground.answer import answer, said
from primer_core.lessons.playground.presets import PRESETS
from primer_core.lessons.playground.show import SECONDS
from primer_core.lessons.playground.training import first_state

LIMIT = 10.0
LEARNT = 0.95
TITLES = (
    "Moons", "Circles", "XOR", "Spirals", "Blobs, one line", "The primer's five points", "A line, 1-1", "A curve",
)  # fmt: skip


def main() -> int:
    """Print steps, seconds and steps a second of each set; fail where one takes longer than the limit."""
    load_torch()
    slow = 0
    for preset in PRESETS:
        if preset.title not in TITLES:
            continue
        question, answers, size = preset.question, 0, 0
        state = first_state(question)
        answer(question, state, 1, seconds=SECONDS, told=True)
        began, worked = time.perf_counter(), time.thread_time()
        share = 0.0
        while share < LEARNT and time.thread_time() - worked < 2 * LIMIT:
            found, state = answer(question, state, 5_000, seconds=SECONDS, told=False)
            answers += 1
            size = max(size, sum(len(value) for value in found.values() if isinstance(value, str)))
            match said(question, state)[0]:
                case OnTheirSide(right=right, count=count):
                    share = right / count
                case LeftOver(error=error, spread=spread):
                    share = 1 - error / spread
        busy, wall = time.thread_time() - worked, time.perf_counter() - began
        slow += busy > LIMIT
        print(
            f"{preset.title:26} {share:4.0%} after {state.step:5} steps, {answers:3} answers: {busy:5.2f} s of work, "
            f"{wall:5.2f} s on the clock, {state.step / busy:6.0f} steps/s, {size:6} letters"
        )
    return slow > 0


if __name__ == "__main__":
    sys.exit(main())
