"""The training service with its real processes."""

import gzip
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from primer_core.data import load_images
from primer_core.training import Run, RunSpec, SpecError, TrainingService
from primer_core.training.desk import Desks
from primer_core.training.history import SettingChange
from primer_core.training.loop import train
from primer_core.training.messages import UNREADABLE_COMMAND

PROJECT = Path(__file__).resolve().parents[2]
LIMIT = 180.0  # seconds; a worker is nice to what else the machine does
QUICK = RunSpec(epochs=1)
LONG = RunSpec(epochs=200)


def reach(run: Run, steps: int) -> None:
    assert run.wait_for(lambda state: state.step >= steps, LIMIT), f"waited {LIMIT:g} s in vain for step {steps}"


def let_another_run_pass(service: TrainingService) -> None:
    """Train a run of 63 steps in the same process, which gives every run that is not held its turns meanwhile."""
    assert service.start(QUICK).wait(LIMIT)


def let_graces_pass() -> None:
    """Wait until each desk that was left has been looked after."""
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join(LIMIT)
            assert not thread.is_alive()


def exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process that has ended stays in the table until its parent asks for its exit code.
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def step(run: Run) -> int:
    return run.state().step


@pytest.fixture(scope="module")
def shared() -> Iterator[TrainingService]:
    service = TrainingService(max_workers=1)
    yield service
    service.close()


@pytest.fixture
def service(shared: TrainingService) -> Iterator[TrainingService]:
    yield shared
    assert shared.active_runs == 0, "a test left a run going"


def test_a_run_in_a_process_is_the_run_of_the_generator(service: TrainingService) -> None:
    run = service.start(QUICK)
    assert run.wait(LIMIT)
    state = run.state()
    assert state.status == "completed"
    torch.set_num_threads(1)
    events = list(train(QUICK))
    steps = [event for event in events if event.kind == "step"]
    assert run.history.losses() == ([event.step for event in steps], [event.train_loss for event in steps])
    assert run.history.last_epoch is not None
    assert run.history.last_epoch.validation_accuracy == events[-2].validation_accuracy
    assert (state.test_loss, state.test_accuracy) == (events[-1].test_loss, events[-1].test_accuracy)
    assert (state.step, state.total_steps, state.train_size) == (63, 63, 4000)


def test_a_saved_network_predicts_the_same_after_loading(service: TrainingService) -> None:  # M11
    run = service.start(QUICK)
    assert run.wait(LIMIT)
    split = load_images("mnist-sample")
    with torch.inference_mode():
        logits = run.network()(split.test_images.unsqueeze(1) / 255)
    accuracy = (logits.argmax(1) == split.test_labels).float().mean().item()
    assert accuracy == pytest.approx(run.state().test_accuracy)


def test_pause_step_rate_resume_and_stop(service: TrainingService) -> None:
    run = service.start(LONG)
    reach(run, 6)
    run.pause()
    assert run.state().status == "paused"
    let_another_run_pass(service)
    held = step(run)
    let_another_run_pass(service)
    assert step(run) == held
    run.step_once()
    reach(run, held + 1)
    let_another_run_pass(service)
    assert step(run) == held + 1
    run.change(learning_rate=0.01, batch_size=32)
    run.resume()
    reach(run, held + 21)
    assert run.history.changes == (
        SettingChange(held + 1, "learning_rate", 0.01, 0.001),
        SettingChange(held + 1, "batch_size", 32, 64),
    )
    with pytest.raises(SpecError):
        run.change(learning_rate=1e9)
    run.stop()
    assert run.wait(LIMIT)
    assert run.state().status == "stopped"
    assert run.state().network_step == run.state().step
    run.resume()
    assert run.state().status == "stopped"


