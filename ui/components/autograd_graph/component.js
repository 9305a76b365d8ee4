// The graph of a traced program, and its playback. Python sends texts and positions; everything else happens here.

const SVG = "http://www.w3.org/2000/svg";
const PAUSE_MS = 1100;
const SMALLEST_SCALE = 0.74;
const ICONS = {
  first: "M5 4h2v12H5zM16 4v12L8 10z",
  back: "M14 4v12L5 10z",
  play: "M6 4l10 6-10 6z",
  pause: "M5 4h3.5v12H5zM11.5 4H15v12h-3.5z",
  forward: "M6 4v12l9-6z",
  last: "M4 4l8 6-8 6zM13 4h2v12h-2z",
};
const instances = new WeakMap();

/** Make an element: `h("p", {class: "x"}, "text", child)`. Text is only ever set as text. */
function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

function table(grid) {
  const rows = grid.cells.map((row) => h("span", { class: "row" }, ...row.map((text) => h("span", { class: "cell" }, text))));
  const brackets = grid.ndim === 0 ? "numbers scalar" : "numbers";
  return h(
    "figure",
    { class: `tensor ${grid.tone}` },
    h("div", { class: brackets }, ...rows),
    h("figcaption", {}, grid.label, grid.ndim ? h("small", {}, grid.shape) : null),
  );
}

class Player {
  constructor(root) {
    this.root = root;
    this.step = 0;
    this.timer = null;
    this.pinned = null;
    this.nodes = new Map();
    this.edges = [];
    this.structure = "";
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.build();
  }

  build() {
    this.stage = h("div", { class: "stage" });
    this.wires = document.createElementNS(SVG, "svg");
    this.wires.setAttribute("class", "wires");
    this.wires.setAttribute("aria-hidden", "true");
    this.fit = h("div", { class: "fit" }, this.stage);
    this.scroller = h(
      "div",
      { class: "scroller", role: "group", tabindex: "0", "aria-label": "Graph. Left and right arrow keys step, up and down arrow keys go from node to node." },
      this.fit,
    );
    this.buttons = {};
    const button = (name, label, act) => {
      const element = h("button", { type: "button", class: "control", "aria-label": label, title: label, "data-control": name }, icon(name));
      element.addEventListener("click", act);
      this.buttons[name] = element;
      return element;
    };
    this.slider = h("input", { type: "range", min: "0", step: "1", "aria-label": "Step" });
    this.slider.addEventListener("input", () => this.goTo(Number(this.slider.value), true));
    this.count = h("span", { class: "count" });
    const bar = h(
      "div",
      { class: "bar" },
      button("first", "First step", () => this.goTo(0, true)),
      button("back", "Step back", () => this.goTo(this.step - 1, true)),
      button("play", "Play", () => this.toggle()),
      button("forward", "Step forward", () => this.goTo(this.step + 1, true)),
      button("last", "Last step", () => this.goTo(this.data.steps.length - 1, true)),
      this.slider,
      this.count,
    );
    this.buttons.play.classList.add("main");
    this.status = h("div", { class: "status", role: "status", "aria-live": "polite" });
    this.rows = h("div", { class: "rows" });
    this.panel = h("section", { class: "panel", "aria-label": "This step" }, this.status, this.rows);
    this.details = h("section", { class: "panel details", "aria-label": "Node" });
    this.text = h("ol", {});
    const asText = h("details", { class: "as-text" }, h("summary", {}, "All steps as text"), this.text);
    this.frame = h("div", { class: "player" }, bar, this.scroller, h("div", { class: "panels" }, this.panel, this.details), asText);
    this.frame.addEventListener("keydown", (event) => this.key(event));
    this.root.append(this.frame);
    this.observer = new ResizeObserver(() => this.scale());
    this.observer.observe(this.scroller);
  }

