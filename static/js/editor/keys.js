// Every action has a key. The list is in templates/stacks/editor/_keys.html.
import { view } from "./forms.js";
import { form, root } from "./page.js";
import { step, stepService } from "./selection.js";
import { showTab } from "./tabs.js";

let code = null;
let cameFrom = null;

export function toggleKeys() {
  const list = document.getElementById("keys");
  list.hidden = !list.hidden;
  if (list.hidden) cameFrom?.focus();
  else {
    cameFrom = document.activeElement;
    list.focus();
  }
}

function isTyping(target) {
  return target.matches("input, textarea, select, [contenteditable]");
}

function press(selector) {
  root.querySelector(selector)?.click();
}

function openKeep() {
  const menu = document.getElementById("keep-menu");
  menu.open = true;
  document.getElementById("keep-message").focus();
}

function newService() {
  showTab("forms");
  const add = document.getElementById("add-service");
  add.open = true;
  document.getElementById("new-name").focus();
}

const TABS = { Digit1: "forms", Digit2: "code", Digit3: "live", Digit4: "board" };

function focusPart(tab) {
  showTab(tab);
  if (tab === "code") code.editor.focus();
  else root.querySelector(`#column-${tab} button:not([disabled])`)?.focus();
}

// By the key's place on the keyboard: Alt gives another letter on some.
const WITH_ALT = {
  KeyF: () => press(".diagnostic.is-active [data-apply]"),
  KeyN: newService,
  KeyH: () => document.getElementById("host-choice").focus(),
  KeyE: () => press("[data-leave]"),
  ArrowUp: () => stepService(-1),
  ArrowDown: () => stepService(1),
};

function undo(event) {
  const target = event.target;
  if (code.isFocused()) return false;
  const isDirtyField = target.matches("input, textarea") && target.value !== (target.dataset.server ?? target.defaultValue);
  if (isDirtyField) return false;
  if (event.code === "KeyY" || event.shiftKey) code.editor.redo();
  else code.editor.undo();
  return true;
}

function handle(event) {
  const control = (event.ctrlKey || event.metaKey) && !event.altKey;
  if (control && event.code === "KeyS") return openKeep(), true;
  if (control && (event.code === "KeyZ" || event.code === "KeyY")) return undo(event);
  if (event.key === "F8") return step(event.shiftKey ? -1 : 1), true;
  if (event.key === "F1" || (event.key === "?" && !isTyping(event.target))) return toggleKeys(), true;
  if (event.key === "Escape") return escape();
  if (!event.altKey || control) return false;
  if (event.shiftKey && event.code === "KeyF") return fixAll(), true;
  if (event.shiftKey) return false;
  if (TABS[event.code]) return focusPart(TABS[event.code]), true;
  if (WITH_ALT[event.code]) return WITH_ALT[event.code](), true;
  return false;
}

function fixAll() {
  const apply = root.querySelector(".fix-all [data-apply]");
  if (apply) apply.click();
  else view("all");
}

function escape() {
  const list = document.getElementById("keys");
  if (!list.hidden) return toggleKeys(), true;
  const cancel = root.querySelector('.fix-all [data-view=""]');
  if (cancel && cancel.closest(".fix-all").contains(document.activeElement)) return cancel.click(), true;
  return false;
}

export function installKeys(codeEditor) {
  code = codeEditor;
  document.addEventListener(
    "keydown",
    (event) => {
      if (!handle(event)) return;
      event.preventDefault();
      event.stopPropagation();
    },
    { capture: true },
  );
  root.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys]")) toggleKeys();
  });
  for (const link of form.querySelectorAll("[data-leave]")) link.title = "Alt+E";
}
