// @ts-check
/**
 * Why a network reads what it reads: pixels for and against, nearest images, and what would make it another digit. The pad
 * tells of each drawing; when the pen is lifted, what is shown is asked for here, while the section is in sight.
 */

import { make, write } from "./dom.js";
import { paint } from "./pixel_picture.js";
import { fileName, sectionSaves } from "./section_file.js";
import { nextPixel } from "./seen_image.js";
import { percent } from "./shares.js";

/** @typedef {import("./strokes.js").Stroke} Stroke */
/** @typedef {[number, number, number]} Colour red, green and blue, 0 to 255 */
/** @typedef {"integrated" | "gradient" | "occlusion"} Method */
/** @typedef {"pixels" | "nearest" | "changes"} Kind of question */

/**
 * @typedef {object} PageData what the page says
 * @property {string} channel of the pad
 * @property {Record<Kind, string>} addresses to ask
 * @property {string[]} classes names of the network's outputs
 */

/**
 * @typedef {object} Pixels what speaks for one class and against another
 * @property {number} label place of the class that is read
 * @property {number} first
 * @property {number | null} other null for none
 * @property {number[]} image in 256 levels
 * @property {number[]} values
 * @property {string[]} said
 */

/** @typedef {{label: string, as_read: boolean, distance: string, from: string, image: number[]}} Neighbour */

/**
 * @typedef {object} Changes what would make it another class
 * @property {number} target
 * @property {number[]} image the drawing's, in 256 levels
 * @property {{said: string[], image?: number[], change?: number[]}} smallest without an image where none was found
 * @property {{said: string[]} | Way & {said: string[]}} blend without an image where there is nothing to blend with
 */

/**
 * @typedef {object} Way towards a real image
 * @property {number[]} image in 256 levels
 * @property {string} from which image it is
 * @property {number[]} labels read at each of its places
 * @property {number[]} probabilities of those
 * @property {number | null} turn the share of the way at which the target is read first
 */

const SIDE = 28;
/** Parts of the way of a blend. */
const PARTS = 64;
/** How far from the window the section may be and be in sight already. */
const NEAR = "120px";
/** @type {Colour} */
const PAPER = [12, 16, 23];
/** Ink below values, which are to be seen on it. @type {Colour} */
const DIM_INK = [128, 136, 150];
/** @type {Colour} */
const FOR = [86, 156, 255];
/** @type {Colour} */
const AGAINST = [255, 176, 32];
/** Titles, and what each value is. @type {Record<Method, [string, string]>} */
const METHODS = {
  integrated: ["Integrated gradients", "Each value: the pixel's brightness times the mean slope on the way from a black image to this one."],
  gradient: ["Gradient", "Each value: the slope of the number below by this pixel, for 1 of ink."],
  occlusion: ["Occlusion", "Each value: what the number below loses, on average, while a black square of 5 × 5 covers the pixel."],
};

/**
 * @param {number} value
 * @returns {string} with three digits and at most four places, and a real minus
 */
export function rounded(value) {
  const text = Math.abs(value) >= 1 ? value.toFixed(2) : String(Number(Number(value.toPrecision(3)).toFixed(4)));
  return text.replace("-", "−");
}

/**
 * @param {number} value
 * @returns {string} as `rounded`, with its sign
 */
export function plus(value) {
  return value > 0 ? `+${rounded(value)}` : rounded(value);
}

/**
 * @param {Colour} one
 * @param {Colour} other
 * @param {number} share of the other
 * @returns {Colour}
 */
function between(one, other, share) {
  return /** @type {Colour} */ (one.map((value, place) => value + (other[place] - value) * share));
}

/**
 * Blue for, amber against, as strong as the value is large.
 * @param {number} value -1 to 1
 * @param {Colour} ground what lies below it
 * @returns {Colour}
 */
export function signed(value, ground) {
  return between(ground, value > 0 ? FOR : AGAINST, Math.min(1, Math.abs(value)));
}

