"""A picture of arrays as plain data: grids of cells, links between cells, and formulas that spell them out.

A lesson lays out its explanation as a `Picture`; `Picture.payload` turns that into the JSON which the
linked-grids component draws. Nothing in it is an array: the component knows cells and links, not NumPy.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from primer_core.picture.number import cell_text as cell_text
from primer_core.picture.number import full_text as full_text
from primer_core.picture.text import Role

Tone = Literal["plain", "good", "warn", "bad", "info"]

HUES = 6
"""Colours of axes, for letters that tell axes apart; where there are more, they begin anew."""

MAX_CELLS = 1500
"""Most cells that one picture draws, those of all its grids together."""

_Room = dict[int, tuple[tuple[int, int], ...]]

_ROOMS: tuple[_Room, ...] = (
    {0: (), 1: ((24, 8),), 2: ((18, 5), (18, 5)), 3: ((4, 2), (9, 3), (9, 3)), 4: ((3, 1), (3, 1), (6, 2), (6, 2))},
    {0: (), 1: ((16, 6),), 2: ((12, 5), (12, 5)), 3: ((3, 1), (8, 3), (8, 3)), 4: ((2, 1), (3, 1), (5, 2), (5, 2))},
    {0: (), 1: ((12, 5),), 2: ((8, 3), (8, 3)), 3: ((3, 1), (6, 2), (6, 2)), 4: ((2, 1), (2, 1), (4, 2), (4, 2))},
    {0: (), 1: ((8, 3),), 2: ((6, 2), (6, 2)), 3: ((2, 1), (4, 2), (4, 2)), 4: ((2, 1), (2, 1), (3, 1), (3, 1))},
    {0: (), 1: ((6, 2),), 2: ((4, 2), (4, 2)), 3: ((2, 1), (3, 1), (3, 1)), 4: ((2, 1), (2, 1), (2, 1), (2, 1))},
    {0: (), 1: ((4, 2),), 2: ((3, 1), (3, 1)), 3: ((2, 1), (2, 1), (2, 1)), 4: ((2, 1), (2, 1), (2, 1), (2, 1))},
    {0: (), 1: ((2, 1),), 2: ((2, 1), (2, 1)), 3: ((2, 1), (2, 1), (2, 1)), 4: ((2, 1), (2, 1), (2, 1), (2, 1))},
)
"""By rank, an axis at a time: the longest that is drawn in full, and how many of each end of a longer one are.