def test_a_finished_run_goes_on_and_is_the_longer_run(service: TrainingService) -> None:
    run = service.start(QUICK)
    assert run.wait(LIMIT)
    for _ in range(2):
        run.step_once()  # two quick presses
    assert run.wait_for(lambda state: state.step == 65, LIMIT)
    state = run.state()
    assert (state.status, state.spec.epochs, state.total_steps) == ("paused", 2, 126)
    assert state.network_step == 63
    let_another_run_pass(service)
    assert step(run) == 65
    run.step_epoch()
    assert run.wait(LIMIT)
    assert run.state().step == run.state().network_step == 126
    run.train_on(1)
    assert run.wait(LIMIT)
    assert (run.state().status, run.state().step) == ("completed", 189)
    assert run.history.losses()[1] == losses(RunSpec(epochs=3))
    assert [change.setting for change in run.history.changes] == ["epochs", "epochs"]


def test_a_stopped_run_goes_on_where_it_stood(service: TrainingService) -> None:
    run = service.start(QUICK, pace=50)
    reach(run, 3)
    run.stop()
    assert run.wait(LIMIT)
    run.set_pace(None)
    run.train_on()
    assert run.wait_for(lambda state: state.status == "completed", LIMIT)
    assert run.history.losses()[1] == losses(QUICK)


def test_a_run_whose_process_is_gone_keeps_its_network_and_cannot_go_on() -> None:
    service = TrainingService(max_workers=1)
    run = service.start(QUICK)
    assert run.wait(LIMIT)
    assert run.state().can_go_on
    service.close()
    assert run.wait_for(lambda state: not state.can_go_on, LIMIT)
    run.step_once()
    run.train_on(5)
    assert run.state().status == "completed"
    assert run.state_dict_bytes is not None


def test_a_diverged_run_leaves_no_network_and_cannot_go_on(service: TrainingService) -> None:
    spec = RunSpec(model="mlp-256-128", optimizer="sgd", learning_rate=10.0, momentum=0.9, epochs=50)
    run = service.start(spec)
    assert run.wait(LIMIT)
    state = run.state()
    assert (state.status, state.can_go_on, state.network_step, state.test_accuracy) == ("diverged", False, None, None)
    with pytest.raises(LookupError):
        run.network()


def losses(spec: RunSpec) -> list[float | None]:
    torch.set_num_threads(1)
    return [event.train_loss for event in train(spec) if event.kind == "step"]


def test_a_run_is_the_same_at_any_pace(service: TrainingService) -> None:
    began = time.perf_counter()
    run = service.start(QUICK, pace=50)
    reach(run, 40)
    assert time.perf_counter() - began > 30 / 50, "40 batches came sooner than the pace allows"
    run.set_pace(500)
    reach(run, 50)
    run.set_pace(None)
    assert run.wait(LIMIT)
    assert run.state().status == "completed"
    assert run.history.losses()[1] == losses(QUICK)


def test_a_slow_run_follows_at_once_when_it_is_told_to_go_as_fast_as_it_can(service: TrainingService) -> None:
    run = service.start(QUICK, pace=0.001)
    reach(run, 1)
    assert step(run) <= 2
    run.set_pace(None)
    assert run.wait(LIMIT)
    assert run.state().step == 63


def test_no_pace_holds_back_others(service: TrainingService) -> None:
    slow = service.start(QUICK, pace=0.001)
    reach(slow, 1)
    let_another_run_pass(service)
    assert step(slow) <= 2
    slow.stop()
    assert slow.wait(LIMIT)


@pytest.mark.parametrize("pace", [0, -1, float("nan")])
def test_a_pace_is_above_zero(service: TrainingService, pace: float) -> None:
    run = service.start(QUICK)
    with pytest.raises(ValueError, match="above 0"):
        run.set_pace(pace)
    assert run.wait(LIMIT)


def test_stepping_through_passes_measures_each_and_ends_with_the_last(service: TrainingService) -> None:
    spec = RunSpec(epochs=3)
    run = service.start(spec, paused=True)
    run.step_epoch()
    assert run.wait_for(lambda state: state.status == "paused" and state.step == 63, LIMIT)
    assert run.history.last_epoch is not None
    assert run.history.last_epoch.epoch == 1
    run.step_once()
    reach(run, 64)
    run.step_epoch()  # what is left of the second pass
    assert run.wait_for(lambda state: state.status == "paused" and state.step == 126, LIMIT)
    assert run.history.last_epoch.epoch == 2
    run.step_epoch()
    assert run.wait(LIMIT)
    assert run.state().status == "completed"
    assert run.history.losses()[1] == losses(spec)


