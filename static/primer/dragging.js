// @ts-check
/**
 * A pointer that drags an entry of a list up or down: followed from the press until it is let go, or until Escape is
 * pressed or the browser takes it away. Near the edge of what scrolls, the list scrolls along.
 */

const SLOP = 3;          // px: what moves less is a press
const EDGE = 56;         // px from the edge of what scrolls, within which it scrolls
const FASTEST = 14;      // px a frame, at the edge and beyond

/**
 * How far what scrolls is scrolled in a frame.
 * @param {number} y of the pointer
 * @param {number} top
 * @param {number} bottom
 * @returns {number} pixels: below 0 upwards, and 0 away from both edges
 */
export function scrolledBy(y, top, bottom) {
  const edge = Math.min(EDGE, (bottom - top) / 4);
  const beyond = y < top + edge ? y - top - edge : y > bottom - edge ? y - bottom + edge : 0;
  return edge ? Math.max(-1, Math.min(1, beyond / edge)) * FASTEST : 0;
}

/**
 * Where the others stand while one of them is dragged to a gap, and where the room for it is.
 * @param {{top: number, bottom: number}[]} boxes where they stood when the drag began
 * @param {number} from place of the one that is dragged
 * @param {number} gap the place before which it would stand; as many as there are for the end
 * @param {number} room height that it takes, with what stands between two of them
 * @returns {{shifts: number[], top: number}} pixels downwards for each, and the top of the room
 */
export function roomAt(boxes, from, gap, room) {
  const shifts = boxes.map((_, place) =>
    place > from && place < gap ? -room : place < from && place >= gap ? room : 0);
  if (gap < from) return { shifts, top: boxes[gap].top };
  return { shifts, top: gap > from + 1 ? boxes[gap - 1].bottom - (boxes[from].bottom - boxes[from].top) : boxes[from].top };
}

/**
 * Follow a pointer from where it is pressed.
 * @param {PointerEvent} event the press
 * @param {HTMLElement} grip what was pressed; it has the pointer until the end
 * @param {HTMLElement} list what is scrolled with all that is in it
 * @param {{move: (by: number, at: number) => void, end: (keeps: boolean) => void}} told `move`: how far the pointer was
 *   taken over the list, downwards, and where it is from the list's top; `end`: once, whether it was let go
 */
export function follow(event, grip, list, told) {
  const { pointerId } = event;
  const top = () => list.getBoundingClientRect().top;
  const start = event.clientY - top();
  const scroller = scrollerOf(list);
  let y = event.clientY;
  let moves = false;
  let frame = 0;
  const tell = () => {
    const at = y - top();
    moves ||= Math.abs(at - start) >= SLOP;
    if (moves) told.move(at - start, at);
  };
  const scroll = () => {
    const box = scroller.getBoundingClientRect();
    const by = moves ? scrolledBy(y, Math.max(0, box.top), Math.min(innerHeight, box.bottom)) : 0;
    scroller.scrollTop += by;       // its event tells where the list is now
    frame = by ? requestAnimationFrame(scroll) : 0;
  };
  const move = (/** @type {PointerEvent} */ now) => {
    if (now.pointerId !== pointerId) return;
    y = now.clientY;
    tell();
    if (!frame) scroll();
  };
  const end = (/** @type {boolean} */ keeps) => {
    grip.removeEventListener("pointermove", move);
    grip.removeEventListener("pointerup", drop);
    grip.removeEventListener("pointercancel", leave);
    grip.removeEventListener("lostpointercapture", leave);
    document.removeEventListener("keydown", key, true);
    document.removeEventListener("scroll", tell, true);
    cancelAnimationFrame(frame);
    if (grip.hasPointerCapture(pointerId)) grip.releasePointerCapture(pointerId);
    told.end(keeps && moves);
  };
  const drop = (/** @type {PointerEvent} */ now) => { if (now.pointerId === pointerId) end(true); };
  const leave = (/** @type {PointerEvent} */ now) => { if (now.pointerId === pointerId) end(false); };
  const key = (/** @type {KeyboardEvent} */ pressed) => {
    if (pressed.key !== "Escape") return;
    pressed.preventDefault();
    pressed.stopPropagation();
    end(false);
  };
  grip.setPointerCapture(pointerId);
  grip.addEventListener("pointermove", move);
  grip.addEventListener("pointerup", drop);
  grip.addEventListener("pointercancel", leave);
  grip.addEventListener("lostpointercapture", leave);
  document.addEventListener("keydown", key, true);
  document.addEventListener("scroll", tell, true);
}

/**
 * @param {HTMLElement} element
 * @returns {Element} what it is scrolled by
 */
function scrollerOf(element) {
  for (let up = element.parentElement; up; up = up.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(up).overflowY) && up.scrollHeight > up.clientHeight) return up;
  }
  return document.documentElement;
}
