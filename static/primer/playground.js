// @ts-check
/** The playground's page: a network learns points in the plane, and everything about it can be seen and set meanwhile. */

import { ownParameters, sorted, writeOwnParameters } from "./address.js";
import { counted, make, write, writeText } from "./dom.js";
import { editNumber, pointsText, rounded, withEdit } from "./plane_geometry.js";
import { LossPicture, lossWords } from "./playground_losses.js";
import { NetworkPicture } from "./playground_network.js";
import { Plane, coordinate, coloursOf, toolsOf } from "./playground_plane.js";
import { MOST_STEPS, Trainer } from "./playground_trainer.js";
import { UnitPanel } from "./playground_unit.js";
import { bytesOf } from "./signed_cells.js";

/** @typedef {import("./playground_trainer.js").Told} Told */
/** @typedef {{name: string, label: string, group: string, options?: [string, string][], least?: number, most?: number, step?: number, check?: true}} Field */
/**
 * @typedef {object} Data
 * @property {string} address
 * @property {string} opened
 * @property {Record<string, string>} question
 * @property {Record<string, string>} usual
 * @property {string[]} problems
 * @property {{title: string, question: Record<string, string>}[]} presets
 * @property {Field[]} fields
 * @property {string} code key of the view of the code
 */

const DRAWN = ["moons", "circles", "spirals", "blobs", "xor", "line", "curve"];
const CURVES = ["line", "curve", "own_curve"];
const ADDRESS_AFTER = 300;   // ms: browsers refuse to be told of an address more often
const LATE = 700;            // ms after which it is said that an answer is waited for
const CALM = 500;            // ms between two pictures for who wants little motion
const LAST = 6;              // losses of batches that are written out
const MOST_UNDONE = 50;

const VISITOR = sessionStorage.getItem("primer visitor") ?? Math.random().toString(36).slice(2);
sessionStorage.setItem("primer visitor", VISITOR);

/** @type {WeakMap<HTMLElement, Playground>} */
const pages = new WeakMap();

/**
 * Show the playground in an element. When Streamlit has run the page again, the question is the browser's already.
 * @param {HTMLElement} parent
 * @param {Data} data
 */
export function mount(parent, data) {
  const known = pages.get(parent);
  if (known?.root.isConnected) return known.recolour();
  pages.set(parent, new Playground(parent, data));
}

