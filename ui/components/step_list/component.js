// A list of steps: typed on cards, dragged into order by a handle, moved by keys or buttons, removed, added.
//
// Every change is sent as the texts of all steps; what became of them comes back as new cards. Until then the cards
// stand as the learner left them, with the facts of before set back.

const lists = new WeakMap();

export default function mount({ parentElement, data, setTriggerValue }) {
  let list = lists.get(parentElement);
  if (!list) lists.set(parentElement, (list = new StepList(parentElement)));
  list.tell = (texts) => setTriggerValue("steps", texts);
  list.show(data);
}

const ICONS = {
  handle: '<circle cx="5.5" cy="3.5" r="1.4"/><circle cx="10.5" cy="3.5" r="1.4"/><circle cx="5.5" cy="8" r="1.4"/><circle cx="10.5" cy="8" r="1.4"/><circle cx="5.5" cy="12.5" r="1.4"/><circle cx="10.5" cy="12.5" r="1.4"/>',
  up: '<path d="M3.5 9.5 8 5l4.5 4.5"/>',
  down: '<path d="M3.5 6.5 8 11l4.5-4.5"/>',
  remove: '<path d="m4 4 8 8m0-8-8 8"/>',
};

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function tool(name, label) {
  const button = make("button", `tool ${name}`);
  button.type = "button";
  button.dataset.part = name;
  button.setAttribute("aria-label", label);
  button.title = label;
  button.innerHTML = `<svg viewBox="0 0 16 16" aria-hidden="true">${ICONS[name]}</svg>`;
  return button;
}

class StepList {
  constructor(parent) {
    this.parent = parent;
    this.root = make("div", "list");
    this.start = this.root.appendChild(make("div", "start"));
    this.cards = this.root.appendChild(make("ol"));
    this.cards.setAttribute("aria-label", "Steps");
    this.add = this.root.appendChild(make("div", "add"));
    this.spoken = this.root.appendChild(make("p", "unseen"));
    this.spoken.setAttribute("aria-live", "polite");
    this.steps = [];
    this.removed = []; // { place, text }, the latest last: they can be put back until other steps come
    this.asked = ""; // the steps that were sent last
    this.sent = null; // the data as it came last: a rerun that changes nothing leaves the cards alone
    this.listen();
    parent.append(this.root);
    this.waiting = null; // the steps that were asked about ahead (see ahead.js), until that is answered
    this.show = showAhead(this.root, (given) => {
      if (this.waiting === null || given.ahead?.query.steps === this.waiting) this.update(given);
    });
  }

  update(data) {
    const news = JSON.stringify(data);
    if (news === this.sent && !this.changed) return;
    this.sent = news;
    this.data = data;
    this.changed = false;
    this.drag?.cancel();
    this.cards.classList.remove("pending");
    this.steps = data.cards;
    if (this.steps.map((step) => step.text).join("\n") !== this.asked) this.removed = [];
    this.draw();
  }

  /** Lay the cards out anew; what is being typed, and where the focus is, stays. */
  draw() {
    const active = this.parent.activeElement;
    const at = active?.closest?.(".card") ? { place: [...this.cards.children].indexOf(active.closest(".card")), part: active.dataset.part } : null;
    const offered = active?.classList?.contains("offer") ? active.textContent : null;
    const draft = at?.part === "text" && active.value !== active.dataset.text ? { value: active.value, of: active.dataset.text } : null;
    const caret = at?.part === "text" ? [active.selectionStart, active.selectionEnd] : null;
    this.building = true;
    this.start.replaceChildren(make("b", "", "x"), ...this.data.start.map((text) => make("span", "chip", text)));
    this.cards.replaceChildren(...this.steps.map((step, place) => this.card(step, place)));
    const label = make("span", "", this.steps.length ? "Add a step" : "Add a first step");
    this.add.replaceChildren(label, ...this.data.offers.map((offer) => this.offer(offer)), ...this.undo());
    this.building = false;
    const wanted = this.wanted ?? at;
    this.wanted = null;
    if (wanted) this.focus(wanted, draft, caret);
    else if (offered) [...this.add.children].find((one) => one.textContent === offered)?.focus({ preventScroll: true });
  }

