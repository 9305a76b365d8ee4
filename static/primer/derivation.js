// @ts-check
/** A derivation: a map of all matrices, the equations beside it, and the chosen one worked out cell by cell. */

import { make } from "./dom.js";
import { saves } from "./saves.js";

/** @typedef {import("./types.js").Derivation} Derivation */
/** @typedef {import("./types.js").DerivationMatrix} Matrix */
/** @typedef {import("./types.js").DerivationStep} Step */
/** @typedef {import("./types.js").DerivationPixels} Pixels */
/** @typedef {import("./types.js").DerivationPiece} Piece */
/** @typedef {Map<string, Matrix>} Matrices */
/** @typedef {[symbol: string, row: number, column: number]} Entry */
/** @typedef {{symbol: string, row: number, column: number}} Spot the cell that is spelled out, which new numbers leave */

const GAP = -1;
/** Most terms of a sum that are written out. */
const TERMS = 4;

/**
 * Fill a formula in for one cell.
 * @param {string} formula with {i} and {j} for the cell's row and column
 * @param {number} row
 * @param {number} column
 */
export function atCell(formula, row, column) {
  return formula.replaceAll("{i}", String(row)).replaceAll("{j}", String(column));
}

/** @param {number[]} axis indices, with gaps @returns {number[]} those that are drawn */
const drawn = (axis) => axis.filter((index) => index !== GAP);

/**
 * A number of a matrix by its index in the whole of it: the lists of texts hold those alone that are drawn.
 * @param {Matrix} matrix
 * @param {number} row
 * @param {number} column
 * @param {string[][]} [texts] a list of each row; the matrix's own cells if none
 * @returns {string} empty where it is left out
 */
export function numberAt(matrix, row, column, texts = matrix.cells) {
  return texts[drawn(matrix.rows).indexOf(row)]?.[drawn(matrix.columns).indexOf(column)] ?? "";
}

/** @param {Matrix} matrix @param {number} row @param {number} column @returns {string} a number with more digits */
const fullAt = (matrix, row, column) => numberAt(matrix, row, column, matrix.full) || numberAt(matrix, row, column);

/**
 * Spell out in numbers how a cell comes about.
 * @param {Piece[]} numbers of its step
 * @param {Matrices} matrices
 * @param {number} row of the cell
 * @param {number} column
 * @returns {{text: string, read: Entry[]}} the formula, and all cells that are drawn and that it is made from
 */
export function spellNumbers(numbers, matrices, row, column) {
  /** @type {Entry[]} */
  const read = [];
  /** @param {string} place @param {number} each */
  const index = (place, each) => (place === "{k}" ? each : Number(atCell(place, row, column)));
  /** @param {Piece} piece @param {number} each @returns {string} */
  const spell = (piece, each) => {
    if (typeof piece === "string") return piece;
    if (piece.kind === "byrow") return piece.texts[row];
    if (piece.kind === "sum") return sum(piece.term);
    const source = matrices.get(piece.symbol);
    if (!source) return "";
    const [i, j] = [index(piece.row, each), index(piece.column, each)];
    const text = numberAt(source, i, j);
    read.push([piece.symbol, i, j]);
    if (piece.kind === "positive") return isPositive(text) ? "1" : "0";
    return !piece.bare && text.startsWith("−") ? `(${text})` : text;
  };
  /** @param {Piece[]} term */
  const sum = (term) => {
    const { places, size } = axisOf(term, matrices);
    const terms = places.map((each) => term.map((piece) => spell(piece, each)).join(""));
    const written = places.length > TERMS ? [0, 1, places.length - 1] : [...places.keys()];
    let next = 0;
    const texts = written.flatMap((place) => {
      const between = left(places[place] - next);
      next = places[place] + 1;
      return [...between, terms[place]];
    });
    return [...texts, ...left(size - next)].join(" + ");
  };
  return { text: numbers.map((piece) => spell(piece, 0)).join(""), read };
}

/** @param {number} count of terms @returns {string[]} what stands for them in a sum */
const left = (count) => (count > 0 ? [`… ${count} more …`] : []);

/**
 * The axis that a sum runs over.
 * @param {Piece[]} term
 * @param {Matrices} matrices
 * @returns {{places: number[], size: number}} its indices that are drawn, and how many it has
 */
