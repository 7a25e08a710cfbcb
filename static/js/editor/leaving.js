// Links that leave wait until what was typed is saved, for the next page shows the draft as the server has it; and the
// page that is come back to is read again where the server has another version by now.
import { check, isActing, onAnswer, rest, settled } from "./channel.js";
import { focusConflict } from "./conflict.js";
import { root, tell } from "./page.js";
import { isDirty, isSaving, save, saveAll, version } from "./saving.js";

let isLeaving = false;
let isLooking = false;

// A field is sent when it is left; a key that leaves the page has not done that.
function finishField() {
  const field = document.activeElement;
  if (field?.matches("[data-field], [data-act]") && root.contains(field)) field.blur();
}

function linkOf(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || link.hasAttribute("download") || link.origin !== location.origin) return null;
  return link.pathname === location.pathname && link.hash ? null : link;
}

function onClick(event) {
  const link = linkOf(event);
  if (!link) return;
  finishField();
  if (!isActing() && !isDirty() && !isSaving()) return;
  if (link.target === "_blank" || event.ctrlKey || event.metaKey || event.shiftKey) {
    save(); // the new window opens by itself
    return;
  }
  event.preventDefault();
  leave(() => location.assign(link.href));
}

// Forms beside the editor leave, too: signing out, undoing.
function onSubmit(event) {
  if (event.defaultPrevented || root.contains(event.target) || event.target.method !== "post") return;
  finishField();
  if (!isActing() && !isDirty() && !isSaving()) return;
  event.preventDefault();
  leave(() => event.target.requestSubmit(event.submitter));
}

async function leave(go) {
  if (isLeaving) return;
  isLeaving = true;
  const answer = await settled();
  await rest(); // the page goes: its server is left to the save
  if (answer?.refused) tell("A field was refused, so the page stays open: its reason stands beside it.");
  else if (await saveAll()) go();
  else if (document.getElementById("conflict")) focusConflict();
  else tell("Not saved yet, so the page stays open.");
  isLeaving = false;
}

// Asks which version the server has; `onAnswer` below reads the page again where it is another one.
async function look() {
  isLooking = true;
  if (isDirty()) await saveAll();
  else await check();
  isLooking = false;
}

export function installLeaving({ isDoubtful }) {
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit);
  onAnswer((data) => {
    if (isLooking && data.version && !isDirty() && !isSaving() && String(data.version) !== version()) location.reload();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) look();
  });
  if (isDoubtful || performance.getEntriesByType("navigation")[0]?.type === "back_forward") look();
}
