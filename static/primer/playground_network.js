// @ts-check
/** The network: a column of small pictures for each layer, one a unit, and links whose width and colour are weights. */

import { make, write } from "./dom.js";
import { weightsOf } from "./plane_geometry.js";
import { bytesOf, paintCells, paletteOf } from "./signed_cells.js";
import { short } from "./through_layers.js";

/** @typedef {import("./playground_trainer.js").Told} Told */

const MOST_LAYERS = 4;
const MOST_UNITS = 32;
const LARGEST = 40;          // pixels of a unit's picture
const GAP = 6;
const HIGH = 392;            // pixels of the tallest column
const NARROWEST = 24;        // pixels of a column, however small its units are

/** One layer: its name, how many units it has, and a picture of each. */
class Column {
  /**
   * @param {NetworkPicture} network
   * @param {number} layer -1 for the inputs
   */
  constructor(network, layer) {
    this.network = network;
    this.layer = layer;
    this.name = make("span", { className: "name" });
    this.fewer = make("button", { type: "button", className: "size" }, "−");
    this.more = make("button", { type: "button", className: "size" }, "+");
    this.fewer.addEventListener("click", () => network.resize(layer, -1));
    this.more.addEventListener("click", () => network.resize(layer, 1));
    this.canvas = make("canvas", { className: "units" });
    this.labels = make("div", { className: "inputs" });
    this.sizes = make("div", { className: "sizes" }, this.fewer, this.more);
    this.root = make("div", { className: "column" }, this.name, this.sizes, layer < 0 ? this.labels : this.canvas);
    this.unit = 0;
    this.side = LARGEST;
    this.step = LARGEST + GAP;
    if (layer >= 0) this.listen();
  }

  listen() {
    const { canvas, network } = this;
    const unitAt = (/** @type {PointerEvent} */ event) => {
      const box = canvas.getBoundingClientRect();
      return Math.max(0, Math.min(this.many - 1, Math.floor((event.clientY - box.top) / this.step)));
    };
    canvas.addEventListener("pointermove", (event) => network.point(this.layer, unitAt(event)));
    canvas.addEventListener("pointerleave", () => network.point(-1, 0));
    canvas.addEventListener("click", (event) => network.choose(this.layer, unitAt(/** @type {PointerEvent} */ (event))));
    canvas.addEventListener("focus", () => {
      if (canvas.matches(":focus-visible") && network.chosen?.[0] !== this.layer) network.choose(this.layer, this.unit);
    });
    canvas.addEventListener("keydown", (event) => {
      const [layer, unit] = [this.layer, this.unit];
      if (event.key === "ArrowUp") network.choose(layer, Math.max(0, unit - 1));
      else if (event.key === "ArrowDown") network.choose(layer, Math.min(this.many - 1, unit + 1));
      else if (event.key === "Home") network.choose(layer, 0);
      else if (event.key === "End") network.choose(layer, this.many - 1);
      else if (event.key === "ArrowLeft") network.columns[layer]?.canvas.focus();
      else if (event.key === "ArrowRight") network.columns[layer + 2]?.canvas.focus();
      else if (event.key === "Escape") network.choose(-1, 0);
      else return;
      event.preventDefault();
    });
  }

  get many() { return this.network.sizes[this.layer + 1]; }

  /** @param {string} name */
  describe(name) {
    const { layer, network, many } = this;
    write(this.name, name);
    const isHidden = layer >= 0 && layer < network.sizes.length - 2;
    this.sizes.hidden = !isHidden;
    this.fewer.disabled = many <= 1;
    this.more.disabled = many >= MOST_UNITS;
    this.fewer.setAttribute("aria-label", `One unit fewer in hidden layer ${layer + 1}`);
    this.more.setAttribute("aria-label", `One unit more in hidden layer ${layer + 1}`);
    this.side = Math.min(LARGEST, Math.floor(HIGH / many) - (many > 12 ? 2 : GAP));
    this.step = this.side + (many > 12 ? 2 : GAP);
  }

  /** @param {number} unit */
  words(unit) {
    const value = this.network.told?.looked?.values[this.layer]?.[unit];
    return `${unitName(this.layer, unit, this.network.sizes)}${value === undefined || value === null ? "" : `: ${short(value)}`}`;
  }
}

/**
 * @param {number} layer
 * @param {number} unit
 * @param {number[]} sizes
 * @returns {string} "unit 3 of hidden layer 1", "the output" or "output 1"
 */
export function unitName(layer, unit, sizes) {
  if (layer < sizes.length - 2) return `unit ${unit} of hidden layer ${layer + 1}`;
  return sizes.at(-1) === 1 ? "the output" : `output ${unit}`;
}

/** @param {DOMRect} box */
const middleOf = (box) => box.left + box.width / 2;

