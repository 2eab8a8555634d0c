// The editor with a little help. The page works without any of it.
import { watchChecks } from "./check.js";
import { watchPicks } from "./pick.js";
import { watchRaw } from "./raw.js";
import { watchRows } from "./rows.js";

const form = document.getElementById("config");

// What a number is in larger units, and how long a text is, while it is typed; the page comes with the same words.
function inWords(unit, text) {
  const number = /^[1-9]\d{0,10}$/.test(text) ? Number(text) : 0;
  if (unit === "MB" && number >= 1024) {
    return `MB = ${number % 256 === 0 ? number / 1024 : (number / 1024).toFixed(2)} GiB`;
  }
  if (unit === "s" && number >= 60) {
    const parts = [[Math.floor(number / 3600), "h"], [Math.floor(number / 60) % 60, "min"], [number % 60, "s"]];
    return `s = ${parts.filter(([count]) => count).map((part) => part.join(" ")).join(" ")}`;
  }
  if (unit === "characters") {
    const count = [...text].length;
    return `${count} ${count === 1 ? "character" : "characters"}`;
  }
  return unit;
}

function watchReadings() {
  form.addEventListener("input", (event) => {
    const output = event.target.closest(".control")?.querySelector("output[data-unit]");
    if (output) output.value = inWords(output.dataset.unit, event.target.value);
  });
}

// Where nothing is checked live, leaving is asked about once anything was typed.
function askAtLeaving() {
  let dirty = false;
  for (const name of ["input", "edited"]) form.addEventListener(name, () => { dirty = true; });
  form.addEventListener("submit", () => { dirty = false; });
  window.addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-copy]");
  if (!link) return;
  event.preventDefault();
  (await import("./copy.js")).copy(link);
});

// The dialog is there at once, to be typed into; what finds comes when it is first asked for.
let ready = null;
document.addEventListener("find", async (event) => {
  const dialog = document.getElementById("find");
  if (!dialog) return;
  event.preventDefault();
  dialog.querySelector("input").value = "";
  dialog.showModal();
  ready ??= import("./find.js").then(({ readyFind }) => readyFind(form));
  (await ready)();
});

// Among many rows a long value takes one line until somebody wants it: then it stays open, and nothing moves back.
form?.addEventListener("focusin", ({ target }) => {
  if (target.matches("[data-many] > .row textarea")) target.toggleAttribute("data-open", true);
});
if (form && !form.hasAttribute("data-readonly")) {
  watchRows(form);
  watchPicks(form);
  watchReadings();
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
