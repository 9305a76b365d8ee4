// A training run: its progress, its numbers, and its curves drawn with Plotly.react: one chart for the life of the page,
// updated in place. A zoom is kept by `uirevision`, which stays the same as long as the run does.

const MARKUP = `
  <p class="primer-run-progress"></p>
  <div class="primer-run-bar" role="progressbar" aria-label="Progress of the run" aria-valuemin="0" aria-valuemax="100"><i></i></div>
  <div class="primer-run-numbers"></div>
  <div class="primer-chart"></div>
  <p class="primer-chart-text" role="status"></p>`;

const OPTIONS = {
  displaylogo: false,
  responsive: true,
  scrollZoom: false,
  modeBarButtonsToRemove: ["sendChartToCloud", "select2d", "lasso2d", "autoScale2d"],
  doubleClick: "reset",
};

const runs = new WeakMap();
let loading = null;

function loadPlotly(url) {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => { loading = null; reject(new Error("The chart library could not be loaded.")); };
    document.head.append(script);
  });
  return loading;
}

// Colours come from the theme, resolved where the chart stands, so light and dark need no code of their own.
function palette(element) {
  const style = getComputedStyle(element);
  const named = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  return {
    text: style.color,
    faint: `color-mix(in srgb, ${style.color} 14%, transparent)`,
    soft: `color-mix(in srgb, ${style.color} 62%, transparent)`,
    background: named("--st-background-color", "#ffffff"),
    raw: named("--st-primary-color", "#3a5bd9"),
    validation: named("--st-yellow-text-color", "#7a4a00"),
    accuracy: named("--st-green-text-color", "#05593f"),
    font: style.fontFamily,
  };
}

// Plotly reads no CSS functions: paint the colour and read it back.
function plain(color) {
  const context = plain.context ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  context.clearRect(0, 0, 1, 1);
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
  return `rgba(${r},${g},${b},${(a / 255).toFixed(3)})`;
}

function figure(data, log, element) {
  const colors = palette(element);
  const [text, faint, soft] = [plain(colors.text), plain(colors.faint), plain(colors.soft)];
  const axis = { gridcolor: faint, linecolor: faint, zeroline: false, tickfont: { color: soft, size: 12 }, title: { font: { color: soft, size: 12 } } };
  const many = data.raw.x.length > 200;
  const mark = data.epochs.x.length > 40 ? 4 : 8;
  const traces = [
    { name: "train loss, each batch", x: data.raw.x, y: data.raw.y, mode: "lines", line: { color: colors.raw, width: 1 }, opacity: 0.35, hovertemplate: "batch %{x}<br>loss %{y:.4f}<extra></extra>" },
    { name: "train loss, smoothed", x: data.smooth.x, y: data.smooth.y, mode: many ? "lines" : "lines+markers", marker: { size: 4 }, line: { color: colors.raw, width: 2.5 }, hovertemplate: "batch %{x}<br>smoothed loss %{y:.4f}<extra></extra>" },
    { name: "validation loss", x: data.epochs.x, y: data.epochs.loss, customdata: data.epochs.epoch, mode: "lines+markers", line: { color: colors.validation, width: 2, dash: "dot" }, marker: { size: mark, symbol: "diamond" }, hovertemplate: "after epoch %{customdata}<br>validation loss %{y:.4f}<extra></extra>" },
    { name: "validation accuracy", x: data.epochs.x, y: data.epochs.accuracy, customdata: data.epochs.epoch, yaxis: "y2", mode: "lines+markers", line: { color: colors.accuracy, width: 2 }, marker: { size: mark, symbol: "square" }, hovertemplate: "after epoch %{customdata}<br>%{y:.2f} % correct<extra></extra>" },
  ];
  const narrow = element.clientWidth < 560;
  const steps = data.totalSteps || 100;      // an axis of a run that does not say yet how long it is
  const layout = {
    uirevision: data.run,
    autosize: true,
    margin: { l: 52, r: 12, t: narrow ? 64 : 34, b: 42 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: colors.font, color: text, size: 13 },
    hoverlabel: { bgcolor: colors.background, bordercolor: faint, font: { color: text } },
    hovermode: "closest",
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", font: { size: 12, color: soft } },
    xaxis: { ...axis, anchor: "y2", title: { ...axis.title, text: "batches trained on" }, range: [-0.006 * steps, 1.012 * steps], tickformat: ",d" },
    yaxis: { ...axis, domain: [0.36, 1], title: { ...axis.title, text: "loss (nats)" }, type: log ? "log" : "linear", rangemode: log ? "normal" : "tozero" },
    yaxis2: { ...axis, domain: [0, 0.26], title: { ...axis.title, text: "% correct" }, range: accuracyRange(data.epochs.accuracy) },
    shapes: data.changes.map((change) => ({ type: "line", xref: "x", yref: "paper", x0: change.step, x1: change.step, y0: 0, y1: 1, line: { color: soft, width: 1, dash: "dash" } })),
    annotations: data.changes.slice(-8).map((change) => ({ x: change.step, xref: "x", y: 1, yref: "paper", text: change.text, showarrow: false, xanchor: "left", yanchor: "top", font: { size: 11, color: soft } })),
  };
  return [traces, layout];
}

