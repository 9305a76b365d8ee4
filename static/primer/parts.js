// @ts-check
/** A view for each kind of part, and how the views of a page are kept from answer to answer. */

import { barsView } from "./bars.js";
import { batchesView } from "./batches.js";
import { bitsView } from "./bits.js";
import { controlView } from "./fields.js";
import { curvesView } from "./curves.js";
import { freshId, make, plain, write, writeText } from "./dom.js";
import { imagesView } from "./images.js";
import { memoryStripsView } from "./memory_strips.js";
import { pictureView } from "./picture.js";
import { probabilityBarsView } from "./probability_bars.js";
import { sizesView } from "./sizes.js";
import { stepsView } from "./steps.js";
import { derivationView } from "./derivation.js";
import { graphView } from "./graph.js";
import { programLinesView } from "./program_lines.js";
import { slidersView } from "./sliders.js";
import { timelineView } from "./timeline.js";

/** @typedef {import("./types.js").Part} Part */
/** @typedef {import("./types.js").PageContext} PageContext */

/** @type {Record<string, (part: any, page: PageContext) => import("./types.js").View<any>>} */
const VIEWS = {
  acts: actsView,
  bars: barsView,
  batches: batchesView,
  bits: bitsView,
  card: cardView,
  chip: chipView,
  code: codeView,
  columns: columnsView,
  control: controlView,
  controls: controlsView,
  curves: curvesView,
  derivation: derivationView,
  fixes: fixesView,
  graph: graphView,
  heading: headingView,
  images: imagesView,
  openin: openInView,
  measure: measureView,
  memorystrips: memoryStripsView,
  note: noteView,
  notice: noticeView,
  picture: pictureView,
  presets: presetsView,
  probabilitybars: probabilityBarsView,
  programlines: programLinesView,
  quiz: quizView,
  sizes: sizesView,
  steps: stepsView,
  sliders: slidersView,
  story: storyView,
  table: tableView,
  timeline: timelineView,
};

const DOUBT = "Is this untrue?";

/** @type {Record<string, string>} names in Streamlit's own font of symbols */
const ICONS = {
  view: "link", copy: "content_copy", error: "error", leaf: "eco", "no grad": "block", ok: "check",
  refused: "info", declined: "error", warning: "warning", info: "info",
};

/** Keeps the views of a list of parts: what is of one kind and name stays, with its focus and all that is open in it. */
export class Views {
  /**
   * @param {HTMLElement} parent
   * @param {PageContext} page
   */
  constructor(parent, page) {
    this.parent = parent;
    this.page = page;
    /** @type {Map<string, import("./types.js").View<any>>} */
    this.views = new Map();
  }

  /** @param {Part[]} parts */
  show(parts) {
    /** @type {Map<string, number>} */
    const counts = new Map();
    const views = new Map();
    for (const part of parts) {
      const name = nameOf(part);
      const count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      const key = `${name} ${count}`;
      const known = this.views.get(key);
      if (known) known.update(part);
      views.set(key, known ?? VIEWS[part.kind](part, this.page));
    }
    for (const [key, view] of this.views) if (!views.has(key)) view.element.remove();
    this.views = views;
    let next = this.parent.firstElementChild;
    for (const { element } of views.values()) {      // what stands in its place is not touched: it may have the focus
      if (element === next) next = element.nextElementSibling;
      else this.parent.insertBefore(element, next);
    }
  }
}

/**
 * @param {any} part
 * @returns {string} what tells it from the other parts of one list
 */
function nameOf(part) {
  switch (part.kind) {
    case "card": return `card ${part.name ?? ""}`;
    case "control": return `control ${part.field} ${part.look}`;
    case "controls": return `controls ${part.controls[0]?.field ?? ""}`;
    case "columns": return `columns ${part.columns.length}`;
    case "quiz": return `quiz ${plain(part.question)} ${part.field ? part.answers.map((/** @type {import("./types.js").QuizAnswer} */ answer) => answer.label).join(" ") : ""}`;
    case "measure": return `measure ${part.what}`;
    default: return part.kind;
  }
}

/** @type {(part: import("./types.js").Card, page: PageContext) => import("./types.js").View<import("./types.js").Card>} */
function cardView(first, page) {
  const element = make("section", { className: "card" });
  const views = new Views(element, page);
  const update = (/** @type {import("./types.js").Card} */ card) => views.show(card.parts);
  update(first);
  return { element, update };
}

