const make = (tag, name = "", text = "") => {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== "") node.textContent = text;
  return node;
};

const write = (value, decimals) => {
  if (typeof value !== "number") return String(value);
  const places = Math.abs(value) >= 100 ? Math.min(decimals, 1) : Math.abs(value) >= 10 ? Math.min(decimals, 2) : decimals;
  const text = value.toFixed(places);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
};

// Of a long axis the map shows the ends, or the middle where the ends were left out; the stage shows all that was sent.
const brief = (axis, first) => {
  if (axis.length <= 4) return axis.map((_, k) => k);
  if (axis[0] === null) return [0, 1, 2, axis.length - 1];
  return [...Array(first).keys(), -1, axis.length - 1];
};

function matrix(symbol, q, { transposed = false, small = false, masked = false } = {}) {
  const box = make("figure", `matrix ${q.colour}${small ? " small" : ""}`);
  box.dataset.symbol = symbol;
  let rows = small ? brief(q.rows, 2) : q.rows.map((_, k) => k);
  let columns = small ? brief(q.columns, 1) : q.columns.map((_, k) => k);
  const turned = transposed && q.ndim === 2;
  const [down, across] = turned ? [columns, rows] : [rows, columns];
  const grid = make("div", "grid");
  grid.style.setProperty("--columns", across.length);
  for (const r of down) {
    for (const c of across) {
      const [i, j] = turned ? [c, r] : [r, c];
      const value = i < 0 || j < 0 ? null : q.values[i][j];
      if (value === null) {
        const gapDown = r < 0 || (turned ? q.columns[r] : q.rows[r]) === null;
        const gapAcross = c < 0 || (turned ? q.rows[c] : q.columns[c]) === null;
        grid.append(make("span", "gap", gapDown && gapAcross ? "⋱" : gapDown ? "⋮" : "…"));
        continue;
      }
      const cell = make("span", "cell", write(value, small ? Math.min(q.decimals, 3) : q.decimals));
      cell.dataset.cell = `${symbol}:${q.rows[i]},${q.columns[j]}`;
      cell.title = `${q.label}${q.ndim === 2 ? `[${q.rows[i]}, ${q.columns[j]}]` : q.ndim ? `[${q.columns[j]}]` : ""} = ${write(value, 7)}`;
      if (masked && !(value > 0)) cell.classList.add("off");
      grid.append(cell);
    }
  }
  const caption = make("figcaption");
  caption.append(make("b", "", q.label + (turned ? "ᵀ" : "")));
  if (!small) caption.append(` ${turned ? q.shape.replace(/\((\d+), (\d+)\)/, "($2, $1)") : q.shape}`);
  box.append(small ? caption : grid, small ? grid : caption);
  if (small) box.title = `${q.label} ${q.shape}`;
  return box;
}

const colourOf = (name, host) => {
  const probe = make("i");
  probe.style.color = `var(${name})`;
  host.append(probe);
  const rgb = getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(Number);
  probe.remove();
  return rgb;
};

function pictures(symbol, set, host) {
  const strip = make("div", "pictures");
  strip.dataset.symbol = symbol;
  const bytes = Uint8Array.from(atob(set.bytes), (c) => c.charCodeAt(0));
  const paper = colourOf("--ground", host), ink = colourOf("--ink", host);
  const up = colourOf("--up", host), down = colourOf("--down", host);
  set.captions.forEach((text, k) => {
    const item = make("figure", "picture");
    const canvas = make("canvas");
    canvas.width = canvas.height = 28;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", text);
    const draw = canvas.getContext("2d"), image = draw.createImageData(28, 28);
    for (let p = 0; p < 784; p += 1) {
      const level = set.signed ? (bytes[k * 784 + p] - 128) / 127 : bytes[k * 784 + p] / 255;
      const target = set.signed ? (level > 0 ? up : down) : ink, share = Math.min(1, Math.abs(level));
      for (let c = 0; c < 3; c += 1) image.data[4 * p + c] = paper[c] + (target[c] - paper[c]) * share;
      image.data[4 * p + 3] = 255;
    }
    draw.putImageData(image, 0, 0);
    item.append(canvas, make("figcaption", "", text));
    strip.append(item);
  });
  return strip;
}

