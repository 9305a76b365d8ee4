"""Where each cell of a step's result came from, followed back through all calls that the step made.

The language knows of each call which cells of its operands a cell of its result came from. Here that is put together:
from the result back to the arrays that the step had names for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primer_core.language.evaluator import Call
from primer_core.language.limits import Refused, thousands
from primer_core.language.provenance import all_sources, asked_at_once
from primer_core.language.table.costs import arrays_in

Origins = Mapping[str, NDArray[np.intp]]
"""By the name of an array, ``(size, k)``: the flat numbers of its cells that each cell came from, filled up with -1."""

MAX_ASKED = 1000
"""Cells of a result that are asked one by one where they came from."""

MAX_LINKS = 20_000
"""Pairs of a cell and one that it came from."""


@dataclass(slots=True, eq=False)
class Tracer:
    """Follows cells back to the arrays that have names.

    Parameters
    ----------
    roots
        By the id of an array, its name and the array itself.
    calls
        What was done, in order.
    """

    roots: dict[int, tuple[str, Any]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    _found: dict[int, Origins] = field(default_factory=dict)

    def copy(self) -> Tracer:
        """Return one that goes on by itself."""
        return Tracer(dict(self.roots), list(self.calls))

    def origins(self, array: Any) -> Origins:
        """Return where the cells of an array came from; nothing where they came from no array with a name.

        Raises
        ------
        Refused
            If they are too many to be asked, or came from too many.
        """
        if id(array) in self.roots:
            size = prod(array.shape)
            return {self.roots[id(array)][0]: np.arange(size).reshape(-1, 1)}
        if id(array) not in self._found:
            self._found[id(array)] = self._through(array)
        return self._found[id(array)]

    def _through(self, array: Any) -> Origins:
        """Follow an array through the call that made it."""
        for call in reversed(self.calls):
            results = call.result if isinstance(call.result, tuple | list) else (call.result,)
            part = next((place for place, result in enumerate(results) if result is array), None)
            given = call.given or call.bound
            arrays = list(arrays_in((*given.positional, *given.keywords.values())))
            if part is not None and not any(each is array for each in arrays):
                return self._before(call, part, arrays, prod(array.shape))
        return {}

    def _before(self, call: Call, part: int, arrays: Sequence[Any], size: int) -> Origins:
        decides_place = call.entry.name.endswith(".[]")  # an index says which cell is taken, and is not in it
        before = [self.origins(each) if place == 0 or not decides_place else {} for place, each in enumerate(arrays)]
        if not size or not any(before) or call.entry.rule.kind == "asked":
            return {}
        if size > MAX_ASKED and not asked_at_once(call):
            raise Refused(
                f"{call.entry.name} computes {thousands(size)} cells; at most {thousands(MAX_ASKED)} are followed back "
                "here. Smaller axes show the same."
            )
        found: dict[str, list[NDArray[np.intp]]] = {}
        for cells, origins in zip(all_sources(call, part), before, strict=True):
            for name, earlier in origins.items():
                if earlier.size and cells.shape[1] * earlier.shape[1] > 1 and cells.size * earlier.shape[1] > MAX_LINKS:
                    raise Refused(
                        f"{call.entry.name} computes each of {thousands(size)} cells from so many that they are not "
                        "followed back here. Smaller axes show the same."
                    )
                taken = np.where(cells[:, :, None] >= 0, earlier[cells], -1) if len(earlier) else cells[:, :, None]
                found.setdefault(name, []).append(taken.reshape(size, -1))
        together = {name: _trimmed(np.concatenate(parts, axis=1)) for name, parts in found.items()}
        return {name: cells for name, cells in together.items() if (cells >= 0).any()}


def _trimmed(cells: NDArray[np.intp]) -> NDArray[np.intp]:
    """Put each row's cells first, in their order, and drop the columns that hold none."""
    if cells.shape[1] == 1:
        return cells
    order = np.argsort(cells < 0, axis=1, kind="stable")
    together = np.take_along_axis(cells, order, axis=1)
    return together[:, : max(int((together >= 0).sum(axis=1).max(initial=0)), 1)]
