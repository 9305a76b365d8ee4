// @ts-check
/**
 * The top of the drawing page: examples, the pad, what the network reads and what it sees.
 *
 * What is on the pad lives here, in the browser, and outlives reruns of the page, visits elsewhere and a reload of this
 * tab. It is read by an address of the server, also while the pen moves; no rerun of the page is involved. What else on
 * the page follows the drawing listens to two events of the document, whose details carry the `channel` of the pad:
 *
 * - `primer-pad-drawn`: `{channel, sequence, strokes, down}` at each change, with `down` while the pen is. A drawing with
 *   more or other ink has a greater sequence.
 * - `primer-pad-read`: `{channel, sequence, strokes, down, network, reading}`, what the server said of a drawing
 *   (`ui.drawing.reader`), and the token of the network that it asked. It is told once more, with the same `reading`, when
 *   the pen is lifted from a drawing that has been read: what is only to follow finished drawings waits for `down` false.
 *
 * Who comes later dispatches `primer-pad-wanted` with `{channel}`, and the last of both is told again. The strokes of
 * `primer-pad-drawn` are not to be altered or kept while the pen is down: the last of them still grows.
 */

import { ownParameters, writeOwnParameters } from "./address.js";
import { DigitReading } from "./digit_reading.js";
import { counted, make, keepFocus, write } from "./dom.js";
import { PadReader } from "./pad_reader.js";
import { SeenImage } from "./seen_image.js";
import { Drawing, sameStrokes, SIZE } from "./strokes.js";

/** @typedef {import("./strokes.js").Point} Point */
/** @typedef {import("./strokes.js").Stroke} Stroke */
/** @typedef {import("./digit_reading.js").Reading} Reading */

/**
 * @typedef {object} PageData what the page says
 * @property {string} channel
 * @property {string} label what a screen reader calls the pad
 * @property {string} hint written on a blank pad
 * @property {number} pen its width at first
 * @property {[number, number]} widths the thinnest pen and the fattest
 * @property {{title: string, strokes: Stroke[]}[]} examples
 * @property {{token: string, example: string | null}} opened the opening of the page, and the example that its address names
 * @property {string} parameter of the address that names an example
 * @property {import("./pad_reader.js").Place | null} reader
 * @property {string} network what reads
 * @property {Reading} reading what to show until the server has answered
 * @property {number} forgotten how often the page has heard that the network was not kept
 */

/** @typedef {(name: "example" | "forgotten", value: string | number | null) => void} Tell has the page run with a value */
/** @typedef {(name: "awaited", value: boolean) => void} Trigger has the page run once */

/** Pad units that a key moves the pen by, without and with Shift. */
const [STEP, BIG_STEP] = [8, 32];
/** Milliseconds without a change before a screen reader is told what is read. */
const QUIET = 700;
/** @type {Record<string, Point>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** What a pointer that is pressed on it means to use, not to draw. */
const CONTROLS = "a, button, input, select, textarea, label, summary, [role], [tabindex], [contenteditable]";

/** @type {WeakMap<Node, DigitPad>} */
const pads = new WeakMap();
/** The last pad of each channel. @type {Map<string, DigitPad>} */
const latest = new Map();
let drawings = 0;

/**
 * Show what the page says, in the pad that is there, in the one that was there before, or in a new one.
 * @param {HTMLElement} parent
 * @param {PageData} data
 * @param {Tell} tell
 * @param {Trigger} trigger
 */
export function mount(parent, data, tell, trigger) {
  let pad = pads.get(parent);
  if (!pad) {
    const before = latest.get(data.channel);
    pad = before && !before.root.isConnected ? before : new DigitPad(data);
    parent.append(pad.root);
    pad.returnFocus();
    pads.set(parent, pad);
    latest.set(data.channel, pad);
    pad.tellAll();
  }
  pad.tell = tell;
  pad.fromPage(data);
  // Loading the network keeps the server from all else: it begins when there is something to draw on.
  if (data.reading.state === "loading" && pad.awaiting !== data.opened.token) {
    pad.awaiting = data.opened.token;
    trigger("awaited", true);
  }
}

