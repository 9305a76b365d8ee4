"""The bench: one measurement at a time, ended in time with all that it has started, and the last one remembered."""

import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from primer_core.evaluation.bench import Bench, Failed, Measured

MODULE = "tests.evaluation.bench_job"


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench(MODULE, longest=30)
    yield made
    made.close()


def test_a_result_is_dated_and_remembered_and_a_failure_is_not(bench: Bench) -> None:
    assert bench.last({"n": 1}) is None
    measured = bench.ask({"n": 1}).result(60)
    assert isinstance(measured, Measured)
    assert measured.content == b'{"n": 1}'
    assert abs((datetime.now(UTC) - measured.at).total_seconds()) < 60
    assert bench.last({"n": 1}) == measured
    assert isinstance(bench.ask({"n": 1, "fails": True}).result(60), Failed)
    assert bench.last({"n": 1, "fails": True}) is None


def test_others_wait_in_line_and_whoever_asks_the_same_gets_the_same(bench: Bench) -> None:
    first, again, other = (bench.ask({"sleeps": 0.3, "n": n}) for n in (1, 1, 2))
    assert first is again
    assert other is not first
    later = other.result(60)
    assert first.done()
    assert isinstance(later, Measured)
    sooner = first.result()
    assert isinstance(sooner, Measured)
    assert (later.at - sooner.at).total_seconds() >= 0.3
    assert bench.ask({"sleeps": 0.3, "n": 1}) is not first


def test_what_takes_too_long_is_ended_with_all_that_it_has_started() -> None:
    bench = Bench(MODULE, longest=1.0)
    try:
        result = bench.ask({"child": True, "sleeps": 30}).result(60)
        assert isinstance(result, Failed)
        assert "longer than 1 second" in result.sentence
    finally:
        bench.close()


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="there are no groups of processes")
def test_a_child_is_ended_with_its_measurement(bench: Bench) -> None:
    result = bench.ask({"child": True}).result(60)
    assert isinstance(result, Measured)
    child = json.loads(result.content)["child"]
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and alive(child):
        time.sleep(0.05)
    assert not alive(child)


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_bench_that_is_closed_measures_no_more(bench: Bench) -> None:
    under_way = bench.ask({"sleeps": 30})
    waiting = bench.ask({"n": 1})
    time.sleep(0.3)
    bench.close()
    assert isinstance(under_way.result(20), Failed)
    assert isinstance(waiting.result(20), Failed)
