// Requests to the server, by HTMX: live checks, of which only the newest counts, and acts, one after the other.
import { asTyped } from "./code.js";
import { environmentField, liveData, looking, pin, root, tell } from "./page.js";
import { heldServices, hold } from "./refusals.js";

const PAUSE = 110; // ms after the last key: with the answer's way it stays below a quarter of a second
const RETRIES = 3;

let code = null;
let sequence = 0;
let answered = 0;
let timer = 0;
let acting = Promise.resolve();
let waiting = 0; // acts that are not done yet
let checking = null;
let isWanted = false;
const listeners = [];

export function connect(codeEditor) {
  code = codeEditor;
  document.addEventListener("htmx:beforeSwap", dropOld);
  document.addEventListener("htmx:afterRequest", noteTrouble);
}

// Called with the live data after each answer that counts.
export function onAnswer(listener) {
  listeners.push(listener);
}

function values(extra) {
  return {
    document: code.value(),
    environment: environmentField.value,
    version: document.getElementById("id_version").value,
    selected: looking.selected ?? "",
    open: [...looking.opened, ...heldServices()],
    active: looking.active,
    pin: pin(),
    seq: String(++sequence),
    ...extra,
  };
}

// Several requests may be under way: an answer that was overtaken by a later one is dropped.
function dropOld(event) {
  const config = event.detail.requestConfig;
  if (config?.elt?.id !== "channel" && config?.elt?.id !== "act-channel") return;
  const number = Number(config.parameters?.seq ?? config.formData?.get("seq"));
  if (number < answered) event.detail.shouldSwap = false;
  else if (event.detail.shouldSwap && /id="live-data"/.test(event.detail.serverResponse)) answered = number;
}

function noteTrouble(event) {
  const id = event.detail.requestConfig?.elt?.id;
  if (id !== "channel" && id !== "act-channel") return;
  const note = document.querySelector("[data-check-trouble]");
  const isAnswer = event.detail.successful || [400, 409, 413, 422].includes(event.detail.xhr?.status);
  if (note) note.hidden = isAnswer;
}

function post(url, source, parameters) {
  const request = window.htmx.ajax("POST", url, { source, target: "#channel", swap: "none", values: parameters });
  return request.catch(() => {}); // offline: noteTrouble has said so
}

async function exchange(url, source, extra) {
  const parameters = values(extra);
  const sent = parameters.document;
  await post(url, source, parameters);
  if (answered !== Number(parameters.seq)) return { counts: false, sent };
  return { counts: true, sent, data: liveData() };
}

export function checkSoon(pause = PAUSE) {
  clearTimeout(timer);
  timer = setTimeout(check, pause);
}

// One check at a time: whatever changes meanwhile is checked once more behind it, in the state that it is in by then.
export function check() {
  clearTimeout(timer);
  isWanted = true;
  checking ??= checkAll().finally(() => (checking = null));
  return checking;
}

// Lets no check begin any more, and waits for the one that is under way.
export async function rest() {
  clearTimeout(timer);
  isWanted = false;
  await checking;
}

async function checkAll() {
  while (isWanted) {
    isWanted = false;
    const { counts, data } = await exchange(root.dataset.live, "#channel", {});
    if (counts) for (const listener of listeners) listener(data);
  }
}

// Does an act with the text as it is. Text typed while the answer was on its way is never lost: the act is done again on it.
export function act(action, fields = {}) {
  waiting += 1;
  acting = acting
    .then(() => attempt(action, fields, RETRIES))
    .catch(() => {})
    .finally(() => (waiting -= 1));
  return acting;
}

export function isActing() {
  return waiting > 0;
}

// The answer to the last of the acts that are under way, if any.
export async function settled() {
  return isActing() ? acting : undefined;
}

async function attempt(action, fields, left) {
  clearTimeout(timer);
  const { counts, sent, data } = await exchange(root.dataset.edit, "#act-channel", { do: action, ...fields });
  if (!counts) {
    if (left > 0 && code.value() !== sent) return attempt(action, fields, left - 1);
    return undefined;
  }
  const text = data.text === null ? sent : asTyped(data.text);
  if (code.value() !== sent && text !== sent) {
    if (left > 0) return attempt(action, fields, left - 1);
    tell("The text changed while this was done. Try again.");
    return undefined;
  }
  if (data.refused) hold();
  if (/^fix/.test(action)) looking.active = ""; // it is repaired: neither it nor the list of all is in view any more
  if (text !== sent) code.change(text);
  looking.selected = data.selected ?? looking.selected;
  if (data.told) tell(data.told);
  for (const listener of listeners) listener(data);
  return data;
}