class DigitPad {
  /** @param {PageData} data */
  constructor({ channel, pen }) {
    this.channel = channel;
    /** @type {Tell} */
    this.tell = () => {};
    this.drawing = new Drawing(kept(channel));
    /** The one pointer that draws, or that was pressed beside the pad and may come to it. @type {number | null} */
    this.pointer = null;
    /** Where keys and pointers have the pen. @type {Point} */
    this.cursor = [SIZE / 2, SIZE / 2];
    /** @type {PageData["examples"]} */
    this.examples = [];
    /** @type {string | null} the example that the page was told last */
    this.told = null;
    this.opened = this.parameter = "";
    /** The opening of the page that was asked to load its network. */
    this.awaiting = "";
    this.network = this.token = "";
    this.forgotten = 0;
    this.sequence = drawings += 1;
    /** @type {Record<string, any> | null} */
    this.lastRead = null;
    /** @type {DOMRect | null} kept while it holds: asking makes the browser lay out the page */
    this.box = null;
    this.frame = 0;
    this.quiet = 0;
    this.spoken = "";

    this.canvas = make("canvas", { tabIndex: 0, role: "application", "aria-roledescription": "drawing pad", "aria-describedby": "keys" });
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    this.hint = make("p", { className: "hint", "aria-hidden": "true" });
    this.tip = make("span", { className: "tip" });
    this.sheet = make("div", { className: "sheet" }, this.canvas, this.hint,
      make("div", { className: "nib", "aria-hidden": "true" }, this.tip));
    const tool = (/** @type {string} */ name, /** @type {string} */ title, /** @type {() => void} */ act) => {
      const button = make("button", { type: "button", className: name.toLowerCase(), title }, name);
      // Not disabled, which would take the focus away from who undoes or clears by keys.
      button.addEventListener("click", () => { if (button.getAttribute("aria-disabled") !== "true") act(); });
      return button;
    };
    this.undoButton = tool("Undo", "Undo the last stroke (Ctrl+Z)", () => this.undo());
    this.redoButton = tool("Redo", "Draw again what was undone (Ctrl+Shift+Z or Ctrl+Y)", () => this.redo());
    this.clearButton = tool("Clear", "Clear the pad (Delete)", () => this.clear());
    this.range = make("input", { type: "range", step: "1", "aria-label": "Pen width" });
    this.width = make("span", { className: "number", "aria-hidden": "true" });
    const tools = make("div", { className: "tools", role: "group", "aria-label": "Drawing tools" },
      this.undoButton, this.redoButton, this.clearButton,
      make("label", { className: "width" }, make("span", {}, "Pen"), this.range, this.width,
        make("span", { className: "sample", "aria-hidden": "true" }, make("i"))));
    const keys = make("p", { className: "keys", id: "keys" },
      "Keys: arrows move the pen (Shift: further), Space puts it down or lifts it, Ctrl+Z undoes, Ctrl+Y draws again, Delete clears.");
    this.pills = make("div", { className: "pills", role: "group", "aria-label": "Start from an example" });
    this.reading = new DigitReading();
    this.seen = new SeenImage((text) => this.say(text));
    this.said = make("p", { className: "said", role: "status" });
    this.root = make("div", { className: "top-of-page" }, this.pills,
      make("section", { className: "pad" }, this.sheet, tools, keys), this.reading.root, this.seen.root, this.said);

    this.reader = new PadReader({
      read: (reading, { sequence, strokes }) => this.take(reading, sequence, strokes),
      forgotten: () => this.tell("forgotten", this.forgotten + 1),
      waits: (wait) => this.reading.wait(wait),
    });
    this.returnFocus = keepFocus(this.root);
    this.range.value = String(pen);
    this.listen();
    this.listenToPointers();
    new ResizeObserver(() => this.repaint()).observe(this.canvas);
    this.reader.read({ sequence: this.sequence, strokes: this.drawing.strokes, down: false });
  }

  /** @param {PageData} data */
  fromPage(data) {
    this.canvas.setAttribute("aria-label", data.label);
    write(this.hint, data.hint);
    [this.range.min, this.range.max] = data.widths.map(String);
    this.widen();
    if (JSON.stringify(data.examples) !== JSON.stringify(this.examples)) this.offer(data.examples);
    write(this.reading.by, `Read by: ${data.network}`);
    this.parameter = data.parameter;
    if (!data.reader || !this.lastRead) this.show(data.reading);
    const network = `${data.reader?.network} ${data.network}`;      // a network that trained on keeps its place, not its name
    const again = network !== this.network || data.forgotten !== this.forgotten;
    [this.network, this.forgotten] = [network, data.forgotten];
    this.token = data.reader?.network ?? "";
    this.reader.ask(data.reader);                  // before it is asked again: by the network that is chosen now
    if (again && this.lastRead) this.askAgain();
    if (again) this.reader.now();
    if (data.opened.token !== this.opened) {
      this.opened = data.opened.token;
      this.told = data.opened.example;
      const example = this.examples.find(({ title }) => title === data.opened.example);
      if (example && !sameStrokes(example.strokes, this.drawing.strokes)) this.put(example);
    }
    this.light();
    this.repaint();
  }

