// @ts-check
/**
 * A list of steps: typed on cards, dragged into order by a handle, moved by keys or buttons, removed, put back, added.
 *
 * The cards stand at once as the learner left them. Each change is an act; what became of the steps comes with the
 * answer to the last of them, and until then the facts of before are set back.
 */

import { freshId, make, makeSvg, write, writeText } from "./dom.js";
import { follow, roomAt } from "./dragging.js";
import { saves } from "./saves.js";

/** @typedef {import("./types.js").Steps} Steps */
/** @typedef {import("./types.js").StepCard} StepCard */
/** @typedef {import("./types.js").PageContext} PageContext */

const ASK_AFTER = 250;     // ms after the last key in a step
/** @type {Record<string, string[]>} circles, as x and y, or a path */
const ICONS = {
  handle: ["5.5 3.5", "10.5 3.5", "5.5 8", "10.5 8", "5.5 12.5", "10.5 12.5"],
  up: ["M3.5 9.5 8 5l4.5 4.5"],
  down: ["M3.5 6.5 8 11l4.5-4.5"],
  remove: ["m4 4 8 8m0-8-8 8"],
};

/**
 * Where a card goes that is dragged by so much: it has passed another once its leading edge is over that one's middle.
 * @param {{top: number, bottom: number}[]} boxes where the cards stood when the drag began
 * @param {number} from place of the card
 * @param {number} by pixels, downwards
 * @returns {number} place
 */
export function placeDraggedTo(boxes, from, by) {
  const [top, bottom] = [boxes[from].top + by, boxes[from].bottom + by];
  let to = from;
  boxes.forEach((box, place) => {
    const middle = (box.top + box.bottom) / 2;
    if (place > from && bottom > middle) to = Math.max(to, place);
    if (place < from && top < middle) to = Math.min(to, place);
  });
  return to;
}

/**
 * @param {string} text of a step
 * @returns {[number, number]} its arguments, or all of it where it has none
 */
export function argumentsOf(text) {
  const open = text.indexOf("(");
  return open < 0 ? [0, text.length] : [open + 1, Math.max(open + 1, text.lastIndexOf(")"))];
}

/** @type {(first: Steps, page: PageContext) => import("./types.js").View<Steps>} */
export function stepsView(first, page) {
  const list = new StepList(first, page);
  return { element: list.element, update: (steps) => list.update(steps) };
}

/** One card, which keeps its elements and what is typed in it while it moves. */
class CardView {
  constructor() {
    this.messageId = freshId();
    this.handle = tool("handle");
    this.number = make("span", { className: "number" });
    this.field = make("input", { type: "text", spellcheck: false, autocomplete: "off", autocapitalize: "off", maxLength: 4000 });
    this.field.dataset.part = "text";
    this.facts = make("div", { className: "facts" });
    this.up = tool("up");
    this.down = tool("down");
    this.remove = tool("remove");
    const tools = make("div", { className: "step-tools" }, this.up, this.down, this.remove);
    const top = make("div", { className: "top" }, this.handle, this.number, this.field, this.facts, tools);
    this.messages = make("div", { className: "messages", id: this.messageId });
    this.remedies = make("div", { className: "remedies", role: "group", "aria-label": "What would work" });
    this.element = make("li", { className: "step" }, top, this.messages, this.remedies);
    this.text = "";            // as it was answered, or sent
    this.composing = false;
    /** @type {any} */
    this.timer = null;
  }

  /**
   * @param {StepCard} card
   */
  fill(card) {
    this.text = card.text;
    const failed = card.outcome === "failed";
    this.element.className = `step ${card.outcome}`;
    if (document.activeElement !== this.field && this.timer === null) this.field.value = card.text;
    this.facts.replaceChildren(...(card.facts ?? []).map((fact) => make("span", { className: "fact" }, fact)));
    if (card.word) this.facts.append(make("span", { className: `verdict ${card.tone ?? "plain"}` }, card.word));
    this.messages.replaceChildren(...(card.messages ?? []).map((message) => {
      const paragraph = make("p");
      writeText(paragraph, message);
      return paragraph;
    }));
    this.messages.hidden = !card.messages?.length;
    if (card.messages?.length) this.field.setAttribute("aria-describedby", this.messageId);
    else this.field.removeAttribute("aria-describedby");
    if (failed) this.field.setAttribute("aria-invalid", "true");
    else this.field.removeAttribute("aria-invalid");
    this.remedies.hidden = !card.remedies?.length;
    this.remedies.replaceChildren(...(card.remedies?.length ? [make("span", { className: "remedies-title" }, "What would work")] : []),
      ...(card.remedies ?? []).map((remedy) => {
        const button = make("button", { type: "button" });
        button.dataset.part = "remedy";
        button.dataset.text = remedy.text;
        writeText(button, remedy.label);
        return button;
      }));
  }

