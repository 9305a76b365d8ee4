// A data set as the network gets it: examples and counts, means, what normalising does, and the batch that comes next.

const SHEET_COLUMNS = 25;
const REFRESH = 500;           // ms between two questions for the next batch
const PATIENCE = 2000;         // ms until a server that does not answer is asked again

const views = new WeakMap();
const wait = (time) => new Promise((resolve) => setTimeout(resolve, time));
const write = (node, text) => { if (node.textContent !== text) node.textContent = text; };
const count = (whole) => String(whole).replace(/\B(?=(\d{3})+$)/g, "\u2009");
const minus = (text) => text.replace("-", "−");

function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  for (const [name, value] of Object.entries(properties)) if (name.includes("-") || name === "role") node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function vector(tag, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export default function ({ data, parentElement }) {
  const view = views.get(parentElement) ?? open(parentElement);
  view.fromPage(data);
  return () => setTimeout(() => view.root.isConnected || views.delete(parentElement), 0);
}

function picture(address, place, label) {
  const [column, line] = [place % SHEET_COLUMNS, Math.floor(place / SHEET_COLUMNS)];
  const element = make("span", { className: "picture", role: "img", "aria-label": label });
  element.style.backgroundImage = `url("${address}")`;
  element.style.backgroundPosition = `calc(${-column} * var(--size)) calc(${-line} * var(--size))`;
  return element;
}

const section = (title, ...children) => make("section", {}, make("h3", {}, title), ...children);
const note = (text) => make("p", { className: "note" }, text);
const USES = { train: "to train on", validation: "to validate: looked at after each pass, never trained on", test: "to test: looked at once, at the end" };

function classes(known, images) {
  const rows = known.examples.flat(), sheet = `${images}&part=train&rows=${rows.join(",")}`;
  let place = 0;
  const body = known.classes.map((name, label) => make("tr", {},
    make("th", { scope: "row" }, name),
    make("td", { className: "examples" }, make("div", {}, ...known.examples[label].map((row) => picture(sheet, place++, `Training image ${row}, a ${name}`)))),
    ...known.parts.map((part) => make("td", { className: "count" }, count(part.counts[label])))));
  const total = make("tr", { className: "total" }, make("th", { scope: "row" }, "all"), make("td"), ...known.parts.map((part) => make("td", { className: "count" }, count(part.size))));
  const equal = known.parts.filter((part) => part.also_in_train);
  const apart = equal.length
    ? `Each image is in one part only. ${equal.map((part) => `${count(part.also_in_train)} of the ${part.name} images equal a training image pixel for pixel: they came twice in the set`).join("; ")}.`
    : "Each image is in one part only, and none of the validation or test images equals a training image pixel for pixel.";
  return section("Its images and their labels",
    make("ul", {}, ...known.parts.map((part) => make("li", {}, make("b", {}, `${count(part.size)} ${part.name} images`), ` ${USES[part.name]}`))),
    note(apart),
    make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": "Examples and counts of each class" },
      make("table", {}, make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "label"), make("th", { scope: "col" }, "the first training images"), ...known.parts.map((part) => make("th", { scope: "col", className: "count" }, part.name)))),
        make("tbody", {}, ...body, total))));
}

function means(known, images) {
  const sheet = `${images}&part=means&rows=`;
  return section("What they have in common",
    make("div", { className: "means" }, ...["all", ...known.classes].map((name, place) => make("figure", {},
      picture(sheet, place, place ? `Mean of the training images of ${name}` : "Mean of all training images"), make("figcaption", {}, name)))),
    note("The mean of all training images, and of those of each class: where ink is common, the mean is bright."));
}

const WIDE = 600, HIGH = 70;

