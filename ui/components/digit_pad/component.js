// A pad to draw on: pointer or keyboard in, strokes out. What is on the pad lives here, in the browser; messages coming
// back from the server never touch it, so that no answer, however late, can interrupt or undo the pen. The page is told
// when the pen is lifted. Meanwhile the pad asks a reader for itself, and hands the answer on through the document.

const SIZE = 280;            // the pad's own units, both ways
const NEAR = 1.5;            // a point nearer than this to the one before says nothing new
const PERIOD = 80;           // ms between two questions at least; the next also waits for the answer to the one before
const STEP = 8, BIG_STEP = 32;

const MARKUP = `
  <div class="sheet">
    <canvas tabindex="0" role="application" aria-roledescription="drawing pad" aria-describedby="keys"></canvas>
    <p class="hint" aria-hidden="true">Draw a digit here</p>
    <span class="pen" aria-hidden="true"></span>
  </div>
  <div class="tools" role="group" aria-label="Drawing tools">
    <button type="button" class="undo" title="Undo the last stroke (Ctrl+Z)">Undo</button>
    <button type="button" class="clear" title="Clear the pad (Delete)">Clear</button>
    <label class="brush"><span>Brush</span><input type="range" min="8" max="36" step="1" aria-label="Brush width">
      <span class="sample" aria-hidden="true"><i></i></span></label>
  </div>
  <p class="keys" id="keys">Keys: arrows move the pen (Shift: further), Space puts it down or lifts it, Ctrl+Z undoes, Delete clears.</p>
  <p class="said" role="status"></p>`;

const pads = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  const pad = pads.get(parentElement) ?? open(parentElement, data);
  pad.report = (drawing) => setStateValue("drawing", drawing);
  pad.adopt(data);
  // Streamlit may run this after a rerender too: only a pad that has left the page is closed.
  return () => setTimeout(() => pad.root.isConnected || pad.close(), 0);
}

