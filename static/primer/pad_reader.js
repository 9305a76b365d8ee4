// @ts-check
/** Has a drawing read while it grows: one request at a time, never more often than is of use, again after a failure. */

/** @typedef {import("./strokes.js").Stroke} Stroke */
/** @typedef {{address: string, network: string}} Place where to post drawings to, and the token of the network there */
/** @typedef {{sequence: number, strokes: Stroke[], down: boolean}} Drawn a numbered drawing, and whether the pen is down */

/**
 * @typedef {object} Told what the reader tells
 * @property {(answer: any, drawn: Drawn) => void} read what the server made of a drawing
 * @property {() => void} forgotten the server does not keep the network (any more)
 * @property {(wait: "none" | "late" | "silent") => void} waits how long an answer has been waited for
 */

/** Milliseconds between two requests at least; the next also waits for the answer to the one before. */
const PERIOD = 80;
/** Milliseconds without an answer after which the reading is dimmed, and after which a line says so. */
const [LATE, SILENT] = [300, 5000];
/** Milliseconds from a failure to the next attempt. */
const AGAIN = 1000;

export class PadReader {
  /** @param {Told} told */
  constructor(told) {
    this.told = told;
    /** @type {Place | null} */
    this.place = null;
    /** @type {Drawn | null} */
    this.waiting = null;
    this.asking = false;
    this.askedAt = -Infinity;
    this.timer = 0;
    this.since = 0;
    /** @type {ReturnType<typeof setTimeout>[]} */
    this.patience = [];
  }

  /** @param {Drawn} drawn to be read next; it takes the place of one that was not asked about yet */
  read(drawn) {
    this.waiting = drawn;
    this.schedule();
  }

  /** @param {Place | null} place null while there is nobody to ask */
  ask(place) {
    this.place = place;
    this.schedule();
  }

  /** Ask at once, after failures. */
  now() {
    this.askedAt = -Infinity;
    clearTimeout(this.timer);
    this.timer = 0;
    this.schedule();
  }

  close() {
    clearTimeout(this.timer);
    this.patience.forEach(clearTimeout);
    this.place = null;
  }

  schedule() {
    if (!this.waiting || this.asking || !this.place || this.timer) return;
    const wait = PERIOD - (performance.now() - this.askedAt);
    if (wait <= 0) this.send(this.waiting, this.place);
    else this.timer = window.setTimeout(() => { this.timer = 0; this.schedule(); }, wait);
  }

  /**
   * @param {Drawn} drawn
   * @param {Place} place
   */
  async send({ sequence, strokes: growing, down }, { address, network }) {
    // The last stroke may grow while it is read.
    const strokes = growing.map((stroke, place) => (place === growing.length - 1 ? { ...stroke, points: [...stroke.points] } : stroke));
    const drawn = { sequence, strokes, down };
    [this.asking, this.waiting, this.askedAt] = [true, null, performance.now()];
    this.watch();
    let failed = false;
    try {
      const answer = await fetch(address, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ network, strokes, down }),
      });
      if (answer.ok || answer.status === 400 || answer.status === 413) {
        const found = await answer.json();
        this.settle();
        this.told.read(answer.ok ? found : { state: "trouble", verdict: "No reading", message: found.problem }, drawn);
      } else {
        failed = true;
        if (answer.status === 404) this.told.forgotten();
      }
    } catch {
      failed = true;
    }
    this.asking = false;
    if (failed) {
      this.waiting ??= drawn;
      this.askedAt = performance.now() + AGAIN - PERIOD;
    }
    this.schedule();
  }

  /** Tell when an answer is long in coming; failed attempts count as no answer. */
  watch() {
    if (this.patience.length) return;
    this.patience = [
      setTimeout(() => this.told.waits("late"), LATE),
      setTimeout(() => this.told.waits("silent"), SILENT),
    ];
  }

  settle() {
    this.patience.forEach(clearTimeout);
    this.patience = [];
    this.told.waits("none");
  }
}
