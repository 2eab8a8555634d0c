// Lists with many rows: what needn't be sent of them.
import { origin, rowsOf } from "./rows.js";

function isAsDrawn(control) {
  return control.type === "checkbox" ? control.checked === control.defaultChecked : control.value === control.defaultValue;
}

// The names of rows that needn't be sent, since one that isn't is as it is stored: of a long list all that weren't edited,
// as long as where they stand can be told from what is stored.
export function unsent(list) {
  const rows = "many" in list.dataset ? rowsOf(list) : [];
  const own = rows.map((row) => !origin(row).value);
  const apart = !own.includes(true) || own.indexOf(true) > own.lastIndexOf(false);
  const moved = list.querySelector(":scope > [data-moved]") || rows[0]?.querySelector("button[value^='up:']");
  if (!apart || moved) return [];
  const stored = rows.filter((row, at) => !own[at] && !row.querySelector(":scope > .was, :scope > .errors")
    && [...row.querySelectorAll("input:not([type=hidden]), textarea, select")].every(isAsDrawn));
  return stored.map((row) => origin(row).name.replace(/\.was$/, ""));
}
