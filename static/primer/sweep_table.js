// @ts-check
/**
 * The table of a sweep: a row for each rate, a column for each batch size, and in each cell a small curve that grows. It
 * asks the server for what is new, and has the page run again where a cell is pressed or more than the table changes.
 */

import { counted, keepFocus, make, makeSvg, write } from "./dom.js";

/** @typedef {import("./types.js").SweepView} SweepView */
/** @typedef {import("./types.js").SweepNews} SweepNews */
/** @typedef {Omit<SweepNews, "first">} Cell what is known of a run */

/**
 * @typedef {object} PageData what the page says
 * @property {string} address
 * @property {string} shown the run whose curve is on screen
 * @property {string} mark
 * @property {boolean} steers
 */

/** Units of a small drawing, which is stretched to its place. */
const [WIDTH, HEIGHT] = [120, 50];
/** The scale of all cells ends at the highest first loss, and a little more. */
const ROOM = 1.15;
/** Milliseconds until a silent server is asked again, and until a page that has not followed is told again. */
const PATIENCE = 3000;

/**
 * Take what an answer brings of a run: points are only ever added, unless the whole run has another length.
 * @param {Cell | undefined} had
 * @param {SweepNews} news
 * @returns {Cell | undefined} what is known then
 */
export function taken(had, { first, means, ...facts }) {
  const points = had && had.total === facts.total ? had.means : [];
  if (first > points.length) return had; // some in between are missing: they are asked for again
  return { ...facts, means: [...points.slice(0, first), ...means] };
}

/**
 * @param {Iterable<Cell>} cells
 * @returns {string} what the page has, for the next question
 */
export function hadOf(cells) {
  return [...cells].map(({ run, total, means, facts }) => `${run}:${total}:${means.length}:${facts}`).join(",");
}

/**
 * @param {Iterable<Cell>} cells
 * @returns {number} the loss at the top of the scale that all cells have, in nats
 */
export function topOf(cells) {
  const firsts = [...cells].map(({ means }) => means[0]).filter((loss) => loss !== null && loss !== undefined);
  return firsts.length ? ROOM * Math.max(.../** @type {number[]} */ (firsts)) : 1;
}

/**
 * @param {Pick<Cell, "means" | "of">} cell
 * @param {number} top
 * @returns {string} its curve as a path has it, broken where a loss is not finite and cut off at the top
 */
export function pathOf({ means, of }, top) {
  let path = "", pen = "M";
  means.forEach((loss, place) => {
    if (loss === null) {
      pen = "M";
      return;
    }
    const x = of > 1 ? (place / (of - 1)) * WIDTH : WIDTH / 2;
    path += `${pen}${x.toFixed(1)} ${(HEIGHT * (1 - Math.min(loss, top) / top)).toFixed(1)}`;
    pen = "L";
  });
  return path;
}

/** @param {number | null} loss */
const lossWords = (loss) => (loss === null ? "a loss that is not finite" : String(Number(loss.toPrecision(3))));

/**
 * @param {Pick<Cell, "means">} cell
 * @returns {string} its curve in words
 */
export function curveWords({ means }) {
  if (!means.length) return "No loss yet.";
  if (means.length === 1) return `Training loss ${lossWords(means[0])}.`;
  return `Training loss from ${lossWords(means[0])} to ${lossWords(means[means.length - 1])}.`;
}

/** @param {Pick<Cell, "loss" | "accuracy" | "epoch">} cell */
const figures = ({ loss, accuracy }) => (loss ? `loss ${loss} · ${accuracy}` : "");

/**
 * @param {Cell} cell
 * @param {{rate: string, batch: string, best: boolean, shown: boolean}} place
 * @returns {string} all that a cell says, for who hears it
 */
export function cellWords(cell, { rate, batch, best, shown }) {
  const parts = [`Rate ${rate}, batch size ${batch}: ${cell.state.toLowerCase()}.`];
  if (cell.loss) parts.push(`Validation loss ${cell.loss}, accuracy ${cell.accuracy} after epoch ${cell.epoch}.`);
  if (best) parts.push("The lowest validation loss.");
  parts.push(curveWords(cell));
  if (shown) parts.push("Its curve is on screen.");
  return parts.join(" ");
}

/**
 * @param {Cell[]} cells
 * @param {{rates: string[], batches: string[], best: string | null, going: boolean}} sweep
 * @returns {string} what has come of the sweep so far
 */
