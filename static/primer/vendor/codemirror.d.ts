/**
 * What of CodeMirror the editor of a program needs. scripts/build_editor.js bundles just this into codemirror.js, which
 * is not to be edited; to the compiler these lines are the types of that module.
 */

export { defaultKeymap, history, historyKeymap, indentWithTab, isolateHistory } from "@codemirror/commands";
export { pythonLanguage } from "@codemirror/lang-python";
export { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
export { Compartment, EditorState, RangeSet, StateEffect, StateField } from "@codemirror/state";
export {
  Decoration, EditorView, GutterMarker, gutterLineClass, highlightSpecialChars, keymap, lineNumbers, placeholder,
} from "@codemirror/view";
export { classHighlighter } from "@lezer/highlight";
