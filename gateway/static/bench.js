// The matching workbench by keyboard: j and k walk, x chooses, a d c u decide. Without this script boxes and buttons do.
"use strict";
(() => {
  const form = document.getElementById("bench");
  const rows = [...document.querySelectorAll("tr[data-bench]")];
  if (!form || !rows.length) return;
  const reason = document.getElementById("reason");
  const said = document.getElementById("bench-said");
  const buttons = new Map([...form.querySelectorAll("button[data-key]")].map((button) => [button.dataset.key, button]));
  const onoff = document.getElementById("bench-switch");
  let on = localStorage.getItem("bench-keys") !== "off";
  let at = -1;
  let chosen = null;

  const box = (row) => row.querySelector("input[form='bench']");
  const go = (to) => {
    if (at >= 0) rows[at].removeAttribute("aria-current");
    at = Math.max(0, Math.min(rows.length - 1, to));
    rows[at].setAttribute("aria-current", "true");
    rows[at].focus();
  };
  const decide = (button) => {
    const boxes = rows.map(box).filter(Boolean);
    if (!boxes.some((each) => each.checked)) {
      if (at < 0) return;
      box(rows[at]).checked = true;
    }
    chosen = button;
    const count = boxes.filter((each) => each.checked).length;
    said.textContent = `${button.firstChild.textContent.trim()}: ${count} chosen. Say why and press Enter.`;
    if (!reason.value) reason.value = sessionStorage.getItem("bench-reason") ?? "";
    reason.focus();
    reason.select();
  };
  const show = () => {
    onoff.hidden = false;
    onoff.textContent = on ? "Keys are on" : "Keys are off";
    onoff.setAttribute("aria-pressed", String(on));
  };

  onoff.addEventListener("click", () => {
    on = !on;
    localStorage.setItem("bench-keys", on ? "on" : "off");
    show();
  });
  reason.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && at >= 0) go(at);
    if (event.key !== "Enter" || !chosen) return;
    event.preventDefault();
    form.requestSubmit(chosen);
  });
  form.addEventListener("submit", () => sessionStorage.setItem("bench-reason", reason.value));
  document.addEventListener("keydown", (event) => {
    if (!on || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input:not([type='checkbox']), textarea, select")) return;
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") go(at < 0 ? 0 : at + (key === "j" ? 1 : -1));
    else if (key === "x" && at >= 0 && box(rows[at])) box(rows[at]).checked = !box(rows[at]).checked;
    else if (buttons.has(key)) decide(buttons.get(key));
    else return;
    event.preventDefault();
  });
  rows.forEach((row, place) => row.addEventListener("focusin", () => { at = place; }));
  show();
})();
