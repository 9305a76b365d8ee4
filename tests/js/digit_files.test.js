// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { base64, digitsOf, imagesFile, labelsFile, PIXELS, sheetOf } from "../../static/primer/digit_files.js";

const image = (/** @type {number} */ seed) => Uint8Array.from({ length: PIXELS }, (_, at) => (at * 7 + seed * 31) % 256);
const IMAGES = [image(1), image(2), image(3)], LABELS = [4, 0, 4];
const files = () => [{ name: "labels", bytes: labelsFile(LABELS) }, { name: "images", bytes: imagesFile(IMAGES) }];

test("digits come back from their two files, in either order", () => {
  for (const given of [files(), files().reverse()]) assert.deepEqual(digitsOf(given), { images: IMAGES, labels: LABELS });
});

test("the header of a file is that of MNIST's own", () => {
  assert.deepEqual([...imagesFile(IMAGES).slice(0, 16)], [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 28, 0, 0, 0, 28]);
  assert.deepEqual([...labelsFile(LABELS)], [0, 0, 8, 1, 0, 0, 0, 3, 4, 0, 4]);
});

test("what is no such pair says what was expected", () => {
  const [labels, images] = files();
  const changed = (/** @type {number} */ place, /** @type {number} */ byte) => {
    const bytes = images.bytes.slice();
    bytes[place] = byte;
    return { name: "images", bytes };
  };
  for (const [given, words] of /** @type {[any[], RegExp][]} */ ([
    [[images], /two files together.* is 1/],
    [[labels, labels], /three axes/],
    [[labels, { name: "x", bytes: new Uint8Array(3) }], /x is no IDX/],
    [[labels, { name: "x", bytes: new TextEncoder().encode("not an image at all") }], /x is no IDX/],
    [[labels, { name: "x", bytes: images.bytes.slice(0, 10) }], /ends inside its header/],
    [[labels, { name: "x", bytes: images.bytes.slice(0, 900) }], /announces 2352 bytes, and 884 follow/],
    [[labels, changed(3, 9)], /no IDX/],
    [[{ name: "l", bytes: labelsFile([1, 2]) }, images], /3 images and 2 labels/],
    [[{ name: "l", bytes: labelsFile([1, 2, 10]) }, images], /label 10/],
  ])) assert.throws(() => digitsOf(given), words);
  const small = new Uint8Array(16 + 3);
  small.set([0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 1]);
  assert.throws(() => digitsOf([labels, { name: "small", bytes: small }]), /1x1, not 28x28/);
});

test("a sheet has each class in rows of its own, white on black", () => {
  const { width, height, pixels } = sheetOf([...Array(11).fill(0).map((_, place) => ({ image: image(place), label: 4 })), { image: image(99), label: 0 }]);
  assert.deepEqual([width, height], [302, 92]);
  const at = (/** @type {number} */ x, /** @type {number} */ y) => [...pixels.slice(4 * (y * width + x), 4 * (y * width + x) + 4)];
  assert.deepEqual(at(0, 0), [0, 0, 0, 255]);
  assert.deepEqual(at(2, 2), [image(99)[0], image(99)[0], image(99)[0], 255]);
  assert.deepEqual(at(2 + 9 * 30, 32 + 1), [image(9)[28], image(9)[28], image(9)[28], 255]);
  assert.deepEqual(at(2, 62), [image(10)[0], image(10)[0], image(10)[0], 255]);
});

test("an image goes to the server in base64", () => {
  assert.deepEqual(Uint8Array.from(Buffer.from(base64(image(5)), "base64")), image(5));
  assert.equal(base64(image(5)).length, 1048);
});
