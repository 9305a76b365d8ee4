// @ts-check
/**
 * How a section below the pad follows the drawing: it hears of each drawing that was read, and asks an address of its own
 * with the strokes and with what is set in the section. One request is under way at a time; what is drawn or set
 * meanwhile goes with the next. Nothing is asked while the section is out of sight.
 */

/** @typedef {import("./strokes.js").Stroke} Stroke */
/** @typedef {{sequence: number, strokes: Stroke[], network: string, reading: object}} Read what the pad tells of a drawing */

/**
 * @typedef {object} Section
 * @property {HTMLElement} root
 * @property {string} channel of the pad
 * @property {string} address to ask
 * @property {() => Record<string, any>} settings what goes with the strokes
 * @property {(answer: any, settings: Record<string, any>) => void} show the answer, with the settings that it was asked with
 * @property {(problem: string) => void} refuse says what the server could not do
 */

/** Milliseconds from a failure to the next attempt. */
const AGAIN = 1000;
/** How far from the window a section may be and be in sight already. */
const NEAR = "160px";

export class PadFollower {
  /** @param {Section} section */
  constructor(section) {
    this.section = section;
    /** @type {Read | null} */
    this.read = null;
    this.inSight = false;
    this.isAsking = false;
    /** Whether something was drawn or set that no request has carried yet. */
    this.isWaiting = false;
    document.addEventListener("primer-pad-read", (event) => {
      const { detail } = /** @type {CustomEvent} */ (event);
      if (detail.channel === section.channel && section.root.isConnected) this.take(detail);
    });
    new IntersectionObserver((entries) => {
      this.inSight = entries[entries.length - 1].isIntersecting;
      this.schedule();
    }, { rootMargin: NEAR }).observe(section.root);
  }

  /** Have the pad tell again what was read last. */
  catchUp() {
    document.dispatchEvent(new CustomEvent("primer-pad-wanted", { detail: { channel: this.section.channel } }));
  }

  /** @param {Read} read */
  take(read) {
    if (read.reading === this.read?.reading) return;
    this.read = read;
    this.ask();
  }

  /** Ask about what is on the pad, with what is set now. */
  ask() {
    this.isWaiting = true;
    this.schedule();
  }

  schedule() {
    if (!this.isWaiting || this.isAsking || !this.inSight || !this.read) return;
    this.isWaiting = false;
    if (this.read.strokes.length === 0) this.section.show({ state: "blank" }, this.section.settings());
    else this.send(this.read);
  }

  /** @param {Read} read */
  async send({ strokes, network }) {
    this.isAsking = true;
    const { address, settings, show, refuse } = this.section;
    const set = settings();
    try {
      const answer = await fetch(address, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ network, strokes, ...set }),
      });
      const found = await answer.json();
      if (answer.ok) show(found, set);
      else refuse(found.problem);
    } catch {
      refuse("The server does not answer. This is asked again.");
      setTimeout(() => this.ask(), AGAIN);
    }
    this.isAsking = false;
    this.schedule();
  }
}
