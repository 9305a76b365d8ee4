// @ts-check
/** From the pen to the answer: every stage of a drawing as a picture, each with its switch and what that would change. */

import { make, write } from "./dom.js";
import { PadFollower } from "./follow_pad.js";
import { paint, pixelText, PixelPicture, placed } from "./pixel_picture.js";
import { fileName, sectionSaves } from "./section_file.js";
import { answerText } from "./shares.js";

/** @typedef {import("./pixel_picture.js").Pixels} Pixels */
/** @typedef {import("./shares.js").Answer} Answer */
/** @typedef {{cut: boolean, scaling: string, brighten: boolean, centre: boolean, bright: boolean, normalise: boolean}} Switches */
/** @typedef {{name: string, shape: number[], values?: number[], png?: string}} Stage values in thousandths, or a PNG of 8 bits */

/**
 * @typedef {object} Told
 * @property {"read" | "blank"} state
 * @property {Stage[]} stages
 * @property {{mean: number, std: number} | null} normalisation
 * @property {Answer} answer
 * @property {Answer} usual
 * @property {Record<string, Answer>} flipped
 */

/** @type {Switches} */
const ALL_ON = { cut: true, scaling: "area", brighten: true, centre: true, bright: true, normalise: true };
/** @type {Switches} */
const AS_IT_IS = { cut: false, scaling: "as drawn", brighten: false, centre: false, bright: true, normalise: true };

/**
 * @typedef {object} Kind
 * @property {string} name
 * @property {string} title
 * @property {(switches: Switches) => boolean} [isOn] none where it cannot be switched
 * @property {(switches: Switches) => Switches} [flip]
 * @property {string} on what it does
 * @property {string} [off] what happens without it
 */

/** @type {Kind[]} */
const KINDS = [
  { name: "pad", title: "the pad", on: "Your strokes, drawn with a round pen: 0 for paper, 1 for ink." },
  {
    name: "cut", title: "cut to the ink", isOn: ({ cut }) => cut, flip: (now) => ({ ...now, cut: !now.cut }),
    on: "Only the box around the ink goes on.",
    off: "The whole pad goes on, with all the paper around the ink.",
  },
  {
    name: "scaled", title: "20 pixels", isOn: ({ scaling }) => scaling !== "as drawn",
    flip: (now) => ({ ...now, scaling: now.scaling === "as drawn" ? "area" : "as drawn" }),
    on: "The longer side becomes 20 pixels, as in MNIST. “Area” averages all pixels that fall into one; “nearest” takes a single one of them.",
    off: "It stays as large as you drew it, on a scale that makes 28 pixels of the whole pad.",
  },
  {
    name: "brightened", title: "brightened", isOn: ({ brighten }) => brighten, flip: (now) => ({ ...now, brighten: !now.brighten }),
    on: "Divided by the brightness that 90 % of the ink stays below, and cut off at 1: averaging leaves a thin pen grey.",
    off: "The ink stays as grey as scaling left it.",
  },
  {
    name: "centred", title: "centre of mass", isOn: ({ centre }) => centre, flip: (now) => ({ ...now, centre: !now.centre }),
    on: "Laid on 28 × 28 pixels so that the centre of mass of the ink comes as near to pixel (14, 14) as whole pixels and the edge allow.",
    off: "It lies on the 28 × 28 pixels where you drew it on the pad.",
  },
  {
    name: "polarity", title: "bright ink", isOn: ({ bright }) => bright, flip: (now) => ({ ...now, bright: !now.bright }),
    on: "Ink is bright and paper dark, as in MNIST.",
    off: "Inverted, 1 − x: dark ink on bright paper.",
  },
  {
    name: "normalised", title: "normalised", isOn: ({ normalise }) => normalise, flip: (now) => ({ ...now, normalise: !now.normalise }),
    on: "", off: "The network gets the pixels as they are, though it learnt from normalised ones.",
  },
];
/** Pixels of a tile's canvas, both ways. */
const TILE = 196;

