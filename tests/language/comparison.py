"""Whether two values are the same, whichever library's they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from primer_core.language.execution import is_array


def equal(found: Any, expected: Any) -> bool:
    if isinstance(expected, tuple | list):
        return len(found) == len(expected) and all(map(equal, found, expected))
    if is_array(expected):
        same = type(found) is type(expected) and found.dtype == expected.dtype and found.shape == expected.shape
        return same and np.array_equal(plain(found), plain(expected), equal_nan=floating(expected))
    return bool(found == expected) or found is expected or (found != found and expected != expected)


def plain(array: Any) -> Any:
    if isinstance(array, torch.Tensor):
        return np.asarray(array.float() if array.dtype == torch.bfloat16 else array.detach().resolve_conj())
    return np.asarray(array)


def library_of(array: Any) -> str:
    return "np" if isinstance(array, np.ndarray | np.generic) else "torch"


def floating(array: Any) -> bool:
    return bool(array.dtype.kind == "f") if library_of(array) == "np" else bool(array.dtype.is_floating_point)


def copied(names: dict[str, Any]) -> dict[str, Any]:
    return {name: value.copy() if isinstance(value, np.ndarray) else value.clone() if isinstance(value, torch.Tensor)
            else list(value) if isinstance(value, list) else value for name, value in names.items()}  # fmt: skip
