// The editor with a little help: rows without a round trip, units in words, a word before leaving. The page works
// without any of it: each button here is a submit button whose `value` says the same to the server.
const form = document.getElementById("config");
const status = document.getElementById("status");

if (form && !form.hasAttribute("data-readonly")) {
  const removed = new WeakMap(); // line of a removed row → the row, and the one that it stood before
  let dirty = false;

  const say = (text) => { status.textContent = text; };
  const origin = (row) => row.querySelector(":scope > input[name$='.was']");
  const rowsOf = (list) => [...list.children].filter(origin);
  const first = (row) => row.querySelector("input:not([type=hidden]), textarea");
  const isChips = (list) => list.tagName === "UL"; // their last row is the blank one that adds
  const named = (row, list, at = rowsOf(list).indexOf(row)) => first(row)?.value || `${list.dataset.noun} ${at + 1}`;

  // Positions are part of names, ids and labels: after a change of rows they are counted anew.
  function renumber(list) {
    const rows = rowsOf(list);
    const start = `${list.dataset.rows}.`;
    rows.forEach((row, at) => {
      const [up, down] = ["up", "down"].map((verb) => row.querySelector(`button[value^="${verb}:"]`));
      if (up) up.disabled = at === 0;
      if (down) down.disabled = at === rows.length - 1;
      if (origin(row).name === `${start}${at}.was`) return;
      for (const one of row.querySelectorAll("*")) {
        for (const attribute of ["id", "name", "aria-describedby", "value"]) {
          if (attribute === "value" && one.tagName !== "BUTTON") continue;
          const old = one.getAttribute(attribute);
          if (old === null || !old.includes(start)) continue;
          const fresh = old.split(" ").map((word) => {
            const where = word.indexOf(start);
            return where < 0 ? word : word.slice(0, where) + start + word.slice(where + start.length).replace(/^\d+/, at);
          });
          one.setAttribute(attribute, fresh.join(" "));
        }
      }
      const counted = `${capital(list.dataset.noun)} ${at + 1}`;
      if (!isChips(list)) row.setAttribute("aria-label", counted);
      else if (at < rows.length - 1) first(row).setAttribute("aria-label", counted);
      rename(row, list, at);
    });
  }

  const capital = (text) => text[0].toUpperCase() + text.slice(1);

  function rename(row, list, at) {
    const what = named(row, list, at);
    for (const button of row.querySelectorAll("button[name=do]")) {
      const verb = button.value.split(":")[0];
      const port = isChips(list) ? "port " : "";
      const text = { up: `Move ${what} up`, down: `Move ${what} down`, remove: `Remove ${port}${what}` }[verb];
      if (text) button.setAttribute("aria-label", text);
    }
  }

  function add(list) {
    const rows = rowsOf(list);
    const fresh = () => list.querySelector(":scope > template").content.firstElementChild.cloneNode(true);
    let row = null;
    if (isChips(list)) {
      // What was typed, be it a pasted list, becomes a chip each before the blank input.
      const spare = rows.at(-1);
      for (const text of first(spare).value.split(/[\s,;]+/).filter(Boolean)) {
        row = fresh();
        first(row).value = text;
        spare.before(row);
      }
      first(spare).value = "";
      first(spare).focus();
    } else {
      row = fresh();
      if (rows.length) rows.at(-1).after(row);
      else list.prepend(row);
      first(row).focus();
    }
    renumber(list);
    if (row) say(`${capital(list.dataset.noun)} ${rowsOf(list).indexOf(row) + 1} added`);
  }

  function remove(list, row) {
    const rows = rowsOf(list);
    const at = rows.indexOf(row);
    const what = named(row, list);
    const was = origin(row).value;
    if (was) {
      const line = document.getElementById("removed").content.firstElementChild.cloneNode(true);
      line.querySelector("del").textContent = what;
      line.querySelector("button > span").textContent = ` ${what}`;
      line.querySelector("button").value = `restore:${list.dataset.rows}`;
      Object.assign(line.querySelector("input"), { name: `${list.dataset.rows}.removed`, value: was });
      const item = isChips(list) ? document.createElement("li") : line;
      if (item !== line) item.append(line);
      list.insertBefore(item, list.querySelector(":scope > .line, :scope > template"));
      removed.set(line, { row, next: rows[at + 1] ?? null });
    }
    row.remove();
    renumber(list);
    const left = rowsOf(list);
    const next = left[Math.min(at, left.length - 1)];
    (next ? first(next) : list.querySelector("button[value^='add:']"))?.focus();
    say(`${what} removed`);
  }

  function restore(list, line) {
    const { row, next } = removed.get(line);
    const rows = rowsOf(list);
    if (next && next.parentNode === list) next.before(row);
    else if (rows.length) rows.at(-1).after(row);
    else list.prepend(row);
    (line.parentNode === list ? line : line.parentNode).remove();
    renumber(list);
    first(row)?.focus();
    say(`${named(row, list)} is back`);
  }

  function move(list, row, verb) {
    const rows = rowsOf(list);
    const other = rows[rows.indexOf(row) + (verb === "up" ? -1 : 1)];
    if (verb === "up") other.before(row);
    else other.after(row);
    renumber(list);
    const button = row.querySelector(`button[value^="${verb}:"]`);
    (button.disabled ? row.querySelector("button[value^='up:']:enabled, button[value^='down:']:enabled") : button)?.focus();
    say(`${named(row, list)} is now number ${rowsOf(list).indexOf(row) + 1}`);
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=do]");
    const list = button?.closest("[data-rows]");
    if (!list) return;
    const verb = button.value.split(":")[0];
    const row = rowsOf(list).find((one) => one.contains(button));
    const line = button.closest(".was");
    if (verb === "add") add(list);
    else if (row && verb === "remove") remove(list, row);
    else if (row && (verb === "up" || verb === "down")) move(list, row, verb);
    else if (line && removed.has(line)) restore(list, line);
    else return; // revert and the rest: the server knows what was stored
    event.preventDefault();
    touched();
  });

  // ---- units and names while typing ----

  function inWords(unit, text) {
    const number = /^[1-9]\d{0,10}$/.test(text) ? Number(text) : 0;
    if (unit === "MB" && number >= 1024) {
      return `MB = ${number % 256 === 0 ? number / 1024 : (number / 1024).toFixed(2)} GiB`;
    }
    if (unit === "s" && number >= 60) {
      const parts = [[Math.floor(number / 3600), "h"], [Math.floor(number / 60) % 60, "min"], [number % 60, "s"]];
      return `s = ${parts.filter(([count]) => count).map((part) => part.join(" ")).join(" ")}`;
    }
    return unit;
  }

  form.addEventListener("input", (event) => {
    touched();
    const control = event.target;
    const list = control.closest("[data-rows]");
    const row = list && rowsOf(list).find((one) => first(one) === control);
    if (row) rename(row, list);
    const output = control.closest(".control")?.querySelector("output[data-unit]");
    if (output) output.value = inWords(output.dataset.unit, control.value);
  });

  // ---- leaving, and going on ----

  function touched() {
    dirty = true;
    const nothing = form.querySelector(".savebar [data-nothing]");
    if (nothing) nothing.textContent = "Changed since the page was opened";
  }

  window.addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
  form.addEventListener("submit", () => { dirty = false; });
  form.addEventListener("keydown", (event) => {
    const list = event.target.closest("ul[data-rows]");
    if (event.key !== "Enter" || event.target.tagName !== "INPUT" || !list) return;
    event.preventDefault(); // else Enter would go on to the review
    add(list);
    touched();
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    const review = form.querySelector("button[value=review]");
    if (!review.disabled) form.requestSubmit(review);
  });
}
