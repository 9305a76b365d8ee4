"""The bits of a number as an SVG shows them: ``<g class="cell" data-role="sign">`` a bit, its field being its role."""

from collections.abc import Mapping

from primer_core.picture.bits import BitGroup, Bits, FieldName
from primer_core.picture.palette import Palette
from primer_core.picture.svg.boxes import Box, column, paragraph, px, rectangle, text_mark, wrapped_left
from primer_core.picture.svg.texts import escape
from primer_core.picture.text import Role

_WIDTH, _HEIGHT = 19.0, 22.0
_ROLES: Mapping[FieldName, Role] = {"sign": "c", "exponent": "b", "fraction": "a", "value": "a"}


def bits(part: Bits, palette: Palette, room: float) -> Box:
    """Draw each field of bits with its name and its length below, and how they make the number."""
    fields = wrapped_left([_field(field, palette, room) for field in part.groups], 14, 10, room)
    formula = paragraph(part.formula, 14.5, palette.ink, palette, room, kind="formula", mono=True)
    return column([fields, formula], 10)


def _field(field: BitGroup, palette: Palette, room: float) -> Box:
    cells = wrapped_left([_cell(bit, field.name, palette) for bit in field.bits], 2, 2, room)
    caption = paragraph(f"{field.name} · {len(field.bits)}", 12.5, palette.soft, palette, room, kind="caption")
    figure = column([cells, caption], 3)
    return Box((f'<g class="field" data-field="{escape(field.name)}">', *figure.marks, "</g>"), *_size(figure))


def _size(box: Box) -> tuple[float, float]:
    return box.width, box.height


def _cell(bit: str, name: FieldName, palette: Palette) -> Box:
    role = _ROLES.get(name)
    fill, ink = palette.roles[role] if role else ("none", palette.soft)
    dash = "" if role else "3 2"
    number = text_mark(escape(bit), _WIDTH / 2, 15.8, 13.6, ink, weight=500, mono=True, kind="number")
    struck = "" if role else f'<path d="M{px(4)} 11H{px(_WIDTH - 4)}" stroke="{ink}"/>'
    edge = palette.mix(palette.ink, palette.ground, 30)
    box = rectangle(0, 0, _WIDTH, _HEIGHT, fill, radius=4, edge=edge, dash=dash)
    return Box((f'<g class="cell" data-role="{name}">', box, number, struck, "</g>"), _WIDTH, _HEIGHT)
