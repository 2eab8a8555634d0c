// Finds in the fields of the editor: by label, section and the names of rows, all words of what is typed. Loaded when it
// is first asked for.
import { first, rowsOf } from "./rows.js";

const MOST = 30;

function places(form) {
  const found = [];
  for (const card of form.querySelectorAll("section.card")) {
    const section = card.querySelector("h2")?.textContent.trim() ?? "";
    const add = (label, target) => found.push({ label, section: label === section ? "" : section, target });
    const list = card.querySelector(":scope > .rows");
    const raw = card.querySelector("textarea[name=raw], #raw");
    if (list || raw) add(section, raw ?? first(list) ?? list.querySelector("button"));
    for (const field of card.querySelectorAll(".field")) {
      const label = field.querySelector("legend, label");
      const target = document.getElementById(label.htmlFor) ?? field.querySelector("input:not([type=hidden]), select, textarea");
      if (target) add(label.textContent.trim(), target);
    }
    for (const rows of card.querySelectorAll("[data-rows]")) {
      for (const row of rowsOf(rows)) if (first(row)?.value) add(first(row).value, first(row));
    }
  }
  return found;
}

// Readies the dialog; returns what is called each time that it was opened.
export function readyFind(form) {
  const dialog = document.getElementById("find");
  const box = dialog.querySelector("input");
  const list = dialog.querySelector("ul");
  const status = dialog.querySelector("[role=status]");
  let all = [];

  function jump(target) {
    dialog.close();
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: "center" });
  }

  function show() {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = all.filter(({ label, section }) => words.every((word) => `${label} ${section}`.toLowerCase().includes(word)));
    list.replaceChildren(...fits.slice(0, MOST).map(({ label, section, target }) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      const where = document.createElement("span");
      button.type = "button";
      button.className = "quiet";
      where.className = "muted small";
      where.textContent = section;
      button.append(label, where);
      button.addEventListener("click", () => jump(target));
      item.append(button);
      return item;
    }));
    status.textContent = fits.length > MOST ? `${MOST} of ${fits.length} shown` : fits.length ? "" : "No such field";
  }

  box.addEventListener("input", show);
  dialog.addEventListener("keydown", (event) => {
    const buttons = [...list.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter" && document.activeElement === box) buttons[0]?.click();
    else if (step) (buttons[at + step] ?? (step < 0 ? box : buttons[at]))?.focus();
    else if (event.key === "Escape") dialog.close(); // a search box would only be emptied by it
    else return;
    event.preventDefault();
  });
  return () => {
    all = places(form);
    show();
  };
}
