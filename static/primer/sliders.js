// @ts-check
/** Sliders of numbers that no field holds alone: moving one sends an edit of that number. */

import { controlView } from "./fields.js";
import { make } from "./dom.js";

/** @typedef {import("./types.js").Slider} Slider */
/** @typedef {import("./types.js").Sliders} Sliders */
/** @typedef {import("./types.js").PageContext} PageContext */

/** @type {(part: Sliders, page: PageContext) => import("./types.js").View<Sliders>} */
export function slidersView(first, page) {
  const element = make("div", { className: "controls sliders" });
  /** @type {Map<string, import("./types.js").View<Slider>>} */
  let views = new Map();
  const update = (/** @type {Sliders} */ news) => {
    const shown = new Map(news.sliders.map((slider) => {
      const known = views.get(slider.grid);
      known?.update(slider);
      return [slider.grid, known ?? sliderView(slider, page)];
    }));
    for (const [grid, view] of views) if (!shown.has(grid)) view.element.remove();
    views = shown;
    [...views.values()].forEach((view, place) => {
      if (element.children[place] !== view.element) element.insertBefore(view.element, element.children[place] ?? null);
    });
  };
  update(first);
  return { element, update };
}

/** @type {(part: Slider, page: PageContext) => import("./types.js").View<Slider>} */
function sliderView(first, page) {
  /** @type {PageContext} */
  const edits = {
    ...page,
    push: (event) => {
      if (event.kind !== "put") return;
      for (const text of Object.values(event.texts)) page.push({ kind: "edit", grid: first.grid, index: [], value: Number(text) });
    },
    isAhead: () => page.isAhead(`cell ${first.grid} `),
  };
  let limits = first;
  const control = (/** @type {Slider} */ { label, note, value }) => /** @type {import("./types.js").Control} */ ({
    kind: "control", field: first.grid, look: "slider", label: note ? `${label} · ${note}` : label, value,
    least: limits.least, most: limits.most, step: limits.step,
  });
  const view = controlView(control(first), edits);
  return {
    element: view.element,
    update(news) {
      // Limits that change while a hand is on the slider would move it away from under the hand.
      const held = view.element.contains(document.activeElement);
      const within = Number(limits.least) <= Number(news.value) && Number(news.value) <= Number(limits.most);
      if (!held || !within) limits = news;
      view.update(control(news));
    },
  };
}
