// What every page has: keys, times, and the switches for both, which need no page of their own.
import { watchKeys } from "./keys.js";
import { watchTimes } from "./times.js";

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
