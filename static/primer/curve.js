// @ts-check
/** The history of a run as the browser has it: it grows by what each answer brings, and knows what to ask for next. */

/** @typedef {import("./types.js").RunView} RunView */
/** @typedef {import("./types.js").EpochPoint} EpochPoint */

/** float32 numbers to which more are added. */
export class Line {
  constructor() {
    /** @type {Float32Array} */
    this.values = new Float32Array(1024);
    this.length = 0;
  }

  /**
   * @param {number} place
   * @returns {number} NaN where there is none
   */
  at(place) {
    return place >= 0 && place < this.length ? this.values[place] : NaN;
  }

  /**
   * Take numbers, of which the first belongs to a place: those that are there already stay.
   * @param {number} first
   * @param {Float32Array} news
   */
  take(first, news) {
    if (first > this.length) return; // some in between are missing: they are asked for again
    const size = Math.max(this.length, first + news.length);
    if (size > this.values.length) {
      const larger = new Float32Array(Math.max(size, 2 * this.values.length));
      larger.set(this.values.subarray(0, this.length));
      this.values = larger;
    }
    this.values.set(news.subarray(this.length - first), this.length);
    this.length = size;
  }
}

/**
 * @param {string} text base64 of float32 numbers, little-endian
 * @returns {Float32Array}
 */
export function floats(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Float32Array(bytes.buffer, 0, bytes.length >> 2);
}

/** What is known of one run. */
export class Curve {
  /** @param {string} run its id */
  constructor(run) {
    this.run = run;
    this.losses = new Line();
    this.means = new Line();
    /** @type {EpochPoint[]} */
    this.epochs = [];
    /** @type {{step: number, words: string}[]} */
    this.changes = [];
    this.moments = { version: "", steps: /** @type {number[]} */ ([]) };
    /** @type {{run: string, name: string, batches: number, means: Line}[]} */
    this.behind = [];
    /** The first batch whose loss is not finite, counted from 1; 0 if there is none. */
    this.notFinite = 0;
  }

  /** How many batches' losses there are. */
  get size() {
    return this.losses.length;
  }

  /**
   * Take what an answer about this run brings.
   * @param {RunView} view
   */
  take(view) {
    if (!view.curve) return;
    const had = this.size;
    this.losses.take(view.curve.first, floats(view.curve.losses));
    this.means.take(view.curve.first, floats(view.curve.means));
    for (let place = had; place < this.size && !this.notFinite; place += 1) {
      if (!Number.isFinite(this.losses.values[place])) this.notFinite = place + 1;
    }
    append(this.epochs, view.epochs, ([epoch, step, train, validation, accuracy]) => ({
      epoch, step, train, validation, accuracy,
    }));
    append(this.changes, view.changes, ([step, words]) => ({ step, words }));
    if (view.moments) this.moments = view.moments;
    this.behind = (view.behind ?? []).map((news) => {
      const means = this.behind.find((line) => line.run === news.run)?.means ?? new Line();
      means.take(news.first, floats(news.means));
      return { run: news.run, name: news.name, batches: news.batches, means };
    });
  }

  /**
   * @param {RunView} view the latest
   * @returns {boolean} whether the server has more than this
   */
  lacks(view) {
    return this.size < view.batches || this.behind.some((line) => line.means.length < line.batches);
  }

  /** @returns {Record<string, string>} what to send with the next question */
  cursor() {
    return {
      run: this.run,
      batches: String(this.size),
      epochs: String(this.epochs.length),
      changes: String(this.changes.length),
      moments: this.moments.version,
      behind: this.behind.map((line) => `${line.run}:${line.means.length}`).join(","),
    };
  }

  /**
   * @param {number} step a batch, counted from 1
   * @returns {number} the epoch that it belongs to, counted from 1
   */
  epochOf(step) {
    const over = this.epochs.findIndex((point) => step <= point.step);
    return over >= 0 ? this.epochs[over].epoch : (this.epochs.at(-1)?.epoch ?? 0) + 1;
  }

  /**
   * @param {number} step
   * @returns {number | null} the batch after which the nearest moment is kept, the earlier of two; null if none is
   */
  momentNear(step) {
    let nearest = null;
    for (const kept of this.moments.steps) {
      if (nearest === null || Math.abs(kept - step) < Math.abs(nearest - step)) nearest = kept;
    }
    return nearest;
  }
}

/**
 * @template T, U
 * @param {U[]} had
 * @param {{first: number, points: T[]} | undefined} news
 * @param {(point: T) => U} read
 */
function append(had, news, read) {
  if (news && news.first <= had.length) had.push(...news.points.slice(had.length - news.first).map(read));
}