  // -- looks ---------------------------------------------------------------------------------------------------------

  repaint() {
    this.frame ||= requestAnimationFrame(() => this.paint());
  }

  paint() {
    this.frame = 0;
    const { canvas, context, drawing } = this;
    const side = Math.round(canvas.clientWidth * devicePixelRatio) || SIZE;
    if (canvas.width !== side || canvas.height !== side) canvas.width = canvas.height = side;
    context.setTransform(side / SIZE, 0, 0, side / SIZE, 0, 0);
    context.clearRect(0, 0, SIZE, SIZE);
    context.lineCap = context.lineJoin = "round";
    context.strokeStyle = getComputedStyle(canvas).color;
    for (const { width, points } of drawing.strokes) {
      context.lineWidth = width;
      context.beginPath();
      context.moveTo(...points[0]);
      if (points.length === 1) context.lineTo(points[0][0] + 0.01, points[0][1]);   // a line of no length leaves no ink
      for (const point of points.slice(1)) context.lineTo(...point);
      context.stroke();
    }
    this.root.classList.toggle("empty", drawing.strokes.length === 0);
    this.root.classList.toggle("down", drawing.isDown);
    this.tip.style.left = `${(this.cursor[0] / SIZE) * 100}%`;
    this.tip.style.top = `${(this.cursor[1] / SIZE) * 100}%`;
    this.tip.style.width = `${(Number(this.range.value) / SIZE) * 100}%`;
    const able = (/** @type {HTMLElement} */ button, /** @type {boolean} */ can) => button.setAttribute("aria-disabled", String(!can));
    able(this.undoButton, drawing.before.length > 0 && !drawing.isDown);
    able(this.redoButton, drawing.after.length > 0 && !drawing.isDown);
    able(this.clearButton, drawing.strokes.length > 0);
  }

  /** Show how wide the pen is. */
  widen() {
    this.root.style.setProperty("--pen", String(Number(this.range.value) / SIZE));
    this.range.setAttribute("aria-valuetext", `${this.range.value} of ${SIZE}`);
    write(this.width, this.range.value);
  }

  /** @param {PageData["examples"]} examples */
  offer(examples) {
    this.examples = examples;
    this.pills.replaceChildren(...examples.map((example) => {
      const pill = make("button", { type: "button" }, example.title);
      pill.addEventListener("click", () => {
        if (!sameStrokes(example.strokes, this.drawing.strokes)) this.put(example);
      });
      return pill;
    }));
  }

  /** Light the example that is on the pad; while the pen is up, name it in the address and tell the page. */
  light() {
    const { strokes, isDown } = this.drawing;
    const lit = this.examples.find((example) => sameStrokes(example.strokes, strokes))?.title ?? null;
    [...this.pills.children].forEach((pill) => pill.setAttribute("aria-pressed", String(pill.textContent === lit)));
    if (isDown) return;
    // The page puts the same into the address, where it then changes nothing: a change of its own would be one more to
    // go back over.
    const own = ownParameters();
    if (lit === null) own.delete(this.parameter);
    else own.set(this.parameter, lit);
    writeOwnParameters("draw_a_digit", own);
    if (lit === this.told) return;
    this.told = lit;
    this.tell("example", lit);
  }

  /** @param {Reading} reading */
  show(reading) {
    this.reading.show(reading);
    this.seen.show(reading.pixels ?? []);
    clearTimeout(this.quiet);
    const text = `${reading.verdict}. ${reading.message}`;
    if (text !== this.spoken) {
      this.quiet = window.setTimeout(() => {
        this.spoken = text;
        this.say(text);
      }, QUIET);
    }
  }

  /** @param {string} text */
  say(text) {
    this.said.textContent = text;
  }

  count() {
    return counted(this.drawing.strokes.length, "stroke");
  }

  // -- messages ------------------------------------------------------------------------------------------------------

  /** @param {boolean} ink whether there is more or other ink than before */
  changed(ink) {
    if (ink) this.sequence = drawings += 1;
    const { strokes, isDown } = this.drawing;
    if (ink) this.reader.read({ sequence: this.sequence, strokes, down: isDown });
    this.tellDrawn();
    this.light();
    this.repaint();
    if (!isDown) keep(this.channel, strokes);
  }

