// @ts-check
/** The steps that led from what is on a pad to what was read, and the code that takes them. */

import { make, write } from "./dom.js";

/** @typedef {import("./strokes.js").Stroke} Stroke */
/** @typedef {{code: string, why: string, shape: string, values: string}} Step */
/** @typedef {{before: string, after: string, marks: [number, number, string][]}} Listing code but for its strokes; the marks are of both parts, one after the other */

/** The code of a blank pad. */
const NOTHING = "# Draw something: the code that reads it stands here.";

/** @type {WeakMap<Node, DigitSteps>} */
const known = new WeakMap();

/**
 * @param {HTMLElement} parent
 * @param {{channel: string, code: string}} data channel of the pad, and key of the code's element
 */
export function mount(parent, data) {
  let steps = known.get(parent);
  if (!steps) {
    steps = new DigitSteps(data);
    parent.append(steps.root);
    known.set(parent, steps);
  }
  steps.ask();
}

/**
 * Write strokes as lines of Python between the two parts of a listing.
 * @param {Listing} listing
 * @param {Stroke[]} strokes
 * @returns {{code: string, marks: [number, number, string][]}} the code, and where it wears a colour
 */
export function withStrokes({ before, after, marks }, strokes) {
  const lines = strokes.map(({ width, points }) =>
    `    {"width": ${width}, "points": [${points.map(([x, y]) => `[${x}, ${y}]`).join(", ")}]},\n`).join("");
  const inside = [...lines.matchAll(/"[a-z]+"|[\d.]+/g)].map(({ 0: text, index }) =>
    /** @type {[number, number, string]} */ ([before.length + index, before.length + index + text.length, text.startsWith('"') ? "string" : "number"]));
  const place = marks.findIndex(([start]) => start >= before.length);
  const split = place < 0 ? marks.length : place;
  const shifted = marks.slice(split).map(([start, end, kind]) =>
    /** @type {[number, number, string]} */ ([start + lines.length, end + lines.length, kind]));
  return { code: before + lines + after, marks: [...marks.slice(0, split), ...inside, ...shifted] };
}

class DigitSteps {
  /** @param {{channel: string, code: string}} data */
  constructor({ channel, code }) {
    this.channel = channel;
    this.view = code;
    /** What was read last. @type {Stroke[]} */
    this.strokes = [];
    /** @type {Listing | undefined} */
    this.listing = undefined;
    /** Whose code is shown. @type {Stroke[] | null} */
    this.coded = null;
    this.isDown = false;
    this.waits = false;
    this.body = make("tbody");
    this.nothing = make("p", { className: "nothing" }, "Draw something: each step from the pad to the answer then shows its shape and its values here.");
    const head = make("thead", {}, make("tr", {}, ...["Step", "Shape", "Values"].map((title) => make("th", { scope: "col" }, title))));
    this.table = make("table", {}, head, this.body);
    this.root = make("section", { className: "steps" }, make("h3", {}, "In code, step by step"), this.nothing, this.table);
    /** @type {{code: HTMLElement, why: HTMLElement, shape: HTMLElement, values: HTMLElement}[]} */
    this.rows = [];
    this.show([]);
    const follow = (/** @type {string} */ type, /** @type {(detail: any) => void} */ act) => document.addEventListener(type, (event) => {
      const { detail } = /** @type {CustomEvent} */ (event);
      if (detail.channel === this.channel && this.root.isConnected) act(detail);
    });
    follow("primer-pad-drawn", ({ down }) => {
      this.isDown = down;
      this.write();
    });
    follow("primer-pad-read", ({ reading, strokes }) => {
      this.show(reading.steps ?? []);
      this.listing = reading.code;
      this.strokes = strokes;
      this.write();
    });
    document.addEventListener("primer-code-wanted", (event) => {
      if (/** @type {CustomEvent} */ (event).detail.view === this.view && this.root.isConnected) this.write(true);
    });
  }

  /** Have the pad tell what is on it. */
  ask() {
    document.dispatchEvent(new CustomEvent("primer-pad-wanted", { detail: { channel: this.channel } }));
  }

  /** @param {Step[]} steps */
  show(steps) {
    this.root.classList.toggle("empty", steps.length === 0);
    while (this.rows.length < steps.length) {
      const row = { code: make("code"), why: make("small"), shape: make("code"), values: make("code") };
      this.body.append(make("tr", {}, make("td", {}, row.code, row.why), make("td", {}, row.shape), make("td", {}, row.values)));
      this.rows.push(row);
    }
    steps.forEach((step, place) => {
      for (const name of /** @type {const} */ (["code", "why", "shape", "values"])) write(this.rows[place][name], step[name]);
    });
  }

  /**
   * Have the code of what was read last shown; while the pen is down it waits, and says so.
   * @param {boolean} [again] also if it was told already
   */
  write(again = false) {
    const { listing, strokes, isDown: waits } = this;
    if (!again && waits === this.waits && (waits || strokes === this.coded)) return;
    this.waits = waits;
    if (!waits) this.coded = strokes;
    const code = listing ? withStrokes(listing, strokes) : { code: NOTHING, marks: [[0, NOTHING.length, "comment"]] };
    document.dispatchEvent(new CustomEvent("primer-code", { detail: waits ? { view: this.view, waits } : { view: this.view, waits, ...code } }));
  }
}
