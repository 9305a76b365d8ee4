"""Training on a Ray cluster, with real nodes that are really killed; and without one, where Ray is never touched."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import pytest
import torch

from primer_core.training import Run, RunSpec, TrainingService
from primer_core.training.history import EpochPoint
from primer_core.training.kept import Card
from primer_core.training.loop import train
from primer_core.training.messages import CutOff, EpochEnded, Report, Steps, TakenUp, encode
from primer_core.training.service import cluster_address
from primer_core.training.store import RunStore
from tests.imports import PROJECT
from tests.profiles import is_long, seed
from tests.ray_nodes import RayCluster, ray_cluster

LIMIT = 180.0  # seconds; a worker is nice to what else the machine does
SPEC = RunSpec(epochs=4)
KILLS = 10 if is_long() else 1

with_ray = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: requirements-ray.txt")
without_ray = pytest.mark.skipif(find_spec("ray") is not None, reason="Ray is installed")


def test_without_the_variable_there_is_no_cluster_and_no_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRIMER_RAY", raising=False)
    code = (
        "import sys; from ui import cached; desks = cached.training_desks(); service = desks.service\n"
        "from primer_core.training import RunSpec\n"
        "run = service.start(RunSpec(epochs=1)); assert run.wait(170)\n"
        "print(run.state().status, len(service.worker_pids), service.cluster_problem, 'ray' in sys.modules)\n"
        "service.close()"
    )
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["completed", "1", "False"]


def test_the_address_is_that_of_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    for given, address in (("auto", "auto"), (" 10.0.0.1:6379 ", "10.0.0.1:6379"), ("", "")):
        monkeypatch.setenv("PRIMER_RAY", given)
        assert cluster_address() == address
    monkeypatch.delenv("PRIMER_RAY")
    assert cluster_address() == ""


@without_ray
def test_where_ray_is_not_installed_it_is_said_and_networks_train_here(tmp_path: Path) -> None:
    service = TrainingService(max_workers=1, runs=tmp_path, cluster="auto")
    try:
        wait_until(lambda: bool(service.cluster_problem))
        assert "pip install -r requirements-ray.txt" in service.cluster_problem
        run = service.start(RunSpec(epochs=1))
        assert run.wait(LIMIT)
        assert run.state().status == "completed"
        assert len(service.worker_pids) == 1
    finally:
        service.close()


def test_what_was_written_and_told_to_nobody_is_read_when_a_run_is_taken_up(tmp_path: Path) -> None:
    """As when a machine is lost between writing and telling: its successor tells only what comes then."""
    run, folder = kept_run(tmp_path)
    written: list[Report] = [
        Steps(run.id, (1, 2), (0.5, 0.4), 1, 0.0),
        Steps(run.id, (3, 4), (0.3, 0.2), 1, 0.0),
        EpochEnded(run.id, 1, 4, 0.35, 0.3, 0.9),
        TakenUp(run.id, 4),
    ]
    folder.write_bytes(b"".join(map(encode, written)))
    run.take(written[0])
    run.take(TakenUp(run.id, 4))
    run.take(Steps(run.id, (5,), (0.1,), 2, 0.0))
    assert run.history.losses() == ([1, 2, 3, 4, 5], [0.5, 0.4, 0.3, 0.2, 0.1])
    assert run.history.epochs == (EpochPoint(1, 4, 0.35, 0.3, 0.9),)


def test_what_was_told_and_not_written_is_told_again_and_stands_once(tmp_path: Path) -> None:
    """As when a machine is lost with what a shared disk had not got yet."""
    run, _ = kept_run(tmp_path)
    first, passed = Steps(run.id, (1, 2, 3), (0.5, 0.4, 0.3), 1, 0.0), EpochEnded(run.id, 1, 3, 0.4, 0.3, 0.9)
    run.take(first)
    run.take(passed)
    run.take(TakenUp(run.id, 1))
    run.take(Steps(run.id, (2,), (0.4,), 1, 0.0))
    run.take(Steps(run.id, (3, 4), (0.3, 0.2), 1, 0.0))
    run.take(passed)
    assert run.history.losses() == ([1, 2, 3, 4], [0.5, 0.4, 0.3, 0.2])
    assert len(run.history.epochs) == 1


def kept_run(runs: Path) -> tuple[Run, Path]:
    """A run that is kept and that nobody trains, and the path of its log."""
    folder = RunStore(runs).create(Card(SPEC))
    return Run(folder.run, SPEC, lambda _: None, folder=folder), folder.log


@cache
def losses(spec: RunSpec) -> list[float | None]:
    return first_losses(spec, None)


def first_losses(spec: RunSpec, count: int | None) -> list[float | None]:
    """So many of the losses of a run, or all, as one process trains them."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    found = list(islice((event.train_loss for event in train(spec) if event.kind == "step"), count))
    torch.set_num_threads(before)
    return found


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < deadline, f"waited {LIMIT:g} s in vain"
        time.sleep(0.02)