  askAgain() {
    this.reader.read({ sequence: this.sequence, strokes: this.drawing.strokes, down: this.drawing.isDown });
  }

  /** Tell again what is drawn and what was read of it. */
  tellAll() {
    this.tellDrawn();
    this.tellRead();
  }

  tellRead() {
    if (this.lastRead) document.dispatchEvent(new CustomEvent("primer-pad-read", { detail: this.lastRead }));
  }

  tellDrawn() {
    const { channel, sequence, drawing: { strokes, isDown } } = this;
    document.dispatchEvent(new CustomEvent("primer-pad-drawn", { detail: { channel, sequence, strokes, down: isDown } }));
  }

  /**
   * @param {Reading & {unsettled?: boolean}} reading
   * @param {number} sequence
   * @param {Stroke[]} strokes
   */
  take(reading, sequence, strokes) {
    const { channel, token: network, drawing: { isDown: down } } = this;
    this.lastRead = { channel, sequence, strokes, down, network, reading };
    this.show(reading);
    this.tellRead();
    // Lifted while the server was reading what the pen had drawn: the rest of its answer is asked for now.
    if (reading.unsettled && sequence === this.sequence && !this.drawing.isDown) this.askAgain();
  }

  // -- drawing -------------------------------------------------------------------------------------------------------

  lift() {
    this.pointer = null;
    if (!this.drawing.isDown) return;
    this.drawing.lift();
    if (!this.drawing.remembered) return;          // it was never on the pad
    this.say(`${this.count()} drawn`);
    this.changed(false);
    if (this.lastRead?.sequence !== this.sequence) return;
    this.lastRead = { ...this.lastRead, down: false };
    this.tellRead();
    if (this.lastRead.reading.unsettled) this.askAgain();
  }

  /** @param {{title: string, strokes: Stroke[]}} example */
  put({ title, strokes }) {
    this.lift();
    this.drawing.replace(strokes);
    this.say(`${title} is on the pad`);
    this.changed(true);
  }

  clear() {
    this.lift();
    if (!this.drawing.strokes.length) return;
    this.drawing.replace([]);
    this.say("Cleared; the pad is blank");
    this.changed(true);
  }

  undo() {
    this.lift();
    if (!this.drawing.undo()) return;
    this.say(this.drawing.strokes.length ? `Undone; ${this.count()} left` : "Undone; the pad is blank");
    this.changed(true);
  }

  redo() {
    this.lift();
    if (!this.drawing.redo()) return;
    this.say(this.drawing.strokes.length ? `Drawn again; ${this.count()}` : "Cleared again; the pad is blank");
    this.changed(true);
  }

  /**
   * @param {PointerEvent} event
   * @returns {Point} in pad units; beside the pad, too
   */
  place({ clientX, clientY }) {
    const box = this.box ??= this.canvas.getBoundingClientRect();
    return [((clientX - box.left) / box.width) * SIZE, ((clientY - box.top) / box.height) * SIZE];
  }

  /** Mouse, finger and pen: pressed on the pad, or beside it and moved there. */
  listenToPointers() {
    const { canvas, sheet, drawing } = this;
    const take = (/** @type {number} */ pointer) => {
      canvas.focus({ preventScroll: true });
      this.root.classList.remove("keyed");
      canvas.setPointerCapture(pointer);
    };
    document.addEventListener("scroll", () => { this.box = null; }, true);
    window.addEventListener("resize", () => {
      this.box = null;
      this.repaint();                               // zooming changes the device's pixel ratio, not the canvas's size
    });
    document.addEventListener("pointerdown", (event) => {
      if (this.pointer !== null || event.button !== 0 || !this.root.isConnected) return;
      const path = event.composedPath();
      const [on, near] = [path[0] === canvas, path.includes(sheet)];
      // A finger beside the pad scrolls; anywhere on a control, a pointer uses that.
      if (!near && (event.pointerType === "touch" || aims(path))) return;
      if (near) event.preventDefault();
      this.lift();                                  // a stroke drawn by keys ends where the hand takes over
      this.pointer = event.pointerId;
      this.box = null;
      if (on) take(event.pointerId);
      const point = this.place(event);
      if (on) this.cursor = within(point);
      const inked = drawing.press(point, Number(this.range.value));
      if (inked) this.changed(true);
    }, true);
    document.addEventListener("pointermove", (event) => {
      if (event.pointerId !== this.pointer) return;
      if (!(event.buttons & 1)) {                   // lifted where nobody told it, such as over a scroll bar
        this.lift();
        return;
      }
      const events = event.getCoalescedEvents?.() ?? [];
      let [more, first] = [false, false];
      for (const one of events.length ? events : [event]) {
        const had = drawing.remembered;
        more = drawing.moveTo(this.place(one)) || more;
        first ||= drawing.remembered && !had;
      }
      if (drawing.pen) this.cursor = within(drawing.pen);
      if (first && !canvas.hasPointerCapture(event.pointerId)) {
        take(event.pointerId);
        document.getSelection()?.removeAllRanges(); // what the way to the pad has selected
      }
      if (more) this.changed(true);
    }, true);
    for (const type of /** @type {const} */ (["pointerup", "pointercancel"])) {
      document.addEventListener(type, (event) => { if (event.pointerId === this.pointer) this.lift(); }, true);
    }
    document.addEventListener("selectionchange", () => {
      if (this.pointer !== null && drawing.remembered) document.getSelection()?.removeAllRanges();
    });
    canvas.addEventListener("contextmenu", (event) => { if (this.pointer !== null) event.preventDefault(); });
  }

