// On narrow windows the columns are tabs, with counts on them.
import { columns, form } from "./page.js";

const NARROW = matchMedia("(max-width: 899.98px)");
const list = form.querySelector(".editor-tabs");
const tabs = [...list.querySelectorAll("[role=tab]")];

export function showTab(name) {
  columns.dataset.shown = name;
  for (const tab of tabs) {
    const isShown = tab.dataset.tab === name;
    tab.setAttribute("aria-selected", String(isShown));
    tab.tabIndex = isShown ? 0 : -1;
  }
  document.dispatchEvent(new CustomEvent("editor:shown"));
}

// On wide windows all parts are there at once, and are no tab panels.
function adapt() {
  list.hidden = !NARROW.matches;
  for (const tab of tabs) {
    const part = document.getElementById(tab.getAttribute("aria-controls"));
    if (NARROW.matches) {
      part.setAttribute("role", "tabpanel");
      part.setAttribute("aria-labelledby", tab.id);
    } else {
      part.removeAttribute("role");
      part.removeAttribute("aria-labelledby");
    }
  }
  document.dispatchEvent(new CustomEvent("editor:shown"));
}

export function showCounts(data) {
  const set = (name, number) => {
    const badge = list.querySelector(`[data-count="${name}"]`);
    badge.textContent = String(number);
    badge.hidden = !number;
  };
  set("services", data.services.length);
  set("problems", data.counts.reduce((sum, each) => sum + each, 0));
  list.querySelector('[data-count="problems"]').dataset.worst = data.counts[0] ? "error" : data.counts[1] ? "warning" : "";
  set("conflicts", document.querySelectorAll("#board .cell.is-shared").length);
}

export function installTabs() {
  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) showTab(tab.dataset.tab);
  });
  list.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const now = tabs.indexOf(document.activeElement);
    const next = tabs[(now + by + tabs.length) % tabs.length];
    showTab(next.dataset.tab);
    next.focus();
  });
  document.addEventListener("editor:show", (event) => showTab(event.detail.tab));
  NARROW.addEventListener("change", adapt);
  adapt();
  showTab(columns.dataset.shown);
}
