"""The browser's renderer beside the SVG's, given the same part: what either shows, the other shows."""

import base64
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from playwright.sync_api import Page

from primer_core.picture.graph import Graph
from primer_core.picture.grid import Picture
from primer_core.picture.images import Images
from primer_core.picture.parts import Drawable
from primer_core.picture.payload import payload
from primer_core.picture.seen import as_seen
from primer_core.picture.spell import Address, Bold, spell
from primer_core.picture.svg import svg
from tests.picture.preset_pictures import drawings, more_drawings, pictures, presets
from tests.picture.shown import Shown, shown_by_svg

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

#: Reads what the browser shows of a part in the form of `tests.picture.shown`; a graph at one of its steps.
SHOWN = """async ([part, step]) => {
  const modules = { bars: "bars", bits: "bits", curves: "curves", derivation: "derivation", graph: "graph",
    images: "images", memorystrips: "memory_strips", batches: "batches",
    probabilitybars: "probability_bars", steps: "steps" };
  const name = modules[part.kind];
  const module = await import(`/${name}.js`);
  const view = module[`${name.replace(/_./, (found) => found[1].toUpperCase())}View`];
  const root = view(part, { announce() {}, isAhead: () => false }).element;
  document.body.replaceChildren(root);
  if (part.kind === "batches") await new Promise((done) => setTimeout(done, 60));      // ways follow the layout
  const squeezed = (text) => (text ?? "").replace(/\\s+/g, "");
  const all = (selector, inside = root) => [...inside.querySelectorAll(selector)];
  const texts = (selector, inside = root) => all(selector, inside).map((found) => squeezed(found.textContent));
  const text = (selector, inside = root) => texts(selector, inside).join("");
  const kinds = (element, ...names) => names.filter((kind) => element.classList.contains(kind));
  const role = (element) => [...element.classList].find((kind) => kind.startsWith("role-")).slice(5);
  const rounded = (value) => Math.round(value * 10) / 1000;
  const readers = {
    bars: () => ({
      titles: texts("thead th").filter(Boolean),
      rows: all("tbody tr").map((row) => {
        const [group, name, track, label, note] = row.children;
        const share = Math.round(Number.parseFloat(track.firstElementChild.style.width));
        return [...[group, name, label, note].map((cell) => squeezed(cell.textContent)), role(row), share];
      }),
    }),
    bits: () => ({
      fields: all("figure").map((field) => [field.className, texts("i", field), text("figcaption", field)]),
      formula: text(".bit-formula"),
    }),
    derivation: () => ({
      matrices: all(".d-matrix").map((matrix) => [
        matrix.dataset.symbol, role(matrix), text("figcaption b", matrix),
        squeezed(matrix.querySelector("figcaption").lastChild.textContent).replace(text("figcaption b", matrix), ""),
        all(".d-cell", matrix).map((cell) => [squeezed(cell.textContent), kinds(cell, "hit", "off", "source")]),
        texts(".d-gap", matrix),
      ]),
      equations: all(".d-step, .d-stop").map((step) => [
        [...(step.getAttribute("aria-pressed") === "true" ? ["chosen"] : []),
          ...(step.matches(".d-stop") ? ["stop"] : []), ...kinds(step, "wrong")],
        text(".d-equation", step), text(".d-mark", step), text("code", step),
      ]),
      "block-title": texts(".d-map h4"), phase: texts(".d-steps h4"), message: texts(".d-stop p"),
      head: texts(".d-head .d-equation"), shapes: texts(".d-shapes"), meaning: texts(".d-meaning"),
      spelled: texts(".d-spelled > div"), verdict: texts(".d-verdict"), "pixel-caption": texts(".d-pixels figcaption"),
      sign: texts(".d-sign"),
    }),
    curves: () => ({
      lines: all(".cv-line").map((line) => [role(line), line.dataset.points.split(" ").filter(Boolean)
        .map((point) => point.split(",").map(Number))]),
      title: texts("h4"), legend: texts(".cv-key"), tick: texts(".cv-ticks span"), place: texts(".cv-places span"),
      across: texts(".cv-across"), read: texts(".cv-read"),
    }),
    probabilitybars: () => ({
      legend: all(".legend > span").map((item, place) => squeezed((place < 2 ? item : item.lastChild).textContent)),
      columns: all(".bar-column").map((column) => {
        const [line, bar, arrow] = column.querySelector(".field").children;
        return [
          ...[".gradient", ".percent", ".bar-name", ".bar-tags"].map((words) => text(words, column)),
          rounded(Number.parseFloat(bar.style.height)), rounded(Number.parseFloat(line.style.bottom)),
          arrow.hidden ? "none" : kinds(arrow, "up", "down")[0],
        ];
      }),
      titles: texts(".step-table h4"),
      rows: all(".tiles").map((row) => [text(".step-name", row), role(row),
        all(".tile", row).map((tile) => [squeezed(tile.textContent), kinds(tile, "active", "broken", "lit")])]),
      spelled: text(".spelled"),
    }),
    images: () => ({
      figures: all("figure").map((figure) => {
        const [head, below] = figure.children;
        const called = (image) => image.getAttribute("alt") ?? image.getAttribute("aria-label");
        return [
          squeezed(head.firstElementChild.textContent), text(".badge", head), text(".facts", head),
          all(".badge", head).map((badge) => badge.className.split(" ")[1]),
          called(below.firstElementChild), all(".planes > *", below).map(called), text(".facts", below),
        ];
      }),
    }),
    batches: () => {
      const sample = (cell) => [squeezed(cell.textContent), role(cell), kinds(cell, "active", "left-out")];
      return {
        legend: texts(".b-label"),
        epochs: all(".b-epoch").map((epoch) => [
          text("h4", epoch),
          all(".b-batch", epoch).map((box) => [
            text(".b-name", box), text(".b-note", box), ...all(".b-cell", box).map(sample),
            ...kinds(box, "left-out", "refused"),
          ]),
          epoch.closest(".many") ? all("path.active", epoch).length : all("path", epoch).length,
          all(".b-source .b-cell", epoch).map(sample),
        ]),
        told: text(".b-told p"),
      };
    },
    memorystrips: () => ({
      strips: all(".m-strip").map((strip) => [role(strip), all(".m-row", strip).map((row) => [
        texts(".m-names code", row).join(","), text(".m-note", row),
        all(".m-cell", row).map((cell) => kinds(cell, "changed", "touched")),
      ]), all(".m-gap", strip).length]),
    }),
    steps: () => ({
      start: root.querySelector(".start").hidden ? [] : texts(".start > *"),
      cards: all("li").map((card) => [
        text(".number", card), squeezed(card.querySelector("input").value), kinds(card, "done", "failed", "waiting"),
        texts(".fact", card), text(".verdict", card),
        all(".verdict", card).map((word) => word.className.split(" ")[1]),
        texts(".messages p", card), texts(".remedies button", card),
      ]),
    }),
    graph: () => {
      const slider = root.querySelector("input");
      slider.value = String(step);
      slider.dispatchEvent(new Event("input"));
      return {
        nodes: all(".g-node").map((node) => [
          node.dataset.node, node.dataset.look, kinds(node, "error", "lit", "output", "waiting"), node.title,
          texts(".g-badges i", node).filter(Boolean),
          ...[".g-top b", ".g-engine", "small", ".g-value", ".g-grad"].map((words) => text(words, node)),
        ]),
        edges: all(".g-wire").map((wire) =>
          [wire.dataset.source, wire.dataset.target, wire.dataset.slot, kinds(wire, "ahead", "back", "dashed")]),
        words: [".g-phase", ".g-panel[data-event] > h4", ".g-panel[data-event] > p", "blockquote"]
          .map((selector) => text(selector)),
        captions: texts(".g-caption"),
        formulas: texts(".g-formula"),
        terms: all(".g-equation .g-cells > *").map((term) => (term.matches(".g-sign")
          ? ["sign", squeezed(term.textContent)]
          : [kinds(term, "operand", "value", "local", "grad")[0],
            squeezed(term.querySelector("figcaption").firstChild.textContent), text("figcaption small", term),
            texts(".g-cell", term)])),
      };
    },
  };
  return readers[part.kind]();
}"""

