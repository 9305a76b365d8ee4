// @ts-check
/**
 * The network in training: its state, and the requests that bring it on. The server keeps nothing; each request carries
 * the state, and at most one is under way. What is changed meanwhile makes the answer void, and goes with the next.
 */

/** @typedef {Record<string, string>} Question */
/** @typedef {{loss: number | null, right?: number, of: number}} Score */

/**
 * @typedef {object} UnitSum
 * @property {(number | null)[]} inputs
 * @property {(number | null)[]} weights
 * @property {(number | null)[]} products
 * @property {number | null} bias
 * @property {number | null} total
 * @property {string} activation
 * @property {number | null} value
 */

/**
 * @typedef {object} Told
 * @property {number} step
 * @property {string} state
 * @property {number[]} sizes
 * @property {(number | null)[]} losses
 * @property {Score | null} train
 * @property {Score | null} test
 * @property {string} [surface]
 * @property {number} [side]
 * @property {(number | null)[]} [curve]
 * @property {string} units
 * @property {number[]} dims
 * @property {number[]} peaks
 * @property {{at: [number, number], values: (number | null)[][], logits: (number | null)[], probabilities?: (number | null)[], sum?: UnitSum} | null} looked
 * @property {[number, number, number, number][]} [points]
 * @property {import("./types.js").Text[]} says
 * @property {{text: string, marks: [number, number, string][]}} [code]
 */

/** Steps asked for at a time, and milliseconds from one request to the next. */
export const PACES = {
  slow: { steps: 1, every: 250 },
  steady: { steps: 10, every: 100 },
  full: { steps: 5_000, every: 45 },
};

export const MOST_STEPS = 20_000;

/** Answers in which a network is taught again as far as it was, each a point of the curves. */
const REPLAYS = 12;

/** Fields that only say what is looked at. */
const LOOKS = new Set(["at", "unit"]);
/** Fields that change which numbers there are. */
const SHAPES = ["widths", "outputs", "data"];

export class Trainer {
  /**
   * @param {object} given
   * @param {Question} given.question
   * @param {(request: object) => Promise<Told>} given.ask
   * @param {(told: Told) => void} given.show
   * @param {(problem: string) => void} given.fail told an empty text once an answer has come
   * @param {() => void} given.change told when it plays or stops
   * @param {() => boolean} given.mayRun whether somebody can see it
   * @param {(milliseconds: number) => Promise<void>} [given.wait]
   * @param {() => number} [given.now]
   */
  constructor({ question, ask, show, fail, change, mayRun, wait, now }) {
    this.question = { ...question };
    this.ask = ask;
    this.show = show;
    this.fail = fail;
    this.change = change;
    this.mayRun = mayRun;
    this.wait = wait ?? ((milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); }));
    this.now = now ?? (() => performance.now());
    /** @type {keyof typeof PACES} */
    this.pace = "steady";
    this.playing = false;
    this.busy = false;
    /** Steps that the request under way asks for. */
    this.asking = 0;
    this.version = 0;
    this.state = "";
    this.step = 0;
    this.target = 0;
    this.dirty = true;
    /** @type {(number | null)[]} the loss of each batch */
    this.losses = [];
    /** @type {{step: number, train: number | null, test: number | null}[]} */
    this.history = [];
    this.begin(Number(question.step) || 0);
  }

  /**
   * Start anew from the first weights, and go to a step.
   * @param {number} target
   */
  begin(target) {
    this.version += 1;
    this.state = "";
    this.step = 0;
    this.target = target;
    this.losses = [];
    this.history = [];
    this.dirty = true;
  }

  /**
   * Change the question. What is looked at changes nothing else; after all other changes the network is taught anew, from
   * the same seed and as far as it was.
   * @param {Question} texts
   */
  put(texts) {
    const names = Object.keys(texts).filter((name) => texts[name] !== this.question[name]);
    if (names.length === 0) return;
    this.question = { ...this.question, ...texts };
    if (names.every((name) => LOOKS.has(name))) {
      this.dirty = true;
    } else {
      if (SHAPES.some((name) => names.includes(name))) this.question = { ...this.question, edits: texts.edits ?? "", unit: texts.unit ?? "" };
      this.begin(Math.max(this.step, this.target));
    }
    this.run();
  }

  /**
   * Set a number of the network by hand, at the step that is shown.
   * @param {string} edits all of them
   */
  edit(edits) {
    if (this.asking > 0) this.version += 1;      // the answer under way will have gone past this step
    this.target = this.step;
    this.question = { ...this.question, edits };
    this.dirty = true;
    this.run();
  }

  /** Go back to the first step. What was set by hand before it stays. */
  reset() {
    this.stop();
    const first = (this.question.edits ?? "").split("~").filter((edit) => /^0[wb]/.test(edit)).join("~");
    this.question = { ...this.question, edits: first };
    this.begin(0);
    this.run();
  }

  /** @param {number} steps */
  advance(steps) {
    this.stop();
    this.target = Math.min(MOST_STEPS, this.step + steps);
    this.dirty = true;
    this.run();
  }

  play() {
    if (this.step >= MOST_STEPS) return;
    this.playing = true;
    this.change();
    this.run();
  }

  stop() {
    if (!this.playing) return;
    this.playing = false;
    this.target = this.step;
    this.dirty = true;                // the code follows once nothing moves
    this.change();
    this.run();
  }

  /** @returns {number | null} steps to ask for; null where there is nothing to ask */
  wanted() {
    if (this.step < this.target) {
      if (this.state === "") return 0;           // what it begins with is seen, too
      return Math.min(this.target - this.step, Math.ceil(this.target / REPLAYS));
    }
    if (this.playing) return Math.min(PACES[this.pace].steps, MOST_STEPS - this.step);
    return this.dirty ? 0 : null;
  }

  async run() {
    if (this.busy) return;
    this.busy = true;
    try {
      for (let steps = this.wanted(); steps !== null && this.mayRun(); steps = this.wanted()) {
        const [version, began, moves] = [this.version, this.now(), this.playing];
        const settles = !moves && steps === 0 && this.step >= this.target;
        this.asking = steps;
        this.dirty = false;
        const told = await this.ask({
          question: this.question, state: this.state, step: this.step, steps, told: this.state === "", code: settles,
        });
        this.asking = 0;
        if (version !== this.version) continue;
        this.take(told, steps);
        if (steps > 0 && !this.playing && this.step >= this.target) this.dirty = true;
        if (this.playing) await this.wait(Math.max(0, PACES[this.pace].every - (this.now() - began)));
      }
    } catch (error) {
      this.playing = false;
      this.dirty = true;
      this.change();
      this.fail(error instanceof Error ? error.message : String(error));
    } finally {
      this.busy = false;
    }
  }

  /**
   * @param {Told} told
   * @param {number} asked steps
   */
  take(told, asked) {
    this.state = told.state;
    this.step = told.step;
    this.losses.push(...told.losses);
    const [train, test] = [told.train?.loss ?? null, told.test?.loss ?? null];
    if (this.history.at(-1)?.step === told.step) this.history.pop();
    this.history.push({ step: told.step, train, test });
    const ends = this.step >= MOST_STEPS || (asked > 0 && told.losses.length === 0);
    if (ends) this.target = this.step;
    if (ends && this.playing) {
      this.playing = false;
      this.dirty = true;
      this.change();
    }
    this.fail("");
    this.show(told);
  }
}
