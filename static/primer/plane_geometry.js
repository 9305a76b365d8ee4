// @ts-check
/** What the playground computes before it draws: places and pixels, borders, points as a text, weights of a state. */

/** The plane that is shown reaches from minus this to this, on both axes. */
export const EDGE = 4;

/** @typedef {{x: number, y: number, label: number, trained: boolean}} Point */

/**
 * @param {number} value
 * @returns {number} as points have it: with two decimals, within the plane
 */
export function rounded(value) {
  return Math.max(-EDGE, Math.min(EDGE, Math.round(value * 100) / 100)) + 0;
}

/**
 * @param {Point[]} points
 * @returns {string} as an address has them: -1.2_3.1a0.5_2b
 */
export function pointsText(points) {
  return points.map(({ x, y, label }) => `${x}_${y}${label ? "b" : "a"}`).join("");
}

/**
 * @param {Point[]} points
 * @param {number} x
 * @param {number} y
 * @param {number} reach how far it may be away
 * @returns {number} which point is nearest, or -1
 */
export function nearest(points, x, y, reach) {
  let [found, least] = [-1, reach];
  points.forEach((point, place) => {
    const away = Math.hypot(point.x - x, point.y - y);
    if (away <= least) [found, least] = [place, away];
  });
  return found;
}

/**
 * Where a field of numbers crosses a level, as short lines: marching squares, with the crossings interpolated.
 * @param {ArrayLike<number>} values row by row
 * @param {number} side numbers in a row, and rows
 * @param {number} level
 * @returns {[number, number, number, number][]} lines from (column, row) to (column, row)
 */
export function border(values, side, level) {
  /** @type {[number, number, number, number][]} */
  const lines = [];
  for (let row = 0; row + 1 < side; row += 1) {
    for (let column = 0; column + 1 < side; column += 1) {
      const corners = [[column, row], [column + 1, row], [column + 1, row + 1], [column, row + 1]];
      const heights = corners.map(([across, down]) => values[down * side + across] - level);
      /** @type {[number, number][]} */
      const crossings = [];
      for (let edge = 0; edge < 4; edge += 1) {
        const [from, to] = [heights[edge], heights[(edge + 1) % 4]];
        if ((from > 0) === (to > 0)) continue;
        const share = from / (from - to);
        const [[x0, y0], [x1, y1]] = [corners[edge], corners[(edge + 1) % 4]];
        crossings.push([x0 + (x1 - x0) * share, y0 + (y1 - y0) * share]);
      }
      for (let place = 0; place + 1 < crossings.length; place += 2) lines.push([...crossings[place], ...crossings[place + 1]]);
    }
  }
  return lines;
}

/**
 * The weights and biases at the beginning of a state: of each layer, by unit, its weights and its bias.
 * @param {string} state base64 of float32
 * @param {number[]} sizes
 * @returns {{weights: number[][], biases: number[]}[]}
 */
export function weightsOf(state, sizes) {
  const bytes = Uint8Array.from(atob(state), (letter) => letter.charCodeAt(0));
  const numbers = new DataView(bytes.buffer);
  let at = 0;
  const next = () => { at += 4; return numbers.getFloat32(at - 4, true); };
  return sizes.slice(1).map((width, layer) => {
    const weights = Array.from({ length: width }, () => Array.from({ length: sizes[layer] }, next));
    return { weights, biases: Array.from({ length: width }, next) };
  });
}

/**
 * @param {string} text base64 of whole numbers of two bytes
 * @returns {Uint16Array}
 */
export function shadesOf(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return Uint16Array.from({ length: bytes.length / 2 }, (_, place) => bytes[2 * place] + 256 * bytes[2 * place + 1]);
}

/**
 * A long series as at most so many means of neighbours.
 * @param {[number, number][]} series of places and values
 * @param {number} most
 * @returns {[number, number][]}
 */
export function thinned(series, most) {
  if (series.length <= most) return series;
  return Array.from({ length: most }, (_, place) => {
    const part = series.slice(Math.floor(place * series.length / most), Math.floor((place + 1) * series.length / most));
    const mean = (/** @type {0 | 1} */ of) => part.reduce((sum, pair) => sum + pair[of], 0) / part.length;
    return [mean(0), mean(1)];
  });
}

/**
 * A number of an edit as an address has it: with as few digits as it needs, and no exponent that the server cannot read.
 * @param {number} value
 * @returns {string}
 */
export function editNumber(value) {
  return String(Number(value.toFixed(6)));
}

/**
 * The edits with one more: what was set at the same step to the same number before is replaced.
 * @param {string} edits
 * @param {string} place step and number: ``0w1_0_2``
 * @param {number} value
 * @returns {string}
 */
export function withEdit(edits, place, value) {
  const kept = edits.split("~").filter((edit) => edit && edit.slice(0, edit.lastIndexOf("_")) !== place);
  return [...kept, `${place}_${editNumber(value)}`].join("~");
}
