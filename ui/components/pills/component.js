// A row of pills. The pressed one is lit at once; what comes back from the server then says which one really is.

const rows = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const row = rows.get(parentElement) ?? open(parentElement);
  row.press = (title) => setTriggerValue("pressed", title);
  row.show(data);
}

function open(parentElement) {
  const root = Object.assign(document.createElement("div"), { className: "pills" });
  root.setAttribute("role", "group");
  parentElement.appendChild(root);
  let shown = "", titles = "";

  const light = (lit) => {
    for (const pill of root.children) pill.setAttribute("aria-pressed", String(pill.textContent === lit));
  };
  const show = (data) => {
    const news = JSON.stringify(data);
    if (news === shown) return;               // a rerender before the answer must not put out what was just pressed
    shown = news;
    root.setAttribute("aria-label", data.label);
    if (titles !== data.titles.join("\n")) {
      titles = data.titles.join("\n");
      root.replaceChildren(...data.titles.map((title) =>
        Object.assign(document.createElement("button"), { type: "button", textContent: title })));
    }
    for (const pill of root.children) pill.disabled = data.disabled;
    light(data.lit);
  };
  root.addEventListener("click", (event) => {
    const pill = event.target.closest("button");
    if (!pill) return;
    light(pill.textContent);
    row.press(pill.textContent);
  });

  const row = { press: () => {}, show };
  rows.set(parentElement, row);
  return row;
}
