// @ts-check
/** Which cells light up together: a graph over all cells of a picture, which are numbered through. */

/**
 * @typedef {{from: number, to: number, same: boolean}} Edge from the cell that is read to the cell made of it
 */

export class CellLinks {
  /**
   * @param {number} cells how many there are
   * @param {Iterable<Edge>} edges
   */
  constructor(cells, edges) {
    const lists = () => Array.from({ length: cells }, () => /** @type {number[]} */ ([]));
    this.sources = lists();
    this.targets = lists();
    this.twins = lists();
    for (const { from, to, same } of edges) {
      (same ? this.twins : this.sources)[to].push(from);
      (same ? this.twins : this.targets)[from].push(to);
    }
    this.seen = new Int32Array(cells);
    this.round = 0;
  }

  /** @param {number} start */
  below(start) { return this.reach(start, this.targets); }

  /** @param {number} start */
  above(start) { return this.reach(start, this.sources); }

  /**
   * Every cell reached from one along links of one direction, itself left out.
   * @param {number} start
   * @param {number[][]} along
   */
  reach(start, along) {
    this.round += 1;
    const found = [start];
    this.seen[start] = this.round;
    for (let i = 0; i < found.length; i += 1) {
      for (const neighbours of [along[found[i]], this.twins[found[i]]]) {
        for (const next of neighbours) {
          if (this.seen[next] !== this.round) {
            this.seen[next] = this.round;
            found.push(next);
          }
        }
      }
    }
    return found.slice(1);
  }
}