  receive(data) {
    const structure = data.nodes.map((node) => node.id).join() + data.edges.map((e) => `${e.source}>${e.target}`).join();
    const fresh = structure !== this.structure;
    const atEnd = !this.data || this.step >= this.data.steps.length - 1;
    const gone = this.data && this.data.steps.length !== data.steps.length;
    this.data = data;
    this.structure = structure;
    this.stage.style.width = this.fit.style.minWidth = `${data.width}px`;
    this.stage.style.height = `${data.height}px`;
    this.drawWires();
    this.drawNodes();
    if (fresh) {
      this.pinned = null;
      this.pause();
    }
    this.text.replaceChildren(...data.steps.map((step) => h("li", {}, `${step.phase}: ${step.title}. ${step.text}`)));
    this.slider.max = String(data.steps.length - 1);
    this.scale();
    this.goTo(fresh || atEnd || gone ? data.steps.length - 1 : this.step, false);
  }

  drawWires() {
    const { width, height, edges } = this.data;
    this.wires.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.wires.setAttribute("width", width);
    this.wires.setAttribute("height", height);
    this.edges = edges.map((edge) => {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("d", edge.path);
      path.setAttribute("class", edge.gradient ? "wire" : "wire dashed");
      return path;
    });
    this.wires.replaceChildren(...this.edges);
    if (this.wires.parentNode !== this.stage) this.stage.prepend(this.wires);
  }

  drawNodes() {
    const wanted = new Set(this.data.nodes.map((node) => node.id));
    for (const [id, parts] of this.nodes) {
      if (!wanted.has(id)) {
        parts.box.remove();
        this.nodes.delete(id);
      }
    }
    this.data.nodes.forEach((node, index) => {
      let parts = this.nodes.get(node.id);
      if (!parts) {
        parts = { title: h("b", {}), tick: h("i", { class: "tick" }), badges: h("span", { class: "badges" }), engine: h("span", { class: "engine" }), value: h("span", { class: "number" }), shape: h("small", {}), grad: h("span", { class: "grad" }) };
        parts.box = h("button", { type: "button", "data-node": node.id }, h("span", { class: "top" }, parts.title, parts.badges), parts.engine, h("span", { class: "value" }, parts.value, parts.shape), parts.grad);
        parts.box.addEventListener("click", () => this.select(node.id));
        this.nodes.set(node.id, parts);
      }
      // Back in order, so that the tab and reading order is that of computation.
      this.stage.append(parts.box);
      parts.index = index;
      parts.look = null;
      parts.title.textContent = node.title;
      parts.badges.replaceChildren(...node.badges.map((badge) => h("i", {}, badge)), parts.tick);
      parts.engine.textContent = node.kind === "inner" || node.kind === "op" || node.kind === "leaf" ? node.engine : "no grad_fn";
      parts.box.style.transform = `translate(${node.x}px, ${node.y}px)`;
      parts.box.style.width = `${this.data.nodeWidth}px`;
      parts.box.style.height = `${this.data.nodeHeight}px`;
      parts.box.title = node.expression;
    });
  }

  /** What the nodes show at the present step: the changes of all steps up to it, one over the other. */
  state() {
    const state = new Map(this.data.nodes.map((node) => [node.id, { version: node.version, stale: [] }]));
    // The version sent is the one before backward; an edit ticks it at its own step.
    for (const step of this.data.steps.slice(0, this.step + 1)) {
      for (const [id, change] of Object.entries(step.set)) Object.assign(state.get(id), change);
    }
    return state;
  }

