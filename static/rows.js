// Rows without a round trip: each button here is a submit button whose `value` says the same to the server. A row is a
// child of [data-rows] with a hidden `….was`; in a list of chips the last one is the blank one that adds.
// Whatever changes rows ends with an "edited" event at the list, which the rest of the editor hears.
const removed = new WeakMap(); // line of a removed row → the row, and the one that it stood before

export const origin = (row) => row.querySelector(":scope > input[name$='.was']");
export const rowsOf = (list) => [...list.children].filter(origin);
export const listOf = (element) => element.closest("[data-rows]");
export const rowOf = (element) => element.closest(".row, .pick, .chips > li");
export const first = (row) => row.querySelector("input:not([type=hidden]), textarea");
const isChips = (list) => list.tagName === "UL";
const capital = (text) => text[0].toUpperCase() + text.slice(1);
const place = (row) => Number(origin(row).name.match(/\.(\d+)\.was$/)[1]);
const named = (row, list) => first(row)?.value || `${list.dataset.noun} ${place(row) + 1}`;

export function say(text) {
  document.getElementById("status").textContent = text;
}

function edited(list) {
  list.dispatchEvent(new CustomEvent("edited", { bubbles: true }));
}

// Positions are part of names, ids and labels: after a change of rows they are counted anew.
export function renumber(list) {
  const rows = rowsOf(list);
  const start = `${list.dataset.rows}.`;
  const position = (word, at) => {
    const where = word.indexOf(start);
    return where < 0 ? word : word.slice(0, where) + start + word.slice(where + start.length).replace(/^\d+/, at);
  };
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
        one.setAttribute(attribute, old.split(" ").map((word) => position(word, at)).join(" "));
      }
    }
    const counted = `${capital(list.dataset.noun)} ${at + 1}`;
    if (!isChips(list)) row.setAttribute("aria-label", counted);
    else if (at < rows.length - 1) first(row).setAttribute("aria-label", counted);
    rename(row, list);
  });
}

// What a row is called on its buttons follows what is typed into it.
export function rename(row, list) {
  const what = named(row, list);
  for (const button of row.querySelectorAll("button[name=do]")) {
    const verb = button.value.split(":")[0];
    const port = isChips(list) ? "port " : "";
    const text = { up: `Move ${what} up`, down: `Move ${what} down`, remove: `Remove ${port}${what}` }[verb];
    if (text) button.setAttribute("aria-label", text);
  }
}

export function add(list) {
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
  if (row) say(`${capital(list.dataset.noun)} ${place(row) + 1} added`);
  edited(list);
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
  edited(list);
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
  edited(list);
}

function move(list, row, verb) {
  const rows = rowsOf(list);
  const other = rows[rows.indexOf(row) + (verb === "up" ? -1 : 1)];
  if (verb === "up") other.before(row);
  else other.after(row);
  renumber(list);
  const button = row.querySelector(`button[value^="${verb}:"]`);
  (button.disabled ? row.querySelector("button[value^='up:']:enabled, button[value^='down:']:enabled") : button)?.focus();
  say(`${named(row, list)} is now number ${place(row) + 1}`);
  edited(list);
}

// A list that is pasted into a row goes where lists are pasted: the server reads it, and says what it would fill in.
function paste(event) {
  const list = event.target.tagName === "INPUT" && listOf(event.target);
  const area = list && document.getElementById(`paste.${list.dataset.rows}`);
  const text = event.clipboardData.getData("text/plain").replace(/^\s*\n|\s+$/g, "");
  if (!area || !(isChips(list) ? /[\s,;]/ : /\n/).test(text)) return;
  event.preventDefault();
  area.value = [area.value.trimEnd(), text].filter(Boolean).join("\n");
  area.closest("details").open = true;
  area.focus();
  area.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

export function watchRows(form) {
  form.addEventListener("paste", paste);
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=do]");
    const list = button && listOf(button);
    if (!list) return;
    const verb = button.value.split(":")[0];
    const row = rowOf(button);
    const line = button.closest(".was");
    if (verb === "add") add(list);
    else if (row && verb === "remove") remove(list, row);
    else if (row && (verb === "up" || verb === "down")) move(list, row, verb);
    else if (line && removed.has(line)) restore(list, line);
    else return; // revert and the rest: the server knows what was stored
    event.preventDefault();
  });
  form.addEventListener("keydown", (event) => {
    const list = event.target.closest("ul[data-rows]");
    if (event.key !== "Enter" || event.target.tagName !== "INPUT" || !list) return;
    event.preventDefault(); // else Enter would go on to the review
    add(list);
  });
  form.addEventListener("input", (event) => {
    const list = listOf(event.target);
    const row = list && rowOf(event.target);
    if (row && origin(row) && first(row) === event.target) rename(row, list);
  });
}
