// @ts-check
/** A picture of few or many grey pixels, large enough to see each, with its value under the pointer or the arrow keys. */

import { make, write } from "./dom.js";
import { moved } from "./keyboard.js";

/**
 * @typedef {object} Pixels
 * @property {number} height
 * @property {number} width
 * @property {ArrayLike<number>} values row by row
 * @property {boolean} [fills] whether it fills its square, however few pixels it has
 */

/** Side of the field of a digit network; a picture of at most as many pixels is drawn as a part of it. */
export const FIELD = 28;
const PAPER = [12, 16, 23];
const INK = [245, 247, 251];

/**
 * @param {number} value
 * @returns {string} with two digits, and a real minus
 */
export function two(value) {
  return value.toFixed(2).replace("-0.00", "0.00").replace("-", "−");
}

/**
 * @param {Pixels} pixels
 * @param {number} row
 * @param {number} column
 * @returns {string} one pixel in words
 */
export function pixelText({ values, width }, row, column) {
  return `row ${row}, column ${column}: ${two(values[row * width + column])}`;
}

/**
 * @param {Pixels} pixels
 * @param {number} side of a square to draw them in
 * @returns {{left: number, top: number, cell: number}} where they lie in it, and how large each is
 */
export function placed({ height, width, fills }, side) {
  const cell = side / Math.max(height, width, fills ? 1 : FIELD);
  return { left: (side - width * cell) / 2, top: (side - height * cell) / 2, cell };
}

/**
 * Paint pixels, the smallest of them as paper and the largest as ink, unless all are in 0..1.
 * @param {HTMLCanvasElement} canvas square
 * @param {Pixels | null} pixels
 * @param {boolean} [lines] whether lines part the pixels
 */
export function paint(canvas, pixels, lines = false) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (!pixels) return;
  const { height, width, values } = pixels;
  let [low, high] = [0, 1];
  for (let place = 0; place < values.length; place += 1) {
    low = Math.min(low, values[place]);
    high = Math.max(high, values[place]);
  }
  const small = make("canvas", { width, height });
  const inner = /** @type {CanvasRenderingContext2D} */ (small.getContext("2d"));
  const image = inner.createImageData(width, height);
  for (let place = 0; place < values.length; place += 1) {
    const share = (values[place] - low) / (high - low);
    for (let colour = 0; colour < 3; colour += 1) image.data[4 * place + colour] = PAPER[colour] + (INK[colour] - PAPER[colour]) * share;
    image.data[4 * place + 3] = 255;
  }
  inner.putImageData(image, 0, 0);
  const { left, top, cell } = placed(pixels, canvas.width);
  context.imageSmoothingEnabled = cell < 1;
  context.drawImage(small, left, top, width * cell, height * cell);
  if (!lines || cell < 6) return;
  context.fillStyle = "rgb(128 140 160 / 0.28)";
  for (let row = 1; row < height; row += 1) context.fillRect(left, Math.round(top + row * cell), width * cell, 1);
  for (let column = 1; column < width; column += 1) context.fillRect(Math.round(left + column * cell), top, 1, height * cell);
}

/** Pixels of the large canvas, both ways: sixteen to each of the field. */
const LARGE = FIELD * 16;

export class PixelPicture {
  /** @param {(text: string) => void} announce to a screen reader */
  constructor(announce) {
    this.announce = announce;
    /** @type {Pixels | null} */
    this.pixels = null;
    /** @type {[number, number]} row and column */
    this.spot = [14, 14];
    /** Told when a pixel is pressed, or Enter on it. @type {((row: number, column: number) => void) | null} */
    this.onPick = null;
    this.canvas = make("canvas", {
      width: LARGE, height: LARGE, tabIndex: 0, role: "application", "aria-roledescription": "picture of pixels",
    });
    this.ring = make("i", { className: "ring", "aria-hidden": "true" });
    this.readout = make("p", { className: "readout" });
    this.root = make("div", { className: "pixel-picture" }, make("div", { className: "field" }, this.canvas, this.ring), this.readout);
    const point = (/** @type {PointerEvent} */ event) => {
      if (!this.pixels) return;
      const box = this.canvas.getBoundingClientRect();
      const { left, top, cell } = placed(this.pixels, box.width);
      this.go(Math.floor((event.clientY - box.top - top) / cell), Math.floor((event.clientX - box.left - left) / cell));
    };
    this.canvas.addEventListener("pointermove", point);
    this.canvas.addEventListener("pointerdown", (event) => {
      point(event);
      this.onPick?.(...this.spot);
    });
    this.canvas.addEventListener("keydown", (event) => {
      if (!this.pixels || event.altKey || event.metaKey) return;
      if (event.key === "Enter") this.onPick?.(...this.spot);
      const { height, width } = this.pixels;
      const reach = { last: /** @type {[number, number]} */ ([height - 1, width - 1]), panel: { row: height, column: width }, deep: false, ctrl: event.ctrlKey };
      const next = moved(event.key, this.spot, reach);
      if (!next) return;
      event.preventDefault();
      this.go(...next);
      this.announce(pixelText(this.pixels, ...this.spot));
    });
    this.canvas.addEventListener("focus", () => { if (this.pixels) this.announce(pixelText(this.pixels, ...this.spot)); });
  }

  /**
   * Go to a pixel, or to the one nearest to it in the picture.
   * @param {number} row
   * @param {number} column
   */
  go(row, column) {
    if (!this.pixels) return;
    const { height, width } = this.pixels;
    this.spot = [Math.max(0, Math.min(height - 1, row)), Math.max(0, Math.min(width - 1, column))];
    this.spell();
  }

  /**
   * @param {Pixels | null} pixels
   * @param {string} label
   */
  show(pixels, label) {
    const isOther = pixels?.height !== this.pixels?.height || pixels?.width !== this.pixels?.width;
    if (isOther && pixels) this.spot = [pixels.height >> 1, pixels.width >> 1];
    this.pixels = pixels;
    this.canvas.setAttribute("aria-label", label);
    paint(this.canvas, pixels, true);
    this.spell();
  }

  spell() {
    this.ring.hidden = !this.pixels;
    if (!this.pixels) {
      write(this.readout, "");
      return;
    }
    const { left, top, cell } = placed(this.pixels, 100);
    Object.assign(this.ring.style, {
      left: `${left + this.spot[1] * cell}%`, top: `${top + this.spot[0] * cell}%`, width: `${cell}%`, height: `${cell}%`,
    });
    write(this.readout, pixelText(this.pixels, ...this.spot));
  }
}
