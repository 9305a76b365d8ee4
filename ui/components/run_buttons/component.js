// The buttons that steer a run. A press has a number and stays in the component's value until the page has run with it:
// two quick presses are two. A button keeps its element as long as its place, and the focus with it.

const rows = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  const row = rows.get(parentElement) ?? open(parentElement);
  row.send = (presses) => setStateValue("presses", presses);
  row.show(data);
}

function open(parentElement) {
  const root = Object.assign(document.createElement("div"), { className: "buttons" });
  const reason = Object.assign(document.createElement("p"), { className: "reason" });
  root.setAttribute("role", "group");
  parentElement.append(root, reason);
  const elements = new Map();
  let shown = "", last = 0, waiting = [];

  const show = (data) => {
    last = Math.max(last, data.handled);
    waiting = waiting.filter((press) => press.number > data.handled);
    keep(data.cookie);
    const news = JSON.stringify([data.buttons, data.label]);
    if (news === shown) return;
    shown = news;
    root.setAttribute("aria-label", data.label);
    const kept = data.buttons.map((button) => write(elements.get(button.place) ?? make(button.place), button));
    for (const [place, element] of elements) {
      if (!kept.includes(element)) {
        element.remove();
        elements.delete(place);
      }
    }
    // Moving an element takes its focus: only what is not in its place yet is put there.
    kept.forEach((element, place) => root.children[place] === element || root.insertBefore(element, root.children[place]));
    reason.textContent = data.buttons.find((button) => button.icon)?.why_not ?? "";
  };

  const make = (place) => {
    const element = Object.assign(document.createElement("button"), { type: "button" });
    element.innerHTML = '<span class="symbol" aria-hidden="true"></span><span class="label"></span>';
    elements.set(place, element);
    return element;
  };

  const write = (element, button) => {
    element.dataset.name = button.name;
    element.classList.toggle("main", button.icon !== "");
    element.querySelector(".symbol").textContent = button.icon;
    element.querySelector(".label").textContent = button.label;
    element.title = button.why_not || button.help;
    // Not `disabled`: that would take the focus of who has just pressed it, and hide the reason from a screen reader.
    if (button.why_not) element.setAttribute("aria-disabled", "true");
    else element.removeAttribute("aria-disabled");
    return element;
  };

  root.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button || button.getAttribute("aria-disabled")) return;
    waiting.push({ number: ++last, name: button.dataset.name });
    row.send([...waiting]);
  });

  const row = { send: () => {}, show };
  rows.set(parentElement, row);
  return row;
}

// Without a date it ends with the browser.
function keep([name, value, path]) {
  const entry = `${name}=${value}`;
  if (document.cookie.split("; ").includes(entry)) return;
  document.cookie = `${entry}; path=${path}; SameSite=Lax${location.protocol === "https:" ? "; Secure" : ""}`;
}
