// @ts-check
/**
 * A learner's own digits, kept in this browser and nowhere else. Where the browser keeps nothing, as in some private
 * windows, they last as long as the page.
 */

/** Most digits that are kept: as many as one run learns. */
export const MOST_DIGITS = 500;
const DATABASE = "primer-own-digits";
const STORE = "digits";

/**
 * @typedef {object} Digit
 * @property {number} id
 * @property {number} label from 0 to 9
 * @property {Uint8Array} image 784 pixels, row by row, 0 for paper to 255 for full ink
 * @property {object[] | null} strokes as the pad drew it; null where it came from a file
 * @property {string} drawn when it was stored, ISO 8601
 */

/** @typedef {Omit<Digit, "id">} NewDigit */

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
const answered = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

/** @returns {Promise<IDBDatabase | null>} null where the browser keeps nothing */
async function database() {
  try {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id", autoIncrement: true });
    return await answered(request);
  } catch {
    return null;
  }
}

export class DigitStore {
  /**
   * @param {IDBDatabase | null} kept
   */
  constructor(kept) {
    this.database = kept;
    /** @type {Digit[]} */
    this.fleeting = [];
    this.channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(DATABASE);
  }

  static async open() {
    return new DigitStore(await database());
  }

  /** Whether they outlive the page. */
  get lasts() {
    return this.database !== null;
  }

  /**
   * Be told when another tab has changed something.
   * @param {() => void} listener
   */
  onChange(listener) {
    if (this.channel) this.channel.onmessage = listener;
  }

  /** @returns {Promise<Digit[]>} in the order of drawing */
  async all() {
    return this.database ? answered(this.#store("readonly").getAll()) : [...this.fleeting];
  }

  /** @param {NewDigit[]} digits */
  async add(digits) {
    if (this.database) {
      const store = this.#store("readwrite");
      await Promise.all(digits.map((digit) => answered(store.add(digit))));
    } else {
      const last = this.fleeting.at(-1)?.id ?? 0;
      this.fleeting.push(...digits.map((digit, place) => ({ ...digit, id: last + 1 + place })));
    }
    this.#tell();
  }

  /**
   * @param {number} id
   * @param {number} label
   */
  async relabel(id, label) {
    if (this.database) {
      const store = this.#store("readwrite");
      const digit = await answered(store.get(id));
      if (digit) await answered(store.put({ ...digit, label }));
    } else this.fleeting = this.fleeting.map((digit) => (digit.id === id ? { ...digit, label } : digit));
    this.#tell();
  }

  /** @param {number} id */
  async remove(id) {
    if (this.database) await answered(this.#store("readwrite").delete(id));
    else this.fleeting = this.fleeting.filter((digit) => digit.id !== id);
    this.#tell();
  }

  async clear() {
    if (this.database) await answered(this.#store("readwrite").clear());
    else this.fleeting = [];
    this.#tell();
  }

  /** @param {IDBTransactionMode} mode */
  #store(mode) {
    return /** @type {IDBDatabase} */ (this.database).transaction(STORE, mode).objectStore(STORE);
  }

  #tell() {
    this.channel?.postMessage("changed");
  }
}
