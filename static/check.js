// The live check: what is typed is sent a moment later, kept as the draft, and the answer's marks are put in place.
// One request is under way at a time; each state has a number, so that a late one is never kept over a later one.
import { apply } from "./marks.js";
import { listOf, rowOf } from "./rows.js";

const PAUSE = 350; // ms after the last key
const LONGEST = 2000; // ms that somebody who types on waits for a check
const PATIENCE = 20000; // ms that an answer may take
const MOST_AT_LEAVING = 60000; // characters that a browser still sends for a page that is gone
const COMMANDS = /^(revert|restore|order|undo|fill):|^discard$/; // what only the server can do, knowing what was stored

export function watchChecks(form, raw) {
  const seq = form.elements.namedItem("seq");
  const unchecked = document.getElementById("unchecked");
  const touched = new WeakSet(); // controls whose errors are told
  const stamps = new WeakMap(); // field, list or row → the edit that was its last
  const moves = new WeakMap(); // list → the last edit that changed which rows it has
  const lists = new WeakSet(); // lists that are sent: edited, or drawn with marks
  let everything = Boolean(document.getElementById("summary")); // a page that shows all its errors goes on so
  let edits = 0;
  let touches = 0; // fields that were left without an edit
  let kept = 0;
  let waiting = 0; // since when something isn't sent
  let timer = 0;
  let under = null; // the request under way
  let command = "";
  let heldBack = false;
  let leaving = false;
  let unsent = () => []; // rows of a list that needn't be sent

  if (form.querySelector(".rows[data-many]")) import("./many.js").then((many) => { unsent = many.unsent; });
  for (const list of form.querySelectorAll("[data-rows]")) if (list.querySelector(".was, .errors")) lists.add(list);

  const outer = (element) => element.closest(".field") ?? listOf(element);

  function edited(element, structure) {
    edits += 1;
    waiting ||= Date.now();
    const list = listOf(element);
    for (const one of [outer(element), rowOf(element)]) if (one) stamps.set(one, edits);
    if (list) lists.add(list);
    if (structure) moves.set(list, edits);
    soon();
  }

  function soon() {
    clearTimeout(timer);
    if (leaving) return; // a state sent after the form itself would be a later one
    const most = waiting ? waiting + LONGEST - Date.now() : PAUSE;
    timer = setTimeout(send, Math.max(0, Math.min(PAUSE, most)));
  }

  function number() {
    seq.value = String(Math.max(Date.now(), Number(seq.value) + 1));
  }

  function body() {
    number();
    const all = [...form.querySelectorAll("[data-rows]")];
    const starts = all.filter((list) => !lists.has(list)).map((list) => `${list.dataset.rows}.`);
    const rows = new Set(all.filter((list) => lists.has(list)).flatMap(unsent));
    const idle = (name) => starts.some((one) => name.startsWith(one)) || rows.has(name.match(/^.+?\.\d+/)?.[0]);
    const data = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (!idle(name)) data.append(name, value);
    raw.fill(data);
    if (command) data.set("do", command);
    if (command || data.has("raw")) data.set("offers", document.getElementById("offers")?.value ?? ""); // fields may come anew
    if (everything) data.append("touched", "*");
    else for (const one of form.elements) if (one.name && touched.has(one)) data.append("touched", one.name);
    return data.toString();
  }

  async function send() {
    clearTimeout(timer);
    if (under) return; // its answer goes on
    const pressed = command;
    const sent = edits;
    const seen = touches;
    under = post(body());
    command = "";
    waiting = 0;
    const answer = await under;
    under = null;
    if (answer) take(answer, sent, pressed);
    if (edits > sent || command || (heldBack && touches > seen)) soon();
  }

  async function post(text, more = {}) {
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const asked = { method: "POST", body: text, headers, redirect: "manual", signal: AbortSignal.timeout(PATIENCE) };
    try {
      const response = await fetch(form.dataset.check, { ...asked, ...more });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const answer = page.getElementById("checked");
      if (answer) return { ok: response.ok, root: answer };
      if (response.type === "opaqueredirect") return { ok: false, text: "Your session has ended. Sign in in another tab and go on here." };
      return { ok: false, text: `Not kept: the server answered ${response.status}.` };
    } catch {
      return { ok: false, text: "Not kept: no answer from the server." };
    }
  }

  function take({ ok, root, text }, sent, pressed) {
    if (!ok) {
      if (root) unchecked.replaceChildren(...root.querySelector("#unchecked").childNodes);
      else if (!unchecked.textContent) unchecked.textContent = `${text} Your next change tries again.`;
      return;
    }
    if (root.dataset.late) { // kept from another tab meanwhile: this one was typed in last
      seq.value = root.dataset.late;
      if (edits === sent) edited(form);
      return;
    }
    kept = Math.max(kept, sent);
    heldBack = Boolean(root.dataset.heldBack);
    const since = (element) => (stamps.get(element) ?? 0) > sent;
    const moved = (list) => (moves.get(list) ?? 0) > sent;
    const drawn = apply(form, root, { since, moved, exact: edits === sent, raw, pressed });
    for (const field of drawn) {
      for (const one of field.querySelectorAll("input, select, textarea")) touched.add(one);
      for (const list of [field, ...field.querySelectorAll("[data-rows]")]) lists.add(list);
    }
    if (drawn.missed) command ||= pressed;
    const query = root.dataset.typed ? `?form=${form.dataset.id}` : "";
    const address = new URL(form.action).pathname + query;
    if (location.pathname + location.search !== address) history.replaceState(history.state, "", address + location.hash);
    if (pressed === "discard") document.getElementById("discard").hidePopover();
  }

  // Leaves with what isn't sent yet; a page that is gone gets no answer.
  function leave() {
    if (edits === kept || leaving) return;
    const text = body();
    if (text.length < MOST_AT_LEAVING) post(text, { keepalive: true });
  }

  form.addEventListener("input", (event) => {
    leaving = false;
    touched.add(event.target);
    edited(event.target);
  });
  form.addEventListener("edited", (event) => edited(event.target, true));
  form.addEventListener("focusout", (event) => {
    if (!event.target.name || touched.has(event.target)) return;
    touched.add(event.target);
    touches += 1;
    if (heldBack) soon();
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=do]");
    if (event.defaultPrevented || !button || !COMMANDS.test(button.value)) return;
    event.preventDefault();
    command = button.value;
    send();
  });
  form.addEventListener("submit", () => {
    number();
    clearTimeout(timer);
    leaving = true;
    if (edits > kept) history.replaceState(history.state, "", `${new URL(form.action).pathname}?form=${form.dataset.id}`);
  });
  window.addEventListener("beforeunload", (event) => {
    if (edits > kept && !leaving) event.preventDefault();
  });
  window.addEventListener("pageshow", (event) => {
    leaving = false;
    if (event.persisted && edits === kept) location.reload(); // what is stored may have moved on
  });
  window.addEventListener("pagehide", leave);
  window.addEventListener("online", () => { if (edits > kept) soon(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden && edits > kept && !leaving) send(); });
  raw.onView(() => { if (edits || kept) soon(); });
}
