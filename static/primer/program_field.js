// @ts-check
/**
 * The field of a program: an editor with numbered lines, colours and marks. It is CodeMirror, which is loaded when a page
 * first needs it; until it is there, and where it cannot be loaded, a plain text area stands in its place.
 */

import { freshId, make, write } from "./dom.js";
import { Draft, LONGEST_TEXT } from "./draft.js";
import { programFiles } from "./program_files.js";

/** @typedef {import("./types.js").Control} Control */
/** @typedef {import("./types.js").PageContext} PageContext */
/** @typedef {import("./types.js").ProgramPlace} ProgramPlace */
/** @typedef {import("./types.js").ProgramMarks} ProgramMarks */
/** @typedef {import("./fields.js").Input} Input */
/** @typedef {import("./fields.js").Put} Put */
/** @typedef {typeof import("./vendor/codemirror.js")} CodeMirror */

const KEYS = "Tab indents; Escape, then Tab leaves the editor.";
const MARK_KEYS = "Ctrl+Enter opens what is underlined at the caret, Alt+Enter goes to the caret's line.";

/**
 * @param {string} text
 * @param {number} most most lines
 * @returns {string} why a program is too long; empty where it is not
 */
export function excess(text, most) {
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);      // the last line end begins no line
  const length = [...text].length;
  if (lines > most) return `Expected a program of at most ${most} lines, not ${lines}. Remove some of them.`;
  if (length > LONGEST_TEXT) return `Expected a program of at most ${LONGEST_TEXT} characters, not ${length}. Remove some of them.`;
  return "";
}

/**
 * The one change that makes a text another: what both begin and end with stays, and a caret in it.
 * @param {string} before
 * @param {string} after
 * @returns {{from: number, to: number, insert: string}}
 */
export function change(before, after) {
  const shorter = Math.min(before.length, after.length);
  let [start, end] = [0, 0];
  while (start < shorter && before[start] === after[start]) start += 1;
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}

/**
 * Where a place begins and ends in a text, in the units in which JavaScript counts; a column counts whole characters.
 * @param {string[]} lines of the text
 * @param {ProgramPlace} place
 * @returns {[number, number] | null} null where the text has no such place
 */
export function stretch(lines, [line, column, endLine, endColumn]) {
  if (line < 1 || endLine > lines.length || line > endLine) return null;
  const [from, to] = [offset(lines, line, column), offset(lines, endLine, endColumn)];
  return from < to ? [from, to] : null;
}

/**
 * @param {string[]} lines
 * @param {number} line
 * @param {number} column
 */
function offset(lines, line, column) {
  let before = 0;
  for (let place = 0; place < line - 1; place += 1) before += lines[place].length + 1;
  return before + [...lines[line - 1]].slice(0, column).join("").length;
}

/**
 * The parts of a stretch that are underlined: one a line, without the blanks around it.
 * @param {string} text
 * @param {number} from
 * @param {number} to
 * @returns {[number, number][]}
 */
export function written(text, from, to) {
  return [...text.slice(from, to).matchAll(/\S(?:.*\S)?/g)].map(({ index, 0: part }) => [from + index, from + index + part.length]);
}

/**
 * The place of a stretch of a text.
 * @param {string} text
 * @param {number} from
 * @param {number} to
 * @returns {ProgramPlace}
 */
export function placeOf(text, from, to) {
  /** @param {number} until @returns {[number, number]} */
  const at = (until) => {
    const lines = text.slice(0, until).split("\n");
    return [lines.length, [...lines[lines.length - 1]].length];
  };
  return [...at(from), ...at(to)];
}

/** @type {Promise<CodeMirror> | null} */
let loading = null;
/** Those that were made: one whose page is gone listens to the window until the next is made. @type {Set<Editor>} */
const editors = new Set();

/**
 * @param {Control} first
 * @param {Put} put
 * @param {PageContext} page
 * @param {(message: string) => void} complain
 * @param {(put: Put) => Input} makeArea makes the text area
 * @returns {Input}
 */
