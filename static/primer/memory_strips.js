// @ts-check
/** Memory: each buffer as a strip of cells, with the names that look into it and the cells that each touches. */

import { make } from "./dom.js";
import { saves } from "./saves.js";

/** @typedef {import("./types.js").MemoryStrips} MemoryStrips */
/** @typedef {import("./types.js").Strip} Strip */
/** @typedef {import("./types.js").Pointer} Pointer */

/**
 * Numbers of drawn cells from left to right, with null where cells between two are left out.
 * @param {number[]} drawn
 * @returns {(number | null)[]}
 */
export function places(drawn) {
  return drawn.flatMap((cell, at) => (at && cell !== drawn[at - 1] + 1 ? [null, cell] : [cell]));
}

/**
 * @param {MemoryStrips} first
 * @param {import("./types.js").PageContext} page
 * @returns {import("./types.js").View<MemoryStrips>}
 */
export function memoryStripsView(first, page) {
  const strips = make("div", { className: "m-strips" });
  const element = make("div", { className: "memory" }, strips);
  element.append(saves(element, "memory", page));
  let shown = "";
  /** @param {MemoryStrips} news */
  const update = (news) => {
    const text = JSON.stringify(news);
    if (text === shown) return;      // what is made anew flashes
    shown = text;
    strips.replaceChildren(...news.strips.map(strip));
  };
  update(first);
  return { element, update };
}

/** @param {Strip} strip */
function strip(strip) {
  const columns = places(strip.drawn);
  const changed = new Set(strip.changed ?? []);
  const [start, ...rest] = strip.pointers;
  const whole = start?.whole ? start : null;
  const others = whole ? rest : strip.pointers;
  const touched = new Set(others.flatMap(({ cells }) => cells));
  const kinds = (/** @type {number} */ cell, /** @type {boolean} */ ringed) =>
    `m-cell${ringed ? " touched" : ""}${changed.has(cell) ? " changed" : ""}`;
  const cells = columns.map((cell) => (cell === null
    ? make("span", { className: "m-gap" }, "…")
    : make("i", { className: kinds(cell, touched.has(cell)) })));
  const rows = [row(whole, strip.notes.join("; "), cells), ...others.map((pointer) => {
    const marks = pointer.cells.map((cell) => {
      const mark = make("i", { className: kinds(cell, true) });
      mark.style.gridColumn = String(columns.indexOf(cell) + 1);
      return mark;
    });
    const before = columns.indexOf(pointer.cells[0]);
    if (before <= 0) return row(pointer, pointer.note, marks);
    const lead = make("span", { className: "m-lead" });
    lead.style.gridColumn = `1 / ${before + 1}`;
    return row(pointer, pointer.note, [lead, ...marks]);
  })];
  const element = make("div", { className: `m-strip role-${strip.role ?? "plain"}` }, ...rows);
  const widths = columns.map((cell) => (cell === null ? "minmax(0, 14px)" : "minmax(0, 22px)"));
  element.style.setProperty("--cells", widths.join(" "));
  return element;
}

/**
 * @param {Pointer | null} pointer
 * @param {string} note
 * @param {HTMLElement[]} cells
 */
function row(pointer, note, cells) {
  const names = make("span", { className: "m-names" }, ...(pointer?.names ?? []).map((name) => make("code", {}, name)));
  return make("div", { className: "m-row" }, names, make("span", { className: pointer ? "m-arrow" : "" }),
    make("div", { className: "m-cells", "aria-hidden": "true" }, ...cells), make("p", { className: "m-note" }, note));
}
