// @ts-check
/** The part of the browser's address that is a page's own: the parameters that bring back what it shows. */

/** Parameters of addresses that are no page's. */
const SHELL = ["desk", "embed", "embed_options"];

/** @returns {URLSearchParams} the parameters of the address that are the page's */
export function ownParameters() {
  const parameters = new URLSearchParams(location.search);
  SHELL.forEach((name) => parameters.delete(name));
  return parameters;
}

/**
 * Have the address say what a page shows, without another entry in the browser's history. On the way to another page
 * the old one stands for a moment under the new one's address: there it writes nothing.
 * @param {string} page the last part of its address
 * @param {URLSearchParams} own all parameters that are the page's
 */
export function writeOwnParameters(page, own) {
  if (location.pathname.split("/").at(-1) !== page) return;
  const now = new URLSearchParams(location.search);
  const next = new URLSearchParams(own);
  for (const name of SHELL) for (const value of now.getAll(name)) next.append(name, value);
  if (sorted(next) === sorted(now)) return;
  history.replaceState(history.state, "", location.pathname + (next.size ? `?${next}` : ""));
}

/**
 * @param {URLSearchParams} parameters
 * @returns {string} the same for the same parameters in another order
 */
export function sorted(parameters) {
  const copy = new URLSearchParams(parameters);
  copy.sort();
  return copy.toString();
}
