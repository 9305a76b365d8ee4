// @ts-check
/** A lesson's page: one tree of elements, which shows each answer, and the address that brings the question back. */

import { ownParameters, sorted, writeOwnParameters } from "./address.js";
import { Channel, RefusedRequest } from "./channel.js";
import { make, write } from "./dom.js";
import { Views } from "./parts.js";
import { placeOf } from "./saves.js";

/** @typedef {import("./types.js").Answer} Answer */
/** @typedef {import("./types.js").Mounted} Mounted */
/** @typedef {import("./types.js").Seen} Seen */

const ADDRESS_AFTER = 300;      // ms: browsers refuse to be told of an address more often

/** Names this tab to the server, which lets no visitor's requests take all of its processes. */
const VISITOR = sessionStorage.getItem("primer visitor") ?? Math.random().toString(36).slice(2);
sessionStorage.setItem("primer visitor", VISITOR);
const JSON_HEADERS = { "Content-Type": "application/json", "X-Visitor": VISITOR };

/** @type {WeakMap<HTMLElement, LessonPage>} */
const pages = new WeakMap();
/** Whether the learner goes to and fro in the browser's history; such an entry's own address counts. */
let travelling = false;
let opened = 0;
globalThis.addEventListener?.("popstate", () => { travelling = true; });

/**
 * Show a lesson in an element. Streamlit calls this again when it has drawn the page anew, with the data of the page's
 * run; the question belongs to the browser since the page was opened, so that changes nothing.
 * @param {HTMLElement} parent
 * @param {Mounted} data
 */
export function mount(parent, data) {
  const known = pages.get(parent);
  if (known?.slug === data.slug) return;
  known?.close();
  pages.set(parent, new LessonPage(parent, data));
}

/**
 * @param {string} colour as CSS writes it
 * @returns {boolean}
 */
function isDark(colour) {
  const canvas = make("canvas", { width: 1, height: 1 });
  const context = canvas.getContext("2d");
  if (!context) return false;
  context.fillStyle = colour.trim() || "#fff";
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return red * 0.3 + green * 0.59 + blue * 0.11 < 128;
}

/**
 * Draw an SVG on a canvas, at twice its size.
 * @param {string} svg
 * @returns {Promise<Blob>}
 */
async function asPng(svg) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = make("canvas", { width: image.width * 2, height: image.height * 2 });
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("The picture is too large for this browser.")))));
}

/**
 * @param {HTMLElement} element
 * @returns {string} what a screen reader calls it, or the value that it stands for
 */
function nameOf(element) {
  const labels = "labels" in element ? /** @type {HTMLInputElement} */ (element).labels : null;
  return element.getAttribute("aria-label") ?? ([...labels ?? []].map((label) => label.textContent).join(" ") || (element.textContent ?? ""));
}

class LessonPage {
  /**
   * @param {HTMLElement} parent
   * @param {Mounted} data
   */
  constructor(parent, data) {
    this.slug = data.slug;
    this.address = data.address;
    this.problems = make("div", { className: "problems" });
    this.status = make("p", { className: "status", hidden: true });
    this.panel = make("div", { className: "panel" });
    this.refusal = make("p", { className: "refusal", hidden: true });
    this.body = make("div", { className: "body" });
    this.again = make("button", { type: "button" }, "Ask again");
    this.again.addEventListener("click", () => this.channel.retry());
    this.words = make("span");
    this.status.append(this.words, " ", this.again);
    this.live = make("p", { className: "unseen", role: "status", "aria-live": "polite" });
    this.undo = make("button", { type: "button", className: "undo", title: "Undo (Ctrl+Z)", "aria-disabled": "true" }, "Undo");
    this.undo.addEventListener("click", () => { if (this.channel.canUndo) this.channel.undo(); });
    const tools = make("div", { className: "tools" }, this.undo);
    this.root = make("div", { className: "primer" }, this.problems, tools, this.panel, this.status, this.refusal, this.body, this.live);
    this.root.dataset.lesson = this.slug;
    this.channel = new Channel({
      question: data.question,
      send: (request, signal) => this.send(request, signal),
      onAnswer: (answer) => this.show(answer),
      onState: (state) => this.tell(state),
    });
    const page = {
      slug: this.slug,
      push: (/** @type {any} */ event) => this.channel.push(event),
      isAhead: (/** @type {string} */ field) => this.channel.isAhead(field),
      announce: (/** @type {string} */ text) => write(this.live, text),
      open: (/** @type {string} */ grid, /** @type {number[] | null} */ start) => this.openWindow(grid, start),
      save: (/** @type {HTMLElement} */ drawing, /** @type {"svg" | "png"} */ format, /** @type {Seen} */ seen) => this.save(drawing, format, seen),
      measure: (/** @type {string} */ what, kept = false) => this.measure(what, kept),
      measured: new Map(),
      link: () => this.link(),
      versions: data.versions,
    };
    this.panelViews = new Views(this.panel, page);
    this.bodyViews = new Views(this.body, page);
    /** the question of which the pictures are drawn */
    this.drawn = data.question;
    /** the question of which the panel is */
    this.answered = data.question;
    /** @type {Record<string, number[]>} by grid, where the part of it that is opened begins */
    this.windows = {};
    /** @type {any} */
    this.addressTimer = null;
    this.written = "";
    this.onKey = (/** @type {KeyboardEvent} */ event) => this.key(event);
    this.onLeaving = () => this.keepPending();
    document.addEventListener("keydown", this.onKey);
    document.addEventListener("click", this.onLeaving, true);
    globalThis.addEventListener("pagehide", this.onLeaving);
    parent.append(this.root);
    this.open(data);
  }

