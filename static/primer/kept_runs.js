// @ts-check
/**
 * The list of a browser's own runs. It asks the server for them, names and deletes them there, and tells the page what
 * has to change outside: which run is shown, and which lie behind it.
 */

import { countText } from "./chart_scale.js";
import { keepFocus, make, pressOnce, write } from "./dom.js";

/**
 * @typedef {object} Row a run
 * @property {string} run its id
 * @property {string} name
 * @property {string} made what it was made with, in a line
 * @property {string} data the set that it learns from: others cannot be compared with it
 * @property {string} state
 * @property {boolean} going
 * @property {number} step
 * @property {number} total
 * @property {number | null} accuracy of validation, 0 to 1
 * @property {number} bytes
 * @property {number} started seconds since 1970
 * @property {[string, string][]} settings
 */

/** @typedef {{runs: Row[], more: number, now: number}} List what the server answers */

/**
 * @typedef {object} PageData what the page says
 * @property {string} address
 * @property {string} current
 * @property {string[]} compared
 * @property {number} most
 * @property {string} mark
 */

/** @type {WeakMap<HTMLElement, KeptRuns>} */
const lists = new WeakMap();
/** @type {KeptRuns | null} */
let latest = null;

/**
 * Show what the page says, in the list that is there or in a new one.
 * @param {HTMLElement} parent
 * @param {PageData} data
 * @param {unknown} _setState
 * @param {(name: string, value: string) => void} trigger has the page run again
 */
export function mount(parent, data, _setState, trigger) {
  let list = lists.get(parent);
  if (!list) {
    list = latest && !latest.root.isConnected ? latest : new KeptRuns();
    parent.append(list.root);
    list.returnFocus();
    lists.set(parent, (latest = list));
  }
  list.trigger = trigger;
  list.fromPage(data);
}

/**
 * A size in the unit that gives it few digits.
 * @param {number} bytes
 */
