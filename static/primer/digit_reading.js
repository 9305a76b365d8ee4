// @ts-check
/** What a network reads, as it changes many times a second: every node is made once and then only altered. */

import { make, write } from "./dom.js";
import { percent } from "./shares.js";

/**
 * @typedef {object} Reading what the server says of a drawing
 * @property {"read" | "blank" | "loading" | "trouble"} state
 * @property {string[]} [classes] names of the ten classes
 * @property {string} verdict in a few words
 * @property {string} message what else is to be said, in a sentence or two
 * @property {"class" | "tie" | "several" | "none"} [kind] of the verdict
 * @property {string[]} [guess] what is written large
 * @property {number} [label] place of the most probable class
 * @property {number[]} [probabilities]
 * @property {number[]} [pixels] of the image that the network was given, in thousandths
 */

export class DigitReading {
  constructor() {
    this.guess = make("p", { className: "guess", "aria-hidden": "true" });
    this.verdict = make("h3", { className: "verdict" });
    this.message = make("p", { className: "message" });
    this.silence = make("p", { className: "silence", hidden: true },
      "The server has not answered for five seconds. Your drawing stays here. ");
    this.again = make("button", { type: "button" }, "Ask again");
    this.silence.append(this.again);
    this.bars = make("ul", { className: "bars", "aria-label": "Probability of each class" });
    this.by = make("p", { className: "by" });
    this.root = make("section", { className: "reading" },
      make("div", { className: "top" }, this.guess, make("div", { className: "words" }, this.verdict, this.message, this.silence)),
      this.bars, this.by);
    /** @type {{row: HTMLElement, fill: HTMLElement, value: HTMLElement, scale: string}[]} */
    this.rows = [];
    this.names = "";
  }

  /** @param {string[]} classes */
  name(classes) {
    const names = classes.join("\n");
    if (names === this.names) return;
    this.names = names;
    this.rows = classes.map((label) => {
      const [fill, value] = [make("i"), make("span", { className: "value" })];
      const row = make("li", {}, make("b", {}, label), make("span", { className: "track", "aria-hidden": "true" }, fill), value);
      return { row, fill, value, scale: "" };
    });
    this.bars.replaceChildren(...this.rows.map(({ row }) => row));
  }

  /** @param {Reading} reading */
  show(reading) {
    const { state, classes, label = -1, probabilities, guess = [], kind = "" } = reading;
    if (classes) this.name(classes);
    const long = this.names.split("\n").some((name) => name.length > 2);
    const look = `reading ${state} ${kind}${long ? " long" : ""}`;
    if (this.root.className !== look) this.root.className = look;
    write(this.guess, guess.join(" "));
    write(this.verdict, reading.verdict);
    write(this.message, reading.message);
    this.rows.forEach((bar, place) => {
      const share = probabilities ? probabilities[place] : 0;
      const best = probabilities && place === label ? "best" : "", scale = share.toFixed(3);
      if (bar.row.className !== best) bar.row.className = best;
      if (bar.scale !== scale) bar.fill.style.setProperty("--share", (bar.scale = scale));   // no style to work out for bars at rest
      write(bar.value, probabilities ? percent(share) : "–");
    });
  }

  /** @param {"none" | "late" | "silent"} wait how long an answer has been waited for */
  wait(wait) {
    this.root.toggleAttribute("data-late", wait !== "none");
    this.silence.hidden = wait !== "silent";
    this.message.hidden = wait === "silent";
  }
}