  listen() {
    const { canvas, drawing, root } = this;
    canvas.addEventListener("keydown", (event) => {
      if (this.pointer !== null) return;
      const control = event.ctrlKey || event.metaKey;
      const arrow = !control && !event.altKey && ARROWS[event.key];
      if (arrow) {
        const step = event.shiftKey ? BIG_STEP : STEP;
        this.cursor = within([this.cursor[0] + arrow[0] * step, this.cursor[1] + arrow[1] * step]);
        if (drawing.isDown && drawing.moveTo(this.cursor)) this.changed(true);
      } else if (!control && (event.key === " " || event.key === "Enter")) {
        if (event.repeat) { /* a key held down is one press */ }
        else if (drawing.isDown) this.lift();
        else {
          drawing.press(this.cursor, Number(this.range.value));
          this.say(`Pen down at ${this.cursor[0]}, ${this.cursor[1]}`);
          this.changed(true);
        }
      } else if (event.key === "Escape" && drawing.isDown) this.lift();
      else if (!control && (event.key === "Delete" || event.key === "Backspace")) this.clear();
      else return;
      event.preventDefault();
      event.stopPropagation();
      root.classList.add("keyed");
      this.repaint();
    });
    root.addEventListener("keydown", (event) => {
      if (this.pointer !== null || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      const key = event.key.toLowerCase();
      if (key === "z" && !event.shiftKey) this.undo();
      else if ((key === "z" && event.shiftKey) || (key === "y" && !event.shiftKey)) this.redo();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    canvas.addEventListener("focus", () => root.classList.toggle("keyed", canvas.matches(":focus-visible") && this.pointer === null));
    canvas.addEventListener("blur", () => {
      root.classList.remove("keyed");
      if (this.pointer === null) this.lift();
    });
    this.range.addEventListener("input", () => {
      this.widen();
      this.repaint();
    });
    this.reading.again.addEventListener("click", () => this.reader.now());
    document.addEventListener("primer-pad-wanted", (event) => {
      if (/** @type {CustomEvent} */ (event).detail.channel === this.channel && root.isConnected) this.tellAll();
    });
  }
}

/**
 * @param {Point} point
 * @returns {Point} the nearest on the pad, to half a unit
 */
function within(point) {
  return /** @type {Point} */ (point.map((value) => Math.max(0, Math.min(SIZE, Math.round(2 * value) / 2))));
}

/** @param {EventTarget[]} path of a pointer's event */
function aims(path) {
  const end = path.findIndex((node) => node instanceof HTMLElement && node.matches("[data-testid=stMain]"));
  return path.slice(0, end < 0 ? path.length : end).some((node) => node instanceof Element && node.matches(CONTROLS));
}

/**
 * @param {string} channel
 * @returns {Stroke[]} what this tab had on its pad before it was loaded again
 */
function kept(channel) {
  try {
    return JSON.parse(sessionStorage.getItem(`primer-pad-${channel}`) ?? "[]");
  } catch {
    return [];
  }
}

/**
 * @param {string} channel
 * @param {Stroke[]} strokes
 */
function keep(channel, strokes) {
  try {
    sessionStorage.setItem(`primer-pad-${channel}`, JSON.stringify(strokes));
  } catch { /* storage may be refused or full: the drawing does not outlive a reload */ }
}
