// @ts-check
/** A field in a cell, into which a number is typed. */

import { make } from "./dom.js";

/**
 * Put a field into a cell. Enter, or leaving it, keeps the number; Escape does not.
 * @param {object} options
 * @param {HTMLElement} options.cell
 * @param {() => string} options.shown what stands in the cell, as it was answered last
 * @param {string} options.value what the field begins with
 * @param {boolean} options.selects whether that is selected, to be typed over
 * @param {string} options.label
 * @param {(value: number) => void} options.onKeep
 * @param {(text: string) => void} options.onRefuse takes what is no number
 */
export function editCell({ cell, shown, value, selects, label, onKeep, onRefuse }) {
  const field = make("input", { value, inputMode: "decimal", "aria-label": label });
  let open = true;
  /** @param {boolean} keep */
  const close = (keep) => {
    if (!open || !field.isConnected) return;      // taking the field out of the cell blurs it
    open = false;
    const text = field.value.trim();
    const number = Number(text.replaceAll("−", "-"));
    const valid = text !== "" && Number.isFinite(number);
    const kept = keep && valid && text !== shown();
    const refocus = document.activeElement === field;
    // The typed number stands until the answer arrives; what is no number leaves the cell as it was.
    cell.replaceChildren(kept ? text : shown());
    if (refocus) cell.focus({ preventScroll: true });
    if (kept) onKeep(number);
    else if (keep && !valid) onRefuse(text);
  };
  field.addEventListener("blur", () => close(true));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === "Escape") {
      event.preventDefault();
      close(event.key === "Enter");
    }
    event.stopPropagation();
  });
  cell.replaceChildren(field);
  field.focus({ preventScroll: true });
  if (selects) field.select();
}
