// @ts-check
/**
 * The lines of a program as rows, dragged by a grip, or by any part of them with a mouse, and with buttons: what is done
 * to them is told, and drawn once it is answered. A line that was dragged stands at once where it was let go.
 */

import { make, makeSvg, write } from "./dom.js";
import { follow, roomAt } from "./dragging.js";

/** @typedef {import("./types.js").ProgramLine} ProgramLine */
/** @typedef {import("./types.js").ProgramLines} ProgramLines */
/** @typedef {{name: string, details: Record<string, string | number>}} Act */

/** @type {Record<string, string>} */
const ICONS = {
  handle: "M5.5 3.5h0M10.5 3.5h0M5.5 8h0M10.5 8h0M5.5 12.5h0M10.5 12.5h0",
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
    if (at < 0) return at;
    if (name === "double") return at > of ? at + 1 : at;
    if (name === "remove") return at === of ? -1 : at > of ? at - 1 : at;
    if (name !== "move") return at;
    const to = of + Number(details.by);
    return at === of ? to : at - Number(at > of) + Number(at - Number(at > of) >= to);
  }, place);
}

/**
 * Which row is meant by a height over all of them, and which side of it: a line lands in the block of that row.
 * @param {{top: number, bottom: number}[]} boxes of the rows
 * @param {number} y
 * @returns {{row: number, below: boolean}}
 */
export function sideAt(boxes, y) {
  const row = boxes.findIndex(({ bottom }) => y < bottom);
  if (row < 0) return { row: boxes.length - 1, below: true };
  return { row, below: y >= (boxes[row].top + boxes[row].bottom) / 2 };
}

/**
 * Where a line lands that is let go on a side of a row.
 * @param {ProgramLine} line of the row
 * @param {boolean} below
 * @param {Act[]} underWay acts that are not answered yet
 * @returns {{gap: number, depth: number} | null} the place before which it lands; null where the row is being removed
 */
export function landing({ place = -1, gap = -1, depth = 0, stays = false }, below, underWay) {
  const own = place < 0;      // a line that is not there has a gap and no place
  const before = own ? gap : placeAfter(underWay, place);
  if (before < 0) return null;
  return { gap: below && !own ? before + 1 : before, depth: stays && below ? depth + 1 : depth };
}

