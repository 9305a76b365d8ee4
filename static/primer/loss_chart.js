// @ts-check
/**
 * The picture of a run: its loss on top, the share read correctly under it. It is drawn as SVG whose colours are the
 * page's variables, so that it follows the theme and can be saved as it stands.
 */

import { lossRange, lossText, logTicks, placeLabels, rightEnd, thin, tickText, ticks, countText } from "./chart_scale.js";
import { makeSvg } from "./dom.js";

/** @typedef {import("./curve.js").Curve} Curve */
/** @typedef {import("./curve.js").Line} Line */
/** @typedef {[number, number]} Point */

/**
 * @typedef {object} Scene what is to be seen
 * @property {Curve} curve
 * @property {number} planned batches of the whole run, 0 where that is not known
 * @property {boolean} ended
 * @property {boolean} log
 * @property {{from: number, to: number} | null} zoom
 * @property {number | null} look the batch that is looked back at
 * @property {number | null} point the batch under the pointer
 * @property {[number, number] | null} drag pixels between which the learner drags
 */

/**
 * @typedef {object} Frame where things lie
 * @property {number} width
 * @property {number} left
 * @property {number} right
 * @property {number} top
 * @property {number} bottom of the chart of losses
 * @property {number} from first batch in view
 * @property {number} to last batch in view
 */

const FONT = 12;
/** Roughly how wide a letter is, in pixels: labels are placed before they are drawn. */
const LETTER = 6.4;
const [LEFT, RIGHT, TOP, GAP, AXIS] = [52, 14, 24, 26, 36];
const LABEL_ROWS = 3;

/** What the legend calls each line, and the letters of its class. */
export const LINES = /** @type {const} */ ([
  ["raw", "train loss, each batch"],
  ["mean", "train loss, running mean"],
  ["validation", "validation loss"],
  ["accuracy", "validation accuracy"],
]);

/**
 * Make an element of SVG whose numbers are tenths of a pixel.
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number>} attributes
 * @param {string} [text]
 * @returns {SVGElementTagNameMap[K]}
 */
export function draw(tag, attributes, text = "") {
  const tenths = Object.entries(attributes).map(([name, value]) =>
    [name, typeof value === "number" ? Math.round(value * 10) / 10 : value]);
  return makeSvg(tag, Object.fromEntries(tenths), text);
}

/**
 * @param {Scene} scene
 * @returns {{from: number, to: number}} the batches in view
 */
export function inView({ curve, planned, ended, zoom }) {
  return zoom ?? { from: 0, to: rightEnd(curve.size, planned, ended) };
}

