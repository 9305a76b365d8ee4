// @ts-check
/** The lines of a program as rows with buttons: what is done to them is told, and drawn once it is answered. */

import { make, makeSvg, write } from "./dom.js";

/** @typedef {import("./types.js").ProgramLine} ProgramLine */
/** @typedef {import("./types.js").ProgramLines} ProgramLines */
/** @typedef {{name: string, details: Record<string, string | number>}} Act */

/** @type {Record<string, string>} */
const ICONS = {
  up: "M3.5 9.5 8 5l4.5 4.5",
  down: "M3.5 6.5 8 11l4.5-4.5",
  double: "M6 6h7v7H6zM3 10V3h7",
  remove: "m4 4 8 8m0-8-8 8",
};

/**
 * What a button of a row does.
 * @param {string} part
 * @param {ProgramLine} line
 * @returns {Act | null}
 */
export function actOf(part, { place = -1, name = "" }) {
  switch (part) {
    case "up": return { name: "move", details: { place, by: -1 } };
    case "down": return { name: "move", details: { place, by: 1 } };
    case "double": case "remove": return { name: part, details: { place } };
    case "back": return { name: "add", details: { name } };
    default: return null;
  }
}

/**
 * Where the focus goes once an act is answered: it follows a line that is moved.
 * @param {Act} act
 * @param {string} part the button that was pressed
 * @returns {{place: number, part: string} | null}
 */
export function focusAfter({ name, details }, part) {
  const place = Number(details.place);
  switch (name) {
    case "move": return { place: place + Number(details.by), part };
    case "double": return { place: place + 1, part };
    case "remove": case "change": return { place, part };
    default: return null;
  }
}

/**
 * Where a line stands once acts are answered that are under way: what is pressed meanwhile is meant for that line.
 * @param {Act[]} acts
 * @param {number} place
 * @returns {number} -1 where it is removed
 */
export function placeAfter(acts, place) {
  return acts.reduce((at, { name, details }) => {
    const of = Number(details.place);
    if (name === "double") return at > of ? at + 1 : at;
    if (name === "remove") return at === of ? -1 : at > of ? at - 1 : at;
    if (name !== "move" || at < 0) return at;
    const to = of + Number(details.by);
    return at === of ? to : at === to ? of : at;
  }, place);
}

/** One row, which keeps its elements. */
class Row {
  constructor() {
    this.code = make("code", { className: "pl-code" });
    this.word = make("span", { className: "pl-word" });
    this.ways = make("select", {});
    this.chooser = make("span", { className: "pl-ways", title: "Write it in another way" }, this.ways, icon("M4.5 6.5 8 10l3.5-3.5"));
    this.buttons = Object.keys(ICONS).map((part) => {
      const button = make("button", { type: "button", className: "tool" }, icon(ICONS[part]));
      button.dataset.part = part;
      return button;
    });
    this.back = make("button", { type: "button", className: "pl-back" }, "Put back");
    this.back.dataset.part = "back";
    this.ways.dataset.part = "ways";
    this.tools = make("span", { className: "pl-tools" }, this.chooser, ...this.buttons, this.back);
    this.element = make("li", {}, this.code, this.word, this.tools);
    /** @type {ProgramLine} */
    this.line = { kind: "programline", code: "" };
    this.shown = "";
  }

  /** @param {ProgramLine} line */
  fill(line) {
    const now = JSON.stringify(line);
    if (now === this.shown) return;
    this.shown = now;
    this.line = line;
    const gone = line.tone === "gone";
    const free = (line.place ?? -1) >= 0 && !line.stays && !gone;
    this.element.className = `pl-line ${line.tone ?? ""}${free || gone ? "" : " fixed"}`;
    this.element.style.setProperty("--depth", String(line.depth ?? 0));
    write(this.code, line.code);
    write(this.word, line.word ?? "");
    this.word.hidden = !line.word;
    const ways = line.ways ?? [];
    this.chooser.hidden = ways.length < 2 || gone;
    this.ways.replaceChildren(...ways.map(({ name, code }) => make("option", { value: name }, code)));
    this.ways.value = line.name ?? "";
    this.ways.setAttribute("aria-label", `Ways to write ${line.code}`);
    const words = { up: "Move up", down: "Move down", double: "Double", remove: "Remove" };
    for (const button of this.buttons) {
      const part = /** @type {keyof typeof words} */ (button.dataset.part);
      button.hidden = !free;
      button.setAttribute("aria-label", `${words[part]}: ${line.code}`);
      button.title = words[part];
    }
    this.buttons[0].disabled = !line.up;
    this.buttons[1].disabled = !line.down;
    this.back.hidden = !gone;
    this.back.setAttribute("aria-label", `Put back: ${line.code}`);
  }
}