/** @type {(part: import("./types.js").Columns, page: PageContext) => import("./types.js").View<import("./types.js").Columns>} */
function columnsView(first, page) {
  const columns = first.columns.map(() => make("div", { className: "column" }));
  const element = make("div", { className: "columns" }, ...columns);
  const views = columns.map((column) => new Views(column, page));
  const update = (/** @type {import("./types.js").Columns} */ news) => {
    element.style.setProperty("--columns", (news.widths ?? news.columns.map(() => 1)).map((width) => `minmax(0, ${width}fr)`).join(" "));
    news.columns.forEach((parts, place) => views[place].show(parts));
  };
  update(first);
  return { element, update };
}

/** @type {(part: import("./types.js").Chip) => import("./types.js").View<import("./types.js").Chip>} */
function chipView(first) {
  const icon = make("span", { className: "symbol", "aria-hidden": "true" });
  const words = make("span", { className: "words" });
  const element = make("span", { className: "chip" }, icon, " ", words);
  const update = (/** @type {import("./types.js").Chip} */ chip) => {
    element.className = `chip ${chip.verdict.replace(" ", "-")}`;
    write(icon, ICONS[chip.verdict]);
    write(words, chip.text);
  };
  update(first);
  return { element, update };
}

/** @type {(part: import("./types.js").Heading) => import("./types.js").View<import("./types.js").Heading>} */
function headingView(first) {
  const element = make("h3", {}, first.text);
  return { element, update: (heading) => write(element, heading.text) };
}

/** @type {(part: import("./types.js").OpenIn) => import("./types.js").View<import("./types.js").OpenIn>} */
function openInView(first) {
  const element = make("a", { className: "open-in" });
  const update = (/** @type {import("./types.js").OpenIn} */ link) => {
    write(element, link.text);
    element.href = `${link.slug}?${link.query}`;
  };
  update(first);
  return { element, update };
}

/** @type {(part: import("./types.js").Note) => import("./types.js").View<import("./types.js").Note>} */
function noteView(first) {
  const element = make("p", { className: "note" });
  writeText(element, first.text);
  return { element, update: (note) => writeText(element, note.text) };
}

/** @type {(part: import("./types.js").Notice) => import("./types.js").View<import("./types.js").Notice>} */
function noticeView(first) {
  const icon = make("span", { className: "symbol", "aria-hidden": "true" });
  const words = make("div");
  const element = make("div", { className: "notice" }, icon, words);
  const update = (/** @type {import("./types.js").Notice} */ notice) => {
    element.className = `notice ${notice.tone}`;
    write(icon, ICONS[notice.tone]);
    words.replaceChildren(
      ...(notice.title ? [make("strong", { className: "title" }, notice.title)] : []),
      ...notice.paragraphs.map(paragraph),
    );
  };
  update(first);
  return { element, update };
}

/** @type {(part: import("./types.js").Fixes, page: PageContext) => import("./types.js").View<import("./types.js").Fixes>} */
function fixesView(first, page) {
  const title = make("p", { className: "fixes-title" });
  const buttons = make("div", { className: "buttons" });
  const element = make("div", { className: "fixes", role: "group" }, title, buttons);
  let fixes = first;
  buttons.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("button");
    const fix = button && fixes.fixes[[...buttons.children].indexOf(button)];
    if (fix) page.push({ kind: "put", texts: fix.puts });
  });
  const update = (/** @type {import("./types.js").Fixes} */ news) => {
    fixes = news;
    write(title, news.title ?? "What would work");
    element.setAttribute("aria-label", title.textContent ?? "");
    while (buttons.children.length > news.fixes.length) buttons.lastElementChild?.remove();
    news.fixes.forEach((fix, place) => {
      const button = buttons.children[place] ?? buttons.appendChild(make("button", { type: "button" }));
      writeText(button, fix.label);
    });
  };
  update(first);
  return { element, update };
}

