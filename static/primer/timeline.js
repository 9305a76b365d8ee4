// @ts-check
/** Time lines: what was done when, on lanes below each other, in runs that share one axis of time. */

import { savePicture, standalone } from "./chart_file.js";
import { make } from "./dom.js";
import { draw } from "./loss_chart.js";

/** @typedef {import("./types.js").Timeline} Timeline */

const NAMES = 78;
const LANE = 24;
const BAR = 16;
const TITLE = 26;
const AXIS = 22;
/** Pixels that a stretch of time has at least. */
const LEAST = 1.5;

/**
 * Marks of an axis from 0 on: a few round numbers.
 * @param {number} most what the axis reaches
 * @param {number} count about how many marks
 * @returns {number[]}
 */
export function marks(most, count) {
  const rough = most / Math.max(count, 1);
  const power = 10 ** Math.floor(Math.log10(rough || 1));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? power;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, place) => Number((place * step).toPrecision(6)));
}

/**
 * @param {Timeline} first
 * @param {import("./types.js").PageContext} page
 * @returns {import("./types.js").View<Timeline>}
 */
export function timelineView(first, page) {
  const legend = make("p", { className: "legend" });
  const stage = make("div", { className: "t-stage" });
  const buttons = /** @type {const} */ (["svg", "png"]).map((format) => {
    const words = format.toUpperCase();
    const button = make("button", { type: "button", "aria-label": `Save this time line as ${words}` }, words);
    button.addEventListener("click", async () => {
      const picture = stage.querySelector("svg");
      if (!picture) return;
      const swatches = /** @type {[string, SVGElement][]} */ (timeline.legend.map(([look, words]) =>
        [words, stage.querySelector(`rect.${look}`) ?? draw("rect", { class: look })]));
      const says = { title: timeline.caption, description: timeline.caption, data: timeline, legend: swatches };
      await savePicture(standalone(picture, says), format, "time-line");
      page.announce(`Saved as ${words}`);
    });
    return button;
  });
  const element = make("div", { className: "timeline" }, legend, stage, make("div", { className: "saves" }, ...buttons));
  let timeline = first;
  let width = 0;
  const render = () => {
    width = stage.clientWidth;
    if (width) stage.replaceChildren(picture(timeline, width));
  };
  new ResizeObserver(() => { if (stage.clientWidth !== width) render(); }).observe(stage);
  const update = (/** @type {Timeline} */ news) => {
    timeline = news;
    legend.replaceChildren(...news.legend.flatMap(([look, words]) =>
      [make("span", {}, make("i", { className: `t-sign ${look}` }), " ", words), " "]));
    render();
  };
  update(first);
  return { element, update };
}

/**
 * @param {Timeline} timeline
 * @param {number} width
 */
function picture({ runs, caption }, width) {
  const most = Math.max(...runs.flatMap(({ lanes }) => lanes.flatMap(({ spans }) => spans.map(({ end }) => end))), 0.001);
  const room = width - NAMES - 12;
  const x = (/** @type {number} */ time) => NAMES + (time / most) * room;
  const height = runs.reduce((sum, { lanes }) => sum + TITLE + lanes.length * LANE, 0) + AXIS + 6;
  const all = draw("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": caption });
  const ticks = marks(most, width < 500 ? 4 : 8);
  for (const tick of ticks) all.append(draw("line", { class: "grid", x1: x(tick), x2: x(tick), y1: 4, y2: height - AXIS }));
  let y = 0;
  for (const { title, lanes } of runs) {
    all.append(draw("text", { class: "run", x: 0, y: y + 17 }, title));
    y += TITLE;
    for (const { name, spans } of lanes) {
      all.append(draw("text", { class: "lane", x: NAMES - 8, y: y + 16, "text-anchor": "end" }, name));
      for (const { start, end, look, batch } of spans) {
        const wide = Math.max(((end - start) / most) * room - 0.5, LEAST);
        const thin = look === "wait" ? BAR / 2 - 1 : 0;
        all.append(draw("rect", { class: look, x: x(start), y: y + 4 + thin, width: wide, height: BAR - 2 * thin, rx: thin ? 0 : 3 }));
        if (batch >= 0 && wide > 14 && look !== "wait") {
          all.append(draw("text", { class: `number ${look}`, x: x(start) + wide / 2, y: y + 16, "text-anchor": "middle" }, String(batch)));
        }
      }
      y += LANE;
    }
  }
  ticks.forEach((tick, place) => {
    const last = place === ticks.length - 1;
    const words = last ? `${tick} ms` : String(tick);
    all.append(draw("text", { class: "tick", x: Math.min(x(tick), width - words.length * 3.4 - 2), y: height - 5, "text-anchor": "middle" }, words));
  });
  return all;
}
