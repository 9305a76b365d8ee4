"""A picture of arrays as one self-contained SVG text, for saving, printing and places without a script.

It draws what the browser's linked grids draw at rest, from the same `Picture.payload`: brackets, panels, axis names,
captions, chips, signs, the cell in focus with all that it is linked to, and its formula. There is no browser to
measure a text, so widths are estimated from above: cells have fixed sizes, and nothing overlaps or is cut off.

Cells are ``<g class="cell" data-cell="grid-id flat-index" data-role="a">``, with ``ghost``, ``marked``, ``faded`` and
``lit`` as further classes; ``<metadata>`` holds the links as JSON. What a text is, ``data-part`` says: a class would
be caught by the style sheets of a page that the SVG stands in.
"""

import hashlib
import json
import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from primer_core.picture.grid import Picture
from primer_core.picture.palette import PALETTES, Palette
from primer_core.picture.spell import Address, Bold, Shown, drawn_flats, spell

SANS = "sans-serif"
MONO = "'Source Code Pro', ui-monospace, monospace"

_MARGIN = 12.0
_RING = 5.0  # room for the ring around outer cells
_PAIR_GAP = 14.0
_LINE_GAP = 10.0
_ROW_GAP = 18.0
_ALLOWED = {"\t", "\n", "\r"}


def svg(
    picture: Picture,
    *,
    theme: Literal["light", "dark", "page"] = "light",
    title: str,
    description: str,
    width: float = 960,
    windows: Mapping[str, Sequence[int]] | None = None,
    lit: bool = True,
) -> str:
    """Draw a picture.

    Parameters
    ----------
    picture
        The arrays, their layout and links.
    theme
        ``light`` and ``dark`` write their colours out and paint the ground; ``page`` takes the colours from the CSS
        variables of `primer_core.picture.palette`, light where there are none, and leaves the ground as it is.
    title, description
        The text alternative: a name, and what can be seen.
    width
        Pixels at which a row of arrays is broken into several lines. One array that is wider makes the SVG wider.
    windows
        Of elided grids, as `Picture.payload` takes it.
    lit
        Whether the picture's focus is ringed, with what it is linked to, and its formula spelled out.

    Returns
    -------
    str
        Well-formed XML without a declaration, the same for the same picture. What XML forbids in a text (control
        characters, lone surrogates) is written as U+FFFD.
    """
    payload = picture.payload(windows)
    palette = PALETTES[theme]
    room = max(width - 2 * _MARGIN, 1.0)
    shown = spell(payload) if lit else Shown()
    blocks = [_row(row, payload, palette, shown, room) for row in payload["rows"]]
    if shown.pieces:
        blocks.append(_formula(shown, palette, room))
    body, total, height = _stacked(blocks, _ROW_GAP)
    content = [
        f"<metadata>{_json({'links': payload['links'], 'focus': payload['focus']})}</metadata>",
        _group(body, _MARGIN, _MARGIN),
    ]
    return _document(content, total + 2 * _MARGIN, height + 2 * _MARGIN, palette, title, description)


def thumbnail(
    picture: Picture,
    *,
    theme: Literal["light", "dark", "page"] = "page",
    title: str,
    description: str,
    width: float = 204,
    height: float = 92,
) -> str:
    """Draw only the cells and signs of a picture, small enough for a card: `width` by `height` pixels.

    Long axes are elided to at most 48 cells in all; what is still too large is drawn to a smaller scale. The other
    parameters and the result are those of `svg`.
    """
    drawn = {item for row in picture.rows for item in row.items if isinstance(item, str)}
    grids = tuple(grid for grid in picture.grids if grid.id in drawn)
    payload = replace(picture, grids=grids, links=(), formulas=(), focus=None).payload(most=max(48, 16 * len(grids)))
    palette = PALETTES[theme]
    views = {grid["id"]: grid for grid in payload["grids"]}
    rows = [
        [
            _sign(item["op"], 15, palette) if isinstance(item, dict) else _miniature(views[item], palette)
            for item in row["items"]
        ]
        for row in payload["rows"]
    ]
    # Rows are broken where that makes the picture larger on its card.
    layouts = [_stack([_wrapped(row, 6, 8, room) for row in rows], 8) for room in (math.inf, 2 * width, width - 12)]
    scale, box = max(((_scale(box, width - 12, height - 8), box) for box in layouts), key=lambda found: found[0])
    x, y = (width - box.width * scale) / 2, (height - box.height * scale) / 2
    content = [f'<g transform="translate({_n(x)} {_n(y)}) scale({_n(scale, 4)})">{"".join(box.marks)}</g>']
    return _document(content, width, height, palette, title, description)


