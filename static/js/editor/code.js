// The text as a real code editor: Ace over the page's text box, with the server's diagnostics in its gutter and underlined.
import { documentField } from "./page.js";

const TYPES = { error: "error", warning: "warning", info: "info" };

// A text with the line ends that the page has of every text; the server keeps those of the file.
export function asTyped(text) {
  return text.replace(/\r\n?/g, "\n");
}

export class CodeEditor {
  constructor(place) {
    const ace = window.ace;
    ace.config.set("useStrictCSP", true);
    place.hidden = false;
    documentField.hidden = true;
    this.editor = ace.edit(place, {
      useWorker: false, // before the mode, which would start one
      mode: "ace/mode/yaml",
      theme: { cssClass: "ace-stack", cssText: "", isDark: false },
      value: documentField.value,
      tabSize: 2,
      useSoftTabs: true,
      fontSize: "13px",
      showPrintMargin: false,
      scrollPastEnd: 0.2,
      highlightActiveLine: true,
      showFoldWidgets: true,
      enableKeyboardAccessibility: true,
      animatedScroll: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      textInputAriaLabel: "compose.yaml",
    });
    this.session = this.editor.session;
    this.session.setNewLineMode("unix"); // as the text box has them; the server puts back those of the file
    this.session.setUndoManager(new ace.UndoManager());
    this.editor.commands.removeCommands(["gotoline", "showSettingsMenu", "openCommandPalette", "goToNextError", "goToPreviousError"]);
    this.markers = [];
    this.marks = [];
    this.Range = ace.require("ace/range").Range;
    this.label();
  }

  // What Ace leaves unnamed for screen readers.
  label() {
    const input = this.editor.textInput.getElement();
    input.setAttribute("aria-label", "compose.yaml");
    input.setAttribute("id", "code-input");
    this.editor.container.setAttribute("aria-label", "Code editor: Enter to type, Escape to leave");
  }

  value() {
    return this.session.getValue();
  }

  // The new text, of any line ends, as one edit of the stretch that differs, so that undo takes back just that and the caret stays.
  change(fresh) {
    const before = this.value();
    const text = asTyped(fresh);
    if (text === before) return;
    const shorter = Math.min(before.length, text.length);
    let start = 0;
    while (start < shorter && before[start] === text[start]) start += 1;
    let end = 0;
    while (end < shorter - start && before[before.length - 1 - end] === text[text.length - 1 - end]) end += 1;
    const document = this.session.doc;
    const place = (offset) => {
      const rows = before.slice(0, offset).split("\n");
      return { row: rows.length - 1, column: rows.at(-1).length };
    };
    const from = place(start);
    const to = place(before.length - end);
    this.session.mergeUndoDeltas = false;
    document.replace(new this.Range(from.row, from.column, to.row, to.column), text.slice(start, text.length - end));
    this.session.mergeUndoDeltas = false;
    this.flash(from.row, from.row + text.slice(start, text.length - end).split("\n").length - 1);
  }

  flash(first, last) {
    const id = this.session.addMarker(new this.Range(first, 0, last, Infinity), "mark-changed", "fullLine");
    setTimeout(() => this.session.removeMarker(id), 1200);
  }

  show(marks) {
    this.marks = marks;
    for (const id of this.markers) this.session.removeMarker(id);
    this.markers = marks.map(([row, column, endRow, endColumn, severity]) => {
      const isEmpty = row === endRow && column === endColumn;
      const range = isEmpty ? new this.Range(row, 0, row, Math.max(1, this.session.getLine(row)?.length ?? 1)) : this.firstLine(row, column, endRow, endColumn);
      return this.session.addMarker(range, `mark mark-${severity}`, "text", false);
    });
    this.session.setAnnotations(
      marks.map(([row, column, , , severity, , text]) => ({ row, column, type: TYPES[severity], text })),
    );
  }

  // A stretch of several lines is underlined on its first: a page of red would hide what it is about.
  firstLine(row, column, endRow, endColumn) {
    const length = this.session.getLine(row)?.length ?? 0;
    return new this.Range(row, column, row, endRow > row ? Math.max(length, column + 1) : endColumn);
  }

  row() {
    return this.editor.getCursorPosition().row;
  }

  place() {
    return this.editor.getCursorPosition();
  }

  goTo(row, column = 0, focus = false) {
    this.editor.gotoLine(row + 1, column, false);
    this.editor.scrollToLine(row, true, true);
    if (focus) this.editor.focus();
  }

  isFocused() {
    return this.editor.isFocused();
  }
}
