"""An expression of the array as parts: what its last call took, what it gave, and where each cell came from."""

import numpy as np
from numpy.typing import NDArray

from primer_core.backend import backend
from primer_core.language.spelling import shape_text
from primer_core.language.table import TABLE
from primer_core.lessons.indexing.expression import Expressed, ExpressionDeclined, Source
from primer_core.picture.grid import Formula, Grid, Link, Op, PerCell, Picture, Piece, Ref, Row, Strong, Val, address
from primer_core.picture.number import full_text, with_minus
from primer_core.picture.text import Code, Name, Role, Text, text
from primer_core.picture.text import Strong as Bold

_ROLES: tuple[Role, ...] = ("b", "c", "plain")
_MOST_SPELLED = 4

_GATHERS = ("gather", "take_along_axis", "take_along_dim")
_WHERE = ("np.where", "torch.where")
_PLACES = (*_WHERE, "np.nonzero", "ndarray.nonzero")


def last_name(found: Expressed) -> str:
    """Return what the call is named, without what it belongs to."""
    return found.entry.rpartition(".")[2]


def picture(found: Expressed) -> Picture:
    """Lay out a, what the last call took, and each part of what it gave."""
    a = Grid("a", "a", found.operand.values, "a", marked=_marked(found))
    grids, links = [a], []
    ids = {}
    for place, source in enumerate(found.sources):
        ids[place] = "a" if source.name == "a" else f"took {place}"
        if source.name != "a":
            index = "index" if last_name(found) in _GATHERS and place else f"operand {place + 1}"
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
                elif _is_short(found) and len(found.sources) == 1 and source.of_a is not None:
                    marked[source.of_a[picked][source.of_a[picked] >= 0]] = True
    return marked.reshape(values.shape) if marked.any() else None


def _formulas(found: Expressed, own: str, part: int, ids: dict[int, str]) -> list[Formula]:
    result = found.results[part]
    if not result.size or not found.sources:
        return []
    given = Strong((Val(own),))
    if last_name(found) in _GATHERS and len(found.sources) == 2:
        spelled = _gathered(found, ids)
        if spelled:
            return [Formula(own, (Ref(own), " = ", *spelled, " = ", given))]
    if found.entry in _WHERE and not _is_short(found):
        condition = found.sources[0].values
        if condition.dtype == np.bool_ and condition.shape == np.broadcast_shapes(condition.shape, result.shape):
            told = tuple(
                f" = {'x' if flag else 'y'}, as the condition is {flag}: "
                for flag in np.broadcast_to(condition, result.shape).ravel()
            )
            return [Formula(own, (Ref(own), PerCell(told), given))]
    if _is_short(found) and len(found.sources) == 1:
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


def _is_short(found: Expressed) -> bool:
    """Return whether places of True cells were asked for, and no choice between two values."""
    return found.entry in _PLACES and (found.entry not in _WHERE or found.parameters == ("condition",))


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


def chip_text(found: Expressed) -> str:
    """Say what the value is."""
    if found.is_tuple:
        return f"a tuple of {len(found.results)}"
    return "a number" if found.number else f"shape {shape_text(found.results[0].shape)}"


def story(found: Expressed) -> tuple[Text, ...]:
    """Tell what the call does, and where its result lies."""
    lines = _of_the_call(found)
    if found.is_tuple:
        which = "one index array for each axis" if _is_short(found) else "its parts"
        lines.append(
            text(
                "The value is a ", Bold("tuple"), f" of {len(found.results)}, {which}: ", Code("b[0]"), " is the first."
            )
        )
    elif found.offset is not None:
        lines.append(text(Name("b", "result"), " is a ", Bold("view"), " of a: no element was copied."))
    elif not found.number:
        lines.append(text(Name("b", "result"), " shares no memory with a."))
    return tuple(lines)


def note(found: Expressed) -> Text:
    """Say where a view lies."""
    if found.offset is None:
        return ()
    strides = with_minus(str(found.strides))
    return text(f"0 bytes copied · b starts {found.offset} bytes into the memory of a · strides {strides} in bytes")


