"""Parts as self-contained SVG texts, for saving, printing and places without a script: one module a kind of part.

What is drawn is what the browser's modules draw of the same part at rest. There is no browser to measure a text, so
widths are estimated from above, and nothing overlaps or is cut off. Every text is escaped: whatever is in it is shown
letter by letter. What a text is, ``data-part`` says: a class would be caught by the style sheets of a page that the SVG
stands in.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Literal

from primer_core.picture.bars import Bars
from primer_core.picture.batches import Batches
from primer_core.picture.bits import Bits
from primer_core.picture.curves import Curves
from primer_core.picture.derivation import Derivation
from primer_core.picture.graph import Graph
from primer_core.picture.grid import Picture
from primer_core.picture.images import Images
from primer_core.picture.memory_strips import MemoryStrips
from primer_core.picture.palette import PALETTES, Palette
from primer_core.picture.parts import Drawable
from primer_core.picture.probability_bars import ProbabilityBars
from primer_core.picture.steps import Steps
from primer_core.picture.svg.arrays import arrays
from primer_core.picture.svg.bars import bars
from primer_core.picture.svg.batches import batches
from primer_core.picture.svg.bits import bits
from primer_core.picture.svg.boxes import Drawing, group
from primer_core.picture.svg.curves import curves
from primer_core.picture.svg.derivation import derivation
from primer_core.picture.svg.document import document
from primer_core.picture.svg.graph import graph
from primer_core.picture.svg.images import images
from primer_core.picture.svg.memory_strips import memory_strips
from primer_core.picture.svg.probability_bars import probability_bars
from primer_core.picture.svg.steps import steps
from primer_core.picture.svg.texts import escape
from primer_core.picture.svg.thumbnail import thumbnail

__all__ = ["svg", "thumbnail"]

_MARGIN = 12.0


def svg(
    part: Drawable,
    *,
    theme: Literal["light", "dark", "page"] = "light",
    title: str,
    description: str,
    width: float = 960,
    windows: Mapping[str, Sequence[int]] | None = None,
    lit: bool = True,
) -> str:
    """Draw a part.

    Parameters
    ----------
    part
        What is drawn. A graph is drawn as it stands after the last of its steps.
    theme
        ``light`` and ``dark`` write their colours out and paint the ground; ``page`` takes the colours from the CSS
        variables of `primer_core.picture.palette`, light where there are none, and leaves the ground as it is.
    title, description
        The text alternative: a name, and what can be seen.
    width
        Pixels at which a row of arrays, or a line of text, is broken. One array, or a graph, that is wider makes the
        SVG wider.
    windows
        Of elided grids, as `Picture.payload` takes it.
    lit
        Whether the focus of a picture of arrays is ringed, with what it is linked to, and its formula spelled out.

    Returns
    -------
    str
        Well-formed XML without a declaration, the same for the same part. What XML forbids in a text (control
        characters, lone surrogates) is written as U+FFFD.
    """
    palette = PALETTES[theme]
    room = max(width - 2 * _MARGIN, 1.0)
    drawing = (
        arrays(part, palette, room, windows, lit=lit) if isinstance(part, Picture) else _drawn(part, palette, room)
    )
    content = [group(drawing.box.marks, _MARGIN, _MARGIN)]
    if drawing.facts:
        content.insert(0, f"<metadata>{escape(json.dumps(drawing.facts, separators=(',', ':')))}</metadata>")
    size = drawing.box.width + 2 * _MARGIN, drawing.box.height + 2 * _MARGIN
    return document(content, *size, palette, title, description)


def _drawn(
    part: Derivation | Graph | ProbabilityBars | Bars | Bits | Curves | Images | Steps | MemoryStrips | Batches,
    palette: Palette,
    room: float,
) -> Drawing:
    match part:
        case Graph():
            return Drawing(graph(part, palette, room))
        case Derivation():
            return Drawing(derivation(part, palette, room))
        case ProbabilityBars():
            return Drawing(probability_bars(part, palette, room))
        case Bars():
            return Drawing(bars(part, palette, room))
        case Bits():
            return Drawing(bits(part, palette, room))
        case Curves():
            return Drawing(curves(part, palette, room))
        case Images():
            return Drawing(images(part, palette, room))
        case Steps():
            return Drawing(steps(part, palette, room))
        case MemoryStrips():
            return Drawing(memory_strips(part, palette, room))
        case Batches():
            return Drawing(batches(part, palette, room))
