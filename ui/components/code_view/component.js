// Python code in colours. The text is replaced when it changes; the nodes around it stay. It comes from the page, or from
// another component by an event of the document, `primer-code`: {view, code, marks, waits}, where `view` is this one's key
// and `waits` says that the code will follow. Where the page sends an empty text, this asks for such an event by
// `primer-code-wanted`: {view}.

const MARKUP = `
  <div class="head"><h3>Code</h3><button type="button">Copy</button></div>
  <pre tabindex="0" aria-label="Python code" hidden><code></code></pre>
  <p class="note"></p>
  <p class="said" role="status"></p>`;
const SAID_FOR = 1600;         // ms that the button says so after copying

const views = new WeakMap();

export default function ({ data, parentElement }) {
  const view = views.get(parentElement) ?? open(parentElement);
  view.key = data.key;
  view.say(data.note);
  if (data.code) view.show(data);
  else document.dispatchEvent(new CustomEvent("primer-code-wanted", { detail: { view: data.key } }));
  return () => setTimeout(() => view.root.isConnected || view.close(), 0);
}

function open(parentElement) {
  const root = Object.assign(document.createElement("div"), { className: "code-view", innerHTML: MARKUP });
  parentElement.appendChild(root);
  const [button, code, note, said] = ["button", "code", ".note", ".said"].map((one) => root.querySelector(one));
  let shown = null, timer = 0, scrolled = false;
  // Asking where it is scrolled to, or scrolling it, would have the browser lay the page out at once.
  code.parentElement.addEventListener("scroll", () => { scrolled = true; });

  const say = (text) => { note.textContent = text; };
  const show = (data) => {
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
    code.parentElement.hidden = false;
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

  const listening = new AbortController();
  document.addEventListener("primer-code", ({ detail }) => {
    if (detail.view !== view.key) return;
    root.classList.toggle("waits", detail.waits);
    if (!detail.waits) show(detail);
  }, { signal: listening.signal });
  const close = () => { listening.abort(); views.delete(parentElement); root.remove(); };

  const view = { root, key: "", say, show, close };
  views.set(parentElement, view);
  return view;
}