function normalisation(known, on) {
  const [black, white, unscaled] = known.normalised, bars = known.levels.length;
  const top = Math.max(...known.levels.map(Math.sqrt)), all = known.levels.reduce((sum, level) => sum + level, 0);
  const drawing = vector("svg", { viewBox: `0 0 ${WIDE} ${HIGH + 44}`, role: "img", "aria-label": `Histogram of the pixels from 0 to 1; below it the same axis after normalising, from ${black.toFixed(4)} to ${white.toFixed(4)}` });
  known.levels.forEach((level, place) => {
    const height = (HIGH * Math.sqrt(level)) / top;
    drawing.append(vector("rect", { class: "bar", x: 20 + ((WIDE - 40) * place) / bars, y: HIGH - height, width: (WIDE - 40) / bars - 1, height }));
  });
  const axis = (y, marks) => {
    drawing.append(vector("line", { class: "axis", x1: 20, x2: WIDE - 20, y1: y, y2: y }));
    for (const [at, text] of marks) {
      const x = 20 + at * (WIDE - 40);
      drawing.append(vector("line", { class: "axis", x1: x, x2: x, y1: y, y2: y + 4 }), vector("text", { x, y: y + 17, "text-anchor": "middle" }, text));
    }
  };
  axis(HIGH, [[0, "0"], [known.mean, "mean"], [1, "1"]]);
  axis(HIGH + 22, [[0, minus(black.toFixed(2))], [known.mean, "0"], [known.mean + known.std, "1"], [1, white.toFixed(2)]]);
  const digits = (value) => minus(value.toFixed(4));
  const table = make("table", {}, make("thead", {}, make("tr", {}, ...["pixel as stored", "divided by 255", "normalised"].map((head) => make("th", { scope: "col" }, head)))),
    make("tbody", {}, ...[["0, black", "0", digits(black)], ["255, white", "1", digits(white)], ["255, but not divided", "255", unscaled.toFixed(1)]].map(([head, ...cells]) =>
      make("tr", {}, make("th", { scope: "row" }, head), ...cells.map((cell) => make("td", {}, cell))))));
  return section("Normalising",
    make("p", { className: "formula" }, make("code", {}, `x = (pixel / 255 − ${known.mean.toFixed(4)}) / ${known.std.toFixed(4)}`)),
    drawing,
    note("Upper axis: pixels divided by 255. Lower axis: the same, normalised. The bars grow with the square root of the counts, since most pixels are black."),
    make("p", {}, `${known.mean.toFixed(4)} and ${known.std.toFixed(4)} are the mean and the standard deviation of all ${count(all)} pixels of the training and validation images, after they were divided by 255. The test images have no part in them. `
      + (known.name === "mnist" ? "" : known.name === "mnist-sample" ? "The numbers of the textbooks, 0.1307 and 0.3081, come from all 60\u2009000 images of MNIST in the same way; these are fewer images. " : "The textbooks' 0.1307 and 0.3081 are those of MNIST's digits, not of these images. ")
      + "Both steps have to be the same for whatever the network reads later: a pixel that is left at 255 comes out hundreds of times too large."),
    make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": "Pixels before and after normalising" }, table),
    make("p", {}, make("b", {}, on ? "Your settings normalise. " : "Your settings do not normalise. "),
      on ? `Without it the network gets values from 0 to 1, with mean ${known.mean.toFixed(2)}: small, and none below 0. SGD at the same learning rate then learns more slowly.`
        : `The network gets values from 0 to 1, with mean ${known.mean.toFixed(2)}: small, and none below 0. SGD learns more slowly from them than at the same learning rate from values with mean 0 and standard deviation 1.`));
}

function nextBatch(images, many) {
  const text = note(""), list = make("div", { className: "batch" });
  const element = section("The next batch", text, list);
  const update = (news, names) => {
    const next = news?.look?.next ?? null;
    if (!news?.run) write(text, "Start a run on this data, and the batch that it trains on next stands here. Pause it to look at one.");
    else if (!next) write(text, "The run has ended, or not begun yet: no batch comes next.");
    else write(text, `After batch ${news.look.step} ${next.size === 1 ? `this ${many.slice(0, -1)} comes` : `these ${next.size} ${many} come`} next${next.rows.length < next.size ? `; the first ${next.rows.length} are shown` : ""}. Each pass over the training ${many} has an order of its own, drawn from the seed.`);
    const rows = next ? next.rows.join(",") : "";
    if (list.dataset.rows === rows) return;
    list.dataset.rows = rows;
    if (images) list.replaceChildren(...(next ? [...next.labels].map((label, place) => make("figure", {}, picture(`${images}&part=train&rows=${rows}`, place, `Training image ${next.rows[place]}`), make("figcaption", {}, names[Number(label)]))) : []));
  };
  return { element, update };
}

const SIZE = 320, LOW = -4, HIGH_END = 4;