export class NetworkPicture {
  /**
   * @param {object} heard
   * @param {(widths: string) => void} heard.widths
   * @param {(unit: string) => void} heard.choose
   * @param {(unit: number | null, words: string) => void} heard.point a unit, counted through all layers, is pointed at
   */
  constructor({ widths, choose, point }) {
    this.heard = { widths, choose, point };
    /** @type {number[]} */
    this.sizes = [];
    /** @type {Column[]} */
    this.columns = [];
    /** @type {[number, number] | null} */
    this.chosen = null;
    /** @type {Told | null} */
    this.told = null;
    /** @type {import("./signed_cells.js").Palette} */
    this.palette = new Uint8ClampedArray(1024);
    /** @type {import("./playground_plane.js").Colours | null} */
    this.colours = null;
    this.accent = "#3a5bd9";
    this.links = make("canvas", { className: "links", "aria-hidden": "true" });
    this.row = make("div", { className: "columns" });
    this.fewer = make("button", { type: "button", className: "layer" }, "− layer");
    this.more = make("button", { type: "button", className: "layer" }, "+ layer");
    this.fewer.addEventListener("click", () => this.heard.widths(this.sizes.slice(1, -2).join("-")));
    this.more.addEventListener("click", () => this.heard.widths([...this.sizes.slice(1, -1), this.sizes.length > 2 ? Math.min(8, this.sizes[this.sizes.length - 2]) : 4].join("-")));
    this.root = make("div", { className: "network" },
      make("div", { className: "layers" }, make("h4", {}, "Network"), this.fewer, this.more),
      make("div", { className: "drawn" }, this.links, this.row),
      make("p", { className: "note" }, "Point at a unit: the plane shows what it gives. Press it: its sum and its weights stand below."));
  }

  /**
   * @param {number} layer
   * @param {number} by
   */
  resize(layer, by) {
    const widths = this.sizes.slice(1, -1);
    this.heard.widths(widths.with(layer, Math.max(1, Math.min(MOST_UNITS, widths[layer] + by))).join("-"));
  }

  /**
   * @param {number} layer -1 for none
   * @param {number} unit
   */
  choose(layer, unit) {
    this.heard.choose(layer < 0 ? "" : `${layer}.${unit}`);
  }

  /**
   * @param {number} layer -1 for none
   * @param {number} unit
   */
  point(layer, unit) {
    if (layer < 0) return this.heard.point(null, "");
    const place = this.sizes.slice(1, layer + 1).reduce((sum, width) => sum + width, 0) + unit;
    this.heard.point(place, this.columns[layer + 1].words(unit));
  }

  /**
   * @param {Told} told
   * @param {string} unit that is chosen
   */
  show(told, unit) {
    this.told = told;
    this.chosen = unit ? /** @type {[number, number]} */ (unit.split(".").map(Number)) : null;
    if (told.sizes.join() !== this.sizes.join()) this.build(told.sizes);
    this.paint();
  }

  /** @param {number[]} sizes */
  build(sizes) {
    const focused = this.columns.find(({ canvas, fewer, more }) => [canvas, fewer, more].some((each) => each.matches(":focus")));
    const wasMore = focused?.more.matches(":focus");
    this.sizes = sizes;
    this.columns = sizes.map((_, place) => new Column(this, place - 1));
    const inputs = sizes[0] === 1 ? ["x"] : ["x₁", "x₂"];
    this.columns[0].labels.replaceChildren(...inputs.map((name) => make("span", { className: "input" }, name)));
    this.columns.forEach((column, place) => column.describe(place === 0 ? "in" : place === sizes.length - 1 ? "out" : `${sizes[place]}`));
    this.row.replaceChildren(...this.columns.map(({ root }) => root));
    this.fewer.disabled = sizes.length <= 2;
    this.more.disabled = sizes.length >= MOST_LAYERS + 2;
    this.more.title = this.more.disabled ? `There are at most ${MOST_LAYERS} hidden layers here.` : "";
    const again = focused && this.columns[focused.layer + 1];
    if (again) (wasMore === undefined ? again.canvas : wasMore ? again.more : again.fewer).focus();
  }

  repaint() {
    this.palette = paletteOf(this.root);
    this.accent = getComputedStyle(this.root).getPropertyValue("--st-primary-color").trim() || this.accent;
    this.paint();
  }

