"""What ``with`` and a decorator switch on for a while: whether gradients are recorded, and what NumPy warns of."""

from __future__ import annotations

import ast
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from primer_core.backend.loading import load_torch

OF_GRADIENTS = (
    "torch.no_grad()", "torch.enable_grad()", "torch.inference_mode()", "torch.set_grad_enabled(True)",
    "torch.set_grad_enabled(False)",
)  # fmt: skip
"""Modes that a function can be decorated with, too."""

_KINDS = ("all", "divide", "over", "under", "invalid")


def mode(expression: ast.expr) -> AbstractContextManager[Any] | None:
    """Return what an expression switches on; None if it is no mode that is known here."""
    written = ast.unparse(expression)
    if written in OF_GRADIENTS:
        load_torch()
        import torch

        name, _, given = written.removesuffix(")").removeprefix("torch.").partition("(")
        arguments = [given == "True"] if given else []
        found: AbstractContextManager[Any] = getattr(torch, name)(*arguments)
        return found
    match expression:
        case ast.Call(func, [], keywords) if ast.unparse(func) in ("np.errstate", "numpy.errstate"):
            told: dict[str, Any] = {str(word.arg): getattr(word.value, "value", None) for word in keywords}
            if all(name in _KINDS and how in ("ignore", "warn") for name, how in told.items()):
                return np.errstate(**told)
    return None
