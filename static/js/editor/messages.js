// What the last page had to say stands above the editor and takes its height: it can be closed, and goes with the first change.
const closing = document.getElementById("close-message");

function isDone(message) {
  return message.matches(".message-success, .message-info") && !message.querySelector("form") && !message.contains(document.activeElement);
}

export function installMessages() {
  for (const message of document.querySelectorAll(".messages .message")) {
    message.append(closing.content.cloneNode(true));
    message.querySelector("[data-close-message]").addEventListener("click", () => {
      message.remove();
      document.getElementById("main").focus({ preventScroll: true });
    });
  }
}

// The user has gone on: what was done well needs no more telling.
export function dropMessages() {
  for (const message of document.querySelectorAll(".messages .message")) if (isDone(message)) message.remove();
}