/** @type {(part: import("./types.js").Story, page: PageContext) => import("./types.js").View<import("./types.js").Story>} */
function storyView(first, page) {
  const title = make("h3");
  const words = make("div");
  const note = make("p", { className: "note" });
  const doubt = make("button", { type: "button", className: "quiet" }, DOUBT);
  const element = make("div", { className: "story" }, title, words, note, doubt);
  /** @type {any} */
  let timer = null;
  doubt.addEventListener("click", async () => {
    const claim = [...words.children, ...(note.hidden ? [] : [note])].map((line) => line.textContent).join("\n");
    const done = await copied([page.link(), claim, page.versions].join("\n\n"), element);
    const told = done ? "Copied: link, words and versions, to send to whoever can mend them" : "Not allowed";
    write(doubt, told);
    page.announce(told);
    clearTimeout(timer);
    timer = setTimeout(() => write(doubt, DOUBT), 4000);
  });
  const update = (/** @type {import("./types.js").Story} */ story) => {
    write(title, story.title ?? "What happened");
    words.replaceChildren(...story.paragraphs.map(paragraph));
    writeText(note, story.note);
    note.hidden = !story.note?.length;
  };
  update(first);
  return { element, update };
}

/** @param {import("./types.js").Text} text */
function paragraph(text) {
  const element = make("p");
  writeText(element, text);
  return element;
}

/** @type {(part: import("./types.js").CodePanel, page: PageContext) => import("./types.js").View<import("./types.js").CodePanel>} */
function codeView(first, page) {
  const button = make("button", { type: "button", className: "quiet" }, "Copy");
  const code = make("code");
  const pre = make("pre", { tabIndex: 0, "aria-label": "Python code", role: "region" }, code);
  const note = make("p", { className: "note" });
  const versions = make("p", { className: "note versions" }, page.versions);
  const element = make("div", { className: "code-panel" }, make("div", { className: "head" }, make("h3", {}, "Code"), button), pre, note, versions);
  let shown = "";
  let scrolled = false;
  /** @type {any} */
  let timer = null;
  // Asking where it is scrolled to, or scrolling it, would have the browser lay the page out at once.
  pre.addEventListener("scroll", () => { scrolled = true; });
  button.addEventListener("click", async () => {
    const words = (await copied(shown, element)) ? "Copied" : "Not allowed";
    write(button, words);
    page.announce(words);
    clearTimeout(timer);
    timer = setTimeout(() => write(button, "Copy"), 1600);
  });
  const update = (/** @type {import("./types.js").CodePanel} */ panel) => {
    write(note, panel.note ?? "Copied into plain Python, it prints what this page shows.");
    if (panel.code === shown) return;
    shown = panel.code;
    const letters = [...shown];      // Python counts characters, JavaScript halves of some
    const pieces = [];
    let at = 0;
    for (const [start, end, kind] of panel.marks) {
      pieces.push(letters.slice(at, start).join(""), make("span", { className: kind }, letters.slice(start, end).join("")));
      at = end;
    }
    code.replaceChildren(...pieces, letters.slice(at).join(""));
    if (scrolled) pre.scrollTop = 0;
    scrolled = false;
  };
  update(first);
  return { element, update };
}

/**
 * Copy a text. Outside of https and localhost browsers refuse the clipboard to scripts, but not to a selection.
 * @param {string} text
 * @param {HTMLElement} near
 * @returns {Promise<boolean>}
 */
async function copied(text, near) {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return true;
    }
    const held = document.activeElement;
    const area = near.appendChild(make("textarea", { value: text, className: "unseen" }));
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (held instanceof HTMLElement) held.focus({ preventScroll: true });
    return done;
  } catch {
    return false;
  }
}

/** What is put in an answer's place where a learner asks to be shown. */
const SHOWN = "shown";

