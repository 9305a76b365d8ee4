// @ts-check
/** Break it: the drawing disturbed by sliders, what is then read, and how many test images stand the same. */

import { make, makeSvg, write } from "./dom.js";
import { PadFollower } from "./follow_pad.js";
import { PixelPicture } from "./pixel_picture.js";
import { fileName, sectionSaves } from "./section_file.js";
import { answerText, percent, writeShares } from "./shares.js";

/** @typedef {import("./shares.js").Answer} Answer */
/** @typedef {Answer & {factor: number}} AtFactor */
/** @typedef {{amount: number, share: number}} Point */

/**
 * @typedef {object} Told
 * @property {"read" | "blank"} state
 * @property {[number, number]} shape
 * @property {number[]} values thousandths
 * @property {string[]} classes
 * @property {number[]} probabilities
 * @property {Answer} answer
 * @property {Answer} before
 * @property {Answer | null} random
 * @property {AtFactor[]} factors
 */

/**
 * @typedef {object} Knob
 * @property {string} name
 * @property {string} title
 * @property {number} low
 * @property {number} high
 * @property {number} step
 * @property {number} usual
 * @property {(value: number) => string} text
 * @property {boolean} [isPower] whether the slider moves the logarithm
 */

const signed = (/** @type {number} */ value, /** @type {string} */ unit) => `${value > 0 ? "+" : value < 0 ? "−" : ""}${Math.abs(value)}${unit}`;
const times = (/** @type {number} */ value) => `× ${Number(value.toPrecision(2))}`;

/** @type {Knob[]} */
const KNOBS = [
  { name: "noise", title: "Noise", low: 0, high: 1, step: 0.05, usual: 0, text: (value) => value.toFixed(2) },
  { name: "rotation", title: "Rotation", low: -180, high: 180, step: 5, usual: 0, text: (value) => signed(value, "°") },
  { name: "right", title: "Shift to the right", low: -14, high: 14, step: 1, usual: 0, text: (value) => signed(value, " px") },
  { name: "down", title: "Shift down", low: -14, high: 14, step: 1, usual: 0, text: (value) => signed(value, " px") },
  { name: "pen", title: "Thickness of the pen", low: 0.2, high: 4, step: 0.1, usual: 1, text: times, isPower: true },
  { name: "zoom", title: "Size of the digit", low: 0.3, high: 2, step: 0.05, usual: 1, text: times, isPower: true },
  { name: "factor", title: "Size of the values", low: 0.1, high: 20, step: 0.1, usual: 1, text: times, isPower: true },
  { name: "fgsm", title: "FGSM", low: 0, high: 0.5, step: 0.01, usual: 0, text: (value) => value.toFixed(2) },
];
const STEPS = 60;                      // of a slider that moves a logarithm, to each side of 1
/** Milliseconds between two counts of test images, so that what is drawn goes before. */
const PAUSE = 150;

/**
 * @param {Knob} knob
 * @param {number} place of its slider
 * @returns {number} the value, within the knob's range
 */
export function valueAt({ low, high, isPower }, place) {
  if (!isPower) return place;
  const value = place < 0 ? low ** (-place / STEPS) : high ** (place / STEPS);
  return Math.min(high, Math.max(low, Number(value.toPrecision(2))));
}

/**
 * What FGSM did, and what noise of its size did, in one sentence.
 * @param {Pick<Told, "random" | "answer" | "before">} told
 * @returns {string} empty without FGSM
 */
export function fgsmText({ random, answer, before }) {
  if (!random) return "";
  const isDirection = random.label === before.label && answer.label !== before.label;
  return `With random signs instead of the gradient's, as large: reads ${answerText(random)}.${isDirection ? " It is the direction that misleads the network, not the size." : ""}`;
}

/**
 * What multiplying the values did to the top probability, in one sentence.
 * @param {AtFactor[]} factors from small to large
 * @returns {string}
 */
export function factorText(factors) {
  const one = factors.find(({ factor }) => factor === 1), last = factors[factors.length - 1];
  if (!one) return "";
  const from = factors.slice(factors.indexOf(one));
  const grows = from.every((each, place) => place === 0 || (each.label === one.label && each.probability >= from[place - 1].probability));
  return grows
    ? `The same drawing with its values × ${last.factor}: ${answerText(last)}, from ${percent(one.probability)}. The confidence grows with size alone.`
    : `The same drawing with its values × ${last.factor}: ${answerText(last)}; × 1: ${answerText(one)}.`;
}

