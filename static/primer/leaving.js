// @ts-check
/** The address of a page whose settings Streamlit keeps there, as it is left: it stays in the browser's history. */

const LEAVES_WITHIN = 10_000; // ms: after that, it is thought that the page was not left after all

/** When a link to another page was followed, by `performance.now`. */
let followed = -Infinity;

/**
 * Have the history keep a page's address with its settings when a link leads to another page.
 *
 * Streamlit takes the settings of the page that is left out of the address before it writes the next page's one, and
 * makes an entry of the history of that: who goes back would come to a page that has lost its settings.
 * @param {History} history
 */
export function keepAddressOnLeaving(history) {
  const push = history.pushState.bind(history);
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey; // another tab or window
    const leaves = link instanceof HTMLAnchorElement && link.pathname !== location.pathname && !elsewhere;
    followed = leaves ? performance.now() : -Infinity;
  }, true);
  addEventListener("popstate", () => { followed = -Infinity; });
  history.pushState = (state, unused, url) => {
    const next = new URL(String(url ?? location.href), location.href);
    if (next.pathname === location.pathname && performance.now() - followed < LEAVES_WITHIN) return;
    push(state, unused, url);
  };
}
