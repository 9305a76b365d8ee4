// @ts-check
/** Shapes as a table, a column an axis, whose sizes are sliders. */

import { make, write } from "./dom.js";

/** @typedef {import("./types.js").Sizes} Sizes */
/** @typedef {import("./types.js").SizeRow} SizeRow */
/** @typedef {import("./types.js").SizeCell} SizeCell */

/**
 * @param {Sizes} first
 * @param {import("./types.js").PageContext} page
 * @returns {import("./types.js").View<Sizes>}
 */
export function sizesView(first, page) {
  const root = make("div", { className: "sizes" });
  let sizes = first;
  let built = "";
  /** @type {Map<string, number[]>} the sizes that a field has as soon as what was dragged is answered */
  const dragged = new Map();
  /** @type {{slider: HTMLElement, start: string} | null} */
  let held = null;

  /** @param {Sizes} now what decides how the table is built, and not only what stands in it */
  const plan = (now) => JSON.stringify([
    now.columns.length, now.result?.[0],
    now.rows.map(({ name, role, cells }) => [name, role, cells.map(({ axis, adds, drops }) => [axis, adds, drops])]),
  ]);

  /** @param {SizeRow} row */
  const shapeOf = (row) => dragged.get(row.field ?? "") ?? row.shape;

  const build = () => {
    const focus = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.does;
    const inside = root.contains(document.activeElement);
    const head = make("tr", {}, make("td"), ...sizes.columns.map(() => make("th", { scope: "col" })));
    const rows = sizes.rows.map((row, place) =>
      make("tr", { className: `role-${row.role ?? "plain"}` },
        make("th", { scope: "row" }, row.name),
        ...row.cells.map((cell, column) => sizeCell(row, cell, place, column))));
    const last = sizes.result ? [make("tr", {}, make("th", { scope: "row" }, sizes.result[0]),
      ...sizes.result[1].map(() => make("td", {}, make("b", { className: "size" }), make("small"))))] : [];
    const table = make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows, ...last));
    table.style.setProperty("--columns", String(sizes.columns.length));
    root.replaceChildren(table);
    if (!inside || !focus) return;
    const again = [.../** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-does]"))].find((found) => found.dataset.does === focus);
    again?.focus({ preventScroll: true });
  };

  /**
   * @param {SizeRow} row
   * @param {SizeCell} cell
   * @param {number} place
   * @param {number} column
   */
  const sizeCell = ({ name }, { axis, adds, drops }, place, column) => {
    const found = make("td", {}, make("span", { className: "size" }), make("small"));
    if (axis !== undefined) {
      const slider = make("input", { type: "range", step: "1" });
      slider.dataset.does = `size ${name} ${column - sizes.columns.length}`;
      slider.addEventListener("input", () => drag(slider, place, axis));
      slider.addEventListener("change", () => { if (document.activeElement !== slider) held = null; });
      slider.addEventListener("blur", () => { held = null; });
      found.append(slider);
    }
    if (adds || drops) {
      const label = drops ? `Remove the first axis of ${name}` : `+ axis: give ${name} another axis`;
      const button = make("button", { type: "button", className: drops ? "drop" : "add", title: label, "aria-label": label },
        drops ? "×" : "+ axis");
      button.dataset.does = `${drops ? "drop" : "add"} ${name}`;
      button.addEventListener("click", () => {
        const row = sizes.rows[place];
        const shape = shapeOf(row);
        resize(row, row.text ?? "", drops ? shape.slice(1) : [1, ...shape]);
      });
      found.append(button);
    }
    return found;
  };

  /**
   * @param {HTMLInputElement} slider
   * @param {number} place
   * @param {number} axis
   */
  const drag = (slider, place, axis) => {
    const row = sizes.rows[place];
    // As long as one slider is used it starts from the text that stood before: what it cut off is there again when it
    // goes back, however often the text has changed on the way.
    if (held?.slider !== slider) held = { slider, start: row.text ?? "" };
    const size = Number(slider.value);
    const [text] = slider.parentElement?.children ?? [];
    if (text) write(text, slider.value);
    resize(row, held.start, shapeOf(row).map((other, at) => (at === axis ? size : other)));
  };

  /**
   * @param {SizeRow} row
   * @param {string} start
   * @param {number[]} shape
   */
  const resize = (row, start, shape) => {
    dragged.set(row.field ?? "", shape);
    page.push({ kind: "resize", field: row.field ?? "", start, shape });
  };

  const fill = () => {
    const [head, ...lines] = root.querySelectorAll("tr");
    sizes.columns.forEach(([title, small], place) => {
      head.children[place + 1].replaceChildren(title, ...(small ? [" ", make("small", {}, small)] : []));
    });
    sizes.rows.forEach((row, place) => row.cells.forEach((cell, column) => {
      const found = lines[place].children[column + 1];
      const slider = found.querySelector("input");
      const size = slider && cell.axis !== undefined ? shapeOf(row)[cell.axis] : undefined;
      fillCell(found, size === undefined ? cell : { ...cell, text: String(size) });
      if (!slider || size === undefined) return;
      slider.min = String(Math.min(1, size));
      slider.max = String(Math.max(sizes.most ?? 8, size));
      slider.setAttribute("aria-label", `Size of axis ${cell.axis} of ${row.name}`);
      if (slider.value !== String(size)) slider.value = String(size);
    }));
    sizes.result?.[1].forEach((cell, column) => fillCell(lines[lines.length - 1].children[column + 1], cell));
  };

  /** @param {Sizes} news */
  const update = (news) => {
    sizes = news;
    for (const row of news.rows) if (!page.isAhead(row.field ?? "")) dragged.delete(row.field ?? "");
    const now = plan(news);
    if (now !== built) build();
    built = now;
    fill();
  };
  update(first);
  return { element: root, update };
}

/**
 * @param {Element} element
 * @param {SizeCell} cell
 */
function fillCell(element, { text = "", note = "", tone = "" }) {
  write(element.children[0], text);
  write(element.children[1], note);
  if (element.className !== tone) element.className = tone;
}
