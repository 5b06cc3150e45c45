// For every page: moves focus to the error summary, keeps one sending from becoming two, shows what has become of a
// page whose form gave a file, prints on request.
"use strict";
const summary = document.getElementById("errors");
if (summary) summary.focus();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 4000);
  if (form.dataset.then && !event.defaultPrevented) {
    event.preventDefault();
    keepFile(form, event.submitter);
  }
});

// Sends a form that is answered by a file, keeps the file, and opens the page that says what has become of it. An
// answer that is no file is a page: the form is sent again as forms are, under the same key.
async function keepFile(form, button) {
  const sent = new FormData(form);
  if (button && button.name) sent.set(button.name, button.value);
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(sent) }).catch(() => null);
  const named = answer && /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") || "");
  if (!named) {
    const then = form.dataset.then;
    delete form.dataset.then;
    delete form.dataset.sent;
    form.requestSubmit(button);
    form.dataset.then = then;
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = named[1];
  link.click();
  setTimeout(() => location.assign(form.dataset.then), 250);
}

for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
