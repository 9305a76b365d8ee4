// @ts-check
/** Filling in the formula of one cell: a pure function from a template and linked cells to pieces of text. */

/**
 * @typedef {import("./types.js").FormulaPiece} Piece
 * @typedef {string | {chip: string, role: string} | {strong: Filled[]}} Filled
 * @typedef {object} Cells what the template may ask for
 * @property {number} place place of the cell among the drawn cells of its grid
 * @property {(grid: string) => number[]} sources flat indices of the cells of a grid that are linked to it
 * @property {(grid: string, flat: number) => string} address how code names a cell
 * @property {(grid: string, flat: number) => string} value its number
 * @property {(grid: string) => string} role its grid's colour
 * @property {number} flat flat index of the cell itself
 */

/**
 * @param {import("./types.js").Formula} formula
 * @param {Cells} cells
 * @returns {Filled[]}
 */
export function fillFormula(formula, cells) {
  /** @param {string} grid @param {number} turn */
  const linked = (grid, turn) => (grid === formula.to ? cells.flat : cells.sources(grid)[turn]);
  /** @param {Piece[]} pieces @param {number} turn @returns {Filled[]} */
  const fill = (pieces, turn) => pieces.flatMap((piece) => put(piece, turn));
  /** @param {Piece} piece @param {number} turn @returns {Filled[]} */
  const put = (piece, turn) => {
    if (typeof piece === "string") return [piece];
    if ("texts" in piece) return [piece.texts[cells.place]];
    if ("strong" in piece) return [{ strong: fill(piece.strong, turn) }];
    if ("each" in piece) return each(piece.each, piece.separator);
    const grid = "ref" in piece ? piece.ref : piece.val;
    const flat = linked(grid, turn);
    if (flat === undefined) return [""];
    return "ref" in piece ? [{ chip: cells.address(grid, flat), role: cells.role(grid) }] : [cells.value(grid, flat)];
  };
  /** @param {Piece[]} pieces @param {string} separator @returns {Filled[]} */
  const each = (pieces, separator) => {
    const turns = Math.max(0, ...gridsNamed(pieces).filter((id) => id !== formula.to).map((id) => cells.sources(id).length));
    const tail = turns > formula.terms ? 1 : 0;
    const head = tail ? formula.terms - 1 : turns;
    const shown = [...Array(head).keys(), ...(tail ? [-1, turns - 1] : [])];
    return shown.flatMap((turn, place) => [place ? separator : "", ...(turn < 0 ? ["…"] : fill(pieces, turn))]);
  };
  return fill(formula.pieces, 0);
}

/**
 * @param {Piece[]} pieces
 * @returns {string[]} the grids that they name
 */
function gridsNamed(pieces) {
  return pieces.flatMap((piece) => {
    if (typeof piece === "string" || "texts" in piece || "each" in piece) return [];
    if ("strong" in piece) return gridsNamed(piece.strong);
    return ["ref" in piece ? piece.ref : piece.val];
  });
}