  goTo(step, asked) {
    this.step = Math.max(0, Math.min(step, this.data.steps.length - 1));
    if (asked) this.pause();
    const current = this.data.steps[this.step];
    const state = this.state();
    for (const node of this.data.nodes) this.showNode(node, state.get(node.id), current);
    const towards = new Map(current.flows.map((flow) => [`${flow.target}|${flow.slot}`, flow]));
    this.data.edges.forEach((edge, index) => {
      const flows = current.kind === "backward" && edge.target === current.node && edge.gradient && towards.has(`${edge.source}|${edge.slot}`);
      const feeds = current.kind === "forward" && (edge.target === current.node || edge.target.startsWith(`${current.node}.`));
      this.edges[index].classList.toggle("back", Boolean(flows));
      this.edges[index].classList.toggle("ahead", Boolean(feeds));
    });
    this.slider.value = String(this.step);
    this.slider.setAttribute("aria-valuetext", `${current.phase}: ${current.title}`);
    this.count.textContent = `${this.step + 1} / ${this.data.steps.length}`;
    this.buttons.back.disabled = this.buttons.first.disabled = this.step === 0;
    this.buttons.forward.disabled = this.buttons.last.disabled = this.step === this.data.steps.length - 1;
    this.showStep(current);
    this.showDetails(state);
    this.bringIntoView(current.node);
    this.frame.dataset.step = String(this.step);
  }

  showNode(node, now, current) {
    const parts = this.nodes.get(node.id);
    const lit = current.node === node.id;
    const error = current.kind === "error" && (lit || node.guilty);
    const pinned = this.pinned === node.id;
    const reached = pinned || (!this.pinned && (lit || (!current.node && parts.index === 0)));
    // Most nodes look the same from one step to the next: leave those alone.
    const look = JSON.stringify([lit, error, pinned, reached, now]);
    if (parts.look === look) return;
    parts.look = look;
    parts.box.className = ["node", node.kind, node.output && "output", !now.value && "waiting", lit && "lit", error && "error", pinned && "pinned"]
      .filter(Boolean)
      .join(" ");
    parts.tick.textContent = now.version ? `v${now.version}` : "";
    parts.value.textContent = now.value ? `${now.now ?? node.value}` : "…";
    parts.shape.textContent = node.shape === "()" ? "" : node.shape;
    let grad = "";
    if (now.grad !== undefined) grad = `.grad ${now.grad ?? "None"}`;
    else if (now.upstream) grad = `g ${now.upstream}`;
    parts.grad.textContent = grad;
    const version = now.version ? `, version ${now.version}` : "";
    const saved = this.savedState(node, now).map((held) => `${held.name} ${held.state}`).join(", ");
    parts.box.setAttribute(
      "aria-label",
      `${node.title}, ${node.engine}, ${now.value ? `value ${now.now ?? node.value}` : "not computed yet"}${grad ? `, ${grad}` : ""}${version}${saved ? `, ${saved}` : ""}`,
    );
    parts.box.setAttribute("aria-current", lit ? "step" : "false");
    parts.box.tabIndex = reached ? 0 : -1;
  }

  savedState(node, now) {
    return node.saved.map((held) => {
      let state = now.saved ?? "none yet";
      if (state === "alive" && now.stale.includes(held.name)) state = "changed since";
      return { ...held, state };
    });
  }

  showStep(current) {
    this.panel.dataset.kind = current.kind;
    this.status.replaceChildren(h("span", { class: "phase" }, current.phase), h("h4", {}, current.title), h("p", {}, current.text));
    this.rows.replaceChildren(
      ...current.rows.map((row) => {
        if (row.quote) return h("blockquote", {}, row.quote);
        const cells = row.cells.map((cell) => (cell.type === "grid" ? table(cell) : h("span", { class: "sign" }, cell.text)));
        return h(
          "div",
          { class: "equation" },
          row.caption ? h("p", { class: "caption" }, row.caption) : null,
          row.formula ? h("p", { class: "formula" }, row.formula) : null,
          h("div", { class: "cells", tabindex: "0", role: "group", "aria-label": row.caption ?? "In numbers" }, ...cells),
        );
      }),
    );
  }