def _scale(box: "_Box", width: float, height: float) -> float:
    """To what scale a box is drawn to fit, never enlarged."""
    return min(1.0, width / max(box.width, 1), height / max(box.height, 1))


# Boxes: what is drawn, with its size, at the origin.


@dataclass(frozen=True, slots=True)
class _Box:
    """Marks to draw, all between (0, 0) and (`width`, `height`)."""

    marks: tuple[str, ...] = ()
    width: float = 0.0
    height: float = 0.0


def _stacked(boxes: Sequence[_Box], gap: float) -> tuple[list[str], float, float]:
    """Boxes under each other, centred: their marks, and the size of it all."""
    boxes = [box for box in boxes if box.height]
    total = max((box.width for box in boxes), default=0.0)
    marks, y = [], 0.0
    for box in boxes:
        marks.append(_group(box.marks, (total - box.width) / 2, y))
        y += box.height + gap
    return marks, total, max(y - gap, 0.0)


def _stack(boxes: Sequence[_Box], gap: float = 0.0) -> _Box:
    marks, width, height = _stacked(boxes, gap)
    return _Box(tuple(marks), width, height)


def _beside(boxes: Sequence[_Box], gap: float) -> _Box:
    """Boxes beside each other, centred upright."""
    height = max((box.height for box in boxes), default=0.0)
    marks, x = [], 0.0
    for box in boxes:
        marks.append(_group(box.marks, x, (height - box.height) / 2))
        x += box.width + gap
    return _Box(tuple(marks), max(x - gap, 0.0), height)


def _wrapped(boxes: Sequence[_Box], gap: float, line_gap: float, room: float) -> _Box:
    """Boxes in lines of at most `room` pixels, each line centred; a box that is wider has a line to itself."""
    lines: list[list[_Box]] = []
    used = 0.0
    for box in boxes:
        if lines and used + gap + box.width <= room:
            lines[-1].append(box)
            used += gap + box.width
        else:
            lines.append([box])
            used = box.width
    return _stack([_beside(line, gap) for line in lines], line_gap)


def _row(row: Mapping[str, Any], payload: Mapping[str, Any], palette: Palette, shown: Shown, room: float) -> _Box:
    grids = {grid["id"]: grid for grid in payload["grids"]}
    compact = row["compact"]
    pairs: list[list[_Box]] = []
    open_pair = False
    for item in row["items"]:
        # A sign stays with the array after it when the line breaks.
        if isinstance(item, dict) or not open_pair:
            pairs.append([])
        if isinstance(item, dict):
            pairs[-1].append(_sign(item["op"], 20 if compact else 25, palette))
        else:
            pairs[-1].append(_array(grids[item], palette, shown.lit.get(item, {}), compact, room))
        open_pair = isinstance(item, dict)
    flow = _wrapped([_beside(pair, _PAIR_GAP) for pair in pairs], _PAIR_GAP, _LINE_GAP, room)
    if not row["label"]:
        return flow
    label = [_line(words, 12, palette.soft, weight=600, kind="row-label") for words in _broken(row["label"], 12, room)]
    return _stack([_stack(label), flow], 2)


def _sign(text: str, size: float, palette: Palette) -> _Box:
    return _line(text, size, palette.soft, kind="op", least=size * 0.72)


