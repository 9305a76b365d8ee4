"""What tests of training share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from primer_core.training import TrainingService
from primer_core.training.desk import Desks
from ui import cached


@pytest.fixture(scope="module")
def service() -> Iterator[TrainingService]:
    """A service with one process, which ends with the module's tests."""
    service = TrainingService(max_workers=1)
    yield service
    service.close()


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Have torch compute with one thread, as the processes that train do."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def desks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desks]:
    """The desks that routes are asked about, with runs of their own and one process at most."""
    desks = Desks(TrainingService(max_workers=1, runs=tmp_path))
    monkeypatch.setattr(cached, "training_desks", lambda: desks)
    yield desks
    desks.service.close()
