// Answers ahead of the page. What a learner drags or presses is asked of the server's own address at once, and every
// component on the page that shows a part of the answer draws it; the page's own run, which takes longer, then confirms
// it. This text stands before the script of each component that asks or shows.

const PATIENCE = 2000;         // ms that is waited for an answer, and for the run that confirms it

const previews = (globalThis.primerPreviews ??= {
  next: null, busy: false, showing: new Set(), told: Promise.resolve(), awaited: null, ran: null, unconfirmed: 0, held: 0,
});

/** Have Streamlit's own widgets wait (see ui/style.css), or no longer. */
function hold(by) {
  previews.held += by;
  document.documentElement.toggleAttribute("data-primer-waits", previews.held > 0);
}

/**
 * Ask for the parts under an address. The promise is kept once they are drawn, with the state that they show, or null if
 * there is no answer. Of questions that wait only the latest is asked.
 */
function askAhead({ address, query }) {
  previews.next?.done(null);
  const answered = new Promise((done) => { previews.next = { url: `${address}?${new URLSearchParams(query)}`, done }; });
  hold(1);
  answered.then(() => setTimeout(hold, 0, -1));
  if (!previews.busy) fetchAhead();
  return answered;
}

async function fetchAhead() {
  previews.busy = true;
  while (previews.next) {
    const { url, done } = previews.next;
    previews.next = null;
    let state = null;
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE) });
      if (answer.ok) {
        const parts = await answer.json();
        state = Object.values(parts)[0].state;
        previews.showing.forEach((show) => show(parts));
      }
    } catch { /* the page's run shows it, only later */ }
    done(state);
  }
  previews.busy = false;
}

/**
 * Tell the page of what was answered, so that its run does not keep the answer waiting; `tell` gives the state that the
 * run will have, or null if that is not known; a run without news is not heard of. One thing is told after another, and
 * Streamlit's own widgets wait: each sends what all of them say, which until the run's end is not what it will be.
 */
function tellPage(tell) {
  hold(1);
  previews.told = previews.told.then(async () => {
    const state = tell();
    if (state === null || state === previews.ran) return;
    const confirmed = await new Promise((done) => {
      previews.awaited = { state, done };
      setTimeout(done, PATIENCE, false);
    });
    previews.unconfirmed += confirmed ? 0 : 1;
    previews.awaited = null;
  }).catch(() => { /* the component is gone, and its page with it */ }).finally(() => hold(-1));
}

/**
 * Make a component show its part of each answer, and what a run says: gives what to call with a run's data. A run that
 * began before an answer was drawn still describes what stood before it, and is passed over.
 */
function showAhead(element, draw) {
  let part = null, address = null, state = null, at = -Infinity;
  const before = new Set();
  const show = (parts) => {
    if (!element.isConnected) return previews.showing.delete(show);
    if (!parts[part] || parts[part].ahead.address !== address) return;       // another lesson's, left since
    before.add(state);
    state = parts[part].state;
    before.delete(state);
    at = performance.now();
    draw(parts[part]);
  };
  return (data) => {
    previews.showing.add(show);
    part = data.part;
    address = data.ahead?.address;
    if (data.state !== undefined) previews.ran = data.state;
    if (previews.awaited && data.state === previews.awaited.state) previews.awaited.done(true);
    if (before.has(data.state) && performance.now() - at < PATIENCE) return;
    before.clear();
    state = data.state;
    draw(data);
  };
}
