// @ts-check
/** A derivation: a map of all matrices, the equations beside it, and the chosen one worked out cell by cell. */

import { make } from "./dom.js";

/** @typedef {import("./types.js").Derivation} Derivation */
/** @typedef {import("./types.js").DerivationMatrix} Matrix */
/** @typedef {import("./types.js").DerivationStep} Step */
/** @typedef {import("./types.js").DerivationPixels} Pixels */

const GAP = -1;

/**
 * Fill a formula in for one cell.
 * @param {string} formula with {i} and {j} for the cell's row and column
 * @param {number} row
 * @param {number} column
 */
export function atCell(formula, row, column) {
  return formula.replaceAll("{i}", String(row)).replaceAll("{j}", String(column));
}

/**
 * Which drawn cells of a matrix a cell is made from.
 * @param {import("./types.js").DerivationRead} read
 * @param {Matrix} matrix
 * @param {number} row
 * @param {number} column
 * @returns {[number, number][]}
 */
export function cellsRead(read, matrix, row, column) {
  /** @param {string} place @param {number[]} axis */
  const along = (place, axis) => axis.filter((index) => index !== GAP && (place === "*" || String(index) === atCell(place, row, column)));
  return along(read.row, matrix.rows).flatMap((i) => along(read.column, matrix.columns).map((j) => /** @type {[number, number]} */ ([i, j])));
}

/**
 * Of a long axis the map shows the ends; the stage shows all that was sent.
 * @param {number[]} axis
 * @param {number} first how many of its beginning
 * @returns {number[]} places on the axis, or -1 for those that are left out
 */
export function brief(axis, first) {
  if (axis.length <= 4) return axis.map((_, place) => place);
  if (axis[0] === GAP) return [0, 1, 2, axis.length - 1];
  return [...Array(first).keys(), -1, axis.length - 1];
}

/**
 * @param {Derivation} first
 * @param {import("./types.js").PageContext} page
 * @returns {import("./types.js").View<Derivation>}
 */
export function derivationView(first, page) {
  const map = make("section", { className: "d-map" });
  const steps = make("section", { className: "d-steps" });
  const stage = make("section", { className: "d-stage" });
  const element = make("div", { className: "derivation" }, make("div", { className: "d-top" }, map, steps), stage);
  let data = first;
  /** @type {Map<string, Matrix>} */
  let matrices = new Map();
  /** @type {string | null} the step that was chosen, whatever the numbers become */
  let chosen = null;
  let shown = "";

  /** @param {string | null} symbol */
  const light = (symbol) => {
    for (const lit of element.querySelectorAll(".lit")) lit.classList.remove("lit");
    if (!symbol) return;
    for (const found of element.querySelectorAll("[data-symbol], [data-step]")) {
      const { symbol: own, step } = /** @type {HTMLElement} */ (found).dataset;
      if (own === symbol || step === symbol) found.classList.add("lit");
    }
  };

  /** @param {Step} step */
  const choose = (step) => {
    chosen = step.symbol;
    show(step);
  };

  /** @param {Step} step */
  const show = (step) => {
    const used = new Set(step.equation.map(({ symbol }) => symbol));
    for (const button of steps.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.step === step.symbol));
    for (const found of map.querySelectorAll("[data-symbol]")) {
      found.classList.toggle("used", used.has(/** @type {HTMLElement} */ (found).dataset.symbol));
    }
    drawStage(stage, data, matrices, step, page);
  };

  /** @param {Derivation} news */
  const update = (news) => {
    const text = JSON.stringify(news);
    if (text === shown) return;
    shown = text;
    data = news;
    matrices = new Map(news.matrices.map((matrix) => [matrix.symbol, matrix]));
    const focused = /** @type {HTMLElement | null} */ (element.contains(document.activeElement) ? document.activeElement : null);
    const held = { step: focused?.dataset.step, cell: focused?.dataset.cell };
    drawMap(map, news, matrices);
    drawSteps(steps, news, choose);
    const step = news.steps.find(({ symbol }) => symbol === chosen) ?? news.steps[news.start];
    if (step) show(step);
    else stage.replaceChildren();
    const again = [...element.querySelectorAll("[data-step], [data-cell]")].find((found) => {
      const { step: own, cell } = /** @type {HTMLElement} */ (found).dataset;
      return held.step ? own === held.step : held.cell && cell === held.cell && found.hasAttribute("tabindex");
    });
    if (focused && again) /** @type {HTMLElement} */ (again).focus({ preventScroll: true });
  };

  /** @param {Event} event */
  const near = (event) => {
    const found = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-symbol], [data-step]"));
    return found?.dataset.symbol ?? found?.dataset.step ?? null;
  };
  element.addEventListener("pointerover", (event) => light(near(event)));
  element.addEventListener("pointerleave", () => light(null));
  element.addEventListener("focusin", (event) => light(near(event)));
  element.addEventListener("focusout", () => light(null));
  update(first);
  return { element, update };
}

