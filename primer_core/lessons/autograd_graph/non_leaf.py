"""What PyTorch says when ``.grad`` of a tensor is read that has none because it is not a leaf."""

import re
from functools import cache

import torch

from primer_core.backend.warning_filters import WarningFilter

_RAISED = WarningFilter("error", module=re.escape(__name__))
"""What this module is warned of is raised in it."""


@cache
def non_leaf_warning() -> str:
    """What PyTorch says when ``.grad`` of a tensor that is neither a leaf nor retained is read; empty if nothing."""
    tensor = torch.ones((), requires_grad=True) * 2
    _RAISED.keep()
    try:
        _ = tensor.grad
    except UserWarning as warning:
        return str(warning).split(" (Triggered internally", 1)[0]
    return ""