def reach(run: Run, steps: int) -> None:
    assert run.wait_for(lambda state: state.step >= steps, LIMIT), run.state()


def is_whole(run: Run) -> None:
    """See that a run is the one that a single process trains."""
    assert run.wait(LIMIT)
    assert run.state().status == "completed", run.state().reason
    assert run.history.losses()[1] == losses(run.spec)
    assert len(run.history.epochs) == run.spec.epochs
    assert len({vitals.step for vitals in run.vitals}) == len(run.vitals), "nothing is told twice"
    assert run.state_dict_bytes is not None


@pytest.fixture(scope="module")
def cluster() -> Iterator[RayCluster]:
    """A head with one core."""
    with ray_cluster() as made:
        yield made


@pytest.fixture
def service(cluster: RayCluster, tmp_path: Path) -> Iterator[TrainingService]:
    """A service on that cluster, in which at least one process trains."""
    service = TrainingService(max_workers=1, runs=tmp_path, cluster=cluster.address)
    wait_until(lambda: service.cluster_processes > 0)
    yield service
    for run in list(service._runs.values()):
        service.forget(run)
    service.close()


@with_ray
def test_a_run_in_the_cluster_is_the_run_of_a_process_of_this_machine(service: TrainingService) -> None:
    run = service.start(SPEC)
    is_whole(run)
    assert service.worker_pids == (), "nothing was trained here"
    run.train_on(1)
    assert run.wait_for(lambda state: state.ended and state.step == 5 * 63, LIMIT)
    assert run.history.losses()[1] == losses(replace(SPEC, epochs=5))
    assert service.cluster_problem == ""


@with_ray
def test_a_run_in_the_cluster_is_steered_and_looked_into(service: TrainingService) -> None:
    run = service.start(replace(SPEC, epochs=200), paused=True)
    assert run.wait_for(lambda state: state.total_steps > 0, LIMIT)
    run.step_once()
    reach(run, 1)
    run.change(learning_rate=0.01)
    run.step_once()
    reach(run, 2)
    assert [(change.step, change.value) for change in run.history.changes] == [(1, 0.01)]
    wait_until(lambda: run.watch() is not None)
    assert run.state().step == 2
    run.resume()
    reach(run, 20)
    run.stop()
    assert run.wait(LIMIT)
    assert run.state().status == "stopped"


@with_ray
def test_what_would_not_go_on_elsewhere_trains_here(service: TrainingService) -> None:
    blocked = service.store.path / "blocked"
    blocked.write_text("a file where a folder would be")
    service.store = RunStore(blocked)
    run = service.start(RunSpec(epochs=1))
    assert run.folder is None
    assert run.wait(LIMIT)
    assert run.state().status == "completed"
    assert len(service.worker_pids) == 1


@with_ray
def test_a_run_whose_folder_a_machine_does_not_see_says_so(service: TrainingService) -> None:
    run = service.start(replace(SPEC, epochs=200), paused=True)
    assert run.wait_for(lambda state: state.total_steps > 0, LIMIT)
    service.forget(run)
    assert run.folder is not None
    wait_until(lambda: run.folder is not None and not run.folder.in_use())
    run.folder.path.rename(run.folder.path.with_name("moved"))
    run.train_on()
    assert run.wait_for(lambda state: bool(state.reason), LIMIT)
    assert run.state().status == "interrupted"
    assert "PRIMER_RUNS" in run.state().reason


