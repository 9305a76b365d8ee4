// @ts-check
/** A computational graph and its playback: nodes to select, steps to play, and what each step does to the numbers. */

import { make, makeSvg, write } from "./dom.js";
import { saves } from "./saves.js";

/** @typedef {import("./types.js").Graph} Graph */
/** @typedef {import("./types.js").GraphNode} GraphNode */
/** @typedef {import("./types.js").GraphStep} GraphStep */
/** @typedef {import("./types.js").GraphTensor} GraphTensor */
/** @typedef {import("./types.js").PageContext} PageContext */

/**
 * @typedef {object} NodeState what a node shows at a step
 * @property {boolean} [computed]
 * @property {string[]} [value]
 * @property {GraphTensor} [tensor]
 * @property {string} [saved]
 * @property {string[]} [stale]
 * @property {number} [version]
 * @property {string[]} [upstream]
 * @property {string[]} [grad]
 *
 * @typedef {object} NodeElements
 * @property {HTMLButtonElement} box
 * @property {HTMLElement} title
 * @property {HTMLElement} badges
 * @property {HTMLElement} tick
 * @property {HTMLElement} engine
 * @property {HTMLElement} shape
 * @property {HTMLElement} value
 * @property {HTMLElement} grad
 * @property {HTMLElement} more
 * @property {string} look
 */

const PAUSE = 1100;           // ms that a step stands while the graph is played
const SMALLEST_SCALE = 0.85;  // below, the numbers in the boxes cannot be read
const ROOMY = 16;             // most letters of a title in large type
/** @type {Record<string, string>} */
const ICONS = {
  first: "M5 4h2v12H5zM16 4v12L8 10z",
  back: "M14 4v12L5 10z",
  play: "M6 4l10 6-10 6z",
  pause: "M5 4h3.5v12H5zM11.5 4H15v12h-3.5z",
  forward: "M6 4v12l9-6z",
  last: "M4 4l8 6-8 6zM13 4h2v12h-2z",
};

/**
 * What every node shows at a step: the changes of all steps up to it, one over the other.
 * @param {Graph} graph
 * @param {number} step
 * @returns {Map<string, NodeState>}
 */
export function stateAt(graph, step) {
  /** @type {Map<string, NodeState>} */
  const state = new Map(graph.nodes.map(({ id, version }) => [id, { version }]));
  for (const { changes = [] } of graph.steps.slice(0, step + 1)) {
    for (const { kind: _, node, ...change } of changes) state.set(node, { ...state.get(node), ...change });
  }
  return state;
}

/**
 * A smooth curve through points, level at each of them, as the path of an SVG.
 * @param {[number, number][]} points
 * @returns {string}
 */
export function curve(points) {
  const [[left, top], ...others] = points;
  let [x0, y0] = [left, top];
  const parts = [`M${x0} ${y0}`];
  for (const [x1, y1] of others) {
    const middle = (x0 + x1) / 2;
    parts.push(`C${middle} ${y0} ${middle} ${y1} ${x1} ${y1}`);
    [x0, y0] = [x1, y1];
  }
  return parts.join(" ");
}

/**
 * The tensors that a node keeps for backward, each with what became of it by now.
 * @param {GraphNode} node
 * @param {NodeState} now
 */
export function savedState(node, now) {
  return (node.saved ?? []).map(([name, numbers]) => {
    let state = now.saved ?? "none yet";
    if (state === "alive" && now.stale?.includes(name)) state = "changed since";
    return { name, numbers, state };
  });
}

/** @param {string} name */
function icon(name) {
  return makeSvg("svg", { viewBox: "0 0 20 20", "aria-hidden": "true" }, makeSvg("path", { d: ICONS[name] }));
}

/** @param {GraphTensor} tensor */
function tensorTable({ label, shape, tone, rows }) {
  const lines = rows.map((row) => make("span", { className: "g-row" }, ...row.map((text) => make("span", { className: "g-cell" }, text))));
  return make(
    "figure",
    { className: `g-tensor ${tone}${rows.length === 1 ? " vector" : ""}` },
    make("div", { className: shape ? "g-numbers" : "g-numbers scalar" }, ...lines),
    make("figcaption", {}, label, ...(shape ? [make("small", {}, shape)] : [])),
  );
}

/** @type {(part: Graph, page: PageContext) => import("./types.js").View<Graph>} */
export function graphView(first, page) {
  const player = new Player(page);
  player.receive(first);
  return { element: player.element, update: (graph) => player.receive(graph) };
}

