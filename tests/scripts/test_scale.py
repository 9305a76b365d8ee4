"""How many servers and nodes a number of learners takes: the calculation, on figures that are easy to follow."""

import subprocess
import sys
from dataclasses import replace

import pytest

from benchmarks.scale import BEGIN, DOCUMENT, END, Assumed, Measured, busy, learners_a_core, plan, polls_a_second
from tests.running_app import PROJECT

MEASURED = Measured(
    server_ms=10.0, process_ms=20.0, poll_ms=0.0, samples=64_000.0, server_mb=500.0, processes_mb=500.0, worker_mb=0.0
)
ASSUMED = Assumed(pause=5.0, train=0.1, pace=10.0, use=0.5, node_cores=8)


def test_each_learner_takes_as_much_as_the_others() -> None:
    # 2 ms of a server's core a second each: 250 of them use half of it.
    assert busy(250, MEASURED, ASSUMED) == pytest.approx(0.5)
    assert [plan(count, MEASURED, ASSUMED).servers for count in (1, 250, 251, 500, 10_000)] == [1, 1, 2, 2, 40]
    whole = plan(10_000, MEASURED, ASSUMED)
    assert whole.evaluation_cores == 80
    assert whole.training_cores == 20  # a thousand runs of ten batches a second, on cores that do half of a thousand
    assert whole.nodes == 3
    assert whole.gigabytes == 40.0
    assert learners_a_core(MEASURED, ASSUMED) == 83


def test_charts_ask_a_server_so_often_at_most() -> None:
    assert polls_a_second(0) == 0
    assert polls_a_second(1) == 20
    assert polls_a_second(30) == polls_a_second(300) == pytest.approx(1000 / 6)
    watched = replace(MEASURED, poll_ms=1.0)
    assert busy(250, watched, ASSUMED) == pytest.approx(0.5 + 1 / 6)
    assert plan(250, watched, ASSUMED).servers == 2
    with pytest.raises(ValueError, match="one learner"):
        plan(1, replace(MEASURED, server_ms=5_000), ASSUMED)


def test_the_script_calculates_from_figures_that_are_given() -> None:
    figures = [f"--{name.replace('_', '-')}={getattr(MEASURED, name)}" for name in MEASURED.__slots__]
    command = [sys.executable, "-m", "benchmarks.scale", "250", "10000", "--train=0", *figures]
    printed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    assert "| 10,000 | 34 |" in printed
    text = DOCUMENT.read_text(encoding="utf-8")
    assert 0 < text.index(BEGIN) < text.index(END)
