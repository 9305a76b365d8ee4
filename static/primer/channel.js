// @ts-check
/**
 * The way from what a learner does to what is shown: the browser owns the question while a page is open, and the server
 * is a pure function of it.
 *
 * The channel keeps the question that was answered last and the events since. A request carries both, and at most one is
 * under way: what happens meanwhile goes with the next. An event that sets (a text, a choice, a size, a cell) replaces an
 * earlier one of the same field; an event that adds (a click, a new step) is never merged and never dropped. An answer
 * replaces the question and takes away just the events that it answered. No clock decides what is newer.
 */

/** Most events of one request. */
export const MOST_EVENTS = 100;
/** Steps that can be undone. */
export const MOST_UNDO = 50;
const DIM_AFTER = 300;      // ms without an answer until what is shown is set back
const LATE_AFTER = 5000;    // ms until a line says that the server is slow
const RETRY_AFTER = [1000, 2000, 4000, 8000];  // ms after the first, second, ... failure in a row
const SAME_STEP = 1000;     // ms within which changes of the same field are one step of undoing

/** The server refuses a request for good; asking again would not help. */
export class RefusedRequest extends Error {}

/**
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").LessonEvent} LessonEvent
 * @typedef {Record<string, string>} Question
 * @typedef {{question: Question, events: LessonEvent[], n: number, wait?: boolean}} Request
 * @typedef {LessonEvent | {kind: "travel", way: "undo" | "redo"}} Waiting an event, or a step to and fro between questions
 * @typedef {{busy: boolean, dim: boolean, late: boolean, failed: string, loading: string}} State
 */

/**
 * The fields that an event sets, or null where it adds.
 * @param {Waiting} event
 * @returns {string[] | null}
 */
export function fieldsSet(event) {
  switch (event.kind) {
    case "put": return Object.keys(event.texts);
    case "resize": return [event.field];
    case "edit": return [`cell ${event.grid} ${event.index.join()}`];
    case "act": return event.sets ? [event.sets] : null;
    default: return null;
  }
}

/**
 * Append an event to events that wait; those that it replaces go.
 * @param {Waiting[]} waiting
 * @param {Waiting} event
 * @returns {Waiting[]}
 */
export function merge(waiting, event) {
  const sets = fieldsSet(event);
  if (sets === null) return [...waiting, event];
  let since = waiting.length;      // what was set before an event that added may have mattered to it, and stays
  while (since > 0 && fieldsSet(waiting[since - 1]) !== null) since -= 1;
  const kept = waiting.slice(since).filter((earlier) => !fieldsSet(earlier)?.every((field) => sets.includes(field)));
  return [...waiting.slice(0, since), ...kept, event];
}

export class Channel {
  /**
   * @param {object} options
   * @param {Question} options.question the question answered last
   * @param {(request: Request, signal: AbortSignal) => Promise<Answer>} options.send asks the server; rejects with a
   *   `RefusedRequest` where it says no for good, with anything else where asking again may help
   * @param {(answer: Answer, channel: Channel) => void} options.onAnswer
   * @param {(state: State) => void} [options.onState]
   * @param {(error: unknown) => void} [options.onError] takes what went wrong while an answer was shown
   * @param {{now: () => number, set: (act: () => void, after: number) => any, clear: (timer: any) => void}} [options.clock]
   */
  constructor({ question, send, onAnswer, onState = () => {}, onError = (error) => reportError(error), clock }) {
    this.question = question;
    this.send = send;
    this.onAnswer = onAnswer;
    this.onState = onState;
    this.onError = onError;
    this.clock = clock ?? {
      now: () => performance.now(),
      set: (act, after) => setTimeout(act, after),
      clear: (timer) => clearTimeout(timer),
    };
    /** @type {Waiting[]} */
    this.waiting = [];
    /** @type {LessonEvent[] | null} events of the request under way */
    this.underWay = null;
    this.asks = false;            // whether to ask although nothing happened
    this.waits = false;           // whether the server shall wait until a library is loaded
    this.n = 0;
    this.failures = 0;
    /** @type {any[]} */
    this.timers = [];
    /** @type {any} */
    this.retrying = null;
    /** @type {AbortController | null} */
    this.abort = null;
    /** @type {State} */
    this.state = { busy: false, dim: false, late: false, failed: "", loading: "" };
    /** @type {Question[]} */
    this.past = [];
    /** @type {Question[]} */
    this.future = [];
    this.lastStep = { signature: "", at: -Infinity };
    this.closed = false;
  }

  /**
   * Take what the learner did, and ask.
   * @param {Waiting} event
   */
  push(event) {
    this.waiting = merge(this.waiting, event);
    this.flush();
  }

  /**
   * Ask for another question, or anew for this one.
   * @param {Question} [question]
   */
  ask(question) {
    if (question) this.question = question;
    this.asks = true;
    this.flush();
  }

  /** Ask again now what was not answered. */
  retry() {
    this.abort?.abort();
    this.flush();
  }

  /**
   * @param {string} field
   * @returns {boolean} whether a field was changed after what the last answer is about
   */
  isAhead(field) {
    return [...(this.underWay ?? []), ...this.waiting].some((event) =>
      (event.kind === "act" && event.field === field) || (fieldsSet(event)?.includes(field) ?? false));
  }

