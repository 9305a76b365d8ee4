// @ts-check
/** Small images side by side, with what is to be known of each. */

import { make, writeText } from "./dom.js";
import { saves } from "./saves.js";

/** @typedef {import("./types.js").Images} Images */
/** @typedef {import("./types.js").Figure} Figure */
/** @typedef {import("./types.js").Reading} Reading */

/** @type {(first: Images, page: import("./types.js").PageContext) => import("./types.js").View<Images>} */
export function imagesView(first, page) {
  const figures = make("div", { className: "images" });
  const element = make("div", {}, figures);
  element.append(saves(element, "row of images", page));
  let shown = "";
  const update = (/** @type {Images} */ images) => {
    const now = JSON.stringify(images);
    if (now === shown) return;
    shown = now;
    figures.replaceChildren(...images.figures.map((described) => figure(described, images.sources)));
  };
  update(first);
  return { element, update };
}

/**
 * Read the pixels of a file as an array with strides reads memory.
 * @param {Uint8ClampedArray} pixels of the file: red, green, blue and alpha of each
 * @param {Reading} reading whose strides count red, green and blue alone
 * @returns {Uint8ClampedArray<ArrayBuffer>} the pixels of the image, as those of the file
 */
export function read(pixels, { shape: [height, width], strides: [down, right, colour] }) {
  const found = new Uint8ClampedArray(4 * height * width).fill(255);
  for (let at = 0; at < height * width; at += 1) {
    const first = Math.floor(at / width) * down + (at % width) * right;
    for (let place = 0; place < 3; place += 1) {
      const number = first + place * colour;
      found[4 * at + place] = pixels[4 * Math.floor(number / 3) + (number % 3)];
    }
  }
  return found;
}

/**
 * @param {HTMLImageElement} image
 * @returns {Promise<ImageData>}
 */
async function pixelsOf(image) {
  await image.decode();
  const canvas = make("canvas", { width: image.naturalWidth, height: image.naturalHeight });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {ImageData} pixels
 */
function paint(canvas, pixels) {
  Object.assign(canvas, { width: pixels.width, height: pixels.height });
  canvas.getContext("2d")?.putImageData(pixels, 0, 0);
}

/**
 * @param {Figure} described
 * @param {string[]} sources
 */
function figure({ caption, facts, image, word, tone, channels, note }, sources) {
  const title = make("span");
  writeText(title, caption);
  const small = make("span", { className: "facts" });
  writeText(small, facts);
  const head = make("figcaption", {}, title, ...(word ? [" ", make("span", { className: `badge ${tone ?? "plain"}` }, word)] : []), make("br"), small);
  const { drawn, pixels } = picture(sources[image.source], image);
  const below = make("div", {}, drawn);
  if (channels?.length) {
    const found = pixels();
    below.append(make("div", { className: "planes" }, ...channels.map((description, place) => channel(found, place, description))));
  }
  if (note?.length) {
    const last = make("span", { className: "facts" });
    writeText(last, note);
    below.append(last);
  }
  return make("figure", {}, head, below);
}

/**
 * Draw an image: its file as it stands, or the pixels of the file in another order.
 * @param {string} source
 * @param {import("./types.js").Image} image
 * @returns {{drawn: HTMLElement, pixels: () => Promise<ImageData>}}
 */
function picture(source, { description, reading }) {
  const file = make("img", { src: source, alt: description });
  if (!reading) return { drawn: file, pixels: () => pixelsOf(file) };
  const canvas = make("canvas", { role: "img", "aria-label": description });
  const pixels = pixelsOf(file).then(({ data }) => new ImageData(read(data, reading), reading.shape[1]));
  pixels.then((found) => paint(canvas, found), () => canvas.remove());
  return { drawn: canvas, pixels: () => pixels };
}

/**
 * Draw one channel of an image in grey.
 * @param {Promise<ImageData>} image
 * @param {number} place 0 for red, 1 for green, 2 for blue
 * @param {string} description
 */
function channel(image, place, description) {
  const canvas = make("canvas", { role: "img", "aria-label": description });
  image.then(({ data, width }) => {
    const grey = new Uint8ClampedArray(data);
    for (let at = 0; at < grey.length; at += 4) grey.fill(grey[at + place], at, at + 3);
    paint(canvas, new ImageData(grey, width));
  }, () => canvas.remove());      // what cannot be decoded has no channels to show
  return canvas;
}
