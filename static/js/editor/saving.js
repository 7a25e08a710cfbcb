// Saves what is typed soon after each change, with a version check; until the server has it, this browser keeps it.
import { mirror, showConflict } from "./conflict.js";
import { forgetHere, isKept, keepHere } from "./keeping.js";
import { environmentField, root, tell } from "./page.js";

const IDLE = 800; // ms after the last change
const RETRY = 5000;

let code = null;
let saved = { document: "", environment: "" };
let timer = 0;
let running = null; // the save under way
let stopped = false; // by a conflict: until it is settled nothing more is saved

const state = document.getElementById("saved");

export const version = () => document.getElementById("id_version").value;

function now() {
  return { document: code.value(), environment: environmentField.value };
}

export function isDirty() {
  const texts = now();
  return texts.document !== saved.document || texts.environment !== saved.environment;
}

export function isSaving() {
  return Boolean(running);
}

function say(text, kind = "") {
  state.textContent = text;
  state.dataset.kind = kind;
}

function clock(time = new Date()) {
  return time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
}

export function changed() {
  mirror(now());
  if (!isDirty()) {
    if (!running && !stopped) say(`saved ${clock()}`);
    forgetHere();
    return;
  }
  keepHere({ ...now(), version: version() });
  if (stopped) return;
  say("saving…");
  clearTimeout(timer);
  timer = setTimeout(save, IDLE);
}

// Resolves to whether the server has what was typed when it was asked.
export function save() {
  clearTimeout(timer);
  if (stopped || !(running || isDirty())) return Promise.resolve(!isDirty());
  running ??= send().finally(() => (running = null));
  return running;
}

// Resolves to whether the server has all that was typed, what was typed meanwhile included.
export async function saveAll() {
  while (running || isDirty()) if (!(await save())) return false;
  return true;
}

async function send() {
  const texts = now();
  let status = 0;
  const note = (event) => {
    if (event.detail.requestConfig?.elt?.id === "save-channel") status = event.detail.xhr.status;
  };
  document.addEventListener("htmx:afterRequest", note);
  const place = document.getElementById("save-channel");
  await window.htmx.ajax("POST", root.dataset.save, { source: place, target: place, swap: "innerHTML", values: { ...texts, version: version() } }).catch(() => {});
  document.removeEventListener("htmx:afterRequest", note);
  settle(status, texts);
  return status === 200;
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
    showConflict(now(), { put, leaving });
  } else if (status === 400 || status === 413 || status === 422) {
    say("not saved: see the message", "bad");
  } else {
    say(`not saved: ${status === 401 ? "signed out" : status ? "the server failed" : "offline"}${isKept() ? ", kept in this browser" : ""}`, "bad");
    timer = setTimeout(save, RETRY);
  }
}

// Makes the page's texts those given, as if they had been typed.
export function put(texts) {
  code.change(texts.document);
  if (environmentField.value === texts.environment) return;
  environmentField.value = texts.environment;
  environmentField.dispatchEvent(new Event("input"));
}

export function installSaving(codeEditor) {
  code = codeEditor;
  // The server's own texts, with the line ends that this page has.
  saved = now();
  const last = new Date(state.querySelector("time")?.dateTime ?? Date.now());
  const isToday = last.toDateString() === new Date().toDateString();
  say(`saved ${isToday ? clock(last) : last.toLocaleString([], { dateStyle: "medium", timeStyle: "short" })}`);
  addEventListener("beforeunload", (event) => {
    if (isDirty()) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
  document.addEventListener("editor:save", async () => {
    if (stopped) tell("Not saved: choose one of the two texts first.");
    else await save();
  });
  addEventListener("online", save);
}

// The page is left on purpose with what it holds sent along: no guard is needed.
export function leaving({ keep = false } = {}) {
  saved = now();
  if (!keep) forgetHere(); // else the next page does, once the server has it
}
