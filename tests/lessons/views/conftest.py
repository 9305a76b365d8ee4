"""What tests of the lesson on views share."""

import warnings
from collections.abc import Iterator

import pytest
import torch

from primer_core.language import execution


@pytest.fixture
def heard() -> Iterator[list[warnings.WarningMessage]]:
    """Hear the libraries' warnings, as the process that evaluates does."""
    always = torch.is_warn_always_enabled()
    torch.set_warn_always(True)
    with warnings.catch_warnings(record=True, action="always") as caught:
        execution.hear(lambda: caught)
        yield caught
        execution.hear()
    torch.set_warn_always(always)