@with_ray
@pytest.mark.parametrize("kill", range(KILLS))
def test_runs_of_a_machine_that_is_lost_go_on_by_themselves_and_are_the_same(
    cluster: RayCluster, service: TrainingService, kill: int
) -> None:
    node = cluster.add_node()
    wait_until(lambda: service.cluster_processes == 2)
    moment = random.Random(f"{seed()} node {kill}").randrange(1, 200)
    # So long that none of them ends before the machine is lost, however slowly that is come to.
    runs = [service.start(replace(SPEC, epochs=40, seed=seed), pace=30) for seed in range(4)]
    held = [service.start(replace(SPEC, seed=seed), paused=True) for seed in (4, 5)]
    for run in runs:
        reach(run, moment)
    had = [run.history.losses()[1] for run in runs]
    node.kill()
    lost_at = time.monotonic()
    for run, shown in zip(runs, had, strict=True):
        reach(run, len(shown) + 1)
        assert time.monotonic() - lost_at < 30 or not is_long()
        assert run.history.losses()[1][: len(shown)] == shown
    for run, shown in zip(runs, had, strict=True):
        run.set_pace(None)  # one after the other: all at once take long where the machine has other work
        reach(run, len(shown) + 200)  # well past what came after the last checkpoint
        run.stop()
        assert run.wait(LIMIT)
        assert run.state().status in ("stopped", "completed"), run.state().reason
        found = run.history.losses()[1]
        assert found == first_losses(run.spec, len(found))
    for run in held:
        assert run.state().step == 0
        run.resume()
        is_whole(run)
    wait_until(lambda: service.cluster_processes == 1)


SERVER = """
import json, sys, time
from pathlib import Path
from primer_core.training import RunSpec, TrainingService
service = TrainingService(max_workers=1, runs=Path(sys.argv[1]), cluster=sys.argv[2])
while not service.cluster_processes:
    time.sleep(0.05)
run = service.start(RunSpec(epochs=4), pace=30)
while True:
    print(json.dumps([run.id, run.history.losses()[1]]), flush=True)
    time.sleep(0.05)
"""


@with_ray
def test_a_run_outlives_its_server_and_the_next_one_steers_it(cluster: RayCluster, service: TrainingService) -> None:
    command = [sys.executable, "-c", SERVER, str(service.store.path), cluster.address]
    run_id, told = "", [0.0]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        for line in server.stdout:
            run_id, told = json.loads(line)
            if len(told) >= 20:
                os.kill(server.pid, signal.SIGKILL)
                break
    run = service.open(run_id)
    assert run is not None
    wait_until(lambda: not run.elsewhere)
    assert run.history.losses()[1][: len(told)] == told
    assert run.pace == 30
    run.pause()
    assert run.wait_for(lambda state: state.status == "paused", LIMIT)
    run.set_pace(None)
    run.resume()
    is_whole(run)
    assert service.going_on(run.id) is run


@with_ray
def test_the_death_of_the_head_interrupts_runs_which_go_on_here(tmp_path: Path) -> None:
    with ray_cluster() as cluster:
        service = TrainingService(max_workers=1, runs=tmp_path, cluster=cluster.address)
        try:
            wait_until(lambda: service.cluster_processes > 0)
            run = service.start(SPEC, pace=60)
            reach(run, 70)
            cluster.head.kill()
            assert run.wait(LIMIT)
            assert run.state().status == "interrupted"
            assert "was lost" in run.state().reason
            wait_until(lambda: bool(service.cluster_problem))
            run.set_pace(None)
            run.train_on()
            is_whole(run)
            assert len(service.worker_pids) == 1
        finally:
            service.close()


@with_ray
def test_an_address_where_no_cluster_answers_is_named_and_networks_train_here(tmp_path: Path) -> None:
    service = TrainingService(max_workers=1, runs=tmp_path, cluster="127.0.0.1:9")
    try:
        run = service.start(RunSpec(epochs=1))
        assert run.wait(LIMIT)
        assert run.state().status == "completed"
        wait_until(lambda: bool(service.cluster_problem))
        assert "No Ray cluster answers at 127.0.0.1:9" in service.cluster_problem
    finally:
        service.close()


def test_a_run_that_was_cut_off_in_the_cluster_can_go_on(tmp_path: Path) -> None:
    run, _ = kept_run(tmp_path)
    run.take(CutOff(run.id, "No machine of the cluster is left that trains."))
    assert run.state().status == "interrupted"
    assert "cluster" in run.state().reason
