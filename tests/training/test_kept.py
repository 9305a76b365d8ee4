"""Runs that are kept: whatever happens to processes, files and disks, what was shown is there, and goes on."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import torch

from primer_core.training import Run, RunSpec, TrainingService
from primer_core.training.kept import Card, KeptRunError, LogReader, LogWriter, RunFolder
from primer_core.training.loop import train
from primer_core.training.messages import Started, Steps, encode
from primer_core.training.moments import kept_steps
from primer_core.training.store import RunStore, digest, moments_room, runs_folder
from tests.profiles import is_long, seed

PROJECT = Path(__file__).resolve().parents[2]
LIMIT = 180.0  # seconds; a worker is nice to what else the machine does
SPEC = RunSpec(epochs=6)
STEPS = 6 * 63
KILLS = 15 if is_long() else 1
SEEDS = count()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrainingService]:
    """A service with one process and a folder of its own."""
    service = TrainingService(max_workers=1, runs=tmp_path_factory.mktemp("kept"))
    yield service
    service.close()


@cache
def losses(spec: RunSpec = SPEC) -> list[float]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    found = [event.train_loss for event in train(spec) if event.kind == "step"]
    torch.set_num_threads(before)
    return [loss for loss in found if loss is not None]


def shown(run: Run) -> tuple[list[float], int, int]:
    """What a page has of a run."""
    return run.history.losses()[1], len(run.history.epochs), len(run.history.changes)


def goes_on_to_the_end(run: Run) -> None:
    """Train a run to its end, and see that it is the run that was never cut off."""
    assert run.state().status == "interrupted"
    assert run.state().can_go_on
    run.set_pace(None)
    run.train_on()
    assert run.wait(LIMIT)
    assert run.state().status == "completed", run.state().reason
    assert run.history.losses()[1] == losses(run.spec)
    assert len(run.history.epochs) == run.spec.epochs
    assert run.state().network_step == len(losses(run.spec))


def reopened(service: TrainingService, run_id: str) -> Run:
    """The run as a server finds it that was just started; it has no process, and makes none if it is not told to."""
    found = TrainingService(runs=service.store.path).open(run_id)
    assert found is not None
    return found


def reach(run: Run, steps: int) -> None:
    assert run.wait_for(lambda state: state.step >= steps or state.ended, LIMIT)


@pytest.mark.parametrize("kill", range(KILLS))
def test_a_worker_that_is_killed_loses_nothing_and_its_run_goes_on(service: TrainingService, kill: int) -> None:
    moment = random.Random(f"{seed()} worker {kill}").randrange(1, STEPS - 5)
    run = service.start(SPEC, pace=None)
    reach(run, moment)
    os.kill(service.worker_pids[0], signal.SIGKILL)
    assert run.wait(LIMIT)
    if run.state().status == "completed":  # it was quicker
        return
    there = reopened(service, run.id)
    assert there.history.losses()[1][: run.history.size] == run.history.losses()[1] == losses()[: run.history.size]
    assert there.history.epochs[: len(run.history.epochs)] == run.history.epochs
    assert there.state().status == "interrupted"
    goes_on_to_the_end(run)
    after = reopened(service, run.id)
    assert after.state().status == "completed"
    assert shown(after) == shown(run)
    assert after.vitals == run.vitals
    assert len({vitals.step for vitals in run.vitals}) == len(run.vitals), "nothing is told twice"
    assert after.state_dict_bytes == run.state_dict_bytes is not None


SERVER = """
import json, sys, time
from pathlib import Path
from primer_core.training import RunSpec, TrainingService
service = TrainingService(max_workers=1, runs=Path(sys.argv[1]))
run = service.start(RunSpec(epochs=6))
while True:
    state = run.state()
    print(json.dumps([run.id, state.status, run.history.losses()[1], len(run.history.epochs)]), flush=True)
    time.sleep(0.005)
