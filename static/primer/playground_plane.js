// @ts-check
/** The plane: what the network makes of each place, the points in it, and the place that is looked at. */

import { make, write } from "./dom.js";
import { EDGE, border, nearest, rounded, shadesOf } from "./plane_geometry.js";

/** @typedef {import("./plane_geometry.js").Point} Point */
/** @typedef {"look" | "blue" | "orange" | "remove"} Tool */
/** @typedef {{plus: number[], minus: number[], ground: number[], dark: number[], ink: string, paper: string}} Colours */

const REACH = 14;            // pixels: how near to a point a pointer has hold of it
const HALF = 32_768;
/** How much of the text's colour is in that of a point, which stands out from the plane by it on either theme. */
const INK = 0.42;

/**
 * @param {number} value
 * @returns {string} a coordinate as it is read
 */
export function coordinate(value) {
  return String(rounded(value)).replace("-", "−");
}

export class Plane {
  /**
   * @param {object} heard
   * @param {(x: number, y: number) => void} heard.look
   * @param {(points: Point[]) => void} heard.points the points as the learner has placed them
   * @param {(text: string) => void} heard.say
   */
  constructor({ look, points, say }) {
    this.look = look;
    this.changed = points;
    this.say = say;
    /** @type {Point[]} */
    this.points = [];
    /** @type {[number, number] | null} */
    this.at = null;
    /** @type {Tool} */
    this.tool = "look";
    this.isCurve = false;
    /** @type {Uint16Array | null} */
    this.shades = null;
    this.side = 1;
    /** @type {(number | null)[]} */
    this.curve = [];
    /** @type {{cells: Uint8Array, side: number} | {heights: Uint8Array} | null} what a unit gives, while one is pointed at */
    this.unit = null;
    /** @type {number} the point that is held, by pointer or key; -1 for none */
    this.held = -1;
    this.moved = false;
    /** the points as they were when one was taken hold of */
    this.before = this.points;
    /** @type {Colours} */
    this.colours = { plus: [95, 159, 212], minus: [211, 154, 45], ground: [255, 255, 255], dark: [28, 35, 48], ink: "#1c2330", paper: "#fff" };
    this.small = make("canvas");
    this.canvas = make("canvas", { className: "plane", tabIndex: 0, role: "application", "aria-roledescription": "plane" });
    this.canvas.addEventListener("pointerdown", (event) => this.press(event));
    this.canvas.addEventListener("pointermove", (event) => this.drag(event));
    this.canvas.addEventListener("pointerup", (event) => this.release(event));
    this.canvas.addEventListener("pointercancel", () => {
      this.points = this.before;
      this.held = -1;
      this.paint();
    });
    this.canvas.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {PointerEvent} event */
  placeOf(event) {
    const box = this.canvas.getBoundingClientRect();
    const [across, down] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    return { x: rounded((across * 2 - 1) * EDGE), y: rounded((1 - down * 2) * EDGE), reach: (REACH / box.width) * 2 * EDGE };
  }

  /** @param {PointerEvent} event */
  press(event) {
    const { x, y, reach } = this.placeOf(event);
    this.held = nearest(this.points, x, y, reach);
    this.moved = false;
    this.before = this.points;
    if (this.held >= 0) this.canvas.setPointerCapture(event.pointerId);
  }

  /** @param {PointerEvent} event */
  drag(event) {
    if (this.held < 0 || event.buttons === 0 || this.tool === "remove") return;
    const { x, y } = this.placeOf(event);
    const point = this.points[this.held];
    if (!this.moved && Math.hypot(point.x - x, point.y - y) < 0.08) return;
    this.moved = true;
    this.points = this.points.with(this.held, { ...point, x, y });
    this.paint();
  }

  /** @param {PointerEvent} event */
  release(event) {
    const { x, y } = this.placeOf(event);
    const held = this.held;
    this.held = -1;
    if (this.moved) this.changed(this.points);
    else this.use(x, y, held);
    this.moved = false;
  }

  /**
   * Use the tool at a place, or at the point that lies there.
   * @param {number} x
   * @param {number} y
   * @param {number} point which, or -1
   */
  use(x, y, point) {
    if (this.tool === "look") {
      const { x: across, y: up } = this.points[point] ?? { x, y };
      this.look(across, up);
    } else if (this.tool === "remove") this.remove(point);
    else this.put(x, y, this.tool === "blue" ? 1 : 0, point);
  }

  /** @param {number} point */
  remove(point) {
    if (point < 0) return this.say("No point lies there.");
    this.changed(this.points.filter((_, place) => place !== point));
    this.say(`A point is removed; ${this.points.length - 1} are left.`);
  }

  /**
   * Place a point, or give the one that lies there another class.
   * @param {number} x
   * @param {number} y
   * @param {number} label
   * @param {number} point
   */
  put(x, y, label, point) {
    if (point >= 0 && this.isCurve) return this.say("A point lies there already.");
    const name = label ? "blue" : "orange";
    if (point >= 0) this.changed(this.points.with(point, { ...this.points[point], label }));
    else this.changed([...this.points, { x, y, label, trained: true }]);
    return this.say(point >= 0 ? `The point is ${name} now.` : `A ${this.isCurve ? "" : `${name} `}point is placed at ${coordinate(x)}, ${coordinate(y)}.`);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey) return;
    const far = event.shiftKey ? 0.5 : 0.1;
    const way = { ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, far], ArrowDown: [0, -far] }[event.key];
    const [x, y] = this.at ?? [0, 0];
    const here = nearest(this.points, x, y, 0.25);
    if (way) {
      const [across, up] = [rounded(x + way[0]), rounded(y + way[1])];
      this.at = [across, up];
      if (this.held >= 0) this.points = this.points.with(this.held, { ...this.points[this.held], x: across, y: up });
      this.look(across, up);
      this.paint();
    } else if (this.held >= 0 && (event.key === "Enter" || event.key === " " || event.key.toLowerCase() === "m")) {
      this.held = -1;
      this.changed(this.points);
      this.say(`The point lies at ${coordinate(x)}, ${coordinate(y)} now.`);
    } else if (event.key === "Enter" || event.key === " ") this.use(x, y, here);
    else if (event.key.toLowerCase() === "b") this.put(x, y, 1, here);
    else if (event.key.toLowerCase() === "o") this.put(x, y, 0, here);
    else if (event.key === "Delete" || event.key === "Backspace") this.remove(here);
    else if (event.key.toLowerCase() === "m") {
      this.held = here;
      this.say(here < 0 ? "No point lies there." : "The point moves with the arrow keys; Enter puts it down.");
    } else return;
    event.preventDefault();
  }

  /** @param {import("./playground_trainer.js").Told} told */
  show(told) {
    this.isCurve = told.curve !== undefined;
    if (told.points && this.held < 0) this.points = told.points.map(([x, y, label, trained]) => ({ x, y, label, trained: trained === 1 }));
    this.shades = told.surface === undefined ? null : shadesOf(told.surface);
    this.side = told.side ?? 1;
    this.curve = told.curve ?? [];
    this.paint();
  }

  paint() {
    const size = Math.round(this.canvas.clientWidth * Math.min(2, window.devicePixelRatio || 1));
    if (size === 0) return;
    if (this.canvas.width !== size) [this.canvas.width, this.canvas.height] = [size, size];
    const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    const scale = size / (2 * EDGE), unit = size / Math.max(1, this.canvas.clientWidth);
    const across = (/** @type {number} */ x) => (x + EDGE) * scale, down = (/** @type {number} */ y) => (EDGE - y) * scale;
    context.fillStyle = this.colours.paper;
    context.fillRect(0, 0, size, size);
    if (this.unit && "cells" in this.unit) {
      const { cells, side } = this.unit;
      this.fill(context, size, side, (place) => (cells[place] - 128) / 127);
      this.line(context, size, border(Float32Array.from(cells), side, 128), side, unit);
    } else if (this.shades) {
      const shades = this.shades;
      this.fill(context, size, this.side, (place) => shades[place] / 32_767.5 - 1);
      this.line(context, size, border(shades, this.side, HALF), this.side, unit);
    }
    this.axes(context, size, unit, across, down);
    if (this.unit && "heights" in this.unit) {
      const { heights } = this.unit;
      this.path(context, [...heights].map((height, place) => [across((place / (heights.length - 1) * 2 - 1) * EDGE), down((height - 128) / 127 * 3)]), 3 * unit);
    } else if (this.isCurve) {
      const last = this.curve.length - 1;
      this.path(context, this.curve.flatMap((height, place) => (height === null ? [] : [[across((place / last * 2 - 1) * EDGE), down(height)]])), 3 * unit);
    }
    for (const [place, point] of this.points.entries()) this.point(context, point, across(point.x), down(point.y), unit, place === this.held);
    if (this.at) this.cross(context, across(this.at[0]), this.isCurve ? null : down(this.at[1]), size, unit);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} size
   * @param {number} side
   * @param {(place: number) => number} share from -1, orange, to 1, blue
   */
  fill(context, size, side, share) {
    if (this.small.width !== side) [this.small.width, this.small.height] = [side, side];
    const inner = /** @type {CanvasRenderingContext2D} */ (this.small.getContext("2d"));
    const image = inner.createImageData(side, side);
    const { plus, minus, ground } = this.colours;
    for (let place = 0; place < side * side; place += 1) {
      const at = share(place), far = at < 0 ? minus : plus, much = Math.min(1, Math.abs(at)) * 0.72;
      for (let colour = 0; colour < 3; colour += 1) image.data[4 * place + colour] = ground[colour] + (far[colour] - ground[colour]) * much;
      image.data[4 * place + 3] = 255;
    }
    inner.putImageData(image, 0, 0);
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    context.drawImage(this.small, 0, 0, size, size);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} size
   * @param {[number, number, number, number][]} lines
   * @param {number} side
   * @param {number} unit
   */
  line(context, size, lines, side, unit) {
    const at = (/** @type {number} */ place) => ((place + 0.5) / side) * size;
    context.beginPath();
    for (const [x0, y0, x1, y1] of lines) {
      context.moveTo(at(x0), at(y0));
      context.lineTo(at(x1), at(y1));
    }
    context.strokeStyle = this.colours.ink;
    context.lineWidth = 1.8 * unit;
    context.lineCap = "round";
    context.stroke();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number[][]} places
   * @param {number} width
   */
  path(context, places, width) {
    context.beginPath();
    places.forEach(([x, y], place) => (place ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.strokeStyle = this.colours.ink;
    context.lineWidth = width;
    context.lineJoin = "round";
    context.stroke();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} size
   * @param {number} unit
   * @param {(x: number) => number} across
   * @param {(y: number) => number} down
   */
  axes(context, size, unit, across, down) {
    context.globalAlpha = 0.28;
    context.fillStyle = this.colours.ink;
    context.fillRect(across(0) - unit / 2, 0, unit, size);
    context.fillRect(0, down(0) - unit / 2, size, unit);
    context.globalAlpha = 1;
    context.fillStyle = this.colours.ink;
    context.font = `${11 * unit}px sans-serif`;
    context.textAlign = "center";
    // At the edges, where few points lie on them.
    for (const tick of [-3, -2, -1, 1, 2, 3]) context.fillText(coordinate(tick), across(tick), size - 5 * unit);
    context.textAlign = "left";
    for (const tick of [-3, -2, -1, 1, 2, 3]) context.fillText(coordinate(tick), 5 * unit, down(tick) + 4 * unit);
    context.textAlign = "right";
    context.font = `italic ${12 * unit}px serif`;
    context.fillText(this.isCurve ? "x" : "x₁", size - 5 * unit, down(0) - 5 * unit);
    context.textAlign = "left";
    context.fillText(this.isCurve ? "y" : "x₂", across(0) + 6 * unit, 13 * unit);
  }

  /**
   * A point of class blue is a disc, one of class orange a square; one that only tests is hollow.
   * @param {CanvasRenderingContext2D} context
   * @param {Point} point
   * @param {number} x
   * @param {number} y
   * @param {number} unit
   * @param {boolean} isHeld
   */
  point(context, { label, trained }, x, y, unit, isHeld) {
    const { plus, minus, dark, paper } = this.colours;
    const own = this.isCurve || label ? plus : minus;
    const fill = `rgb(${own.map((part, place) => Math.round(part + (dark[place] - part) * INK)).join(" ")})`;
    const far = (isHeld ? 7 : 5.2) * unit;
    context.beginPath();
    if (this.isCurve || label) context.arc(x, y, far, 0, 2 * Math.PI);
    else context.rect(x - far * 0.9, y - far * 0.9, far * 1.8, far * 1.8);
    context.lineWidth = (trained ? 1.6 : 2.2) * unit;
    context.fillStyle = trained ? fill : paper;
    context.strokeStyle = trained ? paper : fill;
    context.fill();
    context.stroke();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} x
   * @param {number | null} y null where a whole column is meant
   * @param {number} size
   * @param {number} unit
   */
  cross(context, x, y, size, unit) {
    context.beginPath();
    if (y === null) {
      context.setLineDash([5 * unit, 4 * unit]);
      context.moveTo(x, 0);
      context.lineTo(x, size);
    } else {
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
        context.moveTo(x + dx * 8 * unit, y + dy * 8 * unit);
        context.lineTo(x + dx * 17 * unit, y + dy * 17 * unit);
      }
    }
    for (const [colour, width] of /** @type {[string, number][]} */ ([[this.colours.paper, 5], [this.colours.ink, 2.4]])) {
      context.strokeStyle = colour;
      context.lineWidth = width * unit;
      context.stroke();
    }
    context.setLineDash([]);
  }

  /**
   * @param {string} text
   */
  describe(text) {
    if (this.canvas.getAttribute("aria-label") !== text) this.canvas.setAttribute("aria-label", text);
  }
}

