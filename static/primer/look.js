// @ts-check
/**
 * Which batch of a run a learner looks back at. One value for all components of the page: the chart sets it, and what
 * shows the network follows it.
 */

/** @typedef {import("./types.js").Look} Look */

/** @type {Look} */
let current = { run: "none", step: null, moment: null };
/** @type {Set<(look: Look) => void>} */
const listeners = new Set();

/** @returns {Look} what is looked at now */
export function looked() {
  return current;
}

/**
 * Look at a batch, and tell who listens where that is another than before.
 * @param {Look} look
 */
export function lookAt(look) {
  if (look.run === current.run && look.step === current.step && look.moment === current.moment) return;
  current = look;
  for (const listener of [...listeners]) listener(look);
}

/**
 * Be told of every change.
 * @param {(look: Look) => void} listener
 * @returns {() => void} ends that
 */
export function onLook(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
