// Keys for every page. Single ones act only while nobody types, and can be switched off.
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

export function watchKeys() {
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
