// @ts-check
/** The loss as it falls: of each batch faintly, on all training and all test points as lines. */

import { ticks, tickText } from "./chart_scale.js";
import { makeSvg } from "./dom.js";
import { thinned } from "./plane_geometry.js";

const [HIGH, LEFT, BELOW, TOP] = [170, 36, 22, 8];
const NARROWEST = 160;

/** @param {number | null | undefined} loss */
export function lossWords(loss) {
  return loss === null || loss === undefined ? "not finite" : loss.toFixed(4);
}

export class LossPicture {
  constructor() {
    this.root = makeSvg("svg", { role: "img", class: "losses", height: HIGH });
    this.lines = /** @type {const} */ (["batch", "test", "train"]).map((name) => makeSvg("path", { class: name, fill: "none" }));
    this.frame = makeSvg("g", { class: "frame" });
    this.root.append(this.frame, ...this.lines);
    this.root.setAttribute("aria-label", "Loss: nothing is computed yet.");
  }

  /**
   * @param {(number | null)[]} losses of each batch
   * @param {{step: number, train: number | null, test: number | null}[]} history
   * @param {string} words
   */
  show(losses, history, words) {
    /** @param {"train" | "test"} name @returns {[number, number][]} */
    const series = (name) => history.flatMap((moment) => {
      const loss = moment[name];
      return loss === null ? [] : [/** @type {[number, number]} */ ([moment.step, loss])];
    });
    const width = Math.max(NARROWEST, Math.round(this.root.getBoundingClientRect().width));
    this.root.setAttribute("viewBox", `0 0 ${width} ${HIGH}`);
    const batches = losses.flatMap((loss, step) => (loss === null ? [] : [/** @type {[number, number]} */ ([step + 0.5, loss])]));
    const all = [thinned(batches, 240), thinned(series("test"), 240), thinned(series("train"), 240)];
    const first = Math.max(...all.map((line) => line[0]?.[1] ?? 0)) || 1;
    const most = Math.min(first * 2.5, Math.max(first, ...all.flat().map(([, loss]) => loss)) * 1.05);
    const last = Math.max(10, losses.length);
    const across = (/** @type {number} */ step) => LEFT + (step / last) * (width - LEFT - 6);
    const down = (/** @type {number} */ loss) => TOP + (1 - Math.min(1, loss / most)) * (HIGH - TOP - BELOW);
    this.lines.forEach((line, place) => line.setAttribute("d", all[place].map(([step, loss], at) => `${at ? "L" : "M"}${across(step).toFixed(1)} ${down(loss).toFixed(1)}`).join("")));
    const [levels, steps] = [ticks(0, most, 4), ticks(0, last, 3)];
    this.frame.replaceChildren(
      ...levels.flatMap((tick) => [
        makeSvg("path", { d: `M${LEFT} ${down(tick)}H${width}` }),
        Object.assign(makeSvg("text", { x: LEFT - 5, y: down(tick) + 4, "text-anchor": "end" }), { textContent: tickText(tick, levels) }),
      ]),
      ...steps.map((tick) => Object.assign(makeSvg("text", { x: across(tick), y: HIGH - 5, "text-anchor": tick === 0 ? "start" : tick > 0.9 * last ? "end" : "middle" }), { textContent: tickText(tick, steps) })),
    );
    this.root.setAttribute("aria-label", words);
  }
}