The first room is for a picture of few grids; the others, each smaller, for pictures of which `MAX_CELLS` cells would
not be enough. The first that fits serves all grids of a picture alike. A row of up to 12 numbers is drawn in full in
pictures of one or two axes as long as one of the first two rooms fits. The ends drawn in a smaller room are among
those drawn in a larger one, so what a lesson spells out for `visible_cells` covers every room.
"""

_OPEN = (12, 12, 8, 6, 4, 3, 2)
"""By the place in `_ROOMS`: how many consecutive indices of each of the last two axes a window shows."""

_HIDDEN_VALUES = 512
"""Most values sent of cells that are linked but elided, which only formulas need."""


@dataclass(frozen=True, slots=True)
class Badge:
    """A small label beside an array's name, such as its dtype or the verdict VIEW."""

    kind: ClassVar[str] = "badge"
    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """One array as drawn.

    Parameters
    ----------
    id
        Unique in its picture; links, formulas and rows speak of the grid by it.
    name
        What formulas and captions call the array, as a learner would write it: ``x``.
    values
        The array, of any dtype, of rank 0 to 4.
    role
        Its colour.
    caption
        Set behind the name under the grid; the shape if None.
    ndim
        What the ndim badge says; the rank of `values` if None. A stretched vector is drawn with two axes and
        says 1-D.
    axes
        A name an axis; ``axis 0``, ``axis 1``, ... if None. An empty name draws no label.
    marked_axes
        Axes to emphasise, such as those that a reduction collapses.
    hues
        For each axis, which of `HUES` colours its name wears, so that axes that run together can be told; None for
        none.
    badges
        Set after the ndim badge.
    tags
        Names bound to this array, drawn as chips with an arrow above it.
    ghost
        Mask of the shape of `values`: cells that have no memory of their own, drawn dashed.
    marked
        Mask of the shape of `values`: cells highlighted permanently, such as a selection.
    faded
        Mask of the shape of `values`: cells set back, such as those that a mask leaves out.
    labels
        One short text a cell in C order, drawn above it, such as its address in a memory strip.
    texts
        What stands in each cell, in C order, where that is not its number.
    editable, selectable
        Whether cells send back an edited number, or a click.
    """

    id: str
    name: str
    values: NDArray[Any]
    role: Role = "plain"
    caption: str | None = None
    ndim: int | None = None
    axes: tuple[str, ...] | None = None
    marked_axes: tuple[int, ...] = ()
    hues: tuple[int, ...] | None = None
    badges: tuple[Badge, ...] = ()
    tags: tuple[str, ...] = ()
    ghost: NDArray[np.bool_] | None = None
    marked: NDArray[np.bool_] | None = None
    faded: NDArray[np.bool_] | None = None
    labels: tuple[str, ...] | None = None
    texts: tuple[str, ...] | None = None
    editable: bool = False
    selectable: bool = False

    def shown(self, window: Sequence[int] | None = None, *, room: int = 0) -> tuple[tuple[int, ...], ...]:
        """Return the indices drawn along each axis: all of a short one, both ends of a long one.

        Parameters
        ----------
        window
            One index an axis: where the run of consecutive indices begins that is drawn instead of the ends: one
            panel of up to 12 by 12. An axis of a matrix that is drawn in full anyway stays so, and a vector shows as
            many as a short one has. A window that would leave the array is moved back into it. A window with
            another number of axes, or into an array that is drawn whole, is passed over: the array's shape has
            changed since it was opened.
        room
            0 for a picture with few grids; up to 6 the more the picture shares its cells among many.
        """
        shape, rooms = self.values.shape, _ROOMS[room][self.values.ndim]
        ends = tuple(_ends(size, *most) for size, most in zip(shape, rooms, strict=True))
        if window is None or len(window) != len(shape) or not self.values.size or all(map(_is_all, ends, shape)):
            return ends
        lengths = [_window_length(axis, shape, rooms[axis][0], _OPEN[room]) for axis in range(len(shape))]
        return tuple(map(_run, window, lengths, shape))


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """Which cells of one grid a cell of another is made of.

    Parameters
    ----------
    source, target
        Ids of two grids.
    cells
        ``(target.size, k)`` integers: row ``t`` has the flat C-order indices of the source cells of target
        cell ``t``, in the order a formula should name them, filled up with -1. A single column may be
        written as ``(target.size,)``.
    same
        Whether both are one element in one memory (a view and its base), so that each lights the other and
        all that share it. Otherwise light goes from a cell to what it was made of, and what was made of it.
    """

    source: str
    target: str
    cells: NDArray[np.intp]
    same: bool = False


@dataclass(frozen=True, slots=True)
class Ref:
    """Stands for the address of the linked cell of a grid, in its colour: ``x[1, 2]``."""

    grid: str


