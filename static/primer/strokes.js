// @ts-check
/** A drawing as pen strokes: how they grow, what undo and redo bring back, and where a pen enters and leaves the pad. */

/** Side of the pad in its own units. */
export const SIZE = 280;

/** A point nearer than this to the one before says nothing new. */
const NEAR = 1.5;

/** @typedef {[number, number]} Point x to the right and y down, in pad units */
/** @typedef {{width: number, points: Point[]}} Stroke from pen down to pen up */

/**
 * @param {Point} point
 * @returns {Point} to half a unit, for short messages
 */
const rounded = ([x, y]) => [Math.round(2 * x) / 2, Math.round(2 * y) / 2];

/**
 * The part of a straight movement that lies on the pad (Liang and Barsky: A new concept and method for line clipping,
 * ACM Transactions on Graphics 3, 1984).
 * @param {Point} from
 * @param {Point} to
 * @returns {[Point, Point] | null} where it begins and ends; null if the movement passes the pad by
 */
export function onPad(from, to) {
  let [first, last] = [0, 1];
  for (const axis of /** @type {const} */ ([0, 1])) {
    const way = to[axis] - from[axis];
    if (way === 0) {
      if (from[axis] < 0 || from[axis] > SIZE) return null;
      continue;
    }
    const [one, other] = [(0 - from[axis]) / way, (SIZE - from[axis]) / way];
    first = Math.max(first, Math.min(one, other));
    last = Math.min(last, Math.max(one, other));
  }
  if (first > last) return null;
  const at = (/** @type {number} */ share) => /** @type {Point} */ ([0, 1].map((axis) =>
    Math.max(0, Math.min(SIZE, from[axis] + share * (to[axis] - from[axis])))));
  return [at(first), at(last)];
}

/**
 * @param {Stroke[]} one
 * @param {Stroke[]} other
 * @returns {boolean} whether two drawings have the same strokes
 */
export function sameStrokes(one, other) {
  return one.length === other.length && one.every(({ width, points }, place) => {
    const { width: wide, points: others } = other[place];
    return width === wide && points.length === others.length && points.every(([x, y], at) => x === others[at][0] && y === others[at][1]);
  });
}

/** What is on the pad, with the drawings before and after it. */
export class Drawing {
  /** @param {Stroke[]} [strokes] each of which undo takes away, the last one first */
  constructor(strokes = []) {
    this.strokes = strokes;
    this.before = strokes.map((_, place) => strokes.slice(0, place));
    /** @type {Stroke[][]} */
    this.after = [];
    /** The stroke that grows, the last of the strokes. @type {Stroke | null} */
    this.current = null;
    /** Where the pen is, down and perhaps beside the pad; null while it is up. @type {Point | null} */
    this.pen = null;
    this.width = 0;
    this.remembered = false;
  }

  get isDown() {
    return this.pen !== null;
  }

  /**
   * Put the pen down.
   * @param {Point} point may lie beside the pad: then the ink begins where the pen enters
   * @param {number} width
   */
  press(point, width) {
    [this.pen, this.width, this.remembered] = [point, width, false];
    return this.moveTo(point);
  }

  /**
   * Move the pen that is down. Beside the pad it leaves no ink; all that it draws until it is lifted is undone at once.
   * @param {Point} point
   * @returns {boolean} whether there is more ink than before
   */
  moveTo(point) {
    if (this.pen === null) return false;
    const part = onPad(this.pen, point);
    this.pen = point;
    if (part === null) {
      this.current = null;
      return false;
    }
    const [start, end] = part.map(rounded);
    const more = this.current === null ? this.begin(start) : false;
    const longer = this.extend(end);
    if (onPad(point, point) === null) this.current = null;
    return more || longer;
  }

  lift() {
    this.current = this.pen = null;
  }

  /** @param {Stroke[]} strokes put in place of all that is there; undo brings that back */
  replace(strokes) {
    this.remember();
    this.strokes = strokes;
  }

  /** @returns {boolean} whether there was something to undo */
  undo() {
    const strokes = this.before.pop();
    if (strokes === undefined) return false;
    this.after.push(this.strokes);
    this.strokes = strokes;
    return true;
  }

  /** @returns {boolean} whether something had been undone since the last change */
  redo() {
    const strokes = this.after.pop();
    if (strokes === undefined) return false;
    this.before.push(this.strokes);
    this.strokes = strokes;
    return true;
  }

  remember() {
    this.before.push(this.strokes);
    this.after = [];
  }

  /** @param {Point} point */
  begin(point) {
    if (!this.remembered) this.remember();
    this.remembered = true;
    this.current = { width: this.width, points: [point] };
    this.strokes = [...this.strokes, this.current];
    return true;
  }

  /** @param {Point} point */
  extend([x, y]) {
    const points = /** @type {Stroke} */ (this.current).points;
    const [lastX, lastY] = points[points.length - 1];
    if (Math.hypot(x - lastX, y - lastY) < NEAR) return false;
    points.push([x, y]);
    return true;
  }
}
