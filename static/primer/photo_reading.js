// @ts-check
/**
 * A photo of digits: it comes in by a file, the camera, the clipboard or a drop, is scaled here, and is read by the server.
 * What is shown of one photo stays until the next; a photo that is read while another is sent is not shown any more.
 */

import { countText } from "./chart_scale.js";
import { counted, make, write } from "./dom.js";
import { levelsOf, paintLevels } from "./grey_levels.js";
import { fileName, sectionSaves } from "./section_file.js";
import { percent, writeShares } from "./shares.js";

/** @typedef {import("./pad_reader.js").Place} Place */
/** @typedef {[number, number, number, number]} Box top, left, bottom and right, in pixels */
/** @typedef {{box: Box, label: number, probabilities: number[], pixels: number[], verdict: string}} Digit label is a place among the classes, pixels are thousandths */

/**
 * @typedef {object} Told
 * @property {number} width of the cleaned picture, in pixels
 * @property {number} height
 * @property {string[]} classes
 * @property {{title: string, sentence: string, image: string}[]} stages of cleaning, each with its picture
 * @property {Digit[]} digits in reading order
 */

/** @typedef {{blob: Blob, drawn: boolean}} Sent drawn: whether the browser could make a picture of it */

/** Pixels of the longer side that are sent. */
const LONGEST = 2000;
const MOST_BYTES = 5_000_000;
/** Bytes of a file that no picture is made of: enough to tell what it is. */
const HEAD = 4096;
/** Of JPEG. */
const QUALITY = 0.92;
/** Pixels of a digit's image, both ways. */
const SIDE = 28;
/** A probability below which a reading is shown as unsure. */
const SURE = 0.6;
const SILENCE = "The server did not answer. Try again.";

/**
 * @param {{width: number, height: number}} picture
 * @returns {{width: number, height: number}} in whole pixels, as large as it is sent
 */
