"""The two profiles, seen from outside: a small suite of its own is run under each."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running_app import PROJECT

SUITE = """
import pytest
from hypothesis import given, strategies as st
from tests.profiles import examples

tried = {"plain": [], "many": [], "few": []}

@given(st.integers())
def test_plain(number):
    tried["plain"].append(number)

@examples(1000)
@given(st.integers())
def test_many(number):
    tried["many"].append(number)

@examples(4)
@given(st.integers())
def test_few(number):
    tried["few"].append(number)

@pytest.mark.long
def test_long():
    print("the long test ran")

def test_report():
    for name, numbers in tried.items():
        print(name, len(numbers), "examples:", *numbers)
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    (tmp_path / "conftest.py").write_text("from tests.conftest import *\n")
    (tmp_path / "test_suite.py").write_text(SUITE)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = long: as in the real one\n")
    return tmp_path


def outcome(suite: Path, *options: str) -> tuple[str, dict[str, tuple[int, str]]]:
    """Run the suite; what pytest printed, and how many and which examples each property tried."""
    command = [sys.executable, "-m", "pytest", "-s", "-p", "no:xdist", "-p", "no:cacheprovider", *options, str(suite)]
    run = subprocess.run(
        command, cwd=suite, env=os.environ | {"PYTHONPATH": str(PROJECT)}, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stdout + run.stderr
    found = re.findall(r"(plain|many|few) (\d+) examples: (.*)", run.stdout)
    return run.stdout, {name: (int(count), numbers) for name, count, numbers in found}


def test_fast_is_the_default_tries_the_same_each_time_and_leaves_the_long_tests_out(suite: Path) -> None:
    output, tried = outcome(suite)
    assert {name: count for name, (count, _) in tried.items()} == {"plain": 10, "many": 100, "few": 4}
    assert "the long test ran" not in output
    assert "1 deselected" in output
    assert outcome(suite)[1] == tried


def test_long_tries_the_full_counts_and_names_the_seed_that_repeats_it(suite: Path) -> None:
    output, tried = outcome(suite, "--hypothesis-profile=long")
    assert {name: count for name, (count, _) in tried.items()} == {"plain": 100, "many": 1000, "few": 4}
    assert "the long test ran" in output
    (seed,) = re.findall(r"--hypothesis-seed=(\d+)", output)
    assert outcome(suite, "--hypothesis-profile=long", f"--hypothesis-seed={seed}")[1] == tried
    assert outcome(suite, "--hypothesis-profile=long")[1] != tried