def test_a_pause_holds_what_steps_through_a_pass(service: TrainingService) -> None:
    run = service.start(QUICK, paused=True, pace=20)
    run.step_epoch()
    reach(run, 2)
    run.pause()
    let_another_run_pass(service)
    held = step(run)
    let_another_run_pass(service)
    assert step(run) == held < 63
    run.set_pace(None)
    run.resume()
    assert run.wait(LIMIT)


def test_stepping_from_the_start_takes_one_step(service: TrainingService) -> None:
    run = service.start(LONG, paused=True)
    assert run.wait_for(lambda state: state.total_steps > 0, LIMIT)
    let_another_run_pass(service)
    assert step(run) == 0
    run.step_once()
    reach(run, 1)
    let_another_run_pass(service)
    assert step(run) == 1
    assert run.state().status == "paused"
    service.forget(run)


def test_thirty_runs_all_move_together(service: TrainingService) -> None:
    runs = [service.start(replace(LONG, seed=seed)) for seed in range(30)]
    for run in runs:
        reach(run, 1)
    before = [step(run) for run in runs]
    for run, old in zip(runs, before, strict=True):
        reach(run, old + 4)
    for run in runs:
        service.forget(run)


def test_a_failure_has_a_readable_reason_and_the_process_goes_on(service: TrainingService) -> None:
    absent = "mps" if sys.platform == "linux" else "cuda"
    run = service.start(replace(QUICK, device=absent))
    assert run.wait(LIMIT)
    assert run.state().status == "failed"
    assert f'The device "{absent}" is not available here. This machine has "cpu"' in run.state().reason
    with pytest.raises(LookupError):
        run.network()
    again = service.start(QUICK)
    assert again.wait(LIMIT)
    assert again.state().status == "completed"


def test_a_killed_process_ends_its_runs_and_the_next_run_works(service: TrainingService) -> None:
    run = service.start(LONG)
    reach(run, 1)
    (pid,) = service.worker_pids
    os.kill(pid, signal.SIGKILL)
    assert run.wait(LIMIT)
    assert run.state().status == "interrupted"
    assert "SIGKILL" in run.state().reason
    assert run.state().can_go_on
    again = service.start(QUICK)
    assert again.wait(LIMIT)
    assert again.state().status == "completed"
    assert pid not in service.worker_pids


@pytest.mark.skipif(os.name != "posix", reason="stands in for Python by a shell script")
def test_a_process_that_sends_no_report_is_ended_and_its_runs_name_the_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    babbler = tmp_path / "python"
    note = tmp_path / "pid"
    babbler.write_text(f'#!/bin/sh\necho $$ > {note}\nread command\necho \'{{"kind": "Gossip"}}\'\nexec sleep 600\n')
    babbler.chmod(0o700)
    service = TrainingService()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", str(babbler))
        run = service.start(LONG)
    assert run.wait(LIMIT)
    pid = int(note.read_text())  # it may be gone from the service already
    assert run.state().status == "interrupted"
    assert "Gossip" in run.state().reason
    assert "is no report" in run.state().reason
    assert not exists(pid)
    assert service.worker_pids == ()
    service.close()


