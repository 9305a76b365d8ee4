// @ts-check
/** Own digits as files: in MNIST's own format, IDX, there and back, and side by side on one sheet. */

export const SIDE = 28;
export const PIXELS = SIDE * SIDE;
/** Type code of IDX for unsigned bytes. */
const UINT8 = 0x08;
/** Digits in a row of a sheet, and the pixels between two. */
const COLUMNS = 10;
const GAP = 2;

/**
 * Write values as IDX: two zero bytes, a type code, the number of axes, the length of each as four bytes, big end first,
 * then the values.
 * @param {number[]} lengths of the axes
 * @param {Uint8Array} values
 * @returns {Uint8Array<ArrayBuffer>}
 */
function idx(lengths, values) {
  const bytes = new Uint8Array(4 + 4 * lengths.length + values.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, (UINT8 << 8) | lengths.length);
  lengths.forEach((length, axis) => view.setUint32(4 + 4 * axis, length));
  bytes.set(values, 4 + 4 * lengths.length);
  return bytes;
}

/**
 * @param {Uint8Array[]} images of 784 pixels each, row by row
 * @returns {Uint8Array<ArrayBuffer>} a file as MNIST's train-images-idx3-ubyte
 */
export function imagesFile(images) {
  const values = new Uint8Array(PIXELS * images.length);
  images.forEach((image, place) => values.set(image, PIXELS * place));
  return idx([images.length, SIDE, SIDE], values);
}

/**
 * @param {number[]} labels
 * @returns {Uint8Array<ArrayBuffer>} a file as MNIST's train-labels-idx1-ubyte
 */
export function labelsFile(labels) {
  return idx([labels.length], Uint8Array.from(labels));
}

/**
 * @typedef {object} File a file that was opened
 * @property {string} name
 * @property {Uint8Array} bytes
 */

/**
 * Read a file of IDX.
 * @param {File} file
 * @returns {{lengths: number[], values: Uint8Array}}
 * @throws {Error} where it is none of unsigned bytes; the message says what was expected
 */
function readIdx({ name, bytes }) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const axes = bytes.length < 4 ? 0 : bytes[3];
  if (bytes.length < 4 || view.getUint16(0) !== 0 || bytes[2] !== UINT8 || axes < 1 || axes > 3) {
    throw new Error(`${name} is no IDX file of bytes: such a file begins with 00 00 08, and the number of its axes.`);
  }
  const start = 4 + 4 * axes;
  if (bytes.length < start) throw new Error(`${name} ends inside its header.`);
  const lengths = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const announced = lengths.reduce((product, length) => product * length, 1);
  if (announced !== bytes.length - start) {
    throw new Error(`The header of ${name} announces ${announced} bytes, and ${bytes.length - start} follow.`);
  }
  return { lengths, values: bytes.subarray(start) };
}

/**
 * Read digits from a file of images and a file of labels, whichever comes first.
 * @param {File[]} files
 * @returns {{images: Uint8Array[], labels: number[]}}
 * @throws {Error} where they are no such pair; the message says what was expected
 */
export function digitsOf(files) {
  if (files.length !== 2) {
    throw new Error(`Choose two files together, one of images and one of labels; there ${files.length === 1 ? "is 1" : `are ${files.length}`}.`);
  }
  const read = files.map((file) => ({ ...readIdx(file), name: file.name }));
  const images = read.find(({ lengths }) => lengths.length === 3), labels = read.find(({ lengths }) => lengths.length === 1);
  if (!images || !labels) throw new Error("Expected one file with three axes, the images, and one with one axis, the labels.");
  const [count, height, width] = images.lengths;
  if (height !== SIDE || width !== SIDE) throw new Error(`The images of ${images.name} are ${height}x${width}, not 28x28.`);
  if (labels.values.length !== count) throw new Error(`There are ${count} images and ${labels.values.length} labels.`);
  const wrong = labels.values.find((label) => label > 9);
  if (wrong !== undefined) throw new Error(`${labels.name} holds the label ${wrong}, and labels are 0 to 9.`);
  return {
    images: Array.from({ length: count }, (_, place) => images.values.slice(PIXELS * place, PIXELS * (place + 1))),
    labels: [...labels.values],
  };
}

/**
 * Lay digits side by side, ten in a row, each class beginning a row of its own, white on black.
 * @param {{image: Uint8Array, label: number}[]} digits
 * @returns {{width: number, height: number, pixels: Uint8ClampedArray<ArrayBuffer>}} red, green, blue and alpha of each pixel
 */
export function sheetOf(digits) {
  const rows = Array.from({ length: 10 }, (_, label) => digits.filter((digit) => digit.label === label))
    .flatMap((kind) => Array.from({ length: Math.ceil(kind.length / COLUMNS) }, (_, row) => kind.slice(COLUMNS * row, COLUMNS * (row + 1))));
  const pitch = SIDE + GAP, width = COLUMNS * pitch + GAP, height = rows.length * pitch + GAP;
  const pixels = new Uint8ClampedArray(4 * width * height);
  for (let at = 3; at < pixels.length; at += 4) pixels[at] = 255;
  rows.forEach((row, down) => row.forEach(({ image }, right) => {
    for (let at = 0; at < PIXELS; at += 1) {
      const y = GAP + down * pitch + Math.floor(at / SIDE), x = GAP + right * pitch + (at % SIDE);
      pixels.fill(image[at], 4 * (y * width + x), 4 * (y * width + x) + 3);
    }
  }));
  return { width, height, pixels };
}

/**
 * @param {Uint8Array} bytes
 * @returns {string} in base64
 */
export function base64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}
