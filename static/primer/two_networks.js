// @ts-check
/**
 * What two networks read in one drawing. It follows the pad in a way of its own: mid-stroke it asks with the image that the
 * pad was answered with, and once the pen is lifted, of the same reading again, with the strokes.
 */

import { make, write } from "./dom.js";
import { levelsOf } from "./grey_levels.js";
import { fileName, sectionSaves } from "./section_file.js";
import { percent } from "./shares.js";

/** @typedef {import("./strokes.js").Stroke} Stroke */

/**
 * @typedef {object} PageData what the page says
 * @property {string} channel of the pad
 * @property {string} address to ask
 * @property {string[]} networks tokens of the two there
 * @property {string[]} titles of the two
 * @property {string[]} classes names of their outputs
 */

/** @typedef {{image: number[]} | {strokes: Stroke[]}} Question an image in 256 levels, or strokes */

/**
 * @typedef {object} Told
 * @property {[number, number]} labels place of the class that each reads
 * @property {[number[], number[]]} probabilities
 * @property {string} said
 */

/** Milliseconds without a change before a screen reader is told. */
const QUIET = 900;

/**
 * @param {number} share difference of two
 * @returns {string} in points of 100, with its sign
 */
export function points(share) {
  const text = Math.abs(100 * share).toFixed(1);
  return text === "0.0" ? text : `${share > 0 ? "+" : "−"}${text}`;
}

/**
 * What a drawing is asked about with.
 * @param {{strokes: Stroke[], down: boolean, reading: {pixels?: number[]}}} read what the pad tells
 * @returns {Question}
 */
export function questionOf({ strokes, down, reading }) {
  return down && reading.pixels ? { image: [...levelsOf(reading.pixels)] } : { strokes };
}

/** @type {Map<string, TwoNetworks>} the one section of each pad, which outlives a visit to another page */
const sections = new Map();

/**
 * @param {HTMLElement} parent
 * @param {PageData} data
 */
export function mount(parent, data) {
  let section = sections.get(data.channel);
  if (!section) sections.set(data.channel, section = new TwoNetworks(data));
  if (section.root.parentNode !== parent) parent.append(section.root);
  section.fromPage(data);
}

/** The bar of one network in a row, and what stands beside it. */
class Share {
  /** @param {"one" | "two"} side */
  constructor(side) {
    this.value = make("span", { className: "value" });
    this.fill = make("i");
    const track = make("span", { className: "track", "aria-hidden": "true" }, this.fill);
    this.cell = make("td", { className: side }, ...(side === "one" ? [this.value, track] : [track, this.value]));
  }

  /**
   * @param {number} share
   * @param {boolean} isBest
   */
  show(share, isBest) {
    this.fill.style.transform = `scaleX(${share.toFixed(3)})`;
    write(this.value, percent(share));
    this.value.classList.toggle("best", isBest);
  }
}

class TwoNetworks {
  /** @param {PageData} data */
  constructor(data) {
    this.page = data;
    this.names = "";
    /** Number of the newest drawing that was heard of. */
    this.newest = 0;
    this.isBlank = true;
    /** What to ask next, and of which networks. @type {{networks: string[], question: Question} | null} */
    this.waiting = null;
    this.isAsking = false;
    this.quiet = 0;

    this.note = make("p", { className: "note" }, "Draw something: both networks read it while the pen moves.");
    this.heads = ["first", "second"].map((side) => {
      const [label, title] = [make("b"), make("small")];
      return { label, title, root: make("span", { className: `head ${side}` }, label, title) };
    });
    this.chip = make("span", { className: "chip" });
    /** @type {{root: HTMLElement, shares: Share[], gap: HTMLElement}[]} */
    this.rows = [];
    this.table = make("tbody");
    this.told = make("p", { className: "told" });
    this.heard = make("p", { className: "heard", role: "status" });
    const column = (/** @type {string} */ className, /** @type {string} */ text) => make("th", { scope: "col", className }, text);
    this.body = make("div", { className: "body", hidden: true },
      make("p", { className: "heads" }, this.heads[0].root, this.chip, this.heads[1].root),
      make("table", {},
        make("thead", {}, make("tr", {}, column("one", "first"), column("digit", "class"), column("two", "second"), column("gap", "difference"))),
        this.table),
      this.told, this.heard);
    this.body.append(sectionSaves(this.body, "comparison of two networks", () => {
      const [one, two] = this.heads.map(({ label, title }) => ({ label: label.textContent ?? "", title: title.textContent ?? "" }));
      return {
        name: fileName("two-networks", one.label, two.label),
        title: `Two networks on one drawing: ${one.title} reads ${one.label}, ${two.title} reads ${two.label}`,
        description: this.told.textContent ?? "",
      };
    }));
    this.problem = make("p", { className: "problem", hidden: true });
    this.root = make("div", { className: "versus" }, this.note, this.body, this.problem);
    document.addEventListener("primer-pad-read", (event) => {
      const { detail } = /** @type {CustomEvent} */ (event);
      if (detail.channel === this.page.channel && this.root.isConnected) this.follow(detail);
    });
  }

