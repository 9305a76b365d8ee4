// @ts-check
/** A program as a file: it is downloaded as it stands, and a file or a notebook is read into the editor, in the browser alone. */

import { counted, freshId, make, write } from "./dom.js";

/** @typedef {import("./types.js").PageContext} PageContext */

/** Most bytes of a file that is opened. */
export const MOST_BYTES = 100_000;
const NAME = "own_lines.py";
/** What stands behind %% where the lines below are still Python. */
const AROUND_PYTHON = /^%%(?:time|timeit|capture|prun)\b/;

/**
 * @param {string} name of a file
 * @param {string} text what is in it
 * @returns {{program: string, told: string}} its lines, and what was done to get them
 * @throws {Error} where it holds no program; the message says what was expected
 */
export function programOf(name, text) {
  const whole = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  if (!name.toLowerCase().endsWith(".ipynb")) return { program: whole, told: `Opened ${name}.` };
  let cells;
  try {
    ({ cells } = JSON.parse(whole));
  } catch {
    cells = null;
  }
  if (!Array.isArray(cells)) throw new Error(`Expected a notebook, and ${name} is none: it holds no cells.`);
  const codes = cells.filter((cell) => cell?.cell_type === "code")
    .map(({ source }) => String(Array.isArray(source) ? source.join("") : source ?? "").trimEnd())
    .filter((code) => code);
  if (!codes.length) throw new Error(`Expected a notebook with code, and ${name} has no cell of code.`);
  let left = 0;
  const kept = codes.map((code) => {
    const lines = code.split("\n");
    const stays = (/** @type {string} */ line) => !/^\s*(?:%%?[A-Za-z]|!(?!=))/.test(line);
    const python = !lines[0].startsWith("%%") || AROUND_PYTHON.test(lines[0]) ? lines.filter(stays) : [];
    left += lines.length - python.length;
    return python.join("\n");
  });
  const cut = left ? ` ${counted(left, "line")} for the notebook alone, with % or !, ${left === 1 ? "is" : "are"} left out.` : "";
  return {
    program: kept.filter((code) => code).join("\n\n"),
    told: `Opened ${name}: ${codes.length > 1 ? `its ${codes.length} cells of code, one after another` : "its cell of code"}.${cut}`,
  };
}

/**
 * Make the buttons that download a program and open another in its place.
 * @param {() => string} read the program as it stands
 * @param {(program: string) => void} put takes another one as if it were typed
 * @param {PageContext} page
 * @returns {HTMLElement}
 */
export function programFiles(read, put, page) {
  const told = make("span", { className: "told", id: freshId() });
  const tell = (/** @type {string} */ words) => {
    write(told, words);
    page.announce(words);
  };
  const download = make("button", { type: "button", className: "quiet" }, "Download .py");
  download.addEventListener("click", () => {
    const program = read();
    const blob = new Blob([program.endsWith("\n") ? program : `${program}\n`], { type: "text/x-python" });
    const link = make("a", { href: URL.createObjectURL(blob), download: NAME });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    tell(`Saved as ${NAME}.`);
  });
  const chooser = make("input", { type: "file", accept: ".py,.ipynb,.txt", hidden: true, tabIndex: -1 });
  chooser.setAttribute("aria-label", "A file with a program");
  const open = make("button", { type: "button", className: "quiet" }, "Open .py or .ipynb");
  open.addEventListener("click", () => chooser.click());
  chooser.addEventListener("change", async () => {
    const file = chooser.files?.[0];
    chooser.value = "";      // the same file can be opened again
    if (!file) return;
    if (file.size > MOST_BYTES) {
      tell(`Expected a file of at most ${MOST_BYTES / 1000} kB, and ${file.name} has ${Math.ceil(file.size / 1000)} kB.`);
      return;
    }
    try {
      const found = programOf(file.name, await file.text());
      put(found.program);
      tell(found.told);
    } catch (error) {
      tell(error instanceof Error ? error.message : String(error));
    }
  });
  return make("div", { className: "files" }, download, open, chooser, told);
}