/** A small chart of shares, 0 to 1, against an amount. */
class Curve {
  /**
   * @param {string} title
   * @param {string} axis
   * @param {number[]} amounts that will be there
   * @param {(amount: number) => string} text
   * @param {boolean} [isPower] whether the axis is logarithmic
   */
  constructor(title, axis, amounts, text, isPower = false) {
    this.title = title;
    this.text = text;
    /** @type {Point[]} */
    this.points = [];
    const scaled = isPower ? Math.log : (/** @type {number} */ amount) => amount;
    const [low, high] = [scaled(amounts[0]), scaled(amounts[amounts.length - 1])];
    this.x = (/** @type {number} */ amount) => 34 + (206 * (Math.min(high, Math.max(low, scaled(amount))) - low)) / (high - low);
    this.y = (/** @type {number} */ share) => 12 + 96 * (1 - share);
    this.now = makeSvg("line", { class: "now", y1: 8, y2: 112 });
    this.line = makeSvg("polyline", { class: "line" });
    this.dots = makeSvg("g", { class: "dots" });
    const ticks = [0, 0.5, 1].flatMap((share) => [
      makeSvg("line", { class: "grid", x1: 34, x2: 240, y1: this.y(share), y2: this.y(share) }),
      makeSvg("text", { x: 29, y: this.y(share) + 3.5, "text-anchor": "end" }, `${100 * share}`)]);
    const marks = [amounts[0], amounts[Math.floor(amounts.length / 2)], amounts[amounts.length - 1]].map((amount) =>
      makeSvg("text", { x: this.x(amount), y: 124, "text-anchor": "middle" }, text(amount)));
    this.svg = makeSvg("svg", { viewBox: "0 0 252 140", role: "img" }, ...ticks, ...marks,
      makeSvg("text", { x: 137, y: 138, "text-anchor": "middle", class: "axis" }, axis), this.now, this.line, this.dots);
    this.note = make("p", { className: "note" });
    this.root = make("figure", {}, make("figcaption", {}, title), this.svg, this.note);
  }

  /**
   * @param {Point[]} points from small to large
   * @param {number} now the amount that is set
   */
  show(points, now) {
    this.points = points;
    this.line.setAttribute("points", points.map(({ amount, share }) => `${this.x(amount)},${this.y(share)}`).join(" "));
    this.dots.replaceChildren(...points.map(({ amount, share }) => makeSvg("circle", { cx: this.x(amount), cy: this.y(share), r: 2.6 })));
    this.mark(now);
    const [first, last] = [points[0], points[points.length - 1]];
    this.svg.setAttribute("aria-label", first
      ? `${this.title}: ${percent(first.share)} at ${this.text(first.amount)}, ${percent(last.share)} at ${this.text(last.amount)}`
      : `${this.title}: nothing yet`);
  }

  /** @param {number} now */
  mark(now) {
    for (const end of ["x1", "x2"]) this.now.setAttribute(end, String(this.x(now)));
  }
}

/** @type {Map<string, BreakIt>} the one section of each pad, which outlives a visit to another page */
const sections = new Map();

/** @typedef {{channel: string, address: string, counts: string, curves: Record<"noise" | "rotation", number[]>, factors: number[]}} PageData */

/**
 * @param {HTMLElement} parent
 * @param {PageData} data
 */
export function mount(parent, data) {
  let section = sections.get(data.channel);
  if (!section) sections.set(data.channel, section = new BreakIt(data));
  if (section.root.parentNode !== parent) parent.append(section.root);
  section.follower.catchUp();
  if (section.network) section.countAll();
}

