// @ts-check
/**
 * A section of a page as a file, SVG or PNG: what is shown of it, where it is shown, in the theme's colours. Pictures are
 * embedded as PNG, words stay words, and a style sheet is not needed. While a section is measured it carries
 * `data-still`, by which its style sheet lays out what otherwise scrolls.
 */

import { keepLook, plainPaints, savePicture } from "./chart_file.js";
import { make, write } from "./dom.js";
import { saves } from "./saves.js";

/** @typedef {[left: number, top: number, width: number, height: number]} Box in pixels, from the corner of what is saved */

/**
 * @typedef {object} Plane a filled or framed rectangle
 * @property {"plane"} kind
 * @property {Box} box
 * @property {string | string[]} fill a colour, or those of a gradient from left to right
 * @property {string} stroke
 * @property {number} line width of the stroke
 * @property {number} round radius of the corners
 */

/**
 * @typedef {object} Image
 * @property {"image"} kind
 * @property {Box} box
 * @property {string} source a data address
 * @property {boolean} sharp whether its pixels are to be seen
 * @property {boolean} whole whether it keeps its proportions in its box
 * @property {string} words what it shows
 */

/** @typedef {{kind: "words", box: Box, base: number, text: string, fill: string, size: number, weight: string, style: string, family: string}} Words one line of them; base is where it stands */
/** @typedef {{kind: "drawing", markup: string}} Drawing SVG that knows its place */
/** @typedef {Plane | Image | Words | Drawing} Piece */
/** @typedef {{title: string, description: string, width: number, height: number, ground: string, pieces: Piece[]}} Picture */
/** @typedef {{name: string, title: string, description: string}} Says what a file is called, without its ending, and what it says of itself */
/** @typedef {(color: string) => string} Plain writes any colour of CSS as one that every program reads */

const MARGIN = 16;
/** Pixels of a photo for each of the page. */
const SCALE = 2;
/** A colour through which all is seen, as `plainPaints` writes it. */
const CLEAR = /,0\.000\)$/;
/** What is no part of a picture: what saves it, and tables of the same numbers. */
const LEFT_OUT = "[hidden], .saves, details, option, script, style";

/**
 * @param {string} text
 * @returns {string} as it stands in XML, without the letters that XML has no way to write
 */
function escaped(text) {
  return text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")
    .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/**
 * @param {string} tag
 * @param {Record<string, string | number | null>} attributes null leaves one out
 * @param {string} [inside] markup
 * @returns {string} markup
 */
function element(tag, attributes, inside = "") {
  const written = Object.entries(attributes).filter(([, value]) => value !== null)
    .map(([name, value]) => ` ${name}="${typeof value === "number" ? String(Math.round(value * 100) / 100) : escaped(String(value))}"`).join("");
  return `<${tag}${written}${inside ? `>${inside}</${tag}>` : "/>"}`;
}

/**
 * @param {Piece} piece
 * @param {number} place among the pieces
 * @returns {string} markup
 */
function markup(piece, place) {
  if (piece.kind === "drawing") return piece.markup;
  const [x, y, width, height] = piece.box;
  if (piece.kind === "words") {
    const { base, text, fill, size, weight, style, family } = piece;
    // Another font, where this one is not installed, takes the same room.
    return element("text", {
      x, y: base, fill, "font-size": size, "font-weight": weight, "font-style": style === "normal" ? null : style, "font-family": family,
      textLength: width, lengthAdjust: "spacingAndGlyphs",
    }, escaped(text));
  }
  if (piece.kind === "image") {
    return element("image", {
      x, y, width, height, href: piece.source, preserveAspectRatio: piece.whole ? "xMidYMid" : "none", style: piece.sharp ? "image-rendering: pixelated" : null,
    }, element("title", {}, escaped(piece.words)));
  }
  const { fill, stroke, line, round } = piece;
  const isPlain = typeof fill === "string", id = `fill-${place}`;
  const stops = isPlain ? [] : fill.map((color, at) => element("stop", { offset: at / (fill.length - 1), "stop-color": color }));
  return (isPlain ? "" : element("linearGradient", { id }, stops.join("")))
    + element("rect", { x, y, width, height, rx: round || null, fill: isPlain ? fill : `url(#${id})`, stroke: line ? stroke : null, "stroke-width": line || null });
}

/**
 * Write a picture as an SVG that stands for itself.
 * @param {Picture} picture
 * @returns {string}
 */
export function svgOf({ title, description, width, height, ground, pieces }) {
  const [wide, high] = [width + 2 * MARGIN, height + 2 * MARGIN].map(Math.ceil);
  return element("svg", { xmlns: "http://www.w3.org/2000/svg", width: wide, height: high, viewBox: `0 0 ${wide} ${high}`, role: "img" }, [
    element("title", {}, escaped(title)),
    element("desc", {}, escaped(description)),
    element("rect", { width: wide, height: high, fill: ground }),
    element("g", { transform: `translate(${MARGIN} ${MARGIN})` }, `\n${pieces.map(markup).join("\n")}\n`),
  ].join("\n"));
}

/**
 * @param {string} image as CSS tells it of an element's background
 * @returns {string[]} the colours of a gradient from left to right; none where it is no such gradient
 */
export function gradientColors(image) {
  const inside = /^linear-gradient\((?:90deg|to right), (.+)\)$/.exec(image)?.[1];
  return inside ? inside.split(/, (?![^(]*\))/).map((stop) => stop.replace(/ [\d.]+(%|px)$/, "")) : [];
}

/**
 * @param {...string} words what a file is about
 * @returns {string} a name that every system takes, without an ending
 */
export function fileName(...words) {
  return words.join("-").toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 80);
}

