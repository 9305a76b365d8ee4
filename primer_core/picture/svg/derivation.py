"""A derivation as an SVG shows it: the map of all matrices, the equations beside it, and one of them worked out below.

A matrix is ``<g class="matrix" data-symbol="W1" data-role="b">``, a number of it ``<g class="cell">`` with ``off``,
``hit`` and ``source`` as further classes; an equation is ``<g class="equation">``, ``chosen`` and ``wrong`` if it is.
"""

import base64

import numpy as np
from numpy.typing import NDArray

from primer_core.picture.derivation import (
    GAP,
    Block,
    Derivation,
    DerivationStep,
    Matrix,
    Pixels,
    Spelled,
    Term,
    drawn,
    is_positive,
    number_at,
    spelled,
)
from primer_core.picture.palette import Palette
from primer_core.picture.svg.boxes import (
    Box,
    beside,
    bracketed,
    column,
    group,
    paragraph,
    px,
    rectangle,
    stack,
    text_mark,
    wrapped,
    wrapped_left,
)
from primer_core.picture.svg.texts import escape, mono_width

_STEPS = 300.0


def derivation(part: Derivation, palette: Palette, room: float) -> Box:
    """Draw the map, the equations, and how a cell of the chosen one comes about."""
    wide = room >= 2 * _STEPS
    maps = column([_block(block, part, palette, room - _STEPS - 24 if wide else room) for block in part.blocks], 14)
    equations = _equations(part, palette, min(_STEPS, room))
    height = max(maps.height, equations.height)
    top = column([maps, equations], 16)
    if wide:
        left = maps.width + 24
        top = Box((*maps.marks, group(equations.marks, left, 0)), left + equations.width, height)
    if not part.steps:
        return top
    stage = _stage(part, part.steps[part.start], palette, max(room, top.width), top.width)
    width = max(top.width, stage.width)
    rule = Box((f'<path d="M0 0.5H{px(width)}" stroke="{palette.line}"/>',), width, 1)
    return column([top, rule, Box(tuple(stage.marks), stage.width, stage.height)], 16)


def _shape(shape: tuple[int, ...]) -> str:
    return f"({shape[0]},)" if len(shape) == 1 else f"({', '.join(map(str, shape))})"


def _block(block: Block, part: Derivation, palette: Palette, room: float) -> Box:
    title = paragraph(block.title, 11.5, palette.soft, palette, room, kind="block-title", weight=600)
    rows = []
    for stacks in block.rows:
        drawn_stacks = [
            column([_matrix(part.by_symbol[symbol], palette, small=True) for symbol in symbols], 4)
            for symbols in stacks
        ]
        strips = [_strip(pixels, palette, 46, room) for pixels in part.pixels
                  if pixels.symbol == "X" and any("X" in symbols for symbols in stacks)]  # fmt: skip
        rows.append(_flow([*drawn_stacks, *strips], room))
    return column([title, *rows], 6)


def _flow(boxes: list[Box], room: float) -> Box:
    """Boxes from the left, their tops on one line, in as many lines as it takes."""
    lines: list[list[Box]] = [[]]
    used = 0.0
    for box in boxes:
        if lines[-1] and used + box.width > room:
            lines.append([])
            used = 0.0
        lines[-1].append(box)
        used += box.width + 8
    drawn_lines = []
    for line in lines:
        marks, x = [], 0.0
        for box in line:
            marks.append(group(box.marks, x, 0))
            x += box.width + 8
        drawn_lines.append(Box(tuple(marks), max(x - 8, 0), max((box.height for box in line), default=0)))
    return column(drawn_lines, 6)


def _brief(axis: tuple[int, ...], first: int) -> list[int]:
    """Return the places along an axis that the map shows, -1 for those that it leaves out."""
    if len(axis) <= 4:
        return list(range(len(axis)))
    if axis[0] == GAP:
        return [0, 1, 2, len(axis) - 1]
    return [*range(first), -1, len(axis) - 1]