def _array(grid: Mapping[str, Any], palette: Palette, lit: Mapping[int, bool], compact: bool, room: float) -> _Box:
    table = _table(grid, palette, lit, compact, room)
    framed = _Box((_group(table.marks, _RING, _RING),), table.width + 2 * _RING, table.height + 2 * _RING)
    chips = [_tag_chip(text, palette) for text in grid["tags"]]
    size = 12 if compact else 13
    figure = _stack(
        [_wrapped(chips, 6, 6, room), _stack([framed, _caption(grid, palette, size, room)], 0 if compact else 4)]
    )
    marks = (f'<g data-grid="{_escape(grid["id"])}">', *figure.marks, "</g>")
    return _Box(marks, figure.width, figure.height)


def _caption(grid: Mapping[str, Any], palette: Palette, size: float, room: float) -> _Box:
    badges = [_badge(f"{grid['ndim']}-D", "plain", palette)]
    badges += [_badge(badge["text"], badge["tone"], palette) for badge in grid["badges"]]
    name, caption = grid["name"], grid["caption"]
    wide = _mono_width(name, size) + _sans_width(f" {caption}", size)
    if wide <= room:
        inner = f'<tspan font-family="{MONO}" font-weight="600">{_escape(name)}</tspan>'
        inner += f" {_escape(caption)}" if caption else ""
        # The text ends at the badge: where it is narrower than estimated, the gap is at the outer end.
        text = _text(inner, wide, size * 1.05, size, palette.ink, anchor="end", kind="caption")
        return _wrapped([_Box((text,), wide, size * 1.4), *badges], 5, 2, room)
    lines = [_line(words, size, palette.ink, kind="caption") for words in _broken(f"{name} {caption}", size, room)]
    return _stack([*lines, _wrapped(badges, 5, 2, room)], 2)


def _badge(text: str, tone: str, palette: Palette) -> _Box:
    fill, ink = palette.tones.get(tone, ("none", palette.soft))
    width = _sans_width(text, 11) * 1.06 + 14
    edge = f' stroke="{palette.line}"' if fill == "none" else ""
    rect = f'<rect x="0.5" y="0.5" width="{_n(width - 1)}" height="17" rx="5" fill="{fill}"{edge}/>'
    label = _text(_escape(text), width / 2, 13, 11, ink, weight=600, kind="badge")
    return _Box((rect, label), width, 18)


def _tag_chip(text: str, palette: Palette) -> _Box:
    width = _mono_width(text + " ↓", 12.5) + 20
    rect = f'<rect x="0.5" y="0.5" width="{_n(width - 1)}" height="19" rx="9.5" fill="none" stroke="{palette.line}"/>'
    inner = f'{_escape(text)}<tspan fill="{palette.soft}"> ↓</tspan>'
    label = _text(inner, width / 2, 14.2, 12.5, palette.ink, weight=600, mono=True, kind="tag")
    return _Box((rect, label), width, 22)


# One array: cells, rows, brackets, panels.


@dataclass(frozen=True, slots=True)
class _Style:
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


def _cell_style(grid: Mapping[str, Any], compact: bool) -> _Style:
    unit, figure = (30.0, 12.5) if compact else (36.0, 13.5) if len(grid["shape"]) > 2 else (42.0, 15.0)
    longest = max(map(len, grid["cells"]), default=1)
    # Four figures fit a square cell; wider numbers widen all cells of their array alike.
    wide = unit + max(0, min(longest, 9) - 4) * 8.2
    needed = max((_mono_width(text, _figure(text, figure)) for text in grid["cells"]), default=0.0) + 7
    labels = max((_mono_width(text, 10.5) for text in grid["labels"] or ()), default=0.0)
    return _Style(max(wide, needed, labels), unit, figure)


def _figure(text: str, size: float) -> float:
    return size - 2 if len(text) > 6 else size


