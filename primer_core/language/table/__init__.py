"""The table of all that a learner may write: which name means which function, and what is known of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

import numpy as np

from primer_core.language.table import (
    array_members,
    functional,
    numpy_functions,
    numpy_objects,
    operators,
    tensor_members,
    torch_functions,
)
from primer_core.language.table.dtypes import BUILTIN_DTYPES
from primer_core.language.table.entry import Entry

TABLE: Mapping[str, Entry] = {
    entry.name: entry
    for entry in (
        *operators.ENTRIES,
        *numpy_functions.ENTRIES,
        *numpy_objects.ENTRIES,
        *array_members.ENTRIES,
        *torch_functions.FUNCTIONS,
        *torch_functions.METHODS,
        *tensor_members.ENTRIES,
        *functional.ENTRIES,
    )
}
"""Every entry by its name."""

CONSTANTS: Mapping[str, Callable[[], Any]] = {
    "np.pi": lambda: np.pi,
    "np.e": lambda: np.e,
    "np.inf": lambda: np.inf,
    "np.nan": lambda: np.nan,
    "np.newaxis": lambda: None,
    "np.True_": lambda: np.True_,
    "np.False_": lambda: np.False_,
    "torch.pi": lambda: np.pi,
    "torch.inf": lambda: np.inf,
    "torch.nan": lambda: np.nan,
    "nan": lambda: np.nan,
    "inf": lambda: np.inf,
    **{f"np.{name}": partial(getattr, np, name) for name in numpy_objects.INDEXED},
    **BUILTIN_DTYPES,
}
"""Names that are values; each is a function, so that no library is loaded for its name."""

CALLABLES: Mapping[str, str] = {
    "array": "np.array", "tensor": "torch.tensor", "as_strided": "np.lib.stride_tricks.as_strided",
}  # fmt: skip
"""Functions that are known without their module: libraries print two of them so, and one is often imported."""


def entry_named(name: str) -> Entry | None:
    """Return the line of the table with that name, or None."""
    return TABLE.get(name)


@lru_cache(maxsize=16)
def names_of(owner: str) -> tuple[str, ...]:
    """Return the names in the table that belong to a module or to a kind of value."""
    return tuple(name for name in TABLE if name.rpartition(".")[0] == owner)
