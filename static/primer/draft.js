// @ts-check
/** A text that is being typed: when it is told, and when what was answered may stand in its place. */

/** @typedef {import("./types.js").Control} Control */

/** Most characters of one field. */
export const LONGEST_TEXT = 10_000;
/** Milliseconds after the last key in a field. */
export const ASK_AFTER = 250;

/**
 * A text is told a little after the last key, and at once where that is asked for; never while an input method composes
 * it. One that has the focus is never written into, and one that cannot be taken stands until its field is given another
 * value elsewhere.
 */
export class Draft {
  /**
   * @param {Control} first
   * @param {object} box
   * @param {() => string} box.read the text that stands there
   * @param {(text: string) => void} box.write
   * @param {() => boolean} box.hasFocus
   * @param {(text: string) => boolean} box.put tells the text; false where it cannot be taken
   * @param {(field: string) => boolean} box.isAhead whether something newer than what was answered was told of a field
   */
  constructor(first, box) {
    this.control = first;
    this.box = box;
    this.unsent = false;
    this.refused = false;
    this.sent = first.value;
    this.composing = false;
    /** @type {any} */
    this.timer = null;
  }

  /** The text was changed by whoever types. */
  changed() {
    this.unsent = true;
    clearTimeout(this.timer);
    if (!this.composing) this.timer = setTimeout(() => this.send(), ASK_AFTER);
  }

  /** @param {boolean} composing whether an input method composes */
  compose(composing) {
    this.composing = composing;
    clearTimeout(this.timer);
    if (!composing) this.changed();
  }

  /** Tell the text now, if it was changed since it was told. */
  send() {
    clearTimeout(this.timer);
    if (!this.unsent || this.composing) return;
    this.unsent = false;
    const text = this.box.read();
    this.refused = !this.box.put(text);
    if (!this.refused) this.sent = text;
  }

  /** The text has lost the focus. */
  left() {
    this.composing = false;
    this.send();
    this.fill(this.control);
  }

  /** @param {Control} news */
  fill(news) {
    const given = news.value !== this.control.value && news.value !== this.sent;      // and not what was told here
    if (given && !this.unsent) this.refused = false;
    this.control = news;
    const busy = this.unsent || this.refused || this.box.isAhead(news.field) || this.box.hasFocus();
    if (!busy && this.box.read() !== news.value) this.box.write(news.value);
  }
}
