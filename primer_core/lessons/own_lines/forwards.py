"""What a cell of a program went into: the cells in sight that were computed of it, by the line that made them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from primer_core.claims.running import Run
from primer_core.lessons.own_lines.ledger import BACKWARD, Origin
from primer_core.lessons.own_lines.sources import (
    Finder,
    Known,
    Named,
    NotKnownError,
    cells_in_sight,
    chosen_cell,
    finder_of,
)
from primer_core.lessons.own_lines.trace import Trace

MAX_PARTS = 8
"""Groups of cells that are told."""

_MOST_ASKED = 2_000
"""Cells of which it is asked for one answer where they came from."""

_EXACT = ("moved", "chosen", "elementwise", "reduction", "product", "scan", "window", "written")
"""Kinds of calls whose rules name no cell that a result was not computed of."""


@dataclass(frozen=True, slots=True)
class Part:
    """Cells of one array in sight that one line made, and that a cell went into.

    Parameters
    ----------
    run
        Which line, and the how-manieth time it was begun.
    cells
        The cells, in C order.
    """

    run: Run
    cells: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Forwards:
    """What a cell went into.

    Parameters
    ----------
    cell
        The cell, as it is called after the line that put its number there.
    since
        That line, and the how-manieth time it was begun.
    parts
        By line. What ``backward()`` wrote is no part: a slope depends on more than the cells that it was called of.
    more
        Whether it was read for cells of which it is not known whether they depend on it, or there are more than
        `MAX_PARTS` parts.
    """

    cell: Named
    since: Run
    parts: tuple[Part, ...]
    more: bool


def forwards_of(trace: Trace, at: int, text: str) -> Forwards | None:
    """Return what a cell went into, of what is in sight after a step; None where nothing is known of it.

    Parameters
    ----------
    trace, at, text
        As of `primer_core.lessons.own_lines.sources.chain_of`.
    """
    chosen = chosen_cell(trace, at, text)
    if chosen is None:
        return None
    (name, _), number = chosen
    finder = finder_of(trace)
    try:
        since = finder.told(number).statement
    except NotKnownError:
        return None
    reached, more = _reached(finder, number)
    reached[number] = False
    parts: list[Part] = []
    sight = cells_in_sight(trace, at)
    for birth in finder.ledger.births:
        cells = sight.get(birth.name)
        if cells is None or not birth.statement.tells or cells.shape != birth.cells.shape:
            continue
        found = reached[cells] & (cells == birth.cells)
        if found.any():
            reached[cells[found]] = False
            run = (birth.statement.line, birth.statement.time)
            parts.append(Part(run, tuple((birth.name, tuple(map(int, index))) for index in np.argwhere(found))))
    return Forwards(
        finder.called(number, name), (since.line, since.time), tuple(parts[:MAX_PARTS]), more or len(parts) > MAX_PARTS
    )


def _reached(finder: Finder, number: int) -> tuple[NDArray[np.bool_], bool]:
    """Return, by number, which cells a cell went into, and whether that is not known of some."""
    ledger = finder.ledger
    last = ledger.origins[-1]
    reached = np.zeros(last.first + last.values.size, np.bool_)
    reached[number] = True
    more, asked = False, 0
    for origin in ledger.origins_after(number):
        if not any(reached[cells].any() for cells in (*origin.read, np.array(origin.numbers, np.int64))):
            continue
        more |= origin.entry == BACKWARD
        if not _is_exact(origin):
            more = True
            continue
        asked += origin.values.size
        if asked > _MOST_ASKED:
            return reached, True
        for made in range(origin.first, origin.first + origin.values.size):
            known = finder.sources(made)
            if not known.exact:
                more = True
            elif any(reached[cell] for cell in _computed_of(origin, known)):
                reached[made] = True
    return reached, more


def _is_exact(origin: Origin) -> bool:
    """Return whether it is known which cells were computed of which."""
    call = origin.call
    if call is None:
        return bool(origin.entry)
    if call.entry.name.endswith(".[]="):
        value = call.bound.values["value"]
        return hasattr(value, "shape") or not isinstance(value, tuple | list)
    if origin.numbers and call.entry.rule.kind != "elementwise":
        return False
    return call.entry.rule.kind in _EXACT and call.entry.name != "torch.autograd.grad"


def _computed_of(origin: Origin, known: Known) -> Sequence[int]:
    """Return the cells that a cell was computed of; of a gradient those that it was added to alone."""
    if origin.entry == BACKWARD:
        return [cell for cells in known.operands[1:] for cell in cells]
    return known.all
