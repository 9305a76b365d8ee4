// Why a network reads what it reads. The pad tells of each drawing when the pen is lifted, and which network has read it;
// what is shown is asked for here, while the section is in sight. Nodes are made once and then only altered.

const SIDE = 28, PAPER = [12, 16, 23], INK = [176, 184, 198], FOR = [86, 156, 255], AGAINST = [255, 176, 32];
const METHODS = {
  integrated: ["Integrated gradients", "Each value: the pixel's brightness times the mean slope on the way from a black image to this one."],
  gradient: ["Gradient", "Each value: the slope of the number below by this pixel, for 1 of ink."],
  occlusion: ["Occlusion", "Each value: what the number below loses, on average, while a black square of 5 × 5 covers the pixel."],
};
const MARKUP = `
  <h3 class="title">Why this digit</h3>
  <p class="note blank-note">Draw something and lift the pen: which pixels spoke for the answer, which images are alike, and what would change it, is then shown here.</p>
  <div class="body" hidden>
    <div class="pixels">
      <figure>
        <div class="sheet"><canvas class="map" width="${SIDE}" height="${SIDE}" tabindex="0" role="application" aria-roledescription="picture of values"></canvas><i class="cursor" aria-hidden="true" hidden></i></div>
        <div class="scale" aria-hidden="true"><span class="low"></span><i class="bar"></i><span class="high"></span></div>
        <p class="readout" role="status"></p>
      </figure>
      <div class="words">
        <div class="methods" role="group" aria-label="How pixels are judged"></div>
        <p class="pair"><label>Why <select class="first"></select></label> <label>and not <select class="other"></select></label></p>
        <p class="note what"></p>
        <ul class="said facts"></ul>
        <p class="problem" hidden></p>
        <details><summary>These values as a table</summary><div class="scroll" tabindex="0" role="group" aria-label="These values as a table"></div></details>
      </div>
    </div>
    <section class="alike"><h4>Nearest images</h4><p class="note waiting">The network reads every image of its set once: that takes some seconds.</p><ol class="row"></ol><ul class="said"></ul><p class="problem" hidden></p></section>
    <section class="turn">
      <h4>What would make it another digit?</h4>
      <div class="targets" role="group" aria-label="What it should read instead"></div>
      <p class="note hint">Choose one: a few seconds of search.</p>
      <p class="problem" hidden></p>
      <div class="ways" hidden>
        <div class="way small"><h5>The smallest change found</h5><div class="row"></div><ul class="said"></ul>
          <p class="note">Such an image is called adversarial. Length: the root of the summed squares of all pixels' changes. There may be a smaller change than the one found.</p></div>
        <div class="way blend"><h5>A blend towards a real one</h5><div class="row"></div>
          <div class="slider"><input type="range" min="0" max="64" step="1" aria-label="Share of the way"><i class="mark" aria-hidden="true" hidden></i></div>
          <p class="at"></p><ul class="said"></ul>
          <p class="note">Towards the image whose last hidden layer is nearest, of those that are labelled and read so.</p></div>
      </div>
    </section>
  </div>`;

const sections = new WeakMap();

export default function ({ data, parentElement }) {
  const section = sections.get(parentElement) ?? open(parentElement);
  section.adopt(data);
  return () => setTimeout(() => section.root.isConnected || section.close(), 0);
}

const write = (node, text) => { if (node.textContent !== text) node.textContent = text; };
const between = (one, other, share) => one.map((value, place) => value + (other[place] - value) * share);
const number = (value) => {
  const size = Math.abs(value);
  const text = size >= 1 ? value.toFixed(2) : String(Number(Number(value.toPrecision(3)).toFixed(4)));
  return text.replace("-", "−");
};
const plus = (value) => (value > 0 ? `+${number(value)}` : number(value));
const percent = (share) => (share >= 0.9995 ? "> 99.9 %" : `${(100 * share).toFixed(1)} %`);
const make = (tag, properties = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
};

// Paints 28 x 28 colours, one a pixel.
function paint(canvas, colour) {
  const context = canvas.getContext("2d"), pixels = context.createImageData(canvas.width, canvas.height);
  for (let place = 0; place < canvas.width * canvas.height; place++) pixels.data.set([...colour(place), 255], 4 * place);
  context.putImageData(pixels, 0, 0);
}
// A value of -1 to 1 over what lies below it: blue for, amber against, as strong as the value is large.
const signed = (value, ground) => between(ground, value > 0 ? FOR : AGAINST, Math.min(1, Math.abs(value)));
const inked = (level, most = INK) => between(PAPER, most, level / 255);