  paint() {
    const { told } = this;
    if (!told || !this.root.isConnected) return;
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const bytes = bytesOf(told.units);
    const [height, width] = told.dims;
    let first = 0;
    for (const column of this.columns.slice(1)) {
      const { canvas, side, many, layer } = column;
      const shown = bytes.subarray(first * height * width, (first + many) * height * width);
      first += many;
      const gap = column.step - side;
      if (height > 1) paintCells(canvas, { bytes: shown, many, height, width, side: side * ratio, gap: gap * ratio, room: side * ratio }, this.palette);
      else this.waves(canvas, shown, many, width, side * ratio, gap * ratio);
      canvas.style.width = `${Math.max(NARROWEST, side)}px`;
      canvas.style.height = `${canvas.height / ratio}px`;
      column.unit = this.chosen?.[0] === layer ? this.chosen[1] : Math.min(column.unit, many - 1);
      const attributes = { role: "slider", tabindex: 0, "aria-orientation": "vertical", "aria-label": layer === this.sizes.length - 2 ? "Output" : `Hidden layer ${layer + 1}`, "aria-valuemin": 0, "aria-valuemax": many - 1, "aria-valuenow": column.unit, "aria-valuetext": column.words(column.unit) };
      for (const [name, value] of Object.entries(attributes)) if (canvas.getAttribute(name) !== String(value)) canvas.setAttribute(name, String(value));
      if (this.chosen?.[0] === layer) this.ring(canvas, column, ratio);
    }
    this.link(ratio);
  }

  /**
   * What units give along the axis, as a curve each.
   * @param {HTMLCanvasElement} canvas
   * @param {Uint8Array} bytes
   * @param {number} many
   * @param {number} along
   * @param {number} side
   * @param {number} gap
   */
  waves(canvas, bytes, many, along, side, gap) {
    const high = many * (side + gap) - gap;
    if (canvas.width !== side || canvas.height !== high) [canvas.width, canvas.height] = [side, high];
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const [red, green, blue] = this.palette.subarray(512, 515);
    for (let unit = 0; unit < many; unit += 1) {
      const top = unit * (side + gap);
      context.fillStyle = `rgb(${red} ${green} ${blue})`;
      context.fillRect(0, top, side, side);
      context.beginPath();
      for (let place = 0; place < along; place += 1) {
        const [x, y] = [(place / (along - 1)) * side, top + side / 2 - ((bytes[unit * along + place] - 128) / 127) * side * 0.42];
        if (place) context.lineTo(x, y);
        else context.moveTo(x, y);
      }
      context.strokeStyle = this.accent;
      context.lineWidth = Math.max(1, side / 18);
      context.stroke();
    }
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Column} column
   * @param {number} ratio
   */
  ring(canvas, column, ratio) {
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.strokeStyle = "#ffb020";
    context.lineWidth = 3 * ratio;
    context.strokeRect(1.5 * ratio, column.unit * column.step * ratio + 1.5 * ratio, (column.side - 3) * ratio, (column.side - 3) * ratio);
  }

  /** @param {number} ratio */
  link(ratio) {
    const box = this.row.getBoundingClientRect();
    const [width, height] = [Math.round(box.width * ratio), Math.round(box.height * ratio)];
    if (this.links.width !== width || this.links.height !== height) [this.links.width, this.links.height] = [width, height];
    const context = /** @type {CanvasRenderingContext2D} */ (this.links.getContext("2d"));
    context.clearRect(0, 0, width, height);
    const { told, colours } = this;
    if (!told || !colours) return;
    context.scale(ratio, ratio);
    const ends = this.columns.map((column, place) => {
      const rows = place === 0 ? [...column.labels.children].map((input) => input.getBoundingClientRect()) : [];
      const own = column.canvas.getBoundingClientRect();
      return {
        left: middleOf(rows[0] ?? own) - (rows[0]?.width ?? column.side) / 2 - box.left,
        right: middleOf(rows[0] ?? own) + (rows[0]?.width ?? column.side) / 2 - box.left,
        middle: (/** @type {number} */ unit) => (rows[unit] ? rows[unit].top + rows[unit].height / 2 : own.top + unit * column.step + column.side / 2) - box.top,
      };
    });
    weightsOf(told.state, told.sizes).forEach(({ weights }, layer) => {
      const peak = Math.max(1e-9, ...weights.flat().map(Math.abs));
      const [from, to] = [ends[layer], ends[layer + 1]];
      const crowd = weights.length * weights[0].length > 200 ? 0.35 : 1;
      weights.forEach((row, unit) => row.forEach((weight, input) => {
        const share = Math.abs(weight) / peak;
        if (share < 0.02) return;
        const [red, green, blue] = weight < 0 ? colours.minus : colours.plus;
        const isOwn = this.chosen?.[0] === layer && this.chosen[1] === unit;
        const [y0, y1, bend] = [from.middle(input), to.middle(unit), (to.left - from.right) / 2];
        context.beginPath();
        context.moveTo(from.right, y0);
        context.bezierCurveTo(from.right + bend, y0, to.left - bend, y1, to.left, y1);
        context.strokeStyle = `rgb(${red} ${green} ${blue} / ${isOwn ? 1 : (0.25 + 0.6 * share) * crowd})`;
        context.lineWidth = (isOwn ? 1.5 : 0.4) + 4 * share * (crowd < 1 ? 0.4 : 1);
        context.stroke();
      }));
    });
    context.setTransform(1, 0, 0, 1, 0, 0);
  }
}
