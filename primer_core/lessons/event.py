"""What a learner does on a lesson's page: events, as the browser sends them and a lesson answers them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LONGEST_NAME = 200
"""Most characters of the names in an event."""

Puts = Mapping[str, str]
"""What a preset or a fix puts into fields when it is pressed: a text by the field's parameter."""


class EventError(ValueError):
    """Something sent that is no event, or an event that cannot be followed; the message says why."""


@dataclass(frozen=True, slots=True)
class Put:
    """Fields were given other values: a text was typed, a choice made, a preset or a fix pressed.

    Parameters
    ----------
    texts
        A text by the field's parameter.
    """

    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Resize:
    """An operand was given other sizes.

    Parameters
    ----------
    field
        Parameter of the operand's field.
    start
        Text that stood there when the slider was taken: what a drag cut off is there again when it goes back.
    shape
        Sizes that the operand shall have.
    """

    field: str
    start: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Click:
    """A cell that can be selected was pressed.

    Parameters
    ----------
    grid
        Id of the grid.
    index
        One whole number an axis.
    """

    grid: str
    index: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """A number was typed into a cell.

    Parameters
    ----------
    grid
        Id of the grid.
    index
        One whole number an axis.
    value
        A finite number.
    """

    grid: str
    index: tuple[int, ...]
    value: float


@dataclass(frozen=True, slots=True)
class Act:
    """Something that only this lesson knows was done, such as a step that was added to a pipeline.

    Parameters
    ----------
    name
        What was done.
    details
        Whole numbers and texts by their names.
    """

    name: str
    details: Mapping[str, str | int] = field(default_factory=dict)


Event = Put | Resize | Click | Edit | Act


def read_event(sent: object) -> Event:
    """Read what the browser sent, which anybody could have sent.

    Parameters
    ----------
    sent
        JSON as Python reads it: a dict with ``kind``, the class's name in small letters, and its fields.

    Raises
    ------
    EventError
        If it is no event.
    """
    match sent:
        case {"kind": "put", "texts": {**texts}} if texts and all(isinstance(text, str) for text in texts.values()):
            return Put({str(name): str(text) for name, text in texts.items()})
        case {"kind": "resize", "field": str(name), "start": str(start), "shape": [*sizes]} if len(sizes) <= 32 and all(
            type(size) is int and size >= 0 for size in sizes
        ):
            return Resize(_short(name), start, tuple(sizes))
        case {"kind": "click", "grid": str(grid), "index": [*index]}:
            return Click(_short(grid), _index(index))
        case {"kind": "edit", "grid": str(grid), "index": [*index], "value": int() | float() as value}:
            number = _finite(value)
            return Edit(_short(grid), _index(index), number)
        case {"kind": "act", "name": str(name), "details": {**details}}:
            known = {str(key): detail for key, detail in details.items() if isinstance(detail, str | int)}
            if len(known) == len(details):
                return Act(_short(name), known)
    raise EventError("Expected an event: put, resize, click, edit or act, with its fields.")


def _finite(value: Any) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise EventError("Expected a finite number in an edited cell.")
    return number


def _index(index: list[Any]) -> tuple[int, ...]:
    if len(index) > 32 or not all(type(place) is int and abs(place) < 2**53 for place in index):
        raise EventError("Expected whole numbers as the index of a cell.")
    return tuple(index)


def _short(name: str) -> str:
    if len(name) > LONGEST_NAME:
        raise EventError(f"Expected a name of at most {LONGEST_NAME} characters.")
    return name
