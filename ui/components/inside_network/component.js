// Looks at a network in training: its first layer's weights, its layers, and how fixed validation samples are read.
// The nodes are made once for a network; each look then only alters them.

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const LEVEL = new Map([...ALPHABET].map((character, level) => [character, level]));
const HALF = 31, UNITS = 16, SHEET_COLUMNS = 25;
const PATIENCE = 2000;         // ms until a server that does not answer is asked again

const views = new WeakMap();
const write = (node, text) => { if (node.textContent !== text) node.textContent = text; };
const percent = (share) => share >= 0.9995 ? "> 99.9 %" : share >= 0.1 ? `${(100 * share).toFixed(1)} %` : `${Number((100 * share).toPrecision(2))} %`;
const number = (value) => value === null || value === undefined ? "–" : Math.abs(value) >= 1e5 ? value.toExponential(1) : String(value).replace("-", "−");

function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  for (const [name, value] of Object.entries(properties)) if (name.includes("-") || name === "role") node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function vector(tag, attributes) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

export default function ({ data, parentElement }) {
  const view = views.get(parentElement) ?? open(parentElement);
  view.fromPage(data);
  return () => setTimeout(() => view.root.isConnected || view.close(), 0);
}

// The colours of the theme as numbers: what a canvas is painted with.
function colours(element) {
  const context = colours.context ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const style = getComputedStyle(element);
  return Object.fromEntries(["--ground", "--plus", "--plus-far", "--minus", "--minus-far"].map((name) => {
    context.fillStyle = style.getPropertyValue(name).trim() || "#888";
    context.fillRect(0, 0, 1, 1);
    return [name.slice(2), [...context.getImageData(0, 0, 1, 1).data].slice(0, 3)];
  }));
}

const between = (one, other, share) => one.map((value, place) => Math.round(value + (other[place] - value) * share));

// A value of -1 to 1: the ground at 0, over a middle colour to a far one.
function signed(value, palette) {
  const [middle, far] = value > 0 ? [palette.plus, palette["plus-far"]] : [palette.minus, palette["minus-far"]];
  const size = Math.min(1, Math.abs(value));
  return size < 0.5 ? between(palette.ground, middle, 2 * size) : between(middle, far, 2 * size - 1);
}

function paint(canvas, width, values, colour) {
  const height = values.length / width;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d"), pixels = context.createImageData(width, height);
  values.forEach((value, place) => {
    const [red, green, blue] = colour(value);
    pixels.data.set([red, green, blue, 255], 4 * place);
  });
  context.putImageData(pixels, 0, 0);
}

function table(caption, heads, rows) {
  return make("table", {},
    make("caption", {}, caption),
    make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))),
    make("tbody", {}, ...rows.map(([head, ...cells]) => make("tr", {}, make("th", { scope: "row" }, head), ...cells.map((cell) => make("td", {}, cell))))));
}

// A table that is made only while somebody has it open.
function twin(summary) {
  const place = make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": summary });
  const details = make("details", {}, make("summary", {}, summary), place);
  let rows = null;
  const fill = () => { if (details.open && rows) place.replaceChildren(...rows()); };
  details.addEventListener("toggle", fill);
  return { details, update(made) { rows = made; fill(); } };
}