function symbols(text, quantities) {
  const line = make("code");
  for (const piece of text.split(/([A-Za-z_]\w*)/)) {
    if (quantities[piece]) {
      const name = make("span", "symbol", piece);
      name.dataset.symbol = piece;
      line.append(name);
    } else if (piece) line.append(piece);
  }
  return line;
}

function equation(tokens) {
  const line = make("span", "equation");
  for (const { text, symbol } of tokens) {
    const part = make("span", symbol ? "symbol" : "", text);
    if (symbol) part.dataset.symbol = symbol;
    line.append(part);
  }
  return line;
}

const PHASES = { forward: "Forward", backward: "Backward", update: "One update step" };

function drawMap(data, root) {
  const map = make("section", "map");
  for (const block of data.map) {
    const part = make("div", "block");
    part.append(make("h4", "", block.title));
    for (const names of block.rows) {
      const row = make("div", "row");
      for (let k = 0; k < names.length; k += 1) {
        const name = names[k], figure = matrix(name, data.quantities[name], { small: true });
        // a bias stands under its weights: their columns are the same units
        if (/^d?b\d/.test(name) && row.lastChild) row.lastChild.append(figure);
        else {
          const stack = make("div", "stack");
          stack.append(figure);
          row.append(stack);
        }
      }
      if (names.includes("X") && data.pictures.X) row.append(pictures("X", data.pictures.X, root));
      if (names.length) part.append(row);
    }
    map.append(part);
  }
  return map;
}

function drawSteps(data, choose) {
  const list = make("section", "steps");
  let phase = "";
  data.steps.forEach((step, k) => {
    if (step.phase !== phase) {
      phase = step.phase;
      list.append(make("h4", "", PHASES[phase]));
    }
    const row = make("div", `step${step.agrees ? "" : " wrong"}`);
    row.tabIndex = 0;
    row.setAttribute("role", "button");
    row.dataset.step = step.symbol;
    const chip = make("span", "chip", step.agrees ? `✓ ${step.difference}` : `✗ ${step.difference === "inf" ? "shape" : step.difference}`);
    chip.title = step.agrees ? "Largest difference from PyTorch" : "Differs from PyTorch";
    row.append(equation(step.equation), chip, symbols(step.code, data.quantities));
    row.onclick = () => choose(k);
    row.onkeydown = (event) => {
      const move = { ArrowDown: 1, ArrowUp: -1, Enter: 0, " ": 0 }[event.key];
      if (move === undefined) return;
      event.preventDefault();
      choose(Math.max(0, Math.min(data.steps.length - 1, k + move)), true);
    };
    list.append(row);
  });
  if (data.failure) {
    const row = make("div", "step wrong stopped");
    row.append(symbols(data.failure.code, data.quantities), make("span", "chip", "✗ ERROR"), make("p", "message", data.failure.message));
    list.append(row);
  }
  return list;
}

