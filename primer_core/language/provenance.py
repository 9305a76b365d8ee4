"""Where a number came from: the cells of the operands that a cell of a result depends on."""

from __future__ import annotations

from primer_core.language.evaluator import Call
from primer_core.language.table.sources import Sources, operands

__all__ = ["Sources", "operands", "sources"]


def sources(call: Call, cell: int, part: int = 0) -> Sources:
    """Return the cells that a cell of a call's result came from.

    Parameters
    ----------
    call
        What was done.
    cell
        int, flat number of a cell of the result.
    part
        int, which result, where there are several.

    Returns
    -------
    Sources
        For each array among the arguments, in order (`operands`), the flat numbers of its cells.

    Raises
    ------
    LookupError
        If the entry's rule has no sources.
    """
    rule = call.entry.rule
    if rule.sources is None:
        raise LookupError(f"{call.entry.name} has no sources")
    found: Sources = rule.sources(call, cell, part)
    return found
