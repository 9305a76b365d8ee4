// @ts-check
/** Controls of a question's fields: native elements in Streamlit's theme, which tell what was put into them. */

import { freshId, make, write, writeText } from "./dom.js";
import { ASK_AFTER, Draft, LONGEST_TEXT } from "./draft.js";
import { programField } from "./program_field.js";

/** @typedef {import("./types.js").Control} Control */
/** @typedef {import("./types.js").PageContext} PageContext */

/**
 * @typedef {object} Input the native element of one control
 * @property {HTMLElement} element what stands under the label
 * @property {HTMLElement} focusable what the label and the descriptions belong to
 * @property {string} [described] id of what describes it besides
 * @property {(control: Control) => void} fill bring options, limits and the value up to date
 * @property {() => boolean} [refuses] whether what stands in it is not told, or cannot be taken
 */

/** @typedef {(text: string) => boolean} Put tells a text; false where it cannot be taken */

/**
 * Make the view of a control.
 * @param {Control} first
 * @param {PageContext} page
 * @returns {import("./types.js").View<Control>}
 */
export function controlView(first, page) {
  const [inputId, helpId, problemId, reasonId] = [freshId(), freshId(), freshId(), freshId()];
  const native = first.look !== "segments" && first.look !== "program";      // what a label element can belong to
  const label = make(native ? "label" : "span", { className: "label" });
  if (native) /** @type {HTMLLabelElement} */ (label).htmlFor = inputId;
  else label.id = inputId;
  const problem = make("p", { className: "problem", id: problemId });
  const help = make("p", { className: "help", id: helpId, hidden: true });
  const more = make("button", { type: "button", className: "more", textContent: "?", "aria-expanded": "false" });
  more.addEventListener("click", () => {
    help.hidden = !help.hidden;
    more.setAttribute("aria-expanded", String(!help.hidden));
  });
  more.setAttribute("aria-controls", helpId);
  const reason = make("p", { className: "help", id: reasonId });
  let control = first;
  let complaint = "";
  /** @type {Put} */
  const put = (text) => {
    page.push({ kind: "put", texts: { [control.field]: text } });
    return true;
  };
  /** @param {string} message what is wrong with what stands in the field, found here */
  const complain = (message) => {
    complaint = message;
    judge();
    if (message) page.announce(message);
  };
  /** Tell what is wrong with the field, or why it cannot be used, where a screen reader looks for it too. */
  const judge = () => {
    if (complaint) write(problem, complaint);
    else writeText(problem, control.problem);
    const wrong = problem.textContent !== "";
    if (wrong) input.focusable.setAttribute("aria-invalid", "true");
    else input.focusable.removeAttribute("aria-invalid");
    write(reason, control.disabled ?? "");
    reason.hidden = !control.disabled;
    const described = [wrong && problemId, control.disabled && reasonId, control.help && helpId, input.described].filter(Boolean).join(" ");
    if (described) input.focusable.setAttribute("aria-describedby", described);
    else input.focusable.removeAttribute("aria-describedby");
  };
  const input = INPUTS[first.look](first, put, page, complain);
  if (native) input.focusable.id ||= inputId;
  if (!native) {
    input.focusable.setAttribute("aria-labelledby", inputId);
    if (first.look === "program") label.addEventListener("click", () => input.focusable.focus());
  }
  const head = make("span", { className: "head" }, label, more);
  const element = make("div", { className: `control look-${first.look}` }, head, input.element, problem, reason, help);

  /** @param {Control} news */
  const update = (news) => {
    control = news;
    write(label, news.label);
    label.classList.toggle("unseen", news.quiet ?? false);
    write(help, news.help ?? "");
    more.hidden = !news.help;
    more.setAttribute("aria-label", `Help on ${news.label}`);
    if (news.role) element.dataset.role = news.role;
    input.fill(news);
    judge();
  };
  update(first);
  return { element, update };
}

/** @type {Record<string, (first: Control, put: Put, page: PageContext, complain: (message: string) => void) => Input>} */
const INPUTS = {
  text: (first, put, page) => typed(make("input", { type: "text" }), first, put, page),
  lines: (first, put, page) => {
    const area = make("textarea", { rows: first.lines ?? 4 });
    area.style.setProperty("--lines", String(area.rows));      // its height follows the text, and is at least so many
    return typed(area, first, put, page);
  },
  program: (first, put, page, complain) =>
    programField(first, put, page, complain, (tell) => INPUTS.lines(first, tell, page, complain)),
  segments,
  select,
  switch: toggle,
  box,
  slider,
};

/**
 * Write lines of code as one line, as a field of one line takes them: a browser would run them together.
 * @param {string} text
 * @returns {string} statements with ; between them; what stands in brackets goes on after a blank
 */
