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

function show(time) {
  time.dataset.utc ??= JSON.stringify([time.textContent, time.title]);
  const [text, title] = JSON.parse(time.dataset.utc);
  const at = new Date(time.dateTime);
  const here = document.body.dataset.times === "local" && !Number.isNaN(at.getTime());
  time.textContent = here ? local(text, at) : text;
  time.title = here ? exact(at) : title;
}

export function watchTimes() {
  const all = (root) => root.querySelectorAll("time[datetime]");
  const showAll = () => { for (const time of all(document)) show(time); };
  const isLocal = () => document.body.dataset.times === "local";
  if (isLocal()) showAll();
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