/** @type {(part: import("./types.js").Quiz, page: PageContext) => import("./types.js").View<import("./types.js").Quiz>} */
function quizView(quiz, page) {
  const id = freshId();
  const question = make("p", { id });
  writeText(question, quiz.question);
  const hint = "Each wrong answer has a reason. You will see yours.";
  const reason = make("p", { className: "reason" }, hint);
  const lesson = make("p", { className: "reason", hidden: true });
  const right = quiz.answers.findIndex(({ label }) => label === quiz.right);
  /** @param {number} at the answer that is picked; -1 for none, where the right one is shown */
  const pick = (at) => {
    const isRight = at === right;
    buttons.forEach((button, place) => {
      button.setAttribute("aria-pressed", String(place === at));
      if (quiz.field) button.classList.toggle("right", place === right);
    });
    reason.className = `reason ${at < 0 ? "" : isRight ? "right" : "wrong"}`;
    writeText(reason, quiz.answers[at < 0 ? right : at].reason);
    if (at >= 0) reason.prepend(make("b", {}, isRight ? "✓ " : "✗ "));
    lesson.hidden = !quiz.field || isRight || at < 0;      // where it can be asked again, the right one is not given away
    writeText(lesson, quiz.answers[right].reason);
    showMe.hidden = true;
  };
  const ask = () => {
    buttons.forEach((button) => {
      button.setAttribute("aria-pressed", "false");
      button.classList.remove("right");
    });
    reason.className = "reason";
    write(reason, hint);
    lesson.hidden = true;
    showMe.hidden = !quiz.field;
  };
  let told = quiz.chosen ?? "";
  /** @param {number} at */
  const choose = (at) => {
    pick(at);
    page.announce(`${reason.textContent} ${lesson.hidden ? "" : lesson.textContent}`.trim());
    if (!quiz.field || told) return;
    told = at < 0 ? SHOWN : String(at);
    page.push({ kind: "put", texts: { [quiz.field]: told } });
  };
  const buttons = quiz.answers.map((answer, place) => {
    const button = make("button", { type: "button", "aria-pressed": "false" }, answer.label);
    button.addEventListener("click", () => choose(place));
    return button;
  });
  const showMe = make("button", { type: "button", className: "show-me" }, "Show me");
  showMe.addEventListener("click", () => choose(-1));
  const group = make("div", { className: `answers${quiz.printed ? " printed" : ""}`, role: "group", "aria-labelledby": id }, ...buttons, showMe);
  const element = make("div", { className: "quiz" }, make("h3", {}, quiz.title ?? "Predict first"), question, group, reason, lesson);
  /** @param {string} chosen */
  const take = (chosen) => {
    if (!chosen) ask();
    else pick(chosen === SHOWN ? -1 : Number(chosen));
  };
  take(told);
  /** @param {import("./types.js").Quiz} news of the same question */
  const update = (news) => {
    const chosen = news.chosen ?? "";
    if (!quiz.field || page.isAhead(quiz.field) || chosen === told) return;
    told = chosen;
    take(told);
  };
  return { element, update };
}

/** @type {(part: import("./types.js").Table, page: PageContext) => import("./types.js").View<import("./types.js").Table>} */
function tableView(first, page) {
  const table = make("table");
  const region = make("div", { className: "data-table", tabIndex: 0, role: "region" }, table);
  const copy = make("button", { type: "button", title: "Copy the table as text, ready for a spreadsheet" }, "Copy table");
  const element = make("div", {}, region, make("div", { className: "saves" }, copy));
  /** @type {any} */
  let timer = null;
  copy.addEventListener("click", async () => {
    const words = (await copied(tableText(table), element)) ? "Copied" : "Not allowed";
    write(copy, words);
    page.announce(words);
    clearTimeout(timer);
    timer = setTimeout(() => write(copy, "Copy table"), 1600);
  });
  let shown = "";
  const update = (/** @type {import("./types.js").Table} */ news) => {
    const text = JSON.stringify(news);
    if (text === shown) return;
    shown = text;
    region.setAttribute("aria-label", news.caption);
    const head = news.head.map((title) => {
      const cell = make("th", { scope: "col", className: isFigure(title) ? "number" : "" });
      writeText(cell, title);
      return cell;
    });
    const rows = news.rows.map((cells) => make("tr", {}, ...cells.map(tableCell)));
    table.replaceChildren(...(head.length ? [make("thead", {}, make("tr", {}, ...head))] : []), make("tbody", {}, ...rows));
  };
  update(first);
  return { element, update };
}

/**
 * A table as text: a line a row, its cells with tabs between them, as spreadsheets take it.
 * @param {HTMLTableElement} table
 */
function tableText(table) {
  /** @type {(element: Node) => string} */
  const cellText = (element) => [...element.childNodes].reduce((text, node) => {
    if (node.nodeName === "DIV") return `${text} ${cellText(node)}`;
    const words = (/** @type {HTMLElement} */ (node).ariaLabel ?? node.textContent ?? "").replace(/\s+/g, " ");
    return node.nodeName === "SMALL" ? `${text} (${words.trim()})` : text + words;
  }, "").trim();
  return [...table.rows].map((row) => [...row.cells].map(cellText).join("\t")).join("\n");
}

