// @ts-check
/**
 * Arrays as cells that light up together, and the formula under them.
 *
 * A cell is one number here: its grid's first number plus the cell's place among the drawn ones. All that a highlight
 * needs is precomputed on that number, so pointing at a cell costs one walk along its links and a few class changes.
 */

import { make } from "./dom.js";
import { editCell } from "./editing.js";
import { fillFormula } from "./formula.js";
import { GridView } from "./grid.js";
import { moved } from "./keyboard.js";
import { CellLinks } from "./links.js";
import { saves } from "./saves.js";

/** @typedef {import("./types.js").Picture} Picture */
/** @typedef {import("./types.js").PageContext} PageContext */

/**
 * @param {Picture} first
 * @param {PageContext} page
 * @returns {import("./types.js").View<Picture>}
 */
export function pictureView(first, page) {
  const board = new Board(page);
  board.update(first);
  return { element: board.root, update: (picture) => board.update(picture) };
}

class Board {
  /** @param {PageContext} page */
  constructor(page) {
    this.page = page;
    this.stage = make("div", { className: "stage" });
    this.formula = make("p", { className: "formula", "aria-hidden": "true" });
    this.root = make("div", { className: "board" }, this.stage, this.formula);
    this.saves = saves(this.root, "picture", page);
    this.root.append(this.saves);
    /** @type {Map<string, GridView>} */
    this.views = new Map();
    /** @type {HTMLElement[]} */
    this.elements = [];
    /** @type {GridView[]} */
    this.owners = [];
    /** @type {WeakMap<Element, number>} */
    this.numbers = new WeakMap();
    /** @type {Map<string, number>} */
    this.first = new Map();
    /** @type {Map<string, import("./types.js").Link["cells"]>} */
    this.linked = new Map();
    /** @type {Map<string, import("./types.js").Formula>} */
    this.formulas = new Map();
    this.links = new CellLinks(0, []);
    /** @type {number[]} */
    this.lit = [];
    this.active = -1;
    this.rest = -1;
    this.layout = "";
    this.hovering = false;
    this.exchanging = false;
    this.heldBefore = false;
    /** @type {Picture | null} */
    this.picture = null;
    this.listen();
  }

  /** @param {Picture} picture */
  update(picture) {
    this.picture = picture;
    const held = this.focused();
    const pointed = this.active >= 0 ? this.locate(this.active) : null;
    this.quench();
    this.formula.replaceChildren();
    this.exchanging = true;      // a focused cell that goes reports so at once, while cells have no numbers yet
    const views = new Map();
    for (const grid of picture.grids) {
      const view = this.views.get(grid.id);
      if (view) view.update(grid);
      views.set(grid.id, view ?? new GridView(grid, (start) => this.page.open(grid.id, start)));
    }
    this.views = views;
    const layout = JSON.stringify([picture.rows, picture.grids.map((grid) => grid.id)]);
    if (layout !== this.layout) this.arrange(picture);
    this.layout = layout;
    this.connect(picture);
    this.exchanging = false;
    this.saves.hidden = !picture.rows.length;
    this.rest = picture.focus ? this.cell(...picture.focus) : -1;
    /** @param {ReturnType<Board["locate"]> | null} spot */
    const back = (spot) => (spot ? this.cell(spot.view.grid.id, spot.view.flat[spot.place]) : -1);
    if (held && !this.root.contains(document.activeElement)) {
      const again = back(held);
      if (again >= 0) this.elements[again].focus({ preventScroll: true });
    }
    const current = this.numberOf(document.activeElement);
    const under = this.hovering ? back(pointed) : -1;      // gone if the arrays under a resting pointer were exchanged
    this.light(current ?? (under >= 0 ? under : this.rest));
  }

  /** @param {Picture} picture */
  arrange(picture) {
    this.stage.replaceChildren(...picture.rows.map(({ items, label, compact }) => {
      const section = make("section", { className: compact ? "line compact" : "line" });
      if (label) section.append(make("h4", {}, label));
      const flow = section.appendChild(make("div", { className: "flow" }));
      /** @type {HTMLElement | null} */
      let pair = null;
      for (const item of items) {
        // A sign stays with the array after it when the line breaks.
        if (typeof item !== "string" || !pair) pair = flow.appendChild(make("div", { className: "pair" }));
        if (typeof item !== "string") {
          pair.append(make("span", { className: "op" }, item.op));
          continue;
        }
        const view = this.views.get(item);
        if (view) pair.append(view.figure);
        pair = null;
      }
      return section;
    }));
  }

