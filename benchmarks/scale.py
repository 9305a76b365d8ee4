"""How many servers and nodes a number of learners takes: a straight calculation from what one core was measured to do.

What is measured, unless it is given:

- ``--server-ms`` and ``--process-ms``: milliseconds of a core that an action in a lesson takes in the server itself and
  in its evaluation processes, as `benchmarks.classroom` prints them;
- ``--poll-ms``: of the server, for one question of a chart that follows a run: an answer as `benchmarks.live_curves`
  prints it, and what the server takes for any request;
- ``--samples``: training samples a second of one worker, on one core, as `benchmarks.training` prints them;
- ``--server-mb``, ``--processes-mb``, ``--worker-mb``: memory of a server, of its evaluation processes together, and of
  a training process.

What is assumed can be changed: ``--pause`` seconds between two actions of a learner, the share ``--train`` of learners
whose run goes on, ``--pace`` batches of 64 samples a second of each, cores of a node ``--node-cores``, and the share
``--use`` of a core that is planned with: the rest is for moments when more happens.

A server is one Python process and computes on one core at most. A chart asks every 50 ms, and every 6 ms times the runs
of its server where these are more: a server is asked 167 times a second at most, however many runs it has.

Run as ``python -m benchmarks.scale [LEARNERS ...]``, by default for 300 and 10 000; with ``--write`` the result also
takes the place of the one in `docs/scale.md`.
"""

from __future__ import annotations

import argparse
import math
import statistics
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.classroom import act, computing_of, memory_of
from benchmarks.live_curves import answer_times
from primer_core.training import RunSpec, TrainingService
from tests.running_app import processes_below, running_app
from ui.training.live_view import REFRESH, REFRESH_PER_RUN

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "scale.md"
BEGIN, END = "<!-- what benchmarks/scale.py prints -->", "<!-- until here -->"
LEARNERS = (300, 10_000)
REQUESTS = 2_000


@dataclass(frozen=True, slots=True)
class Measured:
    """What one core was measured to do.

    Parameters
    ----------
    server_ms, process_ms
        Of an action in a lesson: milliseconds of a core in the server, and in its evaluation processes.
    poll_ms
        Of a chart's question: milliseconds of the server.
    samples
        Training samples a second of a worker.
    server_mb, processes_mb, worker_mb
        Memory of a server, of its evaluation processes together, and of a training process.
    """

    server_ms: float
    process_ms: float
    poll_ms: float
    samples: float
    server_mb: float
    processes_mb: float
    worker_mb: float


