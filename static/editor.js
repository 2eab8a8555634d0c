// The editor with a little help. The page works without any of it.
import { watchChecks } from "./check.js";
import { watchFind } from "./find.js";
import { watchRaw } from "./raw.js";
import { watchReadings } from "./readings.js";
import { watchRows } from "./rows.js";

const form = document.getElementById("config");

// Where nothing is checked live, leaving is asked about once anything was typed.
function askAtLeaving() {
  let dirty = false;
  for (const name of ["input", "edited"]) form.addEventListener(name, () => { dirty = true; });
  form.addEventListener("submit", () => { dirty = false; });
  window.addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
}

if (form && document.getElementById("find")) watchFind(form);
if (form && !form.hasAttribute("data-readonly")) {
  watchRows(form);
  watchReadings(form);
  const raw = watchRaw(form);
  if (form.dataset.check) watchChecks(form, raw);
  else askAtLeaving();
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    const review = form.querySelector("button[value=review]");
    if (!review.disabled) form.requestSubmit(review);
  });
}