def test_a_disk_that_is_slow_to_keep_a_run_holds_up_nobody_else(
    service: TrainingService, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, goes_on = threading.Event(), threading.Event()
    written = os.fsync

    def slow(file: int) -> None:
        begun.set()
        assert goes_on.wait(LIMIT)
        written(file)

    with monkeypatch.context() as patched, ThreadPoolExecutor() as threads:
        patched.setattr(os, "fsync", slow)
        started = threads.submit(service.start, QUICK)
        try:
            assert begun.wait(LIMIT)
            assert threads.submit(lambda: service.active_runs).result(20) == 0
            assert threads.submit(service.open, "no such run").result(20) is None
            assert not started.done()
        finally:
            goes_on.set()
        run = started.result(LIMIT)
    assert run.wait(LIMIT)
    assert run.folder is not None


def test_a_process_that_is_sent_no_command_ends_and_says_why() -> None:
    worker = subprocess.run(
        [sys.executable, "-m", "primer_core.training.worker"],
        input=b'{"kind": "Pause"}\n',
        capture_output=True,
        cwd=PROJECT,
        timeout=LIMIT,
        check=False,
    )
    assert worker.returncode == UNREADABLE_COMMAND
    assert b"the fields of Pause are run" in worker.stderr


def test_a_damaged_data_file_is_named_and_can_be_fetched_again(tmp_path: Path) -> None:
    folder = tmp_path / "mnist"
    folder.mkdir()
    for name in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
        (folder / f"{name}-ubyte.gz").write_bytes(gzip.compress(b"not images"))
    service = TrainingService(root=str(tmp_path))
    try:
        run = service.start(replace(QUICK, data="mnist"))
        assert run.wait(LIMIT)
        state = run.state()
        assert state.status == "failed"
        assert state.damaged_file
        assert "images-idx3-ubyte" in state.reason
        sample = service.start(QUICK)
        assert sample.wait(LIMIT)
        assert sample.state().status == "completed"
    finally:
        service.close()


def test_at_most_so_many_processes_as_allowed_and_none_after_closing() -> None:
    service = TrainingService(max_workers=2)
    service.warm_up()
    service.warm_up()
    assert len(service.worker_pids) == 1
    runs = [service.start(replace(LONG, seed=seed)) for seed in range(4)]
    pids = service.worker_pids
    assert len(pids) == 2
    for run in runs:
        reach(run, 1)
    service.close()
    assert not any(map(exists, pids))
    assert all(run.wait(LIMIT) for run in runs)
    assert {run.state().status for run in runs} == {"interrupted"}
    assert not any(run.state().can_go_on for run in runs)
    with pytest.raises(RuntimeError, match="closed"):
        service.start(QUICK)


def test_no_process_outlives_a_server_that_is_killed() -> None:
    server = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import time\n"
            "from primer_core.training import RunSpec, TrainingService\n"
            "service = TrainingService(max_workers=2)\n"
            "runs = [service.start(RunSpec(epochs=200, seed=seed)) for seed in range(2)]\n"
            "for run in runs: run.wait_for(lambda state: state.step > 0)\n"
            "print(*service.worker_pids, flush=True)\n"
            "time.sleep(600)\n",
        ],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with server:
        assert server.stdout is not None
        pids = [int(pid) for pid in server.stdout.readline().split()]
        assert len(pids) == 2
        workers = [os.pidfd_open(pid) for pid in pids]  # each can be read once its process has ended
        server.kill()
        ended = [select.select([worker], [], [], 10)[0] for worker in workers]
        server.communicate(timeout=10)
    assert all(ended)


def test_a_desk_survives_a_reload_and_is_cleared_when_nobody_comes_back(service: TrainingService) -> None:
    desks = Desks(service, grace=0.5)
    desk = desks.make("learner")
    desk.sit("first", "learner")
    run = desk.start(LONG)
    reach(run, 1)
    desks.leave(desk.id, "first")
    desk.sit("second", "learner")  # the same learner after a reload
    let_graces_pass()
    assert desks.get(desk.id) is desk
    assert not run.state().ended
    assert desk.steers("second")
    desks.leave(desk.id, "second")
    let_graces_pass()
    assert desks.get(desk.id) is None
    assert service.active_runs == 0
    before = step(run)
    let_another_run_pass(service)
    assert step(run) == before