/**
 * @param {Element} element where --plus, --minus, --ground and what Streamlit's theme names are known
 * @returns {Colours}
 */
export function coloursOf(element) {
  const style = getComputedStyle(element);
  const context = /** @type {CanvasRenderingContext2D} */ (make("canvas", { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true }));
  const parts = (/** @type {string} */ name) => {
    context.fillStyle = style.getPropertyValue(name).trim() || "gray";
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const text = (/** @type {string} */ name) => `rgb(${parts(name).join(" ")})`;
  return { plus: parts("--plus"), minus: parts("--minus"), ground: parts("--ground"), dark: parts("--st-text-color"), ink: text("--st-text-color"), paper: text("--st-background-color") };
}

/**
 * The tools of the plane, as a group of radio buttons.
 * @param {Plane} plane
 * @returns {{root: HTMLElement, settle: (isCurve: boolean) => void}}
 */
export function toolsOf(plane) {
  const labels = /** @type {[Tool, string][]} */ ([["look", "Look"], ["blue", "● Blue"], ["orange", "■ Orange"], ["remove", "Remove"]]);
  const name = `tool-${Math.random().toString(36).slice(2)}`;
  const options = labels.map(([tool, text]) => {
    const input = make("input", { type: "radio", name, value: tool, checked: tool === plane.tool });
    input.addEventListener("change", () => {
      plane.tool = tool;
      plane.canvas.style.touchAction = tool === "look" ? "pan-y" : "none";
    });
    const words = make("span", {}, text);
    return { tool, input, words, root: make("label", { className: `tool ${tool}` }, input, words) };
  });
  const root = make("div", { className: "tools", role: "radiogroup", "aria-label": "What a press on the plane does" }, ...options.map((option) => option.root));
  const settle = (/** @type {boolean} */ isCurve) => {
    for (const { tool, words, root: label } of options) {
      if (tool === "orange") label.hidden = isCurve;
      if (tool === "blue") write(words, isCurve ? "● Point" : "● Blue");
    }
    if (isCurve && plane.tool === "orange") options[1].input.click();
  };
  return { root, settle };
}
