// The page's one form, act by act: a changed field or a pressed button goes to the server alone, with the text.
import { act, check } from "./channel.js";
import { form, looking, tell } from "./page.js";
import { release } from "./refusals.js";
import { select } from "./selection.js";

const QUIET = 700; // ms without a key, after which a field that is still being typed in is sent

const NEW_ROW = /\.new[.@]/;
const sending = new WeakSet();
const waiting = new WeakSet(); // rows that were sent once more before the server had answered
let timer = 0;

// The fields that belong to what was changed or pressed: about to be sent, they are refused anew or not at all.
function fieldsOf(element) {
  const row = element.closest("[data-row]");
  const group = row ?? element.closest("[data-group]") ?? (element.matches("[data-field], [data-act]") ? element.parentNode : null);
  const inputs = group ? group.querySelectorAll("input[name], textarea[name], select[name]") : [];
  for (const input of inputs) release(input);
  return Object.fromEntries([...inputs].map((input) => [input.name, input.value]));
}

function isChanged(input) {
  return input.value !== (input.dataset.server ?? input.defaultValue);
}

async function sendField(input) {
  clearTimeout(timer);
  const row = input.closest("[data-row]") ?? input;
  if (!isChanged(input)) return;
  if (sending.has(row)) {
    waiting.add(row);
    return;
  }
  const isNew = NEW_ROW.test(input.name);
  if (isNew) sending.add(row); // a row that is sent twice would be added twice
  const sent = fieldsOf(input);
  const data = await act("fields", sent);
  sending.delete(row);
  const own = row === input ? [input] : [...row.querySelectorAll("input[name]")];
  const isSame = own.every((each) => each.value === sent[each.name]);
  if (isSame) for (const each of own) delete each.dataset.dirty;
  if (data && !data.refused) {
    input.dataset.server = isNew ? "" : sent[input.name];
    if (isNew && isSame) for (const each of own) each.value = "";
  }
  if (waiting.delete(row) && !isSame) await sendField(input);
}

// A new variable is written when its row is left, or with Enter: its name alone is only half of it.
function onLeave(event) {
  const row = event.target.closest?.("[data-row]");
  const name = row?.querySelector('[name^="environment.new.name@"]');
  if (name && !row.contains(event.relatedTarget)) sendField(name);
}

function onChange(event) {
  const input = event.target;
  if (/^environment\.new\./.test(input.name)) return;
  if (input.matches("[data-field]")) sendField(input);
  else if (input.id === "pin") check();
  else if (input.matches("[data-act]")) act(input.dataset.act, fieldsOf(input)).then(() => delete input.dataset.dirty);
  else if (input.id === "host-choice") act("host", { host: input.value });
}

// Single fields are written while they are typed; rows when they are left, for half a port is no port.
function onInput(event) {
  const input = event.target;
  if (input.name && input.id !== "environment") {
    input.dataset.dirty = "";
    release(input);
  }
  if (!input.matches("[data-field]") || input.closest("[data-row]")) return;
  clearTimeout(timer);
  timer = setTimeout(() => sendField(input), input.tagName === "TEXTAREA" ? QUIET : 120);
}

function onKey(event) {
  if (event.key !== "Enter" || event.isComposing) return;
  const input = event.target;
  if (!input.matches("input")) return;
  event.preventDefault();
  if (input.dataset.enter) act(input.dataset.enter, fieldsOf(input));
  else if (input.matches("[data-field]")) sendField(NEW_ROW.test(input.name) ? input.closest("[data-row]").querySelector("[name]") : input);
  else if (input.closest('[data-group="add"]')) act("add", fieldsOf(input)).then(closeAdded);
  else if (input.dataset.act) act(input.dataset.act, fieldsOf(input));
  else if (input.id === "keep-message") form.requestSubmit(form.querySelector('[value="keep"]'));
}

function closeAdded(data) {
  if (!data || data.refused) return;
  const add = document.getElementById("add-service");
  for (const input of add.querySelectorAll("input")) {
    input.value = "";
    delete input.dataset.dirty;
  }
  add.open = false;
  document.querySelector(`[data-select="${CSS.escape(data.selected ?? "")}"]`)?.focus();
}

function onSubmit(event) {
  const button = event.submitter;
  const [verb] = (button?.value ?? "save").split(" ");
  if (verb === "keep" || event.defaultPrevented) return;
  event.preventDefault();
  if (verb === "select") toggleCard(button);
  else if (verb === "view") view(button.value.slice("view ".length), button);
  else if (verb === "save" || verb === "host") document.dispatchEvent(new CustomEvent("editor:save"));
  else if (verb === "gpus") act(button.value, fieldsOf(button.closest(".gpus").querySelector("[data-act]")));
  else if (verb === "add") act(button.value, fieldsOf(button)).then(closeAdded);
  else act(button.value, fieldsOf(button));
}

export async function view(place, button = null) {
  looking.active = place;
  await check();
  if (place === "all" && !document.querySelector(".fix-all")) {
    looking.active = "";
    tell("There is nothing to repair by a click.");
  }
  if (button?.classList.contains("fix-button") || place === "all") {
    document.querySelector(place === "all" ? ".fix-all [data-apply]" : ".diagnostic.is-active [data-apply]")?.focus();
  }
  document.dispatchEvent(new CustomEvent("editor:view", { detail: { place } }));
}

function toggleCard(button) {
  const name = button.dataset.select;
  const isHead = button.classList.contains("service-button");
  const isOpen = isHead && button.getAttribute("aria-expanded") === "true";
  if (isOpen) {
    looking.opened.delete(name);
    if (looking.selected === name) looking.selected = null;
    for (const input of button.closest("[data-service]").querySelectorAll("input, textarea")) release(input);
    document.getElementById("editor-selected").value = looking.selected ?? "";
    check();
  } else {
    if (looking.selected) looking.opened.add(looking.selected);
    select(name, { from: isHead ? "forms" : "board" });
  }
}

export function installForms() {
  form.addEventListener("change", onChange);
  form.addEventListener("input", onInput);
  form.addEventListener("focusout", onLeave);
  form.addEventListener("keydown", onKey);
  form.addEventListener("submit", onSubmit);
}