"""


@pytest.mark.parametrize("kill", range(KILLS))
def test_a_server_that_is_killed_loses_nothing_that_was_shown(service: TrainingService, kill: int) -> None:
    moment = random.Random(f"{seed()} server {kill}").randrange(1, STEPS - 60)
    last: list[Any] = ["", "", [], 0]
    command = [sys.executable, "-c", SERVER, str(service.store.path)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        for line in server.stdout:
            with suppress(ValueError):  # the line that it was killed in
                last = json.loads(line)
            if len(last[2]) >= moment:
                server.kill()
    run_id, _, told, passes = last
    run = service.open(run_id)
    assert run is not None
    deadline = time.monotonic() + LIMIT
    while not run.state().ended:  # until its worker has seen that the server is gone
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert run.history.losses()[1][: len(told)] == told
    assert len(run.history.epochs) >= passes
    if run.state().status == "interrupted":
        goes_on_to_the_end(run)
    assert run.history.losses()[1] == losses()


def test_a_run_with_changes_of_settings_is_the_same_when_it_is_trained_again(service: TrainingService) -> None:
    run = service.start(replace(SPEC, epochs=2), paused=True)
    run.step_once()
    reach(run, 1)
    run.change(learning_rate=0.01, batch_size=32)
    run.step_once()
    reach(run, 2)
    run.change(noise=0.2)
    run.resume()
    assert run.wait(LIMIT)
    run.train_on(1)
    assert run.wait_for(lambda state: state.step == state.total_steps and state.ended, LIMIT)
    whole, changes = shown(run), run.history.changes
    service.forget(run)
    (folder,) = (each for each in [run.folder] if each is not None)
    settle(folder)
    folder.checkpoint.unlink()  # all has to be trained again
    lines = folder.log.read_bytes().splitlines(keepends=True)
    for part in (1.0, 0.5):
        folder.log.write_bytes(b"".join(lines[: int(part * len(lines)) - 1]))
        again = opened(service, folder)
        assert again.history.changes == changes[: len(again.history.changes)]
        assert again.state().spec.noise
        goes_on = again.state().spec.epochs < 3
        again.train_on()
        assert again.wait(LIMIT)
        if goes_on:
            again.train_on(1)
            assert again.wait_for(lambda state: state.step > 3 * 126 - 10 and state.ended, LIMIT)
        assert again.history.losses()[1] == whole[0]
        assert shown(again)[1:] == whole[1:]
        service.forget(again)
        settle(folder)
        folder.checkpoint.unlink()


def settle(folder: RunFolder) -> None:
    """Wait until no process has a run any more."""
    deadline = time.monotonic() + LIMIT
    while folder.in_use():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def cut_off(service: TrainingService) -> tuple[TrainingService, RunFolder]:
    """A run that was interrupted in its second pass."""
    run = service.start(replace(SPEC, epochs=2), pace=60)  # so slow that it cannot end before it is forgotten
    reach(run, 70)
    service.forget(run)
    assert run.folder is not None
    settle(run.folder)
    return service, run.folder


def opened(service: TrainingService, folder: RunFolder) -> Run:
    service._opened.pop(folder.run, None)
    run = service.open(folder.run)
    assert run is not None
    return run


def test_a_log_that_is_torn_anywhere_is_read_up_to_there_and_the_run_goes_on(
    cut_off: tuple[TrainingService, RunFolder],
) -> None:
    service, folder = cut_off
    content = folder.log.read_bytes()
    drawn = random.Random(f"{seed()} torn").sample(range(len(content)), 20)
    for size in sorted({0, 1, len(content) // 3, len(content) - 1, *drawn}):
        os.truncate(folder.log, size)
        run = opened(service, folder)
        assert run.history.losses()[1] == losses(run.spec)[: run.history.size]
        folder.log.write_bytes(content)
    os.truncate(folder.log, len(content) * 2 // 3)  # the checkpoint is ahead of it
    goes_on_to_the_end(opened(service, folder))


def test_a_log_with_rubbish_in_it_is_read_up_to_there(cut_off: tuple[TrainingService, RunFolder]) -> None:
    service, folder = cut_off
    content = folder.log.read_bytes()
    half = content.index(b"\n", len(content) // 2) + 1
    double = encode(Steps(folder.run, (1,), (0.5,), 1, 0.0))
    for rubbish in (b"\0" * 50 + b"\n", b"{}\n", double, b"\xff\n", b'{"kind": "Loading", "run": "a"}\n'):
        folder.log.write_bytes(content[:half] + rubbish + content[half:])
        assert 0 < opened(service, folder).history.size < 130
    goes_on_to_the_end(opened(service, folder))


@pytest.mark.parametrize("missing", ["log.jsonl", "checkpoint.pt", "lock", "moments"])
def test_a_file_that_is_missing_is_made_again(cut_off: tuple[TrainingService, RunFolder], missing: str) -> None:
    service, folder = cut_off
    path = folder.path / missing
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    goes_on_to_the_end(opened(service, folder))
    assert path.exists()


def test_a_checkpoint_that_is_damaged_is_done_without(cut_off: tuple[TrainingService, RunFolder]) -> None:
    service, folder = cut_off
    os.truncate(folder.checkpoint, folder.checkpoint.stat().st_size // 2)
    goes_on_to_the_end(opened(service, folder))


def test_a_run_without_its_card_or_its_folder_is_not_there(cut_off: tuple[TrainingService, RunFolder]) -> None:
    service, folder = cut_off
    service._opened.clear()
    card = folder.path / "run.json"
    for content in (b"", b"[]", b'{"spec": {}}', b"\xff", b"[" * 100_000, card.read_bytes()[:-9]):
        card.write_bytes(content)
        assert service.open(folder.run) is None
        with pytest.raises(KeptRunError):
            folder.card()
    card.unlink()
    assert service.open(folder.run) is None
    for name in ("../runs", "", ".", "..", "owners", "a" * 500, "/etc", f"{folder.run}/moments", "r\0aaaaaaaa"):
        assert service.open(name) is None


def test_a_network_that_is_missing_is_not_offered(service: TrainingService) -> None:
    run = service.start(RunSpec(epochs=1))
    assert run.wait(LIMIT)
    assert run.folder is not None
    assert run.state_dict_bytes is not None
    run.folder.network(63).unlink()
    assert reopened(service, run.id).state_dict_bytes is None


def test_a_log_that_is_removed_while_it_is_written_is_written_anew(service: TrainingService) -> None:
    run = service.start(replace(SPEC, epochs=200), pace=60)
    reach(run, 5)
    assert run.folder is not None
    run.folder.log.unlink()
    deadline = time.monotonic() + LIMIT
    while not run.folder.log.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    service.forget(run)
    settle(run.folder)
    assert reopened(service, run.id).history.losses()[1][: run.history.size] == run.history.losses()[1]


def test_a_log_waits_for_a_full_disk(small_disk: Path) -> None:
    log = small_disk / "log.jsonl"
    writer = LogWriter(log, 0)
    writer.append(Started("a", 10, 10))
    ballast = small_disk / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(b"0" * 4096)
    for step in range(1, 3000):
        writer.append(Steps("a", (step,), (1 / step,), 1, 0.0))
    assert writer.behind
    had = list(LogReader(log).read())
    assert had[0] == Started("a", 10, 10)
    ballast.unlink()
    writer.mend()
    assert not writer.behind
    writer.close()
    assert len(list(LogReader(log).read())) == 3000


@pytest.mark.long
def test_a_run_goes_on_while_the_disk_is_full_and_is_kept_once_there_is_room(small_disk: Path) -> None:
    service = TrainingService(max_workers=1, runs=small_disk)
    try:
        run = service.start(replace(SPEC, epochs=200, model="cnn-wide"), pace=200)
        reach(run, 3)
        ballast = small_disk / "ballast"
        with suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(b"0" * 4096)
        reach(run, run.state().step + 3)
        assert run.wait_for(lambda state: state.unwritten, LIMIT)
        unkept = service.start(replace(SPEC, epochs=1))
        assert unkept.wait(LIMIT)
        assert unkept.state().status == "completed"
        assert unkept.folder is None
        assert unkept.state_dict_bytes is not None
        run.pause()
        assert not run.state().ended
        ballast.unlink()
        for _ in range(2):
            run.step_once()
        service.forget(run)
        assert run.folder is not None
        settle(run.folder)
        assert reopened(service, run.id).history.losses()[1][: run.history.size] == run.history.losses()[1]
    finally:
        service.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a disk of its own takes the right to mount one")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_two_servers_on_one_folder_show_each_others_runs_and_only_one_trains_each(service: TrainingService) -> None:
    run = service.start(replace(SPEC, epochs=200), pace=100)
    reach(run, 5)
    other = TrainingService(max_workers=1, runs=service.store.path)
    try:
        seen = other.open(run.id)
        assert seen is not None
        assert seen.elsewhere
        assert seen.state().status == "training"
        had = seen.history.size
        reach(run, had + 20)
        deadline = time.monotonic() + LIMIT
        while seen.state().step <= had:
            assert time.monotonic() < deadline
        assert not seen.state().can_go_on
        assert not other.remove(seen)
        seen.train_on()
        assert not seen.state().ended
        os.kill(service.worker_pids[0], signal.SIGKILL)
        assert run.wait(LIMIT)
        deadline = time.monotonic() + LIMIT
        while not seen.state().ended:
            assert time.monotonic() < deadline
        assert seen.state().status == "interrupted"
        seen.set_pace(None)
        seen.train_on()
        before = run.history.size
        reach(seen, before + 10)
        run.train_on()
        assert run.wait(LIMIT)
        assert run.state().status == "interrupted"
        assert "another process" in run.state().reason
        other.forget(seen)
    finally:
        other.close()


def test_a_run_that_a_deserted_desk_leaves_goes_on_from_where_it_stood(service: TrainingService) -> None:
    run = service.start(replace(SPEC, epochs=2), pace=200)
    reach(run, 20)
    service.forget(run)
    assert run.state().status == "interrupted"
    goes_on_to_the_end(run)


def test_a_finished_run_goes_on_after_the_server_was_started_anew(service: TrainingService) -> None:
    run = service.start(RunSpec(epochs=1))
    assert run.wait(LIMIT)
    service.forget(run)
    assert run.folder is not None
    settle(run.folder)
    again = opened(service, run.folder)
    assert again.state().status == "completed"
    assert again.state().can_go_on
    again.step_once()
    assert again.wait_for(lambda state: state.step == 64, LIMIT)
    again.step_epoch()
    assert again.wait(LIMIT)
    assert (again.state().status, again.state().step) == ("completed", 126)
    assert again.history.losses()[1] == losses(RunSpec(epochs=2))
    assert again.state().network_step == 126


def test_whose_runs_are_whose(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    mine, other = digest("my secret"), digest("another's")
    assert store.owned_by(mine) == ()
    folders = [store.create(Card(RunSpec(seed=seed), mine, started=seed)) for seed in range(3)]
    store.create(Card(RunSpec(), other))
    assert [card.spec.seed for _, card in store.owned_by(mine)] == [2, 1, 0]
    assert folders[0].rename("  a   name \n") == folders[0].card()
    assert folders[0].card().name == "a name"
    assert len(folders[0].rename("x" * 500).name) == 60
    assert folders[0].bytes_used() > 100
    store.remove(folders[1])
    shutil.rmtree(folders[2].path)
    assert [card.spec.seed for _, card in store.owned_by(mine)] == [0]
    assert store.owned_by("../owners") == store.owned_by("") == ()
    assert "my secret" not in "".join(path.read_text() for path in tmp_path.rglob("*.json"))


def test_moments_of_the_oldest_runs_give_way_and_nothing_else_does(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    folders = [store.create(Card(RunSpec(), started=place)) for place in range(4)]
    for place, folder in enumerate(folders):
        folder.moments.mkdir()
        (folder.moments / "000000000.pt").write_bytes(bytes(1000))
        folder.log.write_bytes(bytes(500))
        os.utime(folder.moments, (place, place))
    held = folders[0].hold()  # as a process holds a run that it trains
    assert store.thin_out(4000) == 0
    assert store.thin_out(2999) == 2
    assert [folder.moments.exists() for folder in folders] == [True, False, False, True]
    assert store.thin_out(0) == 1
    os.close(held)
    assert store.thin_out(0) == 1
    assert not any(folder.moments.exists() for folder in folders)
    assert all(folder.log.stat().st_size == 500 and folder.card() for folder in folders)


def test_the_room_for_moments_is_that_of_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    assert moments_room() == 10_000_000_000
    monkeypatch.setenv("PRIMER_MOMENTS_MB", "25")
    assert moments_room() == 25_000_000
    monkeypatch.setenv("PRIMER_MOMENTS_MB", "-1")
    assert moments_room() == 10_000_000_000


def test_a_service_thins_out_when_a_run_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = RunStore(tmp_path).create(Card(RunSpec()))
    old.moments.mkdir()
    (old.moments / "000000000.pt").write_bytes(bytes(1000))
    monkeypatch.setenv("PRIMER_MOMENTS_MB", "0")
    service = TrainingService(max_workers=1, runs=tmp_path)
    try:
        run = service.start(RunSpec(epochs=1))
        assert run.wait(LIMIT)
        assert run.state().status == "completed"
        assert not old.moments.exists()
    finally:
        service.close()


def test_the_folder_is_that_of_the_variable_or_the_platforms(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert runs_folder() == Path(os.environ["PRIMER_RUNS"])
    monkeypatch.delenv("PRIMER_RUNS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    if sys.platform == "linux":
        assert runs_folder() == tmp_path / "primer" / "runs"


def test_a_run_of_before_can_be_looked_into(service: TrainingService) -> None:
    run = service.start(RunSpec(epochs=1))
    assert run.wait(LIMIT)
    service.forget(run)
    assert run.folder is not None
    settle(run.folder)
    again = opened(service, run.folder)
    deadline = time.monotonic() + LIMIT
    while again.watch() is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    steps = kept_steps(again)
    assert {0, 63} <= set(steps)
    assert steps == kept_steps(run)
