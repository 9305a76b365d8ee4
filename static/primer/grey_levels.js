// @ts-check
/** Images of 256 levels of grey, 0 for black and 255 for white, as MNIST's own files have them. */

/**
 * @param {number[]} thousandths of each pixel, as the server tells them
 * @returns {Uint8Array} the level of each
 */
export function levelsOf(thousandths) {
  return Uint8Array.from(thousandths, (value) => Math.round(0.255 * value));
}

/**
 * Paint an image, white on black.
 * @param {HTMLCanvasElement} canvas of as many pixels
 * @param {Uint8Array | null} levels null for none
 */
export function paintLevels(canvas, levels) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const pixels = context.createImageData(canvas.width, canvas.height);
  for (let at = 0; at < canvas.width * canvas.height; at += 1) {
    const level = levels ? levels[at] : 0;
    pixels.data.set([level, level, level, 255], 4 * at);
  }
  context.putImageData(pixels, 0, 0);
}
