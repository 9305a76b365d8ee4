"""What a job may leave behind in NumPy, PyTorch and Python, and how it is set back before the next."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from typing import Any

import numpy as np


def keep_state() -> Callable[[], None]:
    """Note the state that a job could change; return a function that brings it back.

    The state is that of the random generators of Python, NumPy and PyTorch, of printing, of NumPy's treatment of
    floating-point errors, and PyTorch's default dtype, grad mode and anomaly mode. PyTorch's is
    noted if PyTorch is loaded.
    """
    chance, generator = random.getstate(), np.random.get_state()
    printing, errors, call = np.get_printoptions(), np.geterr(), np.geterrcall()
    torch_back = _keep_torch() if "torch" in sys.modules else None

    def bring_back() -> None:
        random.setstate(chance)
        np.random.set_state(generator)
        np.set_printoptions(**printing)
        np.seterr(**errors)
        np.seterrcall(call)
        if torch_back is not None:
            torch_back()

    return bring_back


def _keep_torch() -> Callable[[], None]:
    import torch

    generator: Any = torch.get_rng_state()
    dtype = torch.get_default_dtype()
    gradients, anomalies = torch.is_grad_enabled(), torch.is_anomaly_enabled()

    def bring_back() -> None:
        torch.set_rng_state(generator)
        torch.set_default_dtype(dtype)
        torch.set_printoptions(profile="default")  # type: ignore[no-untyped-call]  # torch has no types for it
        torch.set_grad_enabled(gradients)
        torch.autograd.set_detect_anomaly(anomalies)

    return bring_back
