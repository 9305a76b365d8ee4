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
 * Make an element of SVG.
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number>} [attributes]
 * @param {...(Node|string)} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function makeSvg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
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

/**
 * Note what has the focus within a tree. A run of the page may take a component's place away for a moment, and the focus
 * with it.
 * @param {HTMLElement} root
 * @returns {() => void} gives the focus back once the tree is laid out in the page again, if nothing else has it by then
 */
export function keepFocus(root) {
  /** @type {HTMLElement | SVGElement | null} */
  let focused = null;
  root.addEventListener("focusin", ({ target }) => {
    if (target instanceof HTMLElement || target instanceof SVGElement) focused = target;
  });
  root.addEventListener("focusout", () => setTimeout(() => {
    const home = root.getRootNode();
    const active = home instanceof Document || home instanceof ShadowRoot ? home.activeElement : null;
    if (root.isConnected && !root.contains(active)) focused = null;
  }));
  return () => {
    const kept = focused;
    if (kept) requestAnimationFrame(() => document.activeElement === document.body && kept.focus({ preventScroll: true }));
  };
}

/**
 * Have a key that is held down press a button within an element once: it saves one file, and does not answer what the
 * first press asked.
 * @param {HTMLElement} element
 */
export function pressOnce(element) {
  element.addEventListener("keydown", (event) => {
    if (event.repeat && event.key === "Enter") event.preventDefault();
  });
}

let made = 0;

/** @returns {string} an id that no other element of the document has */
export function freshId() {
  made += 1;
  return `primer-${made}`;
}

/**
 * A number of things, in words: "1 step", "2 steps".
 * @param {number} count
 * @param {string} word of one
 */
export function counted(count, word) {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