export function sizeText(bytes) {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

/**
 * How long ago something was.
 * @param {number} seconds
 */
export function agoText(seconds) {
  for (const [size, name] of /** @type {[number, string][]} */ ([[86400, "day"], [3600, "hour"], [60, "minute"]])) {
    const count = Math.floor(seconds / size);
    if (count > 0) return `${count} ${name}${count > 1 ? "s" : ""} ago`;
  }
  return "just now";
}

/**
 * The settings in which runs differ: a line each, with the value of every run.
 * @param {Pick<Row, "settings">[]} rows
 * @returns {{setting: string, values: string[]}[]}
 */
export function differences(rows) {
  if (rows.length < 2) return [];
  return rows[0].settings
    .map(([setting], place) => ({ setting, values: rows.map((row) => row.settings[place][1]) }))
    .filter(({ values }) => new Set(values).size > 1);
}

/** @param {Row} row */
const title = (row) => row.name || row.made;

class KeptRuns {
  constructor() {
    /** @type {(name: string, value: string) => void} */
    this.trigger = () => {};
    /** @type {PageData | null} */
    this.page = null;
    /** @type {List | null} */
    this.list = null;
    this.asked = "";
    /** The run whose name is being changed, and the one whose deletion is to be confirmed. */
    this.naming = this.deleting = "";
    /** Whether the server did not answer when it was asked last. */
    this.unheard = false;
    this.summary = make("p", { className: "note" });
    this.rows = make("ul", { className: "rows", "aria-label": "Your runs" });
    this.table = make("div", { className: "differ", tabIndex: 0, role: "region", "aria-label": "In what these runs differ" });
    this.said = make("p", { className: "said", role: "status" });
    this.root = make("div", { className: "kept" }, this.summary, this.rows, this.table, this.said);
    pressOnce(this.root);
    this.returnFocus = keepFocus(this.root);
  }

  /** @param {PageData} data */
  fromPage(data) {
    this.page = data;
    if (this.asked === data.mark && this.list) this.#draw();
    else this.#ask();
    this.asked = data.mark;
  }

  /**
   * Ask for the list, or for what a learner wants; why that was refused stays on screen until the next thing they do.
   * @param {object} [body] what to do; none to ask for the list alone
   * @returns {Promise<boolean>} whether it was done
   */
  async #ask(body) {
    if (!this.page) return false;
    const post = { method: "POST", body: JSON.stringify(body) };
    let done = false;
    try {
      const answer = await fetch(this.page.address, body ? post : {});
      const told = await answer.json();
      done = answer.ok;
      if (done) {
        this.list = told;
        if (body || this.unheard) write(this.said, "");
      } else {
        write(this.said, String(told.problem));
        if (told.page) this.said.append(" ", make("a", { href: String(told.page) }, "Go to its own page"), ".");
      }
      this.unheard = false;
    } catch {
      write(this.said, "The server did not answer. Open the list again.");
      this.unheard = true;
    }
    this.#draw();
    return done;
  }

  /**
   * @param {"show" | "compare"} what
   * @param {string[]} runs
   */
  #tell(what, runs) {
    this.trigger("act", JSON.stringify({ do: what, runs, number: `${Date.now()}` }));
  }

  #draw() {
    const { page, list } = this;
    if (!page || !list) return;
    const { runs, more } = list;
    const bytes = runs.reduce((sum, row) => sum + row.bytes, 0);
    const others = more ? ` ${more} older ${more > 1 ? "ones are" : "one is"} not listed.` : "";
    write(this.summary, runs.length
      ? `${runs.length} run${runs.length > 1 ? "s" : ""}, ${sizeText(bytes)} on the server's disk.${others} This browser steers ${runs.length > 1 ? "them" : "it"}; who has the link of one can watch it.`
      : "No run yet. Each that this browser starts is kept here, until it is deleted.");
    const current = runs.find((row) => row.run === page.current);
    const active = this.rows.ownerDocument.activeElement;
    const root = this.root.getRootNode();
    const focused = root instanceof ShadowRoot ? root.activeElement : active;
    const name = focused instanceof HTMLElement ? focused.dataset.id : undefined;
    this.rows.replaceChildren(...runs.map((row) => this.#row(row, page, current)));
    if (name) {
      const again = [...this.rows.querySelectorAll("[data-id]")].find((each) => each instanceof HTMLElement && each.dataset.id === name);
      if (again instanceof HTMLElement) again.focus();
    }
    this.#drawDifferences(runs.filter((row) => row === current || page.compared.includes(row.run)), current);
  }

  /**
   * @param {Row} row
   * @param {PageData} page
   * @param {Row | undefined} current
   */
  #row(row, page, current) {
    const shown = row.run === page.current;
    const compared = page.compared.includes(row.run);
    const button = (/** @type {string} */ id, /** @type {string} */ text, /** @type {string} */ label, /** @type {() => void} */ act) => {
      const made = make("button", { type: "button", "aria-label": `${label}: ${title(row)}`, title: label }, text);
      made.dataset.id = `${row.run} ${id}`;
      made.addEventListener("click", act);
      return made;
    };
    const why = shown ? "It is on screen." : !current ? "Start or show a run to compare it with."
      : row.data !== current.data ? "It learned from other data."
      : !compared && page.compared.length >= page.most ? `At most ${page.most} lie behind a run.` : "";
    const box = make("input", { type: "checkbox", checked: compared && !shown, disabled: why !== "", "aria-label": `Compare: ${title(row)}` });
    box.dataset.id = `${row.run} compare`;
    box.addEventListener("change", () => {
      const others = page.compared.filter((run) => run !== row.run);
      this.#tell("compare", box.checked ? [...others, row.run] : others);
    });
    const facts = [
      row.state + (shown ? ", on screen" : ""),
      row.total ? `batch ${countText(row.step)} of ${countText(row.total)}` : "",
      row.accuracy === null ? "" : `${(row.accuracy * 100).toFixed(1)} % validation`,
      sizeText(row.bytes),
      agoText((this.list?.now ?? row.started) - row.started),
    ].filter(Boolean).join(" · ");
    const about = make("div", { className: "about" },
      this.naming === row.run ? this.#field(row) : make("span", { className: "title" }, title(row)),
      ...(row.name && this.naming !== row.run ? [make("span", { className: "made" }, row.made)] : []),
      make("span", { className: "facts" }, facts));
    const acts = make("div", { className: "acts" },
      ...(shown ? [] : [button("show", "Show", "Show this run", () => this.#tell("show", [row.run]))]),
      button("name", "Name", "Change its name", () => this.#name(row.run)),
      ...(this.deleting === row.run
        ? [button("sure", "Delete for good", "Delete this run for good", () => this.#delete(row)),
          button("keep", "Keep", "Do not delete it", () => this.#confirm(""))]
        : [button("delete", "Delete", "Delete this run", () => this.#confirm(row.run))]));
    return make("li", { className: shown ? "row shown" : "row" },
      make("label", { className: "pick", title: why || "Draw its curve behind the one on screen" }, box), about, acts);
  }

  /** @param {Row} row */
  #field(row) {
    const field = make("input", { type: "text", value: row.name, maxLength: 60, placeholder: row.made, "aria-label": `Name of the run: ${row.made}` });
    field.dataset.id = `${row.run} field`;
    let left = false;
    const leave = (/** @type {boolean} */ keep) => {
      if (left) return;
      left = true;
      this.naming = "";
      if (keep && field.value.trim() !== row.name) this.#ask({ do: "rename", run: row.run, name: field.value });
      else this.#draw();
    };
    field.addEventListener("keydown", ({ key, isComposing }) => {
      if (key === "Enter" && !isComposing) leave(true);
      if (key === "Escape") leave(false);
    });
    field.addEventListener("blur", () => leave(true));
    return field;
  }

  /** @param {string} run */
  #name(run) {
    this.naming = run;
    this.#draw();
    const field = this.rows.querySelector("input[type=text]");
    if (field instanceof HTMLInputElement) field.select();
  }

  /** @param {string} run */
  #confirm(run) {
    const was = this.deleting;
    this.deleting = run;
    this.#draw();
    const next = [...this.rows.querySelectorAll("button")].find((each) => each.dataset.id === (run ? `${run} sure` : `${was} delete`));
    next?.focus();
  }

  /** @param {Row} row */
  async #delete(row) {
    this.deleting = "";
    const done = await this.#ask({ do: "delete", run: row.run });
    if (done && this.page && (row.run === this.page.current || this.page.compared.includes(row.run))) {
      this.#tell("compare", this.page.compared.filter((run) => run !== row.run));
    }
  }

  /**
   * @param {Row[]} rows
   * @param {Row | undefined} current
   */
  #drawDifferences(rows, current) {
    const differ = differences(rows);
    this.table.hidden = rows.length < 2;
    if (rows.length < 2) return;
    const cell = (/** @type {"th" | "td"} */ tag, /** @type {string} */ text) => make(tag, tag === "th" ? { scope: "col" } : {}, text);
    const head = rows.map((row) => cell("th", `${title(row)}${row === current ? " (on screen)" : ""}`));
    const lines = differ.map(({ setting, values }) =>
      make("tr", {}, make("th", { scope: "row" }, setting), ...values.map((value) => cell("td", value))));
    this.table.replaceChildren(differ.length
      ? make("table", {}, make("thead", {}, make("tr", {}, cell("th", "Setting"), ...head)), make("tbody", {}, ...lines))
      : make("p", { className: "note" }, "These runs have the same settings."));
  }
}
