"""Arrays as an SVG shows them: brackets, panels, axis names, captions, chips, signs, the cell in focus and its formula.

There is no browser to measure a text, so widths are estimated from above: cells have fixed sizes, and nothing overlaps
or is cut off. Cells are ``<g class="cell" data-cell="grid-id flat-index" data-role="a">``, with ``ghost``, ``marked``,
``faded`` and ``lit`` as further classes; the metadata hold the links as JSON.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from primer_core.picture.grid import Picture
from primer_core.picture.palette import Palette
from primer_core.picture.spell import Address, Bold, Shown, drawn_flats, spell
from primer_core.picture.svg.boxes import (
    MONO,
    Box,
    Drawing,
    badge,
    beside,
    bracketed,
    frame,
    gap_mark,
    group,
    line,
    padded,
    px,
    stack,
    text_mark,
    wrapped,
    wrapped_left,
)
from primer_core.picture.svg.texts import broken, escape, mono_width, sans_width

_RING = 5.0  # room for the ring around outer cells
_PAIR_GAP = 14.0
_LINE_GAP = 10.0
_ROW_GAP = 18.0


def arrays(
    picture: Picture, palette: Palette, room: float, windows: Mapping[str, Sequence[int]] | None, *, lit: bool
) -> Drawing:
    """Draw the rows of a picture, and the formula of the cell in focus below them; see `svg` of this package."""
    payload = picture.payload(windows)
    shown = spell(payload) if lit else Shown()
    blocks = [_row(row, payload, palette, shown, room) for row in payload["rows"]]
    if shown.pieces:
        blocks.append(spelled_out(shown, palette, room))
    return Drawing(stack(blocks, _ROW_GAP), {"links": payload["links"], "focus": payload["focus"]})


def _row(row: Mapping[str, Any], payload: Mapping[str, Any], palette: Palette, shown: Shown, room: float) -> Box:
    grids = {grid["id"]: grid for grid in payload["grids"]}
    compact = row["compact"]
    pairs: list[list[Box]] = []
    open_pair = False
    for item in row["items"]:
        # A sign stays with the array after it when the line breaks.
        if isinstance(item, dict) or not open_pair:
            pairs.append([])
        if isinstance(item, dict):
            pairs[-1].append(sign(item["op"], 20 if compact else 25, palette))
        else:
            pairs[-1].append(_array(grids[item], palette, shown.lit.get(item, {}), compact, room))
        open_pair = isinstance(item, dict)
    flow = wrapped([beside(pair, _PAIR_GAP) for pair in pairs], _PAIR_GAP, _LINE_GAP, room)
    if not row["label"]:
        return flow
    label = [line(words, 12, palette.soft, weight=600, kind="row-label") for words in broken(row["label"], 12, room)]
    return stack([stack(label), flow], 2)


def sign(text: str, size: float, palette: Palette) -> Box:
    return line(text, size, palette.soft, kind="op", least=size * 0.72)


def _array(grid: Mapping[str, Any], palette: Palette, lit: Mapping[int, bool], compact: bool, room: float) -> Box:
    table = _table(grid, palette, lit, compact, room)
    framed = Box((group(table.marks, _RING, _RING),), table.width + 2 * _RING, table.height + 2 * _RING)
    chips = [_tag_chip(text, palette) for text in grid["tags"]]
    size = 12 if compact else 13
    figure = stack(
        [wrapped(chips, 6, 6, room), stack([framed, _caption(grid, palette, size, room)], 0 if compact else 4)]
    )
    marks = (f'<g data-grid="{escape(grid["id"])}">', *figure.marks, "</g>")
    return Box(marks, figure.width, figure.height)


def _caption(grid: Mapping[str, Any], palette: Palette, size: float, room: float) -> Box:
    badges = [badge(f"{grid['ndim']}-D", "plain", palette)]
    badges += [badge(told["text"], told["tone"], palette) for told in grid["badges"]]
    name, caption = grid["name"], grid["caption"]
    wide = mono_width(name, size) + sans_width(f" {caption}", size)
    if wide <= room:
        inner = f'<tspan font-family="{MONO}" font-weight="600">{escape(name)}</tspan>'
        inner += f" {escape(caption)}" if caption else ""
        # The text ends at the badge: where it is narrower than estimated, the gap is at the outer end.
        text = text_mark(inner, wide, size * 1.05, size, palette.ink, anchor="end", kind="caption")
        return wrapped([Box((text,), wide, size * 1.4), *badges], 5, 2, room)
    lines = [line(words, size, palette.ink, kind="caption") for words in broken(f"{name} {caption}", size, room)]
    return stack([*lines, wrapped(badges, 5, 2, room)], 2)


def _tag_chip(text: str, palette: Palette) -> Box:
    width = mono_width(text + " ↓", 12.5) + 20
    rect = f'<rect x="0.5" y="0.5" width="{px(width - 1)}" height="19" rx="9.5" fill="none" stroke="{palette.line}"/>'
    inner = f'{escape(text)}<tspan fill="{palette.soft}"> ↓</tspan>'
    label = text_mark(inner, width / 2, 14.2, 12.5, palette.ink, weight=600, mono=True, kind="tag")
    return Box((rect, label), width, 22)


# One array: cells, rows, brackets, panels.


@dataclass(frozen=True, slots=True)
class Style:
    """How the cells of one array are drawn.

    Parameters
    ----------
    width, height
        Of a cell, in pixels.
    figure
        Size of its digits.
    gap, radius
        Between two cells of a row; of a cell's corners.
    brackets
        Whether rows and panels stand in brackets.
    """

    width: float
    height: float
    figure: float
    gap: float = 4.0
    radius: float = 7.0
    brackets: bool = True


def _cell_style(grid: Mapping[str, Any], compact: bool) -> Style:
    unit, figure = (30.0, 12.5) if compact else (36.0, 13.5) if len(grid["shape"]) > 2 else (42.0, 15.0)
    longest = max(map(len, grid["cells"]), default=1)
    # Four figures fit a square cell; wider numbers widen all cells of their array alike.
    wide = unit + max(0, min(longest, 9) - 4) * 8.2
    needed = max((mono_width(text, _figure(text, figure)) for text in grid["cells"]), default=0.0) + 7
    labels = max((mono_width(text, 10.5) for text in grid["labels"] or ()), default=0.0)
    return Style(max(wide, needed, labels), unit, figure)


def _figure(text: str, size: float) -> float:
    return size - 2 if len(text) > 6 else size


def _table(grid: Mapping[str, Any], palette: Palette, lit: Mapping[int, bool], compact: bool, room: float) -> Box:
    """All panels of an array, with the names of its outer axes above them."""
    shape, rank = grid["shape"], len(grid["shape"])
    outer = []
    for back, where in ((4, "down"), (3, "panels")):
        if rank >= back and grid["axes"][rank - back]["name"]:
            outer.append(_axis(grid["axes"][rank - back], palette, f" · {where}"))
    if 0 in shape:
        return stack([*outer, no_cells(palette)])
    cells = Cells(grid, palette, lit, _cell_style(grid, compact), room)
    bands, panels = ([0] if rank < back else grid["shown"][rank - back] for back in (4, 3))
    parts: list[Box] = []
    for place, band in enumerate(bands):
        if place and bands[place - 1] != band - 1:
            parts.append(gap_mark("⋮", palette, height=16))
        sheets: list[Box] = []
        for number, panel in enumerate(panels):
            if number and panels[number - 1] != panel - 1:
                sheets.append(gap_mark("⋯", palette))
            sheets.append(_sheet(cells, [band, panel], place * len(panels) + number, first=number == 0))
        line = beside(sheets, 14)
        parts.append(line if rank < 3 else bracketed(line, 10, 0, palette.soft, 2, 8))
    return stack([*outer, stack(parts, 12)])


def _sheet(cells: "Cells", where: list[int], number: int, *, first: bool) -> Box:
    """One matrix with its place in the array and the names of its axes; only the first of a band has names."""
    grid, palette = cells.grid, cells.palette
    rank = len(grid["shape"])
    matrix = cells.matrix(number)
    above: list[Box] = []
    if rank > 2:
        text = f"[{where[1]}]" if rank == 3 else f"[{where[0]}, {where[1]}]"
        above.append(line(text, 11.5, palette.soft, weight=600, mono=True, kind="which", height=15))
    if rank and grid["axes"][rank - 1]["name"]:
        axis = _axis(grid["axes"][rank - 1], palette)
        above.append(axis if first else Box((), 0, axis.height))
    column = stack([*above, matrix])
    if rank < 2 or not first or not grid["axes"][rank - 2]["name"]:
        return column
    side = _axis(grid["axes"][rank - 2], palette)
    # A name longer than its matrix is high makes the sheet higher, so that it does not run into what is above.
    strip = side.height + 3
    low = column.height - matrix.height
    extra = max(0.0, side.width - matrix.height) / 2
    turned = f'<g transform="translate(0 {px(low + extra + (matrix.height + side.width) / 2)}) rotate(-90)">'
    return Box(
        (turned, *side.marks, "</g>", group(column.marks, strip, extra)),
        column.width + strip,
        column.height + 2 * extra,
    )


class Cells:
    """The cells of one array, panel by panel."""

    def __init__(
        self, grid: Mapping[str, Any], palette: Palette, lit: Mapping[int, bool], style: Style, room: float
    ) -> None:
        self.grid, self.palette, self.lit, self.style, self.room = grid, palette, lit, style, room
        self.fill, self.ink = palette.roles[grid["role"]]
        self.ghost, self.marked, self.faded = (set(grid[kind]) for kind in ("ghost", "marked", "faded"))
        shape, shown = grid["shape"], grid["shown"]
        self.columns = shown[-1] if shape else [0]
        self.rows = shown[-2] if len(shape) > 1 else [0]
        self.flats = drawn_flats(grid)

    def matrix(self, panel: int) -> Box:
        """One panel in its brackets, which nest as NumPy prints them."""
        rank, soft = len(self.grid["shape"]), self.palette.soft
        across = len(self.columns)
        lines: list[Box] = []
        for number, row in enumerate(self.rows):
            if number and self.rows[number - 1] != row - 1:
                lines.append(gap_mark("⋮", self.palette, height=14))
            start = (panel * len(self.rows) + number) * across
            line = self._line(range(start, start + across))
            if not self.style.brackets:
                lines.append(line)
            elif rank == 0:
                lines.append(padded(line, 6, 3))
            elif rank == 1:
                lines.append(bracketed(line, 10, 5, soft, 2, 6))
            else:
                lines.append(bracketed(line, 5.5, 1, soft, 1.5, 6, opacity=0.45))
        if rank < 2 or not self.style.brackets:
            return stack(lines, 2)
        return bracketed(stack(lines, 2), 6, 4, soft, 2, 6)

    def _line(self, places: range) -> Box:
        """The cells of one row; where they have labels, in as many lines as it takes."""
        items: list[Box] = []
        previous = None
        for place, column in zip(places, self.columns, strict=True):
            if previous is not None and previous != column - 1:
                items.append(gap_mark("⋯", self.palette))
            previous = column
            items.append(self._cell(place))
        if self.grid["labels"] is None:
            return beside(items, self.style.gap)
        above = 17.0
        items = [Box((group(box.marks, 0, above),), box.width, box.height + above) for box in items]
        return wrapped_left(items, self.style.gap, 3, self.room - 40)

    def _cell(self, place: int) -> Box:
        style, palette = self.style, self.palette
        flat, text = self.flats[place], self.grid["cells"][place]
        ghost, faded, marked = place in self.ghost, place in self.faded, place in self.marked
        kinds = [
            kind
            for kind, holds in (("ghost", ghost), ("marked", marked), ("faded", faded), ("lit", flat in self.lit))
            if holds
        ]
        fill, edge, ink = self.fill, palette.mix(self.ink, self.fill, 32), self.ink
        if ghost:
            fill, edge, ink = "none", palette.mix(ink, palette.ground, 45), palette.mix(ink, palette.ground, 70)
        if faded:
            fill, edge, ink = "none", palette.line, palette.mix(self.ink, palette.ground, 60)
        if ghost and flat in self.lit:
            edge = ink = self.ink
        width, height = style.width, style.height
        dash = ' stroke-dasharray="3.5 2.5"' if ghost else ""
        marks = [
            f'<rect x="0.5" y="0.5" width="{px(width - 1)}" height="{px(height - 1)}" rx="{px(style.radius - 0.5)}" '
            f'fill="{fill}" stroke="{edge}"{dash}/>'
        ]
        if marked:
            marks.append(frame(width, height, 1, style.radius - 1, self.ink, 2 if style.brackets else 1.5))
        if flat in self.lit:
            thick = 3.5 if self.lit[flat] else 2.5
            marks.append(frame(width, height, -0.5 - thick / 2, style.radius + 0.5 + thick / 2, palette.accent, thick))
        size = _figure(text, style.figure)
        marks.append(
            text_mark(
                escape(text), width / 2, height / 2 + size * 0.35, size, ink,
                weight=700 if marked else 500, mono=True, kind="number",
            )
        )  # fmt: skip
        if self.grid["labels"] is not None:
            label = escape(self.grid["labels"][place])
            marks.append(text_mark(label, width / 2, -5.5, 10.5, palette.soft, mono=True, kind="label"))
        opening = (
            f'<g class="{" ".join(["cell", *kinds])}" data-cell="{escape(self.grid["id"])} {flat}" '
            f'data-role="{self.grid["role"]}">'
        )
        return Box((opening, *marks, "</g>"), width, height)


def no_cells(palette: Palette) -> Box:
    box = padded(line("no cells", 14, palette.soft, kind="empty"), 14, 8)
    rect = (
        f'<rect x="0.5" y="0.5" width="{px(box.width - 1)}" height="{px(box.height - 1)}" rx="7" fill="none" '
        f'stroke="{palette.line}" stroke-dasharray="3.5 2.5"/>'
    )
    return Box((rect, *box.marks), box.width, box.height)


def _axis(axis: Mapping[str, Any], palette: Palette, more: str = "") -> Box:
    text, marked = f"{axis['name']} · {axis['size']}{more}", axis["marked"]
    colour, weight = (palette.accent, 700) if marked else (palette.soft, 400)
    if "hue" in axis:
        colour, weight = palette.letter(axis["hue"]), 700
    return line(text, 11, colour, weight=weight, kind="axis", height=17)


def spelled_out(shown: Shown, palette: Palette, room: float, *, size: float = 16.0) -> Box:
    """The formula of the cell in focus, broken between its pieces where it is longer than a line."""
    height, base = size + 14, 7 + 0.85 * size
    lines: list[list[Box]] = [[]]
    used = 0.0

    def put(box: Box) -> None:
        nonlocal used
        if lines[-1] and used + box.width > room:
            lines.append([])
            used = 0.0
        lines[-1].append(box)
        used += box.width

    for piece in shown.pieces:
        if isinstance(piece, Address):
            fill, ink = palette.roles[piece.role]
            width = mono_width(piece.text, size) + 14
            rect = f'<rect x="0" y="2.5" width="{px(width)}" height="{px(size + 9)}" rx="5" fill="{fill}"/>'
            label = text_mark(escape(piece.text), width / 2, base, size, ink, mono=True, kind="chip")
            put(Box((rect, label), width, height))
            continue
        bold = isinstance(piece, Bold)
        text = piece.text if isinstance(piece, Bold) else piece
        for number, part in enumerate(text.split("\n")):
            if number:
                lines.append([])
                used = 0.0
            for words in broken(part, size, room, mono=True) if part else []:
                lead = mono_width(words[: len(words) - len(words.lstrip(" "))], size)
                mark = text_mark(
                    escape(words.strip(" ")), lead, base, size, palette.ink,
                    weight=700 if bold else 400, mono=True, anchor="start", kind="formula",
                )  # fmt: skip
                put(Box((mark,), mono_width(words, size), height))
    return stack([beside(line, 0) for line in lines])