/**
 * What a tile says of its switch.
 * @param {Kind} kind
 * @param {Switches} switches
 * @param {Told} told
 * @returns {{text: string, turns: boolean}} turns: whether the label would be another one
 */
export function switchText({ name, isOn }, switches, { flipped, answer }) {
  const other = flipped[name];
  if (!isOn || !other) return { text: "", turns: false };
  return { text: `${isOn(switches) ? "off" : "on"}: reads ${answerText(other)}`, turns: other.label !== answer.label };
}

/** @type {Map<string, PenToAnswer>} the one section of each pad, which outlives a visit to another page */
const sections = new Map();

/**
 * @param {HTMLElement} parent
 * @param {{channel: string, address: string}} data
 */
export function mount(parent, data) {
  let section = sections.get(data.channel);
  if (!section) sections.set(data.channel, section = new PenToAnswer(data));
  if (section.root.parentNode !== parent) parent.append(section.root);
  section.follower.catchUp();
}

class PenToAnswer {
  /** @param {{channel: string, address: string}} data */
  constructor({ channel, address }) {
    /** @type {Switches} */
    this.switches = { ...ALL_ON };
    this.chosen = 2;
    /** @type {Told | null} */
    this.told = null;
    /** @type {(Pixels | null)[]} of each stage */
    this.pixels = KINDS.map(() => null);
    this.answers = 0;
    /** What is to be said of a switch once its answer is there. */
    this.switched = "";

    this.verdict = make("p", { className: "verdict" });
    this.usual = make("p", { className: "usual" });
    this.said = make("p", { className: "said", role: "status" });
    this.tiles = KINDS.map((kind, place) => this.tile(kind, place));
    this.large = new PixelPicture((text) => write(this.said, text));
    this.title = make("h4");
    this.words = make("p", { className: "words" });
    this.formula = make("p", { className: "formula" });
    this.ways = ["area", "nearest"].map((way) => {
      const button = make("button", { type: "button" }, way);
      button.addEventListener("click", () => this.set({ ...this.switches, scaling: way }, `Scaled by ${way}`));
      return button;
    });
    this.choice = make("div", { className: "choice", role: "group", "aria-label": "How it is scaled" }, ...this.ways);
    this.without = make("p", { className: "without" });
    this.twin = make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": "The values of this stage" });
    this.details = make("details", {}, make("summary", {}, "The values as a table"), this.twin);
    this.details.addEventListener("toggle", () => this.tabulate());
    const preset = (/** @type {string} */ title, /** @type {Switches} */ switches) => {
      const button = make("button", { type: "button" }, title);
      button.addEventListener("click", () => this.set({ ...switches }, title));
      return button;
    };
    this.presets = [preset("All stages on", ALL_ON), preset("The pad as it is", AS_IT_IS)];
    this.root = make("section", { className: "stages empty" },
      make("div", { className: "head" },
        make("div", {}, make("h3", {}, "From the pen to the answer"), make("p", { className: "note" }, "Switch a stage off and see what the network then reads.")),
        make("div", { className: "presets" }, ...this.presets)),
      make("p", { className: "nothing" }, "Draw a digit: each stage then follows the pen."),
      make("ol", { className: "strip" }, ...this.tiles.map(({ item }) => item)),
      make("div", { className: "look" }, this.large.root,
        make("div", { className: "text" }, this.title, this.words, this.formula, this.choice, this.without,
          make("div", { className: "answer" }, this.verdict, this.usual), this.details)),
      this.said);
    this.root.append(sectionSaves(this.root, "row of stages", () => {
      const answer = this.told?.answer ?? { label: "", probability: 0 };
      return {
        name: fileName("pen-to-answer", answer.label),
        title: `From the pen to the answer: reads ${answerText(answer)}`,
        description: KINDS.map(({ title, isOn }) => `${title}${isOn ? `: ${isOn(this.switches) ? "on" : "off"}` : ""}`).join(", "),
      };
    }));
    this.follower = new PadFollower({
      root: this.root, channel, address,
      settings: () => ({ switches: this.switches }),
      show: (told, { switches }) => this.show(told, switches),
      refuse: (problem) => write(this.said, problem),
    });
    this.settle();
  }