#: The pixels of all images and channels that are drawn, red, green and blue of each, in base64.
PIXELS = """async () => {
  const found = [];
  for (const drawn of document.querySelectorAll("figure :is(img, canvas)")) {
    if (drawn instanceof HTMLImageElement) await drawn.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [drawn.naturalWidth ?? drawn.width, drawn.naturalHeight ?? drawn.height];
    const context = canvas.getContext("2d");
    context.drawImage(drawn, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const bytes = data.filter((_, at) => at % 4 < 3);
    let text = "";
    for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
    found.push(btoa(text));
  }
  return found;
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


def cells_of_svg(text: str) -> tuple[list[list[str]], list[str]]:
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


def check_picture(bare_page: Page, picture: Picture, title: str) -> None:
    """Check that both show the same cells, captions and formula, and that no text of the SVG runs into another."""
    data = picture.payload()
    seen: dict[str, Any] = bare_page.evaluate(READ, data)
    text = svg(picture, title="t", description="d")
    cells, captions = cells_of_svg(text)
    assert cells == seen["cells"], title
    assert captions == seen["captions"], title
    pieces = spell(data).pieces
    assert "".join(piece.text if isinstance(piece, Address | Bold) else piece for piece in pieces) == seen["formula"]
    assert bare_page.evaluate(INSIDE, text) == {"out": [], "met": []}, title


def shown_by_browser(bare_page: Page, part: Drawable) -> Shown:
    step = len(part.steps) - 1 if isinstance(part, Graph) else 0
    shown: Shown = bare_page.evaluate(SHOWN, [payload(part), step])
    return shown


def check(bare_page: Page, part: Drawable, title: str) -> None:
    """Check that both show the same, and that in the browser's own fonts no text of the SVG is cut off."""
    drawn = svg(part, title="t", description="d")
    assert shown_by_svg(drawn, payload(part)["kind"]) == shown_by_browser(bare_page, part), title
    assert bare_page.evaluate(INSIDE, drawn) == {"out": [], "met": []}, title


