import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from primer_core.picture.grid import Badge, Formula, Grid, Link, Op, Picture, Ref, Row, Strong, Val
from primer_core.picture.palette import LETTERS, PALETTES, VARIABLES
from primer_core.picture.spell import Address, Bold, spell
from primer_core.picture.svg import svg, thumbnail
from tests.picture.preset_pictures import pictures, presets
from ui.catalog import LESSONS_BY_SLUG

PRESETS = [pytest.param(lesson, preset, id=f"{lesson}: {preset.title}") for lesson, preset in presets()]
CONFIG = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
HOSTILE = (
    "</text><script>alert(1)</script>",
    "]]>",
    "\"'&amp;<!--",
    "\x00\x08\x1b\x7f\ufffe\uffff",
    "\ud800 alone",
    "\u202eright to left\u200f",
    "line\r\n\tbreak",
    "W" * 300,
    "漢字 🙂 e\u0301",
)


def test_every_preset_that_is_not_refused_has_a_picture() -> None:
    arrays = [(slug, preset) for slug, preset in presets() if LESSONS_BY_SLUG[slug].group == "Arrays"]
    without = [(slug, preset.title) for slug, preset in arrays if not pictures(slug, preset)]
    assert len(arrays) > 60
    assert len(without) < len(arrays) / 20, without


def drawn(picture: Picture, **options: Any) -> ElementTree.Element:
    options = {"title": "t", "description": "d"} | options
    return ElementTree.fromstring(svg(picture, **options))  # noqa: S314 - made here


def local(element: ElementTree.Element) -> str:
    return element.tag.split("}")[-1]


def classes(element: ElementTree.Element) -> set[str]:
    return {*element.get("class", "").split(), *element.get("data-part", "").split()}


