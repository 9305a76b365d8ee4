"""Which arrays are drawn after a step, in which order, and which of their cells say at once where they came from."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from primer_core.lessons.own_lines.explain import Shown
from primer_core.lessons.own_lines.sources import Row, rows_of

MOST_DRAWN = 8
"""Arrays that are drawn at once."""

_MOST_SPELLED = 40
"""Cells whose arithmetic travels with the picture, so that it stands there when one is pointed at."""


def arrays_in_sight(shown: Shown) -> list[list[str]]:
    """Return the names of the arrays after the last step, those of one array together; first what the step made."""
    step = shown.steps[-1] if shown.steps else None
    if step is None:
        return []
    groups: dict[int, list[str]] = {}
    for name, seen in step.names.items():
        if seen.values is not None and seen.values.ndim <= 4 and seen.shape is not None:
            groups.setdefault(seen.number, []).append(name)
    fresh = {binding.name for binding in step.bound} | set(step.changed)
    return sorted(groups.values(), key=lambda names: not fresh & set(names))


def spelled_out(shown: Shown) -> Mapping[str, tuple[Row | None, ...]]:
    """Return, by the first name of an array that is drawn, how each of its cells came to be; of the first small ones.

    None stands for a cell of which that is not known.
    """
    room = _MOST_SPELLED
    found: dict[str, tuple[Row | None, ...]] = {}
    for name, *_ in arrays_in_sight(shown)[:MOST_DRAWN]:
        size = prod(shown.steps[-1].names[name].shape or ())
        if size <= room:
            room -= size
            found[name] = rows_of(shown.trace, shown.at, name)
    return found
