// Starts the editor: without this file the page is a form that works; with it, it is live.
import { checkSoon, connect, onAnswer } from "./channel.js";
import { CodeEditor } from "./code.js";
import { installForms } from "./forms.js";
import { offerKept } from "./keeping.js";
import { installKeys } from "./keys.js";
import { installLeaving } from "./leaving.js";
import { dropMessages, installMessages } from "./messages.js";
import { installMorph } from "./morph.js";
import { documentField, environmentField, form, liveData, looking } from "./page.js";
import { changed, installSaving, leaving, put } from "./saving.js";
import { installSelection, takeData } from "./selection.js";
import { installTabs, showCounts } from "./tabs.js";

// While the text cannot be read the forms rest, and the board shows what it showed last.
function showMend(line) {
  const isBroken = line !== null;
  const note = document.querySelector("#services .stale-note");
  note.hidden = !isBroken;
  note.querySelector("[data-mend]").textContent = line ?? "";
  document.querySelector("#services .services-set").disabled = isBroken;
  document.getElementById("column-forms").toggleAttribute("tabindex", isBroken); // nothing else in it takes the focus then
  if (isBroken) document.getElementById("column-forms").tabIndex = 0;
  const board = document.getElementById("board");
  board.classList.toggle("is-stale", isBroken);
  board.querySelector("[data-board-stale]").hidden = !isBroken;
  for (const button of board.querySelectorAll("button.cell")) button.disabled = isBroken;
}

// HTMX would carry style attributes over from old elements to new ones, which the CSP refuses.
window.htmx.config.attributesToSettle = ["class"];

const code = new CodeEditor(document.getElementById("code-editor"));
const first = liveData();
installMorph(window.htmx);
connect(code);
installSaving(code);
installMessages();
const isDoubtful = offerKept({ document: code.value(), environment: environmentField.value }, put);
installSelection(code, first);
installForms();
installTabs();
installKeys(code);

function show(data) {
  code.show(data.marks);
  takeData(data);
  showCounts(data);
  showMend(data.mend);
}

onAnswer(show);
show(first);
looking.opened = new Set(first.opened);

code.session.on("change", () => {
  documentField.value = code.value();
  dropMessages();
  changed();
  checkSoon();
});
environmentField.addEventListener("input", () => {
  dropMessages();
  changed();
  checkSoon();
});
form.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  documentField.value = code.value();
  leaving();
});
installLeaving({ isDoubtful });
document.addEventListener("editor:shown", () => code.editor.resize());
new ResizeObserver(() => code.editor.resize()).observe(code.editor.container);
document.documentElement.dataset.editor = "ready";
