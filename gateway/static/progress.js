// While something long is made: asks how far it is, shows it, and loads the page anew when it is ready.
"use strict";
const waiting = document.querySelector("[data-progress]");

async function look() {
  try {
    const answer = await fetch(waiting.dataset.progress, { headers: { Accept: "application/json" } });
    if (answer.ok) {
      const told = await answer.json();
      if (told.ready) return location.reload();
      waiting.querySelector("progress").value = told.progress;
      waiting.querySelector("output").textContent = `${told.progress} %`;
    }
  } catch {
    // the connection is away: the next look may find it again
  }
  return setTimeout(look, 2000);
}

if (waiting) setTimeout(look, 1500);