  showDetails(state) {
    const id = this.pinned ?? (this.data.steps[this.step].node || this.data.nodes[0]?.id);
    const node = this.data.nodes.find((candidate) => candidate.id === id);
    if (!node) {
      this.details.replaceChildren();
      return;
    }
    const now = state.get(id);
    const facts = [...node.facts];
    if (node.kind !== "inner") facts.push(["_version", String(now.version)]);
    const saved = this.savedState(node, now).map((held) =>
      h("li", { class: held.state.replaceAll(" ", "-") }, h("code", {}, held.name), ` ${held.state === "alive" ? held.text : held.state}`),
    );
    const header = h("div", { class: "head" }, h("h4", {}, node.title));
    if (this.pinned) {
      const unpin = h("button", { type: "button", class: "unpin" }, "Follow the steps");
      unpin.addEventListener("click", () => this.select(this.pinned));
      header.append(unpin);
    }
    this.details.replaceChildren(...[
      header,
      node.expression === node.title ? null : h("p", { class: "source" }, node.expression),
      now.value ? table(now.grid ?? node.grid) : h("p", { class: "soft" }, "Not computed yet."),
      h("dl", {}, ...facts.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
      node.saved.length ? h("div", { class: "saved" }, h("h5", {}, "Saved for backward"), h("ul", {}, ...saved)) : null,
      ...node.why.map((text) => h("p", { class: "why" }, text)),
    ].filter(Boolean));
  }

  select(id) {
    this.pinned = this.pinned === id ? null : id;
    this.goTo(this.step, false);
  }

  bringIntoView(id) {
    const node = this.data.nodes.find((candidate) => candidate.id === id);
    if (!node || this.data.width * this.factor <= this.room) return;
    const middle = (node.x + this.data.nodeWidth / 2) * this.factor - this.room / 2;
    const behavior = this.calm.matches || !this.timer ? "auto" : "smooth";
    // With the frame's own layout, instead of forcing one more in the middle of drawing a step.
    requestAnimationFrame(() => this.scroller.scrollTo({ left: middle, behavior }));
  }

  scale() {
    if (!this.data) return;
    this.room = this.scroller.clientWidth;
    this.factor = Math.max(SMALLEST_SCALE, Math.min(1, this.room / this.data.width));
    this.stage.style.transform = `scale(${this.factor})`;
    this.fit.style.minWidth = this.fit.style.width = `${this.data.width * this.factor}px`;
    this.fit.style.height = `${this.data.height * this.factor}px`;
  }

  key(event) {
    const inSlider = event.target === this.slider;
    const moves = { ArrowRight: this.step + 1, ArrowLeft: this.step - 1, Home: 0, End: this.data.steps.length - 1 };
    if (event.key in moves && !inSlider) {
      event.preventDefault();
      this.goTo(moves[event.key], true);
    } else if (event.key === " " && event.target === this.scroller) {
      event.preventDefault();
      this.toggle();
    } else if (["ArrowUp", "ArrowDown"].includes(event.key) && (event.target === this.scroller || event.target.dataset.node)) {
      event.preventDefault();
      const at = this.data.nodes.findIndex((node) => node.id === event.target.dataset.node);
      const next = this.data.nodes[Math.max(0, Math.min(this.data.nodes.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)))];
      this.nodes.get(next.id).box.focus();
    }
  }

  toggle() {
    if (this.timer) {
      this.pause();
      return;
    }
    if (this.step >= this.data.steps.length - 1) this.goTo(0, false);
    this.setPlaying(setInterval(() => {
      if (this.step >= this.data.steps.length - 1) this.pause();
      else this.goTo(this.step + 1, false);
    }, PAUSE_MS));
  }

  pause() {
    clearInterval(this.timer);
    this.setPlaying(null);
  }

  setPlaying(timer) {
    this.timer = timer;
    const label = timer ? "Pause" : "Play";
    this.buttons.play.replaceChildren(icon(timer ? "pause" : "play"));
    this.buttons.play.setAttribute("aria-label", label);
    this.buttons.play.title = label;
  }

  destroy() {
    this.pause();
    this.observer.disconnect();
    this.frame.remove();
  }
}

export default function ({ data, parentElement }) {
  let player = instances.get(parentElement);
  if (!player) {
    player = new Player(parentElement);
    instances.set(parentElement, player);
  }
  player.receive(data);
  return () => {
    player.destroy();
    instances.delete(parentElement);
  };
}