class Playground {
  /**
   * @param {HTMLElement} parent
   * @param {Data} data
   */
  constructor(parent, data) {
    this.data = data;
    this.calm = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.painted = -CALM;
    /** @type {any} */
    this.addressTimer = 0;
    const here = ownParameters();
    const asked = sorted(here) === sorted(new URLSearchParams(data.opened)) ? data.question : { ...data.usual, ...Object.fromEntries(here) };
    this.trainer = new Trainer({
      question: asked,
      ask: (request) => this.ask(request),
      show: (told) => this.show(told),
      fail: (problem) => this.fail(problem),
      change: () => this.settle(),
      mayRun: () => this.root.isConnected && document.visibilityState === "visible",
    });

    this.presets = make("div", { className: "presets", role: "group", "aria-label": "Presets" },
      ...data.presets.map(({ title, question }) => {
        const pill = make("button", { type: "button", className: "pill" }, title);
        pill.addEventListener("click", () => this.openPreset(question));
        return pill;
      }));
    this.playButton = make("button", { type: "button", className: "play" }, "Play");
    this.playButton.addEventListener("click", () => (this.trainer.playing ? this.trainer.stop() : this.trainer.play()));
    this.stepButton = make("button", { type: "button" }, "Step");
    this.stepButton.addEventListener("click", () => this.trainer.advance(1));
    const reset = make("button", { type: "button" }, "Reset");
    reset.addEventListener("click", () => this.trainer.reset());
    this.paceBox = make("select", {}, ...[["slow", "up to 4 steps a second"], ["steady", "up to 100 steps a second"], ["full", "full pace"]].map(([value, text]) => make("option", { value }, text)));
    this.paceBox.value = this.trainer.pace;
    this.paceBox.addEventListener("change", () => { this.trainer.pace = /** @type {"slow" | "steady" | "full"} */ (this.paceBox.value); });
    this.steps = make("span", { className: "count" });
    this.limit = make("span", { className: "note" });

    this.plane = new Plane({
      look: (x, y) => this.put({ at: `${x}_${y}` }),
      points: (points) => this.place(points),
      say: (text) => write(this.said, text),
    });
    this.plane.describe("The plane: nothing is computed yet.");
    this.tools = toolsOf(this.plane);
    this.clear = make("button", { type: "button", className: "clear", title: "Remove all points" }, "Clear");
    this.clear.addEventListener("click", () => { this.place([]); write(this.said, "All points are removed."); });
    /** @type {Record<string, string>[]} questions as they were before points were changed or replaced, the last one last */
    this.earlier = [];
    this.undoButton = make("button", { type: "button", className: "clear", title: "Undo the last change of the points (Ctrl+Z in the plane)", "aria-disabled": "true" }, "Undo");
    this.undoButton.addEventListener("click", () => this.undo());
    this.plane.canvas.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
      event.preventDefault();
      this.undo();
    });
    this.caption = make("p", { className: "caption" });
    this.reading = make("p", { className: "reading" });
    this.network = new NetworkPicture({
      widths: (widths) => this.put({ widths }),
      choose: (unit) => this.put({ unit, ...(unit && !this.trainer.question.at ? { at: this.firstPlace() } : {}) }),
      point: (unit, words) => this.pointAt(unit, words),
    });
    this.unit = new UnitPanel((place, value) => this.setByHand(place, value));
    this.byHand = make("span");
    this.takeBack = make("button", { type: "button" }, "Take them back");
    this.takeBack.addEventListener("click", () => this.put({ edits: "" }));
    this.hands = make("p", { className: "hands", hidden: true }, this.byHand, this.takeBack);
    this.unit.root.append(this.hands);
    this.losses = new LossPicture();
    this.numbers = make("dl", { className: "numbers" });
    this.lastLosses = make("p", { className: "note last" });
    this.story = make("div", { className: "story" });
    this.problem = make("p", { className: "problem", role: "alert", hidden: true });
    this.problems = make("div", { className: "problems" }, ...data.problems.map((text) => make("p", { className: "problem" }, text)));
    this.taken = make("p", { className: "problem", hidden: true });
    this.waiting = make("p", { className: "waiting", hidden: true }, "PyTorch is being loaded, or others wait before you.");
    this.said = make("p", { className: "said", role: "status", "aria-live": "polite" });
    this.controls = this.fieldsets();
    const keys = make("p", { className: "note", id: "plane-keys" },
      "With keys: arrows move the place that is looked at, with Shift faster. B and O place a blue or an orange point there, or give the one that lies there that class. M takes a point along, Enter puts it down, Delete removes it. Ctrl+Z undoes the last change of the points.");
    this.plane.canvas.setAttribute("aria-describedby", "plane-keys");
    this.root = make("section", { className: "playground" },
      this.problems, this.presets,
      make("div", { className: "transport" }, this.playButton, this.stepButton, reset, make("label", { className: "pace" }, make("span", {}, "Pace"), this.paceBox), this.steps, this.limit, this.waiting),
      this.problem,
      make("div", { className: "stage" },
        this.network.root,
        make("div", { className: "middle" }, make("div", { className: "above" }, this.tools.root, make("div", { className: "back" }, this.undoButton, this.clear)), this.plane.canvas, this.caption, this.reading),
        make("div", { className: "beside" }, make("h4", {}, "Loss"), this.losses.root, this.legend(), this.numbers, this.lastLosses)),
      this.controls, this.taken,
      make("div", { className: "below" }, this.unit.root, make("section", { className: "card", "aria-label": "What happened" }, make("h4", {}, "What happened"), this.story)),
      make("details", { className: "keys" }, make("summary", {}, "Keys of the plane"), keys),
      this.said);
    parent.append(this.root);
    // A description that is folded away is read all the same: a reader takes the text of what an id names.
    this.listening = new AbortController();
    this.hear(document, "visibilitychange", () => this.trainer.run());
    // Before anything that may leave the page: Back brings the network back as far as it was.
    this.hear(document, "click", () => this.writeAddress());
    this.hear(globalThis, "pagehide", () => this.writeAddress());
    this.hear(window.matchMedia("(prefers-color-scheme: dark)"), "change", () => setTimeout(() => this.recolour(), 300));
    this.hear(document, "primer-code-wanted", (event) => {
      if (/** @type {CustomEvent} */ (event).detail.view === data.code) this.tellCode();
    });
    new ResizeObserver(() => { this.plane.paint(); this.network.paint(); }).observe(this.root);
    this.recolour();
    this.settle();
    this.trainer.run();
  }

  /**
   * Listen until the page is left.
   * @param {EventTarget} target
   * @param {string} name
   * @param {(event: Event) => void} act
   */
  hear(target, name, act) {
    target.addEventListener(name, (event) => {
      if (this.root.isConnected) act(event);
      else this.listening.abort();
    }, { signal: this.listening.signal, capture: true });
  }

  legend() {
    const entry = (/** @type {string} */ name, /** @type {string} */ text) => make("li", { className: name }, make("i", { "aria-hidden": "true" }), text);
    return make("ul", { className: "legend" }, entry("train", "training points"), entry("test", "test points"), entry("batch", "each batch"));
  }

  fieldsets() {
    /** @type {Map<string, HTMLInputElement | HTMLSelectElement>} */
    this.inputs = new Map();
    const groups = new Map([["Points", make("fieldset", {}, make("legend", {}, "Points"))], ["Network", make("fieldset", {}, make("legend", {}, "Network"))], ["Training", make("fieldset", {}, make("legend", {}, "Training"))]]);
    for (const field of this.data.fields) {
      const input = field.options
        ? make("select", {}, ...field.options.map(([value, text]) => make("option", { value }, text)))
        : make("input", field.check ? { type: "checkbox" } : { type: "number", min: String(field.least), max: String(field.most), step: String(field.step) });
      const words = make("span", { className: "label" }, field.label);
      const label = make("label", { className: field.check ? "field check" : "field" }, ...(field.check ? [input, words] : [words, input]));
      label.dataset.field = field.name;
      input.addEventListener("change", () => this.take(field, input));
      groups.get(field.group)?.append(label);
      this.inputs.set(field.name, input);
    }
    return make("div", { className: "settings" }, ...groups.values());
  }

  /**
   * @param {Field} field
   * @param {HTMLInputElement | HTMLSelectElement} input
   */
  take(field, input) {
    if (field.check) return this.put({ [field.name]: String(/** @type {HTMLInputElement} */ (input).checked) });
    let text = input.value;
    if (!field.options) {
      const number = Number(text), { least = 0, most = 1 } = field;
      const isNumber = text !== "" && Number.isFinite(number);
      const taken = Math.max(least, Math.min(most, Number.isInteger(field.step) ? Math.round(number) : Math.round(number * 1e4) / 1e4));
      const wanted = text;
      text = isNumber ? String(taken) : this.trainer.question[field.name];
      input.value = text;
      this.put({ [field.name]: text });
      return this.tell(isNumber && taken === number ? "" : `${field.label} is a number from ${least} to ${most}${wanted === "" ? "" : `, not ${wanted}`}: ${text} is taken.`);
    }
    if (field.name === "data") this.remember();
    if (field.name === "data" && !DRAWN.includes(text) && text !== "five") return this.put({ data: text, points: text === "own" || text === "own_curve" ? this.kept(text) : "" });
    this.put({ [field.name]: text });
  }

  /**
   * Say what became of a number that cannot be taken.
   * @param {string} words
   */
  tell(words) {
    write(this.taken, words);
    this.taken.hidden = !words;
    if (words) write(this.said, words);
  }

  /**
   * What a learner's own set begins with: the points that are shown, if they are of its kind.
   * @param {string} data
   */
  kept(data) {
    return (data === "own_curve") === this.plane.isCurve ? pointsText(this.plane.points) : "";
  }

  /** @param {Record<string, string>} question */
  openPreset(question) {
    this.tell("");
    this.remember();
    const wasPlaying = this.trainer.playing;
    this.trainer.playing = false;
    this.trainer.question = { ...question };
    this.trainer.begin(Number(question.step) || 0);
    this.settle();
    if (wasPlaying) this.trainer.change();
    this.trainer.run();
  }

  /** @param {Record<string, string>} texts */
  put(texts) {
    this.tell("");
    this.trainer.put(texts);
    this.settle();
  }

  /** Note what is asked, before its points become others. */
  remember() {
    this.earlier = [...this.earlier, this.trainer.question].slice(-MOST_UNDONE);
  }

  undo() {
    const before = this.earlier.at(-1);
    if (!before) return write(this.said, "There is nothing to undo.");
    this.earlier = this.earlier.slice(0, -1);
    this.put(before);
    write(this.said, "The points are as they were before.");
  }

  /** @param {import("./plane_geometry.js").Point[]} points */
  place(points) {
    const { data, points: before, edits, unit } = this.trainer.question;
    const own = CURVES.includes(data) ? "own_curve" : "own";
    this.plane.points = points.map((point) => ({ ...point, x: rounded(point.x), y: rounded(point.y) }));
    const text = pointsText(this.plane.points);
    if (data === own && text === before) return;   // a class that a point has already
    this.remember();
    this.put({ data: own, points: text, edits, unit });
  }

  /**
   * @param {string} place
   * @param {number} value
   */
  setByHand(place, value) {
    const { step, question } = this.trainer;
    if (this.trainer.playing) this.trainer.stop();
    this.trainer.edit(withEdit(question.edits, `${step}${place}`, Number(editNumber(value))));
    this.settle();
  }

  firstPlace() {
    const [point] = this.plane.points;
    return point ? `${point.x}_${point.y}` : "1_1";
  }

  /**
   * @param {number | null} unit
   * @param {string} words
   */
  pointAt(unit, words) {
    const { told } = this;
    if (unit === null || !told) this.plane.unit = null;
    else {
      const [height, width] = told.dims;
      const cells = bytesOf(told.units).subarray(unit * height * width, (unit + 1) * height * width);
      this.plane.unit = height === 1 ? { heights: cells } : { cells, side: height };
    }
    this.pointed = unit === null ? "" : words;
    this.plane.paint();
    this.writeCaption();
  }

  /**
   * @param {object} request
   * @returns {Promise<Told>}
   */
  async ask(request) {
    const timer = setTimeout(() => { this.waiting.hidden = false; }, LATE);
    try {
      const response = await fetch(this.data.address, {
        method: "POST", headers: { "Content-Type": "application/json", "X-Visitor": VISITOR }, body: JSON.stringify(request),
      }).catch(() => { throw new Error("The server does not answer. Press Play or Step to ask again."); });
      const answer = await response.json().catch(() => ({ problem: `The server answered ${response.status}.` }));
      if (!response.ok) throw new Error(answer.problem);
      return answer;
    } finally {
      clearTimeout(timer);
      this.waiting.hidden = true;
    }
  }

  /** @param {string} problem */
  fail(problem) {
    this.problem.hidden = !problem;
    write(this.problem, problem);
  }

  /** @param {Told} told */
  show(told) {
    const { question, step, losses } = this.trainer;
    const now = performance.now();
    if (this.trainer.playing && this.calm.matches && now - this.painted < CALM) return;
    this.painted = now;
    this.told = told;
    this.plane.at = question.at ? /** @type {[number, number]} */ (question.at.split("_").map(Number)) : null;
    this.plane.show(told);
    this.network.show(told, question.unit);
    this.unit.show(told, question.unit);
    const { train, test } = told;
    const words = `Loss after ${counted(step, "step")}${train ? `: training ${lossWords(train.loss)}` : ""}${test ? `, test ${lossWords(test.loss)}` : ""}.`;
    this.losses.show(losses, this.trainer.history, words);
    write(this.steps, counted(step, "step"));
    this.figures(told);
    const last = losses.slice(-LAST).map((loss) => (loss === null ? "not finite" : loss.toFixed(2)));
    write(this.lastLosses, last.length ? `Last batches: ${last.join("  ")}` : "");
    this.story.replaceChildren(...told.says.map((text) => { const paragraph = make("p"); writeText(paragraph, text); return paragraph; }));
    this.read(told);
    this.writeCaption();
    this.plane.describe(`The plane after ${counted(step, "step")}, with ${counted(this.plane.points.length, "point")}. ${this.reading.textContent}`);
    if (told.code) {
      this.code = told.code;
      write(this.said, this.story.firstElementChild?.textContent ?? "");
    }
    this.tellCode(!told.code);
    this.root.dataset.step = String(step);
    this.root.dataset.settled = String(Boolean(told.code));
    this.keepAddress();
    this.settle();
  }

  /** @param {Told} told */
  figures({ train, test }) {
    const rows = [["training", train], ["test", test]].flatMap(([name, score]) => {
      if (!score || typeof score === "string") return [];
      const right = score.right === undefined ? "" : `${score.right}/${score.of} right`;
      return [make("dt", {}, `${name}`), make("dd", {}, make("b", {}, lossWords(score.loss)), right ? ` · ${right}` : "")];
    });
    this.numbers.replaceChildren(...rows);
  }

  /** @param {Told} told */
  read({ looked, sizes }) {
    if (!looked) return write(this.reading, "Press a place in the plane: what the network makes of it stands here.");
    const digits = (/** @type {number | null} */ value) => (value === null ? "not finite" : value.toFixed(4).replace("-", "−"));
    if (sizes[0] === 1) return write(this.reading, `At x = ${coordinate(looked.at[0])} the network gives ${digits(looked.logits[0])}.`);
    const place = `At (${looked.at.map(coordinate).join(", ")})`;
    const shares = looked.probabilities ?? [];
    if (shares.length === 1) return write(this.reading, `${place}: logit ${digits(looked.logits[0])}, probability of blue ${digits(shares[0])}.`);
    return write(this.reading, `${place}: logits ${looked.logits.map(digits).join(", ")}; probabilities ${digits(shares[0])} orange, ${digits(shares[1])} blue.`);
  }

  writeCaption() {
    const usual = this.plane.isCurve ? "The line is what the network gives. Hollow points only test."
      : "The line is where both classes are equally probable. Hollow points only test.";
    write(this.caption, this.pointed ? `What ${this.pointed.split(":")[0]} gives at each place${this.pointed.includes(":") ? `; ${this.pointed.split(": ")[1]} at the marked one` : ""}.` : usual);
  }

  /** @param {boolean} [waits] */
  tellCode(waits = false) {
    if (!this.code) return;
    const { text, marks } = this.code;
    const code = text || "# Place points first: there is nothing to learn yet.";
    document.dispatchEvent(new CustomEvent("primer-code", { detail: { view: this.data.code, code, marks: text ? marks : [[0, code.length, "comment"]], waits } }));
  }

  settle() {
    const { question, playing, step } = this.trainer;
    write(this.playButton, playing ? "Pause" : "Play");
    this.root?.classList.toggle("playing", playing);
    this.playButton.disabled = !playing && step >= MOST_STEPS;
    this.stepButton.disabled = step >= MOST_STEPS;
    write(this.limit, step >= MOST_STEPS ? "That is the most that is trained here." : "");
    const isCurve = CURVES.includes(question.data), isDrawn = DRAWN.includes(question.data);
    this.tools.settle(isCurve);
    this.clear.disabled = this.plane.points.length === 0;
    this.undoButton.setAttribute("aria-disabled", String(this.earlier.length === 0));
    for (const [name, input] of this.inputs ?? []) {
      const label = /** @type {HTMLElement} */ (input.closest("label"));
      label.hidden = (["count", "noise"].includes(name) && !isDrawn) || (name === "share" && question.data === "five") || (name === "outputs" && isCurve);
      if (input instanceof HTMLInputElement && input.type === "checkbox") input.checked = question[name] === "true";
      else if (!input.matches(":focus") || input instanceof HTMLSelectElement) input.value = question[name];
    }
    const edits = question.edits ? question.edits.split("~").length : 0;
    this.hands.hidden = edits === 0;
    this.unit.root.hidden = !question.unit && edits === 0;
    write(this.byHand, `${counted(edits, "number")} ${edits === 1 ? "is" : "are"} set by hand. `);
    [...this.presets.children].forEach((pill, place) => {
      const preset = this.data.presets[place].question;
      const isLit = Object.keys(preset).every((name) => ["step", "at", "unit"].includes(name) || preset[name] === question[name]);
      pill.setAttribute("aria-pressed", String(isLit));
    });
  }

  recolour() {
    this.plane.colours = this.network.colours = coloursOf(this.root);
    this.network.repaint();
    this.plane.paint();
  }

  /** Have the address follow, a little late, once nothing moves. */
  keepAddress() {
    if (this.addressTimer || this.trainer.playing) return;
    this.addressTimer = setTimeout(() => { this.addressTimer = 0; this.writeAddress(); }, ADDRESS_AFTER);
  }

  writeAddress() {
    if (!this.root.isConnected) return;
    const { question, step } = this.trainer;
    const next = new URLSearchParams();
    for (const [name, text] of Object.entries({ ...question, step: String(step) })) if (text !== this.data.usual[name]) next.set(name, text);
    writeOwnParameters("playground", next);
  }
}
