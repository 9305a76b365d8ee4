"""Probabilities against their targets as an SVG shows them, and the calculations in the same columns.

A class is ``<g class="column" data-p="0.5" data-target="1" data-arrow="up">``, the arrow ``none`` where probability
and target meet; a number is ``<g class="cell" data-role="a">``, with ``broken``, ``lit`` and ``active`` as further
classes.
"""

from primer_core.picture.palette import Palette
from primer_core.picture.probability_bars import ProbabilityBar, ProbabilityBars, StepCell, StepRow, StepTable
from primer_core.picture.spell import Address, Shown
from primer_core.picture.svg.arrays import spelled_out
from primer_core.picture.svg.boxes import (
    Box,
    beside,
    column,
    group,
    paragraph,
    px,
    rectangle,
    stack,
    text_mark,
    wrapped_left,
)
from primer_core.picture.svg.texts import escape, mono_width

_GAP = 6.0
_FIELD = 168.0
_WIDEST = 92.0
_TILE = 30.0
_LEAST_ARROW = 0.004  # shorter ones have no room for their head

Spot = tuple[int, int, int]
"""A table, a row of it and a cell of that."""


def probability_bars(part: ProbabilityBars, palette: Palette, room: float) -> Box:
    """Draw the legend, a bar a class, and the tables, with the cell in focus spelled out under the first."""
    size = 13.5
    names = [row.name for table in part.tables for row in table.rows]
    side = max([_WIDEST - 10, *(mono_width(name, size) for name in names)]) + 10
    texts = [cell.text for table in part.tables for row in table.rows if len(row.cells) > 1 for cell in row.cells]
    heads = [_head(bar, palette) for bar in part.bars]
    widest = max(
        [58.0, *(mono_width(text, size) + 10 for text in texts), *(box.width for head in heads for box in head)]
    )
    even = (min(room, 760) - side) / max(len(part.bars), 1) - _GAP
    width = min(max(widest, even), max(widest, 120.0))
    tall = max((head[0].height for head in heads), default=0.0)
    columns = [_column(bar, head, palette, width, tall) for bar, head in zip(part.bars, heads, strict=True)]
    upper = beside([Box((), side - _GAP, 1), *columns], _GAP)
    total = upper.width
    blocks = [upper]
    for place, table in enumerate(part.tables):
        blocks.append(_table(table, place, part, palette, side, width))
        if place == 0:
            blocks.append(_spelled(part, palette, max(total, min(room, 640))))
    wide = max(box.width for box in blocks)
    return column([_legend(part, palette, wide), stack(blocks, 14)], 14)


def _legend(part: ProbabilityBars, palette: Palette, room: float) -> Box:
    fill, edge = palette.roles["result"]
    signs = (
        (Box((rectangle(0, 0, 12, 12, fill, radius=3, edge=edge),), 12, 12), part.share),
        (Box((_dashes(0, 16, 6, palette),), 16, 12), part.aim),
        (paragraph("↑", 13, palette.accent, palette, room, kind="sign", weight=700), part.arrow),
    )
    items = [beside([mark, paragraph(words, 13, palette.soft, palette, room - 40, kind="legend")], 6)
             for mark, words in signs]  # fmt: skip
    return wrapped_left(items, 18, 4, room)


def _dashes(x: float, width: float, y: float, palette: Palette) -> str:
    colour = palette.roles["b"][1]
    return f'<path d="M{px(x)} {px(y)}h{px(width)}" stroke="{colour}" stroke-width="2" stroke-dasharray="5 3"/>'


def _head(bar: ProbabilityBar, palette: Palette) -> tuple[Box, Box, Box, Box]:
    """The number above a bar, and the share, the name and the words below it."""
    gradient = paragraph(
        bar.gradient, 13, palette.accent, palette, 1e9, kind="gradient", weight=600, mono=True, anchor="middle"
    )
    share = paragraph(
        bar.percent,
        14,
        palette.roles["result"][1],
        palette,
        1e9,
        kind="percent",
        weight=600,
        mono=True,
        anchor="middle",
    )
    name = paragraph(bar.name, 12.5, palette.soft, palette, 120, kind="bar-name", anchor="middle")
    words = " · ".join(bar.tags)
    tags = paragraph(words, 11, palette.roles["b"][1], palette, 120, kind="bar-tags", weight=600, anchor="middle")
    return gradient, share, name, tags


def _column(bar: ProbabilityBar, head: tuple[Box, Box, Box, Box], palette: Palette, width: float, tall: float) -> Box:
    gap = (bar.p if bar.target is None else bar.target) - bar.p
    arrow = "none" if abs(gap) < _LEAST_ARROW else "up" if gap > 0 else "down"
    below = stack(head[1:], 1)
    field = group(_field(bar, arrow, palette, min(width, _WIDEST)), (width - min(width, _WIDEST)) / 2, tall + 8)
    marks = (
        f'<g class="column" data-p="{bar.p:.6f}" data-target="{bar.target or 0:.6f}" data-arrow="{arrow}">',
        group(head[0].marks, (width - head[0].width) / 2, 0),
        field,
        group(below.marks, (width - below.width) / 2, tall + 8 + _FIELD + 5),
        "</g>",
    )
    # Tags that others have and this one lacks leave their room empty: all fields stand at one height.
    return Box(marks, width, tall + 8 + _FIELD + 5 + 62)