@dataclass(frozen=True, slots=True)
class Assumed:
    """How learners behave, and what machines there are.

    Parameters
    ----------
    pause
        Seconds between two actions of a learner.
    train
        Share of learners whose run goes on, 0 to 1.
    pace
        Batches a second of a run.
    use
        Share of a core that is planned with, above 0, to 1.
    node_cores
        Cores of a Ray node.
    """

    pause: float
    train: float
    pace: float
    use: float
    node_cores: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a number of learners takes.

    Parameters
    ----------
    servers
        Replicas behind nginx, a core each.
    evaluation_cores
        Cores for all their evaluation processes.
    training_cores, nodes
        Cores for the runs, and the Ray nodes that have them.
    gigabytes
        Memory of the servers with their evaluation processes.
    """

    servers: int
    evaluation_cores: int
    training_cores: int
    nodes: int
    gigabytes: float


def polls_a_second(runs: float) -> float:
    """Return how often a server is asked about so many runs: each by one chart, as `ui.training.live_view` tells it."""
    return 1000 * runs / max(REFRESH, REFRESH_PER_RUN * runs) if runs else 0.0


def busy(learners: float, measured: Measured, assumed: Assumed) -> float:
    """Return the share of its core that a server of so many learners is busy."""
    acting = learners / assumed.pause * measured.server_ms
    return (acting + polls_a_second(learners * assumed.train) * measured.poll_ms) / 1000


def plan(learners: int, measured: Measured, assumed: Assumed) -> Plan:
    """Return what so many learners take.

    Raises
    ------
    ValueError
        If one learner alone is more than a server bears.
    """
    if busy(1, measured, assumed) > assumed.use:
        raise ValueError("one learner takes more than the planned share of a core")
    servers = next(n for n in range(1, learners + 1) if busy(learners / n, measured, assumed) <= assumed.use)
    evaluation = math.ceil(learners / assumed.pause * measured.process_ms / 1000 / assumed.use)
    training = math.ceil(learners * assumed.train / runs_a_core(measured, assumed))
    gigabytes = servers * (measured.server_mb + measured.processes_mb) / 1000
    return Plan(servers, evaluation, training, math.ceil(training / assumed.node_cores), gigabytes)


def runs_a_core(measured: Measured, assumed: Assumed) -> float:
    """Return how many runs at their pace one core trains."""
    return assumed.use * measured.samples / (assumed.pace * RunSpec().batch_size)


def learners_a_core(measured: Measured, assumed: Assumed) -> int:
    """Return how many learners in lessons one core carries, that of the server and its processes together."""
    return math.floor(assumed.use * 1000 * assumed.pause / (measured.server_ms + measured.process_ms))


def in_words(learners: Sequence[int], measured: Measured, assumed: Assumed) -> str:
    """Return all figures as Markdown."""
    rows = []
    for count in learners:
        found = plan(count, measured, assumed)
        cells = (
            f"{count:,}",
            f"{found.servers:,}",
            f"{found.evaluation_cores:,}",
            f"{found.gigabytes:,.1f} GB",
            f"{count * assumed.train:,.0f}",
            f"{found.training_cores:,}",
            f"{found.nodes:,}",
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(
        [
            f"Measured: an action in a lesson takes {measured.server_ms:.1f} ms of a core in the server and "
            f"{measured.process_ms:.1f} ms in its evaluation processes; a chart's question {measured.poll_ms:.2f} ms "
            f"of the server; a worker trains {measured.samples:,.0f} samples a second on one core. A server has "
            f"{measured.server_mb:,.0f} MB, its evaluation processes together {measured.processes_mb:,.0f} MB, a "
            f"training process {measured.worker_mb:,.0f} MB.",
            "",
            f"Assumed: {assumed.pause:g} s between two actions of a learner, {assumed.train:.0%} of the learners have "
            f"a run going on, at {assumed.pace:g} batches of {RunSpec().batch_size} samples a second; "
            f"{assumed.use:.0%} of a core is planned with; a Ray node has {assumed.node_cores} cores.",
            "",
            f"So one core carries {learners_a_core(measured, assumed):,} learners in lessons, or "
            f"{runs_a_core(measured, assumed):,.0f} runs.",
            "",
            "| learners | servers, a core each | cores for their evaluation processes | memory of both | runs going on "
            "| cores for training | Ray nodes |",
            "|---:|---:|---:|---:|---:|---:|---:|",
            *rows,
        ]
    )


def measure(given: argparse.Namespace) -> Measured:
    """Take what is given, and measure the rest: about a minute."""
    of_server = ("server_ms", "process_ms", "poll_ms", "server_mb", "processes_mb")
    found = {name: getattr(given, name) for name in (*of_server, "samples", "worker_mb")}
    if any(found[name] is None for name in of_server):
        found |= {name: value for name, value in server_figures().items() if found[name] is None}
    if found["samples"] is None or found["worker_mb"] is None:
        found |= {name: value for name, value in worker_figures().items() if found[name] is None}
    return Measured(**found)


def server_figures() -> dict[str, float]:
    """Measure a server with thirty learners."""
    with running_app() as server:
        pid = server.process.pid
        act(server.url, 2, 30, 0.0, first=900)
        before = computing_of(pid)
        tally, _ = act(server.url, 30, 20, 1.0)
        own, others = (after - was for after, was in zip(computing_of(pid), before, strict=True))
        began = computing_of(pid)[0]
        for _ in range(REQUESTS):
            with urllib.request.urlopen(f"{server.url}/healthz", timeout=10) as answer:  # noqa: S310 - our own server
                answer.read()
        request = 1000 * (computing_of(pid)[0] - began) / REQUESTS
        return {
            "server_ms": 1000 * own / len(tally.waits),
            "process_ms": 1000 * others / len(tally.waits),
            "poll_ms": request + statistics.median(answer_times()),
            "server_mb": memory_of(pid),
            "processes_mb": sum(map(share_of_memory, processes_below(pid))),
        }


def worker_figures() -> dict[str, float]:
    """Measure a training process."""
    service = TrainingService(max_workers=1)
    try:
        run = service.start(RunSpec(epochs=200))
        run.wait_for(lambda state: state.step >= 100)
        before, (pid,) = computing_of(service.worker_pids[0]), service.worker_pids
        first = run.state().step
        run.wait_for(lambda state: state.step >= first + 3000)
        seconds = computing_of(pid)[0] - before[0]
        trained = (run.state().step - first) * run.spec.batch_size
        return {"samples": trained / seconds, "worker_mb": share_of_memory(pid)}
    finally:
        service.close()


def share_of_memory(pid: int) -> float:
    """Return the memory of a process in MB, with its part of what it shares with others; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def main() -> None:
    """Print the figures, and write them where that is asked for."""
    parser = argparse.ArgumentParser(description="How many servers and nodes a number of learners takes.")
    parser.add_argument("learners", nargs="*", type=int, default=LEARNERS)
    for name in ("server-ms", "process-ms", "poll-ms", "samples", "server-mb", "processes-mb", "worker-mb"):
        parser.add_argument(f"--{name}", type=float, help="as measured; it is measured now if it is not given")
    parser.add_argument("--pause", type=float, default=5.0)
    parser.add_argument("--train", type=float, default=0.2)
    parser.add_argument("--pace", type=float, default=24.0)
    parser.add_argument("--use", type=float, default=0.6)
    parser.add_argument("--node-cores", type=int, default=16)
    parser.add_argument("--write", action="store_true", help="put it into docs/scale.md, too")
    asked = parser.parse_args()
    assumed = Assumed(asked.pause, asked.train, asked.pace, asked.use, asked.node_cores)
    text = in_words(asked.learners, measure(asked), assumed)
    print(text)
    if asked.write:
        document = DOCUMENT.read_text(encoding="utf-8")
        before, after = document.split(BEGIN)[0], document.split(END)[1]
        DOCUMENT.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