def of_class(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [element for element in root.iter() if name in classes(element)]


def text_of(root: ElementTree.Element, name: str) -> list[str]:
    return ["".join(element.itertext()) for element in of_class(root, name)]


def cells(root: ElementTree.Element) -> list[dict[str, Any]]:
    """Each cell as drawn: whose it is, its place, role and kinds, and what stands in it."""
    found = []
    for cell in of_class(root, "cell"):
        grid, flat = cell.attrib["data-cell"].rsplit(" ", 1)
        (number,) = text_of(cell, "number")
        kinds = classes(cell) - {"cell", "lit"}
        found.append({"grid": grid, "flat": int(flat), "role": cell.get("data-role"), "kinds": kinds, "text": number})
    return found


def expected_cells(payload: dict[str, Any]) -> list[dict[str, Any]]:
    grids = {grid["id"]: grid for grid in payload["grids"]}
    order = [item for row in payload["rows"] for item in row["items"] if isinstance(item, str)]
    found = []
    for grid in (grids[name] for name in order):
        shape = grid["shape"]
        flats = np.arange(int(np.prod(shape))).reshape(shape)[np.ix_(*grid["shown"])].ravel() if shape else [0]
        for place, flat in enumerate(flats):
            kinds = {kind for kind in ("ghost", "marked", "faded") if place in grid[kind]}
            cell = {"grid": grid["id"], "flat": int(flat), "role": grid["role"], "kinds": kinds}
            found.append(cell | {"text": grid["cells"][place]})
    return found


def key(cell: dict[str, Any]) -> tuple[str, int]:
    return cell["grid"], cell["flat"]


@pytest.mark.parametrize(("lesson", "preset"), PRESETS)
def test_the_browsers_payload_and_the_svg_have_the_same_cells_texts_roles_and_links(lesson: str, preset: Any) -> None:
    for picture in pictures(lesson, preset):
        payload = picture.payload()
        root = drawn(picture)
        assert sorted(cells(root), key=key) == sorted(expected_cells(payload), key=key)
        (metadata,) = [element for element in root.iter() if local(element) == "metadata"]
        written = json.loads(metadata.text or "")
        assert written == {"links": payload["links"], "focus": payload["focus"]}
        placed = {item for row in payload["rows"] for item in row["items"] if isinstance(item, str)}
        grids = [grid for grid in payload["grids"] if grid["id"] in placed]
        assert sorted(text_of(root, "caption")) == sorted(f"{grid['name']} {grid['caption']}" for grid in grids)
        badges = [text for grid in grids for text in (f"{grid['ndim']}-D", *(b["text"] for b in grid["badges"]))]
        assert sorted(text_of(root, "badge")) == sorted(badges)
        assert sorted(text_of(root, "tag")) == sorted(f"{tag} ↓" for grid in grids for tag in grid["tags"])
        assert sorted(text_of(root, "label")) == sorted(label for grid in grids for label in grid["labels"] or ())
        assert text_of(root, "row-label") == [row["label"] for row in payload["rows"] if row["label"]]
        assert text_of(root, "op") == [i["op"] for row in payload["rows"] for i in row["items"] if isinstance(i, dict)]
        axes = set(text_of(root, "axis"))
        for grid in grids:
            for axis in grid["axes"]:
                if axis["name"] and 0 not in grid["shape"]:
                    assert any(text.startswith(f"{axis['name']} · {axis['size']}") for text in axes)


Rect = tuple[float, float, float, float]


def rectangles(element: ElementTree.Element, x: float = 0.0, y: float = 0.0) -> Iterator[tuple[str, Rect]]:
    """Where every cell and text lies, in pixels; a turned text is left out."""
    transform = element.get("transform", "")
    if "rotate" in transform:
        return
    if moved := re.match(r"translate\((\S+) (\S+)\)", transform):
        x, y = x + float(moved[1]), y + float(moved[2])
    if "cell" in classes(element):
        rect = next(child for child in element if local(child) == "rect")
        width, height = float(rect.attrib["width"]) + 1, float(rect.attrib["height"]) + 1
        yield "cell", (x, y, x + width, y + height)
        return
    if local(element) == "text":
        at, size = float(element.attrib["x"]), float(element.attrib["font-size"])
        wide = 0.5 * size * len("".join(element.itertext()))
        left = {"middle": at - wide / 2, "start": at, "end": at - wide}[element.attrib["text-anchor"]]
        base = y + float(element.attrib["y"])
        yield "text", (x + left, base - 0.7 * size, x + left + wide, base)
    for child in element:
        yield from rectangles(child, x, y)


def overlap(one: Rect, other: Rect) -> bool:
    return min(one[2], other[2]) - max(one[0], other[0]) > 0.1 and min(one[3], other[3]) - max(one[1], other[1]) > 0.1


@pytest.mark.parametrize(("lesson", "preset"), PRESETS)
@pytest.mark.parametrize("width", [960, 330])
def test_nothing_overlaps_or_is_cut_off(lesson: str, preset: Any, width: float) -> None:
    for picture in pictures(lesson, preset):
        root = drawn(picture, width=width)
        found = [rect for _, rect in rectangles(root)]
        total, high = float(root.attrib["width"]), float(root.attrib["height"])
        assert all(left >= 0 and right <= total and top >= 0 and low <= high for left, top, right, low in found)
        found.sort()
        for place, one in enumerate(found):
            for other in found[place + 1 :]:
                if other[0] > one[2]:
                    break
                assert not overlap(one, other)


def test_a_row_is_broken_into_lines_at_the_width_and_a_wide_array_widens_the_svg() -> None:
    grids = tuple(Grid(name, name, np.zeros((3, 4))) for name in "abcdef")
    row = Row(("a", Op("+"), "b", Op("+"), "c", Op("+"), "d", Op("+"), "e", Op("="), "f"))
    narrow, wide = (drawn(Picture(grids, (row,)), width=width) for width in (500, 2000))
    assert float(narrow.attrib["width"]) <= 500 < float(wide.attrib["width"])
    assert float(narrow.attrib["height"]) > 2 * float(wide.attrib["height"]) - 40
    assert float(drawn(Picture(grids[:1], (Row(("a",)),)), width=50).attrib["width"]) > 150


def hostile(text: str) -> Picture:
    x = Grid(
        "x", text, np.zeros((2, 2)), caption=text, axes=(text, text), badges=(Badge(text, "bad"),), tags=(text,),
        labels=(text,) * 4, texts=(text,) * 4,
    )  # fmt: skip
    formula = Formula("x", (Ref("x"), text, Strong((Val("x"),))))
    return Picture((x,), (Row(("x", Op(text), "x"), text),), (), (formula,), ("x", 0))


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:24])
@pytest.mark.parametrize("theme", ["light", "dark", "page"])
def test_hostile_text_comes_out_as_text(text: str, theme: Any) -> None:
    clean = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "\ufffd", text)
    root = drawn(hostile(text), title=text, description=text, theme=theme)
    tags = {local(element) for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "metadata", "g", "rect", "path", "text", "tspan"}
    assert {name for element in root.iter() for name in element.attrib if name.startswith("on")} == set()
    assert root[0].text == root[1].text == clean
    assert set(text_of(root, "number")) == {clean}
    assert set(text_of(root, "badge")) == {"2-D", clean}
    thumb = ElementTree.fromstring(thumbnail(hostile(text), title=text, description=text))  # noqa: S314 - made here
    assert set(text_of(thumb, "number")) == {clean}


def test_the_text_alternative_is_inside_and_named() -> None:
    root = drawn(Picture((Grid("x", "x", np.arange(3)),), (Row(("x",)),)), title="A vector", description="Three cells.")
    by_id = {element.get("id"): element for element in root.iter() if element.get("id")}
    assert root.get("role") == "img"
    named = [by_id[name] for name in root.attrib["aria-labelledby"].split()]
    assert [(local(element), element.text) for element in named] == [("title", "A vector"), ("desc", "Three cells.")]