export function sentSize({ width, height }) {
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/**
 * @param {Box} box
 * @param {{width: number, height: number}} picture in which it lies
 * @returns {{top: string, left: string, height: string, width: string}} in CSS, by the picture's size
 */
export function boxPlace([top, left, bottom, right], { width, height }) {
  const share = (/** @type {number} */ length, /** @type {number} */ whole) => `${(100 * length) / whole}%`;
  return { top: share(top, height), left: share(left, width), height: share(bottom - top, height), width: share(right - left, width) };
}

/**
 * @param {Pick<Told, "digits" | "classes">} told
 * @returns {string} what was read, in a line
 */
export function summaryText({ digits, classes }) {
  if (digits.length === 0) return "Nothing to read";
  return `${counted(digits.length, "digit")} read: ${digits.map(({ label }) => classes[label]).join(" ")}`;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {string} type
 * @returns {Promise<Blob | null>}
 */
function encoded(canvas, type) {
  return new Promise((resolve) => canvas.toBlob(resolve, type, QUALITY));
}

/**
 * What is sent of a file: its picture, upright and scaled, without what a camera writes about place and time. A file that
 * this browser makes no picture of is sent as it is, for the server to say what it is.
 * @param {Blob} file
 * @returns {Promise<Sent>}
 */
async function prepared(file) {
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return { blob: file.size > MOST_BYTES ? file.slice(0, HEAD) : file, drawn: false };
  }
  const canvas = make("canvas", sentSize(picture));
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const exact = file.type === "image/jpeg" ? null : await encoded(canvas, "image/png");
  if (exact && exact.size <= MOST_BYTES) return { blob: exact, drawn: true };
  context.globalCompositeOperation = "destination-over";     // JPEG has no transparency, and would make it black
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  return { blob: /** @type {Blob} */ (await encoded(canvas, "image/jpeg")), drawn: true };
}

/** @type {PhotoReading | null} the one of the page, which outlives a visit to another */
let reading = null;

/**
 * @param {HTMLElement} parent
 * @param {{reader: Place | null, made: string}} data where to send a photo, and where photos are made to try it
 */
export function mount(parent, data) {
  reading ??= new PhotoReading();
  if (reading.root.parentNode !== parent) parent.append(reading.root);
  reading.fromPage(data);
}

class PhotoReading {
  constructor() {
    /** @type {Place | null} */
    this.reader = null;
    this.made = "";
    /** The picture that was sent last. @type {Sent | null} */
    this.sent = null;
    /** The token of the network that was asked last. */
    this.network = "";
    /** Number of the newest picture or question: what an older one brings is not shown. */
    this.asked = 0;
    this.chosen = 0;
    /** Of the picture that is shown. */
    this.address = "";

    const button = (/** @type {string} */ name, /** @type {string} */ text, /** @type {() => void} */ act) => {
      const made = make("button", { type: "button", className: `way ${name}` }, text);
      made.addEventListener("click", act);
      return made;
    };
    const input = (/** @type {Record<string, string>} */ attributes) => {
      const made = make("input", { type: "file", ...attributes });
      made.addEventListener("change", () => {
        if (made.files?.[0]) this.take(made.files[0]);
        made.value = "";           // so that the same file can be chosen again
      });
      return made;
    };
    const paste = button("paste", "Paste", () => this.paste());
    paste.hidden = !navigator.clipboard?.read;       // which browsers have on https and localhost alone
    this.problem = make("p", { className: "problem", role: "alert" });
    this.said = make("p", { className: "said", role: "status" });
    this.given = make("img", { className: "given", alt: "The picture as it was sent" });
    this.boxes = make("div", { className: "boxes", "aria-hidden": "true" });
    this.facts = make("span", { className: "facts" });
    this.save = make("a", { className: "save" }, "Save what was read");
    this.title = make("h3");
    this.list = make("div", { className: "digits", role: "group", "aria-label": "Digits in reading order" });
    this.verdict = make("p", { className: "verdict" });
    this.bars = make("tbody");
    this.choice = make("div", { className: "chosen" }, this.verdict,
      make("table", {}, make("caption", {}, "Probability of each class"), this.bars));
    this.stages = make("ol", { className: "stages" });
    this.result = make("div", { className: "result", hidden: true },
      make("div", { className: "two" },
        make("figure", { className: "sent" }, make("div", { className: "sheet" }, this.given, this.boxes),
          make("figcaption", {}, this.facts, " ", this.save)),
        make("div", { className: "side" }, this.title, this.list), this.choice),
      make("h3", {}, "How it was cleaned"), this.stages);
    this.result.append(sectionSaves(this.result, "reading of a photo, with its steps", () => {
      const title = this.title.textContent ?? "";
      return {
        name: fileName("photo-steps"), title: `A photo: ${title}`,
        description: [...this.stages.children].map((step) => [...step.children].map(({ textContent }) => textContent).join(" ").trim()).join(" "),
      };
    }));
    this.root = make("div", { className: "photo" },
      make("p", { className: "note" }, `One digit or a page full, in pen or in chalk: it is cleaned to ink on black, and each digit is read. Your browser scales the picture to at most ${countText(LONGEST)} pixels and sends it; the server reads it and keeps nothing.`),
      make("div", { className: "ways", role: "group", "aria-label": "Ways to give a picture" },
        make("label", { className: "way" }, "Choose a picture", input({ className: "file", accept: "image/jpeg,image/png,image/webp" })),
        make("label", { className: "way camera" }, "Take a photo", input({ className: "shot", accept: "image/*", capture: "environment" })),
        paste, button("made", "Make a page to try", () => this.make())),
      make("p", { className: "hint" }, "Or drop a picture here, or press Ctrl+V."),
      this.problem, this.said, this.result);
    this.listen();
  }

  listen() {
    const { root } = this;
    document.addEventListener("paste", (event) => {
      const [file] = event.clipboardData?.files ?? [];
      if (!file || !root.isConnected) return;
      event.preventDefault();
      this.take(file);
    });
    root.addEventListener("dragover", (event) => {
      event.preventDefault();
      root.classList.add("over");
    });
    root.addEventListener("dragleave", () => root.classList.remove("over"));
    root.addEventListener("drop", (event) => {
      event.preventDefault();
      root.classList.remove("over");
      const [file] = event.dataTransfer?.files ?? [];
      if (file) this.take(file);
      else this.refuse("Expected a file; what was dropped is none. Save the picture first, then drop its file.");
    });
  }

  /** @param {{reader: Place | null, made: string}} data */
  fromPage({ reader, made }) {
    [this.reader, this.made] = [reader, made];
    if (this.sent && reader && reader.network !== this.network) this.ask(this.sent, reader);  // another network reads the same photo
  }

  // -- where a picture comes from ------------------------------------------------------------------------------------

  async make() {
    try {
      const answer = await fetch(`${this.made}?seed=${Math.floor(Math.random() * 2 ** 32)}`);
      if (answer.ok) this.take(await answer.blob());
      else this.refuse((await answer.json()).problem);
    } catch {
      this.refuse(SILENCE);
    }
  }

  async paste() {
    try {
      for (const item of await navigator.clipboard.read()) {
        const type = item.types.find((one) => one.startsWith("image/"));
        if (type) {
          this.take(await item.getType(type));
          return;
        }
      }
      this.refuse("Expected a picture in the clipboard; there is none. Copy a picture first, then paste.");
    } catch {
      this.refuse("The browser did not give the clipboard. Press Ctrl+V instead.");
    }
  }

  // -- asking --------------------------------------------------------------------------------------------------------

  /** @param {Blob} file */
  async take(file) {
    const { reader } = this;
    if (!reader) {
      this.refuse("The network is still being loaded. Try again in a moment.");
      return;
    }
    const number = this.asked += 1;
    this.busy("Preparing the picture …");
    const ready = await prepared(file);
    if (number !== this.asked) return;
    [this.sent, this.chosen] = [ready, 0];
    await this.ask(ready, this.reader ?? reader);
  }

  /**
   * @param {Sent} sent
   * @param {Place} reader
   */
  async ask(sent, { address, network }) {
    const number = this.asked += 1;
    this.network = network;
    this.busy("Reading the picture …");
    let problem = SILENCE, told = null;
    try {
      const answer = await fetch(`${address}?network=${encodeURIComponent(network)}`, { method: "POST", body: sent.blob });
      told = await answer.json();
      problem = answer.ok ? "" : told.problem;
    } catch { /* said below */ }
    if (number !== this.asked) return;
    this.busy("");
    if (problem) this.refuse(problem);
    else this.show(told, sent);
  }

  /** @param {string} problem */
  refuse(problem) {
    this.result.hidden = true;
    write(this.said, "");
    write(this.problem, problem);
  }

  /** @param {string} words what is being done; empty where that is over */
  busy(words) {
    write(this.problem, "");
    write(this.said, words);
    this.root.setAttribute("aria-busy", String(words !== ""));
  }

  // -- what was read -------------------------------------------------------------------------------------------------

  /**
   * @param {Told} told
   * @param {Sent} sent
   */
  show(told, { blob, drawn }) {
    const { digits } = told;
    URL.revokeObjectURL(this.address);
    this.address = URL.createObjectURL(blob);
    this.given.src = drawn ? this.address : told.stages[0].image;
    this.save.href = this.address;
    this.save.download = blob.type === "image/jpeg" ? "photo.jpg" : "photo.png";
    write(this.facts, `${Math.max(1, Math.round(blob.size / 1000))} kB were sent.`);
    this.boxes.replaceChildren(...digits.map(({ box }, place) => {
      const mark = make("span", {}, make("b", {}, String(place + 1)));
      Object.assign(mark.style, boxPlace(box, told));
      mark.addEventListener("click", () => this.choose(told, place));
      return mark;
    }));
    this.list.replaceChildren(...digits.map((_, place) => this.button(told, place)));
    this.stages.replaceChildren(...told.stages.map(({ title, sentence, image }, place) => make("li", {},
      make("img", { src: image, alt: `${title}: the picture after this step` }), make("b", {}, `${place + 1}. ${title}`), make("p", {}, sentence))));
    const summary = summaryText(told);
    write(this.title, summary);
    this.choice.hidden = digits.length === 0;
    this.result.hidden = false;
    if (digits.length) {
      this.choose(told, Math.min(this.chosen, digits.length - 1));
      write(this.said, summary);
    } else write(this.problem, "No digit was found. Expected dark digits on light paper, or light ones on dark, that stand apart. The steps below show what became of the picture.");
  }

  /**
   * @param {Told} told
   * @param {number} place of a digit
   */
  button(told, place) {
    const { label, probabilities, pixels } = told.digits[place];
    const name = told.classes[label], chance = percent(probabilities[label]);
    const canvas = make("canvas", { width: SIDE, height: SIDE, "aria-hidden": "true" });
    paintLevels(canvas, levelsOf(pixels));
    const button = make("button", {
      type: "button", className: probabilities[label] < SURE ? "unsure" : "", "aria-label": `Digit ${place + 1}: ${name}, ${chance}`,
    }, canvas, make("span", { className: name.length > 2 ? "guess long" : "guess" }, name), make("small", {}, chance));
    button.addEventListener("click", () => this.choose(told, place));
    return button;
  }

  /**
   * @param {Told} told
   * @param {number} place of a digit
   */
  choose({ digits, classes }, place) {
    this.chosen = place;
    [...this.list.children].forEach((button, at) => button.setAttribute("aria-pressed", String(at === place)));
    [...this.boxes.children].forEach((box, at) => box.classList.toggle("on", at === place));
    const { verdict, probabilities, label } = digits[place];
    write(this.verdict, `Digit ${place + 1}: ${verdict}`);
    writeShares(this.bars, classes, probabilities, label);
  }
}
