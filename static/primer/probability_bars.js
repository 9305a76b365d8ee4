// @ts-check
/** Probabilities as bars against their targets, and under each the numbers that it was computed from. */

import { make, write } from "./dom.js";
import { moved } from "./keyboard.js";
import { saves } from "./saves.js";

/** @typedef {import("./types.js").ProbabilityBars} ProbabilityBars */
/** @typedef {import("./types.js").PageContext} PageContext */
/** @typedef {[number, number, number]} Spot table, row and place in it */

/** Shorter arrows have no room for their head. */
const LEAST_ARROW = 0.004;

/**
 * @param {ProbabilityBars} first
 * @param {PageContext} page
 * @returns {import("./types.js").View<ProbabilityBars>}
 */
export function probabilityBarsView(first, page) {
  const view = new Bars(page);
  view.update(first);
  return { element: view.root, update: (news) => view.update(news) };
}

/**
 * Where a key leads in a table of which some rows have a single cell for all columns.
 * @param {string} key
 * @param {[number, number]} spot row and column
 * @param {number[]} widths cells of each row
 * @param {boolean} ctrl
 * @returns {[number, number] | null} the spot, or null if the key moves nowhere; the column is one of the widest row's
 */
export function nextSpot(key, [row, column], widths, ctrl) {
  const columns = Math.max(...widths);
  const next = moved(key, [row, column], {
    last: [widths.length - 1, columns - 1], panel: { row: widths.length, column: columns }, deep: false, ctrl,
  });
  return next && next[0] >= 0 && next[0] < widths.length && next[1] >= 0 && next[1] < columns ? next : null;
}

class Bars {
  /** @param {PageContext} page */
  constructor(page) {
    this.page = page;
    this.arrow = make("span");
    this.share = make("span");
    this.aim = make("span");
    const legend = make("p", { className: "legend" },
      make("span", {}, make("i", { className: "bar-sign" }), " ", this.share),
      make("span", {}, make("i", { className: "target-sign" }), " ", this.aim),
      make("span", {}, make("b", { className: "arrow-sign", "aria-hidden": "true" }, "↑ "), this.arrow));
    this.columns = make("div", { className: "columns-of-bars" });
    this.tables = make("div", { className: "step-tables" });
    this.spelled = make("p", { className: "spelled", "aria-hidden": "true" });
    this.root = make("div", { className: "probabilities" }, legend, this.columns, this.tables);
    this.root.append(saves(this.root, "chart", page, () => ({ at: this.spot })));
    this.layout = "";
    /** @type {HTMLElement[][][]} */
    this.tiles = [];
    /** @type {Spot} */
    this.spot = [0, 0, 0];
    /** Column that arrow keys keep while they cross a row of one cell. */
    this.column = 0;
    this.chosen = false;
    /** @type {ProbabilityBars | null} */
    this.part = null;
    this.listen();
  }

  /** @param {ProbabilityBars} part */
  update(part) {
    this.part = part;
    const layout = JSON.stringify([part.bars.length, part.tables.map(({ rows }) => rows.map(({ cells }) => cells.length))]);
    if (layout !== this.layout) this.build(part);
    this.layout = layout;
    write(this.arrow, part.arrow);
    write(this.share, part.share ?? "probability p");
    write(this.aim, part.aim ?? "one-hot target y");
    part.bars.forEach((bar, place) => fillColumn(this.columns.children[place + 1], bar));
    part.tables.forEach(({ title, rows }, t) => {
      const [heading, grid] = this.tables.querySelectorAll(".step-table")[t].children;
      write(heading, title);
      grid.setAttribute("aria-label", title);
      rows.forEach(({ name, role, cells }, r) => {
        const strip = grid.children[r];
        strip.className = `tiles role-${role ?? "plain"}`;
        write(strip.children[0], name);
        cells.forEach((cell, c) => {
          const tile = this.tiles[t][r][c];
          tile.className = `tile${cell.broken ? " broken" : ""}${cells.length === 1 ? " whole" : ""}`;
          write(tile, cell.text);
          tile.setAttribute("aria-label", `${this.address([t, r, c])}: ${cell.text}${cell.note ? `, ${cell.note}` : ""}`);
        });
      });
    });
    if (!this.chosen) this.spot = part.focus;
    this.spell(this.spot);
  }

  /** @param {ProbabilityBars} part */
  build({ bars, tables }) {
    this.root.style.setProperty("--classes", String(bars.length));
    this.columns.replaceChildren(make("span"), ...bars.map(column));
    this.chosen = false;
    this.tiles = tables.map(({ rows }) => rows.map(({ cells }, r) => cells.map((_, c) =>
      make("span", { role: "gridcell", tabIndex: r || c ? -1 : 0 }))));
    this.tables.replaceChildren(...tables.map(({ rows }, t) => make("section", { className: "step-table" }, make("h4"),
      make("div", { role: "grid" }, ...rows.map((_, r) =>
        make("div", { role: "row" }, make("span", { className: "step-name", role: "rowheader" }), ...this.tiles[t][r]))))));
    this.tables.firstElementChild?.after(this.spelled);
  }

