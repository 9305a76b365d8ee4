"""What all tests share: Hypothesis's profiles, the tests that only the long one runs, and warnings that are heard."""

import gc
import logging
import random
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from primer_core.backend.loading import load_torch
from primer_core.backend.seeding import seeding_one_generator
from primer_core.language import execution
from primer_core.language.programs.printing import own_options
from primer_core.lessons.own_lines import apart
from tests.imports import PROJECT
from tests.profiles import LONG, is_long, register_profiles, sow

register_profiles()

#: What Python, its packaging, npm and their tools make there.
CACHES = {"__pycache__", "build", "node_modules", "primer.egg-info"}


_SEED = "seed"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Choose the seed of a long run before Hypothesis's own plugin reads it, and hand it to every worker.

    Hypothesis would draw a new one in each worker and keep it to itself; so the header names one that repeats the run.
    """
    if config.getoption("hypothesis_profile") == LONG:
        told = getattr(config, "workerinput", {}).get(_SEED) or config.getoption("hypothesis_seed")
        config.option.hypothesis_seed = told or str(random.SystemRandom().randrange(2**32))
        sow(int(config.option.hypothesis_seed))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hand the seed to a worker, whose own options are read anew."""
    node.workerinput[_SEED] = node.config.getoption("hypothesis_seed")


def pytest_report_header(config: pytest.Config) -> str | None:
    seed = config.getoption("hypothesis_seed")
    return None if seed is None else f"to repeat this run's examples: --hypothesis-seed={seed}"


class _Raises(logging.Handler):
    """Raises what is logged of a rule that broke, where the page would go on without it."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None:
            raise record.exc_info[1]


@pytest.fixture(autouse=True)
def printed_as_ever() -> Iterator[None]:
    """Let what a program that is tried sets for printing hold no longer than its test."""
    with own_options():
        yield


@pytest.fixture(autouse=True, scope="session")
def no_rule_breaks() -> Iterator[None]:
    """Have a rule that breaks fail the test in which it does."""
    logger, raises = logging.getLogger(apart.__name__), _Raises()
    logger.addHandler(raises)
    yield
    logger.removeHandler(raises)


def pytest_collection_finish() -> None:
    """Look for garbage no more among the tests themselves, and compute with one thread, as the app's processes do.

    There are some 25 000 tests, and each search went through all of them; threads of several processes of tests wait
    for each other most of the time.
    """
    gc.collect()
    gc.freeze()
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked ``long``, unless the long profile was chosen."""
    if is_long():
        return
    left_out = [item for item in items if item.get_closest_marker("long")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("long")]


@pytest.fixture(scope="session", autouse=True)
def runs_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep the runs of tests, and of the servers that they start, in a folder of their own."""
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PRIMER_RUNS", str(folder))
        yield folder


@pytest.fixture(scope="session", autouse=True)
def seeding() -> Iterator[None]:
    """Tests seed some ten thousand times; where no GPU is, each would keep texts of the whole stack for good."""
    if "torch" not in sys.modules or sys.modules["torch"].cuda.is_available():
        yield
        return
    with seeding_one_generator():
        yield


@pytest.fixture(scope="session", autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """See to it that no test leaves a file beside the project's own: programs that tests run may write some."""
    before = set(PROJECT.iterdir())
    yield
    left = {path.name for path in set(PROJECT.iterdir()) - before if not path.name.startswith(".")}
    assert left <= CACHES, f"tests left {sorted(left)} in the project's folder"


@pytest.fixture
def heard() -> Iterator[list[warnings.WarningMessage]]:
    """Hear the libraries' warnings, as the process that evaluates does."""
    load_torch()
    import torch

    always = torch.is_warn_always_enabled()
    torch.set_warn_always(True)
    with warnings.catch_warnings(record=True, action="always") as caught:
        execution.hear(lambda: caught)
        yield caught
        execution.hear()
    torch.set_warn_always(always)
