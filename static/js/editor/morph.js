// Makes a part of the page like its new version from the server, touching only what differs: what has the focus, what is
// open and how far it is scrolled stays as the user left it. HTMX swaps with it where an answer says hx-swap-oob="morph".
import { isHeld } from "./refusals.js";

// Attributes that belong to the user's side of the page.
const KEPT = new Set(["data-shown", "data-server", "data-dirty", "data-held"]);

function keyOf(node) {
  return node.nodeType === Node.ELEMENT_NODE ? node.dataset?.key || node.id || "" : "";
}

function matches(old, fresh) {
  return old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName && keyOf(old) === keyOf(fresh);
}

function morphAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (fresh.hasAttribute(name) || KEPT.has(name)) continue;
    if (name === "open" && old.tagName === "DETAILS") continue;
    old.removeAttribute(name);
  }
  for (const { name, value } of [...fresh.attributes]) {
    if (old.getAttribute(name) !== value && !KEPT.has(name)) old.setAttribute(name, value);
  }
}

// A field shows what the server has for it, unless it holds text that was not sent yet.
function morphField(old, fresh) {
  const value = fresh.tagName === "TEXTAREA" ? fresh.textContent.replace(/^\n/, "") : fresh.getAttribute("value") ?? "";
  old.dataset.server = value;
  if (old.dataset.dirty !== undefined || old.value === value) return;
  old.value = value;
}

function morphSelect(old, fresh) {
  const chosen = [...fresh.options].find((option) => option.defaultSelected);
  if (chosen && old !== document.activeElement) old.value = chosen.value;
}

export function morph(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  if (isHeld(old)) return;
  if (old.isEqualNode(fresh) && !/^(INPUT|TEXTAREA|SELECT)$/.test(old.tagName) && !old.querySelector("input,textarea,select")) return;
  morphAttributes(old, fresh);
  if (old.tagName === "TEXTAREA" || (old.tagName === "INPUT" && old.type !== "hidden")) morphField(old, fresh);
  else if (old.tagName === "SELECT") morphSelect(old, fresh);
  else morphChildren(old, fresh);
}

function morphChildren(old, fresh) {
  const keyed = new Map();
  for (const child of old.children) if (keyOf(child)) keyed.set(keyOf(child), child);
  let place = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const key = keyOf(wanted);
    let found = key ? keyed.get(key) : null;
    if (found && !matches(found, wanted)) found = null;
    if (!found && !key) {
      // Skip over what the new version no longer has, never over something that it names further on.
      let candidate = place;
      while (candidate && !matches(candidate, wanted) && !keyOf(candidate)) candidate = candidate.nextSibling;
      if (candidate && matches(candidate, wanted)) found = candidate;
    }
    if (!found) {
      old.insertBefore(wanted, place);
      continue;
    }
    while (place && place !== found && !isWanted(place, fresh)) place = removed(place);
    if (found === place) place = place.nextSibling;
    else old.insertBefore(found, place);
    morph(found, wanted);
  }
  while (place) place = removed(place);
}

function isWanted(node, fresh) {
  const key = keyOf(node);
  return Boolean(key) && [...fresh.children].some((child) => keyOf(child) === key);
}

function removed(node) {
  const next = node.nextSibling;
  if (!isHeld(node)) node.remove();
  return next;
}

// The element that had the focus may have been taken out: then its neighbour of the same name takes over.
function keepingFocus(act) {
  const focused = document.activeElement;
  const name = focused?.name;
  const value = focused?.tagName === "BUTTON" ? focused.value : null;
  act();
  if (!name || focused === document.body || focused.isConnected) return;
  const again = [...document.getElementsByName(name)].find((each) => value === null || each.value === value);
  again?.focus({ preventScroll: true });
}

export function installMorph(htmx) {
  htmx.defineExtension("morph", {
    isInlineSwap: (style) => style === "morph",
    handleSwap: (style, target, fragment) => {
      if (style !== "morph") return false;
      const fresh = fragment.firstElementChild?.firstElementChild;
      if (fresh) keepingFocus(() => morph(target, fresh));
      return [target];
    },
  });
}