  /**
   * Say of the tools which step they belong to.
   * @param {number} place
   * @param {number} count
   */
  stand(place, count) {
    const name = `step ${place + 1}, ${this.text}`;
    write(this.number, String(place + 1));
    this.field.setAttribute("aria-label", `Step ${place + 1}`);
    label(this.handle, `Drag ${name}; or Alt and the arrow keys`);
    label(this.up, `Move ${name} up`);
    label(this.down, `Move ${name} down`);
    label(this.remove, `Remove ${name}`);
    this.up.disabled = place === 0;
    this.down.disabled = place === count - 1;
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = null;
  }
}

class StepList {
  /**
   * @param {Steps} first
   * @param {PageContext} page
   */
  constructor(first, page) {
    this.page = page;
    this.steps = first;
    /** @type {CardView[]} */
    this.cards = [];
    /** @type {{place: number, text: string}[]} steps that were removed and can be put back, the latest last */
    this.removed = [];
    this.expected = "";        // the texts after what was done here; others end putting back
    this.shown = "";
    this.drags = false;
    /** @type {Steps | null} an answer that came while a card was dragged */
    this.held = null;
    this.start = make("div", { className: "start" });
    this.list = make("ol", { "aria-label": "Steps" });
    this.addLabel = make("span", { className: "add-label" });
    this.offers = make("span", { className: "offers" });
    this.back = make("button", { type: "button", className: "offer back" });
    this.add = make("div", { className: "add" }, this.addLabel, this.offers, this.back);
    this.element = make("div", { className: "steps" }, this.start, this.list, this.add);
    this.element.append(saves(this.element, "list of steps", page));
    this.listen();
    this.update(first);
  }

  /** @param {Steps} news */
  update(news) {
    if (this.drags) { this.held = news; return; }
    if (this.page.isAhead(news.field)) return;      // an answer to what was done last is on its way
    this.list.classList.remove("pending");
    const now = JSON.stringify(news);
    if (now === this.shown) return;
    this.shown = now;
    this.steps = news;
    const texts = news.cards.map((card) => card.text);
    if (texts.join("\n") !== this.expected) this.removed = [];
    this.expected = texts.join("\n");
    while (this.cards.length > news.cards.length) this.drop(this.cards.length - 1);
    while (this.cards.length < news.cards.length) this.insert(this.cards.length, "");
    news.cards.forEach((card, place) => this.cards[place].fill(card));
    this.start.replaceChildren(make("b", {}, news.name), ...news.start.map((fact) => make("span", { className: "fact" }, fact)));
    this.start.hidden = !news.start.length;
    const names = news.offers.map((offer) => offer.name).join();
    if (names !== this.offers.dataset.names) {
      this.offers.replaceChildren(...news.offers.map((offer) =>
        make("button", { type: "button", className: "offer", title: offer.does }, offer.name)));
      this.offers.dataset.names = names;
    }
    this.stand();
  }

  /** Number the cards, and say what can be added and put back. */
  stand() {
    this.cards.forEach((card, place) => card.stand(place, this.cards.length));
    const full = this.cards.length >= this.steps.most;
    write(this.addLabel, full ? `There is room for ${this.steps.most} steps.` : this.cards.length ? "Add a step" : "Add a first step");
    for (const offer of this.offers.children) /** @type {HTMLButtonElement} */ (offer).disabled = full;
    const last = this.removed.at(-1);
    this.back.hidden = !last;
    this.back.disabled = full;
    if (last) this.back.replaceChildren("Put back ", make("code", {}, last.text));
  }

  /**
   * @param {number} place
   * @param {string} text
   * @returns {CardView}
   */
  insert(place, text) {
    const card = new CardView();
    card.fill({ kind: "stepcard", text, outcome: "done" });
    this.list.insertBefore(card.element, this.list.children[place] ?? null);
    this.cards.splice(place, 0, card);
    return card;
  }

