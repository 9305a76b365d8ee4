"""Pictures of arrays as small as a card of the home page."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from primer_core.picture.grid import Picture
from primer_core.picture.palette import PALETTES, Palette
from primer_core.picture.svg.arrays import Cells, Style, no_cells, sign
from primer_core.picture.svg.boxes import Box, beside, px, stack, wrapped
from primer_core.picture.svg.document import document
from primer_core.picture.svg.texts import escape, mono_width


def thumbnail(
    picture: Picture,
    *,
    theme: Literal["light", "dark", "page"] = "page",
    title: str,
    description: str,
    width: float = 204,
    height: float = 92,
) -> str:
    """Draw only the cells and signs of a picture, small enough for a card: `width` by `height` pixels.

    Long axes are elided to at most 48 cells in all; what is still too large is drawn to a smaller scale. The other
    parameters and the result are those of `primer_core.picture.svg.svg`.
    """
    drawn = {item for row in picture.rows for item in row.items if isinstance(item, str)}
    grids = tuple(grid for grid in picture.grids if grid.id in drawn)
    payload = replace(picture, grids=grids, links=(), formulas=(), focus=None).payload(most=max(48, 16 * len(grids)))
    palette = PALETTES[theme]
    views = {grid["id"]: grid for grid in payload["grids"]}
    rows = [
        [
            sign(item["op"], 15, palette) if isinstance(item, dict) else _miniature(views[item], palette)
            for item in row["items"]
        ]
        for row in payload["rows"]
    ]
    # Rows are broken where that makes the picture larger on its card.
    layouts = [stack([wrapped(row, 6, 8, room) for row in rows], 8) for room in (math.inf, 2 * width, width - 12)]
    scale, box = max(((_scale(box, width - 12, height - 8), box) for box in layouts), key=lambda found: found[0])
    x, y = (width - box.width * scale) / 2, (height - box.height * scale) / 2
    content = [f'<g transform="translate({px(x)} {px(y)}) scale({px(scale, 4)})">{"".join(box.marks)}</g>']
    return document(content, width, height, palette, title, description)


def _scale(box: "Box", width: float, height: float) -> float:
    """To what scale a box is drawn to fit, never enlarged."""
    return min(1.0, width / max(box.width, 1), height / max(box.height, 1))


def _miniature(grid: Mapping[str, Any], palette: Palette) -> Box:
    """One array as small cells without brackets or names."""
    if 0 in grid["shape"]:
        return no_cells(palette)
    longest = max((mono_width(text, 9.5) for text in grid["cells"]), default=0.0)
    style = Style(max(19.0, longest + 5), 19.0, 9.5, gap=2, radius=4, brackets=False)
    bare = {**grid, "labels": None}
    cells = Cells(bare, palette, {}, style, 0)
    rank = len(grid["shape"])
    bands, panels = ([0] if rank < back else grid["shown"][rank - back] for back in (4, 3))
    sheets = [cells.matrix(number) for number in range(len(bands) * len(panels))]
    lines = [beside(sheets[start : start + len(panels)], 8) for start in range(0, len(sheets), len(panels))]
    table = stack(lines, 8)
    marks = (f'<g data-grid="{escape(grid["id"])}">', *table.marks, "</g>")
    return Box(marks, table.width, table.height)
