"""What the inside view costs a run at full pace: its speed with the view open, as a part of its speed with it closed.

Measured in one worker process, by turns, a run for each pair of blocks: the view is asked for as a page does, and
then left alone until it counts as closed. The limit is 0.80.

Run as ``python -m benchmarks.inside_view``.
"""

import os
import statistics
import time

from primer_core.training import Run, RunSpec, TrainingService
from primer_core.training.look import OPEN_FOR

ROUNDS = 5
SECONDS = 4.0  # of each block
POLL = 0.25  # seconds between two questions of a page
LIMIT = 0.80
SPECS = {
    "MLP 784-128-64-10, batches of 64": RunSpec(epochs=200),
    "MLP 784-256-128-10, batches of 64": RunSpec(model="mlp-256-128", epochs=200),
    "small CNN, batches of 64": RunSpec(model="cnn", epochs=200),
}


def rate(run: Run, *, watched: bool) -> tuple[float, int]:
    """Batches a second over a block, and how many looks came."""
    looks: set[int] = set()
    began, first = time.perf_counter(), run.state().step
    while time.perf_counter() - began < SECONDS:
        if watched:
            looked = run.watch()
            if looked is not None:
                looks.add(looked.step)
        time.sleep(POLL)
    return (run.state().step - first) / (time.perf_counter() - began), len(looks)


def main() -> None:
    """Measure by turns and print ratios."""
    service = TrainingService(max_workers=1)
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for name, spec in SPECS.items():
        ratios, looks = [], []
        for _ in range(ROUNDS):
            run = service.start(spec)  # a run goes on for one round at least, and ends before it could do for all
            run.wait_for(lambda state: state.step > 20)
            opened, seen = rate(run, watched=True)
            time.sleep(OPEN_FOR)
            closed, _ = rate(run, watched=False)
            service.forget(run)
            ratios.append(opened / closed)
            looks.append(seen / SECONDS)
        print(
            f"{name:36} open / closed {statistics.median(ratios):.2f}   ({min(ratios):.2f} to {max(ratios):.2f}; "
            f"limit {LIMIT:g}), {statistics.median(looks):.1f} looks a second"
        )
    print(f"load of the machine: {os.getloadavg()[0]:.1f}")
    service.close()


if __name__ == "__main__":
    main()