def _table(grid: Mapping[str, Any], palette: Palette, lit: Mapping[int, bool], compact: bool, room: float) -> _Box:
    """All panels of an array, with the names of its outer axes above them."""
    shape, rank = grid["shape"], len(grid["shape"])
    outer = []
    for back, where in ((4, "down"), (3, "panels")):
        if rank >= back and grid["axes"][rank - back]["name"]:
            outer.append(_axis(grid["axes"][rank - back], palette, f" · {where}"))
    if 0 in shape:
        return _stack([*outer, _no_cells(palette)])
    cells = _Cells(grid, palette, lit, _cell_style(grid, compact), room)
    bands, panels = ([0] if rank < back else grid["shown"][rank - back] for back in (4, 3))
    parts: list[_Box] = []
    for place, band in enumerate(bands):
        if place and bands[place - 1] != band - 1:
            parts.append(_gap("⋮", palette, height=16))
        sheets: list[_Box] = []
        for number, panel in enumerate(panels):
            if number and panels[number - 1] != panel - 1:
                sheets.append(_gap("⋯", palette))
            sheets.append(_sheet(cells, [band, panel], place * len(panels) + number, first=number == 0))
        line = _beside(sheets, 14)
        parts.append(line if rank < 3 else _bracketed(line, 10, 0, palette.soft, 2, 8))
    return _stack([*outer, _stack(parts, 12)])


def _sheet(cells: "_Cells", where: list[int], number: int, *, first: bool) -> _Box:
    """One matrix with its place in the array and the names of its axes; only the first of a band has names."""
    grid, palette = cells.grid, cells.palette
    rank = len(grid["shape"])
    matrix = cells.matrix(number)
    above: list[_Box] = []
    if rank > 2:
        text = f"[{where[1]}]" if rank == 3 else f"[{where[0]}, {where[1]}]"
        above.append(_line(text, 11.5, palette.soft, weight=600, mono=True, kind="which", height=15))
    if rank and grid["axes"][rank - 1]["name"]:
        axis = _axis(grid["axes"][rank - 1], palette)
        above.append(axis if first else _Box((), 0, axis.height))
    column = _stack([*above, matrix])
    if rank < 2 or not first or not grid["axes"][rank - 2]["name"]:
        return column
    side = _axis(grid["axes"][rank - 2], palette)
    # A name longer than its matrix is high makes the sheet higher, so that it does not run into what is above.
    strip = side.height + 3
    low = column.height - matrix.height
    extra = max(0.0, side.width - matrix.height) / 2
    turned = f'<g transform="translate(0 {_n(low + extra + (matrix.height + side.width) / 2)}) rotate(-90)">'
    return _Box(
        (turned, *side.marks, "</g>", _group(column.marks, strip, extra)),
        column.width + strip,
        column.height + 2 * extra,
    )


class _Cells:
    """The cells of one array, panel by panel."""

    def __init__(
        self, grid: Mapping[str, Any], palette: Palette, lit: Mapping[int, bool], style: _Style, room: float
    ) -> None:
        self.grid, self.palette, self.lit, self.style, self.room = grid, palette, lit, style, room
        self.fill, self.ink = palette.roles[grid["role"]]
        self.ghost, self.marked, self.faded = (set(grid[kind]) for kind in ("ghost", "marked", "faded"))
        shape, shown = grid["shape"], grid["shown"]
        self.columns = shown[-1] if shape else [0]
        self.rows = shown[-2] if len(shape) > 1 else [0]
        self.flats = drawn_flats(grid)

    def matrix(self, panel: int) -> _Box:
        """One panel in its brackets, which nest as NumPy prints them."""
        rank, soft = len(self.grid["shape"]), self.palette.soft
        across = len(self.columns)
        lines: list[_Box] = []
        for number, row in enumerate(self.rows):
            if number and self.rows[number - 1] != row - 1:
                lines.append(_gap("⋮", self.palette, height=14))
            start = (panel * len(self.rows) + number) * across
            line = self._line(range(start, start + across))
            if not self.style.brackets:
                lines.append(line)
            elif rank == 0:
                lines.append(_padded(line, 6, 3))
            elif rank == 1:
                lines.append(_bracketed(line, 10, 5, soft, 2, 6))
            else:
                lines.append(_bracketed(line, 5.5, 1, soft, 1.5, 6, opacity=0.45))
        if rank < 2 or not self.style.brackets:
            return _stack(lines, 2)
        return _bracketed(_stack(lines, 2), 6, 4, soft, 2, 6)

    def _line(self, places: range) -> _Box:
        """The cells of one row; where they have labels, in as many lines as it takes."""
        items: list[_Box] = []
        previous = None
        for place, column in zip(places, self.columns, strict=True):
            if previous is not None and previous != column - 1:
                items.append(_gap("⋯", self.palette))
            previous = column
            items.append(self._cell(place))
        if self.grid["labels"] is None:
            return _beside(items, self.style.gap)
        above = 17.0
        items = [_Box((_group(box.marks, 0, above),), box.width, box.height + above) for box in items]
        return _wrapped_left(items, self.style.gap, 3, self.room - 40)

    def _cell(self, place: int) -> _Box:
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
            f'<rect x="0.5" y="0.5" width="{_n(width - 1)}" height="{_n(height - 1)}" rx="{_n(style.radius - 0.5)}" '
            f'fill="{fill}" stroke="{edge}"{dash}/>'
        ]
        if marked:
            marks.append(_frame(width, height, 1, style.radius - 1, self.ink, 2 if style.brackets else 1.5))
        if flat in self.lit:
            thick = 3.5 if self.lit[flat] else 2.5
            marks.append(_frame(width, height, -0.5 - thick / 2, style.radius + 0.5 + thick / 2, palette.accent, thick))
        size = _figure(text, style.figure)
        marks.append(
            _text(
                _escape(text), width / 2, height / 2 + size * 0.35, size, ink,
                weight=700 if marked else 500, mono=True, kind="number",
            )
        )  # fmt: skip
        if self.grid["labels"] is not None:
            label = _escape(self.grid["labels"][place])
            marks.append(_text(label, width / 2, -5.5, 10.5, palette.soft, mono=True, kind="label"))
        opening = (
            f'<g class="{" ".join(["cell", *kinds])}" data-cell="{_escape(self.grid["id"])} {flat}" '
            f'data-role="{self.grid["role"]}">'
        )
        return _Box((opening, *marks, "</g>"), width, height)