/**
 * @param {HTMLCanvasElement} canvas of 28 by 28 pixels
 * @param {(place: number) => Colour} colour of each
 */
function paintColours(canvas, colour) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const pixels = context.createImageData(SIDE, SIDE);
  for (let place = 0; place < SIDE * SIDE; place += 1) pixels.data.set([...colour(place), 255], 4 * place);
  context.putImageData(pixels, 0, 0);
}

/**
 * @param {HTMLCanvasElement} canvas of 28 by 28 pixels
 * @param {number[]} levels 0 to 255
 */
function paintImage(canvas, levels) {
  paint(canvas, { height: SIDE, width: SIDE, values: levels.map((level) => level / 255) });
}

/**
 * @param {string} name
 * @param {...(Node | string)} caption
 */
function thumbnail(name, ...caption) {
  const canvas = make("canvas", { width: SIDE, height: SIDE, role: "img", "aria-label": name });
  const words = make("figcaption", {}, ...caption);
  return { canvas, words, root: make("figure", {}, canvas, words) };
}

/**
 * @param {Changes["blend"]} blend
 * @returns {blend is Way & {said: string[]}} whether there was an image to blend with
 */
function isWay(blend) {
  return "image" in blend;
}

/**
 * @param {HTMLUListElement} list
 * @param {string[]} lines
 */
function writeLines(list, lines) {
  list.replaceChildren(...lines.map((line) => make("li", {}, line)));
}

/** @type {Map<string, WhyDigit>} the one section of each pad, which outlives a visit to another page */
const sections = new Map();

/**
 * @param {HTMLElement} parent
 * @param {PageData} data
 */
export function mount(parent, data) {
  let section = sections.get(data.channel);
  if (!section) sections.set(data.channel, section = new WhyDigit(data));
  if (section.root.parentNode !== parent) {
    parent.append(section.root);
    section.explained = "";        // a visit asks anew
  }
  section.fromPage(data);
}

/** Which pixels speak for a class and against another. */
class PixelsPart {
  /** @param {() => void} ask asks again, after another method or class was chosen */
  constructor(ask) {
    this.ask = ask;
    /** @type {string[]} */
    this.classes = [];
    /** @type {Method} */
    this.method = "integrated";
    /** Classes that the learner chose for this drawing; null for the two most probable. @type {{first: number | null, other: number | "none" | null}} */
    this.chosen = { first: null, other: null };
    /** @type {Pixels | null} */
    this.pixels = null;
    /** Row and column that are looked at. @type {[number, number] | null} */
    this.cell = null;

    this.map = make("canvas", { className: "map", width: SIDE, height: SIDE, tabIndex: 0, role: "application", "aria-roledescription": "picture of values" });
    this.cursor = make("i", { className: "cursor", "aria-hidden": "true", hidden: true });
    this.low = make("span", { className: "low" });
    this.high = make("span", { className: "high" });
    this.readout = make("p", { className: "readout", role: "status" });
    this.methods = /** @type {Method[]} */ (Object.keys(METHODS)).map((method) => {
      const button = make("button", { type: "button" }, METHODS[method][0]);
      button.addEventListener("click", () => {
        this.method = method;
        this.settle();
        this.ask();
      });
      return { method, button };
    });
    this.first = make("select", { className: "first" });
    this.other = make("select", { className: "other" });
    for (const end of /** @type {const} */ (["first", "other"])) this[end].addEventListener("change", () => this.choose(end));
    this.what = make("p", { className: "note what" });
    this.facts = make("ul", { className: "said facts" });
    this.problem = make("p", { className: "problem", hidden: true });
    this.twin = make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": "These values as a table" });
    this.details = make("details", {}, make("summary", {}, "These values as a table"), this.twin);
    this.details.addEventListener("toggle", () => this.tabulate());
    this.root = make("div", { className: "pixels" },
      make("figure", {},
        make("div", { className: "sheet" }, this.map, this.cursor),
        make("div", { className: "scale", "aria-hidden": "true" }, this.low, make("i", { className: "bar" }), this.high),
        this.readout),
      make("div", { className: "words" },
        make("div", { className: "methods", role: "group", "aria-label": "How pixels are judged" }, ...this.methods.map(({ button }) => button)),
        make("p", { className: "pair" }, make("label", {}, "Why ", this.first), " ", make("label", {}, "and not ", this.other)),
        this.what, this.facts, this.problem, this.details));
    this.listen();
    this.settle();
  }

