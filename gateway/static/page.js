// For every page: moves focus to the error summary, keeps one sending from becoming two, prints on request.
"use strict";
const summary = document.getElementById("errors");
if (summary) summary.focus();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 4000);
});

for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
