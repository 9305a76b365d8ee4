// @ts-check
/** Curves over the same axes, which a pointer or the arrow keys read place by place. */

import { make, makeSvg, write } from "./dom.js";
import { saves } from "./saves.js";

/** @typedef {import("./types.js").Curves} Curves */
/** @typedef {import("./types.js").Curve} Curve */

/** Units of the drawing along each axis: it is stretched to its place, and the lines are not. */
const WHOLE = 1000;

/**
 * @param {Curves} curves
 * @returns {number} the last place, at least 1
 */
export function lastPlace({ curves }) {
  return Math.max(1, ...curves.map(({ values }) => values.length));
}

/**
 * @param {Curves} curves
 * @param {number} value
 * @returns {number} where it lies on the upright axis, from 0 at its foot to 1 at its top
 */
export function heightOf({ low, high, logarithmic }, value) {
  if (!logarithmic) return (value - low) / (high - low);
  return Math.log(Math.max(value, 1e-300) / low) / Math.log(high / low);
}

/**
 * @param {Curves} curves
 * @param {number} place
 * @returns {number} where it lies on the level axis, from 0 at its left to 1 at its right
 */
export function acrossOf(curves, place) {
  const last = lastPlace(curves);
  return last > 1 ? (place - 1) / (last - 1) : 0.5;
}

/**
 * @param {Curves} curves
 * @param {Curve} curve
 * @returns {[number, number][][]} its points as shares of the axes, parted where a value is missing
 */
export function stretches(curves, { values }) {
  /** @type {[number, number][][]} */
  const found = [[]];
  values.forEach((value, at) => {
    if (value === null) found.push([]);
    else found[found.length - 1].push([acrossOf(curves, at + 1), heightOf(curves, value)]);
  });
  return found.filter((points) => points.length);
}

/**
 * @param {Curves} curves
 * @param {number} place counted from 1
 * @returns {string} what stands there
 */
export function read({ across, curves }, place) {
  const told = curves.filter(({ texts }) => texts[place - 1]).map(({ name, texts }) => `${name} ${texts[place - 1]}`);
  return `${across} ${place}: ${told.join(", ") || "—"}`;
}

/**
 * @param {Curves} first
 * @param {import("./types.js").PageContext} page
 * @returns {import("./types.js").View<Curves>}
 */
export function curvesView(first, page) {
  const title = make("h4");
  const legend = make("div", { className: "cv-legend" });
  const uprights = make("div", { className: "cv-ticks", "aria-hidden": "true" });
  const levels = make("div", { className: "cv-places", "aria-hidden": "true" });
  const picture = makeSvg("svg", { viewBox: `0 0 ${WHOLE} ${WHOLE}`, preserveAspectRatio: "none", "aria-hidden": "true" });
  const pointer = make("div", { className: "cv-pointer" });
  const field = make("div", { className: "cv-field", role: "slider", tabIndex: 0 }, picture, pointer);
  const across = make("div", { className: "cv-across", "aria-hidden": "true" });
  const line = make("div", { className: "cv-read", "aria-hidden": "true" });
  const element = make("figure", { className: "curves" }, title, legend,
    make("div", { className: "cv-plot" }, uprights, field, levels, across), line);
  element.append(saves(element, "chart", page));
  let shown = first;
  /** @type {number | null} the place that is read; null for the last */
  let at = null;

  const point = () => {
    const last = lastPlace(shown);
    const place = Math.min(at ?? last, last);
    const words = read(shown, place);
    write(line, words);
    pointer.hidden = at === null;
    pointer.style.left = `${100 * acrossOf(shown, place)}%`;
    field.setAttribute("aria-valuemax", String(last));
    field.setAttribute("aria-valuenow", String(place));
    field.setAttribute("aria-valuetext", words);
  };
  field.setAttribute("aria-valuemin", "1");
  field.addEventListener("pointermove", (event) => {
    const box = field.getBoundingClientRect();
    const last = lastPlace(shown);
    at = Math.max(1, Math.min(last, 1 + Math.round(((event.clientX - box.left) / box.width) * (last - 1))));
    point();
  });
  field.addEventListener("pointerleave", () => { at = null; point(); });
  field.addEventListener("blur", () => { at = null; point(); });
  field.addEventListener("keydown", (event) => {
    const last = lastPlace(shown);
    const now = at ?? last;
    const to = { ArrowLeft: now - 1, ArrowDown: now - 1, ArrowRight: now + 1, ArrowUp: now + 1, Home: 1, End: last,
      PageUp: now + 10, PageDown: now - 10 }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    at = Math.max(1, Math.min(last, to));
    point();
  });

  /** @param {Curves} news */
  const update = (news) => {
    shown = news;
    write(title, news.title);
    field.setAttribute("aria-label", news.title);
    legend.replaceChildren(...news.curves.map(({ name, tone, dashed }) =>
      make("span", { className: `cv-key role-${tone ?? "plain"}${dashed ? " dashed" : ""}` }, make("i"), name)));
    uprights.replaceChildren(...news.ticks.map(([value, text]) => {
      const tick = make("span", {}, text);
      tick.style.bottom = `${100 * heightOf(news, value)}%`;
      return tick;
    }));
    levels.replaceChildren(...news.places.map(([place, text]) => {
      const mark = make("span", {}, text);
      mark.style.left = `${100 * acrossOf(news, place)}%`;
      return mark;
    }));
    write(across, news.across);
    picture.replaceChildren(
      ...news.ticks.map(([value]) => path(`M0 ${level(heightOf(news, value))}H${WHOLE}`, "cv-grid")),
      ...news.curves.map((curve) => {
        const parts = stretches(news, curve);
        // A point alone has no length: its round ends are seen.
        const drawn = parts.map((points) => `M${points.map(([x, y]) => `${Math.round(x * WHOLE)} ${level(y)}`).join("L")}${points.length > 1 ? "" : "h0.01"}`);
        const found = path(drawn.join(""), `cv-line role-${curve.tone ?? "plain"}${curve.dashed ? " dashed" : ""}`);
        found.dataset.points = parts.flat().map((point) => point.map((share) => Math.round(share * 1000) / 1000).join(",")).join(" ");
        return found;
      }),
    );
    point();
  };
  update(first);
  return { element, update };
}

/**
 * @param {number} share of the upright axis
 * @returns {number} units from the top
 */
function level(share) {
  return Math.round((1 - share) * WHOLE * 10) / 10;
}

/**
 * @param {string} way
 * @param {string} kinds
 * @returns {SVGPathElement}
 */
function path(way, kinds) {
  return makeSvg("path", { d: way, class: kinds });
}