  /** @param {number} place */
  drop(place) {
    const [card] = this.cards.splice(place, 1);
    card.stop();
    card.element.remove();
  }

  /**
   * Tell what was done; the cards stand so already.
   * @param {string} name
   * @param {Record<string, string | number>} details
   * @param {string} [say]
   * @param {string} [sets] what it sets, where a later act of the same replaces it
   */
  tell(name, details, say, sets) {
    this.shown = "";
    this.expected = this.cards.map((card) => card.text).join("\n");
    this.stand();
    this.list.classList.add("pending");
    if (say) this.page.announce(say);
    const texts = { [this.steps.field]: this.cards.map((card) => card.text).join("; ") };
    this.page.push({ kind: "act", name, details, field: this.steps.field, texts, ...(sets ? { sets } : {}) });
  }

  /**
   * @param {number} from
   * @param {number} to
   * @param {string} part
   */
  move(from, to, part) {
    if (to < 0 || to >= this.cards.length || from === to) return;
    const [card] = this.cards.splice(from, 1);
    this.cards.splice(to, 0, card);
    this.list.insertBefore(card.element, this.list.children[to < from ? to : to + 1] ?? null);
    this.tell("move", { from, to }, `${card.text} is step ${to + 1} of ${this.cards.length}`);
    this.focus(to, part);
  }

  /** @param {number} place */
  remove(place) {
    const { text } = this.cards[place];
    this.removed.push({ place, text });
    this.drop(place);
    this.tell("remove", { place }, `${text} removed`);
    this.focus(Math.min(place, this.cards.length - 1), "remove");
  }

  /**
   * @param {number} place
   * @param {string} text
   * @param {string} [say]
   * @returns {CardView}
   */
  put(place, text, say) {
    const card = this.insert(place, text);
    this.tell("add", { place, text }, say);
    return card;
  }

  /**
   * Take what stands in a card's field.
   * @param {CardView} card
   * @param {boolean} leaves whether the field is left, or Enter pressed: an empty one is removed then
   */
  take(card, leaves) {
    card.stop();
    const place = this.cards.indexOf(card);
    const text = card.field.value.trim();
    if (place < 0 || card.composing || text === card.text) return;
    if (!text) {
      if (leaves) this.remove(place);
      return;
    }
    card.text = text;
    this.tell("change", { place, text }, undefined, `step ${place}`);
  }

  /**
   * @param {number} place
   * @param {string} part
   */
  focus(place, part) {
    const card = this.cards[place];
    /** @type {HTMLButtonElement | HTMLInputElement | null | undefined} */
    const found = card?.element.querySelector(`[data-part="${part}"]`);
    const wanted = !found ? this.offers.querySelector("button") : found.disabled ? card.handle : found;
    wanted?.focus({ preventScroll: true });
  }

