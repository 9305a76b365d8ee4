"""What a list of numbers in an index tells of itself: the place of one cell, with a number for each axis."""

from __future__ import annotations

import re
from typing import Any

_NAMED = re.compile(r"(?:^|_)(?:pos|position|coords?|coordinates?|loc|location|cell|pt|point|yx|rc)\d*(?:_|$)")


def is_position(name: str) -> bool:
    """Return whether a name says that it stands for one place."""
    return _NAMED.search(name.lower()) is not None


def fits_as_a_place(index: Any, shape: tuple[int, ...]) -> bool:
    """Return whether a list has a whole number for each of two or more axes, and each is a place along its axis."""
    return (
        isinstance(index, list)
        and len(index) == len(shape) > 1
        and all(type(each) is int and -size <= each < size for each, size in zip(index, shape, strict=True))
    )