  listen() {
    const { map } = this;
    const point = (/** @type {PointerEvent} */ event) => {
      const box = map.getBoundingClientRect();
      const at = (/** @type {number} */ place, /** @type {number} */ length) => Math.max(0, Math.min(SIDE - 1, Math.floor((place / length) * SIDE)));
      this.look([at(event.clientY - box.top, box.height), at(event.clientX - box.left, box.width)]);
    };
    map.addEventListener("pointermove", point);
    map.addEventListener("pointerdown", point);
    map.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse" && !map.matches(":focus")) this.look(null);
    });
    map.addEventListener("keydown", (event) => {
      if (!event.key.startsWith("Arrow") || !this.pixels || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.look(this.cell ? nextPixel(event.key, this.cell, false) : [SIDE / 2, SIDE / 2]);
    });
  }

  /** @param {string[]} classes */
  name(classes) {
    this.classes = classes;
    const options = () => classes.map((label, value) => make("option", { value: String(value) }, label));
    this.first.replaceChildren(...options());
    this.other.replaceChildren(...options(), make("option", { value: "none" }, "no other: its logit alone"));
  }

  /** Have the two most probable classes compared. */
  forget() {
    this.chosen = { first: null, other: null };
  }

  /** @param {"first" | "other"} end of the comparison, whose class the learner has chosen */
  choose(end) {
    if (!this.pixels) return;
    const { first, other } = this.pixels, { value } = this[end];
    this.chosen = { first, other: other ?? "none", [end]: value === "none" ? value : Number(value) };
    this.ask();
  }

  /** Show the method that is chosen, without waiting for an answer. */
  settle() {
    for (const { method, button } of this.methods) button.setAttribute("aria-pressed", String(method === this.method));
    write(this.what, METHODS[this.method][1]);
  }

  /** @param {Pixels} pixels */
  show(pixels) {
    this.pixels = pixels;
    const { first, other, values, image, said } = pixels;
    const largest = Math.max(...values.map(Math.abs));
    const name = this.classes[first], against = other === null ? `against ${name}` : `for ${this.classes[other]}`;
    paintColours(this.map, (place) => signed(largest ? values[place] / largest : 0, between(PAPER, DIM_INK, image[place] / 255)));
    this.map.setAttribute("aria-label", `${METHODS[this.method][0]}: a value for each of 28 by 28 pixels, blue for ${name}, amber ${against}. Arrow keys move.`);
    write(this.low, `${rounded(-largest)} ${against}`);
    write(this.high, `for ${name} +${rounded(largest)}`);
    this.first.value = String(first);
    this.other.value = String(other ?? "none");
    for (const option of this.other.options) option.disabled = option.value === this.first.value;
    for (const option of this.first.options) option.disabled = option.value === this.other.value;
    writeLines(this.facts, said);
    this.look(this.cell);
    this.tabulate();
  }

  /** @param {[number, number] | null} cell */
  look(cell) {
    if (!this.pixels) return;
    this.cell = cell;
    this.cursor.hidden = cell === null;
    if (cell === null) {
      write(this.readout, "Point at a pixel, or use the arrow keys, for its value.");
      return;
    }
    const [row, column] = cell, place = row * SIDE + column;
    this.cursor.style.left = `${(100 * column) / SIDE}%`;
    this.cursor.style.top = `${(100 * row) / SIDE}%`;
    write(this.readout, `row ${row}, column ${column}: ink ${rounded(this.pixels.image[place] / 255)}, value ${plus(this.pixels.values[place])}`);
  }

  tabulate() {
    if (!this.pixels || !this.details.open) {
      this.twin.replaceChildren();
      return;
    }
    const { values } = this.pixels, places = Array.from({ length: SIDE }, (_, place) => place);
    this.twin.replaceChildren(make("table", {},
      make("thead", {}, make("tr", {}, make("td"), ...places.map((column) => make("th", { scope: "col" }, String(column))))),
      make("tbody", {}, ...places.map((row) => make("tr", {}, make("th", { scope: "row" }, String(row)),
        ...places.map((column) => make("td", {}, plus(values[row * SIDE + column]))))))));
  }
}

