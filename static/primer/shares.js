// @ts-check
/** Shares of a whole, such as the probabilities of classes: as words, and as bars in the rows of a table. */

import { make, write } from "./dom.js";

/** @typedef {{label: string, probability: number}} Answer what a network reads, and how probable it finds that */

/**
 * @param {number} share
 * @returns {string} of 100, never rounded to a certainty
 */
export const percent = (share) => (share >= 0.9995 ? "> 99.9" : (share * 100).toFixed(1)) + " %";

/**
 * @param {Answer} answer
 * @returns {string} "7, 96.1 %"
 */
export const answerText = ({ label, probability }) => `${label}, ${percent(probability)}`;

/**
 * Write a row for each share; rows that are there are only altered.
 * @param {HTMLTableSectionElement} body
 * @param {string[]} names
 * @param {number[]} shares
 * @param {number} best place of the one that is marked
 */
export function writeShares(body, names, shares, best) {
  while (body.children.length > names.length) body.lastChild?.remove();
  while (body.children.length < names.length) {
    body.append(make("tr", {}, make("th", { scope: "row" }),
      make("td", { className: "track", "aria-hidden": "true" }, make("div", {}, make("i"))), make("td", { className: "value" })));
  }
  [...body.children].forEach((row, place) => {
    write(row.children[0], names[place]);
    /** @type {HTMLElement} */ (row.querySelector("i")).style.transform = `scaleX(${shares[place].toFixed(3)})`;
    write(row.children[2], percent(shares[place]));
    row.className = place === best ? "best" : "";
  });
}