export function programField(first, put, page, complain, makeArea) {
  let control = first;
  let complaint = "";
  /** @param {string} message */
  const judge = (message) => {
    if (message !== complaint) complain(complaint = message);
  };
  /** @type {Put} */
  const tell = (text) => {
    judge(excess(text, control.most_lines ?? 0));
    return !complaint && put(text);
  };
  const plain = makeArea(tell);
  const area = /** @type {HTMLTextAreaElement} */ (plain.element);
  area.removeAttribute("maxlength");      // what is too long is told, and not cut off
  const keys = make("p", { className: "keys", id: freshId() });
  /** @type {Editor | null} */
  let editor = null;
  /** @param {string} text */
  const takeFile = (text) => {
    if (editor) editor.type(text);
    else {
      area.value = text;
      area.dispatchEvent(new Event("input"));
      area.dispatchEvent(new Event("change"));
    }
  };
  const files = programFiles(() => editor?.text ?? area.value, takeFile, page);
  const element = make("div", { className: "program" }, area, keys, files);
  element.style.setProperty("--lines", String(first.lines ?? 1));
  let input = plain;
  let composing = false;
  /** @param {CodeMirror} codemirror */
  const replaceArea = (codemirror) => {
    if (composing) {      // the letters that an input method has not finished would be lost
      area.addEventListener("compositionend", () => replaceArea(codemirror), { once: true });
      return;
    }
    area.dispatchEvent(new Event("change"));      // what was typed is told as when the field is left
    const focused = document.activeElement === area;
    for (const other of editors) if (!other.view.dom.isConnected && editors.delete(other)) other.view.destroy();
    editor = new Editor(codemirror, area, control, tell, page);
    editors.add(editor);
    area.replaceWith(editor.view.dom);
    input = editor.input;
    fill(control);
    if (focused) editor.view.focus();
  };
  /** @param {Control} news */
  const fill = (news) => {
    control = news;
    input.fill(news);
    write(keys, input === plain ? "" : news.marks ? `${KEYS} ${MARK_KEYS}` : KEYS);
    if (!input.refuses?.()) judge("");
  };
  area.addEventListener("compositionstart", () => { composing = true; });
  area.addEventListener("compositionend", () => { composing = false; });
  loading ??= import("./vendor/codemirror.js");
  loading.then(replaceArea, () => {});      // the text area does without
  return { element, get focusable() { return input.focusable; }, described: keys.id, fill };
}

class Editor {
  /**
   * @param {CodeMirror} codemirror
   * @param {HTMLTextAreaElement} area whose place it takes, with the text, the caret, and what it is called
   * @param {Control} control
   * @param {Put} put
   * @param {PageContext} page
   */
  constructor(codemirror, area, control, put, page) {
    const { EditorState, EditorView, highlightSpecialChars, history, keymap, lineNumbers } = codemirror;
    this.codemirror = codemirror;
    this.page = page;
    this.control = control;
    this.writing = false;
    /** the fault that the caret stood in last */
    this.told = "";
    this.marked = "";
    this.setMarks = /** @type {import("@codemirror/state").StateEffectType<Marked>} */ (codemirror.StateEffect.define());
    this.marks = this.makeMarks();
    this.readOnly = new codemirror.Compartment();
    this.view = new EditorView({
      state: EditorState.create({
        doc: area.value,
        selection: { anchor: area.selectionStart, head: area.selectionEnd },
        extensions: [
          this.readOnly.of([]),
          EditorState.tabSize.of(4),
          codemirror.indentUnit.of("    "),
          codemirror.pythonLanguage,
          codemirror.syntaxHighlighting(codemirror.classHighlighter),
          codemirror.bracketMatching(),
          codemirror.indentOnInput(),
          codemirror.placeholder(control.placeholder ?? ""),
          highlightSpecialChars(),
          history(),
          lineNumbers({ domEventHandlers: { mousedown: (view, { from }, event) => this.pressNumber(view.state.doc.lineAt(from).number, event) } }),
          this.marks,
          keymap.of([
            ...["Ctrl-Enter", "Mod-Enter"].map((key) => ({ key, run: () => this.openAtCaret() })),
            { key: "Alt-Enter", run: ({ state }) => this.choose(state.doc.lineAt(state.selection.main.head).number) },
            ...codemirror.defaultKeymap, ...codemirror.historyKeymap, codemirror.indentWithTab,
          ]),
          EditorView.contentAttributes.of({ tabindex: "0" }),      // as it is, but a tool that looks for it finds it
          EditorView.domEventHandlers({ click: (event) => this.click(event) }),
          EditorView.domEventObservers({
            keydown: (event) => this.key(event),
            compositionstart: () => this.draft.compose(true),
            compositionend: () => this.draft.compose(false),
            blur: () => { this.leaveByTab(false); this.draft.left(); },
          }),
          EditorView.updateListener.of((update) => this.updated(update)),
        ],
      }),
    });
    const { contentDOM, dom } = this.view;
    for (const name of ["aria-labelledby", "aria-describedby", "aria-invalid"]) {
      const value = area.getAttribute(name);
      if (value !== null) contentDOM.setAttribute(name, value);
    }
    contentDOM.addEventListener("change", () => this.draft.send());      // the page is about to be left
    dom.querySelector(".cm-announced")?.removeAttribute("aria-live");      // the page has one live region
    this.tabLeaves = false;
    this.draft = new Draft(control, {
      read: () => this.text,
      write: (text) => this.replace(text),
      hasFocus: () => this.view.hasFocus,
      put,
      isAhead: page.isAhead,
    });
    if (area.value !== control.value && !page.isAhead(control.field)) this.draft.changed();
    /** @type {Input} */
    this.input = {
      element: dom,
      focusable: contentDOM,
      fill: (news) => this.fill(news),
      refuses: () => this.draft.refused || this.draft.unsent,
    };
  }