def _matrix(
    matrix: Matrix,
    palette: Palette,
    *,
    small: bool = False,
    transposed: bool = False,
    masked: bool = False,
    hit: tuple[int, int] | None = None,
    read: frozenset[tuple[int, int]] = frozenset(),
) -> Box:
    rows = _brief(matrix.rows, 2) if small else list(range(len(matrix.rows)))
    columns = _brief(matrix.columns, 1) if small else list(range(len(matrix.columns)))
    turned = transposed and len(matrix.shape) == 2
    size, height, gap = (10.5, 18.0, 2.0) if small else (13.0, 30.0, 3.0)
    texts = [text for row in matrix.cells for text in row]
    width = max([40.0 if small else 58.0, *(mono_width(text, size) + 8 for text in texts)])
    lines = []
    for down in columns if turned else rows:
        cells = []
        for across in rows if turned else columns:
            i, j = (across, down) if turned else (down, across)
            row, col = GAP if i < 0 else matrix.rows[i], GAP if j < 0 else matrix.columns[j]
            if GAP in (row, col):
                below, right = (col == GAP, row == GAP) if turned else (row == GAP, col == GAP)
                sign = "⋱" if below and right else "⋮" if below else "…"
                # A column that is left out is narrow, a row that is left out as wide as its cells.
                cells.append(_sign(sign, width if below and not right else 16.0, height, size, palette))
                continue
            text = number_at(matrix, row, col)
            kinds = [kind for kind, holds in (("off", masked and not is_positive(text)), ("hit", (row, col) == hit),
                                              ("source", (row, col) in read)) if holds]  # fmt: skip
            cells.append(_cell(text, kinds, matrix, palette, (width, height, size)))
        lines.append(beside(cells, gap))
    grid = bracketed(column(lines, gap), 4 if small else 7, 2 if small else 4, palette.soft, 1.5, 5)
    shape = _shape(tuple(reversed(matrix.shape)) if turned else matrix.shape)
    name = matrix.label + ("ᵀ" if turned else "")
    caption = paragraph(name, 12, palette.ink, palette, 1e9, kind="matrix-name", weight=600, mono=True)
    if not small:
        sizes = paragraph(shape, 12, palette.soft, palette, 1e9, kind="matrix-shape", mono=True)
        caption = Box((*caption.marks, group(sizes.marks, caption.width + 6, 0)), caption.width + 6 + sizes.width, 18)
    box = column([caption, grid], 1) if small else stack([grid, caption], 3)
    opening = f'<g class="matrix" data-symbol="{escape(matrix.symbol)}" data-role="{matrix.role}">'
    return Box((opening, *box.marks, "</g>"), box.width, box.height)


def _sign(text: str, width: float, height: float, size: float, palette: Palette) -> Box:
    return Box((text_mark(text, width / 2, height / 2 + size * 0.35, size, palette.soft, kind="gap"),), width, height)


def _cell(text: str, kinds: list[str], matrix: Matrix, palette: Palette, size: tuple[float, float, float]) -> Box:
    width, height, letters = size
    fill, ink = palette.roles[matrix.role]
    edge = palette.mix(ink, fill, 28)
    off = "off" in kinds
    radius = 6 if height > 20 else 4
    marks = [f'<g class="{" ".join(["cell", *kinds])}">']
    marks.append(
        rectangle(0, 0, width, height, "none" if off else fill, radius=radius, edge=edge, dash="3 2" if off else "")
    )
    if "hit" in kinds or "source" in kinds:
        thick = 3 if "hit" in kinds else 2
        frame = (-thick / 2, -thick / 2, width + thick, height + thick)
        marks.append(rectangle(*frame, "none", radius=radius + 1, edge=palette.accent, thick=thick))
    y = height / 2 + letters * 0.35
    marks.append(text_mark(escape(text), width / 2, y, letters, ink, weight=500, mono=True, kind="number"))
    return Box((*marks, "</g>"), width, height)