function firstLayer(choose) {
  const title = make("h3"), note = make("p", { className: "note" }), pictures = make("div", { className: "weights" });
  const back = make("button", { type: "button" }, "‹ units before"), on = make("button", { type: "button" }, "units after ›");
  const range = make("span", { className: "range" });
  const low = make("span"), high = make("span"), bar = make("canvas", { className: "bar", role: "img" });
  const scale = make("p", { className: "scale" }, low, bar, high);
  const numbers = twin("These weights as a table");
  const element = make("section", { className: "first" }, title, note, pictures,
    make("div", { className: "row" }, make("div", { className: "pager" }, back, range, on), scale), numbers.details);
  let shown = 0, units = 0;
  back.addEventListener("click", () => choose(shown - UNITS));
  on.addEventListener("click", () => choose(shown + UNITS));
  const update = ({ first }, palette) => {
    element.hidden = !first.side;
    if (!first.side) return;
    [shown, units] = [first.from, first.units];
    const many = first.least.length, cells = first.side * first.side;
    const what = first.convolution ? "kernel" : "unit";
    write(title, first.convolution ? `The kernels of the first layer, ${first.side} × ${first.side}` : "The weights of the first layer as images");
    write(note, first.convolution
      ? "Each kernel slides over the image: blue asks for ink at its place, amber for none."
      : "One weight a pixel. Ink under blue raises the unit, ink under amber lowers it. They begin as noise.");
    write(range, `${what}s ${shown + 1} to ${shown + many} of ${units}`);
    write(back, `‹ ${what}s before`);
    write(on, `${what}s after ›`);
    back.disabled = shown === 0;
    on.disabled = shown + many >= units;
    element.querySelector(".pager").classList.toggle("alone", units <= UNITS);
    write(low, `−${number(first.largest)}`);
    write(high, `+${number(first.largest)}, the largest in the layer`);
    paint(bar, 63, Array.from({ length: 63 }, (_, level) => (level - HALF) / HALF), (value) => signed(value, palette));
    bar.setAttribute("aria-label", "Scale of all these pictures: amber below zero, blue above");
    while (pictures.children.length > many) pictures.lastChild.remove();
    while (pictures.children.length < many) {
      pictures.append(make("figure", {}, make("canvas", { role: "img" }), make("figcaption")));
    }
    [...pictures.children].forEach((figure, place) => {
      const [canvas, caption] = figure.children;
      const text = first.weights?.slice(place * cells, (place + 1) * cells) ?? "";
      paint(canvas, first.side, text ? [...text].map((character) => (LEVEL.get(character) - HALF) / HALF) : Array(cells).fill(0), (value) => signed(value, palette));
      write(caption, String(shown + place + 1));
      canvas.setAttribute("aria-label", `Weights of ${what} ${shown + place + 1}: from ${number(first.least[place])} to ${number(first.most[place])}`);
    });
    numbers.update(() => [table(`Weights of ${what}s ${shown + 1} to ${shown + many}`,
      [what, "smallest", "largest", "norm", ...(first.exact ? ["all, row by row"] : [])],
      first.least.map((least, place) => [String(shown + place + 1), number(least), number(first.most[place]), number(first.norms[place]), ...(first.exact ? [first.exact[place].map(number).join("  ")] : [])]))]);
  };
  return { element, update };
}

const WIDTH = 132, HEIGHT = 40;

function histogram(label) {
  const now = vector("path", { class: "now" }), start = vector("path", { class: "start" });
  const drawing = vector("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" });
  drawing.append(now, start);
  const low = make("span"), high = make("span");
  const element = make("figure", { className: "histogram" }, make("figcaption", {}, label), drawing, make("div", { className: "ends" }, low, high));
  const steps = (counts, top) => counts.map((count, place) => {
    const [left, right, up] = [place, place + 1].map((edge) => (edge * WIDTH) / counts.length).concat(HEIGHT - (HEIGHT - 1) * (count / top));
    return `L${left.toFixed(1)} ${up.toFixed(1)}L${right.toFixed(1)} ${up.toFixed(1)}`;
  }).join("");
  const update = (told) => {
    element.classList.toggle("none", !told);
    if (!told) return;
    const top = Math.max(1, ...told.now, ...told.start);
    now.setAttribute("d", `M0 ${HEIGHT}${steps(told.now, top)}L${WIDTH} ${HEIGHT}Z`);
    start.setAttribute("d", `M0 ${HEIGHT}${steps(told.start, top)}L${WIDTH} ${HEIGHT}`);
    drawing.setAttribute("aria-label", `Histogram of ${label}, now filled and at the start as a line, from ${number(told.low)} to ${number(told.high)}`);
    write(low, number(told.low));
    write(high, number(told.high));
  };
  return { element, update };
}

// Sizes of gradients and steps span many powers of ten: bars are logarithmic.
const share = (value, least, most) => value > 0 ? Math.min(1, Math.max(0.02, Math.log(value / least) / Math.log(most / least))) : 0;