  /** @param {PageData} data */
  fromPage(data) {
    this.page = data;
    this.name(data.classes);
    document.dispatchEvent(new CustomEvent("primer-pad-wanted", { detail: { channel: data.channel } }));
  }

  /** @param {string[]} classes */
  name(classes) {
    const names = classes.join("\n");
    if (names === this.names) return;
    this.names = names;
    this.rows = classes.map((label) => {
      const [one, two] = [new Share("one"), new Share("two")];
      const gap = make("td", { className: "gap" });
      const root = make("tr", {}, one.cell, make("th", { scope: "row", className: "digit" }, label), two.cell, gap);
      return { root, shares: [one, two], gap };
    });
    this.table.replaceChildren(...this.rows.map(({ root }) => root));
  }

  /** @param {{sequence: number, strokes: Stroke[], down: boolean, reading: {pixels?: number[]}}} read what the pad tells */
  follow(read) {
    if (read.sequence < this.newest) return;
    this.newest = read.sequence;
    this.isBlank = read.strokes.length === 0;
    if (this.isBlank) {
      this.waiting = null;
      this.body.hidden = this.problem.hidden = true;
      this.note.hidden = false;
      return;
    }
    this.waiting = { networks: this.page.networks, question: questionOf(read) };
    this.ask();
  }

  /** Ask what waits: one question at a time; of what comes meanwhile, only the last is asked. */
  async ask() {
    if (this.isAsking || !this.waiting) return;
    const { networks, question } = this.waiting;
    [this.isAsking, this.waiting] = [true, null];
    try {
      const answer = await fetch(this.page.address, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ networks, ...question }),
      });
      const found = await answer.json();
      if (!this.isBlank && networks.join() === this.page.networks.join()) {
        if (answer.ok) this.show(found);
        else this.refuse(found.problem);
      }
    } catch {
      this.refuse("The server does not answer.");
    }
    this.isAsking = false;
    this.ask();
  }

  /** @param {string} problem */
  refuse(problem) {
    this.problem.hidden = false;
    write(this.problem, problem);
  }

  /** @param {Told} told */
  show({ labels, probabilities, said }) {
    this.problem.hidden = this.note.hidden = true;
    this.body.hidden = false;
    const same = labels[0] === labels[1];
    this.heads.forEach(({ label, title }, place) => {
      write(label, this.page.classes[labels[place]]);
      write(title, this.page.titles[place]);
    });
    write(this.chip, same ? "= same" : "≠ differ");
    this.root.classList.toggle("differ", !same);
    const [first, second] = probabilities;
    this.rows.forEach(({ root, shares, gap }, label) => {
      shares.forEach((share, place) => share.show(probabilities[place][label], labels[place] === label));
      write(gap, points(second[label] - first[label]));
      root.classList.toggle("read", labels.includes(label));
    });
    write(this.told, said);
    clearTimeout(this.quiet);
    this.quiet = window.setTimeout(() => write(this.heard, said), QUIET);
  }
}
