// @ts-check
/**
 * A training run, live: its progress, its numbers, its curves, and looking back at any batch of it. It asks the server
 * for what is new, draws that at the next frame, and has the page run again only when more than this has to change.
 */

import { savePicture, standalone } from "./chart_file.js";
import { countText, exactText, lossText, stretchWithin } from "./chart_scale.js";
import { Curve } from "./curve.js";
import { freshId, keepFocus, make, write } from "./dom.js";
import { keepAddressOnLeaving } from "./leaving.js";
import { lookAt } from "./look.js";
import { draw, inView, LINES, LossChart } from "./loss_chart.js";

/** @typedef {import("./types.js").RunView} RunView */

/**
 * @typedef {object} PageData what the page says
 * @property {string | null} address where to ask for news
 * @property {boolean} log
 * @property {[string, string][]} numbers names of the view's numbers, and their meanings
 * @property {RunView} view
 */

/** @typedef {(name: string, value: string) => void} Trigger */

// Drawing takes at most about a third of the page's time: a slow browser gets fewer pictures, and stays quick to use.
const REST = 2;
// Milliseconds after which a page that has not followed a change is told of it again, and a silent server asked again.
const PATIENCE = 3000;
/** Pixels that a pointer may move in a click, and that a finger moves before it looks along the curve. */
const [CLICK, SLIDE] = [5, 8];
const HINT = "Point at the curve, slide along it or press the arrow keys: the exact loss of that batch stands here.";

/** @type {WeakMap<HTMLElement, LiveChart>} */
const charts = new WeakMap();
/** @type {LiveChart | null} */
let latest = null;
keepAddressOnLeaving(history);

const pause = (/** @type {number} */ time) => new Promise((resolve) => setTimeout(resolve, time));

/**
 * Show what the page says, in the chart that is there or in a new one.
 * @param {HTMLElement} parent
 * @param {PageData} data
 * @param {unknown} _setState it keeps no value
 * @param {Trigger} trigger has the page run again
 */
export function mount(parent, data, _setState, trigger) {
  let chart = charts.get(parent);
  if (!chart) {
    // A run of the page may take the place of the chart away for a moment: what was zoomed and looked at comes back.
    chart = latest && !latest.root.isConnected ? latest : new LiveChart();
    parent.append(chart.root);
    chart.returnFocus();
    charts.set(parent, (latest = chart));
  }
  chart.trigger = trigger;
  chart.fromPage(data);
}

