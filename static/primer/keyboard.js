// @ts-check
/** Where a key leads among the cells of one array. */

/**
 * @param {string} key
 * @param {[number, number]} spot row and column of the cell, panels side by side
 * @param {{last: [number, number], panel: {row: number, column: number}, deep: boolean, ctrl: boolean}} array the last
 *   cell's spot, rows and columns of a panel, whether there are panels, and whether Ctrl is held
 * @returns {[number, number] | null} the spot to go to, which may lie outside, or null if the key moves nowhere
 */
export function moved(key, [row, column], { last, panel, deep, ctrl }) {
  switch (key) {
    case "ArrowLeft": return [row, column - 1];
    case "ArrowRight": return [row, column + 1];
    case "ArrowUp": return [row - 1, column];
    case "ArrowDown": return [row + 1, column];
    case "Home": return ctrl ? [0, 0] : [row, 0];
    case "End": return ctrl ? last : [row, last[1]];
    case "PageUp": return deep ? [row, column - panel.column] : [0, column];
    case "PageDown": return deep ? [row, column + panel.column] : [last[0], column];
    default: return null;
  }
}
