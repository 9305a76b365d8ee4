// @ts-check
/** The image that a network is given, each pixel of it with its value: under the pointer, a finger or the arrow keys. */

import { make, write } from "./dom.js";
import { moved } from "./keyboard.js";

/** Pixels of the image both ways. */
const SIDE = 28;
/** Pixels of the canvas that paint one of the image, the gap to the next included. */
const CELL = 12;

/**
 * @param {number[]} pixels thousandths, row by row; none for no image
 * @param {number} row
 * @param {number} column
 * @returns {string} the pixel in words
 */
export function pixelText(pixels, row, column) {
  const value = pixels.length ? (pixels[row * SIDE + column] / 1000).toFixed(2) : "–";
  return `row ${row}, column ${column}: ${value}`;
}

/**
 * Where a key leads in the image.
 * @param {string} key
 * @param {[number, number]} spot row and column
 * @param {boolean} ctrl
 * @returns {[number, number] | null} the pixel, inside the image; null if the key moves nowhere
 */
export function nextPixel(key, spot, ctrl) {
  const last = SIDE - 1;
  const next = moved(key, spot, { last: [last, last], panel: { row: SIDE, column: SIDE }, deep: false, ctrl });
  return next && [Math.max(0, Math.min(last, next[0])), Math.max(0, Math.min(last, next[1]))];
}

export class SeenImage {
  /** @param {(text: string) => void} announce to a screen reader */
  constructor(announce) {
    this.announce = announce;
    /** @type {number[]} */
    this.pixels = [];
    /** @type {[number, number]} */
    this.spot = [14, 14];
    this.canvas = make("canvas", {
      className: "seen", width: SIDE * CELL, height: SIDE * CELL, tabIndex: 0, role: "application",
      "aria-roledescription": "image of 28 by 28 pixels", "aria-label": "What the network sees", "aria-describedby": "seen-keys",
    });
    this.ring = make("i", { className: "ring", "aria-hidden": "true" });
    this.value = make("b");
    this.place = make("span", {}, "");
    this.readout = make("p", { className: "readout" }, "28 × 28 · ", this.place, this.value);
    this.root = make("section", { className: "sees" },
      make("h3", {}, "What the network sees"),
      make("div", { className: "field" }, this.canvas, this.ring),
      this.readout,
      make("p", { className: "said", id: "seen-keys" }, "Arrow keys go from pixel to pixel and tell each value, 0 for paper to 1 for ink."));
    this.listen();
    this.show([]);
  }

  /** @param {number[]} pixels thousandths, row by row; none for no image */
  show(pixels) {
    this.pixels = pixels;
    const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.fillStyle = "#0c1017";
    for (let row = 0; row < SIDE; row += 1) context.fillRect(0, row * CELL, SIDE * CELL, CELL - 1);
    for (let at = 0; at < SIDE; at += 1) context.clearRect(at * CELL + CELL - 1, 0, 1, SIDE * CELL);
    context.fillStyle = "#f5f7fb";
    pixels.forEach((value, at) => {
      if (value === 0) return;
      context.globalAlpha = value / 1000;
      context.fillRect((at % SIDE) * CELL, Math.floor(at / SIDE) * CELL, CELL - 1, CELL - 1);
    });
    context.globalAlpha = 1;
    this.spell();
  }

  spell() {
    const [row, column] = this.spot;
    const [place, value] = pixelText(this.pixels, row, column).split(/(?<=: )/);
    write(this.place, place);
    write(this.value, value);
    this.ring.style.left = `${(100 * column) / SIDE}%`;
    this.ring.style.top = `${(100 * row) / SIDE}%`;
  }

  listen() {
    const { canvas } = this;
    const point = (/** @type {PointerEvent} */ event) => {
      const box = canvas.getBoundingClientRect();
      const at = (/** @type {number} */ place, /** @type {number} */ size) => Math.max(0, Math.min(SIDE - 1, Math.floor((place / size) * SIDE)));
      this.spot = [at(event.clientY - box.top, box.height), at(event.clientX - box.left, box.width)];
      this.spell();
    };
    canvas.addEventListener("pointermove", point);
    canvas.addEventListener("pointerdown", point);
    canvas.addEventListener("focus", () => this.announce(pixelText(this.pixels, ...this.spot)));
    canvas.addEventListener("keydown", (event) => {
      if (event.altKey || event.metaKey) return;
      const next = nextPixel(event.key, this.spot, event.ctrlKey);
      if (!next) return;
      event.preventDefault();
      this.spot = next;
      this.spell();
      this.announce(pixelText(this.pixels, ...next));
    });
  }
}