class LiveChart {
  constructor() {
    /** @type {Trigger} */
    this.trigger = () => {};
    /** @type {PageData | null} */
    this.page = null;
    /** @type {RunView | null} */
    this.view = null;
    this.curve = new Curve("none");
    /** @type {{from: number, to: number} | null} */
    this.zoom = null;
    /** @type {number | null} */
    this.look = null;
    /** @type {number | null} */
    this.point = null;
    /** @type {[number, number] | null} */
    this.drag = null;
    this.stale = this.resting = this.following = false;
    /** Whether the page has said something new and the server was not asked since. */
    this.unasked = false;
    /** Ends the wait for the next question. */
    this.wake = () => {};
    this.paints = 0;
    this.told = { mark: "", at: 0 };
    this.tabled = "";

    this.progress = make("p", { className: "primer-run-progress" });
    this.fill = make("i");
    this.bar = make("div", {
      className: "primer-run-bar", role: "progressbar", "aria-label": "Progress of the run", "aria-valuemin": 0, "aria-valuemax": 100,
    }, this.fill);
    this.numbers = make("div", { className: "primer-run-numbers" });
    this.legend = make("ul", { className: "primer-chart-legend" });
    const help = make("p", { className: "primer-chart-text", id: freshId() },
      "Arrow keys move batch by batch, with Shift ten at a time, Page Up and Page Down a tenth of the run. Plus and minus zoom, 0 shows the whole run, End and Escape go back to now.");
    this.place = make("div", {
      className: "primer-chart", tabIndex: 0, role: "slider", "aria-label": "Batch looked at on the curve", "aria-describedby": help.id,
      "aria-valuemin": 0, "aria-valuemax": 0, "aria-valuenow": 0,
    });
    this.chart = new LossChart(this.place);
    this.note = make("p", { className: "primer-chart-note" });
    this.readout = make("p", { className: "primer-chart-readout" });
    this.moment = make("p", { className: "primer-chart-moment" });
    this.slider = make("input", { type: "range", min: "0", step: "1", "aria-label": "Look back: batch" });
    this.now = make("button", { type: "button" }, "Now");
    const button = (/** @type {string} */ text, /** @type {string} */ label, /** @type {() => void} */ act) => {
      const made = make("button", { type: "button", "aria-label": label, title: label }, text);
      made.addEventListener("click", act);
      return made;
    };
    this.whole = button("Whole run", "Whole run: show all batches", () => this.#zoomTo(null));
    this.nearer = button("+", "Zoom in", () => this.#zoomBy(0.5));
    this.farther = button("−", "Zoom out", () => this.#zoomBy(2));
    this.saves = make("div", { className: "primer-chart-saves" },
      button("SVG", "Save this chart as SVG", () => this.#save("svg")),
      button("PNG", "Save this chart as PNG", () => this.#save("png")),
      button("CSV", "Save every loss as CSV", () => this.#saveLosses()));
    const back = make("div", { className: "primer-chart-back" },
      make("span", { "aria-hidden": "true" }, "Look back"), this.slider, this.now);
    const tools = make("div", { className: "primer-chart-tools" },
      make("div", { className: "primer-chart-zoom" }, this.farther, this.nearer, this.whole), this.saves);
    this.table = make("div", { className: "primer-chart-table", tabIndex: 0, role: "region", "aria-label": "The curve as a table" });
    this.twin = make("details", {}, make("summary", {}, "The curve as a table"), this.table);
    this.words = make("p", { className: "primer-chart-text", role: "status" });
    this.root = make("div", { className: "primer-run" },
      this.progress, this.bar, this.numbers, this.place, this.note, this.legend, this.readout, back, this.moment, tools,
      this.twin, help, this.words);

    this.returnFocus = keepFocus(this.root);
    this.slider.addEventListener("input", () => this.#lookTo(Number(this.slider.value)));
    this.now.addEventListener("click", () => {
      this.slider.focus();
      this.#lookTo(null);
    });
    this.twin.addEventListener("toggle", () => this.#writeTable());
    this.place.addEventListener("keydown", (event) => this.#key(event));
    this.#pointers();
    new ResizeObserver(() => this.#redraw()).observe(this.place);
  }

  // ---- news

  /** @param {PageData} data */
  fromPage(data) {
    if (JSON.stringify(this.page?.numbers) !== JSON.stringify(data.numbers)) this.#name(data.numbers);
    this.page = data;
    this.unasked = true;
    this.#show(data.view);
    this.#redraw(); // what was asked for while the page had taken the chart away
    this.wake();
    this.#follow();
  }

  /** @param {RunView} view */
  #show(view) {
    if (this.view && view.at < this.view.at) return;
    if (view.run !== this.curve.run) {
      this.curve = new Curve(view.run);
      [this.zoom, this.look, this.point] = [null, null, null];
      write(this.words, "");
    }
    this.view = view;
    this.curve.take(view);
    this.#announce();
    write(this.progress, view.progress);
    this.bar.setAttribute("aria-valuenow", String(Math.round(100 * view.share)));
    this.fill.style.transform = `scaleX(${view.share})`;
    [...this.numbers.querySelectorAll(".primer-run-value")].forEach((value, place) => {
      write(value, view.numbers[place] ?? "—");
    });
    if (view.summary) write(this.words, view.summary);
    this.#redraw();
  }

  /** Ask for news while there will be some, and have the page run again when more than this has to change. */
  async #follow() {
    if (this.following) return;
    this.following = true;
    while (this.root.isConnected && this.page?.address && this.view) {
      const behind = this.unasked || this.curve.lacks(this.view);
      if (!behind && !this.view.again) break;
      if (!behind) await this.#wait(this.view.again);
      if (document.hidden) {
        await pause(PATIENCE / 6);
        continue;
      }
      this.unasked = false;
      let news = null;
      try {
        const had = new URLSearchParams(this.curve.cursor());
        const answer = await fetch(`${this.page.address}&${had}`, { cache: "no-store" });
        if (answer.ok) news = /** @type {RunView} */ (await answer.json());
        else if (answer.status === 404) this.#tell("gone");
      } catch { /* the server does not answer: Streamlit says so, and it is asked again */ }
      if (!this.root.isConnected) break;
      if (news === null) await pause(PATIENCE);
      else {
        this.#show(news);
        if (news.mark !== this.page.view.mark) this.#tell(news.mark);
      }
    }
    this.following = false;
  }

  /**
   * Wait, but not longer than until the page says something.
   * @param {number} time milliseconds
   */
  #wait(time) {
    return Promise.race([pause(time), new Promise((resolve) => { this.wake = () => resolve(null); })]);
  }

  /** @param {string} mark */
  #tell(mark) {
    if (this.told.mark === mark && performance.now() - this.told.at < PATIENCE) return;
    this.told = { mark, at: performance.now() };
    this.trigger("changed", `${mark} ${this.told.at}`);
  }

  // ---- drawing

  /** Draw at the next frame, and not more often than the page can bear. */
  #redraw() {
    this.stale = true;
    if (this.resting) return;
    this.resting = true;
    requestAnimationFrame(() => {
      const began = performance.now();
      this.stale = false;
      if (this.root.isConnected) this.#draw();
      setTimeout(() => {
        this.resting = false;
        if (this.stale) this.#redraw();
      }, REST * (performance.now() - began));
    });
  }

  #draw() {
    const { curve, view } = this;
    if (!view) return;
    const { size } = curve;
    this.chart.draw(this.#scene(view));
    this.paints += 1;
    const { from, to } = this.chart.frame;
    const seen = { points: size, paints: this.paints, from, to };
    for (const [name, count] of Object.entries(seen)) this.place.dataset[name] = String(count);
    this.#writeLegend();
    write(this.note, this.chart.note);
    this.#writeReadout();
    this.slider.max = String(size);
    this.slider.value = String(this.look ?? size);
    this.slider.disabled = size === 0;
    const words = this.#valueText();
    for (const control of [this.slider, this.place]) control.setAttribute("aria-valuetext", words);
    this.place.setAttribute("aria-valuemax", String(size));
    this.place.setAttribute("aria-valuenow", String(this.look ?? size));
    this.now.hidden = this.look === null;
    this.#enable(this.whole, this.zoom !== null);
    this.#enable(this.farther, this.zoom !== null);
    this.#enable(this.nearer, size >= 8);
    for (const control of this.saves.querySelectorAll("button")) this.#enable(control, size > 0);
    if (this.twin.open && this.tabled !== `${curve.run} ${curve.epochs.length} ${curve.changes.length}`) this.#writeTable();
  }

  /**
   * @param {HTMLButtonElement} button that leaves the focus to the curve when it cannot be pressed any more
   * @param {boolean} can
   */
  #enable(button, can) {
    if (!can && document.activeElement === button) this.place.focus({ preventScroll: true });
    button.disabled = !can;
  }

  #legendEntries() {
    const behind = this.curve.behind.map(({ name }, number) => /** @type {const} */ ([`behind behind-${number}`, name]));
    const broken = this.curve.notFinite ? [/** @type {const} */ (["broken", "loss not finite"])] : [];
    const changed = this.curve.changes.length ? [/** @type {const} */ (["change", "setting changed"])] : [];
    return [...LINES, ...behind, ...changed, ...broken];
  }

  #writeLegend() {
    const entries = this.#legendEntries();
    const words = JSON.stringify(entries);
    if (this.legend.dataset.words === words) return;
    this.legend.dataset.words = words;
    this.legend.replaceChildren(...entries.map(([kind, name]) => make("li", {}, swatch(kind), name)));
  }

  /** @param {number} step */
  #reading(step) {
    const { curve } = this;
    if (step === 0) return "Batch 0: before the first batch, with the weights that the seed gave.";
    const loss = curve.losses.at(step - 1), mean = curve.means.at(step - 1);
    const parts = [
      `Batch ${countText(step)} in epoch ${curve.epochOf(step)}`,
      `loss of this batch ${exactText(loss)}`,
      `running mean ${lossText(mean)}`,
    ];
    const epoch = curve.epochs.find((point) => point.step === step);
    if (epoch) parts.push(`after it, validation loss ${lossText(epoch.validation)} and accuracy ${(100 * epoch.accuracy).toFixed(2)} %`);
    const change = curve.changes.filter((known) => known.step === step - 1).map(({ words }) => words);
    if (change.length) parts.push(`first batch with ${change.join(", ")}`);
    return parts.join(" · ");
  }

  #writeReadout() {
    const step = this.point ?? this.look;
    write(this.readout, step === null ? (this.curve.size ? HINT : "") : this.#reading(step));
    this.readout.classList.toggle("hint", step === null);
    const moment = this.look === null ? null : this.curve.momentNear(this.look);
    write(this.moment, this.look === null ? ""
      : moment === null ? "No moment of the network is kept of this run."
      : moment === this.look ? `The network of this moment is kept: after ${batches(moment)}.`
      : `The nearest kept moment of the network is after ${batches(moment)}.`);
  }

  #valueText() {
    const { size } = this.curve;
    if (!size) return "no batch yet";
    if (this.look !== null) return this.#reading(this.look);
    return this.view?.again ? "now" : `now, ${this.#reading(size)}`; // while it grows a screen reader would never end
  }

  // ---- looking and zooming

  /** @param {number | null} step */
  #lookTo(step) {
    const { size } = this.curve;
    this.look = step === null || step >= size ? null : Math.max(0, Math.round(step));
    if (this.zoom && this.look !== null) {
      const { from, to } = this.zoom;
      if (this.look < from || this.look > to) this.zoom = stretchWithin(this.look - (to - from) / 2, this.look + (to - from) / 2, size);
    }
    this.#announce();
    this.#redraw();
  }