@dataclass(frozen=True, slots=True)
class Val:
    """Stands for the number in the linked cell of a grid."""

    grid: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Sets pieces in bold."""

    pieces: tuple["Piece", ...]


@dataclass(frozen=True, slots=True)
class Each:
    """Repeats pieces for the first, second, ... linked cell of the grids they name; a long run is elided."""

    pieces: tuple["Piece", ...]
    separator: str = " + "


@dataclass(frozen=True, slots=True)
class PerCell:
    """A text of its own for every target cell.

    Parameters
    ----------
    texts
        One a cell, in C order; or a function of the flat index, which is asked for the drawn cells only.
    """

    texts: tuple[str, ...] | Callable[[int], str]

    def text(self, flat: int) -> str:
        """Return the text of one cell by its flat index."""
        return self.texts(flat) if callable(self.texts) else self.texts[flat]


Piece = str | Ref | Val | Strong | Each | PerCell


@dataclass(frozen=True, slots=True)
class Formula:
    r"""How every cell of a grid is computed, as one template that is filled in for the cell in focus.

    Parameters
    ----------
    target
        Id of the grid whose cells it spells out.
    pieces
        Text and placeholders. `Ref` and `Val` of the target itself stand for the cell in focus, those of
        another grid for the cell linked to it; ``"\n"`` starts a new line.
    terms
        Most repetitions of an `Each` before its middle is elided.
    """

    target: str
    pieces: tuple[Piece, ...]
    terms: int = 6


@dataclass(frozen=True, slots=True)
class Op:
    """A sign between two grids: +, =, @, →."""

    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a picture.

    Parameters
    ----------
    items
        Ids of grids, and the signs between them.
    label
        Set above the line.
    compact
        Whether its cells are drawn small.
    """

    items: tuple[str | Op, ...]
    label: str | None = None
    compact: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Everything that a linked-grids component draws.

    Parameters
    ----------
    grids
        The arrays; those that no row names are not drawn.
    rows
        Their layout from top to bottom.
    links, formulas
        What lights up together, and what is spelled out then.
    focus
        The cell lit while nothing is pointed at: a grid's id and a flat index.
    """

    grids: tuple[Grid, ...]
    rows: tuple[Row, ...]
    links: tuple[Link, ...] = ()
    formulas: tuple[Formula, ...] = ()
    focus: tuple[str, int] | None = None

    def shown(
        self, windows: Mapping[str, Sequence[int]] | None = None, *, most: int = MAX_CELLS
    ) -> dict[str, tuple[tuple[int, ...], ...]]:
        """Return, by grid, the indices drawn along each axis, so that all grids together have at most `most` cells.

        Raises
        ------
        ValueError
            If there are so many grids that even their corners are more cells than that.
        """
        opened = windows or {}
        for room in range(len(_ROOMS)):
            shown = {grid.id: grid.shown(opened.get(grid.id), room=room) for grid in self.grids}
            cells = sum(prod(map(len, indices)) for indices in shown.values())
            if cells <= most:
                return shown
        raise ValueError(
            f"a picture draws at most {most} cells, and the corners of these {len(self.grids)} grids are {cells}: "
            "spread them over several pictures"
        )

    def payload(self, windows: Mapping[str, Sequence[int]] | None = None, *, most: int = MAX_CELLS) -> dict[str, Any]:
        """Return the picture as JSON-ready dicts, lists, texts and numbers, without cells that are not drawn.

        Cells are listed in C order of the drawn ones; an index into an array is flat, in C order of it all.

        Parameters
        ----------
        windows
            By grid, where the window into an elided grid begins, as `Grid.shown` takes it. Ids of no grid are passed
            over. What the payload says of a grid under ``window`` is where its window begins, or None.
        most
            Most cells of all grids together.

        Raises
        ------
        ValueError
            If there are so many grids that even their corners are more cells than `most`.
        """
        shown = self.shown(windows, most=most)
        drawn = {grid.id: _flat_cells(grid, shown[grid.id]) for grid in self.grids}
        links = [_link_payload(link, drawn) for link in self.links]
        needed: dict[str, set[int]] = {grid.id: set() for grid in self.grids}
        for link in links:
            needed[link["from"]].update(_flatten(link["cells"]))
        return {
            "grids": [
                _grid_payload(
                    grid,
                    shown[grid.id],
                    len((windows or {}).get(grid.id, ())) == grid.values.ndim,
                    drawn[grid.id],
                    needed[grid.id],
                )
                for grid in self.grids
            ],
            "rows": [
                {
                    "items": [{"op": item.text} if isinstance(item, Op) else item for item in row.items],
                    "label": row.label,
                    "compact": row.compact,
                }
                for row in self.rows
            ],
            "links": links,
            "formulas": [
                {
                    "to": formula.target,
                    "pieces": [_piece_payload(piece, drawn[formula.target]) for piece in formula.pieces],
                    "terms": formula.terms,
                }
                for formula in self.formulas
            ],
            "focus": _focus(self.focus, drawn),
        }


def visible_cells(grid: Grid) -> NDArray[np.intp]:
    """Flat indices of the cells that are drawn where there is room and no window is open, in C order."""
    return _flat_cells(grid, grid.shown())


def address(name: str, index: Sequence[int]) -> str:
    """How NumPy code names one cell: ``x[1, 2]``, and the bare name for a scalar."""
    return f"{name}[{', '.join(map(str, index))}]" if len(index) else name


def _flat_cells(grid: Grid, shown: tuple[tuple[int, ...], ...]) -> NDArray[np.intp]:
    flat = np.arange(grid.values.size, dtype=np.intp).reshape(grid.values.shape)
    return flat[np.ix_(*shown)].ravel() if shown else flat.ravel()


def _is_all(indices: tuple[int, ...], size: int) -> bool:
    return len(indices) == size


def _window_length(axis: int, shape: tuple[int, ...], most: int, panel: int) -> int:
    """How many indices of one axis a window shows."""
    if len(shape) < 3:  # an axis that is drawn in full stays so, and a single one has a row to itself
        return shape[axis] if shape[axis] <= most else most if len(shape) == 1 else panel
    return panel if axis >= len(shape) - 2 else 1


def _run(start: int, length: int, size: int) -> tuple[int, ...]:
    """`length` consecutive indices of an axis from `start` on, or from the last place where so many are left."""
    first = max(0, min(start, size - length))
    return tuple(range(first, min(first + length, size)))


def _ends(size: int, most: int, ends: int) -> tuple[int, ...]:
    return tuple(range(size)) if size <= most else (*range(ends), *range(size - ends, size))


def _focus(focus: tuple[str, int] | None, drawn: dict[str, NDArray[np.intp]]) -> list[Any] | None:
    """The cell to light first, or a drawn one in the middle where that one is elided."""
    if focus is None or not len(drawn[focus[0]]):
        return None
    grid, flat = focus
    return [grid, flat if flat in drawn[grid] else int(drawn[grid][len(drawn[grid]) // 2])]


def _where(mask: NDArray[np.bool_] | None, drawn: NDArray[np.intp]) -> list[int]:
    """Positions among the drawn cells at which a mask of the whole array holds."""
    return [] if mask is None else np.flatnonzero(mask.ravel()[drawn]).tolist()


def _grid_payload(
    grid: Grid, shown: tuple[tuple[int, ...], ...], opened: bool, drawn: NDArray[np.intp], needed: set[int]
) -> dict[str, Any]:
    values, shape = grid.values.ravel(), grid.values.shape
    names = grid.axes if grid.axes is not None else tuple(f"axis {axis}" for axis in range(len(shape)))
    cells = {int(flat): grid.texts[flat] if grid.texts else cell_text(values[flat]) for flat in drawn}
    hidden = sorted(needed.difference(cells))[:_HIDDEN_VALUES]
    full = {} if grid.texts else {flat: full_text(values[flat]) for flat in [*cells, *hidden]}
    return {
        "id": grid.id,
        "name": grid.name,
        "role": grid.role,
        "shape": list(shape),
        "caption": grid.caption if grid.caption is not None else _shape_text(shape),
        "ndim": grid.ndim if grid.ndim is not None else len(shape),
        "axes": [
            {"name": name, "size": size, "marked": axis in grid.marked_axes}
            | ({} if grid.hues is None else {"hue": grid.hues[axis] % HUES})
            for axis, (name, size) in enumerate(zip(names, shape, strict=True))
        ],
        "shown": [list(indices) for indices in shown],
        "elided": len(drawn) < grid.values.size,
        "window": [indices[0] for indices in shown] if opened and len(drawn) < grid.values.size else None,
        "cells": list(cells.values()),
        # A formula has room for digits that a cell has not, and names elided cells: only those are sent.
        "full": {str(flat): text for flat, text in full.items() if cells.get(flat) != text},
        "ghost": _where(grid.ghost, drawn),
        "marked": _where(grid.marked, drawn),
        "faded": _where(grid.faded, drawn),
        "labels": None if grid.labels is None else [grid.labels[flat] for flat in drawn],
        "badges": [{"text": badge.text, "tone": badge.tone} for badge in grid.badges],
        "tags": list(grid.tags),
        "editable": grid.editable,
        "selectable": grid.selectable,
    }


def _link_payload(link: Link, drawn: dict[str, NDArray[np.intp]]) -> dict[str, Any]:
    cells = link.cells[drawn[link.target]]
    listed = cells.tolist() if cells.ndim == 1 else [[flat for flat in row if flat >= 0] for row in cells.tolist()]
    return {"from": link.source, "to": link.target, "cells": listed, "same": link.same}


def _flatten(cells: Iterable[int | list[int]]) -> Iterable[int]:
    for cell in cells:
        if isinstance(cell, list):
            yield from cell
        else:
            yield cell


def _piece_payload(piece: Piece, drawn: NDArray[np.intp]) -> Any:
    match piece:
        case str():
            return piece
        case Ref(grid):
            return {"ref": grid}
        case Val(grid):
            return {"val": grid}
        case Strong(pieces):
            return {"strong": [_piece_payload(inner, drawn) for inner in pieces]}
        case Each(pieces, separator):
            return {"each": [_piece_payload(inner, drawn) for inner in pieces], "separator": separator}
        case PerCell():
            return {"texts": [piece.text(int(flat)) for flat in drawn]}


def _shape_text(shape: tuple[int, ...]) -> str:
    """Write a shape as Python prints it: ``()``, ``(3,)``, ``(4, 3)``."""
    return str(tuple(int(size) for size in shape))