/** The images that the network finds most alike. */
class NearestPart {
  constructor() {
    this.waiting = make("p", { className: "note waiting" }, "The network reads every image of its set once: that takes some seconds.");
    this.row = make("ol", { className: "row" });
    this.said = make("ul", { className: "said" });
    this.problem = make("p", { className: "problem", hidden: true });
    this.root = make("section", { className: "alike" }, make("h4", {}, "Nearest images"), this.waiting, this.row, this.said, this.problem);
  }

  /** @param {{neighbours: Neighbour[], said: string[]}} found */
  show({ neighbours, said }) {
    this.row.replaceChildren(...neighbours.map(({ label, as_read, distance, from, image }) => {
      const { root, canvas } = thumbnail(`An image labelled ${label}`,
        make("b", { className: as_read ? "" : "other" }, label), make("span", {}, distance), make("small", {}, from));
      paintImage(canvas, image);
      return make("li", {}, root);
    }));
    writeLines(this.said, said);
  }
}

/** What would make it another class. */
class ChangesPart {
  /** @param {(target: number) => void} ask */
  constructor(ask) {
    this.ask = ask;
    /** @type {string[]} */
    this.classes = [];
    /** The class that it should become. @type {number | null} */
    this.target = null;
    /** @type {Changes | null} */
    this.changes = null;

    this.targets = make("div", { className: "targets", role: "group", "aria-label": "What it should read instead" });
    /** @type {HTMLButtonElement[]} */
    this.buttons = [];
    this.hint = make("p", { className: "note hint" }, "Choose one: a few seconds of search.");
    this.problem = make("p", { className: "problem", hidden: true });
    this.small = ["The drawing", "The change", "Together"].map((name) => thumbnail(name, name));
    this.smallRow = make("div", { className: "row" }, ...this.small.map(({ root }) => root));
    this.smallSaid = make("ul", { className: "said" });
    this.blend = ["The drawing", "The blend", "A real one"].map((name) => thumbnail(name, name));
    this.blendRow = make("div", { className: "row" }, ...this.blend.map(({ root }) => root));
    this.blendTitle = make("h5", {}, "A blend towards a real one");
    this.blendSaid = make("ul", { className: "said" });
    this.range = make("input", { type: "range", min: "0", max: String(PARTS), step: "1", "aria-label": "Share of the way" });
    this.range.addEventListener("input", () => this.showBlend());
    this.mark = make("i", { className: "mark", "aria-hidden": "true", hidden: true });
    this.slider = make("div", { className: "slider" }, this.range, this.mark);
    this.at = make("p", { className: "at" });
    this.ways = make("div", { className: "ways", hidden: true },
      make("div", { className: "way small" }, make("h5", {}, "The smallest change found"), this.smallRow, this.smallSaid,
        make("p", { className: "note" }, "Such an image is called adversarial. Length: the root of the summed squares of all pixels' changes. There may be a smaller change than the one found.")),
      make("div", { className: "way blend" }, this.blendTitle, this.blendRow, this.slider, this.at, this.blendSaid,
        make("p", { className: "note" }, "Towards the image whose last hidden layer is nearest, of those that are labelled and read so.")));
    this.root = make("section", { className: "turn" },
      make("h4", {}, "What would make it another digit?"), this.targets, this.hint, this.problem, this.ways);
  }

