// @ts-check
/** Through the layers: what each layer makes of the drawing, how one unit adds up, and what is lost without it. */

import { make, write } from "./dom.js";
import { PadFollower } from "./follow_pad.js";
import { PixelPicture } from "./pixel_picture.js";
import { fileName, sectionSaves } from "./section_file.js";
import { answerText, percent } from "./shares.js";
import { bytesOf, numbersOf, paintCells, paletteOf } from "./signed_cells.js";

/** @typedef {import("./signed_cells.js").Cells} Cells */
/** @typedef {{title: string, address: string}} Lesson */
/** @typedef {import("./shares.js").Answer & {classes: string[], logits: number[], probabilities: number[]}} Answer */
/** @typedef {{mean: number, var: number, eps: number, scale: number, shift: number}} Normaliser */

/**
 * @typedef {object} Layer
 * @property {string} name
 * @property {string} kind
 * @property {string} code
 * @property {number[]} shape
 * @property {Lesson | null} lesson
 * @property {boolean} switches whether its units can be switched off
 * @property {boolean} weighs whether a unit's sum can be spelled out
 * @property {number[]} [dims]
 * @property {string} [cells]
 * @property {number} [peak]
 * @property {number[]} [largest] number of each unit or channel
 */

/**
 * @typedef {object} UnitSum
 * @property {[number, number] | null} at
 * @property {Cells} weight
 * @property {Cells} inputs
 * @property {{place: number[], value: number, weight: number, product: number}[]} terms
 * @property {number} rest
 * @property {number} others
 * @property {number} bias
 * @property {number} total
 * @property {Normaliser | null} normaliser
 * @property {string | null} activation
 * @property {number} value
 */

/**
 * @typedef {object} Told
 * @property {"read" | "blank"} state
 * @property {Cells & {shape: number[]}} image
 * @property {{shape: number[], lesson: Lesson}} batch
 * @property {Layer[]} layers
 * @property {Answer} answer
 * @property {Answer} [whole]
 * @property {{shape: number[], lesson: Lesson}} softmax
 * @property {{layer: number, unit: number, sum: UnitSum, own: Cells | null} | null} chosen
 */

/** @typedef {{unit: [number, number], at: [number, number] | null}} Chosen a layer and a unit, and a place in a channel */

/**
 * @param {number} value
 * @returns {string} with four digits, and a real minus
 */
export function short(value) {
  const text = Number(value.toPrecision(4));
  return (Math.abs(text) >= 1e5 || (text !== 0 && Math.abs(text) < 1e-4) ? text.toExponential(2) : String(text)).replace("-", "−");
}

/**
 * @param {number[]} shape
 * @returns {string} as Python writes it
 */
