// Linked grids: arrays as cells that light up together. It knows cells and links, not NumPy; the shape of `data` is
// documented where it is made, in primer_core/arrays/grids.py.
//
// A cell is one number here: the grid's first number plus the cell's place among the drawn ones. All that a highlight
// needs is precomputed on that number, so pointing at a cell costs one walk along its links and a few class changes.

const boards = new WeakMap();

export default function mount({ parentElement, data, setTriggerValue }) {
  let board = boards.get(parentElement);
  if (!board) boards.set(parentElement, (board = new Board(parentElement)));
  board.tell = setTriggerValue;
  board.show(data);
}

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

const tuple = (shape) => (shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`);

/** One array: its cells in the page, and where each of them lies in the array. */
class GridView {
  constructor(data, number) {
    this.figure = make("figure", "array");
    this.tags = this.figure.appendChild(make("div", "tags"));
    this.scroll = this.figure.appendChild(make("div", "scroll"));
    this.caption = this.figure.appendChild(make("figcaption"));
    this.alternative = this.figure.appendChild(make("p", "unseen"));
    this.alternative.id = `alternative-${number}`;
    this.built = null;
    this.update(data);
  }

  update(data) {
    const plan = JSON.stringify([data.shape, data.shown, data.axes, data.role, data.editable, data.selectable, !!data.labels]);
    this.data = data;
    if (plan !== this.built) this.build();
    this.built = plan;
    this.fill();
  }

  /** Lay out rows, panels and rows of panels; only done when the shape changes. */
  build() {
    const { shape, shown, axes } = this.data;
    const rank = shape.length;
    this.flat = [];
    this.cells = [];
    this.place = new Map();
    this.spot = [];
    this.at = new Map();
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
    const [columns, rows, panels, bands] = [1, 2, 3, 4].map((back) => (rank >= back ? shown[rank - back] : [0]));
    const nothing = shape.includes(0);

    const table = make("div", `table rank-${rank} role-${this.data.role}`);
    table.setAttribute("role", "grid");
    table.setAttribute("aria-describedby", this.alternative.id);
    table.classList.toggle("labelled", !!this.data.labels);
    table.classList.toggle("touchable", this.data.selectable || this.data.editable);
    if (nothing) table.append(make("div", "empty", "no cells"));
    this.cells = [];
    const label = (back) => (rank >= back && axes[rank - back].name ? axes[rank - back] : null);

    bands.forEach((band, bandPlace) => {
      if (nothing) return;
      if (bandPlace && bands[bandPlace - 1] !== band - 1) table.append(make("div", "gap across", "⋮"));
      const line = make("div", "band");
      panels.forEach((panel, panelPlace) => {
        if (panelPlace && panels[panelPlace - 1] !== panel - 1) line.append(make("div", "gap", "⋯"));
        const sheet = make("div", "sheet");
        if (rank > 2) sheet.append(make("div", "which", rank === 3 ? `[${panel}]` : `[${band}, ${panel}]`));
        if (label(1)) sheet.append(axisLabel("top", label(1)));
        if (label(2)) sheet.append(axisLabel("side", label(2)));
        const matrix = sheet.appendChild(make("div", "matrix"));
        matrix.setAttribute("role", "rowgroup");
        rows.forEach((row, rowPlace) => {
          if (rowPlace && rows[rowPlace - 1] !== row - 1) matrix.append(make("div", "gap across", "⋮"));
          const strip = matrix.appendChild(make("div", "row"));
          strip.setAttribute("role", "row");
          columns.forEach((column, columnPlace) => {
            if (columnPlace && columns[columnPlace - 1] !== column - 1) strip.append(make("div", "gap", "⋯"));
            const index = [band, panel, row, column].slice(4 - rank);
            const flat = index.reduce((sum, i, axis) => sum + i * strides[axis], 0);
            const cell = strip.appendChild(make("div", "cell"));
            cell.setAttribute("role", "gridcell");
            cell.tabIndex = this.cells.length ? -1 : 0;
            this.place.set(flat, this.cells.length);
            this.flat.push(flat);
            // Rows and columns as they lie on the page, panels side by side: what the arrow keys walk on.
            const spot = [bandPlace * rows.length + rowPlace, panelPlace * columns.length + columnPlace];
            this.spot.push(spot);
            this.at.set(spot.join(), this.cells.length);
            this.cells.push(cell);
          });
        });
        line.append(sheet);
      });
      table.append(line);
    });
    this.step = { row: rows.length, column: columns.length };
    this.strides = strides;
    this.table = table;
    const frame = make("div", "frame");
    if (label(4)) frame.append(axisLabel("outer", label(4), " · down"));
    if (label(3)) frame.append(axisLabel("outer", label(3), " · panels"));
    frame.append(table);
    this.scroll.replaceChildren(frame);
  }

  /** Bring texts and marks up to date in the cells that stand. */
  fill() {
    const { data } = this;
    const ghost = new Set(data.ghost);
    const marked = new Set(data.marked);
    const faded = new Set(data.faded);
    let longest = 1;
    this.cells.forEach((cell, place) => {
      const text = data.cells[place];
      longest = Math.max(longest, text.length);
      if (cell.firstChild?.nodeType === Node.TEXT_NODE) {
        if (cell.firstChild.data !== text) cell.firstChild.data = text;
      } else if (!cell.querySelector("input")) cell.textContent = text;
      cell.classList.toggle("ghost", ghost.has(place));
      cell.classList.toggle("marked", marked.has(place));
      cell.classList.toggle("faded", faded.has(place));
      cell.classList.toggle("long", text.length > 6);
      if (data.selectable) cell.setAttribute("aria-selected", String(marked.has(place)));
      cell.setAttribute("aria-label", `${this.address(this.flat[place])}: ${text}${ghost.has(place) ? ", not allocated" : ""}`);
      if (data.labels) cell.dataset.label = data.labels[place];
    });
    // Four figures fit a square cell; wider numbers widen all cells of their array alike.
    this.table.style.setProperty("--wider", `${Math.max(0, Math.min(longest, 9) - 4) * 8.2}px`);
    this.caption.replaceChildren(make("code", "", data.name), ` ${data.caption} `, make("span", "badge", `${data.ndim}-D`));
    data.badges.forEach(({ text, tone }) => this.caption.append(" ", make("span", `badge ${tone}`, text)));
    this.tags.replaceChildren(...data.tags.map((tag) => make("span", "tag", tag)));
    this.table.setAttribute("aria-label", `${data.name} ${data.caption}, ${data.ndim} dimensions`);
    this.alternative.textContent = this.describe();
  }

  describe() {
    const { name, shape, cells, shown, ghost } = this.data;
    const width = shape.length ? shown[shape.length - 1].length : 1;
    const lines = [];
    for (let start = 0; start < cells.length && start < 200; start += Math.max(width, 1)) {
      lines.push(cells.slice(start, start + width).join(", "));
    }
    const whole = cells.length === shape.reduce((a, b) => a * b, 1) && cells.length <= 200;
    const dashed = ghost.length ? ` ${ghost.length} of its cells are not allocated.` : "";
    return `${name} has shape ${tuple(shape)}.${dashed} ${whole ? "Its rows" : "Some of its rows"}: ${lines.join("; ")}.`;
  }

  index(flat) {
    return this.strides.map((stride, axis) => Math.floor(flat / stride) % this.data.shape[axis]);
  }

  address(flat) {
    return this.data.shape.length ? `${this.data.name}[${this.index(flat).join(", ")}]` : this.data.name;
  }

  value(flat) {
    return this.data.full[flat] ?? this.data.cells[this.place.get(flat)] ?? "…";
  }
}

function axisLabel(where, axis, more = "") {
  const label = make("span", `axis ${where}`, `${axis.name} · ${axis.size}${more}`);
  label.classList.toggle("marked", axis.marked);
  return label;
}

/** All arrays of one picture, their links, and the formula under them. */
class Board {
  constructor(parent) {
    this.parent = parent;
    this.root = make("div", "board");
    this.stage = this.root.appendChild(make("div", "stage"));
    this.formula = this.root.appendChild(make("p", "formula"));
    this.formula.setAttribute("aria-hidden", "true");
    // Read out where the focus goes, not where a mouse happens to pass.
    this.spoken = this.root.appendChild(make("p", "unseen"));
    this.spoken.setAttribute("aria-live", "polite");
    this.views = new Map();
    this.lit = [];
    this.active = -1;
    this.layout = null;
    this.listen();
    parent.append(this.root);
    this.show = showAhead(this.root, (given) => this.update(given));
  }

  update(data) {
    this.data = data;
    const held = this.focused();
    const shownAt = this.active >= 0 ? this.locate(this.active) : null;
    this.quench();
    this.formula.replaceChildren();
    this.exchanging = true; // a focused cell that goes reports so at once, while cells have no numbers yet
    const views = new Map();
    data.grids.forEach((grid, number) => {
      const view = this.views.get(grid.id);
      if (view) view.update(grid);
      views.set(grid.id, view ?? new GridView(grid, number));
    });
    this.views = views;
    const layout = JSON.stringify([data.rows, data.grids.map((grid) => grid.id)]);
    if (layout !== this.layout) this.arrange();
    this.layout = layout;
    this.connect();
    this.exchanging = false;
    this.rest = data.focus ? this.cell(data.focus[0], data.focus[1]) : -1;
    const back = (spot) => (spot ? this.cell(spot.view.data.id, spot.view.flat[spot.place]) : -1);
    if (held && !this.root.contains(this.parent.activeElement)) {
      const again = back(held);
      if (again >= 0) this.elements[again].focus({ preventScroll: true });
    }
    const current = this.parent.activeElement ? this.numbers.get(this.parent.activeElement) : undefined;
    const under = this.hovering ? back(shownAt) : -1; // gone if the arrays under a resting pointer were exchanged
    this.light(current ?? (under >= 0 ? under : this.rest));
  }

  arrange() {
    this.stage.replaceChildren(
      ...this.data.rows.map(({ items, label, compact }) => {
        const section = make("section", compact ? "line compact" : "line");
        if (label) section.append(make("h4", "", label));
        const flow = section.appendChild(make("div", "flow"));
        let pair = null;
        items.forEach((item) => {
          // A sign stays with the array after it when the line breaks.
          if (item.op || !pair) pair = flow.appendChild(make("div", "pair"));
          pair.append(item.op ? make("span", "op", item.op) : this.views.get(item).figure);
          if (!item.op) pair = null;
        });
        return section;
      }),
    );
  }

  /** Number the cells and turn links into lists of neighbours. */
  connect() {
    this.elements = [];
    this.owners = [];
    this.numbers = new WeakMap();
    this.first = new Map();
    this.views.forEach((view, id) => {
      this.first.set(id, this.elements.length);
      view.cells.forEach((element) => {
        this.numbers.set(element, this.elements.length);
        this.owners.push(view);
        this.elements.push(element);
      });
    });
    const lists = () => Array.from({ length: this.elements.length }, () => []);
    [this.sources, this.targets, this.twins] = [lists(), lists(), lists()];
    this.linked = new Map();
    this.data.links.forEach(({ from, to, cells, same }) => {
      const source = this.views.get(from);
      const start = this.first.get(to);
      this.linked.set(`${from}>${to}`, cells);
      cells.forEach((entry, place) => {
        for (const flat of Array.isArray(entry) ? entry : [entry]) {
          const found = source.place.get(flat);
          if (found === undefined) continue;
          const [a, b] = [this.first.get(from) + found, start + place];
          (same ? this.twins : this.sources)[b].push(a);
          (same ? this.twins : this.targets)[a].push(b);
        }
      });
    });
    this.formulas = new Map(this.data.formulas.map((formula) => [formula.to, formula]));
    this.seen = new Int32Array(this.elements.length);
    this.round = 0;
  }

  cell(id, flat) {
    const place = this.views.get(id)?.place.get(flat);
    return place === undefined ? -1 : this.first.get(id) + place;
  }

  locate(number) {
    const view = this.owners[number];
    return view && { view, place: number - this.first.get(view.data.id) };
  }

  /** Every cell reached from one along links of one direction, itself left out. */
  reach(start, along) {
    const stamp = ++this.round;
    const found = [start];
    this.seen[start] = stamp;
    for (let i = 0; i < found.length; i += 1) {
      for (const neighbours of [along[found[i]], this.twins[found[i]]]) {
        for (const next of neighbours) {
          if (this.seen[next] !== stamp) {
            this.seen[next] = stamp;
            found.push(next);
          }
        }
      }
    }
    return found.slice(1);
  }

  quench() {
    for (const number of this.lit) this.elements[number].classList.remove("lit", "active");
    this.lit = [];
    this.active = -1;
  }

  light(number) {
    if (number === this.active) return;
    this.quench();
    this.active = number;
    if (number < 0) {
      this.formula.replaceChildren();
      return;
    }
    const below = this.reach(number, this.targets);
    this.lit = [number, ...this.reach(number, this.sources), ...below];
    for (const one of this.lit) this.elements[one].classList.add("lit");
    this.elements[number].classList.add("active");
    this.formula.replaceChildren(...this.spell(number, below));
  }

  /** The formula of the cell; of the one cell that it feeds; or what it feeds. */
  spell(number, below) {
    const { view, place } = this.locate(number);
    const told = (one) => this.formulas.has(this.owners[one].data.id);
    if (told(number)) return this.fillIn(number);
    const near = [...new Set(this.targets[number])].filter(told);
    const fed = near.length ? near : below.filter(told);
    if (fed.length === 1) return this.fillIn(fed[0]);
    const flat = view.flat[place];
    const itself = [this.chip(view, flat), " = ", make("b", "", view.value(flat))];
    if (!fed.length) return itself;
    const named = fed.slice(0, 4).flatMap((one, i) => {
      const target = this.locate(one);
      return [i ? ", " : "", this.chip(target.view, target.view.flat[target.place])];
    });
    return [...itself, " feeds ", ...named, fed.length > 4 ? ` and ${fed.length - 4} more` : ""];
  }

  fillIn(number) {
    const { view, place } = this.locate(number);
    const formula = this.formulas.get(view.data.id);
    const sources = (id) => {
      const entry = this.linked.get(`${id}>${view.data.id}`)?.[place];
      return entry === undefined ? [] : Array.isArray(entry) ? entry : [entry];
    };
    const write = (pieces, turn) => pieces.flatMap((piece) => put(piece, turn));
    const put = (piece, turn) => {
      if (typeof piece === "string") return [piece];
      if (piece.texts) return [piece.texts[place]];
      if (piece.strong) {
        const bold = make("b");
        bold.append(...write(piece.strong, turn));
        return [bold];
      }
      if (piece.each) {
        const turns = Math.max(0, ...named(piece.each).map((id) => sources(id).length));
        const tail = turns > formula.terms ? 1 : 0;
        const head = tail ? formula.terms - 1 : turns;
        const shown = [...Array(head).keys(), ...(tail ? [-1, turns - 1] : [])];
        return shown.flatMap((k, i) => [i ? piece.separator : "", ...(k < 0 ? ["…"] : write(piece.each, k))]);
      }
      const id = piece.ref ?? piece.val;
      const owner = this.views.get(id);
      const flat = id === view.data.id ? view.flat[place] : sources(id)[turn];
      if (flat === undefined) return [""];
      return [piece.ref ? this.chip(owner, flat) : owner.value(flat)];
    };
    const named = (pieces) => pieces.flatMap((p) => (p.strong ? named(p.strong) : (p.ref ?? p.val ?? []))).filter((id) => id !== view.data.id);
    return write(formula.pieces, 0);
  }

  chip(view, flat) {
    return make("i", `role-${view.data.role}`, view.address(flat));
  }

  /** Tell the page what was done to a cell; where it is answered ahead (see ahead.js), after that. */
  async send(name, event) {
    const { address, query } = this.data.ahead ?? {};
    if (!address) return this.tell(name, event);
    const state = await askAhead({ address, query: { ...query, event: JSON.stringify(event) } });
    tellPage(() => { this.tell(name, event); return state; });
  }

  focused() {
    const number = this.numbers?.get(this.parent.activeElement);
    return number === undefined ? null : this.locate(number);
  }

  listen() {
    const hit = (event) => this.numbers.get(event.target.closest?.(".cell"));
    const { stage } = this;
    stage.addEventListener("pointerover", (event) => {
      const number = hit(event);
      if (event.pointerType === "touch" || number === undefined) return;
      this.hovering = true;
      this.light(number);
    });
    stage.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "touch") return;
      this.hovering = false;
      this.light(this.numbers.get(this.parent.activeElement) ?? this.rest);
    });
    stage.addEventListener("focusin", (event) => {
      const number = hit(event);
      if (number === undefined) return;
      const { view } = this.locate(number);
      view.cells.forEach((cell) => cell.tabIndex === 0 && (cell.tabIndex = -1));
      this.elements[number].tabIndex = 0;
      this.light(number);
      this.spoken.textContent = this.formula.textContent;
    });
    stage.addEventListener("focusout", (event) => {
      if (!stage.contains(event.relatedTarget) && !this.hovering && !this.exchanging) this.light(this.rest);
    });
    stage.addEventListener("pointerdown", (event) => {
      this.heldBefore = hit(event) !== undefined && hit(event) === this.numbers.get(this.parent.activeElement);
    });
    stage.addEventListener("click", (event) => {
      const number = hit(event);
      if (number === undefined || event.target.matches("input")) return;
      const { view } = this.locate(number);
      this.elements[number].focus({ preventScroll: true });
      if (view.data.selectable) this.select(number);
      else if (view.data.editable && this.heldBefore) this.edit(number);
      else if (this.heldBefore && event.pointerType === "touch") this.elements[number].blur();
    });
    stage.addEventListener("keydown", (event) => {
      const number = hit(event);
      if (number !== undefined && !event.target.matches("input")) this.key(event, number);
    });
  }

  key(event, number) {
    if (event.altKey || event.metaKey) return;
    const { view, place } = this.locate(number);
    const [row, column] = view.spot[place];
    const last = view.spot.at(-1);
    const moves = {
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      Home: event.ctrlKey ? [0, 0] : [row, 0],
      End: event.ctrlKey ? last : [row, last[1]],
      PageUp: view.data.shape.length > 2 ? [row, column - view.step.column] : [0, column],
      PageDown: view.data.shape.length > 2 ? [row, column + view.step.column] : [last[0], column],
    };
    const { editable, selectable } = view.data;
    if (event.key in moves) {
      const next = view.at.get(moves[event.key].join());
      if (next !== undefined) view.cells[next].focus();
    } else if (event.key === "Escape") this.elements[number].blur();
    else if (selectable && (event.key === " " || event.key === "Enter")) this.select(number);
    else if (editable && (event.key === "Enter" || event.key === "F2")) this.edit(number);
    else if (editable && /^[-\d.]$/.test(event.key) && !event.ctrlKey) this.edit(number, event.key);
    else return;
    event.preventDefault();
  }

  select(number) {
    const { view, place } = this.locate(number);
    this.send("select", { grid: view.data.id, index: view.index(view.flat[place]) });
  }

  /** Put a field into the cell; Enter or leaving it sends the number, Escape does not. */
  edit(number, typed) {
    const { view, place } = this.locate(number);
    const cell = this.elements[number];
    const before = view.data.cells[place];
    const field = make("input");
    field.value = typed ?? view.value(view.flat[place]);
    field.inputMode = "decimal";
    field.setAttribute("aria-label", `New value of ${view.address(view.flat[place])}`);
    let open = true;
    const close = (keep) => {
      if (!open || !field.isConnected) return; // taking the field out of the cell blurs it
      open = false;
      const value = Number(field.value.trim().replaceAll("−", "-"));
      const refocus = this.parent.activeElement === field;
      const sends = keep && field.value.trim() !== "" && Number.isFinite(value) && field.value !== before;
      // The typed number stands until the answer arrives; what is no number leaves the cell as it was.
      cell.replaceChildren(sends ? field.value : view.data.cells[place]);
      if (refocus) cell.focus({ preventScroll: true });
      if (sends) this.send("edit", { grid: view.data.id, index: view.index(view.flat[place]), value });
    };
    field.addEventListener("blur", () => close(true));
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === "Escape") {
        event.preventDefault();
        close(event.key === "Enter");
      }
      event.stopPropagation();
    });
    cell.replaceChildren(field);
    field.focus({ preventScroll: true });
    if (typed === undefined) field.select();
  }
}