function points(known) {
  const at = (value) => ((value - LOW) / (HIGH_END - LOW)) * SIZE;
  const marks = known.points.map(({ x, y, label, part }) => {
    const [left, top] = [at(x), SIZE - at(y)];
    return label ? vector("rect", { class: `point ${part}`, x: left - 6, y: top - 6, width: 12, height: 12 }) : vector("circle", { class: `point ${part}`, cx: left, cy: top, r: 6.5 });
  });
  const axes = [
    vector("line", { class: "axis", x1: 0, x2: SIZE, y1: SIZE / 2, y2: SIZE / 2 }), vector("line", { class: "axis", y1: 0, y2: SIZE, x1: SIZE / 2, x2: SIZE / 2 }),
    vector("text", { x: SIZE - 4, y: SIZE / 2 - 6, "text-anchor": "end" }, "first feature"), vector("text", { x: SIZE / 2 + 6, y: 14 }, "second feature"),
  ];
  const drawing = vector("svg", { class: "plane", viewBox: `0 0 ${SIZE} ${SIZE}`, role: "img", "aria-label": "The points in the plane; the table beside has their numbers" }, ...axes, ...marks);
  const trained = known.points.filter(({ part }) => part === "train");
  const table = make("table", {}, make("thead", {}, make("tr", {}, ...["point", "class", "part"].map((head) => make("th", { scope: "col" }, head)))),
    make("tbody", {}, ...known.points.map(({ x, y, label, part }) => make("tr", {}, make("th", { scope: "row" }, minus(`(${x}, ${y})`)), make("td", {}, String(label)), make("td", {}, part === "train" ? "train" : "validation and test")))));
  const element = section("Its points",
    make("p", {}, `${trained.length} points to train on, each two numbers, in two classes: ${trained.filter(({ label }) => !label).length} of class 0 (circles) and ${trained.filter(({ label }) => label).length} of class 1 (squares). The two hollow ones are not trained on. They are the validation and the test set at once: there are too few points for both, so the test says nothing that validation did not say.`),
    make("div", { className: "two" }, drawing, make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": "The points as a table" }, table)),
    note("These numbers are of similar size on both axes and on both sides of 0: there is nothing to normalise."));
  const mark = (rows) => marks.forEach((node, place) => node.classList.toggle("next", rows.includes(place)));
  return { element, mark };
}

function open(parentElement) {
  const root = make("div", { className: "data" }, note("Loading the data."));
  parentElement.appendChild(root);
  let page = null, known = null, news = null, next = null, plane = null, following = false, loading = "";

  const draw = () => {
    next = nextBatch(page.images, page.images ? "images" : "points");
    plane = page.images ? null : points(known);
    root.replaceChildren(...(plane ? [plane.element, next.element] : [classes(known, page.images), means(known, page.images), normalisation(known, page.normalise), next.element]));
    tell();
  };
  const tell = () => {
    next.update(news, known.classes);
    plane?.mark(news?.look?.next?.rows ?? []);
  };
  const load = async () => {
    const address = loading = page.address;
    while (root.isConnected && !known) {
      try {
        const answer = await fetch(address);
        const told = await answer.json();
        if (loading !== address) return;
        if (answer.ok) { known = told; draw(); follow(); return; }
        root.replaceChildren(note(told.problem));
        if (answer.status === 404) return;
      } catch { /* the server does not answer: it is asked again */ }
      await wait(PATIENCE);
    }
  };
  const shown = () => document.hidden && new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
  const follow = async () => {
    if (following || !page.looks) return;
    following = true;
    let seen = "";
    while (root.isConnected) {
      await shown();
      try {
        const answer = await fetch(`${page.looks}&unit=0&seen=${encodeURIComponent(seen)}`, { cache: "no-store" });
        if (answer.ok) {
          const told = await answer.json();
          const look = told.look ?? (told.run === news?.run ? news?.look : null);
          news = { run: told.run, look: told.going ? look : look && { ...look, next: null } };
          seen = told.seen ?? "";
          tell();
        }
      } catch { /* the server does not answer: it is asked again */ }
      await wait(document.hidden ? PATIENCE : REFRESH);
    }
    following = false;
  };
  const fromPage = (data) => {
    const before = page;
    page = data;
    if (before?.address !== page.address) { known = null; load(); }
    else if (known && before.normalise !== page.normalise) draw();
    if (known) follow();
  };
  const view = { root, fromPage };
  views.set(parentElement, view);
  return view;
}