def _wrapped_left(boxes: Sequence[_Box], gap: float, line_gap: float, room: float) -> _Box:
    """Boxes in lines of at most `room` pixels, each line from the left."""
    marks, x, y, total = [], 0.0, 0.0, 0.0
    height = max((box.height for box in boxes), default=0.0)
    for box in boxes:
        if x and x + box.width > room:
            x, y = 0.0, y + height + line_gap
        marks.append(_group(box.marks, x, y + (height - box.height)))
        x += box.width + gap
        total = max(total, x - gap)
    return _Box(tuple(marks), total, y + height)


def _miniature(grid: Mapping[str, Any], palette: Palette) -> _Box:
    """One array as small cells without brackets or names."""
    if 0 in grid["shape"]:
        return _no_cells(palette)
    longest = max((_mono_width(text, 9.5) for text in grid["cells"]), default=0.0)
    style = _Style(max(19.0, longest + 5), 19.0, 9.5, gap=2, radius=4, brackets=False)
    bare = {**grid, "labels": None}
    cells = _Cells(bare, palette, {}, style, 0)
    rank = len(grid["shape"])
    bands, panels = ([0] if rank < back else grid["shown"][rank - back] for back in (4, 3))
    sheets = [cells.matrix(number) for number in range(len(bands) * len(panels))]
    lines = [_beside(sheets[start : start + len(panels)], 8) for start in range(0, len(sheets), len(panels))]
    table = _stack(lines, 8)
    marks = (f'<g data-grid="{_escape(grid["id"])}">', *table.marks, "</g>")
    return _Box(marks, table.width, table.height)


# Marks.


def _padded(box: _Box, x: float, y: float) -> _Box:
    return _Box((_group(box.marks, x, y),), box.width + 2 * x, box.height + 2 * y)


def _bracketed(
    box: _Box, x: float, y: float, colour: str, thick: float, radius: float, *, opacity: float = 1.0
) -> _Box:
    """A box with `x` and `y` pixels of room around it, between two upright brackets."""
    inner = _padded(box, x, y)
    width, height, half = inner.width, inner.height, thick / 2
    bend = min(radius, height / 2)
    faint = f' stroke-opacity="{opacity}"' if opacity < 1 else ""
    path = "".join(
        f"M{_n(edge + turn * (bend * 0.7))} {_n(half)}Q{_n(edge)} {_n(half)} {_n(edge)} {_n(bend)}"
        f"V{_n(height - bend)}Q{_n(edge)} {_n(height - half)} {_n(edge + turn * (bend * 0.7))} {_n(height - half)}"
        for edge, turn in ((half, 1), (width - half, -1))
    )
    stroke = f'<path data-part="bracket" d="{path}" fill="none" stroke="{colour}" stroke-width="{thick}"{faint}/>'
    return _Box((*inner.marks, stroke), width, height)