  listen() {
    /** @param {Event} event */
    const cardOf = (event) => this.cards.find((card) => card.element.contains(/** @type {Node} */ (event.target)));
    this.list.addEventListener("click", (event) => {
      const button = /** @type {Element} */ (event.target).closest("button");
      const card = cardOf(event);
      if (!button || !card) return;
      const place = this.cards.indexOf(card);
      switch (button.dataset.part) {
        case "up": return this.move(place, place - 1, "up");
        case "down": return this.move(place, place + 1, "down");
        case "remove": return event.detail < 2 ? this.remove(place) : undefined;  // a double click removes one step
        case "remedy": {
          const text = button.dataset.text ?? "";
          if (!text) return this.remove(place);
          card.field.value = card.text = text;
          this.tell("change", { place, text });
          return this.focus(place, "handle");
        }
        default: return undefined;
      }
    });
    this.list.addEventListener("input", (event) => {
      const card = cardOf(event);
      if (!card) return;
      card.stop();
      if (!card.composing) card.timer = setTimeout(() => this.take(card, false), ASK_AFTER);
    });
    this.list.addEventListener("compositionstart", (event) => {
      const card = cardOf(event);
      if (!card) return;
      card.composing = true;
      card.stop();
    });
    this.list.addEventListener("compositionend", (event) => {
      const card = cardOf(event);
      if (!card) return;
      card.composing = false;
      card.timer = setTimeout(() => this.take(card, false), ASK_AFTER);
    });
    this.list.addEventListener("focusout", (event) => {
      const card = cardOf(event);
      if (!card || event.target !== card.field) return;
      card.composing = false;
      this.take(card, true);
      if (this.cards.includes(card)) card.field.value = card.text;
    });
    this.list.addEventListener("keydown", (event) => this.key(event, cardOf(event)));
    this.list.addEventListener("pointerdown", (event) => {
      const handle = /** @type {Element} */ (event.target).closest(".handle");
      const card = cardOf(event);
      if (handle instanceof HTMLElement && card && event.button === 0 && !this.drags) this.lift(event, handle, card);
    });
    this.offers.addEventListener("click", (event) => {
      const button = /** @type {Element} */ (event.target).closest("button");
      const offer = button && this.steps.offers[[...this.offers.children].indexOf(button)];
      if (!offer) return;
      const { field } = this.put(this.cards.length, offer.text);
      field.focus({ preventScroll: true });
      field.setSelectionRange(...argumentsOf(offer.text));
    });
    this.back.addEventListener("click", () => {
      const last = this.removed.pop();
      if (!last) return;
      const place = Math.min(last.place, this.cards.length);
      const { removed } = this;
      this.put(place, last.text, `${last.text} is back`);
      this.removed = removed;
      this.focus(place, "text");
    });
  }

  /**
   * @param {KeyboardEvent} event
   * @param {CardView | undefined} card
   */
  key(event, card) {
    if (!card || event.isComposing) return;
    const place = this.cards.indexOf(card);
    const { part } = /** @type {HTMLElement} */ (event.target).dataset;
    const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    if (by && (event.altKey || part === "handle")) {
      event.preventDefault();
      if (part === "text") this.take(card, false);
      this.move(place, place + by, part ?? "handle");
    } else if (part === "text" && event.key === "Enter") this.take(card, true);
    else if (part === "text" && event.key === "Escape") {
      card.stop();
      card.field.value = card.text;
    } else if (part === "handle" && (event.key === "Delete" || event.key === "Backspace")) {
      event.preventDefault();
      this.remove(place);
    }
  }

  /**
   * Follow the pointer with one card, while the others make room, until it is let go.
   * @param {PointerEvent} event
   * @param {HTMLElement} handle
   * @param {CardView} card
   */
  lift(event, handle, card) {
    const from = this.cards.indexOf(card);
    const elements = this.cards.map((other) => other.element);
    const boxes = elements.map((element) => element.getBoundingClientRect());
    const room = boxes[from].height + (boxes.length > 1 ? boxes[1].top - boxes[0].bottom : 0);
    let to = from;
    this.drags = true;
    this.list.classList.add("dragging");
    card.element.classList.add("lifted");
    follow(event, handle, this.list, {
      move: (by) => {
        to = placeDraggedTo(boxes, from, by);
        const { shifts } = roomAt(boxes, from, to > from ? to + 1 : to, room);
        shifts[from] = by;
        elements.forEach((element, place) => { element.style.transform = shifts[place] ? `translateY(${shifts[place]}px)` : ""; });
      },
      end: (keeps) => {
        elements.forEach((element) => { element.style.transform = ""; });
        this.list.classList.remove("dragging");
        card.element.classList.remove("lifted");
        this.drags = false;
        const { held } = this;
        this.held = null;
        if (keeps && to !== from) this.move(from, to, "handle");
        else if (held) this.update(held);
      },
    });
  }
}

/**
 * @param {string} name
 * @returns {HTMLButtonElement}
 */
function tool(name) {
  const pieces = ICONS[name].map((drawn) => {
    if (name !== "handle") return makeSvg("path", { d: drawn });
    const [x, y] = drawn.split(" ");
    return makeSvg("circle", { cx: x, cy: y, r: 1.4 });
  });
  const icon = makeSvg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, ...pieces);
  const button = make("button", { type: "button", className: `tool ${name}` }, icon);
  button.dataset.part = name;
  return button;
}

/**
 * @param {HTMLButtonElement} button
 * @param {string} text
 */
function label(button, text) {
  if (button.title === text) return;
  button.setAttribute("aria-label", text);
  button.title = text;
}
