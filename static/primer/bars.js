// @ts-check
/** Values as horizontal bars, one below the other. */

import { make, write, writeText } from "./dom.js";
import { saves } from "./saves.js";

/** @typedef {import("./types.js").Bars} Bars */
/** @typedef {import("./types.js").Bar} Bar */

/**
 * The lengths of bars.
 * @param {Bars} bars
 * @returns {number[]} a percentage of the width for each, from 0 to 100
 */
export function lengths({ bars, whole }) {
  const full = whole || Math.max(...bars.map(({ value }) => value), 0);
  return bars.map(({ value }) => (full > 0 ? Math.min(100, (100 * value) / full) : 0));
}

/**
 * @param {Bars} first
 * @param {import("./types.js").PageContext} page
 * @returns {import("./types.js").View<Bars>}
 */
export function barsView(first, page) {
  const caption = make("caption", { className: "unseen" });
  const head = make("thead");
  const body = make("tbody");
  const table = make("div", { className: "bars" }, make("table", {}, caption, head, body));
  const element = make("div", {}, table);
  let shown = first;
  // Bars are measured, on this page alone: they are sent along to be drawn.
  element.append(saves(element, "chart", page, () => (element.closest(".measure") ? { bars: shown } : {})));

  /** @param {Bars} news */
  const update = (news) => {
    shown = news;
    const { group = "", name = "", label = "", note = "" } = news.titles ?? {};
    const titled = group || name || label || note;
    write(caption, news.caption);
    table.classList.toggle("grouped", news.bars.some((bar) => bar.group));
    table.classList.toggle("noted", news.bars.some((bar) => bar.note));
    head.replaceChildren(...(titled ? [make("tr", {}, ...[group, name, "", label, note].map((title) => make("th", { scope: "col" }, title)))] : []));
    while (body.children.length > news.bars.length) body.lastElementChild?.remove();
    while (body.children.length < news.bars.length) body.append(barRow());
    const shares = lengths(news);
    news.bars.forEach((bar, place) => fill(body.children[place], bar, shares[place], news.bars[place - 1]?.group));
  };
  update(first);
  return { element, update };
}

function barRow() {
  return make("tr", {}, make("td"), make("th", { scope: "row" }),
    make("td", { className: "track", "aria-hidden": "true" }, make("div")), make("td"), make("td"));
}

/**
 * @param {Element} row
 * @param {Bar} bar
 * @param {number} share percentage of the width
 * @param {string | undefined} before group of the bar above
 */
function fill(row, { name, label, tone, group, note }, share, before) {
  const [groupCell, nameCell, track, labelCell, noteCell] = row.children;
  row.className = `role-${tone ?? "plain"}`;
  row.classList.toggle("begins", !!group && group !== before);
  write(groupCell, group && group !== before ? group : "");
  writeText(nameCell, name);
  /** @type {HTMLElement} */ (track.firstElementChild).style.width = `${share}%`;
  write(labelCell, label);
  write(noteCell, note ?? "");
}