def test_the_same_picture_gives_the_same_text() -> None:
    lesson, preset = presets()[0]
    first, second = (svg(pictures(lesson, preset)[0], title="t", description="d") for _ in range(2))
    assert first == second


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_palette_is_the_apps_theme(theme: str) -> None:
    colours, palette = CONFIG["theme"][theme], PALETTES[theme]
    assert palette.ground == colours["backgroundColor"]
    assert palette.ink == colours["textColor"]
    assert palette.soft == colours["grayTextColor"]
    assert palette.line == colours["borderColor"]
    assert palette.accent == colours["primaryColor"]
    for role, name in {"a": "blue", "b": "yellow", "c": "violet", "result": "green"}.items():
        assert palette.roles[role] == (colours[f"{name}BackgroundColor"], colours[f"{name}TextColor"])
    for tone, name in {"good": "green", "warn": "yellow", "bad": "red", "info": "blue"}.items():
        assert palette.tones[tone] == (colours[f"{name}BackgroundColor"], colours[f"{name}TextColor"])


def test_axes_that_are_named_by_letters_have_the_letters_colours_in_both_renderers() -> None:
    css = (Path(__file__).parents[2] / "static/primer/theme.css").read_text(encoding="utf-8")
    assert dict(re.findall(r"\.role-hue-(\d) \{ --letter: (#[0-9a-f]{6}); \}", css)) == {
        str(hue): colour for hue, colour in enumerate(LETTERS)
    }
    picture = Picture((Grid("a", "a", np.ones((2, 3)), axes=("i", "j"), hues=(0, 1)),), rows=(Row(("a",)),))
    colours = {"".join(text.itertext()).strip()[0]: text.get("fill") for text in of_class(drawn(picture), "axis")}
    assert colours == {"i": PALETTES["light"].letter(0), "j": PALETTES["light"].letter(1)}


def test_saved_pictures_write_colours_out_and_pictures_of_a_page_ask_its_variables() -> None:
    picture = hostile("x")
    for theme in ("light", "dark"):
        text = svg(picture, theme=theme, title="t", description="d")
        assert "var(" not in text
        assert "color-mix" not in text
        assert "href" not in text
    page = svg(picture, theme="page", title="t", description="d")
    asked = set(re.findall(r"var\((--[a-z-]+), (#[0-9a-f]{6})\)", page))
    assert asked
    assert asked <= set(VARIABLES.items())
    assert "#" not in re.sub(r"var\(--[a-z-]+, #[0-9a-f]{6}\)", "", page)


def test_a_window_is_drawn_as_the_payload_lists_it() -> None:
    picture = Picture((Grid("x", "x", np.arange(10_000).reshape(100, 100)),), (Row(("x",)),))
    windows = {"x": (40, 50)}
    assert cells(drawn(picture, windows=windows)) == expected_cells(picture.payload(windows))
    assert not of_class(drawn(picture, windows=windows), "gap")
    assert of_class(drawn(picture), "gap")


def product() -> Picture:
    a, b = np.array([[1, 2], [3, 4]]), np.array([[5.0, -6.0], [7.0, 8.0]])
    i, j = np.divmod(np.arange(4), 2)
    links = (Link("a", "c", i[:, None] * 2 + np.arange(2)), Link("b", "c", np.arange(2) * 2 + j[:, None]))
    grids = (Grid("a", "a", a, "a"), Grid("b", "b", b, "b"), Grid("c", "c", a @ b, "result"))
    formula = Formula("c", (Ref("c"), " = ", Val("a"), " · ", Val("b"), " + … = ", Strong((Val("c"),))))
    return Picture(grids, (Row(("a", Op("@"), "b", Op("="), "c")),), links, (formula,), ("c", 1))


def test_the_cell_in_focus_is_ringed_with_its_sources_and_spelled_out() -> None:
    shown = spell(product().payload())
    assert {grid: set(lit) for grid, lit in shown.lit.items()} == {"c": {1}, "a": {0, 1}, "b": {1, 3}}
    assert [flat for flat, itself in shown.lit["c"].items() if itself] == [1]
    assert shown.pieces == (Address("result", "c[0, 1]"), " = ", "1", " · ", "−6.0", " + … = ", Bold("10.0"))
    root = drawn(product())
    lit = {cell.attrib["data-cell"] for cell in of_class(root, "lit")}
    assert lit == {"c 1", "a 0", "a 1", "b 1", "b 3"}
    assert of_class(root, "chip")
    assert not of_class(drawn(product(), lit=False), "lit")
    assert not of_class(drawn(product(), lit=False), "chip")


@pytest.mark.parametrize(("lesson", "preset"), PRESETS)
def test_a_thumbnail_has_cells_and_signs_only_and_the_size_of_its_card(lesson: str, preset: Any) -> None:
    for picture in pictures(lesson, preset):
        root = ElementTree.fromstring(thumbnail(picture, title="t", description="d"))  # noqa: S314 - made here
        assert (root.get("width"), root.get("height")) == ("204", "92")
        texts = {name for element in root.iter() if local(element) == "text" for name in classes(element)}
        assert texts <= {"number", "op", "gap", "empty"}
        placed = {item for row in picture.rows for item in row.items if isinstance(item, str)}
        assert {element.get("data-grid") for element in root.iter()} - {None} == placed
        assert len(of_class(root, "cell")) <= max(48, 16 * len(placed))


def test_a_picture_without_arrays_is_an_empty_svg() -> None:
    root = drawn(Picture((), ()))
    assert not of_class(root, "cell")
    assert float(root.attrib["width"]) > 0