  /** @param {Spot} spot */
  address([t, r, c]) {
    const { tables, places } = /** @type {ProbabilityBars} */ (this.part);
    const row = tables[t].rows[r];
    if (row.cells.length === 1) return row.name;
    const index = places?.[c] ?? c;
    // "z / T[0]" would be z divided by T[0].
    return /^[^(]* /.test(row.name) ? `(${row.name})[${index}]` : `${row.name}[${index}]`;
  }

  /** @param {Spot} spot */
  spell([t, r, c]) {
    const row = /** @type {ProbabilityBars} */ (this.part).tables[t].rows[r];
    const cell = row.cells[c];
    this.tiles.forEach((rows, table) => rows.forEach((tiles, at) => tiles.forEach((tile, place) => {
      const same = table === t && (place === c || tiles.length === 1 || row.cells.length === 1);
      tile.classList.toggle("lit", same);
      tile.classList.toggle("active", same && at === r && place === c);
    })));
    this.spelled.replaceChildren(make("i", { className: `role-${row.role ?? "plain"}` }, this.address([t, r, c])), ` = ${cell.formula}`,
      ...(cell.note ? [make("span", { className: "remark" }, cell.note)] : []));
  }

  listen() {
    const { tables } = this;
    /** @param {Event} event @returns {Spot | null} */
    const hit = (event) => {
      const tile = /** @type {Element} */ (event.target).closest(".tile");
      if (!tile) return null;
      for (const [t, rows] of this.tiles.entries()) {
        for (const [r, tiles] of rows.entries()) {
          const c = tiles.indexOf(/** @type {HTMLElement} */ (tile));
          if (c >= 0) return [t, r, c];
        }
      }
      return null;
    };
    /** @param {Spot | null} spot */
    const choose = (spot) => {
      if (!spot) return;
      this.spot = spot;
      this.chosen = true;
      this.spell(spot);
    };
    tables.addEventListener("pointerover", (event) => { if (event.pointerType !== "touch") choose(hit(event)); });
    tables.addEventListener("click", (event) => {
      const spot = hit(event);
      if (spot) this.tiles[spot[0]][spot[1]][spot[2]].focus({ preventScroll: true });
    });
    tables.addEventListener("focusin", (event) => {
      const spot = hit(event);
      if (!spot) return;
      for (const tile of this.tiles[spot[0]].flat()) tile.tabIndex = -1;
      this.tiles[spot[0]][spot[1]][spot[2]].tabIndex = 0;
      if (this.tiles[spot[0]][spot[1]].length > 1) this.column = spot[2];
      choose(spot);
      this.page.announce(this.spelled.textContent ?? "");
    });
    tables.addEventListener("keydown", (event) => {
      const spot = hit(event);
      if (!spot || event.altKey || event.metaKey) return;
      const [t, r, c] = spot;
      const rows = this.tiles[t];
      const next = nextSpot(event.key, [r, rows[r].length > 1 ? c : this.column], rows.map(({ length }) => length), event.ctrlKey);
      if (!next) return;
      event.preventDefault();
      this.column = next[1];
      rows[next[0]][Math.min(next[1], rows[next[0]].length - 1)].focus();
    });
  }
}

function column() {
  const field = make("div", { className: "field" }, make("div", { className: "target-line" }), make("div", { className: "bar" }), make("div", { className: "arrow" }));
  return make("div", { className: "bar-column", role: "img" },
    make("span", { className: "gradient" }), field, make("b", { className: "percent" }), make("span", { className: "bar-name" }), make("span", { className: "bar-tags" }));
}

/**
 * @param {Element} element
 * @param {import("./types.js").ProbabilityBar} bar
 */
function fillColumn(element, { name, p, target, percent, gradient, tags = [] }) {
  const [above, field, share, title, words] = element.children;
  const [line, fill, arrow] = /** @type {HTMLElement[]} */ ([...field.children]);
  element.setAttribute("aria-label", [`${name}: probability ${percent}`, `gradient ${gradient}`, ...tags].join(", "));
  write(above, gradient);
  write(share, percent);
  write(title, name);
  write(words, tags.join(" · "));
  const aim = target ?? p;
  line.hidden = !target;
  line.style.bottom = `${(target ?? 0) * 100}%`;
  fill.style.height = `${p * 100}%`;
  const gap = aim - p;
  arrow.style.bottom = `${Math.min(p, aim) * 100}%`;
  arrow.style.height = `${Math.abs(gap) * 100}%`;
  arrow.className = `arrow ${gap > 0 ? "up" : "down"}`;
  arrow.hidden = Math.abs(gap) < LEAST_ARROW;
}
