"""Boxes, which are laid out at their sizes before anything is drawn, and the marks that they are made of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from primer_core.picture.palette import Palette
from primer_core.picture.svg.texts import escape, mono_width, sans_width, words
from primer_core.picture.text import Code, Name, Number, Strong, Text

SANS = "sans-serif"
MONO = "'Source Code Pro', ui-monospace, monospace"


@dataclass(frozen=True, slots=True)
class Box:
    """Marks to draw, all between (0, 0) and (`width`, `height`)."""

    marks: tuple[str, ...] = ()
    width: float = 0.0
    height: float = 0.0


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a part is drawn as.

    Parameters
    ----------
    box
        All that is seen.
    facts
        JSON-ready: what is linked to what, where a picture shows that by pointing at it alone.
    """

    box: Box
    facts: Mapping[str, Any] = field(default_factory=dict)


def stacked(boxes: Sequence[Box], gap: float) -> tuple[list[str], float, float]:
    """Boxes under each other, centred: their marks, and the size of it all."""
    boxes = [box for box in boxes if box.height]
    total = max((box.width for box in boxes), default=0.0)
    marks, y = [], 0.0
    for box in boxes:
        marks.append(group(box.marks, (total - box.width) / 2, y))
        y += box.height + gap
    return marks, total, max(y - gap, 0.0)


def stack(boxes: Sequence[Box], gap: float = 0.0) -> Box:
    """Boxes under each other, centred, without those that have no height."""
    marks, width, height = stacked(boxes, gap)
    return Box(tuple(marks), width, height)


def column(boxes: Sequence[Box], gap: float = 0.0) -> Box:
    """Boxes under each other from the left edge, without those that have no height."""
    marks, y = [], 0.0
    boxes = [box for box in boxes if box.height]
    for box in boxes:
        marks.append(group(box.marks, 0, y))
        y += box.height + gap
    return Box(tuple(marks), max((box.width for box in boxes), default=0.0), max(y - gap, 0.0))


def beside(boxes: Sequence[Box], gap: float) -> Box:
    """Boxes beside each other, centred upright."""
    height = max((box.height for box in boxes), default=0.0)
    marks, x = [], 0.0
    for box in boxes:
        marks.append(group(box.marks, x, (height - box.height) / 2))
        x += box.width + gap
    return Box(tuple(marks), max(x - gap, 0.0), height)


def wrapped(boxes: Sequence[Box], gap: float, line_gap: float, room: float) -> Box:
    """Boxes in lines of at most `room` pixels, each line centred; a box that is wider has a line to itself."""
    lines: list[list[Box]] = []
    used = 0.0
    for box in boxes:
        if lines and used + gap + box.width <= room:
            lines[-1].append(box)
            used += gap + box.width
        else:
            lines.append([box])
            used = box.width
    return stack([beside(line, gap) for line in lines], line_gap)


def wrapped_left(boxes: Sequence[Box], gap: float, line_gap: float, room: float) -> Box:
    """Boxes in lines of at most `room` pixels, each line from the left."""
    marks, x, y, total = [], 0.0, 0.0, 0.0
    height = max((box.height for box in boxes), default=0.0)
    for box in boxes:
        if x and x + box.width > room:
            x, y = 0.0, y + height + line_gap
        marks.append(group(box.marks, x, y + (height - box.height)))
        x += box.width + gap
        total = max(total, x - gap)
    return Box(tuple(marks), total, y + height)


def padded(box: Box, x: float, y: float) -> Box:
    """A box with `x` and `y` pixels of room around it."""
    return Box((group(box.marks, x, y),), box.width + 2 * x, box.height + 2 * y)


def bracketed(box: Box, x: float, y: float, colour: str, thick: float, radius: float, *, opacity: float = 1.0) -> Box:
    """A box with `x` and `y` pixels of room around it, between two upright brackets."""
    inner = padded(box, x, y)
    width, height, half = inner.width, inner.height, thick / 2
    bend = min(radius, height / 2)
    faint = f' stroke-opacity="{opacity}"' if opacity < 1 else ""
    path = "".join(
        f"M{px(edge + turn * (bend * 0.7))} {px(half)}Q{px(edge)} {px(half)} {px(edge)} {px(bend)}V{px(height - bend)}"
        f"Q{px(edge)} {px(height - half)} {px(edge + turn * (bend * 0.7))} {px(height - half)}"
        for edge, turn in ((half, 1), (width - half, -1))
    )
    stroke = f'<path data-part="bracket" d="{path}" fill="none" stroke="{colour}" stroke-width="{thick}"{faint}/>'
    return Box((*inner.marks, stroke), width, height)


def frame(width: float, height: float, inset: float, radius: float, colour: str, thick: float) -> str:
    """A ring around a cell, or inside it where `inset` is above zero."""
    return (
        f'<rect x="{px(inset)}" y="{px(inset)}" width="{px(width - 2 * inset)}" '
        f'height="{px(height - 2 * inset)}" rx="{px(radius)}" fill="none" stroke="{colour}" stroke-width="{thick}"/>'
    )


def gap_mark(text: str, palette: Palette, *, height: float = 20, width: float = 16) -> Box:
    """The sign of what is left out between two cells, rows or panels."""
    mark = text_mark(text, width / 2, height / 2 + 5, 14, palette.soft, kind="gap")
    return Box((mark,), width, height)