function drawStage(data, step, root) {
  const stage = make("section", "stage");
  const head = make("div", "head");
  head.append(equation(step.equation), make("span", "shapes", step.shapes));
  const scene = make("div", "scene");
  step.equation.forEach(({ text, symbol }, k) => {
    const next = step.equation[k + 1]?.text ?? "";
    if (symbol) {
      const transposed = next.startsWith("ᵀ"), masked = next.startsWith(" > 0");
      scene.append(matrix(symbol, data.quantities[symbol], { transposed, masked }));
    } else {
      const sign = text.replace(/^ᵀ/, "");
      const between = step.equation[k + 1]?.symbol && step.equation[k - 1]?.symbol && sign.trim() === "";
      if (between || sign.trim()) scene.append(make("span", "op", between ? "@" : sign.trim()));
    }
  });
  const spelled = make("div", "spelled");
  spelled.setAttribute("aria-live", "polite");
  const verdict = make("p", `verdict${step.agrees ? "" : " wrong"}`);
  verdict.textContent = step.agrees
    ? `✓ PyTorch has the same: largest difference ${step.difference}`
    : step.difference === "inf"
      ? `✗ Shape ${step.shape} by hand, ${step.autograd_shape} from PyTorch`
      : `✗ Differs from PyTorch by up to ${step.difference}`;
  stage.append(head, make("p", "meaning", step.meaning), scene);
  const set = data.pictures[step.symbol];
  if (set) stage.append(pictures(step.symbol, set, root));
  stage.append(spelled, verdict);

  const result = [...scene.querySelectorAll(`[data-symbol="${step.symbol}"] .cell`)];
  const spell = (cell) => {
    const place = cell.dataset.cell.split(":")[1], formula = step.cells[place];
    if (!formula) return;
    stage.querySelectorAll(".hit, .source").forEach((node) => node.classList.remove("hit", "source"));
    cell.classList.add("hit");
    for (const name of formula.sources) stage.querySelector(`[data-cell="${name}"]`)?.classList.add("source");
    spelled.replaceChildren();
    const first = make("div"), second = make("div", "numbers");
    first.append(make("b", "target", formula.target), ` = ${formula.symbolic}`);
    second.append(`= ${formula.numeric} = `, make("b", "", formula.value));
    const both = make("div", "both");
    both.append("by hand ", make("b", "", formula.hand), formula.autograd === null ? "" : " · PyTorch ");
    if (formula.autograd !== null) both.append(make("b", "", formula.autograd));
    spelled.append(first, second, both);
  };
  result.forEach((cell, k) => {
    cell.tabIndex = k === 0 ? 0 : -1;
    cell.onpointerenter = cell.onfocus = cell.onclick = () => spell(cell);
    cell.onkeydown = (event) => {
      const [row, column] = cell.dataset.cell.split(":")[1].split(",").map(Number);
      const rows = data.quantities[step.symbol].rows.filter((n) => n !== null);
      const columns = data.quantities[step.symbol].columns.filter((n) => n !== null);
      const [down, right] = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[event.key] ?? [];
      if (down === undefined) return;
      event.preventDefault();
      const to = `${step.symbol}:${rows[rows.indexOf(row) + down]},${columns[columns.indexOf(column) + right]}`;
      const next = result.find((other) => other.dataset.cell === to);
      if (!next) return;
      cell.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    };
  });
  if (result.length) spell(result[0]);
  return stage;
}

// What was chosen survives a rerun, which calls the default export again with new numbers.
const chosen = new WeakMap();

export default function ({ data, parentElement }) {
  parentElement.querySelector(".backprop")?.remove();
  const root = make("div", "backprop");
  parentElement.append(root);
  let lit = null;

  const light = (symbol) => {
    if (symbol === lit) return;
    lit = symbol;
    root.querySelectorAll(".lit").forEach((node) => node.classList.remove("lit"));
    if (!symbol) return;
    root.querySelectorAll(`[data-symbol="${symbol}"], [data-step="${symbol}"]`).forEach((node) => node.classList.add("lit"));
  };
  const slot = make("div");
  const choose = (k, focus = false) => {
    const step = data.steps[k];
    if (!step) return;
    chosen.set(parentElement, step.symbol);
    const used = new Set(step.equation.map((token) => token.symbol));
    root.querySelectorAll(".step").forEach((row) => {
      const on = row.dataset.step === step.symbol;
      row.classList.toggle("on", on);
      row.setAttribute("aria-pressed", on);
      if (on && focus) row.focus();
    });
    root.querySelectorAll(".map [data-symbol]").forEach((node) => node.classList.toggle("used", used.has(node.dataset.symbol)));
    slot.replaceChildren(drawStage(data, step, root));
  };

  const top = make("div", "top");
  root.append(top, slot);
  top.append(drawMap(data, root), drawSteps(data, choose));
  const before = data.steps.findIndex((step) => step.symbol === chosen.get(parentElement));
  const wrong = data.steps.findIndex((step) => !step.agrees);
  const first = data.steps.findIndex((step) => step.phase === "backward");
  choose(before >= 0 ? before : wrong >= 0 ? wrong : first >= 0 ? first : data.steps.length - 1);

  root.onpointerover = (event) => {
    const near = event.target.closest("[data-symbol], [data-step]");
    light(near ? near.dataset.symbol ?? near.dataset.step : null);
  };
  root.onpointerleave = () => light(null);
  root.onfocusin = (event) => light(event.target.closest("[data-step]")?.dataset.step ?? null);
  root.onfocusout = () => light(null);
}