function accuracyRange(values) {
  const known = values.filter((value) => value !== null);
  if (!known.length) return [0, 100];
  const low = Math.max(0, Math.min(...known) - 4);
  return [low, 100.8];
}

// Drawing takes at most about a third of the page's time: a slow browser gets fewer pictures, and stays quick to use.
const REST = 2;
// Milliseconds after which a page that has not followed a change is told of it again, and a silent server asked again.
const PATIENCE = 3000;

const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

export default function ({ data, parentElement, setTriggerValue }) {
  const run = runs.get(parentElement) ?? open(parentElement);
  run.change = (mark) => setTriggerValue("changed", mark);
  run.fromPage(data);
  // Called before every update too: the chart is given up only when it has left the page.
  return () => setTimeout(() => run.root.isConnected || window.Plotly?.purge(run.chart), 0);
}

function open(parentElement) {
  const root = Object.assign(document.createElement("div"), { className: "primer-run", innerHTML: MARKUP });
  parentElement.appendChild(root);
  const [progress, bar, numbers, chart, words] =
    ["progress", "bar", "numbers"].map((name) => root.querySelector(`.primer-run-${name}`))
      .concat([".primer-chart", ".primer-chart-text"].map((name) => root.querySelector(name)));
  let page = null;      // what the page said last
  let view = null;      // the newest picture of the run, from the page or from the server
  let drawn = null, drawing = false, following = false;
  let told = { mark: null, at: 0 };

  const write = (element, text) => { if (element.textContent !== text) element.textContent = text; };

  const show = (news) => {
    if (view && news.at < view.at) return;
    view = news;
    write(progress, view.progress);
    bar.setAttribute("aria-valuenow", String(Math.round(100 * view.share)));
    bar.firstChild.style.transform = `scaleX(${view.share})`;
    [...numbers.querySelectorAll(".primer-run-value")].forEach((value, place) => write(value, view.numbers[place] ?? "—"));
    write(words, view.summary);
    draw().catch((error) => {
      chart.textContent = error.message;
      chart.classList.add("primer-chart-failed");
    });
  };

  const draw = async () => {
    if (drawing) return;
    drawing = true;
    try {
      const plotly = await loadPlotly(page.script);
      while (root.isConnected && (drawn?.view !== view || drawn.log !== page.log)) {
        const began = performance.now();
        drawn = { view, log: page.log };
        await plotly.react(chart, ...figure(view, page.log, chart), OPTIONS);
        chart.dataset.points = String(drawn.view.raw.x.length);
        await pause(REST * (performance.now() - began));
      }
    } finally {
      drawing = false;
    }
  };

  // Ask for news while there will be some, and have the page run again when more than this component has to change.
  const follow = async () => {
    if (following) return;
    following = true;
    while (root.isConnected && view.again && page.address) {
      await pause(view.again);
      let news = null;
      try {
        const answer = await fetch(page.address, { cache: "no-store" });
        if (answer.ok) news = await answer.json();
        else if (answer.status === 404) tell("gone");
      } catch { /* the server does not answer: Streamlit says so, and it is asked again */ }
      if (!root.isConnected) break;
      if (news === null) await pause(PATIENCE);
      else {
        show(news);
        if (news.mark !== page.view.mark) tell(news.mark);
      }
    }
    following = false;
  };

  const tell = (mark) => {
    if (told.mark === mark && performance.now() - told.at < PATIENCE) return;
    told = { mark, at: performance.now() };
    run.change(`${mark} ${told.at}`);
  };

  const name = (pairs) => numbers.replaceChildren(...pairs.map(([label, meaning], place) => {
    const number = Object.assign(document.createElement("div"), { className: "primer-run-number" });
    number.innerHTML = `
      <span class="primer-run-label"></span>
      <button type="button" aria-describedby="primer-run-meaning-${place}">?</button>
      <span class="primer-run-meaning" role="tooltip" id="primer-run-meaning-${place}"></span>
      <span class="primer-run-value">—</span>`;
    number.querySelector(".primer-run-label").textContent = label;
    number.querySelector("button").setAttribute("aria-label", `What ${label.toLowerCase()} means`);
    number.querySelector(".primer-run-meaning").textContent = meaning;
    return number;
  }));

  const fromPage = (data) => {
    if (data === page) return;
    if (JSON.stringify(page?.numbers) !== JSON.stringify(data.numbers)) name(data.numbers);
    page = data;
    show(page.view);
    follow();
  };

  const run = { root, chart, change: () => {}, fromPage };
  runs.set(parentElement, run);
  return run;
}