/**
 * @param {Matrix} matrix
 * @param {{transposed?: boolean, masked?: boolean, small?: boolean}} [look]
 */
function matrixFigure(matrix, { transposed = false, masked = false, small = false } = {}) {
  const { symbol, label, shape, axes } = matrix;
  const rows = small ? brief(matrix.rows, 2) : matrix.rows.map((_, place) => place);
  const columns = small ? brief(matrix.columns, 1) : matrix.columns.map((_, place) => place);
  const turned = transposed && axes === 2;
  const [down, across] = turned ? [columns, rows] : [rows, columns];
  const grid = make("div", { className: "d-grid" });
  grid.style.setProperty("--columns", String(across.length));
  /** @param {number} place @param {number[]} axis */
  const left = (place, axis) => place < 0 || axis[place] === GAP;
  for (const r of down) {
    for (const c of across) {
      const [i, j] = turned ? [c, r] : [r, c];
      const [gapDown, gapAcross] = turned ? [left(j, matrix.columns), left(i, matrix.rows)] : [left(i, matrix.rows), left(j, matrix.columns)];
      if (gapDown || gapAcross) {
        grid.append(make("span", { className: "d-gap" }, gapDown && gapAcross ? "⋱" : gapDown ? "⋮" : "…"));
        continue;
      }
      const text = matrix.cells[i][j];
      const [row, column] = [matrix.rows[i], matrix.columns[j]];
      const cell = make("span", { className: "d-cell" }, text);
      cell.dataset.cell = `${symbol}:${row},${column}`;
      const place = axes === 2 ? `[${row}, ${column}]` : axes ? `[${column}]` : "";
      cell.title = `${label}${place} = ${text}`;
      if (masked && !(Number(text.replace("−", "-")) > 0)) cell.classList.add("off");
      grid.append(cell);
    }
  }
  const sizes = turned ? shape.replace(/\((\d+), (\d+)\)/, "($2, $1)") : shape;
  const caption = make("figcaption", {}, make("b", {}, label + (turned ? "ᵀ" : "")), small ? "" : ` ${sizes}`);
  const figure = make("figure", { className: `d-matrix role-${matrix.role}${small ? " small" : ""}` }, ...(small ? [caption, grid] : [grid, caption]));
  figure.dataset.symbol = symbol;
  if (small) figure.title = `${label} ${shape}`;
  return figure;
}

/**
 * @param {HTMLElement} map
 * @param {Derivation} data
 * @param {Map<string, Matrix>} matrices
 */
function drawMap(map, data, matrices) {
  map.replaceChildren(...data.blocks.map((block) => {
    const rows = block.rows.map((stacks) => {
      const row = make("div", { className: "d-row" }, ...stacks.map((symbols) =>
        make("div", { className: "d-stack" }, ...symbols.flatMap((symbol) => {
          const matrix = matrices.get(symbol);
          return matrix ? [matrixFigure(matrix, { small: true })] : [];
        }))));
      for (const pixels of data.pixels ?? []) if (pixels.symbol === "X" && stacks.flat().includes("X")) row.append(pixelStrip(pixels, map));
      return row;
    });
    return make("div", { className: "d-block" }, make("h4", {}, block.title), ...rows);
  }));
}

