"""Graphs, charts, bits, images and steps as SVG: what they show, that nothing is cut, and that texts stay texts."""

import re
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from primer_core.picture.alternative import description
from primer_core.picture.bars import Bar, Bars
from primer_core.picture.batches import Batches
from primer_core.picture.bits import BitGroup, Bits
from primer_core.picture.curves import Curves
from primer_core.picture.derivation import Block, Derivation
from primer_core.picture.graph import Graph
from primer_core.picture.images import Figure, Image, Images, Reading, data_uri, png
from primer_core.picture.measured import read_bars
from primer_core.picture.memory_strips import MemoryStrips
from primer_core.picture.parts import Drawable
from primer_core.picture.payload import payload
from primer_core.picture.probability_bars import ProbabilityBars
from primer_core.picture.seen import as_seen
from primer_core.picture.steps import Steps
from primer_core.picture.svg import svg
from primer_core.picture.text import Code, Name, Strong, text
from tests.picture.preset_pictures import drawings, more_drawings, presets
from tests.picture.shown import shown_by_svg, squeezed, told_by
from tests.picture.test_svg import HOSTILE, local, overlap, rectangles

LESSONS = sorted({slug for slug, _ in presets()})


@cache
def drawn_by(lesson: str) -> list[tuple[str, Drawable]]:
    return [(preset.title, part) for slug, preset in presets() if slug == lesson for part in drawings(slug, preset)]


@cache
def every_drawing() -> list[tuple[str, Drawable]]:
    return [drawing for lesson in LESSONS for drawing in drawn_by(lesson)] + more_drawings()


def root_of(part: Drawable, **options: Any) -> ElementTree.Element:
    return ElementTree.fromstring(svg(part, **({"title": "t", "description": "d"} | options)))  # noqa: S314 - made here


KINDS = (
    "Bars", "Batches", "Bits", "Curves", "Derivation", "Graph", "Images", "MemoryStrips", "ProbabilityBars", "Steps",
)  # fmt: skip


def one_of(kind: str) -> Drawable:
    return next(part for _, part in reversed(every_drawing()) if type(part).__name__ == kind)


def test_there_are_drawings_of_each_kind() -> None:
    assert {type(part).__name__ for _, part in every_drawing()} == set(KINDS)


@pytest.mark.parametrize("lesson", LESSONS)
def test_an_svg_shows_the_texts_cells_roles_and_links_of_its_part(lesson: str) -> None:
    for title, part in drawn_by(lesson):
        told = told_by(part)
        shown = shown_by_svg(svg(part, title="t", description="d"), payload(part)["kind"])
        assert {name: shown[name] for name in told} == told, title


def test_an_svg_shows_the_texts_of_images_and_bars() -> None:
    for title, part in more_drawings():
        assert shown_by_svg(svg(part, title="t", description="d"), payload(part)["kind"]) == told_by(part), title


def test_an_svg_of_a_graph_shows_any_step() -> None:
    for title, part in drawn_by("autograd_graph"):
        assert isinstance(part, Graph)
        for step in range(len(part.steps)):
            seen = as_seen(part, (step,))
            assert shown_by_svg(svg(seen, title="t", description="d"), "graph") == told_by(seen), (title, step)


@pytest.mark.parametrize("width", [960, 340])
def test_nothing_overlaps_or_is_cut_off(width: float) -> None:
    for title, part in every_drawing():
        root = root_of(part, width=width)
        found = [rect for _, rect in rectangles(root)]
        total, high = float(root.attrib["width"]), float(root.attrib["height"])
        assert all(left >= 0 and right <= total and top >= 0 and low <= high for left, top, right, low in found), title
        found.sort()
        for place, one in enumerate(found):
            for other in found[place + 1 :]:
                if other[0] > one[2]:
                    break
                assert not overlap(one, other), (title, one, other)


def test_images_are_drawn_pixel_by_pixel() -> None:
    pixels = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    images = Images(
        (Figure((), (), Image(0, "as it stands")), Figure((), (), Image(0, "cut", Reading((4, 5, 3), (5, 1, 20))))),
        (data_uri(png(pixels)),),
    )
    np.testing.assert_array_equal(images.pixels(images.figures[0].image), pixels)
    np.testing.assert_array_equal(images.pixels(images.figures[1].image), np.moveaxis(pixels.reshape(3, 4, 5), 0, -1))
    with pytest.raises(IndexError):
        images.pixels(Image(0, "too far", Reading((4, 5, 3), (15, 3, 2))))
    with pytest.raises(ValueError, match="but there are 0"):
        Images((Figure((), (), Image(0, "")),), ())


def spoiled(value: Any, words: str) -> Any:
    """Put words into every text of a part but those that choose a look, and those that are ids or files."""
    kept = {"tone", "role", "look", "event", "id", "node", "source", "target", "sources", "bits", "outcome", "saved",
            "x", "y", "symbol", "row", "column", "levels", "rows" if isinstance(value, Block) else "",
            "name" if isinstance(value, BitGroup) else ""}  # fmt: skip
    match value:
        case str():
            return words
        case tuple():
            return tuple(spoiled(inner, words) for inner in value)
        case dict():
            return {name: spoiled(inner, words) for name, inner in value.items()}
    if not is_dataclass(value) or isinstance(value, type):
        return value
    names = [field.name for field in fields(value) if field.name not in kept]
    return replace(value, **{name: spoiled(getattr(value, name), words) for name in names})