  /**
   * Take the question of this opening. The address is the truth; a link of the app without parameters opens the
   * question last left in this tab.
   * @param {Mounted} data
   */
  open(data) {
    const here = new URLSearchParams(Object.fromEntries(ownParameters()));      // of one named twice the last counts, as on the server
    const left = sessionStorage.getItem(`primer ${this.slug}`);
    const [navigation] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
    const loadedHere = opened === 0 && navigation && new URL(navigation.name).pathname === location.pathname;
    const byLink = !loadedHere && !travelling;
    travelling = false;
    opened += 1;
    this.showProblems(data.problems);
    // The address is written a little late; what a reload left behind is known to this tab.
    const reloaded = loadedHere && navigation.type === "reload" && left !== null
      && sorted(new URLSearchParams(left)) !== sorted(here);
    if (left !== null && (reloaded || (byLink && left && ![...here].length))) {
      this.written = left;
      this.channel.ask(Object.fromEntries(new URLSearchParams(left)));
    } else if (sorted(here) !== sorted(new URLSearchParams(data.opened))) {
      this.channel.ask(Object.fromEntries(here));
    } else if (!data.answer) this.channel.ask();
    else this.show(JSON.parse(data.answer));
  }

  close() {
    this.channel.close();
    document.removeEventListener("keydown", this.onKey);
    document.removeEventListener("click", this.onLeaving, true);
    globalThis.removeEventListener("pagehide", this.onLeaving);
    this.root.remove();
    clearTimeout(this.addressTimer);
  }

  /**
   * @param {object} request
   * @param {AbortSignal} signal
   * @returns {Promise<Answer>}
   */
  async send(request, signal) {
    const body = JSON.stringify(Object.keys(this.windows).length ? { ...request, windows: this.windows } : request);
    const response = await fetch(this.address, { method: "POST", body, signal, headers: JSON_HEADERS });
    if (response.ok) return response.json();
    if (response.status >= 500) throw new Error(`The server answered ${response.status}.`);
    const { problem } = await response.json().catch(() => ({ problem: `The server answered ${response.status}.` }));
    throw new RefusedRequest(problem);
  }

