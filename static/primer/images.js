// @ts-check
/** Small images side by side, with what is to be known of each. */

import { make, writeText } from "./dom.js";

/** @typedef {import("./types.js").Images} Images */
/** @typedef {import("./types.js").Figure} Figure */

/** @type {(first: Images) => import("./types.js").View<Images>} */
export function imagesView(first) {
  const element = make("div", { className: "images" });
  let shown = "";
  const update = (/** @type {Images} */ images) => {
    const now = JSON.stringify(images);
    if (now === shown) return;
    shown = now;
    element.replaceChildren(...images.figures.map(figure));
  };
  update(first);
  return { element, update };
}

/** @param {Figure} described */
function figure({ caption, facts, image, word, tone, channels, note }) {
  const title = make("span");
  writeText(title, caption);
  const small = make("span", { className: "facts" });
  writeText(small, facts);
  const head = make("figcaption", {}, title, ...(word ? [" ", make("span", { className: `badge ${tone ?? "plain"}` }, word)] : []), make("br"), small);
  const drawn = make("img", { src: image.source, alt: image.description });
  const below = make("div", {}, drawn);
  if (channels?.length) below.append(make("div", { className: "planes" }, ...channels.map((description, place) => channel(drawn, place, description))));
  if (note?.length) {
    const last = make("span", { className: "facts" });
    writeText(last, note);
    below.append(last);
  }
  return make("figure", {}, head, below);
}

/**
 * Draw one channel of an image in grey.
 * @param {HTMLImageElement} image
 * @param {number} place 0 for red, 1 for green, 2 for blue
 * @param {string} description
 */
function channel(image, place, description) {
  const canvas = make("canvas", { role: "img", "aria-label": description });
  image.decode().then(() => {
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    const context = canvas.getContext("2d");
    if (!context) return;
    context.drawImage(image, 0, 0);
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
    for (let at = 0; at < pixels.data.length; at += 4) pixels.data.fill(pixels.data[at + place], at, at + 3);
    context.putImageData(pixels, 0, 0);
  }, () => canvas.remove());      // what cannot be decoded has no channels to show
  return canvas;
}
