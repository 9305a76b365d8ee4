// @ts-check
/**
 * The buttons that steer a run. A press has a number and stays in the component's value until the page has run with it:
 * two quick presses are two. A button keeps its element as long as its place, and the focus with it.
 */

import { keepFocus, make, write } from "./dom.js";

/**
 * @typedef {object} Button
 * @property {string} place which button of the row it is
 * @property {string} name what a press of it is called
 * @property {string} label
 * @property {string} help
 * @property {string} icon of the main button; empty for the others
 * @property {string} why_not why it cannot be pressed; empty if it can
 */

/**
 * @typedef {object} PageData what the page says
 * @property {Button[]} buttons
 * @property {string} label of the row
 * @property {number} handled number of the last press that the page has run with
 */

/** @typedef {{number: number, name: string}} Press */

/** @type {WeakMap<HTMLElement, RunButtons>} */
const rows = new WeakMap();
/** @type {RunButtons | null} */
let latest = null;

/**
 * Show what the page says, in the row that is there or in a new one.
 * @param {HTMLElement} parent
 * @param {PageData} data
 * @param {(name: string, value: Press[]) => void} setState
 */
export function mount(parent, data, setState) {
  let row = rows.get(parent);
  if (!row) {
    // A run of the page may take the place of the row away for a moment: presses that wait come back, and the focus.
    row = latest && !latest.root.isConnected ? latest : new RunButtons();
    parent.append(row.root);
    row.returnFocus();
    rows.set(parent, (latest = row));
  }
  row.send = (presses) => setState("presses", presses);
  row.fromPage(data);
}

class RunButtons {
  constructor() {
    /** @type {(presses: Press[]) => void} */
    this.send = () => {};
    /** @type {Map<string, HTMLButtonElement>} by place */
    this.elements = new Map();
    /** @type {Press[]} */
    this.waiting = [];
    this.last = 0;
    this.shown = "";
    this.row = make("div", { className: "buttons", role: "group" });
    this.reason = make("p", { className: "reason" });
    this.root = make("div", {}, this.row, this.reason);
    this.returnFocus = keepFocus(this.root);
    this.row.addEventListener("click", ({ target }) => {
      const button = target instanceof Element ? target.closest("button") : null;
      if (button && !button.getAttribute("aria-disabled")) this.#press(button.dataset.name ?? "");
    });
  }

  /** @param {PageData} data */
  fromPage(data) {
    this.last = Math.max(this.last, data.handled);
    this.waiting = this.waiting.filter((press) => press.number > data.handled);
    const news = JSON.stringify([data.buttons, data.label]);
    if (news === this.shown) return;
    this.shown = news;
    this.row.setAttribute("aria-label", data.label);
    const kept = data.buttons.map((button) => this.#written(button));
    for (const [place, element] of this.elements) {
      if (!kept.includes(element)) {
        element.remove();
        this.elements.delete(place);
      }
    }
    // Moving an element takes its focus: only what is not in its place yet is put there.
    kept.forEach((element, place) => {
      if (this.row.children[place] !== element) this.row.insertBefore(element, this.row.children[place]);
    });
    write(this.reason, data.buttons.find((button) => button.icon)?.why_not ?? "");
  }

  /** @param {string} name */
  #press(name) {
    this.waiting.push({ number: ++this.last, name });
    this.send([...this.waiting]);
  }

  /** @param {Button} button */
  #written(button) {
    let element = this.elements.get(button.place);
    if (!element) {
      const symbol = make("span", { className: "symbol", "aria-hidden": "true" });
      element = make("button", { type: "button" }, symbol, make("span", { className: "label" }));
      this.elements.set(button.place, element);
    }
    const [symbol, label] = element.children;
    element.dataset.name = button.name;
    element.classList.toggle("main", button.icon !== "");
    write(symbol, button.icon);
    write(label, button.label);
    element.title = button.why_not || button.help;
    // Not `disabled`: that would take the focus of who has just pressed it, and hide the reason from a screen reader.
    if (button.why_not) element.setAttribute("aria-disabled", "true");
    else element.removeAttribute("aria-disabled");
    return element;
  }
}
