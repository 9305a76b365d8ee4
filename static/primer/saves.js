// @ts-check
/** The buttons under a drawing that save it as SVG and PNG. */

import { make, pressOnce } from "./dom.js";

/** @typedef {import("./types.js").Seen} Seen */

/**
 * Mark an element as a drawing that can be saved, and make the buttons that do it.
 * @param {HTMLElement} drawing
 * @param {string} name what a screen reader calls it: "graph"
 * @param {Pick<import("./types.js").PageContext, "save">} page
 * @param {() => Seen} [seen] how the learner left it
 * @returns {HTMLElement}
 */
export function saves(drawing, name, page, seen = () => ({})) {
  drawing.dataset.drawing = name;
  const buttons = /** @type {const} */ (["svg", "png"]).map((format) => {
    const words = format.toUpperCase();
    const button = make("button", { type: "button", "aria-label": `Save this ${name} as ${words}` }, words);
    button.addEventListener("click", () => page.save(drawing, format, seen()));
    return button;
  });
  const element = make("div", { className: "saves" }, ...buttons);
  pressOnce(element);
  return element;
}

/**
 * The place of a drawing among those of its part of the page. What a measurement shows is in no question's page.
 * @param {HTMLElement} region
 * @param {HTMLElement} drawing
 * @returns {number}
 */
export function placeOf(region, drawing) {
  const all = /** @type {HTMLElement[]} */ ([...region.querySelectorAll("[data-drawing]")]);
  return all.filter((other) => !other.closest(".measure")).indexOf(drawing);
}