  /**
   * @param {Kind} kind
   * @param {number} place
   */
  tile(kind, place) {
    const canvas = make("canvas", { width: TILE, height: TILE });
    const picture = make("button", { type: "button", className: "picture", "aria-label": `Look at the stage “${kind.title}”` }, canvas);
    const name = make("span", { className: "name" }, kind.title);
    const toggle = make("button", { type: "button", className: "toggle", role: "switch", "aria-label": kind.title });
    const size = make("p", { className: "size" }), other = make("p", { className: "other" });
    toggle.hidden = !kind.flip;
    picture.addEventListener("click", () => {
      this.chosen = place;
      this.settle();
      this.look();
    });
    picture.addEventListener("pointermove", (event) => {
      const pixels = this.pixels[place];
      if (!pixels || event.pointerType === "touch") return;
      const box = canvas.getBoundingClientRect();
      const { left, top, cell } = placed(pixels, box.width);
      const [row, column] = [Math.floor((event.clientY - box.top - top) / cell), Math.floor((event.clientX - box.left - left) / cell)];
      const isInside = row >= 0 && row < pixels.height && column >= 0 && column < pixels.width;
      write(size, isInside ? pixelText(pixels, row, column) : this.sizeText(place));
    });
    picture.addEventListener("pointerleave", () => write(size, this.sizeText(place)));
    toggle.addEventListener("click", () => kind.flip && this.set(kind.flip(this.switches), kind.title));
    const item = make("li", {}, picture, make("div", { className: "row" }, name, toggle), size, other);
    return { item, canvas, picture, toggle, size, other };
  }

  /** @param {number} place */
  sizeText(place) {
    const shape = this.told?.stages?.[place]?.shape;
    if (!shape) return "";
    return shape.length === 2 ? shape.join(" × ") : `(${shape.join(", ")})`;
  }

  /**
   * @param {Switches} switches
   * @param {string} what was switched
   */
  set(switches, what) {
    this.switches = switches;
    this.switched = what;
    this.settle();
    this.follower.ask();
  }

  /** Show what is chosen and switched, without waiting for an answer. */
  settle() {
    const same = (/** @type {Switches} */ switches) => JSON.stringify(switches) === JSON.stringify(this.switches);
    [ALL_ON, AS_IT_IS].forEach((switches, place) => this.presets[place].setAttribute("aria-pressed", String(same(switches))));
    this.tiles.forEach(({ picture, toggle }, place) => {
      const isOn = KINDS[place].isOn?.(this.switches) ?? true;
      picture.setAttribute("aria-pressed", String(place === this.chosen));
      toggle.setAttribute("aria-checked", String(isOn));
      write(toggle, isOn ? "on" : "off");
    });
    const kind = KINDS[this.chosen], isOn = kind.isOn?.(this.switches) ?? true;
    write(this.title, kind.title);
    write(this.words, isOn ? kind.on : kind.off ?? "");
    this.choice.hidden = kind.name !== "scaled" || !isOn;
    this.ways.forEach((button) => button.setAttribute("aria-pressed", String(button.textContent === this.switches.scaling)));
    this.describe();
  }