export function resultWords(cells, { rates, batches, best, going }) {
  const count = (/** @type {string} */ kind) => cells.filter((cell) => cell.kind === kind).length;
  const diverged = cells.filter((cell) => cell.state.startsWith("Diverged")).length;
  const done = count("ended") + count("bad");
  const all = counted(cells.length, "run");
  const parts = [done === cells.length ? `All ${all} have ended.` : `${done} of ${all} have ended.`];
  const winner = cells.find((cell) => cell.run === best);
  if (winner) {
    parts.push(`The lowest validation loss${going ? " so far" : ""} is ${winner.loss}: rate ${rates[winner.rate]}, batch size ${batches[winner.batch]}.`);
  }
  if (diverged) parts.push(`${diverged} diverged.`);
  return parts.join(" ");
}

/** @type {WeakMap<Element | ShadowRoot, SweepTable>} */
const tables = new WeakMap();

/**
 * Show what the page says, in the table that is there or in a new one.
 * @param {HTMLElement} parent
 * @param {PageData} data
 * @param {unknown} _setState it keeps no value
 * @param {(name: string, value: string) => void} trigger has the page run again
 */
export function mount(parent, data, _setState, trigger) {
  let table = tables.get(parent);
  if (!table) {
    table = new SweepTable();
    parent.append(table.root);
    tables.set(parent, table);
  }
  table.returnFocus();
  table.trigger = trigger;
  table.fromPage(data);
}

class SweepTable {
  constructor() {
    /** @type {(name: string, value: string) => void} */
    this.trigger = () => {};
    /** @type {PageData | null} */
    this.page = null;
    /** @type {SweepView | null} */
    this.view = null;
    /** @type {Map<string, Cell>} */
    this.cells = new Map();
    /** @type {Map<string, ReturnType<typeof cellView>>} */
    this.views = new Map();
    this.following = false;
    this.axes = "";
    /** How many runs had ended when this was told last. */
    this.done = 0;
    this.told = { mark: "", at: 0 };
    this.result = make("p", { className: "result" });
    this.words = make("p", { className: "hidden", role: "status" });
    this.frame = make("div", { className: "frame", tabIndex: 0, role: "region", "aria-label": "The runs of the sweep" });
    this.note = make("p", { className: "note" });
    this.said = make("p", { className: "said", role: "status" });
    this.root = make("div", { className: "sweep" }, this.result, this.frame, this.note, this.said, this.words);
    this.root.addEventListener("keydown", (event) => this.#key(event));
    this.returnFocus = keepFocus(this.root);
  }

  /** @param {PageData} data */
  fromPage(data) {
    if (this.page && this.page.address !== data.address) this.#forget();
    this.page = data;
    this.#draw();
    this.#follow();
  }

  #forget() {
    this.cells.clear();
    this.view = null;
  }

