// Python code in colours. The text is replaced when it changes; the nodes around it stay.

const MARKUP = `
  <div class="head"><h3>Code</h3><button type="button">Copy</button></div>
  <pre tabindex="0" aria-label="Python code"><code></code></pre>
  <p class="note"></p>
  <p class="said" role="status"></p>`;
const SAID_FOR = 1600;         // ms that the button says so after copying

const views = new WeakMap();

export default function ({ data, parentElement }) {
  const view = views.get(parentElement) ?? open(parentElement);
  view.show(data);
}

function open(parentElement) {
  const root = Object.assign(document.createElement("div"), { className: "code-view", innerHTML: MARKUP });
  parentElement.appendChild(root);
  const [button, code, note, said] = ["button", "code", ".note", ".said"].map((one) => root.querySelector(one));
  let shown = null, timer = 0, scrolled = false;
  // Asking where it is scrolled to, or scrolling it, would have the browser lay the page out at once.
  code.parentElement.addEventListener("scroll", () => { scrolled = true; });

  const show = (data) => {
    note.textContent = data.note;
    if (data.code === shown) return;
    shown = data.code;
    const pieces = [];
    let at = 0;
    for (const [start, end, kind] of data.marks) {
      pieces.push(shown.slice(at, start), Object.assign(document.createElement("span"), {
        className: kind, textContent: shown.slice(start, end),
      }));
      at = end;
    }
    code.replaceChildren(...pieces, shown.slice(at));
    if (scrolled) code.parentElement.scrollTop = 0;
    scrolled = false;
  };

  // Outside of https and localhost browsers refuse the clipboard to scripts, but not to a selection.
  const copy = async () => {
    if (navigator.clipboard) return navigator.clipboard.writeText(shown);
    const area = Object.assign(document.createElement("textarea"), { value: shown, className: "said" });
    root.appendChild(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) throw new Error("refused");
  };
  button.addEventListener("click", async () => {
    let words = "Copied";
    try { await copy(); } catch { words = "Not allowed"; }
    button.textContent = said.textContent = words;
    clearTimeout(timer);
    timer = setTimeout(() => { button.textContent = "Copy"; said.textContent = ""; }, SAID_FOR);
  });

  const view = { show };
  views.set(parentElement, view);
  return view;
}
