"""What tests of training share."""

from collections.abc import Iterator

import pytest
import torch

from primer_core.training import TrainingService


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
