// @ts-check
/** Samples that flow into batches, an epoch beside the other; the way of one of them is spelled out below. */

import { make, makeSvg, plain, writeText } from "./dom.js";
import { saves } from "./saves.js";

/** @typedef {import("./types.js").Batches} Batches */
/** @typedef {import("./types.js").EpochFlow} EpochFlow */

/** Most samples that have their index in their cell, and all their ways drawn. */
export const MOST_LINES = 40;
/** Most samples that are drawn large. */
const FEW = 8;

/**
 * The way from a sample to its place in a batch, as a path of an SVG.
 * @param {number} fromX
 * @param {number} fromY
 * @param {number} toX
 * @param {number} toY
 */
export function way(fromX, fromY, toX, toY) {
  const middle = (fromY + toY) / 2;
  return `M${fromX} ${fromY}C${fromX} ${middle} ${toX} ${middle} ${toX} ${toY}`;
}

/**
 * The sample that a key leads to, or null for a key that leads nowhere.
 * @param {string} key
 * @param {number} at
 * @param {number} count
 */
export function after(key, at, count) {
  switch (key) {
    case "ArrowRight": case "ArrowDown": return (at + 1) % count;
    case "ArrowLeft": case "ArrowUp": return (at + count - 1) % count;
    case "Home": return 0;
    case "End": return count - 1;
    default: return null;
  }
}

/**
 * @param {Batches} first
 * @param {import("./types.js").PageContext} page
 * @returns {import("./types.js").View<Batches>}
 */
export function batchesView(first, page) {
  const legend = make("p", { className: "legend" });
  const epochs = make("div", { className: "b-epochs" });
  const told = make("div", { className: "b-told" });
  const element = make("div", { className: "batches" }, legend, epochs, told);
  element.append(saves(element, "picture of batches", page));
  let batches = first;
  let shown = "";
  let chosen = 0;
  /** @type {number | null} */
  let pointed = null;

  const mark = () => {
    const active = pointed ?? chosen;
    for (const cell of /** @type {NodeListOf<HTMLElement>} */ (epochs.querySelectorAll("[data-sample]"))) {
      const is = Number(cell.dataset.sample) === active;
      cell.classList.toggle("active", is);
      if (cell.getAttribute("role") === "radio") {
        cell.setAttribute("aria-checked", String(Number(cell.dataset.sample) === chosen));
        cell.tabIndex = Number(cell.dataset.sample) === chosen ? 0 : -1;
      }
    }
    for (const line of epochs.querySelectorAll("path")) line.classList.toggle("active", Number(line.dataset.sample) === active);
    const sample = make("p");
    writeText(sample, batches.samples[active].says);
    told.replaceChildren(sample, ...batches.epochs.map((epoch) => {
      const words = make("p");
      writeText(words, epoch.ways[active]);
      return words;
    }));
  };
  const lines = () => {
    for (const epoch of /** @type {NodeListOf<HTMLElement>} */ (epochs.querySelectorAll(".b-epoch"))) drawLines(epoch, batches);
    mark();
  };
  new ResizeObserver(() => { if (element.isConnected) lines(); }).observe(epochs);
  const sampleAt = (/** @type {EventTarget | null} */ target) => {
    const cell = target instanceof Element ? target.closest("[data-sample]") : null;
    return cell instanceof HTMLElement ? Number(cell.dataset.sample) : null;
  };
  epochs.addEventListener("pointerover", (event) => {
    const sample = event.pointerType === "touch" ? null : sampleAt(event.target);
    if (sample === pointed) return;
    pointed = sample;
    mark();
  });
  epochs.addEventListener("pointerleave", () => { pointed = null; mark(); });
  epochs.addEventListener("click", (event) => {
    const sample = sampleAt(event.target);
    if (sample === null) return;
    chosen = sample;
    mark();
  });
  epochs.addEventListener("keydown", (event) => {
    const at = sampleAt(event.target);
    const next = at === null ? null : after(event.key, at, batches.samples.length);
    if (next === null) return;
    event.preventDefault();
    pointed = null;
    chosen = next;
    mark();
    /** @type {HTMLElement | null} */ (epochs.querySelector(`[role="radio"][data-sample="${next}"]`))?.focus();
  });
  const update = (/** @type {Batches} */ news) => {
    const text = JSON.stringify(news);
    if (text === shown) return;
    shown = text;
    const hadFocus = epochs.contains(document.activeElement);
    batches = news;
    chosen = Math.min(chosen, news.samples.length - 1);
    pointed = null;
    legend.replaceChildren(...news.legend.flatMap(({ role, text: words }) =>
      [make("span", {}, make("i", { className: `b-cell role-${role}` }), " ", make("span", { className: "b-label" }, words)), " "]));
    epochs.replaceChildren(...news.epochs.map((epoch, place) => epochElement(epoch, news, place === 0)));
    epochs.classList.toggle("few", news.samples.length <= FEW);
    epochs.classList.toggle("many", news.samples.length > MOST_LINES);
    lines();
    if (hadFocus) /** @type {HTMLElement | null} */ (epochs.querySelector(`[role="radio"][tabindex="0"]`))?.focus({ preventScroll: true });
  };
  update(first);
  return { element, update };
}