/** One chart, drawn again and again into one element. */
export class LossChart {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    this.picture = draw("svg", { class: "primer-chart-picture", "aria-hidden": "true" });
    place.append(this.picture);
    /** @type {Frame} */
    this.frame = { width: 0, left: LEFT, right: LEFT + 1, top: TOP, bottom: TOP + 1, from: 0, to: 1 };
    /** What lies beyond the top of the axis, as a sentence; empty if nothing does. */
    this.note = "";
  }

  /**
   * @param {number} x pixels from the left of the chart
   * @returns {number} the batch there, a fraction
   */
  batchAt(x) {
    const { left, right, from, to } = this.frame;
    return from + ((x - left) / (right - left)) * (to - from);
  }

  /** @param {Scene} scene */
  draw(scene) {
    const { curve } = scene;
    const [width, height] = [this.place.clientWidth, this.place.clientHeight];
    if (width < 100 || height < 100) return;
    const { from, to } = inView(scene);
    const strip = Math.max(44, Math.min(84, height * 0.17));
    const [left, right, bottom] = [LEFT, width - RIGHT, height - AXIS - strip - GAP];
    this.frame = { width, left, right, top: TOP, bottom, from, to };
    const x = (/** @type {number} */ batch) => left + ((batch - from) / (to - from)) * (right - left);

    const range = lossRange(this.#losses(scene), { log: scene.log, whole: !scene.zoom });
    const y = this.#vertical(range, scene.log);
    const all = draw("g", {});
    const add = (/** @type {SVGElement[]} */ ...elements) => all.append(...elements);

    // ---- the axes
    const count = Math.max(2, Math.floor((bottom - TOP) / 52));
    const marks = scene.log ? logTicks(range.low, range.high, count) : ticks(range.low, range.high, count);
    for (const mark of marks) {
      add(
        draw("line", { class: "grid", x1: left, x2: right, y1: y(mark), y2: y(mark) }),
        draw("text", { class: "tick", x: left - 8, y: y(mark) + 4, "text-anchor": "end" }, tickText(mark, marks)),
      );
    }
    add(draw("text", { class: "title", x: left, y: TOP - 9 }, scene.log ? "loss in nats, logarithmic" : "loss in nats"));
    const [stripTop, stripBottom] = [bottom + GAP, height - AXIS];
    const percent = (/** @type {number} */ share) => stripBottom - share * (stripBottom - stripTop);
    for (const share of [0, 0.5, 1]) {
      add(
        draw("line", { class: "grid", x1: left, x2: right, y1: percent(share), y2: percent(share) }),
        draw("text", { class: "tick", x: left - 8, y: percent(share) + 4, "text-anchor": "end" }, `${100 * share} %`),
      );
    }
    const every = ticks(from, to, Math.max(2, Math.floor((right - left) / 84))).filter(Number.isInteger);
    for (const batch of every) {
      add(
        draw("line", { class: "grid", x1: x(batch), x2: x(batch), y1: stripBottom, y2: stripBottom + 5 }),
        draw("text", { class: "tick", x: x(batch), y: stripBottom + 18, "text-anchor": "middle" }, countText(batch)),
      );
    }
    add(draw("text", { class: "title", x: (left + right) / 2, y: height - 4, "text-anchor": "middle" }, "batches trained on"));
    this.#epochs(scene, x, add);

    // ---- the lines, which end at the frame
    const inside = draw("g", { "clip-path": "url(#primer-chart-losses)" });
    const columns = Math.max(50, Math.round((right - left) / 1.5));
    const drawable = (/** @type {number | null} */ loss) => loss !== null && Number.isFinite(loss) && !(scene.log && loss <= 0);
    const path = (/** @type {Line} */ line) =>
      polyline(thin(line, Math.floor(from) - 2, Math.ceil(to), columns).map((place) => {
        const loss = line.at(place);
        return drawable(loss) ? [x(place + 1), y(loss)] : null;
      }));
    curve.behind.forEach((earlier, number) => {
      inside.append(draw("path", { class: `line behind behind-${number}`, d: path(earlier.means) }));
    });
    inside.append(draw("path", { class: "line raw", d: path(curve.losses) }));
    inside.append(draw("path", { class: "line mean", d: path(curve.means) }));
    const known = curve.epochs.filter(({ step }) => step >= from && step <= to);
    const around = this.#around(curve.epochs, from, to);
    const validated = around.map(({ step, validation }) =>
      validation !== null && drawable(validation) ? /** @type {Point} */ ([x(step), y(validation)]) : null);
    inside.append(draw("path", { class: "line validation", d: polyline(validated) }));
    const few = known.length <= (right - left) / 14;
    for (const { step, validation } of known) {
      if (validation === null || !drawable(validation)) continue;
      inside.append(diamond(x(step), y(validation), few ? 6 : 3));
    }
    const last = curve.means.at(curve.size - 1);
    if (curve.size >= from && curve.size <= to && drawable(last)) {
      inside.append(draw("circle", { class: "end", cx: x(curve.size), cy: y(last), r: 4 }));
    }
    add(inside);
    const below = draw("g", { "clip-path": "url(#primer-chart-shares)" });
    below.append(draw("path", { class: "line accuracy", d: polyline(around.map(({ step, accuracy }) => [x(step), percent(accuracy)])) }));
    for (const { step, accuracy } of known) {
      const size = few ? 6 : 3;
      below.append(draw("rect", { class: "accuracy-mark", x: x(step) - size / 2, y: percent(accuracy) - size / 2, width: size, height: size }));
    }
    add(below);
    const latest = known.at(-1);
    const words = latest ? `validation accuracy ${(100 * latest.accuracy).toFixed(2)} %` : "validation accuracy";
    add(draw("text", { class: latest ? "title strong-accuracy" : "title", x: left + 6, y: stripBottom - 6 }, words));

    this.#changes(scene, x, stripBottom, add);
    this.#looked(scene, { x, y, percent, stripBottom }, add);
    if (scene.drag) {
      const [begin, end] = scene.drag.toSorted((a, b) => a - b);
      add(draw("rect", { class: "dragged", x: begin, y: TOP, width: end - begin, height: stripBottom - TOP }));
    }
    this.note = range.empty && curve.size
      ? scene.log ? "No loss in view is above 0, and only such have a logarithm." : "No loss in view is finite."
      : range.above !== null ? `Cut off at the top: losses up to ${lossText(range.above)}. The logarithmic axis shows all.` : "";

    this.picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.picture.setAttribute("width", String(width));
    this.picture.setAttribute("height", String(height));
    this.picture.replaceChildren(this.#clips(stripTop, stripBottom), all);
  }

  /**
   * @param {Scene} scene
   * @returns {Generator<number>} every loss that the axis of losses has to hold
   */
  *#losses(scene) {
    const { curve } = scene;
    const { from, to } = inView(scene);
    const [first, last] = [Math.max(0, Math.floor(from) - 1), Math.ceil(to)];
    for (let place = first; place < Math.min(last, curve.size); place += 1) yield curve.losses.values[place];
    for (const { step, validation } of curve.epochs) {
      if (step >= from && step <= to && validation !== null) yield validation;
    }
    for (const { means } of curve.behind) {
      for (let place = first; place < Math.min(last, means.length); place += 1) yield means.values[place];
    }
  }

  /**
   * @param {import("./chart_scale.js").LossRange} range
   * @param {boolean} log
   * @returns {(value: number) => number} the height of a loss, in pixels; far beyond the frame it stays near it
   */
  #vertical(range, log) {
    const { top, bottom } = this.frame;
    const place = log ? Math.log : (/** @type {number} */ value) => value;
    const [low, high] = [place(range.low), place(range.high)];
    return (value) => Math.max(top - 50, bottom - ((place(value) - low) / (high - low)) * (bottom - top));
  }

  /**
   * Epochs in view, and one on either side, to which lines lead.
   * @param {import("./types.js").EpochPoint[]} epochs
   * @param {number} from
   * @param {number} to
   */
  #around(epochs, from, to) {
    const first = epochs.findIndex(({ step }) => step >= from);
    const last = epochs.findLastIndex(({ step }) => step <= to);
    return epochs.slice(Math.max(0, (first < 0 ? epochs.length : first) - 1), last + 2);
  }

  /**
   * Where epochs end: a hairline each, with a name where there is room.
   * @param {Scene} scene
   * @param {(batch: number) => number} x
   * @param {(...elements: SVGElement[]) => void} add
   */
  #epochs({ curve }, x, add) {
    const { from, to, bottom, top } = this.frame;
    const ends = curve.epochs.filter(({ step }) => step >= from && step <= to);
    if (!ends.length) return;
    const apart = (x(to) - x(from)) / Math.max(1, ends.length);
    if (apart > 8) for (const { step } of ends) add(draw("line", { class: "epoch", x1: x(step), x2: x(step), y1: top, y2: bottom }));
    let free = -Infinity;
    for (const { step, epoch } of ends) {
      const words = `epoch ${epoch}`;
      const half = (words.length * LETTER) / 2;
      const middle = Math.min(Math.max(x(step), x(from) + half), x(to) - half);
      if (middle - half < free) continue;
      add(draw("text", { class: "tick", x: middle, y: bottom + 15, "text-anchor": "middle" }, words));
      free = middle + half + 10;
    }
  }

  /**
   * Where settings were changed, and from where on no loss is finite.
   * @param {Scene} scene
   * @param {(batch: number) => number} x
   * @param {number} stripBottom
   * @param {(...elements: SVGElement[]) => void} add
   */
  #changes({ curve }, x, stripBottom, add) {
    const { left, right, top, from, to } = this.frame;
    const marks = curve.changes.map(({ step, words }) => ({ step, words, kind: "change" }));
    if (curve.notFinite) marks.push({ step: curve.notFinite, words: `not finite at batch ${countText(curve.notFinite)}`, kind: "broken" });
    const visible = marks.filter(({ step }) => step >= from && step <= to);
    const labels = visible.map(({ step, words }) => ({ x: x(step), width: words.length * LETTER }));
    const places = placeLabels(labels, { left: left + 2, right, rows: LABEL_ROWS, gap: 5 });
    add(...visible.map(({ step, kind }) => draw("line", { class: kind, x1: x(step), x2: x(step), y1: top, y2: stripBottom })));
    visible.forEach(({ words, kind }, number) => {
      const place = places[number];
      if (!place) return;
      const height = top + 16 + place.row * (FONT + 5);
      add(draw("text", { class: `label ${kind}-label`, x: place.x, y: height }, words));
    });
  }

  /**
   * What is looked at: a line through the chart, and dots where it meets the curves.
   * @param {Scene} scene
   * @param {{x: (batch: number) => number, y: (loss: number) => number, percent: (share: number) => number, stripBottom: number}} places
   * @param {(...elements: SVGElement[]) => void} add
   */
  #looked({ curve, look, point, log }, { x, y, percent, stripBottom }, add) {
    const { right, top, from, to, bottom } = this.frame;
    const height = stripBottom - top;
    if (look !== null && look < to) {
      const begin = Math.max(x(from), x(look));
      add(draw("rect", { class: "later", x: begin, y: top, width: Math.max(0, right - begin) + RIGHT, height }));
    }
    const step = point ?? look;
    if (step === null || step < from || step > to) return;
    add(draw("line", { class: look === step ? "looked" : "pointed", x1: x(step), x2: x(step), y1: top, y2: stripBottom }));
    const dots = /** @type {[string, number][]} */ ([["raw", curve.losses.at(step - 1)], ["mean", curve.means.at(step - 1)]]);
    for (const [kind, value] of dots) {
      if (!Number.isFinite(value) || (log && value <= 0)) continue;
      const at = Math.min(bottom, Math.max(top, y(value)));
      add(draw("circle", { class: `dot ${kind}-dot`, cx: x(step), cy: at, r: 4.5 }));
    }
    const epoch = curve.epochs.find((known) => known.step === step);
    if (epoch) add(draw("circle", { class: "dot accuracy-dot", cx: x(step), cy: percent(epoch.accuracy), r: 4.5 }));
  }

  /**
   * @param {number} stripTop
   * @param {number} stripBottom
   */
  #clips(stripTop, stripBottom) {
    const { left, right, top, bottom } = this.frame;
    const defs = draw("defs", {});
    for (const [id, above, below] of /** @type {[string, number, number][]} */ ([["losses", top, bottom], ["shares", stripTop - 4, stripBottom + 4]])) {
      const clip = draw("clipPath", { id: `primer-chart-${id}` });
      clip.append(draw("rect", { x: left - 1, y: above - 1, width: right - left + 7, height: below - above + 2 }));
      defs.append(clip);
    }
    return defs;
  }
}

/**
 * @param {(Point | null)[]} points pixels; the line is broken where there is none
 * @returns {string} the line through them, as a path has it
 */
function polyline(points) {
  let text = "", pen = "M";
  for (const point of points) {
    if (point) text += `${pen}${point[0].toFixed(1)} ${point[1].toFixed(1)}`;
    pen = point ? "L" : "M";
  }
  return text;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number} size from its middle to a corner
 */
function diamond(x, y, size) {
  const corners = [[x, y - size], [x + size, y], [x, y + size], [x - size, y]];
  return draw("path", { class: "diamond", d: `M${corners.map((corner) => corner.map((c) => c.toFixed(1)).join(" ")).join("L")}Z` });
}