/** @param {Step} step */
function equationLine(step) {
  return make("span", { className: "d-equation" }, ...step.equation.map(({ text, symbol }) => {
    const part = make("span", { className: symbol ? "d-symbol" : "" }, text);
    if (symbol) part.dataset.symbol = symbol;
    return part;
  }));
}

/**
 * @param {HTMLElement} list
 * @param {Derivation} data
 * @param {(step: Step) => void} choose
 */
function drawSteps(list, data, choose) {
  /** @type {HTMLElement[]} */
  const found = [];
  let phase = "";
  for (const step of data.steps) {
    if (step.phase !== phase) found.push(make("h4", {}, step.phase));
    phase = step.phase;
    const button = make("button", { type: "button", className: `d-step${step.agrees ? "" : " wrong"}`, "aria-pressed": "false" },
      equationLine(step), make("span", { className: "d-mark", title: step.verdict }, step.mark), make("code", {}, step.code));
    button.dataset.step = step.symbol;
    button.addEventListener("click", () => choose(step));
    button.addEventListener("keydown", (event) => {
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const buttons = [...list.querySelectorAll("button")];
      const next = by ? buttons[buttons.indexOf(button) + by] : undefined;
      if (!next) return;
      event.preventDefault();
      next.focus();
      next.click();
    });
    found.push(button);
  }
  if (data.stop) {
    found.push(make("div", { className: "d-stop wrong" }, make("code", {}, data.stop.code),
      make("span", { className: "d-mark" }, "✗ error"), make("p", {}, data.stop.message)));
  }
  list.replaceChildren(...found);
}

/**
 * @param {HTMLElement} stage
 * @param {Derivation} data
 * @param {Map<string, Matrix>} matrices
 * @param {Step} step
 * @param {import("./types.js").PageContext} page
 */
function drawStage(stage, data, matrices, step, page) {
  const scene = make("div", { className: "d-scene" });
  for (const { symbol, sign, transposed, masked } of step.equation) {
    const matrix = symbol ? matrices.get(symbol) : undefined;
    if (matrix) scene.append(matrixFigure(matrix, { transposed, masked }));
    else if (sign) scene.append(make("span", { className: "d-sign" }, sign));
  }
  const spelled = make("div", { className: "d-spelled" });
  const strips = (data.pixels ?? []).filter(({ symbol }) => symbol === step.symbol).map((pixels) => pixelStrip(pixels, stage));
  stage.replaceChildren(
    make("div", { className: "d-head" }, equationLine(step), make("span", { className: "d-shapes" }, step.shapes)),
    make("p", { className: "d-meaning" }, step.meaning), scene, ...strips, spelled,
    make("p", { className: `d-verdict${step.agrees ? "" : " wrong"}` }, step.verdict),
  );
  const matrix = matrices.get(step.symbol);
  if (matrix) spellCells(scene, spelled, matrices, matrix, step, page);
}

/**
 * @param {HTMLElement} scene
 * @param {HTMLElement} spelled
 * @param {Map<string, Matrix>} matrices
 * @param {Matrix} matrix
 * @param {Step} step
 * @param {import("./types.js").PageContext} page
 */