  /** @param {string[]} classes */
  name(classes) {
    this.classes = classes;
    this.buttons = classes.map((label, value) => {
      const button = make("button", { type: "button", "aria-label": `Make it ${label}` }, label);
      button.addEventListener("click", () => this.ask(value));
      return button;
    });
    this.targets.replaceChildren(...this.buttons);
  }

  /** Have nothing shown: it is about another drawing. */
  forget() {
    this.target = this.changes = null;
    this.ways.hidden = this.problem.hidden = true;
    this.hint.hidden = false;
  }

  /** @param {number | undefined} read the class that is read, which it cannot become */
  settle(read) {
    this.buttons.forEach((button, label) => {
      button.setAttribute("aria-pressed", String(label === this.target));
      button.disabled = label === read;
      button.title = button.disabled ? "It reads this already" : "";
    });
  }

  /** @param {Changes} changes */
  show(changes) {
    this.changes = changes;
    const { target, image, smallest, blend } = changes, name = this.classes[target];
    this.ways.hidden = false;
    for (const [drawing] of [this.small, this.blend]) paintImage(drawing.canvas, image);
    writeLines(this.smallSaid, smallest.said);
    const { change } = smallest;
    this.smallRow.hidden = !change;
    if (change && smallest.image) {
      const [, difference, together] = this.small, largest = Math.max(...change.map(Math.abs));
      paintColours(difference.canvas, (place) => signed(change[place] / largest, PAPER));
      paintImage(together.canvas, smallest.image);
      write(difference.words, `The change, ±${rounded(largest)}: blue adds ink, amber takes it`);
      write(together.words, `Together: reads ${name}`);
    }
    write(this.blendTitle, `A blend towards a real ${name}`);
    writeLines(this.blendSaid, blend.said);
    for (const part of [this.blendRow, this.slider, this.at]) part.hidden = !isWay(blend);
    if (!isWay(blend)) return;
    const [, , real] = this.blend, { turn } = blend;
    paintImage(real.canvas, blend.image);
    write(real.words, `${blend.from}, labelled ${name}`);
    this.mark.hidden = turn === null;
    this.mark.style.setProperty("--turn", String(turn ?? 0));
    this.range.value = String(Math.max(0, blend.labels.indexOf(target)));
    this.showBlend();
  }

  /** Show the blend at the place of the slider. */
  showBlend() {
    if (!this.changes || !isWay(this.changes.blend)) return;
    const { image: start, blend: { image, labels, probabilities } } = this.changes;
    const step = Number(this.range.value), share = step / PARTS, way = step === PARTS ? "100 %" : percent(share);
    paintImage(this.blend[1].canvas, start.map((level, place) => (1 - share) * level + share * image[place]));
    const words = `${way} of the way: reads ${this.classes[labels[step]]}, at ${percent(probabilities[step])}`;
    write(this.at, words);
    this.range.setAttribute("aria-valuetext", words);
  }
}

/** The section: what the pad tells, and what is asked of it. */
class WhyDigit {
  /** @param {PageData} data */
  constructor(data) {
    this.page = data;
    this.names = "";
    /** What the pad told of last. @type {Stroke[]} */
    this.strokes = [];
    /** The token of the network that has read it. */
    this.network = "";
    /** The drawing and the network, as text; and those that were asked about. */
    this.drawing = this.explained = "";
    this.inSight = false;
    /** The question of each kind that is under way. @type {Partial<Record<Kind, AbortController>>} */
    this.running = {};

    this.parts = {
      pixels: new PixelsPart(() => this.askPixels()),
      nearest: new NearestPart(),
      changes: new ChangesPart((target) => this.askChanges(target)),
    };
    this.title = make("h3", { className: "title" }, "Why this digit");
    this.nothing = make("p", { className: "note blank-note" },
      "Draw something and lift the pen: which pixels spoke for the answer, which images are alike, and what would change it, is then shown here.");
    this.body = make("div", { className: "body", hidden: true }, ...Object.values(this.parts).map(({ root }) => root));
    this.root = make("div", { className: "why" }, this.title, this.nothing, this.body);
    this.body.append(sectionSaves(this.root, "explanation", () => {
      const title = this.title.textContent ?? "";
      return { name: fileName(title), title, description: [...this.parts.pixels.facts.children].map((line) => line.textContent).join(" ") };
    }));

    document.addEventListener("primer-pad-read", (event) => {
      const { detail } = /** @type {CustomEvent} */ (event);
      if (detail.channel === this.page.channel && !detail.down && this.root.isConnected) this.take(detail);
    });
    new IntersectionObserver((entries) => {
      this.inSight = entries[entries.length - 1].isIntersecting;
      this.explain();
    }, { rootMargin: NEAR }).observe(this.root);
  }