  /**
   * Number the cells, and turn links into lists of neighbours.
   * @param {Picture} picture
   */
  connect(picture) {
    this.elements = [];
    this.owners = [];
    this.numbers = new WeakMap();
    this.first = new Map();
    this.views.forEach((view, id) => {
      this.first.set(id, this.elements.length);
      for (const element of view.cells) {
        this.numbers.set(element, this.elements.length);
        this.owners.push(view);
        this.elements.push(element);
      }
    });
    this.linked = new Map();
    /** @type {import("./links.js").Edge[]} */
    const edges = [];
    for (const { from, to, cells, same } of picture.links) {
      const source = this.views.get(from);
      const [before, start] = [this.first.get(from), this.first.get(to)];
      this.linked.set(`${from}>${to}`, cells);
      if (!source || before === undefined || start === undefined) continue;
      cells.forEach((entry, place) => {
        for (const flat of Array.isArray(entry) ? entry : [entry]) {
          const found = source.place.get(flat);
          if (found !== undefined) edges.push({ from: before + found, to: start + place, same });
        }
      });
    }
    this.links = new CellLinks(this.elements.length, edges);
    this.formulas = new Map(picture.formulas.map((formula) => [formula.to, formula]));
  }

  /**
   * @param {string} id
   * @param {number} flat
   * @returns {number} the number of a cell, or -1 if it is not drawn
   */
  cell(id, flat) {
    const place = this.views.get(id)?.place.get(flat);
    return place === undefined ? -1 : (this.first.get(id) ?? 0) + place;
  }

  /** @param {Element | null} element */
  numberOf(element) {
    return element ? this.numbers.get(element) : undefined;
  }

  /** @param {number} number */
  locate(number) {
    const view = this.owners[number];
    return { view, place: number - (this.first.get(view.grid.id) ?? 0) };
  }

  quench() {
    for (const number of this.lit) this.elements[number].classList.remove("lit", "active");
    this.lit = [];
    this.active = -1;
  }

  /** @param {number} number */
  light(number) {
    if (number === this.active) return;
    this.quench();
    this.active = number;
    if (number < 0) {
      this.formula.replaceChildren();
      return;
    }
    const below = this.links.below(number);
    this.lit = [number, ...this.links.above(number), ...below];
    for (const lit of this.lit) this.elements[lit].classList.add("lit");
    this.elements[number].classList.add("active");
    this.formula.replaceChildren(...this.spell(number, below));
  }

  /**
   * The formula of the cell; of the one cell that it feeds; or what it feeds.
   * @param {number} number
   * @param {number[]} below
   * @returns {(Node | string)[]}
   */
  spell(number, below) {
    /** @param {number} cell */
    const hasFormula = (cell) => this.formulas.has(this.owners[cell].grid.id);
    if (hasFormula(number)) return this.fillIn(number);
    const near = [...new Set(this.links.targets[number])].filter(hasFormula);
    const fed = near.length ? near : below.filter(hasFormula);
    if (fed.length === 1) return this.fillIn(fed[0]);
    const { view, place } = this.locate(number);
    const flat = view.flat[place];
    const itself = [this.chip(view, flat), " = ", make("b", {}, view.value(flat))];
    if (!fed.length) return itself;
    const named = fed.slice(0, 4).flatMap((cell, i) => {
      const target = this.locate(cell);
      return [i ? ", " : "", this.chip(target.view, target.view.flat[target.place])];
    });
    return [...itself, " feeds ", ...named, fed.length > 4 ? ` and ${fed.length - 4} more` : ""];
  }

  /**
   * @param {number} number
   * @returns {(Node | string)[]}
   */
  fillIn(number) {
    const { view, place } = this.locate(number);
    const formula = this.formulas.get(view.grid.id);
    if (!formula) return [];
    /** @param {string} id */
    const named = (id) => /** @type {GridView} */ (this.views.get(id));
    const filled = fillFormula(formula, {
      place,
      flat: view.flat[place],
      sources: (id) => {
        const entry = this.linked.get(`${id}>${view.grid.id}`)?.[place];
        return entry === undefined ? [] : Array.isArray(entry) ? entry : [entry];
      },
      address: (id, flat) => named(id).address(flat),
      value: (id, flat) => named(id).value(flat),
      role: (id) => named(id).grid.role,
    });
    /** @param {import("./formula.js").Filled} piece @returns {Node | string} */
    const node = (piece) => {
      if (typeof piece === "string") return piece;
      if ("strong" in piece) return make("b", {}, ...piece.strong.map(node));
      return make("i", { className: `role-${piece.role}` }, piece.chip);
    };
    return filled.map(node);
  }