function axisOf(term, matrices) {
  for (const piece of term) {
    if (typeof piece === "string" || piece.kind !== "entry") continue;
    const matrix = matrices.get(piece.symbol);
    if (matrix && piece.row === "{k}") return { places: drawn(matrix.rows), size: matrix.shape[0] };
    if (matrix && piece.column === "{k}") return { places: drawn(matrix.columns), size: matrix.shape[matrix.shape.length - 1] };
  }
  return { places: [], size: 0 };
}

/** @param {string} text a number as cells write it */
const isPositive = (text) => Number(text.replaceAll("−", "-")) > 0;

/** @param {number[]} shape @returns {string} as Python writes it */
const shapeText = (shape) => (shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`);

/** @param {Matrix} matrix @param {number} row @param {number} column @returns {string} the index of a cell, as code writes it */
function indexText({ shape }, row, column) {
  return shape.length === 2 ? `[${row}, ${column}]` : shape.length ? `[${column}]` : "";
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
  element.append(saves(element, "derivation", page, () => {
    const place = data.steps.findIndex(({ symbol }) => symbol === spot.symbol);
    return place < 0 ? {} : { at: [place, spot.row, spot.column] };
  }));
  /** @type {Matrices} */
  let matrices = new Map();
  /** @type {string | null} the step that was chosen, whatever the numbers become */
  let chosen = null;
  /** @type {Spot} */
  const spot = { symbol: "", row: 0, column: 0 };
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
    const used = new Set(step.equation.map((term) => (isMatrix(term) ? term.symbol : "")));
    for (const button of steps.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.step === step.symbol));
    for (const found of map.querySelectorAll("[data-symbol]")) {
      found.classList.toggle("used", used.has(/** @type {HTMLElement} */ (found).dataset.symbol ?? ""));
    }
    drawStage(stage, data, matrices, step, spot, page);
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
    drawSteps(steps, news, matrices, choose);
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
  map.addEventListener("click", (event) => {
    const step = data.steps.find(({ symbol }) => symbol === near(event));
    if (step) choose(step);
  });
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
  const { symbol, label, shape } = matrix;
  const rows = small ? brief(matrix.rows, 2) : [...matrix.rows.keys()];
  const columns = small ? brief(matrix.columns, 1) : [...matrix.columns.keys()];
  const turned = transposed && shape.length === 2;
  const [down, across] = turned ? [columns, rows] : [rows, columns];
  const grid = make("div", { className: "d-grid" });
  grid.style.setProperty("--columns", String(across.length));
  for (const r of down) {
    for (const c of across) {
      const [i, j] = turned ? [c, r] : [r, c];
      const [row, column] = [matrix.rows[i] ?? GAP, matrix.columns[j] ?? GAP];
      if (row === GAP || column === GAP) {
        const [gapDown, gapAcross] = turned ? [column === GAP, row === GAP] : [row === GAP, column === GAP];
        grid.append(make("span", { className: "d-gap" }, gapDown && gapAcross ? "⋱" : gapDown ? "⋮" : "…"));
        continue;
      }
      const text = numberAt(matrix, row, column);
      const cell = make("span", { className: "d-cell" }, text);
      cell.dataset.cell = `${symbol}:${row},${column}`;
      cell.title = `${label}${indexText(matrix, row, column)} = ${fullAt(matrix, row, column)}`;
      if (masked && !isPositive(text)) cell.classList.add("off");
      grid.append(cell);
    }
  }
  const sizes = shapeText(turned ? shape.toReversed() : shape);
  const caption = make("figcaption", {}, make("b", {}, label + (turned ? "ᵀ" : "")), small ? "" : ` ${sizes}`);
  const figure = make("figure", { className: `d-matrix role-${matrix.role}${small ? " small" : ""}` }, ...(small ? [caption, grid] : [grid, caption]));
  figure.dataset.symbol = symbol;
  if (small) figure.title = `${label} ${sizes}`;
  return figure;
}

/**
 * @param {HTMLElement} map
 * @param {Derivation} data
 * @param {Matrices} matrices
 */
function drawMap(map, data, matrices) {
  map.replaceChildren(...data.blocks.map((block) => {
    const rows = block.rows.map((stacks) => {
      const row = make("div", { className: "d-row" }, ...stacks.map((symbols) =>
        make("div", { className: "d-stack" }, ...symbols.flatMap((symbol) => {
          const matrix = matrices.get(symbol);
          return matrix ? [matrixFigure(matrix, { small: true })] : [];
        }))));
      for (const pixels of data.pixels ?? []) if (pixels.symbol === "X" && stacks.flat().includes("X")) row.append(pixelStrip(pixels));
      return row;
    });
    return make("div", { className: "d-block" }, make("h4", {}, block.title), ...rows);
  }));
}

/**
 * @param {import("./types.js").DerivationTerm} term of an equation
 * @returns {term is Extract<typeof term, {kind: "term"}>}
 */
const isMatrix = (term) => typeof term !== "string" && term.kind === "term";

/** @param {Step} step @param {Matrices} matrices */
function equationLine(step, matrices) {
  return make("span", { className: "d-equation" }, ...step.equation.map((term) => {
    if (isMatrix(term)) return nameOf(term.symbol, matrices.get(term.symbol)?.label ?? term.symbol);
    return typeof term === "string" ? term : term.text;
  }));
}

/** @param {Step} step @param {Matrices} matrices @returns {string} the shapes that meet, and the one that they give */
function shapesText(step, matrices) {
  const [own = "", ...read] = step.equation.filter(isMatrix).map(({ symbol }) => shapeText(matrices.get(symbol)?.shape ?? []));
  return `${read.join(", ")} → ${own}`;
}

/** @param {string} symbol of a matrix @param {string} text how it is written */
function nameOf(symbol, text) {
  const name = make("span", { className: "d-symbol" }, text);
  name.dataset.symbol = symbol;
  return name;
}

/** @param {string} code @param {Matrices} matrices */
function codeLine(code, matrices) {
  return make("code", {}, ...code.split(/([A-Za-z_]\w*)/).map((piece) => (matrices.has(piece) ? nameOf(piece, piece) : piece)));
}

/**
 * @param {HTMLElement} list
 * @param {Derivation} data
 * @param {Matrices} matrices
 * @param {(step: Step) => void} choose
 */
function drawSteps(list, data, matrices, choose) {
  /** @type {HTMLElement[]} */
  const found = [];
  let phase = "";
  for (const step of data.steps) {
    if (step.phase !== phase) found.push(make("h4", {}, step.phase));
    phase = step.phase;
    const button = make("button", { type: "button", className: `d-step${step.agrees ? "" : " wrong"}`, "aria-pressed": "false" },
      equationLine(step, matrices), make("span", { className: "d-mark", title: step.verdict }, step.mark), codeLine(step.code, matrices));
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
    found.push(make("div", { className: "d-stop wrong" }, codeLine(data.stop.code, matrices),
      make("span", { className: "d-mark" }, "✗ error"), make("p", {}, data.stop.message)));
  }
  list.replaceChildren(...found);
}

/**
 * @param {HTMLElement} stage
 * @param {Derivation} data
 * @param {Matrices} matrices
 * @param {Step} step
 * @param {Spot} spot
 * @param {import("./types.js").PageContext} page
 */
function drawStage(stage, data, matrices, step, spot, page) {
  const scene = make("div", { className: "d-scene" });
  for (const term of step.equation) {
    if (isMatrix(term)) {
      const matrix = matrices.get(term.symbol);
      if (matrix) scene.append(matrixFigure(matrix, term));
      continue;
    }
    const sign = typeof term === "string" ? term.trim() : term.sign;
    if (sign) scene.append(make("span", { className: "d-sign" }, sign));
  }
  const spelled = make("div", { className: "d-spelled" });
  const strips = (data.pixels ?? []).filter(({ symbol }) => symbol === step.symbol).map((pixels) => pixelStrip(pixels));
  stage.replaceChildren(
    make("div", { className: "d-head" }, equationLine(step, matrices), make("span", { className: "d-shapes" }, shapesText(step, matrices))),
    make("p", { className: "d-meaning" }, step.meaning), scene, ...strips, spelled,
    make("p", { className: `d-verdict${step.agrees ? "" : " wrong"}` }, `${step.mark[0]} ${step.verdict}`),
  );
  const matrix = matrices.get(step.symbol);
  if (matrix) spellCells(scene, spelled, matrices, matrix, step, spot, page);
}

/**
 * @param {HTMLElement} scene
 * @param {HTMLElement} spelled
 * @param {Matrices} matrices
 * @param {Matrix} matrix
 * @param {Step} step
 * @param {Spot} spot
 * @param {import("./types.js").PageContext} page
 */
function spellCells(scene, spelled, matrices, matrix, step, spot, page) {
  const [rows, columns] = [drawn(matrix.rows), drawn(matrix.columns)];
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
    for (const marked of scene.querySelectorAll(".hit, .source")) marked.classList.remove("hit", "source");
    own(row, column)?.classList.add("hit");
    own(spot.row, spot.column)?.setAttribute("tabindex", "-1");
    own(row, column)?.setAttribute("tabindex", "0");
    Object.assign(spot, { symbol: step.symbol, row, column });
    const { text, read } = spellNumbers(step.numbers, matrices, row, column);
    for (const [symbol, i, j] of read) cells.get(`${symbol}:${i},${j}`)?.classList.add("source");
    const value = fullAt(matrix, row, column);
    const lines = [
      make("div", {}, make("b", { className: "target" }, matrix.label + indexText(matrix, row, column)), ` = ${atCell(step.formula, row, column)}`),
      make("div", {}, `= ${text} = `, make("b", {}, numberAt(matrix, row, column))),
      make("div", { className: "d-both" }, "by hand ", make("b", {}, value),
        ...(step.others ? [" · PyTorch ", make("b", {}, numberAt(matrix, row, column, step.others) || value)] : [])),
    ];
    spelled.replaceChildren(...lines);
    if (aloud) page.announce(lines.map((line) => line.textContent).join(" "));
  };
  rows.forEach((row) => columns.forEach((column) => {
    const cell = own(row, column);
    if (!cell) return;
    cell.tabIndex = -1;
    cell.setAttribute("role", "button");
    cell.setAttribute("aria-label", cell.title);
    cell.addEventListener("pointerenter", () => spell(row, column, false));
    cell.addEventListener("focus", () => spell(row, column, true));
    cell.addEventListener("click", () => cell.focus());
    cell.addEventListener("keydown", (event) => {
      const [down, right] = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[event.key] ?? [0, 0];
      const pressed = event.key === "Enter" || event.key === " ";
      if (!down && !right && !pressed) return;
      event.preventDefault();
      if (pressed) spell(row, column, true);     // the pointer may have left another cell spelled out
      own(rows[rows.indexOf(row) + down], columns[columns.indexOf(column) + right])?.focus();
    });
  }));
  if (spot.symbol === step.symbol && own(spot.row, spot.column)) spell(spot.row, spot.column, false);
  else spell(rows[0], columns[0], false);
}

/**
 * Rows of a matrix as small pictures: in ink, or in two colours where levels lie on both sides of zero. The colours are
 * the style sheet's, which follows the theme; a picture says only how much of them is on each pixel.
 * @param {Pixels} pixels
 */
function pixelStrip({ symbol, side, levels, captions, signed }) {
  const bytes = Uint8Array.from(atob(levels), (letter) => letter.charCodeAt(0));
  const size = side * side;
  /** @param {number} at place of a pixel @returns {number} -1 to 1 */
  const share = (at) => {
    const level = at % 2 ? bytes[at >> 1] & 15 : bytes[at >> 1] >> 4;
    return signed ? (level - 8) / 7 : level / 15;
  };
  const strip = make("div", { className: "d-pixels" }, ...captions.map((caption, place) => {
    const layers = (signed ? ["up", "down"] : ["ink"]).map((name) =>
      layer(name, side, (pixel) => share(place * size + pixel) * (name === "down" ? -1 : 1)));
    return make("figure", {}, make("div", { role: "img", "aria-label": `${symbol}, ${caption}`, className: "d-image" }, ...layers),
      make("figcaption", {}, caption));
  }));
  if (signed) strip.append(make("p", {}, "red above zero, blue below"));
  strip.dataset.symbol = symbol;
  return strip;
}

/**
 * @param {string} name which colour of the style sheet it wears
 * @param {number} side
 * @param {(pixel: number) => number} share how opaque each pixel is; nothing below 0
 */
function layer(name, side, share) {
  const canvas = make("canvas", { width: side, height: side });
  const context = canvas.getContext("2d");
  if (context) {
    const image = context.createImageData(side, side);
    for (let pixel = 0; pixel < side * side; pixel += 1) image.data[4 * pixel + 3] = 255 * Math.min(1, Math.max(0, share(pixel)));
    context.putImageData(image, 0, 0);
  }
  const element = make("i", { className: name });
  element.style.maskImage = `url(${canvas.toDataURL()})`;
  return element;
}
