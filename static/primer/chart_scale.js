// @ts-check
/** What a chart of losses computes before it draws: how numbers are written, ranges, ticks, thinning, places of labels. */

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
/** A loss that is more than so many times the first is cut off at the top of a linear axis that shows the whole run. */
const CUT = 10;

/**
 * @param {number} value
 * @param {number} digits
 * @returns {string} "3.2×10²²"
 */
function power(value, digits) {
  const [mantissa, exponent] = value.toExponential(digits).split("e");
  const raised = [...String(Math.abs(Number(exponent)))].map((digit) => SUPERSCRIPTS[Number(digit)]).join("");
  return `${mantissa}×10${Number(exponent) < 0 ? "⁻" : ""}${raised}`;
}

/**
 * A loss in a few letters, as the page's numbers are written.
 * @param {number | null} value
 * @returns {string}
 */
export function lossText(value) {
  if (value === null || !Number.isFinite(value)) return "not finite";
  return value === 0 || (Math.abs(value) >= 0.001 && Math.abs(value) < 1000) ? value.toFixed(4) : power(value, 1);
}

/**
 * A float32 number with all the digits that tell it from its neighbours, and no more.
 * @param {number} value
 * @returns {string}
 */
export function exactText(value) {
  if (!Number.isFinite(value)) return "not finite";
  for (let digits = 1; digits < 9; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

/**
 * A whole number with thin spaces between its thousands.
 * @param {number} value
 * @returns {string}
 */
export function countText(value) {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, "\u2009");
}

/**
 * The right end of an axis that follows a run: it leaves some room, and moves on when that is used up. It never shows
 * more than is planned, and when the run has ended just what was trained.
 * @param {number} size batches trained on
 * @param {number} planned batches of the whole run, 0 where that is not known
 * @param {boolean} ended
 * @returns {number} at least 1
 */
export function rightEnd(size, planned, ended) {
  if (ended && size) return size;
  let end = 20;
  while (end < size * 1.02) end = Math.ceil(end * 1.25);
  return Math.max(1, size, planned ? Math.min(end, planned) : end);
}

/**
 * @param {number} low
 * @param {number} high above low
 * @param {number} count how many there should be, about
 * @returns {number[]} multiples of 1, 2 or 5 times a power of ten within a range
 */
export function ticks(low, high, count) {
  const raw = (high - low) / Math.max(1, count);
  const base = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * base).find((size) => size >= raw * 0.999) ?? raw;
  const found = [];
  for (let place = Math.ceil(low / step - 1e-9); place <= high / step + 1e-9; place += 1) found.push(place * step);
  return found;
}

/**
 * @param {number} low above 0
 * @param {number} high above low
 * @param {number} count how many there should be, at most
 * @returns {number[]} 1, 2 and 5 times powers of ten within a range, or fewer of them
 */
export function logTicks(low, high, count) {
  const decades = (/** @type {number[]} */ factors, every = 1) => {
    const found = [];
    for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.ceil(Math.log10(high)); exponent += 1) {
      if (exponent % every) continue;
      for (const factor of factors) {
        const value = Number(`${factor}e${exponent}`);
        if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) found.push(value);
      }
    }
    return found;
  };
  const dense = decades([1, 2, 5]);
  if (dense.length < 2) return ticks(low, high, count);
  if (dense.length <= count) return dense;
  let every = 1;
  while (decades([1], every).length > Math.max(2, count)) every += 1;
  return decades([1], every);
}

/**
 * @param {number} value
 * @param {number[]} all the ticks of the axis
 * @returns {string} with as many decimals as the ticks need
 */
export function tickText(value, all) {
  if (value === 0) return "0";
  const apart = all.filter((tick) => tick !== value).map((tick) => Math.abs(tick - value));
  const nearest = Math.min(Math.abs(value), ...apart);
  if (Math.max(...all.map(Math.abs)) >= 10_000 || Math.abs(value) < 0.0001) {
    // From one power of ten to the next it is a little less than that.
    const digits = Math.floor(Math.log10(Math.abs(value)) + 1e-9) - Math.floor(Math.log10(nearest) + 0.1);
    return power(value, Math.max(0, Math.min(6, digits)));
  }
  const smallest = Math.min(...all.filter((tick) => tick !== 0).map(Math.abs), ...apart);
  return value.toFixed(Math.max(0, Math.min(6, Math.ceil(-Math.log10(smallest) - 1e-9))));
}

