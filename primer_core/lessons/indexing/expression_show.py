"""An expression of the array as parts: what its last call took, what it gave, and where each cell came from."""

import numpy as np
from numpy.typing import NDArray

from primer_core.language.table import TABLE
from primer_core.lessons.indexing.claims import GATHERS, is_of_places, is_where, last_name
from primer_core.lessons.indexing.expression import Expressed, Source
from primer_core.picture.grid import Formula, Grid, Link, Op, PerCell, Picture, Piece, Ref, Row, Strong, Val, address
from primer_core.picture.text import Role

_ROLES: tuple[Role, ...] = ("b", "c", "plain")
_MOST_SPELLED = 4


def picture(found: Expressed) -> Picture:
    """Lay out a, what the last call took, and each part of what it gave."""
    a = Grid("a", "a", found.operand.values, "a", marked=_marked(found))
    grids, links = [a], []
    ids = {}
    for place, source in enumerate(found.sources):
        ids[place] = "a" if source.name == "a" else f"took {place}"
        if source.name != "a":
            index = "index" if last_name(found) in GATHERS and place else f"operand {place + 1}"
            name = source.name if len(source.name) <= 24 else index
            faded = ~source.values if source.values.dtype == np.bool_ and source.values.ndim else None
            grids.append(Grid(ids[place], name, source.values, _ROLES[min(place, 2)], faded=faded))
            if source.of_a is not None:
                links.append(Link("a", ids[place], source.of_a.astype(np.intp)))
    gave: list[Grid] = []
    formulas: list[Formula] = []
    for part, result in enumerate(found.results):
        own = f"b{part}" if found.is_tuple else "b"
        name = f"b[{part}]" if found.is_tuple else "b"
        gave.append(Grid(own, name, result, "result", caption="a number" if _is_number(found, result) else None))
        seen: set[str] = set()
        for place, source in enumerate(found.sources):
            if ids[place] not in seen and part < len(source.cells) and (source.cells[part] >= 0).any():
                links.append(Link(ids[place], own, source.cells[part].astype(np.intp), same=_is_view(found, source)))
                seen.add(ids[place])
        formulas += _formulas(found, own, part, ids)
    took = [grid.id for grid in grids[1:]]
    if _is_apart(found):
        rows: tuple[Row, ...] = (Row(("a",)), Row((*took, Op("→"), *_parted(gave)), _label(found)))
    else:
        others = (Row(tuple(took), "taken beside a"),) if took else ()
        rows = (*others, Row(("a", Op("→"), *_parted(gave)), _label(found)))
    focus = (gave[0].id, 0) if found.results[0].size else None
    return Picture((*grids, *gave), rows, tuple(links), tuple(formulas), focus)


def _label(found: Expressed) -> str:
    return found.text if len(found.text) <= 80 else f"{found.text[:77]}…"


def _parted(gave: list[Grid]) -> list[str | Op]:
    shown: list[str | Op] = []
    for grid in gave:
        shown += [Op(","), grid.id] if shown else [grid.id]
    return shown


def _is_apart(found: Expressed) -> bool:
    """Return whether the last call did not take a itself."""
    return bool(found.sources) and all(source.name != "a" for source in found.sources)


def _is_number(found: Expressed, result: NDArray[np.generic]) -> bool:
    return found.number or (found.is_tuple and result.ndim == 0)


def _is_view(found: Expressed, source: Source) -> bool:
    return found.offset is not None and source.name == "a"


def _marked(found: Expressed) -> NDArray[np.bool_] | None:
    """Mark the cells of a that stand in the result, where cells were picked and not computed with."""
    entry = TABLE.get(found.entry)
    values = found.operand.values
    if entry is None or not values.ndim:
        return None
    marked = np.zeros(values.size, np.bool_)
    if last_name(found) == "unravel_index" and tuple(found.arguments.get("shape") or ()) == values.shape:
        marked[np.ravel_multi_index(tuple(found.results), values.shape)] = True
    elif entry.rule.kind in ("moved", "chosen"):
        for source in found.sources:
            for cells in source.cells:
                picked = cells[cells >= 0]
                if source.name == "a":
                    marked[picked] = True
                elif is_of_places(found) and len(found.sources) == 1 and source.of_a is not None:
                    marked[source.of_a[picked][source.of_a[picked] >= 0]] = True
    return marked.reshape(values.shape) if marked.any() else None


def _formulas(found: Expressed, own: str, part: int, ids: dict[int, str]) -> list[Formula]:
    result = found.results[part]
    if not result.size or not found.sources:
        return []
    given = Strong((Val(own),))
    if last_name(found) in GATHERS and len(found.sources) == 2:
        spelled = _gathered(found, ids)
        if spelled:
            return [Formula(own, (Ref(own), " = ", *spelled, " = ", given))]
    if is_where(found) and not is_of_places(found):
        condition = found.sources[0].values
        if condition.dtype == np.bool_ and condition.shape == np.broadcast_shapes(condition.shape, result.shape):
            told = tuple(
                f" = {'x' if flag else 'y'}, as the condition is {flag}: "
                for flag in np.broadcast_to(condition, result.shape).ravel()
            )
            return [Formula(own, (Ref(own), PerCell(told), given))]
    if is_of_places(found) and len(found.sources) == 1:
        source = found.sources[0]
        cells, shape = source.cells[part], source.values.shape
        name = "a" if source.name == "a" else "the condition"

        def place(flat: int) -> str:
            index = [int(i) for i in np.unravel_index(int(cells[flat, 0]), shape)] if shape else []
            return f" is the index along axis {part} of {name} at {index}, True number {flat + 1}: "

        return [Formula(own, (Ref(own), PerCell(place), given))]

    def came(flat: int) -> str:
        return f"{_came(found, part, flat)} "

    return [Formula(own, (Ref(own), PerCell(came), given))]


def _gathered(found: Expressed, ids: dict[int, str]) -> tuple[Piece, ...]:
    """Spell a[0, i[0, 2]]: one place is looked up, the others are those of the index's own cell."""
    array, index = found.sources
    rank, result = array.values.ndim, found.results[0]
    axis = found.arguments.get("dim", found.arguments.get("axis", -1))
    if not isinstance(axis, int) or index.values.ndim != rank or result.ndim != rank:
        return ()
    cells = np.indices(result.shape).reshape(rank, result.size)
    pieces: list[Piece] = [f"{array.name}["]
    for along in range(rank):
        pieces += [", "] if along else []
        looked_up = along == axis % rank
        pieces.append(Ref(ids[1]) if looked_up else PerCell(tuple(str(int(place)) for place in cells[along])))
    return (*pieces, "] = ", Ref(ids[0]))


def _came(found: Expressed, part: int, flat: int) -> str:
    """Spell where a cell came from, as far as there is room."""
    texts: list[str] = []
    count = 0
    for source in found.sources:
        cells = [int(cell) for cell in source.cells[part][flat] if cell >= 0]
        count += len(cells)
        name = source.name if source.name.isidentifier() else f"({source.name})"
        shape = source.values.shape
        texts += [
            address(name, [int(i) for i in np.unravel_index(cell, shape)]) if shape else source.name for cell in cells
        ]
    if not count:
        return " was put in, and comes of no cell:"
    kind = TABLE[found.entry].rule.kind
    if kind == "moved" and count == 1:
        return f" = {texts[0]} ="
    if count > _MOST_SPELLED:
        return f" comes of {count} cells:"
    return f" comes of {', '.join(texts)}:"