function layer(place) {
  const name = make("h4"), shape = make("span", { className: "shape" });
  const lines = ["gradient norm", "step / weights", "dead units"].map((label) => {
    const bar = make("i"), value = make("dd"), element = make("dl", {}, make("dt", {}, label), make("dd", { className: "track", "aria-hidden": "true" }, bar), value);
    return { bar, value, element };
  });
  const weights = histogram("weights"), activations = histogram("activations above 0");
  const zeros = make("p", { className: "zeros" });
  const element = make("article", {}, make("header", {}, name, shape), ...lines.map((line) => line.element), make("div", { className: "pair" }, weights.element, activations.element), zeros);
  const update = (told, last, samples) => {
    const [outputs, inputs, ...kernel] = told.shape;
    write(name, `Layer ${place + 1}`);
    write(shape, kernel.length ? `${kernel.join(" × ")} kernels, ${inputs} → ${outputs} channels` : `${inputs} → ${outputs}${last ? " logits" : " units"}`);
    const [gradient, change, dead] = lines;
    gradient.bar.style.transform = `scaleX(${share(told.gradient, 1e-4, 10)})`;
    write(gradient.value, told.gradient === null ? "not known here" : number(told.gradient));
    change.bar.style.transform = `scaleX(${share(told.change, 1e-6, 1)})`;
    write(change.value, told.change === null ? "not known here" : percent(told.change));
    dead.element.hidden = told.units === undefined;
    if (told.units !== undefined) {
      dead.bar.style.transform = `scaleX(${told.dead / told.units})`;
      write(dead.value, `${told.dead} of ${told.units}`);
      write(zeros, `Of the activations, ${percent(told.zeros[0] ?? 0)} are 0; at the start ${percent(told.zeros[1] ?? 0)} were.`);
    } else write(zeros, "");
    dead.element.classList.toggle("all", told.dead === told.units);
    weights.update(told.weights);
    activations.element.hidden = told.units === undefined;
    activations.update(told.activations ?? null);
  };
  return { element, update };
}

function layers() {
  const list = make("div", { className: "layers" }), note = make("p", { className: "note" }), counts = twin("These histograms as tables");
  const element = make("section", {}, make("h3", {}, "Its layers"), list, note, counts.details);
  let cards = [];
  const update = (look) => {
    if (cards.length !== look.layers.length) {
      cards = look.layers.map((_, place) => layer(place));
      list.replaceChildren(...cards.map((card) => card.element));
    }
    cards.forEach((card, place) => card.update(look.layers[place], place === cards.length - 1, look.samples));
    write(note, `Gradient and step are those of the latest batch; a step of about 0.1 % to 1 % of the weights is common. A unit is dead if it is 0 on all ${look.samples} validation ${look.surface ? "points" : "images"} looked at; the activations are those of the first ${Math.min(50, look.samples)}. Filled: now. Line: at the start.`);
    counts.update(() => look.layers.flatMap((told, place) => [["weights", told.weights], ["activations above 0", told.activations]]
      .filter(([, of]) => of).map(([what, of]) => table(`Layer ${place + 1}: ${what}`, ["from", "now", "start"],
        of.now.map((count, bin) => [number(Number((of.low + (bin * (of.high - of.low)) / of.now.length).toPrecision(3))), String(count), String(of.start[bin])])))));
  };
  return { element, update };
}

function picture(images, part, rows, place, label) {
  const [column, line] = [place % SHEET_COLUMNS, Math.floor(place / SHEET_COLUMNS)];
  const element = make("span", { className: "picture", role: "img", "aria-label": label });
  element.style.backgroundImage = `url("${images}&part=${part}&rows=${rows}")`;
  element.style.backgroundPosition = `calc(${-column} * var(--size)) calc(${-line} * var(--size))`;
  return element;
}