/**
 * Make the buttons that save a section.
 * @param {HTMLElement} shown what is saved
 * @param {string} what a screen reader calls it: "row of stages"
 * @param {() => Says} says asked when a button is pressed
 * @returns {HTMLElement}
 */
export function sectionSaves(shown, what, says) {
  const told = make("span", { "aria-live": "polite" });
  const buttons = saves(shown, what, {
    save: async (_, format) => {
      const { name, ...words } = says();
      try {
        const text = svgOf({ ...words, ...pictureOf(shown) });
        const picture = /** @type {unknown} */ (new DOMParser().parseFromString(text, "image/svg+xml").documentElement);
        await savePicture(/** @type {SVGElement} */ (picture), format, name);
        write(told, `Saved as ${name}.${format}`);
      } catch (error) {
        write(told, `The picture could not be saved. ${error instanceof Error ? error.message : error}`);
      }
    },
  });
  buttons.prepend(told);
  return buttons;
}

/**
 * @param {HTMLElement} shown
 * @returns {Omit<Picture, "title" | "description">}
 */
function pictureOf(shown) {
  const plain = plainPaints();
  const host = shown.getRootNode(), page = host instanceof ShadowRoot ? host.host : shown;
  const ground = plain(getComputedStyle(page).getPropertyValue("--st-background-color").trim() || "#fff");
  shown.toggleAttribute("data-still", true);
  try {
    const from = shown.getBoundingClientRect(), end = shown.querySelector(".saves")?.getBoundingClientRect().top ?? from.bottom;
    return { width: from.width, height: end - from.top, ground, pieces: [...piecesOf(shown, new Reading(from, plain))] };
  } finally {
    shown.toggleAttribute("data-still", false);
  }
}

/** How things of a page are read: from which corner, and in which colours. */
class Reading {
  /**
   * @param {DOMRect} from
   * @param {Plain} plain
   */
  constructor(from, plain) {
    this.from = from;
    this.plain = plain;
    this.context = /** @type {CanvasRenderingContext2D} */ (make("canvas").getContext("2d"));
  }

  /**
   * @param {{left: number, top: number, width: number, height: number}} rect in pixels of the window
   * @returns {Box}
   */
  box({ left, top, width, height }) {
    return [left - this.from.left, top - this.from.top, width, height];
  }

