// @ts-check
/**
 * A learner's own digits: labelled, looked through, saved, opened, and sent with the start of a run that learns them. They
 * lie in this browser; the page knows what became of a run. What is on the pad comes by the pad's events, which the
 * beginning of `digit_pad.js` describes.
 */

import { base64, digitsOf, imagesFile, labelsFile, sheetOf, SIDE } from "./digit_files.js";
import { DigitStore, MOST_DIGITS } from "./digit_store.js";
import { counted, keepFocus, make, pressOnce, write } from "./dom.js";
import { levelsOf, paintLevels } from "./grey_levels.js";

/** @typedef {import("./digit_store.js").Digit} Digit */

/**
 * @typedef {object} PageData what the page says
 * @property {string} channel of the pad
 * @property {{id: string, title: string}} network that is taught
 * @property {string | null} address where a run is started; null where there is no desk for one yet
 * @property {number} asked number of the last press of Teach that the page has made a desk for
 * @property {string} why_not why nothing can be taught now; empty if it can
 * @property {number[]} epochs the fewest and the most passes, and those at first
 * @property {number} most_replay the largest replay share in hundredths
 * @property {Result | null} result of the run that learned digits last
 */

/**
 * @typedef {object} Result
 * @property {string} run
 * @property {boolean} ended
 * @property {string} caption what was taught
 * @property {{name: string, before: string, after: string, worse: boolean}[]} rows of the table: shares read right
 * @property {string[]} told in sentences
 * @property {number[] | null} read the label that each digit got at last, in the order in which they were sent
 */

/** @typedef {(name: string, value: any) => void} Trigger */

/**
 * @typedef {object} Drawing what was read last of the pad
 * @property {number} sequence
 * @property {object[]} strokes
 * @property {Uint8Array} image
 */

const DIGITS = Array.from({ length: 10 }, (_, digit) => digit);
const NAMES = { images: "my-digits-images-idx3-ubyte", labels: "my-digits-labels-idx1-ubyte", sheet: "my-digits.png" };
/** Most bytes of a file that is opened: a packed one may hold MNIST itself, which is then refused for its count. */
const MOST_BYTES = 20_000_000;
/** Key of what was sent with the last run, as long as the tab is open: its id, and the ids of the digits. */
const SENT = "primer-digits-sent";

/** @type {WeakMap<HTMLElement, OwnDigits>} */
const views = new WeakMap();
/** @type {OwnDigits | null} */
let latest = null;

const a = (/** @type {number} */ label) => `${label === 8 ? "an" : "a"} ${label}`;

/**
 * Show what the page says, in the view that is there or in a new one.
 * @param {HTMLElement} parent
 * @param {PageData} data
 * @param {Trigger} setState
 * @param {Trigger} trigger has the page run again
 */
export function mount(parent, data, setState, trigger) {
  let view = views.get(parent);
  if (!view) {
    // A run of the page may take the place of the view away for a moment: what is chosen and the focus come back.
    view = latest && !latest.root.isConnected ? latest : new OwnDigits(data);
    parent.append(view.root);
    view.returnFocus();
    views.set(parent, (latest = view));
  }
  view.setState = setState;
  view.trigger = trigger;
  view.fromPage(data);
  document.dispatchEvent(new CustomEvent("primer-pad-wanted", { detail: { channel: data.channel } }));
}

/**
 * Hand a file to the browser's downloads.
 * @param {string} name
 * @param {Blob} content
 */
