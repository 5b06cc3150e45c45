// The bank workbench by keyboard: j and k walk, Enter accepts, x ticks, a accepts what is ticked, u undoes, r
// matches as before, / searches. Without this script buttons and boxes do the same.
"use strict";
(() => {
  const rows = [...document.querySelectorAll("tr[data-bank]")];
  const button = (row) => row.querySelector("button[data-accept], button[data-undo], a");
  let at = -1;
  const go = (to) => {
    if (!rows.length) return;
    if (at >= 0) rows[at].removeAttribute("aria-current");
    at = Math.max(0, Math.min(rows.length - 1, to));
    rows[at].setAttribute("aria-current", "true");
    (button(rows[at]) ?? rows[at]).focus();
  };

  const sure = document.getElementById("tick-sure");
  if (sure && document.querySelector("input[data-sure]")) {
    sure.hidden = false;
    sure.addEventListener("click", () => {
      for (const box of document.querySelectorAll("input[data-sure]")) box.checked = true;
    });
  }
  const keys = {
    j: () => go(at + 1),
    k: () => go(at - 1),
    x: () => {
      const box = rows[at]?.querySelector("input[type='checkbox']");
      if (box) box.checked = !box.checked;
    },
    a: () => document.querySelector("button[name='bulk']")?.click(),
    u: () => (document.querySelector("button[data-key='u']") ?? rows[at]?.querySelector("[data-undo]"))?.click(),
    r: () => (rows[at]?.querySelector("[data-redo]") ?? document.querySelector("[data-redo]"))?.click(),
    "/": () => document.getElementById("words")?.focus(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input:not([type='checkbox']), textarea, select")) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  rows.forEach((row, place) => row.addEventListener("focusin", () => { at = place; }));
  // Where the last line stood is where the next one is: the page begins on what can be accepted.
  const first = document.querySelector("button[data-first]");
  if (document.getElementById("errors")) return;
  if (first) first.focus();
  else if (rows.length) go(Math.max(0, rows.findIndex((row) => row.querySelector("button[data-accept]"))));
})();
