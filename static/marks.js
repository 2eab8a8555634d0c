// Puts the answer of a live check in place: counts, marks, and fields drawn anew. Focus and what is being typed stay.
import { rowsOf } from "./rows.js";

const HOSTS = ".field, .row, .pick, .chips > li, [data-rows]";
const list = (form, name) => form.querySelector(`[data-rows="${CSS.escape(name)}"]`);
const html = (elements) => elements.map((one) => one.outerHTML).join("");
const errorsIn = (host) => [...host.children].filter((one) => one.matches(".errors"));
// The line of a removed row holds an input of its own, and belongs to the list's content.
const wasIn = (host) => [...host.children].filter((one) => one.matches(".was") && !one.querySelector("input"));

// Content of an element from another; the focus goes to what has the same id, if it was within.
function fill(target, source) {
  if (target.innerHTML === source.innerHTML) return;
  const within = target.contains(document.activeElement) && document.activeElement;
  target.replaceChildren(...source.childNodes);
  if (within) (document.getElementById(within.id) ?? document.getElementById("raw"))?.focus({ preventScroll: true });
}

function field(form, name) {
  const element = document.getElementById(name);
  return element?.matches("[data-rows]") ? element : element?.closest(".field") ?? list(form, name);
}

function tie(host, before, after) {
  const at = (errors) => errors.map((one) => one.id.replace(/-error$/, ""));
  const now = new Set(at(after));
  for (const name of new Set([...at(before), ...now])) {
    const control = document.getElementById(name);
    if (!control) continue;
    const words = new Set((control.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
    words.delete(`${name}-error`);
    if (now.has(name)) words.add(`${name}-error`);
    if (words.size) control.setAttribute("aria-describedby", [...words].join(" "));
    else control.removeAttribute("aria-describedby");
    if (!control.matches("input, select, textarea")) continue;
    if (now.has(name)) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  }
}

function mark(host, source) {
  const focus = document.activeElement;
  const errors = { before: errorsIn(host), after: source ? errorsIn(source) : [] };
  if (html(errors.before) !== html(errors.after)) {
    for (const one of errors.before) one.remove();
    const was = host.matches(".field") && host.querySelector(":scope > .was");
    if (was) was.before(...errors.after);
    else if (host.matches(".field")) host.append(...errors.after);
    else host.prepend(...errors.after);
    tie(host, errors.before, errors.after);
  }
  const was = { before: wasIn(host), after: source ? wasIn(source) : [] };
  if (html(was.before) === html(was.after)) return;
  const lost = was.before.some((one) => one.contains(focus));
  for (const one of was.before) one.remove();
  const end = host.matches("[data-rows]") && host.querySelector(":scope > .line, :scope > template");
  if (end) end.before(...was.after);
  else host.append(...was.after);
  if (lost) host.querySelector("input:not([type=hidden]), select, textarea, button")?.focus({ preventScroll: true });
}

function tag(row, text) {
  const place = row.querySelector(":scope > span:not(.tools)");
  if (!place || place.textContent === text) return;
  place.textContent = text;
  place.className = text ? "tag" : "";
}

function markAll(form, root, { since, moved }) {
  const sources = new Map();
  const rows = new Map();
  const rowAt = (name, at) => {
    if (!rows.has(name)) {
      const here = list(form, name);
      rows.set(name, here && !moved(here) ? rowsOf(here) : []);
    }
    return rows.get(name)[at];
  };
  for (const source of root.querySelectorAll("[data-field]")) sources.set(field(form, source.dataset.field), source);
  for (const source of root.querySelectorAll("[data-list]")) {
    const row = rowAt(source.dataset.list, source.dataset.row);
    sources.set(row, source);
    if (row && "tag" in source.dataset && !since(row)) tag(row, source.dataset.tag);
  }
  const hosts = new Set(sources.keys());
  for (const one of form.querySelectorAll(".errors, .was")) if (one.parentElement.matches(HOSTS)) hosts.add(one.parentElement);
  const among = (host) => host.matches(".row, .pick, .chips > li") && moved(host.closest("[data-rows]"));
  for (const host of hosts) if (host && !since(host) && !among(host)) mark(host, sources.get(host));
}

// Fields whose controls are to say something else: after a button, or what was typed into Raw. `missed` when one was
// typed into meanwhile, and stays as it is.
function draw(form, root, { since, exact, pressed }) {
  const drawn = [];
  for (const source of root.querySelectorAll("[data-anew]")) {
    const host = field(form, source.dataset.anew);
    if (!host || since(host) || (!exact && !pressed)) {
      drawn.missed = true;
      continue;
    }
    const within = host.contains(document.activeElement) && document.activeElement.id;
    const fresh = document.adoptNode(source.firstElementChild);
    host.replaceWith(fresh);
    if (within) document.getElementById(within)?.focus({ preventScroll: true });
    drawn.push(fresh);
  }
  return drawn;
}

// What is typed in stays where it is on the screen, whatever comes or goes above it.
function inPlace(change) {
  const focus = document.activeElement;
  const top = focus.getBoundingClientRect().top;
  const result = change();
  const moved = focus.isConnected && top > 0 && top < innerHeight ? focus.getBoundingClientRect().top - top : 0;
  if (moved) scrollBy({ top: moved, behavior: "instant" });
  return result;
}

// `since(element)`: whether it was edited after what the answer is about, `moved(list)`: whether its rows changed since;
// `exact`: nothing was edited. Returns the fields drawn.
export function apply(form, root, { since, moved, exact, raw, pressed }) {
  const drawn = inPlace(() => {
    raw.take(root, exact, pressed);
    for (const source of root.querySelectorAll(":scope > [id]:not(input, textarea)")) {
      const target = document.getElementById(source.id);
      if (target) fill(target, source);
    }
    const summary = document.getElementById("summary");
    if (summary) {
      summary.removeAttribute("role"); // said once, when the page came
      summary.hidden = !summary.querySelector("li");
    }
    document.getElementById("discard-button").hidden = !root.dataset.typed;
    const fields = draw(form, root, { since, exact, pressed });
    markAll(form, root, { since, moved });
    return fields;
  });
  if (pressed && !drawn.missed) {
    const place = root.dataset.focus ? document.getElementById(root.dataset.focus) : form.querySelector(".savebar .primary");
    place?.focus({ preventScroll: Boolean(root.dataset.focus) });
  }
  return drawn;
}
