// Keeps what is typed: saved soon after each change with a version check, in this browser until the server has it.
import { environmentField, root, tell } from "./page.js";

const IDLE = 800; // ms after the last change
const RETRY = 5000;
const KEY = `gpu-compose:draft:${root.dataset.pk}`;

let code = null;
let saved = { document: "", environment: "" };
let timer = 0;
let running = false;
let canKeep = false;
let stopped = false; // by a conflict: until it is settled nothing more is saved

const state = document.getElementById("saved");

const version = () => document.getElementById("id_version").value;

function now() {
  return { document: code.value(), environment: environmentField.value };
}

export function isDirty() {
  const texts = now();
  return texts.document !== saved.document || texts.environment !== saved.environment;
}

function say(text, kind = "") {
  state.textContent = text;
  state.dataset.kind = kind;
}

function clock(time = new Date()) {
  return time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
}

function keepHere() {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...now(), version: version(), at: Date.now() }));
    canKeep = true;
  } catch {
    canKeep = false; // full or forbidden: then the server's copy is the only one
  }
}

function forgetHere() {
  if (canKeep) localStorage.removeItem(KEY);
}

export function changed() {
  if (!isDirty()) {
    if (!running && !stopped) say(`saved ${clock()}`);
    forgetHere();
    return;
  }
  keepHere();
  if (stopped) return;
  say("saving…");
  clearTimeout(timer);
  timer = setTimeout(save, IDLE);
}

export async function save() {
  clearTimeout(timer);
  if (running || stopped || !isDirty()) return;
  running = true;
  const texts = now();
  let status = 0;
  const note = (event) => {
    if (event.detail.requestConfig?.elt?.id === "save-channel") status = event.detail.xhr.status;
  };
  document.addEventListener("htmx:afterRequest", note);
  const place = document.getElementById("save-channel");
  await window.htmx.ajax("POST", root.dataset.save, { source: place, target: place, swap: "innerHTML", values: { ...texts, version: version() } }).catch(() => {});
  document.removeEventListener("htmx:afterRequest", note);
  running = false;
  settle(status, texts);
}

function settle(status, texts) {
  if (status === 200) {
    saved = texts;
    if (isDirty()) changed();
    else {
      say(`saved ${clock()}`);
      forgetHere();
    }
  } else if (status === 409) {
    stopped = true;
    say("not saved: somebody else saved", "bad");
    const conflict = document.getElementById("conflict-place");
    conflict.replaceChildren(...document.getElementById("save-channel").childNodes);
    conflict.scrollIntoView({ block: "nearest" });
    conflict.querySelector("button")?.focus();
  } else if (status === 400 || status === 413 || status === 422) {
    say("not saved: see the message", "bad");
  } else {
    say(`not saved: ${status === 401 ? "signed out" : status ? "the server failed" : "offline"}${canKeep ? ", kept in this browser" : ""}`, "bad");
    timer = setTimeout(save, RETRY);
  }
}

// Text that an earlier visit could not save is offered, never put in by itself.
function offerLocal() {
  let kept = null;
  try {
    kept = JSON.parse(localStorage.getItem(KEY) ?? "null");
    canKeep = true;
  } catch {
    return;
  }
  if (!kept || (kept.document === saved.document && kept.environment === saved.environment)) return forgetHere();
  const offer = document.getElementById("local-draft");
  offer.querySelector("time").textContent = new Date(kept.at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  offer.hidden = false;
  offer.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-local]")?.dataset.local;
    if (!choice) return;
    offer.hidden = true;
    if (choice === "discard") return forgetHere();
    code.change(kept.document);
    environmentField.value = kept.environment;
    tell("Put back the text that this browser kept. Ctrl+Z takes it out again.");
  });
}

export function installSaving(codeEditor) {
  code = codeEditor;
  // The server's own texts, with the line ends that this page has.
  saved = now();
  const last = new Date(state.querySelector("time")?.dateTime ?? Date.now());
  const isToday = last.toDateString() === new Date().toDateString();
  say(`saved ${isToday ? clock(last) : last.toLocaleString([], { dateStyle: "medium", timeStyle: "short" })}`);
  offerLocal();
  addEventListener("beforeunload", (event) => {
    if (isDirty()) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
  document.addEventListener("editor:save", save);
  addEventListener("online", save);
}

// The page is left on purpose with what it holds sent along: no guard is needed.
export function leaving() {
  saved = now();
  forgetHere();
}
