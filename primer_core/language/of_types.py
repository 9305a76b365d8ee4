"""What is known of a value by its type alone, asked once for each type that a module has."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class OfTypes(dict[type, T]):
    """The answers of a function of types; of a type that a program has made none is kept, so that it can go.

    Parameters
    ----------
    ask
        Answers for a type, always alike.
    """

    def __init__(self, ask: Callable[[Any], T]) -> None:
        super().__init__()
        self._ask = ask

    def __missing__(self, kind: type) -> T:
        found = self._ask(kind)
        if getattr(sys.modules.get(kind.__module__), kind.__name__, None) is kind:
            self[kind] = found
        return found
