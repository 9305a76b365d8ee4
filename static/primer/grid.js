// @ts-check
/** One array: its cells in the page, and where each of them lies in the array. It knows cells, not NumPy. */

import { freshId, make, write } from "./dom.js";

/** @typedef {import("./types.js").Grid} Grid */

/**
 * @param {number[]} shape
 * @returns {string} as Python writes it
 */
const tuple = (shape) => (shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`);

export class GridView {
  /**
   * @param {Grid} grid
   * @param {(start: number[] | null) => void} open opens a part of it, where it is elided
   */
  constructor(grid, open) {
    this.open = open;
    this.figure = make("figure", { className: "array" });
    this.tags = this.figure.appendChild(make("div", { className: "tags" }));
    this.scroll = this.figure.appendChild(make("div", { className: "scroll" }));
    this.caption = this.figure.appendChild(make("figcaption"));
    this.alternative = this.figure.appendChild(make("p", { className: "unseen", id: freshId() }));
    this.opener = this.figure.appendChild(make("div", { className: "opener", hidden: true }));
    this.grid = grid;
    this.built = "";
    /** @type {number[]} flat index of each drawn cell */
    this.flat = [];
    /** @type {HTMLElement[]} */
    this.cells = [];
    /** @type {Map<number, number>} place of a flat index among the drawn cells */
    this.place = new Map();
    /** @type {[number, number][]} row and column of each cell as they lie on the page, panels side by side */
    this.spot = [];
    /** @type {Map<string, number>} */
    this.at = new Map();
    /** @type {number[]} */
    this.strides = [];
    this.step = { row: 1, column: 1 };
    this.table = make("div");
    this.update(grid);
  }

  /** @param {Grid} grid */
  update(grid) {
    const { shape, shown, axes, role, editable, selectable, labels } = grid;
    const plan = JSON.stringify([shape, shown, axes, role, editable, selectable, !!labels]);
    this.grid = grid;
    if (plan !== this.built) this.build();
    this.built = plan;
    this.fill();
  }

  /** Lay out rows, panels and rows of panels; only done when the shape changes. */
  build() {
    const { shape, shown, axes, role } = this.grid;
    const rank = shape.length;
    this.flat = [];
    this.cells = [];
    this.place = new Map();
    this.spot = [];
    this.at = new Map();
    this.strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
    const [columns, rows, panels, bands] = [1, 2, 3, 4].map((back) => (rank >= back ? shown[rank - back] : [0]));
    const nothing = shape.includes(0);
    const table = make("div", { className: `table rank-${rank} role-${role}`, role: "grid", "aria-describedby": this.alternative.id });
    table.classList.toggle("labelled", !!this.grid.labels);
    table.classList.toggle("touchable", this.grid.selectable || this.grid.editable);
    table.setAttribute("aria-readonly", String(!this.grid.editable));
    if (this.grid.selectable) table.setAttribute("aria-multiselectable", "true");
    if (nothing) table.append(make("div", { className: "empty" }, "no cells"));
    /** @param {number} back */
    const label = (back) => (rank >= back && axes[rank - back].name ? axes[rank - back] : null);

    bands.forEach((band, bandPlace) => {
      if (nothing) return;
      if (bandPlace && bands[bandPlace - 1] !== band - 1) table.append(make("div", { className: "gap across" }, "⋮"));
      const line = make("div", { className: "band" });
      panels.forEach((panel, panelPlace) => {
        if (panelPlace && panels[panelPlace - 1] !== panel - 1) line.append(make("div", { className: "gap" }, "⋯"));
        const sheet = make("div", { className: "sheet" });
        if (rank > 2) sheet.append(make("div", { className: "which" }, rank === 3 ? `[${panel}]` : `[${band}, ${panel}]`));
        const [across, down] = [label(1), label(2)];
        if (across) sheet.append(axisLabel("top", across));
        if (down) sheet.append(axisLabel("side", down));
        const matrix = sheet.appendChild(make("div", { className: "matrix", role: "rowgroup" }));
        rows.forEach((row, rowPlace) => {
          if (rowPlace && rows[rowPlace - 1] !== row - 1) matrix.append(make("div", { className: "gap across" }, "⋮"));
          const strip = matrix.appendChild(make("div", { className: "row", role: "row" }));
          columns.forEach((column, columnPlace) => {
            if (columnPlace && columns[columnPlace - 1] !== column - 1) strip.append(make("div", { className: "gap" }, "⋯"));
            const index = [band, panel, row, column].slice(4 - rank);
            const flat = index.reduce((sum, i, axis) => sum + i * this.strides[axis], 0);
            const cell = strip.appendChild(make("div", { className: "cell", role: "gridcell", tabIndex: this.cells.length ? -1 : 0 }));
            this.place.set(flat, this.cells.length);
            this.flat.push(flat);
            /** @type {[number, number]} */
            const spot = [bandPlace * rows.length + rowPlace, panelPlace * columns.length + columnPlace];
            this.spot.push(spot);
            this.at.set(spot.join(), this.cells.length);
            this.cells.push(cell);
          });
        });
        line.append(sheet);
      });
      table.append(line);
    });
    this.step = { row: rows.length, column: columns.length };
    this.table = table;
    const frame = make("div", { className: "frame" });
    const [panelAxis, bandAxis] = [label(3), label(4)];
    if (bandAxis) frame.append(axisLabel("outer", bandAxis, " · down"));
    if (panelAxis) frame.append(axisLabel("outer", panelAxis, " · panels"));
    frame.append(table);
    this.scroll.replaceChildren(frame);
  }

  /** Bring texts and marks up to date in the cells that stand. */
  fill() {
    const { grid } = this;
    const [ghost, marked, faded] = [new Set(grid.ghost), new Set(grid.marked), new Set(grid.faded)];
    let longest = 1;
    this.cells.forEach((cell, place) => {
      const text = grid.cells[place];
      longest = Math.max(longest, text.length);
      if (!cell.querySelector("input")) write(cell, text);
      cell.classList.toggle("ghost", ghost.has(place));
      cell.classList.toggle("marked", marked.has(place));
      cell.classList.toggle("faded", faded.has(place));
      cell.classList.toggle("long", text.length > 6);
      if (grid.selectable) cell.setAttribute("aria-selected", String(marked.has(place)));
      cell.setAttribute("aria-label", `${this.address(this.flat[place])}: ${text}${ghost.has(place) ? ", not allocated" : ""}`);
      if (grid.labels) cell.dataset.label = grid.labels[place];
    });
    // The widest number widens all cells of its array alike.
    this.table.style.setProperty("--letters", String(Math.min(longest, 12)));
    this.caption.replaceChildren(
      make("code", {}, grid.name), ` ${grid.caption} `, make("span", { className: "badge" }, `${grid.ndim}-D`),
      ...grid.badges.flatMap(({ text, tone }) => [" ", make("span", { className: `badge ${tone}` }, text)]),
    );
    this.tags.replaceChildren(...grid.tags.map((tag) => make("span", { className: "tag" }, tag)));
    this.table.setAttribute("aria-label", `${grid.name} ${grid.caption}, ${grid.ndim} dimensions`);
    write(this.alternative, this.describe());
    this.offerWindow();
  }

  /** Offer to open what is elided, a part at a time, and to go on from there. */
  offerWindow() {
    const { elided, window, shape, shown, name } = this.grid;
    this.opener.hidden = !elided;
    const plan = JSON.stringify([name, window, shape, shown.map((indices) => indices.length)]);
    if (!elided || plan === this.opener.dataset.plan) return;
    this.opener.dataset.plan = plan;
    const had = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.does;
    const inside = this.opener.contains(document.activeElement);
    /** @param {string} text @param {string} more what it says besides to a screen reader @param {number[] | null} start */
    const button = (text, more, start) => {
      const made = make("button", { type: "button", "aria-label": `${text}: ${more}` }, text);
      made.dataset.does = text;
      made.addEventListener("click", () => this.open(start));
      return made;
    };
    if (!window) {
      this.opener.replaceChildren(button("show all, part by part", `the cells of ${name} that are left out`, shape.map(() => 0)));
    } else {
      const buttons = [button("ends only", `the ends of each axis of ${name}`, null)];
      shape.forEach((size, axis) => {
        const many = shown[axis].length;
        if (many >= size) return;
        /** @param {number} by */
        const moved = (by) => window.map((start, at) => (at === axis ? Math.max(0, Math.min(size - many, start + by)) : start));
        const words = `axis ${axis}`;
        if (window[axis] > 0) buttons.push(button(`← ${words}`, `back along axis ${axis} of ${name}`, moved(-many)));
        if (window[axis] + many < size) buttons.push(button(`${words} →`, `on along axis ${axis} of ${name}`, moved(many)));
      });
      const ranges = shown.map((indices) => (indices.length === 1 ? indices[0] : `${indices[0]}–${indices[indices.length - 1]}`));
      this.opener.replaceChildren(make("code", {}, `${name}[${ranges.join(", ")}]`), ...buttons);
    }
    if (inside) {
      const again = [...this.opener.querySelectorAll("button")].find((found) => found.dataset.does === had);
      (again ?? this.opener.querySelector("button"))?.focus({ preventScroll: true });
    }
  }

  /** @returns {string} the array in words */
  describe() {
    const { name, shape, cells, shown, ghost, editable, selectable } = this.grid;
    const width = shape.length ? shown[shape.length - 1].length : 1;
    const lines = [];
    for (let start = 0; start < cells.length && start < 200; start += Math.max(width, 1)) {
      lines.push(cells.slice(start, start + width).join(", "));
    }
    const whole = cells.length === shape.reduce((a, b) => a * b, 1) && cells.length <= 200;
    const dashed = ghost.length ? ` ${ghost.length} of its cells are not allocated.` : "";
    const keys = selectable ? " Enter selects a cell." : editable ? " Enter changes a cell's number." : "";
    return `${name} has shape ${tuple(shape)}.${dashed} ${whole ? "Its rows" : "Some of its rows"}: ${lines.join("; ")}.${keys}`;
  }

  /** @param {number} flat */
  index(flat) {
    return this.strides.map((stride, axis) => Math.floor(flat / stride) % this.grid.shape[axis]);
  }

  /** @param {number} flat */
  address(flat) {
    return this.grid.shape.length ? `${this.grid.name}[${this.index(flat).join(", ")}]` : this.grid.name;
  }

  /** @param {number} flat */
  value(flat) {
    return this.grid.full[flat] ?? this.grid.cells[this.place.get(flat) ?? -1] ?? "…";
  }
}

/**
 * @param {string} where
 * @param {Grid["axes"][number]} axis
 * @param {string} [more]
 */
function axisLabel(where, axis, more = "") {
  const look = `${axis.marked ? " marked" : ""}${axis.hue === undefined ? "" : ` lettered role-hue-${axis.hue}`}`;
  return make("span", { className: `axis ${where}${look}` }, `${axis.name} · ${axis.size}${more}`);
}