def test_only_its_owner_steers_a_desk(service: TrainingService) -> None:
    desks = Desks(service, grace=0.2)
    desk = desks.make("owner")
    desk.sit("tab", "owner")
    desk.sit("another tab", "owner")
    desk.sit("onlooker", "somebody")
    assert desk.steers("tab")
    assert desk.steers("another tab")
    assert not desk.steers("onlooker")
    assert not desk.steers("nobody")
    desks.leave(desk.id, "tab")
    desks.leave(desk.id, "another tab")
    assert not desk.steers("onlooker"), "nobody ever steers what is not theirs"
    desk.sit("tab", "owner")
    assert desk.steers("tab")


def test_the_desk_of_a_run_is_found_again_and_made_anew_for_a_run_of_before(service: TrainingService) -> None:
    desks = Desks(service, grace=0.2)
    desk = desks.make("owner")
    before = desk.start(QUICK)
    assert before.wait(LIMIT)
    run = desk.start(LONG, rivals=(replace(LONG, seed=1),))
    rival = desk.together[1]
    assert desks.of_run(run.id) is desks.of_run(rival.id) is desk
    desk.sit("tab", "owner")
    desks.leave(desk.id, "tab")
    let_graces_pass()
    assert desks.get(desk.id) is None
    again = desks.of_run(run.id)
    assert again is not None
    assert [each.id for each in again.together] == [run.id, rival.id]
    assert [each.id for each in again.earlier] == [rival.id, before.id]
    again.sit("tab", "owner")
    again.sit("onlooker", "somebody")
    assert again.steers("tab")
    assert not again.steers("onlooker")
    assert again.current is not None
    deadline = time.monotonic() + LIMIT
    while not again.current.state().ended:  # until its process has let go of it
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert again.current.state().status == "interrupted"
    assert desks.of_run("nobodys-run") is None
    assert desks.remove(again.current)
    assert again.current is None
    assert desks.of_run(run.id) is None


def test_a_run_of_before_is_laid_on_a_desk_while_the_current_one_goes_on(service: TrainingService) -> None:
    desks = Desks(service, grace=0.2)
    desk = desks.make("owner")
    first = desk.start(QUICK)
    assert first.wait(LIMIT)
    going = desk.start(LONG)
    reach(going, 1)
    desk.show(first)
    assert desk.current is first
    assert desk.earlier == (going,)
    assert not going.state().ended
    desk.show(going)
    assert desk.current is going
    desk.empty(but=[going])
    assert not going.state().ended
    service.forget(going)


def test_rivals_start_with_a_run_and_go_with_it(service: TrainingService) -> None:
    desk = Desks(service).make("learner")
    sgd = replace(QUICK, optimizer="sgd", learning_rate=0.1)
    first = desk.start(QUICK, rivals=(sgd, replace(sgd, momentum=0.9)))
    assert desk.current is first
    assert [run.spec.momentum for run in desk.together] == [0.0, 0.0, 0.9]
    assert desk.earlier == desk.together[1:]
    for run in desk.together:
        assert run.wait(LIMIT)
    assert {run.id for run in desk.finished} == {run.id for run in desk.together}
    race = desk.together
    desk.start(QUICK, paused=True)
    assert len(desk.together) == 1
    assert desk.earlier == race
    desk.start(LONG, rivals=(replace(LONG, seed=1),))
    race = desk.together
    for run in race:
        reach(run, 1)
    desk.clear()
    assert not desk.together
    assert all(run.ended for run in race)


def test_a_desk_keeps_finished_networks_and_drops_the_rest(service: TrainingService) -> None:
    desks = Desks(service, grace=60)
    desk = desks.make("learner")
    first = desk.start(QUICK)
    assert first.wait(LIMIT)
    second = desk.start(LONG)
    assert desk.current is second
    assert desk.earlier == (first,)
    assert desk.finished == (first,)
    desk.clear()
    assert desk.current is None
    assert desk.finished == (first,)
    third = desk.start(QUICK)
    assert third.wait(LIMIT)
    assert desk.finished == (third, first)
    desk.empty()
    assert desk.finished == ()