  /** Say of the chosen stage what depends on the answer. */
  describe() {
    const kind = KINDS[this.chosen], { told } = this;
    write(this.formula, "");
    write(this.without, "");
    if (told?.state !== "read") return;
    if (kind.name === "normalised") {
      const { normalisation, stages } = told;
      if (!normalisation) write(this.words, "This network takes the pixels as they are: it does not normalise.");
      else if (this.switches.normalise) {
        write(this.words, "Less the mean of the pixels that the network learnt from, divided by their standard deviation. A batch axis and a channel axis stand in front.");
        write(this.formula, `(x − ${normalisation.mean.toFixed(4)}) / ${normalisation.std.toFixed(4)}`);
      }
      if (!stages) return;
    }
    const { text } = switchText(kind, this.switches, told);
    const parts = text ? [`Switched ${text}.`] : [];
    const nearest = told.flipped.nearest;
    if (kind.name === "scaled" && this.switches.scaling !== "as drawn" && nearest) {
      parts.push(`Scaled by ${this.switches.scaling === "area" ? "nearest" : "area"}: reads ${answerText(nearest)}.`);
    }
    write(this.without, parts.join(" "));
  }

  /**
   * @param {Told} told
   * @param {Switches} switches that it was asked with
   */
  async show(told, switches) {
    const answers = this.answers += 1;
    const pixels = told.state === "read" ? await Promise.all(told.stages.map(decoded)) : KINDS.map(() => null);
    if (answers !== this.answers) return;            // a later answer was decoded sooner
    this.told = told;
    this.pixels = pixels;
    this.root.classList.toggle("empty", told.state !== "read");
    this.tiles.forEach(({ canvas, toggle, size, other }, place) => {
      paint(canvas, pixels[place]);
      write(size, this.sizeText(place));
      const { text, turns } = told.state === "read" ? switchText(KINDS[place], switches, told) : { text: "", turns: false };
      write(other, text);
      other.classList.toggle("turns", turns);
      if (KINDS[place].name === "normalised") toggle.hidden = told.state === "read" && !told.normalisation;
    });
    const isUsual = told.state === "read" && told.answer.label === told.usual.label && told.answer.probability === told.usual.probability;
    write(this.verdict, told.state === "read" ? `Reads ${answerText(told.answer)}` : "");
    write(this.usual, told.state === "read" && !isUsual ? `With all stages on: ${answerText(told.usual)}` : "");
    this.verdict.classList.toggle("turns", told.state === "read" && told.answer.label !== told.usual.label);
    if (this.switched && told.state === "read") write(this.said, `${this.switched}: reads ${answerText(told.answer)}`);
    this.switched = "";
    this.describe();
    this.look();
  }

  look() {
    const { title } = KINDS[this.chosen];
    this.large.show(this.pixels[this.chosen], `The stage “${title}”, large. Arrow keys go from pixel to pixel.`);
    this.tabulate();
  }

  tabulate() {
    const pixels = this.pixels[this.chosen];
    const fits = pixels !== null && Math.max(pixels.height, pixels.width) <= 28;
    this.details.hidden = !fits;
    if (!fits || !this.details.open) return;
    const { height, width, values } = pixels;
    const row = (/** @type {number} */ at) => make("tr", {}, make("th", { scope: "row" }, String(at)),
      ...Array.from({ length: width }, (_, column) => make("td", {}, pixelText(pixels, at, column).split(": ")[1])));
    this.twin.replaceChildren(make("table", {},
      make("caption", {}, `${KINDS[this.chosen].title}: ${height} rows, ${width} columns`),
      make("thead", {}, make("tr", {}, make("td"), ...Array.from({ length: width }, (_, column) => make("th", { scope: "col" }, String(column))))),
      make("tbody", {}, ...Array.from({ length: values.length / width }, (_, at) => row(at)))));
  }
}

/**
 * @param {Stage} stage
 * @returns {Promise<Pixels>}
 */
async function decoded({ shape, values, png }) {
  const [height, width] = shape.slice(-2);
  if (values) return { height, width, values: values.map((value) => value / 1000) };
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = make("canvas", { width, height });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  return { height, width, values: Float32Array.from({ length: height * width }, (_, place) => data[4 * place] / 255) };
}