class Player {
  /** @param {PageContext} page */
  constructor(page) {
    this.page = page;
    /** @type {Graph} */
    this.graph = { kind: "graph", nodes: [], edges: [], steps: [], width: 0, height: 0, node_width: 0 };
    this.step = 0;
    /** @type {any} */
    this.timer = null;
    /** @type {string | null} the node whose details stay */
    this.pinned = null;
    /** @type {Map<string, NodeElements>} */
    this.nodes = new Map();
    /** @type {SVGPathElement[]} */
    this.wires = [];
    this.structure = "";
    this.shownSteps = "";
    this.factor = 1;
    this.room = 0;      // inner width and height of the frame
    this.high = 0;
    this.tallest = 0;      // pixels that a step of this graph took below it
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");

    this.stage = make("div", { className: "g-stage" });
    this.svg = makeSvg("svg", { class: "g-wires", "aria-hidden": "true" });
    this.stage.append(this.svg);
    this.fit = make("div", { className: "g-fit" }, this.stage);
    this.scroller = make("div", {
      className: "g-scroller", role: "group", tabIndex: 0,
      "aria-label": "Graph. Left and right arrow keys step, up and down arrow keys go from node to node.",
    }, this.fit);
    this.scroller.addEventListener("scroll", () => this.showEnds(), { passive: true });
    this.left = this.end("left", "‹", -1);
    this.right = this.end("right", "›", 1);
    const frame = make("div", { className: "g-frame" }, this.scroller, this.left, this.right);

    this.play = this.button("play", "Play", () => this.toggle());
    this.play.classList.add("main");
    this.toFirst = this.button("first", "First step", () => this.goTo(0, true));
    this.back = this.button("back", "Step back", () => this.goTo(this.step - 1, true));
    this.forward = this.button("forward", "Step forward", () => this.goTo(this.step + 1, true));
    this.toLast = this.button("last", "Last step", () => this.goTo(this.last, true));
    this.slider = make("input", { type: "range", min: "0", step: "1", "aria-label": "Step" });
    this.slider.addEventListener("input", () => this.goTo(Number(this.slider.value), true));
    this.count = make("span", { className: "g-count" });
    const bar = make("div", { className: "g-bar" }, this.toFirst, this.back, this.play, this.forward, this.toLast, this.slider, this.count);

    this.phase = make("span", { className: "g-phase" });
    this.title = make("h4");
    this.words = make("p");
    this.equations = make("div");
    this.panel = make("section", { className: "g-panel", "aria-label": "This step" }, this.phase, this.title, this.words, this.equations);
    this.details = make("section", { className: "g-panel g-details", "aria-label": "Node" });
    this.text = make("ol");
    const asText = make("details", { className: "g-as-text" }, make("summary", {}, "All steps as text"), this.text);
    this.panels = make("div", { className: "g-panels" }, this.panel, this.details);
    this.element = make("div", { className: "graph-player" }, bar, frame, this.panels);
    this.element.append(make("div", { className: "g-foot" }, asText, saves(this.element, "graph", page, () => ({ at: [this.step] }))));
    this.element.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.scale()).observe(this.scroller);
  }

  get last() { return this.graph.steps.length - 1; }

  /**
   * @param {string} name
   * @param {string} label
   * @param {() => void} act
   */
  button(name, label, act) {
    const element = make("button", { type: "button", className: "g-control", "aria-label": label, title: label }, icon(name));
    element.addEventListener("click", act);
    return element;
  }

  /**
   * A sign at an end of the frame that the graph goes on there, which goes on to it when pressed.
   * @param {"left" | "right"} side
   * @param {string} sign
   * @param {number} by
   */
  end(side, sign, by) {
    const label = `The graph goes on to the ${side}: scroll there`;
    const element = make("button", { type: "button", className: `g-end ${side}`, "aria-label": label, title: label, hidden: true }, make("span", { "aria-hidden": "true" }, sign));
    element.addEventListener("click", () => this.scrollTo({ left: this.scroller.scrollLeft + by * this.room * 0.8 }, true));
    return element;
  }

  /** @param {Graph} graph */
  receive(graph) {
    const structure = JSON.stringify([graph.nodes.map(({ id }) => id), graph.edges.map(({ source, target }) => [source, target])]);
    const fresh = structure !== this.structure;
    const atEnd = !this.graph.steps.length || this.step >= this.last;
    const others = this.graph.steps.length !== graph.steps.length;
    this.graph = graph;
    this.structure = structure;
    this.stage.style.width = `${graph.width}px`;
    this.stage.style.height = `${graph.height}px`;
    this.drawWires();
    this.drawNodes();
    if (fresh) {
      this.keepRoom(0);
      this.pinned = null;
      this.pause();
    }
    const steps = graph.steps.map(({ phase, title, text }) => `${phase}: ${title}. ${text}`);
    if (steps.join("\n") !== this.shownSteps) this.text.replaceChildren(...steps.map((step) => make("li", {}, step)));
    this.shownSteps = steps.join("\n");
    this.slider.max = String(this.last);
    this.scale();
    this.goTo(fresh || atEnd || others ? this.last : this.step, false);
  }

  drawWires() {
    const { width, height, edges } = this.graph;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("width", String(width));
    this.svg.setAttribute("height", String(height));
    while (this.wires.length > edges.length) this.wires.pop()?.remove();
    edges.forEach((edge, place) => {
      const wire = this.wires[place] ?? this.svg.appendChild(makeSvg("path"));
      this.wires[place] = wire;
      wire.setAttribute("d", curve(edge.route));
      wire.setAttribute("class", edge.carries_gradient ? "g-wire" : "g-wire dashed");
      Object.assign(wire.dataset, { source: edge.source, target: edge.target, slot: String(edge.slot) });
    });
  }

  drawNodes() {
    const wanted = new Set(this.graph.nodes.map(({ id }) => id));
    for (const [id, { box }] of this.nodes) {
      if (wanted.has(id)) continue;
      box.remove();
      this.nodes.delete(id);
    }
    let next = this.svg.nextElementSibling;
    for (const node of this.graph.nodes) {
      const known = this.nodes.get(node.id) ?? this.newNode(node.id);
      // In order, so that the tab and reading order is that of computation; what stands in its place may have the focus.
      if (known.box === next) next = next.nextElementSibling;
      else this.stage.insertBefore(known.box, next);
      known.look = "";
      write(known.title, node.title);
      known.badges.replaceChildren(...(node.badges ?? []).map((badge) => make("i", {}, badge)), known.tick);
      write(known.engine, node.engine);
      write(known.shape, node.shape ?? "");
      known.box.style.transform = `translate(${node.x}px, ${node.y}px)`;
      known.box.style.width = `${this.graph.node_width}px`;
      known.box.style.height = `${node.height}px`;
      known.box.title = node.expression;
      known.box.dataset.look = node.look;
      known.title.classList.toggle("long", node.title.length > ROOMY);
    }
  }

  /** @param {string} id */
  newNode(id) {
    const parts = {
      title: make("b"), badges: make("span", { className: "g-badges" }), tick: make("i", { className: "g-tick" }),
      engine: make("span", { className: "g-engine" }), shape: make("small"), value: make("span", { className: "g-value" }),
      grad: make("span", { className: "g-grad" }), more: make("span", { className: "unseen" }), look: "",
    };
    const box = make(
      "button", { type: "button" },
      make("span", { className: "g-top" }, parts.title, parts.badges), parts.engine, parts.shape, parts.value, parts.grad, parts.more,
    );
    box.dataset.node = id;
    box.addEventListener("click", () => this.select(id));
    const made = { ...parts, box };
    this.nodes.set(id, made);
    return made;
  }

  /**
   * @param {number} step
   * @param {boolean} asked whether the learner asked for this step
   */
  goTo(step, asked) {
    if (asked || this.timer) this.keepRoom(Math.max(this.tallest, this.panels.offsetHeight));
    this.step = Math.max(0, Math.min(step, this.last));
    if (asked) this.pause();
    const current = this.graph.steps[this.step];
    const state = stateAt(this.graph, this.step);
    for (const node of this.graph.nodes) this.showNode(node, state.get(node.id) ?? {}, current);
    const flows = new Set((current.flows ?? []).map(({ source, slot }) => `${source}|${slot}`));
    this.graph.edges.forEach(({ source, target, slot, carries_gradient: carries }, place) => {
      const back = current.event === "backward" && target === current.node && carries && flows.has(`${source}|${slot}`);
      const ahead = current.event === "forward" && (target === current.node || target.startsWith(`${current.node}.`));
      this.wires[place].classList.toggle("back", Boolean(back));
      this.wires[place].classList.toggle("ahead", ahead);
    });
    this.slider.value = String(this.step);
    this.slider.setAttribute("aria-valuetext", `${current.phase}: ${current.title}`);
    write(this.count, `${this.step + 1} / ${this.graph.steps.length}`);
    // Not disabled, which would take the focus away from the key that led to the end.
    for (const button of [this.back, this.toFirst]) button.setAttribute("aria-disabled", String(this.step === 0));
    for (const button of [this.forward, this.toLast]) button.setAttribute("aria-disabled", String(this.step === this.last));
    this.showStep(current);
    this.showDetails(state);
    this.bringIntoView(current.node ?? "");
    this.element.dataset.step = String(this.step);
    if (asked || this.timer) this.page.announce(`${current.phase}: ${current.title}. ${current.text}`);
  }

  /**
   * @param {GraphNode} node
   * @param {NodeState} now
   * @param {GraphStep} current
   */
  showNode(node, now, current) {
    const parts = /** @type {NodeElements} */ (this.nodes.get(node.id));
    const lit = current.node === node.id;
    const error = current.event === "error" && (lit || !!node.guilty);
    const pinned = this.pinned === node.id;
    const reached = pinned || (!this.pinned && (lit || (!current.node && node === this.graph.nodes[0])));
    // Most nodes look the same from one step to the next: those are left alone.
    const look = JSON.stringify([node.value, lit, error, pinned, reached, now]);
    if (parts.look === look) return;
    parts.look = look;
    parts.box.className = ["g-node", node.output && "output", !now.computed && "waiting", lit && "lit", error && "error", pinned && "pinned"]
      .filter(Boolean)
      .join(" ");
    write(parts.tick, now.version ? `v${now.version}` : "");
    write(parts.value, now.computed ? (now.value ?? node.value).join("\n") : "…");
    const grad = now.grad ?? now.upstream;
    parts.grad.replaceChildren(...(grad ? [make("i", {}, now.grad ? ".grad" : "g"), node.shape ? "\n" : " ", grad.join("\n")] : []));
    const saved = savedState(node, now).map((held) => `${held.name} ${held.state}`);
    write(parts.more, [now.computed ? "" : "not computed yet", ...saved].filter(Boolean).join(", "));
    parts.box.setAttribute("aria-current", lit ? "step" : "false");
    parts.box.tabIndex = reached ? 0 : -1;
  }

  /** @param {GraphStep} step */
  showStep(step) {
    this.panel.dataset.event = step.event;
    write(this.phase, step.phase);
    write(this.title, step.title);
    write(this.words, step.text);
    const equations = (step.equations ?? []).map(({ caption, formula, terms }) => {
      const cells = terms.map((term) => (term.kind === "tensor" ? tensorTable(term) : make("span", { className: "g-sign" }, term.text)));
      return make(
        "div", { className: "g-equation" },
        ...(caption ? [make("p", { className: "g-caption" }, caption)] : []),
        ...(formula ? [make("p", { className: "g-formula" }, formula)] : []),
        make("div", { className: "g-cells", tabIndex: 0, role: "group", "aria-label": caption ?? "In numbers" }, ...cells),
      );
    });
    const quote = step.quote ? [make("blockquote", {}, step.quote)] : [];
    this.equations.replaceChildren(...quote, ...equations);
  }

  /** @param {Map<string, NodeState>} state */
  showDetails(state) {
    const id = this.pinned ?? (this.graph.steps[this.step].node || this.graph.nodes[0]?.id);
    const node = this.graph.nodes.find((candidate) => candidate.id === id);
    if (!node) {
      this.details.replaceChildren();
      return;
    }
    const now = state.get(node.id) ?? {};
    const facts = [...(node.facts ?? [])];
    if (node.look !== "inner") facts.push(["_version", String(now.version ?? 0)]);
    const saved = savedState(node, now).map(({ name, numbers, state: became }) =>
      make("li", { className: became.replaceAll(" ", "-") }, make("code", {}, name), ` ${became === "alive" ? numbers : became}`));
    const head = make("div", { className: "g-head" }, make("h4", {}, node.title));
    if (this.pinned) {
      const unpin = make("button", { type: "button", className: "quiet" }, "Follow the steps");
      unpin.addEventListener("click", () => {
        this.select(node.id);
        this.nodes.get(node.id)?.box.focus({ preventScroll: true });
      });
      head.append(unpin);
    }
    this.details.replaceChildren(
      head,
      ...(node.expression === node.title ? [] : [make("p", { className: "g-source" }, node.expression)]),
      now.computed
        ? make("div", { className: "g-cells", tabIndex: 0, role: "group", "aria-label": `Value of ${node.title}` }, tensorTable(now.tensor ?? node.tensor))
        : make("p", { className: "g-source" }, "Not computed yet."),
      make("dl", {}, ...facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)])),
      ...(saved.length ? [make("h5", {}, "Saved for backward"), make("ul", {}, ...saved)] : []),
      ...(node.why ?? []).map((text) => make("p", { className: "g-why" }, text)),
    );
  }

  /** @param {string} id */
  select(id) {
    this.pinned = this.pinned === id ? null : id;
    this.goTo(this.step, false);
  }

  /** @param {string} id */
  bringIntoView(id) {
    const node = this.graph.nodes.find((candidate) => candidate.id === id);
    const { width, height, node_width: wide } = this.graph;
    if (!node || (width * this.factor <= this.room && height * this.factor <= this.high)) return;
    const left = (node.x + wide / 2) * this.factor - this.room / 2;
    const top = (node.y + node.height / 2) * this.factor - this.high / 2;
    // With the browser's own layout, instead of forcing one more in the middle of drawing a step.
    requestAnimationFrame(() => this.scrollTo({ left, top }, !!this.timer));
  }

  /**
   * @param {{left: number, top?: number}} place
   * @param {boolean} smoothly
   */
  scrollTo(place, smoothly) {
    this.scroller.scrollTo({ ...place, behavior: smoothly && !this.calm.matches ? "smooth" : "auto" });
  }

  showEnds() {
    const left = this.scroller.scrollLeft;
    this.left.hidden = left < 4;
    this.right.hidden = left + this.room > this.graph.width * this.factor - 4;
  }

  /**
   * Keep what stands below from jumping up again when a step takes less room than one before it.
   * @param {number} height in pixels, 0 to begin anew
   */
  keepRoom(height) {
    this.tallest = height;
    this.panels.style.minHeight = height ? `${height}px` : "";
  }

  scale() {
    if (this.scroller.clientWidth !== this.room) this.keepRoom(0);
    [this.room, this.high] = [this.scroller.clientWidth, this.scroller.clientHeight];
    if (!this.room || !this.graph.width) return;
    this.factor = Math.max(SMALLEST_SCALE, Math.min(1, this.room / this.graph.width));
    this.stage.style.transform = `scale(${this.factor})`;
    this.fit.style.width = `${this.graph.width * this.factor}px`;
    this.fit.style.height = `${this.graph.height * this.factor}px`;
    this.showEnds();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (target === this.slider || event.ctrlKey || event.metaKey || event.altKey) return;
    /** @type {Record<string, number>} */
    const moves = { ArrowRight: this.step + 1, ArrowLeft: this.step - 1, Home: 0, End: this.last };
    if (target.classList.contains("g-cells")) return;      // its arrows scroll it
    if (event.key in moves) {
      event.preventDefault();
      this.goTo(moves[event.key], true);
    } else if (event.key === " " && target === this.scroller) {
      event.preventDefault();
      this.toggle();
    } else if (["ArrowUp", "ArrowDown"].includes(event.key) && (target === this.scroller || target.dataset.node)) {
      event.preventDefault();
      const at = this.graph.nodes.findIndex(({ id }) => id === target.dataset.node);
      const to = Math.max(0, Math.min(this.graph.nodes.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)));
      this.nodes.get(this.graph.nodes[to].id)?.box.focus();
    }
  }

  toggle() {
    if (this.timer) {
      this.pause();
      return;
    }
    if (this.step >= this.last) this.goTo(0, false);
    this.setPlaying(setInterval(() => {
      if (this.step >= this.last || !this.element.isConnected) this.pause();
      else this.goTo(this.step + 1, false);
    }, PAUSE));
  }

  pause() {
    clearInterval(this.timer);
    this.setPlaying(null);
  }

  /** @param {any} timer */
  setPlaying(timer) {
    this.timer = timer;
    const label = timer ? "Pause" : "Play";
    if (this.play.title === label) return;
    this.play.replaceChildren(icon(timer ? "pause" : "play"));
    this.play.setAttribute("aria-label", label);
    this.play.title = label;
  }
}