@pytest.mark.parametrize("lesson", PRESETS)
def test_both_show_the_same(bare_page: Page, lesson: str) -> None:
    checked = 0
    for preset in PRESETS[lesson]:
        for picture in pictures(lesson, preset):
            check_picture(bare_page, picture, preset.title)
            checked += 1
        for part in drawings(lesson, preset):
            check(bare_page, part, preset.title)
            checked += 1
    assert checked


def test_both_show_the_same_images_and_bars(bare_page: Page) -> None:
    for title, part in more_drawings():
        check(bare_page, part, title)


@pytest.mark.long
def test_both_show_the_same_at_every_step_of_a_graph(bare_page: Page) -> None:
    for preset in PRESETS["autograd_graph"]:
        for part in drawings("autograd_graph", preset):
            assert isinstance(part, Graph)
            for step in range(len(part.steps)):
                check(bare_page, as_seen(part, (step,)), f"{preset.title}, step {step}")


def test_the_browser_draws_the_pixels_that_the_svg_has(bare_page: Page) -> None:
    for title, images in more_drawings():
        if not isinstance(images, Images):
            continue
        shown_by_browser(bare_page, images)
        bare_page.wait_for_function(
            "() => [...document.querySelectorAll('canvas')].every((drawn) => drawn.width !== 300)"
        )
        wanted = []
        for figure in images.figures:
            pixels = images.pixels(figure.image)
            wanted += [pixels, *(pixels[..., [place]].repeat(3, -1) for place in range(len(figure.channels)))]
        for found, pixels in zip(bare_page.evaluate(PIXELS), wanted, strict=True):
            np.testing.assert_array_equal(np.frombuffer(base64.b64decode(found), np.uint8), pixels.ravel(), title)