/**
 * @param {ProgramLines} first
 * @param {import("./types.js").PageContext} page
 * @returns {import("./types.js").View<ProgramLines>}
 */
export function programLinesView(first, page) {
  const title = make("h3");
  const restore = make("button", { type: "button", className: "quiet" });
  const list = make("ol", {});
  const offers = make("select", { "aria-label": "Add a line" });
  const add = make("label", { className: "pl-add" }, offers);
  const element = make("div", { className: "program-lines" }, make("div", { className: "pl-head" }, title, restore), list, add);
  /** @type {Row[]} */
  const rows = [];
  /** @type {{place: number, part: string} | null} */
  let wanted = null;
  /** @type {Act[]} */
  let underWay = [];

  /**
   * @param {Act} act
   * @param {string} part
   */
  const tell = (act, part) => {
    if ("place" in act.details) {
      const place = placeAfter(underWay, Number(act.details.place));
      const to = place + Number(act.details.by ?? 0);
      if (place < 0 || to < 0 || to > Math.max(...rows.map(({ line }) => line.place ?? -1))) return;
      act = { name: act.name, details: { ...act.details, place } };
    }
    underWay.push(act);
    wanted = focusAfter(act, part);
    page.push({ kind: "act", ...act, field: first.field });
  };
  list.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("button");
    const row = button && rows.find((each) => each.element.contains(button));
    const act = row && actOf(button.dataset.part ?? "", row.line);
    if (!act) return;
    if (event.detail > 1 && (act.name === "remove" || act.name === "add")) return;      // a double click does it once
    tell(act, button.dataset.part ?? "");
    page.announce(`${button.title || "Put back"}: ${row.line.code}`);
  });
  list.addEventListener("keydown", (event) => {      // a key that is held removes one line, not all behind it
    const button = /** @type {Element} */ (event.target).closest("button");
    if (event.repeat && button?.dataset.part === "remove") event.preventDefault();
  });
  list.addEventListener("change", (event) => {
    const row = rows.find(({ ways }) => ways === event.target);
    if (row) tell({ name: "change", details: { place: row.line.place ?? -1, name: row.ways.value } }, "ways");
  });
  offers.addEventListener("change", () => {
    if (offers.value) tell({ name: "add", details: { name: offers.value } }, "");
    offers.value = "";
  });
  restore.addEventListener("click", () => {
    list.tabIndex = -1;
    list.focus({ preventScroll: true });      // the button goes, and the focus stays near
    tell({ name: "restore", details: {} }, "");
  });

  /** @param {ProgramLines} news */
  const update = (news) => {
    write(title, news.title);
    list.setAttribute("aria-label", news.title);
    restore.hidden = !news.restores;
    write(restore, news.restores ?? "");
    while (rows.length > news.lines.length) rows.pop()?.element.remove();
    while (rows.length < news.lines.length) {
      const row = new Row();
      rows.push(row);
      list.append(row.element);
    }
    news.lines.forEach((line, at) => rows[at].fill(line));
    const offered = JSON.stringify(news.offers ?? []);
    if (offers.dataset.offered !== offered) {
      offers.dataset.offered = offered;
      offers.replaceChildren(make("option", { value: "" }, "Add a line …"),
        ...(news.offers ?? []).map(({ name, code }) => make("option", { value: name }, code)));
    }
    add.hidden = !news.offers?.length;
    if (!page.isAhead(news.field)) underWay = [];
    if (wanted && !page.isAhead(news.field)) {
      const { place, part } = wanted;
      wanted = null;
      const row = rows.find(({ line }) => line.place === place && line.tone !== "gone");
      const choices = [part, "down", "up", "remove"];
      const button = row && choices.map((name) => /** @type {HTMLButtonElement | null} */ (row.element.querySelector(`[data-part="${name}"]`)))
        .find((found) => found && !found.hidden && !found.disabled && !found.closest("[hidden]"));
      if (button && (list.contains(document.activeElement) || document.activeElement === document.body)) button.focus({ preventScroll: true });
    }
  };
  update(first);
  return { element, update };
}

/** @param {string} way */
function icon(way) {
  return makeSvg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, makeSvg("path", { d: way }));
}
