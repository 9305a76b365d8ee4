// @ts-check
/** The bits of a number: a cell each, in fields that mean something. */

import { counted, make, write } from "./dom.js";
import { saves } from "./saves.js";

/** @typedef {import("./types.js").Bits} Bits */
/** @typedef {import("./types.js").BitGroup} BitGroup */

/**
 * What a field of bits is called under its cells, and what a screen reader says of it.
 * @param {BitGroup} group
 * @returns {{ caption: string, alternative: string }}
 */
export function captions({ name, bits }) {
  const count = counted(bits.length, "bit");
  return { caption: `${name} · ${bits.length}`, alternative: `${name}, ${count}: ${[...bits].join(" ")}` };
}

/**
 * @param {Bits} first
 * @param {import("./types.js").PageContext} page
 * @returns {import("./types.js").View<Bits>}
 */
export function bitsView(first, page) {
  const fields = make("div", { className: "bit-fields", role: "group" });
  const formula = make("p", { className: "bit-formula" });
  const element = make("div", { className: "bits" }, fields, formula);
  element.append(saves(element, "row of bits", page));
  /** @param {Bits} news */
  const update = (news) => {
    fields.setAttribute("aria-label", news.caption);
    fields.replaceChildren(...news.groups.map(field));
    write(formula, news.formula);
  };
  update(first);
  return { element, update };
}

/** @param {BitGroup} group */
function field(group) {
  const { caption, alternative } = captions(group);
  const cells = make("div", { role: "img", "aria-label": alternative }, ...[...group.bits].map((bit) => make("i", {}, bit)));
  return make("figure", { className: group.name }, cells, make("figcaption", { "aria-hidden": "true" }, caption));
}
