// What every page needs of a script: background requests carry the newest CSRF token, and failures are said, not swallowed.
const root = document.documentElement;
root.classList.add("scripted");

function cookie(name) {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

// A login in another tab makes a new token; the one in this page's forms is then old, the cookie's is not.
document.addEventListener("htmx:configRequest", (event) => {
  const token = cookie("csrftoken");
  if (!token) return;
  event.detail.parameters.delete?.("csrfmiddlewaretoken");
  event.detail.headers["X-CSRFToken"] = token;
});

function showNotice(id) {
  for (const notice of document.querySelectorAll("[data-notice]")) notice.hidden = notice.dataset.notice !== id;
}

document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 401) showNotice("signed-out");
  else if (event.detail.xhr.status >= 500 || event.detail.xhr.status === 403) showNotice("failed");
});
document.addEventListener("htmx:sendError", () => showNotice("offline"));
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) showNotice("");
});

// Menus are <details>: Escape and a click elsewhere close them.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("details.menu[open]");
  closeMenus(null);
  menu?.querySelector("summary").focus();
});
