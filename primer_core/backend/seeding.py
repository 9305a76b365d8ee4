"""Seeding of torch's generator for the CPU, and of no other.

``torch.manual_seed`` also seeds each kind of device. For one that has not been used it keeps the seed until it is, with
a text of the whole stack, which takes milliseconds and is never given back. Code of this project calls
``torch.default_generator.manual_seed`` instead, which gives the same numbers on the CPU. Code that is run as it is
shown says ``torch.manual_seed`` all the same, and is run here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from primer_core.backend.loading import load_torch


@contextmanager
def seeding_one_generator() -> Iterator[None]:
    """Let ``torch.manual_seed`` seed the generator for the CPU alone; for a process that does one thing at a time."""
    load_torch()
    import torch

    seeding_all = torch.manual_seed
    torch.manual_seed = torch.default_generator.manual_seed
    try:
        yield
    finally:
        torch.manual_seed = seeding_all
