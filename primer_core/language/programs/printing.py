"""How a program has NumPy and PyTorch print arrays: what it sets holds for its own prints, and until it ends."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from primer_core.backend.loading import load_torch
from primer_core.language.limits import Refused
from primer_core.language.text import quoted

_OF_NUMPY = ("precision", "threshold", "edgeitems", "linewidth", "suppress", "nanstr", "infstr", "sign", "formatter",
             "floatmode")  # fmt: skip
_OF_TORCH = ("precision", "threshold", "edgeitems", "linewidth", "profile", "sci_mode")

_LARGEST: Mapping[str, int] = {"precision": 50, "edgeitems": 1_000, "linewidth": 1_000}
"""Most of what is a number, above which a print would be made of nothing but spaces and zeros."""


def check_options(library: str, options: Mapping[str, Any]) -> None:
    """Refuse options that are not known here, or would make a print longer than there is room for.

    Parameters
    ----------
    library
        ``np`` or ``torch``.
    options
        By name.

    Raises
    ------
    Refused
        If there is such a one.
    """
    known = _OF_NUMPY if library == "np" else _OF_TORCH
    for name, value in options.items():
        if name not in known:
            raise Refused(f"{quoted(name)} is not known here. {library}.set_printoptions takes {', '.join(known)}.")
        most = _LARGEST.get(name)
        if most is not None and isinstance(value, int | float) and not 0 <= value <= most:
            raise Refused(f"{name} is a number from 0 to {most} here.")
        if isinstance(value, str) and len(value) > 20:
            raise Refused(f"{name} has at most 20 characters here.")


@contextmanager
def own_options() -> Iterator[None]:
    """Let what is set meanwhile hold no longer than this."""
    printing = sys.modules.get("torch._tensor_str")
    kept = None if printing is None else dict(vars(printing.PRINT_OPTS))
    with np.printoptions():
        try:
            yield
        finally:
            printing = sys.modules.get("torch._tensor_str")
            if printing is not None:
                usual = type(printing.PRINT_OPTS)()
                for name, value in (vars(usual) if kept is None else kept).items():
                    setattr(printing.PRINT_OPTS, name, value)


def _of_torch() -> Callable[..., None]:
    load_torch()
    import torch

    return torch.set_printoptions


OPTIONS: Mapping[str, Callable[[], Callable[..., None]]] = {"np": lambda: np.set_printoptions, "torch": _of_torch}
"""What sets them, by library."""
