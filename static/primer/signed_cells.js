// @ts-check
/** Pictures of numbers below and above zero: the ground at zero, one colour to each side. */

/** @typedef {{dims: number[], cells: string, peak: number}} Cells numbers of one byte each, 128 for zero, 255 for the peak */

const ZERO = 128;
const STEPS = 127;

/**
 * @param {string} text of base64
 * @returns {Uint8Array}
 */
export function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/**
 * @param {Uint8Array} bytes
 * @param {number} peak
 * @returns {Float32Array} the numbers, to one part in 127 of the peak
 */
export function numbersOf(bytes, peak) {
  return Float32Array.from(bytes, (byte) => ((byte - ZERO) / STEPS) * peak);
}

/**
 * How many pictures stand side by side, and how many below each other.
 * @param {number} many pictures
 * @param {number} width of each, with its gap, in pixels
 * @param {number} room in pixels
 * @returns {{columns: number, rows: number}}
 */
export function laidOut(many, width, room) {
  const columns = Math.max(1, Math.min(many, Math.floor(room / width)));
  return { columns, rows: Math.ceil(many / columns) };
}

/** @typedef {Uint8ClampedArray<ArrayBuffer>} Palette four numbers for each byte */

/**
 * The colours of a theme for all bytes.
 * @param {Element} element where the theme's variables --ground, --plus and --minus are known
 * @returns {Palette}
 */
export function paletteOf(element) {
  const context = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d", { willReadFrequently: true }));
  const style = getComputedStyle(element);
  const [ground, plus, minus] = ["--ground", "--plus", "--minus"].map((name) => {
    context.fillStyle = style.getPropertyValue(name).trim() || "gray";
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  });
  const palette = new Uint8ClampedArray(4 * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    const share = Math.min(1, Math.abs(byte - ZERO) / STEPS) ** 0.8;
    const far = byte < ZERO ? minus : plus;
    for (let colour = 0; colour < 3; colour += 1) palette[4 * byte + colour] = ground[colour] + (far[colour] - ground[colour]) * share;
    palette[4 * byte + 3] = 255;
  }
  return palette;
}

/** @type {HTMLCanvasElement | null} */
let scratch = null;

/**
 * Paint pictures of equal size in rows, with gaps of one pixel in eight or so between them.
 * @param {HTMLCanvasElement} canvas
 * @param {object} what
 * @param {Uint8Array} what.bytes one picture after the other
 * @param {number} what.many pictures
 * @param {number} what.height of a picture in numbers
 * @param {number} what.width of a picture in numbers
 * @param {number} what.side pixels that the wider side of a picture takes
 * @param {number} what.gap pixels
 * @param {number} what.room pixels for a row
 * @param {Palette} palette
 * @returns {{columns: number, rows: number}}
 */
export function paintCells(canvas, { bytes, many, height, width, side, gap, room }, palette) {
  const scale = side / Math.max(height, width);
  const [wide, high] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  const plan = laidOut(many, wide + gap, room + gap);
  const size = [plan.columns * (wide + gap) - gap, plan.rows * (high + gap) - gap];
  if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = false;
  scratch ??= document.createElement("canvas");
  [scratch.width, scratch.height] = [width, height * many];
  const inner = /** @type {CanvasRenderingContext2D} */ (scratch.getContext("2d"));
  const image = inner.createImageData(width, height * many);
  const words = new Uint32Array(image.data.buffer), colours = new Uint32Array(palette.buffer);
  for (let place = 0; place < bytes.length; place += 1) words[place] = colours[bytes[place]];
  inner.putImageData(image, 0, 0);
  for (let number = 0; number < many; number += 1) {
    const [column, row] = [number % plan.columns, Math.floor(number / plan.columns)];
    context.drawImage(scratch, 0, number * height, width, height, column * (wide + gap), row * (high + gap), wide, high);
  }
  return plan;
}
