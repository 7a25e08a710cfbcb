// Buttons with data-copy="id" put the text of that element on the clipboard. They are hidden where no script runs.
const SHOWN_FOR = 2000;

function textOf(element) {
  return "value" in element ? element.value : element.textContent;
}

// Off HTTPS and localhost browsers offer no clipboard object; the older command still works on a selection.
function copyBySelection(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function announce(button, done) {
  const word = button.querySelector("[data-copy-word]");
  word.dataset.before ??= word.textContent;
  word.textContent = done ? "Copied" : "Press Ctrl+C";
  clearTimeout(button.copyTimer);
  button.copyTimer = setTimeout(() => { word.textContent = word.dataset.before; }, SHOWN_FOR);
}

function selectAll(element) {
  if ("select" in element) {
    element.closest("details")?.setAttribute("open", "");
    element.select();
  } else getSelection().selectAllChildren(element);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  const done = await copy(textOf(source));
  button.focus();
  if (!done) selectAll(source);
  announce(button, done);
});

function show(root) {
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
}
show(document);
document.addEventListener("htmx:load", (event) => show(event.detail.elt));
