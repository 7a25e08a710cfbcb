// A value that was refused stays in its field with the reason, whatever else is answered, until it is changed. It stands
// in the page alone: the text does not have it. What is kept so is marked data-hold in the templates.
import { form } from "./page.js";

const NEVER = "\u0000"; // no field holds it: the refused value counts as changed, and is sent again when it is typed again

// The parts of the page that say that a field was refused.
function partsOf(input) {
  const parts = [input.closest("[data-hold]"), document.getElementById(input.getAttribute("aria-describedby") ?? "")];
  return parts.filter((part) => part?.matches("[data-hold]"));
}

export function isHeld(node) {
  return node.dataset?.held !== undefined;
}

// After an answer that refused something: all that it gave a reason for.
export function hold() {
  for (const input of form.querySelectorAll('[aria-invalid="true"]')) {
    const parts = partsOf(input);
    if (!parts.some((part) => part.matches(".field-error") || part.querySelector(".field-error"))) continue;
    for (const part of parts) part.dataset.held = "";
    input.dataset.server = NEVER;
  }
}

export function release(input) {
  for (const part of partsOf(input)) delete part.dataset.held;
}

// Their cards stay open, for a closed card has no fields.
export function heldServices() {
  return [...form.querySelectorAll("[data-service]")].filter((card) => card.querySelector("[data-held]")).map((card) => card.dataset.service);
}