  #announce() {
    const moment = this.look === null ? null : this.curve.momentNear(this.look);
    lookAt({ run: this.curve.run, step: this.look, moment });
  }

  /** @param {{from: number, to: number} | null} zoom */
  #zoomTo(zoom) {
    this.zoom = zoom && stretchWithin(zoom.from, zoom.to, Math.max(1, this.curve.size));
    this.#redraw();
  }

  /** @param {number} factor */
  #zoomBy(factor) {
    if (!this.view) return;
    const { from, to } = inView(this.#scene(this.view));
    const end = Math.min(to, this.curve.size);
    const middle = this.look ?? (from + end) / 2;
    const half = ((end - from) * factor) / 2;
    this.#zoomTo({ from: middle - half, to: middle + half });
  }

  /** @param {RunView} view */
  #scene({ planned, ended }) {
    const { curve, zoom, look, point, drag } = this;
    return { curve, planned, ended, log: this.page?.log ?? false, zoom, look, point, drag };
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { size } = this.curve;
    const here = this.look ?? size;
    const tenth = Math.max(1, Math.round(size / 10));
    const one = event.shiftKey ? 10 : 1;
    /** @type {Record<string, () => void>} */
    const acts = {
      ArrowLeft: () => this.#lookTo(here - one), ArrowDown: () => this.#lookTo(here - one),
      ArrowRight: () => this.#lookTo(here + one), ArrowUp: () => this.#lookTo(here + one),
      PageDown: () => this.#lookTo(here - tenth), PageUp: () => this.#lookTo(here + tenth),
      Home: () => this.#lookTo(0), End: () => this.#lookTo(null), Escape: () => this.#lookTo(null),
      "+": () => this.#zoomBy(0.5), "=": () => this.#zoomBy(0.5), "-": () => this.#zoomBy(2), 0: () => this.#zoomTo(null),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** What a mouse and a finger do: a mouse zooms by dragging; a finger never does, so that the page scrolls. */
  #pointers() {
    const { place } = this;
    /** @type {{id: number, x: number, mouse: boolean, sliding: boolean, before: number | null} | null} */
    let press = null;
    const at = (/** @type {PointerEvent} */ event) => event.clientX - place.getBoundingClientRect().left;
    const batch = (/** @type {number} */ x) => {
      const { from, to } = this.chart.frame;
      return Math.round(Math.min(Math.max(this.chart.batchAt(x), from, 0), to, this.curve.size));
    };
    place.addEventListener("pointerdown", (event) => {
      if (!event.isPrimary || event.button !== 0 || !this.curve.size) return;
      press = { id: event.pointerId, x: at(event), mouse: event.pointerType === "mouse", sliding: false, before: this.look };
      if (press.mouse) place.setPointerCapture(event.pointerId);
    });
    place.addEventListener("pointermove", (event) => {
      const x = at(event);
      if (press && event.pointerId === press.id) {
        if (press.mouse) {
          press.sliding ||= Math.abs(x - press.x) > CLICK;
          this.drag = press.sliding ? [this.#inFrame(press.x), this.#inFrame(x)] : null;
          this.point = null;
          this.#redraw();
        } else if (press.sliding || Math.abs(x - press.x) > SLIDE) {
          press.sliding = true;
          this.#lookTo(batch(x));
        }
      } else if (event.pointerType === "mouse" && this.curve.size) {
        this.point = batch(x);
        this.#redraw();
      }
    });
    place.addEventListener("pointerup", (event) => {
      if (!press || event.pointerId !== press.id) return;
      const ended = press;
      [press, this.drag] = [null, null];
      if (ended.mouse && ended.sliding) {
        const [from, to] = [ended.x, at(event)].map((x) => this.chart.batchAt(this.#inFrame(x))).toSorted((a, b) => a - b);
        this.#zoomTo({ from, to });
      } else if (!ended.sliding) this.#lookTo(batch(at(event)));
    });
    place.addEventListener("pointercancel", () => {
      if (press?.sliding) this.#lookTo(press.before);
      [press, this.drag] = [null, null];
    });
    place.addEventListener("pointerleave", () => {
      this.point = null;
      this.#redraw();
    });
    place.addEventListener("dblclick", () => {
      this.#zoomTo(null);
      this.#lookTo(null);
    });
  }

  /** @param {number} x */
  #inFrame(x) {
    return Math.min(Math.max(x, this.chart.frame.left), this.chart.frame.right);
  }

  // ---- words and files

  /** @param {[string, string][]} pairs */
  #name(pairs) {
    this.numbers.replaceChildren(...pairs.map(([label, meaning]) => {
      const told = make("span", { className: "primer-run-meaning", role: "tooltip", id: freshId() }, meaning);
      return make("div", { className: "primer-run-number" },
        make("span", { className: "primer-run-label" }, label),
        " ",
        make("button", { type: "button", "aria-label": `What ${label.toLowerCase()} means`, "aria-describedby": told.id }, "?"),
        told,
        make("span", { className: "primer-run-value" }, "—"));
    }));
  }

  #writeTable() {
    const { curve } = this;
    this.tabled = `${curve.run} ${curve.epochs.length} ${curve.changes.length}`;
    const cells = (/** @type {"td" | "th"} */ tag, /** @type {string[]} */ texts) =>
      make("tr", {}, ...texts.map((text) => make(tag, tag === "th" ? { scope: "col" } : {}, text)));
    const rows = curve.epochs.map(({ epoch, step, train, validation, accuracy }) => cells("td", [
      String(epoch), countText(step), lossText(train), lossText(validation), `${(100 * accuracy).toFixed(2)} %`,
    ]));
    const changes = curve.changes.map(({ step, words }) => make("li", {}, `From batch ${countText(step + 1)} on: ${words}`));
    this.table.replaceChildren(
      make("p", {}, curve.size
        ? `${batches(curve.size)}; the first had a loss of ${exactText(curve.losses.at(0))}, the last one of ${exactText(curve.losses.at(curve.size - 1))}.`
        : "No batch yet."),
      make("table", {},
        make("caption", {}, "What was measured after each epoch; losses in nats"),
        make("thead", {}, cells("th", ["epoch", "batches", "train loss", "validation loss", "validation accuracy"])),
        make("tbody", {}, ...rows)),
      ...(changes.length ? [make("ul", {}, ...changes)] : []),
    );
  }

  /** @param {"svg" | "png"} format */
  async #save(format) {
    const { curve } = this;
    const legend = this.#legendEntries().map(([kind, name]) => {
      const shown = [...this.legend.children].find((item) => item.textContent === name);
      return /** @type {[string, SVGElement]} */ ([name, shown?.querySelector("svg") ?? swatch(kind)]);
    });
    const picture = standalone(this.chart.picture, {
      title: `Training: ${this.view?.progress ?? ""}`,
      description: this.words.textContent ?? "",
      data: {
        losses: Array.from(curve.losses.values.subarray(0, curve.size), (loss) => (Number.isFinite(loss) ? Number(exactText(loss)) : null)),
        epochs: curve.epochs, changes: curve.changes,
      },
      legend,
    });
    await savePicture(picture, format, "loss-curve");
  }

  #saveLosses() {
    if (!this.page?.address) return;
    const link = make("a", { href: this.page.address.replace("?", "/losses.csv?"), download: "losses.csv" });
    link.click();
  }
}

/**
 * @param {number} count
 * @returns {string}
 */
function batches(count) {
  return count === 1 ? "1 batch" : `${countText(count)} batches`;
}

/**
 * @param {string} kind
 * @returns {SVGElement} a sample of a line of the chart
 */
function swatch(kind) {
  const sample = draw("svg", { class: "primer-chart-swatch", width: 24, height: 12, viewBox: "0 0 24 12", "aria-hidden": "true" });
  const upright = kind === "change" || kind === "broken";
  sample.append(draw("path", { class: upright ? kind : `line ${kind}`, d: upright ? "M12 0V12" : "M1 6H23" }));
  if (kind === "validation") sample.append(draw("path", { class: "diamond", d: "M12 1L17 6L12 11L7 6Z" }));
  if (kind === "accuracy") sample.append(draw("rect", { class: "accuracy-mark", x: 9, y: 3, width: 6, height: 6 }));
  return sample;
}
