const make = (tag, name = "", text = "") => {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== "") node.textContent = text;
  return node;
};

function drawBars(data, root) {
  const bars = make("div", "bars");
  bars.append(make("span", "scale", "p"));
  data.bars.forEach((bar, k) => {
    const column = make("div", `column${k === data.target ? " target" : ""}`);
    column.dataset.column = k;
    const field = make("div", "field");
    field.setAttribute("role", "img");
    field.setAttribute("aria-label", `${bar.name}: probability ${bar.percent}, gradient ${bar.gradient}`);
    const level = make("div", "level"), fill = make("div", "fill"), arrow = make("div", "arrow");
    level.style.bottom = `${bar.level * 100}%`;
    fill.style.height = `${bar.p * 100}%`;
    const gap = bar.level - bar.p;
    arrow.style.bottom = `${Math.min(bar.p, bar.level) * 100}%`;
    arrow.style.height = `${Math.abs(gap) * 100}%`;
    arrow.classList.add(gap > 0 ? "up" : "down");
    if (Math.abs(gap) < 0.004) arrow.classList.add("none");
    field.append(level, fill, arrow);
    column.append(
      make("span", "gradient", bar.gradient), field, make("b", "percent", bar.percent), make("span", "name", bar.name),
      make("span", "tags", [k === data.target ? "target" : "", k === data.top[1] ? "argmax" : ""].filter(Boolean).join(" · ")),
    );
    bars.append(column);
  });
  root.append(bars);
}

// Which cell was spelled out survives a rerun, which calls the default export again with new numbers.
const chosen = new WeakMap();

export default function ({ data, parentElement }) {
  parentElement.querySelector(".softmax")?.remove();
  const root = make("div", "softmax");
  root.style.setProperty("--classes", data.bars.length);
  parentElement.append(root);
  const legend = make("p", "legend");
  legend.append(make("span", "bar-sign"), " probability p", make("span", "level-sign"), " one-hot target y", make("span", "arrow-sign", "↑"), " from p to y, as long as the gradient p − y: where a step pushes the logit");
  root.append(legend);
  drawBars(data, root);
  const spelled = make("div", "spelled");
  spelled.setAttribute("aria-live", "polite");
  const cells = new Map();

  const spell = (id) => {
    const { section, row, cell, node, column } = cells.get(id);
    chosen.set(parentElement, id);
    root.querySelectorAll(".hit, .linked").forEach((other) => other.classList.remove("hit", "linked"));
    node.classList.add("hit");
    cells.forEach((other) => other.column === column && other.section === section && other.node !== node && other.node.classList.add("linked"));
    const name = row.cells.length > 1 ? `${row.name}[${column}]` : row.name;
    spelled.replaceChildren(make("b", "target", name), ` = ${cell.formula} = `, make("b", "", cell.text));
    if (row.name === "∂L/∂z") spelled.append(make("div", "advice", data.bars[column].advice));
  };

  data.sections.forEach((section, s) => {
    const table = make("div", "table");
    table.append(make("h4", "", section.title));
    section.rows.forEach((row, r) => {
      const line = make("div", "line");
      const head = make("span", "head", row.name);
      line.append(head);
      row.cells.forEach((cell, k) => {
        const node = make("span", `cell ${row.colour}${cell.broken ? " broken" : ""}${row.cells.length === 1 ? " whole" : ""}`, cell.text);
        const id = `${s},${r},${k}`;
        node.tabIndex = 0;
        node.dataset.id = id;
        if (cell.broken) node.title = cell.text === "nan" ? "not a number" : "overflow: larger than the dtype can hold";
        node.onpointerenter = node.onfocus = node.onclick = () => spell(id);
        node.onkeydown = (event) => {
          const [down, right] = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[event.key] ?? [];
          if (down === undefined) return;
          event.preventDefault();
          const next = cells.get(`${s},${r + down},${k + right}`) ?? cells.get(`${s},${r + down},0`);
          next?.node.focus();
        };
        cells.set(id, { section: s, row, cell, node, column: k });
        line.append(node);
      });
      table.append(line);
    });
    root.append(table);
    if (s === 0) root.append(spelled);
  });
  const before = chosen.get(parentElement);
  spell(cells.has(before) ? before : `0,5,${data.target}`);
}