  /**
   * @param {string} what
   * @param {boolean} kept whether what was measured last is wanted, and nothing is to be measured
   * @returns {Promise<import("./types.js").Part[]>}
   */
  async measure(what, kept) {
    const body = JSON.stringify({ question: this.channel.question, what, ...(kept ? { kept } : {}) });
    const response = await fetch(`${this.address}/measure`, { method: "POST", body, headers: JSON_HEADERS });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.problem);
    if (!answer.at) return answer.parts;
    const others = answer.busy ? "Other measurements are under way. This is the last one, of " : "Measured on this server, ";
    const when = new Date(answer.at).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "medium" });
    return [...answer.parts, { kind: "note", text: [`${others}${when}.`] }];
  }

  /**
   * @param {string} grid
   * @param {number[] | null} start
   */
  openWindow(grid, start) {
    if (start) this.windows[grid] = start;
    else delete this.windows[grid];
    this.channel.ask();
  }

  /**
   * @param {HTMLElement} drawing
   * @param {"svg" | "png"} format
   * @param {Seen} seen
   */
  async save(drawing, format, seen) {
    try {
      const name = await this.download(drawing, format, seen);
      write(this.live, `Saved as ${name}`);
    } catch (error) {
      write(this.refusal, `The picture could not be saved. ${error instanceof Error ? error.message : error}`);
      this.refusal.hidden = false;
      write(this.live, this.refusal.textContent ?? "");
    }
  }

  /**
   * @param {HTMLElement} drawing
   * @param {"svg" | "png"} format
   * @param {Seen} seen
   * @returns {Promise<string>} the file's name
   */
  async download(drawing, format, seen) {
    const panel = this.panel.contains(drawing);
    const place = placeOf(panel ? this.panel : this.body, drawing);
    const question = panel ? this.answered : this.drawn;
    const theme = isDark(getComputedStyle(this.root).getPropertyValue("--st-background-color")) ? "dark" : "light";
    const body = JSON.stringify({ question, picture: place, panel, theme, windows: this.windows, ...seen });
    const response = await fetch(`${this.address}/picture`, { method: "POST", body, headers: JSON_HEADERS });
    if (!response.ok) throw new Error((await response.json()).problem);
    const svg = await response.text();
    const blob = format === "svg" ? new Blob([svg], { type: "image/svg+xml" }) : await asPng(svg);
    const link = make("a", { href: URL.createObjectURL(blob), download: `${this.slug}.${format}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    return link.download;
  }

  /** @param {Answer} answer */
  show(answer) {
    const focused = document.activeElement;
    const held = focused instanceof HTMLElement && this.root.contains(focused) ? { element: focused, name: nameOf(focused) } : null;
    if (answer.problems) this.showProblems(answer.problems);
    this.panelViews.show(answer.panel);
    this.answered = answer.question;
    if (answer.body) {
      this.bodyViews.show(answer.body);
      this.drawn = answer.question;
    }
    this.body.classList.toggle("stale", !answer.body);
    write(this.refusal, answer.refusal ?? "");
    this.refusal.hidden = !answer.refusal;
    this.undo.setAttribute("aria-disabled", String(!this.channel.canUndo));
    const chips = [...this.panel.querySelectorAll(".chip .words")].map((chip) => chip.textContent);
    const story = [...this.body.querySelectorAll(".story > div p")].map((paragraph) => paragraph.textContent);
    write(this.live, answer.refusal || chips.join(", ") || story.join(" "));
    this.keepAddress(answer.address);
    if (held) this.keepFocus(held.element, held.name);
    this.root.dataset.answered = String(answer.n ?? 0);
  }

  /**
   * Bring the focus back where an answer took its element away, or turned it off: to one of the same kind and name, or else to the outcome.
   * @param {HTMLElement} element what had the focus
   * @param {string} name what it was called
   */
  keepFocus(element, name) {
    const focused = document.activeElement;
    /** @param {Element | null} found */
    const usable = (found) => !!found?.getClientRects().length && !found.matches(":disabled");
    if (focused !== document.body && this.root.contains(focused) && usable(focused)) return;
    const alike = [.../** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll(element.tagName))];
    const again = alike.find((other) => usable(other) && nameOf(other) === name);
    /** @type {HTMLElement} */
    const outcome = this.panel.querySelector(".chip") ?? this.panel;
    if (!again) outcome.tabIndex = -1;
    (again ?? outcome).focus({ preventScroll: true });
  }

  /** @param {string[]} problems */
  showProblems(problems) {
    this.problems.replaceChildren(...problems.map((problem) =>
      make("div", { className: "notice warning" }, make("span", { className: "symbol", "aria-hidden": "true" }, "warning"), make("p", {}, problem))));
  }

  /** @param {import("./channel.js").State} state */
  tell(state) {
    this.root.setAttribute("aria-busy", String(state.busy));
    this.root.classList.toggle("waiting", state.dim);
    const words = state.failed || (state.loading ? `${state.loading} is being loaded, which takes a second or two, once.` : "")
      || (state.late ? "The server has not answered yet. Nothing that you entered is lost." : "");
    this.status.hidden = !words;
    this.again.hidden = !state.busy || !!state.loading;
    if (this.words.textContent === words) return;
    write(this.words, words);
    if (words) write(this.live, words);
  }

  /** @param {string} address the parameters that bring the question back */
  keepAddress(address) {
    this.written = address;
    sessionStorage.setItem(`primer ${this.slug}`, address);
    if (this.addressTimer !== null) return;
    this.writeAddress();
    this.addressTimer = setTimeout(() => { this.addressTimer = null; this.writeAddress(); }, ADDRESS_AFTER);
  }

  /** Before anything that may leave the page: what was typed a moment ago is not answered yet, and not lost. */
  keepPending() {
    if (!this.root.isConnected) return this.close();
    const { activeElement } = document;      // a reload takes the focus from no field, so that it does not tell by itself
    if (this.panel.contains(activeElement)) activeElement?.dispatchEvent(new Event("change"));
    const pending = this.channel.pending();
    if (pending) {
      this.written = new URLSearchParams(pending).toString();
      sessionStorage.setItem(`primer ${this.slug}`, this.written);
    }
    this.writeAddress();
  }

  /** @returns {string} the whole address of what is drawn, without what belongs to this tab */
  link() {
    return location.origin + location.pathname + (this.written ? `?${this.written}` : "");
  }

  writeAddress() {
    if (this.root.isConnected) writeOwnParameters(this.slug, new URLSearchParams(this.written));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (!this.root.isConnected) { this.close(); return; }
    const { target, key, ctrlKey, metaKey, shiftKey } = event;
    if (key === "F5" || ctrlKey || metaKey || event.altKey) this.keepPending();      // a reload, Back, or another way to leave
    if (!(ctrlKey || metaKey) || event.altKey) return;
    if (target instanceof HTMLElement && target.matches("input:not([type=range], [type=radio], [type=checkbox]), textarea, [contenteditable]")) return;
    const name = key.toLowerCase();
    if (name === "z" && !shiftKey) this.channel.undo();
    else if (name === "y" || (name === "z" && shiftKey)) this.channel.redo();
    else return;
    event.preventDefault();
  }
}