  /**
   * @param {string} text
   * @param {CSSStyleDeclaration} style
   * @returns {TextMetrics}
   */
  measured(text, { fontStyle, fontWeight, fontSize, fontFamily }) {
    this.context.font = `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;
    return this.context.measureText(text);
  }

  /**
   * @param {string} text
   * @param {DOMRect} rect of the line, in pixels of the window
   * @param {CSSStyleDeclaration} style
   * @returns {Words}
   */
  words(text, rect, style) {
    const box = this.box(rect), { fontBoundingBoxAscent: above, fontBoundingBoxDescent: below } = this.measured(text, style);
    return {
      kind: "words", box, base: box[1] + (box[3] * above) / (above + below), text, fill: this.plain(style.color), size: parseFloat(style.fontSize),
      weight: style.fontWeight, style: style.fontStyle, family: style.fontFamily,
    };
  }

  /**
   * @param {Box} box
   * @param {string} fill
   * @param {number} [round]
   * @returns {Plane}
   */
  plane(box, fill, round = 0) {
    return { kind: "plane", box, fill: this.plain(fill), stroke: "none", line: 0, round };
  }
}

/**
 * @param {Element} shown
 * @param {Reading} reading
 * @returns {Generator<Piece>}
 */
function* piecesOf(shown, reading) {
  const style = getComputedStyle(shown);
  if (shown.matches(LEFT_OUT) || style.display === "none" || style.visibility !== "visible" || style.clipPath !== "none" || style.opacity === "0") return;
  if (shown instanceof HTMLInputElement) {          // the browser draws it, and not the ground that its style names
    yield* inputOf(shown, style, reading);
    return;
  }
  yield* planesOf(shown, style, reading);
  if (shown instanceof SVGSVGElement) yield drawingOf(shown, reading);
  else if (shown instanceof HTMLCanvasElement || shown instanceof HTMLImageElement) yield* imageOf(shown, style, reading);
  else if (shown instanceof HTMLSelectElement) yield chosenOf(shown, style, reading);
  else {
    for (const child of shown.childNodes) {
      if (child instanceof Element) yield* piecesOf(child, reading);
      else if (child instanceof Text) yield* linesOf(child, style, reading);
    }
  }
}

/**
 * The ground of an element, its border and its outline.
 * @param {Element} shown
 * @param {CSSStyleDeclaration} style
 * @param {Reading} reading
 * @returns {Generator<Plane>}
 */
function* planesOf(shown, style, reading) {
  const rect = shown.getBoundingClientRect();
  if (rect.width === 0 || rect.height === 0) return;
  const box = reading.box(rect), [left, top, width, height] = box;
  const round = Math.min(parseFloat(style.borderTopLeftRadius) || 0, height / 2, width / 2);
  const colors = gradientColors(style.backgroundImage).map(reading.plain);
  const ground = reading.plane(box, style.backgroundColor, round);
  if (colors.length > 1) yield { ...ground, fill: colors };
  else if (!CLEAR.test(/** @type {string} */ (ground.fill))) yield ground;
  const sides = /** @type {const} */ (["Top", "Right", "Bottom", "Left"]).map((side) => ({
    line: style[`border${side}Style`] === "none" ? 0 : parseFloat(style[`border${side}Width`]), color: style[`border${side}Color`],
  }));
  const [above, right, below, before] = sides.map(({ line }) => line);
  if (above && sides.every(({ line }) => line === above)) {
    yield { kind: "plane", box: [left + above / 2, top + above / 2, width - above, height - above], fill: "none", stroke: reading.plain(sides[0].color), line: above, round };
  } else {
    /** @type {Box[]} */
    const edges = [[left, top, width, above], [left + width - right, top, right, height], [left, top + height - below, width, below], [left, top, before, height]];
    for (const [place, edge] of edges.entries()) if (sides[place].line) yield reading.plane(edge, sides[place].color);
  }
  const outline = style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth);
  if (outline) yield { kind: "plane", box: [left - outline / 2, top - outline / 2, width + outline, height + outline], fill: "none", stroke: reading.plain(style.outlineColor), line: outline, round };
}

/**
 * The lines of a text as they are broken on the page.
 * @param {Text} text
 * @param {CSSStyleDeclaration} style
 * @param {Reading} reading
 * @returns {Generator<Words>}
 */
function* linesOf(text, style, reading) {
  const range = document.createRange();
  /** @type {{letters: string, rect: DOMRect}[]} */
  const lines = [];
  for (const { 0: letter, index } of text.data.matchAll(/./gsu)) {
    range.setStart(text, index);
    range.setEnd(text, index + letter.length);
    const [rect] = range.getClientRects();
    if (!rect?.width) continue;                    // a space that the page does not show
    const line = lines.at(-1);
    if (line && Math.abs(line.rect.top - rect.top) < rect.height / 2) {
      line.letters += letter;
      if (letter.trim()) line.rect.width = rect.right - line.rect.left;
    } else if (letter.trim()) lines.push({ letters: letter, rect: new DOMRect(rect.left, rect.top, rect.width, rect.height) });
  }
  for (const { letters, rect } of lines) yield reading.words(letters.trimEnd(), rect, style);
}

/**
 * @param {SVGSVGElement} shown
 * @param {Reading} reading
 * @returns {Drawing}
 */
function drawingOf(shown, reading) {
  const copy = /** @type {SVGSVGElement} */ (shown.cloneNode(true));
  keepLook(shown, copy, reading.plain);
  const box = reading.box(shown.getBoundingClientRect());
  ["x", "y", "width", "height"].forEach((name, place) => copy.setAttribute(name, String(Math.round(box[place] * 100) / 100)));
  return { kind: "drawing", markup: new XMLSerializer().serializeToString(copy) };
}

/**
 * A canvas with the pixels that it has; a photo with as many as its place can show.
 * @param {HTMLCanvasElement | HTMLImageElement} shown
 * @param {CSSStyleDeclaration} style
 * @param {Reading} reading
 * @returns {Generator<Image>}
 */
function* imageOf(shown, style, reading) {
  const rect = shown.getBoundingClientRect();
  let canvas = shown;
  if (canvas instanceof HTMLImageElement) {
    const { naturalWidth, naturalHeight } = canvas;
    const scale = Math.min(1, (SCALE * Math.max(rect.width, rect.height)) / Math.max(naturalWidth, naturalHeight));
    if (!naturalWidth) return;
    canvas = make("canvas", { width: Math.ceil(naturalWidth * scale), height: Math.ceil(naturalHeight * scale) });
    /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).drawImage(/** @type {HTMLImageElement} */ (shown), 0, 0, canvas.width, canvas.height);
  }
  if (!rect.width || !canvas.width) return;
  const words = shown.getAttribute("aria-label") ?? shown.getAttribute("alt") ?? shown.closest("[aria-label]")?.getAttribute("aria-label") ?? "";
  yield {
    kind: "image", box: reading.box(rect), source: canvas.toDataURL(), sharp: style.imageRendering === "pixelated", whole: style.objectFit === "contain", words,
  };
}

/**
 * @param {HTMLInputElement} shown a slider or a box to tick
 * @param {CSSStyleDeclaration} style
 * @param {Reading} reading
 * @returns {Generator<Plane>}
 */
function* inputOf(shown, style, reading) {
  const [left, top, width, height] = reading.box(shown.getBoundingClientRect()), middle = top + height / 2;
  const accent = style.accentColor === "auto" ? style.color : style.accentColor, line = reading.plain(style.color);
  if (shown.type === "range") {
    const at = left + 8 + (width - 16) * ((shown.valueAsNumber - Number(shown.min)) / (Number(shown.max) - Number(shown.min)));
    yield { kind: "plane", box: [left, middle - 3, width, 6], fill: "none", stroke: line, line: 0.5, round: 3 };
    yield reading.plane([at - 8, middle - 8, 16, 16], accent, 8);
  } else {
    yield { kind: "plane", box: [left + 0.5, top + 0.5, width - 1, height - 1], fill: shown.checked ? reading.plain(accent) : "none", stroke: line, line: 1, round: 3 };
  }
}

/**
 * @param {HTMLSelectElement} shown
 * @param {CSSStyleDeclaration} style
 * @param {Reading} reading
 * @returns {Words} what is chosen
 */
function chosenOf(shown, style, reading) {
  const { left, top, height } = shown.getBoundingClientRect(), size = parseFloat(style.fontSize);
  const text = shown.selectedOptions[0]?.text ?? "";
  const { width } = reading.measured(text, style);
  const start = left + parseFloat(style.paddingLeft) + parseFloat(style.borderLeftWidth);
  return reading.words(text, new DOMRect(start, top + height / 2 - 0.65 * size, width, 1.3 * size), style);
}
