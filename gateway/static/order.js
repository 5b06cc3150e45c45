// The order form: find as you type, Enter walks the quantity column, sums while typing, drafts save themselves.
// Without this script the form works all the same with its buttons.
"use strict";
(() => {
  const form = document.getElementById("order");
  if (!form) return;
  const inputs = [...form.querySelectorAll("table input[name^='q.']")];
  const rows = inputs.map((input) => input.closest("tr"));
  const pounds = new Intl.NumberFormat("en-GB", { style: "currency", currency: "GBP" });
  const show = (id, text) => { document.getElementById(id).textContent = text; };
  const money = (pence) => pounds.format(pence / 100);

  // The price all schools reach together with what is typed here; the service's own sums replace these at each saving.
  const tiers = rows.map((row) => row.dataset.t.split(",").map((tier) => tier.split(":").map(Number)));
  const others = rows.map((row) => Number(row.dataset.o));
  const flexible = rows.map((row) => Number(row.dataset.f ?? 0));
  const units = (input) => {
    const text = input.value.replaceAll(",", "").trim();
    return /^\d{1,7}$/.test(text) ? Number(text) : 0;
  };
  const reached = (place) => {
    const together = others[place] + units(inputs[place]);
    return Math.max(0, tiers[place].findLastIndex(([from]) => together >= from));
  };
  const pence = (quantity, steps) => Math.floor((quantity * steps + 50) / 100);
  const netOf = (place) => pence(units(inputs[place]), tiers[place][reached(place)][1]);
  const advice = (place, at, together) => {
    const now = pence(together, tiers[place][at][1]);
    const [best] = tiers[place].slice(at + 1).map(([from, steps]) => [pence(from, steps), from]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    if (!best || best[0] >= now) return "";
    const more = best[1] - together, offered = Math.min(flexible[place], more);
    return `${more.toLocaleString("en-GB")} more would save everyone ${money(now - best[0])}${offered ? `, ${offered.toLocaleString("en-GB")} of them offered` : ""}`;
  };
  const sums = () => {
    const nets = {};
    rows.forEach((row, place) => { nets[row.dataset.v] = (nets[row.dataset.v] ?? 0) + netOf(place); });
    const net = Object.values(nets).reduce((sum, part) => sum + part, 0);
    const vat = Object.entries(nets).reduce((sum, [rate, part]) => sum + Math.floor((part * Number(rate) + 50) / 100), 0);
    showSums(net, vat, net + vat);
  };
  const price = (steps) => `£${(steps / 10000).toLocaleString("en-GB", { minimumFractionDigits: 2, maximumFractionDigits: 4 })}`;
  const extraOf = (row) => (row.nextElementSibling?.classList.contains("extra") ? row.nextElementSibling : null);
  const showLine = (place) => {
    const line = netOf(place), at = reached(place), next = tiers[place][at + 1], cells = rows[place].cells;
    rows[place].classList.toggle("on", inputs[place].value.trim() !== "");
    cells[1].textContent = price(tiers[place][at][1]);
    cells[2].textContent = next ? `${price(next[1])} from ${next[0].toLocaleString("en-GB")}` : "";
    if (next) {
      const together = others[place] + units(inputs[place]);
      const way = document.createElement("progress"), left = document.createElement("small");
      Object.assign(way, { value: together, max: next[0], ariaHidden: "true" });
      left.textContent = `${together.toLocaleString("en-GB")} so far, ${(next[0] - together).toLocaleString("en-GB")} to go`;
      cells[2].append(way, left);
      const words = advice(place, at, together);
      if (words) cells[2].append(Object.assign(document.createElement("small"), { className: "due", textContent: words }));
    }
    cells[4].textContent = line ? money(line) : "";
  };
  const showSums = (net, vat, gross) => {
    show("net", money(net));
    show("vat", money(vat));
    show("gross", money(gross));
  };

  // Find as you type.
  const find = document.getElementById("find");
  const mine = document.getElementById("mine");
  const texts = rows.map((row) => row.cells[0].textContent.toLowerCase());
  const filter = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, place) => {
      const fits = words.every((word) => texts[place].includes(word)) && (!mine.checked || inputs[place].value.trim());
      row.hidden = !fits;
      const extra = extraOf(row);
      if (extra) extra.hidden = !fits;
      if (fits) shown += 1;
    });
    for (const body of form.querySelectorAll("tbody")) body.hidden = ![...body.rows].slice(1).some((row) => !row.hidden);
    document.getElementById("nothing").classList.toggle("no-match", shown > 0);
    form.querySelector(".find output").textContent = shown === rows.length ? "" : `${shown} of ${rows.length}`;
  };
  form.querySelector(".find").hidden = false;
  find.addEventListener("input", filter);
  mine.addEventListener("change", filter);
  find.addEventListener("keydown", (event) => {
    if (event.key === "Enter") { event.preventDefault(); step(-1, 1); }
    if (event.key === "Escape") { find.value = ""; filter(); }
  });

  // More about a line: its button, or + in its quantity, opens the fields below the row and closes them when empty.
  const blank = document.getElementById("more");
  const buttons = rows.map((row) => row.querySelector("button[name=more]"));
  const open = (place) => {
    const id = buttons[place].value, extra = blank.content.firstElementChild.cloneNode(true);
    for (const label of extra.querySelectorAll("label")) {
      const field = label.querySelector("input");
      field.id = field.name = label.htmlFor = field.name.replace("OFFER", id);
    }
    extra.querySelector("legend").append(rows[place].querySelector("b").textContent);
    rows[place].after(extra);
    return extra;
  };
  const toggle = (place) => {
    let extra = extraOf(rows[place]);
    if (extra && !extra.contains(document.activeElement) && [...extra.querySelectorAll("input")].every((field) => !field.value)) {
      extra.remove();
      buttons[place].setAttribute("aria-expanded", "false");
      return;
    }
    extra ??= open(place);
    buttons[place].setAttribute("aria-expanded", "true");
    extra.querySelector("input").focus();
  };
  for (const button of buttons) button.tabIndex = -1;
  form.addEventListener("click", (event) => {
    const place = buttons.indexOf(event.target);
    if (place >= 0) { event.preventDefault(); toggle(place); }
  });
  for (const hint of document.querySelectorAll("[data-script]")) hint.hidden = false;

  // Enter and the arrows walk the column.
  const step = (place, by) => {
    for (let next = place + by; next >= 0 && next < inputs.length; next += by) {
      if (!rows[next].hidden) { inputs[next].focus(); inputs[next].select(); return; }
    }
  };
  form.addEventListener("keydown", (event) => {
    const extra = event.target.closest(".extra");
    const place = extra ? rows.indexOf(extra.previousElementSibling) : inputs.indexOf(event.target);
    if (place < 0) return;
    if (event.key === "+" && !extra) { event.preventDefault(); toggle(place); return; }
    const by = { Enter: event.shiftKey ? (extra ? 0 : -1) : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined && !(extra && event.key !== "Enter")) { event.preventDefault(); step(place - (by ? 0 : 1), by || 1); }
  });

  // Saving: a draft saves itself a moment after the last key; an order already sent only by its buttons.
  const savesItself = ["silent", "draft", "returned", "declined"].includes(form.dataset.state) && !form.dataset.closed;
  let timer = 0, running = false, again = false, unsaved = false, halted = false, waiting = null;
  const save = async () => {
    if (halted) return;
    if (running) { again = true; return; }
    running = true;
    show("saved", "Saving …");
    try {
      const answer = await fetch(location.pathname, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" } });
      if (!answer.headers.get("Content-Type")?.includes("json")) throw new Error("no answer");
      await took(answer.status, await answer.json());
    } catch {
      show("saved", "Not saved: no connection, or you are signed out. Press Save; nothing typed is lost.");
    }
    running = false;
    if (waiting) { form.requestSubmit(waiting); return; }
    if (again) { again = false; save(); }
  };
  const took = async (status, answer) => {
    if (status === 200) {
      form.elements.version.value = answer.version;
      form.elements.was.value = answer.was;
      if (again) return;
      unsaved = false;
      showSums(answer.net_pence, answer.vat_pence, answer.gross_pence);
      if (answer.budget) show("budget", answer.budget);
      const time = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
      show("saved", `Saved at ${time}`);
    } else if (answer.closed) {
      halted = true;
      unsaved = false;
      document.getElementById("closed").hidden = false;
      document.querySelector(".bar .acts").hidden = true;
      show("saved", "The round has closed");
    } else if (answer.stale) {
      halted = true;
      show("saved", "Somebody else changed this order. Press Save to compare; nothing typed is lost.");
    } else {
      show("saved", `Not saved: ${(answer.errors ?? []).map((error) => error.message).join(" ")}`);
      for (const error of answer.errors ?? []) document.getElementById(error.field)?.setAttribute("aria-invalid", "true");
    }
  };
  form.addEventListener("input", (event) => {
    if (event.target.closest(".find")) return;
    const place = inputs.indexOf(event.target);
    event.target.removeAttribute("aria-invalid");
    if (place >= 0) { showLine(place); sums(); }
    unsaved = true;
    if (!halted) show("saved", "Not saved yet");
    if (savesItself) { clearTimeout(timer); timer = setTimeout(save, 1200); }
  });
  // Thousands of blank fields need not travel.
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (/^[qxpsm]\./.test(name) && value === "") event.formData.delete(name);
  });
  // A button pressed while a saving is on its way waits for it, lest the form be compared with its own past.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (running) { event.preventDefault(); event.stopPropagation(); waiting = event.submitter; return; }
    unsaved = false;
    halted = true;
  });
  window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
  if (form.dataset.typed) sums();
})();