/**
 * @param {EpochFlow} epoch
 * @param {Batches} batches
 * @param {boolean} isFirst whose cells can be reached by keys
 */
function epochElement(epoch, { samples, epochs }, isFirst) {
  const withNumbers = samples.length <= MOST_LINES;
  const cell = (/** @type {number} */ index, kind = "") => {
    const made = make("i", { className: `b-cell role-${samples[index].role} ${kind}` }, withNumbers ? String(index) : "");
    made.dataset.sample = String(index);
    return made;
  };
  const source = make("div", { className: "b-source" }, ...samples.map((_, index) => cell(index)));
  if (isFirst) {
    source.setAttribute("role", "radiogroup");
    source.setAttribute("aria-label", "Samples of the dataset");
    [...source.children].forEach((made, index) => {
      made.setAttribute("role", "radio");
      made.setAttribute("aria-label", [samples[index].says, ...epochs.map(({ ways }) => ways[index])].map(plain).join(" "));
    });
  } else source.setAttribute("aria-hidden", "true");
  const box = (/** @type {number[]} */ held, /** @type {string} */ name, /** @type {string} */ note, kind = "") =>
    make("div", { className: `b-batch ${kind}` },
      make("div", { className: "b-held", "aria-hidden": "true" }, ...held.map((index) => cell(index, kind === "left-out" ? "left-out" : ""))),
      make("span", { className: "b-name" }, name), make("span", { className: "b-note" }, note));
  const boxes = epoch.batches.map(({ name, note, samples: held, refused }) => box(held, name, note, refused ? "refused" : ""));
  if (epoch.left_out.length) boxes.push(box(epoch.left_out, "left out", "", "left-out"));
  const drawing = makeSvg("svg", { class: "b-lines", "aria-hidden": "true" });
  return make("div", { className: "b-epoch" }, drawing, make("h4", {}, epoch.name), make("p", { className: "b-name" }, "dataset"), source, make("div", { className: "b-batches" }, ...boxes));
}

/**
 * Draw the ways of samples into batches, from where the cells lie now.
 * @param {HTMLElement} epoch
 * @param {Batches} batches
 */
function drawLines(epoch, { samples }) {
  const drawing = epoch.querySelector(".b-lines");
  const origin = epoch.getBoundingClientRect();
  if (!drawing || !origin.width) return;
  const targets = new Map([...epoch.querySelectorAll(".b-batch:not(.left-out) .b-cell")].map((cell) =>
    [/** @type {HTMLElement} */ (cell).dataset.sample, cell.getBoundingClientRect()]));
  const paths = [...epoch.querySelectorAll(".b-source .b-cell")].flatMap((cell) => {
    const { sample } = /** @type {HTMLElement} */ (cell).dataset;
    const to = targets.get(sample);
    if (!to || sample === undefined) return [];
    const from = cell.getBoundingClientRect();
    const d = way(from.left + from.width / 2 - origin.left, from.bottom - origin.top,
      to.left + to.width / 2 - origin.left, to.top - origin.top);
    return [makeSvg("path", { class: `role-${samples[Number(sample)].role}`, "data-sample": sample, d })];
  });
  drawing.replaceChildren(...paths);
}
