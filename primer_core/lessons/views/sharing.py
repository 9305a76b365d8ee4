"""Whether two arrays have a cell in common, whichever libraries made them."""

from __future__ import annotations

from typing import Any

import numpy as np

from primer_core.backend import backend_of


def share(one: Any, other: Any) -> bool:
    """Return whether two arrays have a cell in common; a NumPy scalar has none in common with any.

    PyTorch says of arrays in one memory that they share it, whether they have a cell in common or not: NumPy is asked.
    """
    if any(backend_of(each).is_number(each) for each in (one, other)):
        return False
    first, second = (backend_of(each).on_its_memory(each) for each in (one, other))
    return bool(np.shares_memory(first, second))
