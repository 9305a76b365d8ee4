"""The pool of evaluation processes, with jobs that do harm."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from primer_core.evaluation import Answer, Busy, Crashed, Exceeded, Limits, NotReady, Pool, pool
from primer_core.evaluation.processes import CAN_FORK
from tests.evaluation.jobs import _FORBIDDEN

PROJECT = Path(__file__).resolve().parents[2]
LIMITS = Limits(seconds=0.3, wall=5.0, memory=200 * 2**20)
PATIENCE = 300.0
"""Seconds that a busy machine may take for anything."""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limits of computing time and memory")


@pytest.fixture(scope="module", autouse=True)
def patient() -> Iterator[None]:
    """Let jobs wait as long as the tests do: a dozen imports of torch at a time take a busy machine minutes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool, "LONGEST_WAIT", PATIENCE)
        yield


def started(*, forks: bool) -> Pool:
    pool = Pool("tests.evaluation.jobs", processes=2, limits=LIMITS, forks=forks)
    assert value(pool, "torch") == 3.0
    return pool


@pytest.fixture(scope="module", params=[pytest.param(True, id="forked"), pytest.param(False, id="plain")])
def any_pool(request: pytest.FixtureRequest) -> Iterator[Pool]:
    if request.param and not CAN_FORK:
        pytest.skip("no processes are forked here")
    pool = started(forks=request.param)
    yield pool
    pool.close()


@pytest.fixture(scope="module")
def own_pool() -> Iterator[Pool]:
    pool = started(forks=CAN_FORK)
    yield pool
    pool.close()


def result(pool: Pool, name: str, payload: object = None, **options: Any) -> Any:
    return pool.ask(name, payload, waits=True, **options).result(PATIENCE)


def value(pool: Pool, name: str, payload: object = None, **options: Any) -> Any:
    answer = result(pool, name, payload, **options)
    assert isinstance(answer, Answer), answer
    return json.loads(answer.content)


def is_gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has buried yet counts."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


def wait_until_gone(*pids: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while not all(map(is_gone, pids)):
        assert time.monotonic() < deadline, f"of {pids}, these go on: {[pid for pid in pids if not is_gone(pid)]}"
        time.sleep(0.02)


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[1])


@pytest.mark.parametrize("payload", [None, "text é", [1, {"a": [True, 0.5]}], "x" * 300_000])
def test_a_job_is_answered_with_what_the_handler_returns(any_pool: Pool, payload: object) -> None:
    assert value(any_pool, "echo", payload) == payload


def test_many_jobs_are_each_answered_to_their_own_asker(any_pool: Pool) -> None:
    futures = [any_pool.ask("echo", number) for number in range(200)]
    assert [future.result(PATIENCE) for future in futures] == [Answer(str(number).encode()) for number in range(200)]


@pytest.mark.parametrize("name", ["loop", "einsum", "power"])
def test_what_computes_too_long_is_ended_and_the_next_is_answered(any_pool: Pool, name: str) -> None:
    exceeded = result(any_pool, name, 8)
    assert isinstance(exceeded, Exceeded)
    assert exceeded.limit == "time"
    assert "0.3 s" in exceeded.sentence
    assert value(any_pool, "torch") == 3.0


def test_what_sleeps_too_long_is_ended(any_pool: Pool) -> None:
    exceeded = result(any_pool, "sleep", 30)
    assert isinstance(exceeded, Exceeded)
    assert exceeded.limit == "time"
    assert "5 s" in exceeded.sentence
    assert value(any_pool, "echo", 1) == 1


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no limit of memory is enforced here")
@pytest.mark.parametrize("name", ["memory", "torch memory"])
def test_what_takes_too_much_memory_is_told(any_pool: Pool, name: str) -> None:
    exceeded = result(any_pool, name, seconds=20.0)
    assert isinstance(exceeded, Exceeded)
    assert exceeded.limit == "memory"
    assert "209 MB" in exceeded.sentence
    assert value(any_pool, "torch") == 3.0


@pytest.mark.parametrize(
    ("name", "payload", "word"),
    [("leave", 7, "exit code 7"), ("crash", None, "SIGSEGV"), ("wrong", None, "error"), ("recurse", 0, "error")],
)
def test_what_ends_its_process_or_fails_is_told(any_pool: Pool, name: str, payload: object, word: str) -> None:
    crashed = result(any_pool, name, payload)
    assert isinstance(crashed, Crashed)
    assert word in crashed.sentence
    assert value(any_pool, "torch") == 3.0


@pytest.mark.parametrize("what", _FORBIDDEN)
def test_what_reaches_out_is_refused(any_pool: Pool, what: str) -> None:
    assert "refused" in value(any_pool, "forbidden", what)
    assert not Path(__file__).with_name("written.txt").exists()


def test_modules_may_still_be_imported(any_pool: Pool) -> None:
    assert value(any_pool, "lazy import") == "email.mime.text"


def test_what_a_job_changes_is_set_back(any_pool: Pool) -> None:
    before = {tuple(value(any_pool, "state")) for _ in range(4)}
    assert len(before) == 1
    for _ in range(4):
        value(any_pool, "disturb")
    assert {tuple(value(any_pool, "state")) for _ in range(4)} == before


