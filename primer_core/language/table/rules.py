"""The rules that entries follow: kind, cost and sources of what many entries do alike.

A rule that only one entry follows is written beside that entry.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from primer_core.language.table import costs, sources
from primer_core.language.table.costs import CostRule
from primer_core.language.table.entry import Rule

ASKED = Rule("asked", costs.asked, sources.none)
"""Says something of an array's head: shape, dtype."""

LISTED = Rule("asked", costs.viewed, sources.none)
"""Writes all cells out as Python's own numbers."""

MOVED = Rule("moved", costs.viewed, sources.moved)
"""Cells of the operands at other places."""

ELEMENTWISE = Rule("elementwise", costs.each, sources.same_place)
"""Each cell from the cells at the same place."""

COMPARISON = Rule("chosen", costs.each, sources.same_place)
"""Each cell from the cells at the same place, whose order alone counts: a small change of a value changes nothing."""

WRITTEN = Rule("written", costs.each)
"""The operand itself, changed in place; which cells were written is what `primer_core.language.provenance` finds."""


def made(cost: CostRule) -> Rule:
    """Return the rule of what makes an array from none, but for the number that it may be filled with."""
    return Rule("made", cost, sources.given("fill_value"))


def moved(cost: CostRule) -> Rule:
    """Return the rule of what moves cells and may make many of one."""
    return Rule("moved", cost, sources.moved)


def reduction(*names: str, default: Any = None) -> Rule:
    """Return the rule of what reduces along the axis in one of these parameters, or all axes."""
    return Rule("reduction", costs.every, sources.along_axes(*(names or ("axis", "dim")), default=default))


def scan(*names: str, default: Any = None) -> Rule:
    """Return the rule of what accumulates along the axis in one of these parameters."""
    return Rule("scan", costs.every, sources.up_to(*(names or ("axis", "dim")), default=default))


def chosen(*names: str, default: Any = None) -> Rule:
    """Return the rule of what keeps those cells along an axis that their values decide: ``max``, ``median``."""
    return Rule("chosen", costs.sorting, sources.along_axes(*(names or ("axis", "dim")), default=default))


def ordered(*names: str, default: Any = None) -> Rule:
    """Return the rule of what gives the cells along an axis another order, which their values decide: ``sort``."""
    return Rule("chosen", costs.sorting, sources.in_lines(*(names or ("axis", "dim")), default=default))


def in_lines(*names: str, default: Any = None) -> Rule:
    """Return the rule of what mixes all cells along an axis and keeps it: ``softmax``."""
    return Rule("reduction", costs.every, sources.in_lines(*(names or ("axis", "dim")), default=default))


def whole(cost: CostRule = costs.every) -> Rule:
    """Return the rule of what depends on all cells of its operands."""
    return Rule("whole", cost, sources.whole)


def drawn_from(name: str, cost: CostRule) -> Rule:
    """Return the rule of what is drawn at random from the array in an argument."""
    return Rule("made", cost, sources.drawn_from(name))


def distributed(cost: CostRule) -> Rule:
    """Return the rule of what is drawn at random from distributions whose parameters may be arrays."""
    return Rule("made", cost, sources.distributed)


def distributed_as_told(cost: CostRule) -> Rule:
    """Return the rule of what is drawn at random as all cells of its arguments say together."""
    return Rule("made", cost, sources.whole)


def found_among(name: str) -> Rule:
    """Return the rule of what looks for each number of one argument among those of the others: ``isin``."""
    return Rule("chosen", costs.sorting, sources.each_among(name))


def searched(name: str) -> Rule:
    """Return the rule of what looks for each number of one argument where it fits in: ``searchsorted``.

    NumPy begins a search where the one before ended: among numbers that are not sorted, that decides, too.
    """
    each = sources.each_among(name)

    def found(call: sources.Done, cell: int, part: int) -> sources.Sources:
        lines = np.asarray(call.bound.get("a"))
        is_sorted = bool((lines[:-1] <= lines[1:]).all())
        return each(call, cell, part) if is_sorted else sources.whole(call, cell, part)

    return Rule("chosen", costs.sorting, found)


def sifted(cost: CostRule = costs.sorting) -> Rule:
    """Return the rule of what keeps cells by their values, so that any cell may decide how many: ``unique``."""
    return Rule("chosen", cost, sources.whole)