function spellCells(scene, spelled, matrices, matrix, step, page) {
  const rows = matrix.rows.filter((row) => row !== GAP);
  const columns = matrix.columns.filter((column) => column !== GAP);
  /** @type {Map<string, HTMLElement>} */
  const cells = new Map();
  for (const cell of scene.querySelectorAll(".d-cell")) {
    const { cell: name = "" } = /** @type {HTMLElement} */ (cell).dataset;
    if (!cells.has(name)) cells.set(name, /** @type {HTMLElement} */ (cell));
  }
  /** @param {number} row @param {number} column */
  const own = (row, column) => cells.get(`${step.symbol}:${row},${column}`);
  /** @param {number} row @param {number} column @param {boolean} aloud */
  const spell = (row, column, aloud) => {
    const worked = step.cells[rows.indexOf(row)]?.[columns.indexOf(column)];
    if (!worked) return;
    for (const marked of scene.querySelectorAll(".hit, .source")) marked.classList.remove("hit", "source");
    own(row, column)?.classList.add("hit");
    for (const read of step.reads) {
      const source = matrices.get(read.symbol);
      for (const [i, j] of source ? cellsRead(read, source, row, column) : []) cells.get(`${read.symbol}:${i},${j}`)?.classList.add("source");
    }
    const place = matrix.axes === 2 ? `[${row}, ${column}]` : matrix.axes ? `[${column}]` : "";
    const compared = step.compared ?? true;
    const lines = [
      make("div", {}, make("b", { className: "target" }, matrix.label + place), ` = ${atCell(step.formula, row, column)}`),
      make("div", {}, `= ${worked.formula} = `, make("b", {}, matrix.cells[matrix.rows.indexOf(row)][matrix.columns.indexOf(column)])),
      make("div", { className: "d-both" }, "by hand ", make("b", {}, worked.value),
        ...(compared ? [" · PyTorch ", make("b", {}, worked.other || worked.value)] : [])),
    ];
    spelled.replaceChildren(...lines);
    if (aloud) page.announce(spelled.textContent ?? "");
  };
  rows.forEach((row) => columns.forEach((column) => {
    const cell = own(row, column);
    if (!cell) return;
    const isFirst = row === rows[0] && column === columns[0];
    cell.tabIndex = isFirst ? 0 : -1;
    cell.setAttribute("role", "button");
    cell.addEventListener("pointerenter", () => spell(row, column, false));
    cell.addEventListener("focus", () => spell(row, column, true));
    cell.addEventListener("click", () => cell.focus());
    cell.addEventListener("keydown", (event) => {
      const [down, right] = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[event.key] ?? [0, 0];
      if (!down && !right) return;
      event.preventDefault();
      const next = own(rows[rows.indexOf(row) + down], columns[columns.indexOf(column) + right]);
      if (!next) return;
      cell.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    });
    if (isFirst) spell(row, column, false);
  }));
}

/**
 * Rows of a matrix as small pictures: the ink of the page, or two colours where levels lie on both sides of zero.
 * @param {Pixels} pixels
 * @param {HTMLElement} host
 */
function pixelStrip(pixels, host) {
  const { side, levels, captions, signed } = pixels;
  const bytes = Uint8Array.from(atob(levels), (letter) => letter.charCodeAt(0));
  const style = getComputedStyle(host);
  /** @param {string} name */
  const colour = (name) => channels(style.getPropertyValue(name));
  const [paper, ink, up, down] = ["--st-background-color", "--st-text-color", "--st-red-text-color", "--st-blue-text-color"].map(colour);
  const size = side * side;
  const strip = make("div", { className: "d-pixels" }, ...captions.map((caption, place) => {
    const canvas = make("canvas", { width: side, height: side, role: "img", "aria-label": caption });
    const context = canvas.getContext("2d");
    if (context) {
      const image = context.createImageData(side, side);
      for (let pixel = 0; pixel < size; pixel += 1) {
        const at = place * size + pixel;
        const level = at % 2 ? bytes[at >> 1] & 15 : bytes[at >> 1] >> 4;
        const share = signed ? (level - 8) / 7 : level / 15;
        const target = signed ? (share > 0 ? up : down) : ink;
        for (let c = 0; c < 3; c += 1) image.data[4 * pixel + c] = paper[c] + (target[c] - paper[c]) * Math.min(1, Math.abs(share));
        image.data[4 * pixel + 3] = 255;
      }
      context.putImageData(image, 0, 0);
    }
    return make("figure", {}, canvas, make("figcaption", {}, caption));
  }));
  strip.dataset.symbol = pixels.symbol;
  return strip;
}

/**
 * @param {string} colour as CSS writes it
 * @returns {number[]} red, green and blue, 0 to 255
 */
function channels(colour) {
  const context = make("canvas", { width: 1, height: 1 }).getContext("2d");
  if (!context) return [0, 0, 0];
  context.fillStyle = colour.trim() || "#000";
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}