def _equation(step: DerivationStep, part: Derivation) -> str:
    return "".join(
        term if isinstance(term, str) else part.by_symbol[term.symbol].label if isinstance(term, Term) else term.text
        for term in step.equation
    )


def _equations(part: Derivation, palette: Palette, room: float) -> Box:
    blocks, phase = [], ""
    for place, step in enumerate(part.steps):
        if step.phase != phase:
            blocks.append(paragraph(step.phase, 11.5, palette.soft, palette, room, kind="phase", weight=600))
        phase = step.phase
        kinds = (("chosen", place == part.start), ("wrong", not step.agrees))
        lines = [_equation(step, part), step.mark, step.code]
        blocks.append(_listed(lines, [kind for kind, holds in kinds if holds], palette, room))
    if part.stop is not None:
        error = _listed(["", "✗ error", part.stop.code], ["wrong", "stop"], palette, room)
        words = palette.tones["bad"][1]
        blocks += [error, paragraph(part.stop.message, 12, words, palette, room, kind="message", mono=True)]
    return column(blocks, 5)


def _listed(lines: list[str], kinds: list[str], palette: Palette, room: float) -> Box:
    """An equation of the list: its mark at the right, its code below."""
    equation, mark, code = lines
    fill, ink = palette.tones["bad" if "wrong" in kinds else "good"]
    word = paragraph(mark, 11, ink, palette, room, kind="mark", weight=600, mono=True)
    title = paragraph(equation, 15, palette.ink, palette, room - word.width - 40, kind="equation", weight=500)
    beside_mark = 0.0 if equation else word.width + 24
    below = paragraph(code, 12, palette.soft, palette, room - 20 - beside_mark, kind="code", mono=True)
    first = max(title.height, 22.0) if equation else 2.0
    left = room - word.width - 20
    marks = [
        *title.marks,
        rectangle(left - 8, 2, word.width + 16, 18, fill, radius=9),
        group(word.marks, left, 3),
        group(below.marks, 0, first),
    ]
    height = max(first + below.height, 22.0)
    opening = f'<g class="{" ".join(["equation", *kinds])}">'
    ground = ""
    if "chosen" in kinds:
        tint = palette.mix(palette.accent, palette.ground, 13)
        ground = rectangle(0, 0, room, height + 8, tint, radius=8) + rectangle(0, 0, 3, height + 8, palette.accent)
    return Box((opening, ground, group(marks, 10, 4), "</g>"), room, height + 8)


def _stage(part: Derivation, step: DerivationStep, palette: Palette, room: float, width: float) -> Box:
    """The chosen equation in the middle of `width`: its matrices, and one cell of the one that it gives spelled out."""
    matrix = part.by_symbol[step.symbol]
    row, col = part.cell or (drawn(matrix.rows)[0], drawn(matrix.columns)[0])
    told = spelled(part, step, row, col)
    symbols = [term.symbol for term in step.equation if isinstance(term, Term)]
    shapes = [_shape(part.by_symbol[symbol].shape) for symbol in symbols]
    equation = paragraph(_equation(step, part), 19, palette.ink, palette, room, kind="head", weight=600)
    sizes = f"{', '.join(shapes[1:])} → {shapes[0] if shapes else '()'}"
    meant = paragraph(step.meaning, 14, palette.soft, palette, room, kind="meaning")
    head = wrapped_left(
        [equation, paragraph(sizes, 12.5, palette.soft, palette, room, kind="shapes", mono=True)], 16, 2, room
    )
    strips = [_strip(pixels, palette, 58, room) for pixels in part.pixels if pixels.symbol == step.symbol]
    fill, ink = palette.tones["good" if step.agrees else "bad"]
    words = f"{step.mark[:1]} {step.verdict}"
    verdict = paragraph(words, 13, ink, palette, room - 26, kind="verdict", weight=600, anchor="middle")
    pill = Box((rectangle(0, 0, verdict.width + 26, verdict.height + 8, fill, radius=13), group(verdict.marks, 13, 4)),
               verdict.width + 26, verdict.height + 8)  # fmt: skip
    lines = [
        paragraph(line, 13.5 if place < 2 else 12.5, palette.ink if place < 2 else palette.soft, palette, room,
                  kind="spelled", mono=True, weight=600 if place == 0 else 400, anchor="middle")
        for place, line in enumerate(told.lines)
    ]  # fmt: skip
    below = stack([_scene(part, step, (row, col), told, palette, room), *strips, stack(lines, 3), pill], 12)
    left = max(0.0, (max(width, head.width, meant.width) - below.width) / 2)
    centred = Box((group(below.marks, left, 0),), left + below.width, below.height)
    return column([head, meant, centred], 8)


