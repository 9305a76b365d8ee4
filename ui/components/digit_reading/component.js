// What the network reads, as it changes many times a second: every node is made once and then only altered.

const MARKUP = `
  <div class="top">
    <p class="guess" aria-hidden="true"></p>
    <div class="words"><p class="verdict"></p><p class="chance"></p></div>
    <figure><canvas class="seen" width="28" height="28" role="img"></canvas><figcaption>what the network sees<br>28 × 28</figcaption></figure>
  </div>
  <table class="bars"><caption>Probability of each class</caption><tbody></tbody></table>
  <p class="said" role="status"></p>`;
const ROW = `<th scope="row"></th><td class="track" aria-hidden="true"><div><i></i></div></td><td class="value"></td>`;
const QUIET = 700;             // ms without a change before a screen reader is told

const readings = new WeakMap();

export default function ({ data, parentElement }) {
  const reading = readings.get(parentElement) ?? open(parentElement);
  reading.channel = data.answers.channel;
  reading.take(data);
  return () => setTimeout(() => reading.root.isConnected || reading.close(), 0);
}

const percent = (share) => (share >= 0.9995 ? "> 99.9" : (share * 100).toFixed(1)) + " %";

function open(parentElement) {
  const root = Object.assign(document.createElement("div"), { innerHTML: MARKUP });
  parentElement.appendChild(root);
  const find = (selector) => root.querySelector(selector);
  const [guess, verdict, chance, seen, body, said] =
    [".guess", ".verdict", ".chance", ".seen", "tbody", ".said"].map(find);
  const context = seen.getContext("2d"), pixels = context.createImageData(28, 28);
  let rows = [], names = "", spoken = "", timer = 0;

  const write = (node, text) => { if (node.textContent !== text) node.textContent = text; };
  const tell = (text) => {
    clearTimeout(timer);
    if (text !== spoken) timer = setTimeout(() => { spoken = text; said.textContent = text; }, QUIET);
  };
  const name = (classes) => {
    if (names === classes.join("\n")) return;
    names = classes.join("\n");
    body.replaceChildren(...classes.map((label) => {
      const row = Object.assign(document.createElement("tr"), { innerHTML: ROW });
      row.querySelector("th").textContent = label;
      return row;
    }));
    rows = [...body.children].map((row) => ({ row, fill: row.querySelector("i"), value: row.querySelector(".value") }));
  };

  const show = (data) => {
    const read = data.state === "read";
    root.className = `reading ${data.state}${data.classes.some((label) => label.length > 2) ? " long" : ""}`;
    name(data.classes);
    write(guess, read ? data.classes[data.label] : data.state === "blank" ? "?" : "");
    write(verdict, data.verdict);
    write(chance, read ? `${percent(data.probabilities[data.label])} probability` : data.message);
    rows.forEach(({ row, fill, value }, index) => {
      const share = read ? data.probabilities[index] : 0;
      const best = read && index === data.label ? "best" : "", scale = `scaleX(${share.toFixed(3)})`;
      if (row.className !== best) row.className = best;
      if (fill.dataset.scale !== scale) fill.style.transform = fill.dataset.scale = scale;   // no style to work out for bars at rest
      write(value, read ? percent(share) : "–");
    });
    const image = read ? data.image : [];
    for (let i = 0; i < 784; i++) pixels.data.set([255, 255, 255, image[i] ?? 0], 4 * i);
    context.putImageData(pixels, 0, 0);
    seen.setAttribute("aria-label", read ? "The 28 by 28 image that the network is given" : "Nothing is given to the network yet");
    tell(`${data.verdict}. ${chance.textContent}`);
  };
  // The pad numbers its drawings: what answers an older one comes too late.
  let newest = 0;
  const take = (data) => {
    if (data.answers.sequence < newest) return;
    newest = data.answers.sequence;
    show(data);
  };
  const listening = new AbortController();
  document.addEventListener("primer-pad-read", ({ detail }) => {
    if (detail.answers.channel === reading.channel) take(detail);
  }, { signal: listening.signal });
  const close = () => { clearTimeout(timer); listening.abort(); readings.delete(parentElement); root.remove(); };

  const reading = { root, channel: "", take, close };
  readings.set(parentElement, reading);
  return reading;
}
