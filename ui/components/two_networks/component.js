// What two networks read in one drawing. Mid-stroke it takes the image that the pad was answered with (an event of the
// document, primer-pad-read) and asks both networks of it; when the pen is lifted, of the strokes.

const MARKUP = `
  <p class="note">Draw something: both networks read it while the pen moves.</p>
  <div class="body" hidden>
    <p class="heads"><span class="head first"><b></b><small></small></span><span class="chip"></span><span class="head second"><b></b><small></small></span></p>
    <table><thead><tr><th scope="col" class="one">first</th><th scope="col" class="digit">class</th><th scope="col" class="two">second</th><th scope="col" class="gap">difference</th></tr></thead><tbody></tbody></table>
    <p class="told"></p>
    <p class="heard" role="status"></p>
  </div>
  <p class="problem" hidden></p>`;
const ROW = `
  <td class="one"><span class="value"></span><span class="track" aria-hidden="true"><i></i></span></td>
  <th scope="row" class="digit"></th>
  <td class="two"><span class="track" aria-hidden="true"><i></i></span><span class="value"></span></td>
  <td class="gap"></td>`;
const QUIET = 900;             // ms without a change before a screen reader is told

const views = new WeakMap();

export default function ({ data, parentElement }) {
  const view = views.get(parentElement) ?? open(parentElement);
  view.adopt(data);
  return () => setTimeout(() => view.root.isConnected || view.close(), 0);
}

const write = (node, text) => { if (node.textContent !== text) node.textContent = text; };
const percent = (share) => (share >= 0.9995 ? "> 99.9 %" : `${(100 * share).toFixed(1)} %`);
const points = (share) => {
  const text = (100 * share).toFixed(1).replace("-", "−");
  return Number(Math.abs(100 * share).toFixed(1)) === 0 ? "0.0" : share > 0 ? `+${text}` : text;
};

function open(parentElement) {
  const root = Object.assign(document.createElement("div"), { className: "versus", innerHTML: MARKUP });
  parentElement.appendChild(root);
  const find = (selector) => root.querySelector(selector);
  const [note, body, tbody, chip, told, heard, problem] =
    [".note", ".body", "tbody", ".chip", ".told", ".heard", ".problem"].map(find);
  let page = null, rows = [], names = "";
  let newest = 0;              // number of the newest drawing that was heard of
  let waiting = null;          // the question to ask next
  let asking = false, timer = 0, blank = true;

  const name = () => {
    if (names === page.classes.join("\n")) return;
    names = page.classes.join("\n");
    tbody.replaceChildren(...page.classes.map((label) => {
      const row = Object.assign(document.createElement("tr"), { innerHTML: ROW });
      row.querySelector(".digit").textContent = label;
      return row;
    }));
    rows = [...tbody.children].map((row) => ({
      row, fills: row.querySelectorAll("i"), values: row.querySelectorAll(".value"), gap: row.querySelector(".gap"),
    }));
  };
  const show = ({ labels, probabilities, said }) => {
    const [first, second] = probabilities, same = labels[0] === labels[1];
    [".first", ".second"].forEach((side, place) => {
      write(find(`.head${side} b`), page.classes[labels[place]]);
      write(find(`.head${side} small`), page.titles[place]);
    });
    write(chip, same ? "= same" : "≠ differ");
    root.classList.toggle("differ", !same);
    rows.forEach(({ row, fills, values, gap }, label) => {
      [first, second].forEach((shares, place) => {
        fills[place].style.transform = `scaleX(${shares[label].toFixed(3)})`;
        write(values[place], percent(shares[label]));
        values[place].classList.toggle("best", labels[place] === label);
      });
      write(gap, points(second[label] - first[label]));
      row.classList.toggle("read", labels.includes(label));
    });
    write(told, said);
    clearTimeout(timer);
    timer = setTimeout(() => write(heard, said), QUIET);
  };
  // One question at a time; what comes meanwhile waits, and only the last of it is asked.
  const ask = async () => {
    if (asking || !waiting) return;
    const { more, networks } = waiting;
    [asking, waiting] = [true, null];
    try {
      const answered = await fetch(page.address, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ networks, ...more }),
      });
      const answer = await answered.json();
      if (!blank && networks.join() === page.networks.join()) {
        problem.hidden = answered.ok;
        if (answered.ok) { body.hidden = false; note.hidden = true; show(answer); }
        else write(problem, answer.problem);
      }
    } catch {
      problem.hidden = false;
      write(problem, "The server does not answer.");
    }
    asking = false;
    ask();
  };
  const clear = () => { blank = true; waiting = null; body.hidden = problem.hidden = true; note.hidden = false; };
  const follow = ({ detail }) => {
    const { channel, sequence, strokes, down, reading } = detail;
    if (!page || channel !== page.channel || sequence < newest) return;
    newest = sequence;
    if (strokes.length === 0) { clear(); return; }
    blank = false;
    waiting = { more: down && reading.pixels ? { image: reading.pixels.map((ink) => Math.round(0.255 * ink)) } : { strokes }, networks: page.networks };
    ask();
  };
  document.addEventListener("primer-pad-read", follow);

  const view = {
    root,
    adopt(next) {
      page = next;
      name();
      document.dispatchEvent(new CustomEvent("primer-pad-wanted", { detail: { channel: page.channel } }));
    },
    close() { clearTimeout(timer); document.removeEventListener("primer-pad-read", follow); views.delete(parentElement); },
  };
  views.set(parentElement, view);
  return view;
}