  focus({ place, part, select }, draft, caret) {
    const card = this.cards.children[Math.min(place, this.cards.children.length - 1)];
    const found = card?.querySelector(`[data-part="${part}"]`);
    if (!found) return this.add.querySelector("button")?.focus({ preventScroll: true });
    (found.disabled ? card.querySelector('[data-part="handle"]') : found).focus({ preventScroll: true });
    if (part !== "text") return;
    if (select) {
      const open = found.value.indexOf("(");
      found.setSelectionRange(open + 1, open < 0 ? found.value.length : found.value.lastIndexOf(")"));
    } else if (draft && found.dataset.text === draft.of) {
      found.value = draft.value;
      found.setSelectionRange(...caret);
    } else if (caret) found.setSelectionRange(...caret);
  }

  card(step, place) {
    const impossible = step.outcome === "error" || step.outcome === "refused";
    const card = make("li", `card ${step.outcome}${impossible ? " impossible" : ""}`);
    const top = card.appendChild(make("div", "top"));
    const name = `step ${place + 1}, ${step.text}`;
    const field = make("input");
    field.value = field.dataset.text = step.text;
    field.dataset.part = "text";
    field.spellcheck = false;
    field.autocapitalize = "off";
    field.autocomplete = "off";
    field.setAttribute("aria-label", `Step ${place + 1}`);
    const facts = make("div", "facts");
    step.chips.forEach((text) => facts.append(make("span", "chip", text)));
    const word = { view: "VIEW", copy: "COPY", empty: "NO BYTES" }[step.verdict];
    if (word) facts.append(make("span", `verdict ${step.verdict === "empty" ? "plain" : step.verdict}`, word));
    if (impossible) facts.append(make("span", "verdict failed", step.outcome === "error" ? "ERROR" : "NOT TAKEN"));
    if (step.outcome === "waiting") facts.append(make("span", "verdict plain", "waiting"));
    const tools = make("div", "tools");
    const [up, down] = [tool("up", `Move ${name} up`), tool("down", `Move ${name} down`)];
    up.disabled = place === 0;
    down.disabled = place === this.steps.length - 1;
    tools.append(up, down, tool("remove", `Remove ${name}`));
    top.append(tool("handle", `Drag ${name}; or Alt and the arrow keys`), make("span", "number", place + 1), field, facts, tools);
    if (step.message) {
      const message = card.appendChild(make("div", "message", step.message));
      message.id = `message-${place}`;
      field.setAttribute("aria-describedby", message.id);
    }
    if (impossible) field.setAttribute("aria-invalid", "true");
    if (step.ways.length) {
      const ways = card.appendChild(make("div", "ways"));
      ways.append(make("span", "", "What would work"));
      step.ways.forEach((way) => {
        const button = ways.appendChild(make("button", "way"));
        button.type = "button";
        button.dataset.part = "way";
        button.append(`${way.label}: `, make("code", "", way.change), make("small", "", ` → ${way.outcome}`));
        button.addEventListener("click", () => {
          this.wanted = { place, part: "text" };
          this.change([...this.steps.slice(0, place), ...way.steps.map(fresh), ...this.steps.slice(place + 1)]);
        });
      });
    }
    return card;
  }

  offer(offer) {
    const button = make("button", "offer", offer.name);
    button.type = "button";
    button.title = offer.does;
    button.disabled = this.steps.length >= this.data.most;
    button.addEventListener("click", () => {
      this.wanted = { place: this.steps.length, part: "text", select: true };
      this.change([...this.steps, fresh(offer.text)]);
    });
    return button;
  }

  /** A button that puts the step removed last back where it was. */
  undo() {
    const last = this.removed.at(-1);
    if (!last) return [];
    const button = make("button", "offer undo");
    button.type = "button";
    button.append("Put back ", make("code", "", last.text));
    button.disabled = this.steps.length >= this.data.most;
    button.addEventListener("click", () => {
      this.removed.pop();
      this.wanted = { place: last.place, part: "text" };
      this.change([...this.steps.slice(0, last.place), fresh(last.text), ...this.steps.slice(last.place)], `${last.text} is back`);
    });
    return [button];
  }

  /** Show the new order at once, and ask what becomes of it. */
  change(steps, say) {
    this.steps = steps;
    this.changed = true;
    this.draw();
    this.cards.classList.add("pending");
    if (say) this.spoken.textContent = say;
    const texts = steps.map((step) => step.text);
    this.asked = texts.join("\n");
    this.send(texts);
  }

  async send(texts) {
    const { address, query } = this.data.ahead ?? {};
    if (!address) return this.tell(texts);
    const steps = (this.waiting = texts.join(", "));
    const state = await askAhead({ address, query: { ...query, steps } });
    if (this.waiting !== steps) return;
    this.waiting = null;
    tellPage(() => { this.tell(texts); return state; });
  }

