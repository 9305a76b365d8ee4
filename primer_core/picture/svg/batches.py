"""Batches as an SVG shows them: ``<g class="epoch">`` each, its samples above, and ``<g class="batch">`` below."""

from primer_core.picture.batches import LEFT_OUT, SOURCE, BatchBox, Batches, EpochFlow
from primer_core.picture.palette import Palette
from primer_core.picture.svg.boxes import (
    Box,
    column,
    frame,
    group,
    line,
    paragraph,
    px,
    rectangle,
    text_mark,
    wrapped_left,
)
from primer_core.picture.text import joined

_BETWEEN, _FLOW, _GAP, _PAD = 3.0, 64.0, 36.0, 5.0
_LEAST = 380.0
"""Pixels that an epoch has at least where two stand side by side."""


def batches(part: Batches, palette: Palette, room: float) -> Box:
    """Draw the epochs side by side where there is room, and below what is said of the first sample."""
    count = len(part.epochs)
    beside = (room - _GAP * (count - 1)) / count
    width = beside if beside >= _LEAST else room
    boxes = [_epoch(epoch, part, palette, width) for epoch in part.epochs]
    if width < room:
        marks = [group(box.marks, place * (width + _GAP), 0) for place, box in enumerate(boxes)]
        drawn = Box(tuple(marks), room, max(box.height for box in boxes))
    else:
        drawn = column(boxes, 22)
    said = joined([part.samples[0].says, *(epoch.ways[0] for epoch in part.epochs)], "\n")
    words = paragraph(said, 13.5, palette.ink, palette, room, kind="told")
    return column([_legend(part, palette, room), drawn, words], 14)


def _legend(part: Batches, palette: Palette, room: float) -> Box:
    boxes = []
    for each in part.legend:
        fill, ink = palette.roles[each.role]
        label = line(each.text, 12.5, palette.soft, kind="legend")
        swatch = rectangle(0, 3, 12, 12, fill, radius=3, edge=palette.mix(ink, palette.ground, 45))
        boxes.append(Box((swatch, group(label.marks, 17, 0)), 17 + label.width, label.height))
    return wrapped_left(boxes, 16, 4, room)


def _epoch(epoch: EpochFlow, part: Batches, palette: Palette, room: float) -> Box:
    side = _side(part)
    title = column(
        [
            line(epoch.name, 13.5, palette.ink, weight=600, kind="epoch-name"),
            line(SOURCE, 12, palette.soft, kind="source-name"),
        ]
    )
    count = len(part.samples)
    places = _rows(count, side, room)
    top = title.height + 6
    bottom = top + (places[-1][1] + side if places else 0.0)
    marks = [*title.marks]
    held = [(batch, "") for batch in epoch.batches]
    if epoch.left_out:
        held.append((BatchBox(LEFT_OUT, "", epoch.left_out), "left-out"))
    boxes: list[str] = []
    ends: dict[int, tuple[float, float]] = {}
    x, y, height, widest = 0.0, bottom + _FLOW, 0.0, 0.0
    for batch, kind in held:
        box, inner = _batch(batch, kind, part, palette, room)
        if x and x + box.width > room:
            x, y, height = 0.0, y + height + 10, 0.0
        boxes.append(group(box.marks, x, y))
        if not kind:
            ends |= {index: (x + across + side / 2, y + down) for index, (across, down) in inner.items()}
        x, height, widest = x + box.width + 10, max(height, box.height), max(widest, x + box.width)
    for index, (across, down) in enumerate(places):
        if index in ends and (part.numbered or index == 0):
            marks.append(_way(across + side / 2, top + down + side, *ends[index], index, part, palette))
    for index, (across, down) in enumerate(places):
        marks.append(group(_cell(index, "", part, palette, is_source=True), across, top + down))
    total = max([widest, title.width, *(across + side for across, _ in places)])
    return Box(('<g class="epoch">', *marks, *boxes, "</g>"), total, y + height)


def _side(part: Batches) -> float:
    """Return how wide a cell is."""
    return 34.0 if part.few else 22.0 if part.numbered else 10.0


def _rows(count: int, side: float, room: float) -> list[tuple[float, float]]:
    most = max(1, int((room + _BETWEEN) // (side + _BETWEEN)))
    return [(index % most * (side + _BETWEEN), index // most * (side + _BETWEEN)) for index in range(count)]


def _batch(
    batch: BatchBox, kind: str, part: Batches, palette: Palette, room: float
) -> tuple[Box, dict[int, tuple[float, float]]]:
    """Return a batch, and where in it each of its samples lies."""
    side = _side(part)
    places = _rows(len(batch.samples), side, min(room - 2 * _PAD, 16 * (side + _BETWEEN)))
    name = line(batch.name, 12, palette.soft, kind="batch-name")
    note = line(batch.note, 12, palette.soft, mono=True, kind="batch-note") if batch.note else Box()
    wide = max(across + side for across, _ in places) + 2 * _PAD
    high = places[-1][1] + side + 2 * _PAD
    width = max(wide, name.width, note.width)
    edge = palette.tones["bad"][1] if batch.refused else palette.line
    dash = "4 3" if kind else ""
    marks = [rectangle((width - wide) / 2, 0, wide, high, "none", radius=8, edge=edge, thick=1.5, dash=dash)]
    inner = {}
    for position, index in enumerate(batch.samples):
        across, down = places[position][0] + _PAD + (width - wide) / 2, places[position][1] + _PAD
        inner[index] = (across, down)
        marks.append(group(_cell(index, kind, part, palette), across, down))
    marks += [group(name.marks, (width - name.width) / 2, high + 2)]
    marks += [group(note.marks, (width - note.width) / 2, high + 2 + name.height)] if note.marks else []
    kinds = " ".join(["batch", *(["refused"] * batch.refused), *([kind] if kind else [])])
    return Box((f'<g class="{kinds}">', *marks, "</g>"), width, high + 2 + name.height + note.height), inner


def _cell(index: int, kind: str, part: Batches, palette: Palette, *, is_source: bool = False) -> tuple[str, ...]:
    side = _side(part)
    role = part.samples[index].role
    fill, ink = palette.roles[role]
    edge = palette.mix(ink, palette.ground, 40)
    left_out = kind == "left-out"
    box = rectangle(0, 0, side, side, "none" if left_out else fill, radius=5, edge=edge, dash="3 2" if left_out else "")
    number = text_mark(
        str(index), side / 2, side / 2 + 4.2, 14 if part.few else 12, ink, weight=500, mono=True, kind="number"
    )
    ring = frame(side, side, 0.5, 5, palette.accent, 2) if index == 0 else ""
    kinds = " ".join(["cell", *([kind] if kind else []), *(["active"] if index == 0 else [])])
    source = ' data-source=""' if is_source else ""
    shown = number if part.numbered else ""
    return (f'<g class="{kinds}" data-role="{role}"{source}>', box, shown, ring, "</g>")


def _way(from_x: float, from_y: float, to_x: float, to_y: float, index: int, part: Batches, palette: Palette) -> str:
    middle = (from_y + to_y) / 2
    path = f"M{px(from_x)} {px(from_y)}C{px(from_x)} {px(middle)} {px(to_x)} {px(middle)} {px(to_x)} {px(to_y)}"
    active = index == 0
    colour = palette.accent if active else palette.own[part.samples[index].role]
    faint = "" if active else ' stroke-opacity="0.6"'
    return (
        f'<path class="way" d="{path}" fill="none" stroke="{colour}" stroke-width="{2.4 if active else 1.4}"{faint}/>'
    )
