"""Curves as an SVG shows them: a legend, the axes, the lines, and what stands at the last place.

A curve is ``<g class="curve" data-role="a" data-points="0,0.5 1,0.25">``: its points as shares of the axes.
"""

import math
from collections.abc import Callable

from primer_core.picture.curves import Curve, Curves
from primer_core.picture.palette import Palette
from primer_core.picture.svg.boxes import Box, group, paragraph, px, text_mark
from primer_core.picture.svg.texts import escape, sans_width

_HEIGHT = 210.0
_MOST_WIDTH = 640.0
_TICK = 12.0
_GAP = 8.0

Along = Callable[[float], float]
"""Where a share of an axis lies, in pixels."""


def curves(part: Curves, palette: Palette, room: float) -> Box:
    """Draw curves over their axes, as wide as there is room, and no wider than can be overlooked."""
    width = min(room, _MOST_WIDTH)
    title = paragraph(part.title, 14, palette.ink, palette, width, kind="title", weight=600)
    legend = _legend(part, palette, width)
    left = max(sans_width(text, _TICK) for _, text in part.ticks) + _GAP
    right = width - max(sans_width(text, _TICK) for _, text in part.places) / 2 - 1
    marks = [*title.marks, group(legend.marks, 0, title.height + 4)]
    top = title.height + legend.height + 18

    def x(share: float) -> float:
        return left + share * (right - left)

    def y(share: float) -> float:
        return top + (1 - share) * _HEIGHT

    for value, text in part.ticks:
        at = y(part.height(value))
        marks.append(f'<path d="M{px(left)} {px(at)}H{px(right)}" stroke="{palette.line}"/>')
        marks.append(
            text_mark(escape(text), left - _GAP, at + 4, _TICK, palette.soft, anchor="end", kind="tick"),
        )
    for place, text in part.places:
        at = x(part.across_of(place))
        marks.append(text_mark(escape(text), at, top + _HEIGHT + 17, _TICK, palette.soft, kind="place"))
    marks += [_line(part, curve, palette, x, y) for curve in part.curves]
    across = paragraph(part.across, _TICK, palette.soft, palette, width, kind="across")
    marks.append(group(across.marks, left, top + _HEIGHT + 22))
    read = paragraph(part.read(part.last), 13, palette.ink, palette, width, kind="read")
    foot = top + _HEIGHT + 26 + across.height
    marks.append(group(read.marks, 0, foot))
    return Box(tuple(marks), width, foot + read.height)


def thousandth(share: float) -> float:
    """Round a share to thousandths, halves upwards as the browser does."""
    return math.floor(share * 1000 + 0.5) / 1000


def _line(part: Curves, curve: Curve, palette: Palette, x: Along, y: Along) -> str:
    stretches = part.stretches(curve)
    points = " ".join(f"{thousandth(across)},{thousandth(height)}" for points in stretches for across, height in points)
    colour, dash = palette.own[curve.tone], ' stroke-dasharray="7 5"' if curve.dashed else ""
    drawn = "".join(
        "M" + "L".join(f"{px(x(across))} {px(y(height))}" for across, height in points)
        for points in stretches
        if len(points) > 1
    )
    dots = "".join(
        f'<path d="M{px(x(points[0][0]))} {px(y(points[0][1]))}h0" stroke="{colour}" stroke-width="6" '
        'stroke-linecap="round"/>'
        for points in stretches
        if len(points) == 1
    )
    line = (
        f'<path d="{drawn}" fill="none" stroke="{colour}" stroke-width="2.2" stroke-linejoin="round"{dash}/>'
        if drawn
        else ""
    )
    return f'<g class="curve" data-role="{curve.tone}" data-points="{points}">{line}{dots}</g>'


def _legend(part: Curves, palette: Palette, width: float) -> Box:
    marks, x, y = [], 0.0, 0.0
    for curve in part.curves:
        name = paragraph(curve.name, 13, palette.ink, palette, width - 34, kind="legend")
        if x and x + 26 + name.width > width:
            x, y = 0.0, y + 20
        dash = ' stroke-dasharray="7 5"' if curve.dashed else ""
        marks.append(
            f'<path d="M{px(x)} {px(y + 10)}h20" stroke="{palette.own[curve.tone]}" stroke-width="2.2"{dash}/>'
        )
        marks.append(group(name.marks, x + 26, y))
        x += 26 + name.width + 18
    return Box(tuple(marks), width, y + 20 if part.curves else 0.0)
