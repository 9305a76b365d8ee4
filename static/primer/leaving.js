// @ts-check
/** The address of a page whose settings Streamlit keeps there, as it is left: it stays in the browser's history. */

const LEAVES_WITHIN = 10_000; // ms: after that, it is thought that the page was not left after all

/** The click that followed a link to another page. @type {MouseEvent | null} */
let followed = null;

/**
 * Have the history keep a page's address with its settings when a link leads to another page.
 *
 * Streamlit takes the settings of the page that is left out of the address before it writes the next page's one, and
 * makes an entry of the history of that: who goes back would come to a page that has lost its settings. Its links
 * lead there in the same tab whatever key is held. A link that it leaves to the browser may open another tab, so that
 * this page stays.
 * @param {History} history
 */
export function keepAddressOnLeaving(history) {
  const push = history.pushState.bind(history);
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    const leaves = link instanceof HTMLAnchorElement && link.pathname !== location.pathname;
    followed = leaves ? event : null;
  }, true);
  addEventListener("popstate", () => { followed = null; });
  history.pushState = (state, unused, url) => {
    const next = new URL(String(url ?? location.href), location.href);
    const leaves = followed?.defaultPrevented && performance.now() - followed.timeStamp < LEAVES_WITHIN;
    if (leaves && next.pathname === location.pathname) return;
    push(state, unused, url);
  };
}
