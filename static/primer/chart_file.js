// @ts-check
/** A chart as a file: the picture as it stands on the page, with its legend and its numbers, as SVG or PNG. */

import { draw } from "./loss_chart.js";

/** What of its look a saved picture keeps, since the page's style sheet does not go with it. */
const LOOK = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "opacity", "font-size", "font-weight", "font-family"];
const PAINTS = new Set(["fill", "stroke"]);
const MARGIN = 12;
const ROW = 20;
/** Pixels of a saved PNG for each of the page. */
const SCALE = 2;

/**
 * The picture as an SVG that needs no style sheet.
 * @param {SVGElement} picture as drawn on the page
 * @param {{title: string, description: string, data: unknown, legend: [string, SVGElement][]}} says
 * @returns {SVGElement} of the same width, with a legend above
 */
export function standalone(picture, { title, description, data, legend }) {
  const [width, height] = ["width", "height"].map((name) => Number(picture.getAttribute(name)));
  const plain = plainPaints();
  const copy = /** @type {SVGElement} */ (picture.cloneNode(true));
  keepLook(picture, copy, plain);
  const head = draw("g", { transform: `translate(${MARGIN} ${MARGIN})` });
  const style = getComputedStyle(picture);
  const text = { fill: plain(style.color), "font-family": style.fontFamily, "font-size": 12 };
  head.append(draw("text", { ...text, y: 13, "font-weight": 600, "font-size": 14 }, title));
  let [x, y] = [0, ROW + 14];
  for (const [words, swatch] of legend) {
    const needs = 34 + words.length * 6.6;
    if (x && x + needs > width - 2 * MARGIN) [x, y] = [0, y + ROW];
    const sample = /** @type {SVGElement} */ (swatch.cloneNode(true));
    keepLook(swatch, sample, plain);
    for (const [name, value] of Object.entries({ x, y: y - 9, width: 24, height: 12 })) sample.setAttribute(name, String(value));
    head.append(sample, draw("text", { ...text, x: x + 30, y }, words));
    x += needs + 10;
  }
  const top = MARGIN + y + 8;
  copy.setAttribute("y", String(top));
  copy.removeAttribute("aria-hidden");
  const whole = draw("svg", { width, height: height + top, viewBox: `0 0 ${width} ${height + top}`, role: "img" });
  whole.append(
    draw("title", {}, title),
    draw("desc", {}, description),
    draw("metadata", {}, JSON.stringify(data)),
    draw("rect", { width, height: height + top, fill: plain(style.getPropertyValue("--chart-ground").trim()) }),
    head,
    copy,
  );
  return whole;
}

/**
 * Save a picture.
 * @param {SVGElement} picture
 * @param {"svg" | "png"} format
 * @param {string} name of the file, without its ending
 */
export async function savePicture(picture, format, name) {
  const text = new XMLSerializer().serializeToString(picture);
  const svg = new Blob([text], { type: "image/svg+xml" });
  save(format === "svg" ? svg : await rasterised(svg, picture), `${name}.${format}`);
}

/**
 * @param {Blob} svg
 * @param {SVGElement} picture
 * @returns {Promise<Blob>}
 */
async function rasterised(svg, picture) {
  const address = URL.createObjectURL(svg);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = ["width", "height"].map((side) => SCALE * Number(picture.getAttribute(side)));
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture is too large to save as PNG."))));
    });
  } finally {
    URL.revokeObjectURL(address);
  }
}

/**
 * @param {Blob} blob
 * @param {string} name
 */
function save(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/**
 * Have a copy look as what is shown, without its style sheet.
 * @param {Element} shown
 * @param {Element} copy
 * @param {(color: string) => string} plain
 */
export function keepLook(shown, copy, plain) {
  const style = getComputedStyle(shown);
  for (const name of LOOK) {
    const value = style.getPropertyValue(name);
    if (value) copy.setAttribute(name, PAINTS.has(name) && value !== "none" ? plain(value) : value);
  }
  copy.removeAttribute("class");
  [...shown.children].forEach((child, place) => keepLook(child, copy.children[place], plain));
}

/** @returns {(color: string) => string} writes any colour of CSS as one that every program reads */
export function plainPaints() {
  const canvas = document.createElement("canvas");
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  /** @type {Map<string, string>} */
  const known = new Map();
  return (color) => {
    let written = known.get(color);
    if (written === undefined) {
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = color;
      context.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
      written = alpha === 255 ? `rgb(${red},${green},${blue})` : `rgba(${red},${green},${blue},${(alpha / 255).toFixed(3)})`;
      known.set(color, written);
    }
    return written;
  };
}
