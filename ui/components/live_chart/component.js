// Draws a training run's curves with Plotly.react: one chart for the life of the page, updated in place.
// A zoom is kept by `uirevision`, which stays the same as long as the run does.

const OPTIONS = {
  displaylogo: false,
  responsive: true,
  scrollZoom: false,
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
  doubleClick: "reset",
};

const charts = new WeakMap();
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

function figure(data, element) {
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
    xaxis: { ...axis, anchor: "y2", title: { ...axis.title, text: "batches trained on" }, range: data.totalSteps ? [-0.006 * data.totalSteps, 1.012 * data.totalSteps] : undefined, autorange: !data.totalSteps, tickformat: ",d" },
    yaxis: { ...axis, domain: [0.36, 1], title: { ...axis.title, text: "loss (nats)" }, type: data.log ? "log" : "linear", rangemode: data.log ? "normal" : "tozero" },
    yaxis2: { ...axis, domain: [0, 0.26], title: { ...axis.title, text: "% correct" }, range: accuracyRange(data.epochs.accuracy) },
    shapes: data.changes.map((change) => ({ type: "line", xref: "x", yref: "paper", x0: change.step, x1: change.step, y0: 0, y1: 1, line: { color: soft, width: 1, dash: "dash" } })),
    annotations: data.changes.slice(-8).map((change) => ({ x: change.step, xref: "x", y: 1, yref: "paper", text: `rate ${change.rate}`, showarrow: false, xanchor: "left", yanchor: "top", font: { size: 11, color: soft } })),
  };
  return [traces, layout];
}

function accuracyRange(values) {
  const known = values.filter((value) => value !== null);
  if (!known.length) return [0, 100];
  const low = Math.max(0, Math.min(...known) - 4);
  return [low, 100.8];
}

// Drawing takes at most about a fifth of the page's time: a slow browser gets fewer pictures, and stays quick to use.
const REST = 4;

async function draw(element) {
  const chart = charts.get(element);
  if (chart.busy) return;
  chart.busy = true;
  try {
    const plotly = await loadPlotly(chart.data.script);
    while (chart.drawn !== chart.data && element.isConnected) {
      const began = performance.now();
      const data = (chart.drawn = chart.data);
      await plotly.react(element, ...figure(data, element), OPTIONS);
      element.dataset.points = String(data.raw.x.length);
      await new Promise((resolve) => setTimeout(resolve, REST * (performance.now() - began)));
    }
  } finally {
    chart.busy = false;
  }
}

export default function ({ data, parentElement }) {
  const element = parentElement.querySelector(".primer-chart");
  const text = parentElement.querySelector(".primer-chart-text");
  if (!charts.has(element)) charts.set(element, {});
  charts.get(element).data = data;
  if (text.textContent !== data.summary) text.textContent = data.summary;
  draw(element).catch((error) => {
    element.textContent = error.message;
    element.classList.add("primer-chart-failed");
  });
  // Called before every update too: the chart is given up only when it has left the page.
  return () => setTimeout(() => element.isConnected || window.Plotly?.purge(element), 0);
}
