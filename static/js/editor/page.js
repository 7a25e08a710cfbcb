// The parts of the page that the modules share, and what the user has in view.
export const root = document.getElementById("editor");
export const form = document.getElementById("editor-form");
export const documentField = document.getElementById("document");
export const environmentField = document.getElementById("environment");
export const columns = form.querySelector(".editor-columns");

export const looking = {
  selected: document.getElementById("editor-selected").value || null,
  opened: new Set(),
  active: "",
};

export function liveData() {
  return JSON.parse(document.getElementById("live-data").textContent);
}

export function pin() {
  return document.getElementById("pin")?.value ?? "";
}

export function tell(text) {
  const place = document.getElementById("told");
  place.textContent = text;
  place.classList.toggle("is-shown", Boolean(text));
  clearTimeout(tell.timer);
  if (text) tell.timer = setTimeout(() => place.classList.remove("is-shown"), 6000);
}

export function calmly() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}