export function shapeText(shape) {
  return `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
}

/**
 * @param {Layer} layer
 * @param {number} unit
 * @returns {string} "channel 7" or "unit 7"
 */
export function unitText(layer, unit) {
  return `${layer.shape.length === 4 ? "channel" : "unit"} ${unit}`;
}

/**
 * The lines in which a unit's sum is spelled out, each with the number that it comes to.
 * @param {UnitSum} sum
 * @returns {[string, string][]}
 */
export function sumLines(sum) {
  /** @type {[string, string][]} */
  const lines = sum.terms.map(({ place, value, weight, product }) =>
    [`input ${place.length === 1 ? place[0] : shapeText(place)}: ${short(value)} × ${short(weight)}`, short(product)]);
  if (sum.others > 0) lines.push([`${sum.others} other product${sum.others === 1 ? "" : "s"}`, short(sum.rest)]);
  if (sum.terms.length === 0) lines.push(["all products are 0", "0"]);
  lines.push(["bias", short(sum.bias)], ["weighted sum", short(sum.total)]);
  const { normaliser, activation } = sum;
  let value = sum.total;
  if (normaliser) {
    const { mean, eps, scale, shift } = normaliser;
    value = ((sum.total - mean) / Math.sqrt(normaliser.var + eps)) * scale + shift;
    lines.push([`batch norm: (${short(sum.total)} − ${short(mean)}) / √(${short(normaliser.var)} + ${short(eps)}) × ${short(scale)} + ${short(shift)}`.replaceAll("− −", "+ ").replaceAll("+ −", "− "), short(value)]);
  }
  if (activation) lines.push([`${activation}(${short(value)})`, short(sum.value)]);
  return lines;
}

/** Pixels of one channel in a row, by how many there are. */
const sideFor = (/** @type {number} */ many) => (many <= 1 ? 56 : many <= 16 ? 38 : many <= 32 ? 30 : many <= 64 ? 24 : 19);
const UNIT = 13;             // pixels of one unit of a dense layer
const GAP = 2;

/** @type {Map<string, ThroughLayers>} the one section of each pad, which outlives a visit to another page */
const sections = new Map();

/**
 * @param {HTMLElement} parent
 * @param {{channel: string, address: string, counts: string, kept: Record<string, string>}} data
 */
export function mount(parent, data) {
  let section = sections.get(data.channel);
  if (!section) sections.set(data.channel, section = new ThroughLayers(data));
  section.kept = data.kept;
  if (section.root.parentNode !== parent) parent.append(section.root);
  section.repaint();
  section.follower.catchUp();
}

/** One row: a layer's name, its shape and its numbers as pictures. */
class LayerRow {
  /**
   * @param {ThroughLayers} section
   * @param {number} number of the layer; -1 for what no layer makes
   */
  constructor(section, number) {
    this.section = section;
    this.number = number;
    this.unit = 0;
    this.columns = 1;
    this.name = make("b");
    this.code = make("code", { className: "code" });
    this.shape = make("code", { className: "shape" });
    this.lesson = make("a", { target: "_blank", rel: "noopener" });
    this.canvas = make("canvas", { className: "cells" });
    this.ring = make("i", { className: "ring", "aria-hidden": "true" });
    this.hover = make("span", { className: "hover" });
    this.picture = make("div", { className: "picture" }, this.canvas, this.ring);
    this.root = make("li", {},
      make("div", { className: "label" }, this.name, this.shape, this.code, this.lesson),
      make("div", { className: "values" }, this.picture, this.hover));
    if (number >= 0) this.listen();
    else this.canvas.setAttribute("role", "img");
  }

  listen() {
    const { canvas, section, number } = this;
    const unitAt = (/** @type {PointerEvent} */ event) => {
      const box = canvas.getBoundingClientRect();
      const [across, down] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
      const unit = Math.floor(down * this.rows) * this.columns + Math.floor(across * this.columns);
      return Math.max(0, Math.min(this.many - 1, unit));
    };
    canvas.addEventListener("pointermove", (event) => write(this.hover, this.unitWords(unitAt(event))));
    canvas.addEventListener("pointerleave", () => write(this.hover, ""));
    canvas.addEventListener("click", (event) => this.choose(unitAt(/** @type {PointerEvent} */ (event))));
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns, ArrowDown: this.columns }[event.key];
      if (event.key === "Enter" || event.key === " ") section.toggle(number, this.unit);
      else if (event.key === "Home") this.choose(0);
      else if (event.key === "End") this.choose(this.many - 1);
      else if (step !== undefined) this.choose(this.unit + step);
      else return;
      event.preventDefault();
    });
    canvas.addEventListener("focus", () => { if (section.chosen?.unit[0] !== number) this.choose(this.unit); });
  }

  get many() { return this.layer?.shape[1] ?? 1; }

  get rows() { return Math.ceil(this.many / this.columns); }

  /** @param {number} unit */
  choose(unit) {
    if (!this.layer?.weighs) return;
    this.unit = Math.max(0, Math.min(this.many - 1, unit));
    this.section.choose(this.number, this.unit);
  }

  /** @param {number} unit */
  unitWords(unit) {
    if (!this.layer) return "";
    const largest = this.layer.largest?.[unit];
    const off = this.section.isOff(this.number, unit) ? ", switched off" : "";
    const value = largest === undefined ? "" : this.layer.shape.length === 4 ? `: largest ${short(largest)}` : `: ${short(largest)}`;
    return `${unitText(this.layer, unit)}${value}${off}`;
  }

  /**
   * @param {{name: string, code: string, shape: number[], lesson: Lesson | null}} told
   * @param {Cells | null} cells
   */
  describe(told, cells) {
    write(this.name, told.name);
    write(this.code, told.code);
    write(this.shape, shapeText(told.shape));
    this.lesson.hidden = !told.lesson;
    if (told.lesson) {
      write(this.lesson, told.lesson.title);
      this.lesson.href = this.section.linked(told.lesson.address);
    }
    this.cells = cells;
    this.bytes = cells ? bytesOf(cells.cells) : null;
    this.picture.hidden = !cells;
    this.paint();
  }

  /** @param {Layer} layer */
  show(layer) {
    this.layer = layer;
    const { dims, cells, peak } = layer;
    this.describe(layer, cells === undefined || !dims || peak === undefined ? null : { dims, cells, peak });
    if (layer.kind === "flatten") write(this.hover, "the same numbers, one after the other");
    if (!layer.weighs) {
      this.canvas.removeAttribute("tabindex");
      this.canvas.setAttribute("role", "img");
      this.canvas.setAttribute("aria-label", `${layer.name}, ${this.many} ${layer.shape.length === 4 ? "channels" : "units"}`);
      return;
    }
    this.canvas.tabIndex = 0;
    const told = { role: "slider", "aria-label": layer.name, "aria-valuemin": 0, "aria-valuemax": this.many - 1, "aria-valuenow": this.unit, "aria-valuetext": this.unitWords(this.unit) };
    for (const [name, value] of Object.entries(told)) this.canvas.setAttribute(name, String(value));
  }

  paint() {
    const { cells, bytes, section } = this;
    this.ring.hidden = true;
    if (!cells || !bytes) return;
    const isField = cells.dims.length >= 2;
    const [height, width] = isField ? cells.dims.slice(-2) : [1, 1];
    const many = bytes.length / (height * width);
    const side = isField ? sideFor(many) : UNIT;
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const room = section.room;
    const plan = paintCells(this.canvas, { bytes, many, height, width, side: side * ratio, gap: GAP * ratio, room: room * ratio }, section.palette);
    this.columns = plan.columns;
    this.canvas.style.width = `${this.canvas.width / ratio}px`;
    const [across, down] = [this.canvas.width + GAP * ratio, this.canvas.height + GAP * ratio];
    const [stepX, stepY] = [across / plan.columns, down / plan.rows];
    const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    for (const unit of section.offOf(this.number)) {
      const [left, top] = [(unit % plan.columns) * stepX, Math.floor(unit / plan.columns) * stepY];
      context.strokeStyle = section.crossed;
      context.lineWidth = 1.5 * ratio;
      context.beginPath();
      context.moveTo(left, top);
      context.lineTo(left + stepX - GAP * ratio, top + stepY - GAP * ratio);
      context.moveTo(left + stepX - GAP * ratio, top);
      context.lineTo(left, top + stepY - GAP * ratio);
      context.stroke();
    }
    if (section.chosen?.unit[0] !== this.number) return;
    this.ring.hidden = false;
    const [column, row] = [this.unit % plan.columns, Math.floor(this.unit / plan.columns)];
    Object.assign(this.ring.style, {
      left: `${(column * stepX) / ratio}px`, top: `${(row * stepY) / ratio}px`,
      width: `${stepX / ratio - GAP}px`, height: `${stepY / ratio - GAP}px`,
    });
  }
}

class ThroughLayers {
  /** @param {{channel: string, address: string, counts: string, kept: Record<string, string>}} data */
  constructor({ channel, address, counts, kept }) {
    this.counts = counts;
    this.kept = kept;
    /** @type {Chosen | null} */
    this.chosen = null;
    /** @type {Map<number, Set<number>>} */
    this.off = new Map();
    /** @type {Told | null} */
    this.told = null;
    this.names = "";
    /** @type {import("./signed_cells.js").Palette} */
    this.palette = new Uint8ClampedArray(1024);
    this.crossed = "gray";
    this.room = 400;
    /** What the count under way is of, and whether another is wanted. */
    this.counting = "";

    this.said = make("p", { className: "said", role: "status" });
    this.image = new LayerRow(this, -1);
    this.batch = new LayerRow(this, -1);
    this.softmax = new LayerRow(this, -1);
    /** @type {LayerRow[]} */
    this.rows = [];
    this.list = make("ol", { className: "layers" });
    this.title = make("h4");
    this.toggler = make("button", { type: "button", className: "toggler" });
    this.toggler.addEventListener("click", () => { if (this.chosen) this.toggle(...this.chosen.unit); });
    this.own = new PixelPicture((text) => write(this.said, text));
    this.own.onPick = (row, column) => {
      if (!this.chosen) return;
      this.chosen = { ...this.chosen, at: [row, column] };
      this.follower.ask();
    };
    this.weights = make("canvas", { className: "weights", role: "img" });
    this.weightNote = make("figcaption");
    this.sum = make("table", { className: "sum" });
    this.sumNote = make("p", { className: "note" });
    this.detail = make("div", { className: "detail" },
      make("div", { className: "row" }, this.title, this.toggler),
      make("div", { className: "pictures" }, this.own.root, make("figure", {}, this.weights, this.weightNote)),
      this.sumNote, this.sum);
    this.hint = make("p", { className: "note hint" }, "Choose a channel or a unit: its weights and its sum are spelled out here.");
    this.effect = make("p", { className: "effect" });
    this.count = make("p", { className: "note count" });
    this.again = make("button", { type: "button", className: "again" }, "Switch all on again");
    this.again.addEventListener("click", () => { this.off.clear(); this.switched(); });
    this.lost = make("div", { className: "lost" }, this.effect, this.count, this.again);
    this.root = make("section", { className: "through empty" },
      make("h3", {}, "Through the layers"),
      make("p", { className: "note" }, "What each layer makes of your drawing: blue is above zero, amber below, and the strongest colour of a layer is its number of the largest size."),
      make("p", { className: "nothing" }, "Draw a digit: the layers then light up while you draw."),
      make("div", { className: "two" }, this.list, make("aside", { className: "side", "aria-label": "The chosen unit" }, this.hint, this.detail, this.lost)),
      this.said);
    this.root.append(sectionSaves(this.root, "picture of the layers", () => {
      const { layers = [], answer = { label: "", probability: 0 } } = this.told ?? {};
      return {
        name: fileName("through-the-layers", answer.label),
        title: `Through the layers: reads ${answerText(answer)}`,
        description: layers.map(({ name, shape }) => `${name} ${shapeText(shape)}`).join(", "),
      };
    }));
    this.follower = new PadFollower({
      root: this.root, channel, address,
      settings: () => ({ off: this.pairs(), chosen: this.chosen }),
      show: (told) => this.show(told),
      refuse: (problem) => write(this.said, problem),
    });
    new ResizeObserver(() => this.repaint()).observe(this.list);
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTimeout(() => this.repaint(), 300));
    this.settle();
  }

  /** @param {string} address */
  linked(address) {
    const kept = new URLSearchParams(this.kept).toString();
    return kept ? `${address}&${kept}` : address;
  }

  /** @returns {[number, number][]} what is switched off */
  pairs() {
    return [...this.off].flatMap(([layer, units]) => [...units].map((unit) => /** @type {[number, number]} */ ([layer, unit])));
  }

  /** @param {number} layer */
  offOf(layer) { return this.off.get(layer) ?? new Set(); }

  /**
   * @param {number} layer
   * @param {number} unit
   */
  isOff(layer, unit) { return this.offOf(layer).has(unit); }

  /**
   * @param {number} layer
   * @param {number} unit
   */
  choose(layer, unit) {
    const now = this.chosen?.unit;
    if (now?.[0] === layer && now[1] === unit) return;
    this.chosen = { unit: [layer, unit], at: null };
    this.rows.forEach((row) => row.paint());
    const row = this.rows[layer];
    row.canvas.setAttribute("aria-valuenow", String(unit));
    row.canvas.setAttribute("aria-valuetext", row.unitWords(unit));
    this.follower.ask();
  }

  /**
   * @param {number} layer
   * @param {number} unit
   */
  toggle(layer, unit) {
    if (!this.told?.layers?.[layer]?.switches) return;
    const units = new Set(this.offOf(layer));
    if (!units.delete(unit)) units.add(unit);
    if (units.size) this.off.set(layer, units);
    else this.off.delete(layer);
    this.switched();
  }

  switched() {
    this.rows.forEach((row) => row.paint());
    this.settle();
    this.follower.ask();
    this.countRight();
  }

  /** @param {Told} told */
  show(told) {
    this.told = told.state === "read" ? told : null;
    this.root.classList.toggle("empty", told.state !== "read");
    if (told.state !== "read") return;
    const names = told.layers.map(({ name, shape }) => `${name} ${shape}`).join("; ");
    if (names !== this.names) this.build(told, names);
    if (this.palette[3] === 0) this.measure();
    this.image.describe({ name: "image", code: "", shape: told.image.shape, lesson: null }, { ...told.image, dims: told.image.shape });
    this.batch.describe({ name: "batch", code: "unsqueeze → unsqueeze", shape: told.batch.shape, lesson: told.batch.lesson }, null);
    told.layers.forEach((layer, place) => this.rows[place].show(layer));
    const { probabilities, classes } = told.answer;
    const peak = Math.max(...probabilities);
    const cells = btoa(String.fromCharCode(...probabilities.map((share) => 128 + Math.round((127 * share) / peak))));
    this.softmax.describe({ name: "softmax", code: "softmax", shape: told.softmax.shape, lesson: told.softmax.lesson }, { dims: [classes.length], cells, peak });
    write(this.softmax.hover, answerText(told.answer));
    this.softmax.canvas.setAttribute("aria-label", classes.map((name, place) => `${name}: ${percent(probabilities[place])}`).join(", "));
    this.image.canvas.setAttribute("aria-label", "The image that the network is given");
    this.spell();
    this.settle();
  }

  /**
   * @param {Told} told
   * @param {string} names
   */
  build(told, names) {
    this.names = names;
    this.chosen = null;
    this.off.clear();
    this.rows = told.layers.map((_, place) => new LayerRow(this, place));
    this.list.replaceChildren(...[this.image, this.batch, ...this.rows, this.softmax].map(({ root }) => root));
    write(this.count, "");
    this.measure();
  }

  /** Learn how much room there is, and the theme's colours. */
  measure() {
    const values = this.list.querySelector(".values");
    this.room = Math.max(120, values?.clientWidth ?? 0);
    this.palette = paletteOf(this.root);
    this.crossed = getComputedStyle(this.root).getPropertyValue("--cross").trim() || "gray";
  }

  repaint() {
    if (!this.root.isConnected || !this.told) return;
    this.measure();
    for (const row of [this.image, ...this.rows, this.softmax]) row.paint();
    this.spell();
  }

  /** Spell out the chosen unit. */
  spell() {
    const chosen = this.told?.chosen;
    this.hint.hidden = Boolean(chosen);
    this.detail.hidden = !chosen;
    if (!this.told || !chosen) return;
    const layer = this.told.layers[chosen.layer], { sum, own, unit } = chosen;
    write(this.title, `${layer.name}, ${unitText(layer, unit)}`);
    this.own.root.hidden = !own;
    if (own && sum.at) {
      const values = numbersOf(bytesOf(own.cells), own.peak);
      const [height, width] = own.dims;
      this.own.show({ height, width, values, fills: true }, `What this channel gives, ${height} by ${width}. Arrow keys and Enter choose a place.`);
      this.own.go(...sum.at);
    }
    const { weight } = sum;
    const [height, width] = weight.dims.length >= 2 ? weight.dims.slice(-2) : [1, 1];
    const bytes = bytesOf(weight.cells);
    const many = bytes.length / (height * width);
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const side = many === 1 ? 150 : height === 1 && width === 1 ? 13 : many <= 16 ? 34 : many <= 64 ? 22 : 15;
    paintCells(this.weights, { bytes, many, height, width, side: side * ratio, gap: GAP * ratio, room: (own ? 150 : 290) * ratio }, this.palette);
    this.weights.style.width = `${this.weights.width / ratio}px`;
    const text = `weights ${shapeText(weight.dims)}, at most ${short(weight.peak)} in size`;
    this.weights.setAttribute("aria-label", text);
    write(this.weightNote, text);
    write(this.sumNote, sum.at ? `At row ${sum.at[0]}, column ${sum.at[1]} of what it gives:` : "Its largest products, and what they add up to:");
    this.sum.replaceChildren(make("tbody", {}, ...sumLines(sum).map(([what, value]) =>
      make("tr", { className: what === "weighted sum" ? "total" : "" }, make("th", { scope: "row" }, what), make("td", {}, value)))));
  }

  /** Show what is switched off and what that changes. */
  settle() {
    const [layer, unit] = this.chosen?.unit ?? [-1, -1];
    this.toggler.hidden = !this.told?.layers[layer]?.switches;
    write(this.toggler, this.isOff(layer, unit) ? "Switch it on" : "Switch it off");
    const many = this.pairs().length;
    this.lost.hidden = many === 0;
    if (!this.told?.whole || many === 0) return;
    const { answer, whole } = this.told;
    write(this.effect, `${many === 1 ? "One is" : `${many} are`} off: reads ${answerText(answer)}. With all on: ${answerText(whole)}.`);
    this.effect.classList.toggle("turns", answer.label !== whole.label);
  }

  /** Have the test images counted that are read right without what is off; one count is under way at a time. */
  async countRight() {
    const network = this.follower.read?.network, off = this.pairs();
    const wanted = JSON.stringify([network, off]);
    if (off.length === 0 || !network || this.counting) return;
    this.counting = wanted;
    write(this.count, "The test images are being counted …");
    let text = "The test images could not be counted.";
    try {
      const answer = await fetch(this.counts, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ network, off }),
      });
      const told = await answer.json();
      text = answer.ok ? `Of ${told.of} test images, ${told.right} are read right; with all on, ${told.whole}.` : told.problem;
    } catch { /* said below */ }
    this.counting = "";
    if (wanted === JSON.stringify([this.follower.read?.network, this.pairs()])) write(this.count, text);
    else this.countRight();
  }
}