  get text() { return this.view.state.doc.toString(); }

  /** @param {Control} news */
  fill(news) {
    this.control = news;
    const { EditorState } = this.codemirror;
    if (this.view.state.readOnly !== !!news.disabled) {
      this.view.dispatch({ effects: this.readOnly.reconfigure(EditorState.readOnly.of(!!news.disabled)) });
    }
    this.draft.fill(news);
    const marked = JSON.stringify([news.value, news.marks]);
    if (this.text !== news.value || marked === this.marked) return;      // the next answer's marks will fit what is typed now
    this.marked = marked;
    const before = this.view.state.field(this.marks).current;
    this.view.dispatch({ effects: this.setMarks.of(this.drawn(news.marks)) });
    const { current } = this.view.state.field(this.marks);
    if (current && current !== before) this.reveal(current);
  }

  /**
   * Put another text in the place of this one.
   * @param {string} text
   */
  replace(text) {
    this.writing = true;
    this.view.dispatch({ changes: change(this.text, text), annotations: this.codemirror.isolateHistory.of("full") });
    this.writing = false;
  }

  /**
   * Put another text in the place of this one, as whoever types could: it is told, and can be undone.
   * @param {string} text
   */
  type(text) {
    this.view.dispatch({ changes: change(this.text, text), selection: { anchor: 0 }, annotations: this.codemirror.isolateHistory.of("full") });
    this.draft.send();
  }

