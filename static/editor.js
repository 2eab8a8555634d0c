// The editor with a little help. The page works without any of it.
import { watchReadings } from "./readings.js";
import { watchRows } from "./rows.js";

const form = document.getElementById("config");

function help() {
  let dirty = false;
  watchRows(form);
  watchReadings(form);

  function touched() {
    dirty = true;
    const nothing = form.querySelector(".savebar [data-nothing]");
    if (nothing) nothing.textContent = "Changed since the page was opened";
  }

  form.addEventListener("input", touched);
  form.addEventListener("edited", touched);
  window.addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
  form.addEventListener("submit", () => { dirty = false; });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    const review = form.querySelector("button[value=review]");
    if (!review.disabled) form.requestSubmit(review);
  });
}

if (form && !form.hasAttribute("data-readonly")) help();