export function asOneLine(text) {
  let [line, depth] = ["", 0];
  for (const part of text.split(/\r\n?|\n/)) {
    const code = part.replace(/^([^'"#]*)#.*$/, "$1").trim();      // a comment would hide what follows in its line
    if (!code) continue;
    line += (line && (depth > 0 ? " " : "; ")) + code;
    for (const sign of code) depth += "([{".includes(sign) ? 1 : ")]}".includes(sign) ? -1 : 0;
  }
  return line;
}

/**
 * A text asks a little after the last key, at Enter and when it is left; one that has the focus is never written into.
 * @param {HTMLInputElement | HTMLTextAreaElement} field
 * @param {Control} first
 * @param {Put} put
 * @param {PageContext} page
 * @returns {Input}
 */
function typed(field, first, put, page) {
  Object.assign(field, { maxLength: LONGEST_TEXT, spellcheck: false, autocomplete: "off", autocapitalize: "off" });
  const draft = new Draft(first, {
    read: () => field.value,
    write: (text) => { field.value = text; },
    hasFocus: () => document.activeElement === field,
    put,
    isAhead: page.isAhead,
  });
  field.addEventListener("input", () => draft.changed());
  field.addEventListener("compositionstart", () => draft.compose(true));
  field.addEventListener("compositionend", () => draft.compose(false));
  field.addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey } = /** @type {KeyboardEvent} */ (event);
    if (key === "Enter" && (field instanceof HTMLInputElement || ctrlKey || metaKey)) draft.send();
  });
  if (field instanceof HTMLInputElement) {
    field.addEventListener("paste", (event) => {
      const pasted = /** @type {ClipboardEvent} */ (event).clipboardData?.getData("text/plain") ?? "";
      if (!/[\r\n]/.test(pasted.trim()) || field.readOnly) return;
      event.preventDefault();
      field.setRangeText(asOneLine(pasted), field.selectionStart ?? 0, field.selectionEnd ?? 0, "end");
      draft.changed();
    });
  }
  field.addEventListener("blur", () => draft.left());
  field.addEventListener("change", () => draft.send());
  /** @param {Control} news */
  const fill = (news) => {
    field.placeholder = news.placeholder ?? "";
    field.readOnly = !!news.disabled;
    draft.fill(news);
  };
  return { element: field, focusable: field, fill, refuses: () => draft.refused || draft.unsent };
}

/** @type {(typeof INPUTS)["segments"]} */
function segments(_, put, page) {
  const group = make("div", { className: "segments", role: "radiogroup" });
  const name = freshId();
  let shown = "";
  group.addEventListener("change", ({ target }) => put(/** @type {HTMLInputElement} */ (target).value));
  return {
    element: group,
    focusable: group,
    fill(news) {
      const options = JSON.stringify(news.options);
      if (options !== shown) {
        group.replaceChildren(...(news.options ?? []).map(([value, label]) =>
          make("label", {}, make("input", { type: "radio", name, value }), make("span", {}, label))));
      }
      shown = options;
      for (const radio of group.querySelectorAll("input")) {
        radio.disabled = !!news.disabled;
        if (!page.isAhead(news.field)) radio.checked = radio.value === news.value;
      }
    },
  };
}

/** @type {(typeof INPUTS)["select"]} */
function select(_, put, page) {
  const field = make("select");
  let shown = "";
  field.addEventListener("change", () => put(field.value));
  return {
    element: field,
    focusable: field,
    fill(news) {
      const options = JSON.stringify(news.options);
      if (options !== shown) {
        field.replaceChildren(...(news.options ?? []).map(([value, label]) => make("option", { value }, label)));
      }
      shown = options;
      field.disabled = !!news.disabled;
      if (!page.isAhead(news.field) && field.value !== news.value) field.value = news.value;
    },
  };
}

/** @type {(typeof INPUTS)["switch"]} */
function toggle(_, put, page) {
  const field = make("input", { type: "checkbox", role: "switch" });
  field.addEventListener("change", () => put(String(field.checked)));
  return {
    element: field,
    focusable: field,
    fill(news) {
      field.disabled = !!news.disabled;
      if (!page.isAhead(news.field)) field.checked = news.value === "true";
    },
  };
}

/** @type {(typeof INPUTS)["box"]} */
function box(first, put, page, complain) {
  const field = make("input", { type: "number", inputMode: "decimal" });
  let control = first;
  let unsent = false;
  /** @type {any} */
  let timer = null;
  const send = () => {
    clearTimeout(timer);
    if (!unsent) return;
    if (field.value === "" || !field.validity.valid) {
      const kind = control.step === "1" ? "a whole number" : "a number";
      complain(`Expected ${kind} from ${control.least} to ${control.most}; ${control.value} still counts.`);
      return;
    }
    unsent = false;
    complain("");
    put(field.value);
  };
  field.addEventListener("input", () => {
    unsent = true;
    clearTimeout(timer);
    timer = setTimeout(send, ASK_AFTER);
  });
  field.addEventListener("change", send);
  return {
    element: field,
    focusable: field,
    fill(news) {
      // What cannot be taken stands, with what is wrong with it, until the field is given another value elsewhere.
      if (unsent && news.value !== control.value && document.activeElement !== field) {
        clearTimeout(timer);
        unsent = false;
        complain("");
      }
      control = news;
      Object.assign(field, { min: news.least ?? "", max: news.most ?? "", disabled: !!news.disabled });
      field.step = news.step === "1" ? "1" : "any";
      const busy = unsent || page.isAhead(news.field) || document.activeElement === field;
      if (!busy && field.value !== news.value) field.value = news.value;
    },
  };
}

/** @param {string} number as an input holds it @returns {string} as it is read everywhere on a page */
export const withMinus = (number) => number.replaceAll("-", "−");

/** @type {(typeof INPUTS)["slider"]} */
function slider(_, put, page) {
  const field = make("input", { type: "range" });
  const value = make("span", { className: "value" });      // an output would be one more live region
  field.addEventListener("input", () => { write(value, withMinus(field.value)); put(field.value); });
  return {
    element: make("span", { className: "slider" }, field, value),
    focusable: field,
    fill(news) {
      Object.assign(field, { min: news.least, max: news.most, step: news.step, disabled: !!news.disabled });
      if (page.isAhead(news.field)) return;
      if (field.value !== news.value) field.value = news.value;
      write(value, withMinus(news.value));
    },
  };
}