  move(from, to, part) {
    if (to < 0 || to >= this.steps.length || from === to) return;
    const steps = [...this.steps];
    steps.splice(to, 0, ...steps.splice(from, 1));
    this.wanted = { place: to, part };
    this.change(steps, `${steps[to].text} is step ${to + 1} of ${steps.length}`);
  }

  remove(place) {
    this.wanted = { place, part: "remove" };
    this.removed.push({ place, text: this.steps[place].text });
    this.change(this.steps.filter((_, other) => other !== place), `${this.steps[place].text} removed`);
  }

  type(place, field) {
    if (this.building || field.value.trim() === field.dataset.text) return;
    const text = field.value.trim();
    if (!text) return this.remove(place);
    field.dataset.text = text;
    this.change(this.steps.map((step, other) => (other === place ? { ...step, text } : step)));
  }

  place(event) {
    return [...this.cards.children].indexOf(event.target.closest?.(".card"));
  }

  listen() {
    this.cards.addEventListener("click", (event) => {
      const part = event.target.closest("button")?.dataset.part;
      const place = this.place(event);
      if (part === "up") this.move(place, place - 1, "up");
      if (part === "down") this.move(place, place + 1, "down");
      if (part === "remove" && event.detail < 2) this.remove(place); // a double click removes one, not the next too
    });
    this.cards.addEventListener("focusout", (event) => {
      if (event.target.dataset.part === "text") this.type(this.place(event), event.target);
    });
    this.cards.addEventListener("keydown", (event) => {
      const place = this.place(event);
      const { part } = event.target.dataset;
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (by && (event.altKey || part === "handle")) {
        event.preventDefault();
        if (part === "text") this.type(place, event.target);
        this.move(place, place + by, part);
      } else if (part === "text" && event.key === "Enter") this.type(place, event.target);
      else if (part === "text" && event.key === "Escape") event.target.value = event.target.dataset.text;
      else if (part === "handle" && (event.key === "Delete" || event.key === "Backspace")) this.remove(place);
    });
    this.cards.addEventListener("pointerdown", (event) => {
      const handle = event.target.closest(".handle");
      if (handle && event.button === 0 && !this.drag) this.lift(event, handle);
    });
  }

  /** Follow the pointer with one card, while the others make room, until it is let go. */
  lift(event, handle) {
    const from = this.place(event);
    const cards = [...this.cards.children];
    const boxes = cards.map((card) => card.getBoundingClientRect());
    const card = cards[from];
    const gap = cards.length > 1 ? boxes[1].top - boxes[0].bottom : 0;
    let to = from;
    const move = (now) => {
      if (now.pointerId !== event.pointerId) return;
      const by = now.clientY - event.clientY;
      card.style.transform = `translateY(${by}px)`;
      const [top, bottom] = [boxes[from].top + by, boxes[from].bottom + by];
      // It has passed another once its leading edge is over that one's middle.
      to = from;
      boxes.forEach((box, place) => {
        const middle = (box.top + box.bottom) / 2;
        if (place > from && bottom > middle) to = Math.max(to, place);
        if (place < from && top < middle) to = Math.min(to, place);
      });
      const room = boxes[from].height + gap;
      cards.forEach((other, place) => {
        if (place === from) return;
        const shift = place > from && place <= to ? -room : place < from && place >= to ? room : 0;
        other.style.transform = shift ? `translateY(${shift}px)` : "";
      });
    };
    const end = (keep) => {
      handle.removeEventListener("pointermove", move);
      handle.removeEventListener("pointerup", drop);
      handle.removeEventListener("pointercancel", cancel);
      document.removeEventListener("keydown", escape, true);
      cards.forEach((other) => (other.style.transform = ""));
      this.cards.classList.remove("dragging");
      card.classList.remove("lifted");
      this.drag = null;
      if (keep) this.move(from, to, "handle");
    };
    const drop = (now) => now.pointerId === event.pointerId && end(true);
    const cancel = () => end(false);
    const escape = (key) => key.key === "Escape" && end(false);
    handle.setPointerCapture(event.pointerId);
    handle.addEventListener("pointermove", move);
    handle.addEventListener("pointerup", drop);
    handle.addEventListener("pointercancel", cancel);
    document.addEventListener("keydown", escape, true);
    this.cards.classList.add("dragging");
    card.classList.add("lifted");
    this.drag = { cancel };
  }
}

function fresh(text) {
  return { text, outcome: "done", chips: [], verdict: null, message: null, ways: [] };
}
