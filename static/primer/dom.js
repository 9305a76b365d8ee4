// @ts-check
/** Making and filling elements. Texts become text nodes and nothing else: no markup is ever read from data. */

/**
 * Make an element.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} [attributes] properties where the element has them, else attributes; null leaves one out
 * @param {...(Node|string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) continue;
    if (name in element && !name.startsWith("aria") && name !== "role" && name !== "list") {
      /** @type {any} */ (element)[name] = value;
    } else element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

/**
 * Replace an element's text where it is another.
 * @param {Element} element
 * @param {string} text
 */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Write a text of spans.
 * @param {Element} element
 * @param {import("./types.js").Text | undefined} text
 */
export function writeText(element, text) {
  element.replaceChildren(...(text ?? []).map(spanNode));
}

/**
 * @param {import("./types.js").Span} span
 * @returns {Node | string}
 */
function spanNode(span) {
  if (typeof span === "string") return span;
  if ("strong" in span) return make("strong", {}, span.strong);
  if ("code" in span) return make("code", {}, span.code);
  if ("number" in span) return make("span", { className: "figure" }, span.number);
  return make("code", { className: `name role-${span.role}` }, span.name);
}

/**
 * @param {import("./types.js").Text | undefined} text
 * @returns {string} its letters alone
 */
export function plain(text) {
  return (text ?? []).map((span) => (typeof span === "string" ? span : Object.values(span)[0])).join("");
}

let made = 0;

/** @returns {string} an id that no other element of the document has */
export function freshId() {
  made += 1;
  return `primer-${made}`;
}
