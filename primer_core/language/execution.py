"""Carries out a library's own call: nothing else stands where its exceptions and warnings are caught."""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from functools import cache, lru_cache, update_wrapper
from math import prod
from typing import Any, Generic, ParamSpec, TypeVar

import numpy as np

from primer_core.backend.interface import Declined
from primer_core.backend.loading import load_torch
from primer_core.language.limits import (
    MAX_BYTES,
    MAX_ENTRIES,
    MAX_LIST,
    MAX_NESTING,
    MAX_RANK,
    MAX_SIZE,
    MAX_WHOLE,
    Refused,
    thousands,
)
from primer_core.language.of_types import OfTypes
from primer_core.language.table.dtypes import check_dtype
from primer_core.language.table.numpy_objects import INDEXED

P = ParamSpec("P")
R = TypeVar("R")

_ERRORS = (
    ValueError, TypeError, IndexError, KeyError, AttributeError, RuntimeError, ArithmeticError, AssertionError,
    np.linalg.LinAlgError,
)  # fmt: skip
"""What NumPy and PyTorch raise at a learner's mistake. Memory that runs out is none: it is a limit's affair."""


def attempted(
    function: Callable[..., Any], positional: tuple[Any, ...], keywords: Mapping[str, Any]
) -> tuple[Any, tuple[str, ...]]:
    """Call a library's function.

    Warnings are told only in a process that evaluates one program at a time, which records them (`hear`).

    Returns
    -------
    result, warnings
        What it returned, or `Declined`; and what it warned of, as Python shows it: ``RuntimeWarning: overflow ...``.
    """
    before = len(_recorded())
    quiet = nullcontext() if is_heard() else np.errstate(all="ignore")
    with quiet:
        try:
            result = function(*positional, **keywords)
        except RecursionError:
            raise
        except _ERRORS as error:
            result = Declined.of(error)
    told = (
        f"{warning.category.__name__}: {warning.message}"
        for warning in _recorded()[before:]
        if not issubclass(warning.category, _NOT_OF_THE_CALL)
    )
    return result, tuple(dict.fromkeys(told))


_NOT_OF_THE_CALL = ResourceWarning
"""What Python warns of where it clears away something that others left open, whatever is being called just then."""


def _nothing() -> Sequence[warnings.WarningMessage]:
    return ()


_recorded: Callable[[], Sequence[warnings.WarningMessage]] = _nothing


def hear(recorded: Callable[[], Sequence[warnings.WarningMessage]] = _nothing) -> None:
    """Tell of the warnings that this process records; by default of none.

    Parameters
    ----------
    recorded
        Returns what has been recorded until now, in its order.
    """
    global _recorded
    _recorded = recorded


def is_heard() -> bool:
    """Return whether this process records warnings, so that they are told."""
    return _recorded is not _nothing


class Remembered(Generic[P, R]):
    """A function that evaluates, with what it found for the arguments it was asked for last.

    What was found while nobody heard warnings holds none of them, so it is not what is found while they are heard.

    Parameters
    ----------
    function
        What is asked where nothing is remembered.
    most
        int, for how many arguments answers are kept.
    """

    def __init__(self, function: Callable[P, R], most: int) -> None:
        def found(_heard: bool, *positional: P.args, **keywords: P.kwargs) -> R:
            return function(*positional, **keywords)

        self._kept = lru_cache(most)(found)
        update_wrapper(self, function)

    def __call__(self, *positional: P.args, **keywords: P.kwargs) -> R:
        """Return what the function finds, or found."""
        return self._kept(is_heard(), *positional, **keywords)  # type: ignore[arg-type]  # what cannot be hashed is refused

    def forget(self) -> None:
        """Keep nothing of what was found."""
        self._kept.cache_clear()

    @property
    def asked(self) -> int:
        """How often the function itself was asked since the last `forget`."""
        return self._kept.cache_info().misses


def remembered(most: int) -> Callable[[Callable[P, R]], Remembered[P, R]]:
    """Decorate a function that evaluates, so that it remembers what it found for so many arguments."""
    return lambda function: Remembered(function, most)


def owner_of(value: Any) -> str | None:
    """Return by which name the table knows what a value can do; None for what has nothing that can be asked."""
    kind = type(value)
    if kind.__module__ == "numpy.lib._index_tricks_impl":
        return next((f"np.{name}" for name in INDEXED if value is getattr(np, name)), None)
    return _OWNER_OF[kind]