  async #follow() {
    if (this.following) return;
    this.following = true;
    let asked = "";
    while (this.root.isConnected && this.page) {
      const unasked = !this.view || asked !== `${this.page.address} ${this.page.mark}`;
      if (!unasked && !this.view?.again) break;
      if (!unasked) await pause(this.view?.again ?? 0);
      if (document.hidden) {
        await pause(PATIENCE / 6);
        continue;
      }
      const { address, mark } = this.page;
      asked = `${address} ${mark}`;
      const news = await this.#ask(address);
      if (!this.root.isConnected) break;
      if (news === null) await pause(PATIENCE);
      else if (address === this.page.address) {
        this.#take(news);
        if (news.mark !== this.page.mark) this.#tellMark(news.mark);
      }
    }
    this.following = false;
  }

  /**
   * @param {string} address
   * @returns {Promise<SweepView | null>} null where there is no answer
   */
  async #ask(address) {
    try {
      const answer = await fetch(`${address}&${new URLSearchParams({ had: hadOf(this.cells.values()) })}`, { cache: "no-store" });
      if (answer.ok) {
        write(this.said, "");
        return /** @type {SweepView} */ (await answer.json());
      }
      if (answer.status === 404) this.#tellMark("gone");
    } catch {
      write(this.said, "The server does not answer. It is asked again.");
    }
    return null;
  }

  /** @param {SweepView} view */
  #take(view) {
    if (this.view && view.at < this.view.at) return;
    this.view = view;
    for (const news of view.cells) {
      const cell = taken(this.cells.get(news.run), news);
      if (cell) this.cells.set(news.run, cell);
    }
    this.#draw();
  }

  /** @param {string} mark */
  #tellMark(mark) {
    if (this.told.mark === mark && performance.now() - this.told.at < PATIENCE) return;
    this.told = { mark, at: performance.now() };
    this.trigger("act", JSON.stringify({ number: `${Date.now()} ${mark}` }));
  }

  #draw() {
    const { page, view } = this;
    if (!page || !view) return;
    const { rates, batches, best } = view;
    const cells = [...this.cells.values()];
    const axes = JSON.stringify([rates, batches, page.steers, cells.map(({ run, rate, batch }) => [run, rate, batch])]);
    if (axes !== this.axes) this.#layOut(view, page, cells);
    this.axes = axes;
    const top = topOf(cells);
    for (const cell of cells) {
      const place = { rate: rates[cell.rate], batch: batches[cell.batch], best: cell.run === best, shown: cell.run === page.shown };
      this.views.get(cell.run)?.update(cell, place, top, view.going);
    }
    const result = resultWords(cells, view);
    write(this.result, result);
    const done = cells.filter(({ kind }) => kind === "ended" || kind === "bad").length;
    if (done !== this.done) write(this.words, result); // not with every epoch of each run
    this.done = done;
    const curves = cells.some(({ means }) => means.length);
    write(this.note, !curves ? "" : `In each cell, from left to right, the running mean of the training loss over all epochs; below it the validation loss and accuracy after the latest epoch. All have one scale, from 0 to ${top.toPrecision(3)} nats: what is higher lies on its upper edge.${page.steers ? " Press a cell to see its run below." : ""}`);
  }

  /**
   * @param {SweepView} view
   * @param {PageData} page
   * @param {Cell[]} cells
   */
  #layOut({ rates, batches }, page, cells) {
    this.views = new Map(cells.map(({ run }) => [run, cellView(page.steers ? () => this.#press(run) : null)]));
    const at = (/** @type {number} */ rate, /** @type {number} */ batch) => {
      const cell = cells.find((each) => each.rate === rate && each.batch === batch);
      const made = cell && this.views.get(cell.run);
      return make("td", {}, made ? made.element : make("span", { className: "note" }, "Not kept any more."));
    };
    const head = make("tr", {}, make("th", { scope: "col" }, "Rate"), ...batches.map((size) => make("th", { scope: "col" }, `batch ${size}`)));
    const rows = rates.map((rate, place) =>
      make("tr", {}, make("th", { scope: "row" }, rate), ...batches.map((_, batch) => at(place, batch))));
    this.frame.replaceChildren(make("table", {},
      make("caption", { className: "hidden" }, "A run for each learning rate and batch size"),
      make("thead", {}, head), make("tbody", {}, ...rows)));
  }

  /** @param {string} run */
  #press(run) {
    this.trigger("act", JSON.stringify({ run, number: `${Date.now()}` }));
  }

  /**
   * Arrow keys go from cell to cell.
   * @param {KeyboardEvent} event
   */
  #key(event) {
    const moves = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] });
    const move = moves[event.key];
    const here = event.composedPath()[0];
    if (!move || !(here instanceof HTMLButtonElement)) return;
    const place = here.closest("td");
    const row = place?.closest("tr");
    if (!place || !row) return;
    const rows = [...this.frame.querySelectorAll("tbody tr")];
    const next = rows[rows.indexOf(row) + move[0]]?.children[[...row.children].indexOf(place) + move[1]]?.querySelector("button");
    if (next instanceof HTMLButtonElement) {
      event.preventDefault();
      next.focus();
    }
  }
}

const pause = (/** @type {number} */ time) => new Promise((resolve) => setTimeout(resolve, time));

/**
 * A cell of the table.
 * @param {(() => void) | null} press what a press does; null where it does nothing
 */
function cellView(press) {
  const floor = makeSvg("path", { class: "floor", d: `M0 ${HEIGHT}H${WIDTH}` });
  const curve = makeSvg("path", { class: "curve" });
  const picture = makeSvg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" }, floor, curve);
  const [state, numbers, mark] = ["state", "figures", "mark"].map((className) => make("span", { className, "aria-hidden": "true" }));
  const words = make("span", { className: "hidden" });
  const element = press ? make("button", { type: "button" }, picture, state, numbers, mark, words)
    : make("div", {}, picture, state, numbers, mark, words);
  if (press) element.addEventListener("click", press);
  return {
    element,
    /**
     * @param {Cell} cell
     * @param {{rate: string, batch: string, best: boolean, shown: boolean}} place
     * @param {number} top
     * @param {boolean} going
     */
    update(cell, place, top, going) {
      element.className = ["cell", cell.kind, place.best ? "best" : "", place.shown ? "shown" : ""].filter(Boolean).join(" ");
      if (press) element.setAttribute("aria-pressed", String(place.shown));
      const path = pathOf(cell, top);
      if (curve.getAttribute("d") !== path) curve.setAttribute("d", path);
      write(state, cell.state);
      write(numbers, figures(cell));
      write(mark, place.best ? `✓ Lowest loss${going ? " so far" : ""}` : "");
      write(words, cellWords(cell, place));
    },
  };
}
