// One selection in all parts: a service, a line, a diagnostic or a board row selected in one is selected in the others.
import { check, checkSoon } from "./channel.js";
import { calmly, looking, root } from "./page.js";

const REST = 90; // ms after which the caret has come to rest

let code = null;
let data = { services: [], marks: [] };
let quietUntil = 0; // the caret was moved from here, not by the user

function serviceAt(row) {
  return data.services.find(([, first, last]) => row >= first && row <= last)?.[0] ?? null;
}

function paint() {
  for (const part of root.querySelectorAll("[data-service], tr[data-of]")) {
    part.classList.toggle("is-selected", (part.dataset.service ?? part.dataset.of) === looking.selected);
  }
  for (const part of root.querySelectorAll(".diagnostic")) {
    part.classList.toggle("is-of-selected", Boolean(looking.selected) && part.dataset.of === looking.selected);
  }
}

function remember(name) {
  looking.selected = name;
  document.getElementById("editor-selected").value = name ?? "";
}

function reveal(element) {
  element?.scrollIntoView({ block: "nearest", behavior: calmly() });
}

// `from` is the part that the user is in: it is neither scrolled nor given another focus.
export async function select(name, { from }) {
  const isNew = looking.selected !== name;
  remember(name);
  paint();
  if (from !== "code") {
    const place = data.services.find(([each]) => each === name);
    if (place && serviceAt(code.row()) !== name) moveTo(place[1]);
  }
  if (isNew || !root.querySelector(`[data-service="${CSS.escape(name)}"] .service-body`)) await check();
  if (from !== "forms") reveal(root.querySelector(`[data-service="${CSS.escape(name)}"]`));
  if (from !== "board") reveal(root.querySelector(`tr[data-of="${CSS.escape(name)}"]`));
}

function moveTo(row, column = 0, focus = false) {
  quietUntil = performance.now() + 2 * REST;
  code.goTo(row, column, focus);
}

function markAt({ row, column }) {
  const here = data.marks.filter(([first, , last]) => row >= first && row <= last);
  return here.find(([first, start, last, end]) => first === last && column >= start && column <= end) ?? here.find(([first]) => first === row);
}

// The caret has come to rest: its service and its diagnostic are selected in the other parts.
function onCaret() {
  if (performance.now() < quietUntil) return;
  const mark = markAt(code.place());
  const name = serviceAt(code.row());
  let changed = false;
  if (mark && mark[5] !== looking.active) {
    looking.active = mark[5];
    changed = true;
  }
  if (name && name !== looking.selected) {
    remember(name);
    paint();
    changed = true;
    reveal(root.querySelector(`[data-service="${CSS.escape(name)}"]`));
    reveal(root.querySelector(`tr[data-of="${CSS.escape(name)}"]`));
  }
  if (changed) checkSoon();
}

// Goes to a diagnostic in the text, by its place; its service is selected on the way.
export function goToDiagnostic(place, focus = false) {
  const mark = data.marks.find((each) => each[5] === place);
  if (!mark) return;
  moveTo(mark[0], mark[1], focus);
  const name = serviceAt(mark[0]);
  if (name && name !== looking.selected) select(name, { from: "live" });
  reveal(root.querySelector(".diagnostic.is-active"));
}

export function step(by) {
  if (!data.marks.length) return;
  const places = data.marks.map((each) => each[5]);
  const { row, column } = code.place();
  const active = looking.active || root.querySelector(".diagnostic.is-active")?.dataset.place;
  let next = places.indexOf(active);
  if (next >= 0) next += by;
  else next = data.marks.findIndex((each) => each[0] > row || (each[0] === row && each[1] > column));
  looking.active = places[(next + places.length) % places.length];
  for (const each of root.querySelectorAll(".diagnostic")) each.classList.toggle("is-active", each.dataset.place === looking.active);
  check().then(() => goToDiagnostic(looking.active, true));
}

export function stepService(by) {
  const names = data.services.map(([name]) => name);
  if (!names.length) return;
  const now = names.indexOf(looking.selected);
  select(names[(now + by + names.length) % names.length], { from: "keys" });
}

export function takeData(fresh) {
  data = fresh;
  paint();
}

export function installSelection(codeEditor, first) {
  code = codeEditor;
  takeData(first);
  code.editor.selection.on("changeCursor", () => {
    clearTimeout(installSelection.timer);
    installSelection.timer = setTimeout(onCaret, REST);
  });
  root.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-line]");
    if (link) {
      event.preventDefault();
      document.dispatchEvent(new CustomEvent("editor:show", { detail: { tab: "code" } }));
      moveTo(Number(link.dataset.line) - 1, 0, true);
    }
    const focus = event.target.closest("[data-focus]");
    if (focus) {
      event.preventDefault();
      document.getElementById(focus.dataset.focus).focus();
    }
  });
  document.addEventListener("editor:view", (event) => goToDiagnostic(event.detail.place));
}
