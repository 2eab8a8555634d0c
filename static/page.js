// What every page has: keys, times, and the switches for both, which need no page of their own.
import { watchTimes } from "./times.js";

// Single keys act only while nobody types, and can be switched off.
const TEXT = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";

function close() {
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  const within = menu.contains(document.activeElement);
  menu.open = false;
  if (within) menu.querySelector("summary").focus();
}

// The page may have something better to find than the header's search: it says so by taking the event.
function find() {
  if (document.dispatchEvent(new CustomEvent("find", { cancelable: true }))) document.querySelector(".find input")?.focus();
}

function watchKeys() {
  const list = document.getElementById("keys");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.target.matches?.(TEXT)) return;
    if (document.body.dataset.keys === "off" || document.querySelector("dialog[open]")) return;
    if (event.key === "?") list.showModal();
    else if (event.key === "/") find();
    else return;
    event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (!opener) return;
    close();
    document.getElementById(opener.dataset.open).showModal();
  });
}

watchKeys();
const showTimes = watchTimes();

document.addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (!event.target.action.endsWith("/account/preferences/") || !button?.name) return;
  event.preventDefault();
  const data = new URLSearchParams(new FormData(event.target, button));
  try {
    await fetch(event.target.action, { method: "POST", body: data, redirect: "manual" });
  } catch {
    return; // the button is still there
  }
  document.body.dataset[button.name] = button.value;
  for (const one of document.querySelectorAll(`button[name=${button.name}]`)) one.hidden = one.value === button.value;
  const other = button.form.querySelector(`button[name=${button.name}]:not([hidden])`);
  other.focus();
  showTimes();
});