  /** @returns {Question | null} the question with the texts that were put or acted on since, or null if none were */
  pending() {
    const texts = [...(this.underWay ?? []), ...this.waiting].map((event) => ("texts" in event ? event.texts : undefined));
    return texts.some(Boolean) ? Object.assign({}, this.question, ...texts) : null;
  }

  get canUndo() { return this.past.length > 0; }

  get canRedo() { return this.future.length > 0; }

  undo() { this.push({ kind: "travel", way: "undo" }); }

  redo() { this.push({ kind: "travel", way: "redo" }); }

  /** Stop for good: the page is gone. */
  close() {
    this.closed = true;
    this.abort?.abort();
    this.stopTimers();
    this.clock.clear(this.retrying);
  }

  /**
   * Take the events of the next request from those that wait. Which question a step of undoing brings back is known once
   * all that was done before it is answered; several steps at once are one request, and each can be done again.
   * @returns {LessonEvent[]}
   */
  take() {
    /** @type {Question | null} */
    let texts = null;
    for (let [first] = this.waiting; first?.kind === "travel"; [first] = this.waiting) {
      this.waiting.shift();
      const [from, to] = first.way === "undo" ? [this.past, this.future] : [this.future, this.past];
      const next = from.pop();
      if (!next) continue;
      to.push(texts ?? this.question);
      texts = next;
    }
    if (texts) return [{ kind: "put", texts, travel: true }];
    const travel = this.waiting.findIndex((event) => event.kind === "travel");
    const most = travel < 0 ? MOST_EVENTS : Math.min(travel, MOST_EVENTS);
    return /** @type {LessonEvent[]} */ (this.waiting.splice(0, most));
  }

  flush() {
    if (this.closed || this.underWay) return;
    const events = this.take();
    if (!events.length && !this.asks) {
      if (this.state.busy) this.change({ busy: false });      // there was nothing to undo
      return;
    }
    this.clock.clear(this.retrying);
    this.underWay = events;
    this.asks = false;
    this.n += 1;
    const request = { question: this.question, events, n: this.n, ...(this.waits ? { wait: true } : {}) };
    const abort = new AbortController();
    this.abort = abort;
    this.change({ busy: true });
    this.timers = [
      this.clock.set(() => this.change({ dim: true }), DIM_AFTER),
      this.clock.set(() => this.change({ late: true }), LATE_AFTER),
    ];
    this.send(request, abort.signal).then(
      (answer) => this.answered(events, answer),
      (error) => this.failed(events, error, abort.signal.aborted),
    );
  }

  /**
   * @param {LessonEvent[]} events
   * @param {Answer} answer
   */
  answered(events, answer) {
    if (this.closed) return;
    this.underWay = null;
    this.abort = null;
    this.failures = 0;
    this.stopTimers();
    if (answer.loading) {          // the server loads a library meanwhile: the same again, which waits for it
      this.waiting = [...events, ...this.waiting];
      this.asks = this.waits = true;
      this.change({ dim: true, late: false, failed: "", loading: answer.loading });
      this.flush();
      return;
    }
    this.waits = false;
    this.remember(events, answer.question);
    this.question = answer.question;
    this.change({ busy: this.waiting.length > 0, dim: false, late: false, failed: "", loading: "" });
    try {
      this.onAnswer(answer, this);
    } catch (error) {
      this.onError(error);
    }
    this.flush();
  }

  /**
   * @param {LessonEvent[]} events
   * @param {unknown} error
   * @param {boolean} again whether it was given up in order to be asked again
   */
  failed(events, error, again) {
    if (this.closed) return;
    this.underWay = null;
    this.abort = null;
    this.stopTimers();
    if (error instanceof RefusedRequest) {     // what these events say cannot be done; what came after still can
      this.change({ busy: false, dim: false, late: false, failed: error.message, loading: "" });
      this.flush();
      return;
    }
    this.waiting = events.length ? [...events, ...this.waiting] : this.waiting;
    this.asks = true;
    if (again) { this.flush(); return; }
    const after = RETRY_AFTER[Math.min(this.failures, RETRY_AFTER.length - 1)];
    this.failures += 1;
    this.change({ busy: true, dim: true, late: false, failed: "The server does not answer." });
    this.retrying = this.clock.set(() => this.flush(), after);
  }

  /**
   * Keep the question that was left, so that it can be brought back.
   * @param {LessonEvent[]} events
   * @param {Question} next
   */
  remember(events, next) {
    const [first] = events;
    const travelled = first?.kind === "put" && first.travel === true;      // what it left was kept when it was sent
    const left = travelled ? first.texts : this.question;
    const since = travelled ? events.slice(1) : events;
    if (travelled) this.lastStep = { signature: "", at: -Infinity };
    if (!since.length || JSON.stringify(next) === JSON.stringify(left)) return;
    const sets = since.map(fieldsSet);
    const signature = sets.includes(null) ? "" : [...new Set(sets.flat())].sort().join("\n");
    const now = this.clock.now();
    const same = signature !== "" && signature === this.lastStep.signature && now - this.lastStep.at < SAME_STEP;
    if (!same) this.past = [...this.past, left].slice(-MOST_UNDO);
    this.future = [];
    this.lastStep = { signature, at: now };
  }

  /** @param {Partial<State>} news */
  change(news) {
    this.state = { ...this.state, ...news };
    this.onState(this.state);
  }

  stopTimers() {
    this.timers.forEach((timer) => this.clock.clear(timer));
    this.timers = [];
  }
}