def _scene(
    part: Derivation, step: DerivationStep, hit: tuple[int, int], told: Spelled, palette: Palette, room: float
) -> Box:
    boxes: list[Box] = []
    signs: list[Box] = []  # those that stay with the matrix after them when the line breaks
    seen: set[str] = set()
    for term in step.equation:
        if isinstance(term, Term):
            read = frozenset((i, j) for symbol, i, j in told.read if symbol == term.symbol and symbol not in seen)
            own = hit if term.symbol == step.symbol and term.symbol not in seen else None
            seen.add(term.symbol)
            matrix = part.by_symbol[term.symbol]
            drawing = _matrix(matrix, palette, transposed=term.transposed, masked=term.masked, hit=own, read=read)
            boxes.append(beside([*signs, drawing], 8))
            signs = []
            continue
        sign = term.strip() if isinstance(term, str) else term.sign
        if sign:
            signs.append(paragraph(sign, 21, palette.soft, palette, room, kind="sign"))
    if signs and boxes:
        boxes[-1] = beside([boxes[-1], *signs], 8)
    return wrapped(boxes, 8, 10, room)


def _levels(pixels: Pixels) -> NDArray[np.float64]:
    """Return each picture's shares of ink, (pictures, side, side): -1 to 1 where they are signed, 0 to 1 else."""
    halves = np.frombuffer(base64.b64decode(pixels.levels), np.uint8)
    levels = np.stack([halves >> 4, halves & 15], axis=-1).ravel().astype(float)
    area = pixels.side**2
    shown = levels[: len(pixels.captions) * area].reshape(-1, pixels.side, pixels.side)
    return (shown - 8) / 7 if pixels.signed else shown / 15


def _strip(pixels: Pixels, palette: Palette, side: float, room: float) -> Box:
    above, below = palette.tones["bad"][1] if pixels.signed else palette.ink, palette.tones["info"][1]
    figures = []
    for levels, caption in zip(_levels(pixels), pixels.captions, strict=True):
        marks = [_layer(levels, above, side), *([_layer(-levels, below, side)] if pixels.signed else [])]
        frame = rectangle(0, 0, side, side, "none", radius=5, edge=palette.line)
        under = paragraph(caption, 11, palette.soft, palette, 1e9, kind="pixel-caption", anchor="middle")
        figures.append(stack([Box((*marks, frame), side, side), under], 2))
    strip = wrapped_left(figures, 8, 6, room)
    if not pixels.signed:
        return strip
    return stack(
        [strip, paragraph("red above zero, blue below", 12.5, palette.soft, palette, room, kind="pixel-note")], 4
    )


def _layer(shares: NDArray[np.float64], colour: str, side: float) -> str:
    """Squares of one colour, each as opaque as its share; what is not above zero is left out."""
    unit = side / len(shares)
    runs = []
    for y, line in enumerate(shares):
        for x, share in enumerate(line):
            if share > 0.02:
                place = f'x="{px(x * unit)}" y="{px(y * unit)}" width="{px(unit + 0.05)}" height="{px(unit + 0.05)}"'
                runs.append(f'<rect {place} fill-opacity="{px(share)}"/>')
    return f'<g fill="{colour}" shape-rendering="crispEdges">{"".join(runs)}</g>'