def _field(bar: ProbabilityBar, arrow: str, palette: Palette, width: float) -> list[str]:
    fill, ink = palette.roles["result"]
    top, target = _FIELD * (1 - bar.p), _FIELD * (1 - (bar.target or 0))
    marks = []
    if bar.target:
        marks.append(_dashes(-5, width + 10, target, palette))
    if bar.p:
        bend = min(6.0, _FIELD * bar.p)
        path = f"M0.5 {px(_FIELD)}V{px(top + bend)}q0 {px(-bend)} {px(bend)} {px(-bend)}H{px(width - bend - 0.5)}"
        path += f"q{px(bend)} 0 {px(bend)} {px(bend)}V{px(_FIELD)}"
        marks.append(f'<path d="{path}" fill="{fill}" stroke="{palette.mix(ink, fill, 55)}"/>')
    marks.append(f'<path d="M0 {px(_FIELD + 1)}H{px(width)}" stroke="{palette.soft}" stroke-width="2"/>')
    if arrow != "none":
        marks.append(_arrow(width / 2, top, target, palette.accent))
    return marks


def _arrow(x: float, start: float, end: float, colour: str) -> str:
    turn = 1 if end > start else -1
    head = min(9.0, abs(end - start))
    neck = end - turn * head
    return (
        f'<path d="M{px(x)} {px(start)}V{px(neck)}" stroke="{colour}" stroke-width="3"/>'
        f'<path d="M{px(x - 6)} {px(neck)}H{px(x + 6)}L{px(x)} {px(end)}Z" fill="{colour}"/>'
    )


def _table(table: StepTable, place: int, part: ProbabilityBars, palette: Palette, side: float, width: float) -> Box:
    title = paragraph(table.title, 12.5, palette.soft, palette, 1e9, kind="table-title", weight=600)
    total = side + len(part.bars) * (width + _GAP) - _GAP
    rows = [_row(row, (place, number), part, palette, side, width, total) for number, row in enumerate(table.rows)]
    return column([title, *rows], 4)


def _row(
    row: StepRow,
    spot: tuple[int, int],
    part: ProbabilityBars,
    palette: Palette,
    side: float,
    width: float,
    total: float,
) -> Box:
    name = paragraph(row.name, 13.5, palette.soft, palette, 1e9, kind="step-name", weight=500, mono=True)
    marks = [group(name.marks, side - 10 - name.width, (_TILE - name.height) / 2)]
    whole = len(row.cells) == 1
    for place, cell in enumerate(row.cells):
        tile = _tile(cell, row, (*spot, place), part, palette, total - side if whole else width)
        marks.append(group(tile, side + place * (width + _GAP), 0))
    return Box((f'<g class="tiles" data-role="{row.role}">', *marks, "</g>"), total, _TILE + 2)


def _tile(cell: StepCell, row: StepRow, spot: Spot, part: ProbabilityBars, palette: Palette, width: float) -> list[str]:
    table, at, place = part.focus
    focused = part.tables[table].rows[at]
    lit = spot[0] == table and (spot[2] == place or len(row.cells) == 1 or len(focused.cells) == 1)
    active = lit and spot[1] == at and spot[2] == place
    fill, ink = palette.tones["bad"] if cell.broken else palette.roles[row.role]
    edge = palette.accent if lit else palette.mix(ink, fill, 24)
    kinds = [kind for kind, holds in (("broken", cell.broken), ("lit", lit), ("active", active)) if holds]
    marks = [f'<g class="{" ".join(["cell", *kinds])}" data-role="{row.role}">']
    marks.append(rectangle(0, 0, width, _TILE, fill, radius=6, edge=edge))
    if active:
        marks.append(rectangle(-3, -3, width + 6, _TILE + 6, "none", radius=9, edge=palette.accent, thick=3))
    weight = 700 if cell.broken else 500
    y = _TILE / 2 + 4.7
    marks.append(text_mark(escape(cell.text), width / 2, y, 13.5, ink, weight=weight, mono=True, kind="number"))
    return [*marks, "</g>"]


def _spelled(part: ProbabilityBars, palette: Palette, room: float) -> Box:
    table, at, place = part.focus
    row = part.tables[table].rows[at]
    cell = row.cells[place]
    index = part.places[place] if part.places else place
    address = row.name if len(row.cells) == 1 else f"{row.name}[{index}]"
    formula = spelled_out(Shown(pieces=(Address(row.role, address), f" = {cell.formula}")), palette, room, size=14)
    remark = paragraph(cell.note, 14, palette.soft, palette, room, kind="remark", anchor="middle")
    return stack([Box(('<g data-part="spelled">', *formula.marks, "</g>"), formula.width, formula.height), remark], 2)
