"""Two Ray nodes on this machine, each with one core and started by the real ``ray start``, against local processes.

- Throughput of 20 runs at once: at least 0.85 of what as many local processes train, measured by turns.
- From an event to the page: from its line in the run's log, written in the node, to the answer that brings it to a page
  that asks as often as pages do: 300 ms at the 95th percentile.
- A node is killed with all its processes while 20 runs go on: all of them have new batches within 30 s, and no loss
  that was shown is missing or another one.

Run as ``python -m benchmarks.cluster``, with ``--short`` behind it for a few seconds of each. It wants Ray:
``pip install -r requirements-ray.txt``.
"""

import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from primer_core.training import Run, RunSpec, TrainingService
from primer_core.training.kept import LogReader
from primer_core.training.messages import Steps
from tests.ray_nodes import ray_cluster
from ui.training.live_view import Cursor, live_view

RUNS = 20
NODES = 2
SPEC = RunSpec(epochs=200)


def wait_until(condition: Callable[[], bool], limit: float = 300.0) -> None:
    """Wait for something, and fail after so many seconds."""
    deadline = time.monotonic() + limit
    while not condition():
        if time.monotonic() >= deadline:
            raise TimeoutError(f"waited {limit:g} s in vain")
        time.sleep(0.02)


def started(service: TrainingService, pace: float | None = None) -> list[Run]:
    """Start the runs, and wait until all of them train."""
    runs = [service.start(replace(SPEC, seed=seed), pace=pace) for seed in range(RUNS)]
    for run in runs:
        run.wait_for(lambda state: state.step >= 3, 300)
    return runs


def forget(service: TrainingService, runs: Sequence[Run]) -> None:
    """End the runs, and wait until no process has one any more."""
    for run in runs:
        service.forget(run)
    wait_until(lambda: not any(run.folder is not None and run.folder.in_use() for run in runs))


def batches_a_second(service: TrainingService, seconds: float) -> float:
    """Of all runs together, as the server sees them come in."""
    runs = started(service)
    before, began = sum(run.state().step for run in runs), time.perf_counter()
    time.sleep(seconds)
    rate = (sum(run.state().step for run in runs) - before) / (time.perf_counter() - began)
    forget(service, runs)
    return rate


def delays(service: TrainingService, seconds: float) -> list[float]:
    """Seconds from each report in the log of one of the runs to the answer that brings it to a page."""
    runs = started(service, pace=10)
    run = runs[0]
    assert run.folder is not None
    written: dict[int, float] = {}
    over = threading.Event()

    def watch(log: Path) -> None:
        reader = LogReader(log)
        list(reader.read())
        while not over.wait(0.002):
            for report in reader.read():
                if isinstance(report, Steps):
                    written[report.steps[-1]] = time.time()

    watching = threading.Thread(target=watch, args=(run.folder.log,))
    watching.start()
    shown: dict[int, float] = {}
    had, ends = run.history.size, time.monotonic() + seconds
    while time.monotonic() < ends:
        cursor = Cursor(run.id, had, 0, 0, "0", {})
        view = live_view(run, run.state(), role="steers", active_runs=RUNS, cursor=cursor)
        shown |= dict.fromkeys(range(had + 1, run.history.size + 1), time.time())
        had = run.history.size
        time.sleep(view["again"] / 1000)  # as long as it tells a page to wait
    over.set()
    watching.join()
    forget(service, runs)
    return [shown[step] - at for step, at in written.items() if step in shown]


def main(*, short: bool) -> None:
    """Measure, and print figures with their goals."""
    seconds = 5.0 if short else 20.0
    with tempfile.TemporaryDirectory() as folder, ray_cluster() as cluster:
        node = cluster.add_node()
        local = TrainingService(max_workers=NODES, runs=Path(folder) / "local")
        service = TrainingService(max_workers=1, runs=Path(folder) / "shared", cluster=cluster.address)
        wait_until(lambda: service.cluster_processes == NODES)
        rounds = [
            (batches_a_second(local, seconds), batches_a_second(service, seconds)) for _ in range(1 if short else 3)
        ]
        ratios = [there / here for here, there in rounds]
        for (here, there), ratio in zip(rounds, ratios, strict=True):
            print(f"{RUNS} runs: {here:,.0f} batches a second here, {there:,.0f} in the cluster, ratio {ratio:.2f}")
        print(f"ratio at the median: {statistics.median(ratios):.2f} (goal at least 0.85)", flush=True)
        local.close()
        times = sorted(1000 * each for each in delays(service, 2 * seconds))
        p95 = times[int(0.95 * len(times))]
        print(
            f"event to page: {statistics.median(times):.0f} ms, p95 {p95:.0f} ms of {len(times)} (goal 300)", flush=True
        )

        runs = started(service, pace=20)
        wait_until(lambda: min(run.state().step for run in runs) >= 40)
        shown = [run.history.losses()[1] for run in runs]
        node.kill()
        killed = time.monotonic()
        time.sleep(0.5)  # what was on its way when it was killed has come by now
        stood = [run.history.size for run in runs]
        waits: dict[str, float] = {}
        while len(waits) < RUNS and time.monotonic() < killed + 120:
            for run, size in zip(runs, stood, strict=True):
                if run.history.size > size:
                    waits.setdefault(run.id, time.monotonic() - killed)
            time.sleep(0.05)
        same = sum(run.history.losses()[1][: len(had)] == had for run, had in zip(runs, shown, strict=True))
        print(
            f"a node killed: {len(waits)} of {RUNS} runs go on, the last after {max(waits.values()):.1f} s (goal 30); "
            f"{same} of {RUNS} have every loss that was shown"
        )
        service.close()
    print(f"load of the machine, of {os.cpu_count()} cores: {os.getloadavg()[0]:.1f} over the last minute")


if __name__ == "__main__":
    main(short="--short" in sys.argv[1:])
