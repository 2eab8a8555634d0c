// Raw beside the form: its line numbers, whether it is to be sent, and what it shows once the form was edited.
export function watchRaw(form) {
  const area = document.getElementById("raw");
  const since = document.getElementById("raw.since");
  const numbers = document.getElementById("raw-numbers");
  const above = document.getElementById("raw-above");
  let edited = false; // since it last agreed with the form
  let edits = 0;
  let sent = 0;
  let inView = false;
  let stale = false;

  const posts = () => edited || "more" in area.dataset;

  function count() {
    const lines = area.value.split("\n").length;
    const line = Number(above.dataset.line);
    const said = Array.from({ length: lines }, (_, at) => String(at + 1));
    const parts = [said.join("\n")];
    if (line && line <= lines) {
      const mark = document.createElement("mark");
      mark.textContent = line;
      parts.splice(0, 1, said.slice(0, line - 1).map((one) => `${one}\n`).join(""), mark, said.slice(line).map((one) => `\n${one}`).join(""));
    }
    numbers.replaceChildren(...parts);
    area.rows = lines;
  }

  // To the place that the message names.
  function go() {
    const before = area.value.split("\n").slice(0, above.dataset.line - 1).join("\n");
    const at = before.length + (above.dataset.line > 1) + Number(above.dataset.column) - 1;
    area.focus({ preventScroll: true });
    area.setSelectionRange(at, at);
    const height = parseFloat(getComputedStyle(area).lineHeight);
    const top = area.getBoundingClientRect().top + scrollY + height * above.dataset.line;
    scrollTo(0, top - innerHeight / 2);
  }

  area.addEventListener("input", () => {
    edited = true;
    edits += 1;
    const lines = numbers.textContent.split("\n").length;
    if (area.value.split("\n").length !== lines) count();
  });
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-go]")) go();
  });
  // Untouched it says what the form says: it isn't worth sending.
  form.addEventListener("formdata", (event) => {
    if (!posts()) event.formData.delete("raw");
  });

  return {
    // Before a request is sent.
    fill(data) {
      sent = edits;
      if (inView) data.set("in_view", "");
    },
    // From an answer: a text where the form says another document, and the document that Raw comes from.
    take(root, exact, pressed) {
      const line = root.querySelector("#raw-above").dataset;
      Object.assign(above.dataset, { line: line.line, column: line.column });
      const text = root.querySelector("textarea[id=raw]");
      const from = root.querySelector("input[id='raw.since']");
      const busy = edits > sent || (text && document.activeElement === area && !pressed);
      const fits = from && !busy && (exact || !edited);
      stale = !fits;
      if (fits) {
        since.value = from.value;
        edited = false;
        area.toggleAttribute("data-more", Boolean(root.dataset.rawMore));
        if (text) area.value = text.value;
      }
      count();
    },
    onView(wanted) {
      new IntersectionObserver(([entry]) => {
        inView = entry.isIntersecting;
        if (inView && stale) wanted();
      }, { rootMargin: "50%" }).observe(area);
      area.addEventListener("blur", () => { if (stale) wanted(); });
    },
  };
}