function readings() {
  const title = make("h3"), note = make("p", { className: "note" }), matrix = make("div", { className: "matrix" });
  const chosenTitle = make("h4"), chosen = make("div", { className: "chosen" });
  const all = make("button", { type: "button", className: "plain" }, "Show the most confident mistakes");
  const side = make("div", { className: "side" }, chosenTitle, chosen, all);
  const names = make("p", { className: "note names" });
  const element = make("section", { className: "readings" }, title, note, make("div", { className: "two" }, make("div", {}, matrix, names), side));
  let look = null, page = null, cells = null, cell = null, drawn = "";
  all.addEventListener("click", () => { cell = null; update(look, page); matrix.querySelector("button[tabindex='0']")?.focus(); });

  const short = (place) => page.classes.some((name) => name.length > 2) ? String(place) : page.classes[place];
  const long = (place) => page.classes[place];

  const build = () => {
    const many = page.classes.length, numbers = [...Array(many).keys()];
    cells = numbers.map(() => numbers.map(() => make("td")));
    matrix.replaceChildren(make("table", {},
      make("caption", {}, "Rows: what it is. Columns: what it is read as."),
      make("thead", {}, make("tr", {}, make("td"), ...numbers.map((place) => make("th", { scope: "col", title: long(place) }, short(place))))),
      make("tbody", {}, ...numbers.map((row) => make("tr", {}, make("th", { scope: "row", title: long(row) }, short(row)), ...cells[row])))));
    names.hidden = !page.classes.some((name) => name.length > 2);
    write(names, page.classes.map((name, place) => `${place} ${name}`).join(" · "));
  };
  // Arrow keys go from one filled cell to the next; only one of them takes the tab.
  matrix.addEventListener("keydown", (event) => {
    const button = event.target.closest("button");
    const by = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
    if (!button || !by) return;
    event.preventDefault();
    let [row, column] = [Number(button.dataset.row), Number(button.dataset.column)];
    do { row += by[0]; column += by[1]; } while (cells[row]?.[column] && !cells[row][column].firstElementChild);
    const next = cells[row]?.[column]?.firstElementChild;
    if (next) { button.tabIndex = -1; next.tabIndex = 0; next.focus(); }
  });
  matrix.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    matrix.querySelectorAll("button[tabindex='0']").forEach((other) => { other.tabIndex = -1; });
    button.tabIndex = 0;
    cell = [Number(button.dataset.row), Number(button.dataset.column)];
    update(look, page);
  });

  const show = () => {
    const images = page.images, rows = ":500";
    const these = [...look.labels].flatMap((label, place) => cell && Number(label) === cell[0] && Number(look.read[place]) === cell[1] ? [place] : []);
    const now = JSON.stringify([cell, cell ? these : look.mistakes, images]);
    if (now === drawn) return;
    drawn = now;
    all.hidden = !cell;
    if (cell) {
      write(chosenTitle, `${these.length} ${these.length === 1 ? "image" : "images"} of ${long(cell[0])}, read as ${long(cell[1])}`);
      chosen.className = "chosen many";
      chosen.replaceChildren(...these.map((place) => picture(images, "validation", rows, place, `Validation image ${place}: is ${long(cell[0])}, read as ${long(cell[1])}`)));
      return;
    }
    write(chosenTitle, look.mistakes.length ? "Most confidently wrong" : "None of them is read wrong");
    chosen.className = "chosen";
    chosen.replaceChildren(...look.mistakes.map((mistake) => make("figure", {},
      picture(images, "validation", rows, mistake.row, `Validation image ${mistake.row}`),
      make("figcaption", {}, make("b", {}, `is ${long(mistake.label)}, read as ${long(mistake.read)}`), ` ${mistake.sure === null ? "" : `${percent(mistake.sure)} sure; ${percent(mistake.right)} for ${long(mistake.label)}`}`))));
  };

  const update = (newest, data) => {
    [look, page] = [newest, data];
    element.hidden = Boolean(look.surface);
    if (look.surface) return;
    if (cells?.length !== page.classes.length) build();
    write(title, `How ${look.samples} fixed validation images are read`);
    write(note, `${look.right} of ${look.samples} are read correctly, ${percent(look.right / look.samples)}. It is not trained on them. Press a cell to see its images.`);
    let first = matrix.querySelector("button[tabindex='0']");
    cells.forEach((line, row) => {
      const total = Math.max(1, look.confusion[row].reduce((sum, count) => sum + count, 0));
      line.forEach((place, column) => {
        const count = look.confusion[row][column];
        if (!count) {
          if (place.firstElementChild) { if (place.firstElementChild === first) first = null; place.replaceChildren(); }
          write(place, "·");
          place.style.removeProperty("--share");
          return;
        }
        if (!place.firstElementChild) place.replaceChildren(make("button", { type: "button", tabIndex: -1 }));
        const button = place.firstElementChild;
        Object.assign(button.dataset, { row, column });
        write(button, String(count));
        button.setAttribute("aria-label", `${count} of ${long(row)} read as ${long(column)}`);
        button.setAttribute("aria-pressed", String(cell?.[0] === row && cell?.[1] === column));
        button.style.setProperty("--share", `${Math.round(100 * (row === column ? count / total : Math.sqrt(count / total)))}%`);
        place.className = row === column ? "right" : "wrong";
      });
    });
    if (!first?.isConnected) { const button = matrix.querySelector("button"); if (button) button.tabIndex = 0; }
    show();
  };
  return { element, update };
}

const SIZE = 320;