/**
 * Whether a text is a number and nothing else, which a table sets as a figure whatever its cell's tone is.
 * @param {import("./types.js").Text} text
 */
function isFigure(text) {
  return text.length === 1 && typeof text[0] === "object" && "number" in text[0];
}

/** @param {import("./types.js").TableCell} cell */
function tableCell({ text, tone, note, badges, grid }) {
  const found = tone === "head" ? make("th", { scope: "row" }) : make("td", { className: tone ?? "" });
  if (isFigure(text)) found.classList.add("number");
  const said = tone === "wide" ? make("div") : found;
  writeText(said, text);
  for (const { text: words, tone: look } of badges ?? []) {
    said.append(" ", make("span", { className: `badge ${look ?? ""}` }, words));
  }
  const drawn = grid ? [smallGrid(grid)] : [];
  if (said === found) found.append(...drawn);
  else {
    found.append(make("div", { className: "beside" }, said, ...drawn));
    for (const code of said.querySelectorAll("code")) {
      if (!code.textContent?.includes("\n")) continue;
      code.className = "lines";
      code.tabIndex = 0;                             // its long lines are scrolled to, by keys, too
    }
  }
  if (note?.length) {
    const small = make("small");
    writeText(small, note);
    said.append(small);
  }
  return found;
}

/** @param {import("./types.js").SmallGrid} grid */
function smallGrid({ rows, role }) {
  const element = make("span", {
    className: `small-grid role-${role ?? "plain"}`, role: "img", "aria-label": rows.map((row) => row.join(" ")).join("; "),
  }, ...rows.flat().map((cell) => make("i", { className: cell === "…" ? "left-out" : "" }, cell)));
  element.style.setProperty("--columns", String(rows[0].length));
  return element;
}

/** @type {(part: import("./types.js").Controls, page: PageContext) => import("./types.js").View<import("./types.js").Controls>} */
function controlsView(first, page) {
  const element = make("div", { className: "controls" });
  const views = new Views(element, page);
  const update = (/** @type {import("./types.js").Controls} */ news) =>
    views.show(/** @type {any} */ ([...news.controls, ...(news.chip ? [news.chip] : []), ...(news.chips ?? [])]));
  update(first);
  return { element, update };
}

/**
 * Buttons that send acts. A key with Alt does the same wherever the focus is on the page.
 * @type {(part: import("./types.js").Acts, page: PageContext) => import("./types.js").View<import("./types.js").Acts>}
 */
function actsView(first, page) {
  const element = make("div", { className: "acts", role: "group" });
  let acts = first;
  const send = (/** @type {import("./types.js").ActButton | undefined} */ act) => {
    if (act) page.push({ kind: "act", name: act.name, details: act.details });
  };
  element.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("button");
    if (button) send(acts.buttons[[...element.children].indexOf(button)]);
  });
  queueMicrotask(() => element.closest(".primer")?.addEventListener("keydown", (event) => {
    const { altKey, ctrlKey, metaKey, code } = /** @type {KeyboardEvent} */ (event);
    const act = acts.buttons.find((button) => button.code === code);
    if (!act || !element.isConnected || !altKey || ctrlKey || metaKey) return;
    event.preventDefault();
    send(act);
  }));
  const update = (/** @type {import("./types.js").Acts} */ news) => {
    acts = news;
    element.setAttribute("aria-label", news.title);
    while (element.children.length > news.buttons.length) element.lastElementChild?.remove();
    news.buttons.forEach(({ label, keys }, place) => {
      const button = element.children[place] ?? element.appendChild(make("button", { type: "button" }));
      write(button, label);
      button.setAttribute("aria-keyshortcuts", keys);
      button.setAttribute("title", keys);
    });
  };
  update(first);
  return { element, update };
}

/**
 * Presets are one line of pills that scrolls; where they do not fit into it, a button lays them all out.
 *
 * @type {(part: import("./types.js").Presets, page: PageContext) => import("./types.js").View<import("./types.js").Presets>}
 */