@pytest.mark.parametrize("words", HOSTILE, ids=lambda words: ascii(words)[:24])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("theme", ["light", "dark", "page"])
def test_hostile_text_comes_out_as_text(kind: str, words: str, theme: Any) -> None:
    bad = spoiled(one_of(kind), words)
    clean = squeezed(re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "\ufffd", words))
    root = root_of(bad, theme=theme, title=words, description=description(bad))
    assert {local(found) for found in root.iter()} <= {
        "svg",
        "title",
        "desc",
        "g",
        "rect",
        "path",
        "text",
        "tspan",
        "image",
    }
    assert {name for found in root.iter() for name in found.attrib if name.startswith("on")} == set()
    assert squeezed(root[0].text or "") == clean
    written = squeezed("".join("".join(found.itertext()) for found in root.iter() if local(found) == "text"))
    assert clean[:12] in written


@pytest.mark.parametrize("kind", KINDS)
def test_saved_drawings_hold_all_that_they_need(kind: str) -> None:
    part = one_of(kind)
    for theme in ("light", "dark"):
        written = svg(part, theme=theme, title="t", description="d")
        assert "var(" not in written
        assert "color-mix" not in written
        assert set(re.findall(r'(?:href|src)="([^,"]*)', written)) <= {"data:image/png;base64"}
        assert written == svg(part, theme=theme, title="t", description="d")
    assert svg(part, theme="light", title="t", description="d") != svg(part, theme="dark", title="t", description="d")


def test_a_description_tells_all_that_a_drawing_shows() -> None:
    for title, part in every_drawing():
        told = squeezed(description(part))
        match part:
            case Graph():
                wanted = [node.title for node in part.nodes] + [step.text for step in part.steps]
                wanted += [
                    grad for step in part.steps for change in step.changes if change.grad for grad in change.grad
                ][-1:]
            case ProbabilityBars():
                wanted = [word for bar in part.bars for word in (bar.name, bar.percent, bar.gradient)]
                wanted += [cell.text for table in part.tables for row in table.rows for cell in row.cells]
            case Derivation():
                wanted = [text for matrix in part.matrices for row in matrix.cells for text in row]
                wanted += [word for step in part.steps for word in (step.code, step.meaning, step.verdict)]
            case Bars():
                wanted = [word for bar in part.bars for word in (bar.label, bar.note)]
            case Bits():
                wanted = [*(field.bits for field in part.groups), part.formula, part.caption]
            case Curves():
                wanted = [words for curve in part.curves for words in (curve.name, *curve.texts)]
            case Images():
                wanted = [figure.image.description for figure in part.figures]
            case Batches():
                wanted = [
                    f"{box.name}: {', '.join(map(str, box.samples))}" for epoch in part.epochs for box in epoch.batches
                ]
            case MemoryStrips():
                wanted = [note for strip in part.strips for note in strip.notes]
                wanted += [name for strip in part.strips for pointer in strip.pointers for name in pointer.names]
            case Steps():
                wanted = [word for card in part.cards for word in (card.text, card.word, *card.facts)]
            case _:
                raise AssertionError(title)
        assert [word for word in wanted if squeezed(word) not in told] == [], title


def test_a_place_that_a_part_has_not_is_refused() -> None:
    graph = next(part for _, part in every_drawing() if isinstance(part, Graph))
    chart = next(part for _, part in every_drawing() if isinstance(part, ProbabilityBars))
    worked = next(part for _, part in every_drawing() if isinstance(part, Derivation))
    assert as_seen(graph, ()) is graph
    assert shown_by_svg(svg(as_seen(worked, (0, 1, 1)), title="t", description="d"), "derivation")["spelled"][
        0
    ].startswith(squeezed(f"{worked.by_symbol[worked.steps[0].symbol].label}[1, 1]"))
    table, row = len(chart.tables) - 1, len(chart.tables[-1].rows) - 1
    assert told_by(as_seen(chart, (table, row, 0)))["spelled"].startswith(squeezed(chart.tables[-1].rows[-1].name))
    for part, at in (
        (graph, (len(graph.steps),)),
        (chart, (0, 99, 0)),
        (chart, (0,)),
        (worked, (0, 99, 0)),
        (more_drawings()[0][1], (0,)),
    ):
        with pytest.raises(ValueError, match="place that the part has"):
            as_seen(part, at)


def test_measured_bars_come_back_as_they_were_sent() -> None:
    for _, part in more_drawings():
        if isinstance(part, Bars):
            assert told_by(read_bars(payload(part))) == told_by(part)
    named = Bars((Bar(text("a ", Code("b"), Strong("c"), Name("d", "a")), 1.0, "1"),), "")
    assert read_bars(payload(named)).bars[0].name == ("a bcd",)


@pytest.mark.parametrize(
    "sent",
    [
        None, [], {}, {"bars": 3}, {"bars": [3]}, {"bars": [{}]}, {"bars": [{"name": "x", "value": 1}]},
        {"bars": [{"name": ["x"], "value": "1"}]}, {"bars": [{"name": ["x"], "value": -1}]},
        {"bars": [{"name": ["x"], "value": True}]}, {"bars": [{"name": [{}], "value": 1}]},
        {"bars": [{"name": [[]], "value": 1}]}, {"bars": [{"name": ["x"], "value": 1, "tone": []}]},
        {"bars": [{"name": ["x"], "value": 1, "label": 3}]}, {"bars": [], "titles": []}, {"bars": [], "caption": {}},
        {"bars": [], "titles": {"group": 1}}, {"bars": [], "whole": "1"}, {"bars": [], "whole": 10**400},
        {"bars": [{}] * 101},
    ],
)  # fmt: skip
def test_what_is_no_bars_is_refused_with_a_reason(sent: object) -> None:
    with pytest.raises(ValueError, match=r"^Expected |must be finite"):
        read_bars(sent)