  /**
   * @param {GridView} view
   * @param {number} flat
   */
  chip(view, flat) {
    return make("i", { className: `role-${view.grid.role}` }, view.address(flat));
  }

  focused() {
    const number = this.numberOf(document.activeElement);
    return number === undefined ? null : this.locate(number);
  }

  listen() {
    const { stage } = this;
    /** @param {Event} event */
    const hit = (event) => this.numberOf(/** @type {Element} */ (event.target).closest(".cell"));
    stage.addEventListener("pointerover", (event) => {
      const number = hit(event);
      if (event.pointerType === "touch" || number === undefined) return;
      this.hovering = true;
      this.light(number);
    });
    stage.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "touch") return;
      this.hovering = false;
      this.light(this.numberOf(document.activeElement) ?? this.rest);
    });
    stage.addEventListener("focusin", (event) => {
      const number = hit(event);
      if (number === undefined) return;
      for (const cell of this.locate(number).view.cells) if (cell.tabIndex === 0) cell.tabIndex = -1;
      this.elements[number].tabIndex = 0;
      this.light(number);
      this.page.announce(this.formula.textContent ?? "");
    });
    stage.addEventListener("focusout", (event) => {
      const next = /** @type {Node | null} */ (event.relatedTarget);
      if (!stage.contains(next) && !this.hovering && !this.exchanging) this.light(this.rest);
    });
    stage.addEventListener("pointerdown", (event) => {
      const number = hit(event);
      this.heldBefore = number !== undefined && number === this.numberOf(document.activeElement);
    });
    stage.addEventListener("click", (event) => {
      const number = hit(event);
      if (number === undefined || event.target instanceof HTMLInputElement) return;
      const { grid } = this.locate(number).view;
      this.elements[number].focus({ preventScroll: true });
      if (grid.selectable) this.select(number);
      else if (grid.editable && this.heldBefore) this.edit(number);
      else if (this.heldBefore && /** @type {PointerEvent} */ (event).pointerType === "touch") this.elements[number].blur();
    });
    stage.addEventListener("keydown", (event) => {
      const number = hit(event);
      if (number !== undefined && !(event.target instanceof HTMLInputElement)) this.key(event, number);
    });
  }

  /**
   * @param {KeyboardEvent} event
   * @param {number} number
   */
  key(event, number) {
    if (event.altKey || event.metaKey) return;
    const { view, place } = this.locate(number);
    const { editable, selectable, shape } = view.grid;
    const spot = moved(event.key, view.spot[place], {
      last: view.spot[view.spot.length - 1], panel: view.step, deep: shape.length > 2, ctrl: event.ctrlKey,
    });
    if (spot) {
      const next = view.at.get(spot.join());
      if (next !== undefined) view.cells[next].focus();
    } else if (event.key === "Escape") this.elements[number].blur();
    else if (selectable && (event.key === " " || event.key === "Enter")) this.select(number);
    else if (editable && (event.key === "Enter" || event.key === "F2")) this.edit(number);
    else if (editable && /^[-\d.]$/.test(event.key) && !event.ctrlKey) this.edit(number, event.key);
    else return;
    event.preventDefault();
  }

  /** @param {number} number */
  select(number) {
    const { view, place } = this.locate(number);
    this.page.push({ kind: "click", grid: view.grid.id, index: view.index(view.flat[place]) });
  }

  /**
   * @param {number} number
   * @param {string} [typed] the key that began it
   */
  edit(number, typed) {
    const { view, place } = this.locate(number);
    const flat = view.flat[place];
    editCell({
      cell: this.elements[number],
      shown: () => view.grid.cells[place],
      value: typed ?? view.value(flat),
      selects: typed === undefined,
      label: `New value of ${view.address(flat)}`,
      onKeep: (value) => this.page.push({ kind: "edit", grid: view.grid.id, index: view.index(flat), value }),
      onRefuse: (text) => {
        const words = `Expected a number, such as 2.5 or 1e-3, for ${view.address(flat)}, not ${text ? `“${text.slice(0, 40)}”` : "an empty field"}. The cell keeps ${view.value(flat)}.`;
        this.formula.replaceChildren(words);
        this.page.announce(words);
      },
    });
  }
}
