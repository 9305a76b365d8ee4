"""Count the playground's steps a second, and the seconds until each set is learnt to 95 percent, at full pace.

    python -m benchmarks.playground
    python -m benchmarks.playground --learners 100 [--pace full]

Each preset that learns its set runs on one core as a page at full pace asks for it: answer after answer, each with its
pictures. The limit: 95 percent of the training points on their own side, or of the heights' spread explained, within
10 seconds. Working time counts; the time on the clock stands beside it, for a machine that is busy otherwise.

The second has so many learners play at once for half a minute, each with a network of their own, and prints how long
each waits for the next picture and how many steps a second the network takes. They ask from a process of their own on
the same machine, which takes its part of the cores. Meanwhile another visitor asks lessons; what that one waits is
printed beside what it waits alone. The limit is a p95 of 100 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import sys
import time
from itertools import count
from statistics import quantiles

import httpx2 as httpx

from benchmarks.own_lines import lessons, told
from primer_core.backend.loading import load_torch
from primer_core.claims.fitting import LeftOver, OnTheirSide
from primer_core.lessons.playground.answer import answer, said
from primer_core.lessons.playground.presets import PRESETS
from primer_core.lessons.playground.training import first_state
from tests.running_app import running_app
from ui.playground import ADDRESS, SECONDS

LIMIT = 10.0
LEARNT = 0.95
TITLES = (
    "Moons", "Circles", "XOR", "Spirals", "Blobs, one line", "The primer's five points", "A line, 1-1", "A curve",
)  # fmt: skip


#: Steps that a page asks for at a time, and seconds from one request to the next, as in `playground_trainer.js`.
PACES = {"steady": (10, 0.1), "full": (5_000, 0.045)}
LASTS = 30.0
#: Seconds until all learners play.
SETTLES = 10.0


async def play(client: httpx.AsyncClient, number: int, pace: str, until: float) -> tuple[list[float], int]:
    """Play with one network; return the seconds of each picture, and the steps that it has taken."""
    steps, every = PACES[pace]
    question = PRESETS[number % len(PRESETS)].question.texts() | {"seed": str(number)}
    asked = {"question": question, "state": "", "step": 0}
    waits: list[float] = []
    for place in count():
        began = time.perf_counter()
        if began >= until:
            break
        body = asked | {"steps": steps if place else 0, "told": not place}
        answered = await client.post(ADDRESS, json=body, headers={"X-Visitor": f"learner {number}"})
        answered.raise_for_status()
        found = answered.json()
        asked |= {"state": found["state"], "step": found["step"]}
        if place:
            waits.append(time.perf_counter() - began)
        await asyncio.sleep(max(0.0, every - (time.perf_counter() - began)))
    return waits, int(found["step"])


def class_of(url: str, learners: int, pace: str) -> None:
    """Have so many learners play at once, and print what they wait and how fast their networks learn."""

    async def all_of_them() -> list[tuple[list[float], int]]:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        async with httpx.AsyncClient(base_url=url, timeout=120, limits=limits) as client:
            await play(client, 0, pace, time.perf_counter() + 3)  # torch is loaded
            until = time.perf_counter() + LASTS
            return await asyncio.gather(*(play(client, number, pace, until) for number in range(learners)))

    played = asyncio.run(all_of_them())
    waits = sorted(wait for each, _ in played for wait in each)
    cuts = quantiles(waits, n=20)
    print(
        f"{learners} learners at pace {pace}: a picture after p50 {cuts[9]:.2f} s, p95 {cuts[18]:.2f} s; "
        f"{sum(step for _, step in played) / learners / LASTS:.1f} steps a second each; "
        f"{len(waits) / LASTS:.0f} pictures a second in all"
    )


def main() -> int:
    """Print steps, seconds and steps a second of each set; fail where one takes longer than the limit."""
    parser = argparse.ArgumentParser(description="Measure the playground.")
    parser.add_argument("--learners", type=int, help="have so many play at once instead")
    parser.add_argument("--pace", choices=PACES, default="steady")
    asked = parser.parse_args()
    if asked.learners:
        with running_app() as app:
            others = multiprocessing.get_context("spawn").Process(
                target=class_of, args=(app.url, asked.learners, asked.pace)
            )
            lessons(app.url, 8)  # torch is loaded
            quiet = lessons(app.url, 100)
            others.start()
            time.sleep(SETTLES)
            beside = lessons(app.url, 150)
            others.join()
        told("lessons of one visitor alone", quiet)
        good = told(f"lessons of one visitor beside {asked.learners} in the playground", beside, ("p95", 100))
        return int(others.exitcode != 0 or not good)
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
