// Picking secrets: a search over what is shown, and a tick on an offered one makes a row of it, so that the page counts it
// where it stands. Without this the tick alone is posted, and the server makes the row.
import { listOf, renumber } from "./rows.js";

const FAR = 999999; // a position that is counted anew at once

function became(list, pick, box) {
  const start = `${list.dataset.rows}.`;
  const was = document.createElement("input");
  Object.assign(was, { type: "hidden", name: `${start}${FAR}.was`, value: "" });
  pick.prepend(was);
  box.dataset.offered = box.id;
  box.id = box.name = `${start}${FAR}`;
  pick.setAttribute("role", "group");
}

function left(list, pick, box) {
  const offered = box.dataset.offered ?? `${box.id}.pick`;
  for (const one of pick.querySelectorAll("input[type=hidden], .was, .errors")) one.remove();
  box.id = offered;
  box.name = `${list.dataset.rows}.pick`;
  for (const one of ["aria-invalid", "aria-describedby"]) box.removeAttribute(one);
  for (const one of ["role", "aria-label"]) pick.removeAttribute(one);
}

export function watchPicks(form) {
  form.addEventListener("change", (event) => {
    const box = event.target;
    const pick = box.closest(".pick");
    if (!pick || box.type !== "checkbox") return;
    const list = listOf(pick);
    const was = pick.querySelector(":scope > input[name$='.was']");
    if (was?.value) return; // a stored one stays a row
    if (box.checked && !was) became(list, pick, box);
    else if (!box.checked && was) left(list, pick, box);
    renumber(list);
    list.dispatchEvent(new CustomEvent("edited", { bubbles: true }));
  });
  for (const search of form.querySelectorAll("[data-finds]")) {
    const list = document.getElementById(search.dataset.finds);
    search.addEventListener("input", (event) => {
      event.stopPropagation(); // nothing of the config
      const wanted = search.value.toLowerCase();
      for (const pick of list.querySelectorAll(".pick")) {
        const said = `${pick.textContent} ${pick.querySelector("input:not([type=hidden])")?.value}`;
        pick.hidden = !said.toLowerCase().includes(wanted);
      }
    });
    search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
  }
}