def _frame(width: float, height: float, inset: float, radius: float, colour: str, thick: float) -> str:
    """A ring around a cell, or inside it where `inset` is above zero."""
    return (
        f'<rect x="{_n(inset)}" y="{_n(inset)}" width="{_n(width - 2 * inset)}" height="{_n(height - 2 * inset)}" '
        f'rx="{_n(radius)}" fill="none" stroke="{colour}" stroke-width="{thick}"/>'
    )


def _no_cells(palette: Palette) -> _Box:
    box = _padded(_line("no cells", 14, palette.soft, kind="empty"), 14, 8)
    rect = (
        f'<rect x="0.5" y="0.5" width="{_n(box.width - 1)}" height="{_n(box.height - 1)}" rx="7" fill="none" '
        f'stroke="{palette.line}" stroke-dasharray="3.5 2.5"/>'
    )
    return _Box((rect, *box.marks), box.width, box.height)


def _gap(text: str, palette: Palette, *, height: float = 20, width: float = 16) -> _Box:
    """The sign of what is left out between two cells, rows or panels."""
    mark = _text(text, width / 2, height / 2 + 5, 14, palette.soft, kind="gap")
    return _Box((mark,), width, height)


def _axis(axis: Mapping[str, Any], palette: Palette, more: str = "") -> _Box:
    text, marked = f"{axis['name']} · {axis['size']}{more}", axis["marked"]
    colour, weight = (palette.accent, 700) if marked else (palette.soft, 400)
    return _line(text, 11, colour, weight=weight, kind="axis", height=17)


def _line(
    text: str,
    size: float,
    colour: str,
    *,
    weight: int = 400,
    mono: bool = False,
    kind: str,
    least: float = 0.0,
    height: float | None = None,
) -> _Box:
    """One line of text."""
    height = size * 1.4 if height is None else height
    width = _mono_width(text, size) if mono else _sans_width(text, size) * (1.06 if weight > 500 else 1)
    width = max(width, least)
    mark = _text(_escape(text), width / 2, height / 2 + size * 0.35, size, colour, weight=weight, mono=mono, kind=kind)
    return _Box((mark,), width, height)


def _formula(shown: Shown, palette: Palette, room: float) -> _Box:
    """The formula of the cell in focus, broken between its pieces where it is longer than a line."""
    size, height = 16.0, 30.0
    lines: list[list[_Box]] = [[]]
    used = 0.0

    def put(box: _Box) -> None:
        nonlocal used
        if lines[-1] and used + box.width > room:
            lines.append([])
            used = 0.0
        lines[-1].append(box)
        used += box.width

    for piece in shown.pieces:
        if isinstance(piece, Address):
            fill, ink = palette.roles[piece.role]
            width = _mono_width(piece.text, size) + 14
            rect = f'<rect x="0" y="2.5" width="{_n(width)}" height="25" rx="5" fill="{fill}"/>'
            label = _text(_escape(piece.text), width / 2, 20.6, size, ink, mono=True, kind="chip")
            put(_Box((rect, label), width, height))
            continue
        bold = isinstance(piece, Bold)
        text = piece.text if isinstance(piece, Bold) else piece
        for number, part in enumerate(text.split("\n")):
            if number:
                lines.append([])
                used = 0.0
            for words in _broken(part, size, room, mono=True) if part else []:
                lead = _mono_width(words[: len(words) - len(words.lstrip(" "))], size)
                mark = _text(
                    _escape(words.strip(" ")), lead, 20.6, size, palette.ink,
                    weight=700 if bold else 400, mono=True, anchor="start", kind="formula",
                )  # fmt: skip
                put(_Box((mark,), _mono_width(words, size), height))
    return _stack([_beside(line, 0) for line in lines])


