// Two saves have met. The notice leaves the focus with who is typing, and what is typed on is part of "mine".
import { form } from "./page.js";

const place = document.getElementById("conflict-place");

const mine = () => ({
  document: document.getElementById("conflict-mine"),
  environment: document.getElementById("conflict-mine-env"),
});

// `put` takes what is joined by hand in the notice into the editor; `leaving` is told when a text was chosen.
export function showConflict(texts, { put, leaving }) {
  place.replaceChildren(...document.getElementById("save-channel").childNodes);
  mirror(texts);
  const choice = place.querySelector("form");
  choice?.addEventListener("input", () => put({ document: mine().document.value, environment: mine().environment.value }));
  choice?.addEventListener("submit", (event) => leaving({ keep: event.submitter?.value === "mine" }));
  place.scrollTop = 0;
  if (!isTyping()) focusConflict();
}

// On its title: the next key must not press a button that throws a text away.
export function focusConflict() {
  const title = document.getElementById("conflict-title");
  if (!title) return;
  title.tabIndex = -1;
  title.focus();
}

function isTyping() {
  return form.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
}

export function mirror(texts) {
  for (const [name, box] of Object.entries(mine())) if (box && box.value !== texts[name]) box.value = texts[name];
}
