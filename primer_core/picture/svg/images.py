"""Small images as an SVG shows them: ``<g class="figure">`` each, its pixels inside as PNG files."""

from primer_core.picture.images import Figure, Images, data_uri, png
from primer_core.picture.palette import Palette
from primer_core.picture.svg.boxes import Box, badge, column, group, paragraph, px
from primer_core.picture.svg.texts import escape

_GAP = 26.0
_WIDEST, _LEAST = 320.0, 230.0


def images(part: Images, palette: Palette, room: float) -> Box:
    """Draw the figures in as many columns as there is room for, the images of a line on one height."""
    most = max(1, min(len(part.figures), int((room + _GAP) // (_LEAST + _GAP))))
    width = min(_WIDEST, (room + _GAP) / most - _GAP)
    lines = [part.figures[start : start + most] for start in range(0, len(part.figures), most)]
    return column([_line(figures, part, palette, width) for figures in lines], _GAP)


def _line(figures: tuple[Figure, ...], part: Images, palette: Palette, width: float) -> Box:
    heads = [_head(figure, palette, width) for figure in figures]
    top = max(head.height for head in heads) + 7
    bodies = [_body(figure, part, palette, width) for figure in figures]
    marks = [
        group(['<g class="figure">', *head.marks, group(body.marks, 0, top), "</g>"], place * (width + _GAP), 0)
        for place, (head, body) in enumerate(zip(heads, bodies, strict=True))
    ]
    return Box(tuple(marks), len(figures) * (width + _GAP) - _GAP, top + max(body.height for body in bodies))


def _head(figure: Figure, palette: Palette, width: float) -> Box:
    caption = paragraph(figure.caption, 14, palette.ink, palette, width, kind="caption", weight=600)
    facts = paragraph(figure.facts, 13.5, palette.soft, palette, width, kind="facts")
    if not figure.word:
        return column([caption, facts], 1)
    words = badge(figure.word, figure.tone, palette)
    word = Box((f'<g data-tone="{figure.tone}">', *words.marks, "</g>"), words.width, words.height)
    if caption.width + 7 + word.width > width:
        return column([caption, word, facts], 2)
    beside = Box((*caption.marks, group(word.marks, caption.width + 7, 1.5)), width, caption.height)
    return column([beside, facts], 1)


def _body(figure: Figure, part: Images, palette: Palette, width: float) -> Box:
    pixels = part.pixels(figure.image)
    blocks = [_image(data_uri(png(pixels)), figure.image.description, pixels.shape, width, "image")]
    if figure.channels:
        wide = (width - 6 * (len(figure.channels) - 1)) / len(figure.channels)
        planes = [
            _image(data_uri(png(pixels[..., place])), description, pixels.shape, wide, "channel")
            for place, description in enumerate(figure.channels)
        ]
        marks = [group(plane.marks, place * (wide + 6), 0) for place, plane in enumerate(planes)]
        blocks.append(Box(tuple(marks), width, planes[0].height))
    blocks.append(paragraph(figure.note, 13.5, palette.soft, palette, width, kind="note"))
    return column(blocks, 7)


def _image(address: str, description: str, shape: tuple[int, ...], width: float, kind: str) -> Box:
    height = width * shape[0] / shape[1]
    mark = (
        f'<image data-part="{kind}" href="{escape(address)}" width="{px(width)}" height="{px(height)}" '
        f'style="image-rendering: pixelated"><title>{escape(description)}</title></image>'
    )
    return Box((mark,), width, height)
