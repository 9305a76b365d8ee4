// @ts-check
/** The chosen unit: its sum at the place that is looked at, number by number, each of which can be set by hand. */

import { make, write } from "./dom.js";
import { weightsOf } from "./plane_geometry.js";
import { unitName } from "./playground_network.js";
import { coordinate } from "./playground_plane.js";
import { short } from "./through_layers.js";

/** @typedef {import("./playground_trainer.js").Told} Told */

/** Inputs of a unit up to which each of its numbers has a row and can be set. */
const MOST_ROWS = 8;
const FUNCTIONS = /** @type {Record<string, string>} */ ({ tanh: "tanh", relu: "ReLU", sigmoid: "sigmoid" });

/** @param {number | null | undefined} value */
const written = (value) => (value === null || value === undefined ? "not finite" : short(value));

export class UnitPanel {
  /** @param {(place: string, value: number) => void} edit a number, as an edit of an address names it, gets a value */
  constructor(edit) {
    this.edit = edit;
    this.title = make("h4");
    this.note = make("p", { className: "note" });
    this.body = make("tbody");
    this.table = make("table", { className: "sum" },
      make("thead", {}, make("tr", {}, ...["input", "", "weight", "", "product"].map((text) => make("th", { scope: "col" }, text)))), this.body);
    this.root = make("section", { className: "unit card", "aria-label": "The chosen unit" }, this.title, this.note, this.table);
    this.shape = "";
    /** @type {{row: HTMLElement, name: HTMLElement, value: HTMLElement, box: HTMLInputElement, slider: HTMLInputElement, product: HTMLElement}[]} */
    this.rows = [];
    this.others = make("tr", {}, make("th", { scope: "row" }), make("td"), make("td"), make("td"), make("td"));
    this.total = make("tr", { className: "total" }, make("th", { scope: "row" }, "sum"), make("td"), make("td"), make("td"), make("td"));
    this.value = make("tr", {}, make("th", { scope: "row" }), make("td"), make("td"), make("td"), make("td"));
  }

  /**
   * @param {Told} told
   * @param {string} unit
   */
  show(told, unit) {
    const [layer, row] = unit.split(".").map(Number);
    const isChosen = unit !== "";
    this.title.hidden = this.note.hidden = this.table.hidden = !isChosen;
    if (!isChosen) return;
    const { weights, biases } = weightsOf(told.state, told.sizes)[layer] ?? { weights: [], biases: [] };
    const own = weights[row];
    if (!own) return;
    const fits = own.length <= MOST_ROWS;
    const name = unitName(layer, row, told.sizes);
    write(this.title, name[0].toUpperCase() + name.slice(1));
    const shape = `${unit} of ${told.sizes.join("-")}`;
    if (shape !== this.shape) this.build(shape, layer, row, fits ? own.length : 0, told.sizes);
    const { looked } = told;
    const sum = looked?.sum;
    const place = looked && (told.sizes[0] === 1 ? `x = ${coordinate(looked.at[0])}` : `(${looked.at.map(coordinate).join(", ")})`);
    write(this.note, place ? `At ${place}, which is marked in the plane:` : "Press a place in the plane: the sum there is spelled out, too.");
    [...(fits ? own : []), biases[row]].forEach((number, at) => {
      const line = this.rows[at], isBias = line === this.rows.at(-1);
      this.set(line.box, number);
      this.set(line.slider, number);
      if (isBias) write(line.product, short(number));
      else {
        write(line.value, sum ? `${written(sum.inputs[at])} ×` : "");
        write(line.product, sum ? `= ${written(sum.products[at])}` : "");
      }
    });
    this.others.hidden = fits || !sum;
    if (sum) {
      write(this.others.cells[0], `${own.length} products`);
      const products = sum.products.reduce((/** @type {number} */ all, product) => all + (product ?? NaN), 0);
      write(this.others.cells[4], written(Number.isFinite(products) ? products : null));
    }
    this.total.hidden = this.value.hidden = !sum;
    if (!sum) return;
    write(this.total.cells[4], `= ${written(sum.total)}`);
    this.value.hidden = sum.activation === "none";
    write(this.value.cells[0], `${FUNCTIONS[sum.activation] ?? ""}(${written(sum.total)})`);
    write(this.value.cells[4], `= ${written(sum.value)}`);
  }

  /**
   * @param {HTMLInputElement} input
   * @param {number} number
   */
  set(input, number) {
    if (input.matches(":focus") && input.dataset.typed) return;
    const text = input.type === "range" ? String(Math.max(-6, Math.min(6, number))) : String(Number(number.toPrecision(5)));
    if (input.value !== text) input.value = text;
  }

  /**
   * @param {string} shape
   * @param {number} layer
   * @param {number} unit
   * @param {number} inputs that have a row each
   * @param {number[]} sizes
   */
  build(shape, layer, unit, inputs, sizes) {
    this.shape = shape;
    const names = Array.from({ length: inputs }, (_, input) => (layer > 0 ? `unit ${input}` : sizes[0] === 1 ? "x" : ["x₁", "x₂"][input]));
    this.rows = [...names, "bias"].map((name, at) => {
      const isBias = at === names.length;
      const place = isBias ? `b${layer}_${unit}` : `w${layer}_${unit}_${at}`;
      const label = isBias ? "Bias" : `Weight of ${name}`;
      const box = make("input", { type: "number", step: "0.1", "aria-label": label });
      const slider = make("input", { type: "range", min: "-6", max: "6", step: "0.05", "aria-label": `${label}, as a slider` });
      for (const input of [box, slider]) {
        input.addEventListener("input", () => {
          input.dataset.typed = "true";
          const number = input.valueAsNumber;
          if (Number.isFinite(number) && Math.abs(number) <= 9_999) this.edit(place, number);
        });
        input.addEventListener("blur", () => { delete input.dataset.typed; });
      }
      const value = make("td"), product = make("td");
      const title = make("th", { scope: "row" }, name);
      const row = make("tr", {}, title, value, make("td", {}, box), make("td", { className: "slide" }, slider), product);
      return { row, name: title, value, box, slider, product };
    });
    this.body.replaceChildren(...this.rows.slice(0, -1).map(({ row }) => row), this.others, this.rows[this.rows.length - 1].row, this.total, this.value);
  }
}