  /** @param {PageData} data */
  fromPage(data) {
    this.page = data;
    const { channel, classes } = data, names = classes.join("\n");
    if (names !== this.names) {
      this.names = names;
      this.root.classList.toggle("long", classes.some((label) => label.length > 2));
      this.parts.pixels.name(classes);
      this.parts.changes.name(classes);
    }
    document.dispatchEvent(new CustomEvent("primer-pad-wanted", { detail: { channel } }));
  }

  /** @param {{strokes: Stroke[], network: string}} read what the pad tells of a finished drawing */
  take({ strokes, network }) {
    [this.strokes, this.network] = [strokes, network];
    const isBlank = strokes.length === 0;
    this.body.hidden = isBlank;
    this.nothing.hidden = !isBlank;
    this.drawing = JSON.stringify([network, strokes]);
    if (isBlank) {
      write(this.title, "Why this digit");
      this.explained = "";
      for (const one of Object.values(this.running)) one.abort();
    } else this.explain();
  }

  /**
   * Ask one question; a later one of the same kind makes an earlier one void.
   * @param {Kind} kind
   * @param {Record<string, any>} more than the drawing and the network
   * @returns {Promise<any>} the answer; null where there is none, or it came too late
   */
  async ask(kind, more) {
    this.running[kind]?.abort();
    const mine = this.running[kind] = new AbortController();
    const { root, problem } = this.parts[kind];
    root.setAttribute("aria-busy", "true");
    let found = null;
    try {
      const answer = await fetch(this.page.addresses[kind], {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ network: this.network, strokes: this.strokes, ...more }),
        signal: mine.signal,
      });
      const told = await answer.json();
      if (answer.ok) found = told;
      else write(problem, told.problem);
      problem.hidden = answer.ok;
    } catch {
      if (this.running[kind] !== mine) return null;
      write(problem, "The server does not answer.");
      problem.hidden = false;
    }
    if (this.running[kind] !== mine) return null;
    root.removeAttribute("aria-busy");
    return found;
  }

  /** Ask about the drawing, once, while the section is in sight. */
  async explain() {
    if (!this.inSight || !this.network || this.explained === this.drawing || this.strokes.length === 0) return;
    this.explained = this.drawing;
    const { pixels, nearest, changes } = this.parts;
    pixels.forget();
    changes.forget();
    this.running.changes?.abort();
    if (!(await this.askPixels())) return;
    const found = await this.ask("nearest", {});
    nearest.waiting.hidden = true;
    if (found) nearest.show(found);
  }

  /** @returns {Promise<boolean>} whether it was answered */
  async askPixels() {
    const { pixels, changes } = this.parts;
    const found = /** @type {Pixels | null} */ (await this.ask("pixels", { method: pixels.method, ...pixels.chosen }));
    if (!found) return false;
    const { classes } = this.page, first = classes[found.first];
    write(this.title, found.other === null ? `Why ${first}?` : `Why ${first}, and not ${classes[found.other]}?`);
    pixels.show(found);
    changes.settle(found.label);
    return true;
  }

  /** @param {number} target place of a class */
  async askChanges(target) {
    const { pixels, changes } = this.parts;
    changes.target = target;
    changes.settle(pixels.pixels?.label);
    const found = await this.ask("changes", { target });
    changes.hint.hidden = found !== null || changes.target !== target;
    if (found) changes.show(found);
  }
}