class BreakIt {
  /** @param {PageData} data */
  constructor({ channel, address, counts, curves, factors }) {
    this.counts = counts;
    this.amounts = curves;
    /** @type {Record<string, number>} */
    this.values = Object.fromEntries(KNOBS.map(({ name, usual }) => [name, usual]));
    this.invert = false;
    this.seed = 0;
    this.network = "";
    /** What is read of the disturbed drawing. */
    this.label = "";
    this.counting = false;
    /** @type {Record<"noise" | "rotation", Map<number, number>>} shares of test images read right */
    this.right = { noise: new Map(), rotation: new Map() };
    this.of = 0;

    this.said = make("p", { className: "said", role: "status" });
    this.picture = new PixelPicture((text) => write(this.said, text));
    this.verdict = make("p", { className: "verdict" });
    this.before = make("p", { className: "note" });
    this.fgsm = make("p", { className: "note" });
    this.bars = make("tbody");
    this.knobs = KNOBS.map((knob) => this.knob(knob));
    this.inverted = make("input", { type: "checkbox", role: "switch" });
    this.inverted.addEventListener("change", () => { this.invert = this.inverted.checked; this.changed(); });
    const noise = make("button", { type: "button" }, "Other noise");
    noise.addEventListener("click", () => { this.seed += 1; this.changed(); });
    const reset = make("button", { type: "button" }, "As drawn");
    reset.addEventListener("click", () => this.reset());
    this.curves = {
      noise: new Curve("Test images read right, with noise", "standard deviation of the noise", curves.noise, String),
      rotation: new Curve("Test images read right, rotated", "degrees", curves.rotation, (amount) => signed(amount, "°")),
      factor: new Curve("Top probability of this drawing, its values multiplied", "factor", factors, (factor) => `× ${factor}`, true),
    };
    this.twin = make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": "The curves as tables" });
    this.details = make("details", {}, make("summary", {}, "The curves as tables"), this.twin);
    this.details.addEventListener("toggle", () => this.tabulate());
    this.root = make("section", { className: "break empty" },
      make("h3", {}, "Break it"),
      make("p", { className: "note" }, "Disturb what the network is given. Only the thickness of the pen acts before the stages above: they would undo a shift and another size."),
      make("p", { className: "nothing" }, "Draw a digit: then there is something to break."),
      make("div", { className: "three" },
        this.picture.root,
        make("div", { className: "knobs" }, ...this.knobs.map(({ root }) => root),
          make("label", { className: "switch" }, this.inverted, make("span", {}, "Inverted")),
          make("div", { className: "buttons" }, reset, noise)),
        make("div", { className: "outcome" }, this.verdict, this.before, this.fgsm,
          make("table", { className: "bars" }, make("caption", {}, "Probability of each class"), this.bars))),
      make("div", { className: "curves" }, ...Object.values(this.curves).map(({ root }) => root)),
      this.details, this.said);
    this.root.append(sectionSaves(this.root, "disturbed drawing and its curves", () => {
      const settings = KNOBS.map(({ name, title, text }) => `${title}: ${text(this.values[name])}`);
      const read = this.verdict.textContent ?? "", before = this.before.textContent ?? "";
      return {
        name: fileName("break-it", this.label),
        title: `Break it: ${read}. ${before}`,
        description: [...settings, this.invert ? "Inverted" : "Not inverted", ...Object.values(this.curves).map(({ svg }) => svg.getAttribute("aria-label") ?? "")].join(". "),
      };
    }));
    this.follower = new PadFollower({
      root: this.root, channel, address,
      settings: () => ({ disturbance: { ...this.values, invert: this.invert, seed: this.seed } }),
      show: (told) => this.show(told),
      refuse: (problem) => write(this.said, problem),
    });
    for (const kind of /** @type {const} */ (["noise", "rotation"])) this.curves[kind].show([], this.values[kind]);
  }

  /** @param {Knob} knob */
  knob(knob) {
    const id = `break-${knob.name}`;
    const range = make("input", { type: "range", id });
    [range.min, range.max, range.step] = knob.isPower ? [-STEPS, STEPS, 1].map(String) : [knob.low, knob.high, knob.step].map(String);
    const output = make("output", { for: id });
    const settle = () => {
      const text = knob.text(this.values[knob.name]);
      write(output, text);
      range.setAttribute("aria-valuetext", text);
    };
    const reset = () => {
      this.values[knob.name] = knob.usual;
      range.value = String(knob.isPower ? 0 : knob.usual);
      settle();
    };
    range.addEventListener("input", () => {
      this.values[knob.name] = valueAt(knob, Number(range.value));
      settle();
      this.changed();
    });
    reset();
    return { root: make("div", { className: "knob" }, make("label", { for: id }, knob.title), output, range), reset };
  }