  /** @param {import("@codemirror/view").ViewUpdate} update */
  updated(update) {
    if (update.docChanged) this.marked = "";      // marks may have gone with what was deleted
    if (update.docChanged && !this.writing) this.draft.changed();
    if (!update.selectionSet && !update.docChanged) return;
    const { head } = update.state.selection.main;
    let fault = "";
    update.state.field(this.marks).ranges.between(head, head, (_, __, { spec }) => { fault ||= spec.fault ?? ""; });
    if (fault && fault !== this.told) this.page.announce(fault);
    this.told = fault;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key === "Escape") this.leaveByTab(true);
    else if (!["Tab", "Shift", "Control", "Alt", "Meta"].includes(event.key)) this.leaveByTab(false);
  }

  /**
   * After Escape, Tab leaves the editor: until another key is pressed, however long that takes.
   * @param {boolean} leaves
   */
  leaveByTab(leaves) {
    if (leaves === this.tabLeaves) return;
    this.tabLeaves = leaves;
    this.view.setTabFocusMode(leaves);
  }

  /** @param {MouseEvent} event */
  click(event) {
    const pressed = event.target instanceof Element && event.target.closest(".cm-opens");
    if (!pressed || event.button !== 0 || !this.view.state.selection.main.empty) return false;
    const at = this.view.posAtCoords({ x: event.clientX, y: event.clientY });
    if (at !== null) this.open(at);
    return false;
  }

  /**
   * Tell what was typed, and then that the innermost expression at a place of the text was opened, if there is one.
   * @param {number} at
   */
  open(at) {
    this.draft.send();
    /** @type {[number, number][]} */
    const around = [];
    this.view.state.field(this.marks).ranges.between(at, at, (from, to, { spec }) => {
      if (spec.opens) around.push([from, to]);
    });
    const [innermost] = around.sort((one, other) => one[1] - one[0] - (other[1] - other[0]));
    if (!innermost) return;
    const [line, column, end_line, end_column] = placeOf(this.text, ...innermost);
    this.act("open", { line, column, end_line, end_column });
  }

  /** Tell the text, and what stands at the caret; no line is begun. */
  openAtCaret() {
    this.open(this.view.state.selection.main.head);
    return true;
  }

  /**
   * @param {number} line
   * @param {Event} event
   */
  pressNumber(line, event) {
    event.preventDefault();      // the caret and the focus stay where they are
    return this.choose(line);
  }

  /** @param {number} line */
  choose(line) {
    this.draft.send();
    this.act("line", { line });
    return true;
  }

  /**
   * @param {string} name
   * @param {Record<string, number>} details
   */
  act(name, details) {
    const { field } = this.control;
    this.page.push({ kind: "act", name, details: { field, ...details }, sets: `${name} ${field}` });
  }

  /**
   * Scroll a line of the text into view with the line after it, or before it; within the editor alone.
   * @param {number} at where it begins
   */
  reveal(at) {
    const { scrollDOM, documentPadding } = this.view;
    const { top, height } = this.view.lineBlockAt(at);
    const [first, last] = [top + documentPadding.top - height, top + documentPadding.top + 2 * height];
    if (first < scrollDOM.scrollTop) scrollDOM.scrollTop = first;
    else if (last > scrollDOM.scrollTop + scrollDOM.clientHeight) scrollDOM.scrollTop = last - scrollDOM.clientHeight;
  }

  /** @typedef {{ranges: import("@codemirror/view").DecorationSet, gutter: import("@codemirror/state").RangeSet<import("@codemirror/view").GutterMarker>, current: number}} Marked */

  /** What is marked, as a part of the editor's state: it moves with the text while somebody types. */
  makeMarks() {
    const { Decoration, EditorView, RangeSet, StateField, gutterLineClass } = this.codemirror;
    /** @type {Marked} */
    const none = { ranges: Decoration.none, gutter: RangeSet.empty, current: 0 };
    return StateField.define({
      create: () => none,
      update: (marked, { changes, effects }) => {
        const set = effects.find((effect) => effect.is(this.setMarks));
        if (set) return /** @type {Marked} */ (set.value);
        if (changes.empty) return marked;
        return { ranges: marked.ranges.map(changes), gutter: marked.gutter.map(changes), current: changes.mapPos(marked.current) };
      },
      provide: (field) => [
        EditorView.decorations.from(field, ({ ranges }) => ranges),
        gutterLineClass.from(field, ({ gutter }) => gutter),
      ],
    });
  }

  /**
   * @param {ProgramMarks | undefined} marks
   * @returns {Marked}
   */
  drawn(marks) {
    const { Decoration, GutterMarker, RangeSet } = this.codemirror;
    class Numbered extends GutterMarker {
      /** @param {string} name class of a line's number */
      constructor(name) {
        super();
        this.elementClass = name;
      }
    }
    const { doc } = this.view.state;
    const text = doc.toString();
    const lines = text.split("\n");
    const ranges = [];
    /** @type {import("@codemirror/state").Range<import("@codemirror/view").GutterMarker>[]} */
    const numbers = [];
    /** @param {number} line @param {string} name @param {Record<string, string>} [attributes] */
    const markLine = (line, name, attributes = {}) => {
      if (line < 1 || line > doc.lines) return;
      const { from } = doc.line(line);
      ranges.push(Decoration.line({ class: name, attributes }).range(from));
      numbers.push(new Numbered(name).range(from));
    };
    const { current = 0, faulty = [], faults = [], expressions = [] } = marks ?? {};
    markLine(current, "cm-current", { "aria-current": "step" });
    for (const line of faulty) markLine(line, "cm-faulty");
    for (const { place, message } of faults) {
      const found = stretch(lines, place);
      if (!found) continue;
      ranges.push(Decoration.mark({ attributes: { title: message }, fault: message }).range(...found));
      for (const [from, to] of written(text, ...found)) ranges.push(Decoration.mark({ class: "cm-fails" }).range(from, to));
    }
    for (const place of expressions) {
      const found = stretch(lines, place);
      if (!found) continue;
      ranges.push(Decoration.mark({ opens: true }).range(...found));
      for (const [from, to] of written(text, ...found)) ranges.push(Decoration.mark({ class: "cm-opens" }).range(from, to));
    }
    return {
      ranges: Decoration.set(ranges, true),
      gutter: RangeSet.of(numbers, true),
      current: current >= 1 && current <= doc.lines ? doc.line(current).from : 0,
    };
  }
}