def test_warnings_of_the_libraries_are_recorded_each_time(any_pool: Pool) -> None:
    for _ in range(4):
        first, second = value(any_pool, "warned")
        assert "divide by zero" in first
        assert second == first


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="descriptors cannot be listed here")
def test_a_process_holds_no_descriptor_but_its_own(own_pool: Pool, tmp_path: Path) -> None:
    with (tmp_path / "secret").open("w") as secret:
        os.set_inheritable(secret.fileno(), True)
        pool = started(forks=CAN_FORK)
        try:
            result(pool, "leave", 3)  # one that is forked later has no more
            for asked in (pool, own_pool):
                held = value(asked, "descriptors")
                own = [target for target in held if target.startswith(("/dev/null", "/proc/"))]
                assert [target.partition(":")[0] for target in held if target not in own] == ["socket"]
        finally:
            pool.close()


def test_beside_a_job_that_never_ends_others_are_answered(own_pool: Pool) -> None:
    endless = own_pool.ask("loop", None, seconds=3.0)
    assert [value(own_pool, "echo", number) for number in range(100)] == list(range(100))
    assert not endless.done()
    assert isinstance(endless.result(PATIENCE), Exceeded)


def test_one_visitor_does_not_take_all_processes(own_pool: Pool) -> None:
    endless = [own_pool.ask("loop", None, seconds=2.0, visitor="first") for _ in range(3)]
    assert value(own_pool, "echo", 1, visitor="second") == 1
    assert not any(future.done() for future in endless)
    for future in endless:
        assert isinstance(future.result(PATIENCE), Exceeded)


def test_jobs_of_a_lane_are_done_one_after_another(own_pool: Pool) -> None:
    value(own_pool, "echo", 1)
    futures = [own_pool.ask("span", 0.05, lane="measure") for _ in range(4)]
    assert 1 <= own_pool.waiting("measure") <= 3
    assert own_pool.waiting("another") == 0
    spans = [json.loads(future.result(PATIENCE).content) for future in futures]  # type: ignore[union-attr]  # else red
    assert all(end <= begin for (_, end), (begin, _) in pairwise(spans))


def test_a_job_may_ask_for_more_time(own_pool: Pool) -> None:
    began, ended = value(own_pool, "span", 1.8, seconds=2.0)
    assert ended - began >= 1.8


def test_an_asker_is_told_when_too_many_wait(own_pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "MOST_WAITING", 3)
    asked = [own_pool.ask("sleep", 0.3) for _ in range(2 + 3 + 1)]
    assert isinstance(asked[-1].result(PATIENCE), Busy)
    assert all(isinstance(future.result(PATIENCE), Answer) for future in asked[:-1])


def test_a_job_that_waits_can_be_withdrawn(own_pool: Pool) -> None:
    asked = [own_pool.ask("sleep", 0.2) for _ in range(3)]
    assert asked[2].cancel()
    assert all(isinstance(future.result(PATIENCE), Answer) for future in asked[:2])
    assert value(own_pool, "echo", 1) == 1


def test_a_process_that_keeps_much_memory_is_replaced(own_pool: Pool) -> None:
    kept = [value(own_pool, "keep", 120) for _ in range(6)]
    assert len(set(kept)) == 6
    wait_until_gone(*kept)


@pytest.mark.parametrize("forks", [pytest.param(True, marks=pytest.mark.skipif(not CAN_FORK, reason="no fork")), False])
def test_what_needs_no_torch_is_answered_before_torch_is_loaded(forks: bool) -> None:
    pool = Pool("tests.evaluation.jobs", processes=2, limits=LIMITS, forks=forks)
    try:
        assert isinstance(pool.ask("echo", 1).result(PATIENCE), NotReady)
        waiting = pool.ask("torch", None, waits=True)
        assert value(pool, "has torch") is False
        assert pool.ask("torch", None).result(PATIENCE) == NotReady("PyTorch")
        assert not waiting.done()
        waiting.result(PATIENCE)
        assert value(pool, "has torch") is True
    finally:
        pool.close()


def test_closing_ends_all_processes_and_tells_who_waits() -> None:
    pool = started(forks=CAN_FORK)
    pids = pool.pids
    assert pids
    keepers = {parent_of(pid) for pid in pids}
    under_way = [pool.ask("sleep", 1.0) for _ in range(4)]
    pool.close()
    wait_until_gone(*pids, *keepers - {os.getpid()})
    assert all(isinstance(future.result(PATIENCE), Crashed) for future in under_way)
    assert isinstance(pool.ask("echo", 1).result(PATIENCE), Crashed)


@pytest.mark.skipif(not CAN_FORK, reason="there is no keeper")
def test_a_keeper_that_was_killed_is_started_again() -> None:
    pool = started(forks=True)
    try:
        pids = pool.pids
        os.kill(parent_of(pids[0]), signal.SIGKILL)
        wait_until_gone(*pids)
        assert value(pool, "torch") == 3.0
        assert not set(pool.pids) & set(pids)
    finally:
        pool.close()


SERVER = """
import sys, time
forks = sys.argv[1] == "True"
seconds = 50.0 if forks else 1.0  # without a keeper, what computes is ended by its limit
from primer_core.evaluation import Limits, Pool
pool = Pool("tests.evaluation.jobs", processes=2, limits=Limits(seconds, 50.0, 200 * 2**20), forks=forks)
pool.ask("torch", None, waits=True).result()
pool.ask("loop", None)
while len(pool.pids) < 2:
    time.sleep(0.01)
print(*pool.pids, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("forks", [pytest.param(True, marks=pytest.mark.skipif(not CAN_FORK, reason="no fork")), False])
def test_when_the_server_is_killed_all_processes_end(forks: bool) -> None:
    command = [sys.executable, "-c", SERVER, str(forks)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        pids = [int(pid) for pid in server.stdout.readline().split()]
        assert len(pids) >= 2
        keepers = {parent_of(pid) for pid in pids} - {server.pid}
        server.kill()
    wait_until_gone(*pids, *keepers)