function thumbnail(name, caption) {
  const canvas = make("canvas", { width: SIDE, height: SIDE });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", name);
  const words = make("figcaption", {}, ...caption);
  return { figure: make("figure", {}, canvas, words), canvas, words };
}

function list(node, lines) {
  node.replaceChildren(...lines.map((line) => make("li", { textContent: line })));
}

function open(parentElement) {
  const root = make("div", { className: "why", innerHTML: MARKUP });
  parentElement.appendChild(root);
  const find = (selector) => root.querySelector(selector);
  const [title, body, map, cursor, readout, first, other, scroll] =
    [".title", ".body", ".map", ".cursor", ".readout", ".first", ".other", ".scroll"].map(find);
  const alike = find(".alike"), turn = find(".turn"), slider = find(".slider input");
  const listening = new AbortController();
  const on = (target, type, handler) => target.addEventListener(type, handler, { signal: listening.signal });

  let page = null;              // what the page handed over
  let strokes = [];             // the drawing that the pad told of last
  let network = null;           // the token of the network that has read it
  let drawing = "";             // the drawing and network that it is about, as text
  let explained = "";           // the drawing that was asked about
  let seen = false;             // whether the section is in sight
  let method = "integrated";
  let chosen = { first: null, other: null };   // classes that the learner chose for this drawing; null for the two most probable
  let pixels = null;            // the answer that is shown
  let cell = null;              // [row, column] that is looked at
  let target = null;            // the class that it should become
  let way = null;               // the answer about changes that is shown
  const running = {};           // the request of each kind that is under way

  // -- asking --------------------------------------------------------------------------------------------------------

  // Asks one question of a kind; a later one of the same kind makes an earlier one void. Null where it came too late.
  const ask = async (kind, place, more) => {
    running[kind]?.abort();
    const mine = (running[kind] = new AbortController());
    const problem = place.querySelector(".problem");
    place.setAttribute("aria-busy", "true");
    let answer = null;
    try {
      const answered = await fetch(page.addresses[kind], {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ network, strokes, ...more }),
        signal: mine.signal,
      });
      const told = await answered.json();
      if (answered.ok) answer = told;
      else write(problem, told.problem);
      problem.hidden = answered.ok;
    } catch {
      if (running[kind] !== mine) return null;
      write(problem, "The server does not answer.");
      problem.hidden = false;
    }
    if (running[kind] !== mine) return null;
    place.removeAttribute("aria-busy");
    return answer;
  };
  const askPixels = async () => {
    const answer = await ask("pixels", find(".pixels"), { method, ...chosen });
    if (answer) { pixels = answer; showPixels(); }
    return answer;
  };
  const explain = async () => {
    if (!seen || !network || explained === drawing || strokes.length === 0) return;
    explained = drawing;
    chosen = { first: null, other: null };
    target = way = null;
    find(".ways").hidden = true;
    find(".hint").hidden = false;
    turn.querySelector(".problem").hidden = true;
    running.changes?.abort();
    if (!(await askPixels())) return;
    const answer = await ask("nearest", alike, {});
    alike.querySelector(".waiting").hidden = true;
    if (answer) showNearest(answer);
  };
  const askChanges = async (label) => {
    target = label;
    showTargets();
    const answer = await ask("changes", turn, { target: label });
    find(".hint").hidden = answer !== null || target !== label;
    if (answer) { way = answer; showChanges(); }
  };

  // -- pixels --------------------------------------------------------------------------------------------------------

  const names = () => ({ first: page.classes[pixels.first], other: pixels.other === null ? null : page.classes[pixels.other] });
  const against = () => (pixels.other === null ? `against ${names().first}` : `for ${names().other}`);
  const showPixels = () => {
    const { values, image } = pixels, largest = Math.max(...values.map(Math.abs));
    write(title, pixels.other === null ? `Why ${names().first}?` : `Why ${names().first}, and not ${names().other}?`);
    paint(map, (place) => signed(largest ? values[place] / largest : 0, inked(image[place], [128, 136, 150])));
    map.setAttribute("aria-label", `${METHODS[method][0]}: a value for each of 28 by 28 pixels, blue for ${names().first}, amber ${against()}. Arrow keys move.`);
    write(find(".low"), `${number(-largest)} ${against()}`);
    write(find(".high"), `for ${names().first} +${number(largest)}`);
    first.value = pixels.first;
    other.value = pixels.other === null ? "none" : pixels.other;
    for (const option of other.options) option.disabled = option.value === first.value;
    for (const option of first.options) option.disabled = option.value === other.value;
    list(find(".facts"), pixels.said);
    look();
    fillTable();
    showTargets();
  };
  const look = () => {
    cursor.hidden = cell === null;
    if (cell === null) { write(readout, "Point at a pixel, or use the arrow keys, for its value."); return; }
    const [row, column] = cell, place = row * SIDE + column;
    cursor.style.left = `${(100 * column) / SIDE}%`;
    cursor.style.top = `${(100 * row) / SIDE}%`;
    write(readout, `row ${row}, column ${column}: ink ${number(pixels.image[place] / 255)}, value ${plus(pixels.values[place])}`);
  };
  const fillTable = () => {
    if (!pixels || !find("details").open) { scroll.replaceChildren(); return; }
    const columns = [...Array(SIDE).keys()];
    const head = make("tr", {}, make("td"), ...columns.map((column) => make("th", { scope: "col", textContent: column })));
    const rows = columns.map((row) => make("tr", {}, make("th", { scope: "row", textContent: row }),
      ...columns.map((column) => make("td", { textContent: plus(pixels.values[row * SIDE + column]) }))));
    scroll.replaceChildren(make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows)));
  };
  const under = (event) => {
    const box = map.getBoundingClientRect();
    const at = (value, from, length) => Math.max(0, Math.min(SIDE - 1, Math.floor(((value - from) / length) * SIDE)));
    return [at(event.clientY, box.top, box.height), at(event.clientX, box.left, box.width)];
  };
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  on(map, "pointermove", (event) => { if (pixels) { cell = under(event); look(); } });
  on(map, "pointerdown", (event) => { if (pixels) { cell = under(event); look(); } });
  on(map, "pointerleave", (event) => { if (pixels && event.pointerType === "mouse" && document.activeElement !== map) { cell = null; look(); } });
  on(map, "keydown", (event) => {
    const step = steps[event.key];
    if (!step || !pixels || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const from = cell ?? [SIDE / 2 - step[0], SIDE / 2 - step[1]];
    cell = from.map((value, axis) => Math.max(0, Math.min(SIDE - 1, value + step[axis])));
    look();
  });
  on(find("details"), "toggle", fillTable);
  const choose = (end) => () => {
    const value = end.value === "none" ? "none" : Number(end.value);
    chosen = { first: pixels.first, other: pixels.other ?? "none", [end === first ? "first" : "other"]: value };
    askPixels();
  };
  on(first, "change", choose(first));
  on(other, "change", choose(other));
  for (const [name, [words]] of Object.entries(METHODS)) {
    const button = make("button", { type: "button", textContent: words });
    button.dataset.method = name;
    on(button, "click", () => { method = name; showMethod(); askPixels(); });
    find(".methods").append(button);
  }
  const showMethod = () => {
    for (const button of find(".methods").children) button.setAttribute("aria-pressed", String(button.dataset.method === method));
    write(find(".what"), METHODS[method][1]);
  };

  // -- images that are alike -----------------------------------------------------------------------------------------

  const showNearest = ({ neighbours, said }) => {
    alike.querySelector(".row").replaceChildren(...neighbours.map((one) => {
      const { figure, canvas } = thumbnail(`An image labelled ${one.label}`, [
        make("b", { textContent: one.label, className: one.as_read ? "" : "other" }), make("span", { textContent: one.distance }), make("small", { textContent: one.from }),
      ]);
      paint(canvas, (place) => inked(one.image[place], [245, 247, 251]));
      return make("li", {}, figure);
    }));
    list(alike.querySelector(".said"), said);
  };

  // -- what would make it another ------------------------------------------------------------------------------------

  const showTargets = () => {
    const row = find(".targets");
    [...row.children].forEach((button, label) => {
      button.setAttribute("aria-pressed", String(label === target));
      button.disabled = label === pixels?.label;
      button.title = button.disabled ? "It reads this already" : "";
    });
  };
  const views = {
    small: ["The drawing", "The change", "Together"].map((name) => thumbnail(name, [name])),
    blend: ["The drawing", "The blend", "A real one"].map((name) => thumbnail(name, [name])),
  };
  find(".small .row").append(...views.small.map((view) => view.figure));
  find(".blend .row").append(...views.blend.map((view) => view.figure));
  const white = (level) => inked(level, [245, 247, 251]);
  const showBlend = () => {
    const share = Number(slider.value) / 64, { image, labels, probabilities } = way.blend;
    paint(views.blend[1].canvas, (place) => white((1 - share) * way.image[place] + share * image[place]));
    const words = `${percent(share).replace("> 99.9", "100")} of the way: reads ${page.classes[labels[slider.value]]}, at ${percent(probabilities[slider.value])}`;
    write(find(".at"), words);
    slider.setAttribute("aria-valuetext", words);
  };
  const showChanges = () => {
    find(".ways").hidden = false;
    const { smallest, blend } = way, name = page.classes[way.target];
    for (const view of [views.small[0], views.blend[0]]) paint(view.canvas, (place) => white(way.image[place]));
    list(find(".small .said"), smallest.said);
    find(".small .row").hidden = !smallest.image;
    if (smallest.image) {
      const largest = Math.max(...smallest.change.map(Math.abs));
      paint(views.small[1].canvas, (place) => signed(smallest.change[place] / largest, PAPER));
      paint(views.small[2].canvas, (place) => white(smallest.image[place]));
      write(views.small[1].words, `The change, ±${number(largest)}: blue adds ink, amber takes it`);
      write(views.small[2].words, `Together: reads ${name}`);
    }
    write(find(".blend h5"), `A blend towards a real ${name}`);
    list(find(".blend .said"), blend.said);
    for (const part of root.querySelectorAll(".blend .row, .slider, .at")) part.hidden = !blend.image;
    if (blend.image) {
      paint(views.blend[2].canvas, (place) => white(blend.image[place]));
      write(views.blend[2].words, `${blend.from}, labelled ${name}`);
      const mark = find(".mark");
      mark.hidden = blend.turn === null;
      mark.style.setProperty("--turn", blend.turn ?? 0);
      slider.value = Math.max(0, blend.labels.indexOf(way.target));
      showBlend();
    }
  };
  on(slider, "input", showBlend);

  // -- the page's side -----------------------------------------------------------------------------------------------

  let classes = "";
  const name = () => {
    if (classes === page.classes.join("\n")) return;
    classes = page.classes.join("\n");
    root.classList.toggle("long", page.classes.some((label) => label.length > 2));
    const options = () => page.classes.map((label, value) => make("option", { value, textContent: label }));
    first.replaceChildren(...options());
    other.replaceChildren(...options(), make("option", { value: "none", textContent: "no other: its logit alone" }));
    find(".targets").replaceChildren(...page.classes.map((label, value) => {
      const button = make("button", { type: "button", textContent: label });
      button.setAttribute("aria-label", `Make it ${label}`);
      button.addEventListener("click", () => askChanges(value));
      return button;
    }));
  };
  const sight = new IntersectionObserver(([entry]) => { seen = entry.isIntersecting; explain(); }, { rootMargin: "120px" });
  sight.observe(root);
  showMethod();

  on(document, "primer-pad-read", ({ detail }) => {
    if (!page || detail.channel !== page.channel || detail.down) return;
    ({ strokes, network } = detail);
    const blank = strokes.length === 0;
    body.hidden = blank;
    find(".blank-note").hidden = !blank;
    drawing = JSON.stringify([network, strokes]);
    if (blank) { write(title, "Why this digit"); explained = ""; for (const one of Object.values(running)) one.abort(); }
    else explain();
  });

  const section = {
    root,
    adopt(next) {
      page = next;
      name();
      document.dispatchEvent(new CustomEvent("primer-pad-wanted", { detail: { channel: page.channel } }));
    },
    close() {
      listening.abort();
      sight.disconnect();
      for (const one of Object.values(running)) one.abort();
      sections.delete(parentElement);
    },
  };
  sections.set(parentElement, section);
  return section;
}