/** One row, which keeps its elements. */
class Row {
  constructor() {
    this.code = make("code", { className: "pl-code" });
    this.word = make("span", { className: "pl-word" });
    this.ways = make("select", {});
    this.chooser = make("span", { className: "pl-ways", title: "Write it in another way" }, this.ways, icon("M4.5 6.5 8 10l3.5-3.5"));
    const [handle, ...buttons] = Object.keys(ICONS).map((part) => {
      const button = make("button", { type: "button", className: `tool ${part}` }, icon(ICONS[part]));
      button.dataset.part = part;
      return button;
    });
    this.handle = handle;
    this.buttons = buttons;
    this.back = make("button", { type: "button", className: "pl-back" }, "Put back");
    this.back.dataset.part = "back";
    this.ways.dataset.part = "ways";
    this.tools = make("span", { className: "pl-tools" }, this.chooser, ...this.buttons, this.back);
    this.element = make("li", {}, this.handle, this.code, this.word, this.tools);
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
    const free = this.isFree();
    this.element.className = `pl-line ${line.tone ?? ""}${free || gone ? "" : " fixed"}${free ? " free" : ""}`;
    this.element.style.setProperty("--depth", String(line.depth ?? 0));
    write(this.code, line.code);
    write(this.word, line.word ?? "");
    this.word.hidden = !line.word;
    const ways = line.ways ?? [];
    this.chooser.hidden = ways.length < 2 || gone;
    this.ways.replaceChildren(...ways.map(({ name, code }) => make("option", { value: name }, code)));
    this.ways.value = line.name ?? "";
    this.ways.setAttribute("aria-label", `Ways to write ${line.code}`);
    this.handle.hidden = !free;
    this.handle.setAttribute("aria-label", `Drag: ${line.code}; or the arrow keys`);
    this.handle.title = "Drag, or press the arrow keys";
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

  /** @returns {boolean} whether it can be moved, doubled and removed */
  isFree() {
    return (this.line.place ?? -1) >= 0 && !this.line.stays && this.line.tone !== "gone";
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
  const mark = make("div", { className: "pl-mark", hidden: true, "aria-hidden": "true" });
  const element = make("div", { className: "program-lines" }, make("div", { className: "pl-head" }, title, restore),
    make("div", { className: "pl-list" }, list, mark), add);
  /** @type {Row[]} */
  const rows = [];
  /** @type {{place: number, part: string} | null} */
  let wanted = null;
  /** @type {Act[]} */
  let underWay = [];
  let count = 0;          // places of the lines that were answered
  let drags = false;
  /** @type {ProgramLines | null} an answer that came while a line was dragged */
  let held = null;

  /**
   * @param {Act} act
   * @param {string} part
   */
  const tell = (act, part) => {
    if ("place" in act.details) {
      const place = placeAfter(underWay, Number(act.details.place));
      const to = place + Number(act.details.by ?? 0);
      if (place < 0 || to < 0 || to >= count) return;
      act = { name: act.name, details: { ...act.details, place } };
    }
    send(act, part);
  };
  /**
   * @param {Act} act with its place once those are answered that are under way
   * @param {string} part
   */
  const send = (act, part) => {
    underWay.push(act);
    wanted = focusAfter(act, part);
    page.push({ kind: "act", ...act, field: first.field });
  };
  /**
   * Follow a pointer with a row, while the others make room and the mark shows where it would land.
   * @param {PointerEvent} event
   * @param {HTMLElement} grip
   * @param {Row} row
   */
  const lift = (event, grip, row) => {
    const from = rows.indexOf(row);
    const { top } = list.getBoundingClientRect();
    const boxes = rows.map((each) => each.element.getBoundingClientRect())
      .map((box) => ({ top: box.top - top, bottom: box.bottom - top }));
    const height = boxes[from].bottom - boxes[from].top;
    const place = placeAfter(underWay, row.line.place ?? -1);
    let by = 0;
    let to = from;
    let depth = row.line.depth ?? 0;
    drags = true;
    follow(event, grip, list, {
      move: (shift, at) => {
        const side = sideAt(boxes, at);
        const landed = landing(rows[side.row].line, side.below, underWay);
        if (landed) {
          by = landed.gap - place - Number(landed.gap > place);
          to = by ? side.row + Number(side.below) : from;
          depth = by ? landed.depth : row.line.depth ?? 0;
        }
        const room = roomAt(boxes, from, to, height);
        rows.forEach((each, place) => {
          each.element.style.transform = room.shifts[place] ? `translateY(${room.shifts[place]}px)` : "";
        });
        row.element.style.transform = `translateY(${shift}px)`;
        row.element.classList.add("lifted");
        list.classList.add("dragging");
        row.element.style.setProperty("--lands", String(depth - (row.line.depth ?? 0)));
        mark.style.cssText = `--depth: ${depth}; top: ${room.top}px; height: ${height}px`;
        mark.hidden = false;
      },
      end: (keeps) => {
        for (const each of rows) each.element.style.transform = "";
        row.element.classList.remove("lifted");
        list.classList.remove("dragging");
        mark.hidden = true;
        drags = false;
        const news = held;
        held = null;
        if (keeps && by) drop(row, from, to, depth, { name: "move", details: { place, by } });
        else if (news) update(news);
      },
    });
  };
  /**
   * Have a row stand where it was let go, and tell of it.
   * @param {Row} row
   * @param {number} from
   * @param {number} to the row before which it stands
   * @param {number} depth
   * @param {Act} act
   */
  const drop = (row, from, to, depth, act) => {
    list.insertBefore(row.element, rows[to]?.element ?? null);
    rows.splice(from, 1);
    rows.splice(to > from ? to - 1 : to, 0, row);
    row.element.style.setProperty("--depth", String(depth));
    row.shown = "";      // whatever is answered is drawn
    list.classList.add("pending");
    row.handle.focus({ preventScroll: true });
    const above = rows[rows.indexOf(row) - 1];
    page.announce(above ? `${row.line.code} stands below ${above.line.code}` : `${row.line.code} stands first`);
    send(act, "handle");
  };
  list.addEventListener("pointerdown", (event) => {
    const pressed = /** @type {Element} */ (event.target);
    const row = rows.find((each) => each.element.contains(pressed));
    const byGrip = row?.handle.contains(pressed);
    if (!row?.isFree() || drags || event.button !== 0 || !event.isPrimary) return;
    if (!byGrip && (event.pointerType !== "mouse" || row.tools.contains(pressed))) return;
    if (underWay.some(({ name }) => name === "add" || name === "restore")) return;      // who knows where lines stand then
    lift(event, byGrip ? row.handle : row.element, row);
  });
  list.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("button");
    const row = button && rows.find((each) => each.element.contains(button));
    const act = row && actOf(button.dataset.part ?? "", row.line);
    if (!act) return;
    if (event.detail > 1 && (act.name === "remove" || act.name === "add")) return;      // a double click does it once
    tell(act, button.dataset.part ?? "");
    page.announce(`${button.title || "Put back"}: ${row.line.code}`);
  });
  list.addEventListener("keydown", (event) => {
    const button = /** @type {Element} */ (event.target).closest("button");
    const by = event.key === "ArrowUp" ? "up" : event.key === "ArrowDown" ? "down" : "";
    if (by && button?.dataset.part === "handle") {
      event.preventDefault();
      const row = rows.find((each) => each.element.contains(button));
      const act = row && actOf(by, row.line);
      if (act) tell(act, "handle");
    }
    // a key that is held removes one line, not all behind it
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
    if (drags) { held = news; return; }
    if (rows.length && page.isAhead(news.field)) return;      // an answer to what was done last is on its way
    underWay = [];
    list.classList.remove("pending");
    count = news.count;
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
    if (wanted) {
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