function open(parentElement, data) {
  const root = Object.assign(document.createElement("div"), { className: "pad", innerHTML: MARKUP });
  parentElement.appendChild(root);
  const find = (selector) => root.querySelector(selector);
  const canvas = find("canvas"), pen = find(".pen"), said = find(".said"), range = find("input");
  const undoButton = find(".undo"), clearButton = find(".clear"), context = canvas.getContext("2d");
  const listening = new AbortController();
  const on = (target, type, handler) => target.addEventListener(type, handler, { signal: listening.signal });

  let strokes = [];            // what is drawn; a stroke is {width, points: [[x, y], ...]}
  let before = [];             // the drawing before each change, newest last
  let current = null;          // the stroke being drawn, the last of `strokes`
  let pointer = null;          // the one pointer that draws
  let cursor = [SIZE / 2, SIZE / 2];
  let revision;                // of the drawing that the server handed over last
  let reader = null;           // {address, network} to ask while the pen moves, once the server has one
  let sequence = 0, askedAt = -Infinity, asking = false, unread = false, timer = 0, frame = 0;

  // -- looks ---------------------------------------------------------------------------------------------------------

  const paint = () => {
    frame = 0;
    const side = Math.round(canvas.clientWidth * devicePixelRatio) || SIZE;
    if (canvas.width !== side) canvas.width = canvas.height = side;
    context.setTransform(side / SIZE, 0, 0, side / SIZE, 0, 0);
    context.clearRect(0, 0, SIZE, SIZE);
    context.lineCap = context.lineJoin = "round";
    context.strokeStyle = getComputedStyle(canvas).color;
    for (const { width, points } of strokes) {
      context.lineWidth = width;
      context.beginPath();
      context.moveTo(...points[0]);
      if (points.length === 1) context.lineTo(points[0][0] + 0.01, points[0][1]);   // a line of no length leaves no ink
      for (const point of points.slice(1)) context.lineTo(...point);
      context.stroke();
    }
    root.classList.toggle("blank", strokes.length === 0);
    root.classList.toggle("down", current !== null);
    pen.style.left = `${(cursor[0] / SIZE) * 100}%`;
    pen.style.top = `${(cursor[1] / SIZE) * 100}%`;
    pen.style.width = `${(Number(range.value) / SIZE) * 100}%`;
    // Not disabled, which would take the focus away from who undoes or clears by keys.
    undoButton.setAttribute("aria-disabled", String(before.length === 0 || current !== null));
    clearButton.setAttribute("aria-disabled", String(strokes.length === 0));
  };
  const repaint = () => { frame ||= requestAnimationFrame(paint); };
  const say = (text) => { said.textContent = text; };
  const count = () => (strokes.length === 1 ? "1 stroke" : `${strokes.length} strokes`);

  // -- messages ------------------------------------------------------------------------------------------------------

  const storage = `primer-pad-${data.channel}`;
  const keep = () => {
    try { sessionStorage.setItem(storage, JSON.stringify({ revision, strokes })); } catch { /* storage may be refused */ }
  };
  const kept = () => {
    try { return JSON.parse(sessionStorage.getItem(storage)); } catch { return null; }
  };
  const ask = async () => {
    clearTimeout(timer);
    [timer, asking, unread, askedAt] = [0, true, false, performance.now()];
    try {
      const answer = await fetch(reader.address, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ network: reader.network, channel: data.channel, sequence, strokes }),
      });
      if (answer.ok) document.dispatchEvent(new CustomEvent("primer-pad-read", { detail: await answer.json() }));
    } catch { /* no answer: the page reads the drawing when the pen is lifted */ }
    asking = false;
    schedule();
  };
  const schedule = () => {
    if (!unread || asking || !reader || timer) return;
    const wait = PERIOD - (performance.now() - askedAt);
    if (wait <= 0) ask();
    else timer = setTimeout(ask, wait);
  };
  const report = () => { pad.report({ sequence, revision, strokes }); };
  const changed = () => {
    // Drawings are numbered by the clock, so that those after a reload count as later.
    sequence = Math.max(sequence + 1, Math.round(performance.timeOrigin + performance.now()));
    unread = true;
    schedule();
    repaint();
    if (current !== null) return;
    keep();
    report();
  };

  // -- drawing -------------------------------------------------------------------------------------------------------

  const inside = (value) => Math.max(0, Math.min(SIZE, Math.round(value * 2) / 2));   // to half a unit, for short messages
  const begin = (point) => {
    before.push(strokes);
    current = { width: Number(range.value), points: [point] };
    strokes = [...strokes, current];
    changed();
  };
  const extend = (point) => {
    const last = current.points[current.points.length - 1];
    if (Math.hypot(point[0] - last[0], point[1] - last[1]) < NEAR) return false;
    current.points.push(point);
    return true;
  };
  const lift = () => {
    if (current === null) return;
    current = null;
    pointer = null;
    say(`${count()} drawn`);
    changed();
  };
  const replace = (next, words) => {
    lift();
    before.push(strokes);
    strokes = next;
    say(words);
    changed();
  };
  const undo = () => {
    lift();
    if (before.length === 0) return;
    strokes = before.pop();
    say(strokes.length ? `Undone; ${count()} left` : "Undone; the pad is blank");
    changed();
  };
  const clear = () => { if (strokes.length) replace([], "Cleared; the pad is blank"); };

  let box = null;                                 // kept while it holds: asking makes the browser lay out the page
  const moved = () => { box = null; };
  document.addEventListener("scroll", moved, { capture: true, signal: listening.signal });
  on(window, "resize", moved);
  const place = (event) => {
    box ??= canvas.getBoundingClientRect();
    return [inside(((event.clientX - box.left) / box.width) * SIZE), inside(((event.clientY - box.top) / box.height) * SIZE)];
  };
  on(canvas, "pointerdown", (event) => {
    if (pointer !== null || event.button !== 0) return;
    event.preventDefault();
    lift();                                       // a stroke drawn by keys ends where the hand takes over
    pointer = event.pointerId;
    canvas.focus({ preventScroll: true });
    root.classList.remove("keyed");
    canvas.setPointerCapture(pointer);
    moved();
    begin((cursor = place(event)));
  });
  on(canvas, "pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    let more = false;
    for (const one of events.length ? events : [event]) more = extend((cursor = place(one))) || more;
    if (more) changed();
  });
  for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) {
    on(canvas, type, (event) => { if (event.pointerId === pointer) lift(); });
  }
  on(canvas, "contextmenu", (event) => { if (pointer !== null) event.preventDefault(); });

  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  on(canvas, "keydown", (event) => {
    if (pointer !== null) return;
    const control = event.ctrlKey || event.metaKey;
    const arrow = !control && !event.altKey && arrows[event.key];
    if (arrow) {
      const step = event.shiftKey ? BIG_STEP : STEP;
      cursor = [inside(cursor[0] + arrow[0] * step), inside(cursor[1] + arrow[1] * step)];
      if (current !== null && extend(cursor)) changed();
    } else if (!control && (event.key === " " || event.key === "Enter")) {
      if (event.repeat) { /* a key held down is one press */ }
      else if (current !== null) lift();
      else { begin(cursor); say(`Pen down at ${cursor[0]}, ${cursor[1]}`); }
    } else if (event.key === "Escape" && current !== null) lift();
    else if (control && !event.shiftKey && event.key.toLowerCase() === "z") undo();
    else if (!control && (event.key === "Delete" || event.key === "Backspace")) clear();
    else return;
    event.preventDefault();
    event.stopPropagation();
    root.classList.add("keyed");
    repaint();
  });
  on(canvas, "focus", () => { root.classList.toggle("keyed", canvas.matches(":focus-visible") && pointer === null); });
  on(canvas, "blur", () => { root.classList.remove("keyed"); if (pointer === null) lift(); });
  on(undoButton, "click", undo);
  on(clearButton, "click", clear);
  on(range, "input", () => {
    root.style.setProperty("--brush", range.value / SIZE);
    range.setAttribute("aria-valuetext", `${range.value} of ${SIZE}`);
    repaint();
  });

  const resized = new ResizeObserver(repaint);
  resized.observe(canvas);
  on(window, "resize", repaint);                  // zooming changes the device's pixel ratio, not the canvas's size

  // -- the server's side ---------------------------------------------------------------------------------------------

  const pad = {
    root,
    report: () => {},
    adopt(next) {
      reader = next.reader;
      schedule();
      canvas.setAttribute("aria-label", next.label);
      if (next.revision === revision) return;
      revision = next.revision;
      if (revision !== null) replace(next.strokes, `${revision} is on the pad`);
    },
    close() {
      clearTimeout(timer);
      reader = null;
      cancelAnimationFrame(frame);
      resized.disconnect();
      listening.abort();
      pads.delete(parentElement);
      root.remove();
    },
  };
  pads.set(parentElement, pad);

  range.value = data.brush;
  root.style.setProperty("--brush", data.brush / SIZE);
  revision = data.revision;
  strokes = data.strokes;
  // After a reload the server has forgotten the drawing, this tab has not.
  const own = kept();
  if (own && own.revision === revision && JSON.stringify(own.strokes) !== JSON.stringify(strokes)) {
    strokes = own.strokes;
    queueMicrotask(changed);
  }
  before = strokes.map((_, index) => strokes.slice(0, index));
  paint();
  return pad;
}
