// Shapes as a table, a column an axis. A size is a slider: dragging it is answered ahead of the page (see ahead.js), which
// is told as often as it can keep up.

const tables = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let table = tables.get(parentElement);
  if (!table) tables.set(parentElement, (table = open(parentElement)));
  table.send = (change) => setTriggerValue("sized", change);
  table.update(data);
}

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function open(parentElement) {
  const root = parentElement.appendChild(make("div", "shapes"));
  let data = null, built = "", held = null, wanted = null;
  const untold = new Map();

  const plan = (data) => JSON.stringify([
    data.columns.length, data.result?.name,
    data.rows.map(({ name, role, cells }) => [name, role, cells.map(({ axis, adds, drops }) => [axis, adds, drops])]),
  ]);

  const build = () => {
    const focus = root.getRootNode().activeElement?.dataset?.does;
    const line = (name, role, cells) => {
      const row = make("tr", role && `role-${role}`);
      const head = row.appendChild(make("th", "", name));
      head.scope = "row";
      row.append(...cells);
      return row;
    };
    const head = make("tr");
    head.append(make("td"), ...data.columns.map(() => Object.assign(make("th"), { scope: "col" })));
    const rows = data.rows.map(({ name, role, cells }) => line(name, role, cells.map((cell, place) => field(name, cell, place))));
    const result = data.result ? [line(data.result.name, "", data.result.cells.map(() => make("td")))] : [];
    const [top, body, grid] = [make("thead"), make("tbody"), make("table")];
    top.append(head);
    body.append(...rows, ...result);
    grid.append(top, body);
    grid.style.setProperty("--columns", data.columns.length);
    root.replaceChildren(data.columns.length ? grid : make("p", "note"));
    if (focus) root.querySelector(`[data-does="${focus}"]`)?.focus({ preventScroll: true });
  };

  const field = (name, { axis, adds, drops }, place) => {
    const cell = make("td");
    cell.append(make("span", "size"), make("small"));
    if (axis !== null) {
      const slider = make("input");
      Object.assign(slider, { type: "range", step: 1 });
      slider.dataset.does = `${name} ${place - data.columns.length}`;
      cell.append(slider);
    }
    if (adds || drops) {
      const button = make("button", drops ? "drop" : "add", drops ? "×" : "+ axis");
      button.type = "button";
      button.dataset.does = `${drops ? "drop" : "add"} ${name}`;
      button.setAttribute("aria-label", drops ? `Remove the first axis of ${name}` : `Give ${name} another axis`);
      button.title = button.ariaLabel;
      cell.append(button);
    }
    return cell;
  };

  const write = (cell, { text, note, tone }) => {
    const [size, small] = cell.children.length ? cell.children : [make("b", "size"), make("small")];
    if (!cell.children.length) cell.append(size, small);
    if (size.textContent !== text) size.textContent = text;
    if (small.textContent !== note) small.textContent = note;
    cell.className = tone;
  };

  const fill = () => {
    if (!data.columns.length) {
      root.firstChild.textContent = data.note;
      return;
    }
    const [head, ...lines] = root.querySelectorAll("tr");
    data.columns.forEach(({ text, note }, place) => {
      head.children[place + 1].replaceChildren(text, ...(note ? [" ", make("small", "", note)] : []));
    });
    data.rows.forEach(({ name, shape, cells }, row) => cells.forEach((given, place) => {
      const cell = lines[row].children[place + 1];
      write(cell, given);
      const slider = cell.querySelector("input");
      if (!slider) return;
      const size = shape[given.axis];
      slider.min = Math.min(1, size);
      slider.max = Math.max(data.most, size);
      slider.setAttribute("aria-label", `Size of axis ${given.axis} of ${name}`);
      slider.value = size;
    }));
    data.result?.cells.forEach((given, place) => write(lines.at(-1).children[place + 1], given));
  };

  const draw = (given) => {
    data = structuredClone(given);
    // What was asked last and is not answered yet stays as it was put.
    const row = wanted && data.rows.find(({ key, shape }) => key === wanted.key && shape.length === wanted.shape.length);
    if (row) row.shape = wanted.shape;
    const now = plan(data);
    if (now !== built) build();
    built = now;
    fill();
  };

  /** Tell the page of a change; while the page cannot be told, a later one of the same operand takes its place. */
  const tell = (change) => {
    const { key } = change;
    if (!untold.has(key)) {
      tellPage(() => {
        const { state, ...latest } = untold.get(key);
        untold.delete(key);
        table.send(latest);
        return state;
      });
    }
    untold.set(key, change);
  };

  /** The operand that an element belongs to, and its cell. */
  const spot = (element) => {
    const cell = element.closest("td");
    const operand = data.rows[cell.parentElement.rowIndex - 1];
    return { operand, given: operand.cells[cell.cellIndex - 1] };
  };

  const change = async (operand, from, shape) => {
    const { address, query } = data.ahead;
    const { key } = operand;
    const asked = (wanted = { key, shape });
    operand.shape = shape;
    const state = await askAhead({ address, query: { ...query, [key]: from, resize: key, shape: shape.join() } });
    if (asked !== wanted) return;
    wanted = null;
    tell({ key, from, shape, state });
  };

  root.addEventListener("input", ({ target }) => {
    const { operand, given } = spot(target);
    // As long as one slider is used, it starts from the text that stood before: what it cut off is there again when it
    // goes back, however often the page has changed the text on the way.
    if (held?.slider !== target) held = { slider: target, from: operand.from };
    const size = Number(target.value);
    change(operand, held.from, operand.shape.map((other, axis) => (axis === given.axis ? size : other)));
  });
  root.addEventListener("change", ({ target }) => {
    if (root.getRootNode().activeElement !== target) held = null;
  });
  root.addEventListener("focusout", () => { held = null; });
  root.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    const { operand } = spot(button);
    const shape = button.className === "drop" ? operand.shape.slice(1) : [1, ...operand.shape];
    change(operand, operand.from, shape);
  });

  const table = { send: () => {}, update: showAhead(root, draw) };
  return table;
}