def line(
    text: str,
    size: float,
    colour: str,
    *,
    weight: int = 400,
    mono: bool = False,
    kind: str,
    least: float = 0.0,
    height: float | None = None,
) -> Box:
    """One line of text."""
    height = size * 1.4 if height is None else height
    width = mono_width(text, size) if mono else sans_width(text, size) * (1.06 if weight > 500 else 1)
    width = max(width, least)
    x, y = width / 2, height / 2 + size * 0.35
    mark = text_mark(escape(text), x, y, size, colour, weight=weight, mono=mono, kind=kind)
    return Box((mark,), width, height)


def badge(text: str, tone: str, palette: Palette) -> Box:
    """A word or two in a small frame, in the colours of its tone."""
    fill, ink = palette.tones.get(tone, ("none", palette.soft))
    width = sans_width(text, 11) * 1.06 + 14
    edge = f' stroke="{palette.line}"' if fill == "none" else ""
    rect = f'<rect x="0.5" y="0.5" width="{px(width - 1)}" height="17" rx="5" fill="{fill}"{edge}/>'
    label = text_mark(escape(text), width / 2, 13, 11, ink, weight=600, kind="badge")
    return Box((rect, label), width, 18)


def rectangle(
    x: float,
    y: float,
    width: float,
    height: float,
    fill: str,
    *,
    radius: float = 0.0,
    edge: str = "",
    thick: float = 1.0,
    dash: str = "",
) -> str:
    """A rectangle whose border, where it has one, lies inside (`x`, `y`, `width`, `height`)."""
    inset = thick / 2 if edge else 0.0
    border = f' stroke="{edge}" stroke-width="{px(thick)}"' if edge else ""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<rect x="{px(x + inset)}" y="{px(y + inset)}" width="{px(max(width - 2 * inset, 0))}" '
        f'height="{px(max(height - 2 * inset, 0))}" rx="{px(max(radius - inset, 0))}" fill="{fill}"{border}{dashes}/>'
    )


@dataclass(frozen=True, slots=True)
class _Ink:
    """How the letters of a span look."""

    colour: str
    weight: int
    mono: bool

    def width(self, text: str, size: float) -> float:
        if self.mono:
            return mono_width(text, size)
        return sans_width(text, size) * (1.06 if self.weight > 500 else 1)


def paragraph(
    content: Text | str,
    size: float,
    colour: str,
    palette: Palette,
    room: float,
    *,
    kind: str,
    weight: int = 400,
    mono: bool = False,
    anchor: Literal["start", "middle", "end"] = "start",
) -> Box:
    """A text of spans in lines of at most `room` pixels, broken after spaces, or in a word that is longer.

    All its lines stand in one group, whose ``data-part`` is `kind`; their letters, one after another, are the text's.
    """
    lines: list[list[tuple[str, _Ink]]] = [[]]
    used = 0.0
    for span in (content,) if isinstance(content, str) else content:
        ink = _ink(span, colour, palette, weight, mono)
        for number, part in enumerate((span if isinstance(span, str) else span.text).split("\n")):
            if number:
                lines.append([])
                used = 0.0
            for word in words(part):
                for piece in [word] if ink.width(word, size) <= room else list(word):
                    if lines[-1] and used + ink.width(piece.rstrip(" "), size) > room:
                        lines.append([])
                        used = 0.0
                    lines[-1].append((piece, ink))
                    used += ink.width(piece, size)
    widths = [sum(ink.width(text, size) for text, ink in line) for line in lines]
    width, height = max(widths), size * 1.45
    marks = []
    for place, line in enumerate(lines):
        spans = "".join(_tspan(text, ink) for text, ink in _merged(line))
        x = {"start": 0.0, "middle": width / 2, "end": width}[anchor]
        marks.append(
            f'<text x="{px(x)}" y="{px(height * place + size * 1.08)}" font-size="{px(size)}" '
            f'text-anchor="{anchor}">{spans}</text>'
        )
    return Box((f'<g data-part="{kind}">', *marks, "</g>"), width, height * len(lines)) if any(widths) else Box()


def _ink(span: object, colour: str, palette: Palette, weight: int, mono: bool) -> _Ink:
    match span:
        case Name(_, role):
            return _Ink(palette.roles[role][1], 600, mono=True)
        case Code():
            return _Ink(colour, weight, mono=True)
        case Strong():
            return _Ink(colour, 700, mono)
        case Number() | _:
            return _Ink(colour, weight, mono)


def _merged(line: Sequence[tuple[str, _Ink]]) -> list[tuple[str, _Ink]]:
    found: list[tuple[str, _Ink]] = []
    for text, ink in line:
        if found and found[-1][1] == ink:
            found[-1] = (found[-1][0] + text, ink)
        else:
            found.append((text, ink))
    return found


def _tspan(text: str, ink: _Ink) -> str:
    family = f' font-family="{MONO}"' if ink.mono else ""
    bold = f' font-weight="{ink.weight}"' if ink.weight != 400 else ""
    return f'<tspan fill="{ink.colour}"{family}{bold}>{escape(text)}</tspan>'


def text_mark(
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
        f'<text data-part="{kind}" x="{px(x)}" y="{px(y)}" font-size="{px(size)}"{family}{bold} '
        f'fill="{colour}" text-anchor="{anchor}">{inner}</text>'
    )


def group(marks: Iterable[str], x: float, y: float) -> str:
    """Marks moved by (`x`, `y`)."""
    inner = "".join(marks)
    return f'<g transform="translate({px(x)} {px(y)})">{inner}</g>' if inner and (x or y) else inner


def px(value: float, digits: int = 2) -> str:
    """A length, as short as it can be written."""
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