function plane() {
  const canvas = make("canvas", { role: "img" }), marks = vector("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, "aria-hidden": "true" });
  const legend = make("p", { className: "note" }), numbers = make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": "The points as a table" });
  const element = make("section", { className: "plane" }, make("h3", {}, "What it makes of the plane"), legend,
    make("div", { className: "two" }, make("div", { className: "surface" }, canvas, marks), numbers));
  const update = (look, palette) => {
    element.hidden = !look.surface;
    if (!look.surface) return;
    const { side, values, range: [low, high] } = look.surface;
    const rows = Array.from({ length: side }, (_, row) => values.slice(row * side, (row + 1) * side)).reverse();
    paint(canvas, side, [...rows.join("")].map((character) => (LEVEL.get(character) / 63) * 2 - 1), (value) => signed(0.8 * value, palette));
    canvas.setAttribute("aria-label", `The probability of class 1 over the plane, from ${low} to ${high} on both axes; the table beside it has it at the points`);
    const at = (value) => ((value - low) / (high - low)) * SIZE;
    marks.replaceChildren(...look.points.map(({ x, y, label, part }) => {
      const [left, top] = [at(x), SIZE - at(y)];
      const look = { class: `point of-${label} ${part}` };
      return label ? vector("rect", { ...look, x: left - 6, y: top - 6, width: 12, height: 12 }) : vector("circle", { ...look, cx: left, cy: top, r: 6.5 });
    }));
    write(legend, "Blue: class 1 is likelier. Amber: class 0. Pale: it cannot tell. Circles are points of class 0 and squares of class 1; the filled five are trained on. The two hollow ones are for validation, and for the test as well: too few to say how well it would do on others.");
    numbers.replaceChildren(table("The points", ["point", "class", "P(class 1)", "part"],
      look.points.map(({ x, y, label, part, one }) => [`(${number(x)}, ${number(y)})`, String(label), one === null ? "–" : percent(one), part === "train" ? "train" : "validation and test"])));
  };
  return { element, update };
}

function open(parentElement) {
  const when = make("p", { className: "when" });
  const root = make("div", { className: "inside" }, when);
  parentElement.appendChild(root);
  let page = null, unit = 0, seen = "", look = null, wake = () => {}, following = false;
  let moment = null;           // the kept moment that the chart looks back at; null for now
  let listening = null;
  const choose = (first) => { unit = Math.max(0, first); wake(); };
  const parts = { plane: plane(), first: firstLayer(choose), readings: readings(), layers: layers() };
  const body = make("div", { className: "body", hidden: true }, ...Object.values(parts).map((part) => part.element));
  root.append(body);
  write(when, "Waiting for the first look.");

  const show = () => {
    if (look.problem) { body.hidden = true; write(when, look.problem); return; }
    body.hidden = false;
    const then = look.step ? `after batch ${look.step}` : "at the start, before the first batch";
    write(when, moment === null ? `${then[0].toUpperCase()}${then.slice(1)}.`
      : `Looking back: as it was ${then}, the nearest moment that is kept. Gradients and steps of then are not.`);
    const palette = colours(root);
    parts.plane.update(look, palette);
    parts.first.update(look, palette);
    parts.readings.update(look, page);
    parts.layers.update(look);
    root.dataset.step = look.step;
  };

  const wait = (time) => new Promise((resolve) => { wake = resolve; setTimeout(resolve, time); });
  const shown = () => document.hidden && new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
  const follow = async () => {
    if (following) return;
    following = true;
    while (root.isConnected) {
      await shown();
      let again = PATIENCE;
      try {
        const answer = await fetch(`${page.address}&unit=${unit}&seen=${encodeURIComponent(seen)}${moment === null ? "" : `&moment=${moment}`}`, { cache: "no-store" });
        if (answer.ok) {
          const news = await answer.json();
          const fits = news.seen?.endsWith("then") === (moment !== null);
          if (news.look && news.run === page.run && fits) { [look, seen] = [news.look, news.seen]; show(); }
          again = news.run === page.run ? news.again : PATIENCE;
        }
      } catch { /* the server does not answer: it is asked again */ }
      if (root.isConnected) await wait(again);
    }
    following = false;
  };

  const fromPage = (data) => {
    if (page && page.run !== data.run) { seen = ""; look = null; body.hidden = true; write(when, "Waiting for the first look."); }
    page = data;
    listening ??= import(new URL(data.look, document.baseURI).href).then(({ looked, onLook }) => {
      const follow = (at) => { moment = at.run === page.run ? at.moment : null; wake(); };
      follow(looked());
      return onLook(follow);
    });
    if (look) show();
    wake();
    follow();
  };
  const close = () => { wake(); views.delete(parentElement); listening?.then((end) => end()); };
  const view = { root, fromPage, close };
  views.set(parentElement, view);
  return view;
}