function presetsView(first, page) {
  const pills = make("div", { className: "pills", role: "group", "aria-label": "Presets" });
  const all = make("button", { type: "button", className: "all-presets", "aria-expanded": "false" });
  const element = make("div", { className: "preset-row" }, pills, all);
  let titles = "";
  let presets = first;
  const bringIntoSight = () => {
    const lit = /** @type {HTMLElement | null} */ (pills.querySelector("[aria-pressed=true]"));
    if (lit) pills.scrollLeft = lit.offsetLeft - (pills.clientWidth - lit.offsetWidth) / 2;
  };
  const fold = () => {
    const open = all.getAttribute("aria-expanded") === "true";
    element.classList.toggle("unfolded", open);
    write(all, open ? "Fewer" : `All ${pills.children.length}`);
    all.setAttribute("aria-label", open ? "Fewer: show the presets in one line" : `Show all ${pills.children.length} presets`);
    all.hidden = !open && pills.scrollWidth <= pills.clientWidth + all.offsetWidth;
    if (!open) bringIntoSight();
  };
  pills.addEventListener("focusin", (event) => {
    // A browser brings what is focused into sight only where it is out of it altogether, and most of a pill may be.
    // What a pointer is pressed on stays under it, or the press would be lost.
    const pill = /** @type {Element} */ (event.target);
    if (pill.matches(":focus-visible")) pill.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  pills.addEventListener("scroll", () => pills.classList.toggle("scrolled", pills.scrollLeft > 0));
  all.addEventListener("click", () => {
    all.setAttribute("aria-expanded", String(all.getAttribute("aria-expanded") !== "true"));
    fold();
  });
  let width = 0;
  new ResizeObserver(() => {
    if (element.clientWidth === width) return;
    width = element.clientWidth;
    fold();
  }).observe(element);
  /** @param {string} title */
  const light = (title) => {
    for (const pill of pills.children) pill.setAttribute("aria-pressed", String(pill.textContent === title));
  };
  pills.addEventListener("click", (event) => {
    const pill = /** @type {Element} */ (event.target).closest("button");
    const preset = pill && presets.presets.find(([title]) => title === pill.textContent);
    if (!preset) return;
    light(preset[0]);
    page.push({ kind: "put", texts: preset[1] });
  });
  const update = (/** @type {import("./types.js").Presets} */ news) => {
    presets = news;
    const now = JSON.stringify(news.presets.map(([title]) => title));
    const others = now !== titles;
    if (others) pills.replaceChildren(...news.presets.map(([title]) => make("button", { type: "button" }, title)));
    titles = now;
    const newest = Object.keys(news.presets[0]?.[1] ?? {}).some((field) => page.isAhead(field));
    if (!newest) light(news.lit ?? "");
    if (others) fold();
  };
  update(first);
  return { element, update };
}

/** @type {(part: import("./types.js").Measure, page: PageContext) => import("./types.js").View<import("./types.js").Measure>} */
function measureView(first, page) {
  const button = make("button", { type: "button" }, first.label);
  const found = make("div", { className: "measured" });
  const element = make("div", { className: "measure" }, button, found);
  const views = new Views(found, page);
  let measure = first;
  /** What was measured, and of what: a learner who comes back from another view, or question, finds it again. */
  const key = () => `${measure.what} ${measure.of ?? ""}`;
  const open = async () => {
    const of = key();
    views.show(page.measured.get(of) ?? measure.parts ?? []);
    if (!measure.last || page.measured.has(of)) return;
    try {
      const parts = await page.measure(measure.what, true);
      if (of !== key() || page.measured.has(of) || !parts.length) return;
      page.measured.set(of, parts);
      views.show(parts);
    } catch { /* nothing was measured yet that could be shown */ }
  };
  open();
  button.addEventListener("click", async () => {
    if (element.hasAttribute("aria-busy")) return;
    button.setAttribute("aria-disabled", "true");      // a button that is disabled loses the focus
    element.setAttribute("aria-busy", "true");
    write(button, "Measuring …");
    page.announce("It is being measured.");
    try {
      const of = key();
      const parts = await page.measure(first.what);
      page.measured.set(of, parts);
      if (of === key()) views.show(parts);
      page.announce("Measured.");
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      page.announce(words);
      views.show([{ kind: "notice", tone: "refused", paragraphs: [[words]] }]);
    } finally {
      button.removeAttribute("aria-disabled");
      element.removeAttribute("aria-busy");
      write(button, measure.label);
    }
  });
  const update = (/** @type {import("./types.js").Measure} */ news) => {
    const other = news.of !== measure.of;
    measure = news;
    if (!element.hasAttribute("aria-busy")) write(button, news.label);
    if (other) open();
  };
  return { element, update };
}