function download(name, content) {
  const link = make("a", { href: URL.createObjectURL(content), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/**
 * @param {File} file
 * @returns {Promise<{name: string, bytes: Uint8Array}>} unpacked, where it is packed by gzip
 */
async function opened(file) {
  if (file.size > MOST_BYTES) throw new Error(`${file.name} has ${Math.round(file.size / 1e6)} MB; at most ${MOST_BYTES / 1e6} are opened.`);
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return { name: file.name, bytes };
  const reader = file.stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  /** @type {Uint8Array[]} */
  const parts = [];
  let size = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      parts.push(next.value);
      size += next.value.length;
      if (size > 4 * MOST_BYTES) throw new RangeError();
    }
  } catch (error) {
    throw new Error(error instanceof RangeError ? `${file.name} is too large when it is unpacked.` : `${file.name} cannot be unpacked.`);
  }
  return { name: file.name, bytes: new Uint8Array(await new Blob(/** @type {BlobPart[]} */ (parts)).arrayBuffer()) };
}

class OwnDigits {
  /** @param {PageData} data */
  constructor(data) {
    /** @type {Trigger} */
    this.setState = () => {};
    /** @type {Trigger} */
    this.trigger = () => {};
    this.page = data;
    /** @type {DigitStore | null} */
    this.store = null;
    /** @type {Digit[]} */
    this.digits = [];
    /** @type {number | null} id of the digit that is chosen */
    this.chosen = null;
    /** @type {{key: string, id: number} | null} the drawing that was stored last */
    this.stored = null;
    /** @type {Drawing | null} null for a blank pad */
    this.drawing = null;
    /** The number of what is on the pad now, whether the pen is down, and whether there is nothing. */
    this.pad = { sequence: 0, down: false, blank: true };
    this.labelled = Promise.resolve();
    /** @type {number | null} the label of a drawing that is still being read */
    this.early = null;
    /** Number of the press of Teach that waits for a desk; 0 for none. */
    this.waiting = 0;
    this.starting = false;
    /** @type {Map<number, HTMLButtonElement>} by id */
    this.items = new Map();

    this.image = make("canvas", { width: SIDE, height: SIDE, className: "drawing", role: "img" });
    this.question = make("p", { className: "question" });
    this.labels = this.#tenButtons("Label of the drawing", (label) => `This is ${a(label)}`, (label) => this.#label(label));
    this.said = make("p", { className: "said", role: "status" });
    this.counts = make("p", { className: "counts" });
    this.list = make("ul", { className: "digits", "aria-label": "My digits" });
    this.list.addEventListener("keydown", (event) => this.#listKey(event));
    this.chosenWords = make("span");
    this.relabels = this.#tenButtons("New label", (label) => `Call it ${label}`, (label) => this.#relabel(label));
    this.chosenTools = make("div", { className: "chosen", role: "group", "aria-label": "The chosen digit" },
      this.chosenWords, this.relabels, this.#button("Delete", () => this.#remove()), this.#button("Done", () => this.#choose(null, true)));

    this.picker = make("input", { type: "file", multiple: true, hidden: true, "aria-label": "IDX files to open" });
    this.picker.addEventListener("change", () => this.#open([...(this.picker.files ?? [])]));
    this.saves = [
      this.#button("Save as PNG", () => this.#saveSheet(), "All digits on one sheet"),
      this.#button("Save images (IDX)", () => this.#saveImages(), "The images as MNIST's own files have them"),
      this.#button("Save labels (IDX)", () => this.#saveLabels(), "The labels as MNIST's own files have them"),
    ];
    this.clear = this.#button("Delete all", () => this.#ask(true));
    this.sure = make("span", { className: "sure", role: "group", "aria-label": "Delete all digits?" }, make("span"),
      this.#button("Yes, delete them", () => this.#clear()), this.#button("Keep them", () => this.#ask(false)));
    this.sure.hidden = true;
    this.files = make("div", { className: "files", role: "group", "aria-label": "Files of my digits" },
      ...this.saves, this.#button("Open IDX files", () => this.picker.click(), "A file of images and its file of labels, chosen together"),
      this.picker, this.clear, this.sure);
    pressOnce(this.files);

    this.replay = make("input", { type: "range", min: "0", max: String(data.most_replay), step: "5", value: "0", "aria-label": "Replay share" });
    this.replayWords = make("span", { className: "share", "aria-hidden": "true" });
    this.replay.addEventListener("input", () => this.#writeReplay());
    const [fewest, most, usual] = data.epochs;
    this.epochs = make("input", { type: "number", min: String(fewest), max: String(most), step: "1", value: String(usual) });
    this.epochs.addEventListener("input", () => this.#write());
    this.teach = this.#button("Teach it", () => this.#teach());
    this.teach.classList.add("main");
    this.teachWhy = make("p", { className: "note" });
    this.teaching = make("div", { className: "teach", role: "group", "aria-label": "Teach the network" },
      make("label", { className: "replay" }, make("span", {}, "Replay share"), this.replay, this.replayWords),
      make("label", { className: "passes" }, make("span", {}, "Passes"), this.epochs), this.teach, this.teachWhy);
    this.result = make("div", { className: "result" });
    this.root = make("div", { className: "primer-own-digits" },
      make("div", { className: "ask" }, this.image, make("div", {}, this.question, this.labels)),
      this.said, this.counts, this.list, this.chosenTools, this.files, this.teaching, this.result);
    this.returnFocus = keepFocus(this.root);
    this.root.addEventListener("keydown", (event) => this.#key(event));
    // The pad leaves digits to whoever wants them: who has just drawn types the label.
    document.addEventListener("keydown", (event) => {
      const pad = event.composedPath().find((node) => node instanceof Element && node.getAttribute("role") === "application");
      if (pad && this.root.isConnected) this.#key(event);
    });
    const follow = (/** @type {string} */ type, /** @type {(detail: any) => void} */ act) => document.addEventListener(type, (event) => {
      const { detail } = /** @type {CustomEvent} */ (event);
      if (detail.channel === this.page.channel && this.root.isConnected) act(detail);
    });
    follow("primer-pad-drawn", ({ sequence, strokes, down }) => {
      this.pad = { sequence, down, blank: !strokes.length };
      if (this.pad.blank) this.drawing = this.early = null;
      this.#writeDrawing();
    });
    follow("primer-pad-read", ({ sequence, strokes, reading }) => {
      if (reading.state !== "read" || this.pad.blank) return; // of a drawing that was cleared meanwhile
      this.drawing = { sequence, strokes, image: levelsOf(reading.pixels) };
      this.#writeDrawing();
      if (this.early !== null) this.#label(this.early);
    });
    this.#writeReplay();
    this.#write();
    DigitStore.open().then(async (store) => {
      this.store = store;
      store.onChange(() => this.#load());
      if (!store.lasts) this.#say("This browser keeps nothing for this page: your digits last until you leave it.");
      await this.#load();
    });
  }

  // ---- news from the page

  /** @param {PageData} data */
  fromPage(data) {
    this.page = data;
    if (this.waiting && data.asked >= this.waiting && data.address) {
      this.waiting = 0;
      this.#start(data.address);
    }
    this.#write();
  }

  // ---- the drawing on the pad

  /**
   * Store the drawing on the pad: one press after the other, so that two quick ones store it once.
   * @param {number} label
   */
  #label(label) {
    this.labelled = this.labelled.then(() => this.#storeAs(label));
  }

  /** @param {number} label */
  async #storeAs(label) {
    const { drawing, pad, store } = this;
    this.early = null;
    if (!store || pad.down) return;
    if (!drawing) return this.#say("There is nothing on the pad to label. Draw a digit first.");
    if (drawing.sequence !== pad.sequence) {
      this.early = label; // it is stored as soon as the server has told its image
      return;
    }
    const key = JSON.stringify(drawing.strokes), again = this.stored?.key === key ? this.digits.find(({ id }) => id === this.stored?.id) : null;
    if (again) {
      if (again.label === label) return this.#say(`This drawing is stored already, as ${a(label)}. Clear the pad and draw the next one.`);
      if (!(await this.#change(store.relabel(again.id, label)))) return;
      return this.#say(`This drawing is ${a(label)} now, not ${a(again.label)}.`);
    }
    if (this.digits.length >= MOST_DIGITS) return this.#say(`${MOST_DIGITS} digits are kept at most. Delete some first.`);
    if (!(await this.#change(store.add([{ label, image: drawing.image, strokes: JSON.parse(key), drawn: new Date().toISOString() }])))) return;
    const added = this.digits.at(-1);
    if (added) this.stored = { key, id: added.id };
    const all = this.digits.filter((digit) => digit.label === label).length;
    return this.#say(`Stored as ${a(label)}, in this browser only. You have ${counted(all, "drawing")} of ${a(label)}.`);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { target } = event;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat || !/^[0-9]$/.test(event.key)) return;
    if (target instanceof HTMLInputElement) return;
    event.preventDefault();
    const label = Number(event.key);
    if (this.chosen !== null && this.root.contains(/** @type {Node} */ (target))) this.#relabel(label);
    else this.#label(label);
  }

  // ---- the collection

  /** @param {number | null} id */
  #choose(id, focus = false) {
    const before = this.chosen;
    this.chosen = id;
    this.#write();
    if (focus && before !== null) this.items.get(before)?.focus();
  }

  /** @param {number} label */
  async #relabel(label) {
    const digit = this.digits.find(({ id }) => id === this.chosen);
    if (!digit || !this.store || digit.label === label) return;
    if (!(await this.#change(this.store.relabel(digit.id, label)))) return;
    this.#say(`It is called ${a(label)} now, not ${a(digit.label)}.`);
  }

  async #remove() {
    const place = this.digits.findIndex(({ id }) => id === this.chosen);
    if (place < 0 || !this.store) return;
    const { id, label } = this.digits[place];
    if (!(await this.#change(this.store.remove(id)))) return;
    this.#say(`The ${label} is deleted.`);
    const next = this.digits[Math.min(place, this.digits.length - 1)];
    this.#choose(next ? next.id : null);
    (next ? this.items.get(next.id) : this.labels.querySelector("button"))?.focus();
  }

  /** @param {KeyboardEvent} event */
  #listKey(event) {
    const place = this.digits.findIndex(({ id }) => this.items.get(id) === event.target);
    if (place < 0) return;
    /** @type {Record<string, number>} */
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -place, End: this.digits.length - 1 - place };
    if (event.key in steps) {
      const next = this.digits[place + steps[event.key]];
      if (next) this.items.get(next.id)?.focus();
    } else if (event.key === "Delete" || event.key === "Backspace") {
      if (!event.repeat) {      // a key that is held deletes one digit, not all behind it
        this.chosen = this.digits[place].id;
        this.#remove();
      }
    } else if (event.key === "Escape" && this.chosen !== null) this.#choose(null, true);
    else return;
    event.preventDefault();
  }

  /** @param {boolean} asking */
  #ask(asking) {
    this.sure.hidden = !asking;
    this.clear.hidden = asking;
    /** @type {HTMLElement | null} */ (asking ? this.sure.querySelector("button") : this.clear)?.focus();
  }

  async #clear() {
    if (!this.store) return;
    const count = this.digits.length;
    if (!(await this.#change(this.store.clear()))) return;
    this.chosen = this.stored = null;
    this.#ask(false);
    this.#write();
    this.#say(`${counted(count, "digit")} deleted. None is left in this browser.`);
  }

  /**
   * @param {Promise<unknown>} change to the store
   * @returns {Promise<boolean>} whether it was made; where it was not, that is said
   */
  async #change(change) {
    let made = true;
    try {
      await change;
    } catch (error) {
      made = false;
      this.#say(`The browser could not keep that: ${error instanceof Error ? error.message : error}`);
    }
    await this.#load();
    return made;
  }

  async #load() {
    if (!this.store) return;
    this.digits = await this.store.all();
    if (!this.digits.some(({ id }) => id === this.chosen)) this.chosen = null;
    this.#write();
  }

  // ---- files

  async #saveSheet() {
    const { width, height, pixels } = sheetOf(this.digits);
    const canvas = make("canvas", { width, height });
    canvas.getContext("2d")?.putImageData(new ImageData(pixels, width, height), 0, 0);
    const png = await new Promise((/** @type {(blob: Blob | null) => void} */ done) => canvas.toBlob(done, "image/png"));
    if (png) download(NAMES.sheet, png);
  }

  #saveImages() {
    download(NAMES.images, new Blob([imagesFile(this.digits.map(({ image }) => image))]));
  }

  #saveLabels() {
    download(NAMES.labels, new Blob([labelsFile(this.digits.map(({ label }) => label))]));
  }

  /** @param {File[]} files */
  async #open(files) {
    this.picker.value = "";
    if (!files.length || !this.store) return;
    try {
      const { images, labels } = digitsOf(await Promise.all(files.map(opened)));
      const room = MOST_DIGITS - this.digits.length;
      if (labels.length > room) throw new Error(`There are ${counted(labels.length, "digit")} in the files, and room for ${room}: ${MOST_DIGITS} are kept at most.`);
      const drawn = new Date().toISOString();
      if (!(await this.#change(this.store.add(images.map((image, place) => ({ label: labels[place], image, strokes: null, drawn })))))) return;
      this.#say(`${counted(labels.length, "digit")} from files added.`);
    } catch (error) {
      this.#say(error instanceof Error ? error.message : String(error));
    }
  }

  // ---- teaching

  #teach() {
    if (this.#whyNot() || this.starting || this.waiting) return;
    this.#say("");
    if (this.page.address) this.#start(this.page.address);
    else {
      this.waiting = this.page.asked + 1;
      this.setState("desk", this.waiting);
    }
    this.#write();
  }

  /** @param {string} address */
  async #start(address) {
    const sent = [...this.digits];
    this.starting = true;
    this.#write();
    try {
      const answer = await fetch(address, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({
          network: this.page.network.id,
          replay: Number(this.replay.value) / 100,
          epochs: this.epochs.valueAsNumber,
          digits: sent.map(({ image, label }) => ({ image: base64(image), label })),
        }),
      });
      const told = await answer.json();
      if (answer.ok) {
        try {
          sessionStorage.setItem(SENT, JSON.stringify({ run: told.run, ids: sent.map(({ id }) => id) }));
        } catch { /* storage may be refused: the digits are then not marked afterwards */ }
        this.trigger("changed", told.run);
      } else this.#say(told.problem);
    } catch {
      this.#say("The server does not answer. Nothing is taught; try again.");
    }
    this.starting = false;
    this.#write();
  }

  #whyNot() {
    if (this.page.why_not) return this.page.why_not;
    const [fewest, most] = this.page.epochs;
    const passes = this.epochs.valueAsNumber;
    if (!this.digits.length) return "Label a drawing first: there is nothing to learn yet.";
    if (!(Number.isInteger(passes) && passes >= fewest && passes <= most)) return `Passes: a whole number from ${fewest} to ${most}.`;
    return "";
  }

  #writeReplay() {
    write(this.replayWords, `${this.replay.value} %`);
    this.replay.setAttribute("aria-valuetext", `${this.replay.value} % of each batch are MNIST training images`);
  }

  // ---- drawing

  #write() {
    const { page, digits } = this;
    this.#writeDrawing();
    const counts = DIGITS.map((label) => digits.filter((digit) => digit.label === label).length);
    this.counts.replaceChildren(...(digits.length
      ? [make("b", {}, counted(digits.length, "digit")), ...DIGITS.map((label) => make("span", { className: counts[label] ? "" : "none" }, make("b", {}, String(label)), ` × ${counts[label]}`))]
      : ["No digits of yours yet. What you label is stored in this browser only, and sent to a run that is to learn it."]));
    this.#writeList();
    const chosen = digits.find(({ id }) => id === this.chosen);
    this.chosenTools.hidden = !chosen;
    if (chosen) write(this.chosenWords, `${describe(chosen)}. Call it`);
    for (const button of this.relabels.querySelectorAll("button")) button.setAttribute("aria-pressed", String(Number(button.textContent) === chosen?.label));
    for (const button of this.saves) enable(button, digits.length > 0);
    enable(this.clear, digits.length > 0);
    if (!digits.length) [this.sure.hidden, this.clear.hidden] = [true, false];
    write(/** @type {Element} */ (this.sure.firstElementChild), `Delete all ${digits.length}?`);
    const whyNot = this.#whyNot();
    enable(this.teach, !whyNot && !this.waiting && !this.starting);
    write(this.teach, this.waiting || this.starting ? "Starting …" : "Teach it");
    write(this.teachWhy, whyNot || `A copy of “${page.network.title}” learns ${counted(digits.length, "digit")}; the network itself stays as it is.`);
    this.#writeResult();
  }

  #writeDrawing() {
    const { drawing } = this;
    paintLevels(this.image, drawing && drawing.image);
    this.image.setAttribute("aria-label", drawing ? "The 28 by 28 image of the drawing on the pad" : "No drawing on the pad");
    write(this.question, drawing ? "The drawing on the pad: this is a" : "Draw a digit on the pad. Then say which it is:");
    for (const button of this.labels.querySelectorAll("button")) enable(button, drawing !== null);
  }

  #writeList() {
    const { result } = this.page;
    const sent = lastSent();
    const read = new Map(result?.read && sent?.run === result.run ? sent.ids.map((/** @type {number} */ id, /** @type {number} */ place) => [id, result.read?.[place]]) : []);
    const kept = this.digits.map((digit) => {
      let item = this.items.get(digit.id);
      if (!item) {
        const canvas = make("canvas", { width: SIDE, height: SIDE, "aria-hidden": "true" });
        paintLevels(canvas, digit.image);
        item = this.#button("", () => this.#choose(this.chosen === digit.id ? null : digit.id));
        item.append(canvas, make("b"), make("i"));
        this.items.set(digit.id, item);
      }
      const got = read.get(digit.id), wrong = got !== undefined && got !== digit.label;
      item.setAttribute("aria-pressed", String(digit.id === this.chosen));
      item.setAttribute("aria-label", `${describe(digit)}${got === undefined ? "" : `; the taught network reads ${got}`}`);
      item.classList.toggle("wrong", wrong);
      const [, name, note] = item.children;
      write(name, String(digit.label));
      write(note, wrong ? `reads ${got}` : "");
      return item;
    });
    for (const [id, item] of this.items) {
      if (!kept.includes(item)) {
        item.parentElement?.remove();
        this.items.delete(id);
      }
    }
    kept.forEach((item, place) => {
      const line = item.parentElement ?? make("li", {}, item);
      if (this.list.children[place] !== line) this.list.insertBefore(line, this.list.children[place] ?? null);
    });
    this.list.hidden = !kept.length;
  }

  #writeResult() {
    const { result } = this.page, words = JSON.stringify(result);
    if (this.result.dataset.words === words) return;
    this.result.dataset.words = words;
    if (!result) return this.result.replaceChildren();
    const cell = (/** @type {string} */ text, worse = false) => make("td", { className: worse ? "worse" : "" }, text);
    const table = make("table", {}, make("caption", {}, result.caption),
      make("thead", {}, make("tr", {}, make("td", {}), make("th", { scope: "col" }, "before"), make("th", { scope: "col" }, "after"))),
      make("tbody", {}, ...result.rows.map(({ name, before, after, worse }) => make("tr", {}, make("th", { scope: "row" }, name), cell(before), cell(after, worse)))));
    return this.result.replaceChildren(table, ...result.told.map((sentence) => make("p", {}, sentence)));
  }

  /** @param {string} words */
  #say(words) {
    write(this.said, words);
  }

  /**
   * @param {string} text
   * @param {() => void} act
   * @param {string} [title]
   */
  #button(text, act, title) {
    const button = make("button", { type: "button", title }, text);
    button.addEventListener("click", () => button.getAttribute("aria-disabled") || act());
    return button;
  }

  /**
   * @param {string} group what a screen reader calls them all
   * @param {(label: number) => string} name
   * @param {(label: number) => void} act
   */
  #tenButtons(group, name, act) {
    return make("div", { className: "ten", role: "group", "aria-label": group },
      ...DIGITS.map((label) => {
        const button = this.#button(String(label), () => act(label));
        button.setAttribute("aria-label", name(label));
        return button;
      }));
  }
}

/** @returns {{run: string, ids: number[]} | null} what was sent with the last run from this tab */
function lastSent() {
  try {
    return JSON.parse(sessionStorage.getItem(SENT) ?? "null");
  } catch {
    return null;
  }
}

/** @param {Digit} digit */
function describe({ label, drawn, strokes }) {
  const day = new Date(drawn).toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" });
  return `${a(label).replace("a", "A")} ${strokes ? "drawn" : "from a file,"} ${day}`;
}

/**
 * Not `disabled`, which would take the focus away from who has just pressed it.
 * @param {Element} button
 * @param {boolean} can
 */
function enable(button, can) {
  if (can) button.removeAttribute("aria-disabled");
  else button.setAttribute("aria-disabled", "true");
}
