// Answers ahead of the page. What a learner drags or presses is asked of the server's own address at once, and every
// component on the page that shows a part of the answer draws it; the page's own run, which takes longer, then confirms
// it. This text stands before the script of each component that asks or shows.

const PATIENCE = 2000;         // ms that a drawn answer waits for the run that confirms it

const previews = (globalThis.primerPreviews ??= { next: null, busy: false, showing: new Set() });

/**
 * Ask for the parts under an address. The promise is kept once they are drawn: the page is told only then, so that its
 * run does not keep the answer waiting. Of questions that wait only the latest is asked.
 */
function askAhead({ address, query }) {
  previews.next?.done();
  const answered = new Promise((done) => { previews.next = { url: `${address}?${new URLSearchParams(query)}`, done }; });
  if (!previews.busy) fetchAhead();
  return answered;
}

async function fetchAhead() {
  previews.busy = true;
  while (previews.next) {
    const { url, done } = previews.next;
    previews.next = null;
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE) });
      if (answer.ok) {
        const parts = await answer.json();
        previews.showing.forEach((show) => show(parts));
      }
    } catch { /* the page's run shows it, only later */ }
    done();
  }
  previews.busy = false;
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
    if (before.has(data.state) && performance.now() - at < PATIENCE) return;
    before.clear();
    state = data.state;
    draw(data);
  };
}
