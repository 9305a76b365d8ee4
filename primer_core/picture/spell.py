"""What a picture shows of the cell in focus: the cells that it is linked to, and its formula with the numbers.

It reads a `Picture.payload` as the browser does, so that a picture which is saved shows what is on the page at rest.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

Cell = tuple[str, int]
"""A grid's id, and a flat index into the array."""

_NAMED = 4
"""Most cells named of those that a cell feeds."""


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a cell, in the colour of its array."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Bold:
    """A text that stands out."""

    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    r"""What is shown of a cell.

    Parameters
    ----------
    lit
        By grid: the flat indices of cells to ring, and whether it is the cell itself.
    pieces
        Its formula; a line ends at ``"\n"``. Empty where nothing is in focus.
    """

    lit: Mapping[str, Mapping[int, bool]] = field(default_factory=dict)
    pieces: tuple[str | Address | Bold, ...] = ()


def spell(payload: Mapping[str, Any]) -> Shown:
    """Spell out the cell in focus of a `Picture.payload`."""
    if payload["focus"] is None:
        return Shown()
    board = _Board(payload)
    focus: Cell = (payload["focus"][0], payload["focus"][1])
    below = board.reach(focus, board.targets)
    lit: dict[str, dict[int, bool]] = {focus[0]: {focus[1]: True}}
    for grid, flat in chain(board.reach(focus, board.sources), below):
        lit.setdefault(grid, {}).setdefault(flat, False)
    return Shown(lit, tuple(board.spelled(focus, below)))


class _Board:
    """Drawn cells and their links."""

    def __init__(self, payload: Mapping[str, Any]) -> None:
        self.grids = {grid["id"]: grid for grid in payload["grids"]}
        self.formulas = {formula["to"]: formula for formula in payload["formulas"]}
        self.place = {
            name: {flat: place for place, flat in enumerate(drawn_flats(grid))} for name, grid in self.grids.items()
        }
        self.linked: dict[tuple[str, str], list[list[int]]] = {}
        self.sources: dict[Cell, list[Cell]] = {}
        self.targets: dict[Cell, list[Cell]] = {}
        self.twins: dict[Cell, list[Cell]] = {}
        for link in payload["links"]:
            cells = [entry if isinstance(entry, list) else [entry] for entry in link["cells"]]
            self.linked[link["from"], link["to"]] = cells
            for target, entry in zip(self.place[link["to"]], cells, strict=True):
                for source in entry:
                    if source not in self.place[link["from"]]:
                        continue
                    a, b = (link["from"], source), (link["to"], target)
                    (self.twins if link["same"] else self.sources).setdefault(b, []).append(a)
                    (self.twins if link["same"] else self.targets).setdefault(a, []).append(b)

    def reach(self, start: Cell, along: Mapping[Cell, list[Cell]]) -> list[Cell]:
        """Every cell reached from one along links of one direction, itself left out."""
        found = {start: None}
        waiting = [start]
        for cell in waiting:
            for other in chain(along.get(cell, ()), self.twins.get(cell, ())):
                if other not in found:
                    found[other] = None
                    waiting.append(other)
        return list(found)[1:]

    def spelled(self, focus: Cell, below: Sequence[Cell]) -> Iterator[str | Address | Bold]:
        """The formula of a cell; of the one cell that it feeds; or what it feeds."""
        if focus[0] in self.formulas:
            yield from self._filled(focus)
            return
        near = [cell for cell in dict.fromkeys(self.targets.get(focus, ())) if cell[0] in self.formulas]
        fed = near or [cell for cell in below if cell[0] in self.formulas]
        if len(fed) == 1:
            yield from self._filled(fed[0])
            return
        yield from (self._address(focus), " = ", Bold(self._value(focus)))
        for number, cell in enumerate(fed[:_NAMED]):
            yield ", " if number else " feeds "
            yield self._address(cell)
        if len(fed) > _NAMED:
            yield f" and {len(fed) - _NAMED} more"

    def _filled(self, cell: Cell) -> Iterator[str | Address | Bold]:
        grid, flat = cell
        formula, place = self.formulas[grid], self.place[grid][flat]

        def sources(other: str) -> list[int]:
            cells = self.linked.get((other, grid))
            return [] if cells is None else cells[place]

        def put(piece: Any, turn: int) -> Iterator[str | Address | Bold]:
            if isinstance(piece, str):
                yield piece
            elif "texts" in piece:
                yield piece["texts"][place]
            elif "strong" in piece:
                inner = chain.from_iterable(put(part, turn) for part in piece["strong"])
                yield Bold("".join(part if isinstance(part, str) else part.text for part in inner))
            elif "each" in piece:
                named = [other for other in _named(piece["each"]) if other != grid]
                turns = max((len(sources(other)) for other in named), default=0)
                for number, k in enumerate(_turns(turns, formula["terms"])):
                    if number:
                        yield piece["separator"]
                    if k is None:
                        yield "…"
                    else:
                        yield from chain.from_iterable(put(part, k) for part in piece["each"])
            else:
                other = piece.get("ref") or piece["val"]
                own = [flat] * (turn + 1) if other == grid else sources(other)
                if turn < len(own):
                    yield self._address((other, own[turn])) if "ref" in piece else self._value((other, own[turn]))

        for piece in formula["pieces"]:
            yield from put(piece, 0)

    def _address(self, cell: Cell) -> Address:
        grid, flat = self.grids[cell[0]], cell[1]
        index: list[int] = []
        for size in reversed(grid["shape"]):
            flat, last = divmod(flat, size)
            index.append(last)
        address = f"[{', '.join(map(str, reversed(index)))}]" if index else ""
        return Address(grid["role"], grid["name"] + address)

    def _value(self, cell: Cell) -> str:
        grid, flat = self.grids[cell[0]], cell[1]
        place = self.place[cell[0]].get(flat)
        text: str = grid["full"].get(str(flat)) or ("…" if place is None else grid["cells"][place])
        return text


def drawn_flats(grid: Mapping[str, Any]) -> list[int]:
    """Return the flat indices of a payload's grid's drawn cells, in the order in which it lists them."""
    flats = [0]
    for size, indices in zip(grid["shape"], grid["shown"], strict=True):
        flats = [flat * size + index for flat in flats for index in indices]
    return flats


def _turns(count: int, most: int) -> list[int | None]:
    """Which repetitions are written out; None stands for those left out in the middle."""
    return list(range(count)) if count <= most else [*range(most - 1), None, count - 1]


def _named(pieces: Sequence[Any]) -> Iterator[str]:
    for piece in pieces:
        if isinstance(piece, dict):
            if "strong" in piece:
                yield from _named(piece["strong"])
            elif "ref" in piece or "val" in piece:
                yield piece.get("ref") or piece["val"]
