// What every page has: keys, times, and the switches for both, which need no page of their own.

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

// Times: in UTC as the page has them, or local; and where one is copied, the exact moment is.
const two = (number) => String(number).padStart(2, "0");
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const CLOCK = /^(?:\d{1,2} [A-Z][a-z]{2} )?\d\d:\d\d$/;
const DAY = /^\d{1,2} [A-Z][a-z]{2}( \d{4})?$/;

function exact(at) {
  const ahead = -at.getTimezoneOffset();
  const zone = `${ahead < 0 ? "-" : "+"}${two(Math.floor(Math.abs(ahead) / 60))}:${two(Math.abs(ahead) % 60)}`;
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())} ${zone}`;
}

// A time or a day as the page would say it; in words, like “12 minutes ago”, it is the same everywhere.
function local(text, at) {
  const now = new Date();
  const day = `${at.getDate()} ${MONTHS[at.getMonth()]}`;
  if (DAY.test(text)) return at.getFullYear() === now.getFullYear() ? day : `${day} ${at.getFullYear()}`;
  if (!CLOCK.test(text)) return text;
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return at.toDateString() === now.toDateString() ? clock : `${day} ${clock}`;
}

// Words like “12 minutes ago” grow old with the page.
function aged(text, at) {
  const seconds = (Date.now() - at) / 1000;
  if (!/(minute|hour)s? ago$|^just now$/.test(text) || !(seconds >= 45)) return text;
  const minutes = Math.max(1, Math.round(seconds / 60));
  const [count, unit] = minutes < 60 ? [minutes, "minute"] : [Math.round(minutes / 60), "hour"];
  return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}

function show(time) {
  time.dataset.utc ??= JSON.stringify([time.textContent, time.title]);
  const [text, title] = JSON.parse(time.dataset.utc);
  const at = new Date(time.dateTime);
  const here = document.body.dataset.times === "local" && !Number.isNaN(at.getTime());
  const words = aged(here ? local(text, at) : text, at);
  if (time.textContent !== words) time.textContent = words;
  time.title = here ? exact(at) : title;
}

function watchTimes() {
  const all = (root) => root.querySelectorAll("time[datetime]");
  const showAll = () => { for (const time of all(document)) show(time); };
  const isLocal = () => document.body.dataset.times === "local";
  if (isLocal()) showAll();
  setInterval(showAll, 30000);
  new MutationObserver((changes) => {
    if (!isLocal()) return;
    for (const change of changes) {
      for (const node of change.addedNodes) if (node.querySelectorAll) for (const time of all(node)) show(time);
    }
  }).observe(document.body, { childList: true, subtree: true });
  // The words make way for the moment while the browser takes what is selected.
  document.addEventListener("copy", () => {
    const selection = getSelection();
    for (const time of all(document)) {
      if (!time.title || !time.firstChild || !selection.containsNode(time, true)) continue;
      const said = time.firstChild.data;
      time.firstChild.data = time.title;
      setTimeout(() => { time.firstChild.data = said; });
    }
  });
  return showAll;
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