def _owner_of_type(kind: type) -> str | None:
    for owner, kinds in _OWNERS.items():
        if issubclass(kind, kinds):
            return owner
    if issubclass(kind, np.random.Generator | np.random.RandomState):
        return kind.__name__
    if issubclass(kind, tuple):
        return "pair" if hasattr(kind, "indices") or hasattr(kind, "_fields") else "tuple"
    if kind.__module__ == "torch" and kind.__name__ in ("Tensor", "dtype", "finfo", "iinfo"):
        return kind.__name__
    if kind.__module__ == "torch._C" and kind.__name__ == "Generator":
        return "torch.Generator"
    if kind.__name__ == "Parameter" and kind.__module__ == "torch.nn.parameter":
        return "Tensor"
    if kind.__name__ == "flagsobj":
        return "flags"
    return "dtype" if issubclass(kind, np.dtype | type) else None


_OWNERS: Mapping[str, tuple[type, ...]] = {
    "ndarray": (np.ndarray, np.generic),
    "list": (list,),
    "text": (str,),
    "number": (bool, int, float, complex),
    "range": (range,),
    "iinfo": (np.iinfo,),
    "finfo": (np.finfo,),
}
_OWNER_OF: OfTypes[str | None] = OfTypes(_owner_of_type)


def is_array(value: Any) -> bool:
    """Return whether a value is an array, a number of NumPy's, or a tensor."""
    return owner_of(value) in ("ndarray", "Tensor")


def is_wrapped(value: Any) -> bool:
    """Return whether a value is a tensor as ``torch.func`` hands it to a function: it has no memory of its own.

    One of ``vmap`` stands for a whole batch, and one of ``grad`` for a tensor that is followed.
    """
    kind = type(value)
    return kind.__name__ == "Tensor" and kind.__module__ == "torch" and _asked_of_torch()(value)


@cache
def _asked_of_torch() -> Callable[[Any], bool]:
    load_torch()
    from torch._C import _functorch

    asked: Callable[[Any], bool] = _functorch.is_functorch_wrapped_tensor
    return asked


def check_result(result: Any, *, texts: bool = False) -> None:
    """Refuse a result that is larger than it may be, whatever its cost was thought to be.

    Parameters
    ----------
    result
        What came of a call.
    texts
        Whether arrays may hold texts.

    Raises
    ------
    Refused
        Beyond `MAX_SIZE` elements or `MAX_BYTES` bytes of one array, `MAX_LIST` entries of a list, `MAX_ENTRIES` of it
        and all lists within it, or `MAX_NESTING` lists in each other.
    """
    if isinstance(result, tuple | list):
        level, count = [result], 0
        for _ in range(MAX_NESTING):
            longest = max(map(len, level))
            count += sum(map(len, level))
            if longest > MAX_LIST or count > MAX_ENTRIES:
                many, most = (longest, MAX_LIST) if longest > MAX_LIST else (count, MAX_ENTRIES)
                raise Refused(f"This has {thousands(many)} entries; at most {thousands(most)} are taken here.")
            inner = [each for outer in level for each in outer]
            for each in inner:
                if not isinstance(each, tuple | list):
                    check_result(each, texts=texts)
            level = [each for each in inner if isinstance(each, tuple | list)]
            if not level:
                return
        raise Refused(f"Lists stand in each other at most {MAX_NESTING} deep here.")
    if isinstance(result, str):
        if len(result) > MAX_LIST:
            raise Refused(f"A text has at most {thousands(MAX_LIST)} characters here.")
    elif isinstance(result, set | frozenset | deque):
        if len(result) > MAX_LIST:
            raise Refused(f"This has {thousands(len(result))} entries; at most {thousands(MAX_LIST)} are taken here.")
    elif isinstance(result, int) and abs(result) >= MAX_WHOLE:
        raise Refused("Whole numbers stay below 2**64 here.")
    elif is_array(result):
        size = prod(result.shape)
        itemsize = result.itemsize if isinstance(result, np.ndarray | np.generic) else result.element_size()
        if len(result.shape) > MAX_RANK:
            raise Refused(f"This array has {len(result.shape)} axes; at most {MAX_RANK} are computed here.")
        if isinstance(result, np.ndarray | np.generic):
            check_dtype(result.dtype, texts=texts)
        if isinstance(result, np.ndarray) and not any(result.strides):
            return  # every cell is the same one: it takes no memory
        if size > MAX_SIZE or size * itemsize > MAX_BYTES:
            raise Refused(
                f"This array has {thousands(size)} elements; at most {thousands(MAX_SIZE)} are computed here. Smaller "
                "arrays show the same."
            )
