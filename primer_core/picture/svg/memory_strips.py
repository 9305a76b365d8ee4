"""Memory as an SVG shows it: ``<g class="strip">`` a buffer, ``<g class="row">`` it and each array that lies in it."""

from primer_core.picture.memory_strips import MemoryStrips, Pointer, Strip, places
from primer_core.picture.palette import Palette
from primer_core.picture.svg.boxes import Box, column, frame, group, line, paragraph, px, rectangle, text_mark
from primer_core.picture.svg.texts import escape, mono_width

_CELL, _BETWEEN, _GAP, _HEIGHT, _LEAD = 20.0, 3.0, 16.0, 22.0, 34.0
_SIZE = 13.0


def memory_strips(part: MemoryStrips, palette: Palette, room: float) -> Box:
    """Draw each buffer as a strip, and below it the cells that each array in it touches."""
    named = [", ".join(pointer.names) for strip in part.strips for pointer in strip.pointers]
    width = max((mono_width(names, _SIZE) for names in named), default=0.0) + 8
    return column([_strip(strip, width, palette, room) for strip in part.strips], 18)


def _strip(strip: Strip, width: float, palette: Palette, room: float) -> Box:
    whole, others = strip.whole, strip.others
    rows = [_row(strip, whole, strip.drawn, width, palette, is_strip=True)]
    rows += [_row(strip, pointer, pointer.cells, width, palette, is_strip=False) for pointer in others]
    notes = ["; ".join(strip.notes), *(pointer.note for pointer in others)]
    boxes = []
    for row, note in zip(rows, notes, strict=True):
        words = paragraph(note, 12, palette.soft, palette, max(room - width - _LEAD, 120), kind="note")
        both = column([row, Box((group(words.marks, width + _LEAD, 0),), width + _LEAD + words.width, words.height)], 3)
        boxes.append(Box(('<g class="row">', *both.marks, "</g>"), both.width, both.height))
    drawn = column(boxes, 6)
    return Box((f'<g class="strip" data-role="{strip.role}">', *drawn.marks, "</g>"), drawn.width, drawn.height)


def _row(
    strip: Strip, pointer: Pointer | None, cells: tuple[int, ...], width: float, palette: Palette, *, is_strip: bool
) -> Box:
    marks: list[str] = []
    left = _lefts(strip)
    right = max(left.values(), default=0.0) + _CELL
    if pointer is not None:
        names = line(", ".join(pointer.names), _SIZE, palette.ink, weight=600, mono=True, kind="name")
        marks.append(group(names.marks, 0, (_HEIGHT - names.height) / 2))
        end = width + _LEAD - 4 + (left[cells[0]] if cells else 0.0)
        y = px(_HEIGHT / 2)
        stroke = f'fill="none" stroke="{palette.soft}" stroke-width="1.3"'
        marks.append(f'<path d="M{px(width)} {y}H{px(end)}m-5 -4l5 4l-5 4" {stroke}/>')
    touched = strip.looked_into
    for cell in cells:
        kinds = [*(["touched"] if not is_strip or cell in touched else []), *(["changed"] * (cell in strip.changed))]
        marks.append(group(_cell(strip, kinds, palette), width + _LEAD + left[cell], 1))
    if is_strip:
        for at, place in enumerate(places(strip.drawn)):
            if place is None:
                before = strip.drawn[sum(1 for each in places(strip.drawn)[:at] if each is not None) - 1]
                x = width + _LEAD + left[before] + _CELL + _BETWEEN + _GAP / 2
                marks.append(text_mark("…", x, _HEIGHT / 2 + 4, 13, palette.soft, kind="gap"))
    return Box(tuple(marks), width + _LEAD + right, _HEIGHT)


def _cell(strip: Strip, kinds: list[str], palette: Palette) -> tuple[str, ...]:
    fill, ink = palette.roles[strip.role]
    edge = palette.mix(ink, palette.ground, 40)
    box = rectangle(0, 0, _CELL, _CELL, fill, radius=4, edge=edge)
    ring = frame(_CELL, _CELL, 1, 4, palette.accent, 2) if "touched" in kinds else ""
    dot = text_mark(escape("●"), _CELL / 2, _CELL / 2 + 4, 10, ink, kind="dot") if "changed" in kinds else ""
    return (f'<g class="{" ".join(["cell", *kinds])}">', box, ring, dot, "</g>")


def _lefts(strip: Strip) -> dict[int, float]:
    """Return where each drawn cell begins."""
    found, x = {}, 0.0
    for cell in places(strip.drawn):
        if cell is None:
            x += _GAP + _BETWEEN
        else:
            found[cell] = x
            x += _CELL + _BETWEEN
    return found