  reset() {
    this.knobs.forEach(({ reset }) => reset());
    this.invert = this.inverted.checked = false;
    this.changed();
  }

  changed() {
    this.curves.noise.mark(this.values.noise);
    this.curves.rotation.mark(this.values.rotation);
    this.curves.factor.mark(this.values.factor);
    this.follower.ask();
  }

  /** @param {Told} told */
  show(told) {
    this.root.classList.toggle("empty", told.state !== "read");
    if (told.state !== "read") return;
    const [height, width] = told.shape;
    this.picture.show({ height, width, values: told.values.map((value) => value / 1000) }, "The image that the network is given. Arrow keys go from pixel to pixel.");
    this.label = told.answer.label;
    write(this.verdict, `Reads ${answerText(told.answer)}`);
    this.verdict.classList.toggle("turns", told.answer.label !== told.before.label);
    write(this.before, `As drawn: ${answerText(told.before)}`);
    write(this.fgsm, fgsmText(told));
    writeShares(this.bars, told.classes, told.probabilities, told.classes.indexOf(told.answer.label));
    this.curves.factor.show(told.factors.map(({ factor, probability }) => ({ amount: factor, share: probability })), this.values.factor);
    write(this.curves.factor.note, factorText(told.factors));
    this.tabulate();
    this.countAll();
  }

  /** Have the test images counted, amount by amount, once for each network; what is drawn goes before. */
  async countAll() {
    const network = this.follower.read?.network ?? "";
    if (network !== this.network) {
      this.network = network;
      for (const kind of /** @type {const} */ (["noise", "rotation"])) {
        this.right[kind].clear();
        this.curves[kind].show([], this.values[kind]);
        write(this.curves[kind].note, "");
      }
    }
    if (this.counting) return;
    this.counting = true;
    for (let next = this.missing(); next && this.root.isConnected; next = this.missing()) {
      const isFree = this.follower.inSight && !this.follower.isAsking;
      if (isFree && !(await this.countOne(next.kind, next.amount))) break;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    this.counting = false;
  }

  /** @returns {{kind: "noise" | "rotation", amount: number} | null} what is not counted yet */
  missing() {
    for (const kind of /** @type {const} */ (["noise", "rotation"])) {
      const amount = this.amounts[kind].find((each) => !this.right[kind].has(each));
      if (amount !== undefined) return { kind, amount };
    }
    return null;
  }

  /**
   * @param {"noise" | "rotation"} kind
   * @param {number} amount
   * @returns {Promise<boolean>} whether it was counted
   */
  async countOne(kind, amount) {
    const { network } = this;
    const { note } = this.curves[kind];
    write(note, "The test images are being counted …");
    try {
      const answer = await fetch(this.counts, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ network, kind, amount }),
      });
      const told = await answer.json();
      if (network !== this.network) return true;
      if (!answer.ok) {
        write(note, told.problem);
        return false;
      }
      this.of = told.of;
      this.right[kind].set(amount, told.right / told.of);
    } catch {
      write(note, "The test images could not be counted.");
      return false;
    }
    const points = this.points(kind);
    this.curves[kind].show(points, this.values[kind]);
    if (points.length === this.amounts[kind].length) {
      const worst = points.reduce((least, point) => (point.share < least.share ? point : least));
      write(note, `Of ${this.of} test images: at worst ${percent(worst.share)}, at ${this.curves[kind].text(worst.amount)}.`);
    }
    this.tabulate();
    return true;
  }

  /**
   * @param {"noise" | "rotation"} kind
   * @returns {Point[]}
   */
  points(kind) {
    return this.amounts[kind].filter((amount) => this.right[kind].has(amount)).map((amount) => ({ amount, share: this.right[kind].get(amount) ?? 0 }));
  }

  tabulate() {
    if (!this.details.open) return;
    this.twin.replaceChildren(...Object.values(this.curves).map(({ title, points, text }) => make("table", {},
      make("caption", {}, title),
      make("tbody", {}, ...points.map(({ amount, share }) =>
        make("tr", {}, make("th", { scope: "row" }, text(amount)), make("td", {}, percent(share))))))));
  }
}