def _text(
    inner: str,
    x: float,
    y: float,
    size: float,
    colour: str,
    *,
    weight: int = 400,
    mono: bool = False,
    anchor: str = "middle",
    kind: str,
) -> str:
    """A text element; `inner` is XML."""
    family = f' font-family="{MONO}"' if mono else ""
    bold = f' font-weight="{weight}"' if weight != 400 else ""
    return (
        f'<text data-part="{kind}" x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}"{family}{bold} fill="{colour}" '
        f'text-anchor="{anchor}">{inner}</text>'
    )


def _group(marks: Iterable[str], x: float, y: float) -> str:
    inner = "".join(marks)
    return f'<g transform="translate({_n(x)} {_n(y)})">{inner}</g>' if inner and (x or y) else inner


def _document(
    content: Sequence[str], width: float, height: float, palette: Palette, title: str, description: str
) -> str:
    body = "".join(content)
    # Ids are the page's, where an SVG stands in one: made of what it shows, they are the same each time.
    own = hashlib.sha256(f"{title}\0{description}\0{body}".encode("utf-8", "surrogatepass")).hexdigest()[:12]
    ground = f'<rect width="100%" height="100%" fill="{palette.ground}"/>' if palette.paints_ground else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title-{own} description-{own}" '
        f'width="{_n(width)}" height="{_n(height)}" viewBox="0 0 {_n(width)} {_n(height)}" '
        f'style="max-width: 100%; height: auto" font-family="{SANS}">'
        f'<title id="title-{own}">{_escape(title)}</title><desc id="description-{own}">{_escape(description)}</desc>'
        f"{ground}{body}</svg>"
    )


def _json(value: Any) -> str:
    return _escape(json.dumps(value, separators=(",", ":")))


def _n(value: float, digits: int = 2) -> str:
    """A length, as short as it can be written."""
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# Texts: what XML allows, and how wide they are at most.


def _escape(text: str) -> str:
    """A text as XML content or attribute value, whatever is in it."""
    clean = "".join(char if _is_allowed(char) else "\ufffd" for char in text)
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        clean = clean.replace(char, entity)
    for char in _ALLOWED:
        clean = clean.replace(char, f"&#{ord(char)};")
    return clean


def _is_allowed(char: str) -> bool:
    """Whether XML 1.0 has the character: no control characters but three, no surrogates, no U+FFFE and U+FFFF."""
    code = ord(char)
    return char in _ALLOWED or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


def _mono_width(text: str, size: float) -> float:
    return sum(1.05 if _is_wide(char) else 0.0 if _is_mark(char) else 0.605 for char in text) * size


def _sans_width(text: str, size: float) -> float:
    """At most how wide a text is, by the widths of DejaVu Sans, the widest of the usual fonts."""
    return sum(1.05 if _is_wide(char) else 0.0 if _is_mark(char) else _sans_share(char) for char in text) * size


_SHARES = {char: share for chars, share in ((" .,", 0.33), ("ijlI'|", 0.33), ("ft()[]:;!/-r", 0.42), ("mMW@%—⋯…", 1.0),
           ("w", 0.83), ("+=<>−→×÷↓~^", 0.84)) for char in chars}  # fmt: skip


def _sans_share(char: str) -> float:
    return _SHARES.get(char) or (0.75 if char.isupper() else 0.64)


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def _is_mark(char: str) -> bool:
    return unicodedata.combining(char) != 0 or unicodedata.category(char) == "Cf"


def _broken(text: str, size: float, room: float, *, mono: bool = False) -> list[str]:
    """A text in lines of at most `room` pixels, broken after spaces, or anywhere in a word that is longer."""
    measure = _mono_width if mono else _sans_width
    if measure(text, size) <= room:
        return [text]
    lines = [""]
    for word in text.replace(" ", " \0").split("\0"):
        pieces = [word] if measure(word, size) <= room else list(word)
        for piece in pieces:
            if lines[-1] and measure(lines[-1] + piece.rstrip(" "), size) > room:
                lines.append("")
            lines[-1] += piece
    return lines
