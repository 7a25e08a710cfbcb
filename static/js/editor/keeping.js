// What the server does not have yet is kept in this browser, and offered when the editor is opened again.
import { root, tell } from "./page.js";

const KEY = `gpu-compose:draft:${root.dataset.pk}`;

let canKeep = false;

export function isKept() {
  return canKeep;
}

export function keepHere(texts) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...texts, at: Date.now() }));
    canKeep = true;
  } catch {
    canKeep = false; // full or forbidden: then the server's copy is the only one
  }
}

export function forgetHere() {
  if (canKeep) localStorage.removeItem(KEY);
}

// Text that an earlier visit could not save is offered, never put in by itself. Returns whether there is any.
export function offerKept(saved, put) {
  let kept = null;
  try {
    kept = JSON.parse(localStorage.getItem(KEY) ?? "null");
    canKeep = true;
  } catch {
    return false;
  }
  if (!kept || (kept.document === saved.document && kept.environment === saved.environment)) return forgetHere(), false;
  const offer = document.getElementById("local-draft");
  offer.querySelector("time").textContent = new Date(kept.at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  offer.hidden = false;
  // Another window has saved it, or thrown it away.
  addEventListener("storage", (event) => {
    if (event.key === KEY && event.newValue === null) offer.hidden = true;
  });
  offer.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-local]")?.dataset.local;
    if (!choice) return;
    offer.hidden = true;
    if (choice === "discard") return forgetHere();
    put(kept);
    tell("Put back the text that this browser kept. Ctrl+Z takes it out again.");
  });
  return true;
}
