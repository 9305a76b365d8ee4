"""The browser's renderer beside the SVG's, given the same picture: what either shows, the other shows."""

from typing import Any
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page

from primer_core.picture.spell import Address, Bold, spell
from primer_core.picture.svg import svg
from tests.picture.preset_pictures import pictures, presets

PRESETS = {lesson: [preset for name, preset in presets() if name == lesson] for lesson, _ in presets()}

READ = """async (data) => {
  const { pictureView } = await import("/picture.js");
  const root = pictureView(data, {}).element;
  document.body.replaceChildren(root);
  const role = (cell) => [...cell.closest(".table").classList].find((name) => name.startsWith("role-")).slice(5);
  const kinds = (cell) => ["faded", "ghost", "lit", "marked"].filter((kind) => cell.classList.contains(kind));
  return {
    cells: [...root.querySelectorAll(".stage .cell")].map((cell) => [cell.textContent, role(cell), ...kinds(cell)]),
    formula: root.querySelector(".formula").textContent,
    captions: [...root.querySelectorAll("figcaption")].map((caption) => caption.textContent.replaceAll(" ", "")),
  };
}"""

INSIDE = """(text) => {
  const root = document.createElement("div");
  root.innerHTML = text;
  document.body.replaceChildren(root);
  const svg = root.firstChild.getBoundingClientRect();
  const inside = (box) => box.left >= svg.left && box.right <= svg.right
    && box.top >= svg.top && box.bottom <= svg.bottom;
  const boxes = [...root.querySelectorAll("text")].map((text) => [text.textContent, text.getBoundingClientRect()]);
  const out = boxes.filter(([, box]) => box.width && !inside(box)).map(([text]) => text);
  const meet = ([, a], [, b]) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
  const met = boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => meet(a, b)).map((b) => [a[0], b[0]]));
  return { out, met };
}"""


def shown_by_svg(text: str) -> tuple[list[list[str]], list[str]]:
    root = ElementTree.fromstring(text)  # noqa: S314 - made here
    cells, captions = [], []
    for element in root.iter():
        kinds, part = element.get("class", "").split(), element.get("data-part")
        if "cell" in kinds:
            (number,) = ["".join(inner.itertext()) for inner in element if inner.get("data-part") == "number"]
            cells.append([number, element.attrib["data-role"], *sorted(kinds[1:])])
        elif part == "caption":
            captions.append("".join(element.itertext()))
        elif part == "badge":
            captions[-1] += "".join(element.itertext())
    return cells, [caption.replace(" ", "") for caption in captions]


@pytest.mark.parametrize("lesson", PRESETS)
def test_both_show_the_same_cells_captions_highlight_and_formula(bare_page: Page, lesson: str) -> None:
    for preset in PRESETS[lesson]:
        for picture in pictures(lesson, preset):
            payload = picture.payload()
            seen: dict[str, Any] = bare_page.evaluate(READ, payload)
            cells, captions = shown_by_svg(svg(picture, title="t", description="d"))
            pieces = spell(payload).pieces
            assert cells == seen["cells"], preset.title
            assert captions == seen["captions"], preset.title
            formula = "".join(piece.text if isinstance(piece, Address | Bold) else piece for piece in pieces)
            assert formula == seen["formula"], preset.title


@pytest.mark.parametrize("lesson", PRESETS)
def test_no_text_leaves_the_svg_or_runs_into_another(bare_page: Page, lesson: str) -> None:
    for preset in PRESETS[lesson]:
        for picture in pictures(lesson, preset):
            found = bare_page.evaluate(INSIDE, svg(picture, title="t", description="d"))
            assert found == {"out": [], "met": []}, preset.title