def _of_the_call(found: Expressed) -> list[Text]:
    name, arguments = last_name(found), found.arguments
    axis = arguments.get("axis", arguments.get("dim"))
    if name in _GATHERS and len(found.sources) == 2 and isinstance(axis, int):
        array, index = found.sources
        return [
            text(
                f"Along axis {axis} the place is looked up in the index, along each other axis it is where the index "
                f"cell sits: the result has the index's shape, {shape_text(index.values.shape)}, not that of "
                f"{array.name}, {shape_text(array.values.shape)}."
            )
        ]
    if found.entry in _WHERE and _is_short(found):
        return [
            text(
                *(Code("where(condition)"), " answers: at which coordinates? "),
                *(Code("where(condition, x, y)"), " answers: which value?"),
            )
        ]
    if found.entry in _WHERE:
        return [
            text(
                *(
                    Code("where(condition, x, y)"),
                    " answers which value, cell by cell: x where the condition is True, y ",
                ),
                *("elsewhere. ", Code("where(condition)"), " alone answers at which coordinates."),
            )
        ]
    if name == "insert":
        gaps = text(
            "Places of insert are gaps of the array as it was, counted before anything goes in: place i is the gap "
            "before cell i, so −1 is the gap before the last cell, and the size is the gap behind it."
        )
        flat = text("Without an axis the table is flattened first.")
        return [gaps, *([flat] if axis is None and found.operand.values.ndim > 1 else [])]
    if name in ("sliding_window_view", "unfold"):
        return [text("Each window begins one step after the one before: windows overlap, and read the same elements.")]
    if name == "unravel_index":
        return [_unravelled(found)]
    if name == "@":
        return [text("Rows meet columns: of two vectors one number is left, of a column and a row a table.")]
    if name == "[]":
        return [text("The brackets say which cells stand in the result; the index field above tells how.")]
    return [_by_kind(found)]


def _unravelled(found: Expressed) -> Text:
    shape, flat = found.arguments.get("shape"), found.arguments.get("indices")
    sizes = (shape,) if isinstance(shape, int) else tuple(shape or ())
    if not isinstance(flat, int) or not sizes or "order" in found.parameters:
        return text("Cells are counted row by row: a flat place is taken apart into one index for each axis.")
    steps = [int(np.prod(sizes[axis + 1 :])) for axis in range(len(sizes))]
    spelled = " + ".join(f"{int(part)}·{step}" for part, step in zip(found.results, steps, strict=True))
    counted = f"Counted row by row, place {full_text(flat)} is {spelled}"
    return text(f"{counted}: each index times the cells that one step of it passes.")


def _by_kind(found: Expressed) -> Text:
    entry = TABLE.get(found.entry)
    match entry.rule.kind if entry else "":
        case "moved":
            return text("Each cell of the result is one cell of what went in, at another place.")
        case "chosen":
            return text("Which cells stand in the result was decided by values.")
        case "elementwise":
            return text("Each cell is computed from the cells at its own place.")
        case "reduction" | "scan" | "product" | "window":
            point = " Point at one to see which." if found.sources else ""
            return text(f"Each cell is computed of several cells.{point}")
        case "whole":
            return text("Each cell depends on all cells of what went in.")
        case "made":
            return text("The value is made of no cell of a.")
    if entry is None and found.offset is not None and not found.is_tuple:
        return text(Name("b", "result"), " is another name of a: nothing was computed.")
    return text("What the value came from is not traced here.")


def declined_story(declined: ExpressionDeclined) -> tuple[Text, ...]:
    """Say what the error means, where that is known."""
    words = declined.declined.words
    if "concatenate tuple" in words:
        return (
            text(
                *(
                    "A tuple was given, with one index array for each axis: ",
                    Code("+"),
                    " joins tuples and adds nothing. ",
                ),
                *(Code("[0]"), " takes the index array of axis 0, which adds."),
            ),
        )
    if "same number of dimensions" in words or "must have the same number of dimensions" in words:
        return (
            text(
                "One place is looked up for each cell of the index, and its other places are the cell's own: so the "
                "index has as many axes as the array. ",
                Code("[:, None]"),
                " makes a column of a vector.",
            ),
        )
    if "boolean index did not match" in words:
        return (
            text(
                "A mask does not broadcast: it must have the sizes of the axes that it stands for. One for axis 0 "
                "picks rows, one of a's whole shape picks cells and flattens."
            ),
        )
    library = backend(declined.library).library
    return (
        text(f"{library} says of ", Code(declined.where), " what is wrong with it. Change it, or empty the field."),
    )