/**
 * @typedef {object} LossRange
 * @property {number} low
 * @property {number} high
 * @property {number | null} above the largest loss, where it lies above the range
 * @property {boolean} empty whether no loss can be drawn on this axis
 */

/**
 * The range of an axis of losses.
 * @param {Iterable<number>} losses those in view, finite or not
 * @param {{log: boolean, whole: boolean}} axis whether it is logarithmic, and shows the whole run
 * @returns {LossRange}
 */
export function lossRange(losses, { log, whole }) {
  let low = Infinity, high = -Infinity, first = NaN;
  for (const loss of losses) {
    if (!Number.isFinite(loss) || (log && loss <= 0)) continue;
    if (Number.isNaN(first)) first = loss;
    if (loss < low) low = loss;
    if (loss > high) high = loss;
  }
  if (low > high) return { low: log ? 0.01 : 0, high: log ? 10 : 2.5, above: null, empty: true };
  if (log) {
    const [down, up] = low === high ? [low / 2, high * 2] : [low, high];
    const room = (up / down) ** 0.04;
    return { low: down / room, high: up * room, above: null, empty: false };
  }
  const above = whole && first > 0 && high > CUT * first ? high : null;
  if (above !== null) high = CUT * first;
  if (whole) return { low: 0, high: high * 1.05 || 1, above, empty: false };
  const room = (high - low) * 0.08 || high * 0.1 || 1;
  return { low: Math.max(0, low - room), high: high + room, above, empty: false };
}

/**
 * Places of a line that are worth drawing: where it has more than two a column, the smallest and the largest of each.
 * @param {{at: (place: number) => number, length: number}} line
 * @param {number} from the first place in view
 * @param {number} to the last place in view
 * @param {number} columns
 * @returns {number[]} in order; places of what is not finite among them where nothing is left out
 */
export function thin(line, from, to, columns) {
  from = Math.max(0, from);
  to = Math.min(line.length - 1, to);
  const count = to - from + 1;
  if (count <= 2 * columns) return Array.from({ length: Math.max(0, count) }, (_, place) => from + place);
  // Columns lie on multiples of a power of two: when the line grows, what is drawn of its beginning stays.
  let width = 1;
  while (count > width * columns) width *= 2;
  const chosen = [];
  for (let start = Math.floor(from / width) * width; start <= to; start += width) {
    const [begin, end] = [Math.max(start, from), Math.min(start + width - 1, to)];
    let least = -1, most = -1;
    for (let place = begin; place <= end; place += 1) {
      const value = line.at(place);
      if (!Number.isFinite(value)) continue;
      if (least < 0 || value < line.at(least)) least = place;
      if (most < 0 || value > line.at(most)) most = place;
    }
    if (least >= 0) chosen.push(Math.min(least, most));
    if (most !== least) chosen.push(Math.max(least, most));
  }
  if (chosen.at(-1) !== to) chosen.push(to);
  return chosen;
}

/**
 * Find a place for labels that stand beside their marks, the latest first, in rows; a label without room is left out.
 * @param {{x: number, width: number}[]} labels where the mark is, and how wide the label is
 * @param {{left: number, right: number, rows: number, gap: number}} room
 * @returns {({x: number, row: number} | null)[]} where each begins, and in which row; null where it has no place
 */
export function placeLabels(labels, { left, right, rows, gap }) {
  /** @type {[number, number][][]} */
  const taken = Array.from({ length: rows }, () => []);
  const places = labels.map(() => /** @type {{x: number, row: number} | null} */ (null));
  for (let number = labels.length - 1; number >= 0; number -= 1) {
    const { x: mark, width } = labels[number];
    for (let row = 0; row < rows && !places[number]; row += 1) {
      for (const x of [mark + gap, mark - gap - width]) {
        const free = taken[row].every(([begin, end]) => x + width + gap <= begin || x >= end + gap);
        if (x < left || x + width > right || !free) continue;
        taken[row].push([x, x + width]);
        places[number] = { x, row };
        break;
      }
    }
  }
  return places;
}

/**
 * Keep a stretch of batches within a run.
 * @param {number} from
 * @param {number} to
 * @param {number} end
 * @returns {{from: number, to: number} | null} null where it is the whole
 */
export function stretchWithin(from, to, end) {
  const least = Math.min(4, end);
  const width = Math.max(least, Math.round(to - from));
  const begin = Math.max(0, Math.min(Math.round(from), end - width));
  return begin === 0 && width >= end ? null : { from: begin, to: Math.min(end, begin + width) };
}
