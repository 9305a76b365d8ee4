"""Bars as an SVG shows them: a row each, with its texts, and the bar between them.

A bar is ``<g class="bar" data-role="a" data-share="50">``: its length is `data-share` percent of its track.
"""

from collections.abc import Mapping
from typing import Literal

from primer_core.picture.bars import Bar, Bars, Column
from primer_core.picture.palette import Palette
from primer_core.picture.svg.boxes import Box, group, paragraph, px, rectangle
from primer_core.picture.text import Text

_ROW = 26.0
_THICK = 13.6
_GAP = 12.0
_TRACK = (120.0, 430.0)
_COLUMNS: tuple[Column, ...] = ("group", "name", "label", "note")
#: Figures stand at the right, so that their units are under each other.
_ANCHORS: Mapping[Column, Literal["end"]] = {"label": "end", "note": "end"}


def bars(part: Bars, palette: Palette, room: float) -> Box:
    """Draw bars one below the other, their texts in columns beside them."""
    rows = [_texts(bar, before, palette) for bar, before in zip(part.bars, (None, *part.bars), strict=False)]
    titles = {
        column: paragraph(
            part.titles.get(column, ""),
            12.5,
            palette.soft,
            palette,
            room,
            kind="title",
            weight=600,
            anchor=_ANCHORS.get(column, "start"),
        )
        for column in _COLUMNS
    }
    widths = {column: max(row[column].width for row in (titles, *rows)) for column in _COLUMNS}
    taken = sum(width + _GAP for width in widths.values() if width)
    track = min(max(room - taken, _TRACK[0]), _TRACK[1])
    left: dict[Column, float] = {}
    x, start = 0.0, 0.0
    for column in _COLUMNS:
        if column == "label":
            start, x = x, x + track + _GAP
        left[column] = x
        x += widths[column] + _GAP if widths[column] else 0.0
    marks, y = [], 0.0
    if any(title.width for title in titles.values()):
        marks += [_placed(titles[column], column, left, widths, y, 20) for column in _COLUMNS]
        y = 24.0
    for bar, texts, share in zip(part.bars, rows, part.shares(), strict=True):
        if texts["group"].width and y > _ROW:
            marks.append(f'<path d="M0 {px(y)}H{px(x - _GAP)}" stroke="{palette.line}"/>')
        top = y + (_ROW - _THICK) / 2
        length = max(track * share / 100, 2.0)
        marks.append(f'<g class="bar" data-role="{bar.tone}" data-share="{share:.3f}">')
        marks.append(rectangle(start, top, length, _THICK, palette.own[bar.tone], radius=3))
        marks += [_placed(texts[column], column, left, widths, y, _ROW) for column in _COLUMNS]
        marks.append("</g>")
        y += _ROW
    return Box(tuple(marks), max(x - _GAP, 0.0), y)


def _texts(bar: Bar, before: Bar | None, palette: Palette) -> dict[Column, Box]:
    begins = bar.group if before is None or before.group != bar.group else ""
    contents: dict[Column, Text | str] = {"group": begins, "name": bar.name, "label": bar.label, "note": bar.note}
    return {column: _text(contents[column], column, palette) for column in _COLUMNS}


def _text(content: Text | str, column: Column, palette: Palette) -> Box:
    return paragraph(content, 14, palette.ink, palette, float("inf"), kind=column, anchor=_ANCHORS.get(column, "start"))


def _placed(
    box: Box, column: Column, left: dict[Column, float], widths: dict[Column, float], y: float, height: float
) -> str:
    space = widths[column] - box.width if column in _ANCHORS else 0.0
    return group(box.marks, left[column] + space, y + (height - box.height) / 2)
